//! `updates`: one step of a fused rule on many parameters. Nothing but memory counts, so the limit is the same streams without arithmetic.

use thalweg_core::{Context, Layout, Real, Update};
use thalweg_optimizers::{Adam, Constant, WeightDecay, adamw};

use crate::limits::rewrite;
use crate::{Benchmark, Metric, Result, Row, Session, Side};

/// Far beyond any cache: 64 MB a stream in f32.
const N: usize = 16_000_000;
const BYTES: Metric = Metric::rate("speed", "GB/s");

pub(super) fn benchmarks() -> Vec<Benchmark> {
    vec![
        Benchmark::new("updates", "adamw-f64", step::<f64>),
        Benchmark::new("updates", "adamw-f32", step::<f32>),
    ]
}

/// Reads p, g, m, v and writes p, m, v: seven streams.
fn step<T: Real>(session: &mut Session) -> Result<Vec<Row>> {
    let n = if session.quick { N / 4 } else { N };
    let layout = Layout::flat(n);
    let rule = adamw(Adam::default(), WeightDecay::new(0.01)?, Constant::new(1e-3)?);
    let mut state = Update::<T>::init(&rule, &layout)?;
    let entry = |i: usize| ((i * 37 % 101) as f64 - 50.0) / 50.0;
    let mut g: Vec<T> = (0..n).map(|i| T::of(entry(i))).collect();
    let mut p: Vec<T> = (0..n).map(|i| T::of(entry(i + 7))).collect();
    let (mut q, mut m, mut v) = (vec![T::ONE; n], vec![T::ONE; n], vec![T::ONE; n]);
    let h = g.clone();
    let mut steps = 0;
    let mut sides = [
        Side::fallible(|| {
            let (seconds, outcome) =
                crate::timed(|| rule.advance(&mut p, &mut g, &mut state, &Context::new(steps, &layout)));
            outcome?;
            steps += 1;
            Ok(seconds)
        }),
        Side::of(|| rewrite(&h, &mut q, &mut m, &mut v)),
    ];
    let times = session.race(session.effort(), &mut sides)?;
    drop(sides);
    let bytes = (7 * n * size_of::<T>()) as f64 * 1e-9;
    // With a constant gradient m̂ = g and v̂ = g² at every step, so that every entry moves by lr·(sign(g) + λp) a time.
    let valid = (0..n).step_by(n / 64).all(|i| {
        let (mut expected, g) = (entry(i + 7), entry(i));
        for _ in 0..steps {
            expected -= 1e-3 * (g / (g.abs() + 1e-8) + 0.01 * expected);
        }
        (p[i].to_f64() - expected).abs() <= 1e3 * T::EPSILON.to_f64() * steps as f64
    });
    Ok(vec![Row::new(BYTES, times[0].rate(bytes)).limit(bytes / times[1].median).valid(valid)])
}
