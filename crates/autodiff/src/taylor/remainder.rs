//! [`lagrange_bound`] and [`enclose`]: how far a Taylor polynomial is off, and all values of a function, by interval arithmetic.
//!
//! The remainder of the Taylor polynomial T of order d around x₀ is f⁽ᵈ⁺¹⁾(ξ)/(d+1)! · (x − x₀)ᵈ⁺¹ for some ξ between x₀ and x. Taylor
//! arithmetic on intervals gives the coefficient f⁽ᵈ⁺¹⁾/(d+1)! for all ξ in the domain at once.
//!
//! Cost: O(d²) a product, O(d³) a function. Source: Moore, *Interval Analysis* (1966), section 11.

use thalweg_core::{Result, Scalar};

use super::model::{Enclosing, TaylorModels, evaluate, expansion, power, sign, undecided};
use super::{Interval, Intervals, Truth, interval};
use crate::algebra::Algebra;
use crate::function::{Function, check_inputs};
use crate::operation::{Binary, Comparison, Unary};

/// An enclosure of f(x) − T(x) for all x in `domain`, T the Taylor polynomial of f of order `order` around `x0`. Its
/// [`magnitude`](Interval::magnitude) is the classical Lagrange bound max|f⁽ᵈ⁺¹⁾|/(d+1)! · hᵈ⁺¹.
///
/// T has the exact coefficients, not rounded ones. A [`TaylorModel`](super::TaylorModel) counts roundings too, and is tighter on wide
/// domains.
///
/// ```
/// use thalweg_autodiff::{function, taylor::{Interval, lagrange_bound}};
/// use thalweg_core::Scalar;
/// function! { fn exp(x: [S; 1]) -> S { x[0].exp() } }
/// let rest = lagrange_bound(&exp, Interval::new(0.0, 1.0)?, 0.0, 3)?;
/// // e^ξ/4! with 0 ≤ ξ ≤ 1.
/// assert!(rest.lo() == 0.0 && (rest.hi() - 1.0_f64.exp() / 24.0).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidParameter`](thalweg_core::Error::InvalidParameter) for a domain that is not finite or does not hold x₀, or an order above 200; [`Error::Domain`](thalweg_core::Error::Domain) where f or a derivative is
/// not defined on the whole domain.
pub fn lagrange_bound(f: &impl Function, domain: Interval, x0: f64, order: usize) -> Result<Interval> {
    TaylorModels::new(domain, x0, order)?;
    check_inputs(f.inputs(), 1)?;
    let algebra = Coefficients { order: order + 1 };
    let mut variable = algebra.enclosure(domain);
    variable[1] = Interval::ONE;
    let last = evaluate(&algebra, f, &[variable])?.pop().unwrap_or(Interval::ENTIRE);
    let n = i32::try_from(order + 1).unwrap_or(i32::MAX);
    Ok(last * (domain - Interval::point(x0)).powi(n))
}

/// An enclosure of all values of `f` on the box `x`, by interval arithmetic.
///
/// ```
/// use thalweg_autodiff::{function, taylor::{Interval, enclose}};
/// use thalweg_core::Scalar;
/// function! { fn ratio(x: [S; 2]) -> S { x[0] / x[1] } }
/// let y = enclose(&ratio, &[Interval::new(1.0, 2.0)?, Interval::new(4.0, 8.0)?])?;
/// assert_eq!(y, Interval::new(0.125, 0.5)?);
/// let error = enclose(&ratio, &[Interval::new(1.0, 2.0)?, Interval::new(-4.0, 8.0)?]).unwrap_err();
/// assert!(error.to_string().contains("keep 0 out of the divisor"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Shape`](thalweg_core::Error::Shape) for the wrong number of arguments; [`Error::Domain`](thalweg_core::Error::Domain) where f is not defined on the whole box.
pub fn enclose(f: &impl Function, x: &[Interval]) -> Result<Interval> {
    check_inputs(f.inputs(), x.len())?;
    let value = f.eval(x);
    // Once more for the first thing undefined.
    if value.is_defined() { Ok(value) } else { evaluate(&Intervals, f, x) }
}

impl Enclosing for Intervals {
    fn enclosure(&self, c: Interval) -> Interval {
        c
    }
}

