//! [`copy`]: streaming stores, which go to memory past the cache. What they could gain is part of the limit that rows are held against.
#![allow(unsafe_code)]

/// out ← x without reading the lines of `out` first, on x86-64; a plain copy elsewhere.
///
/// # Panics
/// If lengths differ.
#[inline(always)]
pub(crate) fn copy(x: &[f32], out: &mut [f32]) {
    assert_eq!(x.len(), out.len(), "lengths differ");
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use core::arch::x86_64::{_mm_loadu_ps, _mm_sfence, _mm_stream_ps};
        // Up to the first multiple of 16 bytes, and after the last, plain stores.
        let head = out.as_ptr().align_offset(16).min(out.len());
        let whole = head + (out.len() - head) / 4 * 4;
        out[..head].copy_from_slice(&x[..head]);
        out[whole..].copy_from_slice(&x[whole..]);
        for (x, out) in x[head..whole].chunks_exact(4).zip(out[head..whole].chunks_exact_mut(4)) {
            // SAFETY: both slices hold four numbers, and `out` begins at a multiple of 16 bytes; SSE is part of every x86-64.
            unsafe { _mm_stream_ps(out.as_mut_ptr(), _mm_loadu_ps(x.as_ptr())) };
        }
        // SAFETY: a fence changes no memory. Streaming stores are not ordered with others, so it must come before another thread may read them.
        unsafe { _mm_sfence() };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    out.copy_from_slice(x);
}

#[cfg(test)]
mod tests {
    #[test]
    fn any_alignment_and_length_is_copied() {
        let x: Vec<f32> = (0..100).map(|i| i as f32).collect();
        for (start, end) in (0..20).flat_map(|start| [0, 1, 3, 4, 17, 64].map(|n| (start, start + n))) {
            let mut out = vec![-1.0; 100];
            super::copy(&x[start..end], &mut out[start..end]);
            for (i, out) in out.iter().enumerate() {
                assert_eq!(*out, if (start..end).contains(&i) { x[i] } else { -1.0 }, "{start}..{end}");
            }
        }
    }
}
