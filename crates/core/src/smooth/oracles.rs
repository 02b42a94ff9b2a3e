//! The oracles of [`Smooth`]: one fused pass over the rows for each evaluation.

use core::ops::Range;

use faer::MatMut;

use super::{Partial, Scratch, Smooth};
use crate::certificate::Verification;
use crate::certify;
use crate::datafit::Datafit;
use crate::design::{BLOCK_ROWS, Design, copy_symmetric};
use crate::error::{Error, check_shape};
use crate::loss::{Block, Want};
use crate::minimizer::Halt;
use crate::objective::{Gradient, Hessian, HessianVector, Objective, Rows, Subsample};
use crate::real::Real;
use crate::reduce::reduce;
use crate::vector;

impl<T: Real> Smooth<'_, T> {
    /// One pass over the active rows: leaves Σ wℓ, Xᵀ(wℓ′) and Xᵀ(wℓ″)X in `partials[0]`.
    fn pass(&mut self, x: &[T], want: Want) -> Result<(), Halt> {
        self.check_dim(x)?;
        if want >= Want::Fisher {
            self.reserve_gram();
        }
        let Self { design, datafit, par, every, chunks, partials, slots, .. } = self;
        let map = |chunk: usize, partial: &mut Partial<T>| {
            partial.value = T::ZERO;
            partial.gradient.fill(T::ZERO);
            if want >= Want::Fisher {
                partial.gram.fill(T::ZERO);
            }
            slots.with(|scratch| {
                for rows in active_blocks(chunks.rows_of(chunk), *every) {
                    fused_block(design, *datafit, rows, x, want, scratch, partial);
                }
            });
        };
        let merge = |a: &mut Partial<T>, b: &mut Partial<T>| {
            a.value += b.value;
            vector::axpy(T::ONE, &b.gradient, &mut a.gradient);
            if want >= Want::Fisher {
                vector::axpy(T::ONE, &b.gram, &mut a.gram);
            }
        };
        reduce(*par, partials, &map, &merge);
        Ok(())
    }

    /// Memory for Hessians is taken at the first one; first-order methods never pay for it.
    fn reserve_gram(&mut self) {
        let q = self.design.parameters();
        if self.partials[0].gram.is_empty() {
            for partial in &mut self.partials {
                partial.gram = vec![T::ZERO; q * q];
            }
        }
    }

    /// Scales the sums of a pass to the mean and adds the penalty; NaN (outside the domain) becomes +∞.
    fn finish(&self, x: &[T], g: Option<&mut [T]>) -> T {
        let inverse = self.active_weight.recip();
        if let Some(g) = g {
            for ((g, sum), (d, b)) in
                g.iter_mut().zip(&self.partials[0].gradient).zip(self.quadratic.iter().zip(x))
            {
                *g = *sum * inverse + *d * *b;
            }
        }
        let value = self.partials[0].value * inverse + self.penalty_value(x);
        if value.is_nan() { T::INFINITY } else { value }
    }
}

/// The blocks of a range of rows, every k-th block of the data only.
fn active_blocks(rows: Range<usize>, every: usize) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(BLOCK_ROWS)
        .filter(move |start| (start / BLOCK_ROWS).is_multiple_of(every))
        .map(move |start| start..end.min(start + BLOCK_ROWS))
}

/// eta ← offset + X x on some rows.
fn predict_rows<T: Real>(
    design: &Design<'_, T>,
    datafit: &dyn Datafit<T>,
    rows: Range<usize>,
    x: &[T],
    eta: &mut [T],
) {
    match datafit.offset() {
        Some(offset) => eta.copy_from_slice(&offset[rows.clone()]),
        None => eta.fill(T::ZERO),
    }
    design.add_apply_rows(rows, x, eta);
}

/// Predictor, losses, gradient and Gram of one block of rows while it is in cache.
fn fused_block<T: Real>(
    design: &Design<'_, T>,
    datafit: &dyn Datafit<T>,
    rows: Range<usize>,
    x: &[T],
    want: Want,
    scratch: &mut Scratch<T>,
    partial: &mut Partial<T>,
) {
    let m = rows.len();
    let eta = &mut scratch.eta[..m];
    predict_rows(design, datafit, rows.clone(), x, eta);
    let (gradient, curvature) = (&mut scratch.gradient[..m], &mut scratch.curvature[..m]);
    let mut out = Block { value: T::ZERO, gradient, curvature };
    datafit.evaluate(rows.clone(), eta, want, &mut out);
    partial.value += out.value;
    if want >= Want::Gradient {
        design.add_transpose_rows(rows.clone(), out.gradient, &mut partial.gradient);
    }
    if want >= Want::Fisher {
        design.add_gram_rows(rows, out.curvature, &[T::ONE; BLOCK_ROWS], &mut partial.gram);
    }
}

