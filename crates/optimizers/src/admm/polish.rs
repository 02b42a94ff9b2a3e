//! [`Polish`]: Newton steps on the optimality conditions of a loss with kinks, from where ADMM stands.
//!
//! b and the rows' multipliers y are optimal where η = prox(η + τy) row by row and b = prox(b − sXᵀy). Both operators are piecewise smooth; on the
//! piece at hand a Newton step solves
//!   (1 − Dᵢ)(Xδb)ᵢ − Dᵢτδyᵢ = −rᵢ,   (1 − Dⱼ)δbⱼ + Dⱼs(Xᵀδy)ⱼ = −rⱼ
//! with the operators' derivatives D, found by differences. Rows with D = 1 (where the loss is linear) and coefficients with D = 0 (held at a kink
//! or bound) are known at once; what is left is a symmetric system in the rows at kinks and the coefficients that move. Where those are the right
//! ones, which ADMM finds long before it has the digits, and the problem is a linear program, one step ends at the vertex.
//!
//! Source: Stellato, Banjac, Goulart, Bemporad and Boyd, *OSQP*, Math. Program. Comput. 12 (2020), section 4, for regularised systems refined
//! iteratively; Xiao, Li, Wen and Zhang, *A regularized semi-smooth Newton method with projection steps for composite convex programs*, J. Sci.
//! Comput. 76 (2018), for Newton's method on the fixed points of a splitting.

use faer::MatRef;
use thalweg_core::{Halt, LinearComposite, Real, ScaledCholesky, Step, vector};

/// Rows and coefficients in a system at most.
const LARGEST: usize = 512;
/// Newton steps at most, and refinements of one.
const ROUNDS: usize = 8;
const REFINEMENTS: usize = 4;

/// A trial point and its system; all memory is taken once.
pub(super) struct Polish<T: Real> {
    /// b and y.
    pub(super) b: Vec<T>,
    pub(super) y: Vec<T>,
    /// The prox of the rows there: z.
    pub(super) z: Vec<T>,
    /// Xᵀy.
    pub(super) gradient: Vec<T>,
    eta: Vec<T>,
    /// The arguments of the two operators, and what each is off by.
    point: Vec<T>,
    target: Vec<T>,
    off: Vec<T>,
    off_b: Vec<T>,
    /// Scratch of the differences.
    probe: [Vec<T>; 2],
    probe_b: [Vec<T>; 2],
    system: System<T>,
}

/// [H Bᵀ; B −E] (δb; δy) = (p; d) on the moving coefficients and the rows at kinks.
struct System<T: Real> {
    columns: Vec<usize>,
    rows: Vec<usize>,
    /// H and E, diagonal; p and d; the solution and its residual.
    h: Vec<T>,
    e: Vec<T>,
    p: Vec<T>,
    d: Vec<T>,
    solution: [Vec<T>; 2],
    residual: [Vec<T>; 2],
    /// B, row by row.
    b: Vec<T>,
    matrix: Vec<T>,
    factor: ScaledCholesky<T>,
}

impl<T: Real> Polish<T> {
    pub(super) fn new(n: usize, q: usize) -> Self {
        let zeros = |n: usize| vec![T::ZERO; n];
        let (rows, columns) = (n.min(LARGEST), q.min(LARGEST));
        let room = Vec::with_capacity;
        Self {
            b: zeros(q),
            y: zeros(n),
            z: zeros(n),
            gradient: zeros(q),
            eta: zeros(n),
            point: zeros(n),
            target: zeros(q),
            off: zeros(n),
            off_b: zeros(q),
            probe: [zeros(n), zeros(n)],
            probe_b: [zeros(q), zeros(q)],
            system: System {
                columns: Vec::with_capacity(q),
                rows: Vec::with_capacity(n),
                h: room(q),
                e: room(n),
                p: room(q),
                d: room(n),
                solution: [room(q), room(n)],
                residual: [room(q), room(n)],
                b: zeros(rows * columns),
                matrix: zeros(columns * columns),
                factor: ScaledCholesky::new(columns),
            },
        }
    }

