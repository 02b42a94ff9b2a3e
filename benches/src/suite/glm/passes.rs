//! [`Passes`]: counts how often the Gram matrix of all rows is computed, a subsample as its share.

use faer::MatMut;
use thalweg_core::{Gradient, Halt, Hessian, Objective, Rows, Smooth, Subsample};

/// An objective that counts.
pub(super) struct Passes<'s, 'a> {
    smooth: &'s mut Smooth<'a, f64>,
    rows: f64,
    /// Passes with a Gram matrix, in units of all rows.
    pub(super) gram: f64,
}

impl<'s, 'a> Passes<'s, 'a> {
    pub(super) fn new(smooth: &'s mut Smooth<'a, f64>) -> Self {
        let rows = smooth.design().rows() as f64;
        Self { smooth, rows, gram: 0.0 }
    }
}

impl Objective<f64> for Passes<'_, '_> {
    fn dim(&self) -> usize {
        self.smooth.dim()
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        self.smooth.value(x)
    }
}

impl Gradient<f64> for Passes<'_, '_> {
    fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        self.smooth.value_gradient(x, g)
    }
}

impl Hessian<f64> for Passes<'_, '_> {
    fn value_gradient_hessian(&mut self, x: &[f64], g: &mut [f64], h: MatMut<'_, f64>) -> Result<f64, Halt> {
        self.gram += self.smooth.active_rows() as f64 / self.rows;
        self.smooth.value_gradient_hessian(x, g, h)
    }
    fn hessian_root(&mut self, x: &[f64], r: MatMut<'_, f64>) -> Result<bool, Halt> {
        self.smooth.hessian_root(x, r)
    }
}

impl Subsample<f64> for Passes<'_, '_> {
    fn restrict(&mut self, rows: Rows) {
        self.smooth.restrict(rows);
    }
    fn active_rows(&self) -> usize {
        self.smooth.active_rows()
    }
}
