//! `thalweg fit`: from arguments to a report.

mod args;
mod checkpoint;
mod covariances;
mod fitted;
mod holdout;
mod inference;
mod json;
mod model;
mod page;
mod report;
mod table;

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thalweg::core::{Progress, Status, par};
use thalweg::models::{Artifact, Watch};

use crate::console::Console;
use crate::data::columns::Aside;
use crate::data::sample::Sample;
use crate::data::{self, About, Ready, locate};
use crate::failure::Failure;
use crate::interrupt;
use crate::products::Products;
use crate::progress::Spinner;
use crate::text::count;
use fitted::Fitted;
use holdout::Scores;
use inference::Basis;

pub use args::FitArgs;

/// A fit with what the command line knows about its data.
pub struct Outcome {
    /// The fit.
    pub fit: Fitted,
    /// Its data.
    pub about: About,
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
    let text = if args.json {
        format!("{}\n", json::object(&outcome, args.recorded_seed())?)
    } else {
        report::text(&outcome, console.width())
    };
    let part = if args.test_fraction.is_some() { " of the training rows" } else { "" };
    let model = args.save.as_deref().map(|path| (path, &outcome.artifact, part));
    let page = args.report.as_deref().zip(outcome.page.as_deref());
    let (notes, warnings) = (&outcome.notes, &outcome.warnings);
    Products { notes, text, model, page, warnings, json: args.json }.deliver(console)?;
    let status = outcome.fit.status();
    // Only now: until the results are out, they can be had again.
    if let Some(path) = args.checkpoint.as_ref().filter(|_| status != Status::Interrupted) {
        let _ = std::fs::remove_file(path);
    }
    if args.json && !status.is_solved() && status != Status::Separated {
        console.warn(&format!("{status}: {}", status.advice()));
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
    args.check()?;
    let clusters = args.clusters()?;
    let option = format!("--covariance {}", args.covariances()?);
    let aside = clusters.as_deref().map(|column| Aside { option: &option, column });
    let Ready { sample: all, labels, family, about, notes, mut warnings } =
        data::prepare(&args.data, &args.model, aside, (console, spinner), interrupt)?;
    if let (Some(seed), None) = (args.seed, args.test_fraction) {
        let line = format!("seed {seed} is recorded; only minibatches would draw from it");
        spinner.pause(|| console.detail(&line));
    }
    let (data, held) = match args.test_fraction {
        None => (all, None),
        Some(fraction) => {
            let (train, held) = holdout::apart(&all, fraction, args.seed.unwrap_or(0))?;
            spinner.pause(|| console.detail(&held.detail(&train)));
            (train, Some(held))
        }
    };

    let estimator = model::estimator(args, &family, &data)?;
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
    let located = |error, data: &Sample| {
        Failure::from(locate::error(error, data, &args.data, &family, args.model.loss.is_some()))
            .within(&about.source)
    };
    let observations = data.observations();
    let mark = checkpoint::fingerprint(args, &family, &data);
    let failed = |error| located(error, &data);
    let clusters = labels.map(|labels| labels.of(&data));
    let basis = Basis::new(args, clusters.as_deref())?;
    let (fit, glm) = match estimator {
        Some(estimator) => {
            let estimator = estimator.interrupt(Arc::clone(interrupt));
            let fit = |watch: &mut Watch<'_>| estimator.fit_watched(&observations, watch);
            (Fitted::Estimate(Box::new(checkpoint::watched(args, mark, &mut observer, fit, failed)?)), None)
        }
        None => {
            let glm = model::glm(args, &family)?.interrupt(Arc::clone(interrupt));
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
    let artifact = data.with_encoding(fit.artifact(data.intercept(!args.model.no_intercept)));
    let scores = match &held {
        None => None,
        Some(held) => {
            warnings.extend(held.warning(&data));
            Some(held.scores(&artifact, &data).map_err(|error| located(error, &held.test))?)
        }
    };
    if let Fitted::Glm(fit) = &fit {
        warnings.extend(data::shares(&data, fit.family));
        warnings.extend(fit.warnings.iter().cloned());
    }
    let mut outcome = Outcome { warnings, notes, fit, about, scores, basis, artifact, page: None };
    if args.report.is_some() {
        spinner.message("drawing");
        let seed = args.recorded_seed().unwrap_or(0);
        outcome.page = Some(page::html(&outcome, glm.as_ref(), &data, seed)?);
    }
    Ok(outcome)
}
