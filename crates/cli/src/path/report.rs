//! The report for people.

use std::fmt::Write;

use anstyle::Style;
use thalweg::core::Status;
use thalweg::models::{PathEnd, PathFit, PathPoint};

use super::table::Shown;
use super::{Outcome, status, table};
use crate::aligned::{align, render};
use crate::console::{BAD, FAINT, GOOD, TITLE, WARN, paragraph};
use crate::number::{general, trimmed};
use crate::text::{capital, count, shorten, wrap};

/// Coefficients that are shown at most.
const LINES: usize = 100;

/// The report in at most `width` columns, with at most `rows` lines of λ.
pub fn text(outcome: &Outcome, rows: u64, width: usize) -> String {
    let fit = &outcome.fit;
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{TITLE}{}{TITLE:#}", heading(fit));
    let _ = writeln!(out, "{}", wrap(&outcome.about.line(fit.n, fit.names.len()), width, 2));
    let _ = writeln!(out, "{}\n", penalty(fit));
    let marks: Vec<(usize, &str)> = outcome.at.map(|at| (at, "shown below")).into_iter().collect();
    out.push_str(&sequence(fit, rows, &marks, &[], width));
    if let Some(point) = outcome.at.and_then(|at| fit.points.get(at)) {
        let title = format!("At lambda = {}", trimmed(point.lambda, 6));
        out.push_str(&coefficients(fit, point, &title, width));
    }
    let _ = closing(&mut out, fit, status(fit), width);
    out.push_str(&warnings(&outcome.warnings, width));
    out
}

/// The table of at most `rows` values of λ, those with marks among them.
pub fn sequence(
    fit: &PathFit,
    rows: u64,
    marks: &[(usize, &str)],
    extra: &[(&str, Vec<String>)],
    width: usize,
) -> String {
    let mut points = table::spread(fit.points.len(), usize::try_from(rows).unwrap_or(usize::MAX));
    points.extend(marks.iter().map(|(at, _)| *at));
    points.sort_unstable();
    points.dedup();
    let mut out = String::new();
    for (i, line) in table::lines(fit, &Shown { points: &points, marks, extra }, width).iter().enumerate() {
        let style = if i == 0 { FAINT } else { Style::new() };
        let _ = writeln!(out, "{style}{line}{style:#}");
    }
    if points.len() < fit.points.len() {
        let more = count((fit.points.len() - points.len()) as u64, "value");
        let _ = writeln!(out, "{FAINT}({more} of lambda not shown; --rows shows more, --json all){FAINT:#}");
    }
    out
}

/// The warnings, after an empty line.
pub fn warnings(warnings: &[String], width: usize) -> String {
    let mut out = String::new();
    if !warnings.is_empty() {
        out.push('\n');
    }
    for warning in warnings {
        let _ = writeln!(out, "{}", paragraph("warning:", WARN, warning, width));
    }
    out
}

/// What kind of path it is, such as `Lasso path, family binomial, link logit`.
pub fn heading(fit: &PathFit) -> String {
    let kind = match fit.penalty.as_str() {
        "l1" => "lasso path".to_owned(),
        "ridge" => "ridge path".to_owned(),
        other => format!("{} path", other.split(':').next().unwrap_or(other)),
    };
    let model = match &fit.likelihood {
        Some((family, link)) => format!("family {family}, link {link}"),
        None => format!("loss {}", fit.loss),
    };
    capital(&format!("{kind}, {model}"))
}

/// The penalty and the sequence.
pub fn penalty(fit: &PathFit) -> String {
    let scale = if fit.standardized { " on standardised columns" } else { "" };
    format!("penalty {}{scale}, lambda_max = {}", fit.penalty, trimmed(fit.lambda_max, 7))
}

/// The coefficients at one λ that are not 0.
pub fn coefficients(fit: &PathFit, point: &PathPoint, title: &str, width: usize) -> String {
    let mut names = vec![String::new()];
    let mut values = Vec::new();
    for (name, b) in fit.intercepts(point) {
        names.push(name);
        values.push(general(b, 5));
    }
    let mut order: Vec<(usize, f64)> = point.coefficients.iter().collect();
    order.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    order.truncate(LINES);
    order.sort_unstable_by_key(|(j, _)| *j);
    for (j, b) in &order {
        names.push(shorten(fit.names.get(*j).map_or("", String::as_str), width.saturating_sub(16).max(12)));
        values.push(general(*b, 5));
    }
    let numbers: Vec<String> = ["estimate".to_owned()].into_iter().chain(align(values)).collect();
    let rest = fit.names.len() - point.coefficients.nonzero();
    let mut out = format!("\n{TITLE}{title}{TITLE:#}\n");
    for (i, line) in render(&[names, numbers], &[0]).iter().enumerate() {
        let style = if i == 0 { FAINT } else { Style::new() };
        let _ = writeln!(out, "{style}{line}{style:#}");
    }
    let left = point.coefficients.nonzero() - order.len();
    if left > 0 {
        let more = count(left as u64, "smaller coefficient");
        let _ = writeln!(out, "{FAINT}({more} not shown; --json has them){FAINT:#}");
    }
    if rest > 0 {
        let _ = writeln!(
            out,
            "{FAINT}({} 0){FAINT:#}",
            if rest == 1 { "1 other is".to_owned() } else { format!("{rest} others are") }
        );
    }
    out
}

/// What is proven about the whole path.
pub fn verdict(fit: &PathFit) -> String {
    let points = &fit.points;
    let solved = points.iter().filter(|point| point.status.is_solved()).count();
    let proven = points.iter().filter(|point| point.status == Status::Certified);
    let (n, widest) = proven.fold((0, 0.0_f64), |(n, worst), point| (n + 1, worst.max(point.gap())));
    let all = count(points.len() as u64, "value");
    let proof = match n {
        0 => format!(
            "no bound on the optimal values is known; {solved} of {all} of lambda have a vanishing violation"
        ),
        n if n == points.len() => format!("at each of {all} of lambda the objective is"),
        n => format!("at {n} of {all} of lambda the objective is"),
    };
    if n == 0 {
        return proof;
    }
    format!(
        "{proof} proven to be within {} of its minimum, {} of the null model's loss",
        general(widest, 2),
        general(widest / fit.scale, 2)
    )
}

/// Why the sequence has no more values.
pub fn end(fit: &PathFit) -> Option<&'static str> {
    match fit.end {
        PathEnd::Complete => None,
        PathEnd::Explained => Some("the sequence ends early: the deviance is explained (--full goes on)"),
        PathEnd::NoGain => {
            Some("the sequence ends early: one more lambda explains hardly more (--full goes on)")
        }
        PathEnd::Stuck => Some("the sequence ends early: the search could not go on from the last lambda"),
        PathEnd::Interrupted => Some("the sequence was interrupted"),
    }
}

/// How it went.
pub fn closing(out: &mut String, fit: &PathFit, status: Status, width: usize) -> std::fmt::Result {
    let style = if status.is_solved() { GOOD } else { BAD };
    writeln!(out, "\n{}", paragraph(&format!("{status}:"), style, &verdict(fit), width))?;
    if let Some(end) = end(fit) {
        writeln!(out, "{FAINT}{}{FAINT:#}", wrap(end, width, 2))?;
    }
    let steps: u64 = fit.points.iter().map(|point| point.iterations).sum();
    writeln!(
        out,
        "{FAINT}{}: {}, {} s{FAINT:#}",
        fit.choice.optimizer,
        count(steps, "iteration"),
        general(fit.seconds, 2)
    )?;
    writeln!(out, "{FAINT}  {}{FAINT:#}", wrap(&fit.choice.because, width.saturating_sub(2), 2))
}
