//! [`RefinedLeastSquares`]: min Σ wᵢ(yᵢ − oᵢ − xᵢᵀb)² to the last digit that the data determine.
//!
//! Plain arithmetic loses log₁₀ κ digits of the coefficients, κ the condition of √W X with its columns scaled to one norm. Here the
//! corrected semi-normal equations
//!
//! r = y − o − X b and g = Xᵀ W r in double-double (106 bits), RᵀR δ = g, b ← b + δ, b in double-double too,
//!
//! win them back. R comes from a tree of Householder QRs, so it is exact for some X + E with ‖E‖ ≤ cε‖X‖, and the error ‖R(b − b*)‖ shrinks by a
//! factor of about 2εκ a step (R from the Gram matrix would give εκ²): one step suffices for κ = 1e4, three for 1e10, some twenty at 1e15, where it ends.
//! What is left is κ·2⁻¹⁰⁴ of double-double. The iteration ends when a correction no longer changes b; one that shrinks by less than half
//! is taken for the end of what the data allow, and reported.
//!
//! The columns may come as X + X′ with a low part X′: powers of a predictor, rounded to f64 each, are not the powers of anything, and at
//! κ = 1e10 that alone costs 8 digits.
//!
//! **When to use it**: for the Gaussian family with identity link and no penalty, after the fit, from its coefficients. Where the
//! reciprocal condition of Newton's equations is above 1e-4, say, nothing is gained. **Cost**: 2nq² operations for R; an iteration is one
//! pass over the rows of about 50nq operations, which takes one to three times as long as a gradient, for that waits for memory; 2 to 4
//! iterations are usual, the last of them to see that nothing changes, and one pass for the residuals. The diagonal of the inverse takes
//! as many for *each* parameter.
//!
//! Source: Björck, *Numerical Methods for Least Squares Problems* (1996), sections 2.9 and 6.6 (semi-normal equations with correction);
//! Dekker (1971) for double-double.

mod normal;

use faer::{Mat, MatRef};

use crate::datafit::check_weights;
use crate::design::{Design, row_chunks};
use crate::error::{Error, Result, check_shape};
use crate::loss::Weights;
use crate::math::Pair;
use crate::par::Par;
use crate::vector;

use normal::{Column, Rows, Sums, ZERO};

/// A linear least-squares problem with its orthogonal root. All memory is taken by [`RefinedLeastSquares::new`].
///
/// ```
/// use thalweg_core::{Design, RefinedLeastSquares};
/// // Normal equations 4b₀ + 6b₁ = 10½ and 6b₀ + 14b₁ = 20½; residuals ±0.05 and ±0.15.
/// let design = Design::from_mat(faer::mat![[0.0], [1.0], [2.0], [3.0]])?.with_intercept();
/// let y = [1.25, 2.0, 3.25, 4.0];
/// let mut problem = RefinedLeastSquares::new(&design, None, &y, None, None)?;
/// let fit = problem.solve(&[0.0, 0.0])?;
/// assert_eq!(fit.b, [1.2, 0.95]);
/// assert!(fit.converged && (fit.rss - 0.05).abs() < 1e-17);
/// let inverse = problem.inverse_diagonal();
/// assert_eq!(inverse.values, [0.7, 0.2]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct RefinedLeastSquares<'a> {
    rows: Rows<'a>,
    /// Upper triangular, RᵀR = XᵀWX.
    r: Mat<f64>,
    /// Norms of the columns of R.
    norms: Vec<f64>,
    par: Par,
    sums: Vec<Sums>,
    b: Vec<Pair<f64>>,
    correction: Vec<f64>,
    image: Vec<f64>,
}

/// Least-squares coefficients and how they came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Refined {
    /// The coefficients, intercept first, rounded from double-double.
    pub b: Vec<f64>,
    /// Σ w (y − o − X b)², from double-double residuals.
    pub rss: f64,
    /// The largest relative change of a coefficient by the last correction.
    pub correction_norm: f64,
    /// ‖Rδ‖ of the last correction by that of the one before it: the measured rate, about 2εκ. 0 after a single correction.
    pub rate: f64,
    /// Corrections.
    pub iterations: usize,
    /// True if the last correction was below half an ulp of every coefficient.
    pub converged: bool,
}

