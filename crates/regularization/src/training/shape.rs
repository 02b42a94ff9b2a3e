//! [`Shape`]: how the slice of an item is read as an image.

use thalweg_core::{Error, Result, check_shape};

/// An image of height×width pixels with `channels` values each: the value of row r, column q and channel k is at (r·width + q)·channels + k.
///
/// ```
/// use thalweg_regularization::training::Shape;
/// assert_eq!(Shape::new(32, 24, 3)?.len(), 2304);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Rows of pixels, from the top.
    pub height: usize,
    /// Columns of pixels, from the left.
    pub width: usize,
    /// Values of a pixel.
    pub channels: usize,
}

impl Shape {
    /// Of this height, width and number of channels.
    ///
    /// # Errors
    /// A zero; more values than a `usize` counts.
    pub fn new(height: usize, width: usize, channels: usize) -> Result<Self> {
        let sizes = [("height", height), ("width", width), ("channels", channels)];
        if let Some((name, size)) = sizes.into_iter().find(|(_, size)| *size == 0) {
            return Err(Error::invalid_parameter(name, size, "an image has at least 1"));
        }
        if height.checked_mul(width).and_then(|pixels| pixels.checked_mul(channels)).is_none() {
            return Err(Error::invalid_parameter(
                "height",
                height,
                "the image has too many values; make it smaller",
            ));
        }
        Ok(Self { height, width, channels })
    }

    /// The number of values.
    #[must_use]
    pub const fn len(self) -> usize {
        // A shape too large for a `usize`, which only a literal can have, then has the length of no slice.
        self.height.saturating_mul(self.width).saturating_mul(self.channels)
    }

    /// True if there are no values.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The values of one row of pixels.
    #[must_use]
    pub(super) const fn stride(self) -> usize {
        self.width * self.channels
    }

    /// `Err` unless a slice of `length` values is an image of this shape.
    pub(super) fn check(self, what: &str, length: usize) -> Result<()> {
        check_shape(what, self.len(), length)?;
        if self.is_empty() {
            let remedy = "give at least one pixel".to_owned();
            return Err(Error::Empty { what: "the image".to_owned(), remedy });
        }
        Ok(())
    }
}
