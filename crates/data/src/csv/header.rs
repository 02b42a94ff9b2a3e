//! The header: the delimiter, the names of the columns, and where the rows begin.

use thalweg_core::{Error, Result};

use super::quoted;
use super::survey::{check_text, count_lines};
use crate::fault::{Place, show};

/// The first record of a file.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) names: Vec<String>,
    pub(super) delimiter: u8,
    /// The line it stands on.
    pub(super) line: u64,
    /// The offset of the first byte below it.
    pub(super) body: usize,
    /// How many lines lie above the body.
    pub(super) lines: u64,
}

impl Header {
    pub(super) fn read(bytes: &[u8], place: Place<'_>, delimiter: Option<u8>) -> Result<Self> {
        if let Some(byte) = delimiter
            && (!byte.is_ascii() || byte.is_ascii_alphanumeric() || b"\"\r\n\0+-.".contains(&byte))
        {
            let value = byte.escape_ascii().to_string();
            let rule = "a delimiter is one ASCII byte that cannot be part of a number, a quote or a line end; take `,`, `;`, `|` or a tab";
            return Err(Error::invalid_parameter("delimiter", value, rule));
        }
        let start = bytes.iter().position(|b| !matches!(b, b'\r' | b'\n')).unwrap_or(bytes.len());
        let delimiter = delimiter.unwrap_or_else(|| detect(&bytes[start..]));
        let mut reader = quoted::reader(bytes, delimiter);
        let mut record = csv::ByteRecord::new();
        let found = reader.read_byte_record(&mut record).unwrap_or(false);
        if !found {
            let what = place.file.map_or_else(|| "the table".to_owned(), |file| file.display().to_string());
            let remedy = "it needs a header line and at least one row of data".to_owned();
            return Err(Error::Empty { what, remedy });
        }
        let mut body = usize::try_from(reader.position().byte()).unwrap_or(bytes.len()).min(bytes.len());
        if bytes[..body].ends_with(b"\r") && bytes[body..].starts_with(b"\n") {
            body += 1;
        }
        check_text(&bytes[..body], 0, place)?;
        let line = 1 + count_lines(&bytes[..start]);
        if body == bytes.len() && quoted::unclosed(&bytes[start..], delimiter) {
            return Err(quoted::unclosed_error(place.line(line)));
        }
        let names: Vec<String> = record.iter().map(quoted::text).map(str::to_owned).collect();
        check_names(&names, place.line(line))?;
        Ok(Self { names, delimiter, line, body, lines: count_lines(&bytes[..body]) })
    }

    /// The delimiter in words.
    pub(super) fn delimiter_name(&self) -> String {
        match self.delimiter {
            b',' => "comma".to_owned(),
            b';' => "semicolon".to_owned(),
            b'\t' => "tab".to_owned(),
            b' ' => "blank".to_owned(),
            byte => format!("`{}`", char::from(byte)),
        }
    }
}

/// The most frequent of comma, semicolon and tab outside quotes in the first line; comma where there is none.
fn detect(bytes: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut inside = false;
    for byte in bytes {
        match byte {
            b'"' => inside = !inside,
            b'\r' | b'\n' if !inside => break,
            _ if !inside => counts.iter_mut().filter(|(c, _)| c == byte).for_each(|(_, n)| *n += 1),
            _ => {}
        }
    }
    // Reversed, so that the earlier one wins a tie.
    counts.iter().rev().max_by_key(|(_, n)| *n).map_or(b',', |(c, _)| *c)
}

fn check_names(names: &[String], place: Place<'_>) -> Result<()> {
    let mut seen = std::collections::HashMap::new();
    for (i, name) in names.iter().enumerate() {
        if name.is_empty() {
            let problem = format!("column {} of the header has no name", i + 1);
            return Err(place.error(problem, "name every column (pandas: to_csv(..., index=False))"));
        }
        if let Some(first) = seen.insert(name.as_str(), i) {
            let problem =
                format!("columns {} and {} of the header are both named `{}`", first + 1, i + 1, show(name));
            return Err(place.error(problem, "give every column its own name"));
        }
    }
    Ok(())
}
