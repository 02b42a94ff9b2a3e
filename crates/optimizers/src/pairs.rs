//! [`Pairs`]: the memory of limited-memory quasi-Newton methods, and their product with a vector.
//!
//! Source: Nocedal, *Updating quasi-Newton matrices with limited storage*, Math. Comp. 35 (1980).

use thalweg_core::{Archive, Checkpoint, Real, Result, vector, visit_slice, visit_usize};

/// A ring of the last m pairs, in two flat buffers.
#[derive(Clone, Debug)]
pub(crate) struct Pairs<T> {
    n: usize,
    /// s = x⁺ − x, pair by pair.
    s: Vec<T>,
    /// y = ∇F(x⁺) − ∇F(x).
    y: Vec<T>,
    /// 1/(sᵀy).
    rho: Vec<T>,
    /// The first loop's coefficients; scratch.
    alpha: Vec<T>,
    kept: usize,
    next: usize,
}

impl<T: Real> Pairs<T> {
    pub(crate) fn new(n: usize, memory: usize) -> Self {
        let flat = || vec![T::ZERO; n * memory];
        Self {
            n,
            s: flat(),
            y: flat(),
            rho: vec![T::ZERO; memory],
            alpha: vec![T::ZERO; memory],
            kept: 0,
            next: 0,
        }
    }

    fn row(&self, i: usize) -> core::ops::Range<usize> {
        i * self.n..(i + 1) * self.n
    }

    /// The slot of the pair `age` steps ago, 0 being the newest.
    fn slot(&self, age: usize) -> usize {
        (self.next + self.rho.len() - 1 - age) % self.rho.len()
    }

    /// Stores the step between two points, unless its curvature is too small to trust.
    pub(crate) fn push(&mut self, x: [&[T]; 2], g: [&[T]; 2], share: T) {
        if self.rho.is_empty() {
            return;
        }
        let row = self.row(self.next);
        for (i, k) in row.clone().enumerate() {
            self.s[k] = x[1][i] - x[0][i];
            self.y[k] = g[1][i] - g[0][i];
        }
        let (s, y) = (&self.s[row.clone()], &self.y[row]);
        let curvature = vector::dot(s, y);
        if curvature > share * vector::norm2(s) * vector::norm2(y) {
            self.rho[self.next] = curvature.recip();
            self.next = (self.next + 1) % self.rho.len();
            self.kept = (self.kept + 1).min(self.rho.len());
        } else if self.kept == self.rho.len() {
            // The rejected pair has overwritten the oldest one, which must not be used with its stale rho.
            self.kept -= 1;
        }
    }

    /// True if no pair is kept, so that the model is H₀.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept == 0
    }

    /// Forgets every pair.
    pub(crate) fn clear(&mut self) {
        self.kept = 0;
    }

    /// H₀ = (sᵀy/yᵀy) I of the newest pair, if there is one.
    pub(crate) fn scale(&self, d: &mut [T]) {
        if self.kept > 0 {
            let i = self.slot(0);
            let y = &self.y[self.row(i)];
            vector::scale((self.rho[i] * vector::norm2_squared(y)).recip(), d);
        }
    }

    /// d ← −H g by the two-loop recursion; `initial` multiplies by H₀.
    pub(crate) fn direction(&mut self, g: &[T], d: &mut [T], initial: impl FnOnce(&Self, &mut [T])) {
        for (d, g) in d.iter_mut().zip(g) {
            *d = -*g;
        }
        for age in 0..self.kept {
            let i = self.slot(age);
            let row = self.row(i);
            self.alpha[i] = self.rho[i] * vector::dot(&self.s[row.clone()], d);
            vector::axpy(-self.alpha[i], &self.y[row], d);
        }
        initial(self, d);
        for age in (0..self.kept).rev() {
            let i = self.slot(age);
            let row = self.row(i);
            let beta = self.rho[i] * vector::dot(&self.y[row.clone()], d);
            vector::axpy(self.alpha[i] - beta, &self.s[row], d);
        }
    }
}

impl<T: Real> Checkpoint for Pairs<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "s", &mut self.s)?;
        visit_slice(archive, "y", &mut self.y)?;
        visit_slice(archive, "rho", &mut self.rho)?;
        visit_usize(archive, "kept", &mut self.kept)?;
        visit_usize(archive, "next", &mut self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::Pairs;

    /// A rejected pair leaves the model of the pairs that remain: with every pair but the newest gone, H is that of the newest alone.
    #[test]
    fn a_rejected_pair_drops_the_oldest() {
        let (zero, share) = ([0.0; 2], 1e-10);
        let mut ring = Pairs::new(2, 2);
        ring.push([&zero, &[1.0, 0.0]], [&zero, &[2.0, 0.0]], share);
        ring.push([&zero, &[0.0, 1.0]], [&zero, &[0.0, 4.0]], share);
        ring.push([&zero, &[3.0, 1.0]], [&zero, &[-5.0, 1.0]], share);
        let mut newest = Pairs::new(2, 2);
        newest.push([&zero, &[0.0, 1.0]], [&zero, &[0.0, 4.0]], share);
        let (mut found, mut expected) = ([0.0; 2], [0.0; 2]);
        ring.direction(&[1.0, 1.0], &mut found, Pairs::scale);
        newest.direction(&[1.0, 1.0], &mut expected, Pairs::scale);
        assert_eq!(found, expected);
    }
}
