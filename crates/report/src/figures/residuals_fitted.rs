//! [`ResidualsFitted`]: residuals against fitted values, with a smoother.
//!
//! The smoother lies on zero where the model has the mean right; a bend asks for a term of higher order or another link. The spread
//! should be the same everywhere if the residuals are standardised. Source: Cook and Weisberg (1982), *Residuals and Influence in Regression*.

use thalweg_core::Result;

use crate::axis::{Axis, Scale, extent, hull};
use crate::chart::{Chart, Layout, Swatch};
use crate::color::Color;
use crate::figure::Figure;
use crate::lowess::Lowess;
use crate::number::{count, general};
use crate::sample::rows;
use crate::scatter::{dots, smooth};
use crate::svg::Stroke;

/// Residuals against fitted values. Above 5000 rows a sample is drawn, always the same, and the picture says so; the smoother uses all rows.
/// Rows where either number is not finite are left out and counted.
///
/// ```
/// use thalweg_report::{Figure, ResidualsFitted};
/// let figure = ResidualsFitted::new(&[1.0, 2.0, 3.0], &[0.5, -1.0, 0.5]);
/// assert!(figure.svg()?.starts_with("<svg"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResidualsFitted<'a> {
    /// Fitted values or linear predictors, one a row.
    pub fitted: &'a [f64],
    /// Residuals, one a row, as many as `fitted`.
    pub residuals: &'a [f64],
    /// The title, "Residuals against fitted values" unless set.
    pub title: &'a str,
    /// What `fitted` is, with its unit.
    pub fitted_label: &'a str,
    /// Which residuals, with their unit.
    pub residual_label: &'a str,
    /// The smoother; `None` for none.
    pub lowess: Option<Lowess>,
}

impl<'a> ResidualsFitted<'a> {
    /// The picture with the usual labels and smoother.
    #[must_use]
    pub fn new(fitted: &'a [f64], residuals: &'a [f64]) -> Self {
        Self {
            fitted,
            residuals,
            title: "Residuals against fitted values",
            fitted_label: "Fitted value",
            residual_label: "Residual",
            lowess: Some(Lowess::default()),
        }
    }
}

impl Figure for ResidualsFitted<'_> {
    /// # Errors
    /// `fitted` and `residuals` of different lengths, no row where both are finite, a smoother with an invalid span.
    fn svg(&self) -> Result<String> {
        let found = rows(("fitted", self.fitted), ("residuals", self.residuals))?;
        let pick = |column: &'_ [f64], i: usize| column.get(i).copied().unwrap_or(f64::NAN);
        let x = extent(found.usable.iter().map(|&i| pick(self.fitted, i))).unwrap_or_default();
        let y = extent(found.usable.iter().map(|&i| pick(self.residuals, i))).unwrap_or_default();
        let line = match self.lowess {
            Some(lowess) => smooth(self.fitted, self.residuals, &found.usable, lowess)?,
            None => Vec::new(),
        };
        let trend = Stroke::new(Color::Vermilion, 2.2);
        let legend = [("Lowess smoother".to_owned(), Swatch::Line(trend))];
        let mut chart = Chart::open(&Layout {
            title: self.title,
            notes: &found.notes,
            x_label: self.fitted_label,
            y_label: self.residual_label,
            x: Axis::new(Scale::Linear, x, 0.03),
            y: Axis::new(Scale::Linear, hull(y, (0.0, 0.0)), 0.05),
            height: Some(270.0),
            legend: if line.is_empty() { &[] } else { &legend },
        });
        let places: Vec<_> =
            found.drawn.iter().map(|&i| chart.at(pick(self.fitted, i), pick(self.residuals, i))).collect();
        chart.level(0.0, Stroke::dashed(Color::Muted, 1.2, "5 4"));
        dots(&mut chart.svg, &places, Color::Blue);
        chart.curve(line, trend);
        let description = format!(
            "Scatter plot of {} rows. {} from {} to {}, {} from {} to {}.",
            count(found.usable.len()),
            self.fitted_label,
            general(x.0, 4),
            general(x.1, 4),
            self.residual_label,
            general(y.0, 4),
            general(y.1, 4)
        );
        Ok(chart.finish(self.title, &description))
    }

    fn caption(&self) -> String {
        "The smoother stays near zero where the model has the mean right; a bend asks for another term or another link.".to_owned()
    }
}
