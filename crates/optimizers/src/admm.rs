//! ADMM: splits a penalised linear model into its rows, its penalty and the least squares between them; each is exact, whatever its kinks.
//!
//! min (1/W) Σ w ℓ(y, z) + P(c) subject to z = offset + Xb, c = b, in scaled form with duals u and v, penalties ρ/n for the rows and ρσ for the
//! coefficients, σ the mean of the columns' ‖Xⱼ‖²/n:
//! - b ← (XᵀX/n + σI)⁻¹(Xᵀ(z − offset − u)/n + σ(c − v)), with one Cholesky factor for the whole run, of n×n where there are fewer rows;
//! - z ← the prox of the rows' losses at η̂ + u, c ← the prox of P at b̂ + v, u ← u + η̂ − z, v ← v + b̂ − c, where η̂ and b̂ are over-relaxed.
//!
//! ρ is balanced by the residuals. A step costs two products with X, two triangular solves and one prox a row; memory min(n, q)². The point
//! reported is c, whose zeros are exact. On losses with kinks ([`Penalised::with_kinks`](thalweg_core::Penalised::with_kinks)) it is the one
//! solver that takes them; the violation reported on the way is then the larger of the primal and dual residuals. Where the
//! problem is a linear program such methods find its face in hundreds of steps and then crawl; Newton steps on the optimality conditions, tried
//! wherever ρ is looked at, go to the vertex at once.
//!
//! Source: Boyd, Parikh, Chu, Peleato and Eckstein, *Distributed optimization and statistical learning via the alternating direction method of
//! multipliers*, Found. Trends Mach. Learn. 3 (2011), sections 3.4 and 6; Wohlberg, *ADMM penalty parameter selection by residual balancing*,
//! arXiv:1704.06209 (2017), for relative residuals.

use thalweg_core::{
    Archive, Blocks, Checkpoint, Error, Halt, Iterate, LinearComposite, Minimizer, Par, Real, Result, Step,
    StepInfo, Want, vector, visit_real, visit_slice, visit_usize,
};

use crate::composite::{CompositeEntry, MakeComposite};

mod between;
mod polish;

use between::Between;
use polish::Polish;

/// Options of ADMM.
///
/// ```
/// use thalweg_core::{Cost, Design, Driver, Penalised, interop};
/// # use thalweg_testkit::composite::problem::{Half, Net};
/// # use thalweg_optimizers::Admm;
/// // ½(b − 3)² + |b| is smallest at b = 2.
/// let design = Design::new(interop::column_major(&[1.0], 1, 1)?)?;
/// let datafit = Cost::new(&Half, &[3.0])?;
/// let mut objective = Penalised::new(&design, &datafit, &Net { alpha: 1.0 }, 1.0)?;
/// let solution = Driver::new().minimize(&Admm::default(), &mut objective, &[0.0])?;
/// assert!((solution.x[0] - 2.0_f64).abs() < 1e-8);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Admm {
    /// ρ at the start, on the scale of a loss's second derivative. Default 1.
    pub rho: f64,
    /// α of the over-relaxation, from 1 (none) to below 2. Default 1.6.
    pub relaxation: f64,
    /// ρ is adapted where one relative residual is this many times the other; ∞ never adapts. Default 5.
    pub imbalance: f64,
}

impl Default for Admm {
    fn default() -> Self {
        Self { rho: 1.0, relaxation: 1.6, imbalance: 5.0 }
    }
}

pub(crate) const ENTRY: CompositeEntry = CompositeEntry {
    name: "admm",
    summary: "splits rows, penalty and least squares; takes any convex loss, with kinks too, and any convex penalty",
    parameters: &[],
    example: "admm",
    make: MakeComposite {
        f64: |_, driver, objective, x0| driver.minimize(&Admm::default(), objective, x0),
        f32: |_, driver, objective, x0| driver.minimize(&Admm::default(), objective, x0),
    },
};

/// Steps between looks at the balance, which become rarer as the run goes on so that ρ settles.
const LOOK: usize = 10;
/// Steps without progress before giving up, and with kinks, where the violation swings for long.
const IDLE: usize = 1000;
const IDLE_WITH_KINKS: usize = 10_000;

