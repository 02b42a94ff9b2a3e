//! [`Layout`]: the named tensors inside a flat parameter vector.

use core::ops::Range;

/// One named tensor inside the flat parameter vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its dimensions. A matrix of shape [a, b] lies column by column: a inputs, b outputs.
    pub shape: Vec<usize>,
    /// Where it lies in the flat vector.
    pub range: Range<usize>,
}

/// The names, shapes and places of the tensors in a flat parameter vector.
///
/// ```
/// use thalweg_core::Layout;
/// let mut layout = Layout::default();
/// layout.push("intercept", &[1]);
/// layout.push("coefficients", &[3, 2]);
/// assert_eq!((layout.len(), layout.tensors()[1].range.clone()), (7, 1..7));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    tensors: Vec<Tensor>,
}

impl Layout {
    /// One tensor of `n` entries, named `parameters`.
    #[must_use]
    pub fn flat(n: usize) -> Self {
        let mut layout = Self::default();
        layout.push("parameters", &[n]);
        layout
    }

    /// Appends a tensor behind the last one.
    pub fn push(&mut self, name: &str, shape: &[usize]) {
        let start = self.len();
        let end = start + shape.iter().product::<usize>();
        self.tensors.push(Tensor { name: name.to_owned(), shape: shape.to_vec(), range: start..end });
    }

    /// The total number of parameters.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tensors.last().map_or(0, |t| t.range.end)
    }

    /// True without parameters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tensors, in order.
    #[must_use]
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// The tensors that share entries with `range`, each with its index and the shared entries.
    pub fn pieces(&self, range: Range<usize>) -> impl Iterator<Item = (usize, &Tensor, Range<usize>)> {
        let first = self.tensors.partition_point(|t| t.range.end <= range.start);
        let rest = self.tensors[first..].iter().enumerate();
        rest.take_while({
            let end = range.end;
            move |(_, t)| t.range.start < end
        })
        .map(move |(i, t)| (first + i, t, t.range.start.max(range.start)..t.range.end.min(range.end)))
        .filter(|(_, _, shared)| !shared.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::Layout;

    #[test]
    fn pieces_cover_a_range_once() {
        let mut layout = Layout::default();
        for (name, n) in [("a", 3), ("nothing", 0), ("b", 4), ("c", 1)] {
            layout.push(name, &[n]);
        }
        let pieces =
            |range| layout.pieces(range).map(|(i, t, r)| (i, t.name.as_str(), r)).collect::<Vec<_>>();
        assert_eq!(pieces(0..8), [(0, "a", 0..3), (2, "b", 3..7), (3, "c", 7..8)]);
        assert_eq!(pieces(2..5), [(0, "a", 2..3), (2, "b", 3..5)]);
        assert!(pieces(3..3).is_empty() && pieces(8..9).is_empty());
    }
}
