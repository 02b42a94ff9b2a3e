//! `math`: elementary and special functions on slices that fit the first-level cache, on one thread, against a plain loop over std
//! (statrs for what std lacks).

use thalweg_core::streams::{Streams, uniform};
use thalweg_core::{Real, simd};

use crate::statistics::exact_sum;
use crate::{Benchmark, Metric, Result, Row, Session, Side};

const ELEMENTS: usize = 4096;
/// Where erf is neither linear nor 1.
const BEND: (f64, f64) = (-4.0, 4.0);
/// Passes over the slice in a measurement.
const PASSES: usize = 64;
const TIME: Metric = Metric::cost("time", "ns/element");

/// A function, where it is measured, and against whom.
struct Function<T> {
    ours: fn(&[T], &mut [T]),
    peer: &'static str,
    theirs: fn(&[T], &mut [T]),
    reference: fn(f64) -> f64,
    range: (f64, f64),
    /// Sum of the errors, relative to the sum of the values, that still counts as the same function.
    tolerance: f64,
}

/// `name: peer, range, the peer's f64 function, its f32 function`.
macro_rules! functions {
    ($($name:ident: $peer:literal, $range:expr, $f64:expr, $f32:expr;)+) => {
        vec![$(
            function!(concat!(stringify!($name), "-f64"), $name, f64, $peer, $range, $f64, $f64, 1e-12),
            function!(concat!(stringify!($name), "-f32"), $name, f32, $peer, $range, $f32, $f64, 1e-6),
        )+]
    };
}

macro_rules! function {
    ($case:expr, $name:ident, $real:ty, $peer:literal, $range:expr, $theirs:expr, $reference:expr, $tolerance:expr) => {
        Benchmark::new("math", $case, |session| {
            let theirs = |x: &[$real], out: &mut [$real]| {
                let f = $theirs;
                out.iter_mut().zip(x).for_each(|(out, x)| *out = f(*x));
            };
            let function = Function::<$real> {
                ours: simd::$name,
                peer: $peer,
                theirs,
                reference: $reference,
                range: $range,
                tolerance: $tolerance,
            };
            compare(session, &function)
        })
    };
}

/// Adding a row: one line.
pub(super) fn benchmarks() -> Vec<Benchmark> {
    use statrs::function::{
        erf::erf,
        gamma::{digamma, ln_gamma},
    };
    let mut all = functions! {
        exp: "std", (-20.0, 20.0), |x: f64| x.exp(), |x: f32| x.exp();
        exp_m1: "std", (-2.0, 2.0), |x: f64| x.exp_m1(), |x: f32| x.exp_m1();
        ln: "std", (1e-3, 1e3), |x: f64| x.ln(), |x: f32| x.ln();
        ln_1p: "std", (-0.5, 2.0), |x: f64| x.ln_1p(), |x: f32| x.ln_1p();
        sigmoid: "std", (-20.0, 20.0), |x: f64| 1.0 / (1.0 + (-x).exp()), |x: f32| 1.0 / (1.0 + (-x).exp());
        softplus: "std", (-20.0, 20.0), |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p(),
            |x: f32| x.max(0.0) + (-x.abs()).exp().ln_1p();
        tanh: "std", (-4.0, 4.0), |x: f64| x.tanh(), |x: f32| x.tanh();
        sin: "std", (-30.0, 30.0), |x: f64| x.sin(), |x: f32| x.sin();
        ln_gamma: "statrs", (0.1, 50.0), |x: f64| ln_gamma(x), |x: f32| ln_gamma(f64::from(x)) as f32;
        digamma: "statrs", (0.1, 50.0), |x: f64| digamma(x), |x: f32| digamma(f64::from(x)) as f32;
    };
    // statrs' erf misses 1e-12, so it cannot be the reference.
    all.extend([
        function!("erf-f64", erf, f64, "statrs", BEND, |x: f64| erf(x), erf_by_series, 1e-12),
        function!(
            "erf-f32",
            erf,
            f32,
            "statrs",
            BEND,
            |x: f32| erf(f64::from(x)) as f32,
            erf_by_series,
            1e-6
        ),
    ]);
    all
}

/// erf by 2/√π e^(−x²) Σ 2ⁿ x^(2n+1)/(1·3·…·(2n+1)) (DLMF 7.6.2), whose terms all have the sign of x.
fn erf_by_series(x: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-18 * sum.abs() {
        odd += 2.0;
        term *= 2.0 * x * x / odd;
        sum += term;
    }
    std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

fn compare<T: Real>(session: &mut Session, function: &Function<T>) -> Result<Vec<Row>> {
    let Function { ours, peer, theirs, reference, range: (lo, hi), tolerance } = *function;
    let mut rng = Streams::new(1).stream("math", 0);
    let x: Vec<T> = (0..ELEMENTS).map(|_| T::of(lo + (hi - lo) * uniform(&mut rng))).collect();
    let (mut mine, mut yours) = (vec![T::of(0.0); ELEMENTS], vec![T::of(0.0); ELEMENTS]);
    let repeat = |f: fn(&[T], &mut [T]), out: &mut [T]| {
        for _ in 0..PASSES {
            f(std::hint::black_box(&x), std::hint::black_box(&mut *out));
        }
    };
    let mut sides = [Side::of(|| repeat(ours, &mut mine)), Side::of(|| repeat(theirs, &mut yours))];
    let samples = session.race(session.brief(), &mut sides)?;
    drop(sides);
    let size = exact_sum(x.iter().map(|x| reference(x.to_f64()).abs()));
    let accurate = |values: &[T]| {
        let wrong = values.iter().zip(&x).map(|(v, x)| (v.to_f64() - reference(x.to_f64())).abs());
        exact_sum(wrong) <= tolerance * size
    };
    let each = 1e9 / (ELEMENTS * PASSES) as f64;
    let row = Row::new(TIME, samples[0].scaled(each)).peer(peer, samples[1].scaled(each));
    Ok(vec![row.valid(accurate(&mine)).valid(accurate(&yours))])
}
