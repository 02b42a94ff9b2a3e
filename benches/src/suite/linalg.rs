//! `linalg`: the products of a design, against the limit of arithmetic or memory, and against numpy.

use faer::Mat;
use serde_json::{Value, json};
use thalweg_core::streams::{Streams, uniform};
use thalweg_core::{Design, Par, Real, interop};
use thalweg_problems::linear::Kind;

use crate::limits::{Product, read_sum};
use crate::scratch::Raw;
use crate::statistics::exact_sum;
use crate::{Benchmark, Metric, Reply, Result, Row, Session, Side};

const N: usize = 200_000;
const FLOPS: Metric = Metric::rate("speed", "GFlop/s");
const BYTES: Metric = Metric::rate("speed", "GB/s");

pub(super) fn benchmarks() -> Vec<Benchmark> {
    vec![
        Benchmark::new("linalg", "weighted-gram-100-f64", |s| gram::<f64>(s, 100, 1e-13)),
        Benchmark::new("linalg", "weighted-gram-50-f64", |s| gram::<f64>(s, 50, 1e-13)),
        Benchmark::new("linalg", "weighted-gram-100-f32", |s| gram::<f32>(s, 100, 1e-5)),
        Benchmark::new("linalg", "weighted-gram-50-f32", |s| gram::<f32>(s, 50, 1e-5)),
        Benchmark::new("linalg", "apply-f64", |s| product::<f64>(s, Direction::Apply, 1e-13)),
        Benchmark::new("linalg", "apply-f32", |s| product::<f32>(s, Direction::Apply, 1e-5)),
        Benchmark::new("linalg", "apply-transpose-f64", |s| product::<f64>(s, Direction::Transpose, 1e-13)),
        Benchmark::new("linalg", "apply-transpose-f32", |s| product::<f32>(s, Direction::Transpose, 1e-5)),
    ]
}

/// X in a precision, with a vector of n and one of p uniform numbers, known to both sides.
struct Data<T> {
    x: Vec<T>,
    rows: Vec<T>,
    columns: Vec<T>,
    params: Value,
}

fn data<T: Real + Raw>(session: &mut Session, p: usize) -> Result<Data<T>> {
    let linear = session.linear(N, p, Kind::Squared);
    let mut rng = Streams::new(2).stream("vectors", 0);
    let mut draw = |n: usize| -> Vec<T> { (0..n).map(|_| T::of(uniform(&mut rng))).collect() };
    let (rows, columns) = (draw(N), draw(p));
    let x: Vec<T> = linear.x.iter().map(|v| T::of(*v)).collect();
    let name = |what: &str| format!("linalg-{what}-{p}-{}", T::DTYPE);
    let params = json!({"x": name("x"), "rows": name("rows"), "columns": name("columns")});
    session.load(&name("x"), &x, &[N, p])?;
    session.load(&name("rows"), &rows, &[N])?;
    session.load(&name("columns"), &columns, &[p])?;
    Ok(Data { x, rows, columns, params })
}

/// XᵀWX: flops n·p·(p + 1), for only one triangle is computed; a peer that computes both is not credited for it.
fn gram<T: Real + Raw>(session: &mut Session, p: usize, tolerance: f64) -> Result<Vec<Row>> {
    let data = data::<T>(session, p)?;
    let design = Design::new(interop::column_major(&data.x, N, p)?)?;
    let mut h = Mat::<T>::zeros(p, p);
    let (mut limit, threads) = (Product::<T>::new(), session.threads);
    let peer = faster_order(session, "numpy-weighted-gram", &data.params);
    let mut sides = vec![
        Side::of(|| design.weighted_gram(&data.rows, h.as_mut(), Par::Rayon)),
        Side::of(|| limit.run(threads)),
    ];
    sides.extend(peer.as_ref().map(|(_, params)| Side::peer("numpy-weighted-gram", params.clone())));
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);
    let accurate = |entry: &dyn Fn(usize, usize) -> f64| {
        (0..64).map(|k| (k * 7 % p, k * 13 % p)).all(|(i, j)| {
            let terms = |f: fn(f64) -> f64| {
                let (a, b) = (&data.x[i * N..][..N], &data.x[j * N..][..N]);
                exact_sum((0..N).map(|r| f(data.rows[r].to_f64() * a[r].to_f64() * b[r].to_f64())))
            };
            (entry(i, j) - terms(|v| v)).abs() <= tolerance * terms(f64::abs)
        })
    };
    let flops = (N * p * (p + 1)) as f64 * 1e-9;
    let row = Row::new(FLOPS, times[0].rate(flops)).limit(Product::<T>::FLOPS * 1e-9 / times[1].median);
    let row = row.valid(accurate(&|i, j| h[(i, j)].to_f64()));
    let Some((reply, _)) = peer else { return Ok(vec![row]) };
    let theirs = reply.numbers("values");
    let right = theirs.len() == p * p && accurate(&|i, j| theirs[j * p + i]);
    Ok(vec![row.peer("numpy (X*w[:,None]).T@X", times[2].rate(flops)).valid(right)])
}

