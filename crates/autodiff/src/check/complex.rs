//! [`Complex`]: the complex step f′(x) ≈ Im f(x + ih)/h, which subtracts nothing and is as exact as f for h far below the last digit of x.
//!
//! Arithmetic, powers, exponential, logarithmic, trigonometric and hyperbolic functions and their inverses are continued analytically from the real
//! axis; |x|, minima, maxima and selections follow the real part. The error function, the normal distribution, ln Γ and the polygammas have
//! no continuation here: their imaginary part is NaN, and the check says that it compared nothing.
//!
//! Source: Squire and Trapp (1998), *SIAM Review* 40; Kahan (1987), *Branch cuts for complex elementary functions*.

use core::f64::consts::{FRAC_PI_2, PI};
use core::ops::{Add, Div, Mul, Neg, Sub};

use thalweg_core::Scalar;

#[derive(Copy, Clone, Debug)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

const fn complex(re: f64, im: f64) -> Complex {
    Complex { re, im }
}

impl Complex {
    /// A real function without a continuation.
    fn real_only(re: f64) -> Self {
        complex(re, f64::NAN)
    }
    fn norm(self) -> f64 {
        self.re.hypot(self.im)
    }
    fn conjugate(self) -> Self {
        complex(self.re, -self.im)
    }
}

fn asinh(t: f64) -> f64 {
    let a = t.abs();
    Scalar::ln_1p(a + a * a / (1.0 + (1.0 + a * a).sqrt())).copysign(t)
}

impl Add for Complex {
    type Output = Self;
    fn add(self, z: Self) -> Self {
        complex(self.re + z.re, self.im + z.im)
    }
}
impl Sub for Complex {
    type Output = Self;
    fn sub(self, z: Self) -> Self {
        complex(self.re - z.re, self.im - z.im)
    }
}
impl Mul for Complex {
    type Output = Self;
    fn mul(self, z: Self) -> Self {
        complex(self.re * z.re - self.im * z.im, self.re * z.im + self.im * z.re)
    }
}
impl Div for Complex {
    type Output = Self;
    fn div(self, z: Self) -> Self {
        let norm = z.norm();
        let unit = complex(z.re / norm, -z.im / norm);
        let product = self * unit;
        complex(product.re / norm, product.im / norm)
    }
}
impl Neg for Complex {
    type Output = Self;
    fn neg(self) -> Self {
        complex(-self.re, -self.im)
    }
}

impl Scalar for Complex {
    type Mask = bool;

