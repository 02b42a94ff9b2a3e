//! Nonlinear conjugate gradients by Dai and Yuan: a descent direction after any step that obeys the Wolfe conditions.
//!
//! Source: Dai and Yuan, *A nonlinear conjugate gradient method with a strong global convergence property*, SIAM J. Optim. 10 (1999).

use thalweg_core::Real;

use super::{Beta, Products, method};
use crate::entry::{Make, MinimizerEntry};

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "dai-yuan",
    summary: "conjugate gradients by Dai and Yuan with restarts; needs gradients, memory of four vectors",
    parameters: &[],
    example: "dai-yuan",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&method(Beta::DaiYuan), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&method(Beta::DaiYuan), objective, x0),
    },
};

/// β = ‖g₁‖²/dᵀy, y = g₁ − g₀, or 0 where successive gradients are far from orthogonal: |g₁ᵀg₀| ≥ 0.2‖g₁‖².
pub(super) fn beta<T: Real>(k: &Products<T>) -> T {
    let restart = k.gg.abs() >= T::of(0.2) * k.new_square;
    if restart { T::ZERO } else { k.new_square / k.dy }
}
