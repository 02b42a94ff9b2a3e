//! Box constraint lower ≤ bⱼ ≤ upper on every coefficient: non-negative least squares, bounded regression.
//!
//! Source: Lawson and Hanson, *Solving Least Squares Problems* (1974), chapter 23; Beck, *First-Order Methods in Optimization* (2017),
//! section 6.4, for the indicator and its prox.

use thalweg_core::{Blocks, Diagonal, Error, Parameter, Penalty, Real, Result, Step, Vertex};

use crate::{Make, PenaltyEntry, run};

/// P(b) = 0 on the box, +∞ outside, whatever λ; prox clamps; violation: at a bound only a pull into the box counts, inside |g|, outside +∞;
/// conjugate Σ max(lower·vⱼ, upper·vⱼ). The intercept is not bounded.
///
/// With an infinite bound the conjugate is finite on half the space only, which the dual point of a run meets up to rounding at best: such
/// runs end with the violation rather than a duality gap worth the name.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let box_constraint = thalweg_regularization::BoxConstraint::new(0.0, 1.0)?;
/// let mut v = [-3.0, 0.5, 2.0];
/// box_constraint.prox(0, &mut v, Step::Scalar(1.0), 0.0);
/// assert_eq!(v, [0.0, 0.5, 1.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct BoxConstraint {
    lower: f64,
    upper: f64,
}

impl BoxConstraint {
    /// With bounds for every coefficient, −∞ and ∞ among them.
    ///
    /// # Errors
    /// lower > upper; a NaN; lower = ∞ or upper = −∞.
    pub fn new(lower: f64, upper: f64) -> Result<Self> {
        if lower.is_nan() || lower == f64::INFINITY {
            return Err(Error::invalid_parameter("lower", lower, LOWER.rule));
        }
        if upper.is_nan() || upper == f64::NEG_INFINITY || upper < lower {
            return Err(Error::invalid_parameter("upper", upper, UPPER.rule));
        }
        Ok(Self { lower, upper })
    }

    /// bⱼ ≥ 0.
    #[must_use]
    pub fn non_negative() -> Self {
        Self { lower: 0.0, upper: f64::INFINITY }
    }

    /// The L∞ ball |bⱼ| ≤ r.
    ///
    /// # Errors
    /// r negative or NaN.
    pub fn symmetric(radius: f64) -> Result<Self> {
        Self::new(-radius, radius)
    }

    fn bounds<T: Real>(&self) -> (T, T) {
        (T::of(self.lower), T::of(self.upper))
    }
}

const LOWER: Parameter = Parameter {
    name: "lower",
    default: 0.0,
    rule: "it must be a number below infinity; -inf for none",
    summary: "least value of every coefficient",
};
const UPPER: Parameter = Parameter {
    name: "upper",
    default: f64::INFINITY,
    rule: "it must be a number that is not below the lower bound; inf for none",
    summary: "largest value of every coefficient",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "box-constraint",
    summary: "keeps every coefficient between two bounds, by default above 0; lambda has no effect",
    parameters: &[LOWER, UPPER],
    example: "box-constraint:lower=-1,upper=2",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(BoxConstraint::new(values[0], values[1])?))
}

/// The distance of −g to the normal cone of [lower, upper] at b.
fn distance<T: Real>(b: T, g: T, (lower, upper): (T, T)) -> T {
    if !(lower <= b && b <= upper) {
        return T::INFINITY;
    }
    // Moving up helps where g < 0, and is possible below the upper bound; down likewise.
    let up = if b < upper { (-g).max(T::ZERO) } else { T::ZERO };
    let down = if b > lower { g.max(T::ZERO) } else { T::ZERO };
    up.max(down)
}

impl<T: Real> Penalty<T> for BoxConstraint {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }

    fn value(&self, b: &[T], _lambda: T) -> T {
        let (lower, upper) = self.bounds::<T>();
        if b.iter().all(|b| lower <= *b && *b <= upper) { T::ZERO } else { T::INFINITY }
    }

    fn prox(&self, _block: usize, v: &mut [T], _step: Step<'_, T>, _lambda: T) {
        let (lower, upper) = self.bounds::<T>();
        for v in v {
            *v = v.max(lower).min(upper);
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], _lambda: T) -> T {
        run::violation(b, g, |b, g| distance(b, g, self.bounds()))
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn is_constraint(&self) -> bool {
        true
    }

    fn in_support(&self, _block: usize, b: &[T], _lambda: T) -> bool {
        let (lower, upper) = self.bounds::<T>();
        b.iter().any(|b| lower < *b && *b < upper)
    }

    fn lambda_max(&self, _g0: &[T]) -> Option<T> {
        None
    }

    fn conjugate(&self, v: &[T], _lambda: T) -> T {
        let (lower, upper) = self.bounds::<T>();
        let one = |v: &T| match *v {
            v if v > T::ZERO => upper * v,
            v if v < T::ZERO => lower * v,
            _ => T::ZERO,
        };
        v.iter().map(one).sum()
    }

    fn dual_scale(&self, v: &[T], _lambda: T) -> T {
        let (lower, upper) = (self.lower, self.upper);
        let outside =
            |v: &T| (*v > T::ZERO && upper == f64::INFINITY) || (*v < T::ZERO && lower == f64::NEG_INFINITY);
        if v.iter().any(outside) { T::ZERO } else { T::ONE }
    }

    fn linear_minimizer(&self, _block: usize, g: &[T], s: &mut [T]) -> Vertex {
        let (lower, upper) = self.bounds::<T>();
        if !(lower.is_finite() && upper.is_finite()) {
            return Vertex::Unknown;
        }
        for (s, g) in s.iter_mut().zip(g) {
            *s = if *g > T::ZERO { lower } else { upper };
        }
        Vertex::Point
    }
}
