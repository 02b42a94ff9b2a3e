//! SsNAL: proximal Newton steps whose models are solved by a semismooth Newton augmented Lagrangian method, for Σ sⱼ|bⱼ| + ½ Σ dⱼbⱼ² on a box.
//!
//! The dual of a model is solved by proximal point steps in the coefficients, b⁺ = argmin model + P + ‖b − b_k‖²/(2σ) with growing σ. The
//! dual function of such a step is once differentiable, and its second derivative I + X_J K X_Jᵀ h lives on the columns J that the prox leaves
//! free: a Newton system of size min(|J|, n). How strongly the columns correlate hardly matters to it, where methods that move one coefficient,
//! or along a gradient, crawl. With squared loss the model is f, and its one curvature serves throughout; for other losses each step models
//! anew and a line search on F makes it safe.
//!
//! A step costs two products with X and n|J|² + |J|³/3 flops a Newton iteration, of which there are some tens in all.
//!
//! Source: Li, Sun and Toh, *A highly efficient semismooth Newton augmented Lagrangian method for solving lasso problems*, SIAM J. Optim. 28
//! (2018), arXiv:1607.05428; Boschi, Reimherr and Chiaromonte, *An efficient semi-smooth Newton augmented Lagrangian method for elastic net*,
//! arXiv:2006.03970 (2020); Lee, Sun and Saunders (2014) for the proximal Newton steps.

use thalweg_core::{
    Archive, Checkpoint, Error, Halt, Iterate, LinearComposite, Minimizer, Real, Result, StepInfo,
    visit_real, visit_slice,
};

use crate::composite::{CompositeEntry, MakeComposite};
use crate::linear_point::{LinearPoint, hold_above_floor, reached};
use crate::separable::Separable;

mod active;
mod dual;

use dual::Dual;

/// Options of SsNAL.
///
/// ```
/// use thalweg_core::{Cost, Design, Driver, Penalised, interop};
/// # use thalweg_testkit::composite::problem::{Half, Net};
/// # use thalweg_optimizers::Ssnal;
/// // ½(b − 3)² + ½|b| + ¼b² is smallest where b − 3 + ½ + ½b = 0.
/// let design = Design::new(interop::column_major(&[1.0], 1, 1)?)?;
/// let datafit = Cost::new(&Half, &[3.0])?;
/// let mut objective = Penalised::new(&design, &datafit, &Net { alpha: 0.5 }, 1.0)?;
/// let solution = Driver::new().minimize(&Ssnal::default(), &mut objective, &[0.0])?;
/// assert!((solution.x[0] - 5.0_f64 / 3.0).abs() < 1e-8);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Ssnal {
    /// The violation that a step leaves on its model, as a share of the one it met. Default 0.01.
    pub share: f64,
    /// σ grows by this factor after every proximal point step. Default 5.
    pub growth: f64,
    /// Proximal point steps on one model at most. Default 30.
    pub proximal: u32,
    /// Newton steps in one of them at most. Default 50.
    pub newton: u32,
    /// Step halvings before giving up. Default 40.
    pub halvings: u32,
}

impl Default for Ssnal {
    fn default() -> Self {
        Self { share: 0.01, growth: 5.0, proximal: 30, newton: 50, halvings: 40 }
    }
}

pub(crate) const ENTRY: CompositeEntry = CompositeEntry {
    name: "ssnal",
    summary: "semismooth Newton augmented Lagrangian; for L1, elastic net and boxes on strongly correlated columns",
    parameters: &[],
    example: "ssnal",
    make: MakeComposite {
        f64: |_, driver, objective, x0| driver.minimize(&Ssnal::default(), objective, x0),
        f32: |_, driver, objective, x0| driver.minimize(&Ssnal::default(), objective, x0),
    },
};

/// The largest Newton system: 512 MB in f64.
const LIMIT: usize = 8192;

/// Point, rows, gradient, and the dual problem of the model.
pub struct State<T: Real> {
    at: LinearPoint<T>,
    /// F.
    value: T,
    gradient: Vec<T>,
    violation: T,
    dual: Dual<T>,
    /// w/W of every row.
    weights: Vec<T>,
    /// The point of a line search and its rows; scratch.
    trial: LinearPoint<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.at.visit(archive)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        visit_real(archive, "violation", &mut self.violation)?;
        visit_real(archive, "sigma", &mut self.dual.sigma)
    }
}

impl Ssnal {
    fn check(&self) -> Result<(), Error> {
        if self.growth.is_finite() && self.growth >= 1.0 {
            Ok(())
        } else {
            Err(Error::invalid_parameter("growth", self.growth, "it must be a finite number >= 1"))
        }
    }
}

impl<T: Real, O: LinearComposite<T> + ?Sized> Minimizer<T, O> for Ssnal {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        self.check()?;
        let penalty = Separable::read(ENTRY.name, objective, x0.len())?;
        let (n, q) = (objective.design().rows(), x0.len());
        if n.min(q) > LIMIT {
            return Err(Halt::Input(Error::Unsupported {
                what: format!("ssnal on {n} rows and {q} parameters"),
                why: format!(
                    "its Newton systems may be {} by {}, and {LIMIT} is the limit",
                    n.min(q),
                    n.min(q)
                ),
                remedy: "use coordinate-descent".to_owned(),
            }));
        }
        let mut s = State {
            at: LinearPoint::new(n, q, 1),
            value: T::INFINITY,
            gradient: vec![T::ZERO; q],
            violation: T::INFINITY,
            dual: Dual::new(n, q, penalty),
            weights: vec![T::ZERO; n],
            trial: LinearPoint::new(n, q, 1),
        };
        objective.weights(&mut s.weights);
        s.value = s.at.start(objective, x0)?;
        survey(objective, &mut s);
        hold_above_floor(&objective.properties(), &s.at.rows.curvature, &s.weights, &mut s.dual.h);
        s.dual.start(objective);
        Ok(s)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        if s.violation == T::ZERO {
            return Err(Halt::Stalled("the optimality conditions hold exactly"));
        }
        hold_above_floor(&objective.properties(), &s.at.rows.curvature, &s.weights, &mut s.dual.h);
        let target = T::of(self.share) * s.violation;
        let intercept = s.dual.solve(objective, self, &s.at.x, &s.gradient, target)?;
        s.trial.x.copy_from_slice(&s.dual.b);
        let first = usize::from(objective.design().has_intercept());
        if first == 1 {
            s.trial.x[0] = s.at.x[0] + intercept;
        }
        let moves = s.trial.x.iter().zip(&s.at.x).zip(&s.gradient);
        let slope: T = moves.map(|((new, old), g)| *g * (*new - *old)).sum();
        let predicted = slope + objective.penalty_value(&s.trial.x) - objective.penalty_value(&s.at.x);
        let before = (s.value, s.violation);
        let (value, moved) = s.at.search(objective, &mut s.trial, s.value, predicted, self.halvings)?;
        s.value = value;
        survey(objective, s);
        reached(before, (s.value, s.violation), moved)
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.at.x, value: s.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// The gradient and the violation at the point.
fn survey<T: Real, O: LinearComposite<T> + ?Sized>(objective: &O, s: &mut State<T>) {
    objective.apply_transpose(&s.at.rows.slopes, &mut s.gradient);
    s.violation = objective.stationarity(&s.at.x, &s.gradient);
}
