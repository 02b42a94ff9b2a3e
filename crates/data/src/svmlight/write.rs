//! Writing svmlight text.

use std::io::{self, Write};

use thalweg_core::{Error, Result, Sparse, check_shape};

use super::IndexBase;
use crate::fault::unwritable;

/// Writes `x` and `y` as svmlight text, one line per row, in the shortest decimals that read back to the same bits.
///
/// [`IndexBase::Auto`] counts from 1. The format does not hold the number of columns, nor whether it counts from 0:
/// give both to [`SvmlightOptions`](super::SvmlightOptions) where the last columns, or the first, may be all zeros.
///
/// ```
/// use thalweg_core::Sparse;
/// use thalweg_data::{IndexBase, write_svmlight};
/// let x = Sparse::from_csr(2, 3, vec![0, 2, 2], vec![0, 2], vec![0.5, 1e300])?;
/// let mut text = Vec::new();
/// write_svmlight(&mut text, &x, &[1.0, -1.0], IndexBase::One)?;
/// assert_eq!(text, b"1 1:0.5 3:1e300\n-1\n");
/// # Ok::<(), thalweg_data::Error>(())
/// ```
///
/// # Errors
/// [`Error::Shape`] unless `y` has one value per row; [`Error::NonFinite`] for a target that no file may hold;
/// [`Error::Data`] where `out` refuses the bytes.
pub fn write_svmlight(out: &mut impl Write, x: &Sparse<f64>, y: &[f64], base: IndexBase) -> Result<()> {
    check_shape("targets", x.rows(), y.len())?;
    if let Some(row) = y.iter().position(|value| !value.is_finite()) {
        return Err(Error::NonFinite { what: "the target".to_owned(), row, value: y[row] });
    }
    let first = u64::from(base != IndexBase::Zero);
    let mut lines = || -> io::Result<()> {
        for (row, target) in y.iter().enumerate() {
            write_number(out, *target)?;
            let (indices, values) = x.row(row);
            for (index, value) in indices.iter().zip(values) {
                write!(out, " {}:", u64::from(*index) + first)?;
                write_number(out, *value)?;
            }
            out.write_all(b"\n")?;
        }
        Ok(())
    };
    lines().map_err(|error| unwritable(&error))
}

/// The shortest decimal that reads back to the same bits, with an exponent where it has many zeros.
fn write_number(out: &mut impl Write, value: f64) -> io::Result<()> {
    let size = value.abs();
    if size == 0.0 || (1e-5..1e16).contains(&size) {
        write!(out, "{value}")
    } else {
        write!(out, "{value:e}")
    }
}
