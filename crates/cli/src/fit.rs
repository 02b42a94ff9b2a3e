//! `thalweg fit`: from arguments to a report.

mod args;
mod checkpoint;
mod columns;
mod covariances;
mod fitted;
mod holdout;
mod inference;
mod interrupt;
mod json;
mod locate;
mod model;
mod page;
mod progress;
mod report;
mod sample;
mod source;
mod table;
pub mod values;

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use thalweg::core::{Progress, Status, par};
use thalweg::data::{Encoded, encode};
use thalweg::models::{Artifact, Watch};

use crate::console::Console;
use crate::failure::Failure;
use crate::save;
use crate::text::{count, list};
use columns::Clusters;
use fitted::Fitted;
use holdout::Scores;
use inference::Basis;
use progress::Spinner;
use sample::{Rows, Sample};
use source::Data;

pub use args::FitArgs;

/// A fit with what the command line knows about its data.
pub struct Outcome {
    /// The fit.
    pub fit: Fitted,
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
    /// The metrics, where rows were set apart.
    pub scores: Option<Scores>,
    /// What the coefficient table rests on.
    pub basis: Basis,
    /// The model to be saved.
    artifact: Artifact,
    /// The page to be written, if one was asked for.
    page: Option<String>,
    /// What was decided without being asked.
    pub notes: Vec<String>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

impl Outcome {
    /// Whether the coefficients have standard errors.
    pub fn has_errors(&self) -> bool {
        self.fit.coefficients().iter().any(|c| c.std_error.is_finite())
    }

