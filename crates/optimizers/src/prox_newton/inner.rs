//! How the model plus penalty is minimised: by cyclic steps on blocks, or by accelerated proximal gradient steps on all of them at once.
//!
//! Either way a step length is borne out by the model itself, δᵀH̃δ ≤ L‖δ‖², so that the model plus penalty never rises: L starts at the
//! largest diagonal entry of the block and grows where a step shows more curvature.
//!
//! Source: Qin, Scheinberg and Goldfarb, *Efficient block-coordinate descent algorithms for the group lasso*, Math. Prog. Comp. 5 (2013);
//! O'Donoghue and Candès, *Adaptive restart for accelerated gradient schemes*, Found. Comput. Math. 15 (2015).

use thalweg_core::{Design, Penalty, Real, Step, vector};

use super::model::Model;
use crate::coordinate_descent::anderson::Anderson;

/// Which steps are taken.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inner {
    /// All blocks at once, with momentum.
    Accelerated,
    /// One block after the other.
    Blocks,
}

/// When a descent ends.
#[derive(Copy, Clone, Debug)]
pub(super) struct Effort<T> {
    /// Every violation at most this.
    pub(super) tolerance: T,
    /// Sweeps, or accelerated steps, at most.
    pub(super) sweeps: u32,
}

/// Buffers of a descent, and the curvature bounds it has met.
#[derive(Clone, Debug)]
pub(super) struct Scratch<T> {
    /// L of every block; 0 where unknown. The last entry is that of all at once.
    pub(super) lipschitz: Vec<T>,
    /// All coefficients, for the penalty: those of K follow b, the others stay.
    pub(super) all: Vec<T>,
    history: Anderson<T>,
    v: Vec<T>,
    old: Vec<T>,
    g: Vec<T>,
    y: Vec<T>,
}

impl<T: Real> Scratch<T> {
    pub(super) fn new(most: usize, blocks: usize) -> Self {
        let zeros = |n: usize| vec![T::ZERO; n];
        Self {
            lipschitz: zeros(blocks + 1),
            all: zeros(most),
            history: Anderson::new(most),
            v: zeros(most),
            old: zeros(most),
            g: zeros(most),
            y: zeros(most),
        }
    }

    /// The curvature has changed: bounds are found anew.
    pub(super) fn forget(&mut self) {
        self.lipschitz.fill(T::ZERO);
    }
}

/// A model with what is added to it.
pub(super) struct Descent<'a, 'd, T: Real> {
    /// The columns of a model that has no Gram matrix.
    pub(super) design: &'a Design<'d, T>,
    pub(super) penalty: &'a dyn Penalty<T>,
    pub(super) lambda: T,
    pub(super) model: &'a mut Model<T>,
    pub(super) scratch: &'a mut Scratch<T>,
    pub(super) effort: Effort<T>,
}

impl<T: Real> Descent<'_, '_, T> {
    pub(super) fn run(&mut self, inner: Inner) {
        match inner {
            Inner::Accelerated => self.accelerated(),
            Inner::Blocks => self.blocks(),
        }
    }

    fn prox(&self, s: usize, v: &mut [T], step: T) {
        let block = self.model.blocks[s];
        self.penalty.prox(block, v, Step::Scalar(step), self.lambda);
    }

    /// The largest violation of the optimality conditions of model plus penalty, over the blocks with curvature.
    fn violation(&mut self) -> T {
        let (penalty, lambda) = (self.penalty, self.lambda);
        let mut largest = T::ZERO;
        for (s, (_, at)) in self.model.spans.iter().enumerate() {
            if self.model.diagonal[at.clone()].iter().all(|d| *d <= T::ZERO) {
                continue;
            }
            for i in at.clone() {
                self.scratch.g[i] = self.model.gradient(self.design, i);
            }
            let v = penalty.violation(
                self.model.blocks[s],
                &self.model.b[at.clone()],
                &self.scratch.g[at.clone()],
                lambda,
            );
            largest = largest.max(v);
        }
        largest
    }

    /// Model plus penalty, up to a constant.
    fn value(&mut self) -> T {
        for (all, at) in &self.model.spans {
            self.scratch.all[all.clone()].copy_from_slice(&self.model.b[at.clone()]);
        }
        self.model.value(self.design) + self.penalty.value(&self.scratch.all, self.lambda)
    }

    /// What moves smaller than this are: rounding of the gradients.
    fn rounding(&mut self) -> T {
        let mut largest = T::ZERO;
        for i in 0..self.model.len() {
            let size =
                self.model.gradient(self.design, i).abs() + self.model.diagonal[i] * self.model.b[i].abs();
            largest = largest.max(size);
        }
        T::of(4.0) * T::EPSILON * largest
    }

    fn blocks(&mut self) {
        let m = self.model.len();
        let rounding = self.rounding();
        self.scratch.history.clear();
        self.scratch.history.push(&self.model.b[..m]);
        let mut small = self.effort.tolerance;
        for _ in 0..self.effort.sweeps {
            let mut moved = T::ZERO;
            for s in 0..self.model.blocks.len() {
                moved = moved.max(self.block_step(s));
            }
            if moved <= rounding {
                break;
            }
            if moved <= small {
                let violation = self.violation();
                if violation <= self.effort.tolerance {
                    break;
                }
                small *= (self.effort.tolerance / violation).max(T::of(0.1));
            }
            if self.scratch.history.push(&self.model.b[..m]) {
                self.extrapolate();
                self.scratch.history.clear();
                self.scratch.history.push(&self.model.b[..m]);
            }
        }
    }

