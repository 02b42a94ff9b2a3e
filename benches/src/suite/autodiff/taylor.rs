//! Taylor series: the product of two of order 30, against the rate of fused multiply-adds and echidna's; and the coefficients of
//! e^sin(x) ln(1 + x²) at a thousand points, against JAX's jet, compiled and mapped.

use std::f64::consts::TAU;
use std::hint::black_box;

use serde_json::json;
use thalweg_autodiff::taylor::Jet;
use thalweg_autodiff::{Program, Scalar, k};
use thalweg_core::{Par, simd};

use super::near;
use super::repeat::{Rival, Way, race};
use crate::limits::Product;
use crate::statistics::exact_sum;
use crate::{Benchmark, Metric, Result, Row, Session, Side, timed};

const POINTS: usize = 1000;
const PRODUCT: Metric = Metric::cost("product", "ns");
const JETS: Metric = Metric::cost("jet", "us");
const PROGRAM: Metric = Metric::cost("program", "us");

pub(super) fn benchmarks() -> Vec<Benchmark> {
    vec![
        Benchmark::new("autodiff", "taylor-product-30", product),
        Benchmark::new("autodiff", "taylor-order-5", expand::<6>),
        Benchmark::new("autodiff", "taylor-order-10", expand::<11>),
        Benchmark::new("autodiff", "taylor-order-20", expand::<21>),
    ]
}

/// Coefficients up to order 30.
const LENGTH: usize = 31;

fn product(session: &mut Session) -> Result<Vec<Row>> {
    let a = Jet { coefficients: std::array::from_fn::<f64, LENGTH, _>(|k| 1.0 / (k + 1) as f64) };
    let b = Jet { coefficients: std::array::from_fn::<f64, LENGTH, _>(|k| (k as f64 * 0.7).cos()) };
    let params = json!({"a": a.coefficients, "b": b.coefficients});
    let rivals: Vec<Rival> =
        Rival::fastest(session, "echidna", "echidna-taylor-product", &[""], &params).into_iter().collect();
    let term = |k: usize| exact_sum((0..=k).map(|i| a.coefficients[i] * b.coefficients[k - i]));
    let reference: Vec<f64> = (0..LENGTH).map(term).collect();
    // The same arithmetic at the rate of one core's matrix product.
    let (mut limit, flops) = (Product::<f64>::new(), (LENGTH * (LENGTH + 1)) as f64);
    let seconds = (0..4).map(|_| timed(|| limit.run(1)).0).fold(f64::INFINITY, f64::min);
    let limit = seconds / Product::<f64>::FLOPS * flops * 1e9;

    let mut c = a;
    let way = Way::new(PRODUCT, || c = black_box(times(black_box(&a), black_box(&b))));
    let rows = race(session, vec![way], &rivals, |rival| near(&rival.values, &reference, 1e-14))?;
    let right = near(&c.coefficients, &reference, 1e-14);
    Ok(rows.into_iter().flatten().map(|row| row.limit(limit).valid(right)).collect())
}

/// a·b with the vectors that this machine has.
fn times(a: &Jet<f64, LENGTH>, b: &Jet<f64, LENGTH>) -> Jet<f64, LENGTH> {
    simd::dispatch(
        #[inline(always)]
        || *a * *b,
    )
}

#[inline(always)]
fn function<S: Scalar>(x: S) -> S {
    x.sin().exp() * (k(1.0) + x * x).ln()
}

/// N coefficients at every point, as JAX gives them: those of a point next to each other.
fn expand<const N: usize>(session: &mut Session) -> Result<Vec<Row>> {
    let x: Vec<f64> = (0..POINTS).map(|i| -2.0 + 4.0 * (i as f64 + 0.5) / POINTS as f64).collect();
    session.load("taylor-points", &x, &[POINTS])?;
    let params = json!({"points": "taylor-points", "order": N - 1});
    let reply = session.try_peer("jax", "jax-taylor", &params);

    let program =
        Program::trace_vector(0, 1, |_, row| function(Jet::<_, N>::variable(row[0])).coefficients.to_vec())?;
    let mut kernel = program.compile::<f64>()?;
    let (mut by_jets, mut by_program) = (vec![[0.0; N]; POINTS], vec![0.0; N * POINTS]);
    let mut mapped = Ok(());
    let jets = |out: &mut [[f64; N]]| {
        simd::dispatch(
            #[inline(always)]
            || {
                for (out, &x) in out.iter_mut().zip(&x) {
                    *out = function(Jet::<f64, N>::variable(x)).coefficients;
                }
            },
        );
    };
    let repetitions = 100.0;
    let mut sides = vec![
        Side::of(|| (0..100).for_each(|_| jets(black_box(&mut by_jets)))),
        Side::of(|| {
            (0..100).for_each(|_| mapped = kernel.map(Par::Rayon, &[], &[black_box(&x)], &mut by_program))
        }),
    ];
    sides.extend(reply.as_ref().map(|_| Side::peer("jax-taylor", params.clone())));
    let times = session.race(session.brief(), &mut sides)?;
    drop(sides);
    mapped?;
    let flat: Vec<f64> = by_jets.into_iter().flatten().collect();
    let rows = [(JETS, 0, &flat), (PROGRAM, 1, &by_program)].map(|(metric, at, found)| {
        let row = Row::new(metric, times[at].scaled(1e6 / repetitions)).valid(right::<N>(&x, found));
        match &reply {
            Some(reply) => {
                row.peer("JAX jet", times[2].scaled(1e6)).valid(right::<N>(&x, &reply.numbers("values")))
            }
            None => row,
        }
    });
    Ok(rows.into_iter().collect())
}

/// Whether the coefficients at some points are those of Cauchy's integral over a circle of radius ½ (the nearest singularity is at a
/// distance √(1 + x²) ≥ 1, so that 128 points give all digits): c_k = Σ f(x + ½e^(iφ)) e^(−ikφ) 2ᵏ/128. What is compared is c_k/2ᵏ.
fn right<const N: usize>(x: &[f64], found: &[f64]) -> bool {
    const NODES: usize = 128;
    found.len() == N * x.len()
        && (0..x.len()).step_by(37).all(|at| {
            let values: Vec<(f64, f64)> = (0..NODES)
                .map(|j| {
                    let (sin, cos) = (TAU * j as f64 / NODES as f64).sin_cos();
                    at_complex(x[at] + 0.5 * cos, 0.5 * sin)
                })
                .collect();
            (0..N).all(|k| {
                let real = |(j, (re, im)): (usize, &(f64, f64))| {
                    let (sin, cos) = (TAU * (j * k % NODES) as f64 / NODES as f64).sin_cos();
                    re * cos + im * sin
                };
                let c = exact_sum(values.iter().enumerate().map(real)) / NODES as f64;
                (found[at * N + k] * 0.5_f64.powi(k as i32) - c).abs() <= 1e-14
            })
        })
}

/// e^sin(z) ln(1 + z²) at z = a + bi, by the real formulas of each part.
fn at_complex(a: f64, b: f64) -> (f64, f64) {
    let (u, v) = (a.sin() * b.cosh(), a.cos() * b.sinh());
    let (e_re, e_im) = (u.exp() * v.cos(), u.exp() * v.sin());
    let (w_re, w_im) = (1.0 + a * a - b * b, 2.0 * a * b);
    let (l_re, l_im) = (w_re.hypot(w_im).ln(), w_im.atan2(w_re));
    (e_re * l_re - e_im * l_im, e_re * l_im + e_im * l_re)
}
