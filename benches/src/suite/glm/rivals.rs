//! [`Rival`]: a peer's solver, tuned in its favour before it is measured.

use serde_json::{Value, json};

use super::reference::Reference;
use crate::{Reply, Session};

/// A solver of a Python package.
pub(super) struct Rival {
    package: &'static str,
    name: &'static str,
    /// Tolerances, the loosest first.
    tolerances: &'static [f64],
}

const TOLERANCES: &[f64] = &[1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-10];

const fn rival(package: &'static str, name: &'static str) -> Rival {
    Rival { package, name, tolerances: TOLERANCES }
}

/// Those that take a penalty.
pub(super) const RIDGE: &[Rival] = &[
    rival("scikit-learn", "sklearn-newton-cholesky"),
    rival("scikit-learn", "sklearn-lbfgs"),
    rival("glum", "glum-irls"),
];
/// Those that take a sparse design. SAG is not among them: it needs minutes for what these do in seconds.
pub(super) const SPARSE: &[Rival] =
    &[rival("scikit-learn", "sklearn-sparse-newton-cg"), rival("scikit-learn", "sklearn-sparse-lbfgs")];
/// All; scikit-learn's two get their standard errors from NumPy.
pub(super) const ALL: &[Rival] = &[
    rival("scikit-learn", "sklearn-newton-cholesky"),
    rival("scikit-learn", "sklearn-lbfgs"),
    rival("statsmodels", "statsmodels-irls"),
    rival("glum", "glum-irls"),
];

/// A rival with the parameters it is measured with.
pub(super) struct Tuned {
    pub(super) name: &'static str,
    pub(super) params: Value,
    /// It reached the accuracy.
    pub(super) right: bool,
}

impl Tuned {
    /// Name, tolerance and memory order.
    pub(super) fn label(&self) -> String {
        let order = self.params["order"].as_str().unwrap_or_default();
        format!("{} {:.0e} {order}", self.name, self.params["tol"].as_f64().unwrap_or(f64::NAN))
    }
}

impl Rival {
    /// Finds the loosest tolerance that reaches the accuracy, then the faster memory order of X. The tightest if none does.
    pub(super) fn tune(
        &self,
        session: &mut Session,
        params: &Value,
        reference: &mut Reference<'_>,
    ) -> Option<Tuned> {
        let mut params = params.clone();
        params["order"] = json!("F");
        let mut chosen = None;
        for tolerance in self.tolerances {
            params["tol"] = json!(tolerance);
            let reply = session.try_peer(self.package, self.name, &params)?;
            let right = accepted(reference, &reply);
            chosen = Some((reply.seconds, right));
            if right {
                break;
            }
        }
        let (mut least, right) = chosen?;
        let mut best = params.clone();
        for order in ["C", "F"] {
            params["order"] = json!(order);
            // The copy in that order is made, and the threads are started, before the clock.
            let seconds = session.try_peer(self.package, self.name, &params)?.seconds;
            if seconds < least {
                (least, best) = (seconds, params.clone());
            }
        }
        Some(Tuned { name: self.name, params: best, right })
    }
}

fn accepted(reference: &mut Reference<'_>, reply: &Reply) -> bool {
    let errors = reply.numbers("errors");
    reference.accepts(&reply.numbers("coefficients")).unwrap_or(false)
        && (errors.is_empty() || reference.accepts_errors(&errors))
}
