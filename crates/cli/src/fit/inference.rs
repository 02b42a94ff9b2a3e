//! `--covariance`, `--intervals` and `--level`: the standard errors and intervals that the coefficient table shows.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use thalweg::Error;
use thalweg::models::{Covariance, GlmFit, Inference, State};

use super::FitArgs;
use super::args::Intervals;
use super::progress::Spinner;
use crate::failure::Failure;
use crate::names::Names;
use crate::text::list;

/// The kinds of covariance by name.
const KINDS: &[(&str, &str)] = &[
    ("model", "Right where the family's variance is"),
    ("hc0", "Robust against another variance, at large n"),
    ("hc1", "The same times n/(n - p)"),
    ("hc2", "The same with each row over 1 - leverage"),
    ("hc3", "The same over its square: the choice at small n"),
    ("cluster:COLUMN", "Robust against dependence of rows with the same value of a column"),
];

/// What standard errors allow for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Covariances {
    /// The model's own.
    #[default]
    Model,
    Hc0,
    Hc1,
    Hc2,
    Hc3,
    /// Clusters of equal values of this column.
    Cluster(String),
}

/// What `--help` and completions show.
pub fn covariances() -> Names {
    Names(|| KINDS.to_vec())
}

impl Covariances {
    /// Reads `hc3` or `cluster:COLUMN`.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Ok(match text {
            "model" => Self::Model,
            "hc0" => Self::Hc0,
            "hc1" => Self::Hc1,
            "hc2" => Self::Hc2,
            "hc3" => Self::Hc3,
            _ => match text.split_once(':') {
                Some(("cluster", column)) if !column.is_empty() => Self::Cluster(column.to_owned()),
                Some(("cluster", _)) | None if text.starts_with("cluster") => {
                    return Err(Failure::Usage(
                        "--covariance cluster needs the column whose equal values make a cluster; write --covariance cluster:COLUMN"
                            .to_owned(),
                    ));
                }
                _ => {
                    return Err(
                        Error::unknown_name("covariance", text, KINDS.iter().map(|(name, _)| *name)).into()
                    );
                }
            },
        })
    }

    fn of<'c>(&self, clusters: &'c [u32]) -> Covariance<'c> {
        match self {
            Self::Model => Covariance::Model,
            Self::Hc0 => Covariance::Hc0,
            Self::Hc1 => Covariance::Hc1,
            Self::Hc2 => Covariance::Hc2,
            Self::Hc3 => Covariance::Hc3,
            Self::Cluster(_) => Covariance::Cluster(clusters),
        }
    }
}

/// As it is typed.
impl fmt::Display for Covariances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Model => "model",
            Self::Hc0 => "hc0",
            Self::Hc1 => "hc1",
            Self::Hc2 => "hc2",
            Self::Hc3 => "hc3",
            Self::Cluster(column) => return write!(f, "cluster:{column}"),
        })
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
        Ok(Self {
            covariance: args.covariances()?,
            clusters: clusters.map(distinct),
            intervals: args.intervals.unwrap_or_default(),
            level: args.level.unwrap_or(0.95),
        })
    }

    /// The level in per cent, such as `95 %`.
    pub fn percent(&self) -> String {
        format!("{} %", crate::number::trimmed(100.0 * self.level, 6))
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
    pub coefficients: Vec<thalweg::models::Coefficient>,
    /// Whether the statistic has Student's distribution.
    pub student: bool,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// The table that the arguments ask for; `None` where the fit's own is the one, or none can be had.
pub fn revise(
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
    let lost = |(new, old): &(&thalweg::models::Coefficient, &thalweg::models::Coefficient)| {
        old.std_error.is_finite() && !new.std_error.is_finite()
    };
    let lost: Vec<&str> = (revised.coefficients.iter().zip(&fit.coefficients).filter(lost))
        .map(|(c, _)| c.name.as_str())
        .collect();
    if !lost.is_empty() {
        revised.warnings.push(format!(
            "{} gives no standard error for {}: a row alone decides the estimate (leverage 1); use hc0 or hc1",
            basis.covariance,
            list(lost.into_iter(), 10)
        ));
    }
    Ok(Some(revised))
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
