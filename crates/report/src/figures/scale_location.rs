//! [`ScaleLocation`]: the size of the residuals against fitted values.
//!
//! The square root makes |r| nearly symmetric for normal residuals, so that a trend of the spread shows as a trend of the smoother.
//! Source: Cleveland (1993), *Visualizing Data*, the spread-location plot.

use thalweg_core::{Result, check_shape};

use crate::axis::{Axis, Scale, extent, hull};
use crate::chart::{Chart, Layout, Swatch};
use crate::color::Color;
use crate::figure::Figure;
use crate::lowess::Lowess;
use crate::number::{count, general};
use crate::sample::rows;
use crate::scatter::{dots, smooth};
use crate::svg::Stroke;

/// √|standardised residual| against fitted values, with a smoother. Rows are sampled and left out as in
/// [`ResidualsFitted`](crate::ResidualsFitted).
///
/// ```
/// use thalweg_report::{Figure, ScaleLocation};
/// assert!(ScaleLocation::new(&[1.0, 2.0, 3.0], &[0.5, -1.0, 0.5]).svg()?.contains("<path"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScaleLocation<'a> {
    /// Fitted values or linear predictors, one a row.
    pub fitted: &'a [f64],
    /// Standardised residuals r (variance 1 under the model), one a row, as many as `fitted`.
    pub standardized: &'a [f64],
    /// The title, "Scale against location" unless set.
    pub title: &'a str,
    /// What `fitted` is, with its unit.
    pub fitted_label: &'a str,
    /// What is drawn upwards.
    pub spread_label: &'a str,
    /// The smoother; `None` for none.
    pub lowess: Option<Lowess>,
}

impl<'a> ScaleLocation<'a> {
    /// The picture with the usual labels and smoother.
    #[must_use]
    pub fn new(fitted: &'a [f64], standardized: &'a [f64]) -> Self {
        Self {
            fitted,
            standardized,
            title: "Scale against location",
            fitted_label: "Fitted value",
            spread_label: "√|standardised residual|",
            lowess: Some(Lowess::default()),
        }
    }
}

impl Figure for ScaleLocation<'_> {
    /// # Errors
    /// `fitted` and `standardized` of different lengths, no row where both are finite, a smoother with an invalid span.
    fn svg(&self) -> Result<String> {
        check_shape(
            "length of fitted and length of standardized",
            self.fitted.len(),
            self.standardized.len(),
        )?;
        let spread: Vec<f64> = self.standardized.iter().map(|r| r.abs().sqrt()).collect();
        let found = rows(("fitted", self.fitted), ("standardized", &spread))?;
        let pick = |column: &'_ [f64], i: usize| column.get(i).copied().unwrap_or(f64::NAN);
        let x = extent(found.usable.iter().map(|&i| pick(self.fitted, i))).unwrap_or_default();
        let y = extent(found.usable.iter().map(|&i| pick(&spread, i))).unwrap_or_default();
        let line = match self.lowess {
            Some(lowess) => smooth(self.fitted, &spread, &found.usable, lowess)?,
            None => Vec::new(),
        };
        let trend = Stroke::new(Color::Vermilion, 2.2);
        let legend = [("Lowess smoother".to_owned(), Swatch::Line(trend))];
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &found.notes,
            x_label: self.fitted_label,
            y_label: self.spread_label,
            x: Axis::new(Scale::Linear, x, 0.03),
            y: Axis::new(Scale::Linear, hull(y, (0.0, 0.0)), 0.03),
            height: Some(270.0),
            legend: if line.is_empty() { &[] } else { &legend },
        });
        let places: Vec<_> =
            found.drawn.iter().map(|&i| chart.at(pick(self.fitted, i), pick(&spread, i))).collect();
        dots(&mut chart.svg, &places, Color::Blue);
        chart.curve(line, trend);
        let description = format!(
            "Scatter plot of {} rows. {} from {} to {}, {} up to {}.",
            count(found.usable.len()),
            self.fitted_label,
            general(x.0, 4),
            general(x.1, 4),
            self.spread_label,
            general(y.1, 4)
        );
        Ok(chart.finish(self.title, &description))
    }

    fn caption(&self) -> String {
        "A level smoother means that the variance follows the model; a slope means that it grows or shrinks with the mean in another way."
            .to_owned()
    }
}
