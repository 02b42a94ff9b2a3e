//! [`Sampled`]: the objective of a linear model as a sum that is taken a few rows at a time,
//! (1/Σw) Σ w ℓ(y, offset + Xb) + P(b; λ).

use crate::certificate::{Certificate, Verification};
use crate::datafit::Datafit;
use crate::design::{Design, RowStorage, Slots};
use crate::error::{Error, Result, check_shape};
use crate::linear_sum::{LinearSum, Terms};
use crate::loss::{Block, Want, Weights, finite_or_infinity};
use crate::minibatch::{check_rows, shard, shards};
use crate::minimizer::Halt;
use crate::objective::{FiniteSum, Objective};
use crate::par::Par;
use crate::penalty::{Blocks, Penalty, check_lambda, largest_violation};
use crate::real::Real;
use crate::reduce::reduce;
use crate::simd;
use crate::update::Layout;
use crate::vector;

/// Rows gathered at a time: their targets, weights and predictors stay in the L1 cache.
const GATHER: usize = 256;

/// Cost plus penalty as a [`FiniteSum`] over rows; the parameters are (intercept, b), in tensors named `intercept` and `coefficients`.
///
/// It makes a row-oriented copy of the design's dense columns once: a batch of m rows reads m·p numbers that lie together. Sparse and
/// categorical columns are read by rows as they are. A loss of K predictors a row takes K columns of parameters. The estimate from a batch B,
/// n/(|B| Σw) Σ_{i∈B} wᵢℓᵢ, is unbiased under uniform draws, as is its gradient. The quadratic part of the penalty is in both; the rest
/// is not, and wants a proximal step of its own: for an elastic net, one of the L1 penalty with λα.
///
/// ```
/// use thalweg_core::{Design, FiniteSum, Formula, Objective, Pointwise, Cost, Properties, Real, Sampled, Scalar, Target, interop};
/// # #[derive(Copy, Clone)]
/// # struct Half;
/// # impl Formula for Half {
/// #     fn eval<S: Scalar>(&self, y: S, eta: S) -> S { S::of(0.5) * (eta - y).square() }
/// # }
/// # impl<T: Real> Pointwise<T> for Half {
/// #     fn derivatives(&self, y: T, eta: T) -> (T, T, T) { (self.eval(y, eta), eta - y, T::ONE) }
/// #     fn properties(&self) -> Properties<T> { Properties::convex(Target::Real) }
/// # }
/// let design = Design::new(interop::column_major(&[0.0, 1.0, 2.0], 3, 1)?)?.with_intercept();
/// let datafit = Cost::new(&Half, &[1.0, 3.0, 2.0])?; // Half is ½(η − y)²
/// let mut sum = Sampled::new(&design, &datafit)?;
/// let mut g = [0.0; 2];
/// assert_eq!(sum.batch_gradient(&[1], &[1.0, 1.0], &mut g)?, 0.5);
/// assert_eq!((g, sum.assess(&[1.0, 1.0])?), ([-1.0, -1.0], (1.0 / 3.0, 1.0 / 3.0)));
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
pub struct Sampled<'a, T: Real> {
    rows: RowStorage<'a, T>,
    outputs: usize,
    /// The parameters of the columns as stored.
    raw: Vec<T>,
    datafit: &'a dyn Datafit<T>,
    penalty: Option<(&'a dyn Penalty<T>, T)>,
    /// The weights dⱼ of the penalty's quadratic part, one a parameter.
    quadratic: Vec<T>,
    par: Par,
    partials: Vec<Partial<T>>,
    slots: Slots<Scratch<T>>,
    /// 0, 1, 2, …: the batch of all rows.
    all: Vec<u32>,
    gradient: Vec<T>,
}

/// The sums of one shard.
struct Partial<T> {
    value: T,
    gradient: Vec<T>,
    /// w ℓ′ of its rows, where they are asked for.
    slopes: Vec<T>,
}

/// One thread's gathered rows.
struct Scratch<T> {
    y: Vec<T>,
    w: Vec<T>,
    eta: Vec<T>,
    slope: Vec<T>,
}

