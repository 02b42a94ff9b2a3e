//! [`Grid`]: the values of λ on a path.

use thalweg_core::{Error, Result, check_lambda};

/// Spaced from λ_max, or given.
#[derive(Clone, Debug)]
pub(super) enum Grid {
    /// So many values down to a share of λ_max.
    Spaced { count: usize, ratio: Option<f64> },
    /// These, decreasing.
    Given(Vec<f64>),
}

impl Default for Grid {
    fn default() -> Self {
        Self::Spaced { count: 100, ratio: None }
    }
}

impl Grid {
    pub(super) fn spaced(count: usize, ratio: Option<f64>) -> Result<Self> {
        if count == 0 {
            return Err(Error::invalid_parameter(
                "lambdas",
                count,
                "a path has at least one value of lambda",
            ));
        }
        if let Some(ratio) = ratio
            && !(ratio > 0.0 && ratio < 1.0)
        {
            let rule = "the least lambda is a share of the greatest, between 0 and 1, such as 0.01";
            return Err(Error::invalid_parameter("ratio", ratio, rule));
        }
        Ok(Self::Spaced { count, ratio })
    }

    pub(super) fn given(mut lambdas: Vec<f64>) -> Result<Self> {
        if lambdas.is_empty() {
            let remedy = "give at least one value of lambda".to_owned();
            return Err(Error::Empty { what: "the path".to_owned(), remedy });
        }
        lambdas.iter().try_for_each(|lambda| check_lambda(*lambda))?;
        lambdas.sort_by(|a, b| b.total_cmp(a));
        lambdas.dedup();
        Ok(Self::Given(lambdas))
    }

    /// True if the sequence may end early.
    pub(super) fn is_spaced(&self) -> bool {
        matches!(self, Self::Spaced { .. })
    }

    /// The values, decreasing. `lambda_max` is asked for only where it is needed.
    pub(super) fn values(&self, rows: usize, predictors: usize, lambda_max: f64) -> Vec<f64> {
        match self {
            Self::Given(lambdas) => lambdas.clone(),
            Self::Spaced { count, ratio } => {
                let ratio = ratio.unwrap_or(if rows > predictors { 1e-4 } else { 1e-2 });
                let last = (*count - 1).max(1) as f64;
                // The first is λ_max itself, to the bit.
                (0..*count).map(|k| lambda_max * ratio.powf(k as f64 / last)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;

    #[test]
    fn values_are_spaced_in_the_logarithm() {
        let grid = Grid::spaced(3, Some(0.01)).unwrap();
        let values = grid.values(10, 2, 4.0);
        assert_eq!(values[0], 4.0);
        assert!((values[1] - 0.4).abs() < 1e-15 && (values[2] - 0.04).abs() < 1e-16);
        assert_eq!(Grid::given(vec![1.0, 3.0, 1.0]).unwrap().values(1, 1, f64::NAN), [3.0, 1.0]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        assert!(Grid::spaced(0, None).is_err() && Grid::spaced(5, Some(1.0)).is_err());
        assert!(Grid::spaced(5, Some(f64::NAN)).is_err() && Grid::given(vec![]).is_err());
        assert!(Grid::given(vec![1.0, -1.0]).is_err() && Grid::given(vec![f64::NAN]).is_err());
    }
}
