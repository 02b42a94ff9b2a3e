//! Text that is safe inside XML and HTML, and how much room it takes.

/// The text with `& < > " '` as entities. Characters that XML does not admit, and those that reverse the direction of the
/// text after them, become U+FFFD.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Width of a line in a sans-serif face at `size`, from above: the fonts of readers differ, so classes of characters and
/// some reserve do as well as a font's metrics.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(advance).sum::<f64>() * size
}

fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' | '.' | ',' | ':' | ';' | '!' => 0.3,
        'f' | 'r' | 't' | 'I' | ' ' | '(' | ')' | '[' | ']' | '-' | '/' => 0.41,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1.0,
        'A'..='Z' => 0.72,
        '\u{300}'..='\u{36f}' => 0.0,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' => 1.05,
        '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}' | '\u{1f000}'.. => 1.05,
        _ => 0.63,
    }
}

/// The text, or its beginning and end around an ellipsis where it is wider than `room`: the end of a name such as
/// `region[north-west]` tells more than its middle.
pub(crate) fn shorten(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut room = room - advance('…') * size;
    let (mut head, mut tail) = (0, chars.len());
    while head < tail {
        let from_head = head <= chars.len() - tail;
        let Some(&next) = (if from_head { chars.get(head) } else { chars.get(tail - 1) }) else { break };
        room -= advance(next) * size;
        if room < 0.0 {
            break;
        }
        if from_head { head += 1 } else { tail -= 1 }
    }
    let front: String = chars.iter().take(head).collect();
    let back: String = chars.iter().skip(tail).collect();
    format!("{front}…{back}")
}

/// The text in lines no wider than `room`; a word that is wider alone is shortened.
pub(crate) fn wrap(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = shorten(word, size, room);
        match lines.last_mut() {
            Some(line) if width(line, size) + (advance(' ') * size) + width(&word, size) <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{escape, shorten, width, wrap};

    #[test]
    fn nothing_escapes_the_text() {
        assert_eq!(escape("<script>&\"'</script>"), "&lt;script&gt;&amp;&quot;&#39;&lt;/script&gt;");
        assert_eq!(escape("a\u{0}b\u{202e}c\nd"), "a\u{fffd}b\u{fffd}c d");
    }

    #[test]
    fn long_names_keep_both_ends() {
        let name = "a_very_long_predictor_name_indeed[level seven]";
        let short = shorten(name, 12.0, 120.0);
        assert!(width(&short, 12.0) <= 120.0, "{short}");
        assert!(short.starts_with("a_v") && short.ends_with("en]") && short.contains('…'), "{short}");
        assert_eq!(shorten("age", 12.0, 120.0), "age");
        assert_eq!(shorten("age", 12.0, 0.0), "…");
    }

    #[test]
    fn lines_fit() {
        let lines = wrap("5,000 of 1,000,000 rows drawn: the farthest and a random sample", 12.0, 200.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line, 12.0) <= 200.0), "{lines:?}");
        assert!(wrap("", 12.0, 100.0).is_empty());
    }
}
