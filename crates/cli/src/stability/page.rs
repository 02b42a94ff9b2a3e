//! `--report`: shares against λ beside the path, on one page that needs no network.

use thalweg_report::{LineChart, Mark, Page, Scale, Section, Series, StabilityPath, Table};

use super::Outcome;
use super::report::cells;
use crate::data::sample::Sample;
use crate::drawn::drawn;
use crate::failure::Failure;
use crate::number::trimmed;
use crate::path::page::{facts, footer, paths, search};
use crate::path::report::{heading, verdict};
use crate::text::{capital, count};

/// Predictors in the table.
const LINES: usize = 100;

/// The page.
pub fn html(outcome: &Outcome, sample: &Sample) -> Result<String, Failure> {
    let (found, fit) = (&outcome.found, &outcome.found.path);
    let title = format!("Stability selection: {}", heading(fit));
    let mut page = Page::new(&title).subtitle(&outcome.about.line(fit.n, fit.names.len()));
    for warning in &outcome.warnings {
        page = page.warning(warning);
    }
    page = page
        .fact("Stable predictors", &found.stable().len().to_string())
        .fact("False ones expected at most", &trimmed(found.false_selections(), 3))
        .fact("Threshold", &trimmed(found.threshold, 4))
        .fact("Halves", &outcome.halved);
    page = facts(page, fit).fact("Status", &outcome.status().to_string());
    page = page.section(shares(outcome)).section(table(outcome)?);
    let end = found.region.checked_sub(1).and_then(|last| found.lambdas.get(last));
    let marks: Vec<Mark> = end
        .filter(|at| **at > 0.0)
        .map(|at| Mark { at: *at, label: "judged up to here".to_owned() })
        .into_iter()
        .collect();
    page = page.section(paths(fit, sample, &marks)?);
    Ok(page.section(search(fit, &verdict(fit))).footer(&footer(&outcome.about.source)).html())
}

fn shares(outcome: &Outcome) -> Section {
    let found = &outcome.found;
    let section = Section::new("Shares").paragraph(&format!("{}.", capital(&outcome.verdict())));
    if found.predictors.is_empty() {
        return section.paragraph("There is no picture of the shares: no half selects any predictor.");
    }
    // λ = 0 has no place on a logarithmic axis; it can only be the last.
    let lambda: Vec<f64> = found.lambdas.iter().copied().take_while(|lambda| *lambda > 0.0).collect();
    let own = |j: &u32| found.probabilities(*j as usize).into_iter().take(lambda.len()).collect();
    let shares: Vec<Vec<f64>> = found.predictors.iter().map(own).collect();
    let names: Vec<String> = found
        .predictors
        .iter()
        .map(|j| found.path.names.get(*j as usize).cloned().unwrap_or_default())
        .collect();
    let mut figure = StabilityPath::new(&lambda, &names, &shares, found.threshold);
    figure.region = found.region.min(lambda.len());
    let section = drawn(section, "the shares", &figure);
    let selected: Vec<f64> = found.mean_selected.iter().copied().take(lambda.len()).collect();
    let line = [Series::new("", &lambda, &selected)];
    let mut size = LineChart::new(&line, "λ", "Predictors that a half selects");
    (size.x_scale, size.reverse_x, size.title) = (Scale::Log, true, "Size of the selections");
    size.caption = "How many predictors a half selects at this λ or a larger one, on average. The bound on false selections grows with its square.";
    drawn(section, "the size", &size)
}

fn table(outcome: &Outcome) -> Result<Section, Failure> {
    let [names, shares, enters, stable] = cells(outcome, LINES);
    let mut out = Table::new(
        "The largest share of the halves at one of the λ that are judged, and the largest λ at which half of them and more select the predictor",
    )
    .text_column("predictor")
    .number_column("share")
    .number_column("enters at λ")
    .text_column("");
    for i in 1..names.len() {
        // Padding as wide as a digit keeps the points below each other.
        let cell = |cells: &[String]| {
            cells.get(i).map(|cell| cell.replace('\u{a0}', "\u{2007}")).unwrap_or_default()
        };
        out.row([&names, &shares, &enters, &stable].map(|cells| cell(cells)))?;
    }
    let found = &outcome.found;
    let selected = outcome.ranked().len();
    let hidden = selected.saturating_sub(LINES);
    let never = found.path.names.len() - selected;
    let more = if hidden > 0 {
        format!("{} with smaller shares are not shown. ", count(hidden as u64, "predictor"))
    } else {
        String::new()
    };
    let section = Section::new("Predictors").table(&out);
    Ok(section.paragraph(&format!(
        "{more}{} of {} are not selected by any half at a λ that is judged.",
        never,
        count(found.path.names.len() as u64, "predictor")
    )))
}
