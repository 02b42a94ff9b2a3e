//! [`distance2`]: a colour for each column so that columns of one colour share no row.
//!
//! Two columns that share a row are at distance 2 in the bipartite graph of rows and columns. No coloring has fewer colours than the fullest
//! row has places. Rows are coloured by passing the transposed pattern. Cost: O(Σ over the rows of places²).
//!
//! Source: Curtis, Powell and Reid, "On the estimation of sparse Jacobian matrices", IMA J. Appl. Math. 13, 1974; Coleman and Moré,
//! "Estimation of sparse Jacobian matrices and graph coloring problems", SIAM J. Numer. Anal. 20, 1983.

use super::super::pattern::Pattern;
use super::palette::Forbidden;
use super::{Coloring, NEUTRAL, Order};

/// Colours the columns, greedily in `order`; degrees are the numbers of columns that a column shares a row with.
///
/// ```
/// use thalweg_autodiff::sparse::{Pattern, coloring::{Order, distance2}};
/// // Columns 0 and 2 share no row.
/// let pattern = Pattern::from_places(2, 3, &[(0, 0), (0, 1), (1, 1), (1, 2)])?;
/// assert_eq!(distance2(&pattern, Order::Natural).colors(), [0, 1, 0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[must_use]
pub fn distance2(pattern: &Pattern, order: Order) -> Coloring {
    let n = pattern.columns();
    let by_row = pattern.transpose();
    let (mut seen_in, mut visit) = (vec![0_u64; n], 0);
    let order = order.of(n, |v, f| {
        visit += 1;
        seen_in[v] = visit;
        for &w in pattern.column(v).iter().flat_map(|&row| by_row.column(row)) {
            if core::mem::replace(&mut seen_in[w], visit) != visit {
                f(w);
            }
        }
    });
    let mut colors = vec![NEUTRAL; n];
    let mut forbidden = Forbidden::new();
    for v in order {
        for &w in pattern.column(v).iter().flat_map(|&row| by_row.column(row)) {
            if colors[w] != NEUTRAL {
                forbidden.forbid(colors[w], v);
            }
        }
        colors[v] = forbidden.first_allowed(v);
    }
    Coloring::new(colors)
}
