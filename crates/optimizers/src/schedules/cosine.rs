//! A learning rate that rises linearly and falls along half a cosine. No state.
//!
//! Source: Loshchilov and Hutter, *SGDR: stochastic gradient descent with warm restarts*, ICLR 2017, equation 5, one period; the warmup of
//! Goyal et al. (2017).

use thalweg_core::{Context, Elementwise, Error, Real, Result, Tensor, math};

use super::check_nonnegative;

/// u ← −lr(k)·u at the 0-based step k: lr·(k + 1)/w for k < w, then floor + ½(lr − floor)(1 + cos(π(k − w)/(n − w))) until k = n, then floor.
/// Its metric is lr(k).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Cosine {
    /// The greatest learning rate, ≥ 0.
    pub lr: f64,
    /// The last one, between 0 and `lr`. Default 0.
    pub floor: f64,
    /// w, steps of the linear rise. Default 0.
    pub warmup: u64,
    /// n, steps until the floor is reached.
    pub steps: u64,
}

impl Cosine {
    /// From lr to 0 in `steps` steps.
    ///
    /// # Errors
    /// lr negative or not finite; no steps.
    pub fn new(lr: f64, steps: u64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        if steps == 0 {
            return Err(Error::invalid_parameter("steps", steps, "the schedule needs at least 1 step"));
        }
        Ok(Self { lr, floor: 0.0, warmup: 0, steps })
    }

    /// With a linear rise over the first `warmup` steps.
    ///
    /// # Errors
    /// No step left for the fall.
    pub fn with_warmup(self, warmup: u64) -> Result<Self> {
        if warmup >= self.steps {
            let rule = format!("it must be less than all {} steps", self.steps);
            return Err(Error::invalid_parameter("warmup", warmup, &rule));
        }
        Ok(Self { warmup, ..self })
    }

    /// Ending at another learning rate than 0.
    ///
    /// # Errors
    /// Outside 0 to lr.
    pub fn with_floor(self, floor: f64) -> Result<Self> {
        if !(0.0..=self.lr).contains(&floor) {
            let rule = format!("it must lie between 0 and lr = {}", self.lr);
            return Err(Error::invalid_parameter("floor", floor, &rule));
        }
        Ok(Self { floor, ..self })
    }

    /// The learning rate at the 0-based step k.
    ///
    /// ```
    /// let schedule = thalweg_optimizers::Cosine::new(1.0, 104)?.with_warmup(4)?;
    /// assert_eq!([0, 3, 4, 54, 104].map(|k| (100.0 * schedule.at(k)).round()), [25.0, 100.0, 100.0, 50.0, 0.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    #[must_use]
    pub fn at(&self, k: u64) -> f64 {
        if k < self.warmup {
            return self.lr * (k + 1) as f64 / self.warmup as f64;
        }
        if k >= self.steps {
            return self.floor;
        }
        let share = (k - self.warmup) as f64 / (self.steps - self.warmup) as f64;
        self.floor + 0.5 * (self.lr - self.floor) * (1.0 + math::cos(core::f64::consts::PI * share))
    }
}

impl<T: Real> Elementwise<T> for Cosine {
    type Slots = ();
    type Constants = T;

    fn constants(&self, context: &Context<'_, T>, _: &Tensor) -> T {
        T::of(self.at(context.step))
    }

    #[inline(always)]
    fn apply(lr: &T, u: T, _p: T, (): &mut ()) -> T {
        -*lr * u
    }

    #[inline(always)]
    fn metric(lr: &T, (): &()) -> T {
        *lr
    }
}
