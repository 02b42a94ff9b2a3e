//! The oracles of [`Smooth`]: one fused pass over the rows for each evaluation.

use core::ops::Range;

use faer::MatMut;

use super::{Partial, Scratch, Smooth, mirror};
use crate::certificate::Verification;
use crate::certify;
use crate::datafit::Datafit;
use crate::design::{BLOCK_ROWS, Design};
use crate::error::{Error, check_shape};
use crate::loss::{Block, Want, finite_or_infinity};
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
        self.translate(x);
        let Self { design, datafit, par, every, chunks, partials, slots, raw, .. } = self;
        let map = |chunk: usize, partial: &mut Partial<T>| {
            partial.value = T::ZERO;
            partial.clear_gradient(raw.len());
            if want >= Want::Fisher {
                partial.gram.fill(T::ZERO);
            }
            slots.with(|scratch| {
                for rows in active_blocks(chunks.rows_of(chunk), *every) {
                    fused_block(design, *datafit, rows, raw, want, scratch, partial);
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
        let outputs = self.datafit.outputs();
        if self.partials[0].gram.is_empty() {
            for partial in &mut self.partials {
                partial.gram = vec![T::ZERO; self.design.gram_len() * (outputs * (outputs + 1) / 2)];
            }
        }
    }

    /// The parameters of the stored columns, where the design is standardised.
    fn translate(&mut self, x: &[T]) {
        self.raw.copy_from_slice(x);
        for b in self.raw.chunks_exact_mut(self.design.parameters().max(1)) {
            self.design.to_original(b);
        }
    }

    /// Scales the sums of a pass to the mean and adds the penalty; NaN (outside the domain) becomes +∞.
    fn finish(&self, x: &[T], g: Option<&mut [T]>) -> T {
        let inverse = self.active_weight.recip();
        if let Some(g) = g {
            g.copy_from_slice(&self.partials[0].gradient);
            g.chunks_exact_mut(self.design.parameters().max(1)).for_each(|g| self.design.pull_back(g));
            for (g, (d, b)) in g.iter_mut().zip(self.quadratic.iter().zip(x)) {
                *g = *g * inverse + *d * *b;
            }
        }
        let value = self.partials[0].value * inverse + self.penalty_value(x);
        finite_or_infinity(value)
    }
}

/// The blocks of a range of rows, every k-th block of the data only.
fn active_blocks(rows: Range<usize>, every: usize) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(BLOCK_ROWS)
        .filter(move |start| (start / BLOCK_ROWS).is_multiple_of(every))
        .map(move |start| start..end.min(start + BLOCK_ROWS))
}

/// eta ← offset + X x on some rows, m×K row-major.
fn predict_rows<T: Real>(
    design: &Design<'_, T>,
    datafit: &dyn Datafit<T>,
    rows: Range<usize>,
    x: &[T],
    eta: &mut [T],
    column: &mut [T],
) {
    let outputs = datafit.outputs();
    match datafit.offset() {
        Some(offset) => eta.copy_from_slice(&offset[rows.start * outputs..rows.end * outputs]),
        None => eta.fill(T::ZERO),
    }
    add_predictors(design, rows, x, outputs, eta, column);
}

/// eta ← eta + X x on some rows, m×K row-major.
fn add_predictors<T: Real>(
    design: &Design<'_, T>,
    rows: Range<usize>,
    x: &[T],
    outputs: usize,
    eta: &mut [T],
    column: &mut [T],
) {
    if outputs == 1 {
        return design.add_apply_rows(rows, x, eta);
    }
    for (k, x) in x.chunks_exact(design.parameters().max(1)).enumerate() {
        column.fill(T::ZERO);
        design.add_apply_rows(rows.clone(), x, column);
        for (row, c) in eta.chunks_exact_mut(outputs).zip(column.iter()) {
            row[k] += *c;
        }
    }
}

/// g ← g + Xᵀ u on some rows; u is m×K row-major.
fn add_gradient<T: Real>(
    design: &Design<'_, T>,
    rows: Range<usize>,
    u: &[T],
    outputs: usize,
    g: &mut [T],
    column: &mut [T],
) {
    if outputs == 1 {
        return design.add_transpose_rows(rows, u, g);
    }
    for (k, g) in g.chunks_exact_mut(design.parameters().max(1)).enumerate() {
        for (c, row) in column.iter_mut().zip(u.chunks_exact(outputs)) {
            *c = row[k];
        }
        design.add_transpose_rows(rows.clone(), column, g);
    }
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
    let (m, outputs) = (rows.len(), datafit.outputs());
    let (eta, column) = (&mut scratch.eta[..m * outputs], &mut scratch.column[..m]);
    predict_rows(design, datafit, rows.clone(), x, eta, column);
    let gradient = &mut scratch.gradient[..m * outputs];
    let width = if want >= Want::Fisher { outputs * outputs } else { 0 };
    if scratch.curvature.len() < m * width {
        scratch.curvature.resize(BLOCK_ROWS * width, T::ZERO);
    }
    let curvature = &mut scratch.curvature[..m * width];
    let mut out = Block { value: T::ZERO, gradient, curvature };
    datafit.evaluate(rows.clone(), eta, want, &mut out);
    partial.value += out.value;
    if want >= Want::Gradient {
        add_gradient(design, rows.clone(), out.gradient, outputs, &mut partial.gradient, column);
    }
    if want >= Want::Fisher && outputs == 1 {
        design.add_gram_rows(rows, out.curvature, &[T::ONE; BLOCK_ROWS], &mut partial.gram);
    } else if want >= Want::Fisher {
        let pairs = (0..outputs).flat_map(|k| (0..=k).map(move |l| k * outputs + l));
        for (pair, gram) in pairs.zip(partial.gram.chunks_exact_mut(design.gram_len().max(1))) {
            for (c, block) in column.iter_mut().zip(out.curvature.chunks_exact(outputs * outputs)) {
                *c = block[pair];
            }
            design.add_gram_rows(rows.clone(), column, &[T::ONE; BLOCK_ROWS], gram);
        }
    }
}

impl<T: Real> Objective<T> for Smooth<'_, T> {
    fn dim(&self) -> usize {
        self.quadratic.len()
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
        let (q, outputs) = (self.design.parameters(), self.datafit.outputs());
        let pairs = (0..outputs).flat_map(|k| (0..=k).map(move |l| (k, l)));
        let grams = self.partials[0].gram.chunks_exact(self.design.gram_len().max(1));
        for ((k, l), gram) in pairs.zip(grams) {
            let block = h.as_mut().submatrix_mut(k * q, l * q, q, q);
            self.design.write_gram(gram, self.active_weight.recip(), block);
        }
        if outputs > 1 {
            mirror(h.as_mut());
        }
        for (k, d) in self.quadratic.iter().enumerate() {
            h[(k, k)] += *d;
        }
        self.pin_invariant(h);
        Ok(self.finish(x, Some(g)))
    }

    fn hessian_root(&mut self, x: &[T], r: MatMut<'_, T>) -> Result<bool, Halt> {
        // The root is that of all rows; a subsample has none.
        if self.every > 1 {
            return Ok(false);
        }
        Ok(self.information_root(x, self.information, r)?)
    }

    fn products(&mut self) -> Option<&mut dyn HessianVector<T>> {
        Some(self)
    }
}

