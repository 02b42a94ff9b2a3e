//! [`split`]: rows for training and rows for testing, by chance but repeatable.

use thalweg_core::streams::{Streams, shuffle};
use thalweg_core::{Error, Result, check_shape};

/// What names the random stream.
const PURPOSE: &str = "split";

/// Splits n rows into (train, test), both ascending.
///
/// The test rows number n · `test_fraction`, rounded to the nearest, at least 1 and at most n − 1. With `strata`, one
/// value per row (a class, such as a target of 0 and 1), equal values form a stratum. Each leaves at least one row for
/// training and gives its share of the test rows to within one row (largest remainders), or more where another stratum
/// has none to spare. The seed alone decides.
///
/// ```
/// let (train, test) = thalweg_data::split(10, 0.3, 7, None)?;
/// assert_eq!((train.len(), test.len()), (7, 3));
/// assert_eq!(thalweg_data::split(10, 0.3, 7, None)?, (train, test));
///
/// // Two of ten rows are of class 1: one of them is for the test.
/// let y = [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0];
/// let (_, test) = thalweg_data::split(10, 0.5, 7, Some(&y))?;
/// assert_eq!(test.iter().filter(|row| y[**row as usize] == 1.0).count(), 1);
/// # Ok::<(), thalweg_data::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`] for a fraction that is not between 0 and 1; [`Error::Unsupported`] for fewer than two
/// rows, more than u32 counts, or strata too small to leave one row each for training; [`Error::Shape`] and
/// [`Error::NonFinite`] for strata of another length or with NaN.
pub fn split(
    n: usize,
    test_fraction: f64,
    seed: u64,
    strata: Option<&[f64]>,
) -> Result<(Vec<u32>, Vec<u32>)> {
    if !(test_fraction > 0.0 && test_fraction < 1.0) {
        let rule = "it must lie between 0 and 1, such as 0.2 for one row in five";
        return Err(Error::invalid_parameter("test_fraction", test_fraction, rule));
    }
    let Some(rows) = u32::try_from(n).ok().filter(|n| *n >= 2) else {
        let why = if n < 2 {
            "each part needs a row".to_owned()
        } else {
            format!("rows are numbered up to {}", u32::MAX)
        };
        let remedy = if n < 2 { "give at least two rows" } else { "split a sample of the rows" };
        return Err(Error::Unsupported {
            what: format!("a split of {n} rows"),
            why,
            remedy: remedy.to_owned(),
        });
    };
    let wanted = ((n as f64 * test_fraction).round() as usize).clamp(1, n - 1);
    let groups = match strata {
        None => vec![(0..rows).collect()],
        Some(values) => group(values, rows)?,
    };
    let shares = shares(&groups, wanted)?;
    let mut tested = vec![false; n];
    for (index, (mut group, share)) in (0..).zip(groups.into_iter().zip(shares)) {
        shuffle(&mut group, &mut Streams::new(seed).stream(PURPOSE, index));
        group.iter().take(share).for_each(|row| tested[*row as usize] = true);
    }
    Ok((0..rows).partition(|row| !tested[*row as usize]))
}

/// The rows of each stratum, by ascending value.
fn group(values: &[f64], rows: u32) -> Result<Vec<Vec<u32>>> {
    check_shape("strata", rows as usize, values.len())?;
    if let Some(row) = values.iter().position(|value| value.is_nan()) {
        return Err(Error::NonFinite { what: "the stratum".to_owned(), row, value: values[row] });
    }
    let mut order: Vec<u32> = (0..rows).collect();
    let value = |row: u32| values[row as usize] + 0.0; // −0 and 0 are one stratum.
    order.sort_by(|a, b| value(*a).total_cmp(&value(*b)));
    Ok(order.chunk_by(|a, b| value(*a) == value(*b)).map(<[u32]>::to_vec).collect())
}

/// How many test rows each group gives: its proportion rounded down, and one more to those with the largest remainders
/// (the first of equals) until `wanted` is reached; never the last row of a stratum.
fn shares(groups: &[Vec<u32>], wanted: usize) -> Result<Vec<usize>> {
    let n: usize = groups.iter().map(Vec::len).sum();
    let spare: usize = groups.iter().map(|group| group.len() - 1).sum();
    if spare < wanted {
        return Err(Error::Unsupported {
            what: format!("a stratified test set of {wanted} of {n} rows"),
            why: format!("each of the {} strata needs a row for training", groups.len()),
            remedy: "lower the test fraction, or split without strata".to_owned(),
        });
    }
    let exact = |k: usize| groups[k].len() as u128 * wanted as u128;
    let mut shares: Vec<usize> = (0..groups.len()).map(|k| (exact(k) / n as u128) as usize).collect();
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|&k| std::cmp::Reverse(exact(k) % n as u128));
    let mut left = wanted - shares.iter().sum::<usize>();
    while left > 0 {
        for &k in &order {
            if left > 0 && shares[k] + 1 < groups[k].len() {
                shares[k] += 1;
                left -= 1;
            }
        }
    }
    Ok(shares)
}
