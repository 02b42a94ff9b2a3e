//! Which columns a step of coordinate descent works on.

use core::cmp::Ordering;

use thalweg_core::{LinearComposite, Real};

use super::{CoordinateDescent, State};

impl CoordinateDescent {
    /// Chooses the working set; true if it has changed. The generalised support is always in it, then the columns of the largest violations
    /// until it has `smallest` columns or twice the support. A set that serves is kept, so that what was formed from it is too.
    pub(super) fn choose<T: Real, O: LinearComposite<T> + ?Sized>(
        &self,
        objective: &O,
        s: &mut State<T>,
    ) -> bool {
        let first = usize::from(objective.design().has_intercept());
        let q = s.at.x.len();
        if !self.working_set || q - first <= self.smallest {
            let all = s.model.columns.len() == q - first;
            s.model.columns.clear();
            s.model.columns.extend(first..q);
            return !all;
        }
        let (penalty, lambda) = (objective.penalty(), objective.lambda());
        // With constant curvature the old set's Gram matrix is worth keeping: its columns stay.
        let State { model, candidates, scores, at, .. } = s;
        let kept = model.columns.len();
        let forced = |k: usize| {
            penalty.in_support(k - first, &at.x[k..=k], lambda)
                || (s.constant
                    && kept <= objective.gram_limit() / 2
                    && model.columns.binary_search(&k).is_ok())
        };
        candidates.clear();
        candidates.extend((first..q).filter(|k| forced(*k)));
        let support = candidates.len();
        candidates.extend((first..q).filter(|k| scores[*k] > T::ZERO && !forced(*k)));
        let newcomers = &mut candidates[support..];
        let free = (first..q).filter(|k| penalty.in_support(*k - first, &at.x[*k..=*k], lambda)).count();
        // Within the limit of Gram matrices the sweeps are far cheaper than beyond it.
        let limit = objective.gram_limit();
        let size = self.smallest.max(2 * free);
        let size = if support + 10 <= limit { size.min(limit) } else { size };
        let wanted = size.saturating_sub(support).max(newcomers.len().min(10));
        if newcomers.len() > wanted {
            let by_violation = |a: &usize, b: &usize| {
                scores[*b].partial_cmp(&scores[*a]).unwrap_or(Ordering::Equal).then(a.cmp(b))
            };
            newcomers.select_nth_unstable_by(wanted, by_violation);
            candidates.truncate(support + wanted);
        }
        candidates.sort_unstable();
        let changed = *candidates != model.columns;
        core::mem::swap(candidates, &mut model.columns);
        changed
    }
}
