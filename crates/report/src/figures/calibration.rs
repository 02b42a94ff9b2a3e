//! [`Calibration`]: what was observed against what was predicted, in bins of the prediction.
//!
//! Bins hold equal numbers of rows, and equal predictions stay together. A share has Wilson's interval (Wilson 1927); a mean has Student's, with the
//! linearised variance m/(m − 1)·Σw²(y − ȳ)²/(Σw)² over the m rows of the bin (Cochran 1977, 6.4), which for equal weights is s²/m.

use thalweg_core::{Error, Result, check_shape};

use crate::axis::{Axis, Scale, check_scale, extent, hull};
use crate::chart::{Chart, Layout, Swatch};
use crate::color::Color;
use crate::figure::Figure;
use crate::interval::{student, wilson};
use crate::number::{count, trimmed};
use crate::svg::Stroke;

/// What the observed numbers are.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 0 and 1, or shares of 1s among `weights` trials; predictions are probabilities.
    Binary,
    /// Counts or amounts; predictions are means.
    Mean,
}

/// One bin of a [`Calibration`].
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct CalibrationBin {
    /// Number of rows.
    pub rows: usize,
    /// Weighted mean of the predictions.
    pub predicted: f64,
    /// Weighted mean of the observations: for [`Outcome::Binary`] the share of 1s.
    pub observed: f64,
    /// Lower end of the 95 % interval of the observed mean; NaN where one row cannot tell.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// Observed against predicted, with 95 % intervals and the diagonal.
///
/// ```
/// use thalweg_report::{Calibration, Outcome};
/// let mut figure = Calibration::new(&[0.0, 0.0, 1.0, 1.0], &[0.1, 0.2, 0.7, 0.9], Outcome::Binary);
/// figure.bins = 2;
/// let bins = figure.table()?;
/// assert_eq!((bins[0].observed, bins[1].observed), (0.0, 1.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Calibration<'a> {
    /// Observations, one a row, finite.
    pub observed: &'a [f64],
    /// Predictions on the scale of the observations, one a row, finite.
    pub predicted: &'a [f64],
    /// Weights of the rows, for [`Outcome::Binary`] their numbers of trials; empty for all 1.
    pub weights: &'a [f64],
    /// What the observations are.
    pub outcome: Outcome,
    /// How many bins, at least 1; 10 unless set. Ties may make them fewer.
    pub bins: usize,
    /// How both axes space their numbers.
    pub scale: Scale,
    /// The title, "Calibration" unless set.
    pub title: &'a str,
    /// What is predicted, with its unit.
    pub predicted_label: &'a str,
    /// What is observed, with its unit.
    pub observed_label: &'a str,
}

impl<'a> Calibration<'a> {
    /// The picture with ten bins and the usual labels.
    #[must_use]
    pub fn new(observed: &'a [f64], predicted: &'a [f64], outcome: Outcome) -> Self {
        let (predicted_label, observed_label) = match outcome {
            Outcome::Binary => ("Predicted probability", "Observed share"),
            Outcome::Mean => ("Predicted mean", "Observed mean"),
        };
        Self {
            observed,
            predicted,
            weights: &[],
            outcome,
            bins: 10,
            scale: Scale::Linear,
            title: "Calibration",
            predicted_label,
            observed_label,
        }
    }

