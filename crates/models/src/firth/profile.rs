//! Tests and intervals by the profile of the penalised likelihood.
//!
//! Source: Heinze and Schemper (2002), section 2.3; Venzon and Moolgavkar, Applied Statistics 37 (1988).

use thalweg_core::Result;

use super::likelihood::{Likelihood, Point};
use crate::profile::end;
use crate::reference::Reference;

impl Likelihood<'_> {
    /// 2(ℓ* − ℓ* with some coefficients held at 0).
    pub(super) fn ratio(&self, at: &Point, held: &[usize]) -> Result<f64> {
        let mut start = at.x.clone();
        held.iter().for_each(|k| start[*k] = 0.0);
        let below = self.maximise(start, held)?;
        if below.status.is_solved() {
            return Ok((2.0 * (at.value - below.point.value)).max(0.0));
        }
        // The other coefficients may be far from home at 0: a second search starts from nothing.
        let below = self.maximise(vec![0.0; at.x.len()], held)?;
        let ratio = (2.0 * (at.value - below.point.value)).max(0.0);
        Ok(if below.status.is_solved() { ratio } else { f64::NAN })
    }

    /// The values of coefficient k with 2(ℓ* − ℓ*(b)) below the squared quantile, one end after the other.
    pub(super) fn interval(&self, at: &Point, k: usize, error: f64, level: f64) -> Result<(f64, f64)> {
        let target = Reference::Normal.half_width(level);
        let one = |side: f64| {
            let mut start = at.x.clone();
            end(at.x[k], side, error, target, 1e-12, |b| {
                start[k] = b;
                let held = self.maximise(start.clone(), &[k])?;
                // Where there is no information left, ℓ* is −∞, and that is outside.
                if held.status.is_solved() {
                    start = held.point.x;
                }
                Ok((2.0 * (at.value - held.point.value)).max(0.0).sqrt())
            })
        };
        Ok((one(-1.0)?, one(1.0)?))
    }
}
