//! What losses of vectors laid side by side in a row share: the length of the vectors, margins, differences and their norms.

use thalweg_core::{Error, Real, Result};

/// The length of `vectors` vectors that make up K predictors.
pub(super) fn length(outputs: usize, vectors: usize) -> Result<u32> {
    let whole = outputs > 0 && outputs.is_multiple_of(vectors);
    let rule = match vectors {
        2 => "it must be even: two vectors side by side",
        _ => "it must be a multiple of 3: anchor, positive and negative side by side",
    };
    match u32::try_from(outputs / vectors) {
        Ok(length) if whole => Ok(length),
        _ => Err(Error::invalid_parameter("outputs", outputs, rule)),
    }
}

pub(super) const POSITIVE_RULE: &str = "it must be positive and finite";

pub(super) fn positive_margin(margin: f64) -> Result<f64> {
    if margin > 0.0 && margin.is_finite() {
        Ok(margin)
    } else {
        Err(Error::invalid_parameter("margin", margin, POSITIVE_RULE))
    }
}

/// ‖a − b + shift‖_p, by its largest part so that no power overflows.
#[inline(always)]
pub(super) fn distance<T: Real>(a: &[T], b: &[T], shift: T, p: f64) -> T {
    let part = |(a, b): (&T, &T)| (*a - *b + shift).abs();
    let largest = a.iter().zip(b).map(part).fold(T::ZERO, |m, z| if z > m { z } else { m });
    if largest == T::ZERO || !largest.is_finite() {
        return largest;
    }
    let power = |z: T| if p == 2.0 { z * z } else { z.powf(T::of(p)) };
    let sum: T = a.iter().zip(b).map(|pair| power(part(pair) / largest)).sum();
    largest * if p == 2.0 { sum.sqrt() } else { sum.powf(T::of(p.recip())) }
}
