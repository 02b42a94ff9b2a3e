//! [`Buckets`]: the vertex of least degree in what remains of a graph.

/// Vertices of equal degree lie in one bucket. One whose degree has fallen since lies in a lower bucket as well; the old entry is skipped when it
/// comes up. Every removal and decrease is paid for once.
pub(super) struct Buckets {
    degrees: Vec<usize>,
    removed: Vec<bool>,
    buckets: Vec<Vec<usize>>,
    least: usize,
}

impl Buckets {
    pub(super) fn new(degrees: Vec<usize>) -> Self {
        let mut buckets = vec![Vec::new(); degrees.iter().max().map_or(0, |&most| most + 1)];
        // A bucket is a stack: the smallest index comes on top.
        for v in (0..degrees.len()).rev() {
            buckets[degrees[v]].push(v);
        }
        Self { removed: vec![false; degrees.len()], degrees, buckets, least: 0 }
    }

    /// A vertex of least degree, with its degree.
    pub(super) fn least(&mut self) -> Option<(usize, usize)> {
        loop {
            let bucket = self.buckets.get_mut(self.least)?;
            match bucket.last() {
                Some(&v) if !self.removed[v] && self.degrees[v] == self.least => {
                    return Some((v, self.least));
                }
                Some(_) => drop(bucket.pop()),
                None => self.least += 1,
            }
        }
    }

    /// Takes v away.
    pub(super) fn remove(&mut self, v: usize) {
        self.removed[v] = true;
    }

    pub(super) fn is_removed(&self, v: usize) -> bool {
        self.removed[v]
    }

    /// One neighbour of v is gone.
    pub(super) fn decrease(&mut self, v: usize) {
        if !self.removed[v] && self.degrees[v] > 0 {
            self.degrees[v] -= 1;
            self.buckets[self.degrees[v]].push(v);
            self.least = self.least.min(self.degrees[v]);
        }
    }
}