/// Splits, duals and the factor between them.
pub struct State<T: Real> {
    c: Vec<T>,
    z: Vec<T>,
    u: Vec<T>,
    v: Vec<T>,
    rho: T,
    /// F(c) and the violation there.
    value: T,
    violation: T,
    steps: usize,
    look: usize,
    /// The least violation so far with the steps since, and the least F.
    least: T,
    idle: usize,
    lowest: T,
    kinked: bool,
    /// The offset, σ and the factor.
    offset: Vec<T>,
    sigma: T,
    between: Between<T>,
    /// Newton steps on a loss with kinks, beside a penalty of single coefficients.
    polish: Option<Polish<T>>,
    /// Scratch: b, b̂ + v, η̂ + u and the gradient; the last z and c.
    b: Vec<T>,
    hat: Vec<T>,
    gradient: Vec<T>,
    eta: Vec<T>,
    rows: Vec<T>,
    last_z: Vec<T>,
    last_c: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "c", &mut self.c)?;
        visit_slice(archive, "z", &mut self.z)?;
        visit_slice(archive, "u", &mut self.u)?;
        visit_slice(archive, "v", &mut self.v)?;
        visit_real(archive, "rho", &mut self.rho)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_real(archive, "violation", &mut self.violation)?;
        visit_usize(archive, "steps", &mut self.steps)?;
        visit_usize(archive, "look", &mut self.look)?;
        visit_real(archive, "least", &mut self.least)?;
        visit_usize(archive, "idle", &mut self.idle)?;
        visit_real(archive, "lowest", &mut self.lowest)
    }
}

impl Admm {
    fn check(&self) -> Result<(), Error> {
        if !(self.rho.is_finite() && self.rho > 0.0) {
            return Err(Error::invalid_parameter("rho", self.rho, "it must be a finite number > 0"));
        }
        if !(0.0 < self.relaxation && self.relaxation < 2.0) {
            return Err(Error::invalid_parameter(
                "relaxation",
                self.relaxation,
                "it must lie between 0 and 2",
            ));
        }
        if self.imbalance <= 1.0 || self.imbalance.is_nan() {
            return Err(Error::invalid_parameter(
                "imbalance",
                self.imbalance,
                "it must be above 1; inf never adapts",
            ));
        }
        Ok(())
    }
}

