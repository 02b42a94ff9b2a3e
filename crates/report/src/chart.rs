//! [`Chart`]: title, notes, grid, axes and legend around a plot, so that a figure only draws its marks.

use crate::axis::{Axis, Tick};
use crate::clip::{Window, clip};
use crate::color::Color;
use crate::figures::Mark;
use crate::svg::{Anchor, Face, Point, Stroke, Svg};
use crate::text::{shorten, width, wrap};

/// Width of every picture, in its own units. Texts of 12 units are read on a telephone's 360 pixels as well as in a column of a page.
pub(crate) const WIDTH: f64 = 420.0;
/// Distance of everything from the picture's edge.
pub(crate) const EDGE: f64 = 8.0;
const LINE: f64 = 15.0;

/// What a legend shows beside a name.
#[derive(Copy, Clone, Debug)]
pub(crate) enum Swatch {
    Line(Stroke),
    Dot(Color),
    Band(Color),
}

/// What surrounds a plot.
#[derive(Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) title: &'a str,
    /// Small lines under the title: what was drawn, what was left out.
    pub(crate) notes: &'a [String],
    pub(crate) x_label: &'a str,
    pub(crate) y_label: &'a str,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// Height of the plot; `None` for as high as wide.
    pub(crate) height: Option<f64>,
    /// Words above the plot, at places of the x axis.
    pub(crate) above: &'a [Mark],
    /// Room for words at the right of the plot.
    pub(crate) margin: f64,
    pub(crate) legend: &'a [(String, Swatch)],
}

/// A picture with its surroundings drawn and its axes in place.
#[derive(Debug)]
pub(crate) struct Chart {
    pub(crate) svg: Svg,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    height: f64,
}

impl Chart {
    pub(crate) fn open(layout: &Layout<'_>) -> Self {
        let mut svg = Svg::default();
        let above = if layout.above.is_empty() { 10.0 } else { 10.0 + LINE };
        let top = heading(&mut svg, layout.title, layout.notes) + above;
        let height_hint = layout.height.unwrap_or(320.0);
        let y_ticks = layout.y.ticks((height_hint / 42.0).clamp(2.0, 8.0) as usize);
        let widest = y_ticks.iter().map(|t| width(&t.label, Face::TICK.size)).fold(0.0, f64::max);
        let left = EDGE + 20.0 + widest + 6.0;
        let right = WIDTH - EDGE - 6.0 - layout.margin;
        let height = layout.height.unwrap_or(right - left);
        let bottom = top + height;
        let x = layout.x.between(left, right);
        let y = layout.y.between(bottom, top);
        let x_ticks = fitting_ticks(&x);
        grid(&mut svg, &x, &y, (&x_ticks, &y_ticks));
        for mark in layout.above {
            svg.text(
                (x.at(mark.at), top - 6.0),
                &mark.label,
                Anchor::Middle,
                Face { color: Color::Ink, ..Face::TICK },
            );
        }
        let x_label = shorten(layout.x_label, Face::LABEL.size, WIDTH - 2.0 * EDGE);
        let half = 0.5 * width(&x_label, Face::LABEL.size);
        let label_at = (0.5 * (left + right)).min(WIDTH - EDGE - half).max(EDGE + half);
        svg.text((label_at, bottom + 34.0), &x_label, Anchor::Middle, Face::LABEL);
        let y_label = shorten(layout.y_label, Face::LABEL.size, height + 20.0);
        svg.text_up((EDGE + 11.0, top + 0.5 * height), &y_label, Anchor::Middle, Face::LABEL);
        let end = legend(&mut svg, layout.legend, (left, bottom + 46.0));
        Self { svg, x, y, height: end }
    }

    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        (self.x.at(x), self.y.at(y))
    }

    /// The plot, in units of the picture.
    pub(crate) fn window(&self) -> Window {
        let ((left, right), (bottom, top)) = (self.x.ends(), self.y.ends());
        Window { x: (left, right), y: (top, bottom) }
    }

    /// A line through points of the data, cut off at the edge of the plot.
    pub(crate) fn curve(&mut self, points: impl IntoIterator<Item = Point>, stroke: Stroke) {
        let places: Vec<Point> = points.into_iter().map(|(x, y)| self.at(x, y)).collect();
        let inside = clip(&places, self.window());
        self.svg.path(&inside, stroke);
    }

    /// A level line over the whole plot.
    pub(crate) fn level(&mut self, y: f64, stroke: Stroke) {
        let (left, right) = self.x.ends();
        if self.y.holds(y) {
            let y = self.y.at(y);
            self.svg.line((left, y), (right, y), stroke);
        }
    }

    pub(crate) fn finish(self, title: &str, description: &str) -> String {
        self.svg.finish((WIDTH, self.height + 4.0), title, description)
    }
}

