//! A robust regression of 8 parameters over a million rows: the mean negative log-likelihood of Student-t errors whose log-scale depends on
//! covariates,
//!
//! ℓ = ½(ν + 1) ln(1 + r²/ν) + s + ln Γ(ν/2) − ln Γ((ν + 1)/2) + ½ ln(νπ),  r = (y − β₀ − β₁x₁ − β₂x₂ − β₃x₃) e⁻ˢ,  s = γ₀ + γ₁z₁ + γ₂z₂,
//!
//! with θ = (β₀, …, β₃, γ₀, γ₁, γ₂, ln ν). Its gradient and Hessian by a program, against the value alone by a plain scalar loop, and against
//! PyTorch and JAX. The limit is one read of the data.

use faer::Mat;
use serde_json::{Value, json};
use statrs::function::gamma::ln_gamma;
use thalweg_autodiff::{Dual, Program, Scalar, k};
use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{Gradient, Hessian, Objective, Par};

use super::near;
use crate::limits::read_sum;
use crate::statistics::exact_sum;
use crate::{Benchmark, Metric, Result, Row, Sample, Session, Side};

const N: usize = 1_000_000;
const P: usize = 8;
/// y, x₁, x₂, x₃, z₁, z₂.
const COLUMNS: usize = 6;
/// Rows a task takes at a time.
const PIECE: usize = 16_384;
/// Near the parameters that the data were drawn with, so that no entry of the gradient is small.
const THETA: [f64; P] = [0.6, 1.1, -0.4, 0.3, -0.3, 0.15, 0.1, 1.5];
/// To which all sides agree, relative to the largest entry.
const TOLERANCE: f64 = 1e-9;
const VALUE: Metric = Metric::cost("value", "ms");
const GRADIENT: Metric = Metric::cost("gradient", "ms");
const HESSIAN: Metric = Metric::cost("hessian", "ms");
const RATIO: Metric = Metric::cost("hessian/gradient", "times");

pub(super) fn benchmarks() -> Vec<Benchmark> {
    vec![Benchmark::new("autodiff", "student-t", run)]
}

/// −ln of the density of a row.
#[inline(always)]
fn row<S: Scalar>(p: &[S], row: &[S]) -> S {
    let location = p[0] + p[1] * row[1] + p[2] * row[2] + p[3] * row[3];
    let scale = p[4] + p[5] * row[4] + p[6] * row[5];
    let nu = p[7].exp();
    let r = (row[0] - location) * (-scale).exp();
    let constant = (k(0.5) * nu).ln_gamma() - (k(0.5) * (nu + S::of(1.0))).ln_gamma()
        + k(0.5) * (k(std::f64::consts::PI) * nu).ln();
    k(0.5) * (nu + S::of(1.0)) * (k(1.0) + r * r / nu).ln() + scale + constant
}

/// The value as one writes it by hand: scalar, what depends on the parameters alone outside the loop, pieces of rows in parallel.
fn plain(columns: &[&[f64]; COLUMNS], theta: &[f64; P]) -> f64 {
    let [b0, b1, b2, b3, g0, g1, g2, ln_nu] = *theta;
    let nu = ln_nu.exp();
    let (inverse, half) = (1.0 / nu, 0.5 * (nu + 1.0));
    let n = columns[0].len();
    let mut sums = vec![0.0; n.div_ceil(PIECE)];
    Par::Rayon.for_each_chunk(&mut sums, 1, |piece, sum| {
        let rows = piece * PIECE..n.min((piece + 1) * PIECE);
        let [y, x1, x2, x3, z1, z2] = columns.map(|column| &column[rows.clone()]);
        let mut total = 0.0;
        for ((((y, x1), (x2, x3)), z1), z2) in y.iter().zip(x1).zip(x2.iter().zip(x3)).zip(z1).zip(z2) {
            let s = g0 + g1 * z1 + g2 * z2;
            let r = (y - (b0 + b1 * x1 + b2 * x2 + b3 * x3)) * (-s).exp();
            total += half * (1.0 + r * r * inverse).ln() + s;
        }
        sum[0] = total;
    });
    let constant = ln_gamma(0.5 * nu) - ln_gamma(half) + 0.5 * (nu * std::f64::consts::PI).ln();
    sums.iter().sum::<f64>() / n as f64 + constant
}

