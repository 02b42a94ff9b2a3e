//! `TemplateItem`: REPLACE with what it does to coefficients and when to choose it, in one sentence.
//!
//! The file works as it stands, as Huber's function of each coefficient: put your formulas in its place and in every line that says
//! REPLACE.
//!
//! Source: REPLACE, *title*, journal volume (year).

use thalweg_core::{Blocks, Diagonal, Error, Parameter, Penalty, Real, Result, Step, k, vector};

use crate::{Make, PenaltyEntry};

/// P(b; λ) = λ Σ h(bⱼ) with h(b) = b²/(2δ) for |b| ≤ δ and |b| − δ/2 beyond; prox vδ/(δ + λt) for |v| ≤ δ + λt and v − λt sign v beyond;
/// conjugate δ‖v‖²/(2λ) on |vⱼ| ≤ λ. REPLACE: the formulas, and the domains of λ and the parameters.
///
/// ```
/// use thalweg_core::Penalty;
/// // REPLACE: one point worked out by hand.
/// let penalty = thalweg_regularization::TemplateItem::new(1.0)?;
/// assert_eq!(penalty.value(&[0.5, -3.0], 2.0), 5.25);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct TemplateItem {
    delta: f64,
}

impl TemplateItem {
    /// With threshold δ, in the units of the coefficients.
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
    default: 0.5,
    rule: "it must be a finite number > 0",
    summary: "size of a coefficient at which the penalty turns from squared to linear",
};

// REPLACE: the summary that `thalweg list` shows.
pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "template-item",
    summary: "squared for small coefficients, linear for large ones: shrinks large effects less than ridge",
    parameters: &[DELTA],
    example: "template-item:delta=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(TemplateItem::new(values[0])?))
}

impl<T: Real> Penalty<T> for TemplateItem {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        let delta = T::of(self.delta);
        let h = |b: &T| {
            let near = b.abs().min(delta);
            k(0.5) * near.square() / delta + (b.abs() - near)
        };
        lambda * b.iter().map(h).sum::<T>()
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let delta = T::of(self.delta);
        for (i, v) in v.iter_mut().enumerate() {
            let t = lambda * step.at(i);
            *v = if v.abs() <= delta + t { *v * delta / (delta + t) } else { *v - *v / v.abs() * t };
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let delta = T::of(self.delta);
        let slope = |b: T| (b / delta).max(-T::ONE).min(T::ONE);
        let square: T = b.iter().zip(g).map(|(b, g)| (*g + lambda * slope(*b)).square()).sum();
        square.sqrt()
    }

    // REPLACE: true where P is differentiable at b, as this one is everywhere; leave out for a kink at 0 and nowhere else.
    fn in_support(&self, _block: usize, _b: &[T], _lambda: T) -> bool {
        true
    }

    // REPLACE: `Some` if a part of P is ½ Σ dⱼ bⱼ² everywhere, and then `is_quadratic` if that is all of it.
    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    // REPLACE: `Some` if b = 0 is optimal from some λ on, as it is for penalties with a kink at 0.
    fn lambda_max(&self, _g0: &[T]) -> Option<T> {
        None
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        if vector::norm_inf(v) > lambda {
            T::INFINITY
        } else if lambda == T::ZERO {
            T::ZERO
        } else {
            k(0.5) * T::of(self.delta) * vector::norm2_squared(v) / lambda
        }
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        let largest = vector::norm_inf(v);
        // Rounded down, so that the scaled point lies inside.
        if largest <= lambda { T::ONE } else { lambda / largest * (T::ONE - T::of(2.0) * T::EPSILON) }
    }
}
