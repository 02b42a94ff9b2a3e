//! InfoNCE and NT-Xent: the contrastive losses of a batch of pairs of embeddings. Each embedding has to tell its partner from the others in
//! the batch, by a softmax of cosine similarities.
//!
//! Minus the log-likelihood of the partners in that softmax. `within = 0` is the symmetric InfoNCE of CLIP (the mean over rows is the loss of
//! open_clip's `ClipLoss` at a logit scale of 1/τ); `within = 1` is SimCLR's NT-Xent (the mean is optax's `ntxent` with each label twice).
//!
//! Source: van den Oord, Li and Vinyals, *Representation learning with contrastive predictive coding*, arXiv:1807.03748; Chen et al., *A simple
//! framework for contrastive learning of visual representations*, ICML 2020; Radford et al., *Learning transferable visual models*, ICML 2021.

use core::ops::Range;

use thalweg_core::{
    Block, Datafit, Dual, Error, Par, Parameter, Properties, Real, Result, Scalar, Target, Want, Weights,
    check_shape, check_weights, simd,
};

use super::pool::Pool;
use super::{MakeSets, SetData, SetEntry};

/// With row i = (aᵢ, bᵢ), both of dimension d, and s(u, v) = cos(u, v)/τ:
/// Σwℓ = Σᵢ wᵢ·½[f(aᵢ, bᵢ) + f(bᵢ, aᵢ)], f(u, p) = ln(e^s(u,p) + Σ e^s(u,v)) − s(u, p), where v runs over the negatives of u: the other side's
/// embeddings of the other rows of its batch, and with `within` those of its own side as well.
///
/// Predictors are n×2d: aᵢ, then bᵢ. Targets are labels, one a row: rows of equal label are no negatives of one another, so give each row
/// its own where that is not known. Rows of weight 0 are absent, and no negatives. Lengths do not matter; a zero vector has no direction:
/// the value is +∞ there, and derivatives are unspecified. Not convex. O(m²d) for a batch of m rows, on the threads of the current pool
/// with the same bits on any number of them; in double precision whatever T is. The action of the exact Hessian is the gradient on dual
/// numbers; curvatures are 2d such actions a row, O(m³d²): for tests, not for fits.
///
/// ```
/// use thalweg_core::{Block, Datafit, Want};
/// let loss = thalweg_losses::InfoNce::new(1, &[0.0, 1.0])?.with_temperature(1.0)?;
/// let mut out = Block { value: 0.0, gradient: &mut [], curvature: &mut [] };
/// // Both partners at similarity 1, both negatives at −1: ln(1 + e^−2) for each of two rows.
/// loss.evaluate(0..2, &[1.0, 5.0, -2.0, -1.0], Want::Value, &mut out);
/// assert!((out.value - 2.0 * (-2.0_f64).exp().ln_1p()).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct InfoNce<T: Real> {
    dimension: usize,
    temperature: f64,
    within: bool,
    labels: Vec<T>,
    weights: Option<Vec<T>>,
    total_weight: T,
    groups: Option<Vec<u32>>,
    /// The rows of positive weight, batch by batch.
    rows: Vec<u32>,
    batches: Vec<Range<usize>>,
    plain: Pool<Scratch<f64>>,
    dual: Pool<Scratch<Dual<f64, 1>>>,
}

pub(crate) const ENTRY: SetEntry = SetEntry {
    name: "info-nce",
    summary: "each embedding of a pair against the others of its batch: InfoNCE (CLIP), NT-Xent (SimCLR)",
    parameters: &[DIMENSION, TEMPERATURE, WITHIN],
    example: "info-nce:dimension=4,temperature=0.5,within=1",
    make: MakeSets { f64: make, f32: make },
};

