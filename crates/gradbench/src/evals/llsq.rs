//! `llsq`: y(x) = ½ Σᵢ (sign tᵢ − Σⱼ xⱼ tᵢʲ)² over n points tᵢ from −1 to 1, and its gradient.
//!
//! The value takes the points sixteen at a time through Horner's rule. For the gradient one point's term is traced as a program of the m
//! coefficients and the columns t and sign t; its reverse sweep, summed over the points, is compiled and runs over blocks of points.

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Kernel, Program, Scalar, k};
use thalweg_core::streams::{Streams, uniform};
use thalweg_core::{Error, Result, simd};

use super::Evaluation;
use crate::lane::Lane;
use crate::workload::{Settings, Simple, Workload, read};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "llsq",
    functions: &["primal", "gradient"],
    sizes: &[
        "16_128",
        "32_128",
        "64_128",
        "128_128",
        "256_128",
        "512_128",
        "1024_128",
        "2048_128",
        "4096_128",
        "8196_128",
        "16392_128",
    ],
    open,
    example,
};

/// Points in a vector, and vectors that hide each other's latency.
const WIDTH: usize = 32;

/// Points of one block of the compiled sweep.
const PIECE: usize = 256;

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
    n: usize,
}

struct Gradient {
    x: Vec<f64>,
    t: Vec<f64>,
    signs: Vec<f64>,
    settings: Settings,
    kernel: Option<Kernel<f64>>,
    /// The value, then the gradient.
    results: Vec<f64>,
}

fn open(function: &str, input: Value, settings: Settings) -> Result<Box<dyn Workload>> {
    let Input { x, n } = read(input)?;
    if n < 2 || x.is_empty() {
        return Err(Error::invalid_parameter(
            "n, m",
            format!("{n}, {}", x.len()),
            "there are at least two points and one coefficient",
        ));
    }
    Ok(if function == "primal" {
        Simple::boxed((x, n), |(x, n), y: &mut f64| {
            *y = value(x, *n);
            Ok(())
        })
    } else {
        let results = vec![0.0; x.len() + 1];
        Box::new(Gradient { x, t: vec![0.0; n], signs: vec![0.0; n], settings, kernel: None, results })
    })
}

/// tᵢ.
#[inline(always)]
fn point(i: usize, n: usize) -> f64 {
    -1.0 + i as f64 * 2.0 / (n - 1) as f64
}

#[inline(always)]
fn sign(t: f64) -> f64 {
    if t == 0.0 { 0.0 } else { t.signum() }
}

/// The term of one point, by Horner's rule.
#[inline(always)]
fn term<S: Scalar>(x: &[f64], t: S, sign: S) -> S {
    let mut polynomial = S::of(0.0);
    for &x in x.iter().rev() {
        polynomial = polynomial.mul_add(t, S::of(x));
    }
    k(0.5) * (sign - polynomial).square()
}

fn value(x: &[f64], n: usize) -> f64 {
    simd::dispatch(
        #[inline(always)]
        || {
            let mut sums = Lane::<WIDTH>::of(0.0);
            let mut rest = 0.0;
            for first in (0..n).step_by(WIDTH) {
                let (mut t, mut signs) = ([0.0; WIDTH], [0.0; WIDTH]);
                for lane in 0..WIDTH {
                    t[lane] = point(first + lane, n);
                    signs[lane] = sign(t[lane]);
                }
                let terms = term(x, Lane(t), Lane(signs));
                if first + WIDTH <= n {
                    sums = sums + terms;
                } else {
                    for &term in &terms.0[..n - first] {
                        rest += term;
                    }
                }
            }
            sums.total() + rest
        },
    )
}

/// The gradient of the sum of the terms. The powers of t are nobody's function, so each partial is a product of two columns.
fn compile(m: usize) -> Result<Kernel<f64>> {
    Program::trace(m, 2, |x, row| {
        let (t, sign) = (row[0], row[1]);
        let (mut residual, mut power) = (sign, Scalar::of(1.0));
        for &x in x {
            residual = residual - x * power;
            power = power * t;
        }
        k(0.5) * residual.square()
    })?
    .gradient()?
    .total()?
    .compile()
}

impl Workload for Gradient {
    fn prepare(&mut self) -> Result<()> {
        if self.settings.replays() {
            self.kernel = Some(compile(self.x.len())?);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<()> {
        let n = self.t.len();
        for (i, (t, own)) in self.t.iter_mut().zip(&mut self.signs).enumerate() {
            *t = point(i, n);
            *own = sign(*t);
        }
        let mut recorded = None;
        let kernel = match &mut self.kernel {
            Some(kernel) => kernel,
            None => recorded.insert(compile(self.x.len())?),
        };
        self.results.fill(0.0);
        let mut piece = vec![0.0; self.results.len()];
        // The kernel has memory for each of its threads' blocks, so a short run of points is enough at a time.
        let points = if self.settings.multithreaded { n } else { PIECE };
        for (t, signs) in self.t.chunks(points).zip(self.signs.chunks(points)) {
            kernel.total(self.settings.par(), &self.x, &[t, signs], &mut piece)?;
            for (sum, term) in self.results.iter_mut().zip(&piece) {
                *sum += term;
            }
        }
        Ok(())
    }

    fn output(&self) -> Value {
        Value::from(self.results[1..].to_vec())
    }
}

fn example(size: &str) -> Result<Value> {
    let [n, m] = crate::self_run::numbers(size)?;
    let mut rng = Streams::new(31337).stream("llsq", 0);
    Ok(json!({ "x": (0..m).map(|_| uniform(&mut rng)).collect::<Vec<f64>>(), "n": n }))
}
