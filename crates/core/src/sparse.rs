//! [`Sparse`]: an n×p matrix of few nonzero entries, by rows (CSR), by columns (CSC), or both.
//!
//! A pass over the data reads rows, coordinate descent and column statistics read columns. Whichever form is missing is made once, when
//! first asked for, and kept.

use std::sync::OnceLock;

use crate::error::{Error, Result, check_shape};
use crate::real::Real;

/// A sparse matrix.
///
/// ```
/// use thalweg_core::Sparse;
/// // [[1, 0, 2], [0, 0, 3]] by rows, then the same by columns.
/// let x = Sparse::from_csr(2, 3, vec![0, 2, 3], vec![0, 2, 2], vec![1.0, 2.0, 3.0])?;
/// assert_eq!(x.column(2), (&[0, 1][..], &[2.0, 3.0][..]));
/// assert_eq!((x.rows(), x.columns(), x.entries()), (2, 3, 3));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sparse<T> {
    rows: usize,
    columns: usize,
    entries: usize,
    by_row: OnceLock<Lines<T>>,
    by_column: OnceLock<Lines<T>>,
}

/// Rows (or columns) one behind the other: line i holds the entries `starts[i]..starts[i + 1]`.
#[derive(Clone, Debug)]
pub(crate) struct Lines<T> {
    starts: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<T>,
}

impl<T> Lines<T> {
    /// The indices and values of line i.
    #[inline(always)]
    pub(crate) fn line(&self, i: usize) -> (&[u32], &[T]) {
        let range = self.starts[i]..self.starts[i + 1];
        (&self.indices[range.clone()], &self.values[range])
    }
}

impl<T: Real> Lines<T> {
    /// `count` lines from (line, index, value) triples, which come twice: counted, then placed. Within a line they keep their order.
    pub(crate) fn collect<I: Iterator<Item = (u32, u32, T)>>(count: usize, triples: impl Fn() -> I) -> Self {
        let mut starts = vec![0; count + 1];
        for (line, _, _) in triples() {
            starts[line as usize + 1] += 1;
        }
        for line in 0..count {
            starts[line + 1] += starts[line];
        }
        let (mut next, entries) = (starts.clone(), starts[count]);
        let (mut indices, mut values) = (vec![0; entries], vec![T::ZERO; entries]);
        for (line, index, value) in triples() {
            let at = &mut next[line as usize];
            indices[*at] = index;
            values[*at] = value;
            *at += 1;
        }
        Self { starts, indices, values }
    }
}

impl<T: Real> Sparse<T> {
    /// From compressed rows: row i holds the columns `indices[starts[i]..starts[i + 1]]`, ascending, and the values beside them.
    ///
    /// # Errors
    /// Lengths that disagree; starts that fall; an index outside the matrix, or not above the one before it; a value that is NaN or
    /// infinite. Each names its row.
    pub fn from_csr(
        rows: usize,
        columns: usize,
        starts: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<T>,
    ) -> Result<Self> {
        let lines = Lines { starts, indices, values };
        check(&lines, rows, columns, "row", "column")?;
        let entries = lines.values.len();
        Ok(Self { rows, columns, entries, by_row: OnceLock::from(lines), by_column: OnceLock::new() })
    }

    /// From compressed columns: column j holds the rows `indices[starts[j]..starts[j + 1]]`, ascending, and the values beside them.
    ///
    /// # Errors
    /// As [`Sparse::from_csr`], naming the column.
    pub fn from_csc(
        rows: usize,
        columns: usize,
        starts: Vec<usize>,
        indices: Vec<u32>,
        values: Vec<T>,
    ) -> Result<Self> {
        let lines = Lines { starts, indices, values };
        check(&lines, columns, rows, "column", "row")?;
        let entries = lines.values.len();
        Ok(Self { rows, columns, entries, by_row: OnceLock::new(), by_column: OnceLock::from(lines) })
    }