    /// A proximal step on block s of K; returns its length times the curvature.
    fn block_step(&mut self, s: usize) -> T {
        let at = self.model.spans[s].1.clone();
        let largest = self.model.diagonal[at.clone()].iter().fold(T::ZERO, |a, d| a.max(*d));
        let id = self.model.blocks[s];
        let mut bound = self.scratch.lipschitz[id].max(largest);
        if bound <= T::ZERO {
            return T::ZERO;
        }
        for i in at.clone() {
            self.scratch.g[i] = self.model.gradient(self.design, i);
            self.scratch.old[i] = self.model.b[i];
        }
        let mut tries = 0;
        loop {
            for i in at.clone() {
                self.scratch.v[i] = self.scratch.old[i] - self.scratch.g[i] / bound;
            }
            let mut v = core::mem::take(&mut self.scratch.v);
            self.prox(s, &mut v[at.clone()], bound.recip());
            self.scratch.v = v;
            let mut square = T::ZERO;
            for i in at.clone() {
                let change = self.scratch.v[i] - self.scratch.old[i];
                square += change * change;
                self.model.shift_by(self.design, i, change);
                self.model.b[i] = self.scratch.v[i];
            }
            if at.len() == 1 || square == T::ZERO {
                self.scratch.lipschitz[id] = bound;
                return square.sqrt() * bound;
            }
            let mut bend = T::ZERO;
            for i in at.clone() {
                let change = self.scratch.v[i] - self.scratch.old[i];
                bend += change * (self.model.gradient(self.design, i) - self.scratch.g[i]);
            }
            tries += 1;
            // Rounding of the gradients can feign a little.
            if bend <= bound * square * T::of(1.0 + 1e-6) || tries > 30 || !bend.is_finite() {
                self.scratch.lipschitz[id] = bound;
                return square.sqrt() * bound;
            }
            bound = T::of(1.05) * bend / square;
            for i in at.clone() {
                let change = self.scratch.old[i] - self.scratch.v[i];
                self.model.shift_by(self.design, i, change);
                self.model.b[i] = self.scratch.old[i];
            }
        }
    }

    /// Tries the extrapolated point; kept only if model plus penalty falls.
    fn extrapolate(&mut self) {
        let m = self.model.len();
        let before = self.value();
        let mut trial = core::mem::take(&mut self.scratch.v);
        trial[..m].copy_from_slice(&self.model.b[..m]);
        if self.scratch.history.extrapolate(&mut trial[..m]) {
            self.model.move_to(self.design, &trial[..m]);
            let falls = self.value() < before;
            if !falls {
                self.scratch.history.newest(&mut trial[..m]);
                self.model.move_to(self.design, &trial[..m]);
            }
        }
        self.scratch.v = trial;
    }

    /// Accelerated proximal gradient steps with restarts.
    fn accelerated(&mut self) {
        let m = self.model.len();
        let last = self.scratch.lipschitz.len() - 1;
        let largest = self.model.diagonal[..m].iter().fold(T::ZERO, |a, d| a.max(*d));
        let mut bound = self.scratch.lipschitz[last].max(largest);
        if bound <= T::ZERO {
            return;
        }
        let rounding = self.rounding();
        let (mut theta, mut small) = (T::ONE, self.effort.tolerance);
        // old is the last accepted point, y where the gradient is taken, v the trial.
        self.scratch.old[..m].copy_from_slice(&self.model.b[..m]);
        self.scratch.y[..m].copy_from_slice(&self.model.b[..m]);
        for _ in 0..self.effort.sweeps {
            let mut y = core::mem::take(&mut self.scratch.y);
            self.model.move_to(self.design, &y[..m]);
            for i in 0..m {
                self.scratch.g[i] = self.model.gradient(self.design, i);
            }
            let mut v = core::mem::take(&mut self.scratch.v);
            for _ in 0..=30 {
                for i in 0..m {
                    v[i] = y[i] - self.scratch.g[i] / bound;
                }
                for s in 0..self.model.blocks.len() {
                    let at = self.model.spans[s].1.clone();
                    self.prox(s, &mut v[at], bound.recip());
                }
                self.model.move_to(self.design, &v[..m]);
                let (mut bend, mut square) = (T::ZERO, T::ZERO);
                for i in 0..m {
                    let d = v[i] - y[i];
                    square += d * d;
                    bend += d * (self.model.gradient(self.design, i) - self.scratch.g[i]);
                }
                if bend <= bound * square * T::of(1.0 + 1e-6) || square == T::ZERO || !bend.is_finite() {
                    break;
                }
                bound = T::of(1.05) * bend / square;
            }
            let (mut against, mut moved) = (T::ZERO, T::ZERO);
            for i in 0..m {
                let step = v[i] - self.scratch.old[i];
                against += (y[i] - v[i]) * step;
                moved = moved.max(step.abs());
            }
            let next = T::of(0.5) * (T::ONE + (T::ONE + T::of(4.0) * theta * theta).sqrt());
            let beta = if against > T::ZERO { T::ZERO } else { (theta - T::ONE) / next };
            theta = if against > T::ZERO { T::ONE } else { next };
            for i in 0..m {
                y[i] = v[i] + beta * (v[i] - self.scratch.old[i]);
                self.scratch.old[i] = v[i];
            }
            self.scratch.v = v;
            self.scratch.y = y;
            if moved * bound <= rounding {
                break;
            }
            if moved * bound <= small {
                let violation = self.violation();
                if violation <= self.effort.tolerance {
                    break;
                }
                small *= (self.effort.tolerance / violation).max(T::of(0.1));
            }
        }
        self.scratch.lipschitz[last] = bound;
        let old = core::mem::take(&mut self.scratch.old);
        self.model.move_to(self.design, &old[..m]);
        self.scratch.old = old;
        debug_assert!(vector::all_finite(&self.model.b[..m]));
    }
}
