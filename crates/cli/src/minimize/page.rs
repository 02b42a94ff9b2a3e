//! `--report`: the paths over the contours, convergence against evaluations and seconds, and the table.

use thalweg::Error;
use thalweg::problems::problem;
use thalweg_report::{LineChart, Page, Race, Scale, Section, Series, Table};

use super::Outcome;
use crate::drawn::drawn;
use crate::failure::Failure;
use crate::number::trimmed;
use crate::path::page::footer;

/// Nodes a side of the grid of contours.
const SIDE: usize = 90;

/// The page.
pub fn html(outcome: &Outcome) -> Result<String, Failure> {
    let mut page = Page::new(&format!("Minimisers on {}", outcome.problem))
        .subtitle("F falls to its minimum, or the method says that it has stopped elsewhere")
        .fact("Parameters", &outcome.start.len().to_string())
        .fact("F at the start", &at_start(outcome).map_or_else(|| "-".to_owned(), |f| trimmed(f, 6)))
        .fact("Least known or found", &trimmed(outcome.lowest(), 6));
    if outcome.start.len() == 2 {
        page = page.section(paths(outcome)?);
    }
    page = page.section(convergence(outcome)).section(table(outcome)?);
    Ok(page.footer(&footer("a test problem with known minima")).html())
}

fn at_start(outcome: &Outcome) -> Option<f64> {
    outcome.runs.first()?.trail.first().map(|visit| visit.value)
}

/// Lowest and highest of one coordinate over start, paths and minima, and a little more.
fn range(outcome: &Outcome, k: usize) -> (f64, f64) {
    let minima = outcome.minima.iter().filter_map(|minimum| minimum.x.as_ref()?.get(k).copied());
    let trails = outcome.runs.iter().flat_map(|run| run.trail.iter().map(move |visit| visit.x[k]));
    let all = minima.chain(trails).chain(outcome.start.get(k).copied());
    let (low, high) =
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let room = (0.25 * (high - low)).max(0.05 * high.abs().max(low.abs()).max(1.0));
    (low - room, high + room)
}

fn paths(outcome: &Outcome) -> Result<Section, Failure> {
    let range = [range(outcome, 0), range(outcome, 1)];
    let mut function = problem::<f64>(&outcome.problem).map_err(Failure::Input)?;
    let mut values = Vec::with_capacity(SIDE * SIDE);
    let node = |(low, high): (f64, f64), i: usize| low + (high - low) * i as f64 / (SIDE - 1) as f64;
    for j in 0..SIDE {
        for i in 0..SIDE {
            let value = function.value(&[node(range[0], i), node(range[1], j)]);
            values.push(value.map_err(|halt| Failure::Input(input(halt)))?);
        }
    }
    let ways: Vec<[Vec<f64>; 2]> = outcome
        .runs
        .iter()
        .map(|run| [0, 1].map(|k| run.trail.iter().map(|visit| visit.x[k]).collect()))
        .collect();
    let series: Vec<Series<'_>> =
        outcome.runs.iter().zip(&ways).map(|(run, [x, y])| Series::new(&run.method, x, y)).collect();
    let minima: Vec<(f64, f64)> = outcome
        .minima
        .iter()
        .filter_map(|minimum| minimum.x.as_deref())
        .filter_map(|x| Some((*x.first()?, *x.get(1)?)))
        .collect();
    let mut figure = Race::new((SIDE, &values), range, &series, &minima);
    figure.caption = "Grey lines are levels of F, rings the known minima. A path joins the points that were better than all before them; a dot is its end.";
    Ok(drawn(Section::new("Paths"), "the paths", &figure))
}

fn input(halt: thalweg::core::Halt) -> Error {
    match halt {
        thalweg::core::Halt::Input(error) => error,
        other => Error::invalid_parameter(
            "problem",
            other,
            "its values must be computable on the grid of the picture",
        ),
    }
}

fn convergence(outcome: &Outcome) -> Section {
    let lowest = outcome.lowest();
    // What is within rounding of the least value has no place on a logarithmic axis.
    let above = |value: f64| Some(value - lowest).filter(|excess| *excess > f64::EPSILON * lowest.abs());
    let mut section = Section::new("Convergence")
        .paragraph("How far F is above the least value that is known or was found.");
    for (title, label) in [("By evaluations", "Evaluations"), ("By time", "Milliseconds")] {
        let lines: Vec<[Vec<f64>; 2]> = outcome
            .runs
            .iter()
            .map(|run| {
                let points = run.trail.iter().filter_map(|visit| {
                    let x =
                        if label == "Evaluations" { visit.evaluations as f64 } else { 1e3 * visit.seconds };
                    Some((x, above(visit.value)?))
                });
                let (x, y) = points.unzip();
                [x, y]
            })
            .collect();
        let series: Vec<Series<'_>> =
            outcome.runs.iter().zip(&lines).map(|(run, [x, y])| Series::new(&run.method, x, y)).collect();
        let mut chart = LineChart::new(&series, label, "F above its least");
        (chart.y_scale, chart.title) = (Scale::Log, title);
        section = drawn(section, title, &chart);
    }
    section
}

fn table(outcome: &Outcome) -> Result<Section, Failure> {
    let columns = outcome.cells();
    let mut table = Table::new("Each method's end");
    for (k, column) in columns.iter().enumerate() {
        let head = column.first().map_or("", String::as_str);
        table = if k < 2 { table.text_column(head) } else { table.number_column(head) };
    }
    for row in 1..=outcome.runs.len() {
        table.row(columns.iter().map(|column| column[row].as_str())).map_err(Failure::Input)?;
    }
    Ok(Section::new("Results").table(&table))
}
