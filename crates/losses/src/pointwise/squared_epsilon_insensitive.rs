//! Squared ε-insensitive loss ½ max(|η − y| − ε, 0)². Minus the log-density of a uniform centre of half-width ε with Gaussian tails, up to the
//! constant ln(2ε + √(2π)).
//!
//! scikit-learn's `squared_epsilon_insensitive` is twice this.
//!
//! Source: Vapnik, *The Nature of Statistical Learning Theory* (1995), chapter 6; Ho and Lin, J. Mach. Learn. Res. 13 (2012).

use thalweg_core::{
    Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k, math,
};

use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y and e = max(|r| − ε, 0): ℓ = ½e², ℓ′ = e·sign r, ℓ″ = 1 for |r| ≥ ε, else 0; ℓ*(u) = uy + ε|u| + ½u², for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let tube = thalweg_losses::SquaredEpsilonInsensitive::new(0.5)?;
/// assert_eq!(tube.derivatives(0.0, 0.25), (0.0, 0.0, 0.0));
/// assert_eq!(tube.derivatives(0.0, -2.5), (2.0, -2.0, 1.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct SquaredEpsilonInsensitive {
    epsilon: f64,
}

impl SquaredEpsilonInsensitive {
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
    name: "squared-epsilon-insensitive",
    summary: "half the squared residual beyond epsilon, nothing within",
    parameters: &[EPSILON],
    example: "squared-epsilon-insensitive:epsilon=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(SquaredEpsilonInsensitive::new(values[0])?))
}

impl Formula for SquaredEpsilonInsensitive {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let excess = (eta - y).abs() - S::of(self.epsilon);
        S::select(S::of(0.0).le(excess), k(0.5) * excess.square(), S::of(0.0))
    }
}

impl NegativeLogDensity for SquaredEpsilonInsensitive {
    const DISTRIBUTION: &'static str = "uniform within epsilon of eta, Gaussian tails of variance 1 beyond";

    /// ln(2ε + √(2π)).
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(math::ln(2.0 * self.epsilon + core::f64::consts::TAU.sqrt()))
    }
}

impl<T: Real> Pointwise<T> for SquaredEpsilonInsensitive {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (r, epsilon) = (eta - y, T::of(self.epsilon));
        let excess = r - r.max(-epsilon).min(epsilon);
        (k(0.5) * excess * excess, excess, T::select(r.abs().lt(epsilon), T::ZERO, T::ONE))
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        u * (k(0.5) * u + y) + T::of(self.epsilon) * u.abs()
    }

    fn properties(&self) -> Properties<T> {
        // Without a tube it is the squared loss.
        let squared = self.epsilon == 0.0;
        Properties {
            twice_differentiable: squared,
            curvature_bound: Some(T::ONE),
            strong_convexity: if squared { T::ONE } else { T::ZERO },
            self_concordance: squared.then_some(T::ZERO),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
