//! [`Driver`]: the one loop. It owns stopping rules, budget, clock, observers, best-so-far and the certificate; an optimizer is only
//! `init` and `step`.

use core::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::certificate::{Certificate, Verification};
use crate::checkpoint::{Archive, Checkpoint, load, save, visit_real, visit_slice};
use crate::counted::{Budget, Counted, Counts};
use crate::error::{Error, Result, check_shape};
use crate::minimizer::{Halt, Iterate, Minimizer, StepInfo};
use crate::objective::Objective;
use crate::observe::{Observer, Progress};
use crate::real::Real;
use crate::status::{Solution, Status};
use crate::stop::{Stop, gradient_relative, predicted_decrease};
use crate::vector;

/// The settings of a run.
///
/// ```
/// use thalweg_core::{Driver, stop};
/// let driver = Driver::new().stop(stop::gradient_inf(1e-10)).iterations(50).gap(1e-10);
/// # let _ = driver;
/// ```
pub struct Driver<'a> {
    stop: Stop,
    budget: Budget,
    gap: f64,
    certify: bool,
    trace: bool,
    interrupt: Option<Arc<AtomicBool>>,
    observers: Vec<&'a mut dyn Observer>,
    checkpoint: Option<Saver<'a>>,
    resume: Option<Vec<u8>>,
}

/// Every how many steps the run is saved, and by what.
struct Saver<'a> {
    every: u64,
    save: &'a mut dyn FnMut(&[u8]) -> Result<()>,
}

impl Default for Driver<'_> {
    /// max|g| ≤ 1e-10 max(1, |F|) or predicted decrease ≤ 1e-16 |F|; 1000 iterations; certified to a relative gap of 1e-8.
    fn default() -> Self {
        Self {
            stop: gradient_relative(1e-10) | predicted_decrease(1e-16),
            budget: Budget::default(),
            gap: 1e-8,
            certify: true,
            trace: false,
            interrupt: None,
            observers: Vec::new(),
            checkpoint: None,
            resume: None,
        }
    }
}

impl<'a> Driver<'a> {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the stopping rule.
    #[must_use]
    pub fn stop(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Sets all limits.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// Limits the iterations.
    #[must_use]
    pub fn iterations(mut self, limit: u64) -> Self {
        self.budget.iterations = Some(limit);
        self
    }

    /// Sets the gap tolerance: the status is [`Status::Certified`] if F(x) − F* ≤ gap · max(|F|, gap) is proven.
    #[must_use]
    pub fn gap(mut self, gap: f64) -> Self {
        self.gap = gap;
        self
    }

    /// Skips the certificate, whose cost is about one more evaluation: for warm starts and inner problems.
    #[must_use]
    pub fn without_certificate(mut self) -> Self {
        self.certify = false;
        self
    }

    /// Keeps one [`Progress`] a step in [`Solution::trace`].
    #[must_use]
    pub fn trace(mut self) -> Self {
        self.trace = true;
        self
    }

    /// Ends the run at the next evaluation once the flag is raised.
    #[must_use]
    pub fn interrupt(mut self, flag: Arc<AtomicBool>) -> Self {
        self.interrupt = Some(flag);
        self
    }

    /// Adds an observer.
    #[must_use]
    pub fn observe(mut self, observer: &'a mut dyn Observer) -> Self {
        self.observers.push(observer);
        self
    }

    /// Gives the whole run, as bytes for [`Driver::resume`], to `save` after every so many steps (at least 1). An error of `save` ends the run.
    #[must_use]
    pub fn checkpoint(mut self, every: u64, save: &'a mut dyn FnMut(&[u8]) -> Result<()>) -> Self {
        self.checkpoint = Some(Saver { every: every.max(1), save });
        self
    }

    /// Makes the next [`Driver::minimize`] go on where the bytes of a checkpoint left off: with the same method, options, objective and start
    /// it ends with the bits of a run that was never stopped. The trace begins anew, and so does the clock.
    #[must_use]
    pub fn resume(mut self, bytes: &[u8]) -> Self {
        self.resume = Some(bytes.to_vec());
        self
    }

    /// Minimises `objective` from `x0`.
    ///
    /// # Errors
    /// Wrong input only: a start of the wrong length or with a NaN, bytes of another run, or what the objective or the saving reports. All
    /// else is a [`Status`].
    pub fn minimize<'o, T, O, M>(
        &mut self,
        minimizer: &M,
        objective: &'o mut O,
        x0: &[T],
    ) -> Result<Solution<T>>
    where
        T: Real,
        O: Objective<T> + ?Sized,
        M: Minimizer<T, Counted<'o, O>>,
    {
        check_shape("length of the starting point", objective.dim(), x0.len())?;
        if let Some(row) = x0.iter().position(|v| !v.is_finite()) {
            return Err(Error::NonFinite {
                what: "the starting point".to_owned(),
                row,
                value: x0[row].to_f64(),
            });
        }
        let mut counted = Counted::new(objective, self.budget, self.interrupt.clone());
        let mut run = Run::new(x0);
        let status = match self.descend(minimizer, &mut counted, x0, &mut run) {
            Ok(()) => None,
            Err(Halt::Input(error)) => return Err(error),
            Err(halt) => Some(status_of(&halt)),
        };
        let nothing = Verification { certificate: Certificate::None, gradient_inf: None };
        let verified = if self.certify && run.value.is_finite() {
            counted.verify(&run.best).or_else(|halt| match halt {
                Halt::Input(error) => Err(error),
                _ => Ok(nothing),
            })?
        } else {
            nothing
        };
        let gradient_inf = verified.gradient_inf.map_or(run.last.gradient_inf, T::of);
        Ok(Solution {
            status: self.judge(status, &verified.certificate, &run, gradient_inf),
            x: run.best,
            value: run.value,
            gradient_inf,
            certificate: verified.certificate,
            iterations: run.iterations,
            counts: counted.counts(),
            seconds: counted.seconds(),
            trace: run.trace,
        })
    }

