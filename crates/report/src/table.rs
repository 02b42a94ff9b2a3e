//! [`Table`]: a real table, with a caption and headers that readers of screens announce.

use thalweg_core::{Result, check_shape};

use crate::text::escape;

/// A column of a [`Table`].
#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    name: String,
    numeric: bool,
}

/// Rows of text under named columns. The first column names the row.
///
/// ```
/// use thalweg_report::Table;
/// let mut table = Table::new("Coefficients").text_column("name").number_column("estimate");
/// table.row(["age", "0.42"])?;
/// assert!(table.row(["age"]).is_err());
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with its caption.
    #[must_use]
    pub fn new(caption: &str) -> Self {
        Self { caption: caption.to_owned(), ..Self::default() }
    }

    /// Adds a column of words, set from the left.
    #[must_use]
    pub fn text_column(mut self, name: &str) -> Self {
        self.columns.push(Column { name: name.to_owned(), numeric: false });
        self
    }

    /// Adds a column of numbers, set from the right in figures of one width.
    #[must_use]
    pub fn number_column(mut self, name: &str) -> Self {
        self.columns.push(Column { name: name.to_owned(), numeric: true });
        self
    }

    /// Adds a row, one text a column.
    ///
    /// # Errors
    /// [`thalweg_core::Error::Shape`] where cells and columns differ in number.
    pub fn row<I>(&mut self, cells: I) -> Result<()>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let cells: Vec<String> = cells.into_iter().map(Into::into).collect();
        check_shape(&format!("cells of a row of table `{}`", self.caption), self.columns.len(), cells.len())?;
        self.rows.push(cells);
        Ok(())
    }

    /// The `<table>` inside a box that scrolls where the page is narrower.
    pub(crate) fn html(&self) -> String {
        let class = |column: &Column| if column.numeric { " class=\"number\"" } else { "" };
        let mut out = String::from("<div class=\"scroll\" tabindex=\"0\"><table>\n");
        if !self.caption.is_empty() {
            out.push_str(&format!("<caption>{}</caption>\n", escape(&self.caption)));
        }
        out.push_str("<thead><tr>");
        for column in &self.columns {
            out.push_str(&format!("<th scope=\"col\"{}>{}</th>", class(column), escape(&column.name)));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            out.push_str("<tr>");
            for (i, (cell, column)) in row.iter().zip(&self.columns).enumerate() {
                let (tag, scope) = if i == 0 { ("th", " scope=\"row\"") } else { ("td", "") };
                out.push_str(&format!("<{tag}{scope}{}>{}</{tag}>", class(column), escape(cell)));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table></div>\n");
        out
    }
}
