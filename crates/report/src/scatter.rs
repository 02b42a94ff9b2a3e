//! [`Scatter`]: points around a level line with a smoother, which both plots of residuals against fitted values are.

use thalweg_core::Result;

use crate::axis::{Axis, Scale, extent, hull};
use crate::chart::{Chart, Layout, Swatch};
use crate::color::Color;
use crate::lowess::Lowess;
use crate::number::{count, trimmed};
use crate::sample::rows;
use crate::svg::{Point, Stroke, Svg};

/// One coordinate of all rows.
#[derive(Debug)]
pub(crate) struct Column<'a> {
    /// The field that it came from, for errors.
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
    pub(crate) values: &'a [f64],
}

impl Column<'_> {
    fn at(&self, row: usize) -> f64 {
        self.values.get(row).copied().unwrap_or(f64::NAN)
    }

    fn extent(&self, rows: &[usize]) -> (f64, f64) {
        extent(rows.iter().map(|&row| self.at(row))).unwrap_or_default()
    }
}

/// Points, the zero line and a smoother.
#[derive(Debug)]
pub(crate) struct Scatter<'a> {
    pub(crate) title: &'a str,
    pub(crate) x: Column<'a>,
    pub(crate) y: Column<'a>,
    pub(crate) lowess: Option<Lowess>,
}

impl Scatter<'_> {
    pub(crate) fn svg(&self) -> Result<String> {
        let found = rows((self.x.name, self.x.values), (self.y.name, self.y.values))?;
        let (x, y) = (self.x.extent(&found.usable), self.y.extent(&found.usable));
        let line = match self.lowess {
            Some(lowess) => smooth(self.x.values, self.y.values, &found.usable, lowess)?,
            None => Vec::new(),
        };
        let trend = Stroke::new(Color::Vermilion, 2.2);
        let legend = [("Lowess smoother".to_owned(), Swatch::Line(trend))];
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &found.notes,
            x_label: self.x.label,
            y_label: self.y.label,
            x: Axis::new(Scale::Linear, x, 0.03),
            y: Axis::new(Scale::Linear, hull(y, (0.0, 0.0)), 0.05),
            height: Some(270.0),
            above: &[],
            margin: 0.0,
            legend: if line.len() < 2 { &[] } else { &legend },
        });
        let places: Vec<Point> = found.drawn.iter().map(|&i| chart.at(self.x.at(i), self.y.at(i))).collect();
        chart.level(0.0, Stroke::dashed(Color::Muted, 1.2, "5 4"));
        dots(&mut chart.svg, &places, Color::Blue);
        chart.curve(line, trend);
        let description = format!(
            "Scatter plot of {} rows. {} from {} to {}, {} from {} to {}.",
            count(found.usable.len()),
            self.x.label,
            trimmed(x.0, 4),
            trimmed(x.1, 4),
            self.y.label,
            trimmed(y.0, 4),
            trimmed(y.1, 4)
        );
        Ok(chart.finish(self.title, &description))
    }
}

/// The smoother over rows of x and y, thinned to what the eye resolves.
pub(crate) fn smooth(x: &[f64], y: &[f64], rows: &[usize], lowess: Lowess) -> Result<Vec<Point>> {
    let mut points: Vec<Point> = rows.iter().filter_map(|&i| Some((*x.get(i)?, *y.get(i)?))).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
    let line = lowess.smooth(&x, &y)?;
    let (low, high) = extent(x.iter().copied()).unwrap_or_default();
    let near = (high - low) / 300.0;
    let last = x.len().saturating_sub(1);
    let mut kept: Vec<Point> = Vec::new();
    for (i, (x, y)) in x.iter().zip(line).enumerate() {
        if i == last || kept.last().is_none_or(|(before, _)| x - before > near) {
            kept.push((*x, y));
        }
    }
    Ok(kept)
}

/// Dots that are smaller and paler the more there are.
pub(crate) fn dots(svg: &mut Svg, places: &[Point], color: Color) {
    let (radius, opacity) = match places.len() {
        0..=100 => (3.2, 0.8),
        101..=400 => (2.7, 0.6),
        401..=1500 => (2.2, 0.45),
        _ => (1.7, 0.3),
    };
    svg.dots(places, radius, color, opacity);
}
