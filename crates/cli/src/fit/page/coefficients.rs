//! The coefficients as a table and as forests: as they are, and for one standard deviation of their columns.

use thalweg::core::{Design, Weights};
use thalweg::models::{Coefficient, State};
use thalweg_report::{Coefficient as Row, CoefficientForest, Figure, Section, State as Drawn, Table};

use crate::data::sample::Sample;
use crate::drawn::{Captioned, drawn};
use crate::failure::Failure;
use crate::fit::Outcome;
use crate::fit::fitted::Fitted;
use crate::fit::table::{cells, diverges_to};
use crate::text::capital;
use crate::text::count;

/// Table, forests, and what to know about them.
pub fn section(outcome: &Outcome, data: &Sample) -> Result<Section, Failure> {
    let percent = outcome.basis.percent();
    let (table, hidden) = table(outcome, &percent)?;
    let mut section = Section::new("Coefficients").table(&table);
    if hidden > 0 {
        let more = count(hidden as u64, "smaller coefficient");
        section = section.paragraph(&format!("{more} not shown."));
    }
    if let Some(remark) = outcome.remark() {
        section = section.paragraph(&format!("{}.", capital(&remark)));
    }
    let inferred = outcome.has_errors();
    if !inferred {
        section = section.paragraph(match &outcome.fit {
            Fitted::Estimate(_) => {
                "This estimate has no standard errors, so there are no intervals and no tests."
            }
            Fitted::Glm(_) => {
                "There are no standard errors, intervals and tests; the warnings at the top say why."
            }
        });
    }
    let all = outcome.fit.coefficients();
    let rows: Vec<Row> = (0..all.len()).map(|k| row(outcome, &all, k)).collect();
    let first = usize::from(all.len() > 1 && all.first().is_some_and(|c| c.name == "(intercept)"));
    let several = matches!(&outcome.fit, Fitted::Estimate(fit) if fit.outputs > 1);
    let own = if several { &rows[..] } else { &rows[first..] };
    let with = if inferred { format!(" with {percent} interval") } else { String::new() };
    let label = format!("Estimate{with}, for one unit of the column");
    let mut forest = CoefficientForest::new(own);
    forest.label = &label;
    section = with_caption(section, "the coefficients", &forest, inferred, "");
    // A coefficient of several classes has no column of its own, and an infinite one no unit.
    if several || own.len() < 2 || own.iter().all(|c| !c.estimate.is_finite()) {
        return Ok(section);
    }
    let scaled = standardized(own, data)?;
    let label = format!("Estimate{with}, for one standard deviation");
    let mut forest = CoefficientForest::new(&scaled);
    forest.title = "For one standard deviation of the column";
    forest.label = &label;
    let more = "Columns in different units can be compared here.";
    Ok(with_caption(section, "the standardised coefficients", &forest, inferred, more))
}

fn with_caption(
    section: Section,
    what: &str,
    forest: &CoefficientForest<'_>,
    inferred: bool,
    more: &str,
) -> Section {
    let diverges = |c: &Row| matches!(c.state, Drawn::ToInfinity | Drawn::ToMinusInfinity);
    let own = match inferred {
        true => forest.caption(),
        false if forest.coefficients.iter().any(diverges) => {
            "Arrows mark estimates that grow without bound; points are estimates without intervals."
                .to_owned()
        }
        false => "Points are estimates without intervals.".to_owned(),
    };
    let caption = format!("{own} {more}");
    drawn(section, what, &Captioned { figure: forest, caption: caption.trim_end() })
}

fn table(outcome: &Outcome, percent: &str) -> Result<(Table, usize), Failure> {
    let (columns, hidden) = cells(&outcome.fit, percent);
    let mut table = Table::new("Estimates").text_column("coefficient");
    for header in columns.iter().skip(1).filter_map(|cells| cells.first()) {
        table = table.number_column(header);
    }
    for i in 1..columns.first().map_or(0, Vec::len) {
        // Padding as wide as a digit keeps the points below each other.
        let cell = |cells: &Vec<String>| cells[i].replace('\u{a0}', "\u{2007}");
        table.row(columns.iter().map(cell))?;
    }
    Ok((table, hidden))
}

/// A row of a forest.
fn row(outcome: &Outcome, all: &[Coefficient], k: usize) -> Row {
    let c = &all[k];
    match c.state {
        State::Estimated => Row::new(&c.name, c.estimate, c.lower, c.upper),
        State::Aliased => Row::without_estimate(&c.name, Drawn::Aliased),
        State::Diverging if diverges_to(&outcome.fit, all, k) == "-> -inf" => {
            Row::without_estimate(&c.name, Drawn::ToMinusInfinity)
        }
        State::Diverging => Row::without_estimate(&c.name, Drawn::ToInfinity),
    }
}

/// The rows times the standard deviation of their columns.
fn standardized(rows: &[Row], data: &Sample) -> Result<Vec<Row>, Failure> {
    let observations = data.observations();
    let weights = observations.weights.map_or(Weights::Unit, Weights::Each);
    let design = Design::from_columns(observations.x)?.standardized(weights)?;
    let scaled = |get: fn(&Row) -> f64| {
        let mut values: Vec<f64> = rows.iter().map(get).collect();
        design.to_standardized(&mut values);
        values
    };
    let (estimate, lower, upper) = (scaled(|c| c.estimate), scaled(|c| c.lower), scaled(|c| c.upper));
    let row =
        |(k, c): (usize, &Row)| Row { estimate: estimate[k], lower: lower[k], upper: upper[k], ..c.clone() };
    Ok(rows.iter().enumerate().map(row).collect())
}
