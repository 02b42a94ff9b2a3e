//! A parameter of the distribution estimated with the coefficients: the θ of the negative binomial family, the power of the Tweedie family.
//!
//! The profile log-likelihood L(t) = max_β ln f(β, t), t the parameter or its logarithm, is maximised over t, each point from the
//! coefficients of the last. Where the derivatives are known, L′ is the partial derivative at β(t) (the envelope theorem) and L″ = ∂²/∂t² +
//! cᵀA⁻¹c, with A the observed information of the coefficients and c = ∂²/∂t∂β: a safeguarded Newton method in t, whose last curvature is that
//! of the joint likelihood. Elsewhere Brent's method.
//!
//! Source: Lawless, Canadian J. Statist. 15 (1987); Venables and Ripley, *Modern Applied Statistics with S*, section 7.4, for the start.

use thalweg_core::{Design, Information, Objective, Par, Result, ScaledCholesky, Smooth};
use thalweg_likelihood::{Family, Nuisance, maximum};

use crate::fit::NuisanceEstimate;
use crate::glm::Glm;
use crate::observations::Observations;
use crate::run::Run;
use crate::watch::Watch;

/// The family with its parameter settled, and where the search for the coefficients starts.
pub(crate) struct Settled {
    pub(crate) family: Box<dyn Family>,
    pub(crate) x: Option<Vec<f64>>,
    pub(crate) estimate: NuisanceEstimate,
    pub(crate) warning: Option<String>,
}

/// The coefficients at one value of the parameter, and the derivatives of the profile there.
pub(crate) struct Point {
    pub(crate) x: Vec<f64>,
    pub(crate) eta: Vec<f64>,
    solved: bool,
    /// L′, L″ and ∂²/∂t² in t = ln of the parameter.
    profile: Option<[f64; 3]>,
    /// The standard errors of the coefficients from the joint information.
    joint_std_errors: Vec<f64>,
}

/// ln θ below which P(Y = 0) is 1 to double precision, whatever the mean.
const SMALLEST: f64 = -30.0;

/// A step this small in ln θ leaves nothing to gain.
const SETTLED: f64 = 1e-11;

impl Glm {
    /// Finds the parameter.
    pub(crate) fn settle(
        &self,
        nuisance: &Nuisance,
        design: &Design<'_, f64>,
        data: &Observations<'_>,
        x0: Option<Vec<f64>>,
        watch: &mut Watch<'_>,
    ) -> Result<Settled> {
        let start = match self.family.limit() {
            Some(limit) => {
                let point = self.with_family(limit).point(design, data, x0, false, watch)?;
                let scan = (-16..=24).map(|i| (0.5 * f64::from(i)).exp());
                let best = scan.max_by(|a, b| {
                    let likelihood = |value: &f64| self.log_likelihood_at(*value, &point.eta, data);
                    likelihood(a).total_cmp(&likelihood(b))
                });
                (best.unwrap_or(nuisance.start), Some(point.x))
            }
            None => (nuisance.start, x0),
        };
        let known = self.family.nuisance_derivatives(1.0, &self.link.mean(self.link.link(1.0))).is_some();
        if known {
            self.settle_by_newton(nuisance, design, data, start, watch)
        } else {
            self.settle_by_values(nuisance, design, data, start, watch)
        }
    }

