//! [`Compact`]: the limited-memory matrix B = θI − WMWᵀ of L-BFGS-B, W = (Y θS), which gives single rows and products with few of them.
//!
//! Source: Byrd, Nocedal and Schnabel, *Representations of quasi-Newton matrices and their use in limited memory methods*, Math. Program.
//! 63 (1994).

use faer::Mat;
use thalweg_core::{Archive, Checkpoint, Lu, Real, Result, vector, visit_real, visit_slice, visit_usize};

/// The last m pairs and the factors of M⁻¹; all memory is taken by [`Compact::new`].
pub(super) struct Compact<T: Real> {
    n: usize,
    memory: usize,
    /// Pairs kept, the oldest first.
    kept: usize,
    pub(super) theta: T,
    /// S and Y, column by column.
    s: Vec<T>,
    y: Vec<T>,
    /// SᵀY and SᵀS, m×m column-major.
    sy: Vec<T>,
    ss: Vec<T>,
    /// M⁻¹ and the matrix of the subspace step, padded to 2m by the identity.
    square: Mat<T>,
    middle: Lu<T>,
    subspace: Lu<T>,
}

impl<T: Real> Compact<T> {
    pub(super) fn new(n: usize, memory: usize) -> Self {
        let m = memory.max(1);
        let zeros = |n: usize| vec![T::ZERO; n];
        Self {
            n,
            memory: m,
            kept: 0,
            theta: T::ONE,
            s: zeros(n * m),
            y: zeros(n * m),
            sy: zeros(m * m),
            ss: zeros(m * m),
            square: Mat::zeros(2 * m, 2 * m),
            middle: Lu::new(2 * m),
            subspace: Lu::new(2 * m),
        }
    }

    /// 2m, the length of a row of W.
    pub(super) fn width(&self) -> usize {
        2 * self.memory
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept == 0
    }

    /// Forgets every pair.
    pub(super) fn clear(&mut self) {
        self.kept = 0;
        self.theta = T::ONE;
    }

    /// Keeps the step between two points, unless its curvature is too small to trust or makes M singular.
    pub(super) fn push(&mut self, x: [&[T]; 2], g: [&[T]; 2], share: T) {
        let (n, m) = (self.n, self.memory);
        let (mut sy, mut ss, mut yy) = (T::ZERO, T::ZERO, T::ZERO);
        for k in 0..n {
            let (s, y) = (x[1][k] - x[0][k], g[1][k] - g[0][k]);
            sy += s * y;
            ss += s * s;
            yy += y * y;
        }
        let least = share * (ss * yy).sqrt();
        if sy <= least || sy.is_nan() || least.is_nan() {
            return;
        }
        if self.kept == m {
            self.drop_oldest();
        }
        let at = self.kept;
        for k in 0..n {
            self.s[at * n + k] = x[1][k] - x[0][k];
            self.y[at * n + k] = g[1][k] - g[0][k];
        }
        self.kept += 1;
        self.theta = yy / sy;
        let column = |i: usize| i * n..(i + 1) * n;
        for i in 0..self.kept {
            let (new_s, old_s) = (&self.s[column(at)], &self.s[column(i)]);
            let (new_y, old_y) = (&self.y[column(at)], &self.y[column(i)]);
            self.ss[at * m + i] = vector::dot(new_s, old_s);
            self.ss[i * m + at] = self.ss[at * m + i];
            self.sy[at * m + i] = vector::dot(old_s, new_y);
            self.sy[i * m + at] = vector::dot(new_s, old_y);
        }
        if !self.factor() {
            self.clear();
        }
    }

    fn drop_oldest(&mut self) {
        let (n, m) = (self.n, self.memory);
        self.s.copy_within(n.., 0);
        self.y.copy_within(n.., 0);
        for j in 1..m {
            for i in 1..m {
                self.sy[(j - 1) * m + i - 1] = self.sy[j * m + i];
                self.ss[(j - 1) * m + i - 1] = self.ss[j * m + i];
            }
        }
        self.kept -= 1;
    }