    fn of(c: f64) -> Self {
        complex(c, 0.0)
    }
    fn lt(self, z: Self) -> bool {
        self.re < z.re
    }
    fn le(self, z: Self) -> bool {
        self.re <= z.re
    }
    fn select(mask: bool, then: Self, otherwise: Self) -> Self {
        if mask { then } else { otherwise }
    }
    fn exp(self) -> Self {
        let r = Scalar::exp(self.re);
        complex(r * Scalar::cos(self.im), r * Scalar::sin(self.im))
    }
    fn exp_m1(self) -> Self {
        let (r, half) = (Scalar::exp(self.re), Scalar::sin(0.5 * self.im));
        complex(Scalar::exp_m1(self.re) - 2.0 * r * half * half, r * Scalar::sin(self.im))
    }
    fn ln(self) -> Self {
        if self.re < 0.0 {
            return Self::real_only(f64::NAN);
        }
        complex(Scalar::ln(self.norm()), Scalar::atan2(self.im, self.re))
    }
    fn ln_1p(self) -> Self {
        let above = 1.0 + self.re;
        if above < 0.0 {
            return Self::real_only(f64::NAN);
        }
        // |1 + z|² − 1 = 2a + a² + b².
        let excess = self.re * (2.0 + self.re) + self.im * self.im;
        complex(0.5 * Scalar::ln_1p(excess), Scalar::atan2(self.im, above))
    }
    fn sqrt(self) -> Self {
        let root = (0.5 * (self.norm() + self.re.abs())).sqrt();
        if root == 0.0 {
            return self;
        }
        if self.re >= 0.0 {
            complex(root, 0.5 * self.im / root)
        } else {
            complex(0.5 * self.im.abs() / root, root.copysign(self.im))
        }
    }
    fn powi(self, n: i32) -> Self {
        let mut power = Self::of(1.0);
        let mut square = self;
        let mut rest = n.unsigned_abs();
        while rest > 0 {
            if rest & 1 == 1 {
                power = power * square;
            }
            square = square * square;
            rest >>= 1;
        }
        if n < 0 { Self::of(1.0) / power } else { power }
    }
    fn powf(self, e: Self) -> Self {
        if self.re > 0.0 {
            return (e * self.ln()).exp();
        }
        // Beyond 0 an integer power alone has a derivative.
        let whole = e.im == 0.0 && e.re.fract() == 0.0 && e.re.abs() < 1e9;
        if whole { self.powi(e.re as i32) } else { Self::real_only(Scalar::powf(self.re, e.re)) }
    }
    fn sin(self) -> Self {
        complex(Scalar::sin(self.re) * Scalar::cosh(self.im), Scalar::cos(self.re) * Scalar::sinh(self.im))
    }
    fn cos(self) -> Self {
        complex(Scalar::cos(self.re) * Scalar::cosh(self.im), -Scalar::sin(self.re) * Scalar::sinh(self.im))
    }
    fn tan(self) -> Self {
        self.sin() / self.cos()
    }
    fn asin(self) -> Self {
        let (u, v) = ((Self::of(1.0) - self).sqrt(), (Self::of(1.0) + self).sqrt());
        complex(Scalar::atan2(self.re, (u * v).re), asinh((u.conjugate() * v).im))
    }
    fn acos(self) -> Self {
        let (u, v) = ((Self::of(1.0) - self).sqrt(), (Self::of(1.0) + self).sqrt());
        complex(2.0 * Scalar::atan2(u.re, v.re), asinh((v.conjugate() * u).im))
    }
    fn atan(self) -> Self {
        let (a, b) = (self.re, self.im);
        let re = 0.5 * Scalar::atan2(2.0 * a, (1.0 - a) * (1.0 + a) - b * b);
        complex(re, 0.25 * Scalar::ln_1p(4.0 * b / (a * a + (1.0 - b) * (1.0 - b))))
    }
    fn atan2(self, x: Self) -> Self {
        let turn = |angle: f64, z: Self| complex(angle + z.re, z.im);
        if self.re.abs() <= x.re.abs() {
            let angle = if x.re < 0.0 { PI.copysign(self.re) } else { 0.0 };
            turn(angle, (self / x).atan())
        } else {
            turn(FRAC_PI_2.copysign(self.re), -(x / self).atan())
        }
    }
    fn sinh(self) -> Self {
        complex(Scalar::sinh(self.re) * Scalar::cos(self.im), Scalar::cosh(self.re) * Scalar::sin(self.im))
    }
    fn cosh(self) -> Self {
        complex(Scalar::cosh(self.re) * Scalar::cos(self.im), Scalar::sinh(self.re) * Scalar::sin(self.im))
    }
    fn tanh(self) -> Self {
        // 2σ(2z) − 1, of which the imaginary part does not cancel.
        complex(Scalar::tanh(self.re), 2.0 * (self + self).sigmoid().im)
    }
    fn sigmoid(self) -> Self {
        let one = Self::of(1.0);
        if self.re >= 0.0 {
            return one / (one + (-self).exp());
        }
        let e = self.exp();
        e / (one + e)
    }
    fn softplus(self) -> Self {
        if self.re > 0.0 { self + (-self).exp().ln_1p() } else { self.exp().ln_1p() }
    }
    fn erf(self) -> Self {
        Self::real_only(Scalar::erf(self.re))
    }
    fn erfc(self) -> Self {
        Self::real_only(Scalar::erfc(self.re))
    }
    fn ln_gamma(self) -> Self {
        Self::real_only(Scalar::ln_gamma(self.re))
    }
    fn polygamma(self, n: u32) -> Self {
        Self::real_only(Scalar::polygamma(self.re, n))
    }
    fn normal_cdf(self) -> Self {
        Self::real_only(Scalar::normal_cdf(self.re))
    }
    fn normal_ln_cdf(self) -> Self {
        Self::real_only(Scalar::normal_ln_cdf(self.re))
    }
    fn inverse_mills(self) -> Self {
        Self::real_only(Scalar::inverse_mills(self.re))
    }
}
