//! [`ValidationCurve`]: the error on rows left out, against λ.

use thalweg_core::{Result, check_shape};

use crate::axis::Scale;
use crate::figure::Figure;
use crate::figures::coefficient_path::{COUNTED, counts};
use crate::figures::line_chart::LineChart;
use crate::figures::series::{Mark, Series};

/// The mean over folds of the error on the rows left out, with a band of one standard error, against λ on a logarithmic axis that falls from left to
/// right. Two λ are marked: the one of least error, and the largest whose error is within one standard error of it (Breiman et al. 1984,
/// *Classification and Regression Trees*, §3.4.3).
///
/// ```
/// use thalweg_report::{Figure, ValidationCurve};
/// let (mean, se) = ([1.4, 1.0, 0.9, 0.95], [0.1, 0.15, 0.1, 0.1]);
/// let curve = ValidationCurve::new(&[1.0, 0.3, 0.1, 0.03], &mean, &se, (2, 1));
/// assert!(curve.svg()?.contains("λ of one SE"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ValidationCurve<'a> {
    /// λ, positive, decreasing.
    pub lambda: &'a [f64],
    /// The mean error.
    pub mean: &'a [f64],
    /// Its standard error.
    pub se: &'a [f64],
    /// The places in `lambda` of the least error and of the one-standard-error rule.
    pub chosen: (usize, usize),
    /// How many coefficients are not 0, for the numbers above the plot; empty for none.
    pub nonzero: &'a [usize],
    /// The title.
    pub title: &'a str,
    /// What the error is, with its unit.
    pub label: &'a str,
}

impl<'a> ValidationCurve<'a> {
    /// A curve without counts.
    #[must_use]
    pub fn new(lambda: &'a [f64], mean: &'a [f64], se: &'a [f64], chosen: (usize, usize)) -> Self {
        Self {
            lambda,
            mean,
            se,
            chosen,
            nonzero: &[],
            title: "Cross-validation",
            label: "Error on rows left out",
        }
    }
}

impl Figure for ValidationCurve<'_> {
    /// # Errors
    /// Lengths that differ; a λ that is not positive; a choice outside the sequence; no finite error.
    fn svg(&self) -> Result<String> {
        let n = self.lambda.len();
        check_shape("values of lambda and mean errors", n, self.mean.len())?;
        check_shape("values of lambda and standard errors", n, self.se.len())?;
        let place = |k: usize| -> Result<f64> {
            self.lambda.get(k).copied().ok_or_else(|| {
                thalweg_core::Error::invalid_parameter(
                    "chosen",
                    k,
                    "it must be the place of a value of lambda",
                )
            })
        };
        let (least, one_se) = (place(self.chosen.0)?, place(self.chosen.1)?);
        // A fold too few has no standard error; its band is the line.
        let se = |k: usize| if self.se[k].is_finite() { self.se[k] } else { 0.0 };
        let lower: Vec<f64> = (0..n).map(|k| self.mean[k] - se(k)).collect();
        let upper: Vec<f64> = (0..n).map(|k| self.mean[k] + se(k)).collect();
        let mut curve = Series::new("mean over folds, ± 1 standard error", self.lambda, self.mean);
        (curve.lower, curve.upper) = (&lower, &upper);
        let bound = vec![upper[self.chosen.0]; n];
        let mut level = Series::new("least mean + 1 standard error", self.lambda, &bound);
        level.faint = true;
        let series = [curve, level];
        let marks = match least == one_se {
            true => vec![Mark { at: least, label: "both λ".to_owned() }],
            false => vec![
                Mark { at: one_se, label: "λ of one SE".to_owned() },
                Mark { at: least, label: "least error".to_owned() },
            ],
        };
        let above = counts(self.lambda, self.nonzero);
        let notes: Vec<String> = if above.is_empty() { Vec::new() } else { vec![COUNTED.to_owned()] };
        let mut chart = LineChart::new(&series, "λ", self.label);
        chart.title = self.title;
        (chart.x_scale, chart.reverse_x) = (Scale::Log, true);
        (chart.marks, chart.above, chart.notes) = (&marks, &above, &notes);
        chart.svg()
    }

    fn caption(&self) -> String {
        "The rule of one standard error takes the largest λ whose mean error does not exceed the grey line: a simpler model that is as good within the noise."
            .to_owned()
    }
}
