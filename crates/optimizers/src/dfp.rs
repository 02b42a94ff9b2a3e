//! DFP: the first quasi-Newton method, dual to BFGS; for comparison, since it recovers more slowly from a poor matrix.
//!
//! Source: Davidon (1959); Fletcher and Powell, *A rapidly convergent descent method for minimization*, Computer J. 6 (1963).

use thalweg_core::{Halt, Real, vector};

use crate::descent::{Descent, Direction, Moved};
use crate::entry::{Make, MinimizerEntry};
use crate::inverse_hessian::InverseHessian;
use crate::line_search::StrongWolfe;

/// H⁺ = H − Hy(Hy)ᵀ/(yᵀHy) + ssᵀ/(sᵀy).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Dfp {
    /// A pair (s, y) is taken only if sᵀy exceeds this share of ‖s‖‖y‖, so that H stays positive definite. Default 1e-10.
    pub curvature_share: f64,
}

impl Default for Dfp {
    fn default() -> Self {
        Self { curvature_share: 1e-10 }
    }
}

/// With a search that comes near the minimum along the line, which DFP needs more than BFGS.
fn method() -> Descent<Dfp> {
    Descent { direction: Dfp::default(), search: StrongWolfe { curvature: 0.1, ..StrongWolfe::default() } }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "dfp",
    summary: "the Davidon-Fletcher-Powell method with an accurate strong Wolfe search; bfgs is the better choice",
    parameters: &[],
    example: "dfp",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&method(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&method(), objective, x0),
    },
};

impl<T: Real> Direction<T> for Dfp {
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
        let (taken, given) = (-T::of(0.5) / vector::dot(&h.y, &h.hy), T::of(0.5) / curvature);
        h.add_symmetric(taken, |h, i| h.hy[i], |h, i| h.hy[i]);
        h.add_symmetric(given, |h, i| h.s[i], |h, i| h.s[i]);
    }

    fn forget(&self, h: &mut InverseHessian<T>) -> bool {
        h.forget()
    }
}