    /// The bins, by ascending prediction. A row of weight 0 counts nowhere.
    ///
    /// # Errors
    /// As [`Figure::svg`].
    pub fn table(&self) -> Result<Vec<CalibrationBin>> {
        self.check()?;
        let weight =
            |i: usize| if self.weights.is_empty() { Some(1.0) } else { self.weights.get(i).copied() };
        let mut rows: Vec<[f64; 3]> = (0..self.observed.len())
            .filter_map(|i| Some([*self.predicted.get(i)?, *self.observed.get(i)?, weight(i)?]))
            .filter(|row| row[2] > 0.0)
            .collect();
        if rows.is_empty() {
            return Err(Error::Empty {
                what: "observed".to_owned(),
                remedy: "give at least one row of positive weight".to_owned(),
            });
        }
        rows.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])).then(a[2].total_cmp(&b[2])));
        let mut bins = Vec::new();
        let n = rows.len();
        let mut from = 0;
        for k in 1..=self.bins.min(n) {
            let mut to = (k * n / self.bins.min(n)).max(from);
            // Equal predictions stay together.
            while to > from && to < n && rows[to][0] == rows[to - 1][0] {
                to += 1;
            }
            if to > from {
                bins.push(self.bin(&rows[from..to]));
                from = to;
            }
        }
        Ok(bins)
    }

    fn bin(&self, rows: &[[f64; 3]]) -> CalibrationBin {
        let total: f64 = rows.iter().map(|row| row[2]).sum();
        let mean = |column: usize| rows.iter().map(|row| row[2] * row[column]).sum::<f64>() / total;
        let (predicted, observed) = (mean(0), mean(1));
        let (lower, upper) = match self.outcome {
            Outcome::Binary => wilson(observed, total),
            Outcome::Mean => {
                let m = rows.len() as f64;
                let squares: f64 = rows.iter().map(|row| (row[2] * (row[1] - observed)).powi(2)).sum();
                let error = (m / (m - 1.0) * squares).sqrt() / total;
                let half = student(m - 1.0) * error;
                (observed - half, observed + half)
            }
        };
        CalibrationBin { rows: rows.len(), predicted, observed, lower, upper }
    }

    fn check(&self) -> Result<()> {
        let n = self.observed.len();
        check_shape("length of observed and length of predicted", n, self.predicted.len())?;
        if !self.weights.is_empty() {
            check_shape("length of observed and length of weights", n, self.weights.len())?;
        }
        if self.bins == 0 {
            return Err(Error::invalid_parameter("bins", 0, "it must be at least 1"));
        }
        for (what, column) in
            [("observed", self.observed), ("predicted", self.predicted), ("weights", self.weights)]
        {
            if let Some((row, value)) = column.iter().enumerate().find(|(_, v)| !v.is_finite()) {
                return Err(Error::NonFinite { what: what.to_owned(), row, value: *value });
            }
        }
        let outside = |what: &str, column: &[f64], high: f64, rule: &str| match column
            .iter()
            .enumerate()
            .find(|(_, v)| !(0.0..=high).contains(*v))
        {
            None => Ok(()),
            Some((row, value)) => Err(Error::OutsideDomain {
                what: what.to_owned(),
                row,
                value: *value,
                rule: rule.to_owned(),
                remedy: "correct the row or leave it out".to_owned(),
            }),
        };
        if self.outcome == Outcome::Binary {
            outside("observed", self.observed, 1.0, "a binary outcome or share lies in [0, 1]")?;
            outside("predicted", self.predicted, 1.0, "a probability lies in [0, 1]")?;
        }
        outside("weights", self.weights, f64::MAX, "a weight is not negative")
    }
}

/// Intervals may widen the picture to so many times the width that the points need.
const WIDER: f64 = 2.0;

impl Calibration<'_> {
    /// The range of both axes: all points, and of the intervals what does not squeeze the points into a corner.
    fn range(&self, bins: &[CalibrationBin]) -> (f64, f64) {
        let points = extent(bins.iter().flat_map(|b| [b.predicted, b.observed])).unwrap_or((0.0, 1.0));
        let positive = |x: &f64| self.scale == Scale::Linear || *x > 0.0;
        let ends = extent(bins.iter().flat_map(|b| [b.lower, b.upper]).filter(positive));
        let mut range = ends.map_or(points, |ends| hull(points, ends));
        if self.scale == Scale::Linear && bins.len() > 1 {
            let most = WIDER * (points.1 - points.0);
            range = (range.0.max(points.0 - most), range.1.min(points.1 + most));
        }
        if self.outcome == Outcome::Binary && self.scale == Scale::Linear && range.1 - range.0 > 0.5 {
            range = (0.0, 1.0);
        }
        range
    }
}

