//! Monotone cone b₁ ≤ b₂ ≤ … ≤ b_p, or ≥: effects of ordered levels that only rise, or only fall; isotonic regression.
//!
//! Source: Barlow, Bartholomew, Bremner and Brunk, *Statistical Inference under Order Restrictions* (1972); the solver is in `isotonic`.

use thalweg_core::{Error, Parameter, Penalty, Real, Result, Step, vector};

use crate::constraint::{Constraint, Set};
use crate::isotonic::{Level, means, nonincreasing};
use crate::scratch::Scratch;
use crate::whole::rounding;
use crate::{Make, PenaltyEntry};

/// P(b) = 0 where the coefficients rise (or fall; within rounding), +∞ elsewhere, whatever λ. prox: isotonic regression with weights 1/tᵢ, in time linear in p;
/// violation: √Σ‖isotonic regression of −g‖² over the runs of coefficients that are equal within rounding; conjugate 0 on the polar cone {Σvⱼ = 0, v₁ + … + vᵢ ≥ 0 for all i} (≤ 0
/// where they fall; within rounding), +∞ elsewhere. The intercept is free.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let rising = thalweg_regularization::Monotone::increasing(4)?;
/// let mut v = [1.0, 3.0, 2.0, 7.0];
/// rising.prox(0, &mut v, Step::Scalar(1.0), 0.0);
/// assert_eq!(v, [1.0, 2.5, 2.5, 7.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub type Monotone = Constraint<MonotoneSet>;

/// {b₁ ≤ … ≤ b_p}, or {b₁ ≥ … ≥ b_p}.
#[derive(Debug)]
pub struct MonotoneSet {
    increasing: bool,
    levels: Scratch<Vec<Level>>,
}

impl Monotone {
    /// Rising coefficients, p of them.
    ///
    /// # Errors
    /// p = 0.
    pub fn increasing(p: usize) -> Result<Self> {
        Self::of(p, MonotoneSet::new(p, true))
    }

    /// Falling coefficients, p of them.
    ///
    /// # Errors
    /// p = 0.
    pub fn decreasing(p: usize) -> Result<Self> {
        Self::of(p, MonotoneSet::new(p, false))
    }
}

impl MonotoneSet {
    fn new(p: usize, increasing: bool) -> Self {
        Self { increasing, levels: Scratch::new(Vec::with_capacity(p)) }
    }

    /// −1 where coefficients rise: they are then pooled as falling ones.
    fn sign(&self) -> f64 {
        if self.increasing { -1.0 } else { 1.0 }
    }
}

const INCREASING: Parameter = Parameter {
    name: "increasing",
    default: 1.0,
    rule: "it must be 1 (each coefficient at least the one before it) or 0 (at most)",
    summary: "1 for coefficients that rise, 0 for those that fall",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "monotone",
    summary: "keeps coefficients of ordered columns rising, or falling; lambda has no effect",
    parameters: &[INCREASING],
    example: "monotone:increasing=0",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    let increasing = match values[0] {
        1.0 => true,
        0.0 => false,
        other => return Err(Error::invalid_parameter(INCREASING.name, other, INCREASING.rule)),
    };
    Ok(Box::new(Monotone::later(MonotoneSet::new(0, increasing))))
}

/// A difference of neighbours below this is rounding.
fn rounding_of<T: Real>(b: &[T]) -> T {
    rounding::<T>(0) * vector::norm_inf(b)
}

impl Set for MonotoneSet {
    fn over(&self, p: usize) -> Result<Self> {
        Ok(Self::new(p, self.increasing))
    }

    fn holds<T: Real>(&self, b: &[T]) -> bool {
        let zero = rounding_of(b);
        b.windows(2).all(|b| if self.increasing { b[0] - b[1] <= zero } else { b[1] - b[0] <= zero })
    }

    fn project<T: Real>(&self, v: &mut [T], step: Step<'_, T>) {
        let (sign, mut levels) = (self.sign(), self.levels.take());
        let entry = |(i, v): (usize, &T)| (sign * v.to_f64(), step.at(i).to_f64().recip());
        nonincreasing(v.iter().enumerate().map(entry), &mut levels);
        for (v, mean) in v.iter_mut().zip(means(&levels)) {
            *v = T::of(sign * mean);
        }
    }

    fn distance<T: Real>(&self, b: &[T], g: &[T]) -> T {
        let (sign, mut levels) = (self.sign(), self.levels.take());
        let (zero, mut square, mut rest) = (rounding_of(b), 0.0, g);
        for run in b.chunk_by(|a, b| (*a - *b).abs() <= zero) {
            let (g, after) = rest.split_at(run.len());
            nonincreasing(g.iter().map(|g| (-sign * g.to_f64(), 1.0)), &mut levels);
            square += means(&levels).map(|z| z * z).sum::<f64>();
            rest = after;
        }
        T::of(square.sqrt())
    }

    fn moves<T: Real>(&self, b: &[T]) -> bool {
        b.len() == 1 || b.iter().any(|b| *b != T::ZERO)
    }

    fn support<T: Real>(&self, v: &[T]) -> T {
        let slack = rounding::<T>(v.len()) * v.iter().map(|v| v.abs()).sum::<T>();
        let mut sum = T::ZERO;
        let inside = |sum: T| if self.increasing { sum >= -slack } else { sum <= slack };
        let holds = v.iter().all(|v| {
            sum += *v;
            inside(sum)
        });
        if holds && sum.abs() <= slack { T::ZERO } else { T::INFINITY }
    }
}
