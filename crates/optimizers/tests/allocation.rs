//! No method allocates in a step after the first, sequentially or on a pool. The test has its process to itself: the allocator counts all.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::par::with_threads;
use thalweg_core::{Minimizer, Par, Penalised, Smooth};
use thalweg_optimizers::{CoordinateDescent, Fista, GradientDescent, Lbfgs, Newton, NewtonCg};
use thalweg_testkit::alloc::CountingAllocator;
use thalweg_testkit::composite::Problem;
use thalweg_testkit::fixtures::Logistic;
use thalweg_testkit::minimizers::steps::steps_allocate_nothing;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// Lets every thread of the pool take part once, so that its own first-use memory is behind it.
fn wake(par: Par) {
    for _ in 0..50 {
        par.for_each(64, |i| {
            std::hint::black_box((0..2000 + i).sum::<usize>());
        });
    }
}

fn check<M: for<'a> Minimizer<f64, Smooth<'a, f64>>>(minimizer: &M, par: Par, steps: usize) {
    let data = Logistic::<f64>::new(6000, 5, 1);
    let x0 = vec![0.0; data.dim()];
    wake(par);
    data.with(par, |smooth| {
        if let Err(violation) = steps_allocate_nothing(minimizer, smooth, &x0, &ALLOCATOR, steps) {
            panic!("{par:?}: {violation}");
        }
    })
    .unwrap();
}

/// The same for solvers of composite problems.
fn check_composite<M: for<'a> Minimizer<f64, Penalised<'a, f64>>>(minimizer: &M, par: Par, steps: usize) {
    wake(par);
    for logistic in [false, true] {
        let problem = Problem::synthetic("allocation", 2000, 120, logistic, 1.0, 0.01);
        let x0 = vec![0.0; problem.dim()];
        let run = |objective: &mut Penalised<'_, f64>| {
            if let Err(violation) = steps_allocate_nothing(minimizer, objective, &x0, &ALLOCATOR, steps) {
                panic!("{par:?}, logistic {logistic}: {violation}");
            }
        };
        problem.with(par, run).unwrap();
    }
}

/// One test, so that no other thread of the harness allocates meanwhile.
#[test]
fn steps_allocate_nothing_after_the_first() {
    let every = |par: Par| {
        check(&GradientDescent::default(), par, 12);
        check(&Lbfgs::default(), par, 12);
        check(&Newton::default(), par, 4);
        check_composite(&Fista::default(), par, 8);
        let loose = CoordinateDescent { smallest: 5, share: 0.5, newton: 2, ..CoordinateDescent::default() };
        check_composite(&loose, par, 4);
        check_composite(&CoordinateDescent { working_set: false, ..loose }, par, 3);
        check(&NewtonCg::default(), par, 4);
    };
    every(Par::Seq);
    for threads in [1, 2] {
        with_threads(threads, || every(Par::Rayon)).unwrap();
    }
}
