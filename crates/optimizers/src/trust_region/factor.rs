//! [`Factor`]: the Cholesky factor of H + λI, which where there is none tells how far λ is from giving one.
//!
//! Cost: n³/3 operations, along columns. Source: Conn, Gould and Toint, *Trust-Region Methods* (2000), sections 7.3.3 to 7.3.5.

use thalweg_core::{Real, vector};

/// L with LLᵀ = H + λI, column-major in its lower triangle; all memory is taken by [`Factor::new`].
#[derive(Clone, Debug)]
pub(super) struct Factor<T> {
    l: Vec<T>,
    n: usize,
}

impl<T: Real> Factor<T> {
    pub(super) fn new(n: usize) -> Self {
        Self { l: vec![T::ZERO; n * n], n }
    }

    /// Factorises H + λI. If a pivot is not positive, `Err` holds the least known shift beyond λ that leaves a singular matrix: with δ added to
    /// the pivot, (H + λI + δeₖeₖᵀ)v = 0 for the vector v of norm `direction`, which is left in it.
    pub(super) fn factor(&mut self, h: &[T], lambda: T, v: &mut [T]) -> Result<(), T> {
        let n = self.n;
        for j in 0..n {
            let (done, rest) = self.l.split_at_mut(j * n);
            let column = &mut rest[j..n];
            column.copy_from_slice(&h[j * n + j..(j + 1) * n]);
            column[0] += lambda;
            for k in 0..j {
                let left = &done[k * n + j..(k + 1) * n];
                vector::axpy(-left[0], left, column);
            }
            let pivot = column[0];
            if !(pivot > T::ZERO && pivot.is_finite()) {
                return Err(self.shift(j, -pivot, v));
            }
            let root = pivot.sqrt();
            column[0] = root;
            vector::scale(root.recip(), &mut column[1..]);
        }
        Ok(())
    }

    /// δ/‖v‖² for the pivot k that would have to grow by δ, with v = (−L₁⁻ᵀ l, 1, 0, …).
    fn shift(&self, k: usize, delta: T, v: &mut [T]) -> T {
        v.fill(T::ZERO);
        v[k] = T::ONE;
        for i in (0..k).rev() {
            let column = &self.l[i * self.n..(i + 1) * self.n];
            v[i] = -vector::dot(&column[i + 1..=k], &v[i + 1..=k]) / column[i];
        }
        delta / vector::norm2_squared(v)
    }

    /// x ← L⁻¹x.
    pub(super) fn forward(&self, x: &mut [T]) {
        for j in 0..self.n {
            let column = &self.l[j * self.n..(j + 1) * self.n];
            x[j] /= column[j];
            let (head, tail) = x.split_at_mut(j + 1);
            vector::axpy(-head[j], &column[j + 1..], tail);
        }
    }

    /// x ← L⁻ᵀx.
    pub(super) fn backward(&self, x: &mut [T]) {
        for j in (0..self.n).rev() {
            let column = &self.l[j * self.n..(j + 1) * self.n];
            x[j] = (x[j] - vector::dot(&column[j + 1..], &x[j + 1..])) / column[j];
        }
    }

    /// A vector z of norm 1 for which ‖Lᵀz‖² = zᵀ(H + λI)z is small, and that number: w with entries ±1 is chosen so that L⁻¹w grows, as in
    /// LINPACK's estimate of the condition, and z is L⁻ᵀL⁻¹w.
    pub(super) fn smallest(&self, z: &mut [T]) -> T {
        z.fill(T::ZERO);
        for j in 0..self.n {
            let column = &self.l[j * self.n..(j + 1) * self.n];
            let sign = if z[j] > T::ZERO { T::ONE } else { -T::ONE };
            z[j] = (z[j] + sign) / column[j];
            let (head, tail) = z.split_at_mut(j + 1);
            vector::axpy(-head[j], &column[j + 1..], tail);
        }
        let length = vector::norm2(z);
        vector::scale(length.recip(), z);
        self.backward(z);
        let length = vector::norm2(z);
        vector::scale(length.recip(), z);
        // ‖Lᵀz‖ for z = L⁻ᵀu/‖L⁻ᵀu‖ with ‖u‖ = 1 is 1/‖L⁻ᵀu‖.
        length.recip() * length.recip()
    }
}
