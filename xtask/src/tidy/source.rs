//! A source file as the rules see it: its text, and for Rust the same text with comments and literals blanked out.

/// One file; its path is relative to the repository's root, with forward slashes.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// What follows the last dot of the file's name; empty without one.
    pub(super) fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// Tidy's own files name every banned word as a pattern.
    pub(super) fn is_tidy(&self) -> bool {
        self.path.starts_with("xtask/src/tidy/")
    }
}

/// A Rust file: `code` has the same bytes at the same offsets as the text, except that comments and the insides of
/// string and character literals are spaces.
#[derive(Debug)]
pub(super) struct Rust<'a> {
    pub(super) source: &'a Source,
    pub(super) code: String,
    in_test: Vec<bool>,
}

/// One line of a Rust file.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) number: usize,
    /// As written.
    pub(super) text: &'a str,
    /// Without comments and literals.
    pub(super) code: &'a str,
    /// Inside `#[cfg(test)]` or `#[test]`.
    pub(super) in_test: bool,
}

impl<'a> Rust<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        let code = mask(&source.text);
        let in_test = test_lines(&code);
        Self { source, code, in_test }
    }

    pub(super) fn path(&self) -> &'a str {
        &self.source.path
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let pairs = self.source.text.split('\n').zip(self.code.split('\n')).zip(&self.in_test);
        pairs.enumerate().map(|(i, ((text, code), &in_test))| Line { number: i + 1, text, code, in_test })
    }

    /// The crate's folder, for a file under `crates/NAME/src/`, and the path below `src/`.
    pub(super) fn library(&self) -> Option<(&'a str, &'a str)> {
        let (name, rest) = self.path().strip_prefix("crates/")?.split_once('/')?;
        Some((name, rest.strip_prefix("src/")?))
    }

    /// A file of tests: `tests/`, `benches/`, or a module kept in `tests.rs`.
    pub(super) fn is_test_file(&self) -> bool {
        let mut parts = self.path().split('/');
        parts.any(|part| part == "tests" || part == "tests.rs") || self.path().contains("/benches/")
    }
}

/// Whether `code` holds `token`, not as a part of a longer identifier.
pub(super) fn has(code: &str, token: &str) -> bool {
    find(code, token).is_some()
}

/// The offset of the first `token` that is not a part of a longer identifier.
pub(super) fn find(code: &str, token: &str) -> Option<usize> {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let starts_in_word = is_word(token.chars().next());
    let ends_in_word = is_word(token.chars().next_back());
    code.match_indices(token).map(|(at, _)| at).find(|&at| {
        let longer_before = starts_in_word && is_word(code[..at].chars().next_back());
        let longer_after = ends_in_word && is_word(code[at + token.len()..].chars().next());
        !longer_before && !longer_after
    })
}

/// The 1-based line of a byte offset.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&b| b == b'\n').count() + 1
}