#[derive(Copy, Clone, PartialEq, Eq)]
enum Direction {
    Apply,
    Transpose,
}

/// Xb or Xᵀu: nothing but memory counts, so the limit is one read of the same bytes.
fn product<T: Real + Raw>(session: &mut Session, direction: Direction, tolerance: f64) -> Result<Vec<Row>> {
    let p = 100;
    let data = data::<T>(session, p)?;
    let design = Design::new(interop::column_major(&data.x, N, p)?)?;
    let apply = direction == Direction::Apply;
    let (name, label) =
        if apply { ("numpy-apply", "numpy X@b") } else { ("numpy-apply-transpose", "numpy X.T@u") };
    let mut out = vec![T::ZERO; if apply { N } else { p }];
    let peer = faster_order(session, name, &data.params);
    let mut sides = vec![
        Side::of(|| match direction {
            Direction::Apply => design.apply(&data.columns, &mut out, Par::Rayon),
            Direction::Transpose => design.apply_transpose(&data.rows, &mut out, Par::Rayon),
        }),
        Side::of(|| read_sum(&data.x)),
    ];
    sides.extend(peer.as_ref().map(|(_, params)| Side::peer(name, params.clone())));
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);
    let accurate = |values: &dyn Fn(usize) -> f64| {
        (0..64).map(|k| k * 7919 % if apply { N } else { p }).all(|k| {
            let term = |j: usize| match direction {
                Direction::Apply => data.x[j * N..][k].to_f64() * data.columns[j].to_f64(),
                Direction::Transpose => data.x[k * N..][j].to_f64() * data.rows[j].to_f64(),
            };
            let count = if apply { p } else { N };
            let size = exact_sum((0..count).map(|j| term(j).abs()));
            (values(k) - exact_sum((0..count).map(term))).abs() <= tolerance * size
        })
    };
    let bytes = (N * p * size_of::<T>()) as f64 * 1e-9;
    let row = Row::new(BYTES, times[0].rate(bytes)).limit(bytes / times[1].median);
    let row = row.valid(accurate(&|k| out[k].to_f64()));
    let Some((reply, _)) = peer else { return Ok(vec![row]) };
    let theirs = reply.numbers("values");
    let right = theirs.len() == out.len() && accurate(&|k| theirs[k]);
    Ok(vec![row.peer(label, times[2].rate(bytes)).valid(right)])
}

/// The peer's result and parameters with X in the memory order that it is faster with.
fn faster_order(session: &mut Session, name: &str, params: &Value) -> Option<(Reply, Value)> {
    let mut best: Option<(f64, Reply, Value)> = None;
    for order in ["F", "C"] {
        let mut params = params.clone();
        params["order"] = json!(order);
        params["values"] = json!(true);
        let reply = session.try_peer("numpy", name, &params)?;
        params["values"] = json!(false);
        // The first call pays for page faults and for starting threads.
        let seconds = session.try_peer("numpy", name, &params)?.seconds;
        if best.as_ref().is_none_or(|(least, ..)| seconds < *least) {
            best = Some((seconds, reply, params));
        }
    }
    best.map(|(_, reply, params)| (reply, params))
}
