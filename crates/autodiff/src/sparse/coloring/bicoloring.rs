//! [`bicoloring`]: colours for columns and rows at once, so that each entry can be read off one or the other.
//!
//! A matrix with a full row and a full column needs as many directions as it has columns or rows from one side, and three from both. First
//! the entries are shared out: the row or column of fewest entries left gives them away, a row to the columns' side, a column to the rows',
//! whichever raises the sum of the two sides' fullest lines less. Then each side is coloured greedily: two columns differ where they meet in a
//! row that one of them is to be read in. Lines without an entry to read need no colour. Cost: O(Σ over the lines of places²) at most.
//!
//! Source: Coleman and Verma, "The efficient computation of sparse Jacobian matrices using automatic differentiation", SIAM J. Sci. Comput. 19(4),
//! 1998 (minimum nonzero count ordering, direct determination).

use super::super::pattern::Pattern;
use super::buckets::Buckets;
use super::palette::Forbidden;
use super::{Coloring, NEUTRAL, Order};

/// Colours the columns, then the rows: entry j of the coloring is that of column j, entry n + i that of row i. Those that need no direction are
/// [`NEUTRAL`]. No colour is both a column's and a row's.
///
/// ```
/// use thalweg_autodiff::sparse::{Pattern, coloring::{Order, bicoloring}};
/// // Full first row, full first column, and the diagonal.
/// let places: Vec<_> = (0..9).flat_map(|i| [(0, i), (i, 0), (i, i)]).collect();
/// let coloring = bicoloring(&Pattern::from_places(9, 9, &places)?, Order::Natural);
/// assert_eq!(coloring.count(), 3);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[must_use]
pub fn bicoloring(pattern: &Pattern, order: Order) -> Coloring {
    let by_row = pattern.transpose();
    let to_columns = share(pattern, &by_row);
    let of_columns = color_side(pattern, &by_row, &to_columns, order);
    let to_rows: Vec<bool> = by_row_order(pattern, &by_row).map(|k| !to_columns[k]).collect();
    let of_rows = color_side(&by_row, pattern, &to_rows, order);
    let first = Coloring::new(of_columns.clone()).count() as u32;
    let shifted = of_rows.into_iter().map(|color| if color == NEUTRAL { NEUTRAL } else { first + color });
    Coloring::new(of_columns.into_iter().chain(shifted).collect())
}

/// The places' indices, row by row.
fn by_row_order(pattern: &Pattern, by_row: &Pattern) -> impl Iterator<Item = usize> {
    let mut next: Vec<usize> = (0..pattern.columns()).map(|j| pattern.start(j)).collect();
    by_row.places().map(move |(j, _)| {
        next[j] += 1;
        next[j] - 1
    })
}

/// For each place, whether the columns' side reads it.
fn share(pattern: &Pattern, by_row: &Pattern) -> Vec<bool> {
    let mut to_columns = vec![false; pattern.entries()];
    let index: Vec<usize> = by_row_order(pattern, by_row).collect();
    let degrees = |lines: &Pattern| (0..lines.columns()).map(|j| lines.column(j).len()).collect();
    let (mut columns, mut rows) = (Buckets::new(degrees(pattern)), Buckets::new(degrees(by_row)));
    // The fullest row of the columns' side, and the fullest column of the rows' side.
    let (mut fullest_row, mut fullest_column) = (0, 0);
    while let (Some((i, in_row)), Some((j, in_column))) = (rows.least(), columns.least()) {
        let (row, column) = (in_row.max(fullest_row), in_column.max(fullest_column));
        // Of equals, the one that the other side has taken less from: what is gone gets in the way of what is left.
        let gone = (by_row.column(i).len() - in_row, pattern.column(j).len() - in_column);
        if (row + fullest_column, gone.0) <= (column + fullest_row, gone.1) {
            fullest_row = row;
            rows.remove(i);
            for (k, &j) in by_row.column(i).iter().enumerate() {
                to_columns[index[by_row.start(i) + k]] = !columns.is_removed(j);
                columns.decrease(j);
            }
        } else {
            fullest_column = column;
            columns.remove(j);
            pattern.column(j).iter().for_each(|&i| rows.decrease(i));
        }
    }
    to_columns
}

/// Colours the lines, the columns of `lines`, of which some read a place.
fn color_side(lines: &Pattern, across: &Pattern, reads: &[bool], order: Order) -> Vec<u32> {
    let n = lines.columns();
    let places = |v: usize| lines.column(v).iter().zip(&reads[lines.start(v)..]);
    let active: Vec<bool> = (0..n).map(|v| places(v).any(|(_, &reads)| reads)).collect();
    let mut readers = vec![Vec::new(); lines.rows()];
    for ((i, v), _) in lines.places().zip(reads).filter(|&(_, &reads)| reads) {
        readers[i].push(v);
    }
    // Where v reads, every other active line is in the way; elsewhere v is in the way of those that read.
    let visit = |v: usize, f: &mut dyn FnMut(usize)| {
        for (&i, &reads) in places(v).filter(|_| active[v]) {
            let others = if reads { across.column(i) } else { &readers[i] };
            others.iter().filter(|&&w| active[w] && w != v).for_each(|&w| f(w));
        }
    };
    let (mut seen_in, mut stamp) = (vec![0_u64; n], 0);
    let order = order.of(n, |v, f| {
        stamp += 1;
        visit(v, &mut |w| {
            if core::mem::replace(&mut seen_in[w], stamp) != stamp {
                f(w);
            }
        });
    });
    let mut colors = vec![NEUTRAL; n];
    let mut forbidden = Forbidden::new();
    for v in order.into_iter().filter(|&v| active[v]) {
        visit(v, &mut |w| {
            if colors[w] != NEUTRAL {
                forbidden.forbid(colors[w], v);
            }
        });
        colors[v] = forbidden.first_allowed(v);
    }
    colors
}

/// For each place, whether its row sees the column's colour once: it is read there, else its column sees the row's colour once.
pub(crate) fn columns_read(pattern: &Pattern, coloring: &Coloring) -> Vec<bool> {
    let (of_columns, by_row) = (&coloring.colors()[..pattern.columns()], pattern.transpose());
    let mut once = vec![false; pattern.entries()];
    let mut times = vec![0_u32; coloring.count()];
    let mut order = by_row_order(pattern, &by_row);
    for i in 0..pattern.rows() {
        let colors = || by_row.column(i).iter().map(|&j| of_columns[j]).filter(|&color| color != NEUTRAL);
        colors().for_each(|color| times[color as usize] += 1);
        for (&j, k) in by_row.column(i).iter().zip(order.by_ref()) {
            once[k] = times.get(of_columns[j] as usize) == Some(&1);
        }
        colors().for_each(|color| times[color as usize] = 0);
    }
    once
}