const DIMENSION: Parameter = Parameter {
    name: "dimension",
    default: 2.0,
    rule: "it must be a whole number from 1 to 1000000",
    summary: "d: the length of an embedding; a row has 2d predictors",
};
const TEMPERATURE: Parameter = Parameter {
    name: "temperature",
    default: 0.07,
    rule: "it must be positive and finite",
    summary: "what cosine similarities are divided by",
};
const WITHIN: Parameter = Parameter {
    name: "within",
    default: 0.0,
    rule: "it must be 0 (InfoNCE) or 1 (NT-Xent)",
    summary: "1 if embeddings of the same side are negatives too",
};

fn make<T: Real>(values: &[f64], data: SetData<'_, T>) -> Result<Box<dyn Datafit<T>>> {
    let within = match values[2] {
        0.0 => false,
        1.0 => true,
        other => return Err(Error::invalid_parameter(WITHIN.name, other, WITHIN.rule)),
    };
    if !(1.0..=1e6).contains(&values[0]) || values[0].fract() != 0.0 {
        return Err(Error::invalid_parameter(DIMENSION.name, values[0], DIMENSION.rule));
    }
    let loss = InfoNce::new(values[0] as usize, data.targets)?;
    let mut loss = loss.with_temperature(values[1])?.with_negatives_within(within);
    if let Some(weights) = data.weights {
        loss = loss.with_weights(weights)?;
    }
    if let Some(groups) = data.groups {
        loss = loss.with_batches(groups)?;
    }
    Ok(Box::new(loss))
}

/// The memory of one evaluation; two embeddings a row.
struct Scratch<S> {
    /// Their directions, the gradients by them, and their lengths.
    unit: Vec<S>,
    slope: Vec<S>,
    length: Vec<S>,
    /// Each as the anchor.
    anchors: Vec<Anchor<S>>,
}

/// The softmax of an embedding over its partner and its negatives, relative to `partner + level`.
#[derive(Copy, Clone)]
struct Anchor<S> {
    /// The similarity to the partner.
    partner: S,
    /// How far the largest similarity is above it.
    level: S,
    /// 1/Σ.
    inverse: S,
    loss: S,
    /// Σ without the partner.
    others: S,
}

impl<T: Real> InfoNce<T> {
    /// Of n pairs of embeddings of dimension d with a label each; temperature 0.07, negatives of the other side only, one batch.
    ///
    /// # Errors
    /// No rows; a dimension of 0 or beyond a million; a label that is not finite, with its row.
    pub fn new(dimension: usize, labels: &[T]) -> Result<Self> {
        if !(1..=1_000_000).contains(&dimension) {
            return Err(Error::invalid_parameter(DIMENSION.name, dimension, DIMENSION.rule));
        }
        if labels.is_empty() {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the labels of the pairs".to_owned(), remedy });
        }
        if let Some(row) = labels.iter().position(|y| !y.is_finite()) {
            let value = labels[row].to_f64();
            return Err(Error::NonFinite { what: "the label".to_owned(), row, value });
        }
        if u32::try_from(labels.len()).is_err() {
            let rule = "a set loss takes at most 4294967295 of them";
            return Err(Error::invalid_parameter("rows", labels.len(), rule));
        }
        let mut loss = Self {
            dimension,
            temperature: TEMPERATURE.default,
            within: false,
            labels: labels.to_vec(),
            weights: None,
            total_weight: T::of(labels.len() as f64),
            groups: None,
            rows: Vec::new(),
            batches: Vec::new(),
            plain: Pool::default(),
            dual: Pool::default(),
        };
        loss.arrange();
        Ok(loss)
    }

    /// With temperature τ.
    ///
    /// # Errors
    /// τ not positive or not finite.
    pub fn with_temperature(mut self, temperature: f64) -> Result<Self> {
        if !(temperature > 0.0 && temperature.is_finite()) {
            return Err(Error::invalid_parameter(TEMPERATURE.name, temperature, TEMPERATURE.rule));
        }
        self.temperature = temperature;
        Ok(self)
    }

    /// Chooses whether embeddings of the same side are negatives too: NT-Xent (default: no).
    #[must_use]
    pub fn with_negatives_within(mut self, within: bool) -> Self {
        self.within = within;
        self
    }

