//! Negative binomial loss (y + θ) ln(1 + e^η/θ) − yη: minus the log-likelihood of an overdispersed count with log-mean η and variance μ + μ²/θ,
//! without its constant. It tends to the Poisson loss as θ → ∞.
//!
//! PyTorch, scikit-learn, optax and Keras do not have it.
//!
//! Source: Lawless, *Negative binomial and mixed Poisson regression*, Canadian J. Statist. 15 (1987).

use thalweg_core::{
    Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Response, Result, Scalar, Target, k,
};

use crate::entry::check_precision;
use crate::likelihood::{self, FULL};
use crate::{LossEntry, Make, NegativeLogDensity};

/// For y ≥ 0, with z = η − ln θ, p = σ(z) = μ/(μ + θ) and q = 1 − p: ℓ = (y + θ) ln(1 + e^z) − yη, ℓ′ = θp − yq, ℓ″ = (y + θ)pq, in
/// expectation θp; ℓ*(u) = v ln(vθ/(y + θ)) + (θ − u) ln(1 − v/(y + θ)) at v = u + y in [0, y + θ].
///
/// ```
/// use thalweg_core::Pointwise;
/// let loss = thalweg_losses::NegativeBinomial::new(1.0)?;
/// let (value, slope, bend) = loss.derivatives(3.0_f64, 0.0);
/// assert!((value - 4.0 * 2.0_f64.ln()).abs() < 1e-15 && slope == -1.0 && bend == 1.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct NegativeBinomial {
    theta: f64,
    /// ln θ and its rounding error.
    ln_theta: [f64; 2],
    /// From [`STIRLING_FROM`] on what Stirling's series gives at θ, else ln Γ(θ).
    ln_gamma: f64,
}

/// The size from which the constant is taken from Stirling's series.
const STIRLING_FROM: f64 = 16.0;

impl NegativeBinomial {
    /// With size θ, a number of counts: the reciprocal of the overdispersion α.
    ///
    /// # Errors
    /// θ not positive and finite.
    pub fn new(theta: f64) -> Result<Self> {
        if theta > 0.0 && theta.is_finite() {
            let ln = Scalar::ln(theta);
            let half = Scalar::exp(-0.5 * ln);
            let ln_gamma = if theta < STIRLING_FROM { Scalar::ln_gamma(theta) } else { stirling(theta) };
            Ok(Self { theta, ln_theta: [ln, theta * half * half - 1.0], ln_gamma })
        } else {
            Err(Error::invalid_parameter("theta", theta, THETA.rule))
        }
    }
}

const THETA: Parameter = Parameter {
    name: "theta",
    default: 1.0,
    rule: "it must be a finite number > 0",
    summary: "size: the variance is mu + mu^2/theta, in counts",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "negative-binomial",
    summary: "negative log-likelihood of an overdispersed count with log-mean eta",
    parameters: &[THETA, FULL],
    example: "negative-binomial:theta=2.5,full=1",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    check_precision::<T>(&THETA, values[0])?;
    likelihood::make(NegativeBinomial::new(values[0])?, values[1])
}

impl Formula for NegativeBinomial {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (y + S::of(self.theta)) * (eta - S::of(self.ln_theta[0])).softplus() - y * eta
    }
}

