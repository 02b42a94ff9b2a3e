//! [`Recovery`]: the entries of a sparse matrix from its compressed form.

use thalweg_core::Real;

use super::coloring::{Coloring, Graph, columns_read};
use super::pattern::Pattern;

/// How to fill the entries of a pattern from the compressed matrix B; `cell(c, i)` is where B keeps row i of colour c.
#[derive(Clone, Debug)]
pub(crate) enum Recovery {
    /// Entry k is `B[read[k]]`.
    Direct { read: Vec<usize> },
    /// The diagonal is read; edges follow from the leaves of the two-coloured trees inwards.
    Substitution { diagonal: Vec<(usize, usize)>, steps: Vec<Substitution> },
}

/// One edge {v, w} of a tree, v a leaf in what remains of it: a_vw = B(v, colour of w), which then leaves B(w, colour of v).
#[derive(Clone, Debug)]
pub(crate) struct Substitution {
    read: usize,
    reduce: usize,
    entries: [usize; 2],
}

impl Recovery {
    /// Fills `entries` from `compressed`, which substitution uses up.
    pub(crate) fn apply<T: Real>(&self, compressed: &mut [T], entries: &mut [T]) {
        match self {
            Self::Direct { read } => {
                entries.iter_mut().zip(read).for_each(|(entry, &read)| *entry = compressed[read]);
            }
            Self::Substitution { diagonal, steps } => {
                diagonal.iter().for_each(|&(entry, read)| entries[entry] = compressed[read]);
                for step in steps {
                    let value = compressed[step.read];
                    compressed[step.reduce] -= value;
                    step.entries.iter().for_each(|&entry| entries[entry] = value);
                }
            }
        }
    }

    /// From a distance-2 coloring of the columns: row i sees each colour once.
    pub(crate) fn of_columns(pattern: &Pattern, colors: &[u32], cell: impl Fn(u32, usize) -> usize) -> Self {
        Self::Direct { read: pattern.places().map(|(i, j)| cell(colors[j], i)).collect() }
    }

    /// From a distance-2 coloring of the rows.
    pub(crate) fn of_rows(pattern: &Pattern, colors: &[u32], cell: impl Fn(u32, usize) -> usize) -> Self {
        Self::Direct { read: pattern.places().map(|(i, j)| cell(colors[i], j)).collect() }
    }

    /// From a bicoloring of columns and rows: read from the column's colour where the row sees it once, else from the row's.
    pub(crate) fn of_both(
        pattern: &Pattern,
        coloring: &Coloring,
        column_cell: impl Fn(u32, usize) -> usize,
        row_cell: impl Fn(u32, usize) -> usize,
    ) -> Self {
        let (of_columns, of_rows) = coloring.colors().split_at(pattern.columns());
        let read = (pattern.places().zip(columns_read(pattern, coloring))).map(|((i, j), column)| {
            if column { column_cell(of_columns[j], i) } else { row_cell(of_rows[i], j) }
        });
        Self::Direct { read: read.collect() }
    }

    /// From a star coloring of a symmetric pattern: of the ends of an edge, one at least sees the other's colour once. Both triangles read the
    /// same place, so that the matrix is symmetric to the last bit.
    pub(crate) fn of_stars(pattern: &Pattern, colors: &[u32], cell: impl Fn(u32, usize) -> usize) -> Self {
        let mut times = vec![0_u32; colors.iter().max().map_or(0, |&most| most as usize + 1)];
        let mut read = vec![0; pattern.entries()];
        let mut mirror = Mirror::new(pattern);
        for j in 0..pattern.columns() {
            let others = || pattern.column(j).iter().filter(|&&i| i != j);
            others().for_each(|&i| times[colors[i] as usize] += 1);
            for (k, &i) in pattern.column(j).iter().enumerate().filter(|&(_, &i)| i >= j) {
                let k = pattern.start(j) + k;
                read[k] = if i == j || times[colors[i] as usize] == 1 {
                    cell(colors[i], j)
                } else {
                    cell(colors[j], i)
                };
                if i > j {
                    read[mirror.next(i)] = read[k];
                }
            }
            others().for_each(|&i| times[colors[i] as usize] = 0);
        }
        Self::Direct { read }
    }

    /// From an acyclic coloring of a symmetric pattern. `cells` bounds what `cell` returns.
    ///
    /// Source: Gebremedhin, Tarafdar, Pothen and Walther, "Efficient computation of sparse Hessians using coloring and automatic
    /// differentiation", INFORMS J. Computing 21(2), 2009, §3.
    pub(crate) fn of_trees(
        pattern: &Pattern,
        graph: &Graph,
        colors: &[u32],
        cells: usize,
        cell: impl Fn(u32, usize) -> usize,
    ) -> Self {
        let mut diagonal = Vec::new();
        // The ends of each edge and its two entries, numbered as the graph does: the lower triangle, column by column.
        let mut edges = Vec::with_capacity(graph.edges());
        let mut mirror = Mirror::new(pattern);
        for (k, (i, j)) in pattern.places().enumerate() {
            if i == j {
                diagonal.push((k, cell(colors[j], j)));
            } else if i > j {
                edges.push((i, j, [k, mirror.next(i)]));
            }
        }
        // How many edges of a tree remain at a vertex, and the exclusive or of their numbers: the number of the last one when one remains.
        let mut remaining = vec![(0_u32, 0_usize); cells];
        for (e, &(v, w, _)) in edges.iter().enumerate() {
            for at in [cell(colors[w], v), cell(colors[v], w)] {
                remaining[at].0 += 1;
                remaining[at].1 ^= e;
            }
        }
        let mut steps = Vec::with_capacity(edges.len());
        let mut leaves: Vec<usize> = (0..cells).filter(|&at| remaining[at].0 == 1).collect();
        while let Some(read) = leaves.pop() {
            let (1, e) = remaining[read] else { continue };
            let (v, w, entries) = edges[e];
            let (at_v, at_w) = (cell(colors[w], v), cell(colors[v], w));
            let reduce = if at_v == read { at_w } else { at_v };
            steps.push(Substitution { read, reduce, entries });
            for at in [read, reduce] {
                remaining[at].0 -= 1;
                remaining[at].1 ^= e;
            }
            if remaining[reduce].0 == 1 {
                leaves.push(reduce);
            }
        }
        Self::Substitution { diagonal, steps }
    }
}

/// The upper triangle's entries, in the order in which the lower triangle's come column by column.
struct Mirror {
    next: Vec<usize>,
}

impl Mirror {
    fn new(pattern: &Pattern) -> Self {
        Self { next: (0..pattern.columns()).map(|j| pattern.start(j)).collect() }
    }

    /// The entry (j, i) for the next j below i.
    fn next(&mut self, i: usize) -> usize {
        self.next[i] += 1;
        self.next[i] - 1
    }
}