    /// With batches, by any labels: negatives come from the same batch.
    ///
    /// # Errors
    /// A wrong length.
    pub fn with_batches(mut self, batches: &[u32]) -> Result<Self> {
        check_shape("length of the batches", self.labels.len(), batches.len())?;
        self.groups = Some(batches.to_vec());
        self.arrange();
        Ok(self)
    }

    /// With one weight a row: finite, not negative, and not all 0.
    ///
    /// # Errors
    /// A wrong length; the first weight that breaks the rule.
    pub fn with_weights(mut self, weights: &[T]) -> Result<Self> {
        self.total_weight = check_weights(self.labels.len(), weights)?;
        self.weights = Some(weights.to_vec());
        self.arrange();
        Ok(self)
    }

    fn arrange(&mut self) {
        let weights = Datafit::weights(self);
        let batch = |row: u32| self.groups.as_ref().map_or(0, |groups| groups[row as usize]);
        let mut rows: Vec<u32> =
            (0..self.labels.len() as u32).filter(|row| weights.get(*row as usize) > T::ZERO).collect();
        rows.sort_by_key(|row| batch(*row));
        let mut start = 0;
        let range = |rows: &[u32]| {
            start += rows.len();
            start - rows.len()..start
        };
        self.batches = rows.chunk_by(|a, b| batch(*a) == batch(*b)).map(range).collect();
        self.rows = rows;
        (self.plain, self.dual) = (Pool::default(), Pool::default());
    }

    fn scratch<S: Scalar>(&self) -> Scratch<S> {
        let (m, zero) = (2 * self.rows.len(), S::of(0.0));
        let anchor = Anchor { partner: zero, level: zero, inverse: zero, loss: zero, others: zero };
        Scratch {
            unit: vec![zero; m * self.dimension],
            slope: vec![zero; m * self.dimension],
            length: vec![zero; m],
            anchors: vec![anchor; m],
        }
    }

    /// Σwℓ; with `slopes` the gradient by each embedding is left in the scratch. `eta` gives a predictor of a row by its place.
    fn pass<S: Scalar + Send + Sync>(
        &self,
        eta: impl Fn(usize) -> S,
        slopes: bool,
        scratch: &mut Scratch<S>,
    ) -> S {
        let d = self.dimension;
        for (at, row) in self.rows.iter().enumerate() {
            for side in 0..2 {
                let (u, first) = (2 * at + side, (2 * *row as usize + side) * d);
                let unit = &mut scratch.unit[u * d..(u + 1) * d];
                for (c, x) in unit.iter_mut().enumerate() {
                    *x = eta(first + c);
                }
                scratch.length[u] = normalise(unit);
            }
        }
        let mut value = S::of(0.0);
        for batch in &self.batches {
            let Scratch { unit, slope, length, anchors } = &mut *scratch;
            let range = 2 * batch.start..2 * batch.end;
            let points = range.start * d..range.end * d;
            let (unit, anchors) = (&unit[points.clone()], &mut anchors[range.clone()]);
            let rows = &self.rows[batch.clone()];
            Par::default().for_each_chunk(anchors, 1, |u, anchor| {
                simd::dispatch(
                    #[inline(always)]
                    || anchor[0] = self.anchor(rows, unit, u),
                );
            });
            for (anchor, row) in anchors.chunks_exact(2).zip(rows) {
                value = value + S::of(self.half_weight(*row)) * (anchor[0].loss + anchor[1].loss);
            }
            if slopes {
                let (anchors, length) = (&*anchors, &length[range]);
                Par::default().for_each_chunk(&mut slope[points], d, |u, slope| {
                    simd::dispatch(
                        #[inline(always)]
                        || self.slope(rows, unit, anchors, length[u], u, slope),
                    );
                });
            }
        }
        value
    }

    fn half_weight(&self, row: u32) -> f64 {
        0.5 * Datafit::weights(self).get(row as usize).to_f64()
    }

