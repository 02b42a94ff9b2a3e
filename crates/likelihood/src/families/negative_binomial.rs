//! Negative binomial family: counts that scatter more than Poisson counts.
//!
//! Source: Lawless, *Negative binomial and mixed Poisson regression*, Canadian J. Statist. 15 (1987).

use thalweg_core::{Dual, Error, Loss, Parameter, Real, Result, Scalar, Target, math};
use thalweg_losses::NegativeLogDensity;

use crate::density::Density;
use crate::family::{Dispersion, Family, FamilyEntry, Nuisance, Tails};
use crate::link::{LinkFunction, Mean};
use crate::special::{divergence, incomplete_beta, share};

/// A count y with mean μ and variance V(μ) = μ + μ²/θ. θ is given, or estimated with the coefficients by maximum likelihood. With the log
/// link its loss is [`thalweg_losses::NegativeBinomial`]. The canonical link ln(μ/(μ + θ)) depends on θ and is not offered.
///
/// ```
/// use thalweg_likelihood::{Density, LinkFunction, families::NegativeBinomial};
/// // P(Y = 0) = (θ/(θ + μ))^θ = ½ at θ = μ = 1.
/// let mean = LinkFunction::Identity.mean(1.0);
/// let found = NegativeBinomial::new(1.0)?.log_density(0.0, &mean, 1.0, 1.0);
/// assert!((found - 0.5_f64.ln()).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct NegativeBinomial {
    loss: thalweg_losses::NegativeBinomial,
    theta: f64,
    estimated: bool,
}

impl NegativeBinomial {
    /// With size θ, a number of counts: the reciprocal of the overdispersion α.
    ///
    /// # Errors
    /// θ not positive and finite.
    pub fn new(theta: f64) -> Result<Self> {
        Ok(Self { loss: thalweg_losses::NegativeBinomial::new(theta)?, theta, estimated: false })
    }

    /// With a size to be estimated; it stands at 1 until then.
    ///
    /// # Errors
    /// As [`NegativeBinomial::new`], of which 1 has none.
    pub fn estimated() -> Result<Self> {
        Ok(Self { estimated: true, ..Self::new(1.0)? })
    }
}

const THETA: Parameter = Parameter {
    name: "theta",
    default: 0.0,
    rule: "it must be a finite number > 0, or 0 to have it estimated",
    summary: "size: the variance is mu + mu^2/theta, in counts; 0: estimated with the coefficients",
};

pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "negative-binomial",
    summary: "overdispersed counts; theta is estimated unless given",
    parameters: &[THETA],
    example: "negative-binomial:theta=2.5",
    make: |values| {
        Ok(Box::new(match values[0] {
            0.0 => NegativeBinomial::estimated()?,
            theta if theta > 0.0 && theta.is_finite() => NegativeBinomial::new(theta)?,
            theta => return Err(Error::invalid_parameter("theta", theta, THETA.rule)),
        }))
    },
};

impl Density for NegativeBinomial {
    const NAME: &'static str = ENTRY.name;
    const LINKS: &'static [LinkFunction] = &[LinkFunction::Log, LinkFunction::Identity, LinkFunction::Sqrt];
    const DISPERSION: Dispersion = Dispersion::One;

    fn describe(&self) -> String {
        match self.estimated {
            true => Self::NAME.to_owned(),
            false => format!("{}:theta={}", Self::NAME, self.theta),
        }
    }

    fn target(&self) -> Target {
        Target::Nonnegative
    }

    #[inline(always)]
    fn kernel<S: Scalar>(&self, y: S, mean: Mean<S>) -> S {
        let theta = S::of(self.theta);
        (y + theta) * (mean.mu / theta).ln_1p() - share(y, mean.mu, mean.ln_mu)
    }

    #[inline(always)]
    fn fisher<T: Real>(&self, mean: Mean<Dual<T, 1>>) -> T {
        mean.mu.derivatives[0] * mean.ln_mu.derivatives[0] / (T::ONE + mean.mu.value / T::of(self.theta))
    }

    fn is_convex_in(&self, link: LinkFunction) -> bool {
        link == LinkFunction::Log
    }

    fn is_canonical(&self, _link: LinkFunction) -> bool {
        false
    }

    fn closed_form<T: Real>(&self, link: LinkFunction) -> Option<Box<dyn Loss<T>>> {
        (link == LinkFunction::Log).then(|| Box::new(self.loss) as Box<dyn Loss<T>>)
    }

