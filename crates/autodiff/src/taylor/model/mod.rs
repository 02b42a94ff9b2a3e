//! [`TaylorModel`]: a polynomial and an interval that together enclose a function on a whole domain.
//!
//! f(x) ∈ Σₖ aₖ (x − x₀)ᵏ + R for every x in the domain, where the aₖ are plain numbers. All that is lost on the way (the truncated part
//! of products, the Lagrange remainder of each function, the rounding of each coefficient) is in R, whose width shrinks as the width of
//! the domain to the power order + 1, down to the rounding errors.
//!
//! Cost: O(d²) a product, O(d³) a function of order d. Source: Makino and Berz, "Taylor models and other validated functional inclusion
//! methods", Int. J. Pure Appl. Math. 4 (2003); Joldes, *Rigorous polynomial approximations* (thesis, ENS Lyon, 2011), chapter 2.

mod algebra;
mod evaluate;
mod expansion;
mod range;
mod space;

pub use space::TaylorModels;

pub(crate) use algebra::{sign, undecided};
pub(crate) use evaluate::{Enclosing, evaluate};
pub(crate) use expansion::{expansion, power};

use thalweg_core::{Error, Result};

use crate::function::{Function, check_inputs};
use crate::taylor::Interval;

/// A polynomial in x − x₀ with a remainder, enclosing a function on a domain.
///
/// ```
/// use thalweg_autodiff::{function, taylor::{Interval, taylor_model}};
/// use thalweg_core::{Scalar, k};
/// function! { fn wave(x: [S; 1]) -> S { (k(2.0) * x[0]).sin() * x[0].exp() } }
/// let model = taylor_model(&wave, Interval::new(0.0, 0.25)?, 10)?;
/// assert!(model.remainder().width() < 1e-13);
/// let y = model.eval(0.2)?;
/// assert!(y.contains((0.4_f64).sin() * (0.2_f64).exp()) && y.width() < 1e-13);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TaylorModel {
    x0: f64,
    domain: Interval,
    coefficients: Vec<f64>,
    remainder: Interval,
    /// The values of the function on the domain, as far as they are known.
    range: Interval,
}

/// The Taylor model of `f` on `domain`, around the middle of it.
///
/// Constants of the formula are enclosed too: `k(1.0) / S::of(3.0)` is the number 1/3. Where f has branches ([`Scalar::select`], `abs`, `min`,
/// `max`) the domain must lie on one side.
///
/// [`Scalar::select`]: thalweg_core::Scalar::select
///
/// # Errors
/// [`Error::Shape`] unless f takes one argument; [`Error::InvalidParameter`] for a domain that is not finite; [`Error::Domain`] naming the
/// function and the interval where f or a derivative of it is not defined on the whole domain; [`Error::Unsupported`] for a branch that the
/// domain does not decide.
pub fn taylor_model(f: &impl Function, domain: Interval, order: usize) -> Result<TaylorModel> {
    let space = TaylorModels::new(domain, domain.midpoint(), order)?;
    check_inputs(f.inputs(), 1)?;
    evaluate(&space, f, &[space.variable()])
}

impl TaylorModel {
    /// The coefficients of (x − x₀)ᵏ, from k = 0 to the order.
    #[must_use]
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// The point x₀ around which the polynomial is written.
    #[must_use]
    pub fn x0(&self) -> f64 {
        self.x0
    }

    /// Where the enclosure holds.
    #[must_use]
    pub fn domain(&self) -> Interval {
        self.domain
    }

    /// All that function and polynomial can differ by.
    #[must_use]
    pub fn remainder(&self) -> Interval {
        self.remainder
    }

    /// The degree d up to which coefficients are kept.
    #[must_use]
    pub fn order(&self) -> usize {
        self.coefficients.len().saturating_sub(1)
    }

    /// An enclosure of f(x).
    ///
    /// # Errors
    /// [`Error::Domain`] for x outside the domain.
    pub fn eval(&self, x: f64) -> Result<Interval> {
        self.eval_interval(Interval::point(x))
    }

    /// An enclosure of all f(x) with x ∈ `x`, tight if `x` is narrow; [`TaylorModel::range`] is the one for the whole domain.
    ///
    /// # Errors
    /// [`Error::Domain`] unless `x` lies in the domain.
    pub fn eval_interval(&self, x: Interval) -> Result<Interval> {
        if !self.domain.encloses(x) {
            let remedy = format!("it holds on {}; make the model on a domain with this point", self.domain);
            let (function, argument) = ("Taylor model".to_owned(), x.to_string());
            return Err(Error::Domain { function, argument, place: String::new(), remedy });
        }
        let value = range::polynomial(&self.coefficients, x - Interval::point(self.x0)) + self.remainder;
        Ok(value.refined(self.range))
    }

    /// An enclosure of all values of f on the domain: exact up to rounding for the polynomial, plus the remainder.
    #[must_use]
    pub fn range(&self) -> Interval {
        let t = self.domain - Interval::point(self.x0);
        (range::polynomial(&self.coefficients, t) + self.remainder).refined(self.range)
    }

    /// A model of the antiderivative that vanishes at x₀, one order higher.
    ///
    /// A derivative cannot be had from a model, whose remainder says nothing about slopes: make a model of the derivative instead.
    ///
    /// # Errors
    /// [`Error::Domain`] if a value overflows.
    pub fn integrate(&self) -> Result<Self> {
        let space = TaylorModels::new(self.domain, self.x0, self.order() + 1)?;
        let terms = self.coefficients.iter().enumerate();
        let integrated = terms.map(|(k, &a)| Interval::point(a) / Interval::point((k + 1) as f64));
        let coefficients: Vec<Interval> = core::iter::once(Interval::ZERO).chain(integrated).collect();
        // The mean value of the rest over any part of the domain lies in the remainder.
        let t = self.domain - Interval::point(self.x0);
        space.settle(&coefficients, self.remainder * t, self.range * t)
    }
}
