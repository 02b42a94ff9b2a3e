//! [`Palette`]: the colours around each vertex, and the bookkeeping that all greedy colorings share.

/// Of each colour around a vertex, the first neighbour that took it. A hub of a million leaves has as many entries as its leaves have
/// colours: what the papers do by visiting neighbours of neighbours is done here by visiting colours of neighbours.
pub(super) struct Palette {
    around: Vec<Vec<Spot>>,
}

/// A colour around a vertex.
#[derive(Copy, Clone)]
pub(super) struct Spot {
    pub(super) color: u32,
    /// The first neighbour of this colour.
    pub(super) neighbor: u32,
    /// The edge to it.
    pub(super) edge: u32,
}

impl Palette {
    pub(super) fn new(vertices: usize) -> Self {
        Self { around: vec![Vec::new(); vertices] }
    }

    /// The colours around v.
    pub(super) fn around(&self, v: usize) -> &[Spot] {
        &self.around[v]
    }

    /// Where `color` stands around v.
    pub(super) fn find(&self, v: usize, color: u32) -> Option<Spot> {
        self.around[v].iter().copied().find(|spot| spot.color == color)
    }

    /// Around v, the neighbour at `edge` has taken `color`.
    pub(super) fn note(&mut self, v: usize, color: u32, neighbor: u32, edge: u32) {
        if self.find(v, color).is_none() {
            self.around[v].push(Spot { color, neighbor, edge });
        }
    }
}

/// The colours that the vertex at hand may not take.
pub(super) struct Forbidden {
    by: Vec<usize>,
}

impl Forbidden {
    pub(super) fn new() -> Self {
        Self { by: Vec::new() }
    }

    /// Forbids `color` to v.
    pub(super) fn forbid(&mut self, color: u32, v: usize) {
        let color = color as usize;
        if color >= self.by.len() {
            self.by.resize(color + 1, usize::MAX);
        }
        self.by[color] = v;
    }

    /// Whether `color` is forbidden to v.
    pub(super) fn is(&self, color: u32, v: usize) -> bool {
        self.by.get(color as usize) == Some(&v)
    }

    /// The first colour that v may take.
    pub(super) fn first_allowed(&self, v: usize) -> u32 {
        self.by.iter().position(|&by| by != v).unwrap_or(self.by.len()) as u32
    }
}
