//! [`QuantileQuantile`]: sorted values against the quantiles of the standard normal distribution, with an envelope.
//!
//! The i-th smallest of n independent values of distribution F is F⁻¹(U), U ~ Beta(i, n + 1 − i); its 2.5 % and 97.5 % quantiles are
//! the envelope, pointwise and exact. Plotting positions (i − a)/(n + 1 − 2a), a = 3/8 up to n = 10 and 1/2 above, as R's `ppoints`.
//! Source: David and Nagaraja (2003), *Order Statistics*, 2.1; Blom (1958).

use thalweg_core::math::normal_quantile;
use thalweg_core::{Error, Result};

use crate::axis::{Axis, Scale, drawable, extent, hull};
use crate::chart::{Chart, Layout, Swatch};
use crate::color::Color;
use crate::figure::Figure;
use crate::interval::beta_quantile;
use crate::number::{count, trimmed};
use crate::scatter::dots;
use crate::svg::{Point, Stroke};

/// At most so many points are drawn, the outermost at each end always.
const MOST: usize = 5000;
const OUTERMOST: usize = 500;
/// So many ranks carry the envelope, dense at both ends.
const ENVELOPE: usize = 120;

/// The line that normal values follow.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    /// y = x, for values with mean 0 and variance 1 under the model.
    #[default]
    Standard,
    /// Through the quartiles of both, as R's `qqline`, for values of unknown location and scale.
    Quartiles,
}

/// Sample quantiles against normal quantiles. Values that are not finite are left out and counted. Above 5000 values the 500 outermost at each end and
/// evenly spaced ranks between are drawn, and the picture says so.
///
/// ```
/// use thalweg_report::{Figure, QuantileQuantile};
/// let figure = QuantileQuantile::new(&[-1.1, 0.2, 0.9, -0.3]);
/// assert!(figure.svg()?.contains("<polygon"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QuantileQuantile<'a> {
    /// The values, in any order.
    pub values: &'a [f64],
    /// The line, and the location and scale of the envelope.
    pub reference: Reference,
    /// The title, "Normal quantiles" unless set.
    pub title: &'a str,
    /// What the values are, with their unit.
    pub label: &'a str,
}

impl<'a> QuantileQuantile<'a> {
    /// The picture for standardised residuals.
    #[must_use]
    pub fn new(values: &'a [f64]) -> Self {
        Self {
            values,
            reference: Reference::Standard,
            title: "Normal quantiles",
            label: "Standardised residual",
        }
    }

    /// The line's intercept and slope for sorted values.
    fn line(&self, sorted: &[f64]) -> (f64, f64) {
        match self.reference {
            Reference::Standard => (0.0, 1.0),
            Reference::Quartiles => {
                let (low, high) = (quantile(sorted, 0.25), quantile(sorted, 0.75));
                let slope = (high - low) / (2.0 * normal_quantile(0.75));
                (0.5 * (low + high), slope)
            }
        }
    }
}

/// The quantile between order statistics, R's type 7.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let at = |i: f64| sorted.get(i as usize).copied().unwrap_or(f64::NAN);
    at(place.floor()) + (place - place.floor()) * (at(place.ceil()) - at(place.floor()))
}

/// The normal quantile at the plotting position of rank i = 1 … n.
fn position(i: usize, n: usize) -> f64 {
    let a = if n <= 10 { 0.375 } else { 0.5 };
    normal_quantile((i as f64 - a) / (n as f64 + 1.0 - 2.0 * a))
}

/// Ranks from 1 to n: all, or the `ends` outermost of each side and evenly spaced ones between.
fn ranks(n: usize, most: usize, ends: usize) -> Vec<usize> {
    if n <= most {
        return (1..=n).collect();
    }
    let middle = most - 2 * ends;
    let room = n - 2 * ends;
    let between = (0..middle).map(|k| ends + 1 + k * room / middle);
    (1..=ends).chain(between).chain(n - ends + 1..=n).collect()
}

