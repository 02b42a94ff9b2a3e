//! BFGS: a dense quasi-Newton method, 3n² flops and n²/2 numbers an iteration beside the evaluation; superlinear convergence.
//!
//! Source: Broyden, Fletcher, Goldfarb and Shanno (1970); Nocedal and Wright, *Numerical Optimization*, 2nd ed., eq. 6.17 and 6.20 (the first scale).

use thalweg_core::{Halt, Real, vector};

use crate::descent::{Descent, Direction, Moved};
use crate::entry::{Make, MinimizerEntry};
use crate::inverse_hessian::InverseHessian;

/// H⁺ = (I − ρsyᵀ)H(I − ρysᵀ) + ρssᵀ, ρ = 1/(sᵀy).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Bfgs {
    /// A pair (s, y) is taken only if sᵀy exceeds this share of ‖s‖‖y‖, so that H stays positive definite. Default 1e-10.
    pub curvature_share: f64,
}

impl Default for Bfgs {
    fn default() -> Self {
        Self { curvature_share: 1e-10 }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "bfgs",
    summary: "dense quasi-Newton with strong Wolfe search; needs gradients, superlinear, fits some thousand parameters",
    parameters: &[],
    example: "bfgs",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&Descent::<Bfgs>::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&Descent::<Bfgs>::default(), objective, x0),
    },
};

impl<T: Real> Direction<T> for Bfgs {
    type State = InverseHessian<T>;

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn init(&self, n: usize) -> Result<InverseHessian<T>, Halt> {
        InverseHessian::new(n, ENTRY.name)
    }

    fn direction(&self, h: &mut InverseHessian<T>, g: &[T], d: &mut [T]) -> T {
        h.direction(g, d)
    }

    fn accepted(&self, h: &mut InverseHessian<T>, step: &Moved<'_, T>) {
        let Some(curvature) = h.learn(step, self.curvature_share, |sy, yy| sy / yy) else { return };
        let rho = curvature.recip();
        // H⁺ = H + swᵀ + wsᵀ with w = ρ(½(1 + ρ yᵀHy)s − Hy).
        let half = T::of(0.5) * (T::ONE + rho * vector::dot(&h.y, &h.hy));
        h.add_symmetric(rho, |h, i| h.s[i], |h, i| half * h.s[i] - h.hy[i]);
    }

    fn forget(&self, h: &mut InverseHessian<T>) -> bool {
        h.forget()
    }
}