/// Blanks comments and literals, keeping every offset, every newline and the quotes around strings.
fn mask(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    let mut at = 0;
    while at < out.len() {
        let (blank, end) = token(text, at);
        for byte in &mut out[blank.0..blank.1] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The token that starts at `at`: the range to blank (possibly empty) and where the next token starts.
fn token(text: &str, at: usize) -> ((usize, usize), usize) {
    let rest = &text.as_bytes()[at..];
    match rest {
        [b'/', b'/', ..] => {
            let end = at + rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
            ((at, end), end)
        }
        [b'/', b'*', ..] => {
            let end = at + block_comment(rest);
            ((at, end), end)
        }
        [b'"', ..] => quoted(text, at + 1, string_body(&rest[1..])),
        [b'\'', ..] => match char_body(&rest[1..]) {
            Some(length) => quoted(text, at + 1, length),
            None => ((at, at), at + 1),
        },
        [first, ..] if is_word(*first) => word(text, at),
        _ => ((at, at), at + 1),
    }
}

/// A literal whose inside starts at `body`.
fn quoted(text: &str, body: usize, length: usize) -> ((usize, usize), usize) {
    let end = (body + length).min(text.len());
    ((body, end), (end + 1).min(text.len()))
}

/// An identifier or number, or the prefix of a raw string: `r"`, `r#"`, `br##"`.
fn word(text: &str, at: usize) -> ((usize, usize), usize) {
    let bytes = text.as_bytes();
    let end = at + bytes[at..].iter().take_while(|&&b| is_word(b)).count();
    let hashes = bytes[end..].iter().take_while(|&&b| b == b'#').count();
    let raw = matches!(&bytes[at..end], b"r" | b"br" | b"cr");
    if !raw || bytes.get(end + hashes) != Some(&b'"') {
        return ((at, at), end);
    }
    let body = end + hashes + 1;
    let close = format!("\"{}", "#".repeat(hashes));
    let length = text[body..].find(&close).unwrap_or(text.len() - body);
    ((body, body + length), (body + length + close.len()).min(text.len()))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The length of a block comment; they nest.
fn block_comment(bytes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// The length of a string's inside, up to its closing quote.
fn string_body(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// The length of a character literal's inside; `None` for a lifetime or a label.
fn char_body(bytes: &[u8]) -> Option<usize> {
    if bytes.first() == Some(&b'\\') {
        return bytes.iter().skip(2).position(|&b| b == b'\'').map(|n| n + 2);
    }
    let width = match bytes.first()? {
        0..0x80 => 1,
        0x80..0xE0 => 2,
        0xE0..0xF0 => 3,
        _ => 4,
    };
    (bytes.get(width) == Some(&b'\'')).then_some(width)
}

/// For each line of masked code: whether it belongs to an item that exists only in tests.
fn test_lines(code: &str) -> Vec<bool> {
    let mut marks = vec![false; code.split('\n').count()];
    let mut at = 0;
    while let Some(offset) = code[at..].find("#[").map(|n| n + at) {
        let end = offset + matching(&code[offset..], b'[', b']');
        let attribute: String = code[offset..end].split_whitespace().collect();
        at = end;
        if is_test_attribute(&attribute) {
            at = end + item_length(&code[end..]);
            let (first, last) = (line_at(code, offset), line_at(code, at));
            marks[first - 1..last].fill(true);
        }
    }
    if code.split_whitespace().collect::<String>().contains("#![cfg(test)]") {
        marks.fill(true);
    }
    marks
}

fn is_test_attribute(attribute: &str) -> bool {
    attribute == "#[test]"
        || (attribute.starts_with("#[cfg(") && has(attribute, "test") && !attribute.contains("not(test"))
}

/// The length of the item at the start of `code`: to its closing brace, or to its semicolon.
fn item_length(code: &str) -> usize {
    let mut depth = 0_i32;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b';' if depth == 0 => return at,
            b'{' => return at + matching(&code[at..], b'{', b'}') - 1,
            _ => {}
        }
    }
    code.len()
}

/// The length up to and including the bracket that closes the first one opened.
fn matching(code: &str, open: u8, close: u8) -> usize {
    let mut depth = 0_i32;
    for (at, byte) in code.bytes().enumerate() {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return at + 1;
            }
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_in_place() {
        assert_eq!(mask("a // b\nc"), "a     \nc");
        assert_eq!(mask("a /* b /* c */ d */ e"), "a                   e");
        assert_eq!(mask(r#"f("a\"b", 'x', '\'')"#), r#"f("    ", ' ', '  ')"#);
        assert_eq!(mask(r##"r#"a"b"# + r"c""##), r##"r#"   "# + r" ""##);
        assert_eq!(mask("fn f<'a>(x: &'a str, c: 'é') {}").len(), "fn f<'a>(x: &'a str, c: 'é') {}".len());
        assert_eq!(mask("b\"x\" b'y' λ"), "b\" \" b' ' λ");
        assert_eq!(mask("\"open"), "\"    ");
    }

    #[test]
    fn test_items_are_found() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n#[test]\nfn d() {}\nfn e() {}\n";
        let source = Source::new("a.rs", text);
        let marked: Vec<_> = Rust::new(&source).lines().filter(|l| l.in_test).map(|l| l.number).collect();
        assert_eq!(marked, [2, 3, 4, 5, 7, 8]);
        assert!(!test_lines("#[cfg(not(test))]\nfn a() {}").contains(&true));
        assert_eq!(test_lines("#[cfg(test)]\nmod tests;\nfn a() {}"), [true, true, false]);
        assert_eq!(test_lines("#![cfg(test)]\nfn a() {}"), [true, true]);
    }

    #[test]
    fn tokens_are_whole_words() {
        assert!(has("let x = dbg!(y)", "dbg!"));
        assert!(!has("my_dbg!(y)", "dbg!"));
        assert!(has("unsafe { f() }", "unsafe"));
        assert!(!has("allow(unsafe_code)", "unsafe"));
        assert!(has("a.qr()", ".qr("));
    }

    #[test]
    fn paths_tell_what_a_file_is() {
        let source = Source::new("crates/losses/src/families/huber.rs", "");
        assert_eq!(Rust::new(&source).library(), Some(("losses", "families/huber.rs")));
        assert_eq!(source.extension(), "rs");
        let source = Source::new("crates/losses/tests/laws.rs", "");
        assert_eq!(Rust::new(&source).library(), None);
        assert!(Rust::new(&source).is_test_file());
        assert_eq!(Source::new(".ci/run", "").extension(), "");
    }
}