impl<T: Real, O: LinearComposite<T> + ?Sized> Minimizer<T, O> for Admm {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        self.check()?;
        let properties = objective.properties();
        if !objective.penalty().is_convex() {
            return Err(Halt::Input(Error::Unsupported {
                what: "admm with this penalty".to_owned(),
                why: "it is not convex".to_owned(),
                remedy: "use coordinate-descent or fista".to_owned(),
            }));
        }
        if !properties.convex || properties.predictor != (-T::INFINITY, T::INFINITY) {
            return Err(Halt::Input(Error::Unsupported {
                what: "admm with this loss".to_owned(),
                why: "it is not convex over all predictors".to_owned(),
                remedy: "use fista".to_owned(),
            }));
        }
        let (n, q) = (objective.design().rows(), x0.len());
        let kinked = !properties.differentiable;
        let single = matches!(objective.penalty().blocks(), Blocks::Coordinates);
        let zeros = |n: usize| vec![T::ZERO; n];
        let (mut offset, mut squares) = (zeros(n), zeros(q));
        objective.predict(&zeros(q), &mut offset);
        let weights = vec![T::of(n as f64).recip(); n];
        objective.design().weighted_norms(&weights, &mut squares, Par::Seq);
        let mean = vector::sum(&squares) / T::of(q.max(1) as f64);
        let sigma = if mean > T::ZERO { mean } else { T::ONE };
        let mut s = State {
            c: x0.to_vec(),
            z: zeros(n),
            u: zeros(n),
            v: zeros(q),
            rho: T::of(self.rho),
            value: T::INFINITY,
            violation: T::INFINITY,
            steps: 0,
            look: LOOK,
            least: T::INFINITY,
            idle: 0,
            lowest: T::INFINITY,
            kinked,
            polish: (kinked && single).then(|| Polish::new(n, q)),
            between: Between::new(objective.design(), sigma)?,
            offset,
            sigma,
            b: zeros(q),
            hat: zeros(q),
            gradient: zeros(q),
            eta: zeros(n),
            rows: zeros(n),
            last_z: zeros(n),
            last_c: zeros(q),
        };
        if !objective.penalty_value(&s.c).is_finite() {
            // A start outside a constraint is moved onto it.
            objective.prox(&mut s.c, Step::Scalar(T::ONE));
        }
        objective.predict(&s.c, &mut s.z);
        s.assess(objective)?;
        if !s.value.is_finite() {
            return Err(Halt::NonFinite("the objective or its gradient at the start"));
        }
        s.warm(objective)?;
        Ok(s)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        if s.violation == T::ZERO {
            return Err(Halt::Stalled("the optimality conditions hold exactly"));
        }
        let value = s.value;
        let share = T::of(s.z.len() as f64).recip();
        s.last_z.copy_from_slice(&s.z);
        s.last_c.copy_from_slice(&s.c);
        for (i, row) in s.rows.iter_mut().enumerate() {
            *row = (s.z[i] - s.offset[i] - s.u[i]) * share;
        }
        objective.apply_transpose(&s.rows, &mut s.b);
        for (k, b) in s.b.iter_mut().enumerate() {
            *b += s.sigma * (s.c[k] - s.v[k]);
        }
        s.between.solve(objective, &s.offset, s.sigma, &mut s.b);
        objective.predict(&s.b, &mut s.eta);
        let (alpha, rest) = (T::of(self.relaxation), T::of(1.0 - self.relaxation));
        for (i, row) in s.rows.iter_mut().enumerate() {
            *row = alpha * s.eta[i] + rest * s.z[i] + s.u[i];
        }
        for (k, hat) in s.hat.iter_mut().enumerate() {
            *hat = alpha * s.b[k] + rest * s.c[k] + s.v[k];
        }
        objective.prox_rows(&s.rows, (s.rho * share).recip(), &mut s.z)?;
        s.c.copy_from_slice(&s.hat);
        objective.prox(&mut s.c, Step::Scalar((s.rho * s.sigma).recip()));
        for (u, (row, z)) in s.u.iter_mut().zip(s.rows.iter().zip(&s.z)) {
            *u = *row - *z;
        }
        for (v, (hat, c)) in s.v.iter_mut().zip(s.hat.iter().zip(&s.c)) {
            *v = *hat - *c;
        }
        s.steps += 1;
        if s.steps >= s.look {
            s.look += LOOK + s.steps / 4;
            self.balance(s);
            s.polish(objective)?;
        }
        s.assess(objective)?;
        // What rounding alone can do is no rise: of equal values the driver keeps the last.
        if s.value <= s.lowest + T::of(16.0) * T::EPSILON * s.lowest.abs() {
            s.value = s.value.min(s.lowest);
            s.lowest = s.value;
        }
        let decrease = value - s.value;
        s.idle = if s.violation < s.least { 0 } else { s.idle + 1 };
        s.least = s.least.min(s.violation);
        if s.idle > if s.kinked { IDLE_WITH_KINKS } else { IDLE } {
            return Err(Halt::Stalled("the violation falls no further"));
        }
        let moved = s.c.iter().zip(&s.last_c).fold(T::ZERO, |m, (a, b)| m.max((*a - *b).abs()));
        Ok(StepInfo {
            value: s.value,
            decrease,
            gradient_inf: s.violation,
            step_inf: moved,
            predicted_decrease: None,
        })
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.c, value: s.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

impl<T: Real> State<T> {
    /// F and the violation at c: that of the optimality conditions, or with kinks the larger of ‖η(c) − z‖∞ and the penalty's at the rows'
    /// multipliers.
    fn assess<O: LinearComposite<T> + ?Sized>(&mut self, objective: &mut O) -> Result<(), Halt> {
        if !self.kinked {
            self.value = objective.smooth(&self.c, &mut self.gradient)? + objective.penalty_value(&self.c);
            self.violation = objective.stationarity(&self.c, &self.gradient);
            return Ok(());
        }
        objective.predict(&self.c, &mut self.eta);
        let smooth = objective.rows(&self.eta, Want::Value, &mut [], &mut [])?;
        self.value = smooth + objective.penalty_value(&self.c);
        let scale = self.rho / T::of(self.z.len() as f64);
        for (row, u) in self.rows.iter_mut().zip(&self.u) {
            *row = scale * *u;
        }
        objective.apply_transpose(&self.rows, &mut self.gradient);
        let apart = self.eta.iter().zip(&self.z).fold(T::ZERO, |m, (a, b)| m.max((*a - *b).abs()));
        self.violation = objective.stationarity(&self.c, &self.gradient).max(apart);
        if self.steps == 0 {
            // Before the first prox nothing is known of the multipliers.
            self.violation = T::INFINITY;
        }
        Ok(())
    }

