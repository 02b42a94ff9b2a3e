//! [`Penalised`]: the objective of a penalised linear model, (1/W) Σ w ℓ(y, offset + Xb) + P(b; λ), for any penalty.

use crate::certificate::{Certificate, Verification};
use crate::certify::Afresh;
use crate::composite::{Composite, LinearComposite, RowComposite};
use crate::datafit::Datafit;
use crate::design::{BLOCK_ROWS, Design};
use crate::error::{Error, Result, check_shape};
use crate::formula::Properties;
use crate::gap::{Primal, predictor_bound};
use crate::loss::Want;
use crate::minimizer::Halt;
use crate::objective::{Gradient, Objective};
use crate::par::Par;
use crate::penalty::{Blocks, Penalty, Step, check_lambda, largest_violation};
use crate::real::Real;
use crate::reduce::Chunks;
use crate::smooth::Smooth;
use crate::vector;

mod border;
mod column_products;
mod expanded;
pub(crate) mod grams;
mod kinks;
mod metric;
mod several;
pub(crate) mod sweep;

pub use column_products::ColumnProducts;
pub use expanded::{Expanded, scaled_gap, squared_gap};
pub use several::Verified;

use grams::Grams;
use sweep::Sweep;

/// Columns that one task of a transposed product takes.
pub(crate) const COLUMNS: usize = 16;
/// The most columns of a Gram matrix: 32 MB in f64, and as much for each of at most 7 chunks of rows. Only the part in use is ever touched.
pub(crate) const GRAM_LIMIT: usize = 2048;

/// The mean loss of a linear model plus a penalty, whole: its quadratic part, if any, stays in the prox, where it costs nothing and makes P*
/// finite everywhere. The intercept is never penalised.
///
/// ```
/// use thalweg_core::{Composite, Design, Formula, Objective, Penalised, Pointwise, Cost, interop};
/// # use thalweg_core::{Blocks, Diagonal, Penalty, Properties, Real, Scalar, Step, Target};
/// # #[derive(Copy, Clone)]
/// # struct Squared;
/// # impl Formula for Squared {
/// #     fn eval<S: Scalar>(&self, y: S, eta: S) -> S { S::of(0.5) * (eta - y).square() }
/// # }
/// # impl<T: Real> Pointwise<T> for Squared {
/// #     fn derivatives(&self, y: T, eta: T) -> (T, T, T) { (self.eval(y, eta), eta - y, T::ONE) }
/// #     fn properties(&self) -> Properties<T> { Properties::convex(Target::Real) }
/// # }
/// # struct L1;
/// # impl Penalty<f64> for L1 {
/// #     fn blocks(&self) -> &Blocks { &Blocks::Coordinates }
/// #     fn value(&self, b: &[f64], lambda: f64) -> f64 { lambda * b.iter().map(|b| b.abs()).sum::<f64>() }
/// #     fn prox(&self, _: usize, v: &mut [f64], t: Step<'_, f64>, lambda: f64) {
/// #         for (i, v) in v.iter_mut().enumerate() { *v -= v.clamp(-lambda * t.at(i), lambda * t.at(i)); }
/// #     }
/// #     fn violation(&self, _: usize, b: &[f64], g: &[f64], lambda: f64) -> f64 {
/// #         if b[0] == 0.0 { (g[0].abs() - lambda).max(0.0) } else { (g[0] + lambda * b[0].signum()).abs() }
/// #     }
/// #     fn quadratic_part(&self, _: f64) -> Option<Diagonal<f64>> { None }
/// #     fn lambda_max(&self, _: &[f64]) -> Option<f64> { None }
/// #     fn conjugate(&self, _: &[f64], _: f64) -> f64 { f64::INFINITY }
/// #     fn dual_scale(&self, _: &[f64], _: f64) -> f64 { 0.0 }
/// # }
/// // ½(b − 3)² + |b| is smallest at b = 2, where its value is 2½.
/// let design = Design::new(interop::column_major(&[1.0], 1, 1)?)?;
/// let datafit = Cost::new(&Squared, &[3.0])?;
/// let mut objective = Penalised::new(&design, &datafit, &L1, 1.0)?;
/// let mut g = [0.0];
/// assert_eq!(objective.value(&[2.0]), Ok(2.5));
/// assert_eq!(objective.smooth(&[2.0], &mut g), Ok(0.5));
/// assert_eq!(objective.stationarity(&[2.0], &g), 0.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Penalised<'a, T: Real> {
    smooth: Smooth<'a, T>,
    penalty: &'a dyn Penalty<T>,
    lambda: T,
    chunks: Chunks,
    /// The most columns of a Gram matrix.
    gram_limit: usize,
    grams: Grams<T>,
    /// The products of all columns with the datafit's weights, if they are at hand.
    products: Option<&'a ColumnProducts<T>>,
    /// The subgradient of every row's loss that the last prox has shown, if the loss has kinks.
    shown: Vec<T>,
}

