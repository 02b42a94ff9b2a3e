//! Small things about text: one line, wrapped lines, lists, middle truncation.

/// Control characters escaped, so that the text stays on its line.
pub fn one_line(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// `a, b, c and 7 more`.
pub fn list<'a>(items: impl ExactSizeIterator<Item = &'a str>, most: usize) -> String {
    let n = items.len();
    let shown: Vec<&str> = items.take(most).collect();
    let rest = n - shown.len();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

/// The text in at most `most` characters, with `…` in the middle where some are left out.
pub fn shorten(text: &str, most: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= most {
        return text.to_owned();
    }
    let tail = most.saturating_sub(1) / 2;
    let head = most.saturating_sub(1) - tail;
    chars[..head].iter().chain(&['…']).chain(&chars[chars.len() - tail..]).collect()
}

/// The text in lines of at most `width` characters, the second and later ones indented.
pub fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            used = indent;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

/// The text with a capital.
pub fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first: String = rest.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}", rest.as_str())
}

/// `1 row`, `2 rows`.
pub fn count(n: u64, singular: &str) -> String {
    if n == 1 { format!("1 {singular}") } else { format!("{n} {singular}s") }
}

#[cfg(test)]
mod tests {
    use super::{list, one_line, shorten, wrap};

    #[test]
    fn text_is_cut_and_wrapped() {
        assert_eq!(one_line("a\nb"), "a\\nb");
        assert_eq!(list(["a", "b", "c"].into_iter(), 2), "a, b and 1 more");
        assert_eq!(shorten("abcdefghij", 5), "ab…ij");
        assert_eq!(shorten("abcde", 5), "abcde");
        assert_eq!(wrap("one two three", 8, 2), "one two\n  three");
    }
}
