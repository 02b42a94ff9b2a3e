//! `autodiff`: derivatives against the plain function, other crates' derivatives and those of JAX and PyTorch.

mod repeat;
mod rosenbrock;
mod student_t;
mod tape;
mod taylor;

use crate::Benchmark;

pub(super) fn benchmarks() -> Vec<Benchmark> {
    let mut all = student_t::benchmarks();
    all.extend(rosenbrock::benchmarks());
    all.extend(tape::benchmarks());
    all.extend(taylor::benchmarks());
    all
}

/// Whether every number is within `tolerance` of the reference, relative to the largest of the reference.
fn near(found: &[f64], reference: &[f64], tolerance: f64) -> bool {
    let size = reference.iter().fold(0.0_f64, |size, r| size.max(r.abs()));
    found.len() == reference.len()
        && found.iter().zip(reference).all(|(f, r)| (f - r).abs() <= tolerance * size)
}
