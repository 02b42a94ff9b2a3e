//! Cauchy (Lorentzian) loss ½c² ln(1 + ((η − y)/c)²): squared near 0, logarithmic far out. Minus the log-density of a Student t with c² − 1
//! degrees of freedom and scale c/√(c² − 1), up to a constant; a Cauchy distribution at c = √2. For c ≤ 1 the density has no integral.
//!
//! SciPy's `least_squares(loss="cauchy", f_scale=c)` has the same scale. PyTorch, scikit-learn and optax have none.
//!
//! Source: Black and Anandan, *The robust estimation of multiple motions*, CVIU 63 (1996); Holland and Welsch, Commun. Statist. 6 (1977).

use thalweg_core::{Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k, math};

use crate::parameter;
use crate::{LossEntry, Make, NegativeLogDensity};

/// With r = η − y and x = r/c: ℓ = ½c² ln(1 + x²), ℓ′ = r/(1 + x²), ℓ″ = (1 − x²)/(1 + x²)², for any real y.
///
/// ```
/// use thalweg_core::Pointwise;
/// let (value, slope, curvature) = thalweg_losses::Cauchy::new(1.0)?.derivatives(0.0_f64, 1.0);
/// assert!((value - 0.5 * 2.0_f64.ln()).abs() < 1e-16);
/// assert_eq!((slope, curvature), (0.5, 0.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Cauchy {
    c: f64,
}

impl Cauchy {
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
    default: 2.3849,
    rule: parameter::SCALE,
    summary: "residual scale, in the units of the target",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "cauchy",
    summary: "logarithm of the squared residual: Student-t likelihood, heavy tails",
    parameters: &[C],
    example: "cauchy:c=1.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    Ok(Box::new(Cauchy::new(values[0])?))
}

impl Formula for Cauchy {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let c = S::of(self.c);
        k(0.5) * c * c * ((eta - y) / c).square().ln_1p()
    }
}

impl NegativeLogDensity for Cauchy {
    const DISTRIBUTION: &'static str =
        "Student t with location eta, c^2 - 1 degrees of freedom and scale c/sqrt(c^2 - 1)";

    /// ln(c√π Γ(½(c² − 1))/Γ(½c²)); +∞ for c ≤ 1, where e^−ℓ has no integral.
    #[inline(always)]
    fn constant<S: Scalar>(&self, _: S) -> S {
        S::of(if self.c > 1.0 { ln_integral(self.c) } else { f64::INFINITY })
    }
}

impl<T: Real> Pointwise<T> for Cauchy {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let c = T::of(self.c);
        let x = (eta - y) / c;
        let a = x.abs();
        // x/(1 + x²) is the same at x and 1/x: the smaller of the two, t, has no overflow.
        let near = a.le(T::ONE);
        let t = T::select(near, x, x.recip());
        let inverse = (T::ONE + t * t).recip();
        let fall = (T::ONE - t) * (T::ONE + t) * inverse * inverse;
        // ln(1 + x²) = 2 ln(1 + |x|) to the last digit where x² would overflow.
        let huge = T::of(1e18).lt(a);
        let ln = T::select(huge, a, a * a).ln_1p();
        let value = T::of(0.5 * self.c * self.c) * T::select(huge, ln + ln, ln);
        (value, c * t * inverse, T::select(near, fall, -(t * t * fall)))
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // ℓ″ falls from 1 at x = 0 to −⅛ at x² = 3.
            curvature_bound: Some(T::ONE),
            // |ℓ′| is largest at x = 1.
            lipschitz: Some(T::of(0.5 * self.c)),
            ..Properties::nonconvex(Target::Real)
        }
    }
}

/// ln ∫(1 + (r/c)²)^(−c²/2) dr for c > 1.
fn ln_integral(c: f64) -> f64 {
    let z = 0.5 * (c - 1.0) * (c + 1.0);
    let i = z.recip();
    // ln Γ(z + ½) − ln Γ(z): beyond 30 by its asymptotic series, where the two would cancel.
    let series = 0.5 * math::ln(z)
        - i * (1.0 / 8.0 - i * i * (1.0 / 192.0 - i * i * (1.0 / 640.0 - i * i * 17.0 / 14336.0)));
    let rise = if z > 30.0 { series } else { math::ln_gamma(z + 0.5) - math::ln_gamma(z) };
    math::ln(c) + 0.5 * math::ln(core::f64::consts::PI) - rise
}