    /// The loop proper: returns `Ok` when the stopping rule holds.
    fn descend<'o, T, O, M>(
        &mut self,
        minimizer: &M,
        counted: &mut Counted<'o, O>,
        x0: &[T],
        run: &mut Run<T>,
    ) -> Result<(), Halt>
    where
        T: Real,
        O: Objective<T> + ?Sized,
        M: Minimizer<T, Counted<'o, O>>,
    {
        let mut state = minimizer.init(counted, x0)?;
        run.start(&minimizer.iterate(&state));
        if let Some(bytes) = self.resume.take() {
            let mut counts = counted.counts();
            load(&mut Whole { name: minimizer.name(), run, counts: &mut counts, state: &mut state }, &bytes)?;
            counted.set_counts(counts);
        }
        loop {
            self.report(run, counted)?;
            if self.stop.holds(&run.last, run.iterations) {
                return Ok(());
            }
            if self.budget.iterations.is_some_and(|limit| run.iterations >= limit) {
                return Err(Halt::Budget);
            }
            let info = minimizer.step(counted, &mut state)?;
            run.accept(info, minimizer.iterate(&state).x);
            if let Some(Saver { every, save: write }) = &mut self.checkpoint
                && run.iterations.is_multiple_of(*every)
            {
                let mut counts = counted.counts();
                write(&save(&mut Whole {
                    name: minimizer.name(),
                    run,
                    counts: &mut counts,
                    state: &mut state,
                })?)?;
            }
        }
    }

    fn report<T: Real, O: ?Sized>(&mut self, run: &mut Run<T>, counted: &Counted<'_, O>) -> Result<(), Halt> {
        if self.observers.is_empty() && !self.trace {
            return Ok(());
        }
        let progress = run.progress(counted);
        if self.trace {
            run.trace.push(progress);
        }
        for observer in &mut self.observers {
            if let ControlFlow::Break(()) = observer.on_step(&progress) {
                return Err(Halt::Interrupted);
            }
        }
        Ok(())
    }

    /// A run that met its rule, stalled or ran out is still Certified if the bound says so, or Stationary if the gradient does: the point
    /// decides, not the reason for stopping. Interruptions and failures keep their name.
    fn judge<T: Real>(
        &self,
        halted: Option<Status>,
        certificate: &Certificate,
        run: &Run<T>,
        gradient_inf: T,
    ) -> Status {
        let value = run.value.to_f64().abs();
        let proven = certificate.bound().is_some_and(|bound| bound <= self.gap * value.max(self.gap));
        // Differences of F below its own rounding cannot be resolved, so a gradient this small is as good as none; a Newton step says so
        // whatever the scale of the parameters.
        let epsilon = T::EPSILON.to_f64();
        let promised = run.last.predicted_decrease.is_some_and(|d| d.to_f64() <= epsilon.powf(0.75) * value);
        // Without a finite value nothing was evaluated, and ∞ ≤ ∞ proves nothing.
        let small =
            value.is_finite() && (promised || gradient_inf.to_f64() <= epsilon.sqrt() * value.max(1.0));
        match halted {
            Some(status @ (Status::Interrupted | Status::NonFinite | Status::Unbounded)) => status,
            _ if proven => Status::Certified,
            // So far down any gradient is small against F; the line searches draw the same line.
            _ if run.value.to_f64() < -epsilon.recip() => Status::Unbounded,
            _ if small => Status::Stationary,
            Some(Status::Budget) => Status::Budget,
            _ => Status::Stalled,
        }
    }
}

