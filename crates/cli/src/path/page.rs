//! `--report`: pictures and tables of a path on one page that needs no network.

use thalweg::core::Status;
use thalweg::models::{PathFit, PathPoint};
use thalweg_report::number::count;
use thalweg_report::{CoefficientPath, Figure, LineChart, Mark, Page, Scale, Section, Series, Table};

use super::report::{end, heading, penalty, verdict};
use super::table::Shown;
use super::{Outcome, scale, status, table};
use crate::data::sample::Sample;
use crate::drawn::{Captioned, drawn};
use crate::failure::Failure;
use crate::number::{general, trimmed};
use crate::text::capital;

/// Lines of λ in the table.
const LINES: usize = 50;
/// Coefficients in the table.
const COEFFICIENTS: usize = 100;

/// The page.
pub fn html(outcome: &Outcome, sample: &Sample) -> Result<String, Failure> {
    let fit = &outcome.fit;
    let mut page = Page::new(&heading(fit)).subtitle(&outcome.about.line(fit.n, fit.names.len()));
    for warning in &outcome.warnings {
        page = page.warning(warning);
    }
    page = facts(page, fit).fact("Status", &status(fit).to_string());
    let marks: Vec<Mark> = outcome
        .at
        .and_then(|at| fit.points.get(at))
        .map(|point| Mark { at: point.lambda, label: format!("λ = {}", general(point.lambda, 3)) })
        .into_iter()
        .collect();
    page = page.section(paths(fit, sample, &marks)?).section(explained(fit, &marks));
    page = page.section(lambdas(fit, &[], &[])?);
    if let Some(point) = outcome.at.and_then(|at| fit.points.get(at)) {
        page = page.section(coefficients(fit, &[("estimate", point)])?);
    }
    Ok(page.section(search(fit, &verdict(fit))).footer(&footer(&outcome.about.source)).html())
}

/// What wrote the page.
pub fn footer(source: &str) -> String {
    format!("Written by thalweg {} from {source}.", env!("CARGO_PKG_VERSION"))
}

/// What was fitted.
pub fn facts(page: Page, fit: &PathFit) -> Page {
    let solved = fit.points.iter().filter(|point| point.status == Status::Certified).count();
    let widest = fit.points.iter().map(|point| point.gap() / fit.scale).fold(0.0, f64::max);
    let gap = if widest.is_finite() { general(widest, 2) } else { "not known everywhere".to_owned() };
    page.fact("Rows", &count(fit.n))
        .fact("Columns", &count(fit.names.len()))
        .fact("Penalty", &fit.penalty)
        .fact("λ_max", &trimmed(fit.lambda_max, 6))
        .fact("Values of λ", &count(fit.points.len()))
        .fact("Certified", &count(solved))
        .fact("Largest relative gap", &gap)
}

/// The coefficients against λ, as they are and for one standard deviation.
pub fn paths(fit: &PathFit, sample: &Sample, marks: &[Mark]) -> Result<Section, Failure> {
    let points: Vec<&PathPoint> = fit.points.iter().filter(|point| point.lambda > 0.0).collect();
    let lambda: Vec<f64> = points.iter().map(|point| point.lambda).collect();
    // Only what leaves 0 somewhere: of a hundred thousand columns a path needs few.
    let mut own: Vec<u32> =
        points.iter().flat_map(|point| point.coefficients.indices.iter().copied()).collect();
    own.sort_unstable();
    own.dedup();
    let mut section = Section::new("Path");
    if own.is_empty() {
        return Ok(section.paragraph("There is no picture of the path: every coefficient is 0 at every λ."));
    }
    let names: Vec<String> = own.iter().filter_map(|j| fit.names.get(*j as usize).cloned()).collect();
    let path = |scale: &dyn Fn(usize) -> f64| -> Vec<Vec<f64>> {
        let of = |j: &u32| {
            let j = *j as usize;
            points.iter().map(|point| scale(j) * point.coefficients.get(j)).collect()
        };
        own.iter().map(of).collect()
    };
    let plain = path(&|_| 1.0);
    let mut figure = CoefficientPath::new(&lambda, &names, &plain);
    figure.title = "For one unit of the column";
    figure.marks = marks;
    section = drawn(section, "the path", &figure);
    let deviations = scale::deviations(sample)?;
    // The coefficients of every class belong to the same columns.
    let scaled = path(&|j| deviations.get(j % deviations.len().max(1)).copied().unwrap_or(1.0));
    let mut figure = CoefficientPath::new(&lambda, &names, &scaled);
    figure.title = "For one standard deviation of the column";
    figure.label = "Coefficient times standard deviation";
    figure.marks = marks;
    let caption = "The same path where columns in different units can be compared.";
    Ok(drawn(section, "the standardised path", &Captioned { figure: &figure as &dyn Figure, caption }))
}

