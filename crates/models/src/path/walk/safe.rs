//! Gap-safe screening: columns whose coefficients a proof keeps at 0 for the λ at hand are not read.
//!
//! A point with a duality gap lies, in its slopes u, within √(2c·gap) of the solution's, for a loss with ℓ″ ≤ c. A column whose product with every
//! u in that ball leaves its coefficient at 0 is proven to. The products themselves may be old: since each was computed the slopes have come a known
//! way, and that way belongs to the ball.
//!
//! Source: Fercoq, Gramfort and Salmon, *Mind the duality gap: safer rules for the lasso*, ICML (2015); Ndiaye et al., *Gap safe screening rules for
//! sparsity enforcing penalties*, JMLR 18 (2017).

use thalweg_core::{Design, Par, RowComposite, vector};

use super::Walk;

/// What is proven, and how old the products are.
pub(super) struct Safe {
    /// c; `None` where nothing can be proven.
    bound: Option<f64>,
    /// √(Σ w xₖ²/W); empty without a bound.
    norms: Vec<f64>,
    pub(super) proven: Vec<bool>,
    /// How far the slopes have come, and had when each entry of the gradient was computed.
    travelled: f64,
    seen: Vec<f64>,
    /// The slopes when that was last measured.
    slopes: Vec<f64>,
}

impl Safe {
    /// Nothing is proven yet; the gradient is that of the slopes.
    pub(super) fn new(bound: Option<f64>, design: &Design<'_, f64>, slopes: &[f64], weights: &[f64]) -> Self {
        let q = design.parameters();
        let mut norms = Vec::new();
        if bound.is_some() {
            norms = vec![0.0; q];
            design.weighted_norms(weights, &mut norms, Par::Rayon);
            norms.iter_mut().for_each(|norm| *norm = norm.max(0.0).sqrt());
        }
        Self {
            bound,
            norms,
            proven: vec![false; q],
            travelled: 0.0,
            seen: vec![0.0; q],
            slopes: slopes.to_vec(),
        }
    }

    /// Measures the way from the slopes at the last time to these.
    pub(super) fn travel(&mut self, slopes: &[f64], weights: &[f64]) {
        let square =
            |((new, old), w): ((&f64, &f64), &f64)| if *w > 0.0 { (new - old).powi(2) / w } else { 0.0 };
        self.travelled += slopes.iter().zip(&self.slopes).zip(weights).map(square).sum::<f64>().sqrt();
        self.slopes.copy_from_slice(slopes);
    }

    /// Entry k of the gradient is that of the slopes at hand.
    pub(super) fn see(&mut self, k: usize) {
        self.seen[k] = self.travelled;
    }

    /// By how much entry k of the gradient may have changed since it was computed.
    fn change(&self, k: usize) -> f64 {
        self.norms[k] * (self.travelled - self.seen[k])
    }
}

impl Walk<'_> {
    /// Marks the columns outside the working set that are proven to stay at 0 at λ, and computes the gradient by the others.
    pub(super) fn discard(&mut self, lambda: f64) {
        let Some(bound) = self.safe.bound else { return };
        self.safe.travel(&self.slopes, &self.weights);
        // The largest that the entries can be by now: a smaller scale and a larger gap than the true ones.
        let farthest = |(k, g): (usize, &f64)| g + self.safe.change(k).copysign(*g);
        let gradient: Vec<f64> = self.gradient.iter().enumerate().map(farthest).collect();
        let gap = self.gap_at(lambda, &gradient);
        let v: Vec<f64> = gradient[self.first..].iter().map(|g| -g).collect();
        let scale = self.penalty.dual_scale(&v, lambda);
        let free = if self.first == 1 { self.gradient[0].abs() } else { 0.0 };
        let radius = (2.0 * bound * gap).sqrt() + scale * free;
        let stays = |k: usize| {
            let reach = self.safe.norms[k] * radius + scale * self.safe.change(k);
            let end = |g: f64| self.penalty.violation(k - self.first, &[0.0], &[g], lambda);
            reach.is_finite()
                && self.x[k] == 0.0
                && [reach, -reach].iter().all(|reach| end(scale * self.gradient[k] + reach) <= 0.0)
        };
        let proven: Vec<bool> =
            (0..self.x.len()).map(|k| k >= self.first && !self.member[k] && stays(k)).collect();
        self.safe.proven = proven;
        let old: Vec<usize> = (0..self.x.len())
            .filter(|k| !self.safe.proven[*k] && self.safe.seen[*k] < self.safe.travelled)
            .collect();
        self.renew(&old);
    }

    /// Computes these entries of the gradient.
    pub(super) fn renew(&mut self, parameters: &[usize]) {
        let (design, slopes) = (self.objective.design(), &self.slopes);
        let total = vector::sum(slopes);
        let mut g = vec![0.0; parameters.len()];
        Par::Rayon.for_each_chunk(&mut g, 16, |chunk, g| {
            for (g, k) in g.iter_mut().zip(&parameters[16 * chunk..]) {
                *g = design.column_dot(*k, slopes, total);
            }
        });
        for (g, k) in g.iter().zip(parameters) {
            self.gradient[*k] = *g;
            self.safe.see(*k);
        }
    }
}
