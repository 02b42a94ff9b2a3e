//! Cross-entropy of class probabilities, −Σ qₖ ln pₖ with p = softmax(η): minus the log-likelihood of shares q of classes (a categorical
//! distribution, seen many times). Its gap to the entropy of q is the Kullback–Leibler divergence of p from q.
//!
//! Equal to PyTorch's `cross_entropy` with probabilities as targets in every option: class weights scale the terms of the sum and do not count
//! in Σw, so that its mean divides by the number of rows.
//!
//! Source: Bridle, *Probabilistic interpretation of feedforward classification network outputs*, in Neurocomputing (1990); label smoothing:
//! Szegedy et al., *Rethinking the Inception architecture*, CVPR (2016).

use std::sync::Arc;

use thalweg_core::{
    Block, Parameter, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want, Weights,
    logsumexp,
};

use super::categorical::{self, Categorical, Goal, LANES, load};
use super::{MakeRowwise, Outputs, RowwiseEntry};

/// For a row of K probabilities q and smoothing ε, with p = softmax(η) and the goal c = (1 − ε) q + ε/K (each times the weight of its class, where
/// there are any): ℓ = Σ cₖ(ln Σ e^η − ηₖ), ∂ℓ/∂η = s p − c, ∂²ℓ/∂η² = s(diag(p) − ppᵀ) with s = Σ cₖ, ℓ*(u) = Σ vₖ ln(vₖ/s) at v = u + c ≥ 0 of
/// sum s. With q = e_y it is [`Softmax`](crate::Softmax).
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::CrossEntropy::new(2)?;
/// let mut g = [0.0; 2];
/// let value = loss.row(&[0.25, 0.75], &[1000.0, 1000.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!((value, g), (2.0_f64.ln(), [0.25, -0.25]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CrossEntropy {
    classes: u32,
    smoothing: f64,
    weights: Option<Arc<[f64]>>,
}

impl CrossEntropy {
    /// With K classes.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        Ok(Self { classes: categorical::classes(classes)?, smoothing: 0.0, weights: None })
    }

    /// With label smoothing: the goal is mixed with a share ε of the uniform distribution.
    ///
    /// # Errors
    /// ε outside [0, 1).
    pub fn with_smoothing(mut self, smoothing: f64) -> Result<Self> {
        self.smoothing = categorical::smoothing(smoothing)?;
        Ok(self)
    }

    /// With one weight a class: finite and not negative. It scales that class's term of the sum.
    ///
    /// # Errors
    /// A wrong number of weights; the first that breaks the rule.
    pub fn with_class_weights(mut self, weights: &[f64]) -> Result<Self> {
        thalweg_core::check_weights(self.classes as usize, weights)?;
        self.weights = Some(weights.into());
        Ok(self)
    }
}

/// c = v∘(keep·q + even), with what the row needs of it.
#[derive(Copy, Clone)]
pub(super) struct Shares<'y, T> {
    q: &'y [T],
    keep: T,
    even: T,
    weights: Option<&'y [f64]>,
    top: usize,
    sum: T,
    rest: T,
}

impl<T: Real> Goal<T> for Shares<'_, T> {
    #[inline(always)]
    fn at(&self, k: usize) -> T {
        let c = self.keep * self.q[k] + self.even;
        self.weights.map_or(c, |v| c * T::of(v[k]))
    }

    #[inline(always)]
    fn part(&self, start: usize) -> [T; LANES] {
        let mut c = load(self.q, start, T::ZERO);
        for c in &mut c {
            *c = self.keep * *c + self.even;
        }
        if let Some(v) = self.weights {
            let v = load(v, start, 0.0);
            for l in 0..LANES {
                c[l] *= T::of(v[l]);
            }
        }
        c
    }

    #[inline(always)]
    fn sum(&self) -> T {
        self.sum
    }

    #[inline(always)]
    fn top(&self) -> usize {
        self.top
    }

    #[inline(always)]
    fn rest(&self) -> T {
        self.rest
    }
}

impl<T: Real> Categorical<T> for CrossEntropy {
    type Goal<'y> = Shares<'y, T>;

