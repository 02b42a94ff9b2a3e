//! [`ScaleLocation`]: the size of the residuals against fitted values.
//!
//! The square root makes |r| nearly symmetric for normal residuals, so that a trend of the spread shows as a trend of the smoother.
//! Source: Cleveland (1993), *Visualizing Data*, the spread-location plot.

use thalweg_core::Result;

use crate::figure::Figure;
use crate::lowess::Lowess;
use crate::scatter::{Column, Scatter};

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
        let spread: Vec<f64> = self.standardized.iter().map(|r| r.abs().sqrt()).collect();
        let scatter = Scatter {
            title: self.title,
            x: Column { name: "fitted", label: self.fitted_label, values: self.fitted },
            y: Column { name: "standardized", label: self.spread_label, values: &spread },
            lowess: self.lowess,
        };
        scatter.svg()
    }

    fn caption(&self) -> String {
        "A level smoother means that the variance follows the model; a slope means that it grows or shrinks with the mean in another way."
            .to_owned()
    }
}
