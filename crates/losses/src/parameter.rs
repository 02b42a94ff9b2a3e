//! Rules that parameters of several losses share.

use thalweg_core::{Error, Result};

/// The rule of a scale. Its square and the inverse of that are then normal numbers in single precision, too.
pub(crate) const SCALE: &str = "it must be between 1e-18 and 1e18";

/// The rule of a quantile or expectile level.
pub(crate) const LEVEL: &str = "it must lie between 0 and 1, both excluded";

/// `value` if it is a scale.
pub(crate) fn scale(name: &str, value: f64) -> Result<f64> {
    if (1e-18..=1e18).contains(&value) {
        Ok(value)
    } else {
        Err(Error::invalid_parameter(name, value, SCALE))
    }
}

/// `value` if it is a level.
pub(crate) fn level(name: &str, value: f64) -> Result<f64> {
    if value > 0.0 && value < 1.0 { Ok(value) } else { Err(Error::invalid_parameter(name, value, LEVEL)) }
}
