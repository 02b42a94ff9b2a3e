//! [`Kernel`]: an `f64` function with the error bound that [`thalweg_core::math`] documents for it.

use thalweg_core::math;

use super::Interval;

/// A monotone function on its domain: what it takes to round its values outward.
#[derive(Copy, Clone)]
pub(super) struct Kernel {
    function: fn(f64) -> f64,
    /// The documented error bound in ulp of the exact value.
    ulps: f64,
    /// An argument at which the value is exact, and that value.
    exact: (f64, f64),
    /// The least and the greatest value of the function.
    range: (f64, f64),
}

/// The half open ranges.
const ALL: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);
const POSITIVE: (f64, f64) = (0.0, f64::INFINITY);
const ORIGIN: (f64, f64) = (0.0, 0.0);
const NOWHERE: (f64, f64) = (f64::NAN, f64::NAN);
/// Above π/2 and π.
const HALF_TURN: f64 = std::f64::consts::FRAC_PI_2.next_up();
const TURN: f64 = std::f64::consts::PI.next_up();

const fn kernel(function: fn(f64) -> f64, ulps: f64, exact: (f64, f64), range: (f64, f64)) -> Kernel {
    Kernel { function, ulps, exact, range }
}

// The bounds below are those of the documentation of each function.
pub(super) const EXP: Kernel = kernel(math::exp, 0.7, (0.0, 1.0), POSITIVE);
pub(super) const EXP_M1: Kernel = kernel(math::exp_m1, 1.35, ORIGIN, (-1.0, f64::INFINITY));
pub(super) const LN: Kernel = kernel(math::ln, 0.8, (1.0, 0.0), ALL);
pub(super) const LN_1P: Kernel = kernel(math::ln_1p, 0.9, ORIGIN, ALL);
pub(super) const SIN: Kernel = kernel(math::sin, 0.8, ORIGIN, (-1.0, 1.0));
pub(super) const COS: Kernel = kernel(math::cos, 0.8, (0.0, 1.0), (-1.0, 1.0));
pub(super) const TAN: Kernel = kernel(math::tan, 1.0, ORIGIN, ALL);
pub(super) const ASIN: Kernel = kernel(math::asin, 0.7, ORIGIN, (-HALF_TURN, HALF_TURN));
pub(super) const ACOS: Kernel = kernel(math::acos, 0.7, (1.0, 0.0), (0.0, TURN));
pub(super) const ATAN: Kernel = kernel(math::atan, 0.7, ORIGIN, (-HALF_TURN, HALF_TURN));
pub(super) const SINH: Kernel = kernel(math::sinh, 0.8, ORIGIN, ALL);
pub(super) const COSH: Kernel = kernel(math::cosh, 0.7, (0.0, 1.0), (1.0, f64::INFINITY));
pub(super) const TANH: Kernel = kernel(math::tanh, 1.0, ORIGIN, (-1.0, 1.0));
pub(super) const ERF: Kernel = kernel(math::erf, 1.2, ORIGIN, (-1.0, 1.0));
pub(super) const ERFC: Kernel = kernel(math::erfc, 1.5, (0.0, 1.0), (0.0, 2.0));
pub(super) const SIGMOID: Kernel = kernel(math::sigmoid, 1.45, (0.0, 0.5), (0.0, 1.0));
pub(super) const SOFTPLUS: Kernel = kernel(math::softplus, 1.05, NOWHERE, POSITIVE);
pub(super) const NORMAL_CDF: Kernel = kernel(math::normal_cdf, 1.4, (0.0, 0.5), (0.0, 1.0));
pub(super) const NORMAL_LN_CDF: Kernel = kernel(math::normal_ln_cdf, 1.8, NOWHERE, (f64::NEG_INFINITY, 0.0));
/// √(2/π)/erfcx(−x/√2) for x ≤ 0: erfcx and the division have 1.5 and 0.5 ulp, the constants and the argument 0.5, 0.5 and 0.3, and
/// |z erfcx′(z)/erfcx(z)| ≤ 1.
pub(super) const INVERSE_MILLS: Kernel = kernel(inverse_mills, 3.5, NOWHERE, POSITIVE);
pub(super) const LN_GAMMA: Kernel = kernel(math::ln_gamma, 2.0, (1.0, 0.0), ALL);
pub(super) const DIGAMMA: Kernel = kernel(math::digamma, 1.6, NOWHERE, ALL);
pub(super) const TRIGAMMA: Kernel = kernel(math::trigamma, 1.8, NOWHERE, POSITIVE);
/// The error bounds of the functions of two numbers.
pub(super) const POWF_ULPS: f64 = 0.7;
pub(super) const ATAN2_ULPS: f64 = 2.0;

fn inverse_mills(x: f64) -> f64 {
    thalweg_core::Scalar::inverse_mills(x)
}

/// A bound below the exact value, of which `value` is an approximation with an error of at most `ulps` ulp.
///
/// One ulp of v is at most ε|v| and at least half of that, so `ulps` + 1 times ε|v| is the error bound and at least half an ulp more;
/// another step down makes it one. The absolute term serves gradual underflow.
pub(super) fn below(value: f64, ulps: f64) -> f64 {
    const SUBNORMAL: f64 = 4.0 * f64::from_bits(1);
    const HUGE: f64 = f64::MAX * (1.0 - 16.0 * f64::EPSILON);
    let value = value.min(f64::MAX);
    let radius = value.abs() * ((ulps + 1.0) * f64::EPSILON) + SUBNORMAL;
    (value - radius).next_down().min(HUGE)
}

/// A bound above the exact value, likewise.
pub(super) fn above(value: f64, ulps: f64) -> f64 {
    -below(-value, ulps)
}

impl Kernel {
    /// A bound below the value at x.
    pub(super) fn down(&self, x: f64) -> f64 {
        let value = (self.function)(x);
        if x == self.exact.0 { self.exact.1 } else { below(value, self.ulps).max(self.range.0) }
    }

    /// A bound above the value at x.
    pub(super) fn up(&self, x: f64) -> f64 {
        let value = (self.function)(x);
        if x == self.exact.0 { self.exact.1 } else { above(value, self.ulps).min(self.range.1) }
    }

    /// The values on `x`, where the function increases.
    pub(super) fn increasing(&self, x: Interval) -> Interval {
        Interval { lo: self.down(x.lo), hi: self.up(x.hi) }
    }

    /// The values on `x`, where the function decreases.
    pub(super) fn decreasing(&self, x: Interval) -> Interval {
        Interval { lo: self.down(x.hi), hi: self.up(x.lo) }
    }

    /// The values at the ends of `x` and between them.
    pub(super) fn ends(&self, x: Interval) -> Interval {
        Interval { lo: self.down(x.lo).min(self.down(x.hi)), hi: self.up(x.lo).max(self.up(x.hi)) }
    }
}
