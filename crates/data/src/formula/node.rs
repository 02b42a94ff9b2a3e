//! `Node`: the right side of a formula as it was written, and `Left`, the left side.

use core::fmt;
use core::ops::Range;

use super::expression::{Expression, Name, Quoted, escape};

/// What a term is made of: one column of numbers, several, or categories.
#[derive(Debug, Clone)]
pub(super) enum Factor {
    /// A column of either kind.
    Column(Name),
    /// A function's value.
    Value(Expression),
    /// Powers 1 to `degree`: as they are, or made orthogonal.
    Poly { of: Expression, degree: usize, raw: bool },
    /// Categories by force.
    Category { column: Name, coding: Coding },
}

/// How categories become numbers.
#[derive(Debug, Clone)]
pub(super) enum Coding {
    /// A column for each level but the reference: this one, or the first.
    Treatment(Option<Name>),
    Sum,
    Helmert,
    Poly,
}

/// An operator between terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// `a:b`.
    Interact,
    /// `a * b`.
    Cross,
    /// `a / b`.
    Nest,
}

/// A part of the right side.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Parts that are added, or taken out where there is a true.
    Sum(Vec<(bool, Node)>),
    Join(Join, Box<Node>, Box<Node>),
    Power(Box<Node>, u32),
    Factor(Factor),
    /// `1` or `0`.
    Intercept(bool),
    /// `.`.
    Others,
    /// `offset(e)`, or `exposure(e)` if true.
    Offset(Expression, bool),
}

/// The left side.
#[derive(Debug, Clone)]
pub(super) enum Left {
    Value(Expression),
    /// `cbind(successes, failures)`.
    Counts(Expression, Expression),
    /// `successes / trials`.
    Share(Expression, Expression),
    /// `y == "level"`.
    Same(Name, Literal, Range<usize>),
}

/// A level of a column.
#[derive(Debug, Clone)]
pub(super) enum Literal {
    Text(String),
    /// It may be negative.
    Number(f64),
}

impl Left {
    /// Shows each name of a column.
    pub(super) fn visit_columns<'a>(&'a self, visit: &mut dyn FnMut(&'a Name)) {
        match self {
            Self::Value(e) => e.visit_columns(visit),
            Self::Counts(a, b) | Self::Share(a, b) => {
                a.visit_columns(visit);
                b.visit_columns(visit);
            }
            Self::Same(name, ..) => visit(name),
        }
    }

    /// The column, if it is one as it is.
    pub(super) fn column(&self) -> Option<&Name> {
        match self {
            Self::Value(Expression::Column(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether it gives the weights: the trials.
    pub(super) fn has_trials(&self) -> bool {
        matches!(self, Self::Counts(..) | Self::Share(..))
    }
}

impl Node {
    /// Shows each factor, those of terms that are taken out included.
    pub(super) fn visit_factors<'a>(&'a self, visit: &mut dyn FnMut(&'a Factor)) {
        match &self.kind {
            Kind::Sum(parts) => parts.iter().for_each(|(_, part)| part.visit_factors(visit)),
            Kind::Join(_, a, b) => {
                a.visit_factors(visit);
                b.visit_factors(visit);
            }
            Kind::Power(of, _) => of.visit_factors(visit),
            Kind::Factor(factor) => visit(factor),
            Kind::Intercept(_) | Kind::Others | Kind::Offset(..) => {}
        }
    }

    /// Shows each offset.
    pub(super) fn visit_offsets<'a>(&'a self, visit: &mut dyn FnMut(&'a Expression)) {
        match &self.kind {
            Kind::Sum(parts) => parts.iter().for_each(|(_, part)| part.visit_offsets(visit)),
            Kind::Offset(of, _) => visit(of),
            _ => {}
        }
    }

    /// Whether there is a `.` in it.
    pub(super) fn has_others(&self) -> bool {
        match &self.kind {
            Kind::Sum(parts) => parts.iter().any(|(_, part)| part.has_others()),
            Kind::Join(_, a, b) => a.has_others() || b.has_others(),
            Kind::Power(of, _) => of.has_others(),
            Kind::Others => true,
            Kind::Factor(_) | Kind::Intercept(_) | Kind::Offset(..) => false,
        }
    }

    /// How tightly its parts hold together: sums 1, products 2, interactions 3, powers 4, all else 5.
    fn level(&self) -> u8 {
        match &self.kind {
            Kind::Sum(_) => 1,
            Kind::Join(Join::Cross | Join::Nest, ..) => 2,
            Kind::Join(Join::Interact, ..) => 3,
            Kind::Power(..) => 4,
            _ => 5,
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, level: u8) -> fmt::Result {
        if self.level() < level { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Sum(parts) => {
                for (k, (minus, part)) in parts.iter().enumerate() {
                    f.write_str(match (k, minus) {
                        (0, false) => "",
                        (0, true) => "-",
                        (_, false) => " + ",
                        (_, true) => " - ",
                    })?;
                    part.write(f, 2)?;
                }
                Ok(())
            }
            Kind::Join(join, a, b) => {
                let (left, sign, right) = match join {
                    Join::Interact => (3, ":", 4),
                    Join::Cross => (2, " * ", 3),
                    Join::Nest => (2, " / ", 3),
                };
                a.write(f, left)?;
                f.write_str(sign)?;
                b.write(f, right)
            }
            Kind::Power(of, k) => {
                of.write(f, 5)?;
                write!(f, "^{k}")
            }
            Kind::Factor(factor) => write!(f, "{factor}"),
            Kind::Intercept(there) => f.write_str(if *there { "1" } else { "0" }),
            Kind::Others => f.write_str("."),
            Kind::Offset(of, false) => write!(f, "offset({of})"),
            Kind::Offset(of, true) => write!(f, "exposure({of})"),
        }
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column(name) => write!(f, "{}", Quoted(&name.text)),
            Self::Value(of) => write!(f, "{of}"),
            Self::Poly { of, degree, raw } => {
                write!(f, "poly({of}, {degree}{})", if *raw { ", raw" } else { "" })
            }
            Self::Category { column, coding } => {
                write!(f, "C({}", Quoted(&column.text))?;
                match coding {
                    Coding::Treatment(None) => {}
                    Coding::Treatment(Some(level)) => {
                        f.write_str(", ref = ")?;
                        escape(f, &level.text, '"')?;
                    }
                    Coding::Sum => f.write_str(", Sum")?,
                    Coding::Helmert => f.write_str(", Helmert")?,
                    Coding::Poly => f.write_str(", Poly")?,
                }
                f.write_str(")")
            }
        }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(of) => write!(f, "{of}"),
            Self::Counts(a, b) => write!(f, "cbind({a}, {b})"),
            Self::Share(a, b) => {
                a.write(f, 2)?;
                f.write_str(" / ")?;
                b.write(f, 3)
            }
            Self::Same(name, literal, _) => {
                write!(f, "{} == ", Quoted(&name.text))?;
                match literal {
                    Literal::Text(text) => escape(f, text, '"'),
                    Literal::Number(number) => write!(f, "{number}"),
                }
            }
        }
    }
}
