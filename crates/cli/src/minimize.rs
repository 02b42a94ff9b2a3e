//! `thalweg minimize PROBLEM`: minimisers side by side on a test problem.

mod page;
mod watched;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use serde::Serialize;
use thalweg::core::catalogue;
use thalweg::core::{Driver, Residuals, Solution, Status, SumOfSquares};
use thalweg::optimizers::{CATALOGUE, DERIVATIVE_FREE, LEAST_SQUARES, UPDATES, update};
use thalweg::problems::{Minimum, problem};
use thalweg::{Error, Result};

use crate::aligned::{align, render};
use crate::console::Console;
use crate::failure::Failure;
use crate::interrupt;
use crate::number::trimmed;
use crate::products::Products;
use crate::save;
use watched::{Visit, Watched};

/// The options of `thalweg minimize`.
#[derive(Args, Debug)]
pub struct MinimizeArgs {
    /// The test problem, such as `beale` or `rosenbrock:n=100`
    #[arg(default_value = "rosenbrock")]
    pub problem: String,

    /// Methods, separated by commas: minimisers, derivative-free and least-squares methods, update rules such as `adam:lr=0.05`
    #[arg(
        long,
        visible_alias = "optimizers",
        value_name = "NAMES",
        default_value = "gradient-descent,lbfgs,newton"
    )]
    pub optimizer: String,

    /// Where to start: one number a parameter, separated by commas
    #[arg(long, value_name = "NUMBERS", allow_hyphen_values = true)]
    pub start: Option<String>,

    /// Steps at most
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub iterations: u64,

    /// Print one JSON object
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Write a page with the paths and the convergence of every method; a file of this name is replaced
    #[arg(long, value_name = "OUT.html", help_heading = "Output")]
    pub report: Option<PathBuf>,
}

/// One method's run.
pub struct Run {
    /// The method as it was asked for.
    pub method: String,
    /// How it ended. A least-squares method's value is that of the problem, the whole sum of squares.
    pub solution: Solution<f64>,
    /// Every point that was better than all before it.
    pub trail: Vec<Visit>,
    /// How far the answer is from the nearest known minimum, as max|x − x*|.
    pub distance: Option<f64>,
}

/// All runs, and what they ran on.
pub struct Outcome {
    /// The problem as it was asked for.
    pub problem: String,
    /// Where every run started.
    pub start: Vec<f64>,
    /// The known minima.
    pub minima: Vec<Minimum<f64>>,
    /// The runs, as asked for.
    pub runs: Vec<Run>,
}

impl Outcome {
    /// The lowest value that is known or was found.
    pub fn lowest(&self) -> f64 {
        let known = self.minima.iter().map(|minimum| minimum.value);
        known.chain(self.runs.iter().map(|run| run.solution.value)).fold(f64::INFINITY, f64::min)
    }

    /// The table, column by column, with its heads.
    pub fn cells(&self) -> Vec<Vec<String>> {
        let column = |head: &str, cell: &dyn Fn(&Run) -> String| -> Vec<String> {
            std::iter::once(head.to_owned()).chain(self.runs.iter().map(cell)).collect()
        };
        let count = |n: u64| n.to_string();
        vec![
            column("method", &|run| run.method.clone()),
            column("status", &|run| run.solution.status.to_string()),
            column("F", &|run| trimmed(run.solution.value, 6)),
            column("to minimum", &|run| run.distance.map_or_else(|| "-".to_owned(), |d| trimmed(d, 3))),
            column("steps", &|run| count(run.solution.iterations)),
            column("values", &|run| count(run.solution.counts.values)),
            column("gradients", &|run| count(run.solution.counts.gradients + run.solution.counts.batches)),
            column("Hessians", &|run| {
                count(run.solution.counts.hessians + run.solution.counts.hessian_vectors)
            }),
            column("ms", &|run| trimmed(1e3 * run.solution.seconds, 3)),
        ]
    }
}

/// Races and reports.
pub fn run(args: &MinimizeArgs, console: &Console) -> Result<ExitCode, Failure> {
    if let Some(path) = &args.report {
        save::check(path)?;
    }
    let interrupt = interrupt::flag();
    let outcome = race(args, &interrupt)?;
    let text = if args.json {
        format!("{}\n", serde_json::to_string(&json(&outcome)).map_err(|error| Failure::Write(error.into()))?)
    } else {
        table(&outcome)
    };
    let page = args.report.as_ref().map(|_| page::html(&outcome)).transpose()?;
    let page = args.report.as_deref().zip(page.as_deref());
    Products { notes: &[], text, model: None, page, warnings: &[], json: args.json }.deliver(console)?;
    Ok(if outcome.runs.iter().any(|run| run.solution.status == Status::Interrupted) {
        ExitCode::from(130)
    } else {
        ExitCode::from(u8::from(!outcome.runs.iter().all(|run| run.solution.status.is_solved())))
    })
}