impl Figure for QuantileQuantile<'_> {
    /// # Errors
    /// No finite value.
    fn svg(&self) -> Result<String> {
        let mut sorted: Vec<f64> = self.values.iter().copied().filter(|v| drawable(*v)).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let n = sorted.len();
        let Some(y) = extent(sorted.iter().copied()) else {
            return Err(Error::Empty {
                what: "values".to_owned(),
                remedy: "give at least one finite value".to_owned(),
            });
        };
        let (intercept, slope) = self.line(&sorted);
        let level = |z: f64| intercept + slope * z;
        let drawn = ranks(n, MOST, OUTERMOST);
        let mut notes = Vec::new();
        if n < self.values.len() {
            let lost = self.values.len() - n;
            notes.push(format!(
                "Left out: {} of {} values, which are not finite.",
                count(lost),
                count(self.values.len())
            ));
        }
        if drawn.len() < n {
            notes.push(format!(
                "{} of {} values drawn: the {OUTERMOST} outermost at each end, evenly spaced ranks between.",
                count(drawn.len()),
                count(n)
            ));
        }
        let envelope: Vec<(f64, f64, f64)> = envelope_ranks(n)
            .into_iter()
            .map(|i| {
                let (a, b) = (i as f64, (n + 1 - i) as f64);
                let limit = |p: f64| level(normal_quantile(beta_quantile(a, b, p)));
                (position(i, n), limit(0.025), limit(0.975))
            })
            .collect();
        let edge = position(n, n).max(0.5);
        // The envelope may widen the picture by half on each side, so that it never makes the points small.
        let (reach_low, reach_high) = envelope.iter().fold(y, |e, &(_, low, high)| hull(e, (low, high)));
        let y = hull(y, (level(-edge), level(edge)));
        let half = 0.5 * (y.1 - y.0);
        let y_range = (reach_low.max(y.0 - half), reach_high.min(y.1 + half));
        let line = Stroke::dashed(Color::Ink, 1.3, "5 4");
        let legend = [
            (
                match self.reference {
                    Reference::Standard => "Standard normal".to_owned(),
                    Reference::Quartiles => "Normal through the quartiles".to_owned(),
                },
                Swatch::Line(line),
            ),
            ("95 % envelope, pointwise".to_owned(), Swatch::Band(Color::Slate)),
        ];
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &notes,
            x_label: "Standard normal quantile",
            y_label: self.label,
            x: Axis::new(Scale::Linear, (-edge, edge), 0.04),
            y: Axis::new(Scale::Linear, y_range, 0.04),
            height: Some(270.0),
            above: &[],
            margin: 0.0,
            legend: &legend,
        });
        let (bottom, top) = chart.y.range();
        let side = |of: fn(&(f64, f64, f64)) -> f64| -> Vec<Point> {
            envelope.iter().map(|e| chart.at(e.0, of(e).clamp(bottom, top))).collect()
        };
        let (low, high) = (side(|e| e.1), side(|e| e.2));
        chart.svg.band(&high, &low, Color::Slate, 0.3);
        let (from, to) = chart.x.range();
        chart.curve([(from, level(from)), (to, level(to))], line);
        let places: Vec<Point> =
            drawn.iter().filter_map(|&i| Some(chart.at(position(i, n), *sorted.get(i - 1)?))).collect();
        dots(&mut chart.svg, &places, Color::Blue);
        let description = format!(
            "{} values against normal quantiles; {} from {} to {}.",
            count(n),
            self.label,
            trimmed(y.0, 4),
            trimmed(y.1, 4)
        );
        Ok(chart.finish(self.title, &description))
    }

    fn caption(&self) -> String {
        "Points inside the band are what normal residuals would give, rank by rank; one in twenty may leave it. Ends that bend away show heavy or \
         light tails."
            .to_owned()
    }
}

/// Ranks for the envelope: in equal steps of the normal quantile, so that the ends are resolved.
fn envelope_ranks(n: usize) -> Vec<usize> {
    if n <= ENVELOPE {
        return (1..=n).collect();
    }
    let edge = position(n, n);
    let steps = (0..ENVELOPE).map(|k| -edge + 2.0 * edge * k as f64 / (ENVELOPE - 1) as f64);
    let rank =
        |z: f64| (n as f64 * thalweg_core::math::normal_cdf(z) + 0.5).round().clamp(1.0, n as f64) as usize;
    let mut all: Vec<usize> = steps.map(rank).collect();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::{envelope_ranks, ranks};

    #[test]
    fn ranks_reach_both_ends_once_each() {
        for n in [1, 2, 119, 120, 121, 5000, 5001, 123_456] {
            for list in [ranks(n, 5000, 500), envelope_ranks(n)] {
                assert_eq!((list.first(), list.last()), (Some(&1), Some(&n)), "{n}");
                assert!(list.windows(2).all(|w| w[0] < w[1]), "{n}");
            }
            assert!(ranks(n, 5000, 500).len() == n.min(5000) && envelope_ranks(n).len() <= n.min(120));
        }
    }
}
