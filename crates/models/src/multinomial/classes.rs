//! Class numbers as targets: how often each occurs.

use thalweg_core::{Error, Result, Weights};

/// Σw of every class.
pub(crate) struct ClassCounts {
    weight: Vec<f64>,
    /// Rows of positive weight.
    rows: usize,
}

impl ClassCounts {
    /// Of targets 0, 1, … K − 1, all of which must occur in rows of positive weight.
    pub(crate) fn of(y: &[f64], weights: Weights<'_, f64>) -> Result<Self> {
        if let Weights::Each(w) = weights {
            thalweg_core::check_weights(y.len(), w)?;
        }
        let (mut largest, mut rows) = (0.0_f64, 0);
        for (row, value) in y.iter().enumerate() {
            if !value.is_finite() {
                return Err(Error::NonFinite { what: "the target y".to_owned(), row, value: *value });
            }
            if *value < 0.0 || value.fract() != 0.0 {
                return Err(Error::OutsideDomain {
                    what: "the target y".to_owned(),
                    row,
                    value: *value,
                    rule: "it must be a class number 0, 1, 2, ...".to_owned(),
                    remedy: "number the classes from 0".to_owned(),
                });
            }
            rows += usize::from(weights.get(row) > 0.0);
            largest = largest.max(*value);
        }
        // More class numbers than rows: some class has none. A number that large must not become a length.
        let classes = if largest < y.len() as f64 { largest as usize + 1 } else { y.len() + 1 };
        let mut weight = vec![0.0; classes];
        for (row, value) in y.iter().enumerate() {
            if let Some(sum) = weight.get_mut(*value as usize) {
                *sum += weights.get(row);
            }
        }
        if largest == 0.0 {
            return Err(Error::invalid_parameter(
                "number of classes",
                1,
                "there must be two or more: every target is 0; check the target column",
            ));
        }
        if let Some(class) = weight.iter().position(|sum| *sum == 0.0) {
            return Err(Error::Empty {
                what: format!("class {class} of 0 ... {largest:?}"),
                remedy: "it has no row of positive weight; number the classes that occur 0, 1, 2, ... without gaps"
                    .to_owned(),
            });
        }
        Ok(Self { weight, rows })
    }

    pub(crate) fn classes(&self) -> usize {
        self.weight.len()
    }

    pub(crate) fn of_class(&self, class: usize) -> f64 {
        self.weight[class]
    }

    pub(crate) fn total(&self) -> f64 {
        self.weight.iter().sum()
    }

    /// Σₖ Wₖ ln(Wₖ/W): the log-likelihood of a model that gives every row the shares of the classes.
    pub(crate) fn entropy(&self) -> f64 {
        let total = self.total();
        self.weight.iter().map(|w| w * (w / total).ln()).sum()
    }

    /// With as many coefficients as rows every row could be predicted with certainty.
    pub(crate) fn check_rank(&self, rank: usize) -> Result<()> {
        if rank == 0 {
            let remedy = "give a predictor that is not 0 throughout, or keep the intercept".to_owned();
            return Err(Error::Empty { what: "the model".to_owned(), remedy });
        }
        if rank < self.rows {
            return Ok(());
        }
        Err(Error::invalid_parameter(
            "number of coefficients",
            rank,
            &format!(
                "it must be less than the {} rows of positive weight; give more rows, drop columns, or use Estimator with a penalty",
                self.rows
            ),
        ))
    }
}
