//! Colourings: which columns of a sparse matrix may be added up so that their entries can still be told apart.
//!
//! A derivative in direction v costs the same whatever v is; the sum of the columns of one colour is one direction. A matrix of n columns
//! thereby needs as many derivatives as colours, often a handful for any n.
//!
//! | coloring | matrix | condition | recovery |
//! |---|---|---|---|
//! | [`distance2`] | any | columns of a colour share no row | read off |
//! | [`bicoloring`] | any | each entry alone of its column's colour in its row, or of its row's in its column | read off |
//! | [`star`] | symmetric | proper, and every path of 4 vertices has ≥ 3 colours | read off |
//! | [`acyclic`] | symmetric | proper, and every cycle has ≥ 3 colours | substitution along the two-coloured trees |
//!
//! Fewest colours are NP-hard to find; all four are greedy, in an [`Order`], and do not depend on anything but pattern and order.
//!
//! Source: Gebremedhin, Manne and Pothen, "What color is your Jacobian?", SIAM Review 47(4), 2005.

mod acyclic;
mod bicoloring;
mod buckets;
mod distance2;
mod graph;
mod order;
mod palette;
mod star;

pub use acyclic::acyclic;
pub use bicoloring::bicoloring;
pub use distance2::distance2;
pub use order::Order;
pub use star::star;

pub(crate) use acyclic::color as acyclic_of;
pub(crate) use bicoloring::columns_read;
pub(crate) use graph::Graph;
pub(crate) use star::color as star_of;

/// The colour of a column or row that needs no direction; only [`bicoloring`] leaves any.
pub const NEUTRAL: u32 = u32::MAX;

/// A colour for each column (or row, or vertex).
///
/// ```
/// use thalweg_autodiff::sparse::{Pattern, coloring::{Order, distance2}};
/// // Tridiagonal, of 4 columns: columns 0 and 3 share no row.
/// let places: Vec<_> = (0..4).flat_map(|j: usize| (j.saturating_sub(1)..(j + 2).min(4)).map(move |i| (i, j))).collect();
/// let coloring = distance2(&Pattern::from_places(4, 4, &places)?, Order::Natural);
/// assert_eq!(coloring.colors(), [0, 1, 2, 0]);
/// assert_eq!(coloring.count(), 3);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coloring {
    colors: Vec<u32>,
    count: usize,
}

impl Coloring {
    pub(crate) fn new(colors: Vec<u32>) -> Self {
        let count =
            colors.iter().filter(|&&color| color != NEUTRAL).max().map_or(0, |&most| most as usize + 1);
        Self { colors, count }
    }

    /// The colour of each, from 0, or [`NEUTRAL`].
    #[must_use]
    pub fn colors(&self) -> &[u32] {
        &self.colors
    }

    /// The number of colours.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }
}
