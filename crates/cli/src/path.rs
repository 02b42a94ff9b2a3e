//! `thalweg path`: a penalised model at a whole sequence of λ.

pub mod args;
pub mod json;
pub mod page;
pub mod report;
pub mod scale;
mod table;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thalweg::core::math::ln;
use thalweg::core::{Status, par};
use thalweg::models::{Artifact, Model, PathEnd, PathFit, PathPoint, Term};

use crate::console::Console;
use crate::data::sample::Sample;
use crate::data::{self, About, Ready};
use crate::failure::Failure;
use crate::interrupt;
use crate::number::general;
use crate::products::Products;
use crate::progress::Spinner;
use crate::text::count;

pub use args::{PathArgs, WalkArgs};

/// A path with what the command line knows about its data.
pub struct Outcome {
    /// The path.
    pub fit: PathFit,
    /// Its data.
    pub about: About,
    /// The point that `--at` or `--select` names.
    pub at: Option<usize>,
    /// The model of that point.
    artifact: Option<Artifact>,
    /// The page to be written, if one was asked for.
    page: Option<String>,
    /// What was decided without being asked.
    pub notes: Vec<String>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// The status of a whole path: that of the first point that is not solved, else the weakest.
pub fn status(fit: &PathFit) -> Status {
    let mut all = fit.points.iter().map(|point| point.status);
    let certified = all.clone().all(|status| status == Status::Certified);
    match fit.end {
        PathEnd::Interrupted => Status::Interrupted,
        _ if certified => Status::Certified,
        _ => all.find(|status| !status.is_solved()).unwrap_or(Status::Stationary),
    }
}

/// The exit code of a status.
pub fn code(status: Status) -> ExitCode {
    match status {
        status if status.is_solved() => ExitCode::SUCCESS,
        Status::Interrupted => ExitCode::from(130),
        _ => ExitCode::FAILURE,
    }
}

/// Reads, fits and reports.
pub fn run(args: &PathArgs, console: &Console) -> Result<ExitCode, Failure> {
    let interrupt = interrupt::flag();
    let spinner = Spinner::start(console);
    let outcome = par::with_threads(args.walk.threads, || compute(args, console, &spinner, &interrupt))??;
    drop(spinner);
    let text = if args.json {
        format!("{}\n", json::object(&outcome)?)
    } else {
        report::text(&outcome, args.rows, console.width())
    };
    let model = args.save.as_deref().zip(outcome.artifact.as_ref()).map(|(path, model)| (path, model, ""));
    let page = args.report.as_deref().zip(outcome.page.as_deref());
    let (notes, warnings) = (&outcome.notes, &outcome.warnings);
    Products { notes, text, model, page, warnings, json: args.json }.deliver(console)?;
    Ok(code(status(&outcome.fit)))
}

fn compute(
    args: &PathArgs,
    console: &Console,
    spinner: &Spinner,
    interrupt: &Arc<AtomicBool>,
) -> Result<Outcome, Failure> {
    args.check()?;
    let walk = &args.walk;
    let Ready { sample, family, about, notes, mut warnings, .. } =
        data::prepare(&walk.data, &walk.model, None, (console, spinner), interrupt)?;
    let path = walk.path(&family, &sample)?.interrupt(Arc::clone(interrupt));
    spinner.message(&format!(
        "fitting {} with {}",
        count(sample.y().len() as u64, "row"),
        count(sample.names().len() as u64, "column")
    ));
    let mut seen = 0;
    let mut observe = |point: &PathPoint, of: usize| {
        seen += 1;
        let line = step(point, seen, of);
        spinner.message(&line);
        spinner.pause(|| console.detail(&line));
    };
    let fit = path
        .fit_observed(&sample.observations(), &mut observe)
        .map_err(|error| walk.located(error, &sample, &family, &about.source))?;
    if fit.points.is_empty() && interrupt.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted);
    }
    warnings.extend(remarks(&fit, &sample, walk)?);
    let at = match args.select {
        Some(select) => Some(fit.select(select.into())?),
        None => args.at.and_then(|lambda| nearest(&fit, lambda)),
    };
    let artifact = at.map(|k| artifact(&fit, &fit.points[k], &sample));
    let mut outcome = Outcome { fit, about, at, artifact, page: None, notes, warnings };
    if args.report.is_some() {
        spinner.message("drawing");
        outcome.page = Some(page::html(&outcome, &sample)?);
    }
    Ok(outcome)
}

/// One λ, as progress.
fn step(point: &PathPoint, k: usize, of: usize) -> String {
    format!(
        "lambda {k:>3} of at most {of}: {}, {} not 0, explained {:.4}, gap {}",
        general(point.lambda, 5),
        count(point.coefficients.nonzero() as u64, "coefficient"),
        point.deviance_ratio,
        general(point.gap(), 2)
    )
}

/// The point whose λ is nearest in the logarithm.
pub fn nearest(fit: &PathFit, lambda: f64) -> Option<usize> {
    let away = |k: &usize| ln(fit.points[*k].lambda.max(f64::MIN_POSITIVE) / lambda).abs();
    (0..fit.points.len()).min_by(|a, b| away(a).total_cmp(&away(b)))
}

/// What a reader of a path must know.
pub fn remarks(fit: &PathFit, sample: &Sample, walk: &WalkArgs) -> Result<Vec<String>, Failure> {
    let family = fit.likelihood.as_ref().map_or("", |(family, _)| family.as_str());
    let all = [data::shares(sample, family), unsolved(fit), scale::warning(sample, walk.model.standardize)?];
    Ok(all.into_iter().flatten().collect())
}

/// What was not solved.
fn unsolved(fit: &PathFit) -> Option<String> {
    let bad: Vec<&PathPoint> = fit.points.iter().filter(|point| !point.status.is_solved()).collect();
    let worst = bad.last()?;
    Some(format!(
        "{} of {} not solved, {} at lambda = {}: {}",
        bad.len(),
        count(fit.points.len() as u64, "value") + " of lambda",
        worst.status,
        general(worst.lambda, 5),
        worst.status.advice()
    ))
}

/// The model of one point, for `thalweg predict`.
pub fn artifact(fit: &PathFit, point: &PathPoint, sample: &Sample) -> Artifact {
    let names = sample.names();
    let b = point.coefficients.dense(fit.names.len());
    let of_output = |k: usize| {
        let class = (fit.outputs > 1).then(|| k.to_string());
        let term =
            move |name: &str, b: f64| Term { name: name.to_owned(), class: class.clone(), estimate: Some(b) };
        let intercept = point.intercepts.get(k).map(|b| term("(intercept)", *b));
        let own = names.iter().zip(&b[k * names.len()..]).map(move |(name, b)| term(name, *b));
        intercept.into_iter().chain(own).collect::<Vec<Term>>()
    };
    let coefficients: Vec<Term> = (0..fit.outputs).flat_map(of_output).collect();
    sample.with_encoding(Artifact {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: match &fit.likelihood {
            Some(_) if fit.outputs > 1 => Model::Loss { loss: "softmax".to_owned() },
            Some((family, link)) => Model::Glm { family: family.clone(), link: link.clone() },
            None => Model::Loss { loss: fit.loss.clone() },
        },
        penalty: fit.penalty.clone(),
        lambda: point.lambda,
        status: point.status,
        n: fit.n,
        intercept: fit.intercept,
        dispersion: None,
        target_levels: None,
        index_base: None,
        coefficients,
        schema: None,
    })
}
