//! `Design`: products against the naive formulas on many shapes, storage, selection, bad entries, aliases.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::Mat;
use thalweg_core::par::with_threads;
use thalweg_core::streams::{Streams, normal};
use thalweg_core::{BLOCK_ROWS, Design, Error, Par, Weights};

fn random(n: usize, p: usize, seed: u64) -> Mat<f64> {
    let mut rng = Streams::new(seed).stream("design", 0);
    Mat::from_fn(n, p, |_, _| normal(&mut rng))
}

/// Row i of X with the intercept's 1 in front.
fn row(x: &Mat<f64>, i: usize, intercept: bool) -> Vec<f64> {
    let ones = intercept.then_some(1.0).into_iter();
    ones.chain((0..x.ncols()).map(|j| x[(i, j)])).collect()
}

fn close(a: f64, b: f64, size: f64) -> bool {
    (a - b).abs() <= 1e-13 * (size + 1.0)
}

/// Shapes around block, lane and chunk sizes.
fn shapes() -> impl Iterator<Item = (usize, usize)> {
    let rows = [1, 2, 15, 16, 17, 100, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 3 * BLOCK_ROWS + 77];
    rows.into_iter().flat_map(|n| [0, 1, 2, 3, 4, 5, 9, 17, 33].map(|p| (n, p)))
}

fn products(design: &Design<'_, f64>, x: &Mat<f64>, intercept: bool) {
    let (n, q) = (design.rows(), design.parameters());
    let (b, u): (Vec<f64>, Vec<f64>) =
        ((0..q).map(|k| 0.5 - k as f64).collect(), (0..n).map(|i| (i as f64).sin()).collect());
    let (mut eta, mut g, mut h) = (vec![7.0; n], vec![7.0; q], Mat::zeros(q, q));
    design.apply(&b, &mut eta, Par::Rayon);
    design.apply_transpose(&u, &mut g, Par::Rayon);
    design.weighted_gram(&u, h.as_mut(), Par::Rayon);
    let rows: Vec<Vec<f64>> = (0..n).map(|i| row(x, i, intercept)).collect();
    for i in 0..n {
        let expected: f64 = rows[i].iter().zip(&b).map(|(x, b)| x * b).sum();
        assert!(close(eta[i], expected, 10.0 * q as f64), "apply: {n}x{q}, row {i}");
    }
    for k in 0..q {
        let expected: f64 = (0..n).map(|i| rows[i][k] * u[i]).sum();
        assert!(close(g[k], expected, n as f64), "apply_transpose: {n}x{q}, column {k}");
        for l in 0..q {
            let expected: f64 = (0..n).map(|i| rows[i][k] * u[i] * rows[i][l]).sum();
            assert!(
                close(h[(k, l)], expected, n as f64),
                "gram: {n}x{q}, entry {k},{l}: {} not {expected}",
                h[(k, l)]
            );
            assert_eq!(h[(k, l)], h[(l, k)], "both triangles");
        }
    }
}

