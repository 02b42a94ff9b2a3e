//! A tape allocates nothing once it has seen its longest function. The test has its process to itself: the allocator counts all.

#![allow(clippy::unwrap_used)]

use faer::Mat;
use thalweg_autodiff::{Dual, Scalar, ScalarOrd, Tape, Var, function, tape};
use thalweg_testkit::alloc::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

function! {
    /// A function of two numbers.
    fn pair(x: [S; 2]) -> S { x[0].sin() * x[1].exp() }
}

fn work<'t, S: ScalarOrd>(x: &[Var<'t, S>]) -> Var<'t, S> {
    let mut y = x[0];
    while y.primal() < 1e6 {
        y = y * x[1] + x[2].sin();
    }
    let [block] = tape::block(&pair, [y.recip(), x[2]]);
    x.iter().fold(block, |y, &x| y + x)
}

#[test]
fn reuse_allocates_nothing() {
    let x: Vec<f64> = (0..50).map(|i| 1.1 + f64::from(i) / 7.0).collect();
    let (mut g, mut hv, mut y) = (vec![0.0; 50], vec![0.0; 50], vec![0.0; 3]);
    let mut j = Mat::zeros(3, 50);
    let mut h = Mat::zeros(50, 50);
    let mut tape = Tape::<f64>::new();
    let mut second = Tape::<Dual<f64, 1>>::new();
    let mut lanes = Tape::<Dual<f64, 8>>::new();
    let mut all = || {
        tape.gradient(&x, work, &mut g).unwrap();
        tape.vjp(&x, |x, y| y.fill(work(x)), &[1.0, 2.0, 3.0], &mut y, &mut g).unwrap();
        tape.jacobian(&x, |x, y| y.fill(work(x)), &mut y, j.as_mut()).unwrap();
        second.hessian_vector(&x, &x, work, &mut g, &mut hv).unwrap();
        lanes.hessian(&x, work, &mut g, h.as_mut()).unwrap();
    };
    all();
    all();
    let before = ALLOCATOR.allocations();
    for _ in 0..5 {
        all();
    }
    assert_eq!(ALLOCATOR.allocations(), before);
    // The counter counts.
    std::hint::black_box(vec![1.0; 10]);
    assert!(ALLOCATOR.allocations() > before);
}