fn explained(fit: &PathFit, marks: &[Mark]) -> Section {
    let points: Vec<&PathPoint> = fit.points.iter().filter(|point| point.lambda > 0.0).collect();
    let lambda: Vec<f64> = points.iter().map(|point| point.lambda).collect();
    let share: Vec<f64> = points.iter().map(|point| 100.0 * point.deviance_ratio).collect();
    let df: Vec<f64> = points.iter().map(|point| point.degrees_of_freedom as f64).collect();
    let what = if fit.likelihood.is_some() { "Explained deviance (%)" } else { "Explained loss (%)" };
    let on_lambda = [Series::new("", &lambda, &share)];
    let mut against = LineChart::new(&on_lambda, "λ", what);
    (against.x_scale, against.reverse_x, against.marks) = (Scale::Log, true, marks);
    against.title = "Explained along the path";
    against.caption = "How much of the null model's deviance each fit explains, on the rows of the fit: it can only rise as λ falls.";
    let mut curve = Series::new("", &df, &share);
    curve.style = thalweg_report::Style::Points;
    let on_size = [curve];
    let mut size = LineChart::new(&on_size, "Coefficients that are not 0", what);
    size.title = "Explained by size";
    size.caption = "Each point is one λ: what each further coefficient is worth.";
    drawn(drawn(Section::new("Fit"), "the explained deviance", &against), "the size", &size)
}

/// The table of λ.
pub fn lambdas(
    fit: &PathFit,
    marks: &[(usize, &str)],
    extra: &[(&str, Vec<String>)],
) -> Result<Section, Failure> {
    let mut shown = table::spread(fit.points.len(), LINES);
    shown.extend(marks.iter().map(|(at, _)| *at));
    shown.sort_unstable();
    shown.dedup();
    let columns = table::cells(fit, &Shown { points: &shown, marks, extra });
    let mut out = Table::new(
        "One line a λ: coefficients not 0, what they explain, and the proven distance to the minimum as a share of the null model's loss",
    );
    let headers: Vec<&String> = columns.iter().filter_map(|cells| cells.first()).collect();
    for (k, header) in headers.iter().enumerate() {
        out = if k + 1 == headers.len() { out.text_column(header) } else { out.number_column(header) };
    }
    for i in 1..columns.first().map_or(0, Vec::len) {
        // Padding as wide as a digit keeps the points below each other.
        let cell = |cells: &Vec<String>| {
            cells.get(i).map(|cell| cell.replace('\u{a0}', "\u{2007}")).unwrap_or_default()
        };
        out.row(columns.iter().map(cell))?;
    }
    let section = Section::new("Sequence").table(&out);
    Ok(if shown.len() < fit.points.len() {
        section.paragraph(&format!(
            "{} of {} values of λ shown.",
            count(shown.len()),
            count(fit.points.len())
        ))
    } else {
        section
    })
}

/// The coefficients of some points side by side, those that are 0 in all of them left out.
pub fn coefficients(fit: &PathFit, points: &[(&str, &PathPoint)]) -> Result<Section, Failure> {
    let mut own: Vec<u32> =
        points.iter().flat_map(|(_, point)| point.coefficients.indices.iter().copied()).collect();
    own.sort_unstable();
    own.dedup();
    let size = |j: &u32| {
        points.iter().map(|(_, point)| point.coefficients.get(*j as usize).abs()).fold(0.0, f64::max)
    };
    let mut kept = own.clone();
    kept.sort_by(|a, b| size(b).total_cmp(&size(a)));
    kept.truncate(COEFFICIENTS);
    kept.sort_unstable();
    let lambdas: Vec<String> = points.iter().map(|(_, point)| general(point.lambda, 5)).collect();
    let mut out = Table::new(&format!("At λ = {}, for one unit of the column", lambdas.join(" and ")))
        .text_column("coefficient");
    for (name, _) in points {
        out = out.number_column(name);
    }
    let number = |b: f64| if b == 0.0 { String::new() } else { general(b, 5) };
    let intercepts: Vec<String> =
        points.first().iter().flat_map(|(_, point)| fit.intercepts(point)).map(|(name, _)| name).collect();
    for (k, name) in intercepts.into_iter().enumerate() {
        let cells =
            points.iter().map(|(_, point)| general(point.intercepts.get(k).copied().unwrap_or(0.0), 5));
        out.row([name].into_iter().chain(cells))?;
    }
    for j in &kept {
        let name = fit.names.get(*j as usize).cloned().unwrap_or_default();
        let cells = points.iter().map(|(_, point)| number(point.coefficients.get(*j as usize)));
        out.row([name].into_iter().chain(cells))?;
    }
    let section = Section::new("Coefficients").table(&out);
    let (hidden, zero) = (own.len() - kept.len(), fit.names.len() - own.len());
    let smaller =
        if hidden > 0 { format!("{} smaller ones are not shown. ", count(hidden)) } else { String::new() };
    Ok(section.paragraph(&format!("{smaller}{} of {} are 0.", count(zero), count(fit.names.len()))))
}

/// How the fits were found.
pub fn search(fit: &PathFit, verdict: &str) -> Section {
    let mut section = Section::new("Search")
        .paragraph(&format!("{}.", capital(verdict)))
        .paragraph(&format!("{}. {}: {}.", capital(&penalty(fit)), fit.choice.optimizer, fit.choice.because));
    if let Some(end) = end(fit) {
        section = section.paragraph(&format!("{}.", capital(end)));
    }
    section
}