impl<'a, T: Real> Sampled<'a, T> {
    /// The cost alone. Copies the design, row by row.
    ///
    /// # Errors
    /// Design and datafit differ in rows; a set loss, which no part of the rows can be evaluated alone; more than 2³² − 1 rows.
    pub fn new(design: &'a Design<'a, T>, datafit: &'a dyn Datafit<T>) -> Result<Self> {
        let n = design.rows();
        check_shape("rows of the design and length of the target", datafit.rows(), n)?;
        if !datafit.separable() {
            return Err(Error::Unsupported {
                what: "minibatches of a set loss".to_owned(),
                why: "its value is not a sum over rows".to_owned(),
                remedy: "use an optimizer of whole problems".to_owned(),
            });
        }
        let Ok(count) = u32::try_from(n) else {
            return Err(Error::invalid_parameter("rows", n, "minibatches index at most 2^32 - 1 rows"));
        };
        let outputs = datafit.outputs();
        let q = design.parameters() * outputs;
        let partial = || Partial { value: T::ZERO, gradient: vec![T::ZERO; q], slopes: Vec::new() };
        let room = |width: usize| vec![T::ZERO; GATHER * width];
        Ok(Self {
            rows: RowStorage::copy(design),
            outputs,
            raw: vec![T::ZERO; q],
            datafit,
            penalty: None,
            quadratic: vec![T::ZERO; q],
            par: Par::default(),
            partials: (0..shards(n, q).count).map(|_| partial()).collect(),
            slots: Slots::new(|| Scratch {
                y: room(datafit.target_width()),
                w: room(1),
                eta: room(outputs),
                slope: room(outputs),
            }),
            all: (0..count).collect(),
            gradient: vec![T::ZERO; q],
        })
    }

    /// Adds P(b; λ); the intercept stays unpenalised. Its quadratic part enters the batch gradients.
    ///
    /// # Errors
    /// λ negative or not finite; blocks or a quadratic part over other coefficients than the design has.
    pub fn with_penalty(mut self, penalty: &'a dyn Penalty<T>, lambda: T) -> Result<Self> {
        check_lambda(lambda)?;
        let p = self.rows.design().predictors();
        if let Blocks::Groups(groups) = penalty.blocks() {
            let end = groups.iter().map(|group| group.end).max().unwrap_or(0);
            check_shape("coefficients that the penalty's groups reach", p, p.max(end))?;
        }
        if let Some(diagonal) = penalty.quadratic_part(lambda) {
            if let crate::penalty::Diagonal::Each(d) = &diagonal {
                check_shape("length of the penalty's quadratic part", p, d.len())?;
            }
            diagonal.spread(self.rows.design().parameters(), self.first(), &mut self.quadratic);
        }
        self.penalty = Some((penalty, lambda));
        Ok(self)
    }

    /// Chooses the parallelism (default: the current pool). The results do not depend on it.
    #[must_use]
    pub fn with_par(mut self, par: Par) -> Self {
        self.par = par;
        self
    }

    /// Leaves Σ wℓ and Xᵀ(wℓ′) over the rows in `partials[0]`, and w ℓ′ in every shard if kept. Shards are merged along a fixed tree.
    fn pass(&mut self, batch: Option<&[u32]>, x: &[T], keep: bool) {
        self.raw.copy_from_slice(x);
        let q = self.parameters();
        self.raw.chunks_exact_mut(q).for_each(|b| self.rows.design().to_original(b));
        let Self { rows, datafit, par, partials, slots, all, raw, .. } = self;
        let batch = batch.unwrap_or(all);
        let chunks = shards(batch.len(), x.len()).at_most(partials.len());
        let map = |c: usize, partial: &mut Partial<T>| {
            partial.value = T::ZERO;
            partial.gradient.fill(T::ZERO);
            partial.slopes.clear();
            slots.with(|scratch| {
                for batch in shard(batch, &chunks, c).chunks(GATHER) {
                    add_rows(rows, *datafit, batch, raw, scratch, partial);
                    if keep {
                        partial.slopes.extend_from_slice(&scratch.slope[..batch.len()]);
                    }
                }
            });
        };
        let merge = |a: &mut Partial<T>, b: &mut Partial<T>| {
            a.value += b.value;
            vector::axpy(T::ONE, &b.gradient, &mut a.gradient);
        };
        reduce(*par, &mut partials[..chunks.count], &map, &merge);
        partials[0].gradient.chunks_exact_mut(q).for_each(|g| rows.design().pull_back(g));
    }

    /// The number of parameters of one output, at least 1.
    fn parameters(&self) -> usize {
        self.rows.design().parameters().max(1)
    }

