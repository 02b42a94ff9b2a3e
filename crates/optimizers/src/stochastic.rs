//! [`Stochastic`]: any update rule on minibatches, as a minimiser under the driver.
//!
//! One driver step is an epoch (or a number of minibatch steps), then one assessment over all rows: values and stopping rules are exact, and
//! the best assessed point is kept.

use core::num::NonZeroU64;

use thalweg_core::{
    Archive, Batches, Checkpoint, Context, Error, FiniteSum, Halt, Iterate, Layout, Minimizer, Par, Plan,
    Real, Result, StepInfo, Update, check_shape, visit_real, visit_scoped, visit_slice,
};

/// A stepwise rule and its minibatches.
///
/// ```
/// use thalweg_core::{Design, Driver, Fused, Plan, Cost, Sampled, Update, interop};
/// use thalweg_optimizers::{Adam, Cosine, Prox, Stochastic};
/// # use thalweg_testkit::fixtures::{LogLoss, Shrink as L1};
/// # let entry = |i: usize| if i < 40 { (i * 7 % 11) as f64 - 5.0 } else { (i / 2 % 2) as f64 - 0.5 };
/// # let x: Vec<f64> = (0..80).map(entry).collect();
/// # let y: Vec<f64> = x[..40].iter().map(|x| f64::from(*x > 0.0)).collect();
/// let design = Design::new(interop::column_major(&x, 40, 2)?)?.with_intercept();
/// let datafit = Cost::new(&LogLoss, &y)?;
/// let mut sum = Sampled::new(&design, &datafit)?.with_penalty(&L1, 0.1)?;
/// let prox = Update::<f64>::on(Prox::new(&L1, 0.1)?, |tensor| tensor.name != "intercept");
/// let chain = (Fused((Adam::default(), Cosine::new(0.05, 50 * 5)?)), prox);
/// let method = Stochastic::new(chain, Plan { batch: 8, ..Plan::default() });
/// let solution = Driver::new().iterations(50).minimize(&method, &mut sum, &[0.0; 3])?;
/// assert!(solution.value < 0.5 && solution.x[2] == 0.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Stochastic<U> {
    /// The rule; a chain or a fused tuple is one.
    pub update: U,
    /// How minibatches are drawn.
    pub plan: Plan,
    /// Minibatch steps between two assessments; `None` is an epoch. Default `None`.
    pub every: Option<NonZeroU64>,
    /// Epochs after which the run's own budget is used up: the length of its schedule. Default `None`, no limit.
    pub epochs: Option<NonZeroU64>,
    /// Whether the rule may use the current thread pool. Default yes; no bit depends on it.
    pub par: Par,
}

impl<U> Stochastic<U> {
    /// Assessed once an epoch, without a limit of its own.
    #[must_use]
    pub fn new(update: U, plan: Plan) -> Self {
        Self { update, plan, every: None, epochs: None, par: Par::default() }
    }
}

/// Point, buffers, the rule's state and the place in the data: all that a run needs to go on to the same bits.
#[derive(Clone, Debug)]
pub struct State<T, S> {
    layout: Layout,
    /// The parameters that are stepped.
    x: Vec<T>,
    /// Gradient, then step; scratch.
    u: Vec<T>,
    /// The parameters of the last assessment.
    view: Vec<T>,
    /// Those of the next one; scratch.
    trial: Vec<T>,
    value: T,
    /// Minibatch steps made.
    steps: u64,
    rule: S,
    batches: Batches,
}

impl<T: Real, S: Checkpoint> Checkpoint for State<T, S> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_slice(archive, "view", &mut self.view)?;
        visit_real(archive, "value", &mut self.value)?;
        archive.count("steps", &mut self.steps)?;
        visit_scoped(archive, "rule", &mut self.rule)?;
        visit_scoped(archive, "batches", &mut self.batches)
    }
}

impl<T: Real, O: FiniteSum<T> + ?Sized, U: Update<T>> Minimizer<T, O> for Stochastic<U> {
    type State = State<T, U::State>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<Self::State, Halt> {
        if U::NEEDS.hessian_vector {
            return Err(Error::Unsupported {
                what: "this update on minibatches".to_owned(),
                why: "it needs products with the Hessian, and a finite sum gives gradients".to_owned(),
                remedy: "choose a rule of first order".to_owned(),
            }
            .into());
        }
        let layout = objective.layout();
        check_shape("length of the starting point", objective.dim(), x0.len())?;
        check_shape("parameters of the layout", x0.len(), layout.len())?;
        let batches = self.plan.over(objective.terms())?;
        let rule = self.update.init(&layout)?;
        let (value, _) = objective.assess(x0)?;
        if !value.is_finite() {
            return Err(Halt::NonFinite("the objective at the start"));
        }
        let room = || vec![T::ZERO; x0.len()];
        let (x, view) = (x0.to_vec(), x0.to_vec());
        Ok(State { layout, x, u: room(), view, trial: room(), value, steps: 0, rule, batches })
    }

    fn step(&self, objective: &mut O, s: &mut Self::State) -> Result<StepInfo<T>, Halt> {
        if self.is_over(&s.batches) {
            return Err(Halt::Budget);
        }
        // Counted from the start of the run, so that one that was refused in between goes on to the same assessments.
        loop {
            let last = self.minibatch(objective, s)?;
            let due = self.every.map_or(last, |every| s.steps.is_multiple_of(every.get()));
            if due || self.is_over(&s.batches) {
                break;
            }
        }
        s.trial.copy_from_slice(&s.x);
        self.update.evaluation_view(&mut s.rule, &mut s.trial);
        let (value, stationarity) = objective.assess(&s.trial)?;
        if !value.is_finite() {
            return Err(Halt::NonFinite("the objective"));
        }
        let step_inf = largest_change(&s.view, &s.trial);
        core::mem::swap(&mut s.view, &mut s.trial);
        let decrease = s.value - value;
        s.value = value;
        Ok(StepInfo { value, decrease, gradient_inf: stationarity, step_inf, predicted_decrease: None })
    }

    fn iterate<'s>(&self, s: &'s Self::State) -> Iterate<'s, T> {
        Iterate { x: &s.view, value: s.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        "stochastic"
    }
}

impl<U> Stochastic<U> {
    /// True once the run's own epochs are used up.
    fn is_over(&self, batches: &Batches) -> bool {
        self.epochs.is_some_and(|limit| batches.epochs() >= limit.get())
    }

    /// One batch, one step of the rule, on the same batch as the next one if the rule asks for that. True at the end of an epoch.
    fn minibatch<T: Real, O: FiniteSum<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T, U::State>,
    ) -> Result<bool, Halt>
    where
        U: Update<T>,
    {
        let State { layout, x, u, steps, rule, batches, .. } = s;
        let again = self.update.repeats(*steps);
        let value = objective.batch_gradient(batches.peek().rows, x, u)?;
        let context = Context { step: *steps, loss: Some(value), layout, metric: None, par: self.par };
        self.update.advance(x, u, rule, &context)?;
        *steps += 1;
        Ok(!again && batches.advance().last)
    }
}

/// max |aᵢ − bᵢ|, NaN if any is.
fn largest_change<T: Real>(a: &[T], b: &[T]) -> T {
    let changes = a.iter().zip(b).map(|(a, b)| (*a - *b).abs());
    changes.fold(T::ZERO, |m, d| if d > m || d.is_nan() { d } else { m })
}
