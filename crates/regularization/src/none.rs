//! No penalty: P = 0, for maximum likelihood.

use thalweg_core::{Blocks, Diagonal, Penalty, Real, Result, Step};

use crate::{Make, PenaltyEntry};

/// P(b; λ) = 0 for every λ. Its prox is the identity and its conjugate is 0 at 0 and +∞ elsewhere.
///
/// ```
/// use thalweg_core::Penalty;
/// assert_eq!(thalweg_regularization::None.value(&[3.0, -1.0], 10.0), 0.0);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct None;

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "none",
    summary: "no penalty: maximum likelihood",
    parameters: &[],
    example: "none",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(None))
}

impl<T: Real> Penalty<T> for None {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }

    fn value(&self, _b: &[T], _lambda: T) -> T {
        T::ZERO
    }

    fn prox(&self, _block: usize, _v: &mut [T], _step: Step<'_, T>, _lambda: T) {}

    fn violation(&self, _block: usize, _b: &[T], g: &[T], _lambda: T) -> T {
        thalweg_core::vector::norm2(g)
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        Some(Diagonal::Uniform(T::ZERO))
    }

    fn is_quadratic(&self) -> bool {
        true
    }

    fn in_support(&self, _block: usize, _b: &[T], _lambda: T) -> bool {
        true
    }

    fn lambda_max(&self, _g0: &[T]) -> Option<T> {
        Option::None
    }

    fn conjugate(&self, v: &[T], _lambda: T) -> T {
        if v.iter().all(|v| *v == T::ZERO) { T::ZERO } else { T::INFINITY }
    }

    fn dual_scale(&self, v: &[T], _lambda: T) -> T {
        if v.iter().all(|v| *v == T::ZERO) { T::ONE } else { T::ZERO }
    }
}
