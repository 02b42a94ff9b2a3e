//! Frank–Wolfe: minimises over a bounded set by linear functions on it alone, never by a projection. One gradient a step; of the penalties it
//! takes constraints that know where gᵀs is least ([`linear_minimizer`](thalweg_core::Penalty::linear_minimizer)): L1 and L2 balls, simplex, boxes.
//!
//! With s = argmin gᵀs, g = ∇f(x), a step goes from x towards s. On a polytope whose vertices lie along the axes (L1 ball, simplex) it moves weight
//! from the worst vertex of x's combination to s instead, the *pairwise* step: the values then fall linearly where f grows quadratically, and
//! coefficients become exactly 0; towards s alone they fall as O(1/k), f(x) − f* ≤ 2C/(k + 2). The step length minimises the quadratic model along
//! the direction, exact for squared loss; for other losses the model's curvature is doubled until f lies below it. An intercept, which no set
//! bounds, moves along with every direction and then by Newton steps of its own, so that f is that of the best intercept throughout.
//!
//! g·(x − s) ≥ f(x) − f* for convex f, the Frank–Wolfe gap, is what a step reports as its promise. It equals the duality gap, P*(−g) being
//! −min gᵀs and f(x) + f*(g) = gᵀx, so that the certificate of the run is the same number, computed afresh.
//!
//! Source: Frank and Wolfe (1956); Jaggi, *Revisiting Frank-Wolfe*, ICML (2013); Lacoste-Julien and Jaggi, *On the global linear convergence of
//! Frank-Wolfe optimization variants*, NeurIPS (2015), for pairwise steps; Pedregosa, Negiar, Askari and Jaggi, *Linearly convergent Frank-Wolfe
//! with backtracking line-search*, AISTATS (2020).

use thalweg_core::{
    Archive, Blocks, Checkpoint, Error, Halt, Iterate, LinearComposite, Minimizer, Parameter, Real, Result,
    Step, StepInfo, Vertex, vector,
};

use crate::composite::{CompositeEntry, MakeComposite};
use crate::composite_point::CompositePoint;
use crate::linear_point::has_constant_curvature;
use crate::rows::Rows;

mod atoms;
mod direction;
mod settle;

use atoms::Atoms;
use direction::{Direction, aim, gap, towards};
use settle::settle;

/// Options of Frank–Wolfe.
///
/// ```
/// use thalweg_core::{Cost, Design, Driver, Penalised, interop};
/// # use thalweg_testkit::composite::problem::Half;
/// # use thalweg_testkit::fixtures::Within;
/// # use thalweg_optimizers::FrankWolfe;
/// // ½(b − 3)² on |b| ≤ 2 is smallest at b = 2, where the gap 1·(2 − 2) is 0.
/// let design = Design::new(interop::column_major(&[1.0], 1, 1)?)?;
/// let datafit = Cost::new(&Half, &[3.0])?;
/// let mut objective = Penalised::new(&design, &datafit, &Within { radius: 2.0 }, 0.0)?;
/// let solution = Driver::new().minimize(&FrankWolfe::default(), &mut objective, &[0.0])?;
/// assert_eq!(solution.x, [2.0]);
/// assert!(solution.certificate.bound().is_some_and(|gap| gap < 1e-12));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct FrankWolfe {
    /// Move weight between vertices where the set's vertices lie along the axes, rather than shrink all of x towards one. Default true.
    pub pairwise: bool,
    /// Doublings of the curvature in one step before giving up. Default 60.
    pub backtracks: u32,
}

impl Default for FrankWolfe {
    fn default() -> Self {
        Self { pairwise: true, backtracks: 60 }
    }
}

const PAIRWISE: Parameter = Parameter {
    name: "pairwise",
    default: 1.0,
    rule: "it must be 1 (weight moves between vertices) or 0 (all of x moves towards one)",
    summary: "whether steps move weight between vertices",
};

pub(crate) const ENTRY: CompositeEntry = CompositeEntry {
    name: "frank-wolfe",
    summary: "projection-free steps over an L1 or L2 ball, a simplex or a box; its gap is a certificate",
    parameters: &[PAIRWISE],
    example: "frank-wolfe:pairwise=0",
    make: MakeComposite {
        f64: |values, driver, objective, x0| driver.minimize(&chosen(values)?, objective, x0),
        f32: |values, driver, objective, x0| driver.minimize(&chosen(values)?, objective, x0),
    },
};

fn chosen(values: &[f64]) -> Result<FrankWolfe> {
    let pairwise = match values {
        [] | [1.0] => true,
        [0.0] => false,
        [other, ..] => return Err(Error::invalid_parameter(PAIRWISE.name, other, PAIRWISE.rule)),
    };
    Ok(FrankWolfe { pairwise, ..FrankWolfe::default() })
}

/// Steps without progress before giving up.
const IDLE: usize = 100;
/// Point, its rows, and the vertices it is made of.
#[derive(Clone, Debug)]
pub struct State<T> {
    at: CompositePoint<T>,
    rows: Rows<T>,
    /// The vertices that x combines; `None` where steps go towards s alone.
    atoms: Option<Atoms<T>>,
    /// ℓ″ is the same everywhere, so that the model along a direction is f.
    constant: bool,
    /// w/W of every row; scratch: s, the direction's rows, the trial point with its gradient and rows.
    weights: Vec<T>,
    s: Vec<T>,
    along: Vec<T>,
    trial: Vec<T>,
    trial_gradient: Vec<T>,
    trial_rows: Rows<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.at.visit(archive)?;
        self.rows.visit(archive)?;
        self.atoms.as_mut().map_or(Ok(()), |atoms| atoms.visit(archive))
    }
}

