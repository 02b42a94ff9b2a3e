//! `Smooth`: every oracle against the naive formulas, with weights, offset, penalty, subsamples and threads.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod smooth_support;

use std::num::NonZeroUsize;

use faer::Mat;
use smooth_support::{Data, Kind, Ridge, coefficients};
use thalweg_core::par::with_threads;
use thalweg_core::{
    BLOCK_ROWS, Cost, Design, Error, Gradient, Halt, Hessian, HessianVector, Objective, Par, Pointwise, Rows,
    Smooth, Subsample,
};

const KINDS: [Kind; 4] = [Kind::Squared, Kind::Logistic, Kind::Poisson, Kind::Huber];

/// The textbook sums over some rows: value, gradient, Hessian.
fn naive(kind: Kind, data: &Data, lambda: f64, x: &[f64], rows: &[usize]) -> (f64, Vec<f64>, Mat<f64>) {
    let (q, total) = (x.len(), rows.iter().map(|i| data.w[*i]).sum::<f64>());
    let (mut value, mut g, mut h) = (0.0, vec![0.0; q], Mat::zeros(q, q));
    for &i in rows {
        let row = |k: usize| if k == 0 { 1.0 } else { data.x[(i, k - 1)] };
        let eta = data.offset[i] + (0..q).map(|k| row(k) * x[k]).sum::<f64>();
        let (l, d, c) = kind.derivatives(data.y[i], eta);
        value += data.w[i] / total * l;
        for k in 0..q {
            g[k] += data.w[i] / total * d * row(k);
            (0..q).for_each(|m| h[(k, m)] += data.w[i] / total * c * row(k) * row(m));
        }
    }
    for k in 1..q {
        value += 0.5 * lambda * x[k] * x[k];
        g[k] += lambda * x[k];
        h[(k, k)] += lambda;
    }
    (value, g, h)
}

fn with<R>(kind: Kind, data: &Data, lambda: f64, f: impl FnOnce(&mut Smooth<'_, f64>) -> R) -> R {
    let design = Design::new(data.x.as_ref()).unwrap().with_intercept();
    let datafit = Cost::new(&kind, &data.y).unwrap();
    let datafit = datafit.with_weights(&data.w).unwrap().with_offset(&data.offset).unwrap();
    f(&mut Smooth::new(&design, &datafit).unwrap().with_penalty(&Ridge, lambda).unwrap())
}

fn same(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * (1.0 + b.abs()), "{a} is not {b}");
}

/// All oracles at x against the sums over `rows`.
fn oracles(smooth: &mut Smooth<'_, f64>, expected: &(f64, Vec<f64>, Mat<f64>), x: &[f64], rooted: bool) {
    let q = x.len();
    let (value, gradient, hessian) = expected;
    let (mut g, mut h, mut r) = (vec![0.0; q], Mat::zeros(q, q), Mat::zeros(q, q));
    same(smooth.value(x).unwrap(), *value);
    same(smooth.value_gradient(x, &mut g).unwrap(), *value);
    g.iter().zip(gradient).for_each(|(a, b)| same(*a, *b));
    same(smooth.value_gradient_hessian(x, &mut g, h.as_mut()).unwrap(), *value);
    g.iter().zip(gradient).for_each(|(a, b)| same(*a, *b));
    let v: Vec<f64> = (0..q).map(|k| 1.0 - 0.7 * k as f64).collect();
    let mut hv = vec![0.0; q];
    smooth.linearize(x).unwrap();
    smooth.hessian_vector(&v, &mut hv).unwrap();
    if rooted {
        assert!(smooth.hessian_root(x, r.as_mut()).unwrap());
    }
    for k in 0..q {
        same(hv[k], (0..q).map(|m| hessian[(k, m)] * v[m]).sum());
        for m in 0..q {
            same(h[(k, m)], hessian[(k, m)]);
            if rooted {
                assert!(m >= k || r[(k, m)] == 0.0, "R is upper triangular");
                same((0..q).map(|i| r[(i, k)] * r[(i, m)]).sum(), hessian[(k, m)]);
            }
        }
    }
}

