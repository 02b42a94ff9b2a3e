//! [`reduce`]: deterministic parallel merge of any associative partial results: sums, Gram matrices, triangular factors, sketches.
//!
//! The partials are merged along a fixed binary tree over chunk indices, so the bits depend on the number of chunks (a function of the
//! data's shape) and never on the number of threads.

use crate::par::Par;

/// Fills `partials[c]` by `map(c, ..)` for every chunk c, then merges all into `partials[0]`. Allocates nothing.
///
/// ```
/// use thalweg_core::{Par, reduce::reduce};
/// let mut sums = [0; 5];
/// reduce(Par::Rayon, &mut sums, &|chunk, sum| *sum = chunk * 10, &|left, right| *left += *right);
/// assert_eq!(sums[0], 100);
/// ```
pub fn reduce<A: Send>(
    par: Par,
    partials: &mut [A],
    map: &(impl Fn(usize, &mut A) + Sync),
    merge: &(impl Fn(&mut A, &mut A) + Sync),
) {
    subtree(par, partials, 0, map, merge);
}

fn subtree<A: Send>(
    par: Par,
    partials: &mut [A],
    first: usize,
    map: &(impl Fn(usize, &mut A) + Sync),
    merge: &(impl Fn(&mut A, &mut A) + Sync),
) {
    match partials {
        [] => {}
        [leaf] => map(first, leaf),
        _ => {
            let middle = partials.len() / 2;
            let (left, right) = partials.split_at_mut(middle);
            par.join(
                || subtree(par, left, first, map, merge),
                || subtree(par, right, first + middle, map, merge),
            );
            merge(&mut left[0], &mut right[0]);
        }
    }
}

/// How n rows are cut into chunks of whole blocks.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Chunks {
    /// The number of rows.
    pub rows: usize,
    /// Rows in a chunk: a multiple of the block size.
    pub size: usize,
    /// The number of chunks, at least 1.
    pub count: usize,
}

impl Chunks {
    /// At most `limit` chunks of whole blocks of `block` rows.
    #[must_use]
    pub fn new(rows: usize, block: usize, limit: usize) -> Self {
        let blocks = rows.div_ceil(block).max(1);
        let size = blocks.div_ceil(limit.max(1)) * block;
        Self { rows, size, count: rows.div_ceil(size).max(1) }
    }

    /// The same rows in at most `limit` chunks, for there is memory for no more partials.
    #[must_use]
    pub fn at_most(self, limit: usize) -> Self {
        if self.count <= limit { self } else { Self::new(self.rows, self.size, limit) }
    }

    /// The rows of chunk c.
    #[must_use]
    pub fn rows_of(&self, c: usize) -> core::ops::Range<usize> {
        (c * self.size).min(self.rows)..((c + 1) * self.size).min(self.rows)
    }
}
