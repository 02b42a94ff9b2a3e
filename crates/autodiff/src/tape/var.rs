//! [`Var`]: the number that records what is done to it.

use core::cmp::Ordering;
use core::fmt;
use core::ops::{Add, Div, Mul, Neg, Sub};

use thalweg_core::{Scalar, rules};

use super::records::Recording;
use crate::function::ScalarOrd;

/// A number on a [`Tape`](super::Tape), or a constant. `Copy`; 24 bytes for `f64`.
///
/// Comparisons are those of the values and recorded nowhere, so that `if`, `while`, pivoting and recursion are differentiated along the path
/// taken. Operations on constants alone are not recorded. The slopes of an operation are those of [`thalweg_core::rules`].
#[derive(Copy, Clone)]
pub struct Var<'t, S> {
    value: S,
    place: Option<(&'t Recording<S>, u32)>,
}

impl<'t, S: ScalarOrd> Var<'t, S> {
    /// A number that does not vary.
    #[inline(always)]
    pub const fn constant(value: S) -> Self {
        Self { value, place: None }
    }

    /// The value.
    #[inline(always)]
    pub fn value(self) -> S {
        self.value
    }

    /// A new variable.
    #[inline(always)]
    pub(super) fn leaf(recording: &'t Recording<S>, value: S) -> Self {
        Self::at(recording, value, recording.leaf())
    }
    #[inline(always)]
    pub(super) fn at(recording: &'t Recording<S>, value: S, id: u32) -> Self {
        Self { value, place: Some((recording, id)) }
    }
    /// The recording and the id there, unless constant.
    #[inline(always)]
    pub(super) fn place(self) -> Option<(&'t Recording<S>, u32)> {
        self.place
    }

    #[inline(always)]
    fn unary(self, (value, slope): (S, S)) -> Self {
        match self.place {
            None => Self::constant(value),
            Some((recording, id)) => Self::at(recording, value, recording.unary(slope, id)),
        }
    }

    #[inline(always)]
    fn binary(self, other: Self, (value, by_self, by_other): (S, S, S)) -> Self {
        match (self.place, other.place) {
            (Some((recording, x)), Some((_, y))) => {
                Self::at(recording, value, recording.binary([by_self, by_other], [x, y]))
            }
            (Some((recording, x)), None) => Self::at(recording, value, recording.unary(by_self, x)),
            (None, Some((recording, y))) => Self::at(recording, value, recording.unary(by_other, y)),
            (None, None) => Self::constant(value),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Var<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            None => write!(f, "{:?}", self.value),
            Some((_, id)) => write!(f, "{:?} (%{id})", self.value),
        }
    }
}

impl<S: PartialEq> PartialEq for Var<'_, S> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<S: PartialOrd> PartialOrd for Var<'_, S> {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}
impl<S: ScalarOrd> ScalarOrd for Var<'_, S> {
    #[inline(always)]
    fn primal(self) -> f64 {
        self.value.primal()
    }
    #[inline(always)]
    fn is_zero(self) -> bool {
        self.place.is_none() && self.value.is_zero()
    }
}

impl<S: ScalarOrd> Add for Var<'_, S> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let one = S::of(1.0);
        self.binary(other, (self.value + other.value, one, one))
    }
}
impl<S: ScalarOrd> Sub for Var<'_, S> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.binary(other, (self.value - other.value, S::of(1.0), S::of(-1.0)))
    }
}
impl<S: ScalarOrd> Mul for Var<'_, S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.binary(other, rules::mul(self.value, other.value))
    }
}
impl<S: ScalarOrd> Div for Var<'_, S> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.binary(other, rules::div(self.value, other.value))
    }
}
impl<S: ScalarOrd> Neg for Var<'_, S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.unary((-self.value, S::of(-1.0)))
    }
}

/// The methods of [`Scalar`] that are a rule of one number each.
macro_rules! unary {
    ($($method:ident)+) => {
        $(
            #[inline(always)]
            fn $method(self) -> Self {
                self.unary(rules::$method(self.value))
            }
        )+
    };
}

impl<S: ScalarOrd> Scalar for Var<'_, S> {
    type Mask = bool;

    #[inline(always)]
    fn of(c: f64) -> Self {
        Self::constant(S::of(c))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> bool {
        self.value < other.value
    }
    #[inline(always)]
    fn le(self, other: Self) -> bool {
        self.value <= other.value
    }
    #[inline(always)]
    fn select(mask: bool, then: Self, otherwise: Self) -> Self {
        if mask { then } else { otherwise }
    }
    unary! {
        exp exp_m1 ln ln_1p sqrt sin cos tan asin acos atan sinh cosh tanh erf erfc ln_gamma sigmoid softplus normal_cdf normal_ln_cdf
        inverse_mills abs recip square
    }
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        self.unary(rules::powi(self.value, n))
    }
    #[inline(always)]
    fn polygamma(self, n: u32) -> Self {
        self.unary(rules::polygamma(self.value, n))
    }
    #[inline(always)]
    fn powf(self, exponent: Self) -> Self {
        self.binary(exponent, rules::powf(self.value, exponent.value))
    }
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        self.binary(x, rules::atan2(self.value, x.value))
    }
}
