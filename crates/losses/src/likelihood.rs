//! [`NegativeLogDensity`]: which distribution a loss is the negative log-likelihood of, and [`Full`]: the loss with its normalising
//! constant.
//!
//! A cost that is to be compared across models (AIC, likelihood ratios, log scores) needs the constant; a fit does not.

use thalweg_core::{Formula, Pointwise, Properties, Real, Scalar};

/// A loss that is minus a log-density up to a term free of η: ℓ(y, η) + C(y) = −ln f(y | η).
///
/// ```
/// use thalweg_losses::{NegativeLogDensity, Squared};
/// // −ln of the Gaussian density at its mode, ½ ln 2π.
/// let constant: f64 = Squared.constant(3.0);
/// assert!((constant - 0.5 * (2.0 * std::f64::consts::PI).ln()).abs() < 1e-15);
/// assert_eq!(Squared::DISTRIBUTION, "Gaussian with mean eta and variance 1");
/// ```
pub trait NegativeLogDensity: Formula {
    /// The distribution of y given η, in words: "Laplace with location eta and scale 1".
    const DISTRIBUTION: &'static str;

    /// C(y) = −ln f(y | η) − ℓ(y, η), the same for every η.
    fn constant<S: Scalar>(&self, y: S) -> S;
}

/// A loss with its normalising constant: exactly −ln f(y | η). PyTorch's `full=True`, without Stirling's approximation of ln y!.
///
/// ```
/// use thalweg_core::Pointwise;
/// use thalweg_losses::{Full, Poisson};
/// // The probability of 2 at rate 1 is e⁻¹/2.
/// let (value, slope, _) = Full(Poisson).derivatives(2.0_f64, 0.0);
/// assert!((value - (1.0 + 2.0_f64.ln())).abs() < 1e-15 && slope == -1.0);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Full<P>(pub P);

impl<P: NegativeLogDensity> Formula for Full<P> {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        self.0.eval(y, eta) + self.0.constant(y)
    }
}

impl<T: Real, P: NegativeLogDensity + Pointwise<T>> Pointwise<T> for Full<P> {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (value, first, second) = self.0.derivatives(y, eta);
        (value + self.0.constant(y), first, second)
    }

    #[inline(always)]
    fn expected_curvature(&self, y: T, eta: T) -> T {
        self.0.expected_curvature(y, eta)
    }

    /// (ℓ + C)* = ℓ* − C.
    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        self.0.conjugate(y, u) - self.0.constant(y)
    }

    fn properties(&self) -> Properties<T> {
        self.0.properties()
    }
}
