//! OWL-QN: L-BFGS for a smooth function plus Σ sⱼ|bⱼ| + ½ Σ dⱼbⱼ², one orthant at a time. One gradient an accepted step, 4mn flops beside it.
//!
//! The direction is −H◇F, where ◇F is the subgradient of least norm and H is made of the gradients of the smooth part alone, as the absolute
//! values are linear in an orthant. Entries that do not point against ◇F are dropped; trial points are projected onto the orthant of x, or
//! of −◇F where x is 0, so that coefficients become exactly 0.
//!
//! Source: Andrew and Gao, *Scalable training of L1-regularized log-linear models*, ICML (2007); near round-off decreases are judged by
//! slopes, as in Hager and Zhang, SIAM J. Optim. 16 (2005).

use thalweg_core::{
    Archive, Checkpoint, Error, Halt, Iterate, LinearComposite, Minimizer, Real, Result, StepInfo, vector,
};

use crate::composite::{CompositeEntry, MakeComposite};
use crate::composite_point::CompositePoint;
use crate::pairs::Pairs;
use crate::separable::Separable;

/// Options of OWL-QN.
///
/// ```
/// use thalweg_core::{Cost, Design, Driver, Penalised, interop};
/// # use thalweg_testkit::composite::problem::{Half, Net};
/// # use thalweg_optimizers::OwlQn;
/// // ½(b − 3)² + |b| is smallest at b = 2.
/// let design = Design::new(interop::column_major(&[1.0], 1, 1)?)?;
/// let datafit = Cost::new(&Half, &[3.0])?;
/// let mut objective = Penalised::new(&design, &datafit, &Net { alpha: 1.0 }, 1.0)?;
/// let solution = Driver::new().minimize(&OwlQn::default(), &mut objective, &[0.0])?;
/// assert!((solution.x[0] - 2.0_f64).abs() < 1e-8);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct OwlQn {
    /// m, the number of step pairs kept. Default 10.
    pub memory: usize,
    /// The share of the promised decrease that a step must meet. Default 1e-4.
    pub decrease: f64,
    /// A pair (s, y) is kept only if sᵀy exceeds this share of ‖s‖‖y‖. Default 1e-10.
    pub curvature_share: f64,
    /// Halvings of one step before giving up. Default 60.
    pub halvings: u32,
}

impl Default for OwlQn {
    fn default() -> Self {
        Self { memory: 10, decrease: 1e-4, curvature_share: 1e-10, halvings: 60 }
    }
}

pub(crate) const ENTRY: CompositeEntry = CompositeEntry {
    name: "owl-qn",
    summary: "orthant-wise L-BFGS; needs gradients, for L1 and elastic net penalties with many coefficients",
    parameters: &[],
    example: "owl-qn",
    make: MakeComposite {
        f64: |_, driver, objective, x0| driver.minimize(&OwlQn::default(), objective, x0),
        f32: |_, driver, objective, x0| driver.minimize(&OwlQn::default(), objective, x0),
    },
};

/// Steps without progress before giving up.
const IDLE: usize = 100;

/// Point, pairs and what the orthant is made of.
#[derive(Clone, Debug)]
pub struct State<T> {
    at: CompositePoint<T>,
    pairs: Pairs<T>,
    penalty: Separable<T>,
    /// Scratch: ∇f + d∘x before and after, ◇F, direction, trial point and ∇f there.
    totals: [Vec<T>; 2],
    pseudo: Vec<T>,
    direction: Vec<T>,
    trial: Vec<T>,
    trial_gradient: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.at.visit(archive)?;
        self.pairs.visit(archive)
    }
}