impl Figure for Calibration<'_> {
    /// # Errors
    /// Lengths that differ, numbers that are not finite, no row of positive weight, shares outside [0, 1], bins that a logarithmic axis cannot show.
    fn svg(&self) -> Result<String> {
        let bins = self.table()?;
        let column = |of: fn(&CalibrationBin) -> f64| bins.iter().map(of).collect::<Vec<f64>>();
        let (predicted, observed) = (column(|b| b.predicted), column(|b| b.observed));
        check_scale(self.scale, "predicted mean of a bin", &predicted)?;
        check_scale(self.scale, "observed mean of a bin", &observed)?;
        let range = self.range(&bins);
        let axis = Axis::new(self.scale, range, 0.03);
        let diagonal = Stroke::dashed(Color::Muted, 1.3, "5 4");
        let interval = match self.outcome {
            Outcome::Binary => "share, 95 % interval (Wilson)",
            Outcome::Mean => "mean, 95 % interval (Student)",
        };
        let legend = [
            (interval.to_owned(), Swatch::Dot(Color::Blue)),
            ("perfect calibration".to_owned(), Swatch::Line(diagonal)),
        ];
        let (fewest, most) =
            bins.iter().fold((usize::MAX, 0), |(a, b), bin| (a.min(bin.rows), b.max(bin.rows)));
        let rows = match (fewest, most) {
            (1, 1) => "1 row".to_owned(),
            (a, b) if a == b => format!("{} rows", count(b)),
            (a, b) => format!("{} to {} rows", count(a), count(b)),
        };
        let plural = if bins.len() == 1 { "" } else { "s" };
        let mut notes = vec![format!("{} bin{plural} of {rows}, ordered by prediction.", bins.len())];
        let (from, to) = axis.range();
        if bins.iter().any(|bin| bin.lower < from || bin.upper > to) {
            notes.push("An arrow marks an interval that goes on beyond the picture.".to_owned());
        }
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &notes,
            x_label: self.predicted_label,
            y_label: self.observed_label,
            x: axis,
            y: axis,
            height: None,
            above: &[],
            margin: 0.0,
            legend: &legend,
        });
        chart.curve([(from, from), (to, to)], diagonal);
        for bin in &bins {
            let hint = format!(
                "predicted {}, observed {} [{}, {}], {} rows",
                trimmed(bin.predicted, 4),
                trimmed(bin.observed, 4),
                trimmed(bin.lower, 4),
                trimmed(bin.upper, 4),
                count(bin.rows)
            );
            let (lower, upper) =
                (chart.at(bin.predicted, bin.lower.max(from)), chart.at(bin.predicted, bin.upper.min(to)));
            let place = chart.at(bin.predicted, bin.observed);
            chart.svg.titled(&hint, |svg| {
                if !bin.lower.is_nan() {
                    svg.line(lower, upper, Stroke::new(Color::Blue, 1.6));
                }
                if bin.lower < from {
                    svg.arrow_head((lower.0, lower.1 - 7.0), (0.0, 7.0), Color::Blue);
                }
                if bin.upper > to {
                    svg.arrow_head((upper.0, upper.1 + 7.0), (0.0, -7.0), Color::Blue);
                }
                svg.circle(place, 4.0, Color::Blue, true);
            });
        }
        let total: usize = bins.iter().map(|bin| bin.rows).sum();
        let description = format!(
            "{} rows in {} bins; predictions from {} to {}, observed means from {} to {}.",
            count(total),
            bins.len(),
            trimmed(predicted.first().copied().unwrap_or(f64::NAN), 4),
            trimmed(predicted.last().copied().unwrap_or(f64::NAN), 4),
            trimmed(observed.iter().copied().fold(f64::INFINITY, f64::min), 4),
            trimmed(observed.iter().copied().fold(f64::NEG_INFINITY, f64::max), 4)
        );
        Ok(chart.finish(self.title, &description))
    }

    fn caption(&self) -> String {
        "Intervals that miss the diagonal mark predictions that are too high (below it) or too low (above it).".to_owned()
    }
}
