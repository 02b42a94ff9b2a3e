//! Outcomes a user must be told about: aliases, separation, edges of the range, lost degrees of freedom, and wrong input.
#![allow(clippy::unwrap_used)]

use faer::{Mat, mat};
use thalweg_core::streams::{below, normal, uniform};
use thalweg_core::{Error, Status, Streams, par};
use thalweg_models::{Glm, GlmFit, Observations, State};

fn glm(family: &str) -> Glm {
    Glm::new(family).unwrap()
}

fn states(fit: &GlmFit) -> Vec<State> {
    fit.coefficients.iter().map(|c| c.state).collect()
}

/// Rows of 0/1 columns, where ties and duplicates abound.
fn binary_rows(n: usize, p: usize, seed: u64) -> (Mat<f64>, Vec<f64>) {
    let mut rng = Streams::new(seed).stream("binary rows", 0);
    let x = Mat::from_fn(n, p, |_, _| below(&mut rng, 2) as f64);
    let y = (0..n).map(|_| f64::from(u8::from(uniform(&mut rng) < 0.5))).collect();
    (x, y)
}

/// Whether some d has (2y − 1)(d₀ + xᵀd) ≥ 0 for all rows and > 0 for one, by trying every d with entries in {−1, 0, 1}: complete for
/// few columns of 0 and 1 in practice, and sound whenever it finds one.
fn has_small_separator(x: &Mat<f64>, y: &[f64]) -> bool {
    let q = x.ncols() + 1;
    (0..3_usize.pow(q as u32)).any(|code| {
        let d: Vec<f64> = (0..q).map(|k| (code / 3_usize.pow(k as u32) % 3) as f64 - 1.0).collect();
        let gains = (0..y.len()).map(|i| {
            let eta = d[0] + (1..q).map(|k| d[k] * x[(i, k - 1)]).sum::<f64>();
            if y[i] > 0.5 { eta } else { -eta }
        });
        let (mut least, mut most) = (0.0_f64, 0.0_f64);
        for gain in gains {
            (least, most) = (least.min(gain), most.max(gain));
        }
        least >= 0.0 && most > 0.0
    })
}

#[test]
fn separation_verdicts_on_random_binary_designs() {
    let mut separated = 0;
    for seed in 0..300 {
        let (x, y) = binary_rows(14, 3, seed);
        let fit = glm("binomial").fit(&Observations::new(x.as_ref(), &y)).unwrap();
        if fit.status == Status::Separated {
            separated += 1;
            // Every verdict comes with its proof.
            let d = &fit.separation.as_ref().unwrap().direction;
            let kept: Vec<usize> = (0..4).filter(|k| fit.coefficients[*k].state != State::Aliased).collect();
            for i in 0..14 {
                let eta: f64 =
                    kept.iter().zip(d).map(|(k, d)| if *k == 0 { *d } else { d * x[(i, k - 1)] }).sum();
                let gain = if y[i] > 0.5 { eta } else { -eta };
                assert!(gain >= -1e-6, "seed {seed} row {i}: {gain}");
            }
        } else {
            assert_eq!(fit.status, Status::Certified, "seed {seed}");
            assert!(!has_small_separator(&x, &y), "seed {seed} is separated");
        }
    }
    assert!(separated > 30, "{separated}");
}

#[test]
fn aliases_keep_the_first_columns() {
    // x1 = 2 x0 at a scale of 1e-8, x3 = x0 + x2: the null vectors are the hard ones for a condition estimate.
    let mut rng = Streams::new(3).stream("aliases", 0);
    let base: Vec<f64> = (0..30).map(|_| normal(&mut rng) * 1e-8).collect();
    let other: Vec<f64> = (0..30).map(|_| normal(&mut rng) * 1e-8).collect();
    let x = Mat::from_fn(30, 4, |i, j| [base[i], 2.0 * base[i], other[i], base[i] + other[i]][j]);
    let y: Vec<f64> = (0..30).map(|_| uniform(&mut rng).round()).collect();
    let fit = glm("binomial").fit(&Observations::new(x.as_ref(), &y)).unwrap();
    use State::{Aliased, Estimated};
    assert_eq!(states(&fit), [Estimated, Estimated, Aliased, Estimated, Aliased]);
    assert!(fit.status.is_solved() && fit.warnings[0].contains("x1, x3"), "{:?}", fit.warnings);
    // A ridge penalty keeps them all.
    let ridge = glm("binomial").ridge(0.1).unwrap().fit(&Observations::new(x.as_ref(), &y)).unwrap();
    assert_eq!(states(&ridge), [Estimated; 5]);
    assert!(ridge.coefficients[1].std_error.is_nan() && ridge.warnings[0].contains("penalised"));
}

#[test]
fn more_columns_than_rows_is_fitted_with_aliases() {
    let mut rng = Streams::new(5).stream("wide", 0);
    let x = Mat::from_fn(4, 9, |_, _| normal(&mut rng));
    let y = [1.0, 2.0, 0.5, 3.0];
    let fit = glm("gaussian").fit(&Observations::new(x.as_ref(), &y)).unwrap();
    assert!(fit.status.is_solved());
    assert_eq!(states(&fit).iter().filter(|s| **s == State::Estimated).count(), 4);
    assert_eq!(fit.df_residual, 0.0);
    assert!(fit.deviance < 1e-20 && fit.coefficients[0].std_error.is_nan());
    assert!(fit.warnings.iter().any(|w| w.contains("no residual degrees of freedom")), "{:?}", fit.warnings);
}