    /// The number of rows n.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns p.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The number of stored entries.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.entries
    }

    /// The columns and values of row i; the first call may build the compressed rows.
    ///
    /// # Panics
    /// If there is no row i.
    #[must_use]
    pub fn row(&self, i: usize) -> (&[u32], &[T]) {
        self.by_row().line(i)
    }

    /// The rows and values of column j; the first call may build the compressed columns.
    ///
    /// # Panics
    /// If there is no column j.
    #[must_use]
    pub fn column(&self, j: usize) -> (&[u32], &[T]) {
        self.by_column().line(j)
    }

    /// The matrix of some columns, in the order given.
    ///
    /// # Panics
    /// If there is no such column.
    #[must_use]
    pub fn select(&self, columns: &[usize]) -> Self {
        let lines = self.by_column();
        let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for j in columns {
            let (rows, entries) = lines.line(*j);
            indices.extend_from_slice(rows);
            values.extend_from_slice(entries);
            starts.push(indices.len());
        }
        let entries = values.len();
        let by_column = OnceLock::from(Lines { starts, indices, values });
        Self { rows: self.rows, columns: columns.len(), entries, by_row: OnceLock::new(), by_column }
    }

    /// max |x| of every column.
    #[must_use]
    pub(crate) fn max_abs(&self) -> Vec<T> {
        let mut max = vec![T::ZERO; self.columns];
        let mut raise = |j: usize, v: T| max[j] = if v.abs() > max[j] { v.abs() } else { max[j] };
        match (self.by_row.get(), self.by_column.get()) {
            (_, Some(lines)) => {
                for j in 0..self.columns {
                    lines.line(j).1.iter().for_each(|v| raise(j, *v));
                }
            }
            (Some(lines), None) => {
                lines.indices.iter().zip(&lines.values).for_each(|(j, v)| raise(*j as usize, *v));
            }
            (None, None) => {}
        }
        max
    }

    pub(crate) fn by_row(&self) -> &Lines<T> {
        self.by_row.get_or_init(|| transpose(self.by_column.get(), self.rows))
    }

    pub(crate) fn by_column(&self) -> &Lines<T> {
        self.by_column.get_or_init(|| transpose(self.by_row.get(), self.columns))
    }
}

/// Lines across `lines`. One of the two forms always exists.
fn transpose<T: Real>(lines: Option<&Lines<T>>, across: usize) -> Lines<T> {
    let Some(lines) = lines else { return Lines::collect(across, core::iter::empty) };
    Lines::collect(across, || {
        (0..lines.starts.len() - 1).flat_map(|i| {
            let (indices, values) = lines.line(i);
            indices.iter().zip(values).map(move |(j, v)| (*j, i as u32, *v))
        })
    })
}

fn check<T: Real>(lines: &Lines<T>, count: usize, across: usize, line: &str, index: &str) -> Result<()> {
    check_shape(&format!("number of {line} starts"), count + 1, lines.starts.len())?;
    check_shape("number of indices", lines.values.len(), lines.indices.len())?;
    for (what, size) in [(line, count), (index, across)] {
        if u32::try_from(size).is_err() {
            let rule = format!("a sparse matrix holds at most {} of them", u32::MAX);
            return Err(Error::invalid_parameter(&format!("number of {what}s"), size, &rule));
        }
    }
    let falls = lines.starts.windows(2).position(|pair| pair[0] > pair[1]);
    let ends = lines.starts.first() == Some(&0) && lines.starts.last() == Some(&lines.values.len());
    if falls.is_some() || !ends {
        let at = falls.unwrap_or(0);
        let rule = "they must begin at 0, never fall, and end at the number of entries";
        return Err(Error::invalid_parameter(&format!("{line} starts"), format!("of {line} {at}"), rule));
    }
    for i in 0..count {
        let (indices, values) = lines.line(i);
        let unordered = indices.windows(2).find(|pair| pair[0] >= pair[1]).map(|pair| pair[1]);
        let outside = indices.iter().find(|j| **j as usize >= across).copied();
        if let Some(j) = unordered.or(outside) {
            let rule = format!("the {index}s of {line} {i} must ascend and lie below {across}");
            return Err(Error::invalid_parameter(index, j, &rule));
        }
        if let Some(k) = values.iter().position(|v| !v.is_finite()) {
            let (row, what) = match line {
                "row" => (i, format!("predictor {}", indices[k])),
                _ => (indices[k] as usize, format!("predictor {i}")),
            };
            return Err(Error::NonFinite { what, row, value: values[k].to_f64() });
        }
    }
    Ok(())
}
