//! [`Svg`]: a picture being written, in units of its view box, y downwards.

use std::fmt::Write as _;

use crate::color::{Color, style};
use crate::text::escape;

const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/// A point of the picture.
pub(crate) type Point = (f64, f64);

/// How a line is drawn.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Stroke {
    pub(crate) color: Color,
    pub(crate) width: f64,
    /// Lengths of dashes and gaps; empty for a whole line.
    pub(crate) dash: &'static str,
}

impl Stroke {
    pub(crate) const fn new(color: Color, width: f64) -> Self {
        Self { color, width, dash: "" }
    }

    pub(crate) const fn dashed(color: Color, width: f64, dash: &'static str) -> Self {
        Self { color, width, dash }
    }
}

/// Where a text is with respect to its point.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is set.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Face {
    pub(crate) color: Color,
    pub(crate) size: f64,
    pub(crate) bold: bool,
    /// Paper around the letters, for text over marks.
    pub(crate) halo: bool,
}

impl Face {
    pub(crate) const TITLE: Self = Self { color: Color::Ink, size: 14.0, bold: true, halo: false };
    pub(crate) const LABEL: Self = Self { color: Color::Ink, size: 12.0, bold: false, halo: false };
    pub(crate) const TICK: Self = Self { color: Color::Muted, size: 11.5, bold: false, halo: false };
    pub(crate) const NOTE: Self = Self { color: Color::Muted, size: 11.5, bold: false, halo: false };
    pub(crate) const OVER: Self = Self { color: Color::Ink, size: 11.5, bold: false, halo: true };
}

/// The elements of one picture.
#[derive(Debug, Default)]
pub(crate) struct Svg {
    body: String,
}