#[test]
fn a_maximum_on_the_edge_of_the_range_is_said_to_be_there() {
    let x = mat![[0.0], [1.0], [2.0], [3.0], [4.0]];
    let y = [0.0, 0.0, 0.0, 5.0, 9.0];
    let fit = glm("poisson").link("identity").unwrap().fit(&Observations::new(x.as_ref(), &y)).unwrap();
    assert_eq!(fit.status, Status::Stalled);
    assert!(
        fit.warnings.iter().any(|w| w.contains("edge of the poisson family's range")),
        "{:?}",
        fit.warnings
    );
    assert!(fit.coefficients[0].std_error.is_nan());
}

#[test]
fn the_optimizer_does_not_change_the_answer() {
    let mut rng = Streams::new(8).stream("optimizers", 0);
    // Columns in very different units.
    let x = Mat::from_fn(200, 3, |_, j| normal(&mut rng) * [1e-3, 1.0, 1e4][j]);
    let y: Vec<f64> = (0..200).map(|i| below(&mut rng, 3) as f64 + (x[(i, 1)]).max(0.0).floor()).collect();
    let data = Observations::new(x.as_ref(), &y);
    let newton = glm("poisson").fit(&data).unwrap();
    assert_eq!((newton.status, newton.choice.optimizer), (Status::Certified, "newton"));
    for name in ["lbfgs", "gradient-descent"] {
        let other = glm("poisson").optimizer(name).unwrap().iterations(3000).fit(&data).unwrap();
        assert!(other.status.is_solved(), "{name} {}", other.status);
        for (a, b) in newton.coefficients.iter().zip(&other.coefficients) {
            assert!((a.estimate - b.estimate).abs() < 1e-6 * a.std_error, "{name} {}", a.name);
        }
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let mut rng = Streams::new(13).stream("threads", 0);
    let x = Mat::from_fn(30_000, 4, |_, _| normal(&mut rng));
    let y: Vec<f64> = (0..30_000).map(|_| uniform(&mut rng).round()).collect();
    let fit = |threads| {
        let run = || glm("binomial").link("probit").unwrap().fit(&Observations::new(x.as_ref(), &y)).unwrap();
        let fit = par::with_threads(threads, run).unwrap();
        let mut bits: Vec<u64> =
            fit.coefficients.iter().flat_map(|c| [c.estimate, c.std_error].map(f64::to_bits)).collect();
        bits.extend([fit.log_likelihood, fit.deviance, fit.null_deviance].map(f64::to_bits));
        bits
    };
    let one = fit(1);
    assert_eq!(fit(2), one);
    assert_eq!(fit(7), one);
}

#[test]
fn wrong_input_is_one_typed_error() {
    let x = mat![[1.0, 2.0], [3.0, f64::NAN], [5.0, 6.0]];
    let good = mat![[1.0], [2.0], [3.0]];
    let names = ["age".to_owned(), "dose".to_owned()];
    let fails = |family: &str, data: Observations<'_>| glm(family).fit(&data).unwrap_err();
    let message =
        fails("gaussian", Observations::new(x.as_ref(), &[1.0, 2.0, 3.0]).names(&names)).to_string();
    assert_eq!(message, "predictor `dose` is NaN at row 1; remove the row or give a finite number");
    let short = fails("gaussian", Observations::new(good.as_ref(), &[1.0, 2.0]));
    assert!(matches!(short, Error::Shape { expected: 2, found: 3, .. }), "{short}");
    let negative = fails("poisson", Observations::new(good.as_ref(), &[1.0, -2.0, 0.0]));
    assert!(matches!(negative, Error::OutsideDomain { row: 1, .. }), "{negative}");
    let not_binary = fails("binomial", Observations::new(good.as_ref(), &[0.0, 1.0, 2.0]));
    assert!(matches!(not_binary, Error::OutsideDomain { row: 2, .. }), "{not_binary}");
    let weights = fails("gaussian", Observations::new(good.as_ref(), &[1.0, 2.0, 3.0]).weights(&[0.0; 3]));
    assert!(weights.to_string().contains("positive weight"), "{weights}");
    let offset = fails(
        "gaussian",
        Observations::new(good.as_ref(), &[1.0, 2.0, 3.0]).offset(&[0.0, f64::INFINITY, 0.0]),
    );
    assert!(matches!(offset, Error::NonFinite { row: 1, .. }), "{offset}");
    assert!(glm("gaussian").ridge(-1.0).is_err() && glm("gaussian").ridge(f64::NAN).is_err());
    assert!(glm("gaussian").link("logit").is_err() && Glm::new("gausian").is_err());
    let empty = fails("gaussian", Observations::new(Mat::<f64>::zeros(0, 1).as_ref(), &[]));
    assert!(matches!(empty, Error::Empty { .. }), "{empty}");
}
