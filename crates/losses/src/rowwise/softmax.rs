//! Softmax cross-entropy ln Σₖ e^ηₖ − η_y: minus the log-likelihood of class y with probabilities softmax(η) (categorical distribution).
//!
//! All K predictors are free, so a constant added to each changes nothing; a ridge penalty or the least step picks one of the equal
//! solutions, the one whose coefficients sum to 0 over the classes.
//!
//! Equal to PyTorch's `cross_entropy` with class indices in every option: its mean too divides by the sum of the weights of the classes, and
//! rows whose target is the ignored index count nowhere. Where all rows are ignored PyTorch's mean is NaN; ours is a typed error.
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

/// For y in {0, …, K−1} and smoothing ε, with p = softmax(η) and the goal c = (1 − ε) e_y + ε a, a = 1/K (times v/v_y where classes have weights
/// v): ℓ = Σ cₖ(ln Σ e^η − ηₖ), ∂ℓ/∂η = s p − c, ∂²ℓ/∂η² = s(diag(p) − ppᵀ) with s = Σ cₖ, ℓ*(u) = Σ vₖ ln(vₖ/s) at v = u + c ≥ 0 of sum s.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let softmax = thalweg_losses::Softmax::new(3)?;
/// let mut g = [0.0; 3];
/// let value = softmax.row(&[0.0], &[1000.0, 1000.0, -1000.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!((value, g), (2.0_f64.ln(), [-0.5, 0.5, 0.0]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Softmax {
    classes: u32,
    smoothing: f64,
    ignored: Option<f64>,
    /// One a class.
    weights: Option<Arc<[f64]>>,
}

impl Softmax {
    /// With K classes.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        Ok(Self { classes: categorical::classes(classes)?, smoothing: 0.0, ignored: None, weights: None })
    }

    /// With label smoothing: the goal is mixed with a share ε of the uniform distribution.
    ///
    /// # Errors
    /// ε outside [0, 1).
    pub fn with_smoothing(mut self, smoothing: f64) -> Result<Self> {
        self.smoothing = categorical::smoothing(smoothing)?;
        Ok(self)
    }

    /// With a target value whose rows are ignored: they have weight 0. PyTorch's default is −100; ours is none.
    #[must_use]
    pub fn with_ignored(mut self, target: i64) -> Self {
        self.ignored = Some(target as f64);
        self
    }

    /// With one weight a class: finite and not negative. A row has the weight of its class, in Σw too.
    ///
    /// # Errors
    /// A wrong number of weights; the first that breaks the rule.
    pub fn with_class_weights(mut self, weights: &[f64]) -> Result<Self> {
        thalweg_core::check_weights(self.classes as usize, weights)?;
        self.weights = Some(weights.into());
        Ok(self)
    }
}

/// c = hard·e_class + soft·(v or 1).
#[derive(Copy, Clone)]
pub(super) struct ClassGoal<'v, T> {
    class: usize,
    hard: T,
    soft: T,
    weights: Option<&'v [f64]>,
    rest: T,
}

impl<T: Real> ClassGoal<'_, T> {
    #[inline(always)]
    fn spread(&self, k: usize) -> T {
        self.weights.map_or(self.soft, |v| self.soft * T::of(v[k]))
    }
}

impl<T: Real> Goal<T> for ClassGoal<'_, T> {
    #[inline(always)]
    fn at(&self, k: usize) -> T {
        let spread = self.spread(k);
        if k == self.class { self.hard + spread } else { spread }
    }

    #[inline(always)]
    fn part(&self, start: usize) -> [T; LANES] {
        let mut c = [self.soft; LANES];
        if let Some(v) = self.weights {
            let v = load(v, start, 0.0);
            for l in 0..LANES {
                c[l] = self.soft * T::of(v[l]);
            }
        }
        if (start..start + LANES).contains(&self.class) {
            c[self.class - start] += self.hard;
        }
        c
    }

    #[inline(always)]
    fn sum(&self) -> T {
        self.hard + self.spread(self.class) + self.rest
    }

    #[inline(always)]
    fn top(&self) -> usize {
        self.class
    }

    #[inline(always)]
    fn rest(&self) -> T {
        self.rest
    }
}

