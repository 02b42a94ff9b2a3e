//! [`Assignment`]: which rows are held out together.

use thalweg_core::streams::shuffle;
use thalweg_core::{Error, Result, Streams, check_shape};

/// How rows are assigned to folds.
#[derive(Clone, Debug)]
pub(super) enum Assignment {
    /// At random, in equal numbers.
    Random,
    /// Neighbours in the order of the target go to different folds.
    Stratified,
    /// The label of every row.
    Grouped(Vec<u64>),
    /// The fold of every row.
    Given(Vec<usize>),
}

impl Assignment {
    /// The fold of every row: a function of targets, number of folds, seed and repeat alone.
    pub(super) fn assign(&self, y: &[f64], folds: usize, seed: u64, repeat: u64) -> Result<Vec<usize>> {
        let n = y.len();
        let mut rng = Streams::new(seed).stream("folds", repeat);
        let mut order: Vec<usize> = (0..n).collect();
        shuffle(&mut order, &mut rng);
        let mut assigned = vec![0; n];
        match self {
            Self::Random => {
                enough("rows", n, folds)?;
                order.iter().enumerate().for_each(|(at, row)| assigned[*row] = at % folds);
            }
            Self::Stratified => {
                enough("rows", n, folds)?;
                // Equal targets stay in random order.
                order.sort_by(|a, b| y[*a].total_cmp(&y[*b]));
                for rows in order.chunks(folds) {
                    let mut deal: Vec<usize> = (0..folds).collect();
                    shuffle(&mut deal, &mut rng);
                    rows.iter().zip(deal).for_each(|(row, fold)| assigned[*row] = fold);
                }
            }
            Self::Grouped(labels) => {
                check_shape("number of group labels", n, labels.len())?;
                let mut groups: Vec<(u64, usize)> = Vec::new();
                let mut sorted = labels.clone();
                sorted.sort_unstable();
                for label in sorted {
                    match groups.last_mut() {
                        Some((last, count)) if *last == label => *count += 1,
                        _ => groups.push((label, 1)),
                    }
                }
                enough("groups", groups.len(), folds)?;
                shuffle(&mut groups, &mut rng);
                // The largest first, each to the fold with the fewest rows; equals stay in random order.
                groups.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
                let mut sizes = vec![0; folds];
                let mut of: Vec<(u64, usize)> = groups
                    .into_iter()
                    .map(|(label, count)| {
                        let fold = (0..folds).min_by_key(|fold| sizes[*fold]).unwrap_or(0);
                        sizes[fold] += count;
                        (label, fold)
                    })
                    .collect();
                of.sort_unstable();
                for (row, label) in labels.iter().enumerate() {
                    let at = of.partition_point(|(known, _)| known < label);
                    assigned[row] = of[at].1;
                }
            }
            Self::Given(given) => {
                check_shape("length of the folds", n, given.len())?;
                if folds < 2 {
                    let rule = "at least two folds are needed, counted from 0";
                    return Err(Error::invalid_parameter("folds", folds, rule));
                }
                assigned.copy_from_slice(given);
            }
        }
        Ok(assigned)
    }
}

fn enough(what: &str, count: usize, folds: usize) -> Result<()> {
    if count >= folds {
        return Ok(());
    }
    let rule = format!("there are only {count} {what}; ask for at most as many folds");
    Err(Error::invalid_parameter("folds", folds, &rule))
}

#[cfg(test)]
mod tests {
    use super::Assignment;

    fn counts(assigned: &[usize], folds: usize) -> Vec<usize> {
        (0..folds).map(|fold| assigned.iter().filter(|a| **a == fold).count()).collect()
    }

    #[test]
    fn folds_are_equal_and_depend_on_the_seed_alone() {
        let y = vec![0.0; 23];
        let a = Assignment::Random.assign(&y, 5, 1, 0).unwrap();
        assert_eq!(a, Assignment::Random.assign(&y, 5, 1, 0).unwrap());
        assert_ne!(a, Assignment::Random.assign(&y, 5, 2, 0).unwrap());
        assert_ne!(a, Assignment::Random.assign(&y, 5, 1, 1).unwrap());
        let mut sizes = counts(&a, 5);
        sizes.sort_unstable();
        assert_eq!(sizes, [4, 4, 5, 5, 5]);
    }

    #[test]
    fn strata_have_every_class_in_every_fold() {
        let y: Vec<f64> = (0..60).map(|i| f64::from(u8::from(i % 6 == 0))).collect();
        let a = Assignment::Stratified.assign(&y, 5, 3, 0).unwrap();
        for fold in 0..5 {
            let ones = (0..60).filter(|i| a[*i] == fold && y[*i] == 1.0).count();
            assert_eq!((counts(&a, 5)[fold], ones), (12, 2));
        }
    }

    #[test]
    fn groups_stay_together() {
        let y = vec![0.0; 30];
        let labels: Vec<u64> = (0..30).map(|i| [7, 7, 7, 1, 2, 3][i % 6] * 10 + (i as u64) / 15).collect();
        let a = Assignment::Grouped(labels.clone()).assign(&y, 3, 3, 0).unwrap();
        for (i, j) in (0..30).flat_map(|i| (0..30).map(move |j| (i, j))) {
            assert!(labels[i] != labels[j] || a[i] == a[j]);
        }
        assert!(counts(&a, 3).iter().all(|size| *size > 0));
        assert!(Assignment::Grouped(vec![1; 30]).assign(&y, 3, 0, 0).is_err());
    }

    #[test]
    fn what_cannot_be_held_out_is_refused() {
        assert!(Assignment::Random.assign(&[1.0, 2.0], 3, 0, 0).is_err());
        assert!(Assignment::Grouped(vec![1]).assign(&[1.0, 2.0], 2, 0, 0).is_err());
        assert!(Assignment::Given(vec![0, 0]).assign(&[1.0, 2.0], 1, 0, 0).is_err());
    }
}
