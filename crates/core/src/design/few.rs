//! Columns with few entries: sparse ones, and the indicators of a categorical predictor's levels, which are never stored.

use core::ops::Range;
use std::borrow::Cow;
use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::real::Real;
use crate::sparse::{Lines, Sparse};

/// Some neighbouring predictors of a design whose rows hold few entries.
#[derive(Clone)]
pub(crate) enum Few<'a, T: Real> {
    Sparse(Cow<'a, Sparse<T>>),
    Categorical(Categorical<'a, T>),
}

/// The indicator columns of a categorical predictor: row i has a 1 in column `slot[codes[i]]`, if there is one.
#[derive(Clone)]
pub(crate) struct Categorical<'a, T> {
    codes: Cow<'a, [u32]>,
    /// The column of each level; [`ABSENT`] for the reference level and for levels left out.
    slot: Vec<u32>,
    width: usize,
    one: [T; 1],
    by_level: OnceLock<Lines<T>>,
}

/// The slot of a level without a column.
const ABSENT: u32 = u32::MAX;

impl<'a, T: Real> Categorical<'a, T> {
    /// One column for each of `levels` levels but the reference.
    pub(crate) fn new(codes: &'a [u32], levels: usize, reference: Option<usize>) -> Result<Self> {
        if let Some(row) = codes.iter().position(|c| *c as usize >= levels) {
            return Err(Error::OutsideDomain {
                what: "the category".to_owned(),
                row,
                value: f64::from(codes[row]),
                rule: format!("codes count the {levels} levels from 0"),
                remedy: "encode the column again".to_owned(),
            });
        }
        if let Some(reference) = reference.filter(|r| *r >= levels) {
            let rule = format!("it must be one of the {levels} levels, counted from 0");
            return Err(Error::invalid_parameter("reference level", reference, &rule));
        }
        let columns = (0..levels).filter(|level| Some(*level) != reference).collect::<Vec<_>>();
        Ok(Self::with_levels(Cow::Borrowed(codes), levels, &columns))
    }

    fn with_levels(codes: Cow<'a, [u32]>, levels: usize, columns: &[usize]) -> Self {
        let mut slot = vec![ABSENT; levels];
        for (j, level) in columns.iter().enumerate() {
            slot[*level] = j as u32;
        }
        Self { codes, slot, width: columns.len(), one: [T::ONE], by_level: OnceLock::new() }
    }

    /// The columns chosen, in the order given.
    pub(crate) fn select(&self, columns: &[usize]) -> Categorical<'_, T> {
        let level_of = |j: usize| self.slot.iter().position(|s| *s as usize == j).unwrap_or(0);
        let levels: Vec<usize> = columns.iter().map(|j| level_of(*j)).collect();
        Categorical::with_levels(Cow::Borrowed(&self.codes), self.slot.len(), &levels)
    }

    #[inline(always)]
    fn row(&self, i: usize) -> (&[u32], &[T]) {
        let code = self.codes[i] as usize;
        if self.slot[code] == ABSENT { (&[], &[]) } else { (&self.slot[code..=code], &self.one) }
    }

    /// The rows of each column, ascending, with a 1 each.
    fn by_level(&self) -> &Lines<T> {
        self.by_level.get_or_init(|| {
            Lines::collect(self.width, || {
                let rows = self.codes.iter().zip(0_u32..);
                rows.filter_map(|(c, i)| {
                    let slot = self.slot[*c as usize];
                    (slot != ABSENT).then_some((slot, i, T::ONE))
                })
            })
        })
    }
}

