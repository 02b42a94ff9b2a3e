//! SR1: the symmetric rank-one update, kept positive definite by sizing, so that it serves a line search.
//!
//! With a = sᵀH⁻¹s, b = sᵀy, c = yᵀHy the updated matrix is positive definite iff (a − b)(b − c) > 0. Where b is less than both, H is first multiplied by
//! θ = b/(2c), after which it is.
//!
//! Source: Broyden (1967); Conn, Gould and Toint, Math. Prog. 50 (1991), for what the update learns; Osborne and Sun, *A new approach to symmetric rank-one
//! updating*, IMA J. Numer. Anal. 19 (1999), for sizing.

use thalweg_core::{Halt, Real, vector};

use crate::descent::{Descent, Direction, Moved};
use crate::entry::{Make, MinimizerEntry};
use crate::inverse_hessian::InverseHessian;

/// H⁺ = H + uuᵀ/(uᵀy), u = s − Hy.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Sr1 {
    /// An update is skipped where |uᵀy| is at most this share of ‖u‖‖y‖. Default 1e-8.
    pub share: f64,
}

impl Default for Sr1 {
    fn default() -> Self {
        Self { share: 1e-8 }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "sr1",
    summary: "quasi-Newton by symmetric rank-one updates, sized to stay positive definite, with strong Wolfe search",
    parameters: &[],
    example: "sr1",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&Descent::<Sr1>::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&Descent::<Sr1>::default(), objective, x0),
    },
};

impl<T: Real> Direction<T> for Sr1 {
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
        let first = h.is_fresh();
        // At the full value sᵀy/yᵀy the first update would have the denominator 0.
        let Some(b) = h.learn(step, 1e-10, |sy, yy| T::of(0.5) * sy / yy) else { return };
        // H⁻¹s = −tg, since s = td and d = −Hg.
        let a = -step.t * vector::dot(step.gradient[0], &h.s);
        let c = vector::dot(&h.y, &h.hy);
        if !first && b < a && b < c {
            h.scale(T::of(0.5) * b / c);
        }
        let c = vector::dot(&h.y, &h.hy);
        let denominator = b - c;
        let size: T = h.s.iter().zip(&h.hy).map(|(s, v)| (*s - *v) * (*s - *v)).sum();
        if denominator.abs() > T::of(self.share) * size.sqrt() * vector::norm2(&h.y) {
            h.add_symmetric(T::of(0.5) / denominator, |h, i| h.s[i] - h.hy[i], |h, i| h.s[i] - h.hy[i]);
        }
    }

    fn forget(&self, h: &mut InverseHessian<T>) -> bool {
        h.forget()
    }
}
