//! Tweedie family: amounts with variance μ^p; for 1 < p < 2 sums of Poisson many gamma amounts, with a mass at 0.
//!
//! Source: Jørgensen, *Exponential dispersion models*, J. R. Statist. Soc. B 49 (1987); Dunn and Smyth, *Series evaluation of Tweedie
//! exponential dispersion model densities*, Statistics and Computing 15 (2005).

use thalweg_core::{Dual, Error, Loss, Parameter, Real, Result, Scalar, Target};

use super::{Gamma, InverseGaussian};
use crate::density::Density;
use crate::family::{Dispersion, FamilyEntry, Nuisance, Tails};
use crate::link::{LinkFunction, Mean};
use crate::links::power;
use crate::special::{lower_gamma, share, upper_gamma};

/// y ≥ 0 with mean μ and V(μ) = μ^p. The power is given, or estimated by profile likelihood within 1 < p < 2. Densities are known for 1 < p ≤ 2
/// and p = 3; deviances for all p > 1. With the log link its loss is [`thalweg_losses::Tweedie`].
///
/// ```
/// use thalweg_likelihood::{Density, LinkFunction, families::Tweedie};
/// // P(Y = 0) = e^−λ with λ = μ^(2−p)/(φ(2 − p)) = 2 at μ = φ = 1, p = 1.5.
/// let mean = LinkFunction::Identity.mean(1.0);
/// assert_eq!(Tweedie::new(1.5)?.log_density(0.0, &mean, 1.0, 1.0), -2.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Tweedie {
    power: f64,
    estimated: bool,
}

impl Tweedie {
    /// With variance power p > 1.
    ///
    /// # Errors
    /// p not finite or p ≤ 1.
    pub fn new(power: f64) -> Result<Self> {
        if power > 1.0 && power.is_finite() {
            Ok(Self { power, estimated: false })
        } else {
            Err(Error::invalid_parameter("power", power, POWER.rule))
        }
    }

    /// With a power to be estimated; it stands at 1.5 until then.
    #[must_use]
    pub const fn estimated() -> Self {
        Self { power: 1.5, estimated: true }
    }
}

const POWER: Parameter = Parameter {
    name: "power",
    default: 0.0,
    rule: "it must be a finite number > 1, or 0 to have it estimated; 1 is the poisson family",
    summary: "power of the mean that the variance is proportional to; 0: estimated within 1 < p < 2",
};

pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "tweedie",
    summary: "amounts that are often exactly 0: claims, rainfall; the power is estimated unless given",
    parameters: &[POWER],
    example: "tweedie:power=1.6",
    make: |values| {
        Ok(Box::new(if values[0] == 0.0 { Tweedie::estimated() } else { Tweedie::new(values[0])? }))
    },
};

impl Density for Tweedie {
    const NAME: &'static str = ENTRY.name;
    const LINKS: &'static [LinkFunction] = &[LinkFunction::Log, LinkFunction::Identity, power::ANY];
    const DISPERSION: Dispersion = Dispersion::Estimated;
    const DISPERSION_BY_LIKELIHOOD: bool = true;

    fn describe(&self) -> String {
        match self.estimated {
            true => Self::NAME.to_owned(),
            false => format!("{}:power={}", Self::NAME, self.power),
        }
    }

    fn target(&self) -> Target {
        if self.power < 2.0 { Target::Nonnegative } else { Target::Positive }
    }

    /// μ^(2−p)/(2 − p) − yμ^(1−p)/(1 − p).
    #[inline(always)]
    fn kernel<S: Scalar>(&self, y: S, mean: Mean<S>) -> S {
        let [a, b] = [2.0 - self.power, 1.0 - self.power];
        let first = if a == 0.0 { mean.ln_mu } else { (S::of(a) * mean.ln_mu).exp() / S::of(a) };
        // All under the exponential where it may overflow: a constant's derivative 0 times ∞ is not 0.
        let amount = match a < 0.0 {
            true => -(S::of(b) * mean.ln_mu + y.ln() - S::of(Scalar::ln(-b))).exp(),
            false => share(y, mean.mu, (S::of(b) * mean.ln_mu).exp() / S::of(b)),
        };
        // For p > 2 both overflow at small means, with opposite signs; far below y the first is nothing beside the other.
        let negligible = mean.mu.lt(S::of(if a < 0.0 { 1e-16 } else { 0.0 }) * y);
        S::select(negligible, S::of(0.0), first) - amount
    }

    #[inline(always)]
    fn fisher<T: Real>(&self, mean: Mean<Dual<T, 1>>) -> T {
        mean.ln_mu.derivatives[0].square() * (T::of(2.0 - self.power) * mean.ln_mu.value).exp()
    }

    fn is_convex_in(&self, link: LinkFunction) -> bool {
        link == LinkFunction::Log && self.power <= 2.0
    }

    fn is_canonical(&self, _link: LinkFunction) -> bool {
        false
    }

    fn closed_form<T: Real>(&self, link: LinkFunction) -> Option<Box<dyn Loss<T>>> {
        let loss = thalweg_losses::Tweedie::new(self.power).ok()?;
        (link == LinkFunction::Log).then(|| Box::new(loss) as Box<dyn Loss<T>>)
    }

    fn nuisance(&self) -> Option<Nuisance> {
        self.estimated.then_some(Nuisance { name: POWER.name, range: (1.0, 2.0), start: 1.5 })
    }

    fn with_nuisance(&self, value: f64) -> Result<Self> {
        Self::new(value)
    }

    #[inline(always)]
    fn variance(&self, mean: &Mean<f64>) -> f64 {
        Scalar::exp(self.power * mean.ln_mu)
    }

    #[inline(always)]
    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64 {
        power_deviance(self.power, y, mean)
    }

