//! `thalweg cv`: which λ of a path predicts best on rows that the fit has not seen.

mod args;
mod json;
mod page;
mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thalweg::core::{Status, par};
use thalweg::models::{Artifact, CrossValidated, CrossValidation, PathPoint};

use crate::console::Console;
use crate::data::columns::Aside;
use crate::data::{self, About, Ready};
use crate::failure::Failure;
use crate::interrupt;
use crate::path::{artifact, code, remarks};
use crate::products::Products;
use crate::progress::Spinner;
use crate::resampling::observer;
use crate::text::count;

pub use args::CvArgs;

/// A cross-validation with what the command line knows about its data.
pub struct Outcome {
    /// It.
    pub found: CrossValidated,
    /// Its data.
    pub about: About,
    /// How the rows were dealt, such as `10 folds at random, seed 0`.
    pub dealt: String,
    /// The model that is saved; none where an interrupt left no fold to choose by.
    artifact: Option<Artifact>,
    /// The page to be written, if one was asked for.
    page: Option<String>,
    /// What was decided without being asked.
    pub notes: Vec<String>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

impl Outcome {
    /// What is averaged over the rows left out.
    pub fn measure(&self) -> &'static str {
        if self.found.path.likelihood.is_some() { "mean deviance" } else { "mean loss" }
    }

    /// The fits of all rows at λ_min and at λ_1se.
    pub fn chosen(&self) -> [Option<&PathPoint>; 2] {
        [self.found.best(), self.found.simplest()]
    }

    /// The status of the whole.
    pub fn status(&self) -> Status {
        if self.found.interrupted { Status::Interrupted } else { crate::path::status(&self.found.path) }
    }
}

/// Reads, fits and reports.
pub fn run(args: &CvArgs, console: &Console) -> Result<ExitCode, Failure> {
    let interrupt = interrupt::flag();
    let spinner = Spinner::start(console);
    let outcome = par::with_threads(args.walk.threads, || compute(args, console, &spinner, &interrupt))??;
    drop(spinner);
    let text = if args.json {
        format!("{}\n", json::object(&outcome, args)?)
    } else {
        report::text(&outcome, args.rows, console.width())
    };
    let part = match args.choose {
        args::Rule::Min => " of least error",
        args::Rule::OneSe => " of one standard error",
    };
    let model = args.save.as_deref().zip(outcome.artifact.as_ref()).map(|(path, model)| (path, model, part));
    let page = args.report.as_deref().zip(outcome.page.as_deref());
    let (notes, warnings) = (&outcome.notes, &outcome.warnings);
    Products { notes, text, model, page, warnings, json: args.json }.deliver(console)?;
    Ok(code(outcome.status()))
}

fn compute(
    args: &CvArgs,
    console: &Console,
    spinner: &Spinner,
    interrupt: &Arc<AtomicBool>,
) -> Result<Outcome, Failure> {
    args.check()?;
    let walk = &args.walk;
    let aside = args.groups.as_deref().map(|column| Aside { option: "--groups", column });
    let Ready { sample, labels, family, about, notes, mut warnings } =
        data::prepare(&walk.data, &walk.model, aside, (console, spinner), interrupt)?;
    let groups = labels.map(|labels| labels.of(&sample).into_iter().map(u64::from).collect::<Vec<u64>>());
    let path = walk.path(&family, &sample)?.interrupt(Arc::clone(interrupt));
    let mut validation = args.rule(CrossValidation::new(path))?;
    if let Some(groups) = &groups {
        validation = validation.groups(groups);
    }
    let dealt = args.dealt();
    let folds = args.samples();
    let observe = observer(&sample, &dealt, "fold", (console, spinner));
    let found = validation
        .fit_observed(&sample.observations(), &observe)
        .map_err(|error| walk.located(error, &sample, &family, &about.source))?;
    if found.path.points.is_empty() && interrupt.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted);
    }
    warnings.extend(remarks(&found.path, &sample, walk)?);
    warnings.extend(edges(&found));
    warnings.extend(cut_short(&found, folds, args.save.is_some()));
    let point = match args.choose {
        args::Rule::Min => found.best(),
        args::Rule::OneSe => found.simplest(),
    };
    let artifact = point.map(|point| artifact(&found.path, point, &sample));
    let mut outcome = Outcome { found, about, dealt, artifact, page: None, notes, warnings };
    if args.report.is_some() {
        spinner.message("drawing");
        outcome.page = Some(page::html(&outcome, &sample)?);
    }
    Ok(outcome)
}

/// What an interrupt has left.
fn cut_short(found: &CrossValidated, folds: usize, saves: bool) -> Option<String> {
    if !found.interrupted {
        return None;
    }
    let done = found.fold_losses.len();
    if done > 0 {
        return Some(format!(
            "interrupted: the errors are those of {done} of {}",
            count(folds as u64, "fold")
        ));
    }
    let saved = if saves { ", and no model is saved" } else { "" };
    Some(format!("interrupted before the first fold was done: no lambda is chosen{saved}"))
}

/// A choice at an end of the sequence may lie beyond it.
fn edges(found: &CrossValidated) -> Option<String> {
    let judged = found.mean_loss.len();
    if judged > 1 && found.index_min + 1 == judged {
        return Some(
            "the error is least at the last lambda that was judged, so a smaller one may be better still; lower --ratio, or add --full".to_owned(),
        );
    }
    (judged > 1 && found.index_min == 0).then(|| {
        "the error is least at the first lambda, where every penalised coefficient is 0: on rows left out no model was better than the null model"
            .to_owned()
    })
}
