//! `--report`: the curve of cross-validation beside the path, on one page that needs no network.

use thalweg::models::PathPoint;
use thalweg_report::{LineChart, Mark, Page, Scale, Section, Series, ValidationCurve};

use super::Outcome;
use super::report::{errors, marks};
use crate::data::sample::Sample;
use crate::drawn::drawn;
use crate::failure::Failure;
use crate::number::{general, trimmed};
use crate::path::page::{coefficients, facts, footer, lambdas, paths, search};
use crate::path::report::{heading, verdict};
use crate::text::capital;

/// Folds in the picture at most.
const FOLDS: usize = 100;

/// The page.
pub fn html(outcome: &Outcome, sample: &Sample) -> Result<String, Failure> {
    let (found, fit) = (&outcome.found, &outcome.found.path);
    let title = format!("Cross-validation: {}", heading(fit));
    let mut page = Page::new(&title).subtitle(&outcome.about.line(fit.n, fit.names.len()));
    for warning in &outcome.warnings {
        page = page.warning(warning);
    }
    let [least, one_se] = outcome.chosen();
    let lambda = |point: Option<&PathPoint>| point.map_or(f64::NAN, |point| point.lambda);
    let size = |point: Option<&PathPoint>| point.map_or(0, |point| point.coefficients.nonzero());
    let fact = |point| format!("{} ({} not 0)", trimmed(lambda(point), 5), size(point));
    if least.is_some() {
        page = page.fact("λ of least error", &fact(least)).fact("λ of one standard error", &fact(one_se));
    }
    if let (Some(mean), Some(se)) =
        (found.mean_loss.get(found.index_min), found.std_error.get(found.index_min))
    {
        let label = format!("Least {}", outcome.measure());
        page = page.fact(&label, &format!("{} ± {}", general(*mean, 5), general(*se, 2)));
    }
    page = facts(page.fact("Folds", &outcome.dealt), fit).fact("Status", &outcome.status().to_string());
    if least.is_some() {
        page = page.section(curve(outcome));
    }
    let chosen = [(lambda(one_se), "one SE"), (lambda(least), "least error")];
    let words: Vec<Mark> = chosen
        .iter()
        .filter(|(at, _)| *at > 0.0)
        .map(|(at, word)| Mark { at: *at, label: (*word).to_owned() })
        .collect();
    let own = if found.index_min == found.index_1se { words.get(1..).unwrap_or_default() } else { &words };
    page = page.section(paths(fit, sample, own)?);
    if let (Some(least), Some(one_se)) = (least, one_se) {
        let both = [("least error", least), ("one standard error", one_se)];
        let shown = if found.index_min == found.index_1se { &both[..1] } else { &both[..] };
        page = page.section(coefficients(fit, shown)?);
    }
    page = page.section(lambdas(fit, &marks(outcome), &errors(outcome))?);
    Ok(page.section(search(fit, &verdict(fit))).footer(&footer(&outcome.about.source)).html())
}

fn curve(outcome: &Outcome) -> Section {
    let (found, fit) = (&outcome.found, &outcome.found.path);
    // λ = 0 has no place on a logarithmic axis; it can only be the last.
    let judged = fit.points.iter().take(found.mean_loss.len()).take_while(|point| point.lambda > 0.0).count();
    let lambda: Vec<f64> = fit.points.iter().take(judged).map(|point| point.lambda).collect();
    let nonzero: Vec<usize> =
        fit.points.iter().take(judged).map(|point| point.coefficients.nonzero()).collect();
    let part = |all: &[f64]| all.iter().take(judged).copied().collect::<Vec<f64>>();
    let (mean, se) = (part(&found.mean_loss), part(&found.std_error));
    let mut figure = ValidationCurve::new(&lambda, &mean, &se, (found.index_min, found.index_1se));
    let label = format!("{} of the rows left out", capital(outcome.measure()));
    (figure.nonzero, figure.label) = (&nonzero, &label);
    let section = drawn(Section::new("Rows left out"), "the curve", &figure);
    let folds: Vec<Vec<f64>> = found.fold_losses.iter().take(FOLDS).map(|fold| part(fold)).collect();
    let mut series = vec![Series::new("mean", &lambda, &mean)];
    series.extend(folds.iter().map(|fold| {
        let mut line = Series::new("", &lambda, fold);
        line.faint = true;
        line
    }));
    let mut each = LineChart::new(&series, "λ", &label);
    (each.x_scale, each.reverse_x, each.title) = (Scale::Log, true, "Each fold");
    each.caption = "Grey: one line a fold. Lines that run in parallel say that some folds are harder than others, and agree on λ all the same.";
    drawn(section, "the folds", &each)
}
