//! Which rows are drawn: all of few, of many a sample that is the same each time and keeps the extremes.

use thalweg_core::streams::{Streams, below};
use thalweg_core::{Error, Result, check_shape};

use crate::axis::drawable;
use crate::number::count;

/// At most so many points are drawn.
pub(crate) const MOST: usize = 5000;
/// So many of the rows farthest from zero are always among them.
const EXTREMES: usize = 50;

/// Rows of a scatter plot.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Those whose numbers have a place, in order.
    pub(crate) usable: Vec<usize>,
    /// Those of them that are drawn, in order.
    pub(crate) drawn: Vec<usize>,
    /// What to say about the others.
    pub(crate) notes: Vec<String>,
}

/// The rows of the columns x and y, each with its name.
pub(crate) fn rows((x_name, x): (&str, &[f64]), (y_name, y): (&str, &[f64])) -> Result<Rows> {
    check_shape(&format!("length of {x_name} and length of {y_name}"), x.len(), y.len())?;
    let pairs = x.iter().zip(y).enumerate();
    let usable: Vec<usize> =
        pairs.filter(|(_, (x, y))| drawable(**x) && drawable(**y)).map(|(i, _)| i).collect();
    if usable.is_empty() {
        return Err(Error::Empty {
            what: format!("{x_name} and {y_name}"),
            remedy: "give at least one row where both are finite".to_owned(),
        });
    }
    let mut notes = Vec::new();
    if usable.len() < x.len() {
        let lost = x.len() - usable.len();
        notes.push(format!("Left out: {} of {} rows, without a finite value.", count(lost), count(x.len())));
    }
    let size = |row: &usize| y.get(*row).map_or(0.0, |y| y.abs());
    let drawn = thin(&usable, size);
    if drawn.len() < usable.len() {
        notes.push(format!(
            "{} of {} rows drawn: the {EXTREMES} farthest from zero and a random sample.",
            count(drawn.len()),
            count(usable.len())
        ));
    }
    Ok(Rows { usable, drawn, notes })
}

/// All items, or the extremes and a uniform sample of the others (selection sampling, Knuth, TAOCP 2, 3.4.2 S) under a fixed seed.
fn thin(items: &[usize], size: impl Fn(&usize) -> f64) -> Vec<usize> {
    if items.len() <= MOST {
        return items.to_vec();
    }
    let mut by_size = items.to_vec();
    let largest_first = |a: &usize, b: &usize| size(b).total_cmp(&size(a)).then(a.cmp(b));
    by_size.select_nth_unstable_by(EXTREMES, largest_first);
    let mut kept: Vec<usize> = by_size.iter().take(EXTREMES).copied().collect();
    let mut others: Vec<usize> = by_size.into_iter().skip(EXTREMES).collect();
    others.sort_unstable();
    let mut rng = Streams::new(0).stream("rows drawn", 0);
    let mut wanted = MOST - EXTREMES;
    let mut left = others.len();
    for item in others {
        if below(&mut rng, left as u64) < wanted as u64 {
            kept.push(item);
            wanted -= 1;
        }
        left -= 1;
    }
    kept.sort_unstable();
    kept
}

#[cfg(test)]
mod tests {
    use super::{MOST, rows};

    #[test]
    fn extremes_stay_and_the_rest_is_spread_evenly() {
        let n = 100_000;
        let x: Vec<f64> = (0..n).map(f64::from).collect();
        let y: Vec<f64> =
            (0..n).map(|i| if i % 10_000 == 7 { -9.0 } else { f64::from(i % 10) / 10.0 }).collect();
        let rows = rows(("x", &x), ("y", &y)).unwrap();
        assert_eq!(rows.drawn.len(), MOST);
        assert!(rows.drawn.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(rows.drawn.iter().filter(|i| **i % 10_000 == 7).count(), 10);
        let first_half = rows.drawn.iter().filter(|i| **i < 50_000).count();
        // Four standard deviations of the binomial(5000, 1/2).
        assert!(first_half.abs_diff(2500) < 142, "{first_half}");
        assert!(rows.notes[0].starts_with("5,000 of 100,000"), "{:?}", rows.notes);
    }

    #[test]
    fn rows_without_a_number_are_counted() {
        let found = rows(("x", &[1.0, f64::NAN, 3.0]), ("y", &[f64::INFINITY, 1.0, 2.0])).unwrap();
        assert_eq!((found.usable, found.notes.len()), (vec![2], 1));
        assert!(rows(("x", &[]), ("y", &[])).unwrap_err().to_string().contains("empty"));
        assert!(rows(("x", &[1.0]), ("y", &[])).is_err());
    }
}
