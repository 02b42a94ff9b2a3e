//! The spectral conjugate direction d ← −θg + βs with the step s = x₁ − x₀ and the curvature sᵀy it met: steepest descent on the scale of the last step, bent
//! towards it.
//!
//! Source: Birgin and Martínez, *A spectral conjugate gradient method for unconstrained optimization*, Appl. Math. Optim. 43 (2001), eq. 3 to 5.

use thalweg_core::{Halt, Real, vector};
use thalweg_optimizers::{Descent, Direction, Moved, cautious, line_search::StrongWolfe};

/// The direction, with the search that quasi-Newton methods have.
pub type Method = Descent<Spectral, StrongWolfe>;

/// θ = sᵀs/sᵀy, β = (θy − s)ᵀg/sᵀy.
#[derive(Copy, Clone, Debug, Default)]
pub struct Spectral;

impl<T: Real> Direction<T> for Spectral {
    /// θ, 0 without memory, and βt: what multiple of the last direction the next one keeps.
    type State = [T; 2];

    fn name(&self) -> &'static str {
        "spectral"
    }

    fn init(&self, _: usize) -> Result<[T; 2], Halt> {
        Ok([T::ZERO; 2])
    }

    fn direction(&self, [theta, keep]: &mut [T; 2], g: &[T], d: &mut [T]) -> T {
        if *theta == T::ZERO {
            d.iter_mut().zip(g).for_each(|(d, g)| *d = -*g);
            return cautious(d);
        }
        d.iter_mut().zip(g).for_each(|(d, g)| *d = *keep * *d - *theta * *g);
        T::ONE
    }

    fn accepted(&self, [theta, keep]: &mut [T; 2], step: &Moved<'_, T>) {
        let (t, d, [g0, g1]) = (step.t, step.direction, step.gradient);
        let ys = t * (vector::dot(g1, d) - vector::dot(g0, d));
        let yg = vector::dot(g1, g1) - vector::dot(g0, g1);
        *theta = t * t * vector::norm2_squared(d) / ys;
        *keep = t * (*theta * yg - t * vector::dot(g1, d)) / ys;
        if !(ys > T::ZERO && theta.is_finite() && keep.is_finite()) {
            [*theta, *keep] = [T::ZERO; 2];
        }
    }

    fn forget(&self, [theta, _]: &mut [T; 2]) -> bool {
        core::mem::replace(theta, T::ZERO) != T::ZERO
    }
}
