//! Nothing is allocated after the first call of each oracle.

use faer::Mat;
use thalweg_autodiff::{Program, ProgramObjective, Scalar};
use thalweg_core::streams::{Streams, normal};
use thalweg_core::{FiniteSum, Gradient, Hessian, HessianVector, Objective, Par};
use thalweg_testkit::alloc::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

#[test]
fn replay_allocates_nothing() {
    let mut rng = Streams::new(11).stream("objective", 0);
    let data: [Vec<f64>; 3] = core::array::from_fn(|_| (0..5000).map(|_| normal(&mut rng)).collect());
    let cauchy = Program::trace(4, 3, |p, row| {
        let scale = p[2] + p[3] * row[1];
        let z = (row[2] - p[0] - p[1] * row[0]) * (-scale).exp();
        scale + z.square().ln_1p()
    });
    let mut cost = cauchy.unwrap().objective(&[&data[0][..], &data[1], &data[2]]).unwrap().with_par(Par::Seq);
    let rows: Vec<u32> = (0..512).collect();
    let mut h = Mat::zeros(4, 4);
    let point = [0.3, -0.7, 0.2, 0.1];
    let mut all = |cost: &mut ProgramObjective<'_, f64>| {
        let (mut g, mut out) = ([0.0; 4], [0.0; 4]);
        cost.value(&point).unwrap();
        cost.value_gradient(&point, &mut g).unwrap();
        cost.value_gradient_hessian(&point, &mut g, h.as_mut()).unwrap();
        cost.linearize(&point).unwrap();
        cost.hessian_vector(&[1.0; 4], &mut out).unwrap();
        cost.batch_gradient(&rows, &point, &mut g).unwrap();
        cost.assess(&point).unwrap();
    };
    all(&mut cost);
    let before = ALLOCATOR.allocations();
    all(&mut cost);
    assert_eq!(ALLOCATOR.allocations() - before, 0);
}
