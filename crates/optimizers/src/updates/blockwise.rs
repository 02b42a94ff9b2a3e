//! Work on parts of the vector: tensors, or the units of tensors.

use core::ops::Range;

use thalweg_core::{Archive, Checkpoint, Layout, Par, Real, Result, Tensor, check_shape, vector};

/// Entries from which parts are worth a task; a function of nothing, so that threads change no bit.
const PIECE: usize = 1 << 14;

/// Where the parts lie that a rule treats as wholes, in order and without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranges(Vec<Range<usize>>);

impl Checkpoint for Ranges {
    fn visit(&mut self, _: &mut dyn Archive) -> Result<()> {
        Ok(())
    }
}

impl Ranges {
    /// The tensors.
    pub(super) fn tensors(layout: &Layout) -> Self {
        Self(layout.tensors().iter().map(|tensor| tensor.range.clone()).collect())
    }

    /// The units: what feeds one output.
    pub(super) fn units(layout: &Layout) -> Self {
        let mut ranges = Vec::new();
        for tensor in layout.tensors() {
            let length = unit(tensor);
            let starts = tensor.range.clone().step_by(length.max(1));
            ranges.extend(starts.map(|start| start..start + length));
        }
        Self(ranges)
    }

    /// Runs `rule` on every part with its range, at the same time where they are large. True if it always returned so.
    pub(super) fn each<T: Real>(
        &self,
        par: Par,
        u: &mut [T],
        rule: &(impl Fn(Range<usize>, &mut [T]) -> bool + Sync),
    ) -> Result<bool> {
        check_shape("entries of the parts", self.0.last().map_or(0, |last| last.end), u.len())?;
        Ok(halves(par, &self.0, u, rule))
    }
}

/// The entries of a unit: of a matrix (p×K, column-major) a column, of more dimensions all that share the last index; of a vector, a number or
/// a matrix with a single row all.
fn unit(tensor: &Tensor) -> usize {
    let all = tensor.range.len();
    match tensor.shape[..] {
        [_, .., units] if all > units => all / units,
        _ => all,
    }
}

fn halves<T: Real>(
    par: Par,
    ranges: &[Range<usize>],
    u: &mut [T],
    rule: &(impl Fn(Range<usize>, &mut [T]) -> bool + Sync),
) -> bool {
    let Some(start) = ranges.first().map(|first| first.start) else { return true };
    if u.len() <= PIECE || ranges.len() == 1 {
        let one = |range: &Range<usize>| rule(range.clone(), &mut u[range.start - start..range.end - start]);
        return ranges.iter().map(one).fold(true, |all, one| all & one);
    }
    let (left, right) = ranges.split_at(ranges.len() / 2);
    let (left_u, right_u) = u.split_at_mut(right[0].start - start);
    let (a, b) = par.join(|| halves(par, left, left_u, rule), || halves(par, right, right_u, rule));
    a & b
}

/// True if every entry is finite.
pub(super) fn all_finite<T: Real>(par: Par, u: &[T]) -> bool {
    if u.len() <= PIECE {
        return vector::all_finite(u);
    }
    let (left, right) = u.split_at(u.len() / 2);
    let (a, b) = par.join(|| all_finite(par, left), || all_finite(par, right));
    a & b
}

#[cfg(test)]
mod tests {
    use super::{Layout, Ranges};

    #[test]
    fn units_are_columns() {
        let mut layout = Layout::default();
        for (name, shape) in [
            ("number", &[][..]),
            ("vector", &[3]),
            ("row", &[1, 4]),
            ("matrix", &[2, 3]),
            ("kernel", &[2, 1, 2, 2]),
        ] {
            layout.push(name, shape);
        }
        layout.push("nothing", &[0, 3]);
        let expected = [0..1, 1..4, 4..8, 8..10, 10..12, 12..14, 14..18, 18..22];
        assert_eq!(Ranges::units(&layout).0, expected);
    }
}
