//! Nonlinear conjugate gradients by Hager and Zhang: gᵀd ≤ −⅞‖g‖² whatever the search does.
//!
//! Source: Hager and Zhang, *A new conjugate gradient method with guaranteed descent and an efficient line search*, SIAM J. Optim. 16 (2005), eq. 1.5 to 1.8.

use thalweg_core::Real;

use super::{Beta, Products, method};
use crate::entry::{Make, MinimizerEntry};

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "hager-zhang",
    summary: "conjugate gradients by Hager and Zhang; needs gradients, memory of four vectors, the safest of the family",
    parameters: &[],
    example: "hager-zhang",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&method(Beta::HagerZhang), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&method(Beta::HagerZhang), objective, x0),
    },
};

/// β = max((y − 2d‖y‖²/dᵀy)ᵀg₁/dᵀy, −1/(‖d‖ min(0.01, ‖g₀‖))), y = g₁ − g₀.
pub(super) fn beta<T: Real>(k: &Products<T>) -> T {
    let beta = (k.gy - T::of(2.0) * k.gd * k.yy / k.dy) / k.dy;
    let floor = -(k.dd.sqrt() * k.old_square.sqrt().min(T::of(0.01))).recip();
    beta.max(floor)
}
