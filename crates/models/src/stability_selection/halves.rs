//! [`Halves`]: which rows each fit sees.

use thalweg_core::streams::shuffle;
use thalweg_core::{Error, Result, Streams};

use crate::observations::Observations;

/// The parts of the rows.
#[derive(Clone, Debug)]
pub(super) enum Halves {
    /// So many random pairs of halves without a common row.
    Pairs(usize),
    /// These rows.
    Given(Vec<Vec<usize>>),
}

impl Halves {
    /// How many parts there are.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Pairs(pairs) => pairs.saturating_mul(2),
            Self::Given(given) => given.len(),
        }
    }

    /// How many of them belong together.
    pub(super) fn together(&self) -> usize {
        match self {
            Self::Pairs(_) => 2,
            Self::Given(_) => 1,
        }
    }

    /// The rows that can be drawn: those of positive weight.
    pub(super) fn check(&self, data: &Observations<'_>) -> Result<Vec<usize>> {
        let n = data.y.len();
        let weight = |row: usize| data.weights.and_then(|w| w.get(row)).copied().unwrap_or(1.0);
        let rows: Vec<usize> = (0..n).filter(|row| weight(*row) > 0.0).collect();
        match self {
            Self::Pairs(_) if rows.len() < 4 => Err(Error::Unsupported {
                what: "stability selection".to_owned(),
                why: format!("{} of positive weight cannot be halved", count(rows.len())),
                remedy: "give at least four rows, a hundred for an answer that means something".to_owned(),
            }),
            Self::Pairs(_) => Ok(rows),
            Self::Given(given) => {
                if given.is_empty() {
                    let remedy = "give at least one list of rows".to_owned();
                    return Err(Error::Empty { what: "the list of subsamples".to_owned(), remedy });
                }
                for (k, part) in given.iter().enumerate() {
                    if let Some(row) = part.iter().find(|row| **row >= n) {
                        let rule = format!("subsample {k} names it, and the {n} rows are counted from 0");
                        return Err(Error::invalid_parameter("row", row, &rule));
                    }
                    if part.iter().all(|row| weight(*row) <= 0.0) {
                        return Err(Error::Unsupported {
                            what: format!("stability selection with subsample {k}"),
                            why: "it has no row of positive weight".to_owned(),
                            remedy: "leave it out".to_owned(),
                        });
                    }
                }
                Ok(rows)
            }
        }
    }

    /// The parts that belong together: a function of the rows, the seed and the chunk's number alone. Of an odd number of rows each pair leaves one out.
    pub(super) fn draw(&self, chunk: usize, rows: &[usize], seed: u64) -> Vec<Vec<usize>> {
        match self {
            Self::Given(given) => given.get(chunk).cloned().into_iter().collect(),
            Self::Pairs(_) => {
                let mut order = rows.to_vec();
                shuffle(&mut order, &mut Streams::new(seed).stream("complementary-halves", chunk as u64));
                order.chunks_exact(order.len() / 2).take(2).map(<[usize]>::to_vec).collect()
            }
        }
    }
}

fn count(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

#[cfg(test)]
mod tests {
    use super::Halves;

    #[test]
    fn halves_are_complementary_and_depend_on_the_seed_alone() {
        let rows: Vec<usize> = (0..11).filter(|row| *row != 4).collect();
        let halves = Halves::Pairs(3);
        let pair = halves.draw(1, &rows, 7);
        assert_eq!(pair.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5]);
        let mut both = pair.concat();
        both.sort_unstable();
        assert_eq!(both, rows);
        assert_eq!(pair, halves.draw(1, &rows, 7));
        assert_ne!(pair, halves.draw(2, &rows, 7));
        assert_ne!(pair, halves.draw(1, &rows, 8));
        // One of seven is left out.
        let odd = halves.draw(0, &rows[..7], 7);
        assert_eq!(odd.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
    }

    #[test]
    fn every_row_is_as_likely_as_any_other() {
        let rows: Vec<usize> = (0..7).collect();
        let mut times = [0; 7];
        for chunk in 0..7000 {
            Halves::Pairs(1).draw(chunk, &rows, 3)[0].iter().for_each(|row| times[*row] += 1);
        }
        // 3000 each; the standard deviation is √(7000 · 3/7 · 4/7) = 41.
        assert!(times.iter().all(|count| (2800..3200).contains(count)), "{times:?}");
    }
}