impl Svg {
    pub(crate) fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.path(&[from, to], stroke);
    }

    /// A line through the points; it breaks where a coordinate is NaN.
    pub(crate) fn path(&mut self, points: &[Point], stroke: Stroke) {
        let mut d = String::new();
        let mut pen_down = false;
        for &(x, y) in points {
            if x.is_nan() || y.is_nan() {
                pen_down = false;
                continue;
            }
            let _ = write!(d, "{}{} {}", if pen_down { 'L' } else { 'M' }, number(x), number(y));
            pen_down = true;
        }
        if d.is_empty() {
            return;
        }
        let name = stroke.color.name();
        let dash = if stroke.dash.is_empty() {
            String::new()
        } else {
            format!(" stroke-dasharray=\"{}\"", stroke.dash)
        };
        self.push(format_args!(
            "<path class=\"tw-s-{name}\" d=\"{d}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" \
             stroke-linejoin=\"round\"{dash}/>",
            stroke.color.light(),
            number(stroke.width),
        ));
    }

    /// The area between two lines that have their x in common.
    pub(crate) fn band(&mut self, upper: &[Point], lower: &[Point], color: Color, opacity: f64) {
        let corners = upper.iter().chain(lower.iter().rev()).filter(|(x, y)| !x.is_nan() && !y.is_nan());
        let list: Vec<_> = corners.map(|&(x, y)| format!("{},{}", number(x), number(y))).collect();
        if list.is_empty() {
            return;
        }
        self.push(format_args!(
            "<polygon class=\"tw-f-{}\" points=\"{}\" fill=\"{}\" fill-opacity=\"{}\"/>",
            color.name(),
            list.join(" "),
            color.light(),
            number(opacity)
        ));
    }

    /// Round dots. They take 14 bytes each, as strokes of no length; those of one path do not add up where they overlap, so they
    /// are dealt to several paths, and dense places look dense.
    pub(crate) fn dots(&mut self, points: &[Point], radius: f64, color: Color, opacity: f64) {
        const LAYERS: usize = 24;
        for layer in 0..LAYERS.min(points.len()) {
            let mut d = String::new();
            for (x, y) in points.iter().skip(layer).step_by(LAYERS) {
                let _ = write!(d, "M{} {}h0", number(*x), number(*y));
            }
            self.push(format_args!(
                "<path class=\"tw-s-{}\" d=\"{d}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" \
                 stroke-linecap=\"round\" stroke-opacity=\"{}\"/>",
                color.name(),
                color.light(),
                number(2.0 * radius),
                number(opacity)
            ));
        }
    }

    /// A circle with a rim of `color`, filled with it or with paper.
    pub(crate) fn circle(&mut self, (x, y): Point, radius: f64, color: Color, filled: bool) {
        let fill = if filled { color } else { Color::Paper };
        self.push(format_args!(
            "<circle class=\"tw-s-{} tw-f-{}\" cx=\"{}\" cy=\"{}\" r=\"{}\" stroke=\"{}\" stroke-width=\"1.5\" fill=\"{}\"/>",
            color.name(),
            fill.name(),
            number(x),
            number(y),
            number(radius),
            color.light(),
            fill.light()
        ));
    }

    /// A triangle that points along x, or along y, from its base at the point.
    pub(crate) fn arrow_head(&mut self, (x, y): Point, (dx, dy): Point, color: Color) {
        let tip = (x + dx, y + dy);
        let (across_x, across_y) = (dy * 0.6, dx * 0.6);
        self.band(&[(x - across_x, y - across_y), tip], &[(x + across_x, y + across_y)], color, 1.0);
    }

    pub(crate) fn rect(&mut self, (x, y): Point, (width, height): Point, color: Color, opacity: f64) {
        self.push(format_args!(
            "<rect class=\"tw-f-{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" fill-opacity=\"{}\"/>",
            color.name(),
            number(x),
            number(y),
            number(width),
            number(height),
            color.light(),
            number(opacity)
        ));
    }

    pub(crate) fn text(&mut self, at: Point, text: &str, anchor: Anchor, face: Face) {
        self.write_text(at, "", text, anchor, face);
    }

    /// A text that reads upwards.
    pub(crate) fn text_up(&mut self, (x, y): Point, text: &str, anchor: Anchor, face: Face) {
        let turn = format!(" transform=\"rotate(-90 {} {})\"", number(x), number(y));
        self.write_text((x, y), &turn, text, anchor, face);
    }

    fn write_text(&mut self, (x, y): Point, turn: &str, text: &str, anchor: Anchor, face: Face) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.push(format_args!(
            "<text class=\"tw-f-{}{}\" x=\"{}\" y=\"{}\"{turn} font-size=\"{}\"{}{anchor} fill=\"{}\">{}</text>",
            face.color.name(),
            if face.halo { " tw-halo" } else { "" },
            number(x),
            number(y),
            number(face.size),
            if face.bold { " font-weight=\"600\"" } else { "" },
            face.color.light(),
            escape(text)
        ));
    }

    /// A hint that a pointer shows over what `draw` draws, and that readers of screens speak.
    pub(crate) fn titled(&mut self, title: &str, draw: impl FnOnce(&mut Self)) {
        self.push(format_args!("<g><title>{}</title>", escape(title)));
        draw(self);
        self.push(format_args!("</g>"));
    }

    /// The whole picture: title and description for those who do not see it, style, paper, elements.
    pub(crate) fn finish(self, (width, height): Point, title: &str, description: &str) -> String {
        let (width, height) = (number(width), number(height));
        format!(
            "<svg class=\"tw-plot\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" font-family=\"{FONT}\">\n<title>{}</title>\n<desc>{}</desc>\n<style>{}</style>\n\
             <rect class=\"tw-f-paper\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n{}</svg>\n",
            escape(title),
            escape(description),
            style(),
            Color::Paper.light(),
            self.body
        )
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(element);
        self.body.push('\n');
    }
}

/// Coordinates to a hundredth of a unit, less than any screen or printer shows.
fn number(x: f64) -> String {
    let text = format!("{x:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
