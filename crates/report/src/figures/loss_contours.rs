//! [`LossContours`]: why some penalties give coefficients that are exactly 0.

use thalweg_core::math::{cos, sin};
use thalweg_core::{Error, Result};

use crate::axis::{Axis, Scale};
use crate::chart::{Chart, Layout, Swatch};
use crate::clip::{area, clip};
use crate::color::Color;
use crate::figure::Figure;
use crate::labels::place_labels;
use crate::number::trimmed;
use crate::svg::{Point, Stroke};

/// Two coefficients: contours of the quadratic loss ½(b − c)ᵀH(b − c) around its minimum c, the set P(b) ≤ P(b*), and the point b* where the smallest
/// contour that touches the set meets it: the penalised minimiser.
///
/// ```
/// use thalweg_report::{Figure, LossContours};
/// // The lasso: the contour meets the diamond |b₁| + |b₂| ≤ 1 in its corner.
/// let diamond = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0)];
/// let figure = LossContours::new((1.6, 0.5), [1.0, 0.0, 1.0], &diamond, (1.0, 0.0));
/// assert!(figure.svg()?.contains("penalised minimum"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LossContours<'a> {
    /// c, the minimum of the loss.
    pub minimum: Point,
    /// H as [h₁₁, h₁₂, h₂₂], positive definite.
    pub hessian: [f64; 3],
    /// The boundary of the set, a closed line; it breaks at NaN.
    pub set: &'a [Point],
    /// b*.
    pub solution: Point,
    /// Both axes run from the first to the second number.
    pub range: (f64, f64),
    /// The title.
    pub title: &'a str,
    /// How to read it; goes under the picture.
    pub caption: &'a str,
}

/// Contours, as shares of the radius of the one through b*.
const CONTOURS: [f64; 4] = [0.4, 0.7, 1.0, 1.35];

impl<'a> LossContours<'a> {
    /// A picture that reaches a little further than its points.
    #[must_use]
    pub fn new(minimum: Point, hessian: [f64; 3], set: &'a [Point], solution: Point) -> Self {
        let far = [minimum.0, minimum.1, solution.0, solution.1].into_iter().map(f64::abs);
        let reach = 1.3 * far.fold(f64::MIN_POSITIVE, f64::max);
        Self {
            minimum,
            hessian,
            set,
            solution,
            range: (-reach, reach),
            title: "Loss and penalty",
            caption: "",
        }
    }

    /// The contour through c + r·u: the points c + s·L⁻ᵀ(cos t, sin t), H = LLᵀ.
    fn contour(&self, radius: f64) -> Vec<Point> {
        let [a, b, d] = self.hessian;
        let l11 = a.sqrt();
        let l21 = b / l11;
        let l22 = (d - l21 * l21).sqrt();
        let point = |k: usize| {
            let t = core::f64::consts::TAU * k as f64 / 180.0;
            let (sin, cos) = (sin(t), cos(t));
            // Lᵀz = (cos t, sin t).
            let z2 = sin / l22;
            let z1 = (cos - l21 * z2) / l11;
            (self.minimum.0 + radius * z1, self.minimum.1 + radius * z2)
        };
        (0..=180).map(point).collect()
    }
}

impl Figure for LossContours<'_> {
    /// # Errors
    /// A Hessian that is not positive definite; a point that is not finite; a range that does not rise.
    fn svg(&self) -> Result<String> {
        let [a, b, d] = self.hessian;
        if !(a > 0.0 && a * d - b * b > 0.0) {
            let rule = "it must be positive definite";
            return Err(Error::invalid_parameter("hessian", format!("[[{a}, {b}], [{b}, {d}]]"), rule));
        }
        let points =
            [self.minimum.0, self.minimum.1, self.solution.0, self.solution.1, self.range.0, self.range.1];
        if let Some((row, value)) = points.iter().enumerate().find(|(_, x)| !x.is_finite()) {
            return Err(Error::NonFinite { what: "a point of the picture".to_owned(), row, value: *value });
        }
        if self.range.0 >= self.range.1 {
            return Err(Error::invalid_parameter("range", format!("{:?}", self.range), "it must rise"));
        }
        let axis = Axis::new(Scale::Linear, self.range, 0.0);
        let legend = [
            ("loss".to_owned(), Swatch::Line(Stroke::new(Color::Vermilion, 1.4))),
            ("penalty no larger than at the point".to_owned(), Swatch::Band(Color::Blue)),
        ];
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &[],
            x_label: "b₁",
            y_label: "b₂",
            x: axis,
            y: axis,
            height: None,
            above: &[],
            margin: 0.0,
            legend: &legend,
        });
        let muted = Stroke::new(Color::Muted, 1.0);
        chart.level(0.0, muted);
        chart.curve([(0.0, self.range.0), (0.0, self.range.1)], muted);
        let places: Vec<Point> = self.set.iter().map(|(x, y)| chart.at(*x, *y)).collect();
        let window = chart.window();
        chart.svg.band(&area(&places, window), &[], Color::Blue, 0.25);
        chart.svg.path(&clip(&places, window), Stroke::new(Color::Blue, 2.0));
        let (dx, dy) = (self.solution.0 - self.minimum.0, self.solution.1 - self.minimum.1);
        let radius = (a * dx * dx + 2.0 * b * dx * dy + d * dy * dy).sqrt();
        // Where the set holds the minimum itself, the contours are there for the picture.
        let (unit, touches) =
            if radius > 0.0 { (radius, true) } else { (0.2 * (self.range.1 - self.range.0), false) };
        for share in CONTOURS {
            let width = if share == 1.0 && touches { 2.0 } else { 1.0 };
            chart.curve(self.contour(share * unit), Stroke::new(Color::Vermilion, width));
        }
        let (center, found) =
            (chart.at(self.minimum.0, self.minimum.1), chart.at(self.solution.0, self.solution.1));
        chart.svg.circle(center, 3.0, Color::Vermilion, true);
        chart.svg.circle(found, 4.6, Color::Ink, true);
        let labels = [(center, "least loss".to_owned()), (found, "penalised minimum".to_owned())];
        place_labels(&mut chart.svg, &labels, &[center, found], window);
        let number = |x: f64| trimmed(x, 3);
        let description = format!(
            "The loss is least at ({}, {}); with the penalty the minimum is ({}, {}).",
            number(self.minimum.0),
            number(self.minimum.1),
            number(self.solution.0),
            number(self.solution.1)
        );
        Ok(chart.finish(self.title, &description))
    }

    fn caption(&self) -> String {
        self.caption.to_owned()
    }
}
