//! FISTA: accelerated proximal gradient descent with backtracking, step growth and adaptive restart, for any composite objective. Two
//! evaluations of f with its gradient a step, one after a restart.
//!
//! With yₖ = xₖ + βₖ(xₖ − xₖ₋₁), xₖ₊₁ = prox_tP(yₖ − t∇f(yₖ)) where t satisfies f(xₖ₊₁) ≤ f(yₖ) + ⟨∇f(yₖ), d⟩ + ‖d‖²/(2t), d = xₖ₊₁ − yₖ. The
//! values fall as O(1/k²) on convex problems; with restarts linearly where F grows quadratically around its minimum.
//!
//! Source: Beck and Teboulle, *A fast iterative shrinkage-thresholding algorithm*, SIAM J. Imaging Sci. 2 (2009); Scheinberg, Goldfarb and
//! Bai, *Fast first-order methods for composite convex optimization with backtracking*, Found. Comput. Math. 14 (2014), for steps that grow;
//! O'Donoghue and Candès, *Adaptive restart for accelerated gradient schemes*, Found. Comput. Math. 15 (2015).

use thalweg_core::{
    Archive, Checkpoint, Composite, Error, Halt, Iterate, Minimizer, Parameter, Real, Result, Step, StepInfo,
    vector, visit_real, visit_slice,
};

use crate::composite::{CompositeEntry, MakeComposite};
use crate::composite_point::CompositePoint;

/// When the momentum is dropped.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Never: plain FISTA.
    Never,
    /// When F has risen; the point before the rise is kept.
    Value,
    /// When momentum and step point against each other: ⟨yₖ − xₖ₊₁, xₖ₊₁ − xₖ⟩ > 0.
    Gradient,
    /// On either sign.
    Either,
}

/// Options of FISTA.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Fista {
    /// Whether there is any momentum: without it this is proximal gradient descent, whose values never rise. Default true.
    pub momentum: bool,
    /// Measure steps by the columns rather than by the coefficients ([`Composite::metric`]), so that no step depends on a column's unit. Default
    /// false.
    pub diagonal: bool,
    /// When the momentum is dropped. Default: on either sign.
    pub restart: Restart,
    /// Every step is first tried this much longer than the last. 1 never grows. Default 1.1.
    pub growth: f64,
    /// Shortenings of one step before giving up. Default 60.
    pub backtracks: u32,
}

impl Default for Fista {
    fn default() -> Self {
        Self { momentum: true, diagonal: false, restart: Restart::Either, growth: 1.1, backtracks: 60 }
    }
}

pub(crate) const ENTRY: CompositeEntry = CompositeEntry {
    name: "fista",
    summary: "accelerated proximal gradient with restarts; needs gradients, takes any penalty",
    parameters: &[MOMENTUM, DIAGONAL],
    example: "fista:momentum=0",
    make: MakeComposite {
        f64: |values, driver, objective, x0| driver.minimize(&chosen(values)?, objective, x0),
        f32: |values, driver, objective, x0| driver.minimize(&chosen(values)?, objective, x0),
    },
};

const MOMENTUM: Parameter = Parameter {
    name: "momentum",
    default: 1.0,
    rule: "it must be 1 (FISTA) or 0 (proximal gradient descent)",
    summary: "whether steps carry momentum",
};

const DIAGONAL: Parameter = Parameter {
    name: "diagonal",
    default: 0.0,
    rule: "it must be 1 (steps measured by the columns) or 0 (all steps equal)",
    summary: "whether steps are measured by the columns",
};

fn chosen(values: &[f64]) -> Result<Fista> {
    let switch = |parameter: &Parameter, at: usize| match values.get(at).copied().unwrap_or(parameter.default)
    {
        0.0 => Ok(false),
        1.0 => Ok(true),
        other => Err(Error::invalid_parameter(parameter.name, other, parameter.rule)),
    };
    Ok(Fista { momentum: switch(&MOMENTUM, 0)?, diagonal: switch(&DIAGONAL, 1)?, ..Fista::default() })
}

/// Steps without progress before giving up: with momentum the violation swings, and its least value may take many steps to fall again.
const IDLE: usize = 300;

/// Two points, their gradients, the step and the momentum.
#[derive(Clone, Debug)]
pub struct State<T> {
    /// xₖ.
    at: CompositePoint<T>,
    /// f(xₖ).
    smooth: T,
    /// xₖ₋₁.
    previous: Vec<T>,
    /// t, the step last taken, and the one to try next.
    step: T,
    next: T,
    /// The metric D, and t·D; empty where all steps are equal.
    metric: Vec<T>,
    steps: Vec<T>,
    /// θ of Nesterov's sequence; 1 has no momentum.
    theta: T,
    /// Scratch: y, ∇f(y), the trial point and its gradient.
    y: Vec<T>,
    y_gradient: Vec<T>,
    trial: Vec<T>,
    trial_gradient: Vec<T>,
}

