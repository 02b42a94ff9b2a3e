//! L-BFGS-B: limited-memory quasi-Newton for a smooth function plus Σ sⱼ|bⱼ| + ½ Σ dⱼbⱼ² on a box. One or two gradients and about (12m + 4m²)n
//! flops a step.
//!
//! A step follows the projected steepest descent of the quadratic model to its first minimiser (the generalized Cauchy point), minimises the
//! model over the coordinates which that leaves free, and searches the line there, no farther than the box. Absolute values are handled by
//! orthants: within the orthant of x, or of the steepest descent where x is 0, F is smooth and the orthant is one more bound, so that L1 and
//! box hold together.
//!
//! Source: Byrd, Lu, Nocedal and Zhu, *A limited memory algorithm for bound constrained optimization*, SIAM J. Sci. Comput. 16 (1995);
//! Morales and Nocedal, ACM TOMS 38 (2011); the orthants are those of Andrew and Gao, ICML (2007).

use thalweg_core::{
    Archive, Checkpoint, Composite, Gradient, Halt, Iterate, LinearComposite, Minimizer, Objective, Real,
    Result, StepInfo, vector,
};

use crate::composite::{CompositeEntry, MakeComposite};
use crate::composite_point::CompositePoint;
use crate::line_search::{Line, LineSearch, StrongWolfe};
use crate::separable::Separable;

mod cauchy;
mod compact;

use cauchy::{Model, Scratch};
use compact::Compact;

/// Options of L-BFGS-B.
///
/// ```
/// use thalweg_core::{Cost, Design, Driver, Penalised, interop};
/// # use thalweg_testkit::composite::problem::{Half, Net};
/// # use thalweg_optimizers::Lbfgsb;
/// // ½(b − 3)² + ½|b| + ¼b² is smallest where b − 3 + ½ + ½b = 0.
/// let design = Design::new(interop::column_major(&[1.0], 1, 1)?)?;
/// let datafit = Cost::new(&Half, &[3.0])?;
/// let mut objective = Penalised::new(&design, &datafit, &Net { alpha: 0.5 }, 1.0)?;
/// let solution = Driver::new().minimize(&Lbfgsb::default(), &mut objective, &[0.0])?;
/// assert!((solution.x[0] - 5.0_f64 / 3.0).abs() < 1e-8);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Lbfgsb {
    /// m, the number of step pairs kept. Default 10.
    pub memory: usize,
    /// The step rule, within the box.
    pub search: StrongWolfe,
    /// A pair (s, y) is kept only if sᵀy exceeds this share of ‖s‖‖y‖. Default 1e-10.
    pub curvature_share: f64,
}

impl Default for Lbfgsb {
    fn default() -> Self {
        Self { memory: 10, search: StrongWolfe::default(), curvature_share: 1e-10 }
    }
}

pub(crate) const ENTRY: CompositeEntry = CompositeEntry {
    name: "lbfgsb",
    summary: "limited-memory quasi-Newton within bounds; needs gradients, for boxes, L1 and elastic net",
    parameters: &[],
    example: "lbfgsb",
    make: MakeComposite {
        f64: |_, driver, objective, x0| driver.minimize(&Lbfgsb::default(), objective, x0),
        f32: |_, driver, objective, x0| driver.minimize(&Lbfgsb::default(), objective, x0),
    },
};

/// Steps without progress before giving up.
const IDLE: usize = 50;

/// Point, matrix, and the face on which a step moves.
pub struct State<T: Real> {
    at: CompositePoint<T>,
    compact: Compact<T>,
    penalty: Separable<T>,
    face: Face<T>,
    /// Scratch: ∇ of F on the face before and after, direction, trial point.
    slopes: [Vec<T>; 2],
    direction: Vec<T>,
    trial: Vec<T>,
    /// ∇f at the trial point.
    trial_gradient: Vec<T>,
    scratch: Scratch<T>,
}

/// The box around x where F is smooth, and the slope of Σ sⱼ|bⱼ| on it.
#[derive(Clone, Debug)]
struct Face<T> {
    lower: Vec<T>,
    upper: Vec<T>,
    tilt: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.at.visit(archive)?;
        self.compact.visit(archive)
    }
}

/// F on a face, as a line search sees it.
struct OnFace<'a, T: Real, O: ?Sized> {
    objective: &'a mut O,
    penalty: &'a Separable<T>,
    tilt: &'a [T],
    /// ∇f where it was evaluated last.
    gradient: &'a mut [T],
}

