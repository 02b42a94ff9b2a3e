//! [`TakeRows`]: some rows of data, in any order.

use faer::Mat;
use rayon::prelude::*;
use thalweg_core::{Error, Result, Sparse};

/// Data that consists of rows.
///
/// ```
/// use thalweg_data::{EncodeOptions, Roles, TakeRows, encode, load, split};
/// let data = encode(&load("anes96")?, &Roles::target("vote"), &EncodeOptions::default())?;
/// let (train, test) = split(data.y.len(), 0.25, 1, Some(&data.y))?;
/// let (train, test) = (data.take_rows(&train)?, data.take_rows(&test)?);
/// assert_eq!((train.y.len(), test.x.nrows()), (708, 236));
/// # Ok::<(), thalweg_data::Error>(())
/// ```
pub trait TakeRows: Sized {
    /// The given rows (0-based), in the order given; a row may be taken several times.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a row that does not exist.
    fn take_rows(&self, rows: &[u32]) -> Result<Self>;
}

/// `Err` unless all `rows` are below `n`.
pub(crate) fn check(rows: &[u32], n: usize) -> Result<()> {
    match rows.iter().find(|row| **row as usize >= n) {
        None => Ok(()),
        Some(row) => {
            let rule = format!("the data has {n} rows, counted from 0");
            Err(Error::invalid_parameter("row", row, &rule))
        }
    }
}

/// The values of `rows`, which [`check`] has passed.
pub(crate) fn gather<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|&row| values[row as usize]).collect()
}

impl<T: Copy> TakeRows for Vec<T> {
    fn take_rows(&self, rows: &[u32]) -> Result<Self> {
        check(rows, self.len())?;
        Ok(gather(self, rows))
    }
}

impl<R: TakeRows> TakeRows for Option<R> {
    fn take_rows(&self, rows: &[u32]) -> Result<Self> {
        self.as_ref().map(|data| data.take_rows(rows)).transpose()
    }
}

impl TakeRows for Mat<f64> {
    fn take_rows(&self, rows: &[u32]) -> Result<Self> {
        check(rows, self.nrows())?;
        let mut taken = Mat::zeros(rows.len(), self.ncols());
        taken.as_mut().par_col_iter_mut().enumerate().for_each(|(j, column)| {
            let from = self.as_ref().col(j);
            column.iter_mut().zip(rows).for_each(|(to, &row)| *to = from[row as usize]);
        });
        Ok(taken)
    }
}

impl TakeRows for Sparse<f64> {
    fn take_rows(&self, rows: &[u32]) -> Result<Self> {
        check(rows, self.rows())?;
        let (mut starts, mut indices, mut values) =
            (Vec::with_capacity(rows.len() + 1), Vec::new(), Vec::new());
        starts.push(0);
        for &row in rows {
            let (i, v) = self.row(row as usize);
            indices.extend_from_slice(i);
            values.extend_from_slice(v);
            starts.push(values.len());
        }
        Self::from_csr(rows.len(), self.columns(), starts, indices, values)
    }
}
