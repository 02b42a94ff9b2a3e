//! A method that allocates in a step breaks the law that forbids it. A process of its own, for the allocator counts everything.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{
    Archive, Checkpoint, Context, Gradient, Halt, Iterate, Layout, Minimizer, Par, Result, StepInfo, Update,
};
use thalweg_testkit::alloc::CountingAllocator;
use thalweg_testkit::minimizers::steps::steps_allocate_nothing;
use thalweg_testkit::updates;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// Fixed-step gradient descent, with or without a new vector a step.
struct Descent {
    allocates: bool,
}

struct State {
    x: Vec<f64>,
    g: Vec<f64>,
    value: f64,
}

impl Checkpoint for State {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        archive.number("value", &mut self.value)
    }
}

impl<O: Gradient<f64> + ?Sized> Minimizer<f64, O> for Descent {
    type State = State;
    fn init(&self, objective: &mut O, x0: &[f64]) -> Result<State, Halt> {
        let mut g = vec![0.0; x0.len()];
        let value = objective.value_gradient(x0, &mut g)?;
        Ok(State { x: x0.to_vec(), g, value })
    }
    fn step(&self, objective: &mut O, s: &mut State) -> Result<StepInfo<f64>, Halt> {
        if self.allocates {
            s.g = std::hint::black_box(s.g.clone());
        }
        for (x, g) in s.x.iter_mut().zip(&s.g) {
            *x -= 1e-3 * g;
        }
        let old = s.value;
        s.value = objective.value_gradient(&s.x, &mut s.g)?;
        let (value, decrease) = (s.value, old - s.value);
        Ok(StepInfo { value, decrease, gradient_inf: 1.0, step_inf: 1.0, predicted_decrease: None })
    }
    fn iterate<'s>(&self, s: &'s State) -> Iterate<'s, f64> {
        Iterate { x: &s.x, value: s.value, gradient: Some(&s.g) }
    }
    fn name(&self) -> &'static str {
        "descent"
    }
}

#[test]
fn allocations_are_found() {
    let mut problem = thalweg_problems::problem::<f64>("quadratic").unwrap();
    let x0 = problem.start();
    let mut check =
        |allocates| steps_allocate_nothing(&Descent { allocates }, &mut *problem, &x0, &ALLOCATOR, 3);
    assert_eq!(check(true).unwrap_err().law, "steps-allocate-nothing");
    check(false).unwrap();
    // In the same test: the harness would run another at the same time, and the allocator counts everything.
    let update = |allocates| {
        let rule = Sign { allocates };
        updates::steps_allocate_nothing(&updates::Subject::complete("sign", &rule), Par::Seq, &ALLOCATOR)
    };
    assert_eq!(update(true).unwrap_err().law, "steps-allocate-nothing");
    update(false).unwrap();
}

/// u ← −0.01 sign(u), with or without a new vector a step.
struct Sign {
    allocates: bool,
}

impl Update<f64> for Sign {
    type State = ();
    fn init(&self, _: &Layout) -> Result<()> {
        Ok(())
    }
    fn update(&self, u: &mut [f64], _: &[f64], (): &mut (), _: &Context<'_, f64>) -> Result<(), Halt> {
        if self.allocates {
            std::hint::black_box(u.to_vec());
        }
        u.iter_mut().for_each(|u| *u = -0.01 * u.signum());
        Ok(())
    }
}
