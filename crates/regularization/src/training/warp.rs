//! [`Affine`]: an image under an affine map, by bilinear interpolation.

use thalweg_core::{Real, Result};

use super::shape::Shape;

/// Where the pixels of the new image lie in the old one. With d the pixel's place relative to the centre ((h − 1)/2, (w − 1)/2), as (rows
/// down, columns right), the old place relative to the centre is `matrix` d + `offset`.
///
/// ```
/// use thalweg_regularization::training::{Affine, Shape};
/// let half_left = Affine { matrix: [[1.0, 0.0], [0.0, 1.0]], offset: [0.0, 0.5] };
/// let mut image = [0.0; 3];
/// half_left.warp(Shape::new(1, 3, 1)?, &[2.0, 4.0, 8.0], &mut image)?;
/// assert_eq!(image, [3.0, 6.0, 4.0]); // beyond the edge there are zeros
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Affine {
    /// The linear part, row by row.
    pub matrix: [[f64; 2]; 2],
    /// The translation, in pixels.
    pub offset: [f64; 2],
}

impl Affine {
    /// The turn of the image around its centre, counter-clockwise as one looks at it, by an angle in radians.
    #[must_use]
    pub fn rotation(angle: f64) -> Self {
        let (sin, cos) = (thalweg_core::math::sin(angle), thalweg_core::math::cos(angle));
        Self { matrix: [[cos, sin], [-sin, cos]], offset: [0.0; 2] }
    }

    /// The shift of the image downwards and to the right, in pixels.
    #[must_use]
    pub const fn translation(down: f64, right: f64) -> Self {
        Self { matrix: [[1.0, 0.0], [0.0, 1.0]], offset: [-down, -right] }
    }

    /// out ← the image: the mean of the four pixels around the old place, by nearness; pixels outside are 0. PyTorch
    /// `grid_sample(mode="bilinear", padding_mode="zeros")`.
    ///
    /// # Errors
    /// A source or `out` that has not the length of the shape.
    pub fn warp<T: Real>(&self, shape: Shape, source: &[T], out: &mut [T]) -> Result<()> {
        shape.check("values of the image", source.len())?;
        shape.check("values of the new image", out.len())?;
        let centre = [(shape.height - 1) as f64 / 2.0, (shape.width - 1) as f64 / 2.0];
        let [to_row, to_column] = self.matrix;
        for (place, pixel) in out.chunks_exact_mut(shape.channels).enumerate() {
            let down = (place / shape.width) as f64 - centre[0];
            let right = (place % shape.width) as f64 - centre[1];
            let row = to_row[0] * down + to_row[1] * right + self.offset[0] + centre[0];
            let column = to_column[0] * down + to_column[1] * right + self.offset[1] + centre[1];
            sample(shape, source, (row, column), pixel);
        }
        Ok(())
    }
}

/// The bilinear interpolant at a place, for all channels.
fn sample<T: Real>(shape: Shape, source: &[T], (row, column): (f64, f64), pixel: &mut [T]) {
    pixel.fill(T::ZERO);
    let corners = [between(row, shape.height), between(column, shape.width)];
    for (row, row_share) in corners[0].into_iter().flatten() {
        for (column, column_share) in corners[1].into_iter().flatten() {
            let share = T::of(row_share * column_share);
            let at = row * shape.stride() + column * shape.channels;
            for (pixel, value) in pixel.iter_mut().zip(&source[at..]) {
                *pixel += share * *value;
            }
        }
    }
}

/// The two whole places around x and their shares; those outside 0..n or of share 0 (which may hold NaN) are left out.
fn between(x: f64, n: usize) -> [Option<(usize, f64)>; 2] {
    let below = x.floor();
    let inside =
        |at: f64, share: f64| (at >= 0.0 && at < n as f64 && share > 0.0).then_some((at as usize, share));
    [inside(below, 1.0 - (x - below)), inside(below + 1.0, x - below)]
}
