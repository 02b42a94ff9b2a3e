//! [`Page`]: a report as one HTML file that needs no network, no script and no other file.

use crate::color::style;
use crate::section::Section;
use crate::text::escape;

const STYLE: &str = include_str!("page.css");

/// A report. Every text is escaped; the file reads in light and dark, on a telephone and on paper. It is well-formed XML too.
///
/// ```
/// use thalweg_report::{Page, Section};
/// let page = Page::new("Poisson regression")
///     .subtitle("claims.csv")
///     .fact("rows", "9,461")
///     .warning("2 columns are aliased: drop them or penalise.")
///     .section(Section::new("Residuals").paragraph("They look well."));
/// assert!(page.html().contains("<dd>9,461</dd>"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    title: String,
    subtitle: String,
    footer: String,
    facts: Vec<(String, String)>,
    warnings: Vec<String>,
    sections: Vec<Section>,
}

impl Page {
    /// An empty page.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    /// Sets the line under the title.
    #[must_use]
    pub fn subtitle(mut self, text: &str) -> Self {
        text.clone_into(&mut self.subtitle);
        self
    }

    /// Sets the last line: what wrote the page and from what.
    #[must_use]
    pub fn footer(mut self, text: &str) -> Self {
        text.clone_into(&mut self.footer);
        self
    }

    /// Adds a fact to the summary at the top: its name and its value.
    #[must_use]
    pub fn fact(mut self, name: &str, value: &str) -> Self {
        self.facts.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a warning that is seen before anything else.
    #[must_use]
    pub fn warning(mut self, text: &str) -> Self {
        self.warnings.push(text.to_owned());
        self
    }

    /// Adds a section.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// The whole file. A policy inside it forbids everything but its own styles, so nothing that a name of the data might smuggle in could run.
    #[must_use]
    pub fn html(&self) -> String {
        let title = escape(&self.title);
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
             <meta name=\"color-scheme\" content=\"light dark\"/>\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
             <title>{title}</title>\n<style>\n{}\n{STYLE}</style>\n</head>\n<body class=\"tw-plot\">\n<main>\n<header>\n<h1>{title}</h1>\n",
            style()
        );
        if !self.subtitle.is_empty() {
            out.push_str(&format!("<p class=\"subtitle\">{}</p>\n", escape(&self.subtitle)));
        }
        out.push_str("</header>\n");
        for warning in &self.warnings {
            out.push_str(&format!(
                "<p class=\"warning\" role=\"note\"><strong>Warning</strong> {}</p>\n",
                escape(warning)
            ));
        }
        if !self.facts.is_empty() {
            out.push_str("<dl>\n");
            for (name, value) in &self.facts {
                out.push_str(&format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value)));
            }
            out.push_str("</dl>\n");
        }
        for section in &self.sections {
            out.push_str(&section.html());
        }
        if !self.footer.is_empty() {
            out.push_str(&format!("<footer>{}</footer>\n", escape(&self.footer)));
        }
        out.push_str("</main>\n</body>\n</html>\n");
        out
    }
}
