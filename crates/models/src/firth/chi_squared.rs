//! The χ² test of a likelihood ratio.

use statrs::function::gamma::checked_gamma_ur;

use crate::hypothesis::Test;

/// Of a statistic with `df` degrees of freedom; with none there is nothing to reject.
pub(crate) fn chi_squared(statistic: f64, df: f64) -> Test {
    // Rounding may leave a ratio a hair below 0.
    let half = if statistic.is_nan() { statistic } else { 0.5 * statistic.max(0.0) };
    let p_value = match half {
        _ if df == 0.0 || half == 0.0 => 1.0,
        half if half.is_nan() => f64::NAN,
        half => checked_gamma_ur(0.5 * df, half).unwrap_or(f64::NAN),
    };
    Test { statistic, df, df_residual: None, p_value }
}
