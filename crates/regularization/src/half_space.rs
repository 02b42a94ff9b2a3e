//! Half-space aᵀb ≤ c: one linear inequality, such as a budget.
//!
//! Source: Beck, *First-Order Methods in Optimization* (2017), section 6.4.

use thalweg_core::{Error, Parameter, Penalty, Real, Result, Step};

use crate::constraint::{Constraint, Set};
use crate::whole::rounding;
use crate::{Make, PenaltyEntry};

/// P(b) = 0 where aᵀb ≤ c (within rounding), +∞ elsewhere, whatever λ. prox vᵢ − τtᵢaᵢ with τ = (aᵀv − c)₊/Σtᵢaᵢ²; violation ‖g‖ inside, on the border
/// ‖g + sa‖ with s = (−aᵀg)₊/‖a‖²; conjugate sc where v = sa with s ≥ 0 (within rounding), +∞ elsewhere. The intercept is free.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let half = thalweg_regularization::HalfSpace::new(vec![1.0, 2.0], 1.0)?;
/// let mut v = [3.0, 4.0];
/// half.prox(0, &mut v, Step::Scalar(1.0), 0.0);
/// // (11 − 1)/5 = 2 steps along (1, 2).
/// assert_eq!(v, [1.0, 0.0]);
/// assert_eq!(half.conjugate(&[2.0, 4.0], 0.0), 2.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub type HalfSpace = Constraint<HalfSpaceSet>;

/// {aᵀb ≤ c}.
#[derive(Clone, Debug, PartialEq)]
pub struct HalfSpaceSet {
    normal: Vec<f64>,
    bound: f64,
}

impl HalfSpace {
    /// With the normal a, one number a coefficient, and the bound c.
    ///
    /// # Errors
    /// A normal that is empty, 0 throughout or not finite; a bound that is not finite.
    pub fn new(normal: Vec<f64>, bound: f64) -> Result<Self> {
        if let Some(row) = normal.iter().position(|a| !a.is_finite()) {
            return Err(Error::NonFinite {
                what: "normal of the half-space".to_owned(),
                row,
                value: normal[row],
            });
        }
        if !normal.is_empty() && normal.iter().all(|a| *a == 0.0) {
            let rule = "it must have an entry that is not 0; without one the set is empty or everything";
            return Err(Error::invalid_parameter("normal of the half-space", 0, rule));
        }
        Self::of(normal.len(), HalfSpaceSet { normal, bound: check_bound(bound)? })
    }
}

fn check_bound(bound: f64) -> Result<f64> {
    if bound.is_finite() { Ok(bound) } else { Err(Error::invalid_parameter(BOUND.name, bound, BOUND.rule)) }
}

const BOUND: Parameter = Parameter {
    name: "bound",
    default: 1.0,
    rule: "it must be a finite number",
    summary: "largest sum of the coefficients",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "half-space",
    summary: "keeps the sum of the coefficients below a bound; lambda has no effect",
    parameters: &[BOUND],
    example: "half-space:bound=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    let set = HalfSpaceSet { normal: Vec::new(), bound: check_bound(values[0])? };
    Ok(Box::new(HalfSpace::later(set)))
}

impl HalfSpaceSet {
    fn normal<T: Real>(&self) -> impl Iterator<Item = T> {
        self.normal.iter().map(|a| T::of(*a))
    }

    /// aᵀb − c, and what of it may be rounding.
    fn excess<T: Real>(&self, b: &[T]) -> (T, T) {
        let bound = T::of(self.bound);
        let (mut sum, mut size) = (-bound, bound.abs());
        for (a, b) in self.normal::<T>().zip(b) {
            sum += a * *b;
            size += (a * *b).abs();
        }
        (sum, rounding::<T>(b.len()) * size)
    }

    /// sup {s: v − sa ⟂ a}, the multiple of a next to v.
    fn share<T: Real>(&self, v: &[T]) -> T {
        let square: T = self.normal::<T>().map(|a| a.square()).sum();
        self.normal::<T>().zip(v).map(|(a, v)| a * *v).sum::<T>() / square
    }

    /// ‖v − sa‖.
    fn away<T: Real>(&self, v: &[T], s: T) -> T {
        self.normal::<T>().zip(v).map(|(a, v)| (*v - s * a).square()).sum::<T>().sqrt()
    }
}

impl Set for HalfSpaceSet {
    /// The sum of all p coefficients.
    fn over(&self, p: usize) -> Result<Self> {
        Ok(Self { normal: vec![1.0; p], bound: self.bound })
    }

    fn holds<T: Real>(&self, b: &[T]) -> bool {
        let (excess, slack) = self.excess(b);
        excess <= slack
    }

    fn project<T: Real>(&self, v: &mut [T], step: Step<'_, T>) {
        if self.excess(v).0 <= T::ZERO {
            return;
        }
        let metric: T = self.normal::<T>().enumerate().map(|(i, a)| step.at(i) * a.square()).sum();
        // The second time takes off what the first has rounded, by the digits of v where those of the projection may be fewer.
        for _ in 0..2 {
            let tau = self.excess(v).0 / metric;
            for (i, (v, a)) in v.iter_mut().zip(self.normal::<T>()).enumerate() {
                *v -= tau * step.at(i) * a;
            }
        }
    }

    fn distance<T: Real>(&self, b: &[T], g: &[T]) -> T {
        let (excess, slack) = self.excess(b);
        let s = if excess < -slack { T::ZERO } else { self.share(g).min(T::ZERO) };
        self.away(g, s)
    }

    fn moves<T: Real>(&self, b: &[T]) -> bool {
        let (excess, slack) = self.excess(b);
        let along = self.bound == 0.0 && b.iter().any(|b| *b != T::ZERO);
        excess < -slack || along || self.normal.contains(&0.0)
    }

    fn support<T: Real>(&self, v: &[T]) -> T {
        let (s, norm) = (self.share(v).max(T::ZERO), thalweg_core::vector::norm2(v));
        if self.away(v, s) <= rounding::<T>(v.len()) * norm { s * T::of(self.bound) } else { T::INFINITY }
    }
}
