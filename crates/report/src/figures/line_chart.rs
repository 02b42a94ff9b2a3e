//! [`LineChart`]: lines over a common x: coefficient paths, errors of cross-validation, training curves.

use thalweg_core::{Error, Result};

use crate::axis::{Axis, Scale, check_scale, drawable, extent};
use crate::chart::{Chart, Layout, Swatch};
use crate::color::Color;
use crate::figure::Figure;
use crate::figures::ends;
use crate::figures::series::{Mark, Series, Style};
use crate::number::{count, trimmed};
use crate::svg::{Anchor, Face, Point, Stroke};
use crate::thin::{envelope, stride};

/// Lines, points and bands over a common x. Of a line of more than 2400 points each column of the picture shows the first, last, least and greatest one,
/// which looks the same; of so many separate points, and of a line that runs back and forth, every k-th one is drawn and the picture says so. The legend
/// names the first 12 series; or their names stand at their right ends.
///
/// ```
/// use thalweg_report::{Figure, LineChart, Scale, Series};
/// let series = [Series::new("loss", &[1.0, 2.0, 3.0], &[1.0, 0.1, 0.01])];
/// let mut chart = LineChart::new(&series, "Epoch", "Loss");
/// chart.y_scale = Scale::Log;
/// assert!(chart.svg()?.contains("loss"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LineChart<'a> {
    /// The series, drawn in this order.
    pub series: &'a [Series<'a>],
    /// Vertical lines.
    pub marks: &'a [Mark],
    /// Level lines, their words above their left ends.
    pub levels: &'a [Mark],
    /// Words above the plot, such as the number of coefficients at some λ.
    pub above: &'a [Mark],
    /// Whether names stand at the right ends of their lines instead of in a legend.
    pub label_ends: bool,
    /// Small lines under the title.
    pub notes: &'a [String],
    /// How x is spaced.
    pub x_scale: Scale,
    /// How y is spaced.
    pub y_scale: Scale,
    /// Whether x falls from left to right, as λ along a path.
    pub reverse_x: bool,
    /// The title; the y label unless set.
    pub title: &'a str,
    /// What x is, with its unit.
    pub x_label: &'a str,
    /// What y is, with its unit.
    pub y_label: &'a str,
    /// How to read it; goes under the picture.
    pub caption: &'a str,
}

const NAMED: usize = 12;
/// At most so many points over all series; a point takes about 13 bytes.
const MOST: usize = 40_000;
/// At most so many points a series: four for each column of a screen.
const MOST_EACH: usize = 2400;

impl<'a> LineChart<'a> {
    /// A chart with linear axes and no marks.
    #[must_use]
    pub fn new(series: &'a [Series<'a>], x_label: &'a str, y_label: &'a str) -> Self {
        Self {
            series,
            marks: &[],
            levels: &[],
            above: &[],
            label_ends: false,
            notes: &[],
            x_scale: Scale::Linear,
            y_scale: Scale::Linear,
            reverse_x: false,
            title: y_label,
            x_label,
            y_label,
            caption: "",
        }
    }

    fn ranges(&self) -> Result<((f64, f64), (f64, f64))> {
        let on = |scale: Scale| move |x: &f64| scale == Scale::Linear || *x > 0.0;
        let xs = self.series.iter().flat_map(|s| s.x.iter().copied()).chain(self.marks.iter().map(|m| m.at));
        let own = |s: &Series<'a>| s.y.iter().chain(s.lower).chain(s.upper).copied();
        let ys = self.series.iter().flat_map(own).chain(self.levels.iter().map(|level| level.at));
        match (extent(xs.filter(on(self.x_scale))), extent(ys.filter(on(self.y_scale)))) {
            (Some(x), Some(y)) => Ok((x, y)),
            _ => Err(Error::Empty {
                what: "series".to_owned(),
                remedy: "give at least one finite point, or leave the figure out".to_owned(),
            }),
        }
    }

    /// The series whose names are written, with their places in the list.
    fn named(&self) -> Vec<(usize, &Series<'a>)> {
        self.series.iter().enumerate().filter(|(_, s)| !s.name.is_empty()).take(NAMED).collect()
    }

    /// How many points of each series may be drawn.
    fn budget(&self) -> usize {
        (MOST / self.series.len().max(1)).clamp(64, MOST_EACH)
    }

    fn notes(&self) -> Vec<String> {
        let cut = self.series.iter().filter(|s| s.x.len() > self.budget() && !s.is_curve());
        let longest = cut.map(|s| s.x.len()).max();
        let note = |n: usize| {
            format!(
                "About {} of up to {} points a series drawn, evenly spaced.",
                count(self.budget()),
                count(n)
            )
        };
        self.notes.iter().cloned().chain(longest.map(note)).collect()
    }

    fn legend(&self) -> Vec<(String, Swatch)> {
        if self.label_ends {
            return Vec::new();
        }
        let swatch = |i: usize, s: &Series<'_>| match s.style {
            Style::Points => Swatch::Dot(Color::of_series(i).0),
            Style::Line | Style::LinePoints => Swatch::Line(stroke(i, s)),
        };
        let named: Vec<(usize, &Series<'_>)> =
            self.series.iter().enumerate().filter(|(_, s)| !s.name.is_empty()).collect();
        let mut entries: Vec<_> =
            named.iter().take(NAMED).map(|(i, s)| (s.name.to_owned(), swatch(*i, s))).collect();
        if named.len() > NAMED {
            let rest = format!("and {} more", count(named.len() - NAMED));
            entries.push((rest, Swatch::Line(Stroke::new(Color::Paper, 0.0))));
        }
        entries
    }
}

