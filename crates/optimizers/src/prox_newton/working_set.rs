//! Which blocks a proximal Newton step works on.

use core::cmp::Ordering;
use core::ops::Range;

use thalweg_core::{Penalty, Real};

use super::ProxNewton;
use super::model::Model;

impl ProxNewton {
    /// Chooses the working set; true if it has changed. Blocks that move freely are always in it, then those of the largest violations until
    /// it has `smallest` columns or twice those of the free blocks; with `keep` those of the old set stay.
    pub(super) fn choose<T: Real>(
        &self,
        (penalty, lambda): (&dyn Penalty<T>, T),
        (b, scores): (&[T], &[T]),
        ranges: &[Range<usize>],
        keep: bool,
        candidates: &mut Vec<usize>,
        model: &mut Model<T>,
    ) -> bool {
        candidates.clear();
        if !self.working_set || b.len() <= self.smallest {
            candidates.extend(0..ranges.len());
        } else {
            let free = |k: usize| penalty.in_support(k, &b[ranges[k].clone()], lambda);
            let forced = |k: usize| free(k) || (keep && model.blocks.binary_search(&k).is_ok());
            let all = || 0..ranges.len();
            candidates.extend(all().filter(|k| forced(*k)));
            let support = candidates.len();
            let held: usize = candidates.iter().map(|k| ranges[*k].len()).sum();
            let free: usize = all().filter(|k| free(*k)).map(|k| ranges[k].len()).sum();
            candidates.extend(all().filter(|k| scores[*k] > T::ZERO && !forced(*k)));
            let newcomers = &mut candidates[support..];
            newcomers.sort_unstable_by(|a, b| {
                scores[*b].partial_cmp(&scores[*a]).unwrap_or(Ordering::Equal).then(a.cmp(b))
            });
            let mut room = self.smallest.max(2 * free).saturating_sub(held);
            let mut taken = 0;
            for k in newcomers.iter() {
                if room == 0 && taken >= 10 {
                    break;
                }
                room = room.saturating_sub(ranges[*k].len());
                taken += 1;
            }
            candidates.truncate(support + taken);
            candidates.sort_unstable();
        }
        let changed = *candidates != model.blocks;
        core::mem::swap(candidates, &mut model.blocks);
        changed
    }
}
