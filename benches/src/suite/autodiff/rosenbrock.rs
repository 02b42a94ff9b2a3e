//! The gradient of Rosenbrock's valley in n variables: by a tape recorded anew each time, by a program traced once, and for few variables by
//! forward mode, as a call and by duals of fixed size; against the fastest way of three crates.

use std::hint::black_box;

use serde_json::json;
use thalweg_autodiff::{Dual, Function, Program, Tape, forward, function, k};

use super::near;
use super::repeat::{Rival, Way, race};
use crate::{Benchmark, Metric, Result, Row, Session};

const TAPE: Metric = Metric::cost("tape", "ns");
const PROGRAM: Metric = Metric::cost("program", "ns");
const FORWARD: Metric = Metric::cost("forward", "ns");
const DUALS: Metric = Metric::cost("duals", "ns");
/// A crate, its peer, and its ways to a gradient with the greatest n for which they are there.
struct Crate {
    package: &'static str,
    peer: &'static str,
    ways: &'static [(&'static str, usize)],
}

const CRATES: &[Crate] = &[
    Crate { package: "num-dual", peer: "num-dual-gradient", ways: &[("static", 100), ("dynamic", 1000)] },
    Crate {
        package: "ad_trait",
        peer: "ad_trait-gradient",
        ways: &[
            ("reverse", 1000),
            ("forward-2", 2),
            ("forward-8", 10),
            ("forward-10", 10),
            ("forward-32", 100),
            ("forward-100", 1000),
        ],
    },
    Crate {
        package: "echidna",
        peer: "echidna-gradient",
        ways: &[("reverse", 1000), ("replay", 1000), ("forward", 10)],
    },
];

pub(super) fn benchmarks() -> Vec<Benchmark> {
    vec![
        Benchmark::new("autodiff", "rosenbrock-2", |s| run(s, 2, Some(by_duals::<2>))),
        Benchmark::new("autodiff", "rosenbrock-10", |s| run(s, 10, Some(by_duals::<10>))),
        Benchmark::new("autodiff", "rosenbrock-100", |s| run(s, 100, NEVER)),
        Benchmark::new("autodiff", "rosenbrock-1000", |s| run(s, 1000, NEVER)),
    ]
}

function! {
    /// Σ (1 − xᵢ)² + 100 (xᵢ₊₁ − xᵢ²)².
    fn rosenbrock(x: [S]) -> S {
        x.windows(2).fold(S::of(0.0), |sum, pair| {
            sum + (k(1.0) - pair[0]).square() + k(100.0) * (pair[1] - pair[0].square()).square()
        })
    }
}

/// Its gradient, by hand.
fn by_hand(x: &[f64]) -> Vec<f64> {
    let mut g = vec![0.0; x.len()];
    for i in 1..x.len() {
        let b = x[i] - x[i - 1] * x[i - 1];
        g[i - 1] += -2.0 * (1.0 - x[i - 1]) - 400.0 * x[i - 1] * b;
        g[i] += 200.0 * b;
    }
    g
}

/// Forward mode in all directions at once, their number known at compile time as it is to the peers.
fn by_duals<const N: usize>(x: &[f64], g: &mut [f64]) {
    if let Some(x) = x.first_chunk::<N>() {
        let x: [Dual<f64, N>; N] = std::array::from_fn(|i| Dual::variable(x[i], i));
        g.copy_from_slice(&rosenbrock.eval(&x).derivatives);
    }
}

/// Writes a gradient at a point.
type ByDuals = fn(&[f64], &mut [f64]);
/// With hundreds of directions forward mode is no contestant.
const NEVER: Option<ByDuals> = None;

fn run(session: &mut Session, n: usize, duals: Option<impl Fn(&[f64], &mut [f64])>) -> Result<Vec<Row>> {
    let x: Vec<f64> = (0..n).map(|i| 0.5 + 0.01 * (7 * i % 100) as f64).collect();
    let reference = by_hand(&x);
    let params = json!({"x": x});
    let rivals = CRATES.iter().filter_map(|Crate { package, peer, ways }| {
        let there: Vec<&str> = ways.iter().filter(|way| n <= way.1).map(|way| way.0).collect();
        Rival::fastest(session, package, peer, &there, &params)
    });
    let rivals: Vec<Rival> = rivals.collect();

    let mut tape = Tape::<f64>::new();
    let mut kernel = Program::trace(n, 0, |x, _| rosenbrock.eval(x))?.gradient()?.compile::<f64>()?;
    let (mut by_tape, mut by_program) = (vec![0.0; n], vec![0.0; n + 1]);
    let (mut by_forward, mut by_duals) = (vec![0.0; n], vec![0.0; n]);
    let (mut taped, mut called, mut carried) = (Ok(0.0), Ok(()), Ok(0.0));
    let x = &x[..];
    let mut ways = vec![
        Way::new(TAPE, || {
            taped = tape.gradient(black_box(x), |x| rosenbrock.eval(x), black_box(&mut by_tape))
        }),
        Way::new(PROGRAM, || called = kernel.call(black_box(x), black_box(&mut by_program))),
    ];
    if let Some(duals) = &duals {
        ways.push(Way::new(FORWARD, || {
            carried = forward::gradient(&rosenbrock, black_box(x), black_box(&mut by_forward));
        }));
        ways.push(Way::new(DUALS, || duals(black_box(x), black_box(&mut by_duals))));
    }
    let rows = race(session, ways, &rivals, |rival| near(&rival.values, &reference, 1e-12))?;
    taped?;
    called?;
    carried?;
    let found = [&by_tape[..], &by_program[1..], &by_forward[..], &by_duals[..]];
    let judged = rows.into_iter().zip(found).flat_map(|(rows, found)| {
        let right = near(found, &reference, 1e-12);
        rows.into_iter().map(move |row| row.valid(right))
    });
    Ok(judged.collect())
}
