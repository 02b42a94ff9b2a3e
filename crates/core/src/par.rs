//! [`Par`]: whether a computation may use the current thread pool. Results never depend on it.

use crate::error::{Error, Result};

/// Sequential, or on the current rayon pool. Work is cut into pieces that depend on the data's shape alone, so both give the same bits.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum Par {
    /// On the calling thread.
    Seq,
    /// On the current rayon pool.
    #[default]
    Rayon,
}

impl Par {
    /// Runs both closures, at the same time if allowed.
    pub fn join<A: Send, B: Send>(
        self,
        a: impl FnOnce() -> A + Send,
        b: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        match self {
            Self::Seq => (a(), b()),
            Self::Rayon => rayon::join(a, b),
        }
    }

    /// Runs `f(i)` for every `i < n`, in any order.
    pub fn for_each(self, n: usize, f: impl Fn(usize) + Sync + Send) {
        self.halves(0, n, &f);
    }

    fn halves(self, start: usize, end: usize, f: &(impl Fn(usize) + Sync + Send)) {
        match end - start {
            0 => {}
            1 => f(start),
            n => {
                let middle = start + n / 2;
                self.join(|| self.halves(start, middle, f), || self.halves(middle, end, f));
            }
        }
    }

    /// Cuts `out` into pieces of `size` (the last may be shorter) and runs `f(piece index, piece)` on each.
    pub fn for_each_chunk<T: Send>(
        self,
        out: &mut [T],
        size: usize,
        f: impl Fn(usize, &mut [T]) + Sync + Send,
    ) {
        self.chunk_halves(out, size.max(1), 0, &f);
    }

    fn chunk_halves<T: Send>(
        self,
        out: &mut [T],
        size: usize,
        first: usize,
        f: &(impl Fn(usize, &mut [T]) + Sync + Send),
    ) {
        let pieces = out.len().div_ceil(size);
        match pieces {
            0 => {}
            1 => f(first, out),
            _ => {
                let middle = pieces / 2;
                let (left, right) = out.split_at_mut(middle * size);
                self.join(
                    || self.chunk_halves(left, size, first, f),
                    || self.chunk_halves(right, size, first + middle, f),
                );
            }
        }
    }
}

/// Runs `f` inside a pool of `threads` threads of its own; 0 means one a core. Nothing global is changed.
///
/// ```
/// let sum = thalweg_core::par::with_threads(2, || thalweg_core::Par::Rayon.join(|| 1, || 2))?;
/// assert_eq!(sum, (1, 2));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// The system refuses the threads.
pub fn with_threads<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> Result<R> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| {
        Error::invalid_parameter(
            "threads",
            threads,
            &format!("the system refused the threads ({e}); ask for fewer"),
        )
    })?;
    Ok(pool.install(f))
}

/// The number of threads of the current pool.
#[must_use]
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// The index of the current thread in its pool, 0 outside any pool.
#[must_use]
pub(crate) fn thread_index() -> usize {
    rayon::current_thread_index().unwrap_or(0)
}
