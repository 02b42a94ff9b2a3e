//! Multiclass hinge of Crammer and Singer, max(0, 1 + max_{k≠y} ηₖ − η_y): the score of class y is to be above every other one by 1.
//!
//! Of two classes it is the hinge at the difference of the scores. Equal to optax's `multiclass_hinge_loss`; PyTorch's `multi_margin_loss`
//! sums over the classes instead, which is [`WestonWatkins`](crate::WestonWatkins). Minus no log-likelihood.
//!
//! Source: Crammer and Singer, *On the algorithmic implementation of multiclass kernel-based vector machines*, JMLR 2 (2001).

use thalweg_core::{Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want};

use super::{MakeRowwise, Outputs, RowwiseEntry, categorical};

/// For y in {0, …, K−1}, with t the best class but y: ℓ = max(0, 1 + η_t − η_y), ∂ℓ/∂η = e_t − e_y where ℓ > 0, ℓ*(u) = u_y where u + e_y is a
/// distribution.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::CrammerSinger::new(3)?;
/// let mut g = [0.0; 3];
/// assert_eq!(loss.row(&[0.0], &[1.0, 1.5, -2.0], Want::Gradient, &mut g, &mut []), 1.5);
/// assert_eq!(g, [-1.0, 1.0, 0.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct CrammerSinger {
    classes: u32,
}

impl CrammerSinger {
    /// With K classes.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        categorical::classes(classes).map(|classes| Self { classes })
    }
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "crammer-singer",
    summary: "multiclass hinge: the class's score above the best other one by 1",
    parameters: &[],
    example: "crammer-singer",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Classes },
};

fn make<T: Real>(classes: usize, _: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(CrammerSinger::new(classes)?))
}

impl RowFormula for CrammerSinger {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let (zero, minus) = (S::of(0.0), S::of(f64::NEG_INFINITY));
        let is = |k: usize| (y[0] - S::of(k as f64)).abs().lt(S::of(0.5));
        let own = (0..eta.len()).fold(zero, |sum, k| sum + S::select(is(k), eta[k], zero));
        let best = (0..eta.len()).fold(minus, |best, k| best.max(S::select(is(k), minus, eta[k])));
        (S::of(1.0) + (best - own)).max(zero)
    }
}

impl<T: Real> Rowwise<T> for CrammerSinger {
    fn outputs(&self) -> usize {
        self.classes as usize
    }

    #[inline(always)]
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let own = y[0].to_f64() as usize;
        let mut best = usize::from(own == 0);
        for (class, eta_k) in eta.iter().enumerate() {
            best = if class != own && *eta_k > eta[best] { class } else { best };
        }
        let short = T::ONE + (eta[best] - eta[own]);
        if want >= Want::Gradient {
            gradient.fill(T::ZERO);
            if short > T::ZERO {
                gradient[best] = T::ONE;
                gradient[own] = -T::ONE;
            }
        }
        if want >= Want::Fisher {
            hessian.fill(T::ZERO);
        }
        short.max(T::ZERO)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            differentiable: false,
            twice_differentiable: false,
            lipschitz: Some(T::of(core::f64::consts::SQRT_2)),
            conjugate_known: true,
            ..Properties::convex(Target::Class(self.classes))
        }
    }

    fn shift_invariant(&self) -> bool {
        true
    }

    fn conjugate(&self, y: &[T], u: &[T]) -> T {
        // ℓ = max over distributions v of Σ vₖ(ηₖ + [k ≠ y]) − η_y.
        let own = y[0].to_f64() as usize;
        let others = u.iter().enumerate().filter(|(k, _)| *k != own);
        let (mut sum, mut inside) = (T::ZERO, u[own].le(T::ZERO));
        for (_, u) in others {
            (sum, inside) = (sum + *u, inside && T::ZERO.le(*u));
        }
        let slack = T::of(4.0 * u.len() as f64) * T::EPSILON;
        inside = inside && (sum + u[own]).abs().le(slack) && sum.le(T::ONE + slack);
        if inside { u[own] } else { T::INFINITY }
    }

    fn action_scratch(&self) -> usize {
        0
    }

    fn hessian_action(&self, _: &[T], _: &[T], _: Want, _: &[T], out: &mut [T], _: &mut [T]) {
        out.fill(T::ZERO);
    }
}
