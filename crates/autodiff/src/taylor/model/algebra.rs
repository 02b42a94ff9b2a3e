//! Arithmetic and functions of Taylor models.
//!
//! A function g of a model c + u, u the model without its constant term c, is Σ gₖ(c) uᵏ by Horner's rule plus the Lagrange remainder
//! g₍ₙ₎(ξ) uⁿ, where g₍ₙ₎ is the n-th Taylor coefficient on all of the argument's range. n is order + 1 unless fewer terms have a smaller
//! remainder, as on wide domains.

use core::ops::Neg;

use thalweg_core::{Error, Result, Scalar};

use super::{Enclosing, TaylorModel, TaylorModels, expansion, power};
use crate::algebra::Algebra;
use crate::operation::{Binary, Comparison, Unary};
use crate::taylor::{Interval, Truth, interval};

impl Algebra for TaylorModels {
    type Number = TaylorModel;
    type Mask = Truth;

    fn constant(&self, c: f64) -> TaylorModel {
        self.fixed(Interval::point(c))
    }

    fn unary(&self, op: Unary, x: &TaylorModel) -> Result<TaylorModel> {
        match op {
            Unary::Neg => return Ok(-x.clone()),
            Unary::Powi(0) => return Ok(self.constant(1.0)),
            Unary::Powi(1) => return Ok(x.clone()),
            Unary::Powi(2) => return self.product(x, x),
            Unary::Abs => {
                return match sign(x.range) {
                    Some(true) => Ok(x.clone()),
                    Some(false) => Ok(-x.clone()),
                    None => Err(undecided("abs", x.range.to_string())),
                };
            }
            _ => {}
        }
        if !op.apply(x.range).is_defined() {
            return Err(interval::undefined_unary(op, x.range));
        }
        self.compose(&op.name(), |at, n| expansion(op, at, n), x)
    }

    fn binary(&self, op: Binary, x: &TaylorModel, y: &TaylorModel) -> Result<TaylorModel> {
        let outside = || interval::undefined_binary(op, x.range, y.range);
        match op {
            Binary::Add => self.sum(x, y),
            Binary::Sub => self.sum(x, &-y.clone()),
            Binary::Mul => self.product(x, y),
            Binary::Div if y.range.contains(0.0) => Err(outside()),
            Binary::Div => {
                let mut quotient = self.product(x, &self.unary(Unary::Powi(-1), y)?)?;
                quotient.range = quotient.range.refined(x.range / y.range);
                Ok(quotient)
            }
            Binary::Powf if !x.range.powf(y.range).is_defined() => Err(outside()),
            // At each point the exponent is some number in its range, and the expansion holds for that number.
            Binary::Powf if y.is_constant() => self.compose(op.name(), |at, n| power(at, y.range, n), x),
            Binary::Powf if x.range.lo() <= 0.0 => Err(outside()),
            Binary::Powf => {
                let exponent = self.product(y, &self.unary(Unary::Ln, x)?)?;
                let mut value = self.unary(Unary::Exp, &exponent)?;
                value.range = value.range.refined(x.range.powf(y.range));
                Ok(value)
            }
            Binary::Atan2 => self.angle(x, y)?.ok_or_else(outside),
        }
    }

    fn compare(&self, op: Comparison, x: &TaylorModel, y: &TaylorModel) -> Result<Truth> {
        let apart = op.apply(x.range, y.range);
        if apart != Truth::Unknown {
            return Ok(apart);
        }
        // Two functions whose ranges overlap may still keep their order.
        let difference = self.sum(x, &-y.clone())?.range;
        Ok(op.apply(difference, Interval::ZERO))
    }

    fn select(&self, mask: &Truth, then: &TaylorModel, otherwise: &TaylorModel) -> Result<TaylorModel> {
        match mask {
            Truth::True => Ok(then.clone()),
            Truth::False => Ok(otherwise.clone()),
            Truth::Unknown | Truth::Undefined => {
                Err(undecided("select", format!("a condition that changes on {}", self.domain())))
            }
        }
    }
}

impl Enclosing for TaylorModels {
    fn enclosure(&self, c: Interval) -> TaylorModel {
        self.fixed(c)
    }
}

/// Whether x ≥ 0, if that is the same for all x.
pub(crate) fn sign(x: Interval) -> Option<bool> {
    if x.lo() >= 0.0 {
        Some(true)
    } else if x.hi() <= 0.0 {
        Some(false)
    } else {
        None
    }
}

/// The error of a branch that is not the same everywhere.
pub(crate) fn undecided(function: &str, argument: String) -> Error {
    interval::domain(function.to_owned(), argument, "both branches occur, where one polynomial is wanted")
}

