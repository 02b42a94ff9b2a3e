//! [`ResidualsFitted`]: residuals against fitted values, with a smoother.
//!
//! The smoother lies on zero where the model has the mean right; a bend asks for a term of higher order or another link. The spread
//! should be the same everywhere if the residuals are standardised. Source: Cook and Weisberg (1982), *Residuals and Influence in Regression*.

use thalweg_core::Result;

use crate::figure::Figure;
use crate::lowess::Lowess;
use crate::scatter::{Column, Scatter};

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
        let scatter = Scatter {
            title: self.title,
            x: Column { name: "fitted", label: self.fitted_label, values: self.fitted },
            y: Column { name: "residuals", label: self.residual_label, values: self.residuals },
            lowess: self.lowess,
        };
        scatter.svg()
    }

    fn caption(&self) -> String {
        "The smoother stays near zero where the model has the mean right; a bend asks for another term or another link.".to_owned()
    }
}
