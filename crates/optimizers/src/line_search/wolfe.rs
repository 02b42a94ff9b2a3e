//! The Wolfe conditions, near round-off too.
//!
//! Source: Wolfe, SIAM Review 11 (1969); Hager and Zhang, *A new conjugate gradient method with guaranteed descent and an efficient line search*, SIAM J.
//! Optim. 16 (2005), for the approximate condition.

use thalweg_core::Real;

use super::{Line, Probe};

/// True unless φ(t) ≤ φ(0) + c₁ t φ′(0).
pub(super) fn too_high<T: Real>(decrease: f64, line: &Line<'_, T>, probe: &Probe<T>) -> bool {
    probe.value.is_nan() || probe.value > line.value + T::of(decrease) * probe.t * line.slope
}

/// φ′(t) ≤ (2c₁ − 1) φ′(0) where φ has not risen by more than rounding can feign: for a quadratic that is the condition of decrease, and slopes still
/// tell where the difference of two values drowns.
pub(super) fn decreases_by_slope<T: Real>(decrease: f64, line: &Line<'_, T>, probe: &Probe<T>) -> bool {
    let near = (probe.value - line.value).abs() <= line.noise();
    near && probe.slope <= T::of(2.0 * decrease - 1.0) * line.slope
}

/// Enough decrease, by values or near round-off by slopes, and |φ′(t)| ≤ c₂|φ′(0)|.
pub(super) fn holds<T: Real>(decrease: f64, curvature: f64, line: &Line<'_, T>, probe: &Probe<T>) -> bool {
    let flat = probe.slope.abs() <= T::of(curvature) * line.slope.abs();
    flat && (!too_high(decrease, line, probe) || decreases_by_slope(decrease, line, probe))
}