pub(super) fn stroke(index: usize, series: &Series<'_>) -> Stroke {
    if series.faint {
        return Stroke::new(Color::Muted, 0.9);
    }
    let (color, dash) = Color::of_series(index);
    Stroke { color, width: 1.9, dash }
}

impl Figure for LineChart<'_> {
    /// # Errors
    /// Lengths that differ, x that is not finite, numbers that a logarithmic axis cannot show, no finite point at all.
    fn svg(&self) -> Result<String> {
        for series in self.series {
            series.check((self.x_scale, self.y_scale))?;
        }
        let at: Vec<f64> = self.marks.iter().map(|mark| mark.at).collect();
        if let Some((row, value)) = at.iter().enumerate().find(|(_, x)| !drawable(**x)) {
            return Err(Error::NonFinite { what: "place of a mark".to_owned(), row, value: *value });
        }
        check_scale(self.x_scale, "place of a mark", &at)?;
        let levels: Vec<f64> = self.levels.iter().map(|level| level.at).collect();
        if let Some((row, value)) = levels.iter().enumerate().find(|(_, y)| !drawable(**y)) {
            return Err(Error::NonFinite { what: "height of a level line".to_owned(), row, value: *value });
        }
        check_scale(self.y_scale, "height of a level line", &levels)?;
        let (x, y) = self.ranges()?;
        let y_axis = Axis::new(self.y_scale, y, 0.05);
        let legend = self.legend();
        let mut x_axis = Axis::new(self.x_scale, x, 0.02);
        if self.reverse_x {
            x_axis = x_axis.reversed();
        }
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &self.notes(),
            x_label: self.x_label,
            y_label: self.y_label,
            x: x_axis,
            y: y_axis,
            height: Some(270.0),
            above: self.above,
            margin: if self.label_ends { ends::room(&self.named()) } else { 0.0 },
            legend: &legend,
        });
        if chart.y.holds(0.0) && self.y_scale == Scale::Linear {
            chart.level(0.0, Stroke::new(Color::Muted, 1.0));
        }
        let order = |faint: bool| self.series.iter().enumerate().filter(move |(_, s)| s.faint == faint);
        for (i, series) in order(true).chain(order(false)) {
            draw(&mut chart, series, i, self.budget());
        }
        if self.label_ends {
            let named = self.named();
            let lines: Vec<_> = named.iter().map(|(i, s)| (*s, stroke(*i, s))).collect();
            ends::draw(&mut chart, &lines);
        }
        for level in self.levels {
            chart.level(level.at, Stroke::dashed(Color::Ink, 1.1, "3 3"));
            let at = (chart.window().x.0 + 5.0, chart.y.at(level.at) - 4.0);
            chart.svg.text(at, &level.label, Anchor::Start, Face::OVER);
        }
        draw_marks(&mut chart, self.marks);
        let description = format!(
            "{} series. {} from {} to {}, {} from {} to {}.",
            count(self.series.len()),
            self.x_label,
            trimmed(x.0, 4),
            trimmed(x.1, 4),
            self.y_label,
            trimmed(y.0, 4),
            trimmed(y.1, 4)
        );
        Ok(chart.finish(self.title, &description))
    }

    fn caption(&self) -> String {
        self.caption.to_owned()
    }
}

