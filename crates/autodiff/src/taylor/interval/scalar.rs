//! The functions of [`Scalar`] on intervals.
//!
//! A monotone function by its ends; sine, cosine and tangent by the multiples of π that the interval may hold; an even power, a hyperbolic
//! cosine or an absolute value by its minimum at 0; a power or an angle of two numbers by its corners.

use thalweg_core::{Scalar, math};

use super::kernel::{self, Kernel, above, below};
use super::rounding::{mul_down, mul_up, sqrt_down, sqrt_up};
use super::{Interval, Truth, gamma};

impl Interval {
    /// π, between two neighbours.
    pub const PI: Self = Self { lo: std::f64::consts::PI, hi: std::f64::consts::PI.next_up() };

    /// f of this interval, if it is defined and lies from `least` to `most`, both included.
    fn within(self, least: f64, most: f64, f: impl FnOnce(Self) -> Self) -> Self {
        if self.is_defined() && least <= self.lo && self.hi <= most { f(self) } else { Self::UNDEFINED }
    }

    /// f of this interval, if it is defined.
    fn everywhere(self, f: impl FnOnce(Self) -> Self) -> Self {
        self.within(f64::NEG_INFINITY, f64::INFINITY, f)
    }

    /// The first and the last integer that x/π − `shift` can be.
    fn half_turns(self, shift: f64) -> (f64, f64) {
        let t = self / Self::PI - Self::point(shift);
        (t.lo.ceil(), t.hi.floor())
    }

    /// A wave with value (−1)ᵏ at (k + `shift`) π and monotone in between.
    fn wave(self, kernel: &Kernel, shift: f64) -> Self {
        let all = Self { lo: -1.0, hi: 1.0 };
        // The kernels' error bounds end where the reduction of the angle does.
        if !(math::is_moderate_angle(self.lo) && math::is_moderate_angle(self.hi)) {
            return all;
        }
        let (first, last) = self.half_turns(shift);
        let ends = kernel.ends(self);
        if last > first {
            all
        } else if last < first {
            ends
        } else if (0.5 * first).floor() == 0.5 * first {
            Self { hi: 1.0, ..ends }
        } else {
            Self { lo: -1.0, ..ends }
        }
    }

    /// The least and the greatest of the values at four corners, each with an error of at most `ulps`.
    fn corners(values: [f64; 4], ulps: f64) -> Self {
        let lo = values.iter().map(|&v| below(v, ulps)).fold(f64::INFINITY, f64::min);
        let hi = values.iter().map(|&v| above(v, ulps)).fold(f64::NEG_INFINITY, f64::max);
        Self { lo, hi }
    }

    /// xⁿ for |n| ≥ 2.
    fn power(self, n: i32) -> Self {
        if n < 0 && self.contains(0.0) {
            return Self::UNDEFINED;
        }
        let at = |x: f64| math::powi(x, n);
        let (lo, hi) = (self.lo, self.hi);
        let both = Self {
            lo: below(at(lo), kernel::POWF_ULPS).min(below(at(hi), kernel::POWF_ULPS)),
            hi: above(at(lo), kernel::POWF_ULPS).max(above(at(hi), kernel::POWF_ULPS)),
        };
        if n % 2 != 0 {
            return both;
        }
        Self { lo: if self.contains(0.0) { 0.0 } else { both.lo.max(0.0) }, ..both }
    }
}

impl Scalar for Interval {
    type Mask = Truth;

    fn of(c: f64) -> Self {
        Self::point(c)
    }
    fn lt(self, other: Self) -> Truth {
        Truth::less(self, other)
    }
    fn le(self, other: Self) -> Truth {
        Truth::at_most(self, other)
    }
    /// The hull of both where the truth is unknown.
    fn select(mask: Truth, then: Self, otherwise: Self) -> Self {
        match mask {
            Truth::True => then,
            Truth::False => otherwise,
            Truth::Unknown => then.hull(otherwise),
            Truth::Undefined => Self::UNDEFINED,
        }
    }