/// All that a checkpoint holds.
struct Whole<'r, T, S> {
    name: &'static str,
    run: &'r mut Run<T>,
    counts: &'r mut Counts,
    state: &'r mut S,
}

impl<T: Real, S: Checkpoint> Checkpoint for Whole<'_, T, S> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        let Self { name, run, counts, state } = self;
        archive.count(&format!("run of {name}"), &mut 1)?;
        archive.count("iterations", &mut run.iterations)?;
        visit_real(archive, "value", &mut run.value)?;
        visit_slice(archive, "best", &mut run.best)?;
        let StepInfo { value, decrease, gradient_inf, step_inf, predicted_decrease } = &mut run.last;
        visit_real(archive, "last value", value)?;
        visit_real(archive, "decrease", decrease)?;
        visit_real(archive, "gradient", gradient_inf)?;
        visit_real(archive, "step", step_inf)?;
        let mut known = u64::from(predicted_decrease.is_some());
        archive.count("prediction", &mut known)?;
        let mut predicted = predicted_decrease.unwrap_or(T::ZERO);
        visit_real(archive, "predicted decrease", &mut predicted)?;
        *predicted_decrease = (known != 0).then_some(predicted);
        for (kind, count) in [
            ("values", &mut counts.values),
            ("gradients", &mut counts.gradients),
            ("hessians", &mut counts.hessians),
            ("products", &mut counts.hessian_vectors),
            ("batches", &mut counts.batches),
        ] {
            archive.count(kind, count)?;
        }
        state.visit(archive)
    }
}

/// What the loop keeps between steps.
struct Run<T> {
    best: Vec<T>,
    value: T,
    last: StepInfo<T>,
    iterations: u64,
    trace: Vec<Progress>,
}

impl<T: Real> Run<T> {
    fn new(x0: &[T]) -> Self {
        let last = StepInfo {
            value: T::INFINITY,
            decrease: T::INFINITY,
            gradient_inf: T::INFINITY,
            step_inf: T::INFINITY,
            predicted_decrease: None,
        };
        Self { best: x0.to_vec(), value: T::INFINITY, last, iterations: 0, trace: Vec::new() }
    }

    fn start(&mut self, start: &Iterate<'_, T>) {
        // A warm start or a constraint may have moved it.
        self.best.copy_from_slice(start.x);
        self.value = start.value;
        self.last.value = start.value;
        self.last.gradient_inf = start.gradient.map_or(T::INFINITY, vector::norm_inf);
    }

    /// Keeps the point unless its value rose: a method may climb, the answer never does. A NaN value is never kept.
    fn accept(&mut self, info: StepInfo<T>, x: &[T]) {
        self.iterations += 1;
        self.last = info;
        if info.value <= self.value {
            self.value = info.value;
            self.best.copy_from_slice(x);
        }
    }

    fn progress<O: ?Sized>(&self, counted: &Counted<'_, O>) -> Progress {
        Progress {
            iteration: self.iterations,
            value: self.last.value.to_f64(),
            gradient_inf: self.last.gradient_inf.to_f64(),
            decrease: self.last.decrease.to_f64(),
            step_inf: self.last.step_inf.to_f64(),
            predicted_decrease: self.last.predicted_decrease.map(Real::to_f64),
            counts: counted.counts(),
            seconds: counted.seconds(),
        }
    }
}

fn status_of(halt: &Halt) -> Status {
    match halt {
        Halt::Budget => Status::Budget,
        Halt::Interrupted => Status::Interrupted,
        Halt::NonFinite(_) => Status::NonFinite,
        Halt::Unbounded => Status::Unbounded,
        Halt::Stalled(_) | Halt::Input(_) => Status::Stalled,
    }
}
