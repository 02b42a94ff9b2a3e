//! Directed rounding: each operation to the nearest `f64` below or above its exact result.
//!
//! The rounding error of a sum, product, quotient or root is itself a floating-point number (TwoSum; the remainders by a fused
//! multiply-add), so its sign says whether the rounded result lies above or below the exact one: results that are exact stay, others move
//! by one step at most. Where an error could underflow, the step is taken always.
//! Source: Knuth, TAOCP vol. 2, 4.2.2; Boldo and Daumas, "Representable correcting terms for possibly underflowing floating point
//! operations", ARITH 16 (2003).

/// Below this magnitude the error of a product may underflow.
const TINY: f64 = 1e-280;

/// `rounded`, or its neighbour below if the exact result is less; `error` = exact − rounded, NaN if unknown.
#[inline]
fn down(rounded: f64, error: f64) -> f64 {
    if rounded == f64::INFINITY {
        f64::MAX
    } else if error >= 0.0 {
        rounded
    } else {
        rounded.next_down()
    }
}

/// a + b, rounded down.
#[inline]
pub(super) fn add_down(a: f64, b: f64) -> f64 {
    let sum = a + b;
    let seen = sum - a;
    down(sum, (a - (sum - seen)) + (b - seen))
}

/// a + b, rounded up.
#[inline]
pub(super) fn add_up(a: f64, b: f64) -> f64 {
    -add_down(-a, -b)
}

/// a · b, rounded down, with 0 · ∞ = 0.
#[inline]
pub(super) fn mul_down(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 {
        return 0.0;
    }
    let product = a * b;
    if product.abs() < TINY {
        let below = product.next_down();
        return if (a > 0.0) == (b > 0.0) { below.max(0.0) } else { below };
    }
    down(product, a.mul_add(b, -product))
}

/// a · b, rounded up, with 0 · ∞ = 0.
#[inline]
pub(super) fn mul_up(a: f64, b: f64) -> f64 {
    -mul_down(-a, b)
}

/// a / b for b ≠ 0, rounded down, with a / ∞ = 0.
#[inline]
pub(super) fn div_down(a: f64, b: f64) -> f64 {
    if a == 0.0 || b.is_infinite() {
        return 0.0;
    }
    let quotient = a / b;
    if quotient.abs() < TINY || a.abs() < TINY {
        let below = quotient.next_down();
        return if (a > 0.0) == (b > 0.0) { below.clamp(0.0, f64::MAX) } else { below };
    }
    let rest = (-quotient).mul_add(b, a);
    down(quotient, if b > 0.0 { rest } else { -rest })
}

/// a / b for b ≠ 0, rounded up, with a / ∞ = 0.
#[inline]
pub(super) fn div_up(a: f64, b: f64) -> f64 {
    -div_down(-a, b)
}

/// √x for x ≥ 0, rounded down.
#[inline]
pub(super) fn sqrt_down(x: f64) -> f64 {
    let root = x.sqrt();
    if x < TINY {
        return if x == 0.0 { 0.0 } else { root.next_down() };
    }
    down(root, (-root).mul_add(root, x))
}

/// √x for x ≥ 0, rounded up.
#[inline]
pub(super) fn sqrt_up(x: f64) -> f64 {
    let root = x.sqrt();
    if x < TINY {
        return if x == 0.0 { 0.0 } else { root.next_up() };
    }
    if root == f64::INFINITY || (-root).mul_add(root, x) <= 0.0 { root } else { root.next_up() }
}
