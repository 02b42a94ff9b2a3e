//! The scales of the columns: λ acts on coefficients, whose size depends on the units of their columns.

use thalweg::core::{Design, Weights};

use crate::data::sample::Sample;
use crate::failure::Failure;
use crate::number::general;

/// Standard deviations further apart than this are worth a word.
const APART: f64 = 10.0;

/// The standard deviation of each design column, by the weights; 0 for a constant one.
pub fn deviations(sample: &Sample) -> Result<Vec<f64>, Failure> {
    let observations = sample.observations();
    let weights = observations.weights.map_or(Weights::Unit, Weights::Each);
    let design = Design::from_columns(observations.x)?.standardized(weights)?;
    let mut ones = vec![1.0; design.predictors()];
    design.to_standardized(&mut ones);
    Ok(ones)
}

/// A word where λ acts very differently on the columns.
pub fn warning(sample: &Sample, standardize: bool) -> Result<Option<String>, Failure> {
    // Sparse rows have columns of one kind.
    if standardize || matches!(sample, Sample::Sparse(_)) {
        return Ok(None);
    }
    let deviations = deviations(sample)?;
    let own = deviations.iter().copied().filter(|d| *d > 0.0 && d.is_finite());
    let (least, most) = own.fold((f64::INFINITY, 0.0_f64), |(a, b), d| (a.min(d), b.max(d)));
    Ok((most > APART * least).then(|| {
        format!(
            "the columns' standard deviations lie between {} and {}, and lambda weighs coefficients of small columns as much as those of large \
             ones; --standardize makes it act alike",
            general(least, 2),
            general(most, 2)
        )
    }))
}
