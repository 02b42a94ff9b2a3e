//! Figures on a page: with captions of its own, and a sentence where there is no picture.

use thalweg_report::{Figure, Section};

/// A figure with a caption of the page's own.
pub struct Captioned<'a> {
    pub figure: &'a dyn Figure,
    pub caption: &'a str,
}

impl Figure for Captioned<'_> {
    fn svg(&self) -> thalweg::Result<String> {
        self.figure.svg()
    }

    fn caption(&self) -> String {
        self.caption.to_owned()
    }
}

/// The section with the figure, or with a sentence why it has none.
pub fn drawn(section: Section, what: &str, figure: &dyn Figure) -> Section {
    match section.clone().figure(figure) {
        Ok(section) => section,
        Err(error) => section.paragraph(&format!("There is no picture of {what}: {error}.")),
    }
}
