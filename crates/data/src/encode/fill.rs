//! From cells to predictors: one dense matrix with dummies, or each column on its own.

use faer::Mat;
use rayon::prelude::*;
use thalweg_core::{Error, Result};

use super::cells::{Cells, translate};
use super::rows::Rows;
use crate::column::MISSING;
use crate::schema::{Schema, Variable};
use crate::take_rows::{self, TakeRows};

/// Rows per parallel piece of a column; every element is written once, so it never shows in the result.
const PIECE: usize = 1 << 16;

/// A predictor by itself, one value per used row, none missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Predictor {
    /// Finite numbers.
    Numeric(Vec<f64>),
    /// Levels by their codes, without dummies.
    Categorical {
        /// Indices into `levels`.
        codes: Vec<u32>,
        /// The levels of the fit, sorted by bytes.
        levels: Vec<String>,
        /// The index of the level that has no coefficient.
        reference: u32,
    },
}

impl TakeRows for Predictor {
    /// Keeps all levels, so that coefficients keep their places.
    fn take_rows(&self, rows: &[u32]) -> Result<Self> {
        Ok(match self {
            Self::Numeric(values) => Self::Numeric(values.take_rows(rows)?),
            Self::Categorical { codes, levels, reference } => Self::Categorical {
                codes: codes.take_rows(rows)?,
                levels: levels.clone(),
                reference: *reference,
            },
        })
    }
}

impl TakeRows for Vec<Predictor> {
    fn take_rows(&self, rows: &[u32]) -> Result<Self> {
        self.iter().map(|predictor| predictor.take_rows(rows)).collect()
    }
}

/// Where a design column comes from.
enum Part<'a> {
    Numbers(&'a [f64]),
    /// 1 where the code is this one, else 0.
    Dummy(&'a [u32], u32),
}

/// The matrix, each column filled in parallel; `cells` are those of the predictors.
pub(crate) fn dense(schema: &Schema, cells: &[Cells<'_>], rows: &Rows) -> Result<Mat<f64>> {
    let parts: Vec<Part<'_>> = schema.predictors().iter().zip(cells).flat_map(|(v, c)| parts(v, c)).collect();
    let mut x = zeros(rows.used.len(), parts.len())?;
    x.as_mut().par_col_iter_mut().zip(&parts).for_each(|(column, part)| {
        let Some(column) = column.try_as_col_major_mut() else { return };
        let pieces = column.as_slice_mut().par_chunks_mut(PIECE).zip(rows.used.par_chunks(PIECE));
        pieces.for_each(|(out, used)| part.write(out, used, rows.all));
    });
    Ok(x)
}

/// A matrix of zeros, if memory can hold it.
pub(crate) fn zeros(rows: usize, columns: usize) -> Result<Mat<f64>> {
    match rows.checked_mul(columns) {
        Some(size) if size < isize::MAX as usize / 16 => Ok(Mat::zeros(rows, columns)),
        _ => Err(Error::Unsupported {
            what: format!("a dense design of {rows} rows and {columns} columns"),
            why: "it does not fit into memory".to_owned(),
            remedy: "exclude the columns with the most levels".to_owned(),
        }),
    }
}

/// The design columns of one predictor.
fn parts<'a>(variable: &Variable, cells: &'a Cells<'_>) -> Vec<Part<'a>> {
    match (variable, cells) {
        (_, Cells::Numbers(values)) => vec![Part::Numbers(values)],
        (Variable::Numeric { .. }, Cells::Codes { .. }) => Vec::new(),
        (Variable::Categorical { levels, reference, .. }, Cells::Codes { codes, new }) => {
            // The column's own code of each known level; used rows have no missing code, so MISSING gives zeros.
            let mut own = vec![MISSING; levels.len()];
            for (code, &known) in (0..).zip(new) {
                if let Some(own) = own.get_mut(known as usize) {
                    *own = code;
                }
            }
            let dummies = levels.iter().zip(own).filter(|(level, _)| *level != reference);
            dummies.map(|(_, own)| Part::Dummy(codes, own)).collect()
        }
    }
}

/// Each predictor on its own.
pub(crate) fn columns(schema: &Schema, cells: &[Cells<'_>], rows: &Rows) -> Vec<Predictor> {
    let variables = schema.predictors().par_iter().zip(cells);
    variables
        .map(|(variable, cells)| match (variable, cells) {
            (_, Cells::Numbers(values)) => Predictor::Numeric(rows.gather(values)),
            (Variable::Numeric { .. }, Cells::Codes { .. }) => Predictor::Numeric(Vec::new()),
            (Variable::Categorical { levels, reference, .. }, Cells::Codes { codes, new }) => {
                let mut codes = take_rows::gather(codes, &rows.used);
                codes.iter_mut().for_each(|code| *code = translate(new, *code));
                let reference = levels.iter().position(|level| level == reference).unwrap_or_default() as u32;
                Predictor::Categorical { codes, levels: levels.clone(), reference }
            }
        })
        .collect()
}

impl Part<'_> {
    /// Writes the rows `used`; if `all`, they are consecutive.
    fn write(&self, out: &mut [f64], used: &[u32], all: bool) {
        let first = used.first().map_or(0, |&row| row as usize);
        let stretch = first..first + used.len();
        match (self, all) {
            (Part::Numbers(values), true) => out.copy_from_slice(&values[stretch]),
            (Part::Numbers(values), false) => {
                out.iter_mut().zip(used).for_each(|(out, &row)| *out = values[row as usize]);
            }
            (Part::Dummy(codes, level), true) => {
                out.iter_mut()
                    .zip(&codes[stretch])
                    .for_each(|(out, code)| *out = f64::from(u8::from(code == level)));
            }
            (Part::Dummy(codes, level), false) => {
                let dummy = |row: u32| f64::from(u8::from(codes[row as usize] == *level));
                out.iter_mut().zip(used).for_each(|(out, &row)| *out = dummy(row));
            }
        }
    }
}
