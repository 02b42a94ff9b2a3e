//! Data for a command that fits: read, its columns given their parts, encoded as numbers.

mod args;
pub mod columns;
pub mod locate;
pub mod sample;
mod source;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use thalweg::data::{Encoded, encode};

use crate::console::Console;
use crate::failure::Failure;
use crate::model::{self, ModelArgs};
use crate::progress::Spinner;
use crate::text::{count, list};
use columns::{Aside, Labels};
use sample::{Rows, Sample};

pub use args::DataArgs;
pub use source::{Data, Source};

/// Data ready to be fitted.
pub struct Ready {
    /// As numbers.
    pub sample: Sample,
    /// The labels of the column that was set aside.
    pub labels: Option<Labels>,
    /// The family or the loss.
    pub family: String,
    /// Whose data it is.
    pub about: About,
    /// What was decided without being asked.
    pub notes: Vec<String>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// What a report says of its data.
pub struct About {
    /// Where it came from.
    pub source: String,
    /// The target column.
    pub target: String,
    /// The levels coded 0 and 1 of a text target.
    pub levels: Option<(String, String)>,
    /// How many predictor columns of the table are used.
    pub predictors: usize,
    /// Rows left out for missing values.
    pub dropped: usize,
}

impl About {
    /// One line: the target, the columns, `n` rows and `p` coefficients.
    pub fn line(&self, n: usize, p: usize) -> String {
        let levels = match &self.levels {
            Some((zero, one)) => format!(" ({one} = 1, {zero} = 0)"),
            None => String::new(),
        };
        format!(
            "{}{levels} on {}, n = {n}, p = {p}, data: {}",
            self.target,
            count(self.predictors as u64, "column"),
            self.source
        )
    }
}

/// Reads and encodes the data that the arguments name, for the model that they name or that suits the target.
pub fn prepare(
    data: &DataArgs,
    model: &ModelArgs,
    aside: Option<Aside<'_>>,
    (console, spinner): (&Console, &Spinner),
    interrupt: &AtomicBool,
) -> Result<Ready, Failure> {
    let started = Instant::now();
    spinner.message("reading");
    let source = columns::with_exposure(source::load(data, aside)?, data)?;
    if interrupt.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted);
    }
    let family = model::family(model, &source).map_err(|failure| failure.within(&source.name))?;
    let (name, note) = (source.name.clone(), source.note.clone());
    let (sample, labels) = encoded(data, source, family.numeric, aside)?;
    let seconds = started.elapsed().as_secs_f64();
    spinner.pause(|| details(&sample, seconds).iter().for_each(|line| console.detail(line)));
    let (dropped, warnings) = match &sample {
        Sample::Table(data) => (data.dropped_missing, gaps(data)),
        Sample::Sparse(rows) => (0, rows.notes().to_vec()),
    };
    let about = About {
        source: name,
        target: sample.target().to_owned(),
        levels: sample.levels().cloned(),
        predictors: sample.predictors(),
        dropped,
    };
    let notes = note.into_iter().chain(family.because).collect();
    Ok(Ready { sample, labels, family: family.name, about, notes, warnings })
}

/// The data as numbers; `numeric` says whether the model needs a numeric target.
fn encoded(
    args: &DataArgs,
    mut source: Source,
    numeric: bool,
    aside: Option<Aside<'_>>,
) -> Result<(Sample, Option<Labels>), Failure> {
    let mut roles = source.roles(args);
    let labels = aside.map(|aside| columns::set_aside(&mut source, &mut roles, aside)).transpose()?.flatten();
    let data = match source.data {
        Data::Table(table) => {
            let data = encode(&table, &roles, &args.encoding(numeric))
                .map_err(|error| Failure::from(error).within(&source.name))?;
            Sample::Table(Box::new(data))
        }
        // What needs no number takes outcomes.
        Data::Sparse(rows) => Sample::Sparse(Box::new(Rows::new(*rows, !numeric))),
    };
    let data = match &labels {
        Some(labels) => labels.complete(data, args)?,
        None => data,
    };
    Ok((data, labels))
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
pub fn shares(data: &Sample, family: &str) -> Option<String> {
    let share = |y: &f64| *y > 0.0 && *y < 1.0;
    let suspicious = family == "binomial" && data.weights().is_none() && data.y().iter().any(share);
    suspicious.then(|| {
        "the target holds shares but no weights were given: each row counts as one trial; name the trials with --weights".to_owned()
    })
}

/// What the data turned into, line by line.
fn details(data: &Sample, seconds: f64) -> Vec<String> {
    let mut lines = Vec::new();
    if let Sample::Table(data) = data {
        let reference = |(column, level): &(String, String)| {
            format!("column `{column}` is categorical with reference level `{level}`")
        };
        lines.extend(data.reference.iter().map(reference));
    }
    let (n, p) = (data.y().len() as u64, data.names().len() as u64);
    let threads = count(thalweg::core::par::threads() as u64, "thread");
    lines.push(format!(
        "read {} and {} in {seconds:.3} s with {threads}",
        count(n, "row"),
        count(p, "design column")
    ));
    lines
}
