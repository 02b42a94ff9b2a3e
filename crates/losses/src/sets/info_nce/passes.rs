//! The passes of [`InfoNce`]: softmaxes over the negatives of a batch, and their slopes, over any number type.

use thalweg_core::{Datafit, Dual, Par, Real, Scalar, simd};

use super::InfoNce;

/// The memory of one evaluation; two embeddings a row.
pub(super) struct Scratch<S> {
    /// Their directions, the gradients by them, and their lengths.
    unit: Vec<S>,
    pub(super) slope: Vec<S>,
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
    pub(super) fn scratch<S: Scalar>(&self) -> Scratch<S> {
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
    pub(super) fn pass<S: Scalar + Send + Sync>(
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

    pub(super) fn half_weight(&self, row: u32) -> f64 {
        0.5 * Datafit::weights(self).get(row as usize).to_f64()
    }

    /// Whether v is a negative of u; both are places in the batch.
    #[inline(always)]
    pub(super) fn negative(&self, rows: &[u32], u: usize, v: usize) -> bool {
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
    pub(super) fn spread<S: Copy>(&self, slope: &[S], out: &mut [T], f: impl Fn(S) -> f64) {
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
    pub(super) fn outside(&self, eta: &[T]) -> bool {
        let d = self.dimension;
        let zero = |u: usize| eta[u * d..(u + 1) * d].iter().all(|x| *x == T::ZERO);
        self.rows.iter().any(|row| zero(2 * *row as usize) || zero(2 * *row as usize + 1))
    }

    /// out ← Hv.
    pub(super) fn action(&self, eta: &[T], v: impl Fn(usize) -> f64, out: &mut [T]) {
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
