//! An evaluation of a set loss takes no memory after the first one.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::Mat;
use thalweg_core::{Design, Gradient, HessianVector, Par, SetObjective, Weights};
use thalweg_losses::Cox;
use thalweg_testkit::alloc::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

#[test]
fn nothing_allocates_after_the_first_evaluation() {
    let n = 3000;
    let x = Mat::from_fn(n, 2, |i, j| ((i + 1) as f64 * (j as f64 + 0.7)).sin());
    let times: Vec<f64> = (0..n).map(|i| (i * 37 % 101) as f64).collect();
    let events: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i % 3 != 0))).collect();
    let design = Design::new(x.as_ref()).unwrap().standardized(Weights::Unit).unwrap();
    let cox = Cox::new(&times, &events).unwrap();
    let mut objective = SetObjective::new(&design, &cox).unwrap().with_par(Par::Seq);
    let mut g = [0.0; 2];
    let mut round = |b: [f64; 2]| {
        objective.value_gradient(&b, &mut g).unwrap();
        objective.linearize(&b).unwrap();
        objective.hessian_vector(&b, &mut g).unwrap();
    };
    round([0.0; 2]);
    let before = ALLOCATOR.allocations();
    // Steep predictors: the levels rise many times.
    round([4.0, -90.0]);
    assert_eq!(ALLOCATOR.allocations(), before);
}
