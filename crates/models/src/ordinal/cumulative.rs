//! The objective of a cumulative link model: the weighted mean of −ln P(y) in the coefficients and thresholds (b, θ).

use faer::{Mat, MatMut};
use thalweg_core::{
    BLOCK_ROWS, Certificate, Design, Error, Gradient, Halt, Hessian, Objective, Par, Result, Verification,
    Weights, check_shape, check_weights, finite_or_infinity, vector,
};

use super::link::{OrdinalLink, Row};
use crate::multinomial::interrupted;
use crate::observations::Observations;

pub(super) struct Cumulative<'d> {
    design: &'d Design<'d, f64>,
    link: OrdinalLink,
    y: &'d [f64],
    weights: Weights<'d, f64>,
    offset: Option<&'d [f64]>,
    /// Thresholds, K − 1.
    cuts: usize,
    total: f64,
    score: Vec<f64>,
    rows: Vec<Row>,
    column: Vec<f64>,
}

impl<'d> Cumulative<'d> {
    pub(super) fn new(
        design: &'d Design<'d, f64>,
        data: &'d Observations<'d>,
        link: OrdinalLink,
        cuts: usize,
    ) -> Result<Self> {
        let n = data.y.len();
        check_shape("rows of x and length of the target", n, design.rows())?;
        if let Some(offset) = data.offset {
            check_shape("length of the offset", n, offset.len())?;
            if let Some(row) = offset.iter().position(|v| !v.is_finite()) {
                return Err(Error::NonFinite { what: "the offset".to_owned(), row, value: offset[row] });
            }
        }
        let weights = data.row_weights();
        let total = match weights {
            Weights::Each(w) => check_weights(n, w)?,
            _ => n as f64,
        };
        Ok(Self {
            design,
            link,
            y: data.y,
            weights,
            offset: data.offset,
            cuts,
            total,
            score: vec![0.0; n],
            rows: vec![Row::default(); n],
            column: vec![0.0; n],
        })
    }

    pub(super) fn design(&self) -> &'d Design<'d, f64> {
        self.design
    }

    /// The number of coefficients.
    pub(super) fn rank(&self) -> usize {
        self.design.parameters()
    }

    pub(super) fn cuts(&self) -> usize {
        self.cuts
    }

    /// Σw.
    pub(super) fn total(&self) -> f64 {
        self.total
    }

    /// Every row at x; returns the mean of −ln P, +∞ where two thresholds meet.
    fn evaluate(&mut self, x: &[f64]) -> f64 {
        let (b, theta) = x.split_at(self.rank());
        if b.is_empty() {
            self.score.fill(0.0);
        } else {
            self.design.apply(b, &mut self.score, Par::Rayon);
        }
        if let Some(offset) = self.offset {
            vector::axpy(1.0, offset, &mut self.score);
        }
        let Self { link, y, score, rows, .. } = self;
        Par::Rayon.for_each_chunk(rows, BLOCK_ROWS, |chunk, rows| {
            for (i, row) in (chunk * BLOCK_ROWS..).zip(rows) {
                let class = y[i] as usize;
                let lower = class.checked_sub(1).and_then(|at| theta.get(at)).map(|theta| theta - score[i]);
                let upper = theta.get(class).map(|theta| theta - score[i]);
                *row = link.row(lower, upper);
            }
        });
        self.weigh(|_, row| row.value);
        finite_or_infinity(vector::sum(&self.column) / self.total)
    }

    /// Fills the column with w times something of each row. A row of weight 0 is absent, even where its loss is infinite.
    fn weigh(&mut self, of: impl Fn(usize, &Row) -> f64) {
        for (i, (column, row)) in self.column.iter_mut().zip(&self.rows).enumerate() {
            let w = self.weights.get(i);
            *column = if w > 0.0 { w * of(i, row) } else { 0.0 };
        }
    }

    /// The gradient at the point of the last evaluation, of the sum.
    fn gradient(&mut self, g: &mut [f64]) {
        let (by_b, by_theta) = g.split_at_mut(self.design.parameters());
        by_theta.fill(0.0);
        for (i, row) in self.rows.iter().enumerate() {
            let (class, w) = (self.y[i] as usize, self.weights.get(i));
            if w > 0.0 {
                if let Some(g) = by_theta.get_mut(class) {
                    *g -= w * row.upper;
                }
                if let Some(g) = class.checked_sub(1).and_then(|at| by_theta.get_mut(at)) {
                    *g += w * row.lower;
                }
            }
        }
        if !by_b.is_empty() {
            self.weigh(|_, row| row.upper - row.lower);
            self.design.apply_transpose(&self.column, by_b, Par::Rayon);
        }
    }

