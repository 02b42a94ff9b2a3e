//! Blocks: sums of their rows, with the same bits however they are cut, asked for or threaded.

use thalweg_core::par::with_threads;
use thalweg_core::{Block, Cost, Par, Reduction, Want, Weights};

use super::Subject;
use crate::numeric::{close, uniforms};
use crate::violation::{Verdict, Violation};

/// Value, gradients and curvatures of one evaluation.
#[derive(PartialEq)]
struct Outcome {
    value: f64,
    gradient: Vec<f64>,
    curvature: Vec<f64>,
}

impl Outcome {
    fn bits(&self) -> Vec<u64> {
        let all = core::iter::once(&self.value).chain(&self.gradient).chain(&self.curvature);
        all.map(|v| v.to_bits()).collect()
    }
}

fn evaluate(subject: &Subject, rows: &Rows, range: core::ops::Range<usize>, want: Want) -> Outcome {
    let gradient = vec![f64::NAN; if want >= Want::Gradient { range.len() } else { 0 }];
    let curvature = vec![f64::NAN; if want >= Want::Fisher { range.len() } else { 0 }];
    let mut outcome = Outcome { value: f64::NAN, gradient, curvature };
    let mut out =
        Block { value: f64::NAN, gradient: &mut outcome.gradient, curvature: &mut outcome.curvature };
    let weights = rows.weights().slice(range.clone());
    subject.wide.block(&rows.y[range.clone()], &rows.eta[range], weights, want, &mut out);
    outcome.value = out.value;
    outcome
}

struct Rows {
    y: Vec<f64>,
    eta: Vec<f64>,
    w: Option<Vec<f64>>,
}

impl Rows {
    fn new(subject: &Subject, m: usize, weighted: bool) -> Self {
        let (low, high) = (subject.domain.0.max(-30.0), subject.domain.1.min(30.0));
        let targets = subject.targets();
        let y = (0..m).map(|i| targets[i * 7 % targets.len()]).collect();
        let eta = uniforms("block", m, low, high);
        let w = weighted.then(|| (0..m).map(|i| [0.0, 1.0, 2.5, 0.3][i % 4]).collect());
        Self { y, eta, w }
    }

    fn weights(&self) -> Weights<'_, f64> {
        self.w.as_ref().map_or(Weights::Unit, |w| Weights::Each(w))
    }
}

/// A block gives Σwℓ, wℓ′ and wℓ″ (or E ℓ″) of its rows; an empty block gives 0; a row of weight 0 is absent even where its loss is ∞.
///
/// # Errors
/// The violation.
pub fn blocks_are_sums(subject: &Subject) -> Verdict {
    let law = subject.law("blocks-are-sums");
    for (m, weighted) in [0, 1, 15, 16, 17, 63, 64, 65, 200].into_iter().flat_map(|m| [(m, false), (m, true)])
    {
        let rows = Rows::new(subject, m, weighted);
        let points: Vec<[f64; 4]> = (0..m).map(|i| subject.wide.at(rows.y[i], rows.eta[i])).collect();
        let weight = |i: usize| rows.weights().get(i);
        for (want, order) in [(Want::Fisher, 3), (Want::Curvature, 2)] {
            let found = evaluate(subject, &rows, 0..m, want);
            let (mut sum, mut size) = (0.0, 0.0);
            for i in (0..m).filter(|i| weight(*i) > 0.0) {
                sum += weight(i) * points[i][0];
                size += weight(i) * points[i][0].abs();
            }
            law.require(close(found.value, sum, 1e-13, size), || {
                format!("{want:?} of {m} rows gives {:e}, their sum is {sum:e}", found.value)
            })?;
            for i in 0..m {
                for (found, expected) in [
                    (found.gradient[i], weight(i) * points[i][1]),
                    (found.curvature[i], weight(i) * points[i][order]),
                ] {
                    law.require(close(found, expected, 4.0 * f64::EPSILON, 0.0), || {
                        format!(
                            "{want:?}, row {i} of {m} (y = {}, eta = {}): {found:e}, alone {expected:e}",
                            rows.y[i], rows.eta[i]
                        )
                    })?;
                }
            }
        }
    }
    absent_rows(subject)
}

fn absent_rows(subject: &Subject) -> Verdict {
    let law = subject.law("blocks-are-sums");
    let y = vec![subject.targets()[0]; 3];
    // Outside every domain, and where exponentials overflow: predictors whose losses are ∞ or NaN.
    for far in [-1e300, -800.0, 800.0, 1e300] {
        let inside = subject.predictors()[0];
        let rows = Rows { y: y.clone(), eta: vec![inside, far, inside], w: Some(vec![1.0, 0.0, 1.0]) };
        let found = evaluate(subject, &rows, 0..3, Want::Curvature);
        let present = found.value.is_finite() && found.gradient[1] == 0.0 && found.curvature[1] == 0.0;
        law.require(present, || {
            format!("a row of weight 0 at eta = {far} changes the block to {:e}", found.value)
        })?;
    }
    Ok(())
}

