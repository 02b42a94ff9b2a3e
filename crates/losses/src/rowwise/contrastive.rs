//! Contrastive loss of two vectors at distance D: ½D² if they are alike, ½ max(0, margin − D)² if they are not.
//!
//! y = 1 says alike, 0 or −1 unlike (Hadsell, Chopra and LeCun write it the other way round, Y = 0 for alike). PyTorch has none; the loss of its
//! metric-learning library is not squared. Minus no log-likelihood.
//!
//! Source: Hadsell, Chopra and LeCun, *Dimensionality reduction by learning an invariant mapping*, CVPR (2006).

use thalweg_core::{Parameter, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want};

use super::pairs::{self, POSITIVE_RULE};
use super::{MakeRowwise, Outputs, RowwiseEntry};

/// For K = 2d predictors, two vectors a and b side by side, z = a − b, D = ‖z‖: ∂ℓ/∂a = z, ∂²ℓ/∂a² = I for y = 1;
/// −(margin − D) z/D and I − (margin/D)(I − zzᵀ/D²) where unlike vectors are nearer than the margin; ∂/∂b = −∂/∂a. At D = 0 unlike vectors have a
/// gradient of 0, and their Hessian is taken as 0. The expected Hessian is replaced by that of Gauss and Newton, I or zzᵀ/D².
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::Contrastive::new(2, 3.0)?;
/// let mut g = [0.0; 2];
/// assert_eq!(loss.row(&[0.0], &[2.0, 1.0], Want::Gradient, &mut g, &mut []), 2.0);
/// assert_eq!(g, [-2.0, 2.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Contrastive {
    length: u32,
    margin: f64,
}

impl Contrastive {
    /// Of two vectors that make up K predictors, with the distance beyond which unlike ones cost nothing.
    ///
    /// # Errors
    /// An odd K or 0; a margin that is not positive and finite.
    pub fn new(outputs: usize, margin: f64) -> Result<Self> {
        Ok(Self { length: pairs::length(outputs, 2)?, margin: pairs::positive_margin(margin)? })
    }
}

const MARGIN: Parameter = Parameter {
    name: "margin",
    default: 1.0,
    rule: POSITIVE_RULE,
    summary: "distance beyond which unlike vectors cost nothing",
};

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "contrastive",
    summary: "two vectors side by side, alike or unlike, by their distance",
    parameters: &[MARGIN],
    example: "contrastive:margin=4",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Structured },
};

fn make<T: Real>(outputs: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(Contrastive::new(outputs, values[0])?))
}

impl RowFormula for Contrastive {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let (zero, half) = (S::of(0.0), S::of(0.5));
        let (a, b) = eta.split_at(eta.len() / 2);
        let square = a.iter().zip(b).fold(zero, |sum, (a, b)| sum + (*a - *b).square());
        let short = (S::of(self.margin) - square.sqrt()).max(zero);
        S::select(zero.lt(y[0]), half * square, half * short.square())
    }
}

impl<T: Real> Rowwise<T> for Contrastive {
    fn outputs(&self) -> usize {
        2 * self.length as usize
    }

    #[inline(always)]
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let (d, half) = (self.length as usize, T::of(0.5));
        let (a, b) = eta.split_at(d);
        let (alike, far) = (y[0] > T::ZERO, pairs::distance(a, b, T::ZERO, 2.0));
        let margin = T::of(self.margin);
        let short = (margin - far).max(T::ZERO);
        let active = short > T::ZERO && far > T::ZERO;
        let unit = |i: usize| if far > T::ZERO { (a[i] - b[i]) / far } else { T::ZERO };
        if want >= Want::Gradient {
            for i in 0..d {
                let g = if alike { a[i] - b[i] } else { -(short * unit(i)) };
                (gradient[i], gradient[d + i]) = (g, -g);
            }
        }
        if want >= Want::Fisher {
            for (i, j) in (0..d).flat_map(|i| (0..d).map(move |j| (i, j))) {
                let one = if i == j { T::ONE } else { T::ZERO };
                let h = match (alike, active) {
                    (true, _) => one,
                    (_, false) => T::ZERO,
                    _ if want == Want::Fisher => unit(i) * unit(j),
                    _ => one - margin / far * (one - unit(i) * unit(j)),
                };
                let k = 2 * d;
                (hessian[i * k + j], hessian[(d + i) * k + d + j]) = (h, h);
                (hessian[i * k + d + j], hessian[(d + i) * k + j]) = (-h, -h);
            }
        }
        if alike { half * far * far } else { half * short * short }
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            differentiable: false,
            twice_differentiable: false,
            ..Properties::nonconvex(Target::Binary)
        }
    }

    fn shift_invariant(&self) -> bool {
        true
    }
}
