//! [`Family`]: how a target is distributed around its mean.

use thalweg_core::reduce::{Chunks, reduce};
use thalweg_core::{Entry, Loss, Par, Real, Result, Scalar, Target, Weights, catalogue, simd, vector};

use crate::CATALOGUE;
use crate::density::Density;
use crate::link::{Link, LinkFunction, LinkVisitor, Mean, not_admitted};
use crate::maximum;
use crate::negative_log_likelihood::pair;

/// The dispersion φ of a family: Var y = φ V(μ)/w.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Dispersion {
    /// φ = 1 by definition; inference is normal.
    One,
    /// φ is estimated by Pearson's X²/(n − p); inference uses Student's t.
    Estimated,
}

/// A parameter of a distribution that is estimated with the coefficients.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Nuisance {
    /// Its name in the catalogue.
    pub name: &'static str,
    /// The open interval it lies in.
    pub range: (f64, f64),
    /// Where a search starts that knows nothing.
    pub start: f64,
}

/// Where an observation lies in its distribution. Both tails are computed, none by subtraction from 1, so that residuals far out keep
/// their digits.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Tails {
    /// P(Y < y).
    pub below: f64,
    /// P(Y = y); 0 for a continuous distribution.
    pub at: f64,
    /// P(Y > y).
    pub above: f64,
}

impl Tails {
    /// NaN throughout: a quasi-likelihood has no distribution.
    pub const UNKNOWN: Self = Self { below: f64::NAN, at: f64::NAN, above: f64::NAN };

    /// Of a continuous distribution.
    #[must_use]
    pub const fn continuous(below: f64, above: f64) -> Self {
        Self { below, at: 0.0, above }
    }
}

/// What a weight w says of its row.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum WeightKind {
    /// The variance is φV(μ)/w (R's prior weights; the trials of a binomial share). A row counts once in the degrees of freedom.
    #[default]
    Variance,
    /// The row stands for w equal rows, and counts w times in the degrees of freedom.
    Frequency,
}

/// Sums over a data set.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// Σ w d(y, μ).
    pub deviance: f64,
    /// Pearson's X² = Σ w (y − μ)²/V(μ).
    pub pearson: f64,
}

impl Totals {
    /// NaN: of a link that the family does not take.
    const UNKNOWN: Self = Self { deviance: f64::NAN, pearson: f64::NAN };
}

/// A family chosen at run time; every [`Density`] is one. The mean enters as [`Mean`], so that 1 − μ and the logarithms keep their digits.
pub trait Family: Send + Sync {
    /// The name in the catalogue.
    fn name(&self) -> &'static str;

    /// A copy of its own.
    fn boxed(&self) -> Box<dyn Family>;

    /// The name with its parameters, as [`family()`] reads it: `negative-binomial:theta=2`.
    fn describe(&self) -> String;

    /// The links the family takes, the default first.
    fn links(&self) -> &'static [LinkFunction];

    /// The link of a fit that names none: the canonical one, or the log for families whose canonical link is not in use.
    fn default_link(&self) -> LinkFunction {
        self.links()[0]
    }

    /// Whether the family takes this link.
    fn admits(&self, link: LinkFunction) -> bool {
        link.is_among(self.links())
    }

    /// True if η is the natural parameter under this link, so that observed and expected information agree.
    fn is_canonical(&self, link: LinkFunction) -> bool;

    /// The parameter of the distribution that is to be estimated with the coefficients, if there is one.
    fn nuisance(&self) -> Option<Nuisance>;

    /// The family with this value of the parameter that [`Family::nuisance`] names.
    ///
    /// # Errors
    /// A value outside the range; a family without such a parameter.
    fn with_nuisance(&self, value: f64) -> Result<Box<dyn Family>>;

    /// The family at the end of the nuisance parameter's range, which fits where no value inside does.
    fn limit(&self) -> Option<Box<dyn Family>>;

    /// Derivatives of one observation's log-density in the logarithm t of the nuisance parameter: ∂/∂t, ∂²/∂t², ∂²/∂t∂μ.
    fn nuisance_derivatives(&self, y: f64, mean: &Mean<f64>) -> Option<[f64; 3]>;

