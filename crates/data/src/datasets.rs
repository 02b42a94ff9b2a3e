//! The embedded public data sets; `datasets/README.md` in this crate tells where each comes from and what was changed.

use std::path::Path;

use thalweg_core::{Error, Result};

use crate::csv::{CsvOptions, parse_csv};
use crate::table::Table;

/// One embedded data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dataset {
    /// The name to load it by.
    pub name: &'static str,
    /// What it holds, in one line.
    pub summary: &'static str,
    /// Where it comes from and how to cite it.
    pub source: &'static str,
    /// The rights.
    pub licence: &'static str,
    /// The column most often predicted.
    pub target: &'static str,
    /// A family that fits this target; a name in the catalogue of families.
    pub family: &'static str,
    /// How many rows it has.
    pub rows: usize,
    /// How many columns it has, the target included.
    pub columns: usize,
    /// The CSV file.
    pub bytes: &'static [u8],
}

const CC_BY: &str = "CC BY 4.0";
const PUBLIC: &str = "public domain";

/// All embedded data sets.
pub const DATASETS: &[Dataset] = &[
    Dataset {
        name: "breast_cancer",
        summary: "30 measurements of cell nuclei in fine needle aspirates, and the diagnosis",
        source: "Wolberg, Mangasarian, Street, Street: Breast Cancer Wisconsin (Diagnostic), UCI Machine Learning Repository, doi:10.24432/C5DW2B",
        licence: CC_BY,
        target: "diagnosis",
        family: "binomial",
        rows: 569,
        columns: 31,
        bytes: include_bytes!("../datasets/breast_cancer.csv"),
    },
    Dataset {
        name: "iris",
        summary: "sepal and petal sizes in cm of 50 flowers of each of three species",
        source: "Fisher (1936): The use of multiple measurements in taxonomic problems, Annals of Eugenics 7, doi:10.24432/C56C76",
        licence: CC_BY,
        target: "petal_length",
        family: "gaussian",
        rows: 150,
        columns: 5,
        bytes: include_bytes!("../datasets/iris.csv"),
    },
    Dataset {
        name: "wine",
        summary: "chemical analysis of wines of three cultivars of one region in Italy",
        source: "Aeberhard, Forina: Wine, UCI Machine Learning Repository, doi:10.24432/C5PC7J",
        licence: CC_BY,
        target: "alcohol",
        family: "gaussian",
        rows: 178,
        columns: 14,
        bytes: include_bytes!("../datasets/wine.csv"),
    },
    Dataset {
        name: "digits",
        summary: "8 x 8 images of handwritten digits, pixel values 0 to 16",
        source: "Alpaydin, Kaynak (1998): Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, doi:10.24432/C50P49",
        licence: CC_BY,
        target: "digit",
        family: "gaussian",
        rows: 1797,
        columns: 65,
        bytes: include_bytes!("../datasets/digits.csv"),
    },
    Dataset {
        name: "diabetes",
        summary: "ten baseline measurements of diabetes patients and the disease progression one year later",
        source: "Efron, Hastie, Johnstone, Tibshirani (2004): Least angle regression, Annals of Statistics 32, 407-499",
        licence: "distributed in a BSD-3-Clause package",
        target: "progression",
        family: "gaussian",
        rows: 442,
        columns: 11,
        bytes: include_bytes!("../datasets/diabetes.csv"),
    },
    Dataset {
        name: "longley",
        summary: "US macroeconomic series 1947 to 1962, highly collinear",
        source: "NIST Statistical Reference Datasets; Longley (1967), Journal of the American Statistical Association 62, 819-841",
        licence: PUBLIC,
        target: "total_employment",
        family: "gaussian",
        rows: 16,
        columns: 7,
        bytes: include_bytes!("../datasets/longley.csv"),
    },
    Dataset {
        name: "norris",
        summary: "calibration of ozone monitors",
        source: "NIST Statistical Reference Datasets; Norris, J., NIST",
        licence: PUBLIC,
        target: "y",
        family: "gaussian",
        rows: 36,
        columns: 2,
        bytes: include_bytes!("../datasets/norris.csv"),
    },
    Dataset {
        name: "randhie",
        summary: "visits to a physician in the RAND Health Insurance Experiment",
        source: "Cameron, Trivedi (2005): Microeconometrics, Methods and Applications, Cambridge",
        licence: PUBLIC,
        target: "mdvis",
        family: "poisson",
        rows: 20190,
        columns: 10,
        bytes: include_bytes!("../datasets/randhie.csv"),
    },
    Dataset {
        name: "anes96",
        summary: "vote for Clinton (0) or Dole (1) in the American National Election Study of 1996",
        source: "American National Election Studies, by the copy in statsmodels",
        licence: PUBLIC,
        target: "vote",
        family: "binomial",
        rows: 944,
        columns: 10,
        bytes: include_bytes!("../datasets/anes96.csv"),
    },
    Dataset {
        name: "stackloss",
        summary: "21 days of a plant oxidising ammonia to nitric acid",
        source: "Brownlee (1965): Statistical Theory and Methodology in Science and Engineering, Wiley",
        licence: PUBLIC,
        target: "stack_loss",
        family: "gaussian",
        rows: 21,
        columns: 4,
        bytes: include_bytes!("../datasets/stackloss.csv"),
    },
    Dataset {
        name: "grunfeld",
        summary: "yearly investment of 11 U.S. firms, 1935 to 1954",
        source: "Kleiber, Zeileis (2010): The Grunfeld data at 50, German Economic Review 11, 404-417",
        licence: PUBLIC,
        target: "invest",
        family: "gaussian",
        rows: 220,
        columns: 5,
        bytes: include_bytes!("../datasets/grunfeld.csv"),
    },
];

/// The embedded data set called `name`.
///
/// # Errors
/// [`Error::UnknownName`] with a suggestion.
pub fn dataset(name: &str) -> Result<&'static Dataset> {
    let known = || DATASETS.iter().map(|set| set.name);
    DATASETS.iter().find(|set| set.name == name).ok_or_else(|| Error::unknown_name("data set", name, known()))
}

/// The embedded data set called `name`, as a table.
///
/// # Errors
/// [`Error::UnknownName`] with a suggestion.
pub fn load(name: &str) -> Result<Table> {
    let file = format!("{name} (embedded)");
    parse_csv(dataset(name)?.bytes, Some(Path::new(&file)), &CsvOptions::default())
}
