//! The methods of one block against those of the whole vector.

use super::{LAMBDAS, Subject};
use crate::numeric::{close, normals};
use crate::violation::Verdict;

/// P and P* are the sums of those of the blocks, `lambda_max` is their largest and `dual_scale` their least; blocks that are not penalised
/// at any λ have no part in `lambda_max`.
///
/// # Errors
/// The violation.
pub fn blocks_add_up(subject: &Subject) -> Verdict {
    let law = subject.law("blocks-add-up");
    let penalty = &subject.penalty;
    law.expect("check", penalty.check(subject.dim))?;
    let blocks = subject.blocks();
    for lambda in LAMBDAS {
        for b in subject.points() {
            let each = || blocks.iter().cloned().enumerate().map(|(k, range)| (k, &b[range]));
            let value: f64 = each().map(|(k, b)| penalty.block_value(k, b, lambda)).sum();
            let whole = penalty.value(&b, lambda);
            law.require(close(value, whole, 1e-13, 0.0), || {
                format!("lambda = {lambda}, b = {b:?}: value {whole:e}, over blocks {value:e}")
            })?;
            if !subject.convex {
                continue;
            }
            let scale = each().map(|(k, v)| penalty.block_dual_scale(k, v, lambda)).fold(1.0, f64::min);
            let whole = penalty.dual_scale(&b, lambda);
            law.require(close(scale, whole, 1e-13, 0.0), || {
                format!("lambda = {lambda}, v = {b:?}: dual_scale {whole:e}, over blocks {scale:e}")
            })?;
            let scaled: Vec<f64> = b.iter().map(|b| b * whole).collect();
            let of = |(k, range): (usize, core::ops::Range<usize>)| {
                penalty.block_conjugate(k, &scaled[range], lambda)
            };
            let conjugate: f64 = blocks.iter().cloned().enumerate().map(of).sum();
            let whole = penalty.conjugate(&scaled, lambda);
            law.require(close(conjugate, whole, 1e-13, 0.0), || {
                format!("lambda = {lambda}, v = {scaled:?}: conjugate {whole:e}, over blocks {conjugate:e}")
            })?;
        }
    }
    let g = normals("gradient of blocks", 0, subject.dim, 1.0);
    let Some(whole) = penalty.lambda_max(&g) else { return Ok(()) };
    let of =
        |(k, range): (usize, core::ops::Range<usize>)| penalty.block_lambda_max(k, &g[range]).unwrap_or(0.0);
    let largest = blocks.into_iter().enumerate().map(of).fold(0.0, f64::max);
    law.require(close(largest, whole, 1e-13, 0.0), || {
        format!("g = {g:?}: lambda_max {whole:e}, over blocks {largest:e}")
    })
}
