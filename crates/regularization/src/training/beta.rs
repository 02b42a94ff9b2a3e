//! [`symmetric_beta`]: numbers from the beta distribution with equal parameters.

use rand::Rng;
use thalweg_core::math::{ln, sigmoid};
use thalweg_core::streams::{normal, uniform};

/// A number from Beta(a, a), a > 0: G/(G + H) of two gamma numbers, from their logarithms, because for a small a both may underflow.
pub(super) fn symmetric_beta(rng: &mut impl Rng, a: f64) -> f64 {
    let (first, second) = (ln_gamma_variate(rng, a), ln_gamma_variate(rng, a));
    sigmoid(first - second)
}

/// The logarithm of a number from Gamma(a, 1): Marsaglia and Tsang, *A simple method for generating gamma variables*, ACM TOMS 26 (2000),
/// with their G(a) = G(a + 1) U^(1/a) below 1.
fn ln_gamma_variate(rng: &mut impl Rng, a: f64) -> f64 {
    if a < 1.0 {
        return ln_gamma_variate(rng, a + 1.0) + ln_uniform(rng) / a;
    }
    let d = a - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(rng);
        let root = 1.0 + c * x;
        let ln_u = ln_uniform(rng);
        if root > 0.0 {
            let (v, ln_v) = (root * root * root, 3.0 * ln(root));
            if ln_u < 0.5 * x * x + d * (1.0 - v + ln_v) {
                return ln(d) + ln_v;
            }
        }
    }
}

/// ln U, U uniform in (0, 1].
fn ln_uniform(rng: &mut impl Rng) -> f64 {
    ln(1.0 - uniform(rng))
}
