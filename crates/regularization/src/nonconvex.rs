//! What nonconvex penalties of single coefficients share.

use thalweg_core::Real;

/// A penalty Σ p(|bⱼ|; λ) that is not convex, by its formulas for one coefficient.
pub(crate) trait Nonconvex {
    /// p(b; λ).
    fn one<T: Real>(&self, b: T, lambda: T) -> T;
    /// argmin over z ≥ 0 of p(z; λ) + (z − u)²/(2t), for u ≥ 0.
    fn shrink<T: Real>(&self, u: T, t: T, lambda: T) -> T;
    /// p′(z; λ) for z > 0.
    fn slope<T: Real>(&self, z: T, lambda: T) -> T;
    /// p′(0+; λ), or `None` where it is infinite.
    fn slope_at_zero<T: Real>(&self, lambda: T) -> Option<T>;
    /// The smallest λ with violation 0 at b = 0 for the gradient g ≥ 0.
    fn silences<T: Real>(&self, g: T) -> T;
}

/// v ← sign(v)·shrink(|v|).
pub(crate) fn prox<T: Real>(penalty: &impl Nonconvex, v: T, t: T, lambda: T) -> T {
    let z = penalty.shrink(v.abs(), t, lambda);
    if v < T::ZERO { -z } else { z }
}

/// The distance of −g to the limiting subdifferential at b; at 0 where that is ℝ, what the prox of step 1 makes of −g.
pub(crate) fn violation<T: Real>(penalty: &impl Nonconvex, b: T, g: T, lambda: T) -> T {
    if b != T::ZERO {
        let slope = penalty.slope(b.abs(), lambda);
        return (g + if b > T::ZERO { slope } else { -slope }).abs();
    }
    match penalty.slope_at_zero(lambda) {
        Some(slope) => (g.abs() - slope).max(T::ZERO),
        None => penalty.shrink(g.abs(), T::ONE, lambda),
    }
}

/// The face of a [`Nonconvex`] as a penalty. Its convex hull is 0, so that P* is 0 at 0 and +∞ elsewhere.
macro_rules! nonconvex {
    ($name:ident) => {
        impl<T: thalweg_core::Real> thalweg_core::Penalty<T> for $name {
            fn blocks(&self) -> &thalweg_core::Blocks {
                &thalweg_core::Blocks::Coordinates
            }
            fn value(&self, b: &[T], lambda: T) -> T {
                b.iter().map(|b| crate::nonconvex::Nonconvex::one(self, *b, lambda)).sum()
            }
            fn prox(&self, _block: usize, v: &mut [T], step: thalweg_core::Step<'_, T>, lambda: T) {
                for (i, v) in v.iter_mut().enumerate() {
                    *v = crate::nonconvex::prox(self, *v, step.at(i), lambda);
                }
            }
            fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
                crate::run::violation(b, g, |b, g| crate::nonconvex::violation(self, b, g, lambda))
            }
            fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
                lambda == T::ZERO || b.iter().any(|b| *b != T::ZERO)
            }
            fn quadratic_part(&self, _lambda: T) -> Option<thalweg_core::Diagonal<T>> {
                None
            }
            fn is_convex(&self) -> bool {
                false
            }
            fn lambda_max(&self, g0: &[T]) -> Option<T> {
                Some(crate::nonconvex::Nonconvex::silences(self, thalweg_core::vector::norm_inf(g0)))
            }
            fn conjugate(&self, v: &[T], lambda: T) -> T {
                thalweg_core::Penalty::conjugate(&crate::None, v, lambda)
            }
            fn dual_scale(&self, v: &[T], lambda: T) -> T {
                thalweg_core::Penalty::dual_scale(&crate::None, v, lambda)
            }
        }
    };
}
pub(crate) use nonconvex;
