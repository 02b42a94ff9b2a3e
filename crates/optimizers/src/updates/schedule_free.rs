//! Schedule-free learning: gradients at an interpolation of steps and their average stand in for a falling learning rate. One number an entry.
//!
//! Source: Defazio, Yang, Mehta, Mishchenko, Khaled and Cutkosky, *The road less scheduled*, NeurIPS 2024, algorithm 1; the weights ηₜ² and the warmup
//! of its reference code.

use thalweg_core::{Context, Elementwise, Error, Real, Result, Tensor};

use super::check_nonnegative;

/// In place of a schedule: z ← z − ηu, x ← (1 − c)x + cz with c = η²/Σηₛ², p ← (1 − β)z + βx. Gradients are taken at p; the parameters to evaluate are x.
///
/// η rises linearly to lr over the warmup and stays. `u` is the gradient, or what a rule without momentum made of it. Nothing may follow that changes the
/// step. Each entry keeps z − p alone; x = p − (z − p)(1 − β)/β. Its metric is η.
///
/// ```
/// use thalweg_core::{Context, Fused, Layout, Update};
/// use thalweg_optimizers::{ScheduleFree, Sgd};
/// let (layout, rule) = (Layout::flat(1), Fused((Sgd, ScheduleFree::new(1.0)?.with_beta(0.5)?)));
/// let (mut p, mut state) = ([0.0], Update::<f64>::init(&rule, &layout)?);
/// for step in 0..2 {
///     rule.advance(&mut p, &mut [-1.0], &mut state, &Context::new(step, &layout))?;
/// }
/// assert_eq!(p, [1.75]); // z = 1, 2 and x = 1, 1½.
/// Update::<f64>::evaluation_view(&rule, &mut state, &mut p);
/// assert_eq!(p, [1.5]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct ScheduleFree {
    /// lr ≥ 0, the learning rate after the warmup.
    pub lr: f64,
    /// β in (0, 1], the share of the average in the point of the gradient. Default 0.9.
    pub beta: f64,
    /// w, steps of the linear rise. Default 0.
    pub warmup: u64,
}

impl ScheduleFree {
    /// With this learning rate from the first step on.
    ///
    /// # Errors
    /// lr negative or not finite.
    pub fn new(lr: f64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        Ok(Self { lr, beta: 0.9, warmup: 0 })
    }

    /// With this share of the average.
    ///
    /// # Errors
    /// β outside (0, 1].
    pub fn with_beta(self, beta: f64) -> Result<Self> {
        if !(beta > 0.0 && beta <= 1.0) {
            return Err(Error::invalid_parameter("beta", beta, "it must lie in (0, 1]"));
        }
        Ok(Self { beta, ..self })
    }

    /// With a linear rise over the first `warmup` steps: η = lr·(k + 1)/w at the 0-based step k < w.
    #[must_use]
    pub fn with_warmup(self, warmup: u64) -> Self {
        Self { warmup, ..self }
    }

    /// η/lr at the t-th step, t = 1, 2, …, and c.
    fn weights(&self, t: f64) -> (f64, f64) {
        let w = self.warmup as f64;
        // Σ s² = t(t + 1)(2t + 1)/6.
        if t <= w {
            (t / w, 6.0 * t / ((t + 1.0) * (2.0 * t + 1.0)))
        } else {
            let rise = if w > 0.0 { (w + 1.0) * (2.0 * w + 1.0) / (6.0 * w) } else { 0.0 };
            (1.0, (rise + t - w).recip())
        }
    }
}

/// What [`ScheduleFree`] computes once a step.
#[derive(Copy, Clone, Debug)]
pub struct Constants<T> {
    eta: T,
    /// c and 1 − c.
    share: T,
    kept: T,
    /// β, 1 − β and (1 − β)/β.
    beta: T,
    rest: T,
    back: T,
}

impl<T: Real> Elementwise<T> for ScheduleFree {
    type Slots = [T; 1];
    type Constants = Constants<T>;
    const VIEWS: bool = true;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> Constants<T> {
        let (rise, share) = self.weights((context.step + 1) as f64);
        Constants {
            eta: T::of(self.lr * rise),
            share: T::of(share),
            kept: T::of(1.0 - share),
            beta: T::of(self.beta),
            rest: T::of(1.0 - self.beta),
            back: T::of((1.0 - self.beta) / self.beta),
        }
    }

    #[inline(always)]
    fn apply(c: &Constants<T>, u: T, _p: T, [ahead]: &mut [T; 1]) -> T {
        // Everything relative to p, so that nothing large is subtracted: z − p, x − p, and the step of p.
        let z = *ahead - c.eta * u;
        let x = c.kept * (-c.back * *ahead) + c.share * z;
        let step = c.rest * z + c.beta * x;
        *ahead = z - step;
        step
    }

    #[inline(always)]
    fn metric(c: &Constants<T>, _: &[T; 1]) -> T {
        c.eta
    }

    #[inline(always)]
    fn view(&self, [ahead]: &[T; 1], p: T) -> T {
        p - T::of((1.0 - self.beta) / self.beta) * *ahead
    }
}