    /// False for a quasi-likelihood, which has deviances but no density.
    fn has_density(&self) -> bool {
        true
    }

    /// The admissible targets.
    fn target(&self) -> Target;

    /// Whether φ is known.
    fn dispersion(&self) -> Dispersion;

    /// The variance function V(μ).
    fn variance(&self, mean: &Mean<f64>) -> f64;

    /// The unit deviance d(y, μ) ≥ 0.
    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64;

    /// ln f(y; μ, φ/w) with its normalising constant.
    fn log_density(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> f64;

    /// P(Y < y), P(Y = y) and P(Y > y) at (μ, φ/w).
    fn tails(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> Tails;

    /// A starting mean for one observation of weight w, inside the family's range.
    fn start(&self, y: f64, w: f64, center: f64) -> f64;

    /// Deviance and Pearson's X² over rows with predictors `eta`; NaN under a link the family does not take.
    fn totals(&self, link: LinkFunction, y: &[f64], eta: &[f64], w: Weights<'_, f64>) -> Totals;

    /// Σ ln f over rows with predictors `eta`, at dispersion φ; NaN under a link the family does not take.
    fn log_likelihood(
        &self,
        link: LinkFunction,
        y: &[f64],
        eta: &[f64],
        w: Weights<'_, f64>,
        kind: WeightKind,
        dispersion: f64,
    ) -> f64;

    /// The dispersion at which the log-likelihood of a fit is taken where φ is estimated; `n` observations. The deviance over n: the maximum of
    /// the likelihood for the Gaussian and the inverse Gaussian family, R's convention for the gamma. Where neither is to be had, as for Tweedie
    /// families, the maximum of the likelihood.
    fn likelihood_dispersion(
        &self,
        link: LinkFunction,
        y: &[f64],
        eta: &[f64],
        w: Weights<'_, f64>,
        kind: WeightKind,
        n: f64,
    ) -> f64;

    /// The negative log-likelihood of one observation as a loss of η, without terms free of η.
    ///
    /// # Errors
    /// A link the family does not take.
    fn loss(&self, link: LinkFunction) -> Result<Box<dyn Loss<f64>>>;

    /// [`Family::loss`] in single precision.
    ///
    /// # Errors
    /// A link the family does not take.
    fn loss_f32(&self, link: LinkFunction) -> Result<Box<dyn Loss<f32>>>;
}

impl<F: Density> Family for F {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn links(&self) -> &'static [LinkFunction] {
        F::LINKS
    }

    fn boxed(&self) -> Box<dyn Family> {
        Box::new(*self)
    }

    fn describe(&self) -> String {
        Density::describe(self)
    }

    fn is_canonical(&self, link: LinkFunction) -> bool {
        Density::is_canonical(self, link)
    }

    fn nuisance(&self) -> Option<Nuisance> {
        Density::nuisance(self)
    }

    fn with_nuisance(&self, value: f64) -> Result<Box<dyn Family>> {
        Ok(Box::new(Density::with_nuisance(self, value)?))
    }

    fn limit(&self) -> Option<Box<dyn Family>> {
        Density::limit(self)
    }

    fn nuisance_derivatives(&self, y: f64, mean: &Mean<f64>) -> Option<[f64; 3]> {
        Density::nuisance_derivatives(self, y, mean)
    }

    fn target(&self) -> Target {
        Density::target(self)
    }

    fn dispersion(&self) -> Dispersion {
        F::DISPERSION
    }

    fn variance(&self, mean: &Mean<f64>) -> f64 {
        Density::variance(self, mean)
    }

    fn unit_deviance(&self, y: f64, mean: &Mean<f64>) -> f64 {
        Density::unit_deviance(self, y, mean)
    }

    fn log_density(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> f64 {
        Density::log_density(self, y, mean, dispersion, w)
    }

    fn tails(&self, y: f64, mean: &Mean<f64>, dispersion: f64, w: f64) -> Tails {
        Density::tails(self, y, mean, dispersion, w)
    }

    fn start(&self, y: f64, w: f64, center: f64) -> f64 {
        Density::start(self, y, w, center)
    }

    fn totals(&self, link: LinkFunction, y: &[f64], eta: &[f64], w: Weights<'_, f64>) -> Totals {
        struct Over<'a, F>(F, &'a [f64], &'a [f64], Weights<'a, f64>);
        impl<F: Density> LinkVisitor for Over<'_, F> {
            type Output = Totals;
            fn visit<L: Link>(self, link: L) -> Totals {
                let Self(family, y, eta, w) = self;
                let [deviance, pearson] = sum_rows(
                    y,
                    eta,
                    w,
                    #[inline(always)]
                    |y, eta, w| {
                        let mean = link.inverse(eta);
                        let residual = y - mean.mu;
                        let pearson = residual * residual / family.variance(&mean);
                        let pearson = f64::select(residual.eq(&0.0), 0.0, pearson);
                        [w * family.unit_deviance(y, &mean), w * pearson]
                    },
                );
                Totals { deviance, pearson }
            }
        }
        link.visit_for::<F, _>(Over(*self, y, eta, w)).unwrap_or(Totals::UNKNOWN)
    }

    fn log_likelihood(
        &self,
        link: LinkFunction,
        y: &[f64],
        eta: &[f64],
        w: Weights<'_, f64>,
        kind: WeightKind,
        dispersion: f64,
    ) -> f64 {
        struct Over<'a, F>(F, &'a [f64], &'a [f64], Weights<'a, f64>, WeightKind, f64);
        impl<F: Density> LinkVisitor for Over<'_, F> {
            type Output = f64;
            fn visit<L: Link>(self, link: L) -> f64 {
                let Self(family, y, eta, w, kind, dispersion) = self;
                let [total] = match kind {
                    WeightKind::Variance => sum_rows(
                        y,
                        eta,
                        w,
                        #[inline(always)]
                        |y, eta, w| {
                            let density = family.log_density(y, &link.inverse(eta), dispersion, w);
                            [f64::select(w.eq(&0.0), 0.0, density)]
                        },
                    ),
                    WeightKind::Frequency => sum_rows(
                        y,
                        eta,
                        w,
                        #[inline(always)]
                        |y, eta, w| {
                            let density = family.log_density(y, &link.inverse(eta), dispersion, 1.0);
                            [f64::select(w.eq(&0.0), 0.0, w * density)]
                        },
                    ),
                };
                total
            }
        }
        link.visit_for::<F, _>(Over(*self, y, eta, w, kind, dispersion)).unwrap_or(f64::NAN)
    }

    fn likelihood_dispersion(
        &self,
        link: LinkFunction,
        y: &[f64],
        eta: &[f64],
        w: Weights<'_, f64>,
        kind: WeightKind,
        n: f64,
    ) -> f64 {
        let totals = self.totals(link, y, eta, w);
        if !F::DISPERSION_BY_LIKELIHOOD {
            return totals.deviance / n;
        }
        // The maximum lies near both moment estimates; its logarithm to 1e-8 costs 1e-16 of the likelihood.
        let center = Scalar::ln(totals.pearson / n);
        let profile = |t: f64| Family::log_likelihood(self, link, y, eta, w, kind, Scalar::exp(t));
        Scalar::exp(maximum::of(profile, center - 3.0, center + 3.0, 1e-8))
    }

    fn loss(&self, link: LinkFunction) -> Result<Box<dyn Loss<f64>>> {
        loss_of(*self, link)
    }

    fn loss_f32(&self, link: LinkFunction) -> Result<Box<dyn Loss<f32>>> {
        loss_of(*self, link)
    }
}

