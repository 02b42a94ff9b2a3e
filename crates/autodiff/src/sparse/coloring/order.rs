//! [`Order`]: in which order a greedy coloring visits the vertices.

use core::fmt;

use super::buckets::Buckets;

/// The order of a greedy coloring. None is best for every graph; smallest last bounds the colours of a proper coloring by 1 + the graph's
/// degeneracy.
///
/// Source: Matula and Beck, "Smallest-last ordering and clustering and graph coloring algorithms", JACM 30(3), 1983.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// As the columns stand.
    Natural,
    /// By falling degree.
    LargestFirst,
    /// Backwards, always taking away a vertex of least degree in what remains.
    SmallestLast,
}

impl Order {
    /// Every order.
    pub const ALL: &[Self] = &[Self::Natural, Self::LargestFirst, Self::SmallestLast];
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Natural => "natural order",
            Self::LargestFirst => "largest first",
            Self::SmallestLast => "smallest last",
        })
    }
}

impl Order {
    /// The vertices 0..n in this order, `visit(v, f)` calling f for each neighbour of v once. Ties go to the smaller index.
    pub(super) fn of(self, n: usize, mut visit: impl FnMut(usize, &mut dyn FnMut(usize))) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        if self == Self::Natural {
            return order;
        }
        let mut degrees = vec![0; n];
        for v in 0..n {
            visit(v, &mut |_| degrees[v] += 1);
        }
        match self {
            Self::Natural => order,
            Self::LargestFirst => {
                order.sort_by_key(|&v| core::cmp::Reverse(degrees[v]));
                order
            }
            Self::SmallestLast => smallest_last(degrees, visit),
        }
    }
}

/// From the last vertex to the first.
fn smallest_last(degrees: Vec<usize>, mut visit: impl FnMut(usize, &mut dyn FnMut(usize))) -> Vec<usize> {
    let mut order = Vec::with_capacity(degrees.len());
    let mut remaining = Buckets::new(degrees);
    while let Some((v, _)) = remaining.least() {
        remaining.remove(v);
        order.push(v);
        visit(v, &mut |w| remaining.decrease(w));
    }
    order.reverse();
    order
}