    /// The Hessian at the point of the last evaluation, of the sum.
    fn hessian(&mut self, mut h: MatMut<'_, f64>) {
        let p = self.rank();
        h.fill(0.0);
        for (i, row) in self.rows.iter().enumerate() {
            let (class, w) = (self.y[i] as usize, self.weights.get(i));
            if w > 0.0 {
                let upper = p + class;
                if class > 0 {
                    h[(upper - 1, upper - 1)] += w * row.bend[0];
                }
                if class < self.cuts {
                    h[(upper, upper)] += w * row.bend[1];
                }
                if class > 0 && class < self.cuts {
                    h[(upper, upper - 1)] -= w * row.lower * row.upper;
                }
            }
        }
        if p > 0 {
            self.weigh(|_, row| row.curvature);
            self.design.weighted_gram(&self.column, h.as_mut().submatrix_mut(0, 0, p, p), Par::Rayon);
            self.mixed(h.as_mut());
        }
        for j in 0..h.ncols() {
            for i in 0..j {
                h[(i, j)] = h[(j, i)];
            }
        }
    }

    /// The rows of the thresholds under the columns of the coefficients: Xᵀ times ∂²/∂s∂θ, which is minus the threshold's own second derivative
    /// and minus the mixed one.
    fn mixed(&mut self, mut h: MatMut<'_, f64>) {
        let (p, y) = (self.rank(), self.y);
        let mut products = vec![0.0; p];
        for cut in 0..self.cuts {
            self.weigh(|i, row| match y[i] as usize {
                class if class == cut => row.lower * row.upper - row.bend[1],
                class if class == cut + 1 => row.lower * row.upper - row.bend[0],
                _ => 0.0,
            });
            self.design.apply_transpose(&self.column, &mut products, Par::Rayon);
            for (j, product) in products.iter().enumerate() {
                h[(p + cut, j)] = *product;
            }
        }
    }

    /// Gradient and Hessian of minus the log-likelihood.
    pub(super) fn score_information(&mut self, x: &[f64]) -> Result<(Vec<f64>, Mat<f64>)> {
        let mut g = vec![0.0; x.len()];
        let mut h = Mat::zeros(x.len(), x.len());
        self.evaluate(x);
        self.gradient(&mut g);
        self.hessian(h.as_mut());
        Ok((g, h))
    }

    /// ℓ and max |∂ℓ| over Σw.
    pub(super) fn at_end(&mut self, x: &[f64]) -> Result<(f64, f64)> {
        let mut g = vec![0.0; x.len()];
        let value = self.value_gradient(x, &mut g).map_err(interrupted)?;
        Ok((-value * self.total, vector::norm_inf(&g)))
    }

    /// True if some row's likelihood is flat towards one of its thresholds.
    pub(super) fn is_saturated(&mut self, x: &[f64]) -> bool {
        self.evaluate(x);
        self.rows.iter().enumerate().any(|(i, row)| {
            let class = self.y[i] as usize;
            let flat = (class > 0 && row.lower < 1e-6) || (class < self.cuts && row.upper < 1e-6);
            self.weights.get(i) > 0.0 && flat
        })
    }
}

impl Objective<f64> for Cumulative<'_> {
    fn dim(&self) -> usize {
        self.rank() + self.cuts
    }

    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        check_shape("number of parameters", self.dim(), x.len())?;
        Ok(self.evaluate(x))
    }

    fn verify(&mut self, x: &[f64]) -> Result<Verification, Halt> {
        let mut g = vec![0.0; x.len()];
        self.value_gradient(x, &mut g)?;
        Ok(Verification { certificate: Certificate::None, gradient_inf: Some(vector::norm_inf(&g)) })
    }
}

impl Gradient<f64> for Cumulative<'_> {
    fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        check_shape("length of the gradient", x.len(), g.len())?;
        let value = self.value(x)?;
        self.gradient(g);
        vector::scale(self.total.recip(), g);
        Ok(value)
    }
}

impl Hessian<f64> for Cumulative<'_> {
    fn value_gradient_hessian(
        &mut self,
        x: &[f64],
        g: &mut [f64],
        mut h: MatMut<'_, f64>,
    ) -> Result<f64, Halt> {
        check_shape("rows of the Hessian", x.len(), h.nrows())?;
        check_shape("columns of the Hessian", x.len(), h.ncols())?;
        let value = self.value_gradient(x, g)?;
        self.hessian(h.as_mut());
        for j in 0..h.ncols() {
            for i in 0..h.nrows() {
                h[(i, j)] /= self.total;
            }
        }
        Ok(value)
    }
}
