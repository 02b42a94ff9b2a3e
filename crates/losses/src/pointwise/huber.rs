//! Huber loss: squared for small residuals, linear beyond δ, so that an outlier pulls with bounded force.
//!
//! Minus the log-density of Huber's least favourable distribution, Gaussian inside δ with exponential tails, up to a constant. PyTorch's `HuberLoss`,
//! optax's `huber_loss`, Keras' `Huber` and scikit-learn's `HuberLoss` have the same scale.
//!
//! Source: Huber, *Robust estimation of a location parameter*, Ann. Math. Statist. 35 (1964).

use thalweg_core::{
    Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k, math,
};

use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y: ℓ = ½r² for |r| ≤ δ and δ(|r| − ½δ) beyond; ℓ′ = clamp(r, −δ, δ); ℓ″ = 1 inside, 0 beyond; ℓ*(u) = ½u² + uy on |u| ≤ δ.
///
/// ```
/// use thalweg_core::Pointwise;
/// let huber = thalweg_losses::Huber::new(1.0)?;
/// assert_eq!(huber.derivatives(0.0, 3.0), (2.5, 1.0, 0.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Huber {
    delta: f64,
}

impl Huber {
    /// With threshold δ, in the units of the target.
    ///
    /// # Errors
    /// δ not positive and finite.
    pub fn new(delta: f64) -> Result<Self> {
        if delta > 0.0 && delta.is_finite() {
            Ok(Self { delta })
        } else {
            Err(Error::invalid_parameter("delta", delta, DELTA.rule))
        }
    }
}

const DELTA: Parameter = Parameter {
    name: "delta",
    // 95 % efficiency at the Gaussian with unit scale.
    default: 1.345,
    rule: "it must be a finite number > 0",
    summary: "residual beyond which the loss is linear, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "huber",
    summary: "squared inside delta, linear outside: robust regression",
    parameters: &[DELTA],
    example: "huber:delta=1.345",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Huber::new(values[0])?))
}

impl Formula for Huber {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (r, delta) = (eta - y, S::of(self.delta));
        let linear = delta * (r.abs() - k(0.5) * delta);
        S::select(r.abs().le(delta), k(0.5) * r * r, linear)
    }
}

impl NegativeLogDensity for Huber {
    const DISTRIBUTION: &'static str = "Huber's least favourable: Gaussian with mean eta and variance 1 inside delta, exponential tails of rate delta beyond";

    /// ln ∫e^−ℓ = ln(√(2π) erf(δ/√2) + (2/δ)e^(−½δ²)).
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        let core = core::f64::consts::TAU.sqrt() * math::erf(self.delta * core::f64::consts::FRAC_1_SQRT_2);
        S::of(math::ln(core + 2.0 / self.delta * math::exp(-0.5 * self.delta * self.delta)))
    }
}

impl<T: Real> Pointwise<T> for Huber {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (r, delta) = (eta - y, T::of(self.delta));
        let clipped = r.max(-delta).min(delta);
        let inside = r.abs().le(delta);
        // c(r − ½c) with c the clipped residual is both branches at once.
        (clipped * (r - k(0.5) * clipped), clipped, T::select(inside, T::ONE, T::ZERO))
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        T::select(u.abs().le(T::of(self.delta)), u * (k(0.5) * u + y), T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            twice_differentiable: false,
            curvature_bound: Some(T::ONE),
            lipschitz: Some(T::of(self.delta)),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