    /// Newton's method on the profile in t = ln θ, kept between the points where L′ has changed its sign.
    fn settle_by_newton(
        &self,
        nuisance: &Nuisance,
        design: &Design<'_, f64>,
        data: &Observations<'_>,
        (start, mut x): (f64, Option<Vec<f64>>),
        watch: &mut Watch<'_>,
    ) -> Result<Settled> {
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        // Beyond this size the variance μ + μ²/θ differs from μ by less than a ten-millionth, which no data tell apart.
        let largest = data.y.iter().copied().fold(1.0, f64::max).ln() + 16.0;
        let mut t = start.ln();
        for _ in 0..60 {
            let glm = self.with_family(self.family.with_nuisance(t.exp())?);
            let point = glm.point(design, data, x.take(), true, watch)?;
            let Some([slope, bend, given]) = point.profile.filter(|_| point.solved) else {
                // No coefficients, no parameter: the fit itself says why.
                return Ok(unsettled(nuisance, glm.family, point.x));
            };
            if t >= largest && (slope >= 0.0 || bend >= 0.0) {
                return Ok(self.at_limit(nuisance, glm.family, point.x));
            }
            if t <= SMALLEST && slope <= 0.0 {
                let mut settled = unsettled(nuisance, glm.family, point.x);
                settled.estimate.estimate = 0.0;
                settled.warning = Some(format!(
                    "{} has no positive estimate: the few positive counts scatter without bound",
                    nuisance.name
                ));
                return Ok(settled);
            }
            if slope > 0.0 {
                low = t
            } else {
                high = t
            }
            let newton = -slope / bend;
            let step = if bend < 0.0 { newton.clamp(-2.0, 2.0) } else { 2.0_f64.copysign(slope) };
            let next = t + step;
            let next = if next > low && next < high { next } else { 0.5 * (low + high) };
            if (next - t).abs() <= SETTLED * t.abs().max(1.0) {
                let value = t.exp();
                let estimate = NuisanceEstimate {
                    name: nuisance.name,
                    estimate: value,
                    std_error: value / (-bend).sqrt(),
                    std_error_given_coefficients: value / (-given).sqrt(),
                    joint_std_errors: point.joint_std_errors,
                };
                return Ok(Settled { family: glm.family, x: Some(point.x), estimate, warning: None });
            }
            x = Some(point.x);
            t = next.clamp(SMALLEST, largest);
        }
        let family = self.family.with_nuisance(t.exp())?;
        Ok(unsettled(nuisance, family, x.unwrap_or_default()))
    }

    /// Brent's method on the profile.
    fn settle_by_values(
        &self,
        nuisance: &Nuisance,
        design: &Design<'_, f64>,
        data: &Observations<'_>,
        (_, mut x): (f64, Option<Vec<f64>>),
        watch: &mut Watch<'_>,
    ) -> Result<Settled> {
        let (low, high) = nuisance.range;
        let margin = 0.01 * (high - low);
        let mut failure = None;
        let mut profile = |value: f64| {
            let point = self.family.with_nuisance(value).and_then(|family| {
                let point = self.with_family(family).point(design, data, x.clone(), false, watch)?;
                Ok((self.log_likelihood_at(value, &point.eta, data), point.x))
            });
            match point {
                Ok((likelihood, found)) => {
                    x = Some(found);
                    likelihood
                }
                Err(error) => {
                    failure = Some(error);
                    f64::NAN
                }
            }
        };
        let value = maximum::of(&mut profile, low + margin, high - margin, 1e-6);
        // The curvature of the profile from values, at a distance where it is neither rounding nor another function.
        let h = 0.1 * margin;
        let [left, here, right] = [value - h, value, value + h].map(&mut profile);
        let information = -(left - 2.0 * here + right) / (h * h);
        if let Some(error) = failure {
            return Err(error);
        }
        let estimate = NuisanceEstimate {
            name: nuisance.name,
            estimate: value,
            std_error: information.sqrt().recip(),
            std_error_given_coefficients: f64::NAN,
            joint_std_errors: Vec::new(),
        };
        let at_edge = (value - low).min(high - value) < 1.5 * margin;
        let warning = at_edge.then(|| {
            format!(
                "the likelihood rises to the end of the range of {} searched, {value:.3}: give the {0} by name, or choose the family beyond it",
                nuisance.name
            )
        });
        Ok(Settled { family: self.family.with_nuisance(value)?, x, estimate, warning })
    }

    /// The likelihood rises to the end of the parameter's range: the family found there.
    fn at_limit(&self, nuisance: &Nuisance, last: Box<dyn Family>, x: Vec<f64>) -> Settled {
        let family = self.family.limit().unwrap_or(last);
        let warning = format!(
            "{} has no finite estimate: the counts scatter no more than the {} family says, which was fitted instead",
            nuisance.name,
            family.name()
        );
        let estimate = NuisanceEstimate {
            name: nuisance.name,
            estimate: f64::INFINITY,
            std_error: f64::NAN,
            std_error_given_coefficients: f64::NAN,
            joint_std_errors: Vec::new(),
        };
        Settled { family, x: Some(x), estimate, warning: Some(warning) }
    }

