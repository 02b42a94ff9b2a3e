//! The pictures, one a file.

mod calibration;
mod coefficient;
mod coefficient_forest;
mod coefficient_path;
mod ends;
mod histogram;
mod leverage_plot;
mod line_chart;
mod loss_contours;
mod quantile_quantile;
mod race;
mod residuals_fitted;
mod scale_location;
mod series;
mod shrinkage_curve;
mod stability_path;
mod validation_curve;

pub use calibration::{Calibration, CalibrationBin, Outcome};
pub use coefficient::{Coefficient, State};
pub use coefficient_forest::{CoefficientForest, Order};
pub use coefficient_path::CoefficientPath;
pub use histogram::Histogram;
pub use leverage_plot::LeveragePlot;
pub use line_chart::LineChart;
pub use loss_contours::LossContours;
pub use quantile_quantile::{QuantileQuantile, Reference};
pub use race::Race;
pub use residuals_fitted::ResidualsFitted;
pub use scale_location::ScaleLocation;
pub use series::{Mark, Series, Style};
pub use shrinkage_curve::ShrinkageCurve;
pub use stability_path::StabilityPath;
pub use validation_curve::ValidationCurve;
