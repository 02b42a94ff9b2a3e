//! Probit loss −y ln Φ(η) − (1 − y) ln Φ(−η): minus the log-likelihood of a Bernoulli outcome whose probability is the normal distribution function Φ
//! at η.
//!
//! PyTorch, scikit-learn, optax and Keras do not have it.
//!
//! Source: Bliss, *The calculation of the dosage-mortality curve*, Annals of Applied Biology 22 (1935).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Response, Result, Scalar, Target};

use crate::reweighted::{self, weighted};
use crate::{LossEntry, Make, NegativeLogDensity};

/// For y in [0, 1], with m(η) = φ(η)/Φ(η): ℓ′ = (1 − y)m(−η) − ym(η), ℓ″ = yh(η) + (1 − y)h(−η) with h(η) = m(η)(η + m(η)) in (0, 1); its
/// expectation is m(η)m(−η). The conjugate has no closed form.
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, _) = thalweg_losses::Probit.derivatives(1.0_f64, 0.0);
/// assert_eq!(value, 2.0_f64.ln());
/// assert!((slope + (2.0 / core::f64::consts::PI).sqrt()).abs() < 1e-15);
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Probit;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "probit",
    summary: "log-loss of a 0/1 target with normal score eta: probit regression",
    parameters: reweighted::PARAMETERS,
    example: "probit",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    reweighted::make(Probit, values)
}

impl Formula for Probit {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        -(y * eta.normal_ln_cdf() + (S::of(1.0) - y) * (-eta).normal_ln_cdf())
    }
}

impl<T: Real> Pointwise<T> for Probit {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let failure = T::ONE - y;
        let (up, down) = (eta.inverse_mills(), (-eta).inverse_mills());
        let value = -(weighted(y, eta.normal_ln_cdf()) + weighted(failure, (-eta).normal_ln_cdf()));
        // The two slopes have opposite signs, the two curvatures the same one.
        (value, failure * down - y * up, y * bend(eta, up) + failure * bend(-eta, down))
    }

    /// φ²/(Φ(1 − Φ)), whatever y.
    #[inline(always)]
    fn expected_curvature(&self, _: T, eta: T) -> T {
        eta.inverse_mills() * (-eta).inverse_mills()
    }

    fn properties(&self) -> Properties<T> {
        // 1 − h(η) is the variance of a normal variable cut off at η: between 0 and 1, and tending to 0 as η → −∞.
        Properties {
            curvature_bound: Some(T::ONE),
            response: Some(Response::NormalCdf),
            ..Properties::convex(Target::UnitInterval)
        }
    }
}

impl NegativeLogDensity for Probit {
    const DISTRIBUTION: &'static str = "Bernoulli outcome with probability normal_cdf(eta)";

    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(0.0)
    }
}

/// h(x) = m(x + m) for m = φ(x)/Φ(x). Below −8, where x + m cancels, Laplace's continued fraction of Mills' ratio, DLMF 7.9.3, gives
/// −x(x + m) = 1/(1 + 2w/(1 + 3w/(1 + …))) with w = 1/x²; cut off after 16w its relative error there is 1e-16.
#[inline(always)]
fn bend<T: Real>(x: T, m: T) -> T {
    let w = (x * x).recip();
    let fraction = horner(w, NUMERATOR) / horner(w, DENOMINATOR);
    // m = −x + f/(−x): m(x + m) = f + f²w.
    T::select(x.lt(T::of(-8.0)), fraction + fraction * fraction * w, m * (x + m))
}

/// Highest power first.
const NUMERATOR: [f64; 8] =
    [24_137_505.0, 33_453_945.0, 12_873_735.0, 2_089_395.0, 166_155.0, 6_747.0, 133.0, 1.0];
const DENOMINATOR: [f64; 9] =
    [10_321_920.0, 58_437_855.0, 51_450_525.0, 16_288_965.0, 2_386_395.0, 178_893.0, 7_007.0, 135.0, 1.0];

#[inline(always)]
fn horner<T: Real, const N: usize>(x: T, coefficients: [f64; N]) -> T {
    let mut sum = T::ZERO;
    for c in coefficients {
        sum = sum.mul_add(x, T::of(c));
    }
    sum
}
