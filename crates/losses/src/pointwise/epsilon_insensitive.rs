//! ε-insensitive loss max(|η − y| − ε, 0): the loss of support vector regression. Minus the log-density of a uniform centre of half-width ε with
//! Laplace tails, up to the constant ln(2 + 2ε).
//!
//! scikit-learn's `epsilon_insensitive` has the same scale.
//!
//! Source: Vapnik, *The Nature of Statistical Learning Theory* (1995), chapter 6.

use thalweg_core::{
    Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, math,
};

use crate::absolute::sign;
use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y: ℓ = max(|r| − ε, 0); ℓ′ = sign r for |r| > ε, else 0; ℓ″ = 0; ℓ*(u) = uy + ε|u| on |u| ≤ 1, for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let tube = thalweg_losses::EpsilonInsensitive::new(0.5)?;
/// assert_eq!(tube.derivatives(0.0, 0.25), (0.0, 0.0, 0.0));
/// assert_eq!(tube.derivatives(0.0, -2.0), (1.5, -1.0, 0.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct EpsilonInsensitive {
    epsilon: f64,
}

impl EpsilonInsensitive {
    /// With ε, the residual up to which a prediction counts as exact, in the units of the target.
    ///
    /// # Errors
    /// ε outside its range: it must be between 0 and 1e18.
    pub fn new(epsilon: f64) -> Result<Self> {
        if (0.0..=1e18).contains(&epsilon) {
            Ok(Self { epsilon })
        } else {
            Err(Error::invalid_parameter("epsilon", epsilon, EPSILON.rule))
        }
    }
}

const EPSILON: Parameter = Parameter {
    name: "epsilon",
    // scikit-learn's, for targets of unit scale.
    default: 0.1,
    rule: "it must be between 0 and 1e18",
    summary: "residual up to which a prediction counts as exact, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "epsilon-insensitive",
    summary: "absolute residual beyond epsilon, nothing within: support vector regression",
    parameters: &[EPSILON],
    example: "epsilon-insensitive:epsilon=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(EpsilonInsensitive::new(values[0])?))
}

impl Formula for EpsilonInsensitive {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let excess = (eta - y).abs() - S::of(self.epsilon);
        S::select(S::of(0.0).lt(excess), excess, S::of(0.0))
    }
}

impl NegativeLogDensity for EpsilonInsensitive {
    const DISTRIBUTION: &'static str = "uniform within epsilon of eta, Laplace tails of scale 1 beyond";

    /// ln(2 + 2ε).
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(math::ln(2.0 + 2.0 * self.epsilon))
    }
}

impl<T: Real> Pointwise<T> for EpsilonInsensitive {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let r = eta - y;
        let excess = r.abs() - T::of(self.epsilon);
        (excess.max(T::ZERO), T::select(T::ZERO.lt(excess), sign(r), T::ZERO), T::ZERO)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        T::select(u.abs().le(T::ONE), u * y + T::of(self.epsilon) * u.abs(), T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            differentiable: false,
            twice_differentiable: false,
            lipschitz: Some(T::ONE),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
