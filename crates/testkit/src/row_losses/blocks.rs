//! Blocks: sums of their rows, with the same bits however they are cut, asked for or threaded.

use core::ops::Range;

use thalweg_core::par::with_threads;
use thalweg_core::{Block, Par, Reduction, Want, Weights};

use super::{At, Subject, largest};
use crate::numeric::close;
use crate::violation::Verdict;

impl At {
    fn bits(&self) -> Vec<u64> {
        let all = core::iter::once(&self.value).chain(&self.gradient).chain(&self.hessian);
        all.map(|v| v.to_bits()).collect()
    }
}

struct Rows<'a> {
    subject: &'a Subject,
    y: Vec<f64>,
    eta: Vec<f64>,
    w: Option<Vec<f64>>,
}

impl<'a> Rows<'a> {
    /// m rows that differ in size from their neighbours.
    fn new(subject: &'a Subject, m: usize, weighted: bool) -> Self {
        let rows = subject.rows();
        let pick = |i: usize| &rows[i * 11 % rows.len()];
        let y = (0..m).flat_map(|i| pick(i).0.to_vec()).collect();
        let eta = (0..m).flat_map(|i| pick(i).1.clone()).collect();
        let w = weighted.then(|| (0..m).map(|i| [0.0, 1.0, 2.5, 0.3][i % 4]).collect());
        Self { subject, y, eta, w }
    }

    fn weights(&self) -> Weights<'_, f64> {
        self.w.as_ref().map_or(Weights::Unit, |w| Weights::Each(w))
    }

    fn row(&self, i: usize) -> (&[f64], &[f64]) {
        let (k, width) = (self.subject.wide.outputs(), self.subject.wide.targets());
        (&self.y[i * width..(i + 1) * width], &self.eta[i * k..(i + 1) * k])
    }

    fn evaluate(&self, range: Range<usize>, want: Want) -> At {
        let (k, width, m) = (self.subject.wide.outputs(), self.subject.wide.targets(), range.len());
        let gradient = vec![f64::NAN; if want >= Want::Gradient { m * k } else { 0 }];
        let hessian = vec![f64::NAN; if want >= Want::Fisher { m * k * k } else { 0 }];
        let mut at = At { value: f64::NAN, gradient, hessian };
        let mut out = Block { value: f64::NAN, gradient: &mut at.gradient, curvature: &mut at.hessian };
        let y = &self.y[range.start * width..range.end * width];
        let eta = &self.eta[range.start * k..range.end * k];
        self.subject.wide.block(y, eta, self.weights().slice(range), want, &mut out);
        at.value = out.value;
        at
    }
}

/// A block gives Σwℓ and the weighted gradients and Hessians of its rows; an empty block gives 0; a row of weight 0 is absent even where its
/// loss is ∞.
///
/// # Errors
/// The violation.
pub fn blocks_are_sums(subject: &Subject) -> Verdict {
    let law = subject.law("blocks-are-sums");
    let k = subject.wide.outputs();
    for (m, weighted) in [0, 1, 15, 16, 17, 63, 64, 65, 130].into_iter().flat_map(|m| [(m, false), (m, true)])
    {
        let rows = Rows::new(subject, m, weighted);
        for want in [Want::Value, Want::Gradient, Want::Fisher, Want::Curvature] {
            let found = rows.evaluate(0..m, want);
            let (mut sum, mut size) = (0.0, 0.0);
            for i in 0..m {
                let (y, eta) = rows.row(i);
                let (alone, w) = (subject.at(y, eta, want), rows.weights().get(i));
                sum += w * alone.value;
                // A block may add the terms of a row in another order.
                size += w * (alone.value.abs() + largest(eta));
                let parts = [(&found.gradient, &alone.gradient, k), (&found.hessian, &alone.hessian, k * k)];
                for (found, alone, width) in parts.into_iter().filter(|(found, ..)| !found.is_empty()) {
                    let found = &found[i * width..(i + 1) * width];
                    let same = |(a, b): (&f64, &f64)| close(*a, w * b, 1e-14 * k as f64, w * largest(alone));
                    law.require(found.iter().zip(alone).all(same), || {
                        format!("{want:?}, row {i} of {m} (y = {y:?}, eta = {eta:?}, w = {w}): {found:?}, alone {alone:?}")
                    })?;
                }
            }
            law.require(close(found.value, sum, 1e-13, size), || {
                format!("{want:?} of {m} rows gives {:e}, their sum is {sum:e}", found.value)
            })?;
        }
    }
    absent_rows(subject)
}

