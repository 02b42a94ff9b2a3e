//! [`Input`]: a data file, or standard input, in one of the formats.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use thalweg::Error;
use thalweg::data::{
    Column, CsvOptions, NpyArray, Svmlight, SvmlightOptions, Table, parse_csv, parse_npy, parse_svmlight,
    read_csv, read_npy, read_svmlight,
};

use crate::failure::Failure;

/// What error texts call it.
const STDIN: &str = "standard input";

/// The format of a data file.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table with a header line
    Csv,
    /// Sparse rows `target index:value ...`, as LIBSVM writes them
    #[value(alias = "libsvm", alias = "svm")]
    Svmlight,
    /// A numpy array: columns x0, x1, ...
    Npy,
}

/// A file or standard input.
pub struct Input {
    path: PathBuf,
    /// The bytes of standard input, which can be read only once.
    piped: Option<Vec<u8>>,
    /// The format asked for, or that of the extension.
    pub format: Format,
}

impl Input {
    /// The file, or standard input for `-`; the extension tells the format if none is given.
    pub fn open(path: &Path, format: Option<Format>) -> Result<Self, Failure> {
        let piped = if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| {
                Failure::Usage(format!("{STDIN} cannot be read: {error}; name a file instead"))
            })?;
            Some(bytes)
        } else {
            None
        };
        let path = if piped.is_some() { PathBuf::from(STDIN) } else { path.to_owned() };
        let format = format.unwrap_or_else(|| of_extension(&path));
        Ok(Self { path, piped, format })
    }

    /// Its name for titles and error texts.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// The table of a CSV file.
    pub fn csv(&self, options: &CsvOptions) -> Result<Table, Failure> {
        let table = match &self.piped {
            Some(bytes) => parse_csv(bytes, Some(&self.path), options),
            None => read_csv(&self.path, options),
        };
        table.map_err(|error| Failure::from(error).within(&self.name()))
    }

    /// The rows of an svmlight file.
    pub fn svmlight(&self, options: &SvmlightOptions) -> Result<Svmlight, Failure> {
        let rows = match &self.piped {
            Some(bytes) => parse_svmlight(bytes, Some(&self.path), options),
            None => read_svmlight(&self.path, options),
        };
        rows.map_err(|error| Failure::from(error).within(&self.name()))
    }

    /// An array as a table of columns x0, x1, …, with the vector in a file of its own, if there is one, as the column of this name.
    pub fn npy(&self, target: Option<(&str, &Path)>) -> Result<Table, Failure> {
        let array = match &self.piped {
            Some(bytes) => parse_npy(bytes, Some(&self.path)),
            None => read_npy(&self.path),
        };
        let x = array.map_err(|error| Failure::from(error).within(&self.name()))?.into_matrix();
        let mut columns = Vec::with_capacity(x.ncols() + 1);
        for (j, values) in x.as_ref().col_iter().enumerate() {
            columns.push(column(format!("x{j}"), values.iter().copied().collect(), &self.path)?);
        }
        if let Some((name, file)) = target {
            let y = read_npy(file).and_then(NpyArray::into_vector);
            let y = y.map_err(|error| Failure::from(error).within(&file.display().to_string()))?;
            if y.len() != x.nrows() {
                return Err(Failure::Usage(format!(
                    "{} has {} values and {} has {} rows; give one value for each row",
                    file.display(),
                    y.len(),
                    self.name(),
                    x.nrows()
                )));
            }
            columns.push(column(name.to_owned(), y, file)?);
        }
        Table::new(columns).map_err(|error| Failure::from(error).within(&self.name()))
    }
}

fn of_extension(path: &Path) -> Format {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("svm" | "svmlight" | "libsvm") => Format::Svmlight,
        Some("npy") => Format::Npy,
        _ => Format::Csv,
    }
}

/// One column of an array; its file has no lines to name, only rows.
fn column(name: String, values: Vec<f64>, file: &Path) -> Result<Column, Failure> {
    Column::numeric(name.clone(), values).map_err(|error| {
        let Error::NonFinite { row, value, .. } = error else { return error.into() };
        Failure::from(Error::Data {
            file: Some(file.to_owned()),
            line: None,
            column: Some(name),
            problem: format!("the value at row {row}, counted from 0, is {value}"),
            remedy: "give a finite number, or NaN if it is missing".to_owned(),
        })
    })
}
