//! The report for people.

use std::fmt::Write;

use super::Outcome;
use crate::console::{FAINT, TITLE};
use crate::number::{general, trimmed};
use crate::path::report::{closing, coefficients, heading, penalty, sequence, warnings};
use crate::text::{count, wrap};

/// The report in at most `width` columns, with at most `rows` lines of λ.
pub fn text(outcome: &Outcome, rows: u64, width: usize) -> String {
    let (found, fit) = (&outcome.found, &outcome.found.path);
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{TITLE}Cross-validation: {}{TITLE:#}", heading(fit));
    let _ = writeln!(out, "{}", wrap(&outcome.about.line(fit.n, fit.names.len()), width, 2));
    let _ = writeln!(out, "{}", penalty(fit));
    let _ = writeln!(out, "{}\n", outcome.dealt);
    out.push_str(&sequence(fit, rows, &marks(outcome), &errors(outcome), width));
    let judged = found.mean_loss.len();
    if judged > 0 && judged < fit.points.len() {
        let left = count((fit.points.len() - judged) as u64, "value");
        let _ = writeln!(
            out,
            "{FAINT}({left} of lambda without an error: the path of some fold ended before){FAINT:#}"
        );
    }
    let [least, one_se] = outcome.chosen();
    if let Some(point) = least {
        out.push_str(&coefficients(fit, point, &title(outcome, "lambda_min", found.index_min), width));
    }
    if let Some(point) = one_se.filter(|_| found.index_1se != found.index_min) {
        out.push_str(&coefficients(fit, point, &title(outcome, "lambda_1se", found.index_1se), width));
    }
    let _ = closing(&mut out, fit, outcome.status(), width);
    out.push_str(&warnings(&outcome.warnings, width));
    out
}

fn title(outcome: &Outcome, name: &str, k: usize) -> String {
    let found = &outcome.found;
    let number = |all: &[f64]| all.get(k).map_or_else(|| "n/a".to_owned(), |x| general(*x, 4));
    let both = if found.index_min == found.index_1se { "lambda_min and lambda_1se" } else { name };
    let lambda = found.path.points.get(k).map_or(f64::NAN, |point| point.lambda);
    format!(
        "{both} = {}: {} {} (standard error {})",
        trimmed(lambda, 6),
        outcome.measure(),
        number(&found.mean_loss),
        number(&found.std_error)
    )
}

/// The words beside the chosen λ.
pub fn marks(outcome: &Outcome) -> Vec<(usize, &'static str)> {
    let found = &outcome.found;
    if found.best().is_none() {
        return Vec::new();
    }
    if found.index_min == found.index_1se {
        return vec![(found.index_min, "min, 1se")];
    }
    vec![(found.index_1se, "1se"), (found.index_min, "min")]
}

/// The columns of the errors, a cell of every point.
pub fn errors(outcome: &Outcome) -> [(&'static str, Vec<String>); 2] {
    let cells = |all: &[f64]| all.iter().map(|x| general(*x, 5)).collect();
    [(outcome.measure(), cells(&outcome.found.mean_loss)), ("std. error", cells(&outcome.found.std_error))]
}