fn loss_of<T: Real, F: Density>(family: F, link: LinkFunction) -> Result<Box<dyn Loss<T>>> {
    if !link.is_among(F::LINKS) {
        return Err(not_admitted(F::NAME, link, F::LINKS));
    }
    let closed = family.closed_form(link).or_else(|| pair(family, link));
    closed.ok_or_else(|| not_admitted(F::NAME, link, F::LINKS))
}

/// Σ f(y, η, w) over fixed chunks of rows, in parallel, with the same bits for any number of threads.
fn sum_rows<const K: usize>(
    y: &[f64],
    eta: &[f64],
    w: Weights<'_, f64>,
    f: impl Fn(f64, f64, f64) -> [f64; K] + Sync,
) -> [f64; K] {
    let chunks = Chunks::new(y.len(), 1024, 64);
    let mut partials = vec![[0.0; K]; chunks.count];
    let map = |chunk: usize, sums: &mut [f64; K]| {
        let rows = chunks.rows_of(chunk);
        let (y, eta) = (&y[rows.clone()], &eta[rows.clone()]);
        simd::dispatch(
            #[inline(always)]
            || {
                *sums = match w {
                    // The weight is no operand here, so that what hangs on it alone is computed once.
                    Weights::Unit => sum_lanes(
                        y,
                        eta,
                        eta,
                        #[inline(always)]
                        |y, eta, _| f(y, eta, 1.0),
                    ),
                    Weights::Same(w) => sum_lanes(
                        y,
                        eta,
                        eta,
                        #[inline(always)]
                        |y, eta, _| f(y, eta, w),
                    ),
                    Weights::Each(w) => sum_lanes(y, eta, &w[rows.clone()], &f),
                };
            },
        );
    };
    reduce(Par::Rayon, &mut partials, &map, &|a, b| (0..K).for_each(|k| a[k] += b[k]));
    partials[0]
}