impl Neg for TaylorModel {
    type Output = Self;
    fn neg(mut self) -> Self {
        self.coefficients.iter_mut().for_each(|a| *a = -*a);
        self.remainder = -self.remainder;
        self.range = -self.range;
        self
    }
}

impl TaylorModel {
    fn is_constant(&self) -> bool {
        self.coefficients.iter().skip(1).all(|&a| a == 0.0)
    }
}

impl TaylorModels {
    fn sum(&self, x: &TaylorModel, y: &TaylorModel) -> Result<TaylorModel> {
        let pairs = x.coefficients.iter().zip(&y.coefficients);
        let c: Vec<Interval> = pairs.map(|(&a, &b)| Interval::point(a) + Interval::point(b)).collect();
        self.settle(&c, x.remainder + y.remainder, x.range + y.range)
    }

    fn product(&self, x: &TaylorModel, y: &TaylorModel) -> Result<TaylorModel> {
        let mut c = vec![Interval::ZERO; self.powers().len()];
        for (i, &a) in x.coefficients.iter().enumerate().filter(|&(_, &a)| a != 0.0) {
            for (c, &b) in c.iter_mut().skip(i).zip(&y.coefficients) {
                if b != 0.0 {
                    *c = *c + Interval::point(a) * Interval::point(b);
                }
            }
        }
        // (p + r)(q + s) = p q + r (q + s) + p s.
        let remainder = x.remainder * y.range + self.polynomial(&x.coefficients) * y.remainder;
        let range = if core::ptr::eq(x, y) { x.range.square() } else { x.range * y.range };
        self.settle(&c, remainder, range)
    }

    /// g(x) from the Taylor coefficients 0, …, n of g on an interval.
    fn compose(
        &self,
        name: &str,
        coefficients: impl Fn(Interval, usize) -> Vec<Interval>,
        x: &TaylorModel,
    ) -> Result<TaylorModel> {
        let centre = x.coefficients.first().copied().unwrap_or_default();
        let (point, order) = (Interval::point(centre), self.order());
        let over = coefficients(x.range.hull(point), order + 1);
        if over.iter().any(|c| !c.is_defined()) {
            let remedy = "its derivatives are not bounded there; keep the argument off the edge";
            return Err(interval::domain(name.to_owned(), x.range.to_string(), remedy));
        }
        let value = coefficients(x.range, 0).first().copied().unwrap_or(Interval::ENTIRE);
        let mut u = x.clone();
        if let Some(constant) = u.coefficients.first_mut() {
            *constant = 0.0;
        }
        u.range = (x.range - point).refined(self.polynomial(&u.coefficients) + u.remainder);
        let rest = |n: usize| if n == 0 { value } else { over[n] * super::range::power(u.range, n) };
        let width = |n: &usize| {
            let width = rest(*n).width();
            if width.is_nan() { f64::INFINITY } else { width }
        };
        let terms = (0..=order + 1).rev().min_by(|m, n| width(m).total_cmp(&width(n))).unwrap_or(0);

        let at = coefficients(point, order);
        let mut sum = self.fixed(Interval::ZERO);
        for (k, &g) in at.iter().take(terms).enumerate().rev() {
            if k + 1 < terms {
                sum = self.product(&sum, &u)?;
            }
            sum = self.sum(&sum, &self.fixed(g))?;
        }
        let mut result = self.sum(&sum, &self.fixed(rest(terms)))?;
        result.range = result.range.refined(value);
        Ok(result)
    }

    /// The angle of the points (x, y); `None` if they reach the origin or cross the negative x-axis.
    fn angle(&self, y: &TaylorModel, x: &TaylorModel) -> Result<Option<TaylorModel>> {
        let value = y.range.atan2(x.range);
        if !value.is_defined() {
            return Ok(None);
        }
        let quarter = Interval::PI * Interval::point(0.5);
        let (offset, tangent) = if x.range.lo() > 0.0 {
            (Interval::ZERO, self.binary(Binary::Div, y, x)?)
        } else if y.range.lo() > 0.0 {
            (quarter, -self.binary(Binary::Div, x, y)?)
        } else if y.range.hi() < 0.0 {
            (-quarter, -self.binary(Binary::Div, x, y)?)
        } else if x.range.hi() < 0.0 {
            (Interval::PI, self.binary(Binary::Div, y, x)?)
        } else {
            return Ok(None);
        };
        let mut angle = self.sum(&self.unary(Unary::Atan, &tangent)?, &self.fixed(offset))?;
        angle.range = angle.range.refined(value);
        Ok(Some(angle))
    }
}
