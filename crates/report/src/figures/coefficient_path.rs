//! [`CoefficientPath`]: coefficients against λ, each named where it ends.

use thalweg_core::{Result, check_shape};

use crate::axis::Scale;
use crate::figure::Figure;
use crate::figures::line_chart::LineChart;
use crate::figures::series::{Mark, Series};
use crate::number::count;

/// Coefficients against λ on a logarithmic axis that falls from left to right, so that coefficients grow to the right. The twelve that are largest
/// somewhere on the path have colours and names, the others are grey; those that never leave 0 are not drawn. Numbers above the plot count
/// the coefficients that are not 0.
///
/// ```
/// use thalweg_report::{CoefficientPath, Figure};
/// let names = ["age".to_owned(), "dose".to_owned()];
/// let path = [vec![0.0, 0.4, 0.6], vec![0.0, 0.0, -0.1]];
/// let figure = CoefficientPath::new(&[1.0, 0.1, 0.01], &names, &path);
/// assert!(figure.svg()?.contains("dose"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CoefficientPath<'a> {
    /// λ, positive.
    pub lambda: &'a [f64],
    /// The names of the predictors.
    pub names: &'a [String],
    /// For each predictor its coefficient at every λ.
    pub coefficients: &'a [Vec<f64>],
    /// Vertical lines, such as the λ that was chosen.
    pub marks: &'a [Mark],
    /// The title.
    pub title: &'a str,
    /// What a coefficient is, with its unit.
    pub label: &'a str,
}

/// Lines with a colour and a name.
const NAMED: usize = 12;
/// Counts above the plot.
const COUNTS: usize = 6;

impl<'a> CoefficientPath<'a> {
    /// A path without marks.
    #[must_use]
    pub fn new(lambda: &'a [f64], names: &'a [String], coefficients: &'a [Vec<f64>]) -> Self {
        Self { lambda, names, coefficients, marks: &[], title: "Coefficient path", label: "Coefficient" }
    }

    /// The predictors whose coefficients are not 0 somewhere, the largest first.
    fn order(&self) -> Vec<usize> {
        let size = |j: &usize| self.coefficients[*j].iter().fold(0.0_f64, |m, b| m.max(b.abs()));
        let mut order: Vec<usize> = (0..self.coefficients.len()).filter(|j| size(j) > 0.0).collect();
        order.sort_by(|a, b| size(b).total_cmp(&size(a)));
        order
    }
}

/// How many coefficients are not 0, at some λ spread over the axis.
pub(super) fn counts(lambda: &[f64], nonzero: &[usize]) -> Vec<Mark> {
    let n = lambda.len();
    let most = COUNTS.min(n);
    let at = |k: usize| if most < 2 { 0 } else { (k * (n - 1) + (most - 1) / 2) / (most - 1) };
    let mark = |k: usize| Some(Mark { at: *lambda.get(k)?, label: nonzero.get(k)?.to_string() });
    (0..most).filter_map(|k| mark(at(k))).collect()
}

/// The line that explains the counts.
pub(super) const COUNTED: &str = "Above the plot: how many coefficients are not 0.";

impl Figure for CoefficientPath<'_> {
    /// # Errors
    /// Lengths that differ; a λ that is not positive; no coefficient that ever leaves 0.
    fn svg(&self) -> Result<String> {
        check_shape("names and coefficients of a path", self.names.len(), self.coefficients.len())?;
        for (name, b) in self.names.iter().zip(self.coefficients) {
            check_shape(
                &format!("values of lambda and coefficients of `{name}`"),
                self.lambda.len(),
                b.len(),
            )?;
        }
        let order = self.order();
        let series: Vec<Series<'_>> = order
            .iter()
            .enumerate()
            .map(|(k, &j)| {
                let name = if k < NAMED { self.names[j].as_str() } else { "" };
                let mut line = Series::new(name, self.lambda, &self.coefficients[j]);
                line.faint = k >= NAMED;
                line
            })
            .collect();
        let nonzero: Vec<usize> = (0..self.lambda.len())
            .map(|k| self.coefficients.iter().filter(|b| b[k] != 0.0).count())
            .collect();
        let above = counts(self.lambda, &nonzero);
        let mut notes = vec![COUNTED.to_owned()];
        if order.len() > NAMED {
            notes.push(format!(
                "Named: the {NAMED} largest of {} coefficients that are not 0 somewhere.",
                count(order.len())
            ));
        }
        let mut chart = LineChart::new(&series, "λ", self.label);
        chart.title = self.title;
        (chart.x_scale, chart.reverse_x, chart.label_ends) = (Scale::Log, true, true);
        (chart.marks, chart.above, chart.notes) = (self.marks, &above, &notes);
        chart.svg()
    }

    fn caption(&self) -> String {
        "From left to right the penalty falls and coefficients grow; those of one colour are told apart by their dashes.".to_owned()
    }
}
