//! [`SetObjective`]: a set loss (Cox, ranking) of a linear model plus a quadratic penalty.
//!
//! The rows of a set loss hang together, so no pass can fuse predictor, loss and gradient: X b for all rows, the loss of the whole set, then
//! Xᵀ of its slopes.

use faer::MatMut;

use crate::datafit::Datafit;
use crate::design::{BLOCK_ROWS, Design, vector_chunks};
use crate::error::{Error, Result, check_shape};
use crate::loss::{Block, Want, finite_or_infinity};
use crate::minimizer::Halt;
use crate::objective::{Gradient, Hessian, HessianVector, Objective};
use crate::par::Par;
use crate::penalty::{Penalty, check_lambda};
use crate::real::Real;
use crate::reduce::{Chunks, reduce};
use crate::vector;

/// (1/Σw)·Σwℓ(offset + X b) + ½ Σ dⱼ bⱼ² for a loss of one predictor a row, evaluated on all rows at once.
///
/// Separable losses are served too, but [`Smooth`](crate::Smooth) does the same in one pass over X. Hessian-vector products are
/// Xᵀ(H(Xv)) with [`Datafit::hessian_action`], and the whole Hessian is q of them. Design products are parallel; the loss itself runs on one thread. Nothing is certified: a
/// bound on the rounding of a set loss is not known in general.
///
/// ```
/// use thalweg_core::{Datafit, Design, Gradient, SetObjective};
/// # use core::ops::Range;
/// # use thalweg_core::{Block, Error, Properties, Target, Want, Weights};
/// # /// ½(Σ η)²
/// # struct SquaredTotal;
/// # impl Datafit<f64> for SquaredTotal {
/// #     fn rows(&self) -> usize { 2 }
/// #     fn total_weight(&self) -> f64 { 2.0 }
/// #     fn weight_of(&self, rows: Range<usize>) -> f64 { rows.len() as f64 }
/// #     fn separable(&self) -> bool { false }
/// #     fn targets(&self) -> &[f64] { &[] }
/// #     fn weights(&self) -> Weights<'_, f64> { Weights::Unit }
/// #     fn evaluate(&self, _: Range<usize>, eta: &[f64], want: Want, out: &mut Block<'_, f64>) {
/// #         let total: f64 = eta.iter().sum();
/// #         out.value = 0.5 * total * total;
/// #         if want >= Want::Gradient { out.gradient.fill(total); }
/// #     }
/// #     fn evaluate_with(&self, _: &[f64], _: Weights<'_, f64>, _: &[f64], _: Want, _: &mut Block<'_, f64>) {}
/// #     fn properties(&self) -> Properties<f64> { Properties::convex(Target::Real) }
/// # }
/// let x = faer::mat![[1.0], [2.0]];
/// let design = Design::new(x.as_ref())?;
/// let mut objective = SetObjective::new(&design, &SquaredTotal)?; // ½(Σ η)² over two rows
/// let mut g = [0.0];
/// assert_eq!(objective.value_gradient(&[2.0], &mut g)?, 0.5 * 36.0 / 2.0);
/// assert_eq!(g, [6.0 * 3.0 / 2.0]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
pub struct SetObjective<'a, T: Real> {
    design: &'a Design<'a, T>,
    datafit: &'a dyn Datafit<T>,
    quadratic: Vec<T>,
    par: Par,
    chunks: Chunks,
    /// Xᵀu of each chunk of rows.
    partials: Vec<Vec<T>>,
    /// The parameters of the columns as stored.
    raw: Vec<T>,
    /// Predictors, and wℓ′ there; in a Hessian-vector product Xv and H(Xv).
    eta: Vec<T>,
    slopes: Vec<T>,
    /// Predictors of the last linearize; empty before the first.
    point: Vec<T>,
    /// A unit vector and a column of the Hessian.
    unit: [Vec<T>; 2],
}

impl<'a, T: Real> SetObjective<'a, T> {
    /// The cost alone.
    ///
    /// # Errors
    /// Design and datafit differ in rows; a loss of several predictors a row.
    pub fn new(design: &'a Design<'a, T>, datafit: &'a dyn Datafit<T>) -> Result<Self> {
        let n = design.rows();
        check_shape("rows of the design and length of the target", datafit.rows(), n)?;
        if datafit.outputs() != 1 {
            return Err(Error::Unsupported {
                what: "a set loss of several predictors a row".to_owned(),
                why: "its products with the design are not laid out".to_owned(),
                remedy: "drive its Datafit with Design::apply and Design::apply_transpose".to_owned(),
            });
        }
        let q = design.parameters();
        let chunks = vector_chunks::<T>(n, q);
        Ok(Self {
            design,
            datafit,
            quadratic: vec![T::ZERO; q],
            par: Par::default(),
            partials: (0..chunks.count).map(|_| vec![T::ZERO; q]).collect(),
            chunks,
            raw: vec![T::ZERO; q],
            eta: vec![T::ZERO; n],
            slopes: vec![T::ZERO; n],
            point: Vec::new(),
            unit: [vec![T::ZERO; q], vec![T::ZERO; q]],
        })
    }

    /// Adds a penalty that is quadratic; an intercept stays unpenalised.
    ///
    /// # Errors
    /// λ negative or not finite; a penalty that is more than its quadratic part.
    pub fn with_penalty(mut self, penalty: &dyn Penalty<T>, lambda: T) -> Result<Self> {
        check_lambda(lambda)?;
        let (true, Some(diagonal)) = (penalty.is_quadratic(), penalty.quadratic_part(lambda)) else {
            return Err(Error::Unsupported {
                what: "this penalty in a smooth objective".to_owned(),
                why: "it has a part that is not quadratic".to_owned(),
                remedy: "use a quadratic penalty".to_owned(),
            });
        };
        let first = usize::from(self.design.has_intercept());
        diagonal.spread(self.design.parameters(), first, &mut self.quadratic);
        Ok(self)
    }