impl<T: Real, O: LinearComposite<T> + ?Sized> Minimizer<T, O> for OwlQn {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let penalty = Separable::read(ENTRY.name, objective, x0.len())?;
        if penalty.is_bounded() {
            return Err(Halt::Input(Error::Unsupported {
                what: "owl-qn with this penalty".to_owned(),
                why: "it bounds coefficients".to_owned(),
                remedy: "use lbfgsb".to_owned(),
            }));
        }
        let zeros = || vec![T::ZERO; x0.len()];
        Ok(State {
            at: CompositePoint::start(objective, x0)?.0,
            pairs: Pairs::new(x0.len(), self.memory),
            penalty,
            totals: [zeros(), zeros()],
            pseudo: zeros(),
            direction: zeros(),
            trial: zeros(),
            trial_gradient: zeros(),
        })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        s.at.moves_on()?;
        s.penalty.total(&s.at.x, &s.at.gradient, &mut s.totals[0]);
        for (k, pseudo) in s.pseudo.iter_mut().enumerate() {
            *pseudo = s.penalty.pseudo(k, s.at.x[k], s.totals[0][k]);
        }
        let found = match self.search(objective, s) {
            Err(Halt::Stalled(_)) if !s.pairs.is_empty() => {
                // The model may be to blame: once more along the steepest descent.
                s.pairs.clear();
                self.search(objective, s)
            }
            found => found,
        };
        let value = found?;
        s.penalty.total(&s.trial, &s.trial_gradient, &mut s.totals[1]);
        let [before, after] = &s.totals;
        s.pairs.push([&s.at.x, &s.trial], [before, after], T::of(self.curvature_share));
        s.at.accept(objective, &mut s.trial, &mut s.trial_gradient, value, IDLE)
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.at.x, value: s.at.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

impl OwlQn {
    /// Finds the trial point of a step; returns F there.
    fn search<T: Real, O: LinearComposite<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
    ) -> Result<T, Halt> {
        s.pairs.direction(&s.pseudo, &mut s.direction, Pairs::scale);
        for (d, pseudo) in s.direction.iter_mut().zip(&s.pseudo) {
            if *d * *pseudo >= T::ZERO {
                *d = T::ZERO;
            }
        }
        if vector::norm_inf(&s.direction) == T::ZERO {
            return Err(Halt::Stalled("no direction points downhill"));
        }
        // Without a model of the curvature the first step moves x by at most 1 in any coordinate.
        let mut t =
            if s.pairs.is_empty() { vector::norm_inf(&s.direction).max(T::ONE).recip() } else { T::ONE };
        let noise = T::of(16.0) * T::EPSILON * s.at.value.abs();
        for _ in 0..=self.halvings {
            let promised = project(s, t);
            if promised >= T::ZERO {
                return Err(Halt::Stalled("the step no longer moves the point"));
            }
            let value =
                objective.smooth(&s.trial, &mut s.trial_gradient)? + objective.penalty_value(&s.trial);
            if value <= s.at.value + T::of(self.decrease) * promised {
                return Ok(value);
            }
            // Where the decrease drowns in rounding, the slope at the trial point still tells.
            if (value - s.at.value).abs() <= noise && slope(s) <= T::of(2.0 * self.decrease - 1.0) * promised
            {
                return Ok(value.min(s.at.value));
            }
            t *= T::of(0.5);
        }
        Err(Halt::Stalled("no step along the direction lowers the objective"))
    }
}

/// The sign of the orthant that coordinate k moves in.
fn orthant<T: Real>(s: &State<T>, k: usize) -> T {
    if s.at.x[k] == T::ZERO { -s.pseudo[k] } else { s.at.x[k] }
}

/// trial ← x + t d, projected onto the orthant; returns ◇Fᵀ(trial − x).
fn project<T: Real>(s: &mut State<T>, t: T) -> T {
    vector::step(&s.at.x, t, &s.direction, &mut s.trial);
    let mut promised = T::ZERO;
    for k in 0..s.at.x.len() {
        if s.penalty.kink[k] > T::ZERO && s.trial[k] * orthant(s, k) <= T::ZERO {
            s.trial[k] = T::ZERO;
        }
        promised += s.pseudo[k] * (s.trial[k] - s.at.x[k]);
    }
    promised
}

/// The slope of F at the trial point along the step, in the orthant of the step.
fn slope<T: Real>(s: &State<T>) -> T {
    let one = |k: usize| {
        let tilt = if orthant(s, k) >= T::ZERO { s.penalty.kink[k] } else { -s.penalty.kink[k] };
        let g = s.trial_gradient[k] + s.penalty.ridge[k] * s.trial[k] + tilt;
        g * (s.trial[k] - s.at.x[k])
    };
    (0..s.at.x.len()).map(one).sum()
}
