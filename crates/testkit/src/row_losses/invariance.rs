//! What changes nothing: shifts of all predictors, the order of rows, weights for repeated rows.

use thalweg_core::{Cost, RowLoss, Want};

use super::{Subject, dot, largest};
use crate::numeric::close;
use crate::violation::{Law, Verdict};

/// A constant added to all predictors changes nothing where the loss says so, and something where it does not.
///
/// # Errors
/// The violation.
pub fn shifts_are_honest(subject: &Subject) -> Verdict {
    let law = subject.law("shifts-are-honest");
    let mut moved = false;
    for (y, eta) in subject.rows() {
        let at = subject.at(y, &eta, Want::Gradient);
        let shifted: Vec<f64> = eta.iter().map(|eta| eta + 3.0).collect();
        let (value, sum) = (subject.value(y, &shifted), at.gradient.iter().sum::<f64>());
        let size = 1.0 + largest(&eta) + largest(y);
        let same = close(value, at.value, 1e-12, size) && sum.abs() <= 1e-12 * (1.0 + largest(&at.gradient));
        moved |= !same;
        law.require(same || !subject.wide.shift_invariant(), || {
            format!("at y = {y:?}, eta = {eta:?} the value is {:e}, 3 further on {value:e}; the gradient sums to {sum:e}", at.value)
        })?;
    }
    law.require(moved || subject.wide.shift_invariant(), || {
        "no shift changes it, but it does not say so".to_owned()
    })
}

/// The cost and its gradient follow a permutation of the rows, and an integer weight counts as that many rows, to 1e-12.
///
/// # Errors
/// The violation.
pub fn rows_permute_and_repeat(subject: &Subject) -> Verdict {
    let law = subject.law("rows-permute-and-repeat");
    let rows = subject.rows();
    let n = rows.len();
    let weight = |i: usize| (i * 5 % 4) as f64;
    // 7 rows on and wrapped round: a permutation unless 7 divides n, and then a shift.
    let order: Vec<usize> = if n.is_multiple_of(7) {
        (0..n).map(|i| (i + 1) % n).collect()
    } else {
        (0..n).map(|i| i * 7 % n).collect()
    };
    let repeated: Vec<usize> = (0..n).flat_map(|i| core::iter::repeat_n(i, weight(i) as usize)).collect();
    let weights: Vec<f64> = (0..n).map(weight).collect();
    let pick = |order: &[usize], weights: Option<&[f64]>| {
        let y: Vec<f64> = order.iter().flat_map(|i| rows[*i].0.to_vec()).collect();
        let eta: Vec<f64> = order.iter().flat_map(|i| rows[*i].1.clone()).collect();
        evaluate(&law, &*subject.wide, (&y, &eta), order.len(), weights)
    };
    let identity: Vec<usize> = (0..n).collect();
    let k = subject.wide.outputs();
    let (plain, permuted) = (pick(&identity, None)?, pick(&order, None)?);
    law.require(close(plain.0, permuted.0, 1e-12, 0.0), || {
        format!("the cost is {:e}, with the rows permuted {:e}", plain.0, permuted.0)
    })?;
    for (at, i) in order.iter().enumerate() {
        let (here, there) = (&plain.1[i * k..(i + 1) * k], &permuted.1[at * k..(at + 1) * k]);
        law.require(here.iter().zip(there).all(|(a, b)| close(*a, *b, 1e-12, 0.0)), || {
            format!("row {i} has the gradient {here:?}, permuted {there:?}")
        })?;
    }
    let (weighted, repeats) = (pick(&identity, Some(&weights))?, pick(&repeated, None)?);
    law.require(close(weighted.0, repeats.0, 1e-12, 0.0), || {
        format!("the cost with weights is {:e}, with repeated rows {:e}", weighted.0, repeats.0)
    })?;
    let mut sums = vec![0.0; n * k];
    for (i, g) in repeated.iter().zip(repeats.1.chunks_exact(k)) {
        for (sum, g) in sums[i * k..(i + 1) * k].iter_mut().zip(g) {
            *sum += g;
        }
    }
    law.require(weighted.1.iter().zip(&sums).all(|(a, b)| close(*a, *b, 1e-12, 0.0)), || {
        let gap = weighted.1.iter().zip(&sums).map(|(a, b)| a - b).collect::<Vec<f64>>();
        format!(
            "the gradients with weights differ from those of repeated rows by up to {:e}",
            dot(&gap, &gap).sqrt()
        )
    })
}

/// The mean cost of n rows and its gradient.
fn evaluate(
    law: &Law<'_>,
    loss: &dyn RowLoss<f64>,
    (y, eta): (&[f64], &[f64]),
    n: usize,
    weights: Option<&[f64]>,
) -> Result<(f64, Vec<f64>), crate::Violation> {
    let cost = law.expect("the cost", super::costs::cost(loss, y, n))?;
    let cost = match weights {
        Some(weights) => law.expect("weights", cost.with_weights(weights))?,
        None => cost,
    };
    let mut g = vec![f64::NAN; eta.len()];
    let value = law.expect("the value", Cost::value_gradient(&cost, eta, Default::default(), &mut g))?;
    Ok((value, g))
}
