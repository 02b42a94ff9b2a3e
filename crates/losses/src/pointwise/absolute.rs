//! Absolute loss |η − y|: minus the log-density of a Laplace distribution with unit scale, up to the constant ln 2. Its minimiser is the
//! median.
//!
//! PyTorch's `L1Loss` and scikit-learn's and Keras' mean absolute error have the same scale.
//!
//! Source: Boscovich (1757); Laplace (1774); Koenker and Bassett, *Regression quantiles*, Econometrica 46 (1978).

use thalweg_core::{Formula, Loss, Pointwise, Properties, Real, Result, Scalar, Target};

use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y: ℓ = |r|, ℓ′ = sign r with 0 at r = 0, ℓ″ = 0, ℓ*(u) = uy on |u| ≤ 1, for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// assert_eq!(thalweg_losses::Absolute.derivatives(1.0, 4.0), (3.0, 1.0, 0.0));
/// ```
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Absolute;

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "absolute",
    summary: "absolute residual: median regression, Laplace likelihood",
    parameters: &[],
    example: "absolute",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Absolute))
}

impl Formula for Absolute {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (eta - y).abs()
    }
}

impl NegativeLogDensity for Absolute {
    const DISTRIBUTION: &'static str = "Laplace with location eta and scale 1";

    /// ln 2.
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(core::f64::consts::LN_2)
    }
}

impl<T: Real> Pointwise<T> for Absolute {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let r = eta - y;
        (r.abs(), sign(r), T::ZERO)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        T::select(u.abs().le(T::ONE), u * y, T::INFINITY)
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

/// −1, 0 or 1.
#[inline(always)]
pub(crate) fn sign<T: Real>(r: T) -> T {
    T::select(r.lt(T::ZERO), -T::ONE, T::select(T::ZERO.lt(r), T::ONE, T::ZERO))
}