#[test]
fn products_equal_the_naive_sums() {
    for (n, p) in shapes() {
        let x = random(n, p, 1);
        products(&Design::new(x.as_ref()).unwrap(), &x, false);
        products(&Design::from_mat(x.clone()).unwrap().with_intercept(), &x, true);
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let x = random(9 * BLOCK_ROWS + 5, 13, 2);
    let design = Design::new(x.as_ref()).unwrap().with_intercept();
    let (n, q) = (design.rows(), design.parameters());
    let u: Vec<f64> = (0..n).map(|i| (i as f64 * 0.37).sin()).collect();
    let run = |par: Par| {
        let (mut eta, mut g, mut h) = (vec![0.0; n], vec![0.0; q], Mat::zeros(q, q));
        design.apply(&u[..q], &mut eta, par);
        design.apply_transpose(&u, &mut g, par);
        design.weighted_gram(&u, h.as_mut(), par);
        let matrix = (0..q).flat_map(|j| (0..q).map(move |i| (i, j))).map(|at| h[at]);
        eta.iter().chain(&g).copied().chain(matrix).map(f64::to_bits).collect::<Vec<_>>()
    };
    let reference = run(Par::Seq);
    for threads in [1, 2, 7] {
        assert_eq!(with_threads(threads, || run(Par::Rayon)).unwrap(), reference, "{threads} threads");
    }
}

#[test]
fn selections_are_the_columns_named_in_order() {
    let x = random(700, 6, 3);
    let design = Design::new(x.as_ref()).unwrap().with_intercept();
    let columns = [4, 0, 3, 5];
    let selected = design.select(&columns).unwrap();
    let copy = Mat::from_fn(700, 4, |i, j| x[(i, columns[j])]);
    products(&selected, &copy, true);
    let again = selected.select(&[3, 1]).unwrap();
    products(&again, &Mat::from_fn(700, 2, |i, j| copy[(i, [3, 1][j])]), true);
    assert_eq!(again.max_abs(0), 1.0);
    assert_eq!(again.max_abs(1), (0..700).map(|i| x[(i, 5)].abs()).fold(0.0, f64::max));
    assert_eq!(design.select(&[]).unwrap().parameters(), 1);
    for wrong in [&[6][..], &[2, 1, 2]] {
        assert!(matches!(design.select(wrong), Err(Error::InvalidParameter { .. })));
    }
}

#[test]
fn any_strides_are_read() {
    // The transpose of a column-major matrix is row-major; one row of it has a stride that no column slice shows.
    for (n, p) in [(5, 3), (1, 4), (4, 1), (600, 2)] {
        let stored = random(p, n, 4);
        let x = stored.transpose().to_owned();
        products(&Design::new(stored.transpose()).unwrap().with_intercept(), &x, true);
    }
    let wide = random(9, 8, 5);
    for (row, n) in [(0, 9), (2, 1), (3, 4)] {
        let part = wide.as_ref().submatrix(row, 1, n, 3);
        products(&Design::new(part).unwrap(), &part.to_owned(), false);
        let flipped = part.reverse_rows();
        products(&Design::new(flipped).unwrap(), &flipped.to_owned(), false);
    }
}

#[test]
fn bad_entries_are_named() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for (i, j) in [(0, 0), (17, 2), (699, 3)] {
            let mut x = random(700, 4, 6);
            x[(i, j)] = bad;
            match Design::new(x.as_ref()).err().unwrap() {
                Error::NonFinite { what, row, value } => {
                    assert_eq!((what, row), (format!("predictor {j}"), i));
                    assert!(value == bad || (value.is_nan() && bad.is_nan()));
                }
                other => panic!("{other}"),
            }
        }
    }
    assert!(matches!(Design::new(Mat::<f64>::zeros(0, 3).as_ref()).err(), Some(Error::Empty { .. })));
}

/// The first independent columns stay, as in R; rows of weight 0 do not count.
#[test]
fn aliased_columns_are_found() {
    let base = random(1200, 3, 7);
    let x = Mat::from_fn(1200, 6, |i, j| match j {
        0..3 => base[(i, j)],
        3 => 2.0 * base[(i, 0)] - 1e3 * base[(i, 2)] + 5.0,
        4 => 0.0,
        // Differs from column 1 in one row.
        _ => base[(i, 1)] + if i == 1100 { 1e-3 } else { 0.0 },
    });
    let design = Design::new(x.as_ref()).unwrap().with_intercept();
    let aliased = |w: Weights<'_, f64>| design.aliased(w, Par::Rayon);
    assert_eq!(aliased(Weights::Unit), [false, false, false, false, true, true, false]);
    let mut w = vec![1.0; 1200];
    w[1100] = 0.0;
    assert_eq!(aliased(Weights::Each(&w)), [false, false, false, false, true, true, true]);
    let reference = aliased(Weights::Unit);
    assert_eq!(with_threads(7, || aliased(Weights::Unit)).unwrap(), reference);
    // More columns than rows: as many stay as there are rows.
    let wide = Design::from_mat(random(3, 5, 8)).unwrap().with_intercept();
    assert_eq!(wide.aliased(Weights::Unit, Par::Seq), [false, false, false, true, true, true]);
    // A nearly aliased column is no alias.
    let near = Mat::from_fn(1200, 2, |i, j| base[(i, 0)] + if j == 1 { 1e-7 * base[(i, 1)] } else { 0.0 });
    assert_eq!(Design::from_mat(near).unwrap().aliased(Weights::Unit, Par::Seq), [false, false]);
}
