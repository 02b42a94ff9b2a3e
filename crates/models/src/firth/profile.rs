//! Tests and intervals by the profile of the penalised likelihood.
//!
//! Source: Heinze and Schemper (2002), section 2.3; Venzon and Moolgavkar, Applied Statistics 37 (1988).

use thalweg_core::Result;

use super::likelihood::{Likelihood, Point};
use crate::reference::Reference;

/// Values of the coefficient tried for one end before it is called infinite.
const TRIALS: usize = 80;

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

    pub(super) fn interval(&self, at: &Point, k: usize, error: f64, level: f64) -> Result<(f64, f64)> {
        let target = Reference::Normal.half_width(level);
        Ok((self.end(at, k, -1.0, error, target)?, self.end(at, k, 1.0, error, target)?))
    }

    /// The end of the interval on one side: r(b) = target with r² = 2(ℓ* − ℓ*(b)), by the secant method on r, which is nearly a straight line,
    /// kept between a point inside and one outside.
    fn end(&self, at: &Point, k: usize, side: f64, error: f64, target: f64) -> Result<f64> {
        let mut start = at.x.clone();
        let (mut inside, mut outside) = (0.0, f64::INFINITY);
        let (mut before, mut r_before) = (0.0, 0.0);
        let mut here = target * error;
        for _ in 0..TRIALS {
            start[k] = at.x[k] + side * here;
            let held = self.maximise(start.clone(), &[k])?;
            let r = (2.0 * (at.value - held.point.value)).max(0.0).sqrt();
            if (r - target).abs() <= 1e-12 * target {
                return Ok(at.x[k] + side * here);
            }
            // Where there is no information left, ℓ* is −∞, and that is outside.
            if held.status.is_solved() {
                start = held.point.x;
            }
            if r < target {
                inside = here;
            } else {
                outside = here;
            }
            let secant = here + (target - r) * (here - before) / (r - r_before);
            let next = match outside {
                f64::INFINITY if secant > here => secant.min(4.0 * here),
                f64::INFINITY => 4.0 * here,
                far if secant > inside && secant < far => secant,
                far => 0.5 * (inside + far),
            };
            if (next - here).abs() <= 1e-13 * here {
                return Ok(at.x[k] + side * next);
            }
            (before, r_before, here) = (here, r, next);
        }
        Ok(at.x[k] + side * if outside.is_finite() { 0.5 * (inside + outside) } else { outside })
    }
}
