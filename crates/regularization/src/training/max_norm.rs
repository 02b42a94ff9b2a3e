//! Max-norm: the weights into each unit are kept in a ball, ‖w‖₂ ≤ c, by projection after each step.
//!
//! w ← w·min(1, c/‖w‖₂), the nearest point of the ball. Two reads of the weights, no memory. Keras `MaxNorm`, PyTorch `renorm`; both add
//! 1e-7 to the norm, which leaves w inside the ball instead of on it.
//!
//! Source: Srivastava et al., J. Mach. Learn. Res. 15 (2014), section 5.1; Srebro and Shraibman, COLT 2005.

use thalweg_core::{Error, Parameter, Real, Result, vector};

use super::entry::{Make, TrainingEntry};

/// The projection of groups of weights onto balls.
///
/// ```
/// use thalweg_regularization::training::MaxNorm;
/// let mut w = [3.0, 4.0, 0.5, 0.0]; // columns of norms 5 and ½
/// MaxNorm::new(1.0)?.project(&mut w, 2)?;
/// assert_eq!(w, [0.6, 0.8, 0.5, 0.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct MaxNorm {
    limit: f64,
}

impl MaxNorm {
    /// With c, the largest norm of a group, in the unit of the weights. Srivastava et al. take 3 to 4.
    ///
    /// # Errors
    /// c that is not positive and finite.
    pub fn new(limit: f64) -> Result<Self> {
        if limit > 0.0 && limit.is_finite() {
            Ok(Self { limit })
        } else {
            Err(Error::invalid_parameter("limit", limit, LIMIT.rule))
        }
    }

    /// Projects each group of `size` weights that lie next to each other, such as a column of a column-major matrix of `size` rows.
    /// Groups inside the ball keep their bits; a group with NaN or ∞ stays as it is.
    ///
    /// # Errors
    /// Groups of 0 weights; weights that are not of whole groups.
    pub fn project<T: Real>(&self, weights: &mut [T], size: usize) -> Result<()> {
        if size == 0 {
            return Err(Error::invalid_parameter("size", size, "a group has at least 1 weight"));
        }
        if !weights.len().is_multiple_of(size) {
            let rule = format!("it must be a multiple of the {size} weights of a group; give whole groups");
            return Err(Error::invalid_parameter("length of the weights", weights.len(), &rule));
        }
        let limit = T::of(self.limit);
        for group in weights.chunks_exact_mut(size) {
            let norm = vector::norm2(group);
            if norm > limit && norm.is_finite() {
                // Two roundings of a number of at most c; c/‖w‖ could underflow.
                group.iter_mut().for_each(|w| *w = *w / norm * limit);
            }
        }
        Ok(())
    }
}

const LIMIT: Parameter = Parameter {
    name: "limit",
    default: 3.0,
    rule: "it must be a finite number greater than 0",
    summary: "largest Euclidean norm of the weights into a unit",
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "max-norm",
    summary: "projects the weights into each unit onto a ball",
    parameters: &[LIMIT],
    example: "max-norm:limit=3",
    make: Make::MaxNorm(make),
};

fn make(values: &[f64]) -> Result<MaxNorm> {
    MaxNorm::new(values[0])
}
