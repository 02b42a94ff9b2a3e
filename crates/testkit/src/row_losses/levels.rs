//! What more is wanted changes nothing of what was.

use thalweg_core::Want;

use super::Subject;
use crate::violation::Verdict;

/// A row's value has the same bits at every [`Want`], and so has its gradient.
///
/// # Errors
/// The violation.
pub fn levels_agree(subject: &Subject) -> Verdict {
    let law = subject.law("levels-agree");
    for (y, eta) in subject.rows() {
        let most = subject.at(y, &eta, Want::Curvature);
        for want in [Want::Value, Want::Gradient, Want::Fisher] {
            let less = subject.at(y, &eta, want);
            law.require(less.value.to_bits() == most.value.to_bits(), || {
                let (less, most) = (less.value, most.value);
                format!("at y = {y:?}, eta = {eta:?} the value is {less:e} at {want:?} and {most:e} with the Hessian")
            })?;
            let same = less.gradient.iter().zip(&most.gradient).all(|(a, b)| a.to_bits() == b.to_bits());
            law.require(same, || {
                let (less, most) = (&less.gradient, &most.gradient);
                format!("at y = {y:?}, eta = {eta:?} the gradient is {less:?} at {want:?} and {most:?} with the Hessian")
            })?;
        }
    }
    Ok(())
}
