//! Rows of a coefficient table, and the words of its warnings.

use thalweg_core::Status;

use crate::fit::{Coefficient, State};
use crate::reference::Reference;
use crate::separation::Separation;
use crate::summary::listed;

/// Normal inference from an estimate and its standard error.
pub(crate) fn wald(name: String, estimate: f64, std_error: f64) -> Coefficient {
    let width = Reference::Normal.half_width(0.95);
    Coefficient::wald(name, estimate, std_error, Reference::Normal, width)
}

/// What the states of the coefficients and a separation say to a reader.
pub(crate) fn warnings(states: &[(String, State)], separation: Option<&Separation>) -> Vec<String> {
    let names = |state: State| -> Vec<&str> {
        states.iter().filter(|(_, s)| *s == state).map(|(name, _)| name.as_str()).collect()
    };
    let mut warnings = Vec::new();
    let aliased = names(State::Aliased);
    if !aliased.is_empty() {
        warnings.push(format!(
            "aliased, left out: {}; such a column is a combination of the columns before it; drop it",
            listed(&aliased)
        ));
    }
    if let Some(separation) = separation {
        let kind = if separation.complete { "completely" } else { "quasi-completely" };
        warnings.push(format!(
            "the classes are {kind} separated: the estimates of {} are infinite; drop these columns, pool their levels or the classes, \
             or use Estimator with a ridge penalty; no standard errors are given",
            listed(&names(State::Diverging))
        ));
    }
    warnings
}

/// The warning where separation is likely and was not looked for.
pub(crate) const UNEXAMINED: &str = "some probabilities are next to 0, and the data are too large to look for separation: where an estimate and \
                                     its standard error are both large, it is infinite";

pub(crate) fn why_no_errors(status: Status) -> String {
    let reason = match status.is_solved() {
        true => "the information matrix is singular at the estimates",
        false => "the search did not reach the maximum of the likelihood",
    };
    format!("no standard errors are given: {reason}")
}
