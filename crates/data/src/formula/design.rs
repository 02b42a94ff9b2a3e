//! `Layout`: which columns each term has; and the matrix of them.

use std::borrow::Cow;
use std::collections::HashMap;

use faer::Mat;
use rayon::prelude::*;
use thalweg_core::{Error, Result};

use super::coding::{self, Columns};
use super::node::{Coding, Factor};
use super::power::times;
use super::recipe::Recipe;
use super::terms::full_levels;
use crate::encode::zeros;

/// The columns of a factor in a term.
type Block = (usize, bool);

/// The columns of all terms.
pub(super) struct Layout<'r> {
    recipe: &'r Recipe,
    /// For each term, its factors, with whether they have all levels.
    terms: Vec<Vec<Block>>,
    blocks: HashMap<Block, Columns>,
}

/// A column, with its rounding errors where it has such.
pub(super) type Pair<'a> = (Cow<'a, [f64]>, Option<Vec<f64>>);

/// The values of a factor in the used rows.
pub(super) enum Values<'a> {
    /// One column or several.
    Numbers(Vec<Pair<'a>>),
    /// Codes of the recipe's levels.
    Codes(Vec<u32>),
}

/// A factor's contribution to a design column.
enum Piece<'v> {
    Numbers(&'v [f64], Option<&'v [f64]>),
    /// The value of each level.
    Levels(&'v [u32], &'v [f64]),
}

impl<'r> Layout<'r> {
    pub(super) fn of(recipe: &'r Recipe) -> Self {
        let all = &recipe.formula.terms;
        let categorical: Vec<bool> = (0..all.factors.len()).map(|k| recipe.is_categorical(k)).collect();
        let full = full_levels(&all.terms, all.intercept, &categorical);
        let pair = |(term, full): (&Vec<usize>, Vec<bool>)| term.iter().copied().zip(full).collect();
        let terms: Vec<Vec<Block>> = all.terms.iter().zip(full).map(pair).collect();
        let mut blocks = HashMap::new();
        for block in terms.iter().flatten() {
            blocks.entry(*block).or_insert_with(|| columns(recipe, *block));
        }
        Self { recipe, terms, blocks }
    }

    /// For each column of a term, which column of each factor it is; the first factor changes fastest.
    fn combinations(&self, term: &[Block]) -> Vec<Vec<usize>> {
        let mut all = vec![Vec::new()];
        for block in term {
            let width = self.blocks.get(block).map_or(0, |columns| columns.names.len());
            let with = |c: usize| {
                all.iter()
                    .map(move |before: &Vec<usize>| before.iter().copied().chain([c]).collect::<Vec<usize>>())
            };
            all = (0..width).flat_map(with).collect();
        }
        all
    }