impl<T: Real, O: Composite<T> + ?Sized> Objective<T> for OnFace<'_, T, O> {
    fn dim(&self) -> usize {
        self.objective.dim()
    }
    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        self.objective.value(x)
    }
}

impl<T: Real, O: Composite<T> + ?Sized> Gradient<T> for OnFace<'_, T, O> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        let value = self.objective.smooth(x, self.gradient)? + self.objective.penalty_value(x);
        self.penalty.total(x, self.gradient, g);
        vector::axpy(T::ONE, self.tilt, g);
        Ok(value)
    }
}

impl<T: Real, O: LinearComposite<T> + ?Sized> Minimizer<T, O> for Lbfgsb {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let penalty = Separable::read(ENTRY.name, objective, x0.len())?;
        let zeros = || vec![T::ZERO; x0.len()];
        let compact = Compact::new(x0.len(), self.memory);
        Ok(State {
            at: CompositePoint::start(objective, x0)?.0,
            scratch: Scratch::new(x0.len(), compact.width()),
            compact,
            penalty,
            face: Face { lower: zeros(), upper: zeros(), tilt: zeros() },
            slopes: [zeros(), zeros()],
            direction: zeros(),
            trial: zeros(),
            trial_gradient: zeros(),
        })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        s.at.moves_on()?;
        choose_face(s);
        let value = match self.search(objective, s) {
            Err(Halt::Stalled(_)) if !s.compact.is_empty() => {
                // The model may be to blame: once more along the projected steepest descent.
                s.compact.clear();
                self.search(objective, s)
            }
            found => found,
        }?;
        let [before, after] = &s.slopes;
        s.compact.push([&s.at.x, &s.trial], [before, after], T::of(self.curvature_share));
        // What rounding alone can do is no rise.
        let value = value.min(s.at.value);
        s.at.accept(objective, &mut s.trial, &mut s.trial_gradient, value, IDLE)
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.at.x, value: s.at.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// The face that x moves on, and the gradient there.
fn choose_face<T: Real>(s: &mut State<T>) {
    s.penalty.total(&s.at.x, &s.at.gradient, &mut s.slopes[0]);
    for k in 0..s.at.x.len() {
        let (mut lower, mut upper, x, kink) =
            (s.penalty.lower[k], s.penalty.upper[k], s.at.x[k], s.penalty.kink[k]);
        let mut tilt = T::ZERO;
        if kink > T::ZERO {
            let pseudo = s.penalty.pseudo(k, x, s.slopes[0][k]);
            if x > T::ZERO || (x == T::ZERO && pseudo < T::ZERO) {
                (lower, tilt) = (lower.max(T::ZERO), kink);
            } else if x < T::ZERO || pseudo > T::ZERO {
                (upper, tilt) = (upper.min(T::ZERO), -kink);
            } else {
                (lower, upper, tilt) = (T::ZERO, T::ZERO, -s.slopes[0][k]);
            }
        }
        (s.face.lower[k], s.face.upper[k], s.face.tilt[k]) = (lower, upper, tilt);
        s.slopes[0][k] += tilt;
    }
}

impl Lbfgsb {
    /// Finds the trial point of a step on the face; returns F there.
    fn search<T: Real, O: LinearComposite<T> + ?Sized>(
        &self,
        objective: &mut O,
        s: &mut State<T>,
    ) -> Result<T, Halt> {
        let State { at, compact, penalty, face, slopes, direction, trial, trial_gradient, scratch, .. } = s;
        let (x, [before, after]) = (&at.x, slopes);
        let mut model = Model { x, g: before, lower: &face.lower, upper: &face.upper, compact };
        model.cauchy_point(scratch);
        model.subspace_step(scratch);
        for ((d, point), x) in direction.iter_mut().zip(&scratch.point).zip(x.iter()) {
            *d = *point - *x;
        }
        let slope = vector::dot(before, direction);
        if slope >= T::ZERO || slope.is_nan() {
            return Err(Halt::Stalled("no direction within the bounds points downhill"));
        }
        let fresh = compact.is_empty();
        let guess = if fresh { vector::norm_inf(direction).max(T::ONE).recip() } else { T::ONE };
        let mut on_face = OnFace { objective, penalty, tilt: &face.tilt, gradient: trial_gradient };
        let mut line = Line {
            x,
            direction,
            value: at.value,
            slope,
            trial,
            gradient: after,
            bounds: Some([&face.lower, &face.upper]),
        };
        Ok(self.search.search(&mut on_face, &mut line, guess)?.value)
    }
}
