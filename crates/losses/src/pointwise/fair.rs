//! Fair loss c²(|x| − ln(1 + |x|)), x = (η − y)/c: squared near 0, absolute with slope c far out. e^−ℓ has an integral, but no usual name.
//!
//! LightGBM's `fair` objective has the same gradient. PyTorch, scikit-learn and optax have none.
//!
//! Source: Fair, *On the robust estimation of econometric models*, Ann. Econ. Soc. Meas. 3 (1974).

use thalweg_core::{Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target};

use crate::parameter;
use crate::{LossEntry, Make};

/// With r = η − y and x = r/c: ℓ = c²(|x| − ln(1 + |x|)), ℓ′ = r/(1 + |x|), ℓ″ = 1/(1 + |x|)², ℓ*(u) = uy − c²(ln(1 − |v|) + |v|) at v = u/c in
/// (−1, 1), for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, curvature) = thalweg_losses::Fair::new(1.0)?.derivatives(0.0_f64, 1.0);
/// assert!((value - (1.0 - 2.0_f64.ln())).abs() < 1e-15);
/// assert_eq!((slope, curvature), (0.5, 0.25));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Fair {
    c: f64,
}

impl Fair {
    /// With c, the residual scale, in the units of the target.
    ///
    /// # Errors
    /// c not between 1e-18 and 1e18.
    pub fn new(c: f64) -> Result<Self> {
        Ok(Self { c: parameter::scale("c", c)? })
    }
}

const C: Parameter = Parameter {
    name: "c",
    // 95 % efficiency at the Gaussian with unit scale.
    default: 1.3998,
    rule: parameter::SCALE,
    summary: "residual scale, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "fair",
    summary: "squared near 0, absolute far out, with a slowly rising pull",
    parameters: &[C],
    example: "fair:c=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Fair::new(values[0])?))
}

impl Formula for Fair {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let c = S::of(self.c);
        let a = ((eta - y) / c).abs();
        c * c * (a - a.ln_1p())
    }
}

impl<T: Real> Pointwise<T> for Fair {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (r, c) = (eta - y, T::of(self.c));
        let a = r.abs() * T::of(1.0 / self.c);
        let inverse = (T::ONE + a).recip();
        (-(c * (c * a.log1pmx())), r * inverse, inverse * inverse)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let (c, v) = (T::of(self.c), u.abs() * T::of(1.0 / self.c));
        T::select(v.lt(T::ONE), u * y - c * (c * (-v).log1pmx()), T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            curvature_bound: Some(T::ONE),
            lipschitz: Some(T::of(self.c)),
            // |ℓ‴|/ℓ″ = 2/(c(1 + |x|)).
            self_concordance: Some(T::of(2.0 / self.c)),
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}
