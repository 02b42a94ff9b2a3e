//! [`Held`]: an objective with some of its parameters held.

use faer::{Mat, MatMut};
use thalweg_core::{Gradient, Halt, Hessian, Objective};

/// F as a function of its free parameters.
pub(super) struct Held<'h, O> {
    objective: &'h mut O,
    x: Vec<f64>,
    free: Vec<usize>,
    gradient: Vec<f64>,
    hessian: Mat<f64>,
}

impl<'h, O: Hessian<f64>> Held<'h, O> {
    /// With all parameters at x but the free ones.
    pub(super) fn new(objective: &'h mut O, x: &[f64], free: &[usize]) -> Self {
        Self {
            objective,
            x: x.to_vec(),
            free: free.to_vec(),
            gradient: vec![0.0; x.len()],
            hessian: Mat::zeros(x.len(), x.len()),
        }
    }

    fn place(&mut self, x: &[f64]) {
        for (at, value) in self.free.iter().zip(x) {
            self.x[*at] = *value;
        }
    }

    fn gather(&self, g: &mut [f64]) {
        for (g, at) in g.iter_mut().zip(&self.free) {
            *g = self.gradient[*at];
        }
    }
}

impl<O: Hessian<f64>> Objective<f64> for Held<'_, O> {
    fn dim(&self) -> usize {
        self.free.len()
    }

    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        self.place(x);
        self.objective.value(&self.x)
    }
}

impl<O: Hessian<f64>> Gradient<f64> for Held<'_, O> {
    fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        self.place(x);
        let value = self.objective.value_gradient(&self.x, &mut self.gradient)?;
        self.gather(g);
        Ok(value)
    }
}

impl<O: Hessian<f64>> Hessian<f64> for Held<'_, O> {
    fn value_gradient_hessian(
        &mut self,
        x: &[f64],
        g: &mut [f64],
        mut h: MatMut<'_, f64>,
    ) -> Result<f64, Halt> {
        self.place(x);
        let value =
            self.objective.value_gradient_hessian(&self.x, &mut self.gradient, self.hessian.as_mut())?;
        self.gather(g);
        for (j, column) in self.free.iter().enumerate() {
            for (i, row) in self.free.iter().enumerate() {
                h[(i, j)] = self.hessian[(*row, *column)];
            }
        }
        Ok(value)
    }
}