    /// The index of the first penalised parameter of an output.
    fn first(&self) -> usize {
        usize::from(self.rows.design().has_intercept())
    }

    /// P(b; λ), the same for every output.
    fn penalty_value(&self, x: &[T]) -> T {
        let Some((penalty, lambda)) = self.penalty else { return T::ZERO };
        x.chunks_exact(self.parameters()).map(|b| penalty.value(&b[self.first()..], lambda)).sum()
    }

    /// The cost at x, with its gradient in `self.gradient`.
    fn cost(&mut self, x: &[T], keep: bool) -> Result<T, Halt> {
        check_shape("number of parameters", self.quadratic.len(), x.len())?;
        self.pass(None, x, keep);
        let inverse = self.datafit.total_weight().recip();
        for (g, sum) in self.gradient.iter_mut().zip(&self.partials[0].gradient) {
            *g = *sum * inverse;
        }
        Ok(self.partials[0].value * inverse)
    }

    /// The largest violation of the optimality conditions, given the gradient of the cost in `self.gradient`.
    fn violation(&self, x: &[T]) -> T {
        let Some((penalty, lambda)) = self.penalty else { return vector::norm_inf(&self.gradient) };
        let worse = |m: T, v: T| if v > m || v.is_nan() { v } else { m };
        let outputs = x.chunks_exact(self.parameters()).zip(self.gradient.chunks_exact(self.parameters()));
        outputs.fold(T::ZERO, |worst, (b, g)| {
            let (b, (free, g)) = (&b[self.first()..], g.split_at(self.first()));
            let penalised = largest_violation(penalty, b, g, lambda);
            worse(worse(worst, vector::norm_inf(free)), penalised)
        })
    }
}

/// Gathers some rows, evaluates their losses and adds value and gradient to the shard's sums.
fn add_rows<T: Real>(
    rows: &RowStorage<'_, T>,
    datafit: &dyn Datafit<T>,
    batch: &[u32],
    x: &[T],
    scratch: &mut Scratch<T>,
    partial: &mut Partial<T>,
) {
    let (m, outputs) = (batch.len(), datafit.outputs());
    let (q, first) = (rows.design().parameters().max(1), usize::from(rows.design().has_intercept()));
    let Scratch { y, w, eta, slope } = scratch;
    let (y, w) = (&mut y[..m * datafit.target_width()], &mut w[..m]);
    let (eta, slope) = (&mut eta[..m * outputs], &mut slope[..m * outputs]);
    let width = datafit.target_width();
    for (y, i) in y.chunks_exact_mut(width.max(1)).zip(batch) {
        y.copy_from_slice(&datafit.targets()[*i as usize * width..][..width]);
    }
    let w = match datafit.weights() {
        w @ (Weights::Unit | Weights::Same(_)) => w,
        Weights::Each(weights) => {
            gather(batch, weights, w);
            Weights::Each(w)
        }
    };
    match datafit.offset() {
        Some(offset) => {
            for (eta, i) in eta.chunks_exact_mut(outputs).zip(batch) {
                eta.copy_from_slice(&offset[*i as usize * outputs..][..outputs]);
            }
        }
        None => eta.fill(T::ZERO),
    }
    simd::dispatch(
        #[inline(always)]
        || {
            for (eta, i) in eta.chunks_exact_mut(outputs).zip(batch) {
                for (eta, b) in eta.iter_mut().zip(x.chunks_exact(q)) {
                    let start = if first == 1 { b[0] } else { T::ZERO };
                    *eta += start + rows.row_dot(*i as usize, &b[first..]);
                }
            }
        },
    );
    let mut out = Block { value: T::ZERO, gradient: slope, curvature: &mut [] };
    datafit.evaluate_with(y, w, eta, Want::Gradient, &mut out);
    partial.value += out.value;
    simd::dispatch(
        #[inline(always)]
        || {
            for (slopes, i) in out.gradient.chunks_exact(outputs).zip(batch) {
                for (slope, g) in slopes.iter().zip(partial.gradient.chunks_exact_mut(q)) {
                    if first == 1 {
                        g[0] += *slope;
                    }
                    rows.row_axpy(*i as usize, *slope, &mut g[first..]);
                }
            }
        },
    );
}

fn gather<T: Real>(batch: &[u32], values: &[T], out: &mut [T]) {
    for (out, i) in out.iter_mut().zip(batch) {
        *out = values[*i as usize];
    }
}