    /// Chooses the parallelism (default: the current pool) of the products with the design. The results do not depend on it.
    #[must_use]
    pub fn with_par(mut self, par: Par) -> Self {
        self.par = par;
        self
    }

    fn check_dim(&self, x: &[T]) -> Result<()> {
        check_shape("number of parameters", self.quadratic.len(), x.len())
    }

    /// eta ← X x, without the offset.
    fn apply(&mut self, x: &[T]) {
        let Self { design, par, raw, eta, .. } = self;
        raw.copy_from_slice(x);
        design.to_original(raw);
        par.for_each_chunk(eta, BLOCK_ROWS, |block, eta| {
            eta.fill(T::ZERO);
            let start = block * BLOCK_ROWS;
            design.add_apply_rows(start..start + eta.len(), raw, eta);
        });
    }

    /// out ← Xᵀ slopes/Σw + d∘x.
    fn apply_transpose(&mut self, x: &[T], out: &mut [T]) {
        let Self { design, par, chunks, partials, slopes, .. } = self;
        let fill = |chunk: usize, g: &mut Vec<T>| {
            g.fill(T::ZERO);
            let rows = chunks.rows_of(chunk);
            for start in rows.clone().step_by(BLOCK_ROWS) {
                let block = start..rows.end.min(start + BLOCK_ROWS);
                design.add_transpose_rows(block.clone(), &slopes[block], g);
            }
        };
        reduce(*par, partials, &fill, &|a, b| vector::axpy(T::ONE, b, a));
        out.copy_from_slice(&partials[0]);
        design.pull_back(out);
        let inverse = self.datafit.total_weight().recip();
        for ((out, d), x) in out.iter_mut().zip(&self.quadratic).zip(x) {
            *out = *out * inverse + *d * *x;
        }
    }

    /// F(x), with wℓ′ left in the slopes if wanted.
    fn pass(&mut self, x: &[T], want: Want) -> Result<T> {
        self.check_dim(x)?;
        self.predict(x);
        let gradient: &mut [T] = if want >= Want::Gradient { &mut self.slopes } else { &mut [] };
        let mut out = Block { value: T::ZERO, gradient, curvature: &mut [] };
        self.datafit.evaluate(0..self.datafit.rows(), &self.eta, want, &mut out);
        let cost = out.value / self.datafit.total_weight();
        let half = T::of(0.5);
        let penalty: T = self.quadratic.iter().zip(x).map(|(d, b)| half * *d * *b * *b).sum();
        Ok(finite_or_infinity(cost + penalty))
    }

    /// eta ← offset + X x.
    fn predict(&mut self, x: &[T]) {
        self.apply(x);
        if let Some(offset) = self.datafit.offset() {
            vector::axpy(T::ONE, offset, &mut self.eta);
        }
    }
}

impl<T: Real> Objective<T> for SetObjective<'_, T> {
    fn dim(&self) -> usize {
        self.quadratic.len()
    }

    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        Ok(self.pass(x, Want::Value)?)
    }
}

impl<T: Real> Gradient<T> for SetObjective<'_, T> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        check_shape("length of the gradient", x.len(), g.len())?;
        let value = self.pass(x, Want::Gradient)?;
        self.apply_transpose(x, g);
        Ok(value)
    }
}

impl<T: Real> HessianVector<T> for SetObjective<'_, T> {
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt> {
        self.check_dim(x)?;
        self.predict(x);
        self.point.resize(self.eta.len(), T::ZERO);
        self.point.copy_from_slice(&self.eta);
        Ok(())
    }

    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt> {
        self.check_dim(v)?;
        check_shape("length of the result", v.len(), out.len())?;
        if self.point.is_empty() {
            let remedy = "call linearize first".to_owned();
            return Err(
                Error::Empty { what: "the point of the Hessian-vector product".to_owned(), remedy }.into()
            );
        }
        self.apply(v);
        if !self.datafit.hessian_action(&self.point, &self.eta, &mut self.slopes) {
            return Err(Error::Unsupported {
                what: "a Hessian-vector product of this loss".to_owned(),
                why: "its Datafit has no hessian_action".to_owned(),
                remedy: "use a method of first order, such as lbfgs".to_owned(),
            }
            .into());
        }
        self.apply_transpose(v, out);
        Ok(())
    }
}

impl<T: Real> Hessian<T> for SetObjective<'_, T> {
    /// By one Hessian-vector product for each parameter.
    fn value_gradient_hessian(&mut self, x: &[T], g: &mut [T], mut h: MatMut<'_, T>) -> Result<T, Halt> {
        check_shape("rows of the Hessian", x.len(), h.nrows())?;
        check_shape("columns of the Hessian", x.len(), h.ncols())?;
        self.linearize(x)?;
        let [mut unit, mut column] = core::mem::take(&mut self.unit);
        unit.fill(T::ZERO);
        for j in 0..x.len() {
            unit[j] = T::ONE;
            if let Err(halt) = self.hessian_vector(&unit, &mut column) {
                self.unit = [unit, column];
                return Err(halt);
            }
            unit[j] = T::ZERO;
            for (i, entry) in column.iter().enumerate() {
                h[(i, j)] = *entry;
            }
        }
        self.unit = [unit, column];
        for j in 0..x.len() {
            for i in 0..j {
                // Equal up to rounding; the factorisations expect it to the bit.
                h[(i, j)] = h[(j, i)];
            }
        }
        self.value_gradient(x, g)
    }

    fn products(&mut self) -> Option<&mut dyn HessianVector<T>> {
        Some(self)
    }
}
