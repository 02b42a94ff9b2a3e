//! Sums over the pairs of a query of a·softplus(−σ(ηᵢ − ηⱼ)) with yᵢ > yⱼ: what the pairwise losses are evaluated by, in lanes.

use thalweg_core::{math, simd};

use super::ranking::QueryRows;

const LANES: usize = 8;

/// The weights a of the pairs: wᵢwⱼ, times |Gᵢ − Gⱼ||Dᵢ − Dⱼ| where gains G and discounts D are given.
#[derive(Copy, Clone)]
pub(super) struct Pairs<'a> {
    pub(super) rows: QueryRows<'a>,
    pub(super) sigma: f64,
    pub(super) ranked: Option<(&'a [f64], &'a [f64])>,
}

impl Pairs<'_> {
    /// The weights and the differences σ(ηᵢ − ηⱼ) of row i with the rows from j on; weights are 0 beyond the last.
    #[inline(always)]
    fn lanes(&self, i: usize, j: usize) -> ([f64; LANES], [f64; LANES]) {
        let (m, eta) = (self.rows.eta.len(), self.rows.eta);
        let end = m.min(j + LANES);
        let (mut weight, mut distance) = ([0.0; LANES], [0.0; LANES]);
        for (lane, at) in (j..end).enumerate() {
            weight[lane] = self.rows.w[i] * self.rows.w[at];
            // Beyond the largest number a weight of 0 would give NaN.
            distance[lane] = (self.sigma * (eta[i] - eta[at])).clamp(-f64::MAX, f64::MAX);
        }
        if let Some((gains, discounts)) = self.ranked {
            for (lane, at) in (j..end).enumerate() {
                weight[lane] *= ((gains[i] - gains[at]) * (discounts[i] - discounts[at])).abs();
            }
        }
        (weight, distance)
    }

    /// The sum; its gradient and, unless `h` is empty, the diagonal of its Hessian are added to `g` and `h`.
    pub(super) fn sum(&self, g: &mut [f64], h: &mut [f64]) -> f64 {
        simd::dispatch(
            #[inline(always)]
            || {
                let (m, second) = (g.len(), !h.is_empty());
                let mut values = [0.0; LANES];
                for i in 0..m {
                    let (mut slopes, mut bends) = ([0.0; LANES], [0.0; LANES]);
                    for j in (self.rows.lower[i] as usize..m).step_by(LANES) {
                        let (weight, distance) = self.lanes(i, j);
                        let (mut slope, mut bend) = ([0.0; LANES], [0.0; LANES]);
                        for lane in 0..LANES {
                            let x = distance[lane];
                            let (log, large, small) = math::logistic_parts(x);
                            let wrong = if x >= 0.0 { small } else { large };
                            values[lane] += weight[lane] * ((-x).max(0.0) + log);
                            slope[lane] = weight[lane] * self.sigma * wrong;
                            bend[lane] = weight[lane] * self.sigma * self.sigma * (large * small);
                            slopes[lane] += slope[lane];
                            bends[lane] += bend[lane];
                        }
                        for (g, slope) in g[j..].iter_mut().zip(slope) {
                            *g += slope;
                        }
                        if second {
                            for (h, bend) in h[j..].iter_mut().zip(bend) {
                                *h += bend;
                            }
                        }
                    }
                    g[i] -= slopes.iter().sum::<f64>();
                    if second {
                        h[i] += bends.iter().sum::<f64>();
                    }
                }
                values.iter().sum()
            },
        )
    }

    /// Hv is added to `out`.
    pub(super) fn action(&self, v: &[f64], out: &mut [f64]) {
        simd::dispatch(
            #[inline(always)]
            || {
                let m = out.len();
                for i in 0..m {
                    let mut sums = [0.0; LANES];
                    for j in (self.rows.lower[i] as usize..m).step_by(LANES) {
                        let (weight, distance) = self.lanes(i, j);
                        let mut bend = [0.0; LANES];
                        for lane in 0..LANES {
                            let (_, large, small) = math::logistic_parts(distance[lane]);
                            bend[lane] = weight[lane] * self.sigma * self.sigma * (large * small);
                        }
                        for (lane, (out, vj)) in out[j..].iter_mut().zip(&v[j..]).take(LANES).enumerate() {
                            let term = bend[lane] * (v[i] - vj);
                            *out -= term;
                            sums[lane] += term;
                        }
                    }
                    out[i] += sums.iter().sum::<f64>();
                }
            },
        );
    }
}