/// The algebra of Taylor series with interval coefficients 0, …, `order`.
struct Coefficients {
    order: usize,
}

impl Coefficients {
    fn product(&self, x: &[Interval], y: &[Interval]) -> Vec<Interval> {
        let coefficient = |k: usize| (0..=k).fold(Interval::ZERO, |sum, i| sum + x[i] * y[k - i]);
        (0..=self.order).map(coefficient).collect()
    }

    /// Σ gₖ (x − x₀)ᵏ with x₀ the constant term of x.
    fn compose(&self, name: &str, g: &[Interval], x: &[Interval]) -> Result<Vec<Interval>> {
        if g.iter().any(|c| !c.is_defined()) {
            let remedy = "a derivative is not defined there; keep the argument off the edge";
            return Err(interval::domain(name.to_owned(), x[0].to_string(), remedy));
        }
        let mut u = x.to_vec();
        u[0] = Interval::ZERO;
        let mut sum = vec![Interval::ZERO; self.order + 1];
        for &g in g.iter().rev() {
            sum = self.product(&sum, &u);
            sum[0] = g;
        }
        Ok(sum)
    }
}

impl Enclosing for Coefficients {
    fn enclosure(&self, c: Interval) -> Vec<Interval> {
        let mut x = vec![Interval::ZERO; self.order + 1];
        x[0] = c;
        x
    }
}

impl Algebra for Coefficients {
    type Number = Vec<Interval>;
    type Mask = Truth;

    fn constant(&self, c: f64) -> Vec<Interval> {
        self.enclosure(Interval::point(c))
    }

    fn unary(&self, op: Unary, x: &Vec<Interval>) -> Result<Vec<Interval>> {
        match op {
            Unary::Neg => return Ok(x.iter().map(|&c| -c).collect()),
            Unary::Abs if sign(x[0]).is_none() => return Err(undecided("abs", x[0].to_string())),
            _ if !op.apply(x[0]).is_defined() => return Err(interval::undefined_unary(op, x[0])),
            _ => {}
        }
        self.compose(&op.name(), &expansion(op, x[0], self.order), x)
    }

    fn binary(&self, op: Binary, x: &Vec<Interval>, y: &Vec<Interval>) -> Result<Vec<Interval>> {
        let outside = || interval::undefined_binary(op, x[0], y[0]);
        let constant = |y: &[Interval]| y.iter().skip(1).all(|&c| c == Interval::ZERO);
        match op {
            Binary::Add => Ok(x.iter().zip(y).map(|(&a, &b)| a + b).collect()),
            Binary::Sub => Ok(x.iter().zip(y).map(|(&a, &b)| a - b).collect()),
            Binary::Mul => Ok(self.product(x, y)),
            _ if !op.apply(x[0], y[0]).is_defined() => Err(outside()),
            Binary::Div => Ok(self.product(x, &self.unary(Unary::Powi(-1), y)?)),
            Binary::Powf if constant(y) => self.compose(op.name(), &power(x[0], y[0], self.order), x),
            Binary::Powf if x[0].lo() <= 0.0 => Err(outside()),
            Binary::Powf => self.unary(Unary::Exp, &self.product(y, &self.unary(Unary::Ln, x)?)),
            Binary::Atan2 => {
                // d(atan2(y, x)) = d(atan(y/x)) = −d(atan(x/y)): all but the constant term.
                let across = y[0].contains(0.0);
                let (numerator, denominator) = if across { (y, x) } else { (x, y) };
                let tangent = self.binary(Binary::Div, numerator, denominator)?;
                let mut angle = self.unary(Unary::Atan, &tangent)?;
                if across {
                    angle.iter_mut().for_each(|c| *c = -*c);
                }
                angle[0] = x[0].atan2(y[0]);
                Ok(angle)
            }
        }
    }

    fn compare(&self, op: Comparison, x: &Vec<Interval>, y: &Vec<Interval>) -> Result<Truth> {
        Ok(op.apply(x[0], y[0]))
    }

    fn select(&self, mask: &Truth, then: &Vec<Interval>, otherwise: &Vec<Interval>) -> Result<Vec<Interval>> {
        match mask {
            Truth::True => Ok(then.clone()),
            Truth::False => Ok(otherwise.clone()),
            _ => Err(undecided("select", "a condition that changes on the domain".to_owned())),
        }
    }
}