    /// Newton steps from the b and y set before, with steps τ of the rows and s of the coefficients. Returns the violation that is left.
    pub(super) fn run<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        tau: T,
        s: T,
    ) -> Result<T, Halt> {
        let mut least = T::INFINITY;
        let mut since = 0;
        for round in 0..=ROUNDS {
            let left = self.assess(objective, tau, s)?;
            since = if left < least { 0 } else { since + 1 };
            least = least.min(left);
            if round == ROUNDS || since > 2 || left == T::ZERO || left.is_nan() {
                return Ok(left);
            }
            self.differentiate(objective, tau, s)?;
            if !self.system.solve(objective, &mut self.probe[0]) {
                return Ok(left);
            }
            let system = &self.system;
            for (k, d) in system.columns.iter().zip(&system.solution[0]) {
                self.probe_b[0][*k] = *d;
            }
            for (i, d) in system.rows.iter().zip(&system.solution[1]) {
                self.probe[1][*i] = *d;
            }
            vector::axpy(T::ONE, &self.probe_b[0], &mut self.b);
            vector::axpy(T::ONE, &self.probe[1], &mut self.y);
            if left <= T::EPSILON {
                // The step just taken ends what rounding has left.
                return self.assess(objective, tau, s);
            }
        }
        Ok(least)
    }

    /// What both conditions are off by; returns the larger of the violations of rows and coefficients.
    fn assess<O: LinearComposite<T> + ?Sized>(&mut self, objective: &mut O, tau: T, s: T) -> Result<T, Halt> {
        objective.predict(&self.b, &mut self.eta);
        vector::step(&self.eta, tau, &self.y, &mut self.point);
        objective.prox_rows(&self.point, tau, &mut self.z)?;
        vector::step(&self.eta, -T::ONE, &self.z, &mut self.off);
        objective.apply_transpose(&self.y, &mut self.gradient);
        vector::step(&self.b, -s, &self.gradient, &mut self.target);
        self.off_b.copy_from_slice(&self.target);
        objective.prox(&mut self.off_b, Step::Scalar(s));
        for (off, b) in self.off_b.iter_mut().zip(&self.b) {
            *off = *b - *off;
        }
        Ok(objective.stationarity(&self.b, &self.gradient).max(vector::norm_inf(&self.off)))
    }

    /// The system of the step, with the entries that are known at once in `probe_b[0]` (δb) and `probe[1]` (δy), and Xδb of those in `probe[0]`.
    fn differentiate<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &mut O,
        tau: T,
        s: T,
    ) -> Result<(), Halt> {
        let nudge = |v: T| T::EPSILON.sqrt() * (T::ONE + v.abs());
        let Self { probe: [low, high], probe_b: [low_b, high_b], system, .. } = self;
        for ((low_b, high_b), v) in low_b.iter_mut().zip(high_b.iter_mut()).zip(&self.target) {
            (*low_b, *high_b) = (*v - nudge(*v), *v + nudge(*v));
        }
        objective.prox(low_b, Step::Scalar(s));
        objective.prox(high_b, Step::Scalar(s));
        system.clear();
        let half = T::of(0.5);
        for (k, v) in self.target.iter().enumerate() {
            let d = half * (high_b[k] - low_b[k]) / nudge(*v);
            low_b[k] = -self.off_b[k];
            if d > T::of(1e-3) {
                system.columns.push(k);
                system.h.push((T::ONE - d).max(T::ZERO) / (s * d));
                system.p.push(-self.off_b[k] / (s * d));
                low_b[k] = T::ZERO;
            }
        }
        for (low, v) in low.iter_mut().zip(&self.point) {
            *low = *v - nudge(*v);
        }
        objective.prox_rows(low, tau, high)?;
        // The point below has been used; its place takes that above.
        for (low, v) in low.iter_mut().zip(&self.point) {
            *low = *v + nudge(*v);
        }
        objective.prox_rows(low, tau, &mut self.eta)?;
        for (i, v) in self.point.iter().enumerate() {
            let d = half * (self.eta[i] - high[i]) / nudge(*v);
            high[i] = self.off[i] / tau;
            if d < T::of(1.0 - 1e-3) {
                system.rows.push(i);
                system.e.push(tau * d.max(T::ZERO) / (T::ONE - d));
                system.d.push(-self.off[i] / (T::ONE - d));
                high[i] = T::ZERO;
            }
        }
        // What the known entries take from the right-hand sides.
        objective.apply_transpose(high, high_b);
        for (p, k) in system.p.iter_mut().zip(&system.columns) {
            *p -= high_b[*k];
        }
        let mut shift = T::ZERO;
        low.fill(T::ZERO);
        for (k, b) in low_b.iter().enumerate().filter(|(_, b)| **b != T::ZERO) {
            objective.design().column_axpy(k, *b, low, &mut shift);
        }
        for (d, i) in system.d.iter_mut().zip(&system.rows) {
            *d -= low[*i] + shift;
        }
        Ok(())
    }
}