#[test]
fn oracles_equal_the_textbook_sums() {
    for kind in KINDS {
        for (n, p) in [(1, 0), (1, 2), (30, 3), (BLOCK_ROWS, 1), (2 * BLOCK_ROWS + 9, 5)] {
            let mut data = Data::new(n, p, 1, kind);
            data.w[0] = 1.5;
            let x = coefficients(p + 1, 2, 0.4);
            for lambda in [0.0, 0.3] {
                let expected = naive(kind, &data, lambda, &x, &(0..n).collect::<Vec<_>>());
                with(kind, &data, lambda, |smooth| oracles(smooth, &expected, &x, true));
            }
        }
    }
}

#[test]
fn subsamples_are_the_blocks_they_name() {
    let n = 7 * BLOCK_ROWS + 100;
    let data = Data::new(n, 3, 3, Kind::Logistic);
    let x = coefficients(4, 4, 0.5);
    for every in [2, 3, 8, 100] {
        let rows: Vec<usize> = (0..n).filter(|i| (i / BLOCK_ROWS).is_multiple_of(every)).collect();
        let expected = naive(Kind::Logistic, &data, 0.1, &x, &rows);
        with(Kind::Logistic, &data, 0.1, |smooth| {
            smooth.restrict(Rows::EveryBlock(NonZeroUsize::new(every).unwrap()));
            assert_eq!(smooth.active_rows(), rows.len());
            oracles(smooth, &expected, &x, false);
            smooth.restrict(Rows::All);
            let all = naive(Kind::Logistic, &data, 0.1, &x, &(0..n).collect::<Vec<_>>());
            oracles(smooth, &all, &x, true);
        });
    }
}

#[test]
fn a_subsample_of_absent_rows_is_refused() {
    let mut data = Data::new(3 * BLOCK_ROWS, 1, 5, Kind::Squared);
    data.w[..BLOCK_ROWS].fill(0.0);
    with(Kind::Squared, &data, 0.0, |smooth| {
        smooth.restrict(Rows::EveryBlock(NonZeroUsize::new(3).unwrap()));
        assert_eq!(smooth.active_rows(), 3 * BLOCK_ROWS);
    });
}

