//! Gauss–Newton with a line search: x ← x − tJ⁺r. Quadratic near a solution with small residuals; where J loses rank, the columns that count take the step.
//!
//! Source: Gauss (1809); Nocedal and Wright, *Numerical Optimization*, 2nd ed., section 10.3.

use thalweg_core::{
    Archive, Checkpoint, Halt, Iterate, Minimizer, PivotedQr, Real, Residuals, Result, StepInfo, half_square,
    pull_back, vector, visit_real, visit_slice,
};

use super::triangle::Triangle;
use super::{LeastSquaresEntry, MakeLeastSquares};

/// Options of Gauss–Newton.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct GaussNewton {
    /// The share of the decrease promised by the slope that a step must keep. Default 1e-4.
    pub share: f64,
    /// Step halvings before giving up. Default 60.
    pub halvings: u32,
}

impl Default for GaussNewton {
    fn default() -> Self {
        Self { share: 1e-4, halvings: 60 }
    }
}

pub(crate) const ENTRY: LeastSquaresEntry = LeastSquaresEntry {
    name: "gauss-newton",
    summary: "undamped steps on the linearised residuals with backtracking; fast near solutions with small residuals",
    parameters: &[],
    example: "gauss-newton",
    make: MakeLeastSquares {
        f64: |driver, objective, x0| driver.minimize(&GaussNewton::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&GaussNewton::default(), objective, x0),
    },
};

/// Point and linearised residuals.
pub struct State<T: Real> {
    x: Vec<T>,
    value: T,
    gradient: Vec<T>,
    triangle: Triangle<T>,
    qr: PivotedQr<T>,
    trial: Vec<T>,
    residuals: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "x", &mut self.x)?;
        visit_real(archive, "value", &mut self.value)?;
        visit_slice(archive, "gradient", &mut self.gradient)?;
        self.triangle.visit(archive)
    }
}

impl<T: Real> State<T> {
    /// Moves to the trial point.
    fn arrive(&mut self, objective: &mut (impl Residuals<T> + ?Sized)) -> Result<(), Halt> {
        objective.residuals_jacobian(&self.trial, &mut self.residuals, self.qr.matrix())?;
        let value = half_square(&self.residuals);
        pull_back(self.qr.matrix().as_ref(), &self.residuals, &mut self.gradient);
        let finite = value.is_finite() && vector::all_finite(&self.gradient);
        if !finite || !self.triangle.factorise(&mut self.qr, &self.residuals) {
            return Err(Halt::NonFinite("the residuals or their Jacobian"));
        }
        self.value = value;
        self.x.copy_from_slice(&self.trial);
        Ok(())
    }
}

impl<T: Real, O: Residuals<T> + ?Sized> Minimizer<T, O> for GaussNewton {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let (m, n) = objective.shape();
        let mut s = State {
            x: x0.to_vec(),
            value: T::INFINITY,
            gradient: vec![T::ZERO; n],
            triangle: Triangle::new(n),
            qr: PivotedQr::new(m, n),
            trial: x0.to_vec(),
            residuals: vec![T::ZERO; m],
        };
        s.arrive(objective)?;
        Ok(s)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        s.triangle.gauss_newton();
        let slope = -vector::dot(&s.gradient, s.triangle.step());
        if slope.is_nan() || slope >= T::ZERO {
            return Err(Halt::Stalled("no direction goes downhill"));
        }
        let mut t = T::ONE;
        for _ in 0..=self.halvings {
            vector::step(&s.x, -t, s.triangle.step(), &mut s.trial);
            objective.residuals(&s.trial, &mut s.residuals)?;
            if half_square(&s.residuals) <= s.value + T::of(self.share) * t * slope && s.trial != s.x {
                let (before, step_inf) = (s.value, t * vector::norm_inf(s.triangle.step()));
                s.arrive(objective)?;
                return Ok(StepInfo {
                    value: s.value,
                    decrease: before - s.value,
                    gradient_inf: vector::norm_inf(&s.gradient),
                    step_inf,
                    predicted_decrease: Some(s.triangle.promise()),
                });
            }
            t *= T::of(0.5);
        }
        Err(Halt::Stalled("no step along the direction lowers the sum of squares"))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.x, value: s.value, gradient: Some(&s.gradient) }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}
