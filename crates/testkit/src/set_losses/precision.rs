//! Single precision agrees with double.

use thalweg_core::{Block, Want};

use super::{Data, Subject, evaluate, largest};
use crate::numeric::close;
use crate::violation::Verdict;

/// Value and gradient in f32 are within 1e-5 of those in f64 at the same inputs.
///
/// # Errors
/// The violation.
pub fn single_precision_agrees(subject: &Subject) -> Verdict {
    let law = subject.law("single-precision-agrees");
    let Some(narrow) = &subject.narrow else { return Ok(()) };
    let low = |x: &[f64]| x.iter().map(|x| *x as f32).collect::<Vec<f32>>();
    let high = |x: &[f32]| x.iter().map(|x| f64::from(*x)).collect::<Vec<f64>>();
    for (data, _, eta) in subject.cases(law)? {
        let (targets, weights, eta) = (low(&data.targets), data.weights.as_deref().map(low), low(&eta));
        let rounded = Data {
            targets: high(&targets),
            groups: data.groups.clone(),
            weights: weights.as_deref().map(high),
        };
        let expected = evaluate(&*subject.made(law, &rounded)?, &high(&eta), Want::Gradient);
        let loss = law.expect("the loss", narrow(&targets, data.groups.as_deref(), weights.as_deref()))?;
        let mut gradient = vec![f32::NAN; eta.len()];
        let mut out = Block { value: f32::NAN, gradient: &mut gradient, curvature: &mut [] };
        loss.evaluate(0..loss.rows(), &eta, Want::Gradient, &mut out);
        let value = out.value;
        law.require(close(f64::from(value), expected.value, 1e-5, 0.0), || {
            format!("the value is {value:e} in f32, {:e} in f64, at eta = {eta:?}", expected.value)
        })?;
        let size = largest(&expected.gradient);
        let same = gradient.iter().zip(&expected.gradient).all(|(a, b)| close(f64::from(*a), *b, 1e-5, size));
        law.require(same, || format!("the gradient is {gradient:?} in f32, {:?} in f64", expected.gradient))?;
    }
    Ok(())
}
