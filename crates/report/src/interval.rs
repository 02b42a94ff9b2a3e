//! Limits of intervals: Beta and Student quantiles, and Wilson's interval of a share.

use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::beta::checked_beta_reg;

/// The 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The p-quantile of Beta(a, b), for a, b ≥ 1 and 0 < p < 1, by bisection over the log-odds of the quantile: its logarithm keeps
/// digits near 0 and near 1, and nothing can fail to converge.
pub(crate) fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    let sigmoid = |t: f64| 1.0 / (1.0 + (-t).exp());
    let (mut low, mut high) = (-745.0_f64, 745.0_f64);
    for _ in 0..70 {
        let middle = 0.5 * (low + high);
        let below = checked_beta_reg(a, b, sigmoid(middle)).is_ok_and(|share| share < p);
        if below { low = middle } else { high = middle }
    }
    sigmoid(0.5 * (low + high))
}

/// Wilson's 95 % interval of a share of n trials (Wilson 1927), which stays inside [0, 1] and behaves at 0 and 1.
pub(crate) fn wilson(share: f64, n: f64) -> (f64, f64) {
    let z2 = Z * Z / n;
    let center = (share + 0.5 * z2) / (1.0 + z2);
    let half = Z / (1.0 + z2) * ((share * (1.0 - share)).max(0.0) / n + z2 / (4.0 * n)).sqrt();
    ((center - half).max(0.0), (center + half).min(1.0))
}

/// The 97.5 % quantile of Student's t distribution; NaN without degrees of freedom.
pub(crate) fn student(freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |t| t.inverse_cdf(0.975))
}
