//! L2 norm λ‖b‖₂, not squared: all coefficients are 0, or none is. One group of the [group lasso](crate::GroupLasso).
//!
//! Source: Parikh and Boyd, *Proximal algorithms*, Found. Trends Optim. 1 (2014), section 6.5.1.

use thalweg_core::{Penalty, Real, Result};

use crate::group_lasso::GroupLasso;
use crate::{Make, PenaltyEntry};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "l2",
    summary: "lambda times the Euclidean norm, not squared: all coefficients are 0 or none is",
    parameters: &[],
    example: "l2",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(_: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(GroupLasso::all()))
}