fn draw(chart: &mut Chart, series: &Series<'_>, index: usize, budget: usize) {
    let stroke = stroke(index, series);
    let place = |chart: &Chart, ys: &[f64]| -> Vec<Point> {
        let at = |(x, y): (&f64, &f64)| if drawable(*y) { chart.at(*x, *y) } else { (f64::NAN, f64::NAN) };
        series.x.iter().zip(ys).map(at).collect()
    };
    let ((bottom, top), scale_floor) = (chart.y.range(), chart.y.range().0);
    let bound = |values: &[f64]| -> Vec<f64> {
        // A bound that a logarithmic axis cannot show ends at the axis.
        values.iter().map(|v| if *v <= bottom { scale_floor } else { v.min(top) }).collect()
    };
    let (lower, upper) = (place(chart, &bound(series.lower)), place(chart, &bound(series.upper)));
    let line = place(chart, series.y);
    let thin =
        |points: &[Point]| if series.is_curve() { envelope(points, budget) } else { stride(points, budget) };
    if series.style == Style::Line {
        let (lower, upper) = (thin(&lower), thin(&upper));
        chart.svg.band(&upper, &lower, stroke.color, 0.2);
    } else {
        let (lower, upper) = (stride(&lower, budget / 8), stride(&upper, budget / 8));
        for (a, b) in lower.iter().zip(&upper).filter(|(a, b)| !a.1.is_nan() && !b.1.is_nan()) {
            chart.svg.path(&[*a, *b], Stroke::new(stroke.color, 1.2));
        }
    }
    if series.style != Style::Points {
        let lonely = line.len() == 1;
        chart.svg.path(&thin(&line), stroke);
        if lonely {
            chart.svg.dots(&line, 2.6, stroke.color, 1.0);
        }
    }
    if series.style != Style::Line {
        let points: Vec<Point> = thin(&line).into_iter().filter(|p| !p.1.is_nan()).collect();
        chart.svg.dots(&points, 2.6, stroke.color, 1.0);
    }
}

/// Vertical lines, their words beside them at the top, one lower than the other where they would meet.
fn draw_marks(chart: &mut Chart, marks: &[Mark]) {
    let window = chart.window();
    let mut ends: Vec<f64> = Vec::new();
    for mark in marks {
        let x = chart.x.at(mark.at);
        chart.svg.line((x, window.y.0), (x, window.y.1), Stroke::dashed(Color::Ink, 1.1, "3 3"));
        if mark.label.is_empty() {
            continue;
        }
        let wide = crate::text::width(&mark.label, Face::OVER.size);
        // On the side where the word meets no other line and stays in the plot.
        let fault = |left: &f64| {
            let met = marks
                .iter()
                .map(|m| chart.x.at(m.at))
                .filter(|at| (*left - 2.0..left + wide + 2.0).contains(at));
            met.count() + 100 * usize::from(*left < window.x.0 || left + wide > window.x.1)
        };
        let sides = [x + 5.0, x - 5.0 - wide];
        let left = sides.into_iter().min_by_key(fault).unwrap_or(x).max(window.x.0);
        let row = ends.iter().position(|end| *end < left).unwrap_or(ends.len());
        match ends.get_mut(row) {
            Some(end) => *end = left + wide,
            None => ends.push(left + wide),
        }
        let y = window.y.0 + 13.0 + 14.0 * row as f64;
        chart.svg.text((left, y), &mark.label, Anchor::Start, Face::OVER);
    }
}
