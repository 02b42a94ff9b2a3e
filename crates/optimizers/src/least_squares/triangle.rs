//! [`Triangle`]: what a step needs of the linearised residuals, JC⁻¹P = QR and Qᵀr with C the norms of J's columns, and the damped steps that follow from it.
//! Brought to unit norm, columns show by R whether they are dependent, whatever the units of the parameters.
//!
//! Source: Moré, *The Levenberg-Marquardt algorithm: implementation and theory*, Lecture Notes in Mathematics 630 (1978), sections 3 and 5.

use thalweg_core::{Archive, Checkpoint, PivotedQr, Real, Result, vector, visit_slice, visit_usize};

/// How near ‖Dp‖ comes to the radius.
const NEAR: f64 = 0.1;
/// Newton corrections of the damping at most.
const CORRECTIONS: usize = 10;

#[derive(Clone, Debug)]
pub(super) struct Triangle<T> {
    n: usize,
    /// C; 1 for a column of zeros.
    norms: Vec<T>,
    /// R, n×n; column j holds rows 0 to j.
    r: Vec<T>,
    /// The parameter of each column of R.
    order: Vec<usize>,
    /// The first n of Qᵀr.
    qtr: Vec<T>,
    /// S with SᵀS = RᵀR + αPᵀC⁻²D²P, transposed: column j holds rows j to n − 1.
    s: Vec<T>,
    /// Scratch: the right-hand side, a row being rotated in, and the solution.
    b: Vec<T>,
    row: Vec<T>,
    z: Vec<T>,
    /// −p, by parameters.
    step: Vec<T>,
}

impl<T: Real> Checkpoint for Triangle<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "norms", &mut self.norms)?;
        visit_slice(archive, "R", &mut self.r)?;
        visit_slice(archive, "rotated residuals", &mut self.qtr)?;
        for place in &mut self.order {
            visit_usize(archive, "order", place)?;
            thalweg_core::check_shape(
                "parameter of a column in the checkpoint",
                (*place).min(self.n - 1),
                *place,
            )?;
        }
        Ok(())
    }
}

impl<T: Real> Triangle<T> {
    pub(super) fn new(n: usize) -> Self {
        let zeros = |n: usize| vec![T::ZERO; n];
        Self {
            n,
            norms: zeros(n),
            r: zeros(n * n),
            order: (0..n).collect(),
            qtr: zeros(n),
            s: zeros(n * n),
            b: zeros(n),
            row: zeros(n),
            z: zeros(n),
            step: zeros(n),
        }
    }

    /// Of the Jacobian in `qr` and these residuals; the Jacobian is used up. `false`, and nothing else, if a column's norm is not finite.
    pub(super) fn factorise(&mut self, qr: &mut PivotedQr<T>, residuals: &[T]) -> bool {
        let n = self.n;
        for (norm, column) in self.norms.iter_mut().zip(qr.matrix().col_iter()) {
            *norm = column.norm_l2();
        }
        if !vector::all_finite(&self.norms) {
            return false;
        }
        for (norm, column) in self.norms.iter_mut().zip(qr.matrix().col_iter_mut()) {
            if *norm == T::ZERO {
                *norm = T::ONE;
            }
            column.iter_mut().for_each(|j| *j /= *norm);
        }
        qr.decompose(residuals);
        for j in 0..n {
            for i in 0..=j {
                self.r[j * n + i] = qr.r(i, j);
            }
        }
        self.order.copy_from_slice(qr.order());
        let rotated = qr.rotated();
        self.qtr.iter_mut().enumerate().for_each(|(i, q)| *q = rotated.get(i).copied().unwrap_or(T::ZERO));
        true
    }

    /// The norms of the Jacobian's columns; 1 for a column of zeros.
    pub(super) fn norms(&self) -> &[T] {
        &self.norms
    }

    /// Columns that are independent to rounding.
    pub(super) fn rank(&self) -> usize {
        let n = self.n;
        let floor = T::of(n as f64) * T::EPSILON * self.r.first().map_or(T::ZERO, |r| r.abs());
        (0..n).find(|j| self.r[j * n + j].abs() <= floor).unwrap_or(n)
    }

    /// ½‖Qᵀr‖² over the columns that count: how far F falls if the residuals are as linear as they look here.
    pub(super) fn promise(&self) -> T {
        T::of(0.5) * vector::norm2_squared(&self.qtr[..self.rank()])
    }

    /// −p by parameters, after [`Triangle::gauss_newton`] or [`Triangle::within`].
    pub(super) fn step(&self) -> &[T] {
        &self.step
    }

    /// ‖Jp‖ of the last step.
    pub(super) fn image(&mut self) -> T {
        let n = self.n;
        self.z.fill(T::ZERO);
        for j in 0..n {
            let p = self.step[self.order[j]] * self.norms[self.order[j]];
            vector::axpy(p, &self.r[j * n..=j * n + j], &mut self.z[..=j]);
        }
        vector::norm2(&self.z)
    }

    /// The least-squares step −p = J⁺r of the columns that count.
    pub(super) fn gauss_newton(&mut self) {
        let (n, rank) = (self.n, self.rank());
        self.z.copy_from_slice(&self.qtr);
        self.z[rank..].fill(T::ZERO);
        for j in (0..rank).rev() {
            self.z[j] /= self.r[j * n + j];
            let z = self.z[j];
            for i in 0..j {
                self.z[i] -= z * self.r[j * n + i];
            }
        }
        self.scatter();
    }

    fn scatter(&mut self) {
        for (j, place) in self.order.iter().enumerate() {
            self.step[*place] = self.z[j] / self.norms[*place];
        }
    }

