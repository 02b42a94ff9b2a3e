//! Backtracking: halve the step until the decrease is a fair share of what the slope promises.
//!
//! Source: Armijo, *Minimization of functions having Lipschitz continuous first partial derivatives*, Pacific J. Math. 16 (1966).

use thalweg_core::{Gradient, Halt, Real};

use super::{Line, LineSearch, Probe};

/// Armijo's rule φ(t) ≤ φ(0) + c t φ′(0).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Backtracking {
    /// c in (0, ½): the share of the promised decrease that must be met. Default 1e-4.
    pub share: f64,
    /// The factor in (0, 1) by which a rejected step shrinks. Default ½.
    pub shrink: f64,
    /// Rejections before giving up. Default 60, which passes the smallest relative step of f64.
    pub limit: u32,
}

impl Default for Backtracking {
    fn default() -> Self {
        Self { share: 1e-4, shrink: 0.5, limit: 60 }
    }
}

/// The first of t, t·shrink, … that obeys the rule.
impl LineSearch for Backtracking {
    fn search<T: Real>(
        &self,
        objective: &mut (impl Gradient<T> + ?Sized),
        line: &mut Line<'_, T>,
        first: T,
    ) -> Result<Probe<T>, Halt> {
        let mut t = first;
        for _ in 0..self.limit {
            let probe = line.probe(objective, t)?;
            if probe.value <= line.value + T::of(self.share) * t * line.slope {
                return Ok(probe);
            }
            t *= T::of(self.shrink);
        }
        Err(Halt::Stalled("no step along the direction lowers the objective"))
    }
}