fn absent_rows(subject: &Subject) -> Verdict {
    let law = subject.law("blocks-are-sums");
    let k = subject.wide.outputs();
    for far in [f64::NAN, f64::INFINITY, -1e300, -800.0, 800.0, 1e300] {
        let mut rows = Rows::new(subject, 3, false);
        rows.eta[k..2 * k].fill(far);
        rows.w = Some(vec![1.0, 0.0, 1.0]);
        for want in [Want::Gradient, Want::Curvature] {
            let found = rows.evaluate(0..3, want);
            let absent = |d: &[f64], width: usize| d.iter().skip(width).take(width).all(|d| *d == 0.0);
            let present =
                found.value.is_finite() && absent(&found.gradient, k) && absent(&found.hessian, k * k);
            law.require(present, || {
                format!(
                    "a row of weight 0 at eta = {far} changes the block to {:e}, {:?}",
                    found.value, found.gradient
                )
            })?;
        }
    }
    Ok(())
}

/// The outputs of a row do not depend on the rows beside it; the value has the same bits at every [`Want`], when repeated and in any pool,
/// and so has a [`Cost`](thalweg_core::Cost) of many rows.
///
/// # Errors
/// The violation.
pub fn blocks_split_and_repeat(subject: &Subject) -> Verdict {
    let law = subject.law("blocks-split-and-repeat");
    let rows = Rows::new(subject, 333, true);
    let whole = rows.evaluate(0..333, Want::Curvature);
    for want in [Want::Value, Want::Gradient, Want::Fisher] {
        let value = rows.evaluate(0..333, want).value;
        law.require(value.to_bits() == whole.value.to_bits(), || {
            format!("the value is {value:e} at {want:?} and {:e} with curvature", whole.value)
        })?;
    }
    // Of a row alone no bit hides in the rounding of a sum.
    for i in (0..333).step_by(4).map(|i| i + 1).filter(|i| *i < 333) {
        let [value, gradient, hessian] =
            [Want::Value, Want::Gradient, Want::Curvature].map(|want| rows.evaluate(i..i + 1, want));
        let same = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits());
        let agree = same(&[value.value, gradient.value], &[hessian.value; 2])
            && same(&gradient.gradient, &hessian.gradient);
        law.require(agree, || {
            let (y, eta) = rows.row(i);
            format!(
                "at y = {y:?}, eta = {eta:?} the value is {:e} alone, {:e} with the gradient {:?}, {:e} with the Hessian and {:?}",
                value.value, gradient.value, gradient.gradient, hessian.value, hessian.gradient
            )
        })?;
    }
    for want in [Want::Gradient, Want::Curvature] {
        let whole = rows.evaluate(0..333, want);
        for cut in [1, 16, 100, 332] {
            let [left, right] = [0..cut, cut..333].map(|range| rows.evaluate(range, want));
            let glue = |a: &[f64], b: &[f64]| a.iter().chain(b).map(|v| v.to_bits()).collect::<Vec<_>>();
            let same = glue(&left.gradient, &right.gradient) == glue(&whole.gradient, &[])
                && glue(&left.hessian, &right.hessian) == glue(&whole.hessian, &[]);
            law.require(same, || {
                format!("cut at row {cut}, some row's derivatives have other bits at {want:?}")
            })?;
        }
    }
    // More rows than one leaf of the tree along which a cost is summed.
    const MANY: usize = (1 << 14) + 700;
    let many = Rows::new(subject, MANY, false);
    let cost =
        law.expect("the cost", super::costs::cost(&*subject.wide, &many.y, MANY))?.with_par(Par::Rayon);
    let run = || {
        let mut at = At { value: f64::NAN, gradient: vec![f64::NAN; many.eta.len()], hessian: Vec::new() };
        at.value = cost.value_gradient(&many.eta, Reduction::Mean, &mut at.gradient).unwrap_or(f64::NAN);
        let (block, ()) = Par::Rayon.join(|| rows.evaluate(0..333, Want::Curvature).bits(), || ());
        (at.bits(), block)
    };
    let once = run();
    law.require(once.1 == whole.bits(), || "repeated, the block has other bits".to_owned())?;
    for threads in [1, 2, 7] {
        let found = law.expect("threads", with_threads(threads, run))?;
        law.require(found == once, || format!("with {threads} threads the sums have other bits"))?;
    }
    Ok(())
}
