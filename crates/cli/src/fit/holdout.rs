//! `--test-fraction`: rows set apart, and what the model is worth on them.

use thalweg::Error;
use thalweg::data::split;
use thalweg::models::{Artifact, Metrics};

use crate::data::sample::Sample;
use crate::failure::Failure;
use crate::text::{count, list};

/// The rows that were set apart.
pub struct Holdout {
    /// They.
    pub test: Sample,
    /// What decided which.
    pub seed: u64,
    /// Whether both outcomes are represented as in all rows.
    pub stratified: bool,
}

/// Metrics of both parts.
#[derive(Copy, Clone)]
pub struct Scores {
    /// On the rows of the fit.
    pub train: Metrics,
    /// On the others.
    pub test: Metrics,
    /// What decided which.
    pub seed: u64,
}

/// Sets a share of the rows apart; two outcomes keep their proportions.
pub fn apart(all: &Sample, fraction: f64, seed: u64) -> Result<(Sample, Holdout), Failure> {
    let stratified = [0.0, 1.0].iter().all(|level| all.y().contains(level))
        && all.y().iter().all(|y| *y == 0.0 || *y == 1.0);
    let (train, test) =
        split(all.y().len(), fraction, seed, stratified.then_some(all.y())).map_err(remedied)?;
    Ok((all.take(&train)?, Holdout { test: all.take(&test)?, seed, stratified }))
}

impl Holdout {
    /// What the model is worth on both parts.
    pub fn scores(&self, artifact: &Artifact, train: &Sample) -> thalweg::Result<Scores> {
        Ok(Scores { train: train.metrics(artifact)?, test: self.test.metrics(artifact)?, seed: self.seed })
    }

    /// How the rows were divided.
    pub fn detail(&self, train: &Sample) -> String {
        let (fitted, tested) = (train.y().len() as u64, self.test.y().len());
        let how = if self.stratified { ", both outcomes in proportion" } else { "" };
        format!(
            "seed {} sets {tested} rows apart for the test and leaves {}{how}",
            self.seed,
            count(fitted, "row")
        )
    }

    /// Levels that only test rows have: their coefficients are not those of any data.
    pub fn warning(&self, train: &Sample) -> Option<String> {
        let (Sample::Table(train), Sample::Table(test)) = (train, &self.test) else { return None };
        let is_dummy = |j: usize| train.names[j] != train.columns[j];
        let unseen: Vec<usize> = (0..train.names.len())
            .filter(|j| is_dummy(*j) && train.x.col(*j).iter().all(|x| *x == 0.0))
            .collect();
        let rows = (0..test.x.nrows()).filter(|i| unseen.iter().any(|j| test.x[(*i, *j)] != 0.0)).count();
        let names: Vec<&str> = unseen.iter().map(|j| train.names[*j].as_str()).collect();
        (!names.is_empty()).then(|| {
            format!(
                "no training row has {}: {} predicted as if of the reference level; pool rare levels or change --seed",
                list(names.into_iter(), 10),
                if rows == 1 { "1 test row is".to_owned() } else { format!("{} are", count(rows as u64, "test row")) }
            )
        })
    }
}

/// With a remedy that the command line has.
fn remedied(error: Error) -> Error {
    match error {
        Error::Unsupported { what, why, .. } => {
            Error::Unsupported { what, why, remedy: "lower --test-fraction, or give more rows".to_owned() }
        }
        other => other,
    }
}
