//! From text to tokens, each with its bytes.

use core::ops::Range;

use super::formula_error::Fault;

/// The longest formula, in bytes.
const LONGEST: usize = 1 << 20;

/// A word or a sign.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A column or a function; whether it stood in backquotes.
    Name(String, bool),
    /// In quotes.
    Text(String),
    Number(f64),
    /// `==`.
    Same,
    /// `^` or `**`.
    Power,
    /// `.` by itself.
    Dot,
    /// One of `~ + - * / : ( ) , =`.
    Sign(char),
    End,
}

impl Token {
    /// As an error text names it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Name(name, _) => format!("`{}`", crate::fault::show(name)),
            Self::Text(text) => format!("\"{}\"", crate::fault::show(text)),
            Self::Number(number) => format!("`{number}`"),
            Self::Same => "`==`".to_owned(),
            Self::Power => "`^`".to_owned(),
            Self::Dot => "`.`".to_owned(),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// The tokens of a text, the last of which is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Fault> {
    if text.len() > LONGEST {
        let problem = format!("the formula has {} bytes, more than {LONGEST}", text.len());
        return Err(Fault::syntax(LONGEST..LONGEST, problem, "use `.` for all columns, or prepare columns"));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = rest(text, at).chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (token, length) = token(text, at, c)?;
        found.push((token, at..at + length));
        at += length;
    }
    found.push((Token::End, text.len()..text.len()));
    Ok(found)
}

fn rest(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// The token at a byte, and how many bytes it has.
fn token(text: &str, at: usize, first: char) -> Result<(Token, usize), Fault> {
    let rest = rest(text, at);
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    if first.is_ascii_digit() || (first == '.' && digit(rest.chars().nth(1))) {
        return number(rest, at);
    }
    if starts_name(first) || first == '.' {
        let length = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        let token = if name == "." { Token::Dot } else { Token::Name(name.to_owned(), false) };
        return Ok((token, length));
    }
    match first {
        '`' | '"' | '\'' => quoted(rest, at, first),
        '*' if rest.starts_with("**") => Ok((Token::Power, 2)),
        '=' if rest.starts_with("==") => Ok((Token::Same, 2)),
        '^' => Ok((Token::Power, 1)),
        '~' | '+' | '-' | '*' | '/' | ':' | '(' | ')' | ',' | '=' => Ok((Token::Sign(first), 1)),
        _ => Err(Fault::syntax(
            at..at + first.len_utf8(),
            format!("`{}` has no meaning in a formula", first.escape_debug()),
            "put names of columns that hold it in backquotes",
        )),
    }
}

pub(super) fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

pub(super) fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

/// What stands in quotes; a backslash takes the next character as it is.
fn quoted(rest: &str, at: usize, quote: char) -> Result<(Token, usize), Fault> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((k, c)) = characters.next() {
        if c == quote && quote == '`' && text.is_empty() {
            return Err(Fault::syntax(
                at..at + k + 1,
                "the name is empty",
                "write it between the backquotes",
            ));
        }
        match c {
            c if c == quote => {
                let token = if quote == '`' { Token::Name(text, true) } else { Token::Text(text) };
                return Ok((token, k + 1));
            }
            '\\' => text.extend(characters.next().map(|(_, c)| c)),
            c => text.push(c),
        }
    }
    Err(Fault::syntax(at..at + 1, format!("nothing closes this {quote}"), format!("add {quote} behind it")))
}

/// Digits with a point and an exponent.
fn number(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    let digits = |from: usize| self::rest(rest, from).bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if rest.as_bytes().get(length) == Some(&b'.') {
        length += 1 + digits(length + 1);
    }
    if matches!(rest.as_bytes().get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.as_bytes().get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    let at = at..at + length;
    if let Some(next) = self::rest(rest, length).chars().next().filter(|c| continues_name(*c)) {
        let problem = format!("`{next}` follows a number");
        return Err(Fault::syntax(at, problem, "put a name that begins with a digit in backquotes"));
    }
    match rest.get(..length).unwrap_or_default().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((Token::Number(value), length)),
        _ => Err(Fault::syntax(at, "the number is too large", "write a number below 1.8e308")),
    }
}
