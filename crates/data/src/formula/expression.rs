//! `Expression`: arithmetic on columns, as it stands inside functions and left of `~`.

use core::fmt;
use core::ops::Range;

use super::lexer::{continues_name, starts_name};

/// A text of the formula with its bytes: the name of a column, or a level.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

/// A function of one number. `scale` and `center` also depend on all rows of the fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Log,
    Log1p,
    Log2,
    Log10,
    Exp,
    Expm1,
    Sqrt,
    Abs,
    Sin,
    Cos,
    Tanh,
    Scale,
    Center,
}

impl Function {
    /// All of them, by name.
    pub(super) const ALL: [(&'static str, Self); 13] = [
        ("log", Self::Log),
        ("log1p", Self::Log1p),
        ("log2", Self::Log2),
        ("log10", Self::Log10),
        ("exp", Self::Exp),
        ("expm1", Self::Expm1),
        ("sqrt", Self::Sqrt),
        ("abs", Self::Abs),
        ("sin", Self::Sin),
        ("cos", Self::Cos),
        ("tanh", Self::Tanh),
        ("scale", Self::Scale),
        ("center", Self::Center),
    ];

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find_map(|(own, function)| (own == name).then_some(function))
    }

    fn name(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find_map(|(name, function)| (function == self).then_some(name))
            .unwrap_or_default()
    }
}

/// An operation on two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// Arithmetic.
#[derive(Debug, Clone)]
pub(super) enum Expression {
    /// Not negative.
    Number(f64),
    Column(Name),
    Negate(Box<Expression>),
    Binary(Operation, Box<Expression>, Box<Expression>),
    Call(Function, Box<Expression>),
    /// `I(...)`.
    Identity(Box<Expression>),
}

impl Expression {
    /// Shows each name of a column.
    pub(super) fn visit_columns<'a>(&'a self, visit: &mut dyn FnMut(&'a Name)) {
        match self {
            Self::Number(_) => {}
            Self::Column(name) => visit(name),
            Self::Negate(of) | Self::Call(_, of) | Self::Identity(of) => of.visit_columns(visit),
            Self::Binary(_, a, b) => {
                a.visit_columns(visit);
                b.visit_columns(visit);
            }
        }
    }

    /// The column and the exponent of `I(x^k)` with a whole k of at least 2.
    pub(super) fn column_power(&self) -> Option<(&Self, u32)> {
        let Self::Identity(inner) = self else { return None };
        let Self::Binary(Operation::Power, base, exponent) = &**inner else { return None };
        match (&**base, &**exponent) {
            (Self::Column(_), Self::Number(k)) if *k >= 2.0 && *k <= 64.0 && k.fract() == 0.0 => {
                Some((base, *k as u32))
            }
            _ => None,
        }
    }

    /// How tightly its parts hold together: sums 1, products 2, a sign 3, powers 4, all else 5.
    fn level(&self) -> u8 {
        match self {
            Self::Binary(Operation::Add | Operation::Subtract, ..) => 1,
            Self::Binary(Operation::Multiply | Operation::Divide, ..) => 2,
            Self::Negate(_) => 3,
            Self::Binary(Operation::Power, ..) => 4,
            _ => 5,
        }
    }

    /// With parentheses unless it holds at least so tightly.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, level: u8) -> fmt::Result {
        if self.level() < level { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Column(name) => write!(f, "{}", Quoted(&name.text)),
            Self::Negate(of) => {
                f.write_str("-")?;
                of.write(f, 3)
            }
            Self::Binary(operation, a, b) => {
                let (left, sign, right) = match operation {
                    Operation::Add => (1, " + ", 2),
                    Operation::Subtract => (1, " - ", 2),
                    Operation::Multiply => (2, " * ", 3),
                    Operation::Divide => (2, " / ", 3),
                    // From the right, and the exponent may have a sign.
                    Operation::Power => (5, "^", 3),
                };
                a.write(f, left)?;
                f.write_str(sign)?;
                b.write(f, right)
            }
            Self::Call(function, of) => write!(f, "{}({of})", function.name()),
            Self::Identity(of) => write!(f, "I({of})"),
        }
    }
}

/// A name as a formula writes it: in backquotes unless it is letters, digits, `_` and `.`, and begins with a letter.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.starts_with(starts_name) && self.0.chars().all(continues_name) {
            return f.write_str(self.0);
        }
        escape(f, self.0, '`')
    }
}

/// A text between quotes.
pub(super) fn escape(f: &mut fmt::Formatter<'_>, text: &str, quote: char) -> fmt::Result {
    write!(f, "{quote}")?;
    for c in text.chars() {
        if c == quote || c == '\\' {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    write!(f, "{quote}")
}