    /// The step that minimises ‖Jp + r‖ with ‖Dp‖ ≤ δ, to a tenth of δ; returns α, from which the next search starts.
    pub(super) fn within(&mut self, d: &[T], delta: T, mut alpha: T) -> T {
        let (n, near) = (self.n, T::of(NEAR) * delta);
        self.gauss_newton();
        let mut length = scaled_norm(d, &self.step);
        let mut excess = length - delta;
        if excess <= near {
            return T::ZERO;
        }
        let full_rank = self.rank() == n;
        let mut lower = T::ZERO;
        if full_rank {
            // φ′(0) by ‖R⁻ᵀPᵀD²p/‖Dp‖‖.
            self.gradient_of_length(d, length);
            for j in 0..n {
                let column = &self.r[j * n..j * n + j];
                self.z[j] = (self.z[j] - vector::dot(column, &self.z[..j])) / self.r[j * n + j];
            }
            lower = excess / delta / vector::norm2_squared(&self.z);
        }
        for j in 0..n {
            let column = &self.r[j * n..=j * n + j];
            self.z[j] = vector::dot(column, &self.qtr[..=j]) * self.norms[self.order[j]] / d[self.order[j]];
        }
        let gradient = vector::norm2(&self.z);
        let mut upper = gradient / delta;
        if upper == T::ZERO {
            upper = T::MIN_POSITIVE / delta.min(T::of(NEAR));
        }
        alpha = alpha.max(lower).min(upper);
        if alpha == T::ZERO {
            alpha = gradient / length;
        }
        for correction in 1..=CORRECTIONS {
            if alpha == T::ZERO {
                alpha = T::MIN_POSITIVE.max(T::of(1e-3) * upper);
            }
            self.damped(d, alpha.sqrt());
            length = scaled_norm(d, &self.step);
            let before = core::mem::replace(&mut excess, length - delta);
            let sinking = lower == T::ZERO && excess <= before && before < T::ZERO;
            if excess.abs() <= near || sinking || correction == CORRECTIONS {
                break;
            }
            self.gradient_of_length(d, length);
            for j in 0..n {
                self.z[j] /= self.s[j * n + j];
                let z = self.z[j];
                for i in j + 1..n {
                    self.z[i] -= z * self.s[j * n + i];
                }
            }
            let correction = excess / delta / vector::norm2_squared(&self.z);
            if excess > T::ZERO {
                lower = lower.max(alpha);
            } else {
                upper = upper.min(alpha);
            }
            alpha = lower.max(alpha + correction);
        }
        alpha
    }

    /// z ← PᵀC⁻¹D²p/‖Dp‖.
    fn gradient_of_length(&mut self, d: &[T], length: T) {
        for (z, place) in self.z.iter_mut().zip(&self.order) {
            *z = d[*place] / self.norms[*place] * (d[*place] * self.step[*place] / length);
        }
    }

    /// The minimiser of ‖Jp + r‖² + α‖Dp‖², given √α: rows of √αD are rotated into R, one after the other.
    fn damped(&mut self, d: &[T], root: T) {
        let n = self.n;
        for j in 0..n {
            for i in j..n {
                self.s[j * n + i] = self.r[i * n + j];
            }
        }
        self.b.copy_from_slice(&self.qtr);
        for j in 0..n {
            let entry = root * d[self.order[j]] / self.norms[self.order[j]];
            if entry == T::ZERO {
                continue;
            }
            self.row[j..].fill(T::ZERO);
            self.row[j] = entry;
            let mut right = T::ZERO;
            for k in j..n {
                let (a, b) = (self.s[k * n + k], self.row[k]);
                if b == T::ZERO {
                    continue;
                }
                let (cos, sin) = rotation(a, b);
                self.s[k * n + k] = cos * a + sin * b;
                (self.b[k], right) = (cos * self.b[k] + sin * right, cos * right - sin * self.b[k]);
                for i in k + 1..n {
                    let (a, b) = (self.s[k * n + i], self.row[i]);
                    self.s[k * n + i] = cos * a + sin * b;
                    self.row[i] = cos * b - sin * a;
                }
            }
        }
        let rank = (0..n).find(|j| self.s[j * n + j] == T::ZERO).unwrap_or(n);
        self.z.fill(T::ZERO);
        for j in (0..rank).rev() {
            let column = &self.s[j * n + j + 1..(j + 1) * n];
            self.z[j] = (self.b[j] - vector::dot(column, &self.z[j + 1..])) / self.s[j * n + j];
        }
        self.scatter();
    }
}

/// (cos, sin) of the rotation that moves (a, b) onto the first axis.
fn rotation<T: Real>(a: T, b: T) -> (T, T) {
    if a.abs() < b.abs() {
        let cot = a / b;
        let sin = (T::ONE + cot * cot).sqrt().recip();
        (sin * cot, sin)
    } else {
        let tan = b / a;
        let cos = (T::ONE + tan * tan).sqrt().recip();
        (cos, cos * tan)
    }
}

/// ‖Dp‖.
pub(super) fn scaled_norm<T: Real>(d: &[T], p: &[T]) -> T {
    // Scaled by the largest entry, so that squares neither overflow nor vanish.
    let largest = d.iter().zip(p).fold(T::ZERO, |m, (d, p)| m.max((*d * *p).abs()));
    if largest == T::ZERO || !largest.is_finite() {
        return largest;
    }
    let sum: T = d.iter().zip(p).map(|(d, p)| (*d * *p / largest) * (*d * *p / largest)).sum();
    largest * sum.sqrt()
}