    fn nuisance(&self) -> Option<Nuisance> {
        self.estimated.then_some(Nuisance { name: THETA.name, range: (0.0, f64::INFINITY), start: 1.0 })
    }

    fn with_nuisance(&self, value: f64) -> Result<Self> {
        Self::new(value)
    }

    /// θ → ∞.
    fn limit(&self) -> Option<Box<dyn Family>> {
        Some(Box::new(super::Poisson))
    }

    /// With t = ln θ and s = θ + μ: ∂ ln f/∂θ = ψ(y + θ) − ψ(θ) + ln(θ/s) + (μ − y)/s, and ∂² ln f/∂θ∂μ = (y − μ)/s².
    fn nuisance_derivatives(&self, y: f64, mean: &Mean<f64>) -> Option<[f64; 3]> {
        let (theta, mu) = (self.theta, mean.mu);
        let s = theta + mu;
        let [rise, bend] = rises(y, theta);
        let first = rise - math::ln_1p(mu / theta) + (mu - y) / s;
        // 1/θ − 2/s + (y + θ)/s² = (μ²/θ + y)/s², without a difference.
        let second = bend + (mu * mu / theta + y) / (s * s);
        Some([theta * first, theta * (first + theta * second), theta * (y - mu) / (s * s)])
    }

    #[inline(always)]
    fn variance(&self, mean: &Mean<f64>) -> f64 {
        mean.mu * (1.0 + mean.mu / self.theta)
    }

    #[inline(always)]
    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64 {
        if y == 0.0 {
            return 2.0 * self.theta * math::ln_1p(mean.mu / self.theta);
        }
        // The linear terms of the two divergences are the same.
        let s = self.theta + mean.mu;
        2.0 * (divergence(y, mean.mu, mean.ln_mu) - divergence(y + self.theta, s, Scalar::ln(s)))
    }

    #[inline(always)]
    fn log_density(&self, y: f64, mean: &Mean<f64>, _dispersion: f64, w: f64) -> f64 {
        -w * (self.kernel(y, *mean) + self.loss.constant(y))
    }

    /// P(Y ≤ y) is the incomplete beta function of θ/(θ + μ) (DLMF 8.17). A row of weight w is the sum of w such counts: size wθ, mean wμ.
    fn tails(&self, y: f64, mean: &Mean<f64>, _dispersion: f64, w: f64) -> Tails {
        let (k, size, s) = (w * y, w * self.theta, self.theta + mean.mu);
        let (p, q) = (self.theta / s, mean.mu / s);
        let below = if k <= 0.0 { 0.0 } else { incomplete_beta(size, k, p) };
        let above = incomplete_beta(k + 1.0, size, q);
        let at = match thalweg_losses::NegativeBinomial::new(size) {
            Ok(loss) => {
                let ln_mu = mean.ln_mu + Scalar::ln(w);
                let kernel = (k + size) * math::ln_1p(mean.mu / self.theta) - share(k, w * mean.mu, ln_mu);
                (-(kernel + loss.constant(k))).exp()
            }
            Err(_) => f64::NAN,
        };
        Tails { below, at, above }
    }

    #[inline(always)]
    fn start(&self, y: f64, _w: f64, _center: f64) -> f64 {
        if y == 0.0 { 1.0 / 6.0 } else { y }
    }
}

/// ψ(y + θ) − ψ(θ) and ψ′(y + θ) − ψ′(θ): sums over the count where it is small, which are exact for any θ.
fn rises(y: f64, theta: f64) -> [f64; 2] {
    const FEW: f64 = 64.0;
    if y <= FEW && y.fract() == 0.0 {
        return (0..y as u32).fold([0.0; 2], |[rise, bend], j| {
            let r = 1.0 / (theta + f64::from(j));
            [rise + r, bend - r * r]
        });
    }
    if theta > 1e3 {
        // ψ(x) ≈ ln x − 1/(2x) − 1/(12x²): the difference of the logarithms by ln_1p.
        let x = y + theta;
        let rise = math::ln_1p(y / theta)
            + 0.5 * y / (theta * x)
            + (y / theta) * (1.0 / x + 1.0 / theta) / (12.0 * x);
        // ψ′(x) ≈ 1/x + 1/(2x²) + 1/(6x³).
        let slope = |x: f64| (1.0 + (0.5 + 1.0 / (6.0 * x)) / x) / x;
        return [rise, slope(x) - slope(theta)];
    }
    [math::digamma(y + theta) - math::digamma(theta), math::trigamma(y + theta) - math::trigamma(theta)]
}
