//! Data for fits: tables from CSV with typed columns, missing values and categorical columns; sparse matrices from
//! svmlight text; arrays from numpy; and embedded public data sets.
//!
//! [`read_csv`] makes a [`Table`], [`encode`] turns it into the numbers of a regression, by [`Roles`] of columns or by a
//! [`ModelFormula`] such as `y ~ log(x) + group*z`, [`load`] opens one of the
//! [`DATASETS`] that are part of this library. [`read_svmlight`] and [`read_npy`] read what is all numbers already.
//! A [`Schema`] encodes new tables as a fit's was, for predictions; [`split`] and [`TakeRows`] set test rows apart.
//! Whatever is wrong with the data is one typed [`Error`] that names the
//! file, the line, the column, the value and what to do.
//!
//! ```
//! use thalweg_data::{EncodeOptions, Roles, encode, load};
//!
//! let table = load("grunfeld")?;
//! assert_eq!((table.rows(), table.columns().len()), (220, 5));
//!
//! // Predict investment from the other columns; `firm` has 11 levels, so it becomes 10 columns of 0 and 1.
//! let data = encode(&table, &Roles::target("invest"), &EncodeOptions::default())?;
//! assert_eq!((data.x.nrows(), data.x.ncols()), (220, 13));
//! assert_eq!(data.names[2], "firm[Atlantic Refining]");
//! assert_eq!(data.reference[0].1, "American Steel");
//! # Ok::<(), thalweg_data::Error>(())
//! ```

mod column;
mod csv;
mod datasets;
mod encode;
mod fault;
mod file;
mod formula;
mod lines;
mod npy;
mod number;
mod origin;
mod schema;
mod split;
mod svmlight;
mod table;
mod take_rows;

pub use column::{Column, MISSING, Stray, Values};
pub use csv::{CsvOptions, parse_csv, read_csv};
pub use datasets::{DATASETS, Dataset, dataset, load};
pub use encode::{
    EncodeOptions, Encoded, MissingPolicy, NewData, Predictor, Roles, SchemaOptions, TargetUse, UnknownLevel,
    encode, encode_columns,
};
pub use formula::{FormulaError, ModelFormula, Recipe};
pub use npy::{NpyArray, parse_npy, read_npy, write_npy};
pub use schema::{Schema, Target, Variable};
pub use split::split;
pub use svmlight::{IndexBase, Svmlight, SvmlightOptions, parse_svmlight, read_svmlight, write_svmlight};
pub use table::Table;
pub use take_rows::TakeRows;
pub use thalweg_core::{Error, Result};