impl<'a, T: Real> Penalised<'a, T> {
    /// With strength λ.
    ///
    /// # Errors
    /// λ negative or not finite; design and datafit of different lengths; groups that do not cover the predictors one after the other; a loss
    /// without a continuous derivative, with several predictors a row, or whose value is no sum over rows.
    pub fn new(
        design: &'a Design<'a, T>,
        datafit: &'a dyn Datafit<T>,
        penalty: &'a dyn Penalty<T>,
        lambda: T,
    ) -> Result<Self> {
        if !datafit.properties().differentiable {
            return Err(kinks::kinks(
                "use a differentiable loss, such as huber, or Penalised::with_kinks and admm",
            ));
        }
        Self::any(design, datafit, penalty, lambda)
    }

    /// For a loss with kinks or without.
    fn any(
        design: &'a Design<'a, T>,
        datafit: &'a dyn Datafit<T>,
        penalty: &'a dyn Penalty<T>,
        lambda: T,
    ) -> Result<Self> {
        check_lambda(lambda)?;
        penalty.check(design.predictors())?;
        if datafit.outputs() != 1 {
            return Err(Error::Unsupported {
                what: "a composite objective of a loss with several predictors a row".to_owned(),
                why: "its penalties act on one coefficient a column".to_owned(),
                remedy: "use PenalisedOutputs".to_owned(),
            });
        }
        let chunks = Chunks::new(design.rows(), BLOCK_ROWS, 64);
        let dense = (0..design.predictors()).all(|j| design.predictor(j).is_some());
        let gram_limit = if dense { design.predictors().min(GRAM_LIMIT) } else { 0 };
        Ok(Self {
            smooth: Smooth::new(design, datafit)?,
            penalty,
            lambda,
            chunks,
            gram_limit,
            grams: Grams::new(),
            products: None,
            shown: Vec::new(),
        })
    }

    /// Chooses the parallelism (default: the current pool). The results do not depend on it.
    #[must_use]
    pub fn with_par(mut self, par: Par) -> Self {
        self.smooth = self.smooth.with_par(par);
        self
    }

    /// Sets λ, for the next problem of a path.
    ///
    /// # Errors
    /// λ negative or not finite.
    pub fn set_lambda(&mut self, lambda: T) -> Result<()> {
        check_lambda(lambda)?;
        self.lambda = lambda;
        Ok(())
    }

    /// The datafit.
    #[must_use]
    pub fn datafit(&self) -> &'a dyn Datafit<T> {
        self.smooth.datafit()
    }

    fn par(&self) -> Par {
        self.smooth.par()
    }

    /// The index of the first penalised parameter.
    fn first(&self) -> usize {
        usize::from(self.smooth.design().has_intercept())
    }
}

/// The prox of all coefficients, block by block.
pub(crate) fn prox_of_blocks<T: Real>(penalty: &dyn Penalty<T>, v: &mut [T], step: Step<'_, T>, lambda: T) {
    match penalty.blocks() {
        Blocks::Coordinates => penalty.prox(0, v, step, lambda),
        Blocks::Groups(groups) => {
            for (k, group) in groups.iter().enumerate() {
                penalty.prox(k, &mut v[group.clone()], step.part(group.clone()), lambda);
            }
        }
    }
}

impl<T: Real> Objective<T> for Penalised<'_, T> {
    fn dim(&self) -> usize {
        self.smooth.dim()
    }

    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        Ok(self.smooth.value(x)? + self.penalty_value(x))
    }

    /// The duality gap at the slopes of x, where the conjugates of loss and penalty are known, and the violation of the optimality
    /// conditions, both from the separate products of the design. In f32 there is no proof, for rounding would void it.
    fn verify(&mut self, x: &[T]) -> Result<Verification, Halt> {
        check_shape("number of parameters", self.dim(), x.len())?;
        let (design, datafit) = (self.smooth.design(), self.datafit());
        let Afresh { mut slopes, value: smooth, gradient, .. } = Afresh::at(&self.smooth, x);
        let value = smooth + self.penalty_value(x);
        let mut gradient_inf = Some(self.stationarity(x, &gradient).to_f64());
        if !datafit.properties().differentiable {
            gradient_inf = self.shown_violation(x, smooth, &mut slopes);
        }
        let narrow = size_of::<T>() < size_of::<f64>();
        let convex = datafit.properties().convex && self.penalty.is_convex();
        let certificate = if narrow || !convex || !value.is_finite() {
            Certificate::None
        } else {
            let primal = Primal { design, datafit, par: self.par(), value, x, weighted_slopes: &slopes };
            let first = usize::from(design.has_intercept());
            primal.duality_gap(|v| {
                let v = &mut v[first..];
                let scale = self.penalty.dual_scale(v, self.lambda);
                vector::scale(scale, v);
                (scale, self.penalty.conjugate(v, self.lambda))
            })
        };
        Ok(Verification { certificate, gradient_inf })
    }
}

