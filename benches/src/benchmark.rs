//! [`Benchmark`]: a name and what to run for it.

use crate::{Result, Row, Session};

/// Runs a benchmark and returns its rows, without family and case.
pub type Run = Box<dyn Fn(&mut Session) -> Result<Vec<Row>> + Send + Sync>;

/// One benchmark: data, so that adding one is a line in its family's file.
pub struct Benchmark {
    /// What is measured: the file in `suite/`.
    pub family: &'static str,
    /// Which case of it.
    pub case: String,
    /// Part of `--quick`.
    pub quick: bool,
    /// The measurement.
    pub run: Run,
}

impl Benchmark {
    /// A benchmark that `--quick` runs too.
    pub fn new(
        family: &'static str,
        case: impl Into<String>,
        run: impl Fn(&mut Session) -> Result<Vec<Row>> + Send + Sync + 'static,
    ) -> Self {
        Self { family, case: case.into(), quick: true, run: Box::new(run) }
    }

    /// Leaves it out of `--quick`.
    #[must_use]
    pub fn thorough(mut self) -> Self {
        self.quick = false;
        self
    }

    /// `family/case`, which the filter is matched against.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.family, self.case)
    }
}