    /// What a reader of the coefficient table must know beyond the usual.
    pub fn remark(&self) -> Option<String> {
        if self.has_errors() { self.basis.remark() } else { None }
    }
}

/// Reads, fits and reports.
pub fn run(args: &FitArgs, console: &Console) -> Result<ExitCode, Failure> {
    let interrupt = interrupt::flag();
    let spinner = Spinner::start(console);
    let outcome = par::with_threads(args.threads, || compute(args, console, &spinner, &interrupt))??;
    drop(spinner);
    // Only now, so that an error stands alone.
    outcome.notes.iter().for_each(|note| console.note(note));
    // Before the results, whose reader may have gone; and a failure must not cost the results.
    let saved =
        args.save.as_deref().map_or(Ok(()), |path| save::write(path, outcome.artifact.to_json()?.as_bytes()));
    let page = match (&args.report, &outcome.page) {
        (Some(path), Some(page)) => save::write(path, page.as_bytes()),
        _ => Ok(()),
    };
    let text = if args.json {
        format!("{}\n", json::object(&outcome, args.recorded_seed())?)
    } else {
        report::text(&outcome, console.width())
    };
    console.results(&text)?;
    saved?;
    if let Some(path) = &args.save {
        let (path, part) =
            (path.display(), if args.test_fraction.is_some() { " of the training rows" } else { "" });
        console.note(&format!("the model{part} is saved: thalweg predict {path} DATA"));
    }
    page?;
    if let Some(path) = &args.report {
        console.note(&format!("the report is written: {}", path.display()));
    }
    let status = outcome.fit.status();
    // Only now: until the results are out, they can be had again.
    if let Some(path) = args.checkpoint.as_ref().filter(|_| status != Status::Interrupted) {
        let _ = std::fs::remove_file(path);
    }
    // The text report holds its warnings; JSON is read by programs, and a person should see them all the same.
    if args.json {
        outcome.warnings.iter().for_each(|warning| console.warn(warning));
        if !status.is_solved() && status != Status::Separated {
            console.warn(&format!("{status}: {}", status.advice()));
        }
    }
    Ok(match status {
        // After the search: some intervals may be missing.
        _ if interrupt.load(Ordering::Relaxed) => ExitCode::from(130),
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
    let source = columns::with_exposure(source::load(args)?, args)?;
    if interrupt.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted);
    }
    let family = model::family(args, &source).map_err(|failure| failure.within(&source.name))?;
    let (file, note) = (source.name.clone(), source.note.clone());
    let Ready { data: all, clusters, dropped, mut warnings } = sample(args, source, &family)?;
    let read = started.elapsed().as_secs_f64();
    spinner.pause(|| details(args, console, &all, read));
    let (data, held) = match args.test_fraction {
        None => (all, None),
        Some(fraction) => {
            let (train, held) = holdout::apart(&all, fraction, args.seed.unwrap_or(0))?;
            spinner.pause(|| console.detail(&held.detail(&train)));
            (train, Some(held))
        }
    };

    let estimator = model::estimator(args, &family.name)?;
    spinner.message(&format!(
        "fitting {} with {}",
        count(data.y().len() as u64, "row"),
        count(data.names().len() as u64, "column")
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
    let located =
        |error, data: &Sample| Failure::from(locate::error(error, data, args, &family.name)).within(&file);
    let observations = data.observations();
    let mark = checkpoint::fingerprint(args, &family.name, &data);
    let failed = |error| located(error, &data);
    let clusters = clusters.map(|clusters| clusters.of(&data));
    let basis = Basis::new(args, clusters.as_deref())?;
    let (fit, glm) = match estimator {
        Some(estimator) => {
            let estimator = estimator.interrupt(Arc::clone(interrupt));
            let fit = |watch: &mut Watch<'_>| estimator.fit_watched(&observations, watch);
            (Fitted::Estimate(Box::new(checkpoint::watched(args, mark, &mut observer, fit, failed)?)), None)
        }
        None => {
            let glm = model::glm(args, &family.name)?.interrupt(Arc::clone(interrupt));
            let fit = |watch: &mut Watch<'_>| glm.fit_watched(&observations, watch);
            let mut fit = checkpoint::watched(args, mark, &mut observer, fit, failed)?;
            let inference = glm.inference(&observations, &fit)?;
            let clusters = clusters.as_deref().unwrap_or_default();
            let revised = inference::revise(args, &basis, &inference, &fit, clusters, spinner, interrupt)?;
            if let Some(revised) = revised {
                fit.coefficients = revised.coefficients;
                fit.student = revised.student;
                fit.warnings.extend(revised.warnings);
            }
            (Fitted::Glm(Box::new(fit)), Some(glm))
        }
    };
    let artifact = data.artifact(&fit, !args.no_intercept);
    let scores = match &held {
        None => None,
        Some(held) => {
            warnings.extend(held.warning(&data));
            Some(held.scores(&artifact, &data).map_err(|error| located(error, &held.test))?)
        }
    };
    warnings.extend(shares(&data, &fit));
    if let Fitted::Glm(fit) = &fit {
        warnings.extend(fit.warnings.iter().cloned());
    }
    let mut outcome = Outcome {
        warnings,
        notes: note.into_iter().chain(family.because).collect(),
        fit,
        source: file,
        predictors: data.predictors(),
        target: data.target().to_owned(),
        levels: data.levels().cloned(),
        dropped,
        scores,
        basis,
        artifact,
        page: None,
    };
    if args.report.is_some() {
        spinner.message("drawing");
        let seed = args.recorded_seed().unwrap_or(0);
        outcome.page = Some(page::html(&outcome, glm.as_ref(), &data, seed)?);
    }
    Ok(outcome)
}

/// Data ready to be fitted.
struct Ready {
    /// As numbers.
    data: Sample,
    /// Which rows belong together.
    clusters: Option<Clusters>,
    /// Rows left out for missing values.
    dropped: usize,
    /// What a reader must know.
    warnings: Vec<String>,
}

/// The data as numbers.
fn sample(args: &FitArgs, mut source: source::Source, family: &model::Chosen) -> Result<Ready, Failure> {
    let mut roles = source.roles(args);
    let clusters = columns::clusters(&mut source, &mut roles, args)?;
    let data = match source.data {
        Data::Table(table) => {
            let data = encode(&table, &roles, &args.encoding(family.numeric))
                .map_err(|error| Failure::from(error).within(&source.name))?;
            Sample::Table(Box::new(data))
        }
        // What needs no number takes outcomes.
        Data::Sparse(rows) => Sample::Sparse(Box::new(Rows::new(*rows, !family.numeric))),
    };
    let data = match &clusters {
        Some(clusters) => clusters.complete(data, args)?,
        None => data,
    };
    let (dropped, warnings) = match &data {
        Sample::Table(data) => (data.dropped_missing, gaps(data)),
        Sample::Sparse(rows) => (0, rows.notes().to_vec()),
    };
    Ok(Ready { data, clusters, dropped, warnings })
}

/// With `-v`: what the data turned into.
fn details(args: &FitArgs, console: &Console, data: &Sample, read: f64) {
    if let Sample::Table(data) = data {
        for (column, level) in &data.reference {
            console.detail(&format!("column `{column}` is categorical with reference level `{level}`"));
        }
    }
    let (n, p) = (data.y().len() as u64, data.names().len() as u64);
    let threads = count(par::threads() as u64, "thread");
    console.detail(&format!(
        "read {} and {} in {read:.3} s with {threads}",
        count(n, "row"),
        count(p, "design column")
    ));
    if let (Some(seed), None) = (args.seed, args.test_fraction) {
        console.detail(&format!("seed {seed} is recorded; only minibatches would draw from it"));
    }
}

/// What a reader must know about the data.
fn gaps(data: &Encoded) -> Vec<String> {
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
    warnings
}

/// Shares without trials are most likely a mistake.
fn shares(data: &Sample, fit: &Fitted) -> Option<String> {
    let share = |y: &f64| *y > 0.0 && *y < 1.0;
    let binomial = matches!(fit, Fitted::Glm(fit) if fit.family == "binomial");
    let suspicious = binomial && data.weights().is_none() && data.y().iter().any(share);
    suspicious.then(|| {
        "the target holds shares but no weights were given: each row counts as one trial; name the trials with --weights".to_owned()
    })
}
