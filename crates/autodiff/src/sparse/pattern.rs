//! [`Pattern`]: where a sparse matrix may have entries that are not 0.

use faer::sparse::SymbolicSparseColMat;
use thalweg_core::{Error, Result, check_shape};

/// The places of a sparse matrix, by columns (CSC), rows ascending.
///
/// ```
/// use thalweg_autodiff::sparse::Pattern;
/// // [[x, x], [0, x]]
/// let pattern = Pattern::new(2, 2, vec![0, 1, 3], vec![0, 0, 1])?;
/// assert_eq!(pattern.column(1), [0, 1]);
/// assert!(!pattern.contains(1, 0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    rows: usize,
    columns: usize,
    starts: Vec<usize>,
    indices: Vec<usize>,
}

impl Pattern {
    /// From compressed columns: column j holds the rows `indices[starts[j]..starts[j + 1]]`, ascending.
    ///
    /// # Errors
    /// Starts that are not `columns + 1` numbers from 0 to the number of indices, never falling; rows of a column that do not ascend or
    /// lie outside the matrix.
    pub fn new(rows: usize, columns: usize, starts: Vec<usize>, indices: Vec<usize>) -> Result<Self> {
        check_shape("number of column starts", columns.saturating_add(1), starts.len())?;
        let ends = starts.first() == Some(&0) && starts.last() == Some(&indices.len());
        if !ends || starts.windows(2).any(|pair| pair[0] > pair[1]) {
            let rule = "they must begin at 0, never fall, and end at the number of indices";
            return Err(Error::invalid_parameter("column starts", format!("{} numbers", starts.len()), rule));
        }
        for (j, range) in starts.windows(2).enumerate() {
            let column = &indices[range[0]..range[1]];
            let unordered = column.windows(2).find(|pair| pair[0] >= pair[1]).map(|pair| pair[1]);
            if let Some(i) = unordered.or(column.iter().copied().find(|&i| i >= rows)) {
                let rule = format!("the rows of column {j} must ascend and lie below {rows}");
                return Err(Error::invalid_parameter("row", i, &rule));
            }
        }
        Ok(Self { rows, columns, starts, indices })
    }

    /// From places in any order, each once or several times.
    ///
    /// ```
    /// use thalweg_autodiff::sparse::Pattern;
    /// let pattern = Pattern::from_places(2, 2, &[(1, 1), (0, 1), (0, 0), (1, 1)])?;
    /// assert_eq!(pattern, Pattern::new(2, 2, vec![0, 1, 3], vec![0, 0, 1])?);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a place outside the matrix.
    pub fn from_places(rows: usize, columns: usize, places: &[(usize, usize)]) -> Result<Self> {
        let mut by_column = vec![Vec::new(); columns];
        for &(i, j) in places {
            match by_column.get_mut(j) {
                Some(column) if i < rows => column.push(i),
                _ => {
                    let rule = format!("places must lie inside the {rows} by {columns} matrix");
                    return Err(Error::invalid_parameter("place", format!("({i}, {j})"), &rule));
                }
            }
        }
        Ok(Self::from_columns(rows, by_column))
    }

    /// From the rows of each column, in any order, all below `rows`.
    pub(crate) fn from_columns(rows: usize, columns: impl IntoIterator<Item = Vec<usize>>) -> Self {
        let (mut starts, mut indices) = (vec![0], Vec::new());
        for mut column in columns {
            column.sort_unstable();
            column.dedup();
            indices.extend(column);
            starts.push(indices.len());
        }
        Self { rows, columns: starts.len() - 1, starts, indices }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The number of places.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.indices.len()
    }

    /// The rows of column j, ascending.
    ///
    /// # Panics
    /// If there is no column j.
    #[must_use]
    pub fn column(&self, j: usize) -> &[usize] {
        &self.indices[self.starts[j]..self.starts[j + 1]]
    }

    /// The index of the first place of column j among all.
    pub(crate) fn start(&self, j: usize) -> usize {
        self.starts[j]
    }

    /// Whether (i, j) is one of the places.
    #[must_use]
    pub fn contains(&self, i: usize, j: usize) -> bool {
        j < self.columns && self.column(j).binary_search(&i).is_ok()
    }

    /// Every place (row, column), column by column.
    pub fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.columns).flat_map(|j| self.column(j).iter().map(move |&i| (i, j)))
    }

    /// The pattern of the transposed matrix.
    #[must_use]
    pub fn transpose(&self) -> Self {
        let mut starts = vec![0; self.rows + 1];
        self.indices.iter().for_each(|&i| starts[i + 1] += 1);
        for i in 0..self.rows {
            starts[i + 1] += starts[i];
        }
        let (mut next, mut indices) = (starts.clone(), vec![0; self.entries()]);
        for (i, j) in self.places() {
            indices[next[i]] = j;
            next[i] += 1;
        }
        Self { rows: self.columns, columns: self.rows, starts, indices }
    }

    /// The most places in a column.
    #[must_use]
    pub fn widest_column(&self) -> usize {
        self.starts.windows(2).map(|range| range[1] - range[0]).max().unwrap_or(0)
    }

    /// As faer's symbolic matrix.
    #[must_use]
    pub fn symbolic(&self) -> SymbolicSparseColMat<usize> {
        // Both constructors have checked what faer would panic on.
        SymbolicSparseColMat::new_checked(
            self.rows,
            self.columns,
            self.starts.clone(),
            None,
            self.indices.clone(),
        )
    }
}
