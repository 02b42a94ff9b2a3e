//! [`Race`]: the ways that minimisers take over the contours of a function of two variables.

use thalweg_core::{Error, Result, check_shape};

use crate::axis::{Axis, Scale};
use crate::chart::{Chart, Layout, Swatch};
use crate::color::Color;
use crate::figure::Figure;
use crate::figures::line_chart::stroke;
use crate::figures::series::Series;
use crate::svg::{Point, Stroke};

/// Shares of the grid whose values lie below each contour: many near the minimum, where minimisers end.
const SHARES: [f64; 10] = [0.004, 0.015, 0.04, 0.08, 0.15, 0.25, 0.38, 0.54, 0.72, 0.9];

/// Contours of F on a grid, the paths of minimisers, and the known minima.
///
/// ```
/// use thalweg_report::{Figure, Race, Series};
/// let values: Vec<f64> = (0..25).map(|k| ((k % 5) as f64 - 2.0).powi(2) + ((k / 5) as f64 - 2.0).powi(2)).collect();
/// let paths = [Series::new("newton", &[-1.5, 0.0], &[1.0, 0.0])];
/// let figure = Race::new((5, &values), [(-2.0, 2.0), (-2.0, 2.0)], &paths, &[(0.0, 0.0)]);
/// assert!(figure.svg()?.contains("newton"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Race<'a> {
    /// Columns of the grid, and F at its nodes: row by row, the lowest x₂ first, each with rising x₁.
    pub grid: (usize, &'a [f64]),
    /// The first and last x₁ and x₂ of the grid.
    pub range: [(f64, f64); 2],
    /// One path each.
    pub paths: &'a [Series<'a>],
    /// The minima.
    pub minima: &'a [Point],
    /// The title.
    pub title: &'a str,
    /// How to read it; goes under the picture.
    pub caption: &'a str,
}

impl<'a> Race<'a> {
    /// A picture of the whole grid.
    #[must_use]
    pub fn new(
        grid: (usize, &'a [f64]),
        range: [(f64, f64); 2],
        paths: &'a [Series<'a>],
        minima: &'a [Point],
    ) -> Self {
        Self { grid, range, paths, minima, title: "The way of each method", caption: "" }
    }

    /// The level line of the grid's bilinear interpolant, in pieces that NaN separates.
    fn contour(&self, level: f64) -> Vec<Point> {
        let (width, values) = self.grid;
        let height = values.len() / width;
        let [(x0, x1), (y0, y1)] = self.range;
        let place = |i: f64, j: f64| {
            (x0 + (x1 - x0) * i / (width - 1) as f64, y0 + (y1 - y0) * j / (height - 1) as f64)
        };
        let mut line = Vec::new();
        for j in 0..height - 1 {
            for i in 0..width - 1 {
                let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
                let at = |(i, j): (usize, usize)| values[j * width + i];
                if !corners.iter().all(|corner| at(*corner).is_finite()) {
                    continue;
                }
                let mut crossings = Vec::with_capacity(4);
                for side in 0..4 {
                    let (a, b) = (corners[side], corners[(side + 1) % 4]);
                    let (from, to) = (at(a), at(b));
                    if (from < level) != (to < level) {
                        let t = (level - from) / (to - from);
                        let along = |a: usize, b: usize| a as f64 + t * (b as f64 - a as f64);
                        crossings.push(place(along(a.0, b.0), along(a.1, b.1)));
                    }
                }
                for pair in crossings.chunks_exact(2) {
                    line.extend([pair[0], pair[1], (f64::NAN, f64::NAN)]);
                }
            }
        }
        line
    }
}

impl Figure for Race<'_> {
    /// # Errors
    /// A grid that is no rectangle of at least 2×2, or without a finite value; a range that does not rise; a path that is not finite.
    fn svg(&self) -> Result<String> {
        let (width, values) = self.grid;
        if width < 2 || values.len() < 2 * width {
            let rule = "the grid must have at least two columns and two rows";
            return Err(Error::invalid_parameter(
                "grid",
                format!("{} values in rows of {width}", values.len()),
                rule,
            ));
        }
        check_shape("values of the grid", values.len() / width * width, values.len())?;
        for (low, high) in self.range {
            if !(low < high && low.is_finite() && high.is_finite()) {
                return Err(Error::invalid_parameter("range", format!("({low}, {high})"), "it must rise"));
            }
        }
        for path in self.paths {
            path.check((Scale::Linear, Scale::Linear))?;
        }
        let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else {
            let remedy = "choose a range in which the function is defined".to_owned();
            return Err(Error::Empty { what: "finite values of the grid".to_owned(), remedy });
        };
        let legend: Vec<(String, Swatch)> = self
            .paths
            .iter()
            .enumerate()
            .map(|(k, path)| (path.name.to_owned(), Swatch::Line(stroke(k, path))))
            .collect();
        let [x, y] = self.range.map(|range| Axis::new(Scale::Linear, range, 0.0));
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &[],
            x_label: "x₁",
            y_label: "x₂",
            x,
            y,
            height: None,
            above: &[],
            margin: 0.0,
            legend: &legend,
        });
        for share in SHARES {
            let level = sorted[(share * last as f64) as usize];
            chart.curve(self.contour(level), Stroke::new(Color::Muted, 0.5));
        }
        for (k, path) in self.paths.iter().enumerate() {
            let points: Vec<Point> = path.x.iter().copied().zip(path.y.iter().copied()).collect();
            let stroke = stroke(k, path);
            chart.curve(points.iter().copied(), stroke);
            let inside = |p: &&Point| {
                let [(x0, x1), (y0, y1)] = self.range;
                (x0..=x1).contains(&p.0) && (y0..=y1).contains(&p.1)
            };
            if let Some(end) = points.last().filter(inside) {
                let end = chart.at(end.0, end.1);
                chart.svg.circle(end, 3.5, stroke.color, true);
            }
        }
        for minimum in self.minima {
            let place = chart.at(minimum.0, minimum.1);
            chart.svg.circle(place, 6.0, Color::Ink, false);
        }
        let description = format!(
            "Contours of the function; {} of {}.",
            if self.paths.len() == 1 { "the path" } else { "the paths" },
            self.paths.iter().map(|path| path.name).collect::<Vec<_>>().join(", ")
        );
        Ok(chart.finish(self.title, &description))
    }

    fn caption(&self) -> String {
        self.caption.to_owned()
    }
}
