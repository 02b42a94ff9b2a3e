//! [`Covariances`]: what `--covariance` reads.

use std::fmt;

use thalweg::Error;
use thalweg::models::Covariance;

use crate::failure::Failure;
use crate::names::Names;

/// The kinds of covariance by name.
const KINDS: &[(&str, &str)] = &[
    ("model", "Right where the family's variance is"),
    ("hc0", "Robust against another variance, at large n"),
    ("hc1", "The same times n/(n - p)"),
    ("hc2", "The same with each row over 1 - leverage"),
    ("hc3", "The same over its square: the choice at small n"),
    ("cluster:COLUMN", "Robust against dependence of rows with the same value of a column"),
];

/// What standard errors allow for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Covariances {
    /// The model's own.
    #[default]
    Model,
    Hc0,
    Hc1,
    Hc2,
    Hc3,
    /// Clusters of equal values of this column.
    Cluster(String),
}

/// What `--help` and completions show.
pub fn names() -> Names {
    Names(|| KINDS.to_vec())
}

impl Covariances {
    /// Reads `hc3` or `cluster:COLUMN`.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Ok(match text {
            "model" => Self::Model,
            "hc0" => Self::Hc0,
            "hc1" => Self::Hc1,
            "hc2" => Self::Hc2,
            "hc3" => Self::Hc3,
            _ => match text.split_once(':') {
                Some(("cluster", column)) if !column.is_empty() => Self::Cluster(column.to_owned()),
                Some(("cluster", _)) | None if text.starts_with("cluster") => {
                    return Err(Failure::Usage(
                        "--covariance cluster needs the column whose equal values make a cluster; write --covariance cluster:COLUMN"
                            .to_owned(),
                    ));
                }
                _ => {
                    return Err(
                        Error::unknown_name("covariance", text, KINDS.iter().map(|(name, _)| *name)).into()
                    );
                }
            },
        })
    }

    /// As the library has it.
    pub fn of<'c>(&self, clusters: &'c [u32]) -> Covariance<'c> {
        match self {
            Self::Model => Covariance::Model,
            Self::Hc0 => Covariance::Hc0,
            Self::Hc1 => Covariance::Hc1,
            Self::Hc2 => Covariance::Hc2,
            Self::Hc3 => Covariance::Hc3,
            Self::Cluster(_) => Covariance::Cluster(clusters),
        }
    }
}

/// As it is typed.
impl fmt::Display for Covariances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Model => "model",
            Self::Hc0 => "hc0",
            Self::Hc1 => "hc1",
            Self::Hc2 => "hc2",
            Self::Hc3 => "hc3",
            Self::Cluster(column) => return write!(f, "cluster:{column}"),
        })
    }
}