    /// Whether v is a negative of u; both are places in the batch.
    #[inline(always)]
    fn negative(&self, rows: &[u32], u: usize, v: usize) -> bool {
        let label = |u: usize| self.labels[rows[u / 2] as usize];
        (self.within || (u ^ v) & 1 == 1) && label(u) != label(v)
    }

    #[inline(always)]
    fn similarity<S: Scalar>(&self, unit: &[S], u: usize, v: usize) -> S {
        let d = self.dimension;
        dot(&unit[u * d..(u + 1) * d], &unit[v * d..(v + 1) * d]) / S::of(self.temperature)
    }

    /// The softmax of one anchor, relative to the partner's exponent or the largest.
    #[inline(always)]
    fn anchor<S: Scalar>(&self, rows: &[u32], unit: &[S], u: usize) -> Anchor<S> {
        let zero = S::of(0.0);
        let partner = self.similarity(unit, u, u ^ 1);
        // A running level, by which the sum so far is scaled when it rises.
        let (mut level, mut others) = (zero, zero);
        for v in (0..2 * rows.len()).filter(|v| self.negative(rows, u, *v)) {
            let exponent = self.similarity(unit, u, v) - partner;
            let higher = level.max(exponent);
            others = others * (level - higher).exp() + (exponent - higher).exp();
            level = higher;
        }
        let own = (-level).exp();
        // At level 0 the partner leads, and the loss may be far smaller than 1.
        let loss = S::select(level.le(zero), others.ln_1p(), level + (own + others).ln());
        Anchor { partner, level, inverse: S::of(1.0) / (own + others), loss, others }
    }

    /// The gradient by one embedding: as the anchor, and in the softmax of every other one.
    #[inline(always)]
    fn slope<S: Scalar>(
        &self,
        rows: &[u32],
        unit: &[S],
        anchors: &[Anchor<S>],
        length: S,
        u: usize,
        slope: &mut [S],
    ) {
        let (d, zero) = (self.dimension, S::of(0.0));
        slope.fill(zero);
        let weight = |u: usize| S::of(self.half_weight(rows[u / 2]) / self.temperature);
        let mut along = |v: usize, factor: S| {
            for (slope, z) in slope.iter_mut().zip(&unit[v * d..(v + 1) * d]) {
                *slope = *slope + factor * *z;
            }
        };
        // The partner's probability less 1, of both as anchors: without the 1 that would cancel.
        let missed = |u: usize| anchors[u].others * anchors[u].inverse;
        along(u ^ 1, -(weight(u) * (missed(u) + missed(u ^ 1))));
        for v in (0..2 * rows.len()).filter(|v| self.negative(rows, u, *v)) {
            let similarity = self.similarity(unit, u, v);
            let share = |u: usize| {
                weight(u) * (similarity - anchors[u].partner - anchors[u].level).exp() * anchors[u].inverse
            };
            along(v, share(u) + share(v));
        }
        let own = &unit[u * d..(u + 1) * d];
        let radial = dot(slope, own);
        for (slope, z) in slope.iter_mut().zip(own) {
            *slope = (*slope - radial * *z) / length;
        }
    }

    /// Copies the gradient of the embeddings, as `f` reads it, to the rows.
    fn spread<S: Copy>(&self, slope: &[S], out: &mut [T], f: impl Fn(S) -> f64) {
        let width = 2 * self.dimension;
        out.fill(T::ZERO);
        for (slope, row) in slope.chunks_exact(width).zip(&self.rows) {
            let at = *row as usize * width;
            for (out, slope) in out[at..at + width].iter_mut().zip(slope) {
                *out = T::of(f(*slope));
            }
        }
    }

    /// True if an embedding has no direction.
    fn outside(&self, eta: &[T]) -> bool {
        let d = self.dimension;
        let zero = |u: usize| eta[u * d..(u + 1) * d].iter().all(|x| *x == T::ZERO);
        self.rows.iter().any(|row| zero(2 * *row as usize) || zero(2 * *row as usize + 1))
    }

