//! The report for people.

use std::fmt::Write;

use super::Outcome;
use crate::aligned::{align, render};
use crate::console::{BAD, FAINT, GOOD, TITLE, paragraph};
use crate::number::{fixed, general, trimmed};
use crate::path::report::{heading, penalty, warnings};
use crate::text::{capital, count, shorten, wrap};

/// The report in at most `width` columns, with at most `rows` lines of predictors.
pub fn text(outcome: &Outcome, rows: u64, width: usize) -> String {
    let (found, fit) = (&outcome.found, &outcome.found.path);
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{TITLE}Stability selection: {}{TITLE:#}", heading(fit));
    let _ = writeln!(out, "{}", wrap(&outcome.about.line(fit.n, fit.names.len()), width, 2));
    let _ = writeln!(out, "{}", penalty(fit));
    let rule = format!(
        "{}; stable is a share of {} or more, with at most {} expected to be false",
        outcome.halved,
        trimmed(found.threshold, 4),
        trimmed(outcome.tolerated, 4)
    );
    let _ = writeln!(out, "{}\n", wrap(&rule, width, 2));
    out.push_str(&table(outcome, usize::try_from(rows).unwrap_or(usize::MAX), width));
    let status = outcome.status();
    let style = if status.is_solved() { GOOD } else { BAD };
    let verdict = capital(&outcome.verdict());
    let _ = writeln!(out, "\n{}", paragraph(&format!("{status}:"), style, &verdict, width));
    let paths = count(found.samples as u64 + 1, "path");
    let _ = writeln!(
        out,
        "{FAINT}{}: {paths} of {}{FAINT:#}",
        fit.choice.optimizer,
        count(fit.points.len() as u64, "value") + " of lambda"
    );
    out.push_str(&warnings(&outcome.warnings, width));
    out
}

/// The headers and the cells of the table of predictors, at most so many.
pub fn cells(outcome: &Outcome, rows: usize) -> [Vec<String>; 4] {
    let found = &outcome.found;
    let ranked = outcome.ranked();
    let shown = || ranked.iter().take(rows);
    let name = |j: &usize| found.path.names.get(*j).cloned().unwrap_or_default();
    // The largest λ at which half of the halves and more select it: where it comes in.
    let enters = |j: usize| {
        let at = found.probabilities(j).iter().position(|share| *share >= 0.5);
        at.and_then(|k| found.lambdas.get(k)).map_or_else(|| "never".to_owned(), |lambda| general(*lambda, 4))
    };
    let with = |header: &str, cells: Vec<String>| [header.to_owned()].into_iter().chain(cells).collect();
    let stable = |share: f64| if share >= found.threshold { "stable" } else { "" };
    [
        with("predictor", shown().map(|(j, _)| name(j)).collect()),
        with("share", align(shown().map(|(_, share)| fixed(*share, 3, 4, 8)).collect())),
        with("enters at", align(shown().map(|(j, _)| enters(*j)).collect())),
        with("", shown().map(|(_, share)| stable(*share).to_owned()).collect()),
    ]
}

fn table(outcome: &Outcome, rows: usize, width: usize) -> String {
    let (found, selected) = (&outcome.found, outcome.ranked().len());
    let mut out = String::new();
    if selected == 0 {
        let _ = writeln!(out, "No half selects any predictor at a lambda that is judged.");
        return out;
    }
    let [names, share, enters, stable] = cells(outcome, rows);
    let names = names.iter().map(|name| shorten(name, width.saturating_sub(40).max(12))).collect();
    for (i, line) in render(&[names, share, enters, stable], &[0, 3]).iter().enumerate() {
        let style = if i == 0 { FAINT } else { anstyle::Style::new() };
        let _ = writeln!(out, "{style}{line}{style:#}");
    }
    let hidden = selected.saturating_sub(rows);
    if hidden > 0 {
        let more = count(hidden as u64, "predictor");
        let _ = writeln!(
            out,
            "{FAINT}({more} with smaller shares not shown; --rows shows more, --json all){FAINT:#}"
        );
    }
    let never = found.path.names.len() - selected;
    if never > 0 {
        let _ = writeln!(
            out,
            "{FAINT}({} not selected by any half){FAINT:#}",
            count(never as u64, "other predictor")
        );
    }
    out
}
