//! Reading numpy's `.npy` into f64: [`read_npy`] from a file, [`parse_npy`] from bytes; writing: [`write_npy`].
//!
//! Format versions 1.0, 2.0 and 3.0; floats of 4 and 8 bytes, integers of 1 to 8 bytes, and booleans, of either byte
//! order; C and Fortran order; one or two dimensions. Format:
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
//!
//! This is our own code because the crates that do it (`npyz`, `ndarray-npy`) parse the three keys of the header with a
//! general grammar, which brings a parser generator and big integers into the build, and report errors as bare
//! `io::Error` texts or in terms of `ndarray`.

mod elements;
mod header;

use std::io::Write;
use std::path::Path;

use faer::{Mat, MatRef};
use thalweg_core::{Error, Result};

use crate::fault::{Place, count, unwritable};
use crate::file;
use header::Header;

/// An array of one or two dimensions.
#[derive(Debug, Clone, PartialEq)]
pub enum NpyArray {
    /// One dimension.
    Vector(Vec<f64>),
    /// Two dimensions, column-major whatever the order in the file.
    Matrix(Mat<f64>),
}

impl NpyArray {
    /// The matrix; a vector becomes a matrix of one column.
    #[must_use]
    pub fn into_matrix(self) -> Mat<f64> {
        match self {
            Self::Vector(values) => Mat::from_fn(values.len(), 1, |i, _| values[i]),
            Self::Matrix(matrix) => matrix,
        }
    }

    /// The vector; a matrix of one column or one row becomes one too.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for any other matrix.
    pub fn into_vector(self) -> Result<Vec<f64>> {
        match self {
            Self::Vector(values) => Ok(values),
            Self::Matrix(matrix) if matrix.ncols() == 1 => Ok(matrix.col(0).iter().copied().collect()),
            Self::Matrix(matrix) if matrix.nrows() == 1 => Ok(matrix.row(0).iter().copied().collect()),
            Self::Matrix(matrix) => Err(Error::Unsupported {
                what: format!("an array of shape ({}, {}) as a vector", matrix.nrows(), matrix.ncols()),
                why: "a vector has one column".to_owned(),
                remedy: "save one column, array[:, 0]".to_owned(),
            }),
        }
    }
}

/// Reads an `.npy` file.
///
/// # Errors
/// Those of [`parse_npy`], and [`Error::Data`] where the file does not exist, is a directory or cannot be read.
pub fn read_npy(path: impl AsRef<Path>) -> Result<NpyArray> {
    let path = path.as_ref();
    parse_npy(&file::read(path, "an .npy file")?, Some(path))
}

/// Reads `.npy` from bytes; `source` is the file name for error texts.
///
/// NaN and infinities are values like others here; [`Design::new`](thalweg_core::Design::new) refuses them.
///
/// ```
/// use thalweg_core::interop;
/// use thalweg_data::{NpyArray, parse_npy, write_npy};
/// let x = interop::column_major(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3, 2)?;
/// let mut bytes = Vec::new();
/// write_npy(&mut bytes, x)?;
/// assert_eq!(parse_npy(&bytes, None)?, NpyArray::Matrix(x.to_owned()));
/// # Ok::<(), thalweg_data::Error>(())
/// ```
///
/// # Errors
/// [`Error::Data`] for bytes that are no `.npy` or of another version, a header that is no dictionary of `descr`,
/// `fortran_order` and `shape`, too few or too many bytes for the shape, and an integer that no f64 equals;
/// [`Error::Unsupported`] for another number of dimensions, and for objects, structures, complex numbers, texts, dates
/// and floats of 2 or 16 bytes.
pub fn parse_npy(bytes: &[u8], source: Option<&Path>) -> Result<NpyArray> {
    let place = Place::file(source);
    let (header, body) = Header::read(bytes, place)?;
    let (rows, columns) = match header.shape.as_slice() {
        [n] => (*n, 1),
        [n, p] => (*n, *p),
        shape => {
            return Err(Error::Unsupported {
                what: format!("{}an array of {}", prefix(source), count(shape.len(), "dimension")),
                why: "a vector has one dimension and a matrix two".to_owned(),
                remedy: "reshape it before saving, array.reshape(len(array), -1)".to_owned(),
            });
        }
    };
    let size = header.dtype.size();
    let needed = rows.checked_mul(columns).and_then(|n| n.checked_mul(size));
    // The matrix takes 8 bytes an element, and an empty one may still have a side that overflows.
    let fits = rows.checked_mul(columns).is_some_and(|n| n < isize::MAX as usize / 16)
        && rows.max(columns) < u32::MAX as usize;
    if needed != Some(body.len()) || !fits {
        let wanted = needed.map_or_else(|| "more than memory holds".to_owned(), |n| n.to_string());
        let shape: Vec<String> = header.shape.iter().map(usize::to_string).collect();
        let problem = format!(
            "the header announces shape ({}) of {size} bytes an element, {wanted} in all, but {} follow",
            shape.join(", "),
            count(body.len(), "byte"),
        );
        let short = needed.is_none_or(|n| n > body.len());
        return Err(place.error(
            problem,
            if short { "copy the whole file again" } else { "save one array in each file" },
        ));
    }
    if let Some((at, value)) = elements::inexact(body, header.dtype) {
        let at = match header.shape.as_slice() {
            [_] => format!("[{at}]"),
            _ if header.fortran => format!("[{}, {}]", at % rows, at / rows),
            _ => format!("[{}, {}]", at / columns, at % columns),
        };
        let problem = format!("the integer {value} at {at} has no equal among 64-bit floats");
        return Err(place.error(problem, "round it on purpose, array.astype(float)"));
    }
    let matrix = elements::matrix(body, header.dtype, rows, columns, header.fortran);
    if header.shape.len() == 2 {
        return Ok(NpyArray::Matrix(matrix));
    }
    Ok(NpyArray::Vector(matrix.col(0).iter().copied().collect()))
}

/// Writes a matrix as `.npy`, version 1.0, little-endian f64 in Fortran order.
///
/// # Errors
/// [`Error::Data`] where `out` refuses the bytes.
pub fn write_npy(out: &mut impl Write, x: MatRef<'_, f64>) -> Result<()> {
    let header = header::write(x.nrows(), x.ncols());
    let mut write = || {
        out.write_all(&header)?;
        let mut bytes = Vec::new();
        for j in 0..x.ncols() {
            bytes.clear();
            bytes.extend(x.col(j).iter().flat_map(|value| value.to_le_bytes()));
            out.write_all(&bytes)?;
        }
        Ok(())
    };
    write().map_err(|error: std::io::Error| unwritable(&error))
}

/// The file as the beginning of an error text.
fn prefix(source: Option<&Path>) -> String {
    source.map_or_else(String::new, |file| format!("{}: ", file.display()))
}
