//! [`Figure`]: what every picture can do.

use thalweg_core::Result;

/// A picture of some numbers.
pub trait Figure {
    /// One complete `<svg>` element: it stands in a page or alone in a file, follows the reader's light or dark, and names itself to
    /// those who do not see it (`title`, `desc`). The same numbers give the same bytes.
    ///
    /// # Errors
    /// [`thalweg_core::Error`] naming the field whose length or value does not fit.
    fn svg(&self) -> Result<String>;

    /// How to read the picture, in one or two sentences.
    fn caption(&self) -> String;
}