impl<T: Real> State<T> {
    /// A product of two entries k in the metric D⁻¹.
    fn measure(&self, k: usize, product: T) -> T {
        self.metric.get(k).map_or(product, |d| product / *d)
    }
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.at.visit(archive)?;
        visit_real(archive, "smooth", &mut self.smooth)?;
        visit_slice(archive, "previous", &mut self.previous)?;
        visit_real(archive, "step", &mut self.step)?;
        visit_real(archive, "next", &mut self.next)?;
        visit_real(archive, "theta", &mut self.theta)
    }
}

impl<T: Real, O: Composite<T> + ?Sized> Minimizer<T, O> for Fista {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let zeros = || vec![T::ZERO; x0.len()];
        let (at, smooth) = CompositePoint::start(objective, x0)?;
        let mut metric = if self.diagonal { zeros() } else { Vec::new() };
        if self.diagonal {
            objective.metric(&mut metric)?;
        }
        // The first trial moves no coordinate by more than 1, or, in the metric of the columns, no column by more than itself; the curvature
        // it meets says how far to go.
        let scaled = |(k, g): (usize, &T)| g.abs() * metric.get(k).map_or(T::ONE, |d| d.sqrt());
        let slope = at.gradient.iter().enumerate().map(scaled).fold(T::ZERO, |a, b| a.max(b));
        let next = if slope > T::ZERO { slope.recip() } else { T::ONE };
        Ok(State {
            previous: at.x.clone(),
            at,
            smooth,
            step: next,
            next,
            steps: metric.clone(),
            metric,
            theta: T::ONE,
            y: zeros(),
            y_gradient: zeros(),
            trial: zeros(),
            trial_gradient: zeros(),
        })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        s.at.moves_on()?;
        let mut momentum = self.extrapolate(s);
        let mut trial = self.descend(objective, s, momentum)?;
        // What rounding alone can do is no rise: below the resolution of F the gradients have vouched for the step.
        // Such steps may have left F itself a little above the value, and a step from there is held against F.
        let level = s.at.value.max(s.smooth + objective.penalty_value(&s.at.x));
        let limit = level + T::of(16.0) * T::EPSILON * s.at.value.abs();
        let rises = |trial: &Trial<T>| trial.value.is_nan() || (trial.value > limit && trial.resolved);
        let watched = matches!(self.restart, Restart::Value | Restart::Either);
        if momentum > T::ZERO && rises(&trial) && (watched || !trial.value.is_finite()) {
            s.theta = T::ONE;
            momentum = T::ZERO;
            trial = self.descend(objective, s, momentum)?;
        }
        if momentum == T::ZERO && rises(&trial) {
            return Err(Halt::Stalled("no proximal step lowers the objective"));
        }
        if trial.value <= limit || !trial.resolved {
            trial.value = trial.value.min(s.at.value);
        }
        self.accept(objective, s, trial, momentum)
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.at.x, value: s.at.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// What a proximal step led to.
struct Trial<T> {
    smooth: T,
    value: T,
    step: T,
    /// ⟨Δ∇f, d⟩/‖d‖²: the curvature along the step.
    curvature: T,
    /// The step is long enough for differences of F to mean something.
    resolved: bool,
}

impl Fista {
    /// y ← x + β(x − x₋); returns β. The sequence θ⁺ = (1 + √(1 + 4(t/t⁺)θ²))/2 keeps the rate when steps change.
    fn extrapolate<T: Real>(&self, s: &mut State<T>) -> T {
        if !self.momentum {
            return T::ZERO;
        }
        let ratio = s.step / s.next;
        let theta = T::of(0.5) * (T::ONE + (T::ONE + T::of(4.0) * ratio * s.theta * s.theta).sqrt());
        let beta = (s.theta - T::ONE) / theta;
        s.theta = theta;
        if beta > T::ZERO {
            for ((y, x), previous) in s.y.iter_mut().zip(&s.at.x).zip(&s.previous) {
                *y = *x + beta * (*x - *previous);
            }
        }
        beta.max(T::ZERO)
    }

