//! [`Sample`]: rows ready to be fitted or scored, out of a table or sparse.

use std::borrow::Cow;
use std::path::Path;

use thalweg::Result;
use thalweg::core::{Columns, Design, Weights};
use thalweg::data::{Encoded, Svmlight, TakeRows};
use thalweg::models::{Artifact, Metrics, Observations, Prediction};

/// What the nameless target of an svmlight file is called.
pub const TARGET: &str = "the target";

/// Rows with their targets.
pub enum Sample {
    /// From a table.
    Table(Box<Encoded>),
    /// From an svmlight file.
    Sparse(Box<Rows>),
}

/// The rows of an svmlight file.
pub struct Rows {
    data: Svmlight,
    names: Vec<String>,
    /// The texts of the targets coded 0 and 1, where they were something else.
    levels: Option<(String, String)>,
}

impl Rows {
    /// Columns are called x and their index in the file; targets of −1 and 1 become 0 and 1 if they are to be an outcome.
    pub fn new(mut data: Svmlight, outcome: bool) -> Self {
        let first = usize::from(!data.zero_based);
        let names = (0..data.x.columns()).map(|j| format!("x{}", j + first)).collect();
        let levels = (outcome && are_signs(&data.y)).then(|| ("-1".to_owned(), "1".to_owned()));
        if levels.is_some() {
            data.y.iter_mut().for_each(|y| *y = f64::from(u8::from(*y > 0.0)));
        }
        Self { data, names, levels }
    }

    /// What a person should hear about the file.
    pub fn notes(&self) -> &[String] {
        &self.data.notes
    }

    fn columns(&self) -> Vec<Columns<'_, f64>> {
        vec![Columns::Sparse(Cow::Borrowed(&self.data.x))]
    }
}

/// Both −1 and 1 occur, and nothing else.
pub fn are_signs(y: &[f64]) -> bool {
    y.contains(&-1.0) && y.contains(&1.0) && y.iter().all(|y| y.abs() == 1.0)
}

impl Sample {
    /// The targets.
    pub fn y(&self) -> &[f64] {
        match self {
            Self::Table(data) => &data.y,
            Self::Sparse(rows) => &rows.data.y,
        }
    }

    /// The name of the target.
    pub fn target(&self) -> &str {
        match self {
            Self::Table(data) => &data.target,
            Self::Sparse(_) => TARGET,
        }
    }

    /// The levels coded 0 and 1.
    pub fn levels(&self) -> Option<&(String, String)> {
        match self {
            Self::Table(data) => data.target_levels.as_ref(),
            Self::Sparse(rows) => rows.levels.as_ref(),
        }
    }

    /// The names of the design columns.
    pub fn names(&self) -> &[String] {
        match self {
            Self::Table(data) => &data.names,
            Self::Sparse(rows) => &rows.names,
        }
    }

    /// The number of columns of the file that are predictors.
    pub fn predictors(&self) -> usize {
        self.widths().len()
    }

    /// How many design columns each column of the file has, or each term of the formula.
    pub fn widths(&self) -> Vec<usize> {
        match self {
            // Equal names are neighbours.
            Self::Table(data) => data.columns.chunk_by(|a, b| a == b).map(<[String]>::len).collect(),
            Self::Sparse(rows) => vec![1; rows.names.len()],
        }
    }

    /// The weights.
    pub fn weights(&self) -> Option<&[f64]> {
        match self {
            Self::Table(data) => data.weights.as_deref(),
            Self::Sparse(_) => None,
        }
    }

    /// What a fit takes.
    pub fn observations(&self) -> Observations<'_> {
        let mut observations = match self {
            Self::Table(data) => Observations::new(data.x.as_ref(), &data.y),
            Self::Sparse(rows) => Observations::from_columns(rows.columns(), &rows.data.y),
        };
        observations = observations.names(self.names());
        if let Some(weights) = self.weights() {
            observations = observations.weights(weights);
        }
        match self {
            Self::Table(data) => {
                if let Some(low) = &data.low {
                    observations = observations.low(low.as_ref());
                }
                match &data.offset {
                    Some(offset) => observations.offset(offset),
                    None => observations,
                }
            }
            Self::Sparse(_) => observations,
        }
    }

    /// Whether a model has an intercept, where one was not refused.
    pub fn intercept(&self, asked: bool) -> bool {
        match self {
            Self::Table(data) => asked && data.intercept,
            Self::Sparse(_) => asked,
        }
    }

    /// The model with how new data are encoded.
    pub fn with_encoding(&self, artifact: Artifact) -> Artifact {
        match self {
            Self::Table(data) => artifact.with_schema(data.schema().clone()),
            Self::Sparse(rows) => Artifact {
                index_base: Some(u8::from(!rows.data.zero_based)),
                target_levels: rows.levels.clone().map(|(zero, one)| vec![zero, one]),
                ..artifact
            },
        }
    }

    /// The metrics of a model on these rows.
    pub fn metrics(&self, artifact: &Artifact) -> Result<Metrics> {
        let (design, offset) = match self {
            Self::Table(data) => (Design::new(data.x.as_ref())?, data.offset.as_deref()),
            Self::Sparse(rows) => (Design::from_columns(rows.columns())?, None),
        };
        let eta = artifact.predict(&design, offset, Prediction::Link)?;
        Metrics::of(&artifact.model, self.y(), &eta, self.weights().map_or(Weights::Unit, Weights::Each))
    }

    /// Some of the rows.
    pub fn take(&self, rows: &[u32]) -> Result<Self> {
        Ok(match self {
            Self::Table(data) => Self::Table(Box::new(data.take_rows(rows)?)),
            Self::Sparse(all) => Self::Sparse(Box::new(Rows {
                data: all.data.take_rows(rows)?,
                names: all.names.clone(),
                levels: all.levels.clone(),
            })),
        })
    }

    /// The line of the file behind a row.
    pub fn locate(&self, row: usize) -> Option<u64> {
        match self {
            Self::Table(data) => data.locate(row),
            Self::Sparse(rows) => rows.data.locate(row),
        }
    }

    /// The file.
    pub fn source(&self) -> Option<&Path> {
        match self {
            Self::Table(data) => data.source(),
            Self::Sparse(rows) => rows.data.source(),
        }
    }
}
