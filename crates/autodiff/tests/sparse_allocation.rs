//! After the first evaluation of a sparse derivative nothing allocates.

use thalweg_autodiff::sparse::{Method, SparseHessian, SparseJacobian};
use thalweg_autodiff::{Program, Scalar};
use thalweg_testkit::alloc::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

#[test]
fn replay_allocates_nothing() {
    let n = 50;
    let sum = Program::trace(n, 0, |p, _| {
        p.windows(2).fold(Scalar::of(0.0), |sum, x| {
            sum + Scalar::select(x[0].lt(x[1]), (x[0] * x[1]).sin(), x[1].exp())
        })
    })
    .unwrap();
    let parts =
        Program::trace_vector(n, 0, |p, _| p.windows(3).map(|x| x[0] * x[1] - x[2].cos()).collect()).unwrap();
    let (first, second) = (vec![0.5; n], vec![0.25; n]);
    for method in [Method::Star, Method::Acyclic, Method::Columns] {
        let mut hessian = SparseHessian::<f64>::with_method(&sum, method).unwrap();
        hessian.evaluate(&first).unwrap();
        let before = ALLOCATOR.allocations();
        hessian.evaluate(&second).unwrap();
        assert_eq!(ALLOCATOR.allocations(), before, "{method}");
    }
    for method in [Method::Columns, Method::Rows, Method::Both] {
        let mut jacobian = SparseJacobian::<f64>::with_method(&parts, method).unwrap();
        jacobian.evaluate(&first).unwrap();
        let before = ALLOCATOR.allocations();
        jacobian.evaluate(&second).unwrap();
        assert_eq!(ALLOCATOR.allocations(), before, "{method}");
    }
}
