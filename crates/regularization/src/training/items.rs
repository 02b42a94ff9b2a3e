//! [`each_item`]: the items of a batch, in parallel where that is allowed.

use thalweg_core::minibatch::check_rows;
use thalweg_core::{Error, Par, Result};

/// Values that one task takes at least: a thread costs more to wake than so many take.
const TASK: usize = 1 << 13;

/// Runs `f(row, values, more)` for every row, where `values` and `more` are the row's pieces of two slices of rows of equal length; the
/// second may be empty. The first error in the order of the rows is returned.
///
/// Each row's result depends on the row alone, so the pieces of work may be of any size.
///
/// # Errors
/// No rows; a slice that is not of whole rows; what `f` returns.
pub(super) fn each_item<T: Send>(
    par: Par,
    rows: &[u32],
    (values, more): (&mut [T], &mut [T]),
    f: &(impl Fn(u32, &mut [T], &mut [T]) -> Result<()> + Sync),
) -> Result<()> {
    check_rows(rows, usize::MAX)?;
    let widths = (
        width("values of the batch", values.len(), rows.len())?,
        width("second slice of the batch", more.len(), rows.len())?,
    );
    let leaf = (TASK / widths.0.max(1)).max(1);
    halves(par, leaf, widths, rows, (values, more), f)
}

fn halves<T: Send>(
    par: Par,
    leaf: usize,
    widths: (usize, usize),
    rows: &[u32],
    (values, more): (&mut [T], &mut [T]),
    f: &(impl Fn(u32, &mut [T], &mut [T]) -> Result<()> + Sync),
) -> Result<()> {
    if rows.len() > leaf {
        let middle = rows.len() / 2;
        let (rows, later_rows) = rows.split_at(middle);
        let (values, later_values) = values.split_at_mut(middle * widths.0);
        let (more, later_more) = more.split_at_mut(middle * widths.1);
        let (first, second) = par.join(
            || halves(par, leaf, widths, rows, (values, more), f),
            || halves(par, leaf, widths, later_rows, (later_values, later_more), f),
        );
        return first.and(second);
    }
    let (mut values, mut more) = (values, more);
    for row in rows {
        let (own, rest) = values.split_at_mut(widths.0);
        let (own_more, rest_more) = more.split_at_mut(widths.1);
        f(*row, own, own_more)?;
        (values, more) = (rest, rest_more);
    }
    Ok(())
}

/// The values of a row of a slice of `rows` rows.
pub(super) fn width(what: &str, length: usize, rows: usize) -> Result<usize> {
    if length.is_multiple_of(rows) {
        Ok(length / rows)
    } else {
        let rule = format!("it must be a multiple of the {rows} rows; give whole rows, one after the other");
        Err(Error::invalid_parameter(&format!("length of the {what}"), length, &rule))
    }
}
