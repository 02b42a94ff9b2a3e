//! `thalweg fit`: from arguments to a report.

mod args;
mod interrupt;
mod json;
mod locate;
mod model;
mod progress;
mod report;
mod source;
mod table;
mod values;

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use thalweg::core::{Progress, Status, par};
use thalweg::data::{Encoded, encode};
use thalweg::models::{GlmFit, Observations};

use crate::console::Console;
use crate::failure::Failure;
use crate::text::{count, list};
use progress::Spinner;

pub use args::FitArgs;

/// A fit with what the command line knows about its data.
pub struct Outcome {
    /// The fit.
    pub fit: GlmFit,
    /// Where the data came from.
    pub source: String,
    /// The target column.
    pub target: String,
    /// The levels coded 0 and 1 of a text target.
    pub levels: Option<(String, String)>,
    /// How many predictor columns of the table were used.
    pub predictors: usize,
    /// Rows left out for missing values.
    pub dropped: usize,
    /// What was decided without being asked.
    pub notes: Vec<String>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// Reads, fits and reports.
pub fn run(args: &FitArgs, console: &Console) -> Result<ExitCode, Failure> {
    let interrupt = interrupt::flag();
    let spinner = Spinner::start(console);
    let outcome = par::with_threads(args.threads, || compute(args, console, &spinner, &interrupt))??;
    drop(spinner);
    // Only now, so that an error stands alone.
    outcome.notes.iter().for_each(|note| console.note(note));
    let text = if args.json {
        format!("{}\n", json::object(&outcome, args.seed)?)
    } else {
        report::text(&outcome, console.width())
    };
    console.results(&text)?;
    let status = outcome.fit.status;
    // The text report holds its warnings; JSON is read by programs, and a person should see them all the same.
    if args.json {
        outcome.warnings.iter().for_each(|warning| console.warn(warning));
        if !status.is_solved() && status != Status::Separated {
            console.warn(&format!("{status}: {}", status.advice()));
        }
    }
    Ok(match status {
        status if status.is_solved() => ExitCode::SUCCESS,
        Status::Interrupted => ExitCode::from(130),
        _ => ExitCode::FAILURE,
    })
}

fn compute(
    args: &FitArgs,
    console: &Console,
    spinner: &Spinner,
    interrupt: &Arc<AtomicBool>,
) -> Result<Outcome, Failure> {
    let started = Instant::now();
    args.check()?;
    spinner.message("reading");
    let source = source::load(args)?;
    if interrupt.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted);
    }
    let family = model::family(args, &source).map_err(|failure| failure.within(&source.name))?;
    let data = encode(&source.table, &source.roles(args), &args.encoding(family.numeric))
        .map_err(|error| Failure::from(error).within(&source.name))?;
    let read = started.elapsed().as_secs_f64();
    spinner.pause(|| details(args, console, &data, read));
    drop(source.table);

    let glm = model::glm(args, &family.name)?.interrupt(Arc::clone(interrupt));
    let mut observations = Observations::new(data.x.as_ref(), &data.y).names(&data.names);
    if let Some(weights) = &data.weights {
        observations = observations.weights(weights);
    }
    if let Some(offset) = &data.offset {
        observations = observations.offset(offset);
    }
    spinner.message(&format!(
        "fitting {} with {}",
        count(data.y.len() as u64, "row"),
        count(data.x.ncols() as u64, "column")
    ));
    let mut observer = |p: &Progress| {
        let step = format!(
            "step {:>3}: objective {:.10}, largest gradient entry {:.1e}",
            p.iteration, p.value, p.gradient_inf
        );
        spinner.message(&step);
        spinner.pause(|| console.detail(&step));
        ControlFlow::Continue(())
    };
    let fit = glm
        .fit_observed(&observations, &mut observer)
        .map_err(|error| locate::error(error, &data, args, &family.name))?;
    Ok(Outcome {
        warnings: warnings(&data, &fit),
        notes: source.note.into_iter().chain(family.because).collect(),
        fit,
        source: source.name,
        predictors: distinct(&data.columns),
        target: data.target,
        levels: data.target_levels,
        dropped: data.dropped_missing,
    })
}

/// With `-v`: what the data turned into.
fn details(args: &FitArgs, console: &Console, data: &Encoded, read: f64) {
    for (column, level) in &data.reference {
        console.detail(&format!("column `{column}` is categorical with reference level `{level}`"));
    }
    let (n, p) = (data.x.nrows() as u64, data.x.ncols() as u64);
    let threads = count(par::threads() as u64, "thread");
    console.detail(&format!(
        "read {} and {} in {read:.3} s with {threads}",
        count(n, "row"),
        count(p, "design column")
    ));
    if let Some(seed) = args.seed {
        console.detail(&format!("seed {seed} is recorded; nothing here is random"));
    }
}

/// What a reader must know about data and fit.
fn warnings(data: &Encoded, fit: &GlmFit) -> Vec<String> {
    let mut warnings = data.notes.clone();
    if data.dropped_missing > 0 {
        let gaps: Vec<String> = data.missing.iter().map(|(name, n)| format!("{name}: {n}")).collect();
        let dropped = count(data.dropped_missing as u64, "row");
        let of = data.dropped_missing + data.y.len();
        warnings.push(format!(
            "{dropped} of {of} dropped for missing values ({})",
            list(gaps.iter().map(String::as_str), 10)
        ));
    }
    let share = |y: &f64| *y > 0.0 && *y < 1.0;
    if fit.family == "binomial" && data.weights.is_none() && data.y.iter().any(share) {
        warnings.push("the target holds shares but no weights were given: each row counts as one trial; name the trials with --weights".to_owned());
    }
    warnings.extend(fit.warnings.iter().cloned());
    warnings
}

/// The number of different names; equal ones are neighbours.
fn distinct(columns: &[String]) -> usize {
    columns.iter().zip(columns.iter().skip(1)).filter(|(a, b)| a != b).count()
        + usize::from(!columns.is_empty())
}
