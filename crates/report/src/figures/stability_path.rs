//! [`StabilityPath`]: how often each predictor was selected, against λ.

use thalweg_core::{Result, check_shape};

use crate::axis::Scale;
use crate::figure::Figure;
use crate::figures::line_chart::LineChart;
use crate::figures::series::{Mark, Series};
use crate::number::{count, trimmed};

/// The share of the subsamples that selected each predictor, against λ on a logarithmic axis that falls from left to right. A level line is the
/// threshold, a vertical one the end of the region of λ that is judged. The predictors that reach the threshold in the region are stable: the twelve with the
/// largest shares have colours and names. All others are grey.
///
/// ```
/// use thalweg_report::{Figure, StabilityPath};
/// let names = ["age".to_owned(), "dose".to_owned()];
/// let shares = [vec![0.2, 0.9, 1.0], vec![0.0, 0.1, 0.8]];
/// let mut figure = StabilityPath::new(&[1.0, 0.1, 0.01], &names, &shares, 0.75);
/// figure.region = 2;
/// let svg = figure.svg()?;
/// assert!(svg.contains("age") && !svg.contains("dose"));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// Source: Meinshausen and Bühlmann, *Stability selection*, J. R. Statist. Soc. B 72 (2010), figure 1.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StabilityPath<'a> {
    /// λ, positive, decreasing.
    pub lambda: &'a [f64],
    /// The names of the predictors.
    pub names: &'a [String],
    /// For each predictor its share at every λ, from 0 to 1.
    pub shares: &'a [Vec<f64>],
    /// The share from which on a predictor is stable.
    pub threshold: f64,
    /// How many λ are judged, from the first on; all unless set.
    pub region: usize,
    /// The title.
    pub title: &'a str,
}

/// Lines with a colour and a name.
const NAMED: usize = 12;

impl<'a> StabilityPath<'a> {
    /// A path that is judged at every λ.
    #[must_use]
    pub fn new(lambda: &'a [f64], names: &'a [String], shares: &'a [Vec<f64>], threshold: f64) -> Self {
        Self { lambda, names, shares, threshold, region: lambda.len(), title: "Stability path" }
    }

    /// The largest share of predictor j among the λ that are judged.
    fn largest(&self, j: usize) -> f64 {
        self.shares[j].iter().take(self.region).copied().fold(0.0, f64::max)
    }
}

impl Figure for StabilityPath<'_> {
    /// # Errors
    /// Lengths that differ; a λ that is not positive; no predictor.
    fn svg(&self) -> Result<String> {
        check_shape("names and shares of a stability path", self.names.len(), self.shares.len())?;
        for (name, shares) in self.names.iter().zip(self.shares) {
            let what = format!("values of lambda and shares of `{name}`");
            check_shape(&what, self.lambda.len(), shares.len())?;
        }
        let mut order: Vec<usize> = (0..self.shares.len()).collect();
        order.sort_by(|a, b| self.largest(*b).total_cmp(&self.largest(*a)));
        let stable = order.iter().filter(|j| self.largest(**j) >= self.threshold).count();
        let series: Vec<Series<'_>> = order
            .iter()
            .enumerate()
            .map(|(k, &j)| {
                let named = k < stable.min(NAMED);
                let mut line =
                    Series::new(if named { &self.names[j] } else { "" }, self.lambda, &self.shares[j]);
                line.faint = !named;
                line
            })
            .collect();
        let judged = self.region.checked_sub(1).and_then(|last| self.lambda.get(last));
        let marks: Vec<Mark> =
            judged.map(|at| Mark { at: *at, label: "judged up to here".to_owned() }).into_iter().collect();
        let levels = [Mark { at: self.threshold, label: format!("π = {}", trimmed(self.threshold, 4)) }];
        let mut notes = Vec::new();
        if stable > NAMED {
            notes.push(format!("Named: {NAMED} of {} stable predictors.", count(stable)));
        }
        let mut chart = LineChart::new(&series, "λ", "Share of the subsamples");
        chart.title = self.title;
        (chart.x_scale, chart.reverse_x, chart.label_ends) = (Scale::Log, true, true);
        (chart.marks, chart.levels, chart.notes) = (&marks, &levels, &notes);
        chart.svg()
    }

    fn caption(&self) -> String {
        "How often each predictor was selected when only a random half of the rows was seen. What has an effect rises early and stays; what comes in by \
         chance rises late, with the crowd."
            .to_owned()
    }
}
