//! [`Workload`]: a function of an evaluation with its input, and the clock that runs it.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thalweg_core::{Error, Par, Result};

/// What may be done before the clock of the function starts.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// Nothing: every call records anew.
    #[default]
    Record,
    /// What depends on the shapes of the input alone.
    Replay,
}

/// How functions run.
#[derive(Copy, Clone, Debug, Default)]
pub struct Settings {
    /// What may be prepared. Default: nothing.
    pub mode: Mode,
    /// Whether to use all cores. Default: one.
    pub multithreaded: bool,
}

impl Settings {
    /// Whether computations may use the thread pool.
    pub(crate) fn par(self) -> Par {
        if self.multithreaded { Par::Rayon } else { Par::Seq }
    }

    pub(crate) fn replays(self) -> bool {
        self.mode == Mode::Replay
    }
}

/// A function with its input.
pub(crate) trait Workload {
    /// What depends on shapes only, in [`Mode::Replay`]; and the memory of the results.
    ///
    /// # Errors
    /// The function cannot be recorded.
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    /// Computes the result.
    ///
    /// # Errors
    /// The input is not one the function can take.
    fn evaluate(&mut self) -> Result<()>;

    /// The last result.
    fn output(&self) -> Value;
}

/// A workload of any input and result made of two functions.
pub(crate) struct Simple<I, O, F> {
    input: I,
    output: O,
    function: F,
}

impl<I: 'static, O: Default + Into<Value> + Clone + 'static, F: FnMut(&I, &mut O) -> Result<()> + 'static>
    Simple<I, O, F>
{
    /// The function of this input.
    pub(crate) fn boxed(input: I, function: F) -> Box<dyn Workload> {
        Box::new(Self { input, output: O::default(), function })
    }
}

impl<I, O: Into<Value> + Clone, F: FnMut(&I, &mut O) -> Result<()>> Workload for Simple<I, O, F> {
    fn evaluate(&mut self) -> Result<()> {
        (self.function)(&self.input, &mut self.output)
    }

    fn output(&self) -> Value {
        self.output.clone().into()
    }
}

/// How often a function is to be run.
#[derive(Copy, Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Runs {
    min_runs: u64,
    min_seconds: f64,
}

impl Default for Runs {
    fn default() -> Self {
        Self { min_runs: 1, min_seconds: 0.0 }
    }
}

impl Runs {
    /// At least once, and for so many seconds.
    pub(crate) fn lasting(min_seconds: f64) -> Self {
        Self { min_runs: 1, min_seconds }
    }
}

/// What the clock showed.
pub(crate) struct Timings {
    /// The step before the runs.
    pub(crate) prepare: Duration,
    /// Each run.
    pub(crate) evaluate: Vec<Duration>,
}

/// Prepares and runs a workload.
pub(crate) fn run(workload: &mut dyn Workload, runs: Runs) -> Result<Timings> {
    let start = Instant::now();
    workload.prepare()?;
    let prepare = start.elapsed();
    let mut evaluate = Vec::new();
    let mut elapsed = Duration::ZERO;
    while evaluate.is_empty()
        || (evaluate.len() as u64) < runs.min_runs
        || elapsed.as_secs_f64() < runs.min_seconds
    {
        let start = Instant::now();
        workload.evaluate()?;
        let took = start.elapsed();
        elapsed += took;
        evaluate.push(took);
    }
    Ok(Timings { prepare, evaluate })
}

/// Reads an input.
///
/// # Errors
/// A field is missing or of another type.
pub(crate) fn read<I: DeserializeOwned>(input: Value) -> Result<I> {
    serde_json::from_value(input).map_err(|error| {
        Error::invalid_parameter(
            "input",
            "as sent",
            &format!("{error}; give the fields of the evaluation's description"),
        )
    })
}

/// A matrix of rows of the same length, row after row, and that length.
///
/// # Errors
/// The rows differ in length.
pub(crate) fn flat(what: &str, rows: &[Vec<f64>]) -> Result<(Vec<f64>, usize)> {
    let width = rows.first().map_or(0, Vec::len);
    for row in rows {
        thalweg_core::check_shape(&format!("length of the rows of {what}"), width, row.len())?;
    }
    Ok((rows.concat(), width))
}

/// The rows of a matrix as JSON.
pub(crate) fn rows(flat: &[f64], width: usize) -> Value {
    flat.chunks(width.max(1)).map(|row| Value::from(row.to_vec())).collect()
}
