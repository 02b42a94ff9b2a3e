//! [`star`]: a colour for each vertex of a symmetric pattern so that every two colours span disjoint stars.
//!
//! Proper, and no path of 4 vertices has 2 colours. Then each entry off the diagonal can be read off the compressed matrix: of the two ends
//! of its edge, the spoke sees the hub's colour once only. Cost: O(edges · colours around a vertex).
//!
//! Source: Gebremedhin, Tarafdar, Manne and Pothen, "New acyclic and star coloring algorithms with application to computing Hessians", SIAM
//! J. Sci. Comput. 29(3), 2007, algorithm 4.1, with palettes in place of neighbours of neighbours: the same colours, without its
//! quadratic cost at hubs.

use thalweg_core::Result;

use super::super::pattern::Pattern;
use super::palette::{Forbidden, Palette, Spot};
use super::{Coloring, Graph, NEUTRAL, Order};

/// Colours the vertices, greedily in `order`.
///
/// ```
/// use thalweg_autodiff::sparse::{Pattern, coloring::{Order, star}};
/// // A hub with two leaves: the leaves may share a colour, which distance2 forbids.
/// let pattern = Pattern::from_places(3, 3, &[(0, 1), (1, 0), (0, 2), (2, 0)])?;
/// assert_eq!(star(&pattern, Order::Natural)?.colors(), [0, 1, 1]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A pattern that is not symmetric.
pub fn star(pattern: &Pattern, order: Order) -> Result<Coloring> {
    Ok(color(&Graph::new(pattern)?, order))
}

/// The hub of a star of one edge, where either end may become it.
const NO_HUB: u32 = u32::MAX;

/// The two-coloured stars: each coloured edge belongs to one.
struct Stars {
    of_edge: Vec<u32>,
    hub: Vec<u32>,
}

pub(crate) fn color(graph: &Graph, order: Order) -> Coloring {
    let n = graph.vertices();
    let order = order.of(n, |v, f| graph.neighbors(v).iter().for_each(|&(w, _)| f(w as usize)));
    let mut colors = vec![NEUTRAL; n];
    let mut palette = Palette::new(n);
    let mut forbidden = Forbidden::new();
    let mut stars = Stars { of_edge: vec![0; graph.edges()], hub: Vec::new() };
    // Per colour: the vertex that looked last, and the first of its neighbours of that colour.
    let mut first: Vec<(usize, Spot)> = Vec::new();
    for v in order {
        for &(w, edge) in graph.neighbors(v) {
            let color = colors[w as usize];
            if color == NEUTRAL {
                continue;
            }
            forbidden.forbid(color, v);
            if color as usize >= first.len() {
                first.resize(color as usize + 1, (usize::MAX, Spot { color: NEUTRAL, neighbor: 0, edge: 0 }));
            }
            let (by, q) = first[color as usize];
            if by == v {
                // v is the middle of q – v – w: it cannot take a colour around either, else a fourth vertex joins.
                for around in [q.neighbor, w] {
                    palette.around(around as usize).iter().for_each(|x| forbidden.forbid(x.color, v));
                }
            } else {
                first[color as usize] = (v, Spot { color, neighbor: w, edge });
                // w is a spoke of the hub x: v with x's colour would lengthen the path. With two neighbours of a colour w is the hub itself.
                for x in palette.around(w as usize) {
                    if stars.hub[stars.of_edge[x.edge as usize] as usize] == x.neighbor {
                        forbidden.forbid(x.color, v);
                    }
                }
            }
        }
        colors[v] = forbidden.first_allowed(v);
        stars.update(graph, &colors, &palette, &first, v);
        for &(w, edge) in graph.neighbors(v) {
            palette.note(w as usize, colors[v], v as u32, edge);
        }
    }
    Coloring::new(colors)
}

impl Stars {
    /// Puts the edges of v, just coloured, into stars.
    fn update(
        &mut self,
        graph: &Graph,
        colors: &[u32],
        palette: &Palette,
        first: &[(usize, Spot)],
        v: usize,
    ) {
        for &(w, edge) in graph.neighbors(v) {
            let color = colors[w as usize];
            if color == NEUTRAL {
                continue;
            }
            let q = first[color as usize].1;
            self.of_edge[edge as usize] = if let Some(x) = palette.find(w as usize, colors[v]) {
                self.center(x.edge, w)
            } else if q.neighbor != w {
                self.center(q.edge, v as u32)
            } else {
                self.hub.push(NO_HUB);
                (self.hub.len() - 1) as u32
            };
        }
    }

    /// The star of `edge`, whose hub is v.
    fn center(&mut self, edge: u32, v: u32) -> u32 {
        let star = self.of_edge[edge as usize];
        self.hub[star as usize] = v;
        star
    }
}
