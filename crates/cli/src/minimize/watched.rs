//! [`Watched`]: a problem that remembers where a minimiser has been.

use std::time::Instant;

use faer::MatMut;
use thalweg::core::{FiniteSum, Gradient, Halt, Hessian, HessianVector, Objective, Residuals, vector};
use thalweg::problems::Problem;
use thalweg::{Error, Result};

/// One evaluation that was better than all before it.
pub struct Visit {
    /// Evaluations of any kind up to this one.
    pub evaluations: u64,
    /// Seconds since the start.
    pub seconds: f64,
    /// F.
    pub value: f64,
    /// x.
    pub x: Vec<f64>,
}

/// The problem, for every kind of method.
pub struct Watched {
    problem: Box<dyn Problem<f64>>,
    started: Instant,
    evaluations: u64,
    trail: Vec<Visit>,
    /// Of the residuals, (0, n) where there are none.
    shape: (usize, usize),
}

impl Watched {
    pub fn new(mut problem: Box<dyn Problem<f64>>) -> Self {
        let none = (0, problem.dim());
        let shape = problem.residual_form().map_or(none, |residuals| residuals.shape());
        Self { problem, started: Instant::now(), evaluations: 0, trail: Vec::new(), shape }
    }

    pub fn trail(self) -> Vec<Visit> {
        self.trail
    }

    /// Refuses a least-squares method where there are no residuals.
    pub fn check_residuals(&mut self, method: &str) -> Result<()> {
        if self.problem.residual_form().is_some() {
            return Ok(());
        }
        Err(Error::Unsupported {
            what: format!("{method} on this problem"),
            why: "it is not written as a sum of squares".to_owned(),
            remedy: "use newton or lbfgs".to_owned(),
        })
    }

    fn visit(&mut self, x: &[f64], value: f64) -> f64 {
        self.evaluations += 1;
        if value.is_finite() && self.trail.last().is_none_or(|last| value < last.value) {
            let seconds = self.started.elapsed().as_secs_f64();
            self.trail.push(Visit { evaluations: self.evaluations, seconds, value, x: x.to_vec() });
        }
        value
    }

    fn residuals_of(&mut self) -> Result<&mut dyn Residuals<f64>, Halt> {
        // `check_residuals` has been passed.
        self.problem.residual_form().ok_or(Halt::Stalled("the problem has no residuals"))
    }
}

impl Objective<f64> for Watched {
    fn dim(&self) -> usize {
        self.problem.dim()
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        let value = self.problem.value(x)?;
        Ok(self.visit(x, value))
    }
}

impl Gradient<f64> for Watched {
    fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        let value = self.problem.value_gradient(x, g)?;
        Ok(self.visit(x, value))
    }
}

impl HessianVector<f64> for Watched {
    fn linearize(&mut self, x: &[f64]) -> Result<(), Halt> {
        self.evaluations += 1;
        self.problem.linearize(x)
    }
    fn hessian_vector(&mut self, v: &[f64], out: &mut [f64]) -> Result<(), Halt> {
        self.evaluations += 1;
        self.problem.hessian_vector(v, out)
    }
    fn hessian_diagonal(&mut self, out: &mut [f64]) -> Result<bool, Halt> {
        self.problem.hessian_diagonal(out)
    }
}

impl Hessian<f64> for Watched {
    fn value_gradient_hessian(&mut self, x: &[f64], g: &mut [f64], h: MatMut<'_, f64>) -> Result<f64, Halt> {
        let value = self.problem.value_gradient_hessian(x, g, h)?;
        Ok(self.visit(x, value))
    }
    fn products(&mut self) -> Option<&mut dyn HessianVector<f64>> {
        Some(self)
    }
}

/// One term: an update rule sees the whole gradient at each step.
impl FiniteSum<f64> for Watched {
    fn terms(&self) -> usize {
        1
    }
    fn batch_gradient(&mut self, _: &[u32], x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        self.value_gradient(x, g)
    }
    fn assess(&mut self, x: &[f64]) -> Result<(f64, f64), Halt> {
        let mut g = vec![0.0; x.len()];
        let value = self.problem.value_gradient(x, &mut g)?;
        Ok((self.visit(x, value), vector::norm_inf(&g)))
    }
}

impl Residuals<f64> for Watched {
    fn shape(&self) -> (usize, usize) {
        self.shape
    }
    fn residuals(&mut self, x: &[f64], r: &mut [f64]) -> Result<(), Halt> {
        self.residuals_of()?.residuals(x, r)?;
        self.visit(x, vector::norm2_squared(r));
        Ok(())
    }
    fn residuals_jacobian(&mut self, x: &[f64], r: &mut [f64], j: MatMut<'_, f64>) -> Result<(), Halt> {
        self.residuals_of()?.residuals_jacobian(x, r, j)?;
        self.visit(x, vector::norm2_squared(r));
        Ok(())
    }
}
