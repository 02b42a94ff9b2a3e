//! [`CoefficientForest`]: estimates and intervals of coefficients, one a row.
//!
//! Source: Lewis and Clarke (2001), *Forest plots*, BMJ 322.

use thalweg_core::{Error, Result};

use crate::axis::{Axis, Scale, check_scale, drawable, extent, hull};
use crate::chart::{EDGE, WIDTH, fitting_ticks, heading};
use crate::color::Color;
use crate::figure::Figure;
use crate::figures::coefficient::{Coefficient, State};
use crate::number::{count, trimmed};
use crate::svg::{Anchor, Face, Stroke, Svg};
use crate::text::{shorten, width};

/// In which order the rows stand.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As given.
    #[default]
    Given,
    /// The largest estimate first, those without an estimate last.
    Estimate,
}

/// Estimates and intervals with a line at `reference`. Aliased and diverging coefficients keep their rows and are named as such. Above 200
/// coefficients the 200 with the largest |estimate − reference| over half the interval's width are drawn, and the picture says so.
///
/// ```
/// use thalweg_report::{Coefficient, CoefficientForest, Figure, State};
/// let rows = [
///     Coefficient::new("age", 0.42, 0.21, 0.63),
///     Coefficient::without_estimate("age_in_months", State::Aliased),
/// ];
/// assert!(CoefficientForest::new(&rows).svg()?.contains("aliased"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CoefficientForest<'a> {
    /// The coefficients.
    pub coefficients: &'a [Coefficient],
    /// Their order.
    pub order: Order,
    /// Where the vertical line stands: 0, or 1 for ratios.
    pub reference: f64,
    /// How the axis spaces its numbers; logarithmic suits ratios.
    pub scale: Scale,
    /// The title, "Coefficients" unless set.
    pub title: &'a str,
    /// What the numbers are, with their unit and interval.
    pub label: &'a str,
}

const MOST: usize = 200;
/// An interval so many times as wide as the median one leaves the picture, in an arrow, rather than squeezing the others.
const WIDE: f64 = 12.0;

impl<'a> CoefficientForest<'a> {
    /// The picture around 0, in the given order.
    #[must_use]
    pub fn new(coefficients: &'a [Coefficient]) -> Self {
        Self {
            coefficients,
            order: Order::Given,
            reference: 0.0,
            scale: Scale::Linear,
            title: "Coefficients",
            label: "Estimate with 95 % interval",
        }
    }

    fn check(&self) -> Result<()> {
        if self.coefficients.is_empty() {
            return Err(Error::Empty {
                what: "coefficients".to_owned(),
                remedy: "give at least one, or leave the figure out".to_owned(),
            });
        }
        if !drawable(self.reference) {
            return Err(Error::invalid_parameter("reference", self.reference, "it must be a finite number"));
        }
        let drawn: Vec<f64> =
            self.coefficients.iter().map(|c| if c.is_drawn() { c.estimate } else { 1.0 }).collect();
        check_scale(self.scale, "reference", &[self.reference])?;
        check_scale(self.scale, "estimate", &drawn)?;
        let outside = |c: &Coefficient| c.is_drawn() && (c.lower > c.estimate || c.upper < c.estimate);
        match self.coefficients.iter().find(|c| outside(c)) {
            None => Ok(()),
            Some(c) => Err(Error::invalid_parameter(
                &format!("interval of `{}`", c.name),
                format!("[{}, {}]", c.lower, c.upper),
                &format!("it must hold the estimate {}", c.estimate),
            )),
        }
    }

