//! [`Series`] and [`Mark`]: what a [`LineChart`](crate::LineChart) draws.

use thalweg_core::{Error, Result, check_shape};

use crate::axis::{Scale, check_scale, drawable};

/// How a series is drawn.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// A line; bounds become a band around it.
    #[default]
    Line,
    /// Points; bounds become error bars.
    Points,
    /// Both; bounds become error bars.
    LinePoints,
}

/// One series of a [`LineChart`](crate::LineChart).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Series<'a> {
    /// Its name in the legend; empty for none.
    pub name: &'a str,
    /// Abscissas, finite, in the order in which they are joined.
    pub x: &'a [f64],
    /// Ordinates, as many as `x`; a line breaks at one that is not finite.
    pub y: &'a [f64],
    /// Lower bounds, as many as `x`; empty for none.
    pub lower: &'a [f64],
    /// Upper bounds, as many as `x`; empty for none.
    pub upper: &'a [f64],
    /// How it is drawn.
    pub style: Style,
    /// Whether it is thin, grey and behind the others.
    pub faint: bool,
}

impl<'a> Series<'a> {
    /// A line without bounds.
    #[must_use]
    pub fn new(name: &'a str, x: &'a [f64], y: &'a [f64]) -> Self {
        Self { name, x, y, lower: &[], upper: &[], style: Style::Line, faint: false }
    }

    /// Whether a column of the picture can stand for its points.
    pub(crate) fn is_curve(&self) -> bool {
        let rises = || self.x.iter().is_sorted();
        let falls = || self.x.iter().rev().is_sorted();
        self.style == Style::Line && (rises() || falls())
    }

    pub(crate) fn check(&self, (x_scale, y_scale): (Scale, Scale)) -> Result<()> {
        let n = self.x.len();
        for (what, column) in [("y", self.y), ("lower", self.lower), ("upper", self.upper)] {
            if what == "y" || !column.is_empty() {
                let what = format!("lengths of x and of {what} of series `{}`", self.name);
                check_shape(&what, n, column.len())?;
            }
        }
        if self.lower.is_empty() != self.upper.is_empty() {
            let rule = "give lower and upper bounds, or neither";
            return Err(Error::invalid_parameter("bounds", format!("one side of `{}`", self.name), rule));
        }
        if let Some((row, value)) = self.x.iter().enumerate().find(|(_, x)| !drawable(**x)) {
            let what = format!("x of series `{}`", self.name);
            return Err(Error::NonFinite { what, row, value: *value });
        }
        check_scale(x_scale, &format!("x of series `{}`", self.name), self.x)?;
        check_scale(y_scale, &format!("y of series `{}`", self.name), self.y)
    }
}

/// A vertical line with a word, such as the λ that cross-validation chose.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Where it stands on the x axis.
    pub at: f64,
    /// The word; empty for none.
    pub label: String,
}
