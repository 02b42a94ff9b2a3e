//! [`Section`]: a heading of a page and what stands under it.

use thalweg_core::Result;

use crate::color::style;
use crate::figure::Figure;
use crate::table::Table;
use crate::text::escape;

/// What stands under one heading, in the order in which it was added. Figures that follow each other stand side by side where there is room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    title: String,
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    /// Finished HTML.
    Html(String),
    /// A finished `<figure>`.
    Figure(String),
}

impl Section {
    /// An empty section with its heading.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), items: Vec::new() }
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn paragraph(mut self, text: &str) -> Self {
        self.items.push(Item::Html(format!("<p>{}</p>\n", escape(text))));
        self
    }

    /// Adds a table.
    #[must_use]
    pub fn table(mut self, table: &Table) -> Self {
        self.items.push(Item::Html(table.html()));
        self
    }

    /// Adds text that keeps its lines and its spaces, such as a configuration.
    #[must_use]
    pub fn preformatted(mut self, text: &str) -> Self {
        let lines: Vec<String> = text.lines().map(escape).collect();
        self.items
            .push(Item::Html(format!("<pre class=\"scroll\" tabindex=\"0\">{}</pre>\n", lines.join("\n"))));
        self
    }

    /// Adds a figure with its caption.
    ///
    /// # Errors
    /// Those of [`Figure::svg`].
    pub fn figure(mut self, figure: &dyn Figure) -> Result<Self> {
        // The page has the style once.
        let svg = figure.svg()?.replacen(&format!("<style>{}</style>\n", style()), "", 1);
        let caption = figure.caption();
        let caption = if caption.is_empty() {
            String::new()
        } else {
            format!("<figcaption>{}</figcaption>\n", escape(&caption))
        };
        self.items.push(Item::Figure(format!("<figure>\n{svg}{caption}</figure>\n")));
        Ok(self)
    }

    pub(crate) fn html(&self) -> String {
        let mut out = format!("<section>\n<h2>{}</h2>\n", escape(&self.title));
        for run in self.items.chunk_by(|a, b| matches!((a, b), (Item::Figure(_), Item::Figure(_)))) {
            let figures = matches!(run.first(), Some(Item::Figure(_)));
            if figures {
                out.push_str("<div class=\"figures\">\n");
            }
            for item in run {
                let (Item::Html(text) | Item::Figure(text)) = item;
                out.push_str(text);
            }
            if figures {
                out.push_str("</div>\n");
            }
        }
        out.push_str("</section>\n");
        out
    }
}
