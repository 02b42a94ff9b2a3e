//! Random numbers, and patterns of graphs.
#![allow(clippy::unwrap_used, dead_code)]

use thalweg_autodiff::sparse::Pattern;
use thalweg_core::streams::{Streams, below};

/// Random numbers below their argument, the same in every run.
pub fn random(seed: u64) -> impl FnMut(usize) -> usize {
    let mut stream = Streams::new(seed).stream("sparse tests", 0);
    move |n| below(&mut stream, n as u64) as usize
}

/// The symmetric pattern of a graph: its edges in both triangles, and the diagonal.
pub fn graph(n: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Pattern {
    let mut places: Vec<_> = (0..n).map(|i| (i, i)).collect();
    edges.into_iter().for_each(|(i, j)| places.extend([(i, j), (j, i)]));
    Pattern::from_places(n, n, &places).unwrap()
}

pub fn path(n: usize) -> Pattern {
    graph(n, (1..n).map(|i| (i - 1, i)))
}

pub fn cycle(n: usize) -> Pattern {
    graph(n, (0..n).map(|i| (i, (i + 1) % n)))
}

/// A hub and n − 1 leaves.
pub fn arrow(n: usize) -> Pattern {
    graph(n, (1..n).map(|i| (0, i)))
}

/// All |i − j| ≤ `half`.
pub fn band(n: usize, half: usize) -> Pattern {
    graph(n, (0..n).flat_map(|i| (i + 1..(i + half + 1).min(n)).map(move |j| (i, j))))
}

pub fn complete(n: usize) -> Pattern {
    band(n, n)
}

/// Vertices 0..a joined to each of a..a+b.
pub fn bipartite(a: usize, b: usize) -> Pattern {
    graph(a + b, (0..a).flat_map(|i| (a..a + b).map(move |j| (i, j))))
}

/// The five-point stencil on a square.
pub fn grid(m: usize) -> Pattern {
    let right = (0..m * m).filter(move |v| v % m + 1 < m).map(|v| (v, v + 1));
    graph(m * m, right.chain((0..m * (m - 1)).map(|v| (v, v + m))))
}

/// Each edge with probability `percent`.
pub fn random_graph(n: usize, percent: usize, next: &mut impl FnMut(usize) -> usize) -> Pattern {
    let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
    graph(n, pairs.filter(|_| next(100) < percent).collect::<Vec<_>>())
}