impl<T: Real> HessianVector<T> for Smooth<'_, T> {
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt> {
        self.check_dim(x)?;
        let outputs = self.datafit.outputs();
        self.linearized.resize(self.design.rows() * outputs, T::ZERO);
        let want = self.want_hessian();
        self.translate(x);
        let Self { design, datafit, par, chunks, slots, linearized, raw, .. } = self;
        par.for_each_chunk(linearized, chunks.size * outputs, |chunk, linearized| {
            slots.with(|scratch| {
                for rows in active_blocks(chunks.rows_of(chunk), 1) {
                    let m = rows.len();
                    let at = (rows.start - chunk * chunks.size) * outputs;
                    let here = &mut linearized[at..at + m * outputs];
                    let Scratch { eta, gradient, column, .. } = scratch;
                    if outputs > 1 {
                        predict_rows(design, *datafit, rows, raw, here, &mut column[..m]);
                        continue;
                    }
                    predict_rows(design, *datafit, rows.clone(), raw, &mut eta[..m], &mut column[..m]);
                    let mut out = Block { value: T::ZERO, gradient: &mut gradient[..m], curvature: here };
                    datafit.evaluate(rows, &eta[..m], want, &mut out);
                }
            });
        });
        Ok(())
    }

    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt> {
        self.check_dim(v)?;
        check_shape("length of the result", v.len(), out.len())?;
        if self.linearized.is_empty() {
            let remedy = "call linearize first".to_owned();
            return Err(
                Error::Empty { what: "the point of the Hessian-vector product".to_owned(), remedy }.into()
            );
        }
        self.translate(v);
        let (outputs, want) = (self.datafit.outputs(), self.want_hessian());
        let Self { design, datafit, par, every, chunks, partials, slots, linearized, raw, .. } = self;
        let map = |chunk: usize, partial: &mut Partial<T>| {
            partial.clear_gradient(raw.len());
            slots.with(|scratch| {
                for rows in active_blocks(chunks.rows_of(chunk), *every) {
                    let m = rows.len();
                    let Scratch { eta, gradient, column, action, .. } = scratch;
                    let (along, column) = (&mut eta[..m * outputs], &mut column[..m]);
                    along.fill(T::ZERO);
                    add_predictors(design, rows.clone(), raw, outputs, along, column);
                    let weighted = &mut gradient[..m * outputs];
                    let here = &linearized[rows.start * outputs..rows.end * outputs];
                    if outputs == 1 {
                        for ((out, v), curvature) in weighted.iter_mut().zip(along.iter()).zip(here) {
                            *out = *v * *curvature;
                        }
                    } else {
                        datafit.curvature_action(rows.clone(), here, want, along, weighted, action);
                    }
                    add_gradient(design, rows, weighted, outputs, &mut partial.gradient, column);
                }
            });
        };
        let merge =
            |a: &mut Partial<T>, b: &mut Partial<T>| vector::axpy(T::ONE, &b.gradient, &mut a.gradient);
        reduce(*par, partials, &map, &merge);
        let inverse = self.active_weight.recip();
        out.copy_from_slice(&self.partials[0].gradient);
        out.chunks_exact_mut(self.design.parameters().max(1)).for_each(|g| self.design.pull_back(g));
        for ((out, d), v) in out.iter_mut().zip(&self.quadratic).zip(v) {
            *out = *out * inverse + *d * *v;
        }
        Ok(())
    }

    fn hessian_diagonal(&mut self, out: &mut [T]) -> Result<bool, Halt> {
        // A standardised design would need the products of its columns with the weights as well.
        if self.linearized.is_empty() || self.design.is_standardized() {
            return Ok(false);
        }
        let (outputs, want) = (self.datafit.outputs(), self.want_hessian());
        let width = outputs * outputs;
        let Self { design, datafit, par, every, chunks, partials, slots, linearized, raw, .. } = self;
        let map = |chunk: usize, partial: &mut Partial<T>| {
            partial.clear_gradient(raw.len());
            slots.with(|scratch| {
                for rows in active_blocks(chunks.rows_of(chunk), *every) {
                    let Scratch { gradient, curvature, column, .. } = scratch;
                    let (m, column) = (rows.len(), &mut column[..rows.len()]);
                    let here = &linearized[rows.start * outputs..rows.end * outputs];
                    if outputs > 1 {
                        if curvature.len() < m * width {
                            curvature.resize(BLOCK_ROWS * width, T::ZERO);
                        }
                        let (gradient, curvature) =
                            (&mut gradient[..m * outputs], &mut curvature[..m * width]);
                        datafit.evaluate(
                            rows.clone(),
                            here,
                            want,
                            &mut Block { value: T::ZERO, gradient, curvature },
                        );
                    }
                    for (k, squares) in
                        partial.gradient.chunks_exact_mut(design.parameters().max(1)).enumerate()
                    {
                        for (i, c) in column.iter_mut().enumerate() {
                            *c = if outputs == 1 { here[i] } else { curvature[i * width + k * outputs + k] };
                        }
                        design.add_square_rows(rows.clone(), column, squares);
                    }
                }
            });
        };
        let merge =
            |a: &mut Partial<T>, b: &mut Partial<T>| vector::axpy(T::ONE, &b.gradient, &mut a.gradient);
        reduce(*par, partials, &map, &merge);
        let inverse = self.active_weight.recip();
        for ((out, sum), d) in out.iter_mut().zip(&self.partials[0].gradient).zip(&self.quadratic) {
            *out = *sum * inverse + *d;
        }
        Ok(true)
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
