//! LambdaRank: the pairwise logistic loss of rankings, each pair weighed by what swapping its rows would change in NDCG.
//!
//! Gains are 2^y − 1, discounts 1/log₂(1 + rank) at the ranks of the current predictors, and both are divided by the largest DCG of the query, as in
//! LightGBM's `lambdarank`; its `lambdarank_norm` and `lambdarank_truncation_level` have no counterpart (turn the one off and raise the
//! other to the length of the longest query for the same lambdas), and its weights multiply a row's lambdas after the sum.
//!
//! Source: Burges, *From RankNet to LambdaRank to LambdaMART: an overview*, Microsoft Research MSR-TR-2010-82.

use thalweg_core::{Datafit, Properties, Real, Result, Target, math};

use super::pairs::Pairs;
use super::pairwise_logistic::{SIGMA, check_sigma};
use super::ranking::{QueryLoss, QueryRows, QueryWork, Ranking};
use super::{MakeSets, SetData, SetEntry};

/// Σ over pairs with yᵢ > yⱼ of (wᵢwⱼ/w̄)·|ΔNDCGᵢⱼ|·ln(1 + e^−σ(ηᵢ − ηⱼ)) with |ΔNDCGᵢⱼ| = |2^yᵢ − 2^yⱼ||Dᵢ − Dⱼ|/DCG*, w̄ the mean weight of the query's rows.
///
/// The discounts D belong to the ranking by falling η (the less relevant first among equals, then the later row). Between two points at which rows change places they are constant, and
/// there the gradient and the Hessian given are those of the value. At such a point the value jumps by the change of the discounts,
/// so that no descent of the value is to be had across it, and line searches may fail; what is descended is the gradient field, whose fixed points
/// Donmez, Svore and Burges (2009) found to be local optima of NDCG. Neither convex nor continuous. O(m²) for a query of m rows.
///
/// ```
/// use thalweg_core::{Block, Datafit, Want};
/// use thalweg_losses::{LambdaRank, Ranking};
/// let loss = Ranking::new(LambdaRank::default(), &[0.0, 1.0])?; // the wrong row is first
/// let mut g = [0.0; 2];
/// let mut out = Block { value: 0.0, gradient: &mut g, curvature: &mut [] };
/// loss.evaluate(0..2, &[0.0; 2], Want::Gradient, &mut out);
/// let change = 1.0 - 1.0 / 3.0_f64.log2();
/// assert!((out.value - change * 2.0_f64.ln()).abs() < 1e-15);
/// assert!((g[0] - 0.5 * change).abs() < 1e-15 && (g[1] + 0.5 * change).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug)]
pub struct LambdaRank {
    sigma: f64,
}

impl Default for LambdaRank {
    /// σ = 1.
    fn default() -> Self {
        Self { sigma: 1.0 }
    }
}

pub(crate) const ENTRY: SetEntry = SetEntry {
    name: "lambda-rank",
    summary: "pairwise logistic loss weighed by the change of NDCG that a swap would make",
    parameters: &[SIGMA],
    example: "lambda-rank:sigma=2",
    make: MakeSets { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64], data: SetData<'_, T>) -> Result<Box<dyn Datafit<T>>> {
    Ranking::from_data(LambdaRank::new(values[0])?, data)
}

/// Beyond this 2^y is no longer a sensible gain.
const LARGEST: f64 = 31.0;

impl LambdaRank {
    /// With steepness σ.
    ///
    /// # Errors
    /// σ not positive or not finite.
    pub fn new(sigma: f64) -> Result<Self> {
        Ok(Self { sigma: check_sigma(sigma)? })
    }

    /// The pairs with gains over DCG* and the discounts of the ranking by η.
    fn pairs<'a>(&self, rows: QueryRows<'a>, work: QueryWork<'a>) -> Pairs<'a> {
        let m = rows.y.len();
        let (gains, rest) = work.numbers.split_at_mut(m);
        let discounts = &mut rest[..m];
        let discount = |rank: usize| core::f64::consts::LN_2 / math::ln(2.0 + rank as f64);
        let ln2 = core::f64::consts::LN_2;
        for (gain, y) in gains.iter_mut().zip(rows.y) {
            *gain = math::exp_m1(ln2 * y);
        }
        // The rows come by falling relevance: the best ranking.
        let best: f64 = gains.iter().enumerate().map(|(rank, gain)| gain * discount(rank)).sum();
        if best > 0.0 {
            gains.iter_mut().for_each(|gain| *gain /= best);
        }
        let order = &mut work.order[..m];
        for (i, order) in order.iter_mut().enumerate() {
            *order = i as u32;
        }
        // By rising relevance among equals: the ranking that has most to gain.
        order.sort_unstable_by(|a, b| rows.eta[*b as usize].total_cmp(&rows.eta[*a as usize]).then(b.cmp(a)));
        for (rank, i) in order.iter().enumerate() {
            discounts[*i as usize] = discount(rank);
        }
        Pairs { rows, sigma: self.sigma, ranked: Some((gains, discounts)) }
    }
}

impl QueryLoss for LambdaRank {
    fn refuses(&self, y: f64) -> Option<&'static str> {
        (!(0.0..=LARGEST).contains(&y)).then_some("a gain of 2^y − 1 takes relevances from 0 to 31")
    }

    fn query(&self, rows: QueryRows<'_>, g: &mut [f64], h: &mut [f64], work: QueryWork<'_>) -> f64 {
        self.pairs(rows, work).sum(g, h)
    }

    fn action(&self, rows: QueryRows<'_>, v: &[f64], out: &mut [f64], work: QueryWork<'_>) {
        self.pairs(rows, work).action(v, out);
    }

    fn properties<T: Real>(&self) -> Properties<T> {
        Properties {
            differentiable: false,
            twice_differentiable: false,
            ..Properties::nonconvex(Target::Nonnegative)
        }
    }
}
