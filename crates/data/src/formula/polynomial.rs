//! `Polynomial`: R's orthogonal polynomials, p₀ … p_d with ΣpᵢPⱼ = δᵢⱼ over the rows of the fit.
//!
//! The monic ones obey q_k(x) = (x − αₖ)q_{k−1}(x) − (νₖ/νₖ₋₁)q_{k−2}(x) with νₖ₊₁ = Σq_k², ν₀ = 1, ν₁ = n (R's `alpha`
//! and `norm2`); p_k = q_k/√νₖ₊₁. R obtains the α from a QR factorisation of the powers of x − x̄; here the columns are
//! orthogonalised as they arise, which is the same in exact arithmetic and never forms the powers.
//!
//! Source: G. E. Forsythe, Generation and use of orthogonal polynomials for data-fitting, J. SIAM 5 (1957).

use serde::{Deserialize, Serialize};
use thalweg_core::vector;

/// The coefficients, as R's `attr(poly(x, d), "coefs")`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Polynomial {
    /// α₁ … α_d.
    pub(super) alpha: Vec<f64>,
    /// ν₀ … ν_{d+1}.
    pub(super) norm2: Vec<f64>,
}

impl Polynomial {
    /// The polynomials of degree up to d on these points, and their values p₁ … p_d there; `None` unless there are more
    /// than d different points and nothing overflows.
    pub(super) fn learn(x: &[f64], degree: usize) -> Option<(Self, Vec<Vec<f64>>)> {
        let mut sorted = x.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        if sorted.len() <= degree {
            return None;
        }
        let n = x.len() as f64;
        let mean = mean(x);
        let mut alpha = Vec::with_capacity(degree);
        let mut norm2 = vec![1.0, n];
        // Orthonormal columns from p₀ on.
        let mut columns = vec![vec![1.0 / n.sqrt(); x.len()]];
        // The last monic polynomial.
        let mut monic = vec![1.0; x.len()];
        for k in 1..=degree {
            let weighted: Vec<f64> = monic.iter().zip(x).map(|(q, x)| q * q * (x - mean)).collect();
            let a = vector::sum(&weighted) / norm2[k] + mean;
            let mut next: Vec<f64> = monic.iter().zip(x).map(|(q, x)| (x - a) * q).collect();
            // Against all before: exact arithmetic has only the last two.
            for _ in 0..2 {
                for column in &columns {
                    let share = vector::dot(column, &next);
                    vector::axpy(-share, column, &mut next);
                }
            }
            let size = vector::norm2_squared(&next);
            if !(size.is_finite() && size > 0.0 && a.is_finite()) {
                return None;
            }
            alpha.push(a);
            norm2.push(size);
            let scale = size.sqrt();
            columns.push(next.iter().map(|q| q / scale).collect());
            monic = next;
        }
        columns.remove(0);
        Some((Self { alpha, norm2 }, columns))
    }

    /// p₁ … p_d at any points.
    pub(super) fn at(&self, x: &[f64]) -> Vec<Vec<f64>> {
        let mut before = vec![0.0; x.len()];
        let mut last = vec![1.0; x.len()];
        let mut columns = Vec::with_capacity(self.alpha.len());
        for (alpha, norm2) in self.alpha.iter().zip(self.norm2.windows(3)) {
            let ratio = norm2[1] / norm2[0];
            // ν₁/ν₀ belongs to q₋₁ = 0.
            let next = last.iter().zip(&before).zip(x).map(|((q, b), x)| (x - alpha) * q - ratio * b);
            let next: Vec<f64> = next.collect();
            before = core::mem::replace(&mut last, next);
            let scale = norm2[2].sqrt();
            columns.push(last.iter().map(|q| q / scale).collect());
        }
        columns
    }

    /// Whether the numbers can be those of some data.
    pub(super) fn is_sound(&self, degree: usize) -> bool {
        self.alpha.len() == degree
            && self.norm2.len() == degree + 2
            && self.alpha.iter().all(|a| a.is_finite())
            && self.norm2.iter().all(|v| v.is_finite() && *v > 0.0)
    }
}

/// The mean, its rounding corrected once.
pub(super) fn mean(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let rough = vector::sum(x) / n;
    let rest: Vec<f64> = x.iter().map(|x| x - rough).collect();
    rough + vector::sum(&rest) / n
}
