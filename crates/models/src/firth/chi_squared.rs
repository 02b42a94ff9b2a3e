//! The χ² test of a likelihood ratio.

use statrs::function::gamma::checked_gamma_ur;

use crate::hypothesis::Test;

/// Of a statistic with `df` degrees of freedom; with none there is nothing to reject.
pub(crate) fn chi_squared(statistic: f64, df: usize) -> Test {
    // Rounding may leave a ratio a hair below 0.
    let half = if statistic.is_nan() { statistic } else { 0.5 * statistic.max(0.0) };
    let p_value = match half {
        _ if df == 0 || half == 0.0 => 1.0,
        half if half.is_nan() => f64::NAN,
        half => checked_gamma_ur(0.5 * df as f64, half).unwrap_or(f64::NAN),
    };
    Test { statistic, df: df as f64, df_residual: None, p_value }
}

#[cfg(test)]
mod tests {
    use super::chi_squared;

    /// mpmath 1.3, 40 digits: gammainc(df/2, statistic/2, inf, regularized=True).
    #[test]
    fn tails_keep_their_digits() {
        let known = [
            (3.841_458_820_694_124, 1, 0.05000000000000006),
            (0.5, 7, 0.999446481390425),
            (20.0, 30, 0.9165415270653372),
            (576.847_926_921_891_5, 30, 1.8223165782872095e-102),
            (141.962_795_174_523_88, 9, 4.0566646041981965e-26),
            (1400.0, 2, 9.85967654375977e-305),
        ];
        for (statistic, df, p) in known {
            let ours = chi_squared(statistic, df).p_value;
            assert!((ours / p - 1.0).abs() < 1e-11, "{statistic} {df}: {ours:e} {p:e}");
        }
        assert_eq!(chi_squared(-1e-13, 4).p_value, 1.0);
        assert_eq!(chi_squared(3.0, 0).p_value, 1.0);
        assert!(chi_squared(f64::NAN, 2).p_value.is_nan());
    }
}