impl<T: Real, O: LinearComposite<T> + ?Sized> Minimizer<T, O> for FrankWolfe {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let (n, first) = (objective.design().rows(), usize::from(objective.design().has_intercept()));
        let zeros = |n: usize| vec![T::ZERO; n];
        let mut s = zeros(x0.len());
        if towards(objective.penalty(), &zeros(x0.len())[first..], &mut s[first..]) == Vertex::Unknown {
            return Err(Halt::Input(Error::Unsupported {
                what: "frank-wolfe with this penalty".to_owned(),
                why: "it is no bounded constraint that knows where linear functions are least".to_owned(),
                remedy: "use l1-ball, l2-ball, simplex or a box with two finite bounds, or fista".to_owned(),
            }));
        }
        let at = CompositePoint::start(objective, x0)?.0;
        let single = matches!(objective.penalty().blocks(), Blocks::Groups(groups) if groups.len() == 1);
        let atoms =
            if self.pairwise && single { Atoms::spanning(objective.penalty(), &at.x[first..]) } else { None };
        let mut state = State {
            atoms,
            constant: has_constant_curvature(&objective.properties()),
            rows: Rows::new(n, 1),
            weights: zeros(n),
            s,
            along: zeros(n),
            trial: zeros(x0.len()),
            trial_gradient: zeros(x0.len()),
            trial_rows: Rows::new(n, 1),
            at,
        };
        objective.weights(&mut state.weights);
        objective.predict(&state.at.x, &mut state.rows.eta);
        let value = state.rows.evaluate(objective)?;
        state.at.value = settle(objective, &mut state.at.x, &mut state.rows, value)?;
        objective.apply_transpose(&state.rows.slopes, &mut state.at.gradient);
        state.at.violation = objective.stationarity(&state.at.x, &state.at.gradient);
        Ok(state)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        s.at.moves_on()?;
        let direction = aim(objective, s);
        if direction.slope >= T::ZERO || direction.slope.is_nan() {
            return Err(Halt::Stalled("no point of the set lies downhill"));
        }
        let (gamma, value) = self.search(objective, s, &direction)?;
        let value = settle(objective, &mut s.trial, &mut s.trial_rows, value)?;
        if let (Some(atoms), Some((from, to))) = (&mut s.atoms, direction.vertices) {
            atoms.shift(from, to, gamma, &mut s.trial[direction.first..]);
        }
        objective.apply_transpose(&s.trial_rows.slopes, &mut s.trial_gradient);
        core::mem::swap(&mut s.rows, &mut s.trial_rows);
        // What rounding alone can do is no rise.
        let value = value.min(s.at.value);
        let mut info = s.at.accept(objective, &mut s.trial, &mut s.trial_gradient, value, IDLE)?;
        info.predicted_decrease = Some(gap(objective, s));
        Ok(info)
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.at.x, value: s.at.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

impl FrankWolfe {
    /// Finds the step length γ and evaluates the trial point there, but for its gradient; returns γ and F.
    fn search<T: Real, O: LinearComposite<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
        direction: &Direction<T>,
    ) -> Result<(T, T), Halt> {
        let mut bend = vector::weighted_square(&s.along, &s.rows.curvature);
        if bend <= T::ZERO || bend.is_nan() {
            // A flat start of the model: the bound of the loss, or a full step.
            let bound = objective.properties().curvature_bound.unwrap_or(T::ZERO);
            bend = bound * vector::weighted_square(&s.along, &s.weights);
        }
        let noise = T::of(16.0) * T::EPSILON * s.at.value.abs();
        for _ in 0..=self.backtracks {
            let newton = -direction.slope / bend;
            let gamma = if newton < direction.longest { newton } else { direction.longest };
            self.place(objective, s, direction, gamma);
            let value = s.trial_rows.evaluate(objective)?;
            let model = s.at.value + gamma * direction.slope + T::of(0.5) * gamma * gamma * bend;
            // Where the decrease drowns in rounding, the slope at the trial point tells how far the step overshot.
            let slope = vector::dot(&s.trial_rows.slopes, &s.along);
            let resolved = (value - s.at.value).abs() > noise;
            let holds =
                if resolved { value <= model + noise } else { slope <= T::of(-0.5) * direction.slope };
            if (s.constant || holds) && value.is_finite() && vector::all_finite(&s.trial_rows.slopes) {
                return Ok((gamma, value));
            }
            bend = if bend > T::ZERO { T::of(2.0) * bend } else { -direction.slope / direction.longest };
        }
        Err(Halt::Stalled("no step towards the set's best point satisfies the upper model"))
    }

    /// trial ← x + γd with its predictors.
    fn place<T: Real, O: LinearComposite<T> + ?Sized>(
        &self,
        objective: &O,
        s: &mut State<T>,
        direction: &Direction<T>,
        gamma: T,
    ) {
        s.trial.copy_from_slice(&s.at.x);
        if let Some(((from, height), (to, target))) = direction.vertices {
            s.trial[direction.first + from] -= gamma * height;
            s.trial[direction.first + to] += gamma * target;
        } else {
            for (trial, (x, s)) in s.trial.iter_mut().zip(s.at.x.iter().zip(&s.s)).skip(direction.first) {
                *trial = *x + gamma * (*s - *x);
            }
            // Between two points of the set rounding alone leaves it.
            objective.prox(&mut s.trial, Step::Scalar(T::ONE));
        }
        if direction.first == 1 {
            s.trial[0] += gamma * direction.intercept;
        }
        objective.predict(&s.trial, &mut s.trial_rows.eta);
    }
}
