//! [`Sampled`]: the objective of a linear model as a sum that is taken a few rows at a time,
//! (1/Σw) Σ w ℓ(y, offset + Xb) + P(b; λ).

mod rows;

use crate::certificate::{Certificate, Verification};
use crate::datafit::Datafit;
use crate::design::{Design, Slots};
use crate::error::{Error, Result, check_shape};
use crate::loss::{Block, Want, Weights};
use crate::minibatch::{shard, shards};
use crate::minimizer::Halt;
use crate::objective::{FiniteSum, Objective};
use crate::par::Par;
use crate::penalty::{Blocks, Penalty};
use crate::real::Real;
use crate::reduce::reduce;
use crate::simd;
use crate::update::Layout;
use crate::vector;
use rows::RowStorage;

/// Rows gathered at a time: their targets, weights and predictors stay in the L1 cache.
const GATHER: usize = 256;

/// Cost plus penalty as a [`FiniteSum`] over rows; the parameters are (intercept, b), in tensors named `intercept` and `coefficients`.
///
/// It makes a row-oriented copy of the design once: a batch of m rows reads m·p numbers that lie together. The estimate from a batch B,
/// n/(|B| Σw) Σ_{i∈B} wᵢℓᵢ, is unbiased under uniform draws, as is its gradient. The quadratic part of the penalty is in both; the rest
/// is not, and wants a proximal step of its own: for an elastic net, one of the L1 penalty with λα.
///
/// ```
/// use thalweg_core::{Design, FiniteSum, Formula, Objective, Pointwise, PointwiseDatafit, Properties, Real, Sampled, Scalar, Target, interop};
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
/// let datafit = PointwiseDatafit::new(&Half, &[1.0, 3.0, 2.0])?; // Half is ½(η − y)²
/// let mut sum = Sampled::new(&design, &datafit)?;
/// let mut g = [0.0; 2];
/// assert_eq!(sum.batch_gradient(&[1], &[1.0, 1.0], &mut g)?, 0.5);
/// assert_eq!((g, sum.assess(&[1.0, 1.0])?), ([-1.0, -1.0], (1.0 / 3.0, 1.0 / 3.0)));
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
pub struct Sampled<'a, T: Real> {
    rows: RowStorage<T>,
    intercept: bool,
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
    pub fn new(design: &Design<'_, T>, datafit: &'a dyn Datafit<T>) -> Result<Self> {
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
        let q = design.parameters();
        let partial = || Partial { value: T::ZERO, gradient: vec![T::ZERO; q] };
        let room = || vec![T::ZERO; GATHER];
        Ok(Self {
            rows: RowStorage::copy(design),
            intercept: design.has_intercept(),
            datafit,
            penalty: None,
            quadratic: vec![T::ZERO; q],
            par: Par::default(),
            partials: (0..shards(n, q).count).map(|_| partial()).collect(),
            slots: Slots::new(|| Scratch { y: room(), w: room(), eta: room(), slope: room() }),
            all: (0..count).collect(),
            gradient: vec![T::ZERO; q],
        })
    }

    /// Adds P(b; λ); the intercept stays unpenalised. Its quadratic part enters the batch gradients.
    ///
    /// # Errors
    /// λ negative or not finite; blocks or a quadratic part over other coefficients than the design has.
    pub fn with_penalty(mut self, penalty: &'a dyn Penalty<T>, lambda: T) -> Result<Self> {
        if !(lambda.is_finite() && lambda >= T::ZERO) {
            return Err(Error::invalid_parameter("lambda", lambda, "it must be a finite number >= 0"));
        }
        let first = usize::from(self.intercept);
        let p = self.quadratic.len() - first;
        if let Blocks::Groups(groups) = penalty.blocks() {
            let end = groups.iter().map(|group| group.end).max().unwrap_or(0);
            check_shape("coefficients that the penalty's groups reach", p, p.max(end))?;
        }
        if let Some(diagonal) = penalty.quadratic_part(lambda) {
            if let crate::penalty::Diagonal::Each(d) = &diagonal {
                check_shape("length of the penalty's quadratic part", p, d.len())?;
            }
            for j in 0..p {
                self.quadratic[first + j] = diagonal.at(j);
            }
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

    /// Leaves Σ wℓ and Xᵀ(wℓ′) over the rows in `partials[0]`. Shards are merged along a fixed tree.
    fn pass(&mut self, batch: Option<&[u32]>, x: &[T]) {
        let Self { rows, intercept, datafit, par, partials, slots, all, .. } = self;
        let batch = batch.unwrap_or(all);
        let chunks = shards(batch.len(), x.len()).at_most(partials.len());
        let map = |c: usize, partial: &mut Partial<T>| {
            partial.value = T::ZERO;
            partial.gradient.fill(T::ZERO);
            slots.with(|scratch| {
                for batch in shard(batch, &chunks, c).chunks(GATHER) {
                    add_rows(rows, *intercept, *datafit, batch, x, scratch, partial);
                }
            });
        };
        let merge = |a: &mut Partial<T>, b: &mut Partial<T>| {
            a.value += b.value;
            vector::axpy(T::ONE, &b.gradient, &mut a.gradient);
        };
        reduce(*par, &mut partials[..chunks.count], &map, &merge);
    }

    /// The cost at x, with its gradient in `self.gradient`.
    fn cost(&mut self, x: &[T]) -> Result<T, Halt> {
        check_shape("number of parameters", self.quadratic.len(), x.len())?;
        self.pass(None, x);
        let inverse = self.datafit.total_weight().recip();
        for (g, sum) in self.gradient.iter_mut().zip(&self.partials[0].gradient) {
            *g = *sum * inverse;
        }
        Ok(self.partials[0].value * inverse)
    }

    /// The largest violation of the optimality conditions, given the gradient of the cost in `self.gradient`.
    fn violation(&self, x: &[T]) -> T {
        let Some((penalty, lambda)) = self.penalty else { return vector::norm_inf(&self.gradient) };
        let (free, g) = self.gradient.split_at(usize::from(self.intercept));
        let b = &x[free.len()..];
        let worse = |m: T, v: T| if v > m || v.is_nan() { v } else { m };
        let start = vector::norm_inf(free);
        match penalty.blocks() {
            Blocks::Coordinates => {
                (0..b.len()).map(|j| penalty.violation(j, &b[j..=j], &g[j..=j], lambda)).fold(start, worse)
            }
            Blocks::Groups(groups) => groups
                .iter()
                .enumerate()
                .map(|(k, group)| penalty.violation(k, &b[group.clone()], &g[group.clone()], lambda))
                .fold(start, worse),
        }
    }
}

/// Gathers some rows, evaluates their losses and adds value and gradient to the shard's sums.
fn add_rows<T: Real>(
    rows: &RowStorage<T>,
    intercept: bool,
    datafit: &dyn Datafit<T>,
    batch: &[u32],
    x: &[T],
    scratch: &mut Scratch<T>,
    partial: &mut Partial<T>,
) {
    let m = batch.len();
    let (first, b) = x.split_at(usize::from(intercept));
    let start: T = first.iter().copied().sum();
    let Scratch { y, w, eta, slope } = scratch;
    let (y, w, eta, slope) = (&mut y[..m], &mut w[..m], &mut eta[..m], &mut slope[..m]);
    gather(batch, datafit.targets(), y);
    let w = match datafit.weights() {
        Weights::Unit => Weights::Unit,
        Weights::Each(weights) => {
            gather(batch, weights, w);
            Weights::Each(w)
        }
    };
    match datafit.offset() {
        Some(offset) => gather(batch, offset, eta),
        None => eta.fill(T::ZERO),
    }
    simd::dispatch(
        #[inline(always)]
        || {
            for (eta, i) in eta.iter_mut().zip(batch) {
                *eta += start + rows.row_dot(*i as usize, b);
            }
        },
    );
    let mut out = Block { value: T::ZERO, gradient: slope, curvature: &mut [] };
    datafit.evaluate_with(y, w, eta, Want::Gradient, &mut out);
    partial.value += out.value;
    let (free, g) = partial.gradient.split_at_mut(first.len());
    if let [free] = free {
        *free += vector::sum(out.gradient);
    }
    simd::dispatch(
        #[inline(always)]
        || {
            for (slope, i) in out.gradient.iter().zip(batch) {
                rows.row_axpy(*i as usize, *slope, g);
            }
        },
    );
}

fn gather<T: Real>(batch: &[u32], values: &[T], out: &mut [T]) {
    for (out, i) in out.iter_mut().zip(batch) {
        *out = values[*i as usize];
    }
}

/// Outside the domain the value is +∞.
fn outside<T: Real>(value: T) -> T {
    if value.is_nan() { T::INFINITY } else { value }
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

impl<T: Real> FiniteSum<T> for Sampled<'_, T> {
    fn terms(&self) -> usize {
        self.all.len()
    }

    fn layout(&self) -> Layout {
        let mut layout = Layout::default();
        if self.intercept {
            layout.push("intercept", &[1]);
        }
        layout.push("coefficients", &[self.dim() - usize::from(self.intercept)]);
        layout
    }

    fn batch_gradient(&mut self, rows: &[u32], x: &[T], g: &mut [T]) -> Result<T, Halt> {
        check_shape("number of parameters", self.dim(), x.len())?;
        check_shape("length of the gradient", x.len(), g.len())?;
        let n = self.terms();
        if rows.is_empty() {
            let remedy = "draw at least one row".to_owned();
            return Err(Error::Empty { what: "the minibatch".to_owned(), remedy }.into());
        }
        if let Some(bad) = rows.iter().find(|i| **i as usize >= n) {
            let rule = format!("there are {n} rows, counted from 0");
            return Err(Error::invalid_parameter("row of the minibatch", bad, &rule).into());
        }
        self.pass(Some(rows), x);
        let scale = T::of(n as f64 / rows.len() as f64) / self.datafit.total_weight();
        let sum = &self.partials[0];
        let mut penalty = T::ZERO;
        for ((g, sum), (d, b)) in g.iter_mut().zip(&sum.gradient).zip(self.quadratic.iter().zip(x)) {
            *g = *sum * scale + *d * *b;
            penalty += *d * *b * *b;
        }
        Ok(outside(sum.value * scale + T::of(0.5) * penalty))
    }

    fn assess(&mut self, x: &[T]) -> Result<(T, T), Halt> {
        let cost = self.cost(x)?;
        let b = &x[usize::from(self.intercept)..];
        let penalty = self.penalty.map_or(T::ZERO, |(penalty, lambda)| penalty.value(b, lambda));
        Ok((outside(cost + penalty), self.violation(x)))
    }
}
