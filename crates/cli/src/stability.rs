//! `thalweg stability`: which predictors a path selects whatever half of the rows it sees.

mod args;
mod json;
mod page;
mod report;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use thalweg::core::{Status, par};
use thalweg::models::{Stability, StabilitySelection};

use crate::console::Console;
use crate::data::{self, About, Ready};
use crate::failure::Failure;
use crate::interrupt;
use crate::number::trimmed;
use crate::path::{code, remarks};
use crate::products::Products;
use crate::progress::Spinner;
use crate::resampling::observer;
use crate::text::count;

pub use args::StabilityArgs;

/// A stability selection with what the command line knows about its data.
pub struct Outcome {
    /// It.
    pub found: Stability,
    /// Its data.
    pub about: About,
    /// How the rows were halved, such as `50 pairs of halves, seed 0`.
    pub halved: String,
    /// How many false selections were to be expected at most.
    pub tolerated: f64,
    /// The page to be written, if one was asked for.
    page: Option<String>,
    /// What was decided without being asked.
    pub notes: Vec<String>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

impl Outcome {
    /// The status of the whole.
    pub fn status(&self) -> Status {
        if self.found.interrupted { Status::Interrupted } else { crate::path::status(&self.found.path) }
    }

    /// The predictors that some subsample selected at a λ that is judged, the largest share first; in the order of the columns where shares are equal.
    pub fn ranked(&self) -> Vec<(usize, f64)> {
        let share = |j: &u32| (*j as usize, self.found.largest(*j as usize));
        let mut ranked: Vec<(usize, f64)> = self.found.predictors.iter().map(share).collect();
        ranked.retain(|(_, share)| *share > 0.0);
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked
    }

    /// What the bound says, in words.
    pub fn verdict(&self) -> String {
        let found = &self.found;
        let stable = found.stable().len();
        let Some(last) = found.region.checked_sub(1) else {
            return "no lambda is judged: even at the first, the halves select too many predictors for the bound".to_owned();
        };
        let (Some(q), Some(lambda)) = (found.mean_selected.get(last), found.lambdas.get(last)) else {
            return "no lambda is judged".to_owned();
        };
        format!(
            "{} stable, judged at {} of lambda down to {}; a half selects {} of {} there, so that at most {} false selections are to be expected",
            if stable == 1 { "1 predictor is".to_owned() } else { format!("{stable} predictors are") },
            count(found.region as u64, "value"),
            trimmed(*lambda, 5),
            trimmed(*q, 3),
            count(found.path.names.len() as u64, "predictor"),
            trimmed(found.false_selections(), 3)
        )
    }
}

/// Reads, fits and reports.
pub fn run(args: &StabilityArgs, console: &Console) -> Result<ExitCode, Failure> {
    let interrupt = interrupt::flag();
    let spinner = Spinner::start(console);
    let outcome = par::with_threads(args.walk.threads, || compute(args, console, &spinner, &interrupt))??;
    drop(spinner);
    let text = if args.json {
        format!("{}\n", json::object(&outcome, args)?)
    } else {
        report::text(&outcome, args.rows, console.width())
    };
    let page = args.report.as_deref().zip(outcome.page.as_deref());
    let (notes, warnings) = (&outcome.notes, &outcome.warnings);
    Products { notes, text, model: None, page, warnings, json: args.json }.deliver(console)?;
    Ok(code(outcome.status()))
}

fn compute(
    args: &StabilityArgs,
    console: &Console,
    spinner: &Spinner,
    interrupt: &Arc<AtomicBool>,
) -> Result<Outcome, Failure> {
    args.check()?;
    let walk = &args.walk;
    let Ready { sample, family, about, notes, mut warnings, .. } =
        data::prepare(&walk.data, &walk.model, None, (console, spinner), interrupt)?;
    let path = walk.path(&family, &sample)?.interrupt(Arc::clone(interrupt));
    let selection = args.rule(StabilitySelection::new(path))?;
    let halved = args.halved();
    let observe = observer(&sample, &halved, "subsample", (console, spinner));
    let found = selection
        .fit_observed(&sample.observations(), &observe)
        .map_err(|error| walk.located(error, &sample, &family, &about.source))?;
    if found.path.points.is_empty() && interrupt.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted);
    }
    warnings.extend(remarks(&found.path, &sample, walk)?);
    warnings.extend(cut_short(&found, args));
    let mut outcome =
        Outcome { found, about, halved, tolerated: args.false_selections, page: None, notes, warnings };
    if args.report.is_some() {
        spinner.message("drawing");
        outcome.page = Some(page::html(&outcome, &sample)?);
    }
    Ok(outcome)
}

/// What an interrupt has left.
fn cut_short(found: &Stability, args: &StabilityArgs) -> Option<String> {
    let pairs = || count(args.pairs, "pair");
    match found.samples / 2 {
        _ if !found.interrupted => None,
        0 => Some("interrupted before the first pair of halves was done: nothing is selected".to_owned()),
        done => Some(format!("interrupted: the shares are those of {done} of {}", pairs())),
    }
}
