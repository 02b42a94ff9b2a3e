//! [`prefetch`]: a hint to the memory, where the machine takes one.
#![allow(unsafe_code)]

/// Asks for the cache line of `x[i]` without waiting for it. A load would do, but must arrive before the instructions behind it can retire.
/// Nothing happens beyond the end of `x`, nor on machines other than x86-64.
#[inline(always)]
pub(crate) fn prefetch<T>(x: &[T], i: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    if let Some(x) = x.get(i) {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the address is that of an element, and a prefetch changes no memory and cannot fault; it is part of every x86-64.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(core::ptr::from_ref(x).cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = (x, i);
}
