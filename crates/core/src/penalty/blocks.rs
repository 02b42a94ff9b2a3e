//! [`Blocks`]: how a penalty splits the coefficients.

use core::ops::Range;

use crate::error::{Error, Result, check_shape};
use crate::real::Real;

/// How a penalty splits the coefficients into blocks on which it acts separately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// Every coefficient is a block of its own.
    Coordinates,
    /// Groups of neighbouring coefficients.
    Groups(Vec<Range<usize>>),
}

const RULE: &str = "every group starts where the one before it ends, the first at 0, and holds a coefficient at least; \
                    groups that overlap have no separate prox: order the columns by group, and repeat those of two groups";

impl Blocks {
    /// Groups of these sizes, one after the other.
    ///
    /// ```
    /// use thalweg_core::Blocks;
    /// assert_eq!(Blocks::of_sizes(&[2, 1])?, Blocks::Groups(vec![0..2, 2..3]));
    /// assert!(Blocks::of_sizes(&[2, 0]).is_err());
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A size of 0.
    pub fn of_sizes(sizes: &[usize]) -> Result<Self> {
        let mut end = 0;
        let groups = sizes.iter().map(|size| {
            let start = end;
            end += size;
            start..end
        });
        Self::of_ranges(groups.collect())
    }

    /// Groups of these coefficients.
    ///
    /// ```
    /// # #![allow(clippy::single_range_in_vec_init)]
    /// use thalweg_core::Blocks;
    /// let error = Blocks::of_ranges(vec![0..3, 2..4]).unwrap_err();
    /// assert!(error.to_string().starts_with("group = 2..4 is not allowed"));
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Groups that overlap, leave a coefficient out, are out of order or empty.
    pub fn of_ranges(groups: Vec<Range<usize>>) -> Result<Self> {
        follow(&groups)?;
        Ok(Self::Groups(groups))
    }

    /// Whether these are blocks of p coefficients.
    ///
    /// # Errors
    /// Groups that do not follow one another from 0 to p.
    pub fn check(&self, p: usize) -> Result<()> {
        let Self::Groups(groups) = self else { return Ok(()) };
        check_shape("coefficients in the penalty's groups", p, follow(groups)?)
    }

    /// The number of blocks of p coefficients.
    #[must_use]
    pub fn count(&self, p: usize) -> usize {
        match self {
            Self::Coordinates => p,
            Self::Groups(groups) => groups.len(),
        }
    }

    /// The coefficients of block k.
    ///
    /// # Panics
    /// If there is no group k.
    #[must_use]
    pub fn range(&self, k: usize) -> Range<usize> {
        match self {
            Self::Coordinates => k..k + 1,
            Self::Groups(groups) => groups[k].clone(),
        }
    }

    /// f of every block of b, with its number, in order.
    ///
    /// ```
    /// use thalweg_core::Blocks;
    /// let blocks = Blocks::of_sizes(&[2, 1])?;
    /// let sums: Vec<f64> = blocks.map(&[1.0, 2.0, 4.0], |_, b| b.iter().sum()).collect();
    /// assert_eq!(sums, [3.0, 4.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Panics
    /// If b is shorter than the groups: see [`Blocks::check`].
    pub fn map<'a, T: Real, R>(
        &'a self,
        b: &'a [T],
        f: impl Fn(usize, &'a [T]) -> R + 'a,
    ) -> impl Iterator<Item = R> + 'a {
        (0..self.count(b.len())).map(move |k| f(k, &b[self.range(k)]))
    }
}

/// The end of groups that follow one another from 0.
fn follow(groups: &[Range<usize>]) -> Result<usize> {
    let mut end = 0;
    for group in groups {
        if group.start != end || group.end <= end {
            return Err(Error::invalid_parameter("group", format!("{group:?}"), RULE));
        }
        end = group.end;
    }
    Ok(end)
}
