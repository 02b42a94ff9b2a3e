//! Sparsemax loss, the Fenchel–Young loss of the projection onto the simplex: a softmax with probabilities that are exactly 0, and a loss that is
//! exactly 0 where class y leads by 1.
//!
//! ℓ = max_p (pᵀη − ½‖p‖²) + ½ − η_y over distributions p. Equal to optax's `multiclass_sparsemax_loss`. Minus no log-likelihood.
//!
//! Source: Martins and Astudillo, *From softmax to sparsemax*, ICML (2016); the projection without sorting: Michelot, J. Optim. Theory Appl. 50
//! (1986).

use thalweg_core::{Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want};

use super::{MakeRowwise, Outputs, RowwiseEntry, categorical};

/// For y in {0, …, K−1}, with p = max(η − τ, 0), Σp = 1, and S the classes with p > 0: ℓ = Σ pₖ(ηₖ − η_y) + ½ Σ pₖ(1 − pₖ), ∂ℓ/∂η = p − e_y,
/// ∂²ℓ/∂η² = diag(1_S) − 1_S 1_Sᵀ/|S|, ℓ*(u) = ½(‖v‖² − 1) where v = u + e_y is a distribution.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::Sparsemax::new(3)?;
/// let mut g = [0.0; 3];
/// let value = loss.row(&[0.0], &[0.5, 0.0, -2.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!((value, g), (0.0625, [-0.25, 0.25, 0.0]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Sparsemax {
    classes: u32,
}

impl Sparsemax {
    /// With K classes.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        categorical::classes(classes).map(|classes| Self { classes })
    }
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "sparsemax",
    summary: "multinomial loss with probabilities that may be exactly 0",
    parameters: &[],
    example: "sparsemax",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Classes },
};

fn make<T: Real>(classes: usize, _: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(Sparsemax::new(classes)?))
}

impl RowFormula for Sparsemax {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let (zero, one, half) = (S::of(0.0), S::of(1.0), S::of(0.5));
        let top = eta.iter().fold(eta[0], |top, eta| top.max(*eta));
        let mut tau = S::of(f64::NEG_INFINITY);
        // Classes leave the support until none does; K rounds are enough.
        for _ in 0..eta.len() {
            let inside = |eta: S, then: S| S::select(tau.lt(eta - top), then, zero);
            let count = eta.iter().fold(zero, |n, eta| n + inside(*eta, one));
            tau = (eta.iter().fold(zero, |sum, eta| sum + inside(*eta, *eta - top)) - one) / count;
        }
        let square = |eta: S| S::select(tau.lt(eta - top), (eta - top).square() - tau.square(), zero);
        let sum = eta.iter().fold(zero, |sum, eta| sum + square(*eta));
        let is = |k: usize| (y[0] - S::of(k as f64)).abs().lt(half);
        let own = (0..eta.len()).fold(zero, |own, k| own + S::select(is(k), eta[k] - top, zero));
        half * sum + half - own
    }
}

/// τ above the largest η, and that largest, with p = max((η − largest) − τ, 0).
fn threshold<T: Real>(eta: &[T]) -> (T, T) {
    let largest = eta.iter().fold(eta[0], |m, eta| if *eta > m { *eta } else { m });
    // p of the largest is 1 at most, so that no class further than 1 below it is in the support.
    let (mut tau, mut size) = (-T::ONE, usize::MAX);
    loop {
        let (mut sum, mut count) = (T::ZERO, 0);
        for z in eta.iter().map(|eta| *eta - largest).filter(|z| *z > tau) {
            (sum, count) = (sum + z, count + 1);
        }
        // A support that no longer shrinks is that of the projection.
        if count >= size || count == 0 {
            return (tau, largest);
        }
        (tau, size) = ((sum - T::ONE) / T::of(count as f64), count);
    }
}

impl<T: Real> Rowwise<T> for Sparsemax {
    fn outputs(&self) -> usize {
        self.classes as usize
    }

    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let (own, (tau, largest)) = (y[0].to_f64() as usize, threshold(eta));
        let p = |k: usize| ((eta[k] - largest) - tau).max(T::ZERO);
        let (mut distance, mut spread, mut others, mut size) = (T::ZERO, T::ZERO, T::ZERO, T::ZERO);
        for k in 0..eta.len() {
            let p = p(k);
            distance += p * (eta[k] - eta[own]);
            spread += p * (T::ONE - p);
            others += if k == own { T::ZERO } else { p };
            size += if p > T::ZERO { T::ONE } else { T::ZERO };
        }
        if want >= Want::Gradient {
            for (k, g) in gradient.iter_mut().enumerate() {
                *g = if k == own { -others } else { p(k) };
            }
        }
        if want >= Want::Fisher {
            for (i, row) in hessian.chunks_exact_mut(eta.len()).enumerate() {
                for (j, h) in row.iter_mut().enumerate() {
                    let inside = p(i) > T::ZERO && p(j) > T::ZERO;
                    let one = if i == j { T::ONE } else { T::ZERO };
                    *h = if inside { one - size.recip() } else { T::ZERO };
                }
            }
        }
        distance + T::of(0.5) * spread
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            twice_differentiable: false,
            curvature_bound: Some(T::ONE),
            lipschitz: Some(T::of(core::f64::consts::SQRT_2)),
            conjugate_known: true,
            ..Properties::convex(Target::Class(self.classes))
        }
    }

    fn shift_invariant(&self) -> bool {
        true
    }

    fn conjugate(&self, y: &[T], u: &[T]) -> T {
        let own = y[0].to_f64() as usize;
        let (mut sum, mut spread) = (T::ZERO, T::ZERO);
        let slack = T::of(8.0 * u.len() as f64) * T::EPSILON;
        for (k, u) in u.iter().enumerate() {
            let v = if k == own { T::ONE + *u } else { *u };
            if v < -slack || v.is_nan() {
                return T::INFINITY;
            }
            (sum, spread) = (sum + v, spread + v * (T::ONE - v));
        }
        if (sum - T::ONE).abs() <= slack { -(T::of(0.5) * spread) } else { T::INFINITY }
    }
}