    /// The rows to draw, in their order.
    fn chosen(&self) -> Vec<&'a Coefficient> {
        let mut rows: Vec<&Coefficient> = self.coefficients.iter().collect();
        if rows.len() > MOST {
            let ratio = |c: &Coefficient| {
                let z = (c.estimate - self.reference).abs() / c.half_width();
                if c.is_drawn() && z.is_finite() { z } else { -1.0 }
            };
            let mut ratios: Vec<f64> = rows.iter().map(|c| ratio(c)).collect();
            ratios.sort_unstable_by(|a, b| b.total_cmp(a));
            let least = ratios.get(MOST - 1).copied().unwrap_or(-1.0);
            rows.retain(|c| ratio(c) >= least);
            rows.truncate(MOST);
        }
        if self.order == Order::Estimate {
            let key = |c: &Coefficient| if c.is_drawn() { c.estimate } else { f64::NEG_INFINITY };
            rows.sort_by(|a, b| key(b).total_cmp(&key(a)));
        }
        rows
    }

    /// The range of the axis: all estimates and the ends of all intervals that are not much wider than the others.
    fn range(&self, rows: &[&Coefficient]) -> (f64, f64) {
        let drawn = || rows.iter().filter(|c| c.is_drawn());
        let mut widths: Vec<f64> = drawn().map(|c| c.half_width()).filter(|w| drawable(*w)).collect();
        widths.sort_unstable_by(f64::total_cmp);
        let usual = widths.get(widths.len() / 2).copied().unwrap_or(0.0);
        let estimates = extent(drawn().map(|c| c.estimate)).unwrap_or((self.reference, self.reference));
        let range = hull(estimates, (self.reference, self.reference));
        let room = (WIDE * usual).max(range.1 - range.0);
        let positive = |x: &f64| self.scale == Scale::Linear || *x > 0.0;
        let ends =
            drawn().filter(|c| c.half_width() <= room).flat_map(|c| [c.lower, c.upper]).filter(positive);
        extent(ends).map_or(range, |ends| hull(range, ends))
    }
}

impl Figure for CoefficientForest<'_> {
    /// # Errors
    /// No coefficient, an interval that does not hold its estimate, numbers that a logarithmic axis cannot show.
    fn svg(&self) -> Result<String> {
        self.check()?;
        let rows = self.chosen();
        let mut notes = Vec::new();
        if rows.len() < self.coefficients.len() {
            notes.push(format!(
                "{} of {} coefficients drawn: those farthest from {} for their interval's width.",
                count(rows.len()),
                count(self.coefficients.len()),
                trimmed(self.reference, 4)
            ));
        }
        let range = self.range(&rows);
        let cut = |c: &&Coefficient| c.is_drawn() && (c.lower < range.0 || c.upper > range.1);
        if rows.iter().any(cut) {
            notes.push("An arrow marks an interval that goes on beyond the picture.".to_owned());
        }
        let mut svg = Svg::default();
        let top = heading(&mut svg, self.title, &notes) + 10.0;
        let (pitch, size) = if rows.len() <= 40 { (21.0, 12.0) } else { (15.5, 11.0) };
        let names = Face { size, ..Face::LABEL };
        let widest = rows.iter().map(|c| width(&c.name, size)).fold(0.0, f64::max).min(0.4 * WIDTH);
        let (left, right) = (EDGE + widest + 12.0, WIDTH - EDGE - 6.0);
        let bottom = top + pitch * rows.len() as f64 + 6.0;
        let axis = Axis::new(self.scale, range, 0.04).between(left, right);
        for tick in fitting_ticks(&axis) {
            let at = axis.at(tick.value);
            svg.line((at, top), (at, bottom), Stroke::new(Color::Grid, 1.0));
            let center = at.min(WIDTH - 2.0 - 0.5 * width(&tick.label, Face::TICK.size));
            svg.text((center, bottom + 17.0), &tick.label, Anchor::Middle, Face::TICK);
        }
        svg.line((left, bottom), (right, bottom), Stroke::new(Color::Muted, 1.0));
        let zero = axis.at(self.reference);
        svg.line((zero, top), (zero, bottom), Stroke::dashed(Color::Ink, 1.2, "5 4"));
        for (i, coefficient) in rows.iter().enumerate() {
            let y = top + 3.0 + pitch * (i as f64 + 0.5);
            svg.titled(&coefficient.describe(), |svg| {
                let name = shorten(&coefficient.name, size, widest + 1.0);
                svg.text((left - 10.0, y + 0.34 * size), &name, Anchor::End, names);
                draw(svg, coefficient, &axis, (zero, y));
            });
        }
        let label = shorten(self.label, Face::LABEL.size, right - EDGE);
        let half = 0.5 * width(&label, Face::LABEL.size);
        let center = (0.5 * (left + right)).min(right - half).max(EDGE + half);
        svg.text((center, bottom + 35.0), &label, Anchor::Middle, Face::LABEL);
        let list: Vec<String> = rows.iter().take(20).map(|c| c.describe()).collect();
        let more = if rows.len() > 20 { format!("; and {} more", rows.len() - 20) } else { String::new() };
        let description =
            format!("{} coefficients: {}{more}.", count(self.coefficients.len()), list.join("; "));
        Ok(svg.finish((WIDTH, bottom + 44.0), self.title, &description))
    }

    fn caption(&self) -> String {
        format!(
            "Filled points have an interval that leaves out {}; open points have one that holds it.",
            trimmed(self.reference, 4)
        )
    }
}

