//! The verdict on separation: against exact rational linear programmes, and where units, weights and margins are hostile.
#![allow(clippy::unwrap_used)]

use faer::{Mat, mat};
use thalweg_core::streams::{below, normal};
use thalweg_core::{Design, Loss, Par, Streams, Weights, par};
use thalweg_losses::{Logistic, Poisson};
use thalweg_models::{Separation, SeparationVerdict};

/// The generator of the fixture's cases.
struct SplitMix64(u64);

impl SplitMix64 {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

struct Case {
    x: Mat<f64>,
    y: Vec<f64>,
    intercept: bool,
    counts: bool,
}

/// Case k, as in `fixtures/separation.py`.
fn case(k: u64) -> Case {
    let mut rng = SplitMix64(k);
    let (n, p) = (3 + rng.below(12) as usize, 1 + rng.below(4) as usize);
    let (intercept, m) = (rng.below(2) == 1, [1, 2, 3, 9][rng.below(4) as usize]);
    let (kind, ones) = (rng.below(3), 1 + rng.below(5));
    let (mut x, mut y) = (Mat::zeros(n, p), Vec::new());
    for i in 0..n {
        for j in 0..p {
            x[(i, j)] = rng.below(2 * m + 1) as f64 - m as f64;
        }
        let up = f64::from(u8::from(rng.below(6) < ones));
        let held = rng.below(4) == 0;
        y.push(if kind == 1 && held { 0.5 } else { up });
    }
    Case { x, y, intercept, counts: kind == 2 }
}

impl Case {
    fn loss(&self) -> &'static dyn Loss<f64> {
        if self.counts { &Poisson } else { &Logistic }
    }

    fn design(&self) -> Design<'_, f64> {
        let design = Design::new(self.x.as_ref()).unwrap();
        if self.intercept { design.with_intercept() } else { design }
    }

    /// The verdict; a separation is checked row by row on the way.
    fn verdict(&self) -> String {
        let design = self.design();
        let verdict = SeparationVerdict::of(&design, self.loss(), &self.y, Weights::Unit);
        if let SeparationVerdict::Separated(found) = &verdict {
            self.check(&design, found);
        }
        words(&verdict)
    }

    fn check(&self, design: &Design<'_, f64>, found: &Separation) {
        let mut eta = vec![0.0; self.y.len()];
        design.apply(&found.direction, &mut eta, Par::Seq);
        let mut moved = 0;
        for (eta, y) in eta.iter().zip(&self.y) {
            let gain = match *y {
                0.0 => -eta,
                1.0 if !self.counts => *eta,
                _ => -eta.abs(),
            };
            assert!(gain > -1e-9, "{gain}");
            moved += usize::from(gain > 1e-9);
        }
        assert_eq!(moved, found.rows);
        assert_eq!(found.complete, moved == self.y.len());
    }
}

/// In the words of the fixture.
fn words(verdict: &SeparationVerdict) -> String {
    match verdict {
        SeparationVerdict::Overlap => "o".to_owned(),
        SeparationVerdict::Undecided => "undecided".to_owned(),
        SeparationVerdict::Separated(found) => {
            let mask: u32 = found.diverging.iter().enumerate().map(|(k, d)| u32::from(*d) << k).sum();
            format!("{}{mask:x}", if found.complete { 'c' } else { 'q' })
        }
    }
}

fn expected() -> Vec<&'static str> {
    include_str!("fixtures/separation.txt").split_whitespace().collect()
}

#[test]
fn ten_thousand_designs_agree_with_rational_programmes() {
    let expected = expected();
    assert_eq!(expected.len(), 10_000);
    for kind in ['o', 'c', 'q'] {
        assert!(expected.iter().filter(|v| v.starts_with(kind)).count() > 1_000, "{kind}");
    }
    let wrong: Vec<String> = expected
        .iter()
        .enumerate()
        .map(|(k, expected)| (k, expected, case(k as u64).verdict()))
        .filter(|(_, expected, verdict)| *expected != verdict)
        .map(|(k, expected, verdict)| format!("{k}: {expected}, not {verdict}"))
        .collect();
    assert!(wrong.is_empty(), "{} wrong: {:?}", wrong.len(), &wrong[..wrong.len().min(10)]);
}

/// Powers of two change no verdict and round nothing: units of 1e-8 and 1e8, and without an intercept rows likewise.
#[test]
fn units_of_columns_and_rows_do_not_matter() {
    for (k, expected) in expected().into_iter().enumerate().step_by(4) {
        let mut case = case(k as u64);
        for j in 0..case.x.ncols() {
            for i in 0..case.x.nrows() {
                let row = if case.intercept { 0 } else { (i as i32 * 7) % 41 - 20 };
                case.x[(i, j)] *= f64::exp2(f64::from([-27, 27, 0, 13][(j + k) % 4] + row));
            }
        }
        let design = case.design();
        let verdict = SeparationVerdict::of(&design, case.loss(), &case.y, Weights::Unit);
        assert_eq!(words(&verdict), expected, "{k}");
    }
}

fn verdict_of(x: &Mat<f64>, y: &[f64]) -> SeparationVerdict {
    let design = Design::new(x.as_ref()).unwrap().with_intercept();
    SeparationVerdict::of(&design, &Logistic, y, Weights::Unit)
}

fn separation(x: &Mat<f64>, y: &[f64]) -> Separation {
    match verdict_of(x, y) {
        SeparationVerdict::Separated(found) => found,
        other => panic!("{other:?}"),
    }
}