/// The columns, one after the other.
fn data(n: usize) -> Vec<f64> {
    let mut rng = Streams::new(4).stream("student-t", 0);
    let mut data = vec![0.0; n * COLUMNS];
    for i in 0..n {
        let [x1, x2, x3, z1] = std::array::from_fn(|_| normal(&mut rng));
        let z2 = uniform(&mut rng);
        // A t variable of 4 degrees of freedom: a normal one over the root of a mean of four squares.
        let squares = (0..4).map(|_| normal(&mut rng).powi(2)).sum::<f64>();
        let error = normal(&mut rng) / (0.25 * squares).sqrt();
        let scale = (-0.2 + 0.2 * z1 + 0.3 * z2).exp();
        let y = 0.5 + x1 - 0.5 * x2 + 0.25 * x3 + scale * error;
        for (column, value) in [y, x1, x2, x3, z1, z2].into_iter().enumerate() {
            data[column * n + i] = value;
        }
    }
    data
}

/// Value, gradient and lower triangle of the Hessian, by nested dual numbers on every row and compensated sums.
fn reference(columns: &[&[f64]; COLUMNS], theta: &[f64; P]) -> Vec<f64> {
    type Second = Dual<Dual<f64, P>, P>;
    let p: [Second; P] = std::array::from_fn(|i| Second::variable(Dual::variable(theta[i], i), i));
    let n = columns[0].len();
    let mut pieces = vec![Vec::new(); n.div_ceil(PIECE)];
    Par::Rayon.for_each_chunk(&mut pieces, 1, |piece, sums| {
        let rows = piece * PIECE..n.min((piece + 1) * PIECE);
        let all: Vec<Second> = rows
            .map(|i| row(&p, &columns.map(|column| Second::constant(Dual::constant(column[i])))))
            .collect();
        let mean = |f: &dyn Fn(&Second) -> f64| exact_sum(all.iter().map(f)) / n as f64;
        sums[0] = vec![mean(&|y| y.value.value)];
        sums[0].extend((0..P).map(|i| mean(&|y| y.value.derivatives[i])));
        for i in 0..P {
            sums[0].extend((0..=i).map(|j| mean(&|y| y.derivatives[i].derivatives[j])));
        }
    });
    (0..pieces[0].len()).map(|at| exact_sum(pieces.iter().map(|sums| sums[at]))).collect()
}

fn run(session: &mut Session) -> Result<Vec<Row>> {
    let n = if session.quick { N / 10 } else { N };
    let data = data(n);
    let columns: [&[f64]; COLUMNS] = std::array::from_fn(|j| &data[j * n..(j + 1) * n]);
    let reference = reference(&columns, &THETA);
    let name = format!("student-t-{n}");
    session.load(&name, &data, &[n, COLUMNS])?;
    let peers = peers(session, &name, &reference);

    let program = Program::trace(P, COLUMNS, |p, data| row(p, data))?;
    let mut objectives = [(); 3].map(|()| program.objective::<f64>(&columns));
    let [Ok(value_of), Ok(gradient_of), Ok(hessian_of)] = &mut objectives else {
        return Err("the program has no objective".into());
    };
    let (mut by_hand, mut value) = (0.0, Ok(0.0));
    let (mut g, mut at_gradient) = ([0.0; P], Ok(0.0));
    let (mut h, mut h_g, mut at_hessian) = (Mat::<f64>::zeros(P, P), [0.0; P], Ok(0.0));
    let mut sides = vec![
        Side::of(|| by_hand = plain(&columns, &THETA)),
        Side::of(|| read_sum(&data)),
        Side::of(|| value = value_of.value(&THETA)),
        Side::of(|| at_gradient = gradient_of.value_gradient(&THETA, &mut g)),
        Side::of(|| at_hessian = hessian_of.value_gradient_hessian(&THETA, &mut h_g, h.as_mut())),
    ];
    let ours = sides.len();
    sides.extend(peers.iter().map(|peer| Side::peer(peer.name, peer.params.clone())));
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);

    let mut found = vec![at_gradient?];
    found.extend(g);
    let gradient_right = near(&found, &reference[..=P], TOLERANCE);
    let mut found = vec![at_hessian?];
    found.extend(h_g);
    found.extend((0..P).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| h[(i, j)]));
    let hessian_right = near(&found, &reference, TOLERANCE);
    let value_right = near(&[value?], &reference[..1], TOLERANCE);
    let plain_right = near(&[by_hand], &reference[..1], TOLERANCE);

    let ms = |at: usize| times[at].scaled(1e3);
    let row = |metric, at| Row::new(metric, ms(at)).limit(ms(1).median);
    let against_plain = |row: Row| row.peer("plain loop, value alone", ms(0)).valid(plain_right);
    let mut rows = vec![
        against_plain(row(VALUE, 2)).valid(value_right),
        against_plain(row(GRADIENT, 3)).valid(gradient_right),
    ];
    let mut beside: Vec<(&Peer, Sample)> = peers.iter().zip((ours..).map(ms)).collect();
    beside.sort_by(|a, b| a.1.median.total_cmp(&b.1.median));
    for (metric, at, right) in [(GRADIENT, 3, gradient_right), (HESSIAN, 4, hessian_right)] {
        let of_it = beside.iter().filter(|(peer, _)| peer.derivative == metric.name);
        let with_peers =
            of_it.map(|(peer, time)| row(metric, at).peer(peer.label, *time).valid(right && peer.right));
        let before = rows.len();
        rows.extend(with_peers);
        if rows.len() == before && metric == HESSIAN {
            rows.push(row(metric, at).valid(right));
        }
    }
    let ratio = Sample::exactly(times[4].median / times[3].median);
    rows.push(Row::new(RATIO, ratio).valid(gradient_right && hessian_right));
    Ok(rows)
}