/// Title and notes; returns where they end.
pub(crate) fn heading(svg: &mut Svg, title: &str, notes: &[String]) -> f64 {
    let room = WIDTH - 2.0 * EDGE;
    let mut y = EDGE;
    for line in wrap(title, Face::TITLE.size, room) {
        y += 17.0;
        svg.text((EDGE, y - 3.0), &line, Anchor::Start, Face::TITLE);
    }
    for line in notes.iter().flat_map(|note| wrap(note, Face::NOTE.size, room)) {
        y += LINE;
        svg.text((EDGE, y - 2.0), &line, Anchor::Start, Face::NOTE);
    }
    y
}

/// As many ticks as have room for their labels side by side.
pub(crate) fn fitting_ticks(axis: &Axis) -> Vec<Tick> {
    let (start, end) = axis.ends();
    let fits = |ticks: &Vec<Tick>| {
        let half = |tick: &Tick| 0.5 * width(&tick.label, Face::TICK.size);
        let apart =
            |(a, b): (&Tick, &Tick)| (axis.at(b.value) - axis.at(a.value)).abs() > half(a) + half(b) + 8.0;
        ticks.iter().zip(ticks.iter().skip(1)).all(apart)
    };
    let most = ((end - start) / 45.0).clamp(2.0, 8.0) as usize;
    (1..=most).rev().map(|n| axis.ticks(n)).find(fits).unwrap_or_default()
}

fn grid(svg: &mut Svg, x: &Axis, y: &Axis, (x_ticks, y_ticks): (&[Tick], &[Tick])) {
    let ((left, right), (bottom, top)) = (x.ends(), y.ends());
    for tick in x_ticks {
        let at = x.at(tick.value);
        svg.line((at, top), (at, bottom), Stroke::new(Color::Grid, 1.0));
        // A label at the very edge would leave the picture.
        let half = 0.5 * width(&tick.label, Face::TICK.size);
        let center = at.min(WIDTH - 2.0 - half);
        svg.text((center, bottom + 17.0), &tick.label, Anchor::Middle, Face::TICK);
    }
    for tick in y_ticks {
        let at = y.at(tick.value);
        svg.line((left, at), (right, at), Stroke::new(Color::Grid, 1.0));
        svg.text((left - 6.0, at + 4.0), &tick.label, Anchor::End, Face::TICK);
    }
    svg.path(&[(left, top), (left, bottom), (right, bottom)], Stroke::new(Color::Muted, 1.0));
}

/// The names in rows; returns where they end.
fn legend(svg: &mut Svg, entries: &[(String, Swatch)], (left, top): Point) -> f64 {
    let right = WIDTH - EDGE;
    let room = |name: &String| 40.0 + width(name, Face::TICK.size);
    // In one row under the plot, in one from the edge of the picture, or in columns from there.
    let all: f64 = entries.iter().map(|(name, _)| room(name)).sum::<f64>() - 12.0;
    let (left, column) = match all {
        _ if left + all <= right => (left, None),
        _ if EDGE + all <= right => (EDGE, None),
        _ => (EDGE, Some(entries.iter().map(|(name, _)| room(name)).fold(0.0, f64::max))),
    };
    let (mut x, mut y) = (left, top);
    if !entries.is_empty() {
        y += LINE;
    }
    for (name, swatch) in entries {
        let name = shorten(name, Face::TICK.size, right - left - 28.0);
        let needed = column.unwrap_or_else(|| room(&name));
        if x > left && x + needed - 12.0 > right {
            (x, y) = (left, y + LINE);
        }
        let middle = y - 4.0;
        match *swatch {
            Swatch::Line(stroke) => svg.line((x, middle), (x + 22.0, middle), stroke),
            Swatch::Dot(color) => svg.circle((x + 11.0, middle), 3.0, color, true),
            Swatch::Band(color) => svg.rect((x, middle - 5.0), (22.0, 10.0), color, 0.3),
        }
        svg.text((x + 27.0, y), &name, Anchor::Start, Face::TICK);
        x += needed;
    }
    if entries.is_empty() { y - 6.0 } else { y }
}