    #[inline(always)]
    fn goal<'y>(&'y self, q: &'y [T]) -> Shares<'y, T> {
        let even = T::of(self.smoothing / f64::from(self.classes));
        let (k, keep, weights) =
            (self.classes as usize, T::of(1.0 - self.smoothing), self.weights.as_deref());
        let mut goal = Shares { q, keep, even, weights, top: 0, sum: T::ZERO, rest: T::ZERO };
        let mut most = [T::ZERO; LANES];
        for start in (0..k).step_by(LANES) {
            let c = categorical::part(&goal, start, k);
            for l in 0..LANES {
                most[l] = if c[l] > most[l] { c[l] } else { most[l] };
            }
        }
        let most = categorical::largest_of(most);
        for start in (0..k).step_by(LANES) {
            let (c, mut hits) = (categorical::part(&goal, start, k), 0_u32);
            for l in 0..LANES {
                hits |= u32::from(c[l] == most) << l;
            }
            if hits != 0 {
                goal.top = (start + hits.trailing_zeros() as usize).min(k - 1);
                break;
            }
        }
        let mut rest = [T::ZERO; LANES];
        for start in (0..k).step_by(LANES) {
            let mut c = categorical::part(&goal, start, k);
            if (start..start + LANES).contains(&goal.top) {
                c[goal.top - start] = T::ZERO;
            }
            for l in 0..LANES {
                rest[l] += c[l];
            }
        }
        goal.rest = categorical::fold(rest);
        goal.sum = goal.rest + goal.at(goal.top);
        goal
    }
}

const SMOOTHING: Parameter = Parameter {
    name: "smoothing",
    default: 0.0,
    rule: categorical::SMOOTHING_RULE,
    summary: "share of the goal that is spread over all classes",
};

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "cross-entropy",
    summary: "cross-entropy of class probabilities, one target and one predictor a class",
    parameters: &[SMOOTHING],
    example: "cross-entropy:smoothing=0.1",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Targets },
};

fn make<T: Real>(classes: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(CrossEntropy::new(classes)?.with_smoothing(values[0])?))
}

impl RowFormula for CrossEntropy {
    fn eval<S: Scalar>(&self, q: &[S], eta: &[S]) -> S {
        let (log_sum, even) = (logsumexp(eta), S::of(self.smoothing / f64::from(self.classes)));
        let keep = S::of(1.0 - self.smoothing);
        let weight = |k: usize| S::of(self.weights.as_ref().map_or(1.0, |v| v[k]));
        let term = |k: usize| weight(k) * (keep * q[k] + even) * (log_sum - eta[k]);
        (0..eta.len()).fold(S::of(0.0), |sum, k| sum + term(k))
    }
}

impl<T: Real> Rowwise<T> for CrossEntropy {
    fn outputs(&self) -> usize {
        self.classes as usize
    }

    fn targets(&self) -> usize {
        self.classes as usize
    }

    #[inline(always)]
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        categorical::row(&self.goal(y), eta, want, gradient, hessian)
    }

    #[inline(always)]
    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>) {
        categorical::block(self, y, eta, w, want, out);
    }

    fn properties(&self) -> Properties<T> {
        // s is at most the largest class weight, times what the sum of a row may exceed 1 by.
        let largest = self.weights.as_ref().map_or(1.0, |v| v.iter().copied().fold(0.0, f64::max));
        let s = largest * (1.0 + categorical::SUM_TOLERANCE);
        Properties {
            // The largest eigenvalue of diag(p) − ppᵀ, at p = (½, ½, 0, …).
            curvature_bound: Some(T::of(s * 0.5)),
            lipschitz: Some(T::of(s * core::f64::consts::SQRT_2)),
            conjugate_known: true,
            ..Properties::convex(Target::UnitInterval)
        }
    }

    fn refuses(&self, y: &[T]) -> Option<&'static str> {
        categorical::refuses_probabilities(y)
    }

    fn shift_invariant(&self) -> bool {
        true
    }

    fn conjugate(&self, y: &[T], u: &[T]) -> T {
        categorical::conjugate(&self.goal(y), u)
    }

    fn balance(&self, y: &[T], w: Weights<'_, T>, slopes: &mut [T]) -> bool {
        categorical::balance(self, y, w, slopes)
    }

    fn action_scratch(&self) -> usize {
        self.classes as usize
    }

    #[inline(always)]
    fn hessian_action(&self, y: &[T], eta: &[T], _: Want, v: &[T], out: &mut [T], scratch: &mut [T]) {
        categorical::hessian_action(&self.goal(y), eta, v, out, scratch);
    }
}
