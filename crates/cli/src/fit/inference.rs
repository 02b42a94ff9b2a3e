//! `--covariance`, `--intervals` and `--level`: the standard errors and intervals that the coefficient table shows.

use std::sync::atomic::{AtomicBool, Ordering};

use thalweg::Error;
use thalweg::models::{Coefficient, GlmFit, Inference, State, WeightKind};

use super::args::Intervals;
use super::covariances::Covariances;
use super::{FitArgs, model};
use crate::failure::Failure;
use crate::number::trimmed;
use crate::progress::Spinner;
use crate::text::{count, list};

/// Refuses options of an inference that the fit will not have.
pub fn check(args: &FitArgs) -> Result<(), Failure> {
    let covariance = args.covariances()?;
    if let Some(level) = args.level.filter(|level| !(*level > 0.0 && *level < 1.0)) {
        let rule = "it must lie strictly between 0 and 1, as 0.95 does";
        return Err(Error::invalid_parameter("level", level, rule).into());
    }
    let profile = args.intervals == Some(Intervals::Profile);
    if profile && covariance != Covariances::Model {
        return Err(Failure::Usage(format!(
            "--intervals profile rests on the likelihood alone, which --covariance {covariance} does not trust; leave one of them out"
        )));
    }
    let options = [
        ("--covariance", args.covariance.is_some()),
        ("--intervals", args.intervals.is_some()),
        ("--level", args.level.is_some()),
    ];
    match (options.into_iter().find(|(_, given)| *given), model::without_inference(args)?) {
        (Some((option, _)), Some(why)) => Err(Failure::Usage(format!(
            "{option} needs standard errors, and there are none: {why}; leave {option} out, or fit a family without a penalty"
        ))),
        _ => Ok(()),
    }
}

/// What the coefficient table rests on.
#[derive(Clone, Debug)]
pub struct Basis {
    /// What its standard errors allow for.
    pub covariance: Covariances,
    /// How many clusters there are.
    pub clusters: Option<usize>,
    /// Where its intervals come from.
    pub intervals: Intervals,
    /// Their level.
    pub level: f64,
}

impl Basis {
    /// What the arguments ask for.
    pub fn new(args: &FitArgs, clusters: Option<&[u32]>) -> Result<Self, Failure> {
        let distinct = |codes: &[u32]| {
            let mut codes = codes.to_vec();
            codes.sort_unstable();
            codes.dedup();
            codes.len()
        };
        let (covariance, clusters) = (args.covariances()?, clusters.map(distinct));
        if let (Covariances::Cluster(column), Some(found @ 0..=1)) = (&covariance, clusters) {
            return Err(Failure::Usage(format!(
                "--covariance {covariance}: column `{column}` has {} in the rows of the fit, and there must be at least two clusters to see how \
                 they vary; name another column",
                count(found as u64, "value")
            )));
        }
        Ok(Self {
            covariance,
            clusters,
            intervals: args.intervals.unwrap_or_default(),
            level: args.level.unwrap_or(0.95),
        })
    }

    /// The level in per cent, such as `95 %`.
    pub fn percent(&self) -> String {
        format!("{} %", trimmed(100.0 * self.level, 6))
    }

    /// What a reader of the table must know beyond the usual.
    pub fn remark(&self) -> Option<String> {
        let errors = match &self.covariance {
            Covariances::Model => None,
            Covariances::Cluster(column) => {
                let groups = self.clusters.unwrap_or_default();
                Some(format!(
                    "standard errors: clustered by `{column}`, {groups} clusters, Student's t on {} df",
                    groups.saturating_sub(1)
                ))
            }
            hc => Some(format!(
                "standard errors: heteroscedasticity-consistent, {}",
                hc.to_string().to_uppercase()
            )),
        };
        let intervals =
            (self.intervals == Intervals::Profile).then(|| "intervals: profile likelihood".to_owned());
        let parts: Vec<String> = errors.into_iter().chain(intervals).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// Whether any coefficient has a standard error.
pub fn has_errors(fit: &GlmFit) -> bool {
    fit.coefficients.iter().any(|c| c.std_error.is_finite())
}

/// What is added to a fit's own table.
pub struct Revised {
    /// The coefficients.
    pub coefficients: Vec<Coefficient>,
    /// Whether the statistic has Student's distribution.
    pub student: bool,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// The table that the arguments ask for; `None` where the fit's own is the one, or none can be had.
pub fn revise(
    args: &FitArgs,
    basis: &Basis,
    inference: &Inference<'_>,
    fit: &GlmFit,
    clusters: &[u32],
    spinner: &Spinner,
    interrupt: &AtomicBool,
) -> thalweg::Result<Option<Revised>> {
    let usual =
        basis.covariance == Covariances::Model && basis.intervals == Intervals::Wald && basis.level == 0.95;
    if usual || !has_errors(fit) {
        return Ok(None);
    }
    let mut revised = Revised {
        coefficients: inference.table(basis.covariance.of(clusters), basis.level)?,
        student: fit.student || basis.clusters.is_some(),
        warnings: Vec::new(),
    };
    if basis.intervals == Intervals::Profile {
        profile(basis, inference, &mut revised, spinner, interrupt)?;
    }
    let alone = alone(args, basis, inference)?;
    if alone > 0 {
        let their = if alone == 1 { "its" } else { "their" };
        revised.warnings.push(format!(
            "{} of leverage 1: {their} residual is 0 whatever the target, so {} cannot know {their} variance; take its standard errors with \
             care, or use hc1",
            count(alone as u64, "row"),
            basis.covariance
        ));
    }
    Ok(Some(revised))
}

/// How many rows decide a coefficient by themselves, where the covariance divides by 1 − leverage.
fn alone(args: &FitArgs, basis: &Basis, inference: &Inference<'_>) -> thalweg::Result<usize> {
    let divides = matches!(basis.covariance, Covariances::Hc2 | Covariances::Hc3);
    // A row that stands for several has their leverage together.
    if !divides || args.weight_kind() == WeightKind::Frequency {
        return Ok(0);
    }
    Ok(inference.leverage()?.into_iter().filter(|h| *h > 1.0 - 1e-9).count())
}

/// Puts profile-likelihood intervals in the place of Wald's.
fn profile(
    basis: &Basis,
    inference: &Inference<'_>,
    revised: &mut Revised,
    spinner: &Spinner,
    interrupt: &AtomicBool,
) -> thalweg::Result<()> {
    let mut left: Vec<String> = Vec::new();
    let q = revised.coefficients.len();
    for (k, c) in revised.coefficients.iter_mut().enumerate().filter(|(_, c)| c.state == State::Estimated) {
        spinner.message(&format!("profile interval {} of {q}: {}", k + 1, c.name));
        let interval = inference.profile_interval(k, basis.level)?;
        // Fits that were broken off say nothing.
        let done = !interrupt.load(Ordering::Relaxed);
        (c.lower, c.upper) = if done { interval } else { (f64::NAN, f64::NAN) };
        if !done {
            left.push(c.name.clone());
        }
    }
    if !left.is_empty() {
        let names = list(left.iter().map(String::as_str), 10);
        revised.warnings.push(format!("interrupted: no profile intervals for {names}"));
    }
    Ok(())
}