impl<T: Real> Few<'_, T> {
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Sparse(x) => x.rows(),
            Self::Categorical(x) => x.codes.len(),
        }
    }

    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Sparse(x) => x.columns(),
            Self::Categorical(x) => x.width,
        }
    }

    /// The number of entries stored or implied.
    pub(crate) fn entries(&self) -> usize {
        match self {
            Self::Sparse(x) => x.entries(),
            Self::Categorical(x) => x.codes.len(),
        }
    }

    pub(crate) fn max_abs(&self) -> Vec<T> {
        match self {
            Self::Sparse(x) => x.max_abs(),
            Self::Categorical(x) => vec![T::ONE; x.width],
        }
    }

    pub(crate) fn select(&self, columns: &[usize]) -> Few<'_, T> {
        match self {
            // All of them, as they are: no copy.
            Self::Sparse(x) if columns.len() == x.columns() && columns.is_sorted() => {
                Few::Sparse(Cow::Borrowed(x))
            }
            Self::Sparse(x) => Few::Sparse(Cow::Owned(x.select(columns))),
            Self::Categorical(x) => Few::Categorical(x.select(columns)),
        }
    }

    /// The rows and values of column j.
    pub(crate) fn column(&self, j: usize) -> (&[u32], &[T]) {
        match self {
            Self::Sparse(x) => x.by_column().line(j),
            Self::Categorical(x) => x.by_level().line(j),
        }
    }

    /// eta ← eta + X b on some rows.
    pub(crate) fn add_apply(&self, rows: Range<usize>, b: &[T], eta: &mut [T]) {
        match self {
            Self::Sparse(x) => {
                let lines = x.by_row();
                for (i, e) in rows.zip(eta) {
                    let (columns, values) = lines.line(i);
                    *e += dot(columns, values, b);
                }
            }
            Self::Categorical(x) => {
                for (code, e) in x.codes[rows].iter().zip(eta) {
                    if let Some(b) = b.get(x.slot[*code as usize] as usize) {
                        *e += *b;
                    }
                }
            }
        }
    }

    /// g ← g + Xᵀ u on some rows; `u` holds those rows alone.
    pub(crate) fn add_transpose(&self, rows: Range<usize>, u: &[T], g: &mut [T]) {
        match self {
            Self::Sparse(x) => {
                let lines = x.by_row();
                for (i, u) in rows.zip(u) {
                    let (columns, values) = lines.line(i);
                    for (j, v) in columns.iter().zip(values) {
                        let g = &mut g[*j as usize];
                        *g += *v * *u;
                    }
                }
            }
            Self::Categorical(x) => {
                for (code, u) in x.codes[rows].iter().zip(u) {
                    if let Some(g) = g.get_mut(x.slot[*code as usize] as usize) {
                        *g += *u;
                    }
                }
            }
        }
    }

    /// Calls `f(i, columns, values)` for some rows.
    #[inline(always)]
    pub(crate) fn for_each_row(&self, rows: Range<usize>, mut f: impl FnMut(usize, &[u32], &[T])) {
        match self {
            Self::Sparse(x) => {
                let lines = x.by_row();
                for i in rows {
                    let (columns, values) = lines.line(i);
                    f(i, columns, values);
                }
            }
            Self::Categorical(x) => {
                for i in rows {
                    let (columns, values) = x.row(i);
                    f(i, columns, values);
                }
            }
        }
    }

    /// The columns and values of row i.
    #[inline(always)]
    pub(crate) fn row(&self, i: usize) -> (&[u32], &[T]) {
        match self {
            Self::Sparse(x) => x.by_row().line(i),
            Self::Categorical(x) => x.row(i),
        }
    }
}

/// Σ v b over the entries of a row or column, in four fixed lanes: four gathers are on their way at once.
#[inline(always)]
pub(crate) fn dot<T: Real>(indices: &[u32], values: &[T], b: &[T]) -> T {
    let mut lanes = [T::ZERO; 4];
    let (index_blocks, index_rest) = indices.as_chunks::<4>();
    let (value_blocks, value_rest) = values.as_chunks::<4>();
    for (j, v) in index_blocks.iter().zip(value_blocks) {
        for l in 0..4 {
            lanes[l] += v[l] * b[j[l] as usize];
        }
    }
    for (l, (j, v)) in index_rest.iter().zip(value_rest).enumerate() {
        lanes[l] += *v * b[*j as usize];
    }
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}
