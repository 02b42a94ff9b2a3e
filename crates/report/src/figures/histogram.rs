//! [`Histogram`]: how often values fall into bins of one width.
//!
//! Width 2·IQR·n^(−1/3) (Freedman and Diaconis 1981), rounded to 1, 2 or 5 times a power of ten so that bins begin at round numbers.

use thalweg_core::{Error, Result};

use crate::axis::{Axis, Scale, drawable, extent, nice_step, power_of_ten};
use crate::chart::{Chart, Layout};
use crate::color::Color;
use crate::figure::Figure;
use crate::number::{count, trimmed};

/// The largest number of bins.
const MOST: usize = 200;

/// Counts of values in bins [a, b). Values that are not finite are left out and counted.
///
/// ```
/// use thalweg_report::Histogram;
/// let mut histogram = Histogram::new(&[0.1, 0.2, 1.4, 2.9]);
/// histogram.bins = Some(3);
/// assert_eq!(histogram.counts()?, [(0.0, 1.0, 2), (1.0, 2.0, 1), (2.0, 3.0, 1)]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Histogram<'a> {
    /// The values, in any order.
    pub values: &'a [f64],
    /// About how many bins, 1 to 200; by the rule above unless set.
    pub bins: Option<usize>,
    /// The title, "Distribution" unless set.
    pub title: &'a str,
    /// What the values are, with their unit.
    pub label: &'a str,
}

impl<'a> Histogram<'a> {
    /// The picture with bins by the rule.
    #[must_use]
    pub fn new(values: &'a [f64]) -> Self {
        Self { values, bins: None, title: "Distribution", label: "Value" }
    }

    /// The bins as (beginning, end, count), from left to right.
    ///
    /// # Errors
    /// As [`Figure::svg`].
    pub fn counts(&self) -> Result<Vec<(f64, f64, usize)>> {
        if self.bins.is_some_and(|bins| bins == 0 || bins > MOST) {
            return Err(Error::invalid_parameter("bins", self.bins.unwrap_or(0), "it must lie in 1 to 200"));
        }
        let mut values: Vec<f64> = self.values.iter().copied().filter(|v| drawable(*v)).collect();
        let Some((low, high)) = extent(values.iter().copied()) else {
            return Err(Error::Empty {
                what: "values".to_owned(),
                remedy: "give at least one finite value".to_owned(),
            });
        };
        let bins = self.bins.map_or_else(|| rule(&mut values, high - low), |bins| bins as f64);
        let size = low.abs().max(high.abs());
        let spread = if high - low > 1e-10 * size && high > low { high - low } else { size.max(1e-290) };
        let (unit, power) = nice_step(spread / bins);
        let ten = power_of_ten(power.abs());
        let edge = |k: f64| if power >= 0 { k * unit * ten } else { k * unit / ten };
        let first = (low / edge(1.0)).floor();
        let last = ((high / edge(1.0)).floor() - first).clamp(0.0, 10.0 * MOST as f64) as usize;
        let mut counts = vec![0; last + 1];
        for value in &values {
            // Division rounds; the edges decide.
            let mut k = (value / edge(1.0)).floor();
            if *value < edge(k) {
                k -= 1.0;
            } else if *value >= edge(k + 1.0) {
                k += 1.0;
            }
            let place = ((k - first).max(0.0) as usize).min(last);
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
        }
        let bin = |(k, n): (usize, &usize)| (edge(first + k as f64), edge(first + k as f64 + 1.0), *n);
        Ok(counts.iter().enumerate().map(bin).collect())
    }
}

/// The number of bins of the rule.
fn rule(values: &mut [f64], spread: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    let at = |i: usize| values.get(i.min(n - 1)).copied().unwrap_or(0.0);
    let width = 2.0 * (at(3 * n / 4) - at(n / 4)) / (n as f64).cbrt();
    // Half of the values may be equal: then the rule of Sturges (1926).
    let sturges = (n as f64).log2() + 1.0;
    let bins = if width > 0.0 { spread / width } else { sturges };
    bins.clamp(1.0, 80.0)
}

impl Figure for Histogram<'_> {
    /// # Errors
    /// No finite value, a number of bins outside 1 to 200.
    fn svg(&self) -> Result<String> {
        let bins = self.counts()?;
        let (first, last) = (bins.first().map_or(0.0, |b| b.0), bins.last().map_or(1.0, |b| b.1));
        let highest = bins.iter().map(|b| b.2).max().unwrap_or(1) as f64;
        let usable: usize = bins.iter().map(|b| b.2).sum();
        let mut notes = Vec::new();
        if usable < self.values.len() {
            let lost = self.values.len() - usable;
            notes.push(format!(
                "Left out: {} of {} values, which are not finite.",
                count(lost),
                count(self.values.len())
            ));
        }
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &notes,
            x_label: self.label,
            y_label: "Count",
            x: Axis::new(Scale::Linear, (first, last), 0.02),
            y: Axis::new(Scale::Linear, (0.0, 1.05 * highest), 0.0),
            height: Some(230.0),
            above: &[],
            margin: 0.0,
            legend: &[],
        });
        for (from, to, n) in bins.iter().filter(|b| b.2 > 0) {
            let ((left, bottom), (right, top)) = (chart.at(*from, 0.0), chart.at(*to, *n as f64));
            // A gap between bars wherever they are wide enough to have one.
            let gap = if right - left > 3.0 { 0.5 } else { 0.0 };
            let hint = format!("{} to {}: {}", trimmed(*from, 6), trimmed(*to, 6), count(*n));
            chart.svg.titled(&hint, |svg| {
                svg.rect((left + gap, top), (right - left - 2.0 * gap, bottom - top), Color::Blue, 1.0);
            });
        }
        let description = format!(
            "Histogram of {} values in {} bins of width {} from {} to {}.",
            count(usable),
            bins.len(),
            trimmed(bins.first().map_or(0.0, |b| b.1 - b.0), 4),
            trimmed(first, 4),
            trimmed(last, 4)
        );
        Ok(chart.finish(self.title, &description))
    }

    fn caption(&self) -> String {
        "Each bar counts the values from its left edge up to, not including, its right edge.".to_owned()
    }
}