impl<T: Real> Categorical<T> for Softmax {
    type Goal<'y> = ClassGoal<'y, T>;

    #[inline(always)]
    fn goal<'y>(&'y self, y: &'y [T]) -> ClassGoal<'y, T> {
        let k = self.classes as usize;
        // The target of an ignored row may be any number.
        let class = (y[0].to_f64() as usize).min(k - 1);
        let even = self.smoothing / f64::from(self.classes);
        let (soft, others) = match &self.weights {
            // A class of weight 0 has no rows.
            Some(v) if v[class] > 0.0 => (even / v[class], v.iter().sum::<f64>() - v[class]),
            Some(_) => (0.0, 0.0),
            None => (even, (k - 1) as f64),
        };
        ClassGoal {
            class,
            hard: T::of(1.0 - self.smoothing),
            soft: T::of(soft),
            weights: self.weights.as_deref(),
            rest: T::of(soft * others),
        }
    }
}

const SMOOTHING: Parameter = Parameter {
    name: "smoothing",
    default: 0.0,
    rule: categorical::SMOOTHING_RULE,
    summary: "share of the goal that is spread over all classes",
};

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "softmax",
    summary: "cross-entropy of a class index with one predictor a class: multinomial logistic regression",
    parameters: &[SMOOTHING],
    example: "softmax:smoothing=0.1",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Classes },
};

fn make<T: Real>(classes: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(Softmax::new(classes)?.with_smoothing(values[0])?))
}

impl RowFormula for Softmax {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let (log_sum, zero) = (logsumexp(eta), S::of(0.0));
        let is = |k: usize| (y[0] - S::of(k as f64)).abs().lt(S::of(0.5));
        let pick = |values: &dyn Fn(usize) -> S| {
            (0..eta.len()).fold(zero, |sum, k| sum + S::select(is(k), values(k), zero))
        };
        let hard = pick(&|k| log_sum - eta[k]);
        if self.smoothing == 0.0 {
            return hard;
        }
        let weight = |k: usize| S::of(self.weights.as_ref().map_or(1.0, |v| v[k]));
        let soft = (0..eta.len()).fold(zero, |sum, k| sum + weight(k) * (log_sum - eta[k]));
        let soft = soft / pick(&weight) * S::of(self.smoothing / f64::from(self.classes));
        S::of(1.0 - self.smoothing) * hard + soft
    }
}

impl<T: Real> Rowwise<T> for Softmax {
    fn outputs(&self) -> usize {
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
        let spread = match &self.weights {
            // s = 1 − ε + ε Σ v/(K v_y) has no bound that is known here.
            Some(_) if self.smoothing > 0.0 => None,
            _ => Some(T::ONE),
        };
        Properties {
            // The largest eigenvalue of diag(p) − ppᵀ, at p = (½, ½, 0, …).
            curvature_bound: spread.map(|s| s * T::of(0.5)),
            lipschitz: spread.map(|s| s * T::of(core::f64::consts::SQRT_2)),
            conjugate_known: true,
            ..Properties::convex(Target::Class(self.classes))
        }
    }

    fn refuses(&self, y: &[T]) -> Option<&'static str> {
        let target = Target::Class(self.classes);
        let y = y[0].to_f64();
        (self.ignored != Some(y) && !target.admits(y)).then(|| target.rule())
    }

    fn weight(&self, y: &[T]) -> T {
        match &self.weights {
            _ if self.ignored == Some(y[0].to_f64()) => T::ZERO,
            Some(v) => T::of(v[y[0].to_f64() as usize]),
            None => T::ONE,
        }
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
