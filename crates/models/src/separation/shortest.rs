//! [`ShortestPoint`]: min ‖t + Σ μⱼaⱼ‖ over μ ≥ 0, by the active-set method for non-negative least squares.
//!
//! The vectors with μⱼ > 0 are kept as a QR factorisation, to which a vector is appended by Gram–Schmidt with reorthogonalisation and from
//! which one is removed by Givens rotations. Cost of a step: 2fk + 2f·(vectors at hand), for length f and k vectors with μⱼ > 0.
//!
//! Source: Lawson and Hanson, *Solving Least Squares Problems* (1974), chapter 23.

use thalweg_core::vector;

/// The point, the vectors at hand and their multipliers.
pub(super) struct ShortestPoint {
    /// t.
    target: Vec<f64>,
    /// aⱼ with its norm.
    vectors: Vec<(Vec<f64>, f64)>,
    /// μⱼ ≥ 0.
    pub(super) multipliers: Vec<f64>,
    /// The vectors in the factorisation, in its order.
    passive: Vec<usize>,
    /// Orthonormal, one a passive vector.
    q: Vec<Vec<f64>>,
    /// Column j of R has j + 1 entries.
    r: Vec<Vec<f64>>,
    /// t + Σ μⱼaⱼ.
    pub(super) point: Vec<f64>,
}

impl ShortestPoint {
    pub(super) fn new(target: Vec<f64>) -> Self {
        Self {
            point: target.clone(),
            target,
            vectors: Vec::new(),
            multipliers: Vec::new(),
            passive: Vec::new(),
            q: Vec::new(),
            r: Vec::new(),
        }
    }

    /// Puts one more vector at hand.
    pub(super) fn push(&mut self, vector: Vec<f64>) {
        let norm = vector::norm2(&vector);
        self.vectors.push((vector, norm));
        self.multipliers.push(0.0);
    }

    /// Shortens the point until it is shorter than `enough` or no vector at hand shortens it further.
    pub(super) fn descend(&mut self, enough: f64) {
        const CUT: f64 = 16.0 * f64::EPSILON;
        let mut blocked = vec![false; self.vectors.len()];
        let mut length = vector::norm2(&self.point);
        // The method ends by itself; the limit is for what rounding might do.
        for _ in 0..20 * (self.target.len() + self.vectors.len()) {
            if length < enough {
                return;
            }
            let slopes = (0..self.vectors.len()).filter(|j| !blocked[*j] && self.multipliers[*j] == 0.0);
            let slopes =
                slopes.map(|j| (vector::dot(&self.vectors[j].0, &self.point) / self.vectors[j].1, j));
            let steepest = slopes.min_by(|a, b| a.0.total_cmp(&b.0));
            let Some((slope, j)) = steepest.filter(|(slope, _)| *slope < -CUT * length) else { return };
            let _ = slope;
            if !self.append(j) {
                blocked[j] = true;
                continue;
            }
            self.settle();
            let before = length;
            length = vector::norm2(&self.point);
            if length < before {
                blocked.fill(false);
            } else {
                blocked[j] = true;
            }
        }
    }

    /// Least squares over the passive vectors, giving up those whose multiplier would turn negative.
    fn settle(&mut self) {
        while !self.passive.is_empty() {
            let best = self.solve();
            let mut share = 1.0_f64;
            for (j, best) in self.passive.iter().zip(&best) {
                if *best <= 0.0 {
                    let at = self.multipliers[*j];
                    share = share.min(if at > 0.0 { at / (at - best) } else { 0.0 });
                }
            }
            for (j, best) in self.passive.iter().zip(&best) {
                let at = self.multipliers[*j];
                self.multipliers[*j] = (at + share * (best - at)).max(0.0);
            }
            let least = (0..best.len()).filter(|k| best[*k] <= 0.0).min_by(|a, b| {
                self.multipliers[self.passive[*a]].total_cmp(&self.multipliers[self.passive[*b]])
            });
            let Some(least) = least else { break };
            // The one that stopped the step is 0 but for rounding.
            self.multipliers[self.passive[least]] = 0.0;
            for k in (0..best.len()).rev() {
                if self.multipliers[self.passive[k]] == 0.0 {
                    self.remove(k);
                }
            }
        }
        self.point.copy_from_slice(&self.target);
        for j in &self.passive {
            vector::axpy(self.multipliers[*j], &self.vectors[*j].0, &mut self.point);
        }
    }

    /// The multipliers of least squares: R⁻¹ Qᵀ(−t).
    fn solve(&self) -> Vec<f64> {
        let mut x: Vec<f64> = self.q.iter().map(|q| -vector::dot(q, &self.target)).collect();
        for j in (0..x.len()).rev() {
            x[j] /= self.r[j][j];
            let (above, at) = x.split_at_mut(j);
            vector::axpy(-at[0], &self.r[j][..j], above);
        }
        x
    }

    /// Puts vector j into the factorisation; false if it lies in the span of those there.
    fn append(&mut self, j: usize) -> bool {
        let (mut rest, norm) = self.vectors[j].clone();
        let mut column = vec![0.0; self.q.len() + 1];
        for _ in 0..2 {
            for (q, r) in self.q.iter().zip(&mut column) {
                let along = vector::dot(q, &rest);
                *r += along;
                vector::axpy(-along, q, &mut rest);
            }
        }
        let left = vector::norm2(&rest);
        if self.q.len() == self.target.len() || left <= 16.0 * f64::EPSILON * norm {
            return false;
        }
        column[self.q.len()] = left;
        vector::scale(left.recip(), &mut rest);
        self.q.push(rest);
        self.r.push(column);
        self.passive.push(j);
        true
    }

    /// Takes the k-th passive vector out of the factorisation.
    fn remove(&mut self, k: usize) {
        self.passive.remove(k);
        self.r.remove(k);
        for i in k..self.r.len() {
            let (a, b) = (self.r[i][i], self.r[i][i + 1]);
            let length = a.hypot(b);
            let (c, s) = (a / length, b / length);
            for column in &mut self.r[i..] {
                let (a, b) = (column[i], column[i + 1]);
                column[i] = c * a + s * b;
                column[i + 1] = c * b - s * a;
            }
            self.r[i].truncate(i + 1);
            let (left, right) = self.q.split_at_mut(i + 1);
            for (a, b) in left[i].iter_mut().zip(&mut right[0]) {
                (*a, *b) = (c * *a + s * *b, c * *b - s * *a);
            }
        }
        self.q.pop();
    }
}
