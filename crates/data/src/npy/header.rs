//! The header of an `.npy` file: magic bytes, version, length, and a Python dictionary of three keys.

use std::path::Path;

use thalweg_core::{Error, Result};

use super::prefix;
use crate::fault::{Place, show};

const MAGIC: &[u8] = b"\x93NUMPY";

const RESAVE: &str = "save the array again with numpy.save";

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dtype {
    pub(super) kind: Kind,
    pub(super) big_endian: bool,
}

/// The element types that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
}

impl Dtype {
    /// Bytes an element.
    pub(super) fn size(self) -> usize {
        match self.kind {
            Kind::Bool | Kind::I8 | Kind::U8 => 1,
            Kind::I16 | Kind::U16 => 2,
            Kind::I32 | Kind::U32 | Kind::F32 => 4,
            Kind::I64 | Kind::U64 | Kind::F64 => 8,
        }
    }
}

/// The header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) dtype: Dtype,
    pub(super) fortran: bool,
    pub(super) shape: Vec<usize>,
}

impl Header {
    /// The header and the bytes behind it.
    pub(super) fn read<'a>(bytes: &'a [u8], place: Place<'_>) -> Result<(Self, &'a [u8])> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return Err(
                place.error("this is no .npy file: it does not begin with \\x93NUMPY", not_npy(bytes))
            );
        };
        let cut = || place.error("the file ends inside its header", "copy the whole file again");
        let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
        let (length, rest) = match version {
            [1, 0] => {
                let (length, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
                (usize::from(u16::from_le_bytes(*length)), rest)
            }
            [2 | 3, 0] => {
                let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
                (usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX), rest)
            }
            [major, minor] => {
                let problem = format!("format version {major}.{minor}, where 1.0, 2.0 and 3.0 are known");
                return Err(place.error(problem, RESAVE));
            }
        };
        let (header, body) = rest.split_at_checked(length).ok_or_else(cut)?;
        let mut literal = Literal { bytes: header, at: 0 };
        match literal.header() {
            Ok((descr, fortran, shape)) => {
                let dtype = dtype(&descr, place.file)?;
                Ok((Self { dtype, fortran, shape }, body))
            }
            Err(Stop::Structured) => {
                Err(unsupported(place.file, "structured dtype", "its elements are records"))
            }
            Err(Stop::Syntax(problem)) => {
                let text =
                    show(String::from_utf8_lossy(header.get(literal.at..).unwrap_or_default()).trim_end());
                let problem = format!("{problem} in the header, at byte {} (`{text}`)", literal.at);
                Err(place.error(problem, RESAVE))
            }
        }
    }
}

/// What bytes without the magic may be instead.
fn not_npy(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(b"PK\x03\x04") {
        "it looks like an .npz archive: save each of its arrays with numpy.save"
    } else {
        "write it with numpy.save, or read it as what it is"
    }
}

/// The dtype of a `descr` such as `<f8`.
fn dtype(descr: &str, file: Option<&Path>) -> Result<Dtype> {
    let refuse = |why: &str| Err(unsupported(file, &format!("dtype `{}`", show(descr)), why));
    let mut characters = descr.chars();
    let (order, kind, size) = (characters.next(), characters.next(), characters.as_str());
    let kind = match (kind, size) {
        (Some('f'), "4") => Kind::F32,
        (Some('f'), "8") => Kind::F64,
        (Some('b'), "1") => Kind::Bool,
        (Some('i'), "1") => Kind::I8,
        (Some('i'), "2") => Kind::I16,
        (Some('i'), "4") => Kind::I32,
        (Some('i'), "8") => Kind::I64,
        (Some('u'), "1") => Kind::U8,
        (Some('u'), "2") => Kind::U16,
        (Some('u'), "4") => Kind::U32,
        (Some('u'), "8") => Kind::U64,
        (Some('f'), _) => return refuse("floats of 4 and 8 bytes are read"),
        (Some('c'), _) => return refuse("its elements are complex numbers"),
        (Some('O'), _) => return refuse("its elements are Python objects"),
        (Some('V'), _) => return refuse("its elements are records"),
        (Some('S' | 'a' | 'U'), _) => return refuse("its elements are texts"),
        (Some('M' | 'm'), _) => return refuse("its elements are dates or durations"),
        _ => return refuse("it is unknown"),
    };
    let dtype = Dtype { kind, big_endian: order == Some('>') };
    match order {
        Some('<' | '>') => Ok(dtype),
        Some('|') if dtype.size() == 1 => Ok(dtype),
        _ => refuse("it does not say in which order the bytes stand"),
    }
}

fn unsupported(file: Option<&Path>, what: &str, why: &str) -> Error {
    Error::Unsupported {
        what: format!("{}an array of {what}", prefix(file)),
        why: why.to_owned(),
        remedy: "convert it before saving, array.astype(float)".to_owned(),
    }
}