/// The diagonal of (XᵀWX)⁻¹.
#[derive(Clone, Debug, PartialEq)]
pub struct InverseDiagonal {
    /// One entry a parameter; standard errors are √(φ · entry).
    pub values: Vec<f64>,
    /// The most corrections any column of the inverse took.
    pub iterations: usize,
    /// True if all columns converged.
    pub converged: bool,
}

/// Corrections at most: as many as halving would take to reach the last bit.
const LIMIT: usize = 60;

impl<'a> RefinedLeastSquares<'a> {
    /// For a dense design (n×p, with or without intercept), the low parts of its predictors (n×p), targets, weights (none: 1 each) and
    /// offset (none: 0), of length n each.
    ///
    /// # Errors
    /// Sparse, categorical or standardised columns; wrong lengths; values that are not finite; negative weights; a column that is to
    /// rounding a combination of those before it, over the rows of positive weight.
    pub fn new(
        design: &'a Design<'_, f64>,
        low: Option<MatRef<'a, f64>>,
        y: &'a [f64],
        weights: Option<&'a [f64]>,
        offset: Option<&'a [f64]>,
    ) -> Result<Self> {
        let (n, p, q) = (design.rows(), design.predictors(), design.parameters());
        check_shape("length of the target", n, y.len())?;
        check_finite("the target", y)?;
        if let Some(offset) = offset {
            check_shape("length of the offset", n, offset.len())?;
            check_finite("the offset", offset)?;
        }
        if let Some(weights) = weights {
            check_weights(n, weights)?;
        }
        if let Some(low) = low {
            check_shape("rows of the low parts", n, low.nrows())?;
            check_shape("columns of the low parts", p, low.ncols())?;
        }
        let mut columns = vec![Column::Ones; q - p];
        for j in 0..p {
            let Some(x) = design.predictor(j).filter(|_| !design.is_standardized()) else {
                return Err(unsupported(&format!("predictor {j} is not dense, or it is standardised")));
            };
            columns.push(match low.map(|low| low.get(.., j).try_as_col_major()) {
                None => Column::Plain(x),
                Some(None) => return Err(unsupported("the low parts are not column-major")),
                Some(Some(low)) => {
                    check_finite(&format!("the low part of predictor {j}"), low.as_slice())?;
                    Column::Split(x, low.as_slice())
                }
            });
        }
        let par = Par::Rayon;
        let r = design.triangular_root(weights.map_or(Weights::Unit, Weights::Each), par);
        let norms: Vec<f64> =
            (0..q).map(|j| vector::norm2(&(0..=j).map(|i| r[(i, j)]).collect::<Vec<f64>>())).collect();
        if let Some(j) = (0..q).find(|j| r[(*j, *j)].abs() <= 8.0 * q as f64 * f64::EPSILON * norms[*j]) {
            return Err(Error::Unsupported {
                what: format!("least squares on {n} rows and {q} parameters"),
                why: format!("the column of parameter {j} is to rounding a combination of those before it"),
                remedy: "drop it, or give more rows".to_owned(),
            });
        }
        let chunks = row_chunks::<f64>(n, q);
        Ok(Self {
            rows: Rows { columns, y, offset, weights, chunks },
            r,
            norms,
            par,
            sums: (0..chunks.count).map(|_| Sums::new(q)).collect(),
            b: vec![ZERO; q],
            correction: vec![0.0; q],
            image: vec![0.0; q],
        })
    }

    /// The same on the calling thread or the current pool (the default), with the same bits.
    #[must_use]
    pub fn with_par(mut self, par: Par) -> Self {
        self.par = par;
        self
    }

    /// The least-squares coefficients, from a start of one number a parameter: zeros, or the coefficients of a fit, which save a step.
    ///
    /// # Errors
    /// A start of the wrong length, or one that is not finite.
    pub fn solve(&mut self, start: &[f64]) -> Result<Refined> {
        check_shape("length of the start", self.b.len(), start.len())?;
        check_finite("the start", start)?;
        for (b, start) in self.b.iter_mut().zip(start) {
            *b = Pair::new(*start, 0.0);
        }
        let trace = self.refine(None);
        // The residuals seen last are those before the last correction.
        self.rows.gradient(true, &self.b, self.par, &mut self.sums);
        Ok(Refined {
            b: self.b.iter().map(|b| b.value()).collect(),
            rss: self.sums[0].rss,
            correction_norm: trace.change,
            rate: trace.rate,
            iterations: trace.iterations,
            converged: trace.converged,
        })
    }

