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

/// The eigenvalues of a symmetric n×n matrix in ascending order, by cyclic Jacobi rotations (Golub and Van Loan, 8.5): accurate to rounding
/// of the largest.
pub(crate) fn eigenvalues(matrix: &[f64], n: usize) -> Vec<f64> {
    const SWEEPS: usize = 30;
    let mut a = matrix.to_vec();
    let largest = a.iter().fold(0.0_f64, |m, a| m.max(a.abs()));
    for _ in 0..SWEEPS {
        let mut off = 0.0_f64;
        for (p, q) in (0..n).flat_map(|q| (0..q).map(move |p| (p, q))) {
            let apq = a[p * n + q];
            off = off.max(apq.abs());
            if apq == 0.0 {
                continue;
            }
            let theta = 0.5 * (a[q * n + q] - a[p * n + p]) / apq;
            let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
            let c = 1.0 / t.hypot(1.0);
            let s = t * c;
            for i in 0..n {
                let (x, y) = (a[i * n + p], a[i * n + q]);
                (a[i * n + p], a[i * n + q]) = (c * x - s * y, s * x + c * y);
            }
            for i in 0..n {
                let (x, y) = (a[p * n + i], a[q * n + i]);
                (a[p * n + i], a[q * n + i]) = (c * x - s * y, s * x + c * y);
            }
        }
        if off <= 1e-17 * largest {
            break;
        }
    }
    let mut values: Vec<f64> = (0..n).map(|i| a[i * n + i]).collect();
    values.sort_by(f64::total_cmp);
    values
}

#[cfg(test)]
mod tests {
    use super::{close, eigenvalues};

    /// The second difference matrix has the eigenvalues 2 − 2 cos(jπ/(n + 1)).
    #[test]
    fn eigenvalues_of_a_known_matrix() {
        let n = 6;
        let entry = |at: usize| match (at / n).abs_diff(at % n) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let matrix: Vec<f64> = (0..n * n).map(entry).collect();
        for (j, found) in eigenvalues(&matrix, n).into_iter().enumerate() {
            let expected = 2.0 - 2.0 * ((j + 1) as f64 * core::f64::consts::PI / (n + 1) as f64).cos();
            assert!(close(found, expected, 1e-14, 4.0), "{found} {expected}");
        }
    }
}