/// A weight of k is k equal rows, and a weight of 0 is no row.
#[test]
fn integer_weights_are_repeated_rows() {
    for kind in KINDS {
        let data = Data::new(200, 3, 6, kind);
        let copies: Vec<usize> = (0..200).flat_map(|i| std::iter::repeat_n(i, data.w[i] as usize)).collect();
        let repeated = Data {
            x: Mat::from_fn(copies.len(), 3, |i, j| data.x[(copies[i], j)]),
            y: copies.iter().map(|i| data.y[*i]).collect(),
            w: vec![1.0; copies.len()],
            offset: copies.iter().map(|i| data.offset[*i]).collect(),
        };
        let x = coefficients(4, 7, 0.5);
        let expected = naive(kind, &repeated, 0.2, &x, &(0..copies.len()).collect::<Vec<_>>());
        with(kind, &data, 0.2, |smooth| oracles(smooth, &expected, &x, true));
        with(kind, &repeated, 0.2, |smooth| oracles(smooth, &expected, &x, true));
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let data = Data::new(9 * BLOCK_ROWS + 31, 6, 8, Kind::Poisson);
    let x = coefficients(7, 9, 0.3);
    let run = |par: Par| {
        let design = Design::new(data.x.as_ref()).unwrap().with_intercept();
        let datafit = Cost::new(&Kind::Poisson, &data.y).unwrap().with_weights(&data.w).unwrap();
        let mut smooth = Smooth::new(&design, &datafit).unwrap().with_par(par);
        let (mut g, mut h, mut r, mut hv) = (vec![0.0; 7], Mat::zeros(7, 7), Mat::zeros(7, 7), vec![0.0; 7]);
        let value = smooth.value(&x).unwrap();
        let fused = smooth.value_gradient_hessian(&x, &mut g, h.as_mut()).unwrap();
        assert_eq!(value.to_bits(), fused.to_bits(), "a value alone has the bits of a fused one");
        assert_eq!(value.to_bits(), smooth.value_gradient(&x, &mut g).unwrap().to_bits());
        smooth.hessian_root(&x, r.as_mut()).unwrap();
        smooth.linearize(&x).unwrap();
        smooth.hessian_vector(&x, &mut hv).unwrap();
        let bound = smooth.verify(&x).unwrap();
        let pairs = (0..7).flat_map(|i| (0..7).map(move |j| (i, j)));
        let entries = pairs.flat_map(|at| [h[at], r[at]]);
        let all = [value, bound.certificate.bound().unwrap_or(-1.0), bound.gradient_inf.unwrap()];
        all.into_iter()
            .chain(g.clone())
            .chain(hv.clone())
            .chain(entries)
            .map(f64::to_bits)
            .collect::<Vec<_>>()
    };
    let reference = run(Par::Seq);
    for threads in [1, 2, 7] {
        assert_eq!(with_threads(threads, || run(Par::Rayon)).unwrap(), reference, "{threads} threads");
    }
    // An objective made outside a pool and used inside a larger one has too few scratch slots, not other results.
    let design = Design::new(data.x.as_ref()).unwrap();
    let datafit = Cost::new(&Kind::Poisson, &data.y).unwrap();
    let mut smooth = Smooth::new(&design, &datafit).unwrap();
    let outside = smooth.value(&x[1..]).unwrap();
    assert_eq!(with_threads(7, || smooth.value(&x[1..]).unwrap()).unwrap().to_bits(), outside.to_bits());
}

#[test]
fn a_design_without_parameters_has_a_value() {
    let data = Data::new(600, 0, 10, Kind::Squared);
    let design = Design::new(data.x.as_ref()).unwrap();
    let datafit = Cost::new(&Kind::Squared, &data.y).unwrap();
    let mut smooth = Smooth::new(&design, &datafit).unwrap();
    let expected = data.y.iter().map(|y| 0.5 * y * y).sum::<f64>() / 600.0;
    same(smooth.value(&[]).unwrap(), expected);
    same(smooth.value_gradient_hessian(&[], &mut [], Mat::zeros(0, 0).as_mut()).unwrap(), expected);
    smooth.verify(&[]).unwrap();
}

#[test]
fn wrong_input_is_named() {
    let data = Data::new(20, 2, 11, Kind::Logistic);
    let design = Design::new(data.x.as_ref()).unwrap();
    let short = Cost::new(&Kind::Logistic, &data.y[1..]).unwrap();
    assert!(matches!(Smooth::new(&design, &short).err(), Some(Error::Shape { expected: 19, found: 20, .. })));
    let fit = || Cost::new(&Kind::Logistic, &data.y).unwrap();
    let datafit = fit();
    let mut smooth = Smooth::new(&design, &datafit).unwrap();
    assert!(matches!(smooth.value(&[0.0]), Err(Halt::Input(Error::Shape { .. }))));
    assert!(matches!(smooth.hessian_vector(&[0.0; 2], &mut [0.0; 2]), Err(Halt::Input(Error::Empty { .. }))));
    for lambda in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(Smooth::new(&design, &datafit).unwrap().with_penalty(&Ridge, lambda).is_err(), "{lambda}");
    }
    let mut y = data.y.clone();
    y[7] = 2.0;
    let error = Cost::new(&Kind::Logistic, &y).err().unwrap();
    assert!(matches!(error, Error::OutsideDomain { row: 7, .. }), "{error}");
    let mut w = vec![1.0; 20];
    w[3] = -1.0;
    assert!(matches!(fit().with_weights(&w).err(), Some(Error::OutsideDomain { row: 3, .. })));
    assert!(fit().with_weights(&[0.0; 20]).is_err() && fit().with_weights(&[1.0; 19]).is_err());
    let mut offset = vec![0.0; 20];
    offset[9] = f64::NAN;
    assert!(matches!(fit().with_offset(&offset).err(), Some(Error::NonFinite { row: 9, .. })));
    assert!(Cost::<f64>::new(&Kind::Logistic, &[]).is_err());
}

/// e^800 is +∞, a soft reject and no NaN; the same in single precision.
#[test]
fn overflow_is_a_soft_reject() {
    let data = Data::new(50, 1, 12, Kind::Poisson);
    with(Kind::Poisson, &data, 0.0, |smooth| {
        assert_eq!(smooth.value(&[1e4, 0.0]).unwrap(), f64::INFINITY);
        assert_eq!(smooth.value_gradient(&[1e4, 0.0], &mut [0.0; 2]).unwrap(), f64::INFINITY);
    });
    let x = Mat::<f32>::from_fn(50, 1, |i, j| data.x[(i, j)] as f32);
    let y: Vec<f32> = data.y.iter().map(|y| *y as f32).collect();
    let design = Design::new(x.as_ref()).unwrap();
    let datafit = Cost::new(&Kind::Poisson, &y).unwrap();
    assert_eq!(Smooth::new(&design, &datafit).unwrap().value(&[1e30]).unwrap(), f32::INFINITY);
}
