//! [`Polynomial`]: polynomials in one variable, and truncated power series as such.

use core::fmt;

use thalweg_core::{Error, Real, Result};

use super::convolution;
use super::recurrence;

/// A polynomial Σ c_k (x − x₀)ᵏ, k = 0, …, degree: a Taylor polynomial with its centre.
///
/// ```
/// use thalweg_autodiff::{function, Scalar, taylor::taylor};
/// function! { fn f(x: [S; 1]) -> S { x[0].exp() } }
/// let p = taylor(&f, 0.0, 3)?;
/// assert_eq!(p.to_string(), "1 + x + 0.5 x^2 + 0.16666666666666666 x^3");
/// assert_eq!(p.derivative().at(1.0), 2.5);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial<T> {
    center: T,
    coefficients: Vec<T>,
}

impl<T: Real> Polynomial<T> {
    /// The polynomial Σ c_k (x − center)ᵏ.
    ///
    /// # Errors
    /// [`Error::Empty`] without coefficients, [`Error::NonFinite`] for a centre or coefficient that is NaN or infinite.
    pub fn new(center: T, coefficients: Vec<T>) -> Result<Self> {
        if coefficients.is_empty() {
            return Err(Error::Empty {
                what: "list of coefficients".to_owned(),
                remedy: "give at least the constant one".to_owned(),
            });
        }
        check_finite("center of the polynomial", &[center])?;
        check_finite("coefficient of the polynomial", &coefficients)?;
        Ok(Self { center, coefficients })
    }

    /// x₀.
    #[must_use]
    pub fn center(&self) -> T {
        self.center
    }

    /// c₀, …, c_degree.
    #[must_use]
    pub fn coefficients(&self) -> &[T] {
        &self.coefficients
    }

    /// The number of coefficients less one; leading zeros count.
    #[must_use]
    pub fn degree(&self) -> usize {
        self.coefficients.len() - 1
    }

    /// The value at x by Horner's rule: `degree` multiplications, error at most about 2·degree·ε·Σ|c_k (x − x₀)ᵏ|.
    #[must_use]
    pub fn at(&self, x: T) -> T {
        let h = x - self.center;
        self.coefficients.iter().rev().fold(T::ZERO, |sum, &c| sum * h + c)
    }

    /// The value at x by compensated Horner: as accurate as if computed with twice the digits and rounded, for about ten times the work. The
    /// difference x − x₀ is rounded once.
    ///
    /// Source: Graillat, Langlois and Louvet (2005), Algorithm 7; Ogita, Rump and Oishi (2005) for the error-free sum and product.
    #[must_use]
    pub fn at_compensated(&self, x: T) -> T {
        let h = x - self.center;
        let (mut value, mut correction) = (T::ZERO, T::ZERO);
        for &c in self.coefficients.iter().rev() {
            let product = value * h;
            let product_error = value.mul_add(h, -product);
            let sum = product + c;
            let back = sum - product;
            let sum_error = (product - (sum - back)) + (c - back);
            value = sum;
            correction = correction * h + (product_error + sum_error);
        }
        value + correction
    }

    /// The sum, of the higher degree.
    ///
    /// # Errors
    /// Different centres.
    pub fn add(&self, other: &Self) -> Result<Self> {
        self.check_center(other)?;
        let n = self.coefficients.len().max(other.coefficients.len());
        let coefficients = (0..n).map(|k| self.coefficient(k) + other.coefficient(k)).collect();
        Ok(Self { center: self.center, coefficients })
    }

    /// The whole product: its degree is the sum of the degrees.
    ///
    /// # Errors
    /// Different centres.
    pub fn mul(&self, other: &Self) -> Result<Self> {
        self.check_center(other)?;
        let n = self.coefficients.len() + other.coefficients.len() - 1;
        let coefficients = multiplied(&padded(&self.coefficients, n), &padded(&other.coefficients, n));
        Ok(Self { center: self.center, coefficients })
    }

    /// c_k, 0 beyond the degree.
    #[must_use]
    pub fn coefficient(&self, k: usize) -> T {
        self.coefficients.get(k).copied().unwrap_or(T::ZERO)
    }

    /// The first `order` + 1 coefficients, zeros appended where there are fewer.
    #[must_use]
    pub fn truncated(&self, order: usize) -> Self {
        Self { center: self.center, coefficients: padded(&self.coefficients, order + 1) }
    }

    /// The derivative.
    #[must_use]
    pub fn derivative(&self) -> Self {
        let tail = self.coefficients.iter().enumerate().skip(1);
        let mut coefficients: Vec<T> = tail.map(|(k, &c)| T::of(k as f64) * c).collect();
        if coefficients.is_empty() {
            coefficients.push(T::ZERO);
        }
        Self { center: self.center, coefficients }
    }

    /// The integral that is `constant` at the centre.
    #[must_use]
    pub fn integral(&self, constant: T) -> Self {
        let tail = self.coefficients.iter().enumerate().map(|(k, &c)| c / T::of((k + 1) as f64));
        Self { center: self.center, coefficients: core::iter::once(constant).chain(tail).collect() }
    }

