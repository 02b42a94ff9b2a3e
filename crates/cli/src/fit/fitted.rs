//! [`Fitted`]: what came out of a fit, of a generalized linear model or of an M-estimator.

use std::borrow::Cow;

use thalweg::core::{Certificate, Counts, Status};
use thalweg::models::{Artifact, Choice, Coefficient, Estimate, GlmFit, Separation, State};

/// A fit.
pub enum Fitted {
    /// A generalized linear model, with inference.
    Glm(Box<GlmFit>),
    /// Any loss with any penalty, without.
    Estimate(Box<Estimate>),
}

/// What both have in common.
pub struct Common<'f> {
    pub penalty: &'f str,
    pub lambda: f64,
    pub choice: &'f Choice,
    pub n: usize,
    pub objective: f64,
    pub gradient_inf: f64,
    pub status: Status,
    pub certificate: &'f Certificate,
    pub iterations: u64,
    pub counts: Counts,
    pub seconds: f64,
}

impl Fitted {
    /// What both have in common.
    pub fn common(&self) -> Common<'_> {
        match self {
            Self::Glm(fit) => Common {
                penalty: fit.penalty,
                lambda: fit.lambda,
                choice: &fit.choice,
                n: fit.n,
                objective: fit.objective,
                gradient_inf: fit.gradient_inf,
                status: fit.status,
                certificate: &fit.certificate,
                iterations: fit.iterations,
                counts: fit.counts,
                seconds: fit.seconds,
            },
            Self::Estimate(fit) => Common {
                penalty: &fit.penalty,
                lambda: fit.lambda,
                choice: &fit.choice,
                n: fit.n,
                objective: fit.objective,
                gradient_inf: fit.gradient_inf,
                status: fit.status,
                certificate: &fit.certificate,
                iterations: fit.iterations,
                counts: fit.counts,
                seconds: fit.seconds,
            },
        }
    }

    /// How the fit ended.
    pub fn status(&self) -> Status {
        self.common().status
    }

    /// The coefficients as lines of a table; an M-estimator's have no inference.
    pub fn coefficients(&self) -> Cow<'_, [Coefficient]> {
        match self {
            Self::Glm(fit) => Cow::Borrowed(&fit.coefficients),
            Self::Estimate(fit) => fit
                .coefficients
                .iter()
                .map(|c| Coefficient {
                    name: c
                        .class
                        .map_or_else(|| c.name.clone(), |class| format!("{}, class {class}", c.name)),
                    state: State::Estimated,
                    estimate: c.estimate,
                    std_error: f64::NAN,
                    statistic: f64::NAN,
                    p_value: f64::NAN,
                    lower: f64::NAN,
                    upper: f64::NAN,
                })
                .collect(),
        }
    }

    /// Whether inference uses Student's t.
    pub fn student(&self) -> bool {
        matches!(self, Self::Glm(fit) if fit.student)
    }

    /// The separating direction, if there is one.
    pub fn separation(&self) -> Option<&Separation> {
        match self {
            Self::Glm(fit) => fit.separation.as_ref(),
            Self::Estimate(_) => None,
        }
    }

    /// The model as a file keeps it, before the data are known.
    pub fn artifact(&self, intercept: bool) -> Artifact {
        match self {
            Self::Glm(fit) => Artifact::of_glm(fit, intercept),
            Self::Estimate(fit) => Artifact::of_estimate(fit, None),
        }
    }
}
