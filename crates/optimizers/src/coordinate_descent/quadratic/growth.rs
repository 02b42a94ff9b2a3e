//! Which columns a [`Quadratic`] holds, and how a Gram matrix grows with them.

use thalweg_core::{Halt, LinearComposite, Penalised, Real, RowComposite};

use super::{Form, Quadratic};

impl<T: Real> Quadratic<T> {
    /// Other columns.
    pub fn replace(&mut self, columns: impl IntoIterator<Item = usize>) {
        self.columns.clear();
        self.columns.extend(columns);
        self.formed = false;
    }

    /// More columns. Of a Gram matrix at hand only the new products are computed.
    ///
    /// # Errors
    /// As [`LinearComposite::gram`].
    pub fn grow(&mut self, objective: &mut Penalised<'_, T>, new: &[usize]) -> Result<(), Halt> {
        let old = self.columns.len();
        self.columns.extend_from_slice(new);
        let (m, limit) = (self.columns.len(), objective.gram_limit());
        if !self.formed || new.is_empty() {
            return Ok(());
        }
        let fits = self.form == Form::Gram && m <= limit && new.len() <= old;
        if self.form == Form::Gram && !fits {
            self.formed = false;
            return Ok(());
        }
        for (mean, k) in self.means[old..].iter_mut().zip(new) {
            *mean = objective.design().column_dot(*k, &self.h, self.mass);
        }
        if self.form == Form::Rows {
            self.row_curvatures(objective.design(), old..m);
            return Ok(());
        }
        let mut border = vec![T::ZERO; new.len() * m];
        objective.gram_border(&self.columns, old, &self.h, &mut border).map_err(Halt::Input)?;
        self.widen(old, m, limit);
        let centre = self.centre();
        for (j, row) in border.chunks_exact(m).enumerate() {
            let j = old + j;
            for (i, v) in row.iter().enumerate() {
                let v = *v - centre * self.means[i] * self.means[j];
                self.gram[j * self.stride + i] = v;
                self.gram[i * self.stride + j] = v;
            }
            self.diagonal[j] = self.gram[j * self.stride + j];
        }
        self.level(old..m);
        Ok(())
    }

    /// Room for m columns of the Gram matrix, of which there are `old`.
    fn widen(&mut self, old: usize, m: usize, limit: usize) {
        if m <= self.stride {
            return;
        }
        let stride = m.max(self.stride + self.stride / 2).min(limit);
        for j in (1..old).rev() {
            self.gram.copy_within(j * self.stride..j * self.stride + old, j * stride);
        }
        self.stride = stride;
    }
}
