//! [`Lane`]: several numbers that go through a function together, one vector instruction for all.
//!
//! `Dual<Lane<8>, N>` differentiates eight observations at once, `Tape<Lane<8>>` records eight functions of the same course. Comparisons give a
//! mask for each number.

// A closure can be told to be inlined; a function's name cannot, and would be called outside the caller's vector instructions.
#![allow(clippy::redundant_closure)]

use core::array::from_fn;
use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Sub};

use thalweg_autodiff::{Scalar, ScalarOrd};
use thalweg_core::math;

/// `W` numbers.
#[derive(Copy, Clone, Debug, PartialEq)]
pub(crate) struct Lane<const W: usize>(pub(crate) [f64; W]);

impl<const W: usize> Lane<W> {
    /// The sum of the numbers, in pairs of neighbours.
    #[inline(always)]
    pub(crate) fn total(self) -> f64 {
        let mut sums = self.0;
        let mut width = W;
        while width > 1 {
            let half = width.div_ceil(2);
            for i in 0..width - half {
                sums[i] += sums[half + i];
            }
            width = half;
        }
        sums[0]
    }

    // Loops over arrays, not iterators: the compiler makes vectors of them.
    #[inline(always)]
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let mut out = [0.0; W];
        for i in 0..W {
            out[i] = f(self.0[i]);
        }
        Self(out)
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = [0.0; W];
        for i in 0..W {
            out[i] = f(self.0[i], other.0[i]);
        }
        Self(out)
    }

    /// `fast` if every number is within its range, else `full`.
    #[inline(always)]
    fn angle(self, fast: impl Fn(f64) -> f64, full: impl Fn(f64) -> f64) -> Self {
        if self.0.iter().fold(true, |all, &x| all & math::is_moderate_angle(x)) {
            self.map(fast)
        } else {
            self.map(full)
        }
    }
}

impl<const W: usize> Add for Lane<W> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(
            other,
            #[inline(always)]
            |x, y| x + y,
        )
    }
}
impl<const W: usize> Sub for Lane<W> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(
            other,
            #[inline(always)]
            |x, y| x - y,
        )
    }
}
impl<const W: usize> Mul for Lane<W> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(
            other,
            #[inline(always)]
            |x, y| x * y,
        )
    }
}
impl<const W: usize> Div for Lane<W> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.zip(
            other,
            #[inline(always)]
            |x, y| x / y,
        )
    }
}
impl<const W: usize> Neg for Lane<W> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(
            #[inline(always)]
            |x| -x,
        )
    }
}

/// Lanes compare if all their numbers do so alike; where they do not, a branch would be wrong for some, and there is no order.
impl<const W: usize> PartialOrd for Lane<W> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let mut orders = self.0.iter().zip(&other.0).map(|(x, y)| x.partial_cmp(y));
        let first = orders.next().flatten();
        if orders.all(|order| order == first) { first } else { None }
    }
}
impl<const W: usize> ScalarOrd for Lane<W> {
    /// The first number, or one that is not finite.
    fn primal(self) -> f64 {
        let broken = self.0.iter().find(|x| !x.is_finite());
        broken.or(self.0.first()).copied().unwrap_or(0.0)
    }
}

/// The methods that are one function of `math` for each number.
macro_rules! unary {
    ($($name:ident)+) => {
        $(#[inline(always)]
        fn $name(self) -> Self {
            self.map(#[inline(always)] |x| math::$name(x))
        })+
    };
}
/// The methods that are not vectorised: no evaluation has them in its hot loop.
macro_rules! scalar {
    ($($name:ident)+) => {
        $(#[inline(always)]
        fn $name(self) -> Self {
            self.map(|x| Scalar::$name(x))
        })+
    };
}

impl<const W: usize> Scalar for Lane<W> {
    type Mask = [bool; W];

    #[inline(always)]
    fn of(c: f64) -> Self {
        Self([c; W])
    }
    #[inline(always)]
    fn lt(self, other: Self) -> [bool; W] {
        from_fn(|i| self.0[i] < other.0[i])
    }
    #[inline(always)]
    fn le(self, other: Self) -> [bool; W] {
        from_fn(|i| self.0[i] <= other.0[i])
    }
    #[inline(always)]
    fn select(mask: [bool; W], then: Self, otherwise: Self) -> Self {
        Self(from_fn(|i| if mask[i] { then.0[i] } else { otherwise.0[i] }))
    }
    unary! { exp exp_m1 ln ln_1p asin acos atan sinh cosh tanh erf erfc sigmoid softplus normal_cdf normal_ln_cdf }
    scalar! { ln_gamma inverse_mills }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(
            #[inline(always)]
            |x| x.sqrt(),
        )
    }
    #[inline(always)]
    fn sin(self) -> Self {
        self.angle(
            #[inline(always)]
            |x| math::sin_moderate(x),
            |x| math::sin(x),
        )
    }
    #[inline(always)]
    fn cos(self) -> Self {
        self.angle(
            #[inline(always)]
            |x| math::cos_moderate(x),
            |x| math::cos(x),
        )
    }
    #[inline(always)]
    fn tan(self) -> Self {
        self.angle(
            #[inline(always)]
            |x| math::tan_moderate(x),
            |x| math::tan(x),
        )
    }
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        self.map(
            #[inline(always)]
            |x| math::powi(x, n),
        )
    }
    #[inline(always)]
    fn powf(self, exponent: Self) -> Self {
        self.zip(
            exponent,
            #[inline(always)]
            |x, y| math::powf(x, y),
        )
    }
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        self.zip(
            x,
            #[inline(always)]
            |y, x| math::atan2(y, x),
        )
    }
    #[inline(always)]
    fn polygamma(self, n: u32) -> Self {
        self.map(|x| Scalar::polygamma(x, n))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.map(
            #[inline(always)]
            |x| x.abs(),
        )
    }
}
