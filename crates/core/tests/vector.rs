//! Slices as vectors, against naive sums and at the edges of the range.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::streams::{Streams, normal};
use thalweg_core::vector;

fn random(n: usize, index: u64) -> Vec<f64> {
    let mut rng = Streams::new(1).stream("vector", index);
    (0..n).map(|_| normal(&mut rng)).collect()
}

#[test]
fn sums_equal_the_naive_ones() {
    for n in (0..70).chain([127, 128, 129, 1000]) {
        let (x, y) = (random(n, 0), random(n, 1));
        let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-13 * (1.0 + n as f64), "{n}: {a}, {b}");
        close(vector::dot(&x, &y), x.iter().zip(&y).map(|(a, b)| a * b).sum());
        close(vector::sum(&x), x.iter().sum());
        close(vector::norm2(&x), x.iter().map(|v| v * v).sum::<f64>().sqrt());
        assert_eq!(vector::norm_inf(&x), x.iter().fold(0.0, |m, v| f64::max(m, v.abs())));
        let (mut z, mut out) = (y.clone(), vec![0.0; n]);
        vector::axpy(0.5, &x, &mut z);
        vector::step(&y, 0.5, &x, &mut out);
        assert_eq!(z, out, "y + a x is y + a x");
        vector::scale(2.0, &mut z);
        (0..n).for_each(|i| close(z[i], 2.0 * y[i] + x[i]));
    }
}

#[test]
fn norms_neither_overflow_nor_underflow() {
    assert!((vector::norm2(&[3e200_f64, 4e200]) / 5e200 - 1.0).abs() < 1e-15);
    assert!((vector::norm2(&[3e-200_f64, 4e-200]) / 5e-200 - 1.0).abs() < 1e-15);
    assert!((vector::norm2(&[3e-30_f32, 4e-30]) / 5e-30 - 1.0).abs() < 1e-6);
    assert_eq!(vector::norm2::<f64>(&[]), 0.0);
    assert_eq!(vector::norm2(&[0.0, f64::INFINITY]), f64::INFINITY);
    assert!(vector::norm2(&[1.0, f64::NAN]).is_nan() && vector::norm2(&[f64::INFINITY, f64::NAN]).is_nan());
}

#[test]
fn whatever_is_not_finite_is_noticed() {
    for n in [1, 15, 16, 17, 40] {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for at in [0, n / 2, n - 1] {
                let mut x = vec![1.0; n];
                assert!(vector::all_finite(&x));
                x[at] = bad;
                assert!(!vector::all_finite(&x));
                assert!(!vector::norm_inf(&x).is_finite());
                assert_eq!(vector::norm_inf(&x).is_nan(), bad.is_nan());
            }
        }
    }
    assert!(vector::all_finite(&[f64::MAX, -f64::MAX, 5e-324]) && vector::all_finite::<f64>(&[]));
}
