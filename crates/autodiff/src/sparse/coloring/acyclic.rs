//! [`acyclic`]: a colour for each vertex of a symmetric pattern so that every two colours span trees.
//!
//! Proper, and no cycle has 2 colours. Every star coloring is one, so that fewer colours may do; the entries are found by substitution from
//! the leaves of the trees inwards. Cost: O(edges · colours around a vertex · α), α the inverse of Ackermann's function.
//!
//! Source: Coleman and Cai, "The cyclic coloring problem and estimation of sparse Hessian matrices", SIAM J. Alg. Disc. Meth. 7, 1986;
//! Gebremedhin, Tarafdar, Manne and Pothen, SIAM J. Sci. Comput. 29(3), 2007, algorithm 3.1, with palettes in place of neighbours of
//! neighbours.

use thalweg_core::Result;

use super::super::pattern::Pattern;
use super::palette::{Forbidden, Palette};
use super::{Coloring, Graph, NEUTRAL, Order};

/// Colours the vertices, greedily in `order`.
///
/// ```
/// use thalweg_autodiff::sparse::{Pattern, coloring::{Order, acyclic}};
/// // A path of 4 vertices is a tree: two colours do, where star needs three.
/// let pattern = Pattern::from_places(4, 4, &[(0, 1), (1, 0), (1, 2), (2, 1), (2, 3), (3, 2)])?;
/// assert_eq!(acyclic(&pattern, Order::Natural)?.colors(), [0, 1, 0, 1]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A pattern that is not symmetric.
pub fn acyclic(pattern: &Pattern, order: Order) -> Result<Coloring> {
    Ok(color(&Graph::new(pattern)?, order))
}

pub(crate) fn color(graph: &Graph, order: Order) -> Coloring {
    let n = graph.vertices();
    let order = order.of(n, |v, f| graph.neighbors(v).iter().for_each(|&(w, _)| f(w as usize)));
    let mut colors = vec![NEUTRAL; n];
    let mut palette = Palette::new(n);
    let mut forbidden = Forbidden::new();
    let mut trees = Trees::new(graph.edges());
    // Per tree: the vertex that looked last, and the neighbour through which it did.
    let mut visited = vec![(usize::MAX, 0); graph.edges()];
    // Per colour: the vertex that grew a star last, and its first edge to that colour.
    let mut first: Vec<(usize, u32)> = Vec::new();
    for v in order {
        let colored = || graph.neighbors(v).iter().copied().filter(|&(w, _)| colors[w as usize] != NEUTRAL);
        for (w, _) in colored() {
            forbidden.forbid(colors[w as usize], v);
        }
        for (w, _) in colored() {
            for x in palette.around(w as usize) {
                if forbidden.is(x.color, v) {
                    continue;
                }
                let tree = trees.root(x.edge) as usize;
                let (by, through) = visited[tree];
                if by != v {
                    visited[tree] = (v, w);
                } else if through != w {
                    // The tree reaches v at both: v in x's colour would close a cycle.
                    forbidden.forbid(x.color, v);
                }
            }
        }
        let color = forbidden.first_allowed(v);
        for (w, edge) in colored() {
            let of = colors[w as usize] as usize;
            if of >= first.len() {
                first.resize(of + 1, (usize::MAX, 0));
            }
            match first[of] {
                (by, other) if by == v => trees.join(edge, other),
                _ => first[of] = (v, edge),
            }
            if let Some(x) = palette.find(w as usize, color) {
                trees.join(edge, x.edge);
            }
        }
        colors[v] = color;
        for &(w, edge) in graph.neighbors(v) {
            palette.note(w as usize, color, v as u32, edge);
        }
    }
    Coloring::new(colors)
}

/// Disjoint sets of edges, by rank with path halving.
struct Trees {
    parent: Vec<u32>,
    rank: Vec<u8>,
}

impl Trees {
    fn new(edges: usize) -> Self {
        Self { parent: (0..edges as u32).collect(), rank: vec![0; edges] }
    }

    fn root(&mut self, edge: u32) -> u32 {
        let mut at = edge as usize;
        while self.parent[at] as usize != at {
            self.parent[at] = self.parent[self.parent[at] as usize];
            at = self.parent[at] as usize;
        }
        at as u32
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a) as usize, self.root(b) as usize);
        if a == b {
            return;
        }
        let (low, high) = if self.rank[a] < self.rank[b] { (a, b) } else { (b, a) };
        self.parent[low] = high as u32;
        self.rank[high] += u8::from(self.rank[low] == self.rank[high]);
    }
}
