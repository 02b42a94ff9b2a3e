//! Norms of a vector and of its tensors, over fixed pieces: the bits depend on the layout alone.

use core::ops::Range;

use thalweg_core::{Archive, Checkpoint, Halt, Layout, Par, Real, Result, vector};

/// Entries of a partial norm.
const PIECE: usize = 1 << 14;

/// ‖x‖₂ from the norms of its pieces; `partial` is the room for them, as [`room`] makes it.
pub(super) fn norm<T: Real>(x: &[T], partial: &mut [T], par: Par) -> T {
    let partial = &mut partial[..x.len().div_ceil(PIECE)];
    par.for_each_chunk(partial, 1, |i, norm| {
        norm[0] = vector::norm2(&x[i * PIECE..x.len().min((i + 1) * PIECE)]);
    });
    // The norm of the norms: no square overflows, whatever the precision.
    vector::norm2(partial)
}

/// Room for the partial norms of `n` entries.
pub(super) fn room<T: Real>(n: usize) -> Vec<T> {
    vec![T::ZERO; n.div_ceil(PIECE)]
}

/// x ← a x.
pub(super) fn scale<T: Real>(a: T, x: &mut [T], par: Par) {
    par.for_each_chunk(x, PIECE, |_, piece| vector::scale(a, piece));
}

/// `Err` unless the norm of a gradient is finite.
pub(super) fn finite<T: Real>(norm: T) -> Result<T, Halt> {
    if norm.is_finite() { Ok(norm) } else { Err(Halt::NonFinite("the norm of the gradient")) }
}

/// The norm of every tensor of a layout.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorNorms<T> {
    /// No piece reaches over the end of a tensor.
    pieces: Vec<Range<usize>>,
    /// The pieces of each tensor.
    tensors: Vec<Range<usize>>,
    partial: Vec<T>,
}

impl<T: Real> Checkpoint for TensorNorms<T> {
    fn visit(&mut self, _: &mut dyn Archive) -> Result<()> {
        Ok(())
    }
}

impl<T: Real> TensorNorms<T> {
    pub(super) fn new(layout: &Layout) -> Self {
        let (mut pieces, mut tensors) = (Vec::new(), Vec::new());
        for tensor in layout.tensors() {
            let first = pieces.len();
            let starts = tensor.range.clone().step_by(PIECE);
            pieces.extend(starts.map(|start| start..tensor.range.end.min(start + PIECE)));
            tensors.push(first..pieces.len());
        }
        Self { partial: vec![T::ZERO; pieces.len()], pieces, tensors }
    }

    /// Calls `f(i, norm)` for every tensor i of the layout.
    pub(super) fn each(&mut self, x: &[T], par: Par, mut f: impl FnMut(usize, T)) {
        let pieces = &self.pieces;
        par.for_each_chunk(&mut self.partial, 1, |i, norm| norm[0] = vector::norm2(&x[pieces[i].clone()]));
        for (i, pieces) in self.tensors.iter().enumerate() {
            f(i, vector::norm2(&self.partial[pieces.clone()]));
        }
    }
}
