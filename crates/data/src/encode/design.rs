//! The design matrix: numeric columns as they are, categorical ones as dummies.

use faer::Mat;
use rayon::prelude::*;
use thalweg_core::{Error, Result};

use super::EncodeOptions;
use super::rows::Rows;
use super::target::used_levels;
use crate::column::{Column, Values};
use crate::fault::{Place, show};
use crate::table::Table;

/// Rows per parallel piece of a column; every element is written once, so it never shows in the result.
const PIECE: usize = 1 << 16;

/// Where a design column comes from.
enum Part<'a> {
    Numbers(&'a [f64]),
    /// 1 where the code is the level, else 0.
    Dummy(&'a [u32], u32),
}

/// The columns of the design, not filled in yet.
#[derive(Default)]
pub(super) struct Design<'a> {
    parts: Vec<Part<'a>>,
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<String>,
    pub(super) reference: Vec<(String, String)>,
    pub(super) notes: Vec<String>,
}

impl<'a> Design<'a> {
    pub(super) fn plan(
        table: &'a Table,
        predictors: &[usize],
        rows: &Rows,
        options: &EncodeOptions,
    ) -> Result<Self> {
        let mut design = Self::default();
        check_reference(table, predictors, options)?;
        for &j in predictors {
            let column = &table.columns()[j];
            match column.values() {
                Values::Numeric(values) => {
                    design.push(Part::Numbers(values), column.name().to_owned(), column)
                }
                Values::Categorical { codes, levels } => {
                    let used = used_levels(&rows.gather(codes), levels.len());
                    let place = Place::file(table.source()).column(column.name());
                    check_levels(column, levels, &used, place, options.max_levels)?;
                    let reference = reference(column, levels, &used, options)?;
                    for &level in used.iter().filter(|&&level| level != reference) {
                        let name = format!("{}[{}]", column.name(), levels[level as usize]);
                        design.push(Part::Dummy(codes, level), name, column);
                    }
                    design.reference.push((column.name().to_owned(), levels[reference as usize].clone()));
                    if let Some(stray) = column.spoilt_by() {
                        let note = place.line(stray.line).error(
                            format!("value `{}` made the column categorical", show(&stray.value)),
                            "correct it, or write NA if it is missing, to have a numeric column",
                        );
                        design.notes.push(note.to_string());
                    }
                }
            }
        }
        let mut seen = std::collections::HashSet::new();
        if let Some(name) = design.names.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(Error::Unsupported {
                what: format!("a design with two columns named `{name}`"),
                why: "one is a column of the table, one the dummy of a level".to_owned(),
                remedy: "rename the column".to_owned(),
            });
        }
        match rows.used.len().checked_mul(design.parts.len()) {
            Some(cells) if cells < isize::MAX as usize / 16 => Ok(design),
            _ => Err(Error::Unsupported {
                what: format!(
                    "a dense design of {} rows and {} columns",
                    rows.used.len(),
                    design.parts.len()
                ),
                why: "it does not fit into memory".to_owned(),
                remedy: "exclude the columns with the most levels".to_owned(),
            }),
        }
    }

    fn push(&mut self, part: Part<'a>, name: String, column: &Column) {
        self.parts.push(part);
        self.names.push(name);
        self.columns.push(column.name().to_owned());
    }

    /// The matrix, each column filled in parallel.
    pub(super) fn fill(&self, rows: &Rows) -> Mat<f64> {
        let mut x = Mat::zeros(rows.used.len(), self.parts.len());
        x.as_mut().par_col_iter_mut().zip(&self.parts).for_each(|(column, part)| {
            let Some(column) = column.try_as_col_major_mut() else { return };
            let pieces = column.as_slice_mut().par_chunks_mut(PIECE).zip(rows.used.par_chunks(PIECE));
            pieces.for_each(|(out, used)| part.write(out, used, rows.all));
        });
        x
    }
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

/// Refuses reference levels of columns that are no categorical predictors.
fn check_reference(table: &Table, predictors: &[usize], options: &EncodeOptions) -> Result<()> {
    for (name, level) in &options.reference {
        let column = table.position(name)?;
        let why = match table.columns()[column].values() {
            Values::Numeric(_) => "the column is numeric",
            Values::Categorical { .. } if !predictors.contains(&column) => "the column is no predictor",
            Values::Categorical { .. } => continue,
        };
        return Err(Error::Unsupported {
            what: format!("the reference level `{}` of column `{name}`", show(level)),
            why: why.to_owned(),
            remedy: "drop the option, or read the column as a categorical predictor".to_owned(),
        });
    }
    Ok(())
}

fn check_levels(
    column: &Column,
    levels: &[String],
    used: &[u32],
    place: Place<'_>,
    most: usize,
) -> Result<()> {
    if let [only] = used {
        let level = show(&levels[*only as usize]);
        let problem = format!("every used row has the level `{level}`, so the column says nothing");
        return Err(place.error(problem, "exclude the column"));
    }
    if used.len() <= most {
        return Ok(());
    }
    let problem = format!("{} levels, more than the {most} a predictor may have", used.len());
    Err(match column.spoilt_by() {
        Some(stray) => place.line(stray.line).error(
            format!("value `{}` is not a number, which makes {problem}", show(&stray.value)),
            "correct it, write NA if it is missing, or exclude the column",
        ),
        None => place.error(format!("the column has {problem}"), "exclude it, or raise `max_levels`"),
    })
}

/// The code of the reference level.
fn reference(column: &Column, levels: &[String], used: &[u32], options: &EncodeOptions) -> Result<u32> {
    let level =
        options.reference.iter().rev().find(|(name, _)| name == column.name()).map(|(_, level)| level);
    let Some(level) = level else { return Ok(used.first().copied().unwrap_or_default()) };
    used.iter().copied().find(|&code| levels[code as usize] == *level).ok_or_else(|| {
        let known = used.iter().map(|&code| levels[code as usize].as_str());
        Error::unknown_name(&format!("level of column `{}`", column.name()), level, known)
    })
}
