//! Ridge penalty ½λ‖b‖²: Tikhonov regularisation, a Gaussian prior on the coefficients.
//!
//! Source: Hoerl and Kennard, *Ridge regression*, Technometrics 12 (1970).

use thalweg_core::{Blocks, Diagonal, Penalty, Real, Result, Step, k, vector};

use crate::{Make, PenaltyEntry};

/// P(b; λ) = ½λ‖b‖²; prox vᵢ/(1 + λtᵢ); violation ‖g + λb‖; conjugate ‖v‖²/(2λ).
///
/// No finite λ makes b = 0 optimal unless the gradient there vanishes, so there is no λ_max.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let mut v = [3.0];
/// thalweg_regularization::Ridge.prox(0, &mut v, Step::Scalar(1.0), 0.5);
/// assert_eq!(v, [2.0]);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Ridge;

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "ridge",
    summary: "half lambda times the squared norm: shrinks all coefficients, none to zero",
    parameters: &[],
    example: "ridge",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(Ridge))
}

impl<T: Real> Penalty<T> for Ridge {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        k(0.5) * lambda * vector::norm2_squared(b)
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        for (i, v) in v.iter_mut().enumerate() {
            *v /= T::ONE + lambda * step.at(i);
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let square: T = b.iter().zip(g).map(|(b, g)| (*g + lambda * *b).square()).sum();
        square.sqrt()
    }

    fn quadratic_part(&self, lambda: T) -> Option<Diagonal<T>> {
        Some(Diagonal::Uniform(lambda))
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

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        if lambda == T::ZERO {
            return Penalty::conjugate(&crate::None, v, lambda);
        }
        k(0.5) * vector::norm2_squared(v) / lambda
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        if lambda == T::ZERO { Penalty::dual_scale(&crate::None, v, lambda) } else { T::ONE }
    }
}
