//! [`Edit`]: what a new item changes in a file that exists. Files are edited line by line, so comments and order stay as their authors left
//! them.

use super::name::{Name, around};
use crate::Result;

/// One change; its texts hold the placeholders of [`Name`].
#[derive(Debug)]
pub(super) enum Edit {
    /// Inserts `text` among the lines that look like its last line.
    Line {
        file: &'static str,
        /// The text that opens the block to insert into, up to its bracket; empty for the whole file.
        within: &'static str,
        text: &'static str,
        place: Place,
    },
    /// Inserts `text` before the line that starts with `anchor`.
    Before { file: &'static str, anchor: &'static str, text: &'static str },
    /// Appends `text`.
    Append { file: &'static str, text: &'static str },
}

/// Where among its kin a line goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// At its alphabetical place if the others are in order, else after the last.
    Sorted,
    /// The same in a list of values, which is written one a line first, however rustfmt has packed it.
    InList,
    /// Last in a list of values whose order means something.
    EndOfList,
}

impl Edit {
    pub(super) const fn file(&self) -> &'static str {
        match self {
            Self::Line { file, .. } | Self::Before { file, .. } | Self::Append { file, .. } => file,
        }
    }

    /// The file's text after the change.
    pub(super) fn apply(&self, text: &str, name: &Name) -> Result<String> {
        match self {
            Self::Append { text: new, .. } => Ok(text.to_owned() + &name.render(new)),
            Self::Before { file, anchor, text: new } => {
                let at = text.match_indices(anchor).map(|(at, _)| at).find(|at| starts_line(text, *at));
                let at = at.ok_or_else(|| format!("{file} has no line `{anchor}`: add the item by hand"))?;
                Ok(format!("{}{}{}", &text[..at], name.render(new), &text[at..]))
            }
            Self::Line { file, within, text: new, place } => {
                let (open, close) = block(text, within)
                    .ok_or_else(|| format!("{file} has no `{within}`: add the item by hand"))?;
                let inside = &text[open..close];
                let inside = if *place == Place::Sorted { inside.to_owned() } else { one_a_line(inside) };
                let inside = insert(&inside, new, name, place)
                    .ok_or_else(|| format!("{file} has no line like `{new}`: add the first item by hand"))?;
                Ok(format!("{}{inside}{}", &text[..open], &text[close..]))
            }
        }
    }
}

fn starts_line(text: &str, at: usize) -> bool {
    at == 0 || text[..at].ends_with('\n')
}

/// The range between the bracket at the end of `opener` and its partner; white space may differ.
fn block(text: &str, opener: &str) -> Option<(usize, usize)> {
    let Some(bracket) = opener.chars().next_back() else { return Some((0, text.len())) };
    let open =
        (0..text.len()).filter(|at| text.is_char_boundary(*at)).find_map(|at| match_end(text, at, opener))?;
    let partner = match bracket {
        '[' => ']',
        '(' => ')',
        _ => '}',
    };
    let mut depth = 1;
    for (at, c) in text[open..].char_indices() {
        depth += i32::from(c == bracket) - i32::from(c == partner);
        if depth == 0 {
            return Some((open, open + at));
        }
    }
    None
}

/// Where `pattern` ends if it stands at `at`, white space aside.
fn match_end(text: &str, at: usize, pattern: &str) -> Option<usize> {
    let mut found = text[at..].char_indices().filter(|(_, c)| !c.is_whitespace());
    if text[at..].starts_with(char::is_whitespace) {
        return None;
    }
    let mut end = at;
    for wanted in pattern.chars().filter(|c| !c.is_whitespace()) {
        let (offset, c) = found.next()?;
        if c != wanted {
            return None;
        }
        end = at + offset + c.len_utf8();
    }
    Some(end)
}

/// A list's values one a line, unless it holds comments.
fn one_a_line(inside: &str) -> String {
    if inside.contains("//") {
        return inside.to_owned();
    }
    let indent = inside.lines().find(|line| !line.trim().is_empty()).map_or("    ", |line| {
        let indent = &line[..line.len() - line.trim_start().len()];
        if indent.is_empty() { "    " } else { indent }
    });
    let values = values(inside).into_iter().map(|value| format!("{indent}{value},\n"));
    format!("\n{}", values.collect::<String>())
}

