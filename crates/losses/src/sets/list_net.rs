//! ListNet's top-one loss of rankings: the cross-entropy between the softmax of the relevances and that of the predictors, for each query.
//!
//! Minus the log-likelihood of which row comes first, where the row is drawn with the probabilities softmax(y). optax's
//! `ranking_softmax_loss` takes the shares as they are given (it does not normalise labels); given softmax(y) it is the same, and its
//! `weights` multiply the labels only. allRank's `listNet` is the same.
//!
//! Source: Cao et al., *Learning to rank: from pairwise approach to listwise approach*, ICML 2007.

use thalweg_core::{Datafit, Properties, Real, Result, Target, math};

use super::ranking::{QueryLoss, QueryRows, QueryWork, Ranking};
use super::{MakeSets, SetData, SetEntry};

/// For each query −Σ Pᵢ (ηᵢ − ln Σ rⱼ e^ηⱼ) with Pᵢ = rᵢ e^yᵢ/Σ rⱼ e^yⱼ, times the mean weight w̄ of its rows, where r = w/w̄: a row of twice the weight
/// counts as two.
///
/// Convex in η, O(m). Never less than the entropy of P. With respect to max|v| along a direction v the self-concordance is 2, as for any
/// softmax.
///
/// ```
/// use thalweg_core::{Block, Datafit, Want};
/// use thalweg_losses::{ListNet, Ranking};
/// let loss = Ranking::new(ListNet, &[3.0_f64.ln(), 0.0])?; // shares 3/4 and 1/4
/// let mut g = [0.0; 2];
/// let mut out = Block { value: 0.0, gradient: &mut g, curvature: &mut [] };
/// loss.evaluate(0..2, &[0.0; 2], Want::Gradient, &mut out);
/// assert!((out.value - 2.0_f64.ln()).abs() < 1e-15);
/// assert!((g[0] + 0.25).abs() < 1e-15 && (g[1] - 0.25).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, Default)]
pub struct ListNet;

pub(crate) const ENTRY: SetEntry = SetEntry {
    name: "list-net",
    summary: "cross-entropy of the softmax of relevances and that of predictors in each query",
    parameters: &[],
    example: "list-net",
    make: MakeSets { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64], data: SetData<'_, T>) -> Result<Box<dyn Datafit<T>>> {
    Ranking::from_data(ListNet, data)
}

/// out ← rᵢ e^(xᵢ − max x)/Σ; gives max x and ln Σ.
fn softmax(x: &[f64], r: &[f64], out: &mut [f64]) -> (f64, f64) {
    let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for ((out, x), r) in out.iter_mut().zip(x).zip(r) {
        *out = r * math::exp(x - largest);
    }
    let sum: f64 = out.iter().sum();
    out.iter_mut().for_each(|out| *out /= sum);
    (largest, math::ln(sum))
}

impl QueryLoss for ListNet {
    fn query(&self, rows: QueryRows<'_>, g: &mut [f64], h: &mut [f64], work: QueryWork<'_>) -> f64 {
        let m = g.len();
        let (p, rest) = work.numbers.split_at_mut(m);
        let q = &mut rest[..m];
        softmax(rows.y, rows.w, p);
        let (largest, log) = softmax(rows.eta, rows.w, q);
        // Terms of one sign; a share of 0 times a distance that overflows is nothing.
        let terms = p.iter().zip(rows.eta).filter(|(p, _)| **p > 0.0).map(|(p, eta)| p * (largest - eta));
        let value = terms.sum::<f64>() + log;
        for ((g, p), q) in g.iter_mut().zip(p.iter()).zip(q.iter()) {
            *g = q - p;
        }
        for (h, q) in h.iter_mut().zip(q.iter()) {
            *h = q * (1.0 - q);
        }
        value
    }

    fn action(&self, rows: QueryRows<'_>, v: &[f64], out: &mut [f64], work: QueryWork<'_>) {
        let q = &mut work.numbers[..out.len()];
        softmax(rows.eta, rows.w, q);
        let mean: f64 = q.iter().zip(v).map(|(q, v)| q * v).sum();
        for ((out, q), v) in out.iter_mut().zip(q).zip(v) {
            *out = *q * (v - mean);
        }
    }

    fn properties<T: Real>(&self) -> Properties<T> {
        Properties { self_concordance: Some(T::of(2.0)), ..Properties::convex(Target::Real) }
    }
}
