//! [`Revolve`]: when to keep the state of a long recurrence and when to compute it again, so that the least is computed twice.
//!
//! To reverse l steps with c snapshots, the one at the beginning included, takes t(l, c) = r l − β(c + 1, r − 1) evaluations of a step besides
//! those that are recorded, where β(c, r) = C(c + r, c) and β(c, r − 1) < l ≤ β(c, r). No schedule does better. With c = 10 snapshots, 1000 steps
//! cost four evaluations each at most.
//!
//! Source: Griewank and Walther (2000), *ACM TOMS* 26, Algorithm 799 (revolve); Grimm, Pottier and Rostaing-Schmidt (1996).

use thalweg_core::{Error, Result};

/// A schedule for a recurrence of known length.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Revolve {
    steps: usize,
    snapshots: usize,
}

impl Revolve {
    /// `steps` steps and as many snapshots of a state of `state` numbers of type `S` as fit `bytes`.
    ///
    /// ```
    /// use thalweg_autodiff::tape::Revolve;
    /// let schedule = Revolve::within::<f64>(1000, 3, 240)?;
    /// assert_eq!(schedule.snapshots(), 10);
    /// // Less than four evaluations a step; memory for all states would be a hundred times as large.
    /// assert_eq!(schedule.evaluations(), 3636);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Not even one state fits: the message names the least budget.
    pub fn within<S>(steps: usize, state: usize, bytes: usize) -> Result<Self> {
        let each = state.saturating_mul(size_of::<S>()).max(1);
        if bytes < each {
            let rule = format!(
                "the state that the recurrence starts from takes {each} bytes; give at least so many"
            );
            return Err(Error::invalid_parameter("bytes", bytes, &rule));
        }
        Ok(Self { steps, snapshots: (bytes / each).min(steps.max(1)) })
    }

    /// The number of steps.
    #[must_use]
    pub const fn steps(self) -> usize {
        self.steps
    }

    /// The number of states kept at a time.
    #[must_use]
    pub const fn snapshots(self) -> usize {
        self.snapshots
    }

    /// t(l, c): the evaluations of a step, besides one recording of each, that it takes to reverse them all.
    #[must_use]
    pub fn evaluations(self) -> usize {
        let (l, c) = (self.steps, self.snapshots);
        if l < 2 {
            return 0;
        }
        let r = repetitions(l, c);
        // Of β(c + 1, r − 1) ≤ r l, in wider numbers.
        let all = r as u128 * l as u128 - binomial(c + 1, r - 1);
        usize::try_from(all).unwrap_or(usize::MAX)
    }
}

/// How far to advance before the next snapshot, where `steps` ≥ 2 steps are to be reversed with `snapshots` ≥ 2, the one they start from
/// included: an m with m + t(l − m, c − 1) + t(m, c) = t(l, c).
pub(super) fn advance(steps: usize, snapshots: usize) -> usize {
    let (l, c) = (steps as u128, snapshots);
    let r = repetitions(steps, c);
    let least = if r < 2 { 0 } else { binomial(c, r - 2) };
    let least = least.max(l.saturating_sub(binomial(c - 1, r)));
    usize::try_from(least.clamp(1, l - 1)).unwrap_or(steps - 1)
}

/// The r with β(c, r − 1) < l ≤ β(c, r): no step is evaluated more often.
fn repetitions(l: usize, c: usize) -> usize {
    let (mut r, mut bound) = (0_usize, 1_u128);
    while bound < l as u128 {
        r += 1;
        bound = bound * (c + r) as u128 / r as u128;
    }
    r
}

/// β(c, r) = C(c + r, c), capped far beyond any number of steps.
fn binomial(c: usize, r: usize) -> u128 {
    let mut value = 1_u128;
    for k in 1..=r {
        value = (value * (c + k) as u128 / k as u128).min(u64::MAX.into());
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// t(l, c) by dynamic programming over its definition: t(1, c) = 0, t(l, 1) = l(l − 1)/2.
    fn optimum(most: usize, snapshots: usize) -> Vec<Vec<usize>> {
        let mut t = vec![(0..=most).map(|l| l * l.saturating_sub(1) / 2).collect::<Vec<_>>()];
        for c in 2..=snapshots {
            let mut row = vec![0; most + 1];
            for l in 2..=most {
                row[l] = (1..l).map(|m| m + t[c - 2][l - m] + row[m]).min().unwrap();
            }
            t.push(row);
        }
        t
    }

    #[test]
    fn the_closed_formula_is_the_optimum() {
        let t = optimum(120, 9);
        for c in 1..=9 {
            for l in 1..=120 {
                let schedule = Revolve { steps: l, snapshots: c };
                assert_eq!(schedule.evaluations(), t[c - 1][l], "t({l}, {c})");
                if l > 1 && c > 1 {
                    let m = advance(l, c);
                    assert_eq!(m + t[c - 2][l - m] + t[c - 1][m], t[c - 1][l], "m = {m} of t({l}, {c})");
                }
            }
        }
    }

    #[test]
    fn budgets() {
        let least = Revolve::within::<f64>(10, 4, 31).unwrap_err();
        assert!(least.to_string().contains("32 bytes"), "{least}");
        assert_eq!(Revolve::within::<f64>(10, 4, 32).unwrap().snapshots(), 1);
        assert_eq!(Revolve::within::<f64>(10, 4, 1 << 20).unwrap().snapshots(), 10);
        assert_eq!(Revolve::within::<f64>(10, 4, 1 << 20).unwrap().evaluations(), 9);
        assert_eq!(Revolve::within::<f64>(0, 0, 1).unwrap().evaluations(), 0);
        // The largest numbers do not overflow.
        let schedule = Revolve { steps: usize::MAX, snapshots: 2000 };
        assert!(schedule.evaluations() > usize::MAX / 2);
    }
}
