//! Nested risk sets and their sums: what the partial likelihood is evaluated by.
//!
//! With the rows by falling time, every risk set is all rows so far, so that one pass forward gives the denominators and one pass back
//! the cumulative hazards. Each group of rows has a *level* L that its terms e^(η − L) are relative to. It rises to the group's largest
//! predictor where that is more than [`LIFT`] above it and never falls within a stratum; sums are carried over by e^(old − new) ≤ 1. The
//! row that set the level is itself in the risk set, so that no denominator underflows.

use thalweg_core::{Real, math, simd};

use super::Ties;

/// How far a predictor may exceed the level. Rounding η − L costs e^(η − L) at most this many half units in the last place, and after a
/// few rows the level hardly ever rises.
const LIFT: f64 = 8.0;

/// The rows between one time of events and the next later one, by their places in sorted order.
struct Group {
    /// The censored rows, then the tied events.
    start: usize,
    events: usize,
    end: usize,
    /// The latest of its stratum: its risk set starts anew.
    first: bool,
    /// Σw of the events.
    weight: f64,
}

impl Group {
    /// The number of denominators. The k-th of them holds the tied rows by the share [`Group::share`].
    #[inline(always)]
    fn terms(&self, ties: Ties) -> usize {
        match ties {
            Ties::Breslow => 1,
            Ties::Efron => self.end - self.events,
        }
    }

    /// The weight of each of the denominators.
    #[inline(always)]
    fn share_of_weight(&self, terms: usize) -> f64 {
        if terms == 1 { self.weight } else { self.weight / terms as f64 }
    }

    /// 1 − k/d for d tied events.
    #[inline(always)]
    fn share(&self, k: usize) -> f64 {
        // A division that most groups, of one event, need not wait for.
        if k == 0 {
            return 1.0;
        }
        let tied = self.end - self.events;
        (tied - k) as f64 / tied as f64
    }
}

/// Σx; of one number without a loop.
#[inline(always)]
fn total(x: &[f64]) -> f64 {
    if let [x] = x { *x } else { x.iter().sum() }
}

/// The rows that can be at risk when something happens, sorted.
#[derive(Default)]
pub(super) struct RiskSets {
    rows: Vec<u32>,
    weights: Vec<f64>,
    groups: Vec<Group>,
}

impl RiskSets {
    /// Of rows by stratum, falling time, and censored before events; rows of weight 0 and those that are never at risk are left out.
    pub(super) fn new(
        order: &[u32],
        weight: impl Fn(u32) -> f64,
        stratum: impl Fn(u32) -> u32,
        target: impl Fn(u32) -> (f64, bool),
    ) -> Self {
        let mut sets = Self::default();
        // The rows since the last group, and the stratum that group was in.
        let (mut start, mut before) = (0, None);
        let mut present = order.iter().copied().filter(|row| weight(*row) > 0.0).peekable();
        while let Some(row) = present.next() {
            sets.rows.push(row);
            let (time, event) = target(row);
            let last = present.peek().copied();
            let leaves = last.is_none_or(|next| stratum(next) != stratum(row));
            let tied = |next: u32| target(next) == (time, true);
            if event && (leaves || last.is_none_or(|next| !tied(next))) {
                let mut events = sets.rows.len();
                while events > start && target(sets.rows[events - 1]) == (time, true) {
                    events -= 1;
                }
                let end = sets.rows.len();
                let total = sets.rows[events..].iter().map(|row| weight(*row)).sum();
                let first = before != Some(stratum(row));
                before = Some(stratum(row));
                sets.groups.push(Group { start, events, end, first, weight: total });
                start = end;
            } else if leaves {
                // Censored before the first event of their stratum.
                sets.rows.truncate(start);
            }
        }
        sets.weights = sets.rows.iter().map(|row| weight(*row)).collect();
        sets
    }

