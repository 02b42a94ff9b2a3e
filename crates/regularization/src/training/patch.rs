//! [`Patch`]: a rectangle of an image around a random pixel, clipped at the edges.

use core::ops::Range;

use rand::Rng;
use thalweg_core::streams::below;

use super::shape::Shape;

/// Rows and columns of pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Patch {
    /// [c − ⌊s/2⌋, c + ⌊s/2⌋) in rows and columns for the sizes (height, width), around a pixel uniform over the image: row first.
    pub(super) fn draw(rng: &mut impl Rng, shape: Shape, (height, width): (usize, usize)) -> Self {
        let row = below(rng, shape.height as u64) as usize;
        let column = below(rng, shape.width as u64) as usize;
        Self { rows: around(row, height, shape.height), columns: around(column, width, shape.width) }
    }

    /// The number of pixels.
    pub(super) fn area(&self) -> usize {
        self.rows.len() * self.columns.len()
    }

    /// The places in the slice of the image, row by row.
    pub(super) fn spans(&self, shape: Shape) -> impl Iterator<Item = Range<usize>> + use<> {
        let (start, end) = (self.columns.start * shape.channels, self.columns.end * shape.channels);
        self.rows.clone().map(move |row| row * shape.stride() + start..row * shape.stride() + end)
    }
}

/// [c − ⌊s/2⌋, c + ⌊s/2⌋) within 0..n.
fn around(centre: usize, size: usize, n: usize) -> Range<usize> {
    centre.saturating_sub(size / 2)..centre.saturating_add(size / 2).min(n)
}
