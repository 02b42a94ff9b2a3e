//! Limits of intervals: Beta and Student quantiles, and Wilson's interval of a share.

use statrs::function::beta::checked_beta_reg;
use thalweg_core::math::{exp, sigmoid};

/// The 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The p-quantile of Beta(a, b), for a, b > 0 and 0 < p < 1.
pub(crate) fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    sigmoid(beta_log_odds(a, b, p))
}

/// ln(x/(1 − x)) of that quantile x, by bisection: it keeps its digits near 0 and near 1, and nothing can fail to converge.
fn beta_log_odds(a: f64, b: f64, p: f64) -> f64 {
    let (mut low, mut high) = (-745.0_f64, 745.0_f64);
    for _ in 0..70 {
        let middle = 0.5 * (low + high);
        let below = checked_beta_reg(a, b, sigmoid(middle)).is_ok_and(|share| share < p);
        if below { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Wilson's 95 % interval of a share of n trials (Wilson 1927), which stays inside [0, 1] and behaves at 0 and 1.
pub(crate) fn wilson(share: f64, n: f64) -> (f64, f64) {
    let z2 = Z * Z / n;
    let center = (share + 0.5 * z2) / (1.0 + z2);
    let half = Z / (1.0 + z2) * ((share * (1.0 - share)).max(0.0) / n + z2 / (4.0 * n)).sqrt();
    ((center - half).max(0.0), (center + half).min(1.0))
}

/// The 97.5 % quantile of Student's t distribution, from t²/(ν + t²) ~ Beta(½, ν/2); NaN without degrees of freedom.
pub(crate) fn student(freedom: f64) -> f64 {
    if freedom > 0.0 { (freedom * exp(beta_log_odds(0.5, 0.5 * freedom, 0.95))).sqrt() } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::{beta_quantile, student};

    /// Made by `tests/fixtures/reference.R`.
    fn reference(name: &str) -> Vec<f64> {
        let text = include_str!("../tests/fixtures/reference.json");
        let all: serde_json::Value = serde_json::from_str(text).unwrap();
        all[name].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
    }

    #[test]
    fn quantiles_of_order_statistics() {
        let (a, b) = (reference("beta_a"), reference("beta_b"));
        for (p, expected) in [(0.025, reference("beta_lower")), (0.975, reference("beta_upper"))] {
            for k in 0..a.len() {
                let (x, found) = (expected[k], beta_quantile(a[k], b[k], p));
                // Both tails keep their digits.
                assert!((found / x - 1.0).abs() < 1e-9, "Beta({}, {}) at {p}: {found} for {x}", a[k], b[k]);
                assert!(((1.0 - found) / (1.0 - x) - 1.0).abs() < 1e-8, "Beta({}, {}) at {p}", a[k], b[k]);
            }
        }
    }

    #[test]
    fn quantiles_of_student() {
        for (freedom, x) in reference("t_freedom").into_iter().zip(reference("t_quantile")) {
            assert!((student(freedom) / x - 1.0).abs() < 1e-10, "{freedom}: {}", student(freedom));
        }
        assert!(student(0.0).is_nan());
    }
}
