//! [`Fused`]: elementwise rules as one pass over memory, vectorised, in parallel over fixed chunks.

use core::ops::Range;

use super::{CHUNK, Context, Elementwise, Layout, Needs, Slots, Update, WIDTH};
use crate::checkpoint::{Archive, Checkpoint, visit_slice};
use crate::error::{Result, check_shape};
use crate::minimizer::Halt;
use crate::real::Real;
use crate::simd;

/// An elementwise rule, or a tuple of them, as an [`Update`]: one pass over memory. [`Update::advance`] reads gradient, parameters and slots
/// once and writes parameters and slots once.
///
/// No entry depends on another, so threads and SIMD width change no bit. An example is at [`Elementwise`].
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Fused<E>(
    /// The rules.
    pub E,
);

/// The slots of all entries, in blocks of [`WIDTH`].
#[derive(Clone, Debug, PartialEq)]
pub struct SlotMemory<T> {
    entries: usize,
    values: Vec<T>,
}

impl<T: Real> Checkpoint for SlotMemory<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "slots", &mut self.values)
    }
}

/// What a pass reads and writes beside the slots.
enum Streams<'a, T> {
    /// u ← rule(u).
    Step { u: &'a mut [T], p: &'a [T] },
    /// p ← p + rule(u).
    Parameters { u: &'a [T], p: &'a mut [T] },
}

impl<'a, T: Real> Streams<'a, T> {
    fn len(&self) -> usize {
        match self {
            Self::Step { u, .. } => u.len(),
            Self::Parameters { p, .. } => p.len(),
        }
    }

    fn split(self, at: usize) -> (Self, Self) {
        match self {
            Self::Step { u, p } => {
                let ((u, u_right), (p, p_right)) = (u.split_at_mut(at), p.split_at(at));
                (Self::Step { u, p }, Self::Step { u: u_right, p: p_right })
            }
            Self::Parameters { u, p } => {
                let ((u, u_right), (p, p_right)) = (u.split_at(at), p.split_at_mut(at));
                (Self::Parameters { u, p }, Self::Parameters { u: u_right, p: p_right })
            }
        }
    }
}

impl<E> Fused<E> {
    fn pass<T: Real>(
        &self,
        streams: Streams<'_, T>,
        state: &mut SlotMemory<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt>
    where
        E: Elementwise<T>,
    {
        check_shape("length of the slots and of the layout", state.entries, context.layout.len())?;
        self.halves(streams, &mut state.values, 0, context);
        Ok(())
    }

    /// Halves down to chunks; `first` is the index of the first entry.
    fn halves<T: Real>(
        &self,
        streams: Streams<'_, T>,
        slots: &mut [T],
        first: usize,
        context: &Context<'_, T>,
    ) where
        E: Elementwise<T>,
    {
        let chunks = streams.len().div_ceil(CHUNK);
        if chunks <= 1 {
            return chunk(&self.0, streams, slots, first, context);
        }
        let middle = chunks / 2 * CHUNK;
        let (left, right) = streams.split(middle);
        let (left_slots, right_slots) = slots.split_at_mut(middle * E::Slots::COUNT);
        context.par.join(
            || self.halves(left, left_slots, first, context),
            || self.halves(right, right_slots, first + middle, context),
        );
    }
}

/// One chunk, tensor by tensor.
fn chunk<T: Real, E: Elementwise<T>>(
    rule: &E,
    streams: Streams<'_, T>,
    slots: &mut [T],
    first: usize,
    context: &Context<'_, T>,
) {
    let pieces = context.layout.pieces(first..first + streams.len());
    let pieces = pieces
        .map(|(_, tensor, range)| (rule.constants(context, tensor), range.start - first..range.end - first));
    match streams {
        Streams::Step { u, p } => {
            for (constants, range) in pieces {
                simd::dispatch(
                    #[inline(always)]
                    || step::<T, E>(&constants, u, p, slots, range),
                );
            }
        }
        Streams::Parameters { u, p } => {
            for (constants, range) in pieces {
                simd::dispatch(
                    #[inline(always)]
                    || parameters::<T, E>(&constants, u, p, slots, range),
                );
            }
        }
    }
}

/// The blocks that a range touches, each with its first entry and the lanes inside the range.
#[inline(always)]
fn blocks(range: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
    (range.start / WIDTH..range.end.div_ceil(WIDTH)).map(move |block| {
        let start = block * WIDTH;
        (start, range.start.max(start) - start..range.end.min(start + WIDTH) - start)
    })
}

/// u ← rule(u) on a range of the chunk.
#[inline(always)]
fn step<T: Real, E: Elementwise<T>>(
    constants: &E::Constants,
    u: &mut [T],
    p: &[T],
    slots: &mut [T],
    range: Range<usize>,
) {
    for (start, lanes) in blocks(range) {
        let memory = &mut slots[start * E::Slots::COUNT..(start + WIDTH) * E::Slots::COUNT];
        let (u, p) = (&mut u[start..], &p[start..]);
        if let (WIDTH, Some(u), Some(p)) = (lanes.len(), u.first_chunk_mut(), p.first_chunk()) {
            *u = block::<T, E>(constants, u, p, memory);
        } else {
            for l in lanes {
                u[l] = entry::<T, E>(constants, u[l], p[l], memory, l);
            }
        }
    }
}

/// p ← p + rule(u) on a range of the chunk.
#[inline(always)]
fn parameters<T: Real, E: Elementwise<T>>(
    constants: &E::Constants,
    u: &[T],
    p: &mut [T],
    slots: &mut [T],
    range: Range<usize>,
) {
    for (start, lanes) in blocks(range) {
        let memory = &mut slots[start * E::Slots::COUNT..(start + WIDTH) * E::Slots::COUNT];
        let (u, p) = (&u[start..], &mut p[start..]);
        if let (WIDTH, Some(u), Some(p)) = (lanes.len(), u.first_chunk(), p.first_chunk_mut()) {
            let out = block::<T, E>(constants, u, p, memory);
            for l in 0..WIDTH {
                p[l] += out[l];
            }
        } else {
            for l in lanes {
                p[l] += entry::<T, E>(constants, u[l], p[l], memory, l);
            }
        }
    }
}

/// The rule on a whole block. The local arrays tell LLVM that nothing overlaps.
#[inline(always)]
fn block<T: Real, E: Elementwise<T>>(
    constants: &E::Constants,
    g: &[T; WIDTH],
    p: &[T; WIDTH],
    memory: &mut [T],
) -> [T; WIDTH] {
    let mut slots = E::Slots::read(memory);
    let mut out = [T::ZERO; WIDTH];
    for l in 0..WIDTH {
        let mut own = E::Slots::get(&slots, l);
        out[l] = E::apply(constants, g[l], p[l], &mut own);
        E::Slots::set(&mut slots, l, own);
    }
    E::Slots::write(&slots, memory);
    out
}

/// The rule on one entry of a block that another tensor or the end of the vector shares; to the same bits, for nothing is contracted.
#[inline(always)]
fn entry<T: Real, E: Elementwise<T>>(
    constants: &E::Constants,
    g: T,
    p: T,
    memory: &mut [T],
    lane: usize,
) -> T {
    let mut slots = E::Slots::read(memory);
    let mut own = E::Slots::get(&slots, lane);
    let out = E::apply(constants, g, p, &mut own);
    E::Slots::set(&mut slots, lane, own);
    E::Slots::write(&slots, memory);
    out
}

impl<T: Real, E: Elementwise<T>> Update<T> for Fused<E> {
    type State = SlotMemory<T>;
    const NEEDS: Needs = E::NEEDS;