fn race(args: &MinimizeArgs, interrupt: &Arc<AtomicBool>) -> Result<Outcome, Failure> {
    let of = || problem::<f64>(&args.problem).map_err(Failure::Input);
    let made = of()?;
    let start = match &args.start {
        None => made.start(),
        Some(text) => numbers(text, made.dim()).map_err(Failure::Input)?,
    };
    let mut outcome =
        Outcome { problem: args.problem.clone(), start, minima: made.minima(), runs: Vec::new() };
    for method in methods(&args.optimizer) {
        if interrupt.load(Ordering::Relaxed) {
            break;
        }
        let mut watched = Watched::new(of()?);
        let mut driver = Driver::new().iterations(args.iterations).interrupt(Arc::clone(interrupt));
        let solution = minimise(&method, &mut driver, &mut watched, &outcome.start, args.iterations)
            .map_err(Failure::Input)?;
        let distance = outcome.minima.iter().filter_map(|minimum| minimum.x.as_deref());
        let distance = distance.map(|x| far(x, &solution.x)).reduce(f64::min);
        outcome.runs.push(Run { method, solution, trail: watched.trail(), distance });
    }
    if outcome.runs.is_empty() {
        return Err(Failure::Interrupted);
    }
    Ok(outcome)
}

fn far(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |most, (a, b)| most.max((a - b).abs()))
}

/// The names; a part such as `epochs=3` belongs to the recipe before it.
fn methods(text: &str) -> Vec<String> {
    let mut methods: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match methods.last_mut() {
            Some(last) if part.contains('=') && !part.contains(':') => {
                last.push(',');
                last.push_str(part);
            }
            _ => methods.push(part.to_owned()),
        }
    }
    methods
}

fn numbers(text: &str, dim: usize) -> Result<Vec<f64>> {
    let parse = |part: &str| {
        let rule = "it must be numbers separated by commas, such as -1.2,1";
        part.trim().parse().map_err(|_| Error::invalid_parameter("start", part, rule))
    };
    let start = text.split(',').map(parse).collect::<Result<Vec<f64>>>()?;
    thalweg::core::check_shape("numbers of --start", dim, start.len())?;
    Ok(start)
}

/// Runs the method of this name, whatever it needs of the problem.
fn minimise(
    method: &str,
    driver: &mut Driver<'_>,
    watched: &mut Watched,
    x0: &[f64],
    iterations: u64,
) -> Result<Solution<f64>> {
    let (name, given) = catalogue::parse(method)?;
    if let Some(entry) = CATALOGUE.iter().find(|entry| entry.name == name) {
        entry.values(&given)?;
        return (entry.make.f64)(driver, watched, x0);
    }
    if let Some(entry) = DERIVATIVE_FREE.iter().find(|entry| entry.name == name) {
        entry.values(&given)?;
        return (entry.make.f64)(driver, watched, x0);
    }
    if let Some(entry) = LEAST_SQUARES.iter().find(|entry| entry.name == name) {
        entry.values(&given)?;
        watched.check_residuals(name)?;
        let residuals: &mut dyn Residuals<f64> = watched;
        let mut solution = (entry.make.f64)(driver, &mut SumOfSquares::new(residuals), x0)?;
        // The problem is the whole sum, not its half.
        solution.value *= 2.0;
        solution.gradient_inf *= 2.0;
        return Ok(solution);
    }
    if UPDATES.iter().any(|entry| entry.name == name) {
        let epochs = given.iter().any(|(key, _)| *key == "epochs");
        let joint = if given.is_empty() { ':' } else { ',' };
        let recipe = if epochs { method.to_owned() } else { format!("{method}{joint}epochs={iterations}") };
        return update(&recipe)?(driver, watched, x0);
    }
    let known = CATALOGUE.iter().map(|e| e.name).chain(DERIVATIVE_FREE.iter().map(|e| e.name));
    let known = known.chain(LEAST_SQUARES.iter().map(|e| e.name)).chain(UPDATES.iter().map(|e| e.name));
    Err(Error::unknown_name("optimizer", name, known))
}

fn table(outcome: &Outcome) -> String {
    let mut columns = outcome.cells();
    for column in columns.iter_mut().skip(2) {
        let numbers = align(column.split_off(1));
        column.extend(numbers);
    }
    let start: Vec<String> = outcome.start.iter().take(6).map(|x| trimmed(*x, 4)).collect();
    let more = if outcome.start.len() > 6 { ", …" } else { "" };
    let lowest = outcome
        .minima
        .first()
        .map_or_else(String::new, |m| format!(", least known value {}", trimmed(m.value, 6)));
    let mut text = format!("{} from ({}{more}){lowest}\n\n", outcome.problem, start.join(", "));
    for line in render(&columns, &[0, 1]) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// What `--json` prints.
#[derive(Serialize)]
struct Json<'o> {
    schema: &'static str,
    problem: &'o str,
    start: &'o [f64],
    lowest: f64,
    runs: Vec<JsonRun<'o>>,
}

#[derive(Serialize)]
struct JsonRun<'o> {
    method: &'o str,
    status: String,
    value: f64,
    x: &'o [f64],
    distance: Option<f64>,
    iterations: u64,
    evaluations: u64,
    seconds: f64,
}

fn json(outcome: &Outcome) -> Json<'_> {
    Json {
        schema: "thalweg.minimize/1",
        problem: &outcome.problem,
        start: &outcome.start,
        lowest: outcome.lowest(),
        runs: outcome.runs.iter().map(json_run).collect(),
    }
}

fn json_run(run: &Run) -> JsonRun<'_> {
    JsonRun {
        method: &run.method,
        status: run.solution.status.to_string(),
        value: run.solution.value,
        x: &run.solution.x,
        distance: run.distance,
        iterations: run.solution.iterations,
        evaluations: run.solution.counts.total(),
        seconds: run.solution.seconds,
    }
}
