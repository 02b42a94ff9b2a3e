//! Cosine embedding loss of two vectors: 1 − cos for y = 1, max(0, cos − margin) for y = −1.
//!
//! cos = aᵀb/√((‖a‖² + ε)(‖b‖² + ε)) with ε = 1e-12, as in PyTorch's `cosine_embedding_loss`, to which it is equal: smooth at 0, and elsewhere
//! a relative ½ε(1/‖a‖² + 1/‖b‖²) below the plain cosine. Minus no log-likelihood.
//!
//! Source: Chopra, Hadsell and LeCun, *Learning a similarity metric discriminatively*, CVPR (2005).

use thalweg_core::{
    Error, Parameter, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want,
};

use super::margin_ranking::{MARGIN_RULE, finite_margin};
use super::{MakeRowwise, Outputs, RowwiseEntry, pairs};

/// For K = 2d predictors, two vectors a and b side by side, with u = a/√(‖a‖² + ε), v = b/√(‖b‖² + ε), c = uᵀv: ∂c/∂a = (v − cu)/√(‖a‖² + ε).
/// The expected Hessian is replaced by that of Gauss and Newton for ½‖u − v‖², or 0 for y = −1.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::CosineEmbedding::new(4, 0.0)?;
/// let value = |y: f64| loss.row(&[y], &[3.0, 0.0, 4.0, 4.0], Want::Value, &mut [], &mut []);
/// assert!((value(1.0) - (1.0 - 0.5_f64.sqrt())).abs() < 1e-12 && (value(-1.0) - 0.5_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct CosineEmbedding {
    length: u32,
    margin: f64,
}

impl CosineEmbedding {
    /// Of two vectors that make up K predictors, with the cosine below which unlike ones cost nothing.
    ///
    /// # Errors
    /// An odd K, or one below 4; a margin that is not finite.
    pub fn new(outputs: usize, margin: f64) -> Result<Self> {
        let length = pairs::length(outputs, 2)?;
        if length < 2 {
            let rule = "vectors of one number have a cosine of 1 or -1 and no slope; give 4 or more";
            return Err(Error::invalid_parameter("outputs", outputs, rule));
        }
        Ok(Self { length, margin: finite_margin(margin)? })
    }
}

const EPS: f64 = 1e-12;

const MARGIN: Parameter = Parameter {
    name: "margin",
    default: 0.0,
    rule: MARGIN_RULE,
    summary: "cosine below which unlike vectors cost nothing",
};

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "cosine-embedding",
    summary: "two vectors side by side, alike or unlike, by their cosine",
    parameters: &[MARGIN],
    example: "cosine-embedding:margin=0.25",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Structured },
};

fn make<T: Real>(outputs: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(CosineEmbedding::new(outputs, values[0])?))
}

impl RowFormula for CosineEmbedding {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let (a, b) = eta.split_at(eta.len() / 2);
        let dot = |u: &[S], v: &[S]| u.iter().zip(v).fold(S::of(0.0), |sum, (u, v)| sum + *u * *v);
        let square = |u: &[S]| dot(u, u) + S::of(EPS);
        let cos = dot(a, b) / (square(a) * square(b)).sqrt();
        let unlike = (cos - S::of(self.margin)).max(S::of(0.0));
        S::select(S::of(0.0).lt(y[0]), S::of(1.0) - cos, unlike)
    }
}

/// √(‖x‖² + ε), by the largest entry so that no square overflows.
fn norm<T: Real>(x: &[T]) -> T {
    let scale = x.iter().fold(T::ONE, |m, x| m.max(x.abs()));
    let sum: T = x.iter().map(|x| (*x / scale) * (*x / scale)).sum();
    scale * (sum + T::of(EPS) / scale / scale).sqrt()
}

impl<T: Real> Rowwise<T> for CosineEmbedding {
    fn outputs(&self) -> usize {
        2 * self.length as usize
    }

    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let d = self.length as usize;
        let (a, b) = eta.split_at(d);
        let (p, q) = (norm(a), norm(b));
        // The unit vectors side by side, each with its norm.
        let unit = |i: usize| if i < d { a[i] / p } else { b[i - d] / q };
        let norm_of = |i: usize| if i < d { p } else { q };
        let other = |i: usize| if i < d { i + d } else { i - d };
        let cos: T = (0..d).map(|i| unit(i) * unit(d + i)).sum();
        let (alike, beyond) = (y[0] > T::ZERO, cos - T::of(self.margin));
        let sign = match alike {
            true => -T::ONE,
            false if beyond > T::ZERO => T::ONE,
            false => T::ZERO,
        };
        // v − cu, without its norm: v − u + (1 − c)u, where v and u may be close.
        let eps = T::of(EPS);
        let gap: T = (0..d).map(|i| (unit(i) - unit(d + i)) * (unit(i) - unit(d + i))).sum();
        let rest = T::of(0.5) * (gap + eps / p / p + eps / q / q);
        let turn = |i: usize| (unit(other(i)) - unit(i)) + rest * unit(i);
        if want >= Want::Gradient {
            for (i, g) in gradient.iter_mut().enumerate() {
                *g = sign * turn(i) / norm_of(i);
            }
        }
        if want >= Want::Fisher {
            let k = 2 * d;
            for (at, h) in hessian.iter_mut().enumerate() {
                let (i, j) = (at / k, at % k);
                let one = if i % d == j % d { T::ONE } else { T::ZERO };
                let same = (i < d) == (j < d);
                let (u, v) = (unit(i), unit(j));
                let entry = match want {
                    Want::Fisher if !alike => T::ZERO,
                    // P² with P = I − uuᵀ, where ‖u‖² = 1 − ε/norm².
                    Want::Fisher if same => one - (T::ONE + eps / norm_of(i) / norm_of(i)) * (u * v),
                    _ if same => -sign * (turn(i) * v + u * turn(j) + cos * (one - u * v)),
                    _ => {
                        // I − vvᵀ − uuᵀ + c uvᵀ, of a's row and b's column.
                        let (first, second) = if i < d { (i, j) } else { (j, i) };
                        let (uu, vv) = (unit(first) * unit(second - d), unit(first + d) * unit(second));
                        let cross = one - vv - uu + cos * (unit(first) * unit(second));
                        if want == Want::Fisher { -cross } else { sign * cross }
                    }
                };
                *h = entry / (norm_of(i) * norm_of(j));
            }
        }
        if alike { rest } else { beyond.max(T::ZERO) }
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            differentiable: false,
            twice_differentiable: false,
            ..Properties::nonconvex(Target::Binary)
        }
    }
}