/// The values of a list; commas inside brackets separate nothing.
fn values(inside: &str) -> Vec<&str> {
    let mut depth = 0;
    let parts = inside.split(|c: char| {
        depth += i32::from("([{".contains(c)) - i32::from(")]}".contains(c));
        depth == 0 && c == ','
    });
    parts.map(str::trim).filter(|value| !value.is_empty()).collect()
}

/// The text with the new line among its kin; `None` without any.
fn insert(text: &str, new: &str, name: &Name, place: &Place) -> Option<String> {
    let pattern = around(new.lines().last()?)?;
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let kin: Vec<(usize, Kin)> =
        lines.iter().enumerate().filter_map(|(i, line)| Some((i, kin(line, pattern)?))).collect();
    let (last, like) = kin.last()?;
    // The indentation and visibility of most: a single `pub mod` is no example.
    let times = |prefix: &str| kin.iter().filter(|(_, kin)| kin.prefix == prefix).count();
    let prefix = kin.iter().map(|(_, kin)| &kin.prefix).max_by_key(|prefix| times(prefix))?.clone();
    // Types sort among types: one spelling's order is that of the other, up to the underscores.
    let key =
        if like.name.starts_with(char::is_uppercase) { name.type_name() } else { name.snake().to_owned() };
    let sorted = *place != Place::EndOfList && kin.is_sorted_by_key(|(_, kin)| &kin.name);
    let next = kin.iter().find(|(_, kin)| sorted && kin.name > key);
    let at = next.map_or(last + 1, |(i, _)| above_comments(&lines, *i));
    let rendered = name.render(new);
    let indent: String = prefix.chars().take_while(|c| c.is_whitespace()).collect();
    let count = rendered.lines().count();
    for (i, line) in rendered.lines().enumerate() {
        let before = if i + 1 == count { &prefix } else { &indent };
        lines.insert(at + i, format!("{before}{line}"));
    }
    Some(lines.join("\n"))
}

/// A line of the wanted kind: the indentation and visibility before it, and the name in the placeholder's place.
#[derive(Debug)]
struct Kin {
    prefix: String,
    name: String,
}

fn kin(line: &str, (before, after): (&str, &str)) -> Option<Kin> {
    let start = line.trim_start();
    let visibility = ["pub(crate) ", "pub(super) ", "pub "].into_iter().find(|visibility| {
        start.strip_prefix(visibility).is_some_and(|rest| rest.starts_with(before)) && !before.is_empty()
    });
    let start = start.strip_prefix(visibility.unwrap_or_default())?;
    let rest = start.strip_prefix(before)?;
    let own = ["self::", "crate::"].into_iter().find(|own| rest.starts_with(own)).unwrap_or_default();
    let rest = &rest[own.len()..];
    let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let name = &rest[..length];
    let foreign = name.starts_with("thalweg") || ["std", "core"].contains(&name);
    if name.is_empty() || foreign || !rest[length..].starts_with(after) {
        return None;
    }
    let prefix = line[..line.len() - start.len()].to_owned();
    Some(Kin { prefix, name: name.to_owned() })
}

