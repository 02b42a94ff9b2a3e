//! [`TaylorModels`]: the models on one domain, and how a result becomes one.

use thalweg_core::{Error, Result};

use super::{TaylorModel, range};
use crate::taylor::{Interval, interval};

/// The [`Algebra`](crate::Algebra) of Taylor models of one order on one domain.
///
/// A model of a [`Program`](crate::Program) encloses what the program says, whose constants are plain numbers: it has folded `1/3` to the
/// nearest `f64`. [`taylor_model`](super::taylor_model) takes the formula itself and encloses such constants too.
///
/// ```
/// use thalweg_autodiff::{Program, taylor::{Interval, TaylorModels}};
/// use thalweg_core::Scalar;
/// let f = Program::trace(1, 0, |x, _| x[0].ln() / x[0])?;
/// let models = TaylorModels::new(Interval::new(1.0, 1.5)?, 1.25, 6)?;
/// let y = &f.evaluate(&models, &[models.variable()], &[])?[0];
/// assert!(y.eval(1.1)?.contains(1.1_f64.ln() / 1.1));
/// let reaching_zero = TaylorModels::new(Interval::new(0.0, 1.5)?, 1.25, 6)?;
/// let error = f.evaluate(&reaching_zero, &[reaching_zero.variable()], &[]).unwrap_err();
/// assert!(error.to_string().starts_with("ln of [0, 1.5] at instruction %1 is outside its domain"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TaylorModels {
    domain: Interval,
    x0: f64,
    order: usize,
    /// (x − x₀)ᵏ on the domain, up to k = 2 · order.
    powers: Vec<Interval>,
}

/// Beyond, even exp has no coefficient left.
const MOST: usize = 200;

impl TaylorModels {
    /// The models of order `order` on `domain` around `x0`.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a domain with an infinite or undefined end, x₀ outside of it, or an order above 200.
    pub fn new(domain: Interval, x0: f64, order: usize) -> Result<Self> {
        let domain = Interval::new(domain.lo(), domain.hi())?;
        if !domain.contains(x0) {
            let rule = format!("the point of expansion lies in the domain {domain}; move it there");
            return Err(Error::invalid_parameter("x0", x0, &rule));
        }
        if order > MOST {
            let rule = format!("at most {MOST}; split the domain instead of raising the order");
            return Err(Error::invalid_parameter("order", order, &rule));
        }
        let t = domain - Interval::point(x0);
        let powers = (0..=2 * order).map(|k| range::power(t, k)).collect();
        Ok(Self { domain, x0, order, powers })
    }

    /// Where the models hold.
    #[must_use]
    pub fn domain(&self) -> Interval {
        self.domain
    }

    /// The order d of the polynomials.
    #[must_use]
    pub fn order(&self) -> usize {
        self.order
    }

    /// The model of x ↦ x.
    #[must_use]
    pub fn variable(&self) -> TaylorModel {
        let mut coefficients = vec![0.0; self.order + 1];
        coefficients[0] = self.x0;
        // At order 0 the remainder is all of x − x₀.
        let remainder = match coefficients.get_mut(1) {
            Some(slope) => {
                *slope = 1.0;
                Interval::ZERO
            }
            None => self.domain - Interval::point(self.x0),
        };
        TaylorModel { x0: self.x0, domain: self.domain, coefficients, remainder, range: self.domain }
    }

    /// The model of a constant known to lie in `c`.
    pub(crate) fn fixed(&self, c: Interval) -> TaylorModel {
        let mut coefficients = vec![0.0; self.order + 1];
        coefficients[0] = c.midpoint();
        let remainder = c - Interval::point(coefficients[0]);
        TaylorModel { x0: self.x0, domain: self.domain, coefficients, remainder, range: c }
    }

    /// The model of Σ cₖ (x − x₀)ᵏ + `remainder`, which lies in `range`: each cₖ is replaced by a number, and the rest of it joins the
    /// remainder together with the terms beyond the order.
    pub(crate) fn settle(
        &self,
        c: &[Interval],
        mut remainder: Interval,
        range: Interval,
    ) -> Result<TaylorModel> {
        let mut coefficients = vec![0.0; self.order + 1];
        for (k, (&c, &power)) in c.iter().zip(&self.powers).enumerate() {
            let rest = match coefficients.get_mut(k) {
                Some(a) => {
                    *a = c.midpoint();
                    c - Interval::point(*a)
                }
                None => c,
            };
            if rest != Interval::ZERO {
                remainder = remainder + rest * power;
            }
        }
        if !(remainder.is_finite() && coefficients.iter().all(|a| a.is_finite())) {
            let remedy = "a bound on the remainder overflows";
            return Err(interval::domain("Taylor model".to_owned(), self.domain.to_string(), remedy));
        }
        let range = range.refined(self.polynomial(&coefficients) + remainder);
        Ok(TaylorModel { x0: self.x0, domain: self.domain, coefficients, remainder, range })
    }

    /// Bounds of Σ aₖ (x − x₀)ᵏ on the domain, in O(order): term by term, or at the ends where the slope keeps its sign.
    pub(crate) fn polynomial(&self, a: &[f64]) -> Interval {
        let terms = a.iter().zip(&self.powers);
        let sum =
            terms.fold(Interval::ZERO, |s, (&a, &p)| if a == 0.0 { s } else { s + Interval::point(a) * p });
        let slopes = a.iter().enumerate().skip(1).zip(&self.powers);
        let slope = slopes.fold(Interval::ZERO, |s, ((k, &a), &p)| {
            if a == 0.0 { s } else { s + Interval::point(a) * Interval::point(k as f64) * p }
        });
        if slope.lo() >= 0.0 || slope.hi() <= 0.0 {
            sum.refined(range::ends(a, self.domain - Interval::point(self.x0)))
        } else {
            sum
        }
    }

    /// (x − x₀)ᵏ on the domain, for k ≤ 2 · order.
    pub(crate) fn powers(&self) -> &[Interval] {
        &self.powers
    }
}
