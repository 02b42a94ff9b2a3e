//! Strong Wolfe search: bracket, then zoom by safeguarded cubic interpolation.
//!
//! Source: Nocedal and Wright, *Numerical Optimization*, 2nd ed., algorithms 3.5 and 3.6.

use thalweg_core::{Gradient, Halt, Real};

use super::{Line, LineSearch, Probe, wolfe};

/// φ(t) ≤ φ(0) + c₁ t φ′(0) and |φ′(t)| ≤ c₂ |φ′(0)|.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct StrongWolfe {
    /// c₁ in (0, c₂). Default 1e-4.
    pub decrease: f64,
    /// c₂ in (c₁, 1). Default 0.9, as suits quasi-Newton directions.
    pub curvature: f64,
    /// Evaluations before giving up. Default 40.
    pub limit: u32,
}

impl Default for StrongWolfe {
    fn default() -> Self {
        Self { decrease: 1e-4, curvature: 0.9, limit: 40 }
    }
}

impl LineSearch for StrongWolfe {
    fn search<T: Real>(
        &self,
        objective: &mut (impl Gradient<T> + ?Sized),
        line: &mut Line<'_, T>,
        first: T,
    ) -> Result<Probe<T>, Halt> {
        let mut low = line.origin();
        let mut evaluations = 0;
        let longest = line.longest();
        let mut t = first.min(longest);
        // Bracket: move on while φ falls steeply enough, until a point that is too high or past the valley.
        let high = loop {
            let probe = line.probe(objective, t)?;
            evaluations += 1;
            if wolfe::holds(self.decrease, self.curvature, line, &probe) {
                return Ok(probe);
            }
            if wolfe::too_high(self.decrease, line, &probe) || (probe.value >= low.value && low.t > T::ZERO) {
                break probe;
            }
            if probe.slope >= T::ZERO {
                // Past the valley: the bracket runs from this lower point back to the one before it.
                break core::mem::replace(&mut low, probe);
            }
            if t >= longest {
                return Ok(probe);
            }
            if evaluations >= self.limit {
                return Err(if probe.value < -T::EPSILON.recip() {
                    Halt::Unbounded
                } else {
                    Halt::Stalled("the line search found no bracket")
                });
            }
            low = probe;
            t = (t * T::of(2.0)).min(longest);
        };
        self.zoom(objective, line, low, high, evaluations)
    }
}

impl StrongWolfe {
    /// Shrinks the bracket between `low`, the best point that decreases enough, and `high`.
    fn zoom<T: Real>(
        &self,
        objective: &mut (impl Gradient<T> + ?Sized),
        line: &mut Line<'_, T>,
        mut low: Probe<T>,
        mut high: Probe<T>,
        mut evaluations: u32,
    ) -> Result<Probe<T>, Halt> {
        let mut last = T::NAN;
        while evaluations < self.limit {
            let t = cubic_minimum(&low, &high);
            // The bracket is narrower than the numbers can tell apart.
            if t == low.t || t == high.t || t == last {
                break;
            }
            last = t;
            let probe = line.probe(objective, t)?;
            evaluations += 1;
            if wolfe::holds(self.decrease, self.curvature, line, &probe) {
                return Ok(probe);
            }
            if wolfe::too_high(self.decrease, line, &probe) || probe.value >= low.value {
                high = probe;
            } else {
                if probe.slope * (high.t - low.t) >= T::ZERO {
                    high = low;
                }
                low = probe;
            }
        }
        // Sufficient decrease without the curvature condition still makes progress; the curvature test on the pair guards the update.
        if low.t > T::ZERO && low.value < line.value {
            return line.probe(objective, low.t);
        }
        Err(Halt::Stalled("no step along the direction lowers the objective"))
    }
}

/// The minimiser of the cubic through both ends of a bracket, kept a tenth of its width away from them; the midpoint where the cubic has
/// none.
fn cubic_minimum<T: Real>(a: &Probe<T>, b: &Probe<T>) -> T {
    let width = b.t - a.t;
    let d1 = a.slope + b.slope - T::of(3.0) * (a.value - b.value) / (a.t - b.t);
    let root = (d1 * d1 - a.slope * b.slope).sqrt();
    let d2 = if width < T::ZERO { -root } else { root };
    let t = b.t - width * (b.slope + d2 - d1) / (b.slope - a.slope + T::of(2.0) * d2);
    let share = (t - a.t) / width;
    let safe = if share.is_finite() { share.max(T::of(0.1)).min(T::of(0.9)) } else { T::of(0.5) };
    a.t + safe * width
}