/// One predictor: separated iff the largest x of the one outcome is at most the smallest of the other, by whatever margin.
#[test]
fn near_separation_is_told_from_separation() {
    for margin in [1e-3, 1e-6, 1e-9] {
        let mut rng = Streams::new(2).stream("near separation", 0);
        let mut xs: Vec<f64> =
            (0..200).map(|i| (1.0 + normal(&mut rng).abs()) * if i < 100 { -1.0 } else { 1.0 }).collect();
        let y: Vec<f64> = (0..200).map(|i| f64::from(u8::from(i >= 100))).collect();
        (xs[0], xs[100]) = (margin, 0.0);
        let x = Mat::from_fn(200, 1, |i, _| xs[i]);
        assert_eq!(verdict_of(&x, &y), SeparationVerdict::Overlap, "{margin}");
        (xs[0], xs[100]) = (0.0, margin);
        let x = Mat::from_fn(200, 1, |i, _| xs[i]);
        assert!(separation(&x, &y).complete, "{margin}");
        (xs[0], xs[100]) = (0.0, 0.0);
        let x = Mat::from_fn(200, 1, |i, _| xs[i]);
        let found = separation(&x, &y);
        assert_eq!((found.complete, found.rows, found.diverging), (false, 198, vec![false, true]));
    }
}

/// The three cases of Albert and Anderson (1984) in their simplest form, and one whose set of decided rows takes two directions.
#[test]
fn textbook_cases() {
    let x = mat![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0]];
    // An indicator met by outcomes 1 alone: its coefficient diverges, the others have estimates from the other rows.
    let found = separation(&x, &[0.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    assert!(!found.complete);
    let quasi = mat![[1.0, 0.5], [1.0, 1.5], [0.0, 0.3], [0.0, 1.1], [0.0, 0.7], [0.0, 1.9]];
    let found = separation(&quasi, &[1.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
    assert_eq!((found.complete, found.rows, found.diverging), (false, 2, vec![false, true, false]));
    assert!(found.direction[1] > 0.0);
    // Rows 0 and 1 move by x1; only then, with them decided, rows 2 and 3 by x2 (against which row 1 stands).
    let chain = mat![[1.0, 0.0], [1.0, -5.0], [0.0, 1.0], [0.0, 2.0], [0.0, 0.0], [0.0, 0.0]];
    let found = separation(&chain, &[1.0, 1.0, 1.0, 1.0, 0.0, 1.0]);
    assert_eq!((found.complete, found.rows, found.diverging), (false, 4, vec![false, true, true]));
}

#[test]
fn rows_of_weight_0_do_not_count() {
    let x = mat![[1.0], [2.0], [3.0], [4.0], [0.0]];
    let y = [0.0, 0.0, 1.0, 1.0, 1.0];
    let design = Design::new(x.as_ref()).unwrap().with_intercept();
    let of = |w: &[f64]| SeparationVerdict::of(&design, &Logistic, &y, Weights::Each(w));
    assert_eq!(of(&[1.0; 5]), SeparationVerdict::Overlap);
    let SeparationVerdict::Separated(found) = of(&[1.0, 3.0, 0.5, 1.0, 0.0]) else { panic!() };
    assert!(found.complete && found.rows == 4);
}

#[test]
fn many_rows_and_threads_give_one_answer() {
    let mut rng = Streams::new(4).stream("many rows", 0);
    let x = Mat::from_fn(20_000, 6, |_, j| {
        if j == 5 { f64::from(u8::from(below(&mut rng, 50) == 0)) } else { normal(&mut rng) }
    });
    let y: Vec<f64> =
        (0..20_000).map(|i| f64::from(u8::from(x[(i, 5)] == 1.0 || normal(&mut rng) > x[(i, 0)]))).collect();
    let of = |threads| par::with_threads(threads, || separation(&x, &y)).unwrap();
    let found = of(1);
    assert_eq!(found.diverging, [false, false, false, false, false, false, true]);
    assert_eq!(found.rows, (0..20_000).filter(|i| x[(*i, 5)] == 1.0).count());
    assert_eq!(of(3), found);
}

/// By construction complete, or overlapping but for an indicator: with nearly as many rows on the edge as columns, which is hard on ranks.
#[test]
fn many_columns_are_decided_to_the_last_row() {
    for seed in 0..30 {
        let mut rng = Streams::new(seed).stream("many columns", 0);
        let (n, p) = (60 + 40 * seed as usize, 40);
        let x = Mat::from_fn(n, p, |_, _| normal(&mut rng));
        let y: Vec<f64> = (0..n).map(|i| f64::from(u8::from(x[(i, 0)] > 0.5 * x[(i, 1)]))).collect();
        let found = separation(&x, &y);
        assert!(
            found.complete && found.rows == n && found.diverging == [true; 41],
            "{seed}: {} rows",
            found.rows
        );
        // Every row twice, with either outcome, but those of the indicator.
        let twice = Mat::from_fn(2 * n, p, |i, j| match j {
            39 => f64::from(u8::from(i % n < 3)),
            _ => x[(i % n, j)],
        });
        let y: Vec<f64> = (0..2 * n).map(|i| f64::from(u8::from(i < n || i % n < 3))).collect();
        let found = separation(&twice, &y);
        assert_eq!((found.complete, found.rows), (false, 6), "{seed}");
        let diverging: Vec<usize> = (0..41).filter(|k| found.diverging[*k]).collect();
        assert_eq!(diverging, [40], "{seed}");
    }
}
