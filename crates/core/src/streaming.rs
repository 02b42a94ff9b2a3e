//! [`scale_into`]: results too large for the cache go to memory past it, where the machine can.
#![allow(unsafe_code)]

use crate::real::Real;

/// out ← factor · x by streaming stores: the lines of `out` are not fetched first, which saves a third of the traffic of two streams in and one
/// out, and what is in the cache stays there. The bits are those of plain stores.
///
/// # Panics
/// If lengths differ.
#[inline(always)]
pub(crate) fn scale_into<T: Real>(factor: T, x: &[T], out: &mut [T]) {
    assert_eq!(x.len(), out.len(), "lengths differ");
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use core::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_sfence, _mm_stream_si128};
        /// Four vectors of 16 bytes make a line.
        const LINE: usize = 64;
        let size = core::mem::size_of::<T>();
        let per_line = LINE / size;
        // Up to the first whole line, and after the last, plain stores.
        let head = (out.as_ptr().align_offset(LINE)).min(out.len());
        let (x_head, x) = x.split_at(head);
        let (out_head, out) = out.split_at_mut(head);
        plain(factor, x_head, out_head);
        let whole = out.len() / per_line * per_line;
        let (x, x_tail) = x.split_at(whole);
        let (out, out_tail) = out.split_at_mut(whole);
        plain(factor, x_tail, out_tail);
        let mut line = [T::ZERO; LINE];
        for (x, out) in x.chunks_exact(per_line).zip(out.chunks_exact_mut(per_line)) {
            let line = &mut line[..per_line];
            plain(factor, x, line);
            let (from, to) = (line.as_ptr().cast::<__m128i>(), out.as_mut_ptr().cast::<__m128i>());
            for quarter in 0..4 {
                // SAFETY: `line` and `out` hold `per_line` elements of `size` bytes, 64 bytes or four vectors each; `T` is f32 or f64 (the
                // trait is sealed), which any bits fill; `out` begins at a multiple of 64 bytes; SSE2 is part of every x86-64.
                unsafe { _mm_stream_si128(to.add(quarter), _mm_loadu_si128(from.add(quarter))) };
            }
        }
        // SAFETY: a fence changes no memory; SSE is part of every x86-64. Streaming stores are not ordered with others, so it must come before
        // another thread may read them.
        unsafe { _mm_sfence() };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    plain(factor, x, out);
}

/// out ← factor · x.
#[inline(always)]
pub(crate) fn plain<T: Real>(factor: T, x: &[T], out: &mut [T]) {
    for (out, x) in out.iter_mut().zip(x) {
        *out = factor * *x;
    }
}

#[cfg(test)]
mod tests {
    use super::scale_into;

    #[test]
    fn any_alignment_and_length_has_the_bits_of_plain_stores() {
        let x: Vec<f32> = (0..200).map(|i| 0.1 * i as f32).collect();
        for start in 0..40 {
            for end in [start, start + 1, start + 15, start + 16, start + 63, 200] {
                let mut out = vec![9.0; 200];
                scale_into(3.0, &x[start..end], &mut out[start..end]);
                for i in 0..200 {
                    let expected = if (start..end).contains(&i) { 3.0 * x[i] } else { 9.0 };
                    assert_eq!(out[i].to_bits(), expected.to_bits(), "{start}..{end}, {i}");
                }
            }
        }
        let (wide, mut out) = (vec![0.1_f64; 77], vec![0.0; 77]);
        scale_into(7.0, &wide[1..], &mut out[1..]);
        assert!(out[0] == 0.0 && out[1..].iter().all(|v| *v == 7.0 * 0.1));
    }
}