    /// Moves to where Newton steps on the optimality conditions lead, if less violates them there.
    fn polish<O: LinearComposite<T> + ?Sized>(&mut self, objective: &mut O) -> Result<(), Halt> {
        let Some(polish) = &mut self.polish else { return Ok(()) };
        let tau = T::of(self.z.len() as f64) / self.rho;
        polish.b.copy_from_slice(&self.c);
        for (y, u) in polish.y.iter_mut().zip(&self.u) {
            *y = *u / tau;
        }
        let s = (self.rho * self.sigma).recip();
        let left = polish.run(objective, tau, s)?;
        if left < self.violation {
            self.c.copy_from_slice(&polish.b);
            self.z.copy_from_slice(&polish.z);
            for (u, y) in self.u.iter_mut().zip(&polish.y) {
                *u = tau * *y;
            }
            for (v, g) in self.v.iter_mut().zip(&polish.gradient) {
                *v = -s * *g;
            }
        }
        // The multipliers shown last are those of the point that stays.
        vector::step(&self.z, T::ONE, &self.u, &mut self.rows);
        objective.prox_rows(&self.rows, tau, &mut self.eta)
    }

    /// Multipliers that fit the start: ρu/n are the slopes of the rows there, and ρσv = −∇f. A loss with kinks leaves them to the first prox.
    fn warm<O: LinearComposite<T> + ?Sized>(&mut self, objective: &mut O) -> Result<(), Halt> {
        if self.kinked {
            return Ok(());
        }
        objective.rows(&self.z, Want::Gradient, &mut self.u, &mut [])?;
        vector::scale(T::of(self.z.len() as f64) / self.rho, &mut self.u);
        let scale = -(self.rho * self.sigma).recip();
        let first = usize::from(objective.design().has_intercept());
        for (v, g) in self.v[first..].iter_mut().zip(&self.gradient[first..]) {
            *v = scale * *g;
        }
        Ok(())
    }
}

impl Admm {
    /// Scales ρ by the root of the ratio of the relative residuals where it is far from 1, and the duals against it. Both residuals are those of
    /// the splits, (η − z, b − c) and their change: against Xᵀu, which vanishes without a penalty, the dual one would mean nothing.
    fn balance<T: Real>(&self, s: &mut State<T>) {
        let share = T::of(s.z.len() as f64).recip();
        let sigma = s.sigma;
        let norm = |rows: T, coefficients: T| (share * rows + sigma * coefficients).sqrt();
        let apart = |a: &[T], b: &[T]| a.iter().zip(b).map(|(a, b)| (*a - *b).square()).sum::<T>();
        let square = |v: &[T]| vector::norm2_squared(v);
        let primal = norm(apart(&s.eta, &s.z), apart(&s.b, &s.c)) / norm(square(&s.z), square(&s.c));
        let dual = norm(apart(&s.z, &s.last_z), apart(&s.c, &s.last_c)) / norm(square(&s.u), square(&s.v));
        let ratio = (primal / dual).sqrt();
        let far = T::of(self.imbalance).sqrt();
        if !(ratio.is_finite() && ratio > T::ZERO && (ratio > far || ratio < far.recip())) {
            return;
        }
        let factor = ratio.min(T::of(10.0)).max(T::of(0.1));
        s.rho *= factor;
        vector::scale(factor.recip(), &mut s.u);
        vector::scale(factor.recip(), &mut s.v);
    }
}
