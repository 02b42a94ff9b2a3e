//! [`ShrinkageCurve`]: what a penalty makes of a coefficient.

use thalweg_core::{Error, Result, check_shape};

use crate::axis::{Axis, Scale, extent, hull};
use crate::chart::{Chart, Layout};
use crate::color::Color;
use crate::figure::Figure;
use crate::number::trimmed;
use crate::svg::{Point, Stroke};

/// The proximal operator of one coefficient, prox(v) = argmin_z ½(z − v)² + P(z; λ), against v, beside the diagonal on which nothing is
/// shrunk. A curve breaks where it jumps, with an open and a filled end.
///
/// ```
/// use thalweg_report::{Figure, ShrinkageCurve};
/// let v: Vec<f64> = (-30..=30).map(|k| 0.1 * f64::from(k)).collect();
/// let soft: Vec<f64> = v.iter().map(|v| v.signum() * (v.abs() - 1.0).max(0.0)).collect();
/// let mut curve = ShrinkageCurve::new(&v, &soft);
/// curve.title = "l1, λ = 1";
/// assert!(curve.svg()?.contains("l1, λ = 1"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ShrinkageCurve<'a> {
    /// v, increasing.
    pub input: &'a [f64],
    /// prox(v).
    pub output: &'a [f64],
    /// The title.
    pub title: &'a str,
    /// What it does; goes under the picture.
    pub caption: &'a str,
}

/// Neighbours further apart than this share of all outputs are apart by a jump. Where a curve rises like a root, as that of the log-sum penalty
/// does, its first step is shorter.
const JUMP: f64 = 0.04;
/// Unless the inputs are as far apart: the steepest line of the catalogue is SCAD's, with slope (a − 1)/(a − 2).
const STEEP: f64 = 12.0;

impl<'a> ShrinkageCurve<'a> {
    /// A curve without a caption.
    #[must_use]
    pub fn new(input: &'a [f64], output: &'a [f64]) -> Self {
        Self { input, output, title: "Shrinkage", caption: "" }
    }

    /// The pieces between jumps.
    fn pieces(&self) -> Vec<Vec<Point>> {
        let (low, high) = extent(self.output.iter().copied()).unwrap_or_default();
        let jump = JUMP * (high - low);
        let mut pieces: Vec<Vec<Point>> = Vec::new();
        let mut last: Option<Point> = None;
        for point in self.input.iter().copied().zip(self.output.iter().copied()) {
            let joined =
                last.is_some_and(|(x, y)| (point.1 - y).abs() <= (STEEP * (point.0 - x).abs()).max(jump));
            match pieces.last_mut() {
                Some(piece) if joined => piece.push(point),
                _ => pieces.push(vec![point]),
            }
            last = Some(point);
        }
        pieces
    }
}

impl Figure for ShrinkageCurve<'_> {
    /// # Errors
    /// Lengths that differ; inputs that do not increase; a number that is not finite.
    fn svg(&self) -> Result<String> {
        check_shape("inputs and outputs of a shrinkage curve", self.input.len(), self.output.len())?;
        let all = self.input.iter().chain(self.output);
        if let Some((row, value)) = all.enumerate().find(|(_, x)| !x.is_finite()) {
            return Err(Error::NonFinite { what: "a shrinkage curve".to_owned(), row, value: *value });
        }
        if !self.input.is_sorted_by(|a, b| a < b) {
            let rule = "they must increase";
            return Err(Error::invalid_parameter("inputs", "out of order", rule));
        }
        let (Some(x), Some(y)) = (extent(self.input.iter().copied()), extent(self.output.iter().copied()))
        else {
            let remedy = "give at least one point".to_owned();
            return Err(Error::Empty { what: "the curve".to_owned(), remedy });
        };
        let range = hull(x, y);
        let axis = Axis::new(Scale::Linear, range, 0.0);
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &[],
            x_label: "v",
            y_label: "prox(v)",
            x: axis,
            y: axis,
            height: None,
            above: &[],
            margin: 0.0,
            legend: &[],
        });
        let thin = Stroke::new(Color::Muted, 1.0);
        chart.level(0.0, thin);
        chart.curve([(0.0, range.0), (0.0, range.1)], thin);
        chart.curve([(range.0, range.0), (range.1, range.1)], Stroke::dashed(Color::Muted, 1.2, "5 4"));
        let pieces = self.pieces();
        for (k, piece) in pieces.iter().enumerate() {
            chart.curve(piece.iter().copied(), Stroke::new(Color::Blue, 2.4));
            for (end, jumps) in [(piece.first(), k > 0), (piece.last(), k + 1 < pieces.len())] {
                if let Some(&(x, y)) = end.filter(|_| jumps) {
                    let at = chart.at(x, y);
                    chart.svg.circle(at, 3.2, Color::Blue, y != 0.0);
                }
            }
        }
        let description = format!(
            "The proximal operator from {} at {} to {} at {}, {} jumps.",
            trimmed(self.output.first().copied().unwrap_or(f64::NAN), 3),
            trimmed(range.0, 3),
            trimmed(self.output.last().copied().unwrap_or(f64::NAN), 3),
            trimmed(range.1, 3),
            pieces.len() - 1
        );
        Ok(chart.finish(self.title, &description))
    }

    fn caption(&self) -> String {
        self.caption.to_owned()
    }
}