impl<T: Real> Objective<T> for Smooth<'_, T> {
    fn dim(&self) -> usize {
        self.design.parameters()
    }

    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        self.pass(x, Want::Value)?;
        Ok(self.finish(x, None))
    }

    fn verify(&mut self, x: &[T]) -> Result<Verification, Halt> {
        self.check_dim(x)?;
        let (verification, evidence) = certify::certify(self, x);
        self.evidence = evidence;
        Ok(verification)
    }
}

impl<T: Real> Gradient<T> for Smooth<'_, T> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        check_shape("length of the gradient", x.len(), g.len())?;
        self.pass(x, Want::Gradient)?;
        Ok(self.finish(x, Some(g)))
    }
}

impl<T: Real> Hessian<T> for Smooth<'_, T> {
    fn value_gradient_hessian(&mut self, x: &[T], g: &mut [T], mut h: MatMut<'_, T>) -> Result<T, Halt> {
        check_shape("length of the gradient", x.len(), g.len())?;
        check_shape("rows of the Hessian", x.len(), h.nrows())?;
        check_shape("columns of the Hessian", x.len(), h.ncols())?;
        self.pass(x, self.want_hessian())?;
        copy_symmetric(&self.partials[0].gram, self.active_weight.recip(), h.as_mut());
        for (k, d) in self.quadratic.iter().enumerate() {
            h[(k, k)] += *d;
        }
        Ok(self.finish(x, Some(g)))
    }

    fn hessian_root(&mut self, x: &[T], r: MatMut<'_, T>) -> Result<bool, Halt> {
        // The root is that of all rows; a subsample has none.
        if self.every > 1 {
            return Ok(false);
        }
        Ok(self.information_root(x, self.information, r)?)
    }
}

impl<T: Real> HessianVector<T> for Smooth<'_, T> {
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt> {
        self.check_dim(x)?;
        self.curvature.resize(self.design.rows(), T::ZERO);
        let want = self.want_hessian();
        let Self { design, datafit, par, chunks, slots, curvature, .. } = self;
        par.for_each_chunk(curvature, chunks.size, |chunk, curvature| {
            slots.with(|scratch| {
                for rows in active_blocks(chunks.rows_of(chunk), 1) {
                    let m = rows.len();
                    let at = rows.start - chunk * chunks.size;
                    let (eta, gradient) = (&mut scratch.eta[..m], &mut scratch.gradient[..m]);
                    predict_rows(design, *datafit, rows.clone(), x, eta);
                    let mut out = Block { value: T::ZERO, gradient, curvature: &mut curvature[at..at + m] };
                    datafit.evaluate(rows, eta, want, &mut out);
                }
            });
        });
        Ok(())
    }

    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt> {
        self.check_dim(v)?;
        check_shape("length of the result", v.len(), out.len())?;
        if self.curvature.is_empty() {
            let remedy = "call linearize first".to_owned();
            return Err(
                Error::Empty { what: "the point of the Hessian-vector product".to_owned(), remedy }.into()
            );
        }
        let Self { design, par, every, chunks, partials, slots, curvature, .. } = self;
        let map = |chunk: usize, partial: &mut Partial<T>| {
            partial.gradient.fill(T::ZERO);
            slots.with(|scratch| {
                for rows in active_blocks(chunks.rows_of(chunk), *every) {
                    let eta = &mut scratch.eta[..rows.len()];
                    eta.fill(T::ZERO);
                    design.add_apply_rows(rows.clone(), v, eta);
                    for (e, c) in eta.iter_mut().zip(&curvature[rows.clone()]) {
                        *e *= *c;
                    }
                    design.add_transpose_rows(rows, eta, &mut partial.gradient);
                }
            });
        };
        let merge =
            |a: &mut Partial<T>, b: &mut Partial<T>| vector::axpy(T::ONE, &b.gradient, &mut a.gradient);
        reduce(*par, partials, &map, &merge);
        let inverse = self.active_weight.recip();
        for (k, out) in out.iter_mut().enumerate() {
            *out = self.partials[0].gradient[k] * inverse + self.quadratic[k] * v[k];
        }
        Ok(())
    }
}

impl<T: Real> Subsample<T> for Smooth<'_, T> {
    fn restrict(&mut self, rows: Rows) {
        self.every = match rows {
            Rows::All => 1,
            Rows::EveryBlock(k) => k.get(),
        };
        self.active_weight = if self.every == 1 {
            self.datafit.total_weight()
        } else {
            active_blocks(0..self.design.rows(), self.every).map(|rows| self.datafit.weight_of(rows)).sum()
        };
        if self.active_weight <= T::ZERO {
            // A subsample of absent rows says nothing; the whole data does.
            self.restrict(Rows::All);
        }
    }

    fn active_rows(&self) -> usize {
        active_blocks(0..self.design.rows(), self.every).map(|rows| rows.len()).sum()
    }
}
