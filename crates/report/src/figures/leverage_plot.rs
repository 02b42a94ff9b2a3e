//! [`LeveragePlot`]: standardised residuals against leverage, with contours of Cook's distance.
//!
//! Cook's distance of a row is D = r²h/((1 − h)q), so a contour is r = ±√(D q (1 − h)/h). Source: Cook (1977), *Detection of influential
//! observation in linear regression*, Technometrics 19; the same plot as R's `plot.lm`, 5.

use thalweg_core::{Error, Result, check_shape};

use crate::axis::{Axis, Scale, extent, hull};
use crate::chart::{Chart, Layout, Swatch};
use crate::color::Color;
use crate::figure::Figure;
use crate::labels::place_labels;
use crate::number::{count, trimmed};
use crate::sample::rows;
use crate::scatter::dots;
use crate::svg::{Point, Stroke};

/// Standardised residuals against leverage; the rows of the largest Cook's distance are named. Rows are sampled and left out as in
/// [`ResidualsFitted`](crate::ResidualsFitted), the named ones always drawn.
///
/// ```
/// use thalweg_report::{Figure, LeveragePlot};
/// let plot = LeveragePlot::new(&[0.2, 0.5, 0.3], &[1.0, -2.0, 0.5], 2);
/// // D = r² h / ((1 − h) q) = 4·0.5/(0.5·2)
/// assert_eq!(plot.most_influential()?[0], (1, 2.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LeveragePlot<'a> {
    /// Leverages h in [0, 1], the diagonal of the hat matrix, one a row.
    pub leverage: &'a [f64],
    /// Standardised (internally studentised) residuals r, one a row.
    pub standardized: &'a [f64],
    /// Number of estimated coefficients q, the intercept included; at least 1.
    pub parameters: usize,
    /// Names of the rows, for the labels; empty for their 0-based numbers.
    pub names: &'a [String],
    /// How many rows are named; 3 unless set.
    pub named: usize,
    /// The title, "Residuals against leverage" unless set.
    pub title: &'a str,
    /// Which residuals.
    pub residual_label: &'a str,
}

impl<'a> LeveragePlot<'a> {
    /// The picture with the usual labels.
    #[must_use]
    pub fn new(leverage: &'a [f64], standardized: &'a [f64], parameters: usize) -> Self {
        Self {
            leverage,
            standardized,
            parameters,
            names: &[],
            named: 3,
            title: "Residuals against leverage",
            residual_label: "Standardised residual",
        }
    }

    /// The `named` rows of the largest Cook's distance as (row, D), largest first.
    ///
    /// # Errors
    /// As [`Figure::svg`].
    pub fn most_influential(&self) -> Result<Vec<(usize, f64)>> {
        self.check()?;
        let pairs = self.leverage.iter().zip(self.standardized).enumerate();
        let q = self.parameters as f64;
        let mut all: Vec<(usize, f64)> = pairs
            .map(|(i, (h, r))| (i, r * r * h / ((1.0 - h) * q)))
            .filter(|(_, d)| d.is_finite())
            .collect();
        let named = self.named.min(all.len());
        let largest_first = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if named < all.len() && named > 0 {
            all.select_nth_unstable_by(named, largest_first);
        }
        all.truncate(named);
        all.sort_by(largest_first);
        Ok(all)
    }

    fn check(&self) -> Result<()> {
        check_shape(
            "length of leverage and length of standardized",
            self.leverage.len(),
            self.standardized.len(),
        )?;
        if !self.names.is_empty() {
            check_shape("length of leverage and length of names", self.leverage.len(), self.names.len())?;
        }
        if self.parameters == 0 {
            return Err(Error::invalid_parameter(
                "parameters",
                0,
                "it must be at least 1: count the intercept too",
            ));
        }
        // Rounding may leave a leverage of 1 a little above.
        let outside = |h: &f64| h.is_finite() && !(-1e-8..=1.0 + 1e-8).contains(h);
        match self.leverage.iter().position(outside) {
            None => Ok(()),
            Some(row) => Err(Error::OutsideDomain {
                what: "leverage".to_owned(),
                row,
                value: self.leverage.get(row).copied().unwrap_or(f64::NAN),
                rule: "a leverage lies in [0, 1]".to_owned(),
                remedy: "give the diagonal of the hat matrix".to_owned(),
            }),
        }
    }

