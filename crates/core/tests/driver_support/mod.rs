//! A bowl and a method that shrinks towards its bottom, for the tests of the driver.

use thalweg_core::{
    Archive, Certificate, Checkpoint, Gradient, Halt, Iterate, Minimizer, Objective, Result, StepInfo,
    Verification,
};

/// ½x² in one variable, with what it says of itself.
pub struct Bowl {
    pub bound: Option<f64>,
    pub evaluations: u64,
}

impl Bowl {
    pub fn new() -> Self {
        Self { bound: None, evaluations: 0 }
    }
}

impl Objective<f64> for Bowl {
    fn dim(&self) -> usize {
        1
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        self.evaluations += 1;
        Ok(0.5 * x[0] * x[0])
    }
    fn verify(&mut self, _: &[f64]) -> Result<Verification, Halt> {
        let certificate = self.bound.map_or(Certificate::None, |bound| Certificate::DualityGap { bound });
        Ok(Verification { certificate, gradient_inf: None })
    }
}

impl Gradient<f64> for Bowl {
    fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        g[0] = x[0];
        self.value(x)
    }
}

/// x ← factor · x, which halts after some steps for a given reason.
pub struct Shrink {
    pub factor: f64,
    pub halt: Option<(u64, Halt)>,
}

pub struct State {
    x: [f64; 1],
    g: [f64; 1],
    value: f64,
    steps: u64,
}

impl Checkpoint for State {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        archive.number("x", &mut self.x[0])
    }
}

impl<O: Gradient<f64> + ?Sized> Minimizer<f64, O> for Shrink {
    type State = State;
    fn init(&self, objective: &mut O, x0: &[f64]) -> Result<State, Halt> {
        let mut s = State { x: [x0[0]], g: [0.0], value: 0.0, steps: 0 };
        s.value = objective.value_gradient(&s.x, &mut s.g)?;
        Ok(s)
    }
    fn step(&self, objective: &mut O, s: &mut State) -> Result<StepInfo<f64>, Halt> {
        if let Some((_, halt)) = self.halt.as_ref().filter(|(after, _)| s.steps >= *after) {
            return Err(halt.clone());
        }
        let (old, from) = (s.value, s.x[0]);
        s.x[0] *= self.factor;
        s.value = objective.value_gradient(&s.x, &mut s.g)?;
        s.steps += 1;
        Ok(StepInfo {
            value: s.value,
            decrease: old - s.value,
            gradient_inf: s.g[0].abs(),
            step_inf: (s.x[0] - from).abs(),
            predicted_decrease: Some(s.value),
        })
    }
    fn iterate<'s>(&self, s: &'s State) -> Iterate<'s, f64> {
        Iterate { x: &s.x, value: s.value, gradient: Some(&s.g) }
    }
    fn name(&self) -> &'static str {
        "shrink"
    }
}

pub const HALF: Shrink = Shrink { factor: 0.5, halt: None };

pub fn halting(after: u64, halt: Halt) -> Shrink {
    Shrink { factor: 0.5, halt: Some((after, halt)) }
}