    /// out ← Hv.
    fn action(&self, eta: &[T], v: impl Fn(usize) -> f64, out: &mut [T]) {
        self.dual.with(
            || self.scratch(),
            |scratch| {
                let along = |at: usize| Dual { value: eta[at].to_f64(), derivatives: [v(at)] };
                self.pass(along, true, scratch);
                self.spread(&scratch.slope, out, |slope| slope.derivatives[0]);
            },
        );
    }
}

/// Scales x to length 1; gives its length. The largest entry goes first, so that squares neither overflow nor underflow.
fn normalise<S: Scalar>(x: &mut [S]) -> S {
    let largest = x.iter().fold(S::of(0.0), |m, x| m.max(x.abs()));
    x.iter_mut().for_each(|x| *x = *x / largest);
    let length = dot(x, x).sqrt();
    x.iter_mut().for_each(|x| *x = *x / length);
    largest * length
}

/// Σ xᵢyᵢ in eight lanes.
#[inline(always)]
fn dot<S: Scalar>(x: &[S], y: &[S]) -> S {
    const LANES: usize = 8;
    let mut lanes = [S::of(0.0); LANES];
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    for (x, y) in x.iter().zip(y) {
        for ((lane, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *lane = *lane + *x * *y;
        }
    }
    for ((lane, x), y) in lanes.iter_mut().zip(x_rest).zip(y_rest) {
        *lane = *lane + *x * *y;
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

impl<T: Real> Datafit<T> for InfoNce<T> {
    fn rows(&self) -> usize {
        self.labels.len()
    }

    fn total_weight(&self) -> T {
        self.total_weight
    }

    fn weight_of(&self, rows: Range<usize>) -> T {
        let n = rows.len();
        self.weights().slice(rows).total(n)
    }

    fn outputs(&self) -> usize {
        2 * self.dimension
    }

    fn separable(&self) -> bool {
        false
    }

    fn targets(&self) -> &[T] {
        &self.labels
    }

    fn weights(&self) -> Weights<'_, T> {
        self.weights.as_ref().map_or(Weights::Unit, |w| Weights::Each(w))
    }

    /// Of all rows; anything less has no value and gives NaN.
    fn evaluate(&self, rows: Range<usize>, eta: &[T], want: Want, out: &mut Block<'_, T>) {
        let width = self.outputs();
        if rows != (0..self.rows()) || eta.len() != width * self.rows() {
            out.value = T::NAN;
            return;
        }
        if self.outside(eta) {
            out.value = T::INFINITY;
            out.gradient.fill(T::ZERO);
            out.curvature.fill(T::ZERO);
            return;
        }
        let first = want >= Want::Gradient;
        self.plain.with(
            || self.scratch(),
            |scratch| {
                out.value = T::of(self.pass(|at| eta[at].to_f64(), first, scratch));
                if first {
                    self.spread(&scratch.slope, out.gradient, |slope| slope);
                }
            },
        );
        if want >= Want::Fisher {
            let mut column = vec![T::ZERO; eta.len()];
            for at in 0..eta.len() {
                self.action(eta, |k| if k == at { 1.0 } else { 0.0 }, &mut column);
                let (row, c) = (at / width, at % width);
                for (r, entry) in column[row * width..(row + 1) * width].iter().enumerate() {
                    out.curvature[(row * width + r) * width + c] = *entry;
                }
            }
        }
    }

    /// Some rows of a set loss have no value: NaN.
    fn evaluate_with(&self, _: &[T], _: Weights<'_, T>, _: &[T], _: Want, out: &mut Block<'_, T>) {
        out.value = T::NAN;
    }

    fn hessian_action(&self, eta: &[T], v: &[T], out: &mut [T]) -> bool {
        let n = self.rows() * self.outputs();
        if eta.len() != n || v.len() != n || out.len() != n || self.outside(eta) {
            return false;
        }
        self.action(eta, |at| v[at].to_f64(), out);
        true
    }

    fn properties(&self) -> Properties<T> {
        Properties::nonconvex(Target::Real)
    }
}