/// Why the dictionary could not be read.
enum Stop {
    /// `descr` is a list.
    Structured,
    Syntax(&'static str),
}

/// A cursor over the dictionary.
struct Literal<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Literal<'_> {
    /// `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`, the keys in any order, each once.
    fn header(&mut self) -> Result<(String, bool, Vec<usize>), Stop> {
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        self.expect(b'{', "no dictionary")?;
        while !self.accept(b'}') {
            let start = self.at;
            let key = self.string()?;
            self.expect(b':', "no colon behind a key")?;
            let twice = match key.as_str() {
                "descr" if matches!(self.peek(), Some(b'[' | b'(')) => return Err(Stop::Structured),
                "descr" => descr.replace(self.string()?).is_some(),
                "fortran_order" => fortran.replace(self.boolean()?).is_some(),
                "shape" => shape.replace(self.tuple()?).is_some(),
                _ => {
                    self.at = start;
                    return Err(Stop::Syntax("an unknown key"));
                }
            };
            if twice {
                self.at = start;
                return Err(Stop::Syntax("a key that stands twice"));
            }
            if !self.accept(b',') && self.peek() != Some(b'}') {
                return Err(Stop::Syntax("neither a comma nor the end of the dictionary"));
            }
        }
        if self.peek().is_some() {
            return Err(Stop::Syntax("text behind the dictionary"));
        }
        match (descr, fortran, shape) {
            (Some(descr), Some(fortran), Some(shape)) => Ok((descr, fortran, shape)),
            _ => Err(Stop::Syntax("one of the keys `descr`, `fortran_order` and `shape` missing")),
        }
    }

    /// The next byte that is no blank, which becomes the current one.
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, problem: &'static str) -> Result<(), Stop> {
        if self.accept(byte) { Ok(()) } else { Err(Stop::Syntax(problem)) }
    }

    /// A text between single or double quotes, without escapes.
    fn string(&mut self) -> Result<String, Stop> {
        let quote = match self.peek() {
            Some(quote @ (b'\'' | b'"')) => quote,
            _ => return Err(Stop::Syntax("no text between quotes")),
        };
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let length =
            rest.iter().position(|&byte| byte == quote).ok_or(Stop::Syntax("a quote without end"))?;
        let text = rest.get(..length).unwrap_or_default();
        if text.contains(&b'\\') {
            return Err(Stop::Syntax("an escape"));
        }
        self.at += length + 2;
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    fn boolean(&mut self) -> Result<bool, Stop> {
        self.peek();
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let (value, length) = match rest {
            [b'T', b'r', b'u', b'e', ..] => (true, 4),
            [b'F', b'a', b'l', b's', b'e', ..] => (false, 5),
            _ => return Err(Stop::Syntax("neither True nor False")),
        };
        self.at += length;
        Ok(value)
    }

    /// `()`, `(3,)` or `(3, 4)`; Python 2 wrote `3L`.
    fn tuple(&mut self) -> Result<Vec<usize>, Stop> {
        let mut sizes = Vec::new();
        self.expect(b'(', "no tuple as shape")?;
        while !self.accept(b')') {
            sizes.push(self.integer()?);
            let comma = self.accept(b',');
            let closes = self.peek() == Some(b')');
            // `(3)` is a number in parentheses, not a tuple.
            if !comma && (!closes || sizes.len() == 1) {
                return Err(Stop::Syntax("no comma in the shape"));
            }
        }
        Ok(sizes)
    }

    fn integer(&mut self) -> Result<usize, Stop> {
        self.peek();
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = std::str::from_utf8(rest.get(..length).unwrap_or_default()).unwrap_or_default();
        let value = digits.parse().map_err(|_| Stop::Syntax("no size that is a whole number"))?;
        self.at += length + usize::from(rest.get(length) == Some(&b'L'));
        Ok(value)
    }
}

/// The header of an n × p matrix of f64 in Fortran order, padded so that the elements begin at a multiple of 64.
pub(super) fn write(n: usize, p: usize) -> Vec<u8> {
    let mut text = format!("{{'descr': '<f8', 'fortran_order': True, 'shape': ({n}, {p}), }}").into_bytes();
    // 10 bytes stand before the text, a line feed closes it.
    let whole = (10 + text.len() + 1).next_multiple_of(64);
    text.resize(whole - 11, b' ');
    text.push(b'\n');
    let mut header = MAGIC.to_vec();
    header.extend([1, 0]);
    // Two sizes of at most 20 digits keep this far below 2¹⁶.
    header.extend((text.len() as u16).to_le_bytes());
    header.extend(text);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Result<(String, bool, Vec<usize>), &'static str> {
        Literal { bytes: text.as_bytes(), at: 0 }.header().map_err(|stop| match stop {
            Stop::Structured => "structured",
            Stop::Syntax(problem) => problem,
        })
    }

    #[test]
    fn dictionaries_that_numpy_writes() {
        for (text, shape) in [
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }  \n", vec![3, 4]),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", vec![3]),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (), }\n", vec![]),
            ("{\"shape\":(3L,4L),\"descr\":\"<f8\",\"fortran_order\":False}", vec![3, 4]),
        ] {
            assert_eq!(literal(text), Ok(("<f8".to_owned(), false, shape)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for (text, problem) in [
            ("", "no dictionary"),
            ("{", "no text between quotes"),
            ("{'descr'}", "no colon behind a key"),
            ("{'descr': '<f8}", "a quote without end"),
            ("{'descr': '<f8'}", "one of the keys `descr`, `fortran_order` and `shape` missing"),
            ("{'descr': '<f8', 'descr': '<f8'}", "a key that stands twice"),
            ("{'order': 'C'}", "an unknown key"),
            ("{'descr': [('a', '<f8')]}", "structured"),
            ("{'fortran_order': 0}", "neither True nor False"),
            ("{'fortran_order': Truest}", "neither a comma nor the end of the dictionary"),
            ("{'shape': (3)}", "no comma in the shape"),
            ("{'shape': (-3,)}", "no size that is a whole number"),
            ("{'shape': (99999999999999999999999,)}", "no size that is a whole number"),
            ("{'shape': 3}", "no tuple as shape"),
            ("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)} 1", "text behind the dictionary"),
            ("{'descr': '\\x3cf8'}", "an escape"),
        ] {
            assert_eq!(literal(text), Err(problem), "{text}");
        }
    }
}