    fn log_density(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> f64 {
        let phi = dispersion / w;
        match self.power {
            2.0 => Gamma.log_density(y, mean, dispersion, w),
            3.0 => InverseGaussian.log_density(y, mean, dispersion, w),
            p if p > 2.0 => f64::NAN,
            _ if y == 0.0 => -self.kernel(0.0, *mean) / phi,
            p => log_series(p, y, phi) - self.kernel(y, *mean) / phi,
        }
    }

    fn tails(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> Tails {
        match self.power {
            2.0 => Gamma.tails(y, mean, dispersion, w),
            3.0 => InverseGaussian.tails(y, mean, dispersion, w),
            p if p > 2.0 => Tails::UNKNOWN,
            p => compound_tails(p, y, mean, dispersion / w),
        }
    }

    #[inline(always)]
    fn start(&self, y: f64, _w: f64, _center: f64) -> f64 {
        if y == 0.0 { 0.1 } else { y }
    }
}

/// 2[y^(2−p)/((1 − p)(2 − p)) − yμ^(1−p)/(1 − p) + μ^(2−p)/(2 − p)] = 2y^(2−p)[E(2 − p) − E(1 − p)] with E(c) = (e^(ct) − 1 − ct)/c at
/// t = ln(μ/y): the terms that cancel near y = μ are left out. A divisor 0 stands for the limit.
#[inline(always)]
pub(crate) fn power_deviance(p: f64, y: f64, mean: &Mean<f64>) -> f64 {
    let [a, b] = [2.0 - p, 1.0 - p];
    if y == 0.0 {
        return 2.0 * Scalar::exp(a * mean.ln_mu) / a;
    }
    let near = (mean.mu - y) / y;
    let t = if near.abs() < 0.5 { Scalar::ln_1p(near) } else { mean.ln_mu - Scalar::ln(y) };
    let excess = |c: f64| if c == 0.0 { 0.0 } else { exp_less_line(c * t) / c };
    2.0 * Scalar::exp(a * Scalar::ln(y)) * (excess(a) - excess(b))
}

/// e^x − 1 − x, by its series where it would cancel.
#[inline(always)]
fn exp_less_line(x: f64) -> f64 {
    if x.abs() > 0.5 {
        return Scalar::exp_m1(x) - x;
    }
    // x²/2! + x³/3! + … to x¹⁴/14!: the next term is below 1e-16 of the first.
    let sum = (3..=14).rev().fold(1.0, |sum: f64, n| (x / f64::from(n)).mul_add(sum, 1.0));
    0.5 * x * x * sum
}

/// ln Σⱼ Wⱼ − ln y of the density's factor free of μ, for y > 0 and 1 < p < 2, with α = (2 − p)/(p − 1):
/// ln Wⱼ = jα ln y − jα ln(p − 1) − j(1 + α) ln φ − j ln(2 − p) − ln j! − ln Γ(jα); the terms fall off on both sides of their mode near
/// y^(2−p)/(φ(2 − p)).
fn log_series(p: f64, y: f64, phi: f64) -> f64 {
    let alpha = (2.0 - p) / (p - 1.0);
    let (ln_y, ln_phi) = (Scalar::ln(y), Scalar::ln(phi));
    let slope = alpha * (ln_y - Scalar::ln(p - 1.0)) - (1.0 + alpha) * ln_phi - Scalar::ln(2.0 - p);
    let term = |j: f64| j * slope - Scalar::ln_gamma(j + 1.0) - Scalar::ln_gamma(j * alpha);
    let mode = (Scalar::exp((2.0 - p) * ln_y) / (phi * (2.0 - p))).round().max(1.0);
    let peak = term(mode);
    around(mode, 1.0, |j| term(j) - peak, |share, _| share).ln() + peak - ln_y
}

/// Σⱼ g(e^f(j), j) over the integers from `first` on, for a concave f with this mode and g ≤ its first argument: outwards from the mode until what
/// g may add is rounding. In a tail the largest terms are far from the mode.
fn around(mode: f64, first: f64, f: impl Fn(f64) -> f64, g: impl Fn(f64, f64) -> f64) -> f64 {
    let mut sum = 0.0;
    for (start, step) in [(mode, 1.0), (mode - 1.0, -1.0)] {
        let mut j = start;
        while j >= first {
            let share = Scalar::exp(f(j));
            if share <= 1e-18 * sum || share == 0.0 || share.is_nan() {
                break;
            }
            sum += g(share, j);
            j += step;
        }
    }
    sum
}

/// Of the sum of N gamma amounts of shape α and scale φ(p − 1)μ^(p−1), with N Poisson of mean λ = μ^(2−p)/(φ(2 − p)).
fn compound_tails(p: f64, y: f64, mean: &Mean<f64>, phi: f64) -> Tails {
    let alpha = (2.0 - p) / (p - 1.0);
    let ln_rate = (2.0 - p) * mean.ln_mu - Scalar::ln(phi * (2.0 - p));
    let rate = Scalar::exp(ln_rate);
    let none = (-rate).exp();
    if y == 0.0 {
        return Tails { below: 0.0, at: none, above: -(-rate).exp_m1() };
    }
    let x = y / (phi * (p - 1.0) * Scalar::exp((p - 1.0) * mean.ln_mu));
    let poisson = |j: f64| j * ln_rate - rate - Scalar::ln_gamma(j + 1.0);
    let mode = rate.floor().max(1.0);
    let peak = poisson(mode);
    let sum = |tail: fn(f64, f64) -> f64| {
        Scalar::exp(peak) * around(mode, 1.0, |j| poisson(j) - peak, |share, j| share * tail(j * alpha, x))
    };
    Tails::continuous(none + sum(lower_gamma), sum(upper_gamma))
}
