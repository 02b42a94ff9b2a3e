//! Clipping by the global norm: one more read of the vector, and a write where it is too long.
//!
//! Source: Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013, algorithm 1; PyTorch's
//! `clip_grad_norm_` for the 1e-6.

use thalweg_core::{
    Archive, Checkpoint, Context, Halt, Layout, Needs, Real, Result, Update, check_shape, vector,
};

use super::check_positive;

/// Entries of a partial norm; a function of nothing, so that threads change no bit.
const PIECE: usize = 1 << 14;

/// u ← u·min(1, limit/(‖u‖₂ + 1e-6)), the norm over all tensors together.
///
/// A vector that is not finite halts the run: no factor would mend it.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct ClipGlobalNorm {
    /// The longest norm that passes, > 0.
    pub limit: f64,
}

impl ClipGlobalNorm {
    /// With this limit.
    ///
    /// # Errors
    /// A limit that is not positive or not finite.
    pub fn new(limit: f64) -> Result<Self> {
        check_positive("limit", limit)?;
        Ok(Self { limit })
    }
}

/// Room for the norms of the pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Norms<T>(Vec<T>);

impl<T: Real> Checkpoint for Norms<T> {
    fn visit(&mut self, _: &mut dyn Archive) -> Result<()> {
        Ok(())
    }
}

impl<T: Real> Update<T> for ClipGlobalNorm {
    type State = Norms<T>;
    const NEEDS: Needs = Needs { global_norm: true, ..Needs::NOTHING };

    fn init(&self, layout: &Layout) -> Result<Norms<T>> {
        Ok(Norms(vec![T::ZERO; layout.len().div_ceil(PIECE)]))
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        Norms(norms): &mut Norms<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        check_shape("pieces of the gradient", norms.len(), u.len().div_ceil(PIECE))?;
        let pieces = &*u;
        context.par.for_each_chunk(norms, 1, |i, norm| {
            norm[0] = vector::norm2(&pieces[i * PIECE..pieces.len().min((i + 1) * PIECE)]);
        });
        // The norm of the norms: no square overflows, whatever the precision.
        let norm = vector::norm2(norms);
        if !norm.is_finite() {
            return Err(Halt::NonFinite("the norm of the gradient"));
        }
        let factor = T::of(self.limit) / (norm + T::of(1e-6));
        if factor < T::ONE {
            context.par.for_each_chunk(u, PIECE, |_, piece| vector::scale(factor, piece));
        }
        Ok(())
    }
}
