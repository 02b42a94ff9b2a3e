//! The trust ratio: each tensor moves by a share of its own norm, whatever the size of its gradient. Two norms and a write an entry.
//!
//! Source: You, Gitman and Ginsburg, *Large batch training of convolutional networks* (2017), section 4; You et al., ICLR 2020.

use core::ops::Range;

use thalweg_core::{
    Archive, Checkpoint, Context, Halt, Layout, Needs, Real, Result, Update, check_shape, vector,
};

use super::check_positive;
use super::norms::TensorNorms;

/// u ← u·c‖p‖/‖u‖ on each tensor by itself, and u where either norm is 0. Its metric is the tensor's factor.
///
/// A bare tensor of one entry moves by c|p|, so that an intercept near 0 hardly moves: spare it by `.on(..)`.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let (layout, rule) = (Layout::flat(2), thalweg_optimizers::TrustRatio::new(0.5)?);
/// let (mut u, mut state) = ([0.6, 0.8], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0, 4.0], &mut state, &Context::new(0, &layout))?;
/// assert!((u[0] - 1.2).abs() < 1e-15 && (u[1] - 1.6).abs() < 1e-15); // times ½·4/1
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct TrustRatio {
    /// c > 0, the norm of a step as a share of the tensor's. Default 1.
    pub coefficient: f64,
}

impl Default for TrustRatio {
    fn default() -> Self {
        Self { coefficient: 1.0 }
    }
}

impl TrustRatio {
    /// With this share.
    ///
    /// # Errors
    /// c not positive or not finite.
    pub fn new(coefficient: f64) -> Result<Self> {
        check_positive("trust coefficient", coefficient)?;
        Ok(Self { coefficient })
    }
}

/// Room for norms, and the factor of each tensor at the last step.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratios<T> {
    norms: TensorNorms<T>,
    factors: Vec<T>,
}

impl<T: Real> Checkpoint for Ratios<T> {
    fn visit(&mut self, _: &mut dyn Archive) -> Result<()> {
        Ok(())
    }
}

impl<T: Real> Update<T> for TrustRatio {
    type State = Ratios<T>;
    const NEEDS: Needs = Needs { global_norm: true, ..Needs::NOTHING };

    fn init(&self, layout: &Layout) -> Result<Ratios<T>> {
        Ok(Ratios { norms: TensorNorms::new(layout), factors: vec![T::ONE; layout.tensors().len()] })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        Ratios { norms, factors }: &mut Ratios<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        check_shape("tensors of the layout", factors.len(), context.layout.tensors().len())?;
        let coefficient = T::of(self.coefficient);
        norms.each(p, context.par, |i, norm| factors[i] = coefficient * norm);
        norms.each(u, context.par, |i, norm| {
            let zero = factors[i] == T::ZERO || norm == T::ZERO;
            factors[i] = if zero { T::ONE } else { factors[i] / norm };
        });
        let (layout, factors) = (context.layout, &*factors);
        context.par.for_each_chunk(u, PIECE, |chunk, u| {
            each_tensor(layout, chunk * PIECE, u, |i, u| vector::scale(factors[i], u));
        });
        Ok(())
    }

    fn metric(&self, state: &Ratios<T>, context: &Context<'_, T>, range: Range<usize>, out: &mut [T]) {
        each_tensor(context.layout, range.start, out, |i, out| vector::scale(state.factors[i], out));
    }
}

/// Entries a task takes at a time.
const PIECE: usize = 1 << 14;

/// `f(i, part)` for the part of each tensor i in the entries from `first` on.
fn each_tensor<T: Real>(layout: &Layout, first: usize, entries: &mut [T], f: impl Fn(usize, &mut [T])) {
    for (i, _, piece) in layout.pieces(first..first + entries.len()) {
        f(i, &mut entries[piece.start - first..piece.end - first]);
    }
}