    /// The diagonal of (XᵀWX)⁻¹, column by column: v ← v + (RᵀR)⁻¹(eₖ − XᵀWXv), with the residual in double-double.
    pub fn inverse_diagonal(&mut self) -> InverseDiagonal {
        let mut all = InverseDiagonal { values: vec![0.0; self.b.len()], iterations: 0, converged: true };
        for k in 0..self.b.len() {
            self.b.fill(ZERO);
            let trace = self.refine(Some(k));
            all.values[k] = self.b[k].value();
            all.iterations = all.iterations.max(trace.iterations);
            all.converged &= trace.converged;
        }
        all
    }

    /// Corrects b until it no longer changes: towards the least-squares solution or, given k, towards (XᵀWX)⁻¹eₖ.
    fn refine(&mut self, unit: Option<usize>) -> Trace {
        let mut trace = Trace { change: f64::INFINITY, rate: 0.0, iterations: 0, converged: false };
        let mut last = f64::INFINITY;
        while trace.iterations < LIMIT {
            self.rows.gradient(unit.is_none(), &self.b, self.par, &mut self.sums);
            let gradient = &self.sums[0].gradient;
            for (k, (delta, g)) in self.correction.iter_mut().zip(gradient).enumerate() {
                let g = if unit == Some(k) { g.plus(Pair::new(1.0, 0.0)) } else { *g };
                *delta = g.value();
            }
            // R⁻ᵀg = Rδ.
            solve_transposed(&self.r, &mut self.correction);
            let size = vector::norm2(&self.correction);
            // The start may be anything, so only from the second correction on is there a rate.
            let rate = if trace.iterations > 0 && last > 0.0 { size / last } else { 0.0 };
            if trace.iterations > 0 && (rate >= 1.0 || !size.is_finite()) {
                trace.rate = rate;
                return trace;
            }
            solve_upper(&self.r, &mut self.correction);
            for (b, delta) in self.b.iter_mut().zip(&self.correction) {
                *b = b.plus(Pair::new(*delta, 0.0));
            }
            trace.iterations += 1;
            trace.rate = rate;
            trace.change = self.change();
            trace.converged = trace.change <= 0.5 * f64::EPSILON;
            if trace.converged || rate > 0.5 {
                return trace;
            }
            last = size;
        }
        trace
    }

    /// max |δⱼ|/|bⱼ|, where a coefficient whose whole part in the fit is below ε² of the fit counts as that large.
    fn change(&mut self) -> f64 {
        self.image.fill(0.0);
        for (j, b) in self.b.iter().enumerate() {
            for i in 0..=j {
                self.image[i] += self.r[(i, j)] * b.value();
            }
        }
        let least = f64::EPSILON * f64::EPSILON * vector::norm2(&self.image);
        let relative = |j: usize| {
            let delta = self.correction[j].abs();
            if delta == 0.0 { 0.0 } else { delta / self.b[j].value().abs().max(least / self.norms[j]) }
        };
        (0..self.b.len()).map(relative).fold(0.0, f64::max)
    }
}

/// How an iteration went.
struct Trace {
    change: f64,
    rate: f64,
    iterations: usize,
    converged: bool,
}

/// x ← R⁻ᵀ x.
fn solve_transposed(r: &Mat<f64>, x: &mut [f64]) {
    for j in 0..x.len() {
        let above: f64 = (0..j).map(|i| r[(i, j)] * x[i]).sum();
        x[j] = (x[j] - above) / r[(j, j)];
    }
}

/// x ← R⁻¹ x.
fn solve_upper(r: &Mat<f64>, x: &mut [f64]) {
    for j in (0..x.len()).rev() {
        x[j] /= r[(j, j)];
        for i in 0..j {
            x[i] -= r[(i, j)] * x[j];
        }
    }
}

fn check_finite(what: &str, values: &[f64]) -> Result<()> {
    match values.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NonFinite { what: what.to_owned(), row, value: values[row] }),
    }
}

fn unsupported(why: &str) -> Error {
    Error::Unsupported {
        what: "refined least squares".to_owned(),
        why: why.to_owned(),
        remedy: "give dense columns as stored, or fit by Newton's method alone".to_owned(),
    }
}