/// A way of a Python package to a derivative.
struct Peer {
    label: &'static str,
    name: &'static str,
    derivative: &'static str,
    params: Value,
    right: bool,
}

/// Each package's ways: the label, the package, the peer, what is derived, and the variants of which the fastest counts.
const PEERS: &[(&str, &str, &str, &str, &[&str])] = &[
    ("PyTorch eager", "torch", "torch-student-t", "gradient", &["eager-columns", "eager-matrix"]),
    ("PyTorch compiled", "torch", "torch-student-t", "gradient", &["compile-columns", "compile-matrix"]),
    ("JAX jit", "jax", "jax-student-t", "gradient", &["columns", "matrix"]),
    ("JAX jit, blocks of rows on every core", "jax", "jax-student-t", "gradient", &["blocks"]),
    ("JAX jit", "jax", "jax-student-t", "hessian", &["columns", "matrix"]),
    ("JAX jit, blocks of rows on every core", "jax", "jax-student-t", "hessian", &["blocks"]),
];

fn peers(session: &mut Session, data: &str, reference: &[f64]) -> Vec<Peer> {
    let mut found = Vec::new();
    for &(label, package, name, derivative, variants) in PEERS {
        let mut best: Option<(f64, Peer)> = None;
        for variant in variants {
            let params = json!({"data": data, "theta": THETA, "variant": variant, "derivative": derivative, "threads": session.threads});
            // The first run compiles before the clock starts and pays for page faults behind it.
            let Some(reply) = session.try_peer(package, name, &params) else { continue };
            let Some(again) = session.try_peer(package, name, &params) else { continue };
            let seconds = reply.seconds.min(again.seconds);
            if best.as_ref().is_none_or(|(least, _)| seconds < *least) {
                let right = agrees(derivative, &again.numbers("values"), reference);
                best = Some((seconds, Peer { label, name, derivative, params, right }));
            }
        }
        found.extend(best.map(|(_, peer)| peer));
    }
    found
}

/// Value and gradient, or the whole Hessian, against the reference.
fn agrees(derivative: &str, values: &[f64], reference: &[f64]) -> bool {
    if derivative == "gradient" {
        return near(values, &reference[..=P], TOLERANCE);
    }
    let lower = &reference[P + 1..];
    let whole = (0..P * P).map(|at| (at / P, at % P)).map(|(i, j)| {
        let (i, j) = (i.max(j), i.min(j));
        lower[i * (i + 1) / 2 + j]
    });
    near(values, &whole.collect::<Vec<f64>>(), TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_by_hand_is_the_mean_of_the_formula() {
        let data = data(3 * PIECE / 2);
        let columns: [&[f64]; COLUMNS] =
            std::array::from_fn(|j| &data[j * data.len() / COLUMNS..][..data.len() / COLUMNS]);
        let reference = reference(&columns, &THETA);
        assert!(near(&[plain(&columns, &THETA)], &reference[..1], 1e-13));
        assert_eq!(reference.len(), 1 + P + P * (P + 1) / 2);
    }
}