    fn name(&self, row: usize) -> String {
        self.names.get(row).cloned().unwrap_or_else(|| row.to_string())
    }
}

impl Figure for LeveragePlot<'_> {
    /// # Errors
    /// Lengths that differ, `parameters` of 0, a leverage outside [0, 1], no row where both numbers are finite.
    fn svg(&self) -> Result<String> {
        let influential = self.most_influential()?;
        let found = rows(("leverage", self.leverage), ("standardized", self.standardized))?;
        let pick = |column: &'_ [f64], i: usize| column.get(i).copied().unwrap_or(f64::NAN);
        let x = extent(found.usable.iter().map(|&i| pick(self.leverage, i))).unwrap_or_default();
        let y = extent(found.usable.iter().map(|&i| pick(self.standardized, i))).unwrap_or_default();
        let contour = Stroke::dashed(Color::Vermilion, 1.5, "6 3");
        let inner = Stroke::dashed(Color::Ochre, 1.5, "2 3");
        let axis = Axis::new(Scale::Linear, (0.0, x.1.max(1e-6)), 0.06);
        let y_axis = Axis::new(Scale::Linear, hull(y, (0.0, 0.0)), 0.07);
        let shown = |distance: f64| {
            // The contours fall towards the right: they are seen if they are at the edge.
            let level = self.level(distance, axis.range().1);
            y_axis.holds(level) || y_axis.holds(-level)
        };
        let lines = [(0.5, inner), (1.0, contour)];
        let legend: Vec<_> = lines
            .iter()
            .filter(|(d, _)| shown(*d))
            .map(|(d, stroke)| (format!("Cook's distance {}", trimmed(*d, 2)), Swatch::Line(*stroke)))
            .collect();
        let mut notes = found.notes;
        if legend.is_empty() {
            notes.push(
                "Every Cook's distance is far below 0.5: the contours lie outside the picture.".to_owned(),
            );
        }
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &notes,
            x_label: "Leverage",
            y_label: self.residual_label,
            // Negative leverages do not exist, so the pad on the left goes.
            x: Axis::new(Scale::Linear, (0.0, axis.range().1), 0.0),
            y: y_axis,
            height: Some(270.0),
            above: &[],
            margin: 0.0,
            legend: &legend,
        });
        chart.level(0.0, Stroke::dashed(Color::Muted, 1.2, "5 4"));
        let right = chart.x.range().1.min(1.0);
        for (distance, stroke) in lines {
            for sign in [-1.0, 1.0] {
                let steps = (1..=400).map(|k| right * f64::from(k) / 400.0);
                chart.curve(steps.map(|h| (h, sign * self.level(distance, h))), stroke);
            }
        }
        let mut drawn = found.drawn;
        drawn.extend(influential.iter().map(|(row, _)| *row));
        drawn.sort_unstable();
        drawn.dedup();
        let place = |row: usize| chart.at(pick(self.leverage, row), pick(self.standardized, row));
        let places: Vec<Point> = drawn.iter().map(|&row| place(row)).collect();
        let named: Vec<(Point, String)> =
            influential.iter().map(|&(row, _)| (place(row), self.name(row))).collect();
        dots(&mut chart.svg, &places, Color::Blue);
        let window = chart.window();
        place_labels(&mut chart.svg, &named, &places, window);
        let list: Vec<_> =
            influential.iter().map(|&(row, d)| format!("{} ({})", self.name(row), trimmed(d, 3))).collect();
        let description = format!(
            "{} rows. Largest leverage {}. Largest Cook's distances: {}.",
            count(found.usable.len()),
            trimmed(x.1, 4),
            if list.is_empty() { "none".to_owned() } else { list.join(", ") }
        );
        Ok(chart.finish(self.title, &description))
    }

    fn caption(&self) -> String {
        "A row beyond a contour moves the coefficients by itself: look at its data. The named rows have the largest Cook's distance.".to_owned()
    }
}

impl LeveragePlot<'_> {
    /// The residual of this Cook's distance at leverage h.
    fn level(&self, distance: f64, h: f64) -> f64 {
        (distance * self.parameters as f64 * ((1.0 - h) / h).max(0.0)).sqrt()
    }
}