impl<T: Real> Objective<T> for Sampled<'_, T> {
    fn dim(&self) -> usize {
        self.quadratic.len()
    }

    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        Ok(self.assess(x)?.0)
    }

    /// Proves nothing, but tells how far x is from stationary.
    fn verify(&mut self, x: &[T]) -> Result<Verification, Halt> {
        let (_, violation) = self.assess(x)?;
        Ok(Verification { certificate: Certificate::None, gradient_inf: Some(violation.to_f64()) })
    }
}

impl<T: Real> LinearSum<T> for Sampled<'_, T> {
    fn linear(&self) -> Result<Terms<'_, T>> {
        let refused = |what: &str, why: &str, remedy: &str| Error::Unsupported {
            what: format!("a method that keeps one slope a row, on {what}"),
            why: why.to_owned(),
            remedy: remedy.to_owned(),
        };
        if self.outputs != 1 {
            let why = "the gradient of a row is no multiple of it";
            return Err(refused("a loss of several predictors a row", why, "use lbfgs, fista or adam"));
        }
        if !self.datafit.properties().differentiable {
            let remedy =
                "use admm, or a smooth relative of the loss (huber, smoothed-quantile, squared-hinge)";
            return Err(refused("a loss with kinks", "its slopes do not settle down", remedy));
        }
        if let Some((penalty, _)) = self.penalty {
            penalty.check(self.rows.design().predictors())?;
            if penalty.outputs() != 1 {
                let why = "the model has one output";
                return Err(refused("a penalty over several outputs", why, "use a penalty of one output"));
            }
        }
        Ok(Terms {
            rows: &self.rows,
            datafit: self.datafit,
            penalty: self.penalty,
            scale: T::of(self.terms() as f64) / self.datafit.total_weight(),
            weights: self.datafit.weights(),
            offset: self.datafit.offset(),
            par: self.par,
        })
    }

    fn assess_terms(&mut self, x: &[T], slopes: &mut [T], g: &mut [T]) -> Result<(T, T), Halt> {
        self.linear()?;
        check_shape("length of the slopes", self.terms(), slopes.len())?;
        check_shape("length of the gradient", x.len(), g.len())?;
        let cost = self.cost(x, true)?;
        let scale = T::of(self.terms() as f64) / self.datafit.total_weight();
        let kept = self.partials.iter().flat_map(|partial| &partial.slopes);
        for (out, slope) in slopes.iter_mut().zip(kept) {
            *out = *slope * scale;
        }
        g.copy_from_slice(&self.gradient);
        Ok((finite_or_infinity(cost + self.penalty_value(x)), self.violation(x)))
    }
}

impl<T: Real> FiniteSum<T> for Sampled<'_, T> {
    fn terms(&self) -> usize {
        self.all.len()
    }

    fn layout(&self) -> Layout {
        let mut layout = Layout::default();
        for k in 0..self.outputs {
            let name = |part: &str| if self.outputs == 1 { part.to_owned() } else { format!("{part}[{k}]") };
            if self.first() == 1 {
                layout.push(&name("intercept"), &[1]);
            }
            layout.push(&name("coefficients"), &[self.rows.design().predictors()]);
        }
        layout
    }

    fn batch_gradient(&mut self, rows: &[u32], x: &[T], g: &mut [T]) -> Result<T, Halt> {
        check_shape("number of parameters", self.dim(), x.len())?;
        check_shape("length of the gradient", x.len(), g.len())?;
        let n = self.terms();
        check_rows(rows, n)?;
        self.pass(Some(rows), x, false);
        let scale = T::of(n as f64 / rows.len() as f64) / self.datafit.total_weight();
        let sum = &self.partials[0];
        let mut penalty = T::ZERO;
        for ((g, sum), (d, b)) in g.iter_mut().zip(&sum.gradient).zip(self.quadratic.iter().zip(x)) {
            *g = *sum * scale + *d * *b;
            penalty += *d * *b * *b;
        }
        Ok(finite_or_infinity(sum.value * scale + T::of(0.5) * penalty))
    }

    fn assess(&mut self, x: &[T]) -> Result<(T, T), Halt> {
        let cost = self.cost(x, false)?;
        Ok((finite_or_infinity(cost + self.penalty_value(x)), self.violation(x)))
    }
}
