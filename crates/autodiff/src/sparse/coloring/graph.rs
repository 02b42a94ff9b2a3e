//! [`Graph`]: the adjacency graph of a symmetric pattern, its edges numbered.

use thalweg_core::{Error, Result};

use super::super::pattern::Pattern;

/// Vertices are the columns, edges the places off the diagonal: one for (i, j) and (j, i).
pub(crate) struct Graph {
    starts: Vec<usize>,
    neighbors: Vec<(u32, u32)>,
    edges: usize,
}

impl Graph {
    pub(crate) fn new(pattern: &Pattern) -> Result<Self> {
        let n = pattern.columns();
        if pattern.rows() != n || *pattern != pattern.transpose() {
            let size = format!("{} by {}", pattern.rows(), n);
            let rule = "star and acyclic colourings need a symmetric pattern with both triangles; use distance2 for others";
            return Err(Error::invalid_parameter("pattern", size, rule));
        }
        let size = n.max(pattern.entries());
        if size >= u32::MAX as usize {
            let rule = "a graph has less than 4294967295 vertices and places; split the function into parts";
            return Err(Error::invalid_parameter("pattern", size, rule));
        }
        // Within column j the rows below the diagonal, i > j, number the edges; their mirror images come later, in the same order.
        let mut starts = vec![0; n + 1];
        for j in 0..n {
            starts[j + 1] = starts[j] + pattern.column(j).iter().filter(|&&i| i != j).count();
        }
        let mut next = starts.clone();
        let mut neighbors = vec![(0, 0); starts[n]];
        let mut edges = 0;
        for (i, j) in pattern.places().filter(|&(i, j)| i > j) {
            for (v, w) in [(i, j), (j, i)] {
                neighbors[next[v]] = (w as u32, edges);
                next[v] += 1;
            }
            edges += 1;
        }
        Ok(Self { starts, neighbors, edges: edges as usize })
    }

    /// The number of vertices.
    pub(crate) fn vertices(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of edges.
    pub(crate) fn edges(&self) -> usize {
        self.edges
    }

    /// The neighbours of v, each with its edge.
    pub(crate) fn neighbors(&self, v: usize) -> &[(u32, u32)] {
        &self.neighbors[self.starts[v]..self.starts[v + 1]]
    }
}
