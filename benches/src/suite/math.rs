//! `math`: elementary and special functions on slices that fit the first-level cache, against a plain loop over std (statrs for what std
//! lacks) on one thread.

use thalweg_core::math::Float;
use thalweg_core::{Real, simd};

use crate::statistics::exact_sum;
use crate::{Benchmark, Metric, Result, Row, Session, Side};

const ELEMENTS: usize = 4096;
/// Passes over the slice in a measurement.
const PASSES: usize = 64;
const TIME: Metric = Metric::cost("time", "ns/element");

/// `name, peer, range of arguments, the peer's function`: makes an f64 and an f32 benchmark.
macro_rules! functions {
    ($($name:ident, $peer:literal, $lo:literal, $hi:literal, $theirs:expr, $theirs32:expr;)+) => {
        vec![$(
            Benchmark::new("math", concat!(stringify!($name), "-f64"), |session| {
                let theirs: fn(f64) -> f64 = $theirs;
                let reference: fn(f64) -> f64 = $theirs;
                compare(session, $peer, ($lo, $hi), simd::$name::<f64>, |x, out| {
                    for (out, x) in out.iter_mut().zip(x) {
                        *out = ($theirs)(*x);
                    }
                }, reference, if theirs as usize == 0 { 0.0 } else { 1e-12 })
            }),
            Benchmark::new("math", concat!(stringify!($name), "-f32"), |session| {
                compare(session, $peer, ($lo, $hi), simd::$name::<f32>, |x, out| {
                    for (out, x) in out.iter_mut().zip(x) {
                        *out = ($theirs32)(*x);
                    }
                }, $theirs, 1e-6)
            }),
        )+]
    };
}
