//! Minimax concave penalty: selects like the lasso, and leaves large coefficients alone.
//!
//! Source: Zhang, *Nearly unbiased variable selection under minimax concave penalty*, Ann. Statist. 38 (2010).

use thalweg_core::{Error, Parameter, Penalty, Real, Result, k};

use crate::nonconvex::{Nonconvex, nonconvex};
use crate::{Make, PenaltyEntry};

/// P(b; λ) = Σ λ|b| − b²/(2γ) for |b| ≤ γλ, ½γλ² beyond. prox for t < γ: 0 up to λt, soft(v, λt)/(1 − t/γ) up to γλ, v beyond; for t ≥ γ hard
/// thresholding at λ√(γt). λ_max = ‖g₀‖∞. Not convex; convex with a loss of curvature at least 1/γ a coefficient.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let mcp = thalweg_regularization::Mcp::new(2.0)?;
/// let mut v = [1.5, 4.0, -0.5];
/// mcp.prox(0, &mut v, Step::Scalar(1.0), 1.0);
/// assert_eq!(v, [1.0, 4.0, 0.0]);
/// assert_eq!(mcp.value(&[1.0, 4.0], 1.0), 0.75 + 1.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Mcp {
    gamma: f64,
}

impl Mcp {
    /// With γ, how far the penalty goes on rising: a coefficient beyond γλ is not shrunk.
    ///
    /// # Errors
    /// γ not above 1 or not finite.
    pub fn new(gamma: f64) -> Result<Self> {
        if gamma > 1.0 && gamma.is_finite() {
            Ok(Self { gamma })
        } else {
            Err(Error::invalid_parameter(GAMMA.name, gamma, GAMMA.rule))
        }
    }
}

pub(crate) const GAMMA: Parameter = Parameter {
    name: "gamma",
    default: 3.0,
    rule: "it must be a finite number > 1",
    summary: "a coefficient beyond gamma times lambda is not shrunk",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "mcp",
    summary: "lasso that fades out for large coefficients (minimax concave); not convex",
    parameters: &[GAMMA],
    example: "mcp:gamma=3",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(Mcp::new(values[0])?))
}

impl Nonconvex for Mcp {
    fn one<T: Real>(&self, b: T, lambda: T) -> T {
        let (b, gamma) = (b.abs(), T::of(self.gamma));
        if b <= gamma * lambda { b * (lambda - k(0.5) * b / gamma) } else { k(0.5) * gamma * lambda.square() }
    }

    fn shrink<T: Real>(&self, u: T, t: T, lambda: T) -> T {
        let gamma = T::of(self.gamma);
        let keeps = if t < gamma { u > gamma * lambda } else { u > lambda * (gamma * t).sqrt() };
        if keeps {
            u
        } else if t < gamma {
            (u - lambda * t).max(T::ZERO) / (T::ONE - t / gamma)
        } else {
            T::ZERO
        }
    }

    fn slope<T: Real>(&self, z: T, lambda: T) -> T {
        (lambda - z / T::of(self.gamma)).max(T::ZERO)
    }

    fn slope_at_zero<T: Real>(&self, lambda: T) -> Option<T> {
        Some(lambda)
    }

    fn silences<T: Real>(&self, g: T) -> T {
        g
    }
}

nonconvex!(Mcp);