/// Rows side by side.
const LANES: usize = 16;

/// Σ f over rows in fixed lanes, which the compiler turns into vectors: a loop that adds row after row would stay scalar.
#[inline(always)]
fn sum_lanes<const K: usize>(
    y: &[f64],
    eta: &[f64],
    w: &[f64],
    f: impl Fn(f64, f64, f64) -> [f64; K],
) -> [f64; K] {
    let mut lanes = [[0.0; LANES]; K];
    let ((y, y_tail), (eta, eta_tail), (w, w_tail)) = (y.as_chunks(), eta.as_chunks(), w.as_chunks());
    for ((y, eta), w) in y.iter().zip(eta).zip(w) {
        let terms = terms_of(y, eta, w, &f);
        for (lanes, terms) in lanes.iter_mut().zip(&terms) {
            for l in 0..LANES {
                lanes[l] += terms[l];
            }
        }
    }
    if let Some((y_last, (eta_last, w_last))) = y_tail.last().zip(eta_tail.last().zip(w_tail.last())) {
        // The last row again where there is none; what it gives is dropped.
        let padded = |tail: &[f64], last: f64| core::array::from_fn(|l| tail.get(l).copied().unwrap_or(last));
        let tails = [padded(y_tail, *y_last), padded(eta_tail, *eta_last), padded(w_tail, *w_last)];
        let terms = terms_of(&tails[0], &tails[1], &tails[2], &f);
        for (lanes, terms) in lanes.iter_mut().zip(&terms) {
            lanes.iter_mut().zip(terms).take(y_tail.len()).for_each(|(sum, term)| *sum += term);
        }
    }
    lanes.map(|lanes| vector::sum(&lanes))
}

/// f of every lane, transposed.
#[inline(always)]
fn terms_of<const K: usize>(
    y: &[f64; LANES],
    eta: &[f64; LANES],
    w: &[f64; LANES],
    f: &impl Fn(f64, f64, f64) -> [f64; K],
) -> [[f64; LANES]; K] {
    let mut terms = [[0.0; LANES]; K];
    for l in 0..LANES {
        let row = f(y[l], eta[l], w[l]);
        for k in 0..K {
            terms[k][l] = row[k];
        }
    }
    terms
}

/// A catalogue entry of a family.
pub type FamilyEntry = Entry<MakeFamily>;

/// Makes a family from its parameter values.
pub type MakeFamily = fn(&[f64]) -> Result<Box<dyn Family>>;

/// The family of this name.
///
/// # Errors
/// An unknown name or parameter, with a suggestion.
pub fn family(text: &str) -> Result<Box<dyn Family>> {
    let (name, given) = catalogue::parse(text)?;
    let entry = catalogue::find("family", CATALOGUE, name)?;
    (entry.make)(&entry.values(&given)?)
}