impl<T: Real> System<T> {
    fn clear(&mut self) {
        self.columns.clear();
        self.rows.clear();
        for v in [&mut self.h, &mut self.e, &mut self.p, &mut self.d] {
            v.clear();
        }
    }

    /// Solves the system by (H + ε + Bᵀ(E + ε)⁻¹B) δb = …, refined against the system without ε; `false` if it is too large, or singular all
    /// the same. `column` is scratch of length n.
    fn solve<O: LinearComposite<T> + ?Sized>(&mut self, objective: &O, column: &mut [T]) -> bool {
        let (m, r) = (self.columns.len(), self.rows.len());
        if m > LARGEST || r > LARGEST || m == 0 {
            return false;
        }
        for (c, k) in self.columns.iter().enumerate() {
            let mut shift = T::ZERO;
            column.fill(T::ZERO);
            objective.design().column_axpy(*k, T::ONE, column, &mut shift);
            for (at, i) in self.rows.iter().enumerate() {
                self.b[at * m + c] = column[*i] + shift;
            }
        }
        let square = vector::norm2_squared(&self.b[..r * m]) / T::of((r * m).max(1) as f64);
        let epsilon =
            T::of(1e-6).max(T::EPSILON.sqrt()) * if square > T::ZERO { square.sqrt() } else { T::ONE };
        self.matrix[..m * m].fill(T::ZERO);
        for (at, e) in self.e.iter().enumerate() {
            let row = &self.b[at * m..(at + 1) * m];
            let scale = (*e + epsilon).recip();
            for (c, x) in row.iter().enumerate().filter(|(_, x)| **x != T::ZERO) {
                vector::axpy(scale * *x, row, &mut self.matrix[c * m..(c + 1) * m]);
            }
        }
        for (c, h) in self.h.iter().enumerate() {
            self.matrix[c * m + c] += *h + epsilon;
        }
        self.factor.resize(m);
        let matrix = MatRef::from_column_major_slice(&self.matrix[..m * m], m, m);
        if self.factor.factor(matrix).is_none() {
            return false;
        }
        for (v, n) in self.solution.iter_mut().zip([m, r]) {
            v.clear();
            v.resize(n, T::ZERO);
        }
        for _ in 0..=REFINEMENTS {
            self.refine(epsilon);
        }
        self.solution.iter().all(|v| vector::all_finite(v))
    }

    /// Adds the regularised system's answer to what is left of the right-hand sides.
    fn refine(&mut self, epsilon: T) {
        let m = self.columns.len();
        let [left_p, left_d] = &mut self.residual;
        let [x, y] = &mut self.solution;
        left_p.clear();
        left_p.extend(self.p.iter().zip(self.h.iter().zip(x.iter())).map(|(p, (h, x))| *p - *h * *x));
        left_d.clear();
        for (at, d) in self.d.iter().enumerate() {
            let row = &self.b[at * m..(at + 1) * m];
            vector::axpy(-y[at], row, left_p);
            left_d.push(*d - vector::dot(row, x) + self.e[at] * y[at]);
        }
        for (at, d) in left_d.iter().enumerate() {
            vector::axpy(*d / (self.e[at] + epsilon), &self.b[at * m..(at + 1) * m], left_p);
        }
        self.factor.solve(left_p);
        for (at, d) in left_d.iter().enumerate() {
            let row = &self.b[at * m..(at + 1) * m];
            y[at] += (vector::dot(row, left_p) - *d) / (self.e[at] + epsilon);
        }
        vector::axpy(T::ONE, left_p, x);
    }
}