impl<T: Real> Composite<T> for Penalised<'_, T> {
    fn smooth(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.without_kinks()?;
        self.smooth.value_gradient(x, g)
    }

    fn penalty_value(&self, x: &[T]) -> T {
        self.penalty.value(&x[self.first()..], self.lambda)
    }

    fn prox(&self, v: &mut [T], step: Step<'_, T>) {
        let all = self.first()..v.len();
        prox_of_blocks(self.penalty, &mut v[all.clone()], step.part(all), self.lambda);
    }

    fn metric(&self, out: &mut [T]) -> Result<()> {
        self.column_metric(out)
    }

    fn stationarity(&self, x: &[T], g: &[T]) -> T {
        let first = self.first();
        let free = if first == 1 { g[0].abs() } else { T::ZERO };
        let penalised = largest_violation(self.penalty, &x[first..], &g[first..], self.lambda);
        if penalised > free || penalised.is_nan() { penalised } else { free }
    }
}

impl<T: Real> RowComposite<T> for Penalised<'_, T> {
    fn design(&self) -> &Design<'_, T> {
        self.smooth.design()
    }

    fn penalty(&self) -> &dyn Penalty<T> {
        self.penalty
    }

    fn lambda(&self) -> T {
        self.lambda
    }

    fn total_weight(&self) -> T {
        self.datafit().total_weight()
    }

    fn weights(&self, out: &mut [T]) {
        let inverse = self.total_weight().recip();
        for (i, w) in out.iter_mut().enumerate() {
            *w = self.datafit().weight_of(i..i + 1) * inverse;
        }
    }

    fn properties(&self) -> Properties<T> {
        self.datafit().properties()
    }

    fn predict(&self, x: &[T], eta: &mut [T]) {
        match self.datafit().offset() {
            Some(offset) => eta.copy_from_slice(offset),
            None => eta.fill(T::ZERO),
        }
        let mut shift = T::ZERO;
        for (k, b) in x.iter().enumerate() {
            if *b != T::ZERO {
                self.smooth.design().column_axpy(k, *b, eta, &mut shift);
            }
        }
        if shift != T::ZERO {
            eta.iter_mut().for_each(|eta| *eta += shift);
        }
    }

    fn rows(&mut self, eta: &[T], want: Want, slopes: &mut [T], curvature: &mut [T]) -> Result<T, Halt> {
        if want > Want::Gradient {
            self.without_kinks()?;
        }
        let n = self.smooth.design().rows();
        check_shape("length of the predictor", n, eta.len())?;
        let wanted = |level: Want| if want >= level { n } else { 0 };
        check_shape("length of the slopes", wanted(Want::Gradient), slopes.len())?;
        check_shape("length of the curvature", wanted(Want::Fisher), curvature.len())?;
        Ok(Sweep { datafit: self.datafit(), par: self.par(), chunks: self.chunks }
            .mean(eta, want, slopes, curvature))
    }

    fn apply_transpose(&self, u: &[T], g: &mut [T]) {
        let (design, total) = (self.smooth.design(), vector::sum(u));
        self.par().for_each_chunk(g, COLUMNS, |chunk, g| {
            for (k, g) in g.iter_mut().enumerate() {
                *g = design.column_dot(chunk * COLUMNS + k, u, total);
            }
        });
    }

    fn predictor_bound(&self, x: &[T]) -> T {
        predictor_bound(self.smooth.design(), x)
    }
}

impl<T: Real> LinearComposite<T> for Penalised<'_, T> {
    fn prox_rows(&mut self, v: &[T], t: T, out: &mut [T]) -> Result<(), Halt> {
        self.prox_of_rows(v, t, out)
    }

    fn gram_limit(&self) -> usize {
        self.gram_limit
    }

    fn gram(&mut self, columns: &[usize], h: &[T], out: &mut [T]) -> Result<(), Halt> {
        let (limit, m) = (self.gram_limit, columns.len());
        check_shape("length of the row weights", self.smooth.design().rows(), h.len())?;
        if m > limit || out.len() < m * m {
            check_shape("columns of the Gram matrix", limit.min(out.len().isqrt()), m)?;
        }
        if m > 0 && !self.gram_by_products(columns, h, out) {
            self.grams.form(self.smooth.design(), self.smooth.par(), columns, h, out);
        }
        Ok(())
    }
}
