//! `lse`: y = ln Σ exp xᵢ, as a + ln Σ exp(xᵢ − a) with a = max x, and its gradient.
//!
//! The gradient comes from three blocks on dual numbers, joined by the chain rule: the term exp(x − a) in x and a, the value a + ln S in a
//! and S, and the maximum, whose slope is 1 at the first largest entry. The term's partial is kept where the gradient will be, so that each
//! exponential is taken once. One pass for the maximum, one for the terms, one to scale.

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Dual, Scalar};
use thalweg_core::streams::{Streams, uniform};
use thalweg_core::{Error, Result, simd};

use super::Evaluation;
use crate::lane::Lane;
use crate::workload::{Settings, Simple, Workload, read};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "lse",
    functions: &["primal", "gradient"],
    sizes: &["2500", "5000", "10000", "20000", "40000", "80000", "160000", "320000", "640000", "1280000"],
    open,
    example,
};

/// Entries that go through a block together.
const WIDTH: usize = 32;

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
}

fn open(function: &str, input: Value, _: Settings) -> Result<Box<dyn Workload>> {
    let Input { x } = read(input)?;
    if x.is_empty() {
        return Err(Error::Empty { what: "x".to_owned(), remedy: "give at least one number".to_owned() });
    }
    Ok(if function == "primal" {
        Simple::boxed(x, |x, y: &mut f64| {
            *y = value(x);
            Ok(())
        })
    } else {
        Simple::boxed(x, |x: &Vec<f64>, g: &mut Vec<f64>| {
            g.resize(x.len(), 0.0);
            gradient(x, g);
            Ok(())
        })
    })
}

/// The term of one entry.
#[inline(always)]
fn term<S: Scalar>(x: S, largest: S) -> S {
    (x - largest).exp()
}

/// The value from the sum of the terms.
#[inline(always)]
fn level<S: Scalar>(largest: S, sum: S) -> S {
    largest + sum.ln()
}

fn value(x: &[f64]) -> f64 {
    simd::dispatch(
        #[inline(always)]
        || {
            let largest = maximum(x);
            let (blocks, rest) = x.as_chunks::<WIDTH>();
            let mut sums = Lane::<WIDTH>::of(0.0);
            for &block in blocks {
                sums = sums + term(Lane(block), Lane::of(largest));
            }
            let mut sum = sums.total();
            for &x in rest {
                sum += term(x, largest);
            }
            level(largest, sum)
        },
    )
}

fn gradient(x: &[f64], g: &mut [f64]) {
    simd::dispatch(
        #[inline(always)]
        || {
            let largest = maximum(x);
            let (blocks, rest) = x.as_chunks::<WIDTH>();
            let (out, out_rest) = g.as_chunks_mut::<WIDTH>();
            let (mut sums, mut by_largests) = ([0.0; WIDTH], [0.0; WIDTH]);
            for (&block, out) in blocks.iter().zip(out) {
                for lane in 0..WIDTH {
                    let terms = differentiated(block[lane], largest);
                    out[lane] = terms[1];
                    sums[lane] += terms[0];
                    by_largests[lane] += terms[2];
                }
            }
            let (mut sum, mut by_largest) = (Lane(sums).total(), Lane(by_largests).total());
            for (&x, out) in rest.iter().zip(out_rest) {
                let terms = differentiated(x, largest);
                sum += terms[0];
                *out = terms[1];
                by_largest += terms[2];
            }
            let y = level(Dual::<f64, 2>::variable(largest, 0), Dual::variable(sum, 1));
            let [direct, by_sum] = y.derivatives;
            for g in &mut *g {
                *g *= by_sum;
            }
            // The maximum is one of the entries.
            if let Some(first) = x.iter().position(|&x| x == largest) {
                g[first] += direct + by_sum * by_largest;
            }
        },
    );
}

/// A term, and its partials in its entry and in the largest.
#[inline(always)]
fn differentiated<S: Scalar>(x: S, largest: S) -> [S; 3] {
    let t = term(Dual::<S, 2>::variable(x, 0), Dual::variable(largest, 1));
    [t.value, t.derivatives[0], t.derivatives[1]]
}

/// lse x on any numbers.
#[inline(always)]
pub(super) fn log_sum_exp<S: Scalar>(x: &[S]) -> S {
    let largest = largest(x);
    let mut sum = S::of(0.0);
    for &x in x {
        sum = sum + term(x, largest);
    }
    level(largest, sum)
}

/// Writes the gradient of lse at x to `g`: vectors of numbers, as many problems at once as they hold.
#[inline(always)]
pub(super) fn log_sum_exp_gradient<S: Scalar>(x: &[S], g: &mut [S]) {
    let (zero, one) = (S::of(0.0), S::of(1.0));
    let largest = largest(x);
    let (mut sum, mut by_largest) = (zero, zero);
    for (&x, g) in x.iter().zip(&mut *g) {
        let [value, by_x, by] = differentiated(x, largest);
        sum = sum + value;
        *g = by_x;
        by_largest = by_largest + by;
    }
    let y = level(Dual::<S, 2>::variable(largest, 0), Dual::variable(sum, 1));
    let [direct, by_sum] = y.derivatives;
    // What the first of the largest entries gets for being the maximum.
    let mut left = direct + by_sum * by_largest;
    for (&x, g) in x.iter().zip(&mut *g) {
        let is_largest = largest.le(x);
        *g = *g * by_sum + S::select(is_largest, one, zero) * left;
        left = S::select(is_largest, zero, left);
    }
}

#[inline(always)]
fn largest<S: Scalar>(x: &[S]) -> S {
    let mut largest = S::of(f64::NEG_INFINITY);
    for &x in x {
        largest = S::select(largest.lt(x), x, largest);
    }
    largest
}

#[inline(always)]
fn maximum(x: &[f64]) -> f64 {
    let (blocks, rest) = x.as_chunks::<WIDTH>();
    let mut largest = [f64::NEG_INFINITY; WIDTH];
    for block in blocks {
        for lane in 0..WIDTH {
            largest[lane] = if block[lane] > largest[lane] { block[lane] } else { largest[lane] };
        }
    }
    largest.iter().chain(rest).copied().fold(f64::NEG_INFINITY, f64::max)
}

fn example(size: &str) -> Result<Value> {
    let [n] = crate::self_run::numbers(size)?;
    let mut rng = Streams::new(31337).stream("lse", 0);
    Ok(json!({ "x": (0..n).map(|_| uniform(&mut rng)).collect::<Vec<f64>>() }))
}