/// The outputs of a row do not depend on the rows beside it; the value has the same bits at every [`Want`], when repeated and in any pool.
///
/// # Errors
/// The violation.
pub fn blocks_split_and_repeat(subject: &Subject) -> Verdict {
    let law = subject.law("blocks-split-and-repeat");
    let rows = Rows::new(subject, 333, true);
    let whole = evaluate(subject, &rows, 0..333, Want::Curvature);
    for want in [Want::Value, Want::Gradient, Want::Fisher] {
        let value = evaluate(subject, &rows, 0..333, want).value;
        law.require(value.to_bits() == whole.value.to_bits(), || {
            format!("the value is {value:e} at {want:?} and {:e} with curvature", whole.value)
        })?;
    }
    for cut in [1, 16, 100, 332] {
        let [left, right] = [0..cut, cut..333].map(|range| evaluate(subject, &rows, range, Want::Curvature));
        let glue = |a: &[f64], b: &[f64]| a.iter().chain(b).map(|v| v.to_bits()).collect::<Vec<_>>();
        let bits = |v: &[f64]| glue(v, &[]);
        let same = glue(&left.gradient, &right.gradient) == bits(&whole.gradient)
            && glue(&left.curvature, &right.curvature) == bits(&whole.curvature);
        law.require(same, || format!("cut at row {cut}, some row's derivatives have other bits"))?;
    }
    for threads in [1, 2, 7] {
        let run = || Par::Rayon.join(|| evaluate(subject, &rows, 0..333, Want::Curvature).bits(), || ());
        let (found, ()) = law.expect("threads", with_threads(threads, run))?;
        law.require(found == whole.bits(), || format!("with {threads} threads the block has other bits"))?;
    }
    Ok(())
}

/// An integer weight counts as so many rows, and the order of the rows does not matter: the cost and the row's slopes agree to 1e-12.
///
/// # Errors
/// The violation.
pub fn weights_are_repetitions(subject: &Subject) -> Verdict {
    let law = subject.law("weights-are-repetitions");
    let rows = Rows::new(subject, 97, false);
    let counts: Vec<f64> = (0..97).map(|i| ((i * 5) % 4) as f64).collect();
    let cost = |y: &[f64], eta: &[f64], w: Option<&[f64]>| -> Result<(f64, Vec<f64>), Violation> {
        let cost = law.expect("cost", Cost::new(&*subject.wide, y))?;
        let cost = match w {
            Some(w) => law.expect("weights", cost.with_weights(w))?,
            None => cost,
        };
        let mut g = vec![0.0; y.len()];
        let value = law.expect("gradient", cost.value_gradient(eta, Reduction::Mean, &mut g))?;
        let alone = law.expect("value", cost.value(eta, Reduction::Mean))?;
        law.require(alone.to_bits() == value.to_bits(), || {
            format!("the value is {alone:e} alone, {value:e} beside")
        })?;
        Ok((value, g))
    };
    // Row 97 − 1 first, each as often as its weight says.
    let order: Vec<usize> = (0..97).rev().flat_map(|i| core::iter::repeat_n(i, counts[i] as usize)).collect();
    let pick = |values: &[f64]| order.iter().map(|i| values[*i]).collect::<Vec<f64>>();
    let (weighted, g) = cost(&rows.y, &rows.eta, Some(&counts))?;
    let (repeated, h) = cost(&pick(&rows.y), &pick(&rows.eta), None)?;
    let mut each = vec![0.0; 97];
    let one = law.expect("cost", Cost::new(&*subject.wide, &rows.y))?;
    law.expect("each", one.each(&rows.eta, &mut each))?;
    let size: f64 = each.iter().zip(&counts).map(|(v, w)| v.abs() * w).sum::<f64>() / order.len() as f64;
    law.require(close(weighted, repeated, 1e-12, size), || {
        format!("the cost is {weighted:e} by weights and {repeated:e} by repeated rows in another order")
    })?;
    for (k, i) in order.iter().enumerate() {
        // Subnormal slopes have no digits to lose.
        law.require(close(g[*i], counts[*i] * h[k], 1e-12, 1e-300), || {
            format!("row {i} of weight {} has the slope {:e}, repeated {:e}", counts[*i], g[*i], h[k])
        })?;
    }
    Ok(())
}
