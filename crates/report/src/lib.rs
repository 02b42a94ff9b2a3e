//! Statistical figures as SVG and reports as one offline HTML file, from plain numbers.
//!
//! | you want to show … | figure |
//! |---|---|
//! | estimates with their intervals | [`CoefficientForest`] |
//! | whether the mean is right | [`ResidualsFitted`], [`Calibration`] |
//! | whether the variance is right | [`ScaleLocation`] |
//! | whether the distribution is right | [`QuantileQuantile`], [`Histogram`] |
//! | which rows decide | [`LeveragePlot`] |
//! | how coefficients shrink along a path | [`CoefficientPath`] |
//! | which λ cross-validation chose | [`ValidationCurve`] |
//! | what is selected whatever rows are seen | [`StabilityPath`] |
//! | what a penalty does | [`LossContours`], [`ShrinkageCurve`] |
//! | training, anything over a common x | [`LineChart`] |
//!
//! A figure is a struct over slices; [`Figure::svg`] gives a picture that stands alone or in a [`Page`]. Light and dark follow the reader
//! (`prefers-color-scheme`), colours are apart for colour-blind readers, and each picture names and describes itself for those who do not see it.
//! The same numbers give the same bytes. A [`Page`] is one file without scripts that needs no network.
//!
//! ```
//! use thalweg_report::{Page, ResidualsFitted, Section};
//! let figure = ResidualsFitted::new(&[1.0, 2.0, 3.0], &[0.1, -0.2, 0.1]);
//! let page = Page::new("A fit").fact("rows", "3").section(Section::new("Residuals").figure(&figure)?);
//! assert!(page.html().starts_with("<!DOCTYPE html>"));
//! # Ok::<(), thalweg_core::Error>(())
//! ```

pub mod number;

mod axis;
mod chart;
mod clip;
mod color;
mod figure;
mod figures;
mod interval;
mod labels;
mod lowess;
mod page;
mod sample;
mod scatter;
mod section;
mod svg;
mod table;
mod text;
mod thin;

pub use axis::Scale;
pub use figure::Figure;
pub use figures::{
    Calibration, CalibrationBin, Coefficient, CoefficientForest, CoefficientPath, Histogram, LeveragePlot,
    LineChart, LossContours, Mark, Order, Outcome, QuantileQuantile, Race, Reference, ResidualsFitted,
    ScaleLocation, Series, ShrinkageCurve, StabilityPath, State, Style, ValidationCurve,
};
pub use lowess::Lowess;
pub use page::Page;
pub use section::Section;
pub use table::Table;
