//! Row weights from class weights.
//!
//! A weight per class multiplies the loss of its rows; as the cost divides by Σw, it is the weighted mean. PyTorch's `weight` of `CrossEntropyLoss`
//! and scikit-learn's `class_weight` say the same.

use std::collections::BTreeMap;

use thalweg_core::{Error, Real, Result, Target};

/// One weight a row: `weights[k]` for a row of class k. The targets are class indices 0, 1, … below the number of weights, or, if two weights are
/// given, labels −1 and 1.
///
/// ```
/// let w = thalweg_losses::class_weights(&[-1.0, 1.0, -1.0], &[1.0, 5.0])?;
/// assert_eq!(w, [1.0, 5.0, 1.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// No rows; a weight that is negative or not finite; a target that names no class, with its row.
pub fn class_weights<T: Real>(y: &[T], weights: &[T]) -> Result<Vec<T>> {
    if let Some(class) = weights.iter().position(|w| !(w.is_finite() && *w >= T::ZERO)) {
        return Err(Error::OutsideDomain {
            what: "the weight of a class".to_owned(),
            row: class,
            value: weights[class].to_f64(),
            rule: "it must be finite and not negative".to_owned(),
            remedy: "correct the weight of this class".to_owned(),
        });
    }
    let classes = u32::try_from(weights.len()).unwrap_or(u32::MAX);
    let classes = classes_of(y, if classes == 2 { Target::Binary } else { Target::Class(classes) })?;
    Ok(classes.into_iter().map(|class| weights[class]).collect())
}

/// One weight a row, n/(K nₖ) for a row of class k with nₖ of the n rows and K classes present: every class has the same total weight, and Σw = n.
/// scikit-learn's `class_weight="balanced"`. The targets are class indices, or labels −1 and 1.
///
/// ```
/// let w = thalweg_losses::balanced(&[0.0, 0.0, 0.0, 1.0])?;
/// assert_eq!(w, [2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0, 2.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// No rows; a target that names no class, with its row.
pub fn balanced<T: Real>(y: &[T]) -> Result<Vec<T>> {
    let signed = y.iter().any(|v| *v < T::ZERO);
    let classes = classes_of(y, if signed { Target::Binary } else { Target::Class(u32::MAX) })?;
    let mut counts = BTreeMap::<usize, usize>::new();
    for class in &classes {
        *counts.entry(*class).or_default() += 1;
    }
    let rows_per_class = classes.len() as f64 / counts.len() as f64;
    let weight = |class: &usize| T::of(rows_per_class / counts.get(class).map_or(1.0, |n| *n as f64));
    Ok(classes.iter().map(weight).collect())
}

/// The class index of every row.
fn classes_of<T: Real>(y: &[T], target: Target) -> Result<Vec<usize>> {
    if y.is_empty() {
        let remedy = "give at least one row".to_owned();
        return Err(Error::Empty { what: "the target y".to_owned(), remedy });
    }
    match target.first_refused(y) {
        None => Ok(y.iter().map(|v| v.to_f64().max(0.0) as usize).collect()),
        Some(row) if !y[row].is_finite() => {
            Err(Error::NonFinite { what: "the target y".to_owned(), row, value: y[row].to_f64() })
        }
        Some(row) => Err(Error::OutsideDomain {
            what: "the target y".to_owned(),
            row,
            value: y[row].to_f64(),
            rule: target.rule().to_owned(),
            remedy: "correct the row or give one weight for every class".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{balanced, class_weights};
    use thalweg_core::Error;

    #[test]
    fn a_class_that_is_absent_is_not_counted() {
        assert_eq!(balanced(&[0.0, 2.0, 2.0, 2.0]).unwrap(), [2.0, 2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0]);
        assert_eq!(balanced(&[-1.0_f32, 1.0, 1.0, 1.0]).unwrap()[0], 2.0);
    }

    #[test]
    fn errors_name_the_row() {
        let row = |result: thalweg_core::Result<Vec<f64>>| match result {
            Err(Error::OutsideDomain { row, .. } | Error::NonFinite { row, .. }) => Some(row),
            _ => None,
        };
        assert_eq!(row(class_weights(&[0.0, 3.0], &[1.0, 1.0, 1.0])), Some(1));
        assert_eq!(row(class_weights(&[0.0, 1.0, -1.0], &[1.0, 1.0])), Some(2));
        assert_eq!(row(class_weights(&[0.0, 1.0], &[1.0, -1.0])), Some(1));
        assert_eq!(row(class_weights(&[0.0, f64::NAN], &[1.0, 1.0])), Some(1));
        assert_eq!(row(balanced(&[0.0, 0.5])), Some(1));
        assert!(matches!(balanced::<f64>(&[]), Err(Error::Empty { .. })));
        assert!(matches!(class_weights::<f64>(&[], &[]), Err(Error::Empty { .. })));
        assert_eq!(row(class_weights(&[0.0], &[])), Some(0));
    }
}