    /// Σ ln f at one value of the parameter, the dispersion at its own maximum.
    fn log_likelihood_at(&self, value: f64, eta: &[f64], data: &Observations<'_>) -> f64 {
        let Ok(family) = self.family.with_nuisance(value) else { return f64::NAN };
        let weights = data.row_weights();
        let n = self.observation_count(data);
        let dispersion = match family.dispersion() {
            thalweg_likelihood::Dispersion::One => 1.0,
            thalweg_likelihood::Dispersion::Estimated => {
                family.likelihood_dispersion(self.link, data.y, eta, weights, self.weight_kind, n)
            }
        };
        family.log_likelihood(self.link, data.y, eta, weights, self.weight_kind, dispersion)
    }

    /// The coefficients of this family, all of whose parameters are known, and the profile's derivatives if asked for.
    pub(crate) fn point(
        &self,
        design: &Design<'_, f64>,
        data: &Observations<'_>,
        x0: Option<Vec<f64>>,
        differentiate: bool,
        watch: &mut Watch<'_>,
    ) -> Result<Point> {
        let loss = self.family.loss(self.link)?;
        let datafit = data.datafit(&*loss)?;
        let mut smooth = Smooth::new(design, &datafit)?;
        let choice = self.choice_for(design);
        let (x0, scale) = self.start_of(&mut smooth, data, x0)?;
        let run = Run { glm: self, data, loss: &*loss, choice: &choice, scale };
        let (solution, separation) = run.minimise(&mut smooth, &x0, watch)?;
        let mut eta = vec![0.0; data.y.len()];
        smooth.predict(&solution.x, &mut eta);
        let mut point = Point {
            solved: solution.status.is_solved() && separation.is_none(),
            x: solution.x,
            eta,
            profile: None,
            joint_std_errors: Vec::new(),
        };
        if differentiate {
            self.differentiate(&smooth, data, &mut point)?;
        }
        Ok(point)
    }

    /// L′, L″ and the joint standard errors at a point.
    fn differentiate(
        &self,
        smooth: &Smooth<'_, f64>,
        data: &Observations<'_>,
        point: &mut Point,
    ) -> Result<()> {
        let weights = data.row_weights();
        let (mut slope, mut given) = (0.0, 0.0);
        let mut cross = vec![0.0; data.y.len()];
        for (i, cross) in cross.iter_mut().enumerate() {
            let (eta, w) = (point.eta[i], weights.get(i));
            let Some([first, second, mixed]) =
                self.family.nuisance_derivatives(data.y[i], &self.link.mean(eta))
            else {
                return Ok(());
            };
            slope += w * first;
            given += w * second;
            *cross = w * mixed * self.link.slope(eta);
        }
        let q = smooth.dim();
        let mut c = vec![0.0; q];
        smooth.design().apply_transpose(&cross, &mut c, Par::Rayon);
        let mut a = smooth.information_matrix(&point.x, Information::Observed)?;
        let total = smooth.datafit().total_weight();
        for j in 0..q {
            a.col_mut(j).iter_mut().for_each(|a| *a *= total);
        }
        let mut cholesky = ScaledCholesky::new(q);
        if cholesky.factor(a.as_ref()).is_none() {
            return Ok(());
        }
        let mut solved = c.clone();
        cholesky.solve(&mut solved);
        let gain: f64 = c.iter().zip(&solved).map(|(c, s)| c * s).sum();
        let bend = given + gain;
        point.profile = Some([slope, bend, given]);
        // (A − ccᵀ/(−∂²/∂t²))⁻¹ = A⁻¹ + A⁻¹ccᵀA⁻¹/(−L″).
        let inverse = cholesky.inverse();
        point.joint_std_errors =
            (0..q).map(|k| (inverse[(k, k)] + solved[k] * solved[k] / -bend).sqrt()).collect();
        Ok(())
    }
}

/// What is known where the coefficients were not found.
fn unsettled(nuisance: &Nuisance, family: Box<dyn Family>, x: Vec<f64>) -> Settled {
    let estimate = NuisanceEstimate {
        name: nuisance.name,
        estimate: f64::NAN,
        std_error: f64::NAN,
        std_error_given_coefficients: f64::NAN,
        joint_std_errors: Vec::new(),
    };
    let warning = format!("{} was not estimated, because the coefficients were not", nuisance.name);
    Settled { family, x: Some(x), estimate, warning: Some(warning) }
}