    fn exp(self) -> Self {
        self.everywhere(|x| kernel::EXP.increasing(x))
    }
    fn exp_m1(self) -> Self {
        self.everywhere(|x| kernel::EXP_M1.increasing(x))
    }
    /// Undefined at 0.
    fn ln(self) -> Self {
        self.within(f64::from_bits(1), f64::INFINITY, |x| kernel::LN.increasing(x))
    }
    /// Undefined at −1.
    fn ln_1p(self) -> Self {
        self.within((-1.0_f64).next_up(), f64::INFINITY, |x| kernel::LN_1P.increasing(x))
    }
    fn sqrt(self) -> Self {
        self.within(0.0, f64::INFINITY, |x| Self { lo: sqrt_down(x.lo), hi: sqrt_up(x.hi) })
    }
    /// Undefined for n < 0 at 0.
    fn powi(self, n: i32) -> Self {
        self.everywhere(|x| match n {
            0 => Self::ONE,
            1 => x,
            2 => x.square(),
            -1 => x.recip(),
            _ => x.power(n),
        })
    }
    /// For integer exponents as [`Scalar::powi`]; else for x > 0, and at x = 0 for positive exponents.
    fn powf(self, exponent: Self) -> Self {
        let e = exponent.lo;
        if exponent.is_point() && e.floor() == e && e.abs() <= f64::from(i32::MAX) {
            return self.powi(e as i32);
        }
        if !exponent.is_defined() || (self.lo == 0.0 && e <= 0.0) {
            return Self::UNDEFINED;
        }
        self.within(0.0, f64::INFINITY, |x| {
            let at = |x: f64, y: f64| math::powf(x, y);
            let (l, h) = (exponent.lo, exponent.hi);
            let all = Self::corners([at(x.lo, l), at(x.lo, h), at(x.hi, l), at(x.hi, h)], kernel::POWF_ULPS);
            Self { lo: all.lo.max(0.0), ..all }
        })
    }
    fn sin(self) -> Self {
        self.everywhere(|x| x.wave(&kernel::SIN, 0.5))
    }
    fn cos(self) -> Self {
        self.everywhere(|x| x.wave(&kernel::COS, 0.0))
    }
    /// Undefined where a pole may lie in the interval, and beyond |x| = 2³⁰.
    fn tan(self) -> Self {
        let covered = f64::from(1 << 30);
        self.within(-covered, covered, |x| {
            let (first, last) = x.half_turns(0.5);
            if first <= last { Self::UNDEFINED } else { kernel::TAN.increasing(x) }
        })
    }
    fn asin(self) -> Self {
        self.within(-1.0, 1.0, |x| kernel::ASIN.increasing(x))
    }
    fn acos(self) -> Self {
        self.within(-1.0, 1.0, |x| kernel::ACOS.decreasing(x))
    }
    fn atan(self) -> Self {
        self.everywhere(|x| kernel::ATAN.increasing(x))
    }
    /// Undefined if the rectangle holds the origin or lies on both sides of the cut along the negative x-axis, which itself has the angle π.
    fn atan2(self, x: Self) -> Self {
        let y = self;
        let origin = y.contains(0.0) && x.contains(0.0);
        let cut = y.lo < 0.0 && y.hi >= 0.0 && x.lo < 0.0;
        if origin || cut || !(y.is_defined() && x.is_defined()) {
            return Self::UNDEFINED;
        }
        // Adding 0 takes the sign of −0, which chooses the other side of the cut.
        let at = |y: f64, x: f64| math::atan2(y + 0.0, x);
        Self::corners([at(y.lo, x.lo), at(y.lo, x.hi), at(y.hi, x.lo), at(y.hi, x.hi)], kernel::ATAN2_ULPS)
            .refined(Self { lo: -Self::PI.hi, hi: Self::PI.hi })
    }
    fn sinh(self) -> Self {
        self.everywhere(|x| kernel::SINH.increasing(x))
    }
    fn cosh(self) -> Self {
        self.everywhere(|x| {
            let ends = kernel::COSH.ends(x);
            if x.contains(0.0) { Self { lo: 1.0, ..ends } } else { ends }
        })
    }
    fn tanh(self) -> Self {
        self.everywhere(|x| kernel::TANH.increasing(x))
    }
    fn erf(self) -> Self {
        self.everywhere(|x| kernel::ERF.increasing(x))
    }
    fn erfc(self) -> Self {
        self.everywhere(|x| kernel::ERFC.decreasing(x))
    }
    /// For x > 0.
    fn ln_gamma(self) -> Self {
        gamma::ln_gamma(self)
    }
    /// For x > 0.
    fn polygamma(self, n: u32) -> Self {
        gamma::polygamma(n, self)
    }
    fn sigmoid(self) -> Self {
        self.everywhere(|x| kernel::SIGMOID.increasing(x))
    }
    fn softplus(self) -> Self {
        self.everywhere(|x| kernel::SOFTPLUS.increasing(x))
    }
    fn normal_cdf(self) -> Self {
        self.everywhere(|x| kernel::NORMAL_CDF.increasing(x))
    }
    fn normal_ln_cdf(self) -> Self {
        self.everywhere(|x| kernel::NORMAL_LN_CDF.increasing(x))
    }
    fn inverse_mills(self) -> Self {
        self.everywhere(|x| {
            if x.hi <= 0.0 {
                return kernel::INVERSE_MILLS.decreasing(x);
            }
            // Right of 0 by its definition: the error of erfcx(−x/√2) grows with x².
            let density_over_cdf = |x: f64| {
                let point = Self { lo: x, hi: x };
                let exponent = -(Self::point(0.5) * point.square());
                exponent.exp() / (Self::point(2.0) * Self::PI).sqrt() / point.normal_cdf()
            };
            let lo = if x.hi == f64::INFINITY { 0.0 } else { density_over_cdf(x.hi).lo };
            let hi = if x.lo <= 0.0 { kernel::INVERSE_MILLS.up(x.lo) } else { density_over_cdf(x.lo).hi };
            Self { lo, hi }
        })
    }

    fn abs(self) -> Self {
        self.everywhere(|x| {
            if x.lo >= 0.0 {
                x
            } else if x.hi <= 0.0 {
                -x
            } else {
                Self { lo: 0.0, hi: x.magnitude() }
            }
        })
    }
    fn min(self, other: Self) -> Self {
        self.everywhere(|x| other.everywhere(|y| Self { lo: x.lo.min(y.lo), hi: x.hi.min(y.hi) }))
    }
    fn max(self, other: Self) -> Self {
        self.everywhere(|x| other.everywhere(|y| Self { lo: x.lo.max(y.lo), hi: x.hi.max(y.hi) }))
    }
    fn square(self) -> Self {
        let x = self.abs();
        x.everywhere(|x| Self { lo: mul_down(x.lo, x.lo), hi: mul_up(x.hi, x.hi) })
    }
}
