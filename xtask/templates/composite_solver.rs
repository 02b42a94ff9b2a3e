//! `TemplateItem`: REPLACE with how it steps, what it needs of the objective and what a step costs, in one sentence.
//!
//! The file works as it stands, as proximal gradient descent with backtracking: put your method in its place and in every line that says
//! REPLACE. With x⁺ = prox_tP(x − t∇f(x)) and d = x⁺ − x, the step t is halved until ⟨∇f(x⁺) − ∇f(x), d⟩ ≤ ‖d‖²/t: then
//! f(x⁺) ≤ f(x) + ⟨∇f(x⁺), d⟩ and P(x⁺) ≤ P(x) − ⟨∇f(x) + d/t, d⟩ add up to F(x⁺) ≤ F(x) for convex f, and no difference of values is taken
//! that rounding could spoil.
//!
//! Source: REPLACE, *title*, journal volume (year).

use thalweg_core::{
    Archive, Checkpoint, Composite, Halt, Iterate, Minimizer, Real, Result, Step, StepInfo, vector,
    visit_real, visit_slice,
};

use crate::composite::{CompositeEntry, MakeComposite};

/// REPLACE: the options, each with its unit and default.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct TemplateItem {
    /// Halvings of one step before giving up. Default 60.
    pub halvings: u32,
}

impl Default for TemplateItem {
    fn default() -> Self {
        Self { halvings: 60 }
    }
}

// REPLACE: the summary that `thalweg list` shows. A solver that reads columns or rows takes `LinearComposite` below instead of `Composite`.
pub(crate) const ENTRY: CompositeEntry = CompositeEntry {
    name: "template-item",
    summary: "proximal gradient with steps from the last curvature; needs gradients, takes any penalty",
    parameters: &[],
    example: "template-item",
    make: MakeComposite {
        f64: |_, driver, objective, x0| driver.minimize(&TemplateItem::default(), objective, x0),
        f32: |_, driver, objective, x0| driver.minimize(&TemplateItem::default(), objective, x0),
    },
};

/// The point, and room for the next. REPLACE: what your method remembers from step to step.
#[derive(Clone, Debug)]
pub struct State<T> {
    /// x, ∇f(x), F(x) and the violation of the optimality conditions there.
    x: Vec<T>,
    gradient: Vec<T>,
    value: T,
    violation: T,
    /// The next trial step.
    t: T,
    /// Scratch: x⁺ and ∇f(x⁺).
    trial: Vec<T>,
    trial_gradient: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_real(archive, "violation", &mut self.violation)?;
        visit_real(archive, "t", &mut self.t)
    }
}

impl<T: Real, O: Composite<T> + ?Sized> Minimizer<T, O> for TemplateItem {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let zeros = || vec![T::ZERO; x0.len()];
        let (mut x, mut gradient) = (x0.to_vec(), zeros());
        if !objective.penalty_value(&x).is_finite() {
            // A start outside a constraint is moved onto it.
            objective.prox(&mut x, Step::Scalar(T::ONE));
        }
        let value = objective.smooth(&x, &mut gradient)? + objective.penalty_value(&x);
        if !value.is_finite() || !vector::all_finite(&gradient) {
            return Err(Halt::NonFinite("the objective or its gradient at the start"));
        }
        let violation = objective.stationarity(&x, &gradient);
        // The first trial step moves x by at most 1 in any coordinate.
        let t = vector::norm_inf(&gradient).max(T::ONE).recip();
        Ok(State { x, gradient, value, violation, t, trial: zeros(), trial_gradient: zeros() })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        if s.violation == T::ZERO {
            return Err(Halt::Stalled("the optimality conditions hold exactly"));
        }
        // What rounding can make of a value that has not risen.
        let slack = T::of(1024.0) * T::EPSILON * s.value.abs().max(T::ONE);
        for _ in 0..=self.halvings {
            vector::step(&s.x, -s.t, &s.gradient, &mut s.trial);
            objective.prox(&mut s.trial, Step::Scalar(s.t));
            let value = objective.smooth(&s.trial, &mut s.trial_gradient)? + objective.penalty_value(&s.trial);
            let [bend, square, step_inf] = along([&s.x, &s.trial], [&s.gradient, &s.trial_gradient]);
            if step_inf == T::ZERO {
                return Err(Halt::Stalled("the proximal step no longer moves the point"));
            }
            // A NaN is no descent; nor is a rise, which a loss that is not convex may still make.
            if bend * s.t > square || value.is_nan() || value > s.value + slack {
                s.t *= T::of(0.5);
                continue;
            }
            // The curvature along the step is the best guess at the next one.
            let next = square / bend;
            s.t = if next.is_finite() && next > T::ZERO { next } else { T::of(2.0) * s.t };
            core::mem::swap(&mut s.x, &mut s.trial);
            core::mem::swap(&mut s.gradient, &mut s.trial_gradient);
            let decrease = (s.value - value).max(T::ZERO);
            s.value = value.min(s.value);
            s.violation = objective.stationarity(&s.x, &s.gradient);
            return Ok(StepInfo {
                value: s.value,
                decrease,
                gradient_inf: s.violation,
                step_inf,
                predicted_decrease: None,
            });
        }
        Err(Halt::Stalled("no proximal step lowers the objective"))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.x, value: s.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// ⟨∇f(x⁺) − ∇f(x), d⟩, ‖d‖² and max |dⱼ| of d = x⁺ − x. REPLACE: your mathematics, in the paper's names.
fn along<T: Real>(x: [&[T]; 2], g: [&[T]; 2]) -> [T; 3] {
    let (mut bend, mut square, mut largest) = (T::ZERO, T::ZERO, T::ZERO);
    for i in 0..x[0].len() {
        let d = x[1][i] - x[0][i];
        bend += (g[1][i] - g[0][i]) * d;
        square += d * d;
        largest = largest.max(d.abs());
    }
    [bend, square, largest]
}