    /// True if nothing ever happens.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Σwℓ. Leaves the terms, levels and denominators of these predictors in the scratch.
    pub(super) fn forward<T: Real>(&self, eta: &[T], ties: Ties, scratch: &mut Scratch) -> f64 {
        scratch.ties = ties;
        let linear = self.levels(eta, scratch);
        let Scratch { risk, work, denominators, levels, .. } = scratch;
        simd::dispatch(
            #[inline(always)]
            || {
                for (risk, w) in risk.iter_mut().zip(&self.weights) {
                    *risk = *w * math::exp(*risk);
                }
            },
        );
        let (mut at, mut sum) = (0, 0.0);
        for (g, group) in self.groups.iter().enumerate() {
            let carry = self.carry(g, levels);
            // What changes nothing stays out of the chain of additions, whose latency is the cost of this loop.
            if carry != 1.0 {
                sum *= carry;
            }
            if group.start < group.events {
                sum += total(&risk[group.start..group.events]);
            }
            let (rest, tied) = (sum, total(&risk[group.events..group.end]));
            sum += tied;
            if group.terms(ties) == 1 {
                denominators[at] = sum;
                at += 1;
                continue;
            }
            for k in 0..group.terms(ties) {
                // Not Σ − (k/d)Σ_D, which would cancel where the tied rows are most of the risk set.
                denominators[at] = rest + group.share(k) * tied;
                at += 1;
            }
        }
        simd::ln(&denominators[..at], &mut work[..at]);
        let (mut at, mut value) = (0, 0.0);
        for group in &self.groups {
            let terms = group.terms(ties);
            value += group.share_of_weight(terms) * total(&work[at..at + terms]);
            at += terms;
        }
        value - linear
    }

    /// η − L of every row, and Σw(η − L) over the events.
    fn levels<T: Real>(&self, eta: &[T], scratch: &mut Scratch) -> f64 {
        let Scratch { risk, levels, .. } = scratch;
        for (x, row) in risk.iter_mut().zip(&self.rows) {
            *x = eta[*row as usize].to_f64();
        }
        let (mut level, mut linear) = (0.0, 0.0);
        for (g, group) in self.groups.iter().enumerate() {
            let x = &mut risk[group.start..group.end];
            let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            if group.first || largest > level + LIFT {
                level = largest;
            }
            levels[g] = level;
            x.iter_mut().for_each(|x| *x -= level);
            let events = group.events..group.end;
            linear += risk[events.clone()].iter().zip(&self.weights[events]).map(|(x, w)| w * x).sum::<f64>();
        }
        linear
    }

    /// What a sum up to the group before is multiplied by to be relative to this group's level: 0 where a stratum begins.
    #[inline(always)]
    fn carry(&self, group: usize, levels: &[f64]) -> f64 {
        if self.groups[group].first {
            return 0.0;
        }
        let rise = levels[group] - levels[group - 1];
        if rise == 0.0 { 1.0 } else { math::exp(-rise) }
    }

    /// ∂Σwℓ/∂η, and with `curvature` (unless it is empty) the diagonal of the Hessian, after [`RiskSets::forward`].
    pub(super) fn backward<T: Real>(&self, scratch: &Scratch, gradient: &mut [T], curvature: &mut [T]) {
        gradient.fill(T::ZERO);
        curvature.fill(T::ZERO);
        let Scratch { risk, denominators, levels, ties, .. } = scratch;
        let second = !curvature.is_empty();
        // Σ weight/denominator and Σ weight/denominator² over the later groups of the pass forward.
        let (mut hazard, mut square) = (0.0, 0.0);
        let mut at = self.terms(*ties);
        for (g, group) in self.groups.iter().enumerate().rev() {
            let terms = group.terms(*ties);
            at -= terms;
            let weight = group.share_of_weight(terms);
            let (mut own, mut own_square) = ([0.0; 2], [0.0; 2]);
            for (k, denominator) in denominators[at..at + terms].iter().enumerate() {
                let (share, inverse) = (group.share(k), denominator.recip());
                let each = weight * inverse;
                own[0] += each;
                own[1] += share * each;
                own_square[0] += each * inverse;
                own_square[1] += share * share * each * inverse;
            }
            let mut write = |j: usize, hazard: f64, square: f64, event: f64| {
                let row = self.rows[j] as usize;
                gradient[row] = T::of(risk[j] * hazard - event);
                if second {
                    // p − p² is not negative; its rounding may be.
                    curvature[row] = T::of((risk[j] * hazard - risk[j] * (risk[j] * square)).max(0.0));
                }
            };
            for j in group.events..group.end {
                write(j, hazard + own[1], square + own_square[1], self.weights[j]);
            }
            (hazard, square) = (hazard + own[0], square + own_square[0]);
            for j in group.start..group.events {
                write(j, hazard, square, 0.0);
            }
            let carry = self.carry(g, levels);
            if carry != 1.0 {
                (hazard, square) = (hazard * carry, square * carry * carry);
            }
        }
    }

