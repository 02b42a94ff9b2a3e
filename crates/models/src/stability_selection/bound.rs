//! [`FalseSelections`]: how many selections may be false.

use thalweg_core::{Error, Result};

/// A bound on the expected number of false selections among those that at least the share π of 2B halves agree on, if a half selects q of p predictors on
/// average.
///
/// *False* has two meanings, and the bounds hold for both. Meinshausen and Bühlmann count predictors without effect, and assume that the selection of all of
/// them is exchangeable and no worse than guessing. Shah and Samworth, with complementary pairs, assume nothing, and count predictors that a half selects
/// with a probability of at most q/p: those that are no better than chance.
///
/// ```
/// use thalweg_models::FalseSelections;
/// // 10²/(0.8 · 1000), and the number of selections with which one may be false.
/// assert_eq!(FalseSelections::Any.expected(10.0, 0.9, 1000, 50), 0.125);
/// assert!((FalseSelections::Any.most_selected(1.0, 0.9, 1000, 50) - 800_f64.sqrt()).abs() < 1e-12);
/// // 4(1 − 0.9 + 1/100)/(1 + 1/50) · 10²/1000.
/// assert!((FalseSelections::Unimodal.expected(10.0, 0.9, 1000, 50) - 0.044 / 1.02).abs() < 1e-15);
/// ```
///
/// Source: Meinshausen and Bühlmann, *Stability selection*, J. R. Statist. Soc. B 72 (2010), theorem 1; Shah and Samworth, *Variable selection with error
/// control: another look at stability selection*, J. R. Statist. Soc. B 75 (2013), theorems 1 and 2.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum FalseSelections {
    /// q²/((2π − 1)p).
    #[default]
    Any,
    /// C(π, B)·q²/p, where the number of pairs whose halves both select a predictor is distributed with a single mode, as it always seems to be: with
    /// θ = q/p, C is 1/(2(2π − 1 − 1/(2B))) for π in (min(½ + θ², ½ + 1/(2B) + ¾θ²), ¾] but for ½ + 1/(2B), and 4(1 − π + 1/(2B))/(1 + 1/B) for π in (¾, 1]; +∞ elsewhere. π is
    /// rounded up to a multiple of 1/(2B), which selects the same.
    Unimodal,
}

impl FalseSelections {
    /// The bound for q of p predictors, π and B pairs.
    #[must_use]
    pub fn expected(self, q: f64, threshold: f64, p: usize, pairs: usize) -> f64 {
        let theta = q / p as f64;
        let (factor, most) = self.factor(threshold, pairs);
        match q {
            0.0 => 0.0,
            _ if theta < most => factor * q * theta,
            _ => f64::INFINITY,
        }
    }

    /// The largest q ≤ p with which the bound is no larger than `expected`.
    #[must_use]
    pub fn most_selected(self, expected: f64, threshold: f64, p: usize, pairs: usize) -> f64 {
        let p = p as f64;
        let (factor, most) = self.factor(threshold, pairs);
        // Just below the share from which on there is no bound.
        (expected / factor * p).sqrt().min(p * most.next_down()).min(p)
    }

    /// The bound is a factor times q²/p, for q/p below a second number.
    fn factor(self, threshold: f64, pairs: usize) -> (f64, f64) {
        let step = 0.5 / pairs as f64;
        match self {
            Self::Any => (1.0 / (2.0 * threshold - 1.0), f64::INFINITY),
            Self::Unimodal => {
                // The rounding of 2Bπ must not add a step.
                let threshold = (threshold / step * (1.0 - 4.0 * f64::EPSILON)).ceil() * step;
                if threshold > 0.75 {
                    return (4.0 * (1.0 - threshold + step) / (1.0 + 2.0 * step), f64::INFINITY);
                }
                let excess = threshold - 0.5;
                if excess < 1.5 * step {
                    return (f64::INFINITY, 0.0);
                }
                (0.5 / (2.0 * excess - step), excess.max((excess - step) * 4.0 / 3.0).sqrt())
            }
        }
    }
}

/// π.
pub(super) fn check_threshold(threshold: f64) -> Result<f64> {
    if threshold > 0.5 && threshold <= 1.0 {
        return Ok(threshold);
    }
    let rule =
        "it must be more than 0.5 and at most 1, such as 0.75: the share of the halves that must agree";
    Err(Error::invalid_parameter("threshold", threshold, rule))
}

/// How many false selections may be expected.
pub(super) fn check_expected(expected: f64) -> Result<f64> {
    if expected > 0.0 {
        return Ok(expected);
    }
    let rule = "it must be a positive number, such as 1; infinity asks for no bound";
    Err(Error::invalid_parameter("false selections", expected, rule))
}