/// Point and interval, or the words for what took their place.
fn draw(svg: &mut Svg, c: &Coefficient, axis: &Axis, (zero, y): (f64, f64)) {
    let (left, right) = axis.ends();
    let words = |svg: &mut Svg, text: &str| {
        // Beside the line, on the side with more room.
        let face = Face { color: Color::Muted, ..Face::OVER };
        if right - zero > 70.0 {
            svg.text((zero + 8.0, y + 4.0), text, Anchor::Start, face);
        } else {
            svg.text((zero - 8.0, y + 4.0), text, Anchor::End, face);
        }
    };
    match c.state {
        State::Aliased => return words(svg, "aliased"),
        State::ToInfinity | State::ToMinusInfinity => {
            let up = c.state == State::ToInfinity;
            let (edge, sign) = if up { (right, 1.0) } else { (left, -1.0) };
            let text = if up { "diverges to +∞" } else { "diverges to −∞" };
            let face = Face { color: Color::Muted, ..Face::OVER };
            // Behind the arrow if there is room, else between the line and the arrow.
            let needed = width(text, face.size) + 10.0;
            let behind = if up { zero - left } else { right - zero };
            let fits = behind > needed;
            let from = if fits { zero } else { zero + sign * needed };
            let tail = edge - sign * 8.0;
            if (tail - from) * sign > 0.0 {
                svg.line((from, y), (tail, y), Stroke::dashed(Color::Vermilion, 1.8, "6 3"));
            }
            svg.arrow_head((tail, y), (sign * 8.0, 0.0), Color::Vermilion);
            let (shift, anchor) = if up != fits { (7.0, Anchor::Start) } else { (-7.0, Anchor::End) };
            return svg.text((zero + shift, y + 4.0), text, anchor, face);
        }
        State::Estimated if !c.is_drawn() => return words(svg, "not estimated"),
        State::Estimated => {}
    }
    let (low, high) = axis.range();
    let (from, to) = (c.lower.max(low), c.upper.min(high));
    let has_interval = !(c.lower.is_nan() || c.upper.is_nan());
    if has_interval {
        svg.line((axis.at(from), y), (axis.at(to), y), Stroke::new(Color::Blue, 1.8));
        if c.lower < low {
            svg.arrow_head((left + 7.0, y), (-7.0, 0.0), Color::Blue);
        }
        if c.upper > high {
            svg.arrow_head((right - 7.0, y), (7.0, 0.0), Color::Blue);
        }
    }
    let reference_inside = axis.at(from) <= zero && zero <= axis.at(to);
    svg.circle((axis.at(c.estimate), y), 3.6, Color::Blue, has_interval && !reference_inside);
}