    /// A proximal gradient step from y (or from x without momentum) of a length that the upper model bears out.
    fn descend<T: Real, O: Composite<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
        momentum: T,
    ) -> Result<Trial<T>, Halt> {
        let at = if momentum > T::ZERO {
            objective.smooth(&s.y, &mut s.y_gradient)?
        } else {
            s.y.copy_from_slice(&s.at.x);
            s.y_gradient.copy_from_slice(&s.at.gradient);
            s.smooth
        };
        if !at.is_finite() {
            // Momentum has left the domain: the objective there is +∞, and so is that of the trial.
            return Ok(Trial {
                smooth: at,
                value: T::INFINITY,
                step: s.next,
                curvature: T::ZERO,
                resolved: true,
            });
        }
        let mut t = s.next;
        for _ in 0..=self.backtracks {
            if s.metric.is_empty() {
                vector::step(&s.y, -t, &s.y_gradient, &mut s.trial);
                objective.prox(&mut s.trial, Step::Scalar(t));
            } else {
                for (k, trial) in s.trial.iter_mut().enumerate() {
                    s.steps[k] = t * s.metric[k];
                    *trial = s.y[k] - s.steps[k] * s.y_gradient[k];
                }
                objective.prox(&mut s.trial, Step::Diagonal(&s.steps));
            }
            let smooth = objective.smooth(&s.trial, &mut s.trial_gradient)?;
            let model = Model::along(s, at, smooth);
            if model.holds(t) {
                let value = smooth + objective.penalty_value(&s.trial);
                let resolved = model.resolved(t);
                return Ok(Trial { smooth, value, step: t, curvature: model.curvature(), resolved });
            }
            // The curvature met is the best guess at the right length; it is finite unless the trial left the domain.
            let guess = T::of(0.95) / model.curvature();
            let half = T::of(0.5) * t;
            t = if guess.is_finite() && guess > T::ZERO { guess.min(half) } else { T::of(0.1) * t };
        }
        Err(Halt::Stalled("no proximal step satisfies the upper model"))
    }

    /// Moves to the trial point and chooses the next step and momentum.
    fn accept<T: Real, O: Composite<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
        trial: Trial<T>,
        momentum: T,
    ) -> Result<StepInfo<T>, Halt> {
        let mut against = T::ZERO;
        for (k, ((y, x), new)) in s.y.iter().zip(&s.at.x).zip(&s.trial).enumerate() {
            against += s.measure(k, (*y - *new) * (*new - *x));
        }
        let stays = s.at.x == s.trial;
        if stays && momentum == T::ZERO {
            return Err(Halt::Stalled("the proximal step no longer moves the point"));
        }
        if stays || (against > T::ZERO && matches!(self.restart, Restart::Gradient | Restart::Either)) {
            s.theta = T::ONE;
        }
        (s.smooth, s.step) = (trial.smooth, trial.step);
        // A step far shorter than the curvature asks for catches up at once.
        let far = trial.step * trial.curvature < T::of(0.1);
        s.next = trial.step * if far { T::of(4.0) } else { T::of(self.growth) };
        let info = s.at.accept(objective, &mut s.trial, &mut s.trial_gradient, trial.value, IDLE);
        core::mem::swap(&mut s.previous, &mut s.trial);
        info
    }
}

/// f along d = trial − y.
struct Model<T> {
    /// f(trial) − f(y) − ⟨∇f(y), d⟩.
    excess: T,
    /// What rounding can hide of it.
    rounding: T,
    /// ⟨∇f(trial) − ∇f(y), d⟩, and what rounding of the gradients can add to it.
    bend: T,
    blur: T,
    /// ‖d‖², in the metric.
    square: T,
}

impl<T: Real> Model<T> {
    fn along(s: &State<T>, at: T, smooth: T) -> Self {
        let (mut slope, mut bend, mut blur, mut square) = (T::ZERO, T::ZERO, T::ZERO, T::ZERO);
        let gradients = s.y_gradient.iter().zip(&s.trial_gradient);
        for (k, ((trial, y), (g, new))) in s.trial.iter().zip(&s.y).zip(gradients).enumerate() {
            let d = *trial - *y;
            slope += *g * d;
            bend += (*new - *g) * d;
            blur += (new.abs() + g.abs()) * d.abs();
            square += s.measure(k, d * d);
        }
        let rounding = T::of(16.0) * T::EPSILON * (at.abs() + smooth.abs());
        let blur = T::of(8.0) * T::EPSILON * blur;
        Self { excess: smooth - at - slope, rounding, bend, blur, square }
    }

    /// Whether ‖d‖²/(2t) stands out from the rounding of f.
    fn resolved(&self, t: T) -> bool {
        self.square > T::of(32.0) * t * self.rounding
    }

    fn curvature(&self) -> T {
        self.bend / self.square
    }

    /// excess ≤ ‖d‖²/(2t). Where the difference of values drowns in its rounding, the gradients decide: of a convex f the excess is at most
    /// ⟨Δ∇f, d⟩, and half of it if f is quadratic.
    fn holds(&self, t: T) -> bool {
        let upper = self.square / (T::of(2.0) * t);
        if self.resolved(t) { self.excess <= upper } else { self.bend <= upper + self.blur }
    }
}
