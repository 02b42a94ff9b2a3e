//! Which columns a walk works on.

use thalweg_core::{Halt, LinearComposite};

use super::Walk;

impl Walk<'_> {
    /// The working set for λ by the strong rule.
    pub(super) fn screen(&mut self, lambda: f64, last: f64) -> Result<(), Halt> {
        let strong = 2.0 * lambda - last;
        let strong = if strong > 0.0 { strong } else { lambda };
        let keep = |walk: &Self, k: usize, lambda: f64| {
            walk.penalty.in_support(k - walk.first, &walk.x[k..=k], lambda) || walk.violation(k, lambda) > 0.0
        };
        // A Gram matrix of constant curvature is worth keeping whole while it is small; what sweeps over rows visit is not.
        let crowded = self.model.columns().len() > self.objective.gram_limit() * 3 / 4;
        if !self.constant && !self.model.is_formed() || crowded {
            let kept: Vec<usize> =
                self.model.columns().iter().copied().filter(|k| keep(self, *k, strong)).collect();
            self.model.columns().iter().for_each(|k| self.member[*k] = false);
            kept.iter().for_each(|k| self.member[*k] = true);
            self.model.replace(kept);
        }
        let outside = |k: usize| !self.member[k] && !self.safe.proven[k];
        let new: Vec<usize> =
            (self.first..self.x.len()).filter(|k| outside(*k) && keep(self, *k, strong)).collect();
        self.admit(new)
    }

    /// Adds columns to the working set; if far more than it has, only those that violate most.
    fn admit(&mut self, mut new: Vec<usize>) -> Result<(), Halt> {
        let most = (2 * self.model.columns().len()).max(500);
        if new.len() > most {
            let score = |k: &usize| self.gradient[*k].abs();
            new.select_nth_unstable_by(most, |a, b| score(b).total_cmp(&score(a)).then(a.cmp(b)));
            new.truncate(most);
            new.sort_unstable();
        }
        new.iter().for_each(|k| self.member[*k] = true);
        self.model.grow(&mut self.objective, &new)
    }

    /// The gradient by all columns but those that are proven to stay at 0; admits those outside that violate their conditions, and counts
    /// them. A step of Newton's method leaves the gradient by the working set behind.
    pub(super) fn survey(&mut self, lambda: f64, tolerance: f64) -> Result<usize, Halt> {
        self.safe.travel(&self.slopes, &self.weights);
        let open = |k: &usize| !self.safe.proven[*k] && (self.constant || !self.member[*k]);
        let open: Vec<usize> = (0..self.x.len()).filter(open).collect();
        self.renew(&open);
        let outside: Vec<usize> = (self.first..self.x.len())
            .filter(|k| !self.member[*k] && !self.safe.proven[*k] && self.violation(*k, lambda) > tolerance)
            .collect();
        let count = outside.len();
        if count > 0 {
            self.admit(outside)?;
        }
        Ok(count)
    }
}