    /// The name of each design column.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for term in &self.terms {
            for combination in self.combinations(term) {
                let parts = term.iter().zip(combination);
                let parts = parts.map(|(block, c)| {
                    self.blocks.get(block).and_then(|columns| columns.names.get(c)).map_or("", String::as_str)
                });
                names.push(parts.collect::<Vec<&str>>().join(":"));
            }
        }
        names
    }

    /// The term of each design column.
    pub(super) fn terms(&self) -> Vec<String> {
        let all = &self.recipe.formula.terms;
        let labels = all.terms.iter().zip(&self.terms);
        labels.flat_map(|(term, blocks)| vec![all.label(term); self.combinations(blocks).len()]).collect()
    }

    /// The design, and the rounding errors of its columns where any has some; `values` are those of the factors.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a design beyond the memory, [`Error::NonFinite`] for a product that overflows.
    pub(super) fn fill(&self, rows: usize, values: &[Values<'_>]) -> Result<(Mat<f64>, Option<Mat<f64>>)> {
        let mut plans: Vec<Vec<Piece<'_>>> = Vec::new();
        for term in &self.terms {
            for combination in self.combinations(term) {
                let pieces =
                    term.iter().zip(combination).filter_map(|(block, c)| self.piece(values, *block, c));
                plans.push(pieces.collect());
            }
        }
        let mut x = zeros(rows, plans.len())?;
        x.as_mut().par_col_iter_mut().zip(&plans).for_each(|(column, pieces)| {
            let Some(column) = column.try_as_col_major_mut() else { return };
            write(column.as_slice_mut(), pieces);
        });
        let has_low =
            |pieces: &Vec<Piece<'_>>| pieces.iter().any(|p| matches!(p, Piece::Numbers(_, Some(_))));
        let mut low = if plans.iter().any(has_low) { Some(zeros(rows, plans.len())?) } else { None };
        if let Some(low) = &mut low {
            let columns = x.as_mut().par_col_iter_mut().zip(low.as_mut().par_col_iter_mut());
            columns.zip(&plans).filter(|(_, pieces)| has_low(pieces)).for_each(|((column, low), pieces)| {
                let (Some(column), Some(low)) = (column.try_as_col_major_mut(), low.try_as_col_major_mut())
                else {
                    return;
                };
                write_pairs(column.as_slice_mut(), low.as_slice_mut(), pieces);
            });
        }
        let low = low.filter(|low| low.as_ref().col_iter().any(|column| column.iter().any(|e| *e != 0.0)));
        self.check_finite(&x)?;
        Ok((x, low))
    }

    fn piece<'v>(&'v self, values: &'v [Values<'_>], block: Block, c: usize) -> Option<Piece<'v>> {
        match values.get(block.0)? {
            Values::Numbers(columns) => columns.get(c).map(|(hi, lo)| Piece::Numbers(hi, lo.as_deref())),
            Values::Codes(codes) => Some(Piece::Levels(codes, self.blocks.get(&block)?.values.get(c)?)),
        }
    }

    fn check_finite(&self, x: &Mat<f64>) -> Result<()> {
        let find = |(j, column): (usize, faer::ColRef<'_, f64>)| {
            Some((j, column.iter().position(|value| !value.is_finite())?))
        };
        let Some((j, row)) = x.as_ref().col_iter().enumerate().find_map(find) else { return Ok(()) };
        let what = format!("column `{}` of the design", self.names().get(j).map_or("", String::as_str));
        Err(Error::NonFinite { what, row, value: x[(row, j)] })
    }
}

/// The names and, for a categorical factor, the coding of the columns.
fn columns(recipe: &Recipe, (k, full): Block) -> Columns {
    let all = &recipe.formula.terms;
    let (Some(factor), Some(label)) = (all.factors.get(k), all.labels.get(k)) else {
        return Columns { names: Vec::new(), values: Vec::new() };
    };
    let mut columns = match (factor, recipe.learned.levels.get(label)) {
        (Factor::Poly { degree, .. }, _) => {
            Columns { names: (1..=*degree).map(|d| d.to_string()).collect(), values: Vec::new() }
        }
        (_, None) => return Columns { names: vec![label.clone()], values: Vec::new() },
        (factor, Some(levels)) => {
            let reference = levels.levels.iter().position(|l| *l == levels.reference).unwrap_or_default();
            let coding = match factor {
                Factor::Category { coding, .. } => coding,
                _ => &Coding::Treatment(None),
            };
            coding::columns(coding, &levels.levels, reference, full)
        }
    };
    columns.names.iter_mut().for_each(|name| *name = format!("{label}[{name}]"));
    columns
}

/// The product of the pieces, row by row.
fn write(out: &mut [f64], pieces: &[Piece<'_>]) {
    for (k, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Numbers(values, _) if k == 0 => out.copy_from_slice(values),
            Piece::Numbers(values, _) => out.iter_mut().zip(*values).for_each(|(out, value)| *out *= value),
            Piece::Levels(codes, table) => {
                let value = |code: u32| table.get(code as usize).copied().unwrap_or(f64::NAN);
                if k == 0 {
                    out.iter_mut().zip(*codes).for_each(|(out, code)| *out = value(*code));
                } else {
                    out.iter_mut().zip(*codes).for_each(|(out, code)| *out *= value(*code));
                }
            }
        }
    }
}

/// The same in pairs, so that the sum of both is the product to twice the precision.
fn write_pairs(out: &mut [f64], low: &mut [f64], pieces: &[Piece<'_>]) {
    for (i, (out, low)) in out.iter_mut().zip(low).enumerate() {
        let mut product = None;
        for piece in pieces {
            let value = match piece {
                Piece::Numbers(values, low) => (values[i], low.map_or(0.0, |low| low[i])),
                Piece::Levels(codes, table) => {
                    (table.get(codes[i] as usize).copied().unwrap_or(f64::NAN), 0.0)
                }
            };
            product = Some(product.map_or(value, |product| times(product, value)));
        }
        (*out, *low) = product.unwrap_or_default();
    }
}
