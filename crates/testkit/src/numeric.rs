//! Small numerical tools of the laws: closeness, finite differences, seeded numbers, one-dimensional search.

use thalweg_core::streams::{Streams, normal, uniform};

/// |a − b| ≤ tolerance · max(|a|, |b|, floor); equal infinities agree, a NaN never does.
pub(crate) fn close(a: f64, b: f64, tolerance: f64, floor: f64) -> bool {
    a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(floor)
}

/// f′(x) by central differences with one Richardson step: the error is of order h⁴.
pub(crate) fn derivative(f: impl Fn(f64) -> f64, x: f64, h: f64) -> f64 {
    let central = |h: f64| (f(x + h) - f(x - h)) / (2.0 * h);
    (4.0 * central(0.5 * h) - central(h)) / 3.0
}

/// `count` standard normal numbers times `scale`.
pub(crate) fn normals(purpose: &str, index: u64, count: usize, scale: f64) -> Vec<f64> {
    let mut rng = Streams::new(2024).stream(purpose, index);
    (0..count).map(|_| scale * normal(&mut rng)).collect()
}

/// `count` uniform numbers between two limits.
pub(crate) fn uniforms(purpose: &str, count: usize, low: f64, high: f64) -> Vec<f64> {
    let mut rng = Streams::new(2024).stream(purpose, 0);
    (0..count).map(|_| low + (high - low) * uniform(&mut rng)).collect()
}

/// The smallest value of f on [low, high]: a scan, then golden section around its best point, so that a nonconvex f is served too.
pub(crate) fn smallest(f: impl Fn(f64) -> f64, low: f64, high: f64) -> (f64, f64) {
    const SCAN: u32 = 400;
    let width = (high - low) / f64::from(SCAN);
    let at = |i: u32| low + width * f64::from(i);
    let best = (0..=SCAN).min_by(|a, b| f(at(*a)).total_cmp(&f(at(*b)))).unwrap_or(0);
    let (mut a, mut b) = (at(best) - width, at(best) + width);
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    for _ in 0..80 {
        let (c, d) = (b - ratio * (b - a), a + ratio * (b - a));
        if f(c) <= f(d) { b = d } else { a = c }
    }
    // A kink at 0 is where penalties are minimal; golden section comes near it, never onto it.
    [0.5 * (a + b), 0.0]
        .into_iter()
        .map(|x| (x, f(x)))
        .min_by(|p, q| p.1.total_cmp(&q.1))
        .unwrap_or((low, f(low)))
}
