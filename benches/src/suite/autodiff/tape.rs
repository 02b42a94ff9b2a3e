//! What an operation costs on a tape, its part of the reverse sweep included: chains of sums and products, in the first-level cache and far
//! beyond the last. The limit is writing records of the same size and reading them backwards, without arithmetic.

use std::hint::black_box;

use thalweg_autodiff::{Tape, Var};

use super::near;
use super::repeat::{Way, race};
use crate::limits::write_then_read_back;
use crate::{Benchmark, Metric, Result, Row, Sample, Session};

const TIME: Metric = Metric::cost("operation", "ns");
const LIMIT: Metric = Metric::cost("limit", "ns");
const BYTES: Metric = Metric::cost("record", "bytes");

pub(super) fn benchmarks() -> Vec<Benchmark> {
    vec![
        Benchmark::new("autodiff", "tape-1e3", |s| run(s, 500)),
        Benchmark::new("autodiff", "tape-1e6", |s| run(s, 500_000)),
    ]
}

/// x ← x·b + a, so often: x b^k + a (1 + b + … + b^(k−1)). A function of its own, as most that are worth a tape are.
#[inline(never)]
fn chain<'t>(v: &[Var<'t, f64>], steps: usize) -> Var<'t, f64> {
    let (mut x, b, a) = (v[0], v[1], v[2]);
    for _ in 0..steps {
        x = x * b + a;
    }
    x
}

/// Two operations a step.
fn run(session: &mut Session, steps: usize) -> Result<Vec<Row>> {
    let operations = 2 * steps;
    // Far enough from 1 that the closed forms below cancel nothing, near enough that no power is subnormal.
    let b = 1.0 - f64::powi(2.0, -10);
    let x = [0.5, b, 0.25];
    let mut tape = Tape::<f64>::new().with_capacity(operations + x.len());
    let mut records = vec![[0_u64; 3]; operations];
    let (mut g, mut taped) = ([0.0; 3], Ok(0.0));
    let ways = vec![
        Way::new(TIME, || taped = tape.gradient(black_box(&x), |v| chain(v, steps), black_box(&mut g))),
        Way::new(LIMIT, || {
            black_box(write_then_read_back(black_box(&mut records)));
        }),
    ];
    let rows = race(session, ways, &[], |_| true)?;
    taped?;
    let [Some(time), Some(limit)] = [&rows[0], &rows[1]].map(|rows| rows.first()) else {
        return Err("a race without rows".into());
    };
    let each = 1.0 / operations as f64;
    let sample = Sample { median: time.ours, lo: time.ours_lo, hi: time.ours_hi }.scaled(each);
    // ∂/∂x = b^k; ∂/∂a = (1 − b^k)/(1 − b); ∂/∂b by differentiating both.
    let (k, power) = (steps as f64, b.powi(steps as i32));
    let series = (1.0 - power) / (1.0 - b);
    let by_b = 0.5 * k * power / b + 0.25 * (series - k * power / b) / (1.0 - b);
    let valid = near(&g, &[power, by_b, series], 1e-11) && tape.len() == operations + x.len();
    let bytes = Sample::exactly(Tape::<f64>::record_bytes() as f64);
    Ok(vec![Row::new(TIME, sample).limit(limit.ours * each).valid(valid), Row::new(BYTES, bytes)])
}