    fn init(&self, layout: &Layout) -> Result<SlotMemory<T>> {
        let entries = layout.len();
        let values = vec![T::ZERO; entries.next_multiple_of(WIDTH) * E::Slots::COUNT];
        Ok(SlotMemory { entries, values })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        state: &mut SlotMemory<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        self.pass(Streams::Step { u, p }, state, context)
    }

    fn advance(
        &self,
        p: &mut [T],
        u: &mut [T],
        state: &mut SlotMemory<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        self.pass(Streams::Parameters { u, p }, state, context)
    }

    fn evaluation_view(&self, state: &mut SlotMemory<T>, view: &mut [T]) {
        if E::VIEWS {
            simd::dispatch(
                #[inline(always)]
                || views::<T, E>(&self.0, &state.values, view),
            );
        }
    }

    fn metric(&self, state: &SlotMemory<T>, context: &Context<'_, T>, range: Range<usize>, out: &mut [T]) {
        for (_, tensor, piece) in context.layout.pieces(range.clone()) {
            let constants = self.0.constants(context, tensor);
            let out = &mut out[piece.start - range.start..piece.end - range.start];
            simd::dispatch(
                #[inline(always)]
                || scale::<T, E>(&constants, &state.values, piece, out),
            );
        }
    }
}

/// The parameters to evaluate from those stepped, block by block.
#[inline(always)]
fn views<T: Real, E: Elementwise<T>>(rule: &E, slots: &[T], view: &mut [T]) {
    let memory = slots.chunks_exact((WIDTH * E::Slots::COUNT).max(1));
    for (view, memory) in view.chunks_mut(WIDTH).zip(memory) {
        let slots = E::Slots::read(memory);
        for (l, p) in view.iter_mut().enumerate() {
            *p = rule.view(&E::Slots::get(&slots, l), *p);
        }
    }
}

/// outⱼ ← outⱼ·dⱼ on a range of one tensor.
#[inline(always)]
fn scale<T: Real, E: Elementwise<T>>(
    constants: &E::Constants,
    slots: &[T],
    range: Range<usize>,
    out: &mut [T],
) {
    let first = range.start;
    for (start, lanes) in blocks(range) {
        let slots = E::Slots::read(&slots[start * E::Slots::COUNT..(start + WIDTH) * E::Slots::COUNT]);
        let mut diagonal = [T::ZERO; WIDTH];
        for l in 0..WIDTH {
            diagonal[l] = E::metric(constants, &E::Slots::get(&slots, l));
        }
        let out = &mut out[start + lanes.start - first..start + lanes.end - first];
        for (out, d) in out.iter_mut().zip(&diagonal[lanes]) {
            *out *= *d;
        }
    }
}
