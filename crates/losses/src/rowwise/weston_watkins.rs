//! Multiclass hinge of Weston and Watkins, Σ_{k≠y} max(0, 1 + ηₖ − η_y): the score of class y is to be above each other one by 1.
//!
//! K times PyTorch's `multi_margin_loss` (p = 1, margin 1), which divides by the number of classes. Minus no log-likelihood.
//!
//! Source: Weston and Watkins, *Support vector machines for multi-class pattern recognition*, ESANN (1999).

use thalweg_core::{Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want};

use super::{MakeRowwise, Outputs, RowwiseEntry, categorical};

/// For y in {0, …, K−1}: ℓ = Σ_{k≠y} max(0, 1 + ηₖ − η_y), ∂ℓ/∂ηₖ = 1 where that term is positive, ∂ℓ/∂η_y minus their number,
/// ℓ*(u) = u_y where 0 ≤ uₖ ≤ 1 for k ≠ y and Σ u = 0.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::WestonWatkins::new(3)?;
/// let mut g = [0.0; 3];
/// assert_eq!(loss.row(&[0.0], &[1.0, 1.5, 0.5], Want::Gradient, &mut g, &mut []), 2.0);
/// assert_eq!(g, [-2.0, 1.0, 1.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct WestonWatkins {
    classes: u32,
}

impl WestonWatkins {
    /// With K classes.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        categorical::classes(classes).map(|classes| Self { classes })
    }
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "weston-watkins",
    summary: "multiclass hinge: the class's score above each other one by 1",
    parameters: &[],
    example: "weston-watkins",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Classes },
};

fn make<T: Real>(classes: usize, _: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(WestonWatkins::new(classes)?))
}

impl RowFormula for WestonWatkins {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let zero = S::of(0.0);
        let is = |k: usize| (y[0] - S::of(k as f64)).abs().lt(S::of(0.5));
        let own = (0..eta.len()).fold(zero, |sum, k| sum + S::select(is(k), eta[k], zero));
        let term = |k: usize| S::select(is(k), zero, (S::of(1.0) + (eta[k] - own)).max(zero));
        (0..eta.len()).fold(zero, |sum, k| sum + term(k))
    }
}

impl<T: Real> Rowwise<T> for WestonWatkins {
    fn outputs(&self) -> usize {
        self.classes as usize
    }

    #[inline(always)]
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let own = y[0].to_f64() as usize;
        let (mut value, mut active) = (T::ZERO, T::ZERO);
        for (class, eta_k) in eta.iter().enumerate() {
            let short = T::ONE + (*eta_k - eta[own]);
            let counts = (class != own) & T::ZERO.lt(short);
            let one = if counts { T::ONE } else { T::ZERO };
            value += if counts { short } else { T::ZERO };
            active += one;
            if want >= Want::Gradient {
                gradient[class] = one;
            }
        }
        if want >= Want::Gradient {
            gradient[own] = -active;
        }
        if want >= Want::Fisher {
            hessian.fill(T::ZERO);
        }
        value
    }

    fn properties(&self) -> Properties<T> {
        let k = f64::from(self.classes);
        Properties {
            differentiable: false,
            twice_differentiable: false,
            // (1, …, 1, −(K − 1)), where every term is positive.
            lipschitz: Some(T::of((k * (k - 1.0)).sqrt())),
            conjugate_known: true,
            ..Properties::convex(Target::Class(self.classes))
        }
    }

    fn shift_invariant(&self) -> bool {
        true
    }

    fn conjugate(&self, y: &[T], u: &[T]) -> T {
        let own = y[0].to_f64() as usize;
        let (mut sum, mut inside) = (T::ZERO, true);
        for (_, u) in u.iter().enumerate().filter(|(k, _)| *k != own) {
            (sum, inside) = (sum + *u, inside && T::ZERO.le(*u) && (*u).le(T::ONE));
        }
        let slack = T::of(4.0 * (u.len() * u.len()) as f64) * T::EPSILON;
        if inside && (sum + u[own]).abs().le(slack) { u[own] } else { T::INFINITY }
    }

    fn action_scratch(&self) -> usize {
        0
    }

    fn hessian_action(&self, _: &[T], _: &[T], _: Want, _: &[T], out: &mut [T], _: &mut [T]) {
        out.fill(T::ZERO);
    }
}