/// The first of the comments and attributes that belong to line `i`.
fn above_comments(lines: &[String], i: usize) -> usize {
    let attached = lines[..i]
        .iter()
        .rev()
        .take_while(|line| line.trim().starts_with("///") || line.trim().starts_with("#["));
    i - attached.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "\
//! Losses.

mod huber;
mod squared;

pub use huber::Huber;
pub use squared::Squared;
use thalweg_core::Entry;

pub static CATALOGUE: &[Entry<Make>] = &[
    huber::ENTRY,
    squared::ENTRY,
];
";

    const EDITS: &[Edit] = &[
        Edit::Line { file: "lib.rs", within: "", text: "mod template_item;", place: Place::Sorted },
        Edit::Line {
            file: "lib.rs",
            within: "",
            text: "pub use template_item::TemplateItem;",
            place: Place::Sorted,
        },
        Edit::Line {
            file: "lib.rs",
            within: "CATALOGUE: &[Entry<Make>] = &[",
            text: "template_item::ENTRY,",
            place: Place::InList,
        },
    ];

    fn register(lib: &str, name: &str) -> Result<String> {
        let name = Name::new(name, "")?;
        EDITS.iter().try_fold(lib.to_owned(), |text, edit| edit.apply(&text, &name))
    }

    #[test]
    fn lines_land_in_alphabetical_order() {
        let text = register(LIB, "my_loss").unwrap();
        let expected = LIB
            .replace("mod squared;", "mod my_loss;\nmod squared;")
            .replace("pub use squared", "pub use my_loss::MyLoss;\npub use squared")
            .replace("    squared::", "    my_loss::ENTRY,\n    squared::");
        assert_eq!(text, expected);
        let last = register(LIB, "tukey").unwrap();
        assert!(last.contains("mod squared;\nmod tukey;\n") && last.contains("    tukey::ENTRY,\n];"));
        let first = register(LIB, "absolute").unwrap();
        assert!(first.contains("mod absolute;\nmod huber;") && first.contains("&[\n    absolute::ENTRY,"));
    }

    #[test]
    fn a_list_on_one_line_is_opened_and_disorder_is_kept() {
        let line = "pub static CATALOGUE: &[Entry<Make>] =\n    &[squared::ENTRY, huber::ENTRY];";
        let lib = format!("mod huber;\nmod squared;\npub use huber::Huber;\n{line}\n");
        let text = register(&lib, "a").unwrap();
        assert!(text.ends_with("&[\n    squared::ENTRY,\n    huber::ENTRY,\n    a::ENTRY,\n];\n"), "{text}");
    }

    #[test]
    fn documented_modules_keep_their_comments() {
        let lib = LIB.replace("mod squared;", "/// Half the square.\npub mod squared;");
        let text = register(&lib, "my_loss").unwrap();
        assert!(text.contains("pub mod my_loss;\n/// Half the square.\npub mod squared;"), "{text}");
    }

    #[test]
    fn the_visibility_is_that_of_most() {
        let lib = LIB.replace("mod squared;", "mod squared;\npub mod updates;");
        let text = register(&lib, "my_loss").unwrap();
        assert!(text.contains("mod huber;\nmod my_loss;\nmod squared;\npub mod updates;"), "{text}");
    }

    #[test]
    fn blocks_bound_what_counts_as_kin() {
        let lib = "mod a;\npub mod items {\n    pub(crate) mod b;\n    pub(crate) mod d;\n}\nmod z;\n";
        let edit = Edit::Line {
            file: "lib.rs",
            within: "pub mod items {",
            text: "mod template_item;",
            place: Place::Sorted,
        };
        let name = Name::new("c", "").unwrap();
        let text = edit.apply(lib, &name).unwrap();
        assert_eq!(text, lib.replace("    pub(crate) mod d", "    pub(crate) mod c;\n    pub(crate) mod d"));
        assert!(edit.apply("mod a;\n", &name).is_err_and(|e| e.to_string().contains("no `pub mod items {`")));
        assert!(edit.apply("pub mod items {}", &name).is_err_and(|e| e.to_string().contains("by hand")));
    }

    #[test]
    fn variants_take_their_comment_along_and_ordered_lists_grow_at_the_end() {
        let name = Name::new("b", "").unwrap();
        let edit = |within, text, place| Edit::Line { file: "a.rs", within, text, place };
        let variant = edit("enum E {", "/// New.\nTemplateItem,", Place::Sorted);
        let text = variant.apply("enum E {\n    /// Old.\n    A,\n    /// Old.\n    C,\n}\n", &name).unwrap();
        assert!(text.contains("    A,\n    /// New.\n    B,\n    /// Old.\n    C,\n"), "{text}");
        let list = edit("L: &[E] = &[", "E::TemplateItem,", Place::EndOfList);
        assert!(
            list.apply("const L: &[E] = &[E::A, E::C];", &name)
                .unwrap()
                .ends_with("    E::C,\n    E::B,\n];")
        );
        let pairs = edit("L = [", "(\"template-item\", template_item, [1, 2]),", Place::EndOfList);
        let text = pairs.apply("L = [\n    (\"a\", a, [1, 2]),\n]\n", &name).unwrap();
        assert_eq!(text, "L = [\n    (\"a\", a, [1, 2]),\n    (\"b\", b, [1, 2]),\n]\n");
    }

    #[test]
    fn text_goes_before_an_anchor_or_to_the_end() {
        let name = Name::new("b", "").unwrap();
        let before = Edit::Before { file: "a.py", anchor: "ETAS = [", text: "def template_item(): pass\n" };
        assert_eq!(before.apply("x\nETAS = [1]\n", &name).unwrap(), "x\ndef b(): pass\nETAS = [1]\n");
        assert!(before.apply("x = ETAS = [\n", &name).is_err());
        assert_eq!(
            Edit::Append { file: "a", text: "template-item\n" }.apply("a\n", &name).unwrap(),
            "a\nb\n"
        );
    }
}