    /// Factorises M⁻¹ = [−D Lᵀ; L θSᵀS], D and L the diagonal and what lies below it of SᵀY.
    fn factor(&mut self) -> bool {
        let m = self.memory;
        for j in 0..2 * m {
            for i in 0..2 * m {
                self.square[(i, j)] = if i == j { T::ONE } else { T::ZERO };
            }
        }
        for j in 0..self.kept {
            self.square[(j, j)] = -self.sy[j * m + j];
            for i in 0..self.kept {
                self.square[(m + i, m + j)] = self.theta * self.ss[j * m + i];
                if i > j {
                    self.square[(m + i, j)] = self.sy[j * m + i];
                    self.square[(j, m + i)] = self.sy[j * m + i];
                }
            }
        }
        self.middle.factor(self.square.as_ref()).is_some()
    }

    /// Row k of W, padded by zeros.
    pub(super) fn row(&self, k: usize, out: &mut [T]) {
        out.fill(T::ZERO);
        for i in 0..self.kept {
            out[i] = self.y[i * self.n + k];
            out[self.memory + i] = self.theta * self.s[i * self.n + k];
        }
    }

    /// out ← Wᵀv.
    pub(super) fn project(&self, v: &[T], out: &mut [T]) {
        out.fill(T::ZERO);
        for i in 0..self.kept {
            let column = i * self.n..(i + 1) * self.n;
            out[i] = vector::dot(&self.y[column.clone()], v);
            out[self.memory + i] = self.theta * vector::dot(&self.s[column], v);
        }
    }

    /// v ← v + a W c.
    pub(super) fn add(&self, a: T, c: &[T], v: &mut [T]) {
        for i in 0..self.kept {
            let column = i * self.n..(i + 1) * self.n;
            vector::axpy(a * c[i], &self.y[column.clone()], v);
            vector::axpy(a * self.theta * c[self.memory + i], &self.s[column], v);
        }
    }

    /// v ← M v.
    pub(super) fn middle(&mut self, v: &mut [T]) {
        if self.kept > 0 {
            self.middle.solve(v);
        }
    }

    /// v ← (I − M WᵀZZᵀW/θ)⁻¹ M v, where Z picks the rows `free`; `false` if that matrix is singular. `scratch` is 2m long.
    pub(super) fn subspace(&mut self, free: &[usize], v: &mut [T], scratch: &mut [T]) -> bool {
        if self.kept == 0 {
            return true;
        }
        let (n, kept) = (self.n, self.kept);
        // (I − M N)⁻¹ M = (M⁻¹ − N)⁻¹ with N = WᵀZZᵀW/θ, and `square` still holds M⁻¹.
        for j in 0..2 * kept {
            let (at, other) = (self.place(j), j % kept * n);
            for i in 0..=j {
                let (row, one) = (self.place(i), i % kept * n);
                let pick = |i: usize| if i < kept { &self.y } else { &self.s };
                let (a, b) = (pick(i), pick(j));
                let sum: T = free.iter().map(|k| a[one + *k] * b[other + *k]).sum();
                let scale = match (i < kept, j < kept) {
                    (true, true) => self.theta.recip(),
                    (false, false) => self.theta,
                    _ => T::ONE,
                };
                scratch[row] = scale * sum;
            }
            for i in 0..=j {
                let row = self.place(i);
                self.square[(row, at)] -= scratch[row];
                if row != at {
                    self.square[(at, row)] = self.square[(row, at)];
                }
            }
        }
        let sound = self.subspace.factor(self.square.as_ref()).is_some();
        if sound {
            self.subspace.solve(v);
        }
        // `square` is M⁻¹ again for the next call.
        self.factor() && sound
    }

    /// Where the i-th of the 2·kept columns of W lies among the 2m.
    fn place(&self, i: usize) -> usize {
        if i < self.kept { i } else { self.memory + i - self.kept }
    }
}

impl<T: Real> Checkpoint for Compact<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_usize(archive, "kept", &mut self.kept)?;
        self.kept = self.kept.min(self.memory);
        visit_real(archive, "theta", &mut self.theta)?;
        visit_slice(archive, "s", &mut self.s)?;
        visit_slice(archive, "y", &mut self.y)?;
        visit_slice(archive, "sy", &mut self.sy)?;
        visit_slice(archive, "ss", &mut self.ss)?;
        // What was factored from them is factored again.
        if !self.factor() {
            self.clear();
        }
        Ok(())
    }
}
