//! Products of columns that join a Gram matrix with those that are in it.

use crate::cross;
use crate::error::{Result, check_shape};
use crate::real::Real;
use crate::vector;

use super::Penalised;

/// New columns whose weighted copies are made at a time.
const TOGETHER: usize = 64;
/// Old columns that one task takes.
const TASK: usize = 16;

impl<T: Real> Penalised<'_, T> {
    /// XₖᵀHXₗ of the columns k = `columns[from..]` with every l of `columns`, H = diag(h): the last rows of
    /// [`LinearComposite::gram`](crate::LinearComposite::gram), row by row, each as long as `columns`. The columns are parameters of dense
    /// predictors; `h` has length n and any sign. X is read once for every 64 new columns.
    ///
    /// # Errors
    /// `h` or `out` of the wrong length.
    pub fn gram_border(&self, columns: &[usize], from: usize, h: &[T], out: &mut [T]) -> Result<()> {
        let (design, first, m) = (self.smooth.design(), self.first(), columns.len());
        check_shape("length of the row weights", design.rows(), h.len())?;
        check_shape("length of the border", (m - from.min(m)) * m, out.len())?;
        let stored = |k: usize| k.checked_sub(first).and_then(|j| design.predictor(j)).unwrap_or(&[]);
        let standardized = design.is_standardized();
        let mass = if standardized { vector::sum(h) } else { T::ZERO };
        // Σ h x of every column, for what centring subtracts.
        let mut sums = vec![T::ZERO; if standardized { m } else { 0 }];
        self.par().for_each_chunk(&mut sums, TASK, |task, sums| {
            for (sum, k) in sums.iter_mut().zip(&columns[task * TASK..]) {
                *sum = vector::dot(stored(*k), h);
            }
        });
        // A column of X and its products with the new ones.
        let mut products = vec![T::ZERO; m * TOGETHER];
        for (g, (group, out)) in
            columns[from..].chunks(TOGETHER).zip(out.chunks_mut(TOGETHER * m)).enumerate()
        {
            let mut weighted = vec![T::ZERO; group.len() * h.len()];
            self.par().for_each_chunk(&mut weighted, h.len(), |k, z| {
                for ((z, x), h) in z.iter_mut().zip(stored(group[k])).zip(h) {
                    *z = *x * *h;
                }
            });
            let products = &mut products[..m * group.len()];
            cross::transposed(|i| stored(columns[i]), (&weighted, group.len()), products, self.par());
            for (r, (row, k)) in out.chunks_mut(m).zip(group).enumerate() {
                for (i, (out, l)) in row.iter_mut().zip(columns).enumerate() {
                    let v = products[i * group.len() + r];
                    *out = if standardized {
                        let at = from + g * TOGETHER + r;
                        let ((a, s), (b, t)) = (design.affine(*k), design.affine(*l));
                        (v - a * sums[i] - b * sums[at] + a * b * mass) / (s * t)
                    } else {
                        v
                    };
                }
            }
        }
        Ok(())
    }
}
