//! The coefficient table: decimals aligned, as many of them as the standard error warrants.

use thalweg::models::{Coefficient, State};

use super::fitted::Fitted;

use crate::aligned::{align, render, widest};
use crate::number::{decimals_of, fixed, general, p_value};
use crate::text::shorten;

/// Decimals at most; smaller standard errors are written with an exponent.
const DECIMALS: usize = 6;
/// Characters of a number at most.
const WIDEST: usize = 11;
/// Characters of a name at least.
const NARROWEST: usize = 12;

/// Lines at most: beyond them only the largest coefficients are shown, in their order.
const LINES: usize = 100;

/// The coefficients that are shown, by index.
fn shown(all: &[Coefficient]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..all.len()).collect();
    if all.len() > LINES {
        order.sort_by(|a, b| all[*b].estimate.abs().total_cmp(&all[*a].estimate.abs()));
        order.truncate(LINES);
        order.retain(|k| all[*k].estimate != 0.0);
        order.sort_unstable();
    }
    order
}

/// The table in at most `width` columns: a header and a line a coefficient, how many were left out, and whether the interval had to go.
pub fn lines(fit: &Fitted, percent: &str, width: usize) -> (Vec<String>, usize, bool) {
    let every = fit.coefficients();
    let all: Vec<(usize, &Coefficient)> = shown(&every).into_iter().map(|k| (k, &every[k])).collect();
    let mut columns = columns(fit, &every, &all, percent);
    let inferred = columns.len() > 1;
    let room = |columns: &[Vec<String>]| {
        let taken: usize = columns.iter().map(|cells| 2 + widest(cells)).sum();
        width.saturating_sub(taken)
    };
    let needed = all.iter().map(|(_, c)| c.name.chars().count()).max().unwrap_or(0);
    let dropped = inferred && room(&columns) < needed.min(NARROWEST);
    if dropped {
        columns.truncate(4);
    }
    let most = room(&columns).max(NARROWEST);
    let mut names = vec![String::new()];
    names.extend(all.iter().map(|(_, c)| shorten(&c.name, most)));
    columns.insert(0, names);
    (render(&columns, &[0]), every.len() - all.len(), dropped)
}

/// The table as columns of texts, the names first, each with its header; how many lines were left out.
pub fn cells(fit: &Fitted, percent: &str) -> (Vec<Vec<String>>, usize) {
    let every = fit.coefficients();
    let all: Vec<(usize, &Coefficient)> = shown(&every).into_iter().map(|k| (k, &every[k])).collect();
    let mut names = vec!["coefficient".to_owned()];
    names.extend(all.iter().map(|(_, c)| c.name.clone()));
    let mut columns = columns(fit, &every, &all, percent);
    columns.insert(0, names);
    (columns, every.len() - all.len())
}

/// The columns after the names, each with its header; the estimates alone where there are no standard errors.
fn columns(
    fit: &Fitted,
    every: &[Coefficient],
    all: &[(usize, &Coefficient)],
    percent: &str,
) -> Vec<Vec<String>> {
    let sign = |k: usize| diverges_to(fit, every, k);
    let column = |header: &str, cell: &dyn Fn(usize, &Coefficient) -> String| {
        let mut cells = vec![header.to_owned()];
        cells.extend(align(all.iter().map(|(k, c)| cell(*k, c)).collect()));
        cells
    };
    let number = |x: f64, c: &Coefficient| if x.is_nan() { String::new() } else { scaled(x, c.std_error) };
    let estimate = column("estimate", &|k, c| match c.state {
        State::Aliased => "aliased".to_owned(),
        State::Diverging => sign(k).to_owned(),
        State::Estimated => scaled(c.estimate, c.std_error),
    });
    if !all.iter().any(|(_, c)| c.std_error.is_finite()) {
        return vec![estimate];
    }
    let statistic = |x: f64| if x.is_finite() { fixed(x, 2, 2, 8) } else { String::new() };
    vec![
        estimate,
        column("std. error", &|_, c| number(c.std_error, c)),
        column(if fit.student() { "t" } else { "z" }, &|_, c| statistic(c.statistic)),
        column("p-value", &|_, c| p_value(c.p_value)),
        column(&format!("lower {percent}"), &|_, c| number(c.lower, c)),
        column(&format!("upper {percent}"), &|_, c| number(c.upper, c)),
    ]
}

/// A number with the decimals that its standard error warrants.
fn scaled(x: f64, std_error: f64) -> String {
    match decimals_of(std_error, DECIMALS) {
        Some(decimals) => fixed(x, decimals, 4, WIDEST),
        // A standard error too small for decimals.
        None if std_error > 0.0 && x != 0.0 && x.abs() < 1.0 => format!("{x:.3e}"),
        None => general(x, 5),
    }
}

/// Where a diverging coefficient goes, `-> -inf` or `-> +inf`.
pub fn diverges_to(fit: &Fitted, all: &[Coefficient], k: usize) -> &'static str {
    let before = all[..k].iter().filter(|c| c.state != State::Aliased).count();
    match fit.separation().and_then(|s| s.direction.get(before)) {
        Some(d) if *d < 0.0 => "-> -inf",
        _ => "-> +inf",
    }
}