    /// The same polynomial around another centre, by Horner's rule in polynomials: degree²/2 multiplications.
    #[must_use]
    pub fn recentered(&self, center: T) -> Self {
        let h = center - self.center;
        let mut coefficients = self.coefficients.clone();
        let n = coefficients.len();
        for i in 0..n {
            for k in (i..n - 1).rev() {
                coefficients[k] = coefficients[k] + h * coefficients[k + 1];
            }
        }
        Self { center, coefficients }
    }

    /// `self`(inner(x)) truncated to the degree of `inner`, around the centre of `inner`: Horner's rule, degree(`self`) products.
    ///
    /// A truncated series `self` gives right coefficients only if it is centred at the value inner(x₀), as Taylor polynomials to be chained are; a
    /// polynomial that is meant whole may have any centre.
    #[must_use]
    pub fn compose(&self, inner: &Self) -> Self {
        let mut step = inner.coefficients.clone();
        step[0] -= self.center;
        let mut coefficients = vec![T::ZERO; step.len()];
        for &c in self.coefficients.iter().rev() {
            coefficients = multiplied(&coefficients, &step);
            coefficients[0] += c;
        }
        Self { center: inner.center, coefficients }
    }

    /// 1/p as a series of the same order.
    ///
    /// # Errors
    /// p(x₀) = 0.
    pub fn reciprocal(&self) -> Result<Self> {
        if self.coefficients[0] == T::ZERO {
            return Err(domain("the reciprocal of a series", self.coefficients[0], "c₀ must not be 0"));
        }
        Ok(Self { center: self.center, coefficients: recurrence::recip(&self.coefficients) })
    }

    /// The inverse function as a series of the same order: q(p(x)) = x up to higher orders, centred at p(x₀) with value x₀.
    ///
    /// By Lagrange's formula, k·q_k is the coefficient of hᵏ⁻¹ in (h/(p(x₀ + h) − p(x₀)))ᵏ: degree products.
    ///
    /// # Errors
    /// c₁ = 0, where the inverse has no derivative, or degree 0.
    ///
    /// Source: Brent and Kung (1978), section 5; Knuth, *The Art of Computer Programming* 2, 4.7, Algorithm L.
    pub fn inverse(&self) -> Result<Self> {
        let slope = self.coefficient(1);
        if slope == T::ZERO {
            return Err(domain(
                "the inverse of a series",
                slope,
                "c₁ must not be 0; expand at another point",
            ));
        }
        let ratio = recurrence::recip(&self.coefficients[1..].to_vec());
        let mut power = ratio.clone();
        let mut coefficients = vec![self.center, power[0]];
        for k in 2..=self.degree() {
            power = multiplied(&power, &ratio);
            coefficients.push(power[k - 1] / T::of(k as f64));
        }
        Ok(Self { center: self.coefficients[0], coefficients })
    }

    fn check_center(&self, other: &Self) -> Result<()> {
        if self.center == other.center {
            return Ok(());
        }
        Err(Error::invalid_parameter(
            "center",
            other.center,
            &format!("the other polynomial is centred at {}; use recentered", self.center),
        ))
    }
}

/// The truncated product of two lists of coefficients of the same length.
fn multiplied<T: Real>(a: &[T], b: &[T]) -> Vec<T> {
    let mut out = vec![T::ZERO; a.len()];
    convolution::product(a, b, &mut out);
    out
}

fn padded<T: Real>(coefficients: &[T], n: usize) -> Vec<T> {
    (0..n).map(|k| coefficients.get(k).copied().unwrap_or(T::ZERO)).collect()
}

fn domain<T: Real>(function: &str, argument: T, remedy: &str) -> Error {
    Error::Domain {
        function: function.to_owned(),
        argument: argument.to_string(),
        place: String::new(),
        remedy: remedy.to_owned(),
    }
}

/// `Err` naming the first NaN or infinite entry.
pub(crate) fn check_finite<T: Real>(what: &str, values: &[T]) -> Result<()> {
    match values.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NonFinite { what: what.to_owned(), row, value: values[row].to_f64() }),
    }
}

/// As a person writes it: "1 − x + 0.5 x^2", with (x − x₀) for x where the centre is not 0.
impl<T: Real> fmt::Display for Polynomial<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variable = if self.center == T::ZERO {
            "x".to_owned()
        } else if self.center < T::ZERO {
            format!("(x + {})", -self.center)
        } else {
            format!("(x - {})", self.center)
        };
        let mut first = true;
        for (k, &c) in self.coefficients.iter().enumerate().filter(|&(_, &c)| c != T::ZERO) {
            f.write_str(match (first, c < T::ZERO) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            })?;
            first = false;
            let size = c.abs();
            match (k, size == T::ONE) {
                (0, _) => write!(f, "{size}")?,
                (_, true) => write!(f, "{variable}")?,
                (_, false) => write!(f, "{size} {variable}")?,
            }
            if k > 1 {
                write!(f, "^{k}")?;
            }
        }
        if first { f.write_str("0") } else { Ok(()) }
    }
}