impl<T: Real> Pointwise<T> for NegativeBinomial {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let theta = T::of(self.theta);
        let total = y + theta;
        let ln_theta = T::of(self.ln_theta[0]);
        let ln_rest = T::of(self.ln_theta[0] - ln_theta.to_f64() + self.ln_theta[1]);
        // z + rest = η − ln θ, the rounding error of the difference included (Knuth's TwoSum): e^z would show it.
        let z = eta - ln_theta;
        let seen = z - eta;
        let rest = (eta - (z - seen)) - (ln_theta + seen) - ln_rest;
        let low = z.le(T::ZERO);
        // e^−|z| in two halves: multiplied by θ or y between them, it does not underflow early.
        let half = (k(-0.5) * z.abs()).exp();
        let half = half + T::select(low, half, -half) * (k(0.5) * rest);
        let t = half * half;
        let scaled = |x: T| x * half * half;
        let large = (T::ONE + t).recip();
        let theta_p = T::select(low, scaled(theta), theta) * large;
        let y_q = T::select(low, y, scaled(y)) * large;
        // (y + θ) ln(1 + t), and θz − y ln θ or −yη.
        let bend = T::select(t.lt(T::EPSILON), scaled(total), total * t.ln_1p());
        let line = T::select(low, -(y * eta), theta * z + theta * rest - y * ln_theta - y * ln_rest);
        (line + bend, theta_p - y_q, scaled(total) * large * large)
    }

    #[inline(always)]
    fn expected_curvature(&self, _: T, eta: T) -> T {
        // At y = 0 the slope is θp.
        self.derivatives(T::ZERO, eta).1
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let theta = T::of(self.theta);
        let (v, rest, total) = (u + y, theta - u, y + theta);
        let successes = T::select(v.le(T::ZERO), T::ZERO, v * (v * (theta / total)).ln());
        let failures = T::select(rest.le(T::ZERO), T::ZERO, rest * (-v / total).ln_1p());
        T::select(T::ZERO.le(v) & T::ZERO.le(rest), successes + failures, T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // ℓ‴ = ℓ″(1 − 2p).
            self_concordance: Some(T::ONE),
            conjugate_known: true,
            response: Some(Response::Exponential),
            ..Properties::convex(Target::Nonnegative)
        }
    }
}

impl NegativeLogDensity for NegativeBinomial {
    const DISTRIBUTION: &'static str = "negative binomial with mean exp(eta) and size theta";

    /// ln Γ(y + 1) − D with D = ln Γ(y + θ) − ln Γ(θ) − y ln θ, which vanishes as θ → ∞ while its terms grow. For large θ it is taken from
    /// Stirling's series R: with r = y/θ, D = θ(ln(1 + r) − r) + (y − ½) ln(1 + r) + R(y + θ) − R(θ).
    #[inline(always)]
    fn constant<S: Scalar>(&self, y: S) -> S {
        let (theta, ln_gamma) = (S::of(self.theta), S::of(self.ln_gamma));
        let total = y + theta;
        let difference = if self.theta < STIRLING_FROM {
            total.ln_gamma_positive() - ln_gamma - y * S::of(self.ln_theta[0])
        } else {
            let r = y / theta;
            theta * ln_1p_minus(r) + (y - S::of(0.5)) * r.ln_1p() + stirling(total) - ln_gamma
        };
        (k(1.0) + y).ln_gamma_positive() - difference
    }
}

/// ln(1 + r) − r for r ≥ 0. With s = r/(2 + r), ln(1 + r) = 2 artanh s and 2s − r = −rs, so that nothing cancels.
#[inline(always)]
fn ln_1p_minus<S: Scalar>(r: S) -> S {
    let s = r / (k(2.0) + r);
    let square = s * s;
    let mut tail = S::of(0.0);
    // Up to r = ½ the first term left out is below 1e-17 of the whole.
    for n in (1..=10).rev() {
        tail = tail * square + S::of(1.0 / f64::from(2 * n + 1));
    }
    S::select(r.le(S::of(0.5)), k(2.0) * s * square * tail - r * s, r.ln_1p() - r)
}

/// ln Γ(x) − (x − ½) ln x + x − ½ ln 2π for x ≥ 16, to 1e-18. Source: NIST DLMF 5.11.1.
#[inline(always)]
fn stirling<S: Scalar>(x: S) -> S {
    const COEFFICIENTS: [f64; 6] =
        [-691.0 / 360_360.0, 1.0 / 1_188.0, -1.0 / 1_680.0, 1.0 / 1_260.0, -1.0 / 360.0, 1.0 / 12.0];
    let w = (x * x).recip();
    let mut sum = S::of(0.0);
    for c in COEFFICIENTS {
        sum = sum * w + S::of(c);
    }
    sum / x
}
