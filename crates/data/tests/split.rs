//! Splits: sizes, strata, repeatability, and every error.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use thalweg_data::split;

fn error(n: usize, fraction: f64, strata: Option<&[f64]>) -> String {
    split(n, fraction, 1, strata).unwrap_err().to_string()
}

#[test]
fn the_seed_alone_decides() {
    // From fixtures/split.py; a change here changes every split that anyone has made.
    assert_eq!(split(12, 0.25, 7, None).unwrap(), (vec![0, 3, 4, 6, 7, 8, 9, 10, 11], vec![1, 2, 5]));
    let y: Vec<f64> = (0..12).map(|row| f64::from(u8::from(row % 3 == 2))).collect();
    assert_eq!(split(12, 0.5, 7, Some(&y)).unwrap().1, [0, 2, 4, 7, 9, 11]);
    assert_ne!(split(100, 0.25, 7, None).unwrap(), split(100, 0.25, 8, None).unwrap());
}

#[test]
fn small_and_large_fractions_leave_a_row_each() {
    assert_eq!(split(2, 1e-9, 1, None).unwrap().1.len(), 1);
    assert_eq!(split(5, 0.999, 1, None).unwrap().0.len(), 1);
}

#[test]
fn rare_classes_stay_in_training() {
    let y = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0];
    for seed in 0..20 {
        let (train, test) = split(10, 0.5, seed, Some(&y)).unwrap();
        assert_eq!(test.len(), 5);
        assert!(train.contains(&8) && train.contains(&9));
    }
    let zeros = split(4, 0.5, 3, Some(&[0.0, -0.0, 0.0, -0.0])).unwrap();
    assert_eq!(zeros, split(4, 0.5, 3, Some(&[0.0; 4])).unwrap());
}

#[test]
fn every_error() {
    for fraction in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY] {
        assert_eq!(
            error(10, fraction, None),
            format!(
                "test_fraction = {fraction} is not allowed: it must lie between 0 and 1, such as 0.2 for one row in five"
            ),
        );
    }
    for n in [0, 1] {
        assert_eq!(
            error(n, 0.5, None),
            format!("a split of {n} rows is not possible: each part needs a row; give at least two rows"),
        );
    }
    assert_eq!(
        error(1 << 40, 0.5, None),
        "a split of 1099511627776 rows is not possible: rows are numbered up to 4294967295; split a sample of the rows",
    );
    assert_eq!(error(3, 0.5, Some(&[1.0])), "strata: expected 3, found 1");
    assert_eq!(
        error(2, 0.5, Some(&[1.0, f64::NAN])),
        "the stratum is NaN at row 1; remove the row or give a finite number"
    );
    assert_eq!(
        error(4, 0.5, Some(&[1.0, 2.0, 3.0, 4.0])),
        "a stratified test set of 2 of 4 rows is not possible: each of the 4 strata needs a row for training; lower the test fraction, or split without strata",
    );
}

proptest! {
    #[test]
    fn a_split_is_a_partition(n in 2..300_usize, fraction in 0.001..0.999_f64, seed in any::<u64>(), classes in 1..6_u32) {
        let y: Vec<f64> = (0..n).map(|i| f64::from(((i as u32).wrapping_mul(2_654_435_761) >> 20) % classes)).collect();
        for strata in [None, Some(y.as_slice())] {
            let Ok((train, test)) = split(n, fraction, seed, strata) else { continue };
            prop_assert!(train.is_sorted() && test.is_sorted());
            let mut all = [train.clone(), test.clone()].concat();
            all.sort_unstable();
            prop_assert!(all.iter().copied().eq(0..n as u32));
            let wanted = ((n as f64 * fraction).round() as usize).clamp(1, n - 1);
            prop_assert_eq!(test.len(), wanted);
            if strata.is_some() {
                for class in 0..classes {
                    let of = |rows: &[u32]| rows.iter().filter(|row| y[**row as usize] == f64::from(class)).count();
                    let (trained, tested) = (of(&train), of(&test));
                    prop_assert!(trained > 0 || tested == 0);
                    let share = (trained + tested) as f64 * wanted as f64 / n as f64;
                    // One row more where another class could not give its share.
                    prop_assert!((tested as f64 - share).abs() < 1.0 + f64::from(classes));
                }
            }
        }
    }
}