    /// out ← Hv after [`RiskSets::forward`]: with p a row's share of a denominator, the sum of weight·p(v − Σpv) over the denominators.
    pub(super) fn action<T: Real>(&self, v: &[T], scratch: &mut Scratch, out: &mut [T]) {
        out.fill(T::ZERO);
        let Scratch { risk, work, denominators, levels, means, ties } = scratch;
        for (x, row) in work.iter_mut().zip(&self.rows) {
            *x = v[*row as usize].to_f64();
        }
        // The Hessian does not see a constant; without the mean less cancels.
        let mean = work.iter().sum::<f64>() / work.len() as f64;
        work.iter_mut().for_each(|x| *x -= mean);
        let (mut at, mut sum) = (0, 0.0);
        for (g, group) in self.groups.iter().enumerate() {
            let dot = |rows: core::ops::Range<usize>| -> f64 {
                risk[rows.clone()].iter().zip(&work[rows]).map(|(r, v)| r * v).sum()
            };
            sum *= self.carry(g, levels);
            let rest = sum + dot(group.start..group.events);
            let tied = dot(group.events..group.end);
            sum = rest + tied;
            let terms = group.terms(*ties);
            let weight = group.share_of_weight(terms);
            means[g] = [0.0; 2];
            for (k, denominator) in denominators[at..at + terms].iter().enumerate() {
                let (share, inverse) = (group.share(k), denominator.recip());
                let each = weight * ((rest + share * tied) * inverse) * inverse;
                means[g][0] += each;
                means[g][1] += share * each;
            }
            at += terms;
        }
        let (mut hazard, mut moved) = (0.0, 0.0);
        for (g, group) in self.groups.iter().enumerate().rev() {
            let terms = group.terms(*ties);
            at -= terms;
            let weight = group.share_of_weight(terms);
            let mut own = [0.0; 2];
            for (k, denominator) in denominators[at..at + terms].iter().enumerate() {
                own[0] += weight / denominator;
                own[1] += group.share(k) * weight / denominator;
            }
            let mut write = |j: usize, hazard: f64, moved: f64| {
                out[self.rows[j] as usize] = T::of(risk[j] * (work[j] * hazard - moved));
            };
            for j in group.events..group.end {
                write(j, hazard + own[1], moved + means[g][1]);
            }
            (hazard, moved) = (hazard + own[0], moved + means[g][0]);
            for j in group.start..group.events {
                write(j, hazard, moved);
            }
            let carry = self.carry(g, levels);
            (hazard, moved) = (hazard * carry, moved * carry);
        }
    }

    /// The number of denominators.
    fn terms(&self, ties: Ties) -> usize {
        self.groups.iter().map(|group| group.terms(ties)).sum()
    }
}

/// The memory of one evaluation.
pub(super) struct Scratch {
    ties: Ties,
    /// w e^(η − L) of each row, in sorted order.
    risk: Vec<f64>,
    /// Logarithms of the denominators, then v.
    work: Vec<f64>,
    denominators: Vec<f64>,
    /// L of each group.
    levels: Vec<f64>,
    /// Σ weight/denominator·Σpv of each group, for its censored rows and for its events.
    means: Vec<[f64; 2]>,
}

impl Scratch {
    pub(super) fn new(sets: &RiskSets) -> Self {
        Self {
            ties: Ties::default(),
            risk: vec![0.0; sets.rows.len()],
            work: vec![0.0; sets.rows.len()],
            denominators: vec![0.0; sets.terms(Ties::Efron)],
            levels: vec![0.0; sets.groups.len()],
            means: vec![[0.0; 2]; sets.groups.len()],
        }
    }
}
