//! L-BFGS on a subsampled Hessian: the minimum Newton finds, by gradients over all rows and Hessians over few; exact resume; the bits of any
//! number of threads.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::par::with_threads;
use thalweg_core::{Driver, Par, Solution, stop};
use thalweg_optimizers::{Newton, PreconditionedLbfgs};
use thalweg_testkit::fixtures::Logistic;
use thalweg_testkit::minimizers::steps::states_resume;

const ROWS: usize = 40_000;

fn method() -> PreconditionedLbfgs {
    PreconditionedLbfgs { polish: Some(1e-16), ..PreconditionedLbfgs::new(ROWS, 7).unwrap() }
}

fn data() -> Logistic<f64> {
    Logistic::new(ROWS, 6, 3)
}

fn solve(data: &Logistic<f64>) -> Solution<f64> {
    data.with(Par::Rayon, |smooth| {
        let mut driver = Driver::new().stop(stop::predicted_decrease(1e-16));
        driver.minimize(&method(), smooth, &vec![0.0; data.dim()]).unwrap()
    })
    .unwrap()
}

#[test]
fn reaches_the_minimum_with_hessians_of_a_few_rows_only() {
    let data = data();
    let found = solve(&data);
    assert!(found.status.is_solved(), "{:?}", found.status);
    assert!(found.counts.gradients <= 9, "{:?}", found.counts);
    let exact = data
        .with(Par::Rayon, |smooth| {
            let x0 = vec![0.0; data.dim()];
            Driver::new()
                .stop(stop::predicted_decrease(1e-25))
                .minimize(&Newton::default(), smooth, &x0)
                .unwrap()
        })
        .unwrap();
    for (x, exact) in found.x.iter().zip(&exact.x) {
        assert!((x - exact).abs() <= 2e-8, "{x} instead of {exact}");
    }
}

#[test]
fn resumes_to_the_same_bits() {
    let data = data();
    let verdict =
        data.with(Par::Rayon, |smooth| states_resume(&method(), smooth, &vec![0.0; data.dim()])).unwrap();
    if let Err(violation) = verdict {
        panic!("{violation}");
    }
}

#[test]
fn threads_do_not_matter() {
    let data = data();
    let one = with_threads(1, || solve(&data).x).unwrap();
    for threads in [2, 7] {
        assert_eq!(one, with_threads(threads, || solve(&data).x).unwrap(), "{threads} threads");
    }
}

#[test]
fn too_few_rows_give_no_subsample() {
    assert!(PreconditionedLbfgs::new(3000, 7).is_none());
}
