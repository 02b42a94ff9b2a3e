//! What changes nothing: the level of want, the order of the rows, shifts, threads.

use thalweg_core::Want;
use thalweg_core::par::with_threads;

use super::{At, Data, Subject, action, direction, dot, evaluate, largest, terms};
use crate::numeric::{close, normals};
use crate::violation::Verdict;

fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|x| x.to_bits()).collect()
}

impl At {
    fn bits(&self) -> Vec<u64> {
        [bits(&[self.value]), bits(&self.gradient), bits(&self.curvature)].concat()
    }
}

/// Value and gradient have the same bits at every [`Want`].
///
/// # Errors
/// The violation.
pub fn levels_agree(subject: &Subject) -> Verdict {
    let law = subject.law("levels-agree");
    for (_, loss, eta) in subject.cases(law)? {
        let most = evaluate(&*loss, &eta, Want::Curvature);
        for want in [Want::Value, Want::Gradient, Want::Fisher] {
            let found = evaluate(&*loss, &eta, want);
            law.require(found.value.to_bits() == most.value.to_bits(), || {
                format!(
                    "the value is {:e} at {want:?} and {:e} with curvature, at eta = {eta:?}",
                    found.value, most.value
                )
            })?;
            law.require(want == Want::Value || bits(&found.gradient) == bits(&most.gradient), || {
                format!("the gradient has other bits at {want:?}, at eta = {eta:?}")
            })?;
        }
    }
    Ok(())
}

/// With the rows in another order, data and predictors alike, value and gradient are the same to 1e-12.
///
/// # Errors
/// The violation.
pub fn rows_permute(subject: &Subject) -> Verdict {
    let law = subject.law("rows-permute");
    for (index, (data, loss, eta)) in subject.cases(law)?.into_iter().enumerate() {
        let (n, k, width) = (loss.rows(), loss.outputs(), loss.target_width());
        let keys = normals("permute", index as u64, n, 1.0);
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b]));
        let rows = |x: &[f64], width: usize| -> Vec<f64> {
            order.iter().flat_map(|i| x[i * width..(i + 1) * width].to_vec()).collect()
        };
        let other = Data {
            targets: rows(&data.targets, width),
            groups: data.groups.as_ref().map(|groups| order.iter().map(|i| groups[*i]).collect()),
            weights: data.weights.as_ref().map(|weights| rows(weights, 1)),
        };
        let other = subject.made(law, &other)?;
        let (one, two) =
            (evaluate(&*loss, &eta, Want::Gradient), evaluate(&*other, &rows(&eta, k), Want::Gradient));
        law.require(close(one.value, two.value, 1e-12, 0.0), || {
            format!(
                "the value is {:e}, and {:e} in the order {order:?}, at eta = {eta:?}",
                one.value, two.value
            )
        })?;
        let (moved, size) = (rows(&one.gradient, k), largest(&one.gradient));
        let same = moved.iter().zip(&two.gradient).all(|(a, b)| close(*a, *b, 1e-12, size));
        law.require(same, || {
            format!("the gradient is {moved:?}, and {:?} in the order {order:?}", two.gradient)
        })?;
    }
    Ok(())
}

/// Where shifts are said to change nothing, adding a constant to the predictors of a group moves value and gradient by rounding only, and the
/// gradient of a group sums to 0.
///
/// # Errors
/// The violation.
pub fn shifts_are_honest(subject: &Subject) -> Verdict {
    let law = subject.law("shifts-are-honest");
    if !subject.shift_invariant {
        return Ok(());
    }
    for (data, loss, eta) in subject.cases(law)? {
        let k = loss.outputs();
        // A power of two, in steps of the groups.
        let shift = |at: usize| 64.0 * (1.0 + f64::from(data.group(at / k)));
        let moved: Vec<f64> = eta.iter().enumerate().map(|(at, eta)| eta + shift(at)).collect();
        let (one, two) = (evaluate(&*loss, &eta, Want::Gradient), evaluate(&*loss, &moved, Want::Gradient));
        law.require(close(one.value, two.value, 1e-12, 1.0), || {
            format!("shifted, the value is {:e} and not {:e}, at eta = {eta:?}", two.value, one.value)
        })?;
        let size = 1.0 + largest(&one.gradient);
        let same = one.gradient.iter().zip(&two.gradient).all(|(a, b)| close(*a, *b, 1e-12, size));
        law.require(same, || {
            format!("shifted, the gradient is {:?} and not {:?}", two.gradient, one.gradient)
        })?;
        let ones: Vec<f64> = (0..eta.len()).map(|at| f64::from(1 + data.group(at / k))).collect();
        let slope = dot(&one.gradient, &ones);
        law.require(slope.abs() <= 1e-12 * (terms(&one.gradient, &ones) + 1e-3), || {
            format!("along shifts of the groups the slope is {slope:e}, at eta = {eta:?}")
        })?;
    }
    Ok(())
}

/// Everything has the same bits when repeated and with 1, 2 and 7 threads.
///
/// # Errors
/// The violation.
pub fn threads_do_not_matter(subject: &Subject) -> Verdict {
    let law = subject.law("threads-do-not-matter");
    for (i, (_, loss, eta)) in subject.cases(law)?.into_iter().enumerate() {
        let v = direction("threads", i, eta.len());
        let run = || {
            let product = action(&*loss, &eta, &v).unwrap_or_default();
            (evaluate(&*loss, &eta, Want::Gradient).bits(), bits(&product))
        };
        let once = run();
        law.require(run() == once, || format!("repeated, the bits are others, at eta = {eta:?}"))?;
        for threads in [1, 2, 7] {
            let found = law.expect("threads", with_threads(threads, run))?;
            law.require(found == once, || {
                format!("with {threads} threads the bits are others, at eta = {eta:?}")
            })?;
        }
    }
    Ok(())
}
