//! Paths with known answers, their certificates, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::{Mat, mat};
use thalweg_core::{Error, Status, interop, par};
use thalweg_models::{Observations, Path, PathEnd, PathFit};
use thalweg_problems::linear::{Kind, Linear, synthetic};

fn gaussian() -> Path {
    Path::new("gaussian").unwrap()
}

fn fit(path: &Path, data: &Linear) -> PathFit {
    let x = interop::column_major(&data.x, data.n, data.p).unwrap();
    path.fit(&Observations::new(x, &data.y)).unwrap()
}

/// `lasso_small` of ProximalAlgorithms.jl: min ½‖Ax − b‖² + λ‖x‖₁ with λ = 0.1‖Aᵀb‖∞, and the solution its tests demand.
#[test]
fn the_small_lasso_of_proximal_algorithms() {
    let a = mat![
        [1.0, -2.0, 3.0, -4.0, 5.0],
        [2.0, -1.0, 0.0, -1.0, 3.0],
        [-1.0, 0.0, 4.0, -3.0, 2.0],
        [-1.0, -1.0, -1.0, 1.0, 3.0]
    ];
    let b = [1.0, 2.0, 3.0, 4.0];
    let wanted = [-0.387_727_891_156_462_7, 0.0, 0.0, 0.021_741_496_598_639_43, 0.616_843_537_414_966];
    let path = gaussian().without_intercept().gap(1e-14).unwrap();
    let whole = path.lambdas(2, 0.1).unwrap().fit(&Observations::new(a.as_ref(), &b)).unwrap();
    // The sum of squares has λ four times that of the mean.
    assert!((whole.lambda_max - 29.0 / 4.0).abs() < 1e-14);
    let last = whole.points.last().unwrap();
    for (j, wanted) in wanted.iter().enumerate() {
        assert!((last.coefficients.get(j) - wanted).abs() < 1e-9, "{j}");
        assert_eq!(last.coefficients.get(j) == 0.0, *wanted == 0.0);
    }
}

/// With XᵀX/n = I the lasso is soft thresholding of Xᵀy/n, at every λ of the path.
#[test]
fn orthonormal_columns_are_soft_thresholded() {
    // Columns of a Hadamard matrix of order 8.
    let x = Mat::from_fn(
        8,
        4,
        |i: usize, j: usize| if (i & (j + 1)).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 },
    );
    let truth = [3.0, -2.0, 1.0, 0.25];
    let y: Vec<f64> = (0..8).map(|i| (0..4).map(|j| x[(i, j)] * truth[j]).sum()).collect();
    let path = gaussian().lambdas(30, 1e-2).unwrap().stop_at(f64::INFINITY, 0.0).gap(1e-12).unwrap();
    let found = path.fit(&Observations::new(x.as_ref(), &y)).unwrap();
    assert_eq!((found.points.len(), found.end, found.lambda_max), (30, PathEnd::Complete, 3.0));
    for point in &found.points {
        assert_eq!(point.status, Status::Certified);
        for (j, b) in truth.iter().enumerate() {
            let wanted = b - b.clamp(-point.lambda, point.lambda);
            assert!((point.coefficients.get(j) - wanted).abs() < 1e-12, "{} {j}", point.lambda);
        }
    }
}

/// (XᵀX/n + λI)b = Xᵀy/n, by hand for one standardised column.
#[test]
fn ridge_has_its_closed_form() {
    let x = mat![[1.0], [2.0], [3.0], [4.0], [5.0]];
    let y = [1.0, 3.0, 2.0, 5.0, 4.0];
    // var(x) = 2, cov = 1.6: slope 1.6/(2 + λ).
    let path = gaussian().alpha(0.0).unwrap().lambda_values(vec![2.0, 0.5]).unwrap().gap(1e-12).unwrap();
    let found = path.fit(&Observations::new(x.as_ref(), &y)).unwrap();
    for (point, wanted) in found.points.iter().zip([0.4, 0.64]) {
        assert!((point.coefficients.get(0) - wanted).abs() < 1e-12);
        assert!((point.intercept() - (3.0 - 3.0 * wanted)).abs() < 1e-12);
        assert_eq!(point.status, Status::Certified);
    }
    // As in glmnet the sequence of a ridge starts where that of α = 0.001 would: 1.6/0.001.
    let own = gaussian().alpha(0.0).unwrap().lambdas(3, 1e-4).unwrap();
    let own = own.fit(&Observations::new(x.as_ref(), &y)).unwrap();
    assert!((own.lambda_max - 1600.0).abs() < 1e-9);
}

/// A planted solution: for any b* and v ∈ ∂‖b*‖₁ with v = Xᵀu, the target Xb* + nλu has b* as its solution.
#[test]
fn a_planted_solution_is_found() {
    let (n, p) = (40, 100);
    let data = synthetic(n, p, 7, Kind::Squared);
    let x = interop::column_major(&data.x, n, p).unwrap();
    // u in the span of the support's columns with X_Aᵀu = sign: then the others must be inside (−1, 1), which a check makes sure of.
    let support = [3_usize, 50];
    let [g, h] = [support[0], support[1]];
    let dot = |a: usize, b: usize| -> f64 { (0..n).map(|i| x[(i, a)] * x[(i, b)]).sum() };
    let (gg, gh, hh) = (dot(g, g), dot(g, h), dot(h, h));
    let det = gg * hh - gh * gh;
    // Signs +1 and −1.
    let (a, b) = ((hh + gh) / det, (-gh - gg) / det);
    let u: Vec<f64> = (0..n).map(|i| a * x[(i, g)] + b * x[(i, h)]).collect();
    let outside =
        (0..p).filter(|j| !support.contains(j)).map(|j| (0..n).map(|i| x[(i, j)] * u[i]).sum::<f64>().abs());
    assert!(outside.fold(0.0, f64::max) < 0.99, "the construction needs another seed");
    let lambda = 0.05;
    let y: Vec<f64> = (0..n).map(|i| 2.0 * x[(i, g)] - 1.0 * x[(i, h)] + n as f64 * lambda * u[i]).collect();
    let path = gaussian().without_intercept().lambda_values(vec![1.0, lambda]).unwrap().gap(1e-14).unwrap();
    let found = path.fit(&Observations::new(x, &y)).unwrap();
    let last = found.points.last().unwrap();
    assert_eq!(last.coefficients.indices, [3, 50]);
    assert!(
        (last.coefficients.values[0] - 2.0).abs() < 1e-7 && (last.coefficients.values[1] + 1.0).abs() < 1e-7
    );
}

/// Rows that come twice are rows of weight 2, and rows of weight 0 do not count, in every kind of search.
#[test]
fn weights_are_repeated_rows() {
    for (p, family) in [(4, "gaussian"), (120, "gaussian"), (30, "binomial"), (30, "poisson")] {
        let kind = match family {
            "gaussian" => Kind::Squared,
            "binomial" => Kind::Logistic,
            _ => Kind::Poisson,
        };
        let data = synthetic(50, p, 3, kind);
        let w: Vec<f64> = (0..50).map(|i| f64::from(i % 3)).collect();
        let rows: Vec<usize> = (0..50).flat_map(|i| core::iter::repeat_n(i, i % 3)).collect();
        let repeated = Mat::from_fn(rows.len(), p, |i, j| data.x[j * 50 + rows[i]]);
        let targets: Vec<f64> = rows.iter().map(|i| data.y[*i]).collect();
        let path =
            || Path::new(family).unwrap().standardize(true).lambdas(10, 0.1).unwrap().gap(1e-14).unwrap();
        let x = interop::column_major(&data.x, 50, p).unwrap();
        let weighted = path().fit(&Observations::new(x, &data.y).weights(&w)).unwrap();
        let plain = path().fit(&Observations::new(repeated.as_ref(), &targets)).unwrap();
        assert_eq!(weighted.points.len(), plain.points.len());
        for (a, b) in weighted.points.iter().zip(&plain.points) {
            assert!((a.lambda / b.lambda - 1.0).abs() < 1e-12 && a.status.is_solved());
            for j in 0..p {
                let (a, b) = (a.coefficients.get(j), b.coefficients.get(j));
                assert!((a - b).abs() < 1e-6, "{family} {p}: {a} {b}");
            }
        }
    }
}

/// The same bits whatever the number of threads.
#[test]
fn threads_change_no_bit() {
    for (n, p, kind, family) in [
        (700, 40, Kind::Squared, "gaussian"),
        (60, 300, Kind::Squared, "gaussian"),
        (700, 60, Kind::Logistic, "binomial"),
    ] {
        let data = synthetic(n, p, 5, kind);
        let path = || Path::new(family).unwrap().lambdas(20, 0.05).unwrap();
        let runs =
            [1, 2, 5].map(|threads| par::with_threads(threads, || fit(&path(), &data).points).unwrap());
        assert_eq!(runs[0], runs[1]);
        assert_eq!(runs[0], runs[2]);
    }
}

/// Every family of a convex pair, from λ_max on, to its certificate or the conditions of optimality.
#[test]
fn other_losses_are_solved() {
    let data = synthetic(150, 40, 9, Kind::Squared);
    for loss in ["huber:delta=0.5", "log-cosh", "smoothed-quantile", "expectile:tau=0.3", "squared"] {
        let path = Path::loss(loss).unwrap().lambdas(15, 0.05).unwrap();
        let found = fit(&path, &data);
        assert_eq!(found.points[0].coefficients.nonzero(), 0, "{loss}");
        assert!(found.points.iter().all(|point| point.status.is_solved()), "{loss}");
        assert!(found.points.last().unwrap().coefficients.nonzero() > 3, "{loss}");
    }
    for (kind, family) in [(Kind::Poisson, "poisson"), (Kind::Gamma, "gamma"), (Kind::Logistic, "binomial")] {
        let data = synthetic(150, 40, 9, kind);
        let found = fit(&Path::new(family).unwrap().lambdas(15, 0.05).unwrap(), &data);
        assert!(found.points.iter().all(|point| point.status.is_solved()), "{family}");
    }
}

#[test]
fn the_sequence_ends_where_the_deviance_is_explained() {
    let data = synthetic(200, 10, 2, Kind::Squared);
    let x = interop::column_major(&data.x, 200, 10).unwrap();
    // Without noise.
    let y: Vec<f64> = (0..200).map(|i| x[(i, 0)] - 2.0 * x[(i, 1)]).collect();
    let found = gaussian().fit(&Observations::new(x, &y)).unwrap();
    assert_eq!(found.end, PathEnd::Explained);
    assert!(found.points.len() < 100 && found.points.last().unwrap().deviance_ratio >= 0.999);
    let noisy = gaussian().fit(&Observations::new(x, &data.y)).unwrap();
    assert_eq!(noisy.end, PathEnd::NoGain);
    let all = gaussian().stop_at(f64::INFINITY, 0.0).fit(&Observations::new(x, &data.y)).unwrap();
    assert_eq!((all.end, all.points.len()), (PathEnd::Complete, 100));
}

#[test]
fn special_columns_and_targets() {
    let x = mat![[1.0, 0.0, 2.0], [2.0, 0.0, 2.0], [4.0, 0.0, 2.0], [5.0, 0.0, 2.0]];
    let y = [1.0, 2.0, 3.0, 7.0];
    // Columns of zeros or of one value never enter.
    for standardize in [false, true] {
        let path = gaussian().standardize(standardize).lambdas(20, 1e-3).unwrap();
        let found = path.fit(&Observations::new(x.as_ref(), &y)).unwrap();
        for point in &found.points {
            assert!(point.status.is_solved());
            assert_eq!((point.coefficients.get(1), point.coefficients.get(2)), (0.0, 0.0));
        }
    }
    // A constant target has λ_max = 0: no sequence of its own, and zeros at given values.
    let constant = [2.0; 4];
    let refused = gaussian().fit(&Observations::new(x.as_ref(), &constant));
    assert!(matches!(refused, Err(Error::Unsupported { .. })), "{refused:?}");
    let given = gaussian().lambda_values(vec![1.0, 0.1]).unwrap();
    let found = given.fit(&Observations::new(x.as_ref(), &constant)).unwrap();
    assert!(found.points.iter().all(|p| p.coefficients.nonzero() == 0 && p.intercept() == 2.0));
    // One row.
    let one = given.fit(&Observations::new(x.as_ref().subrows(0, 1), &y[..1])).unwrap();
    assert!(one.points.iter().all(|p| p.coefficients.nonzero() == 0 && p.status.is_solved()));
}

#[test]
fn what_is_no_path_is_refused() {
    for alpha in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(gaussian().alpha(alpha), Err(Error::InvalidParameter { .. })));
    }
    assert!(gaussian().lambda_values(vec![1.0, -1.0]).is_err());
    assert!(gaussian().lambda_values(vec![f64::NAN]).is_err());
    assert!(gaussian().lambda_values(Vec::new()).is_err());
    assert!(gaussian().lambdas(0, 0.1).is_err() && gaussian().lambdas(10, 1.5).is_err());
    assert!(gaussian().gap(0.0).is_err() && gaussian().gap(f64::NAN).is_err());
    assert!(matches!(Path::new("gausian"), Err(Error::UnknownName { .. })));
    let x = mat![[1.0], [2.0], [4.0]];
    let y = [0.5, 1.0, 3.0];
    let kinks = Path::loss("absolute").unwrap().fit(&Observations::new(x.as_ref(), &y));
    assert!(matches!(kinks, Err(Error::Unsupported { .. })));
    let negative = gaussian().fit(&Observations::new(x.as_ref(), &y).weights(&[1.0, -1.0, 1.0]));
    assert!(matches!(negative, Err(Error::OutsideDomain { .. })), "{negative:?}");
    let outside = Path::new("binomial").unwrap().fit(&Observations::new(x.as_ref(), &y));
    assert!(matches!(outside, Err(Error::OutsideDomain { .. })));
}

/// A design whose path has as many linear pieces as five columns can make, 122, against the exact path in rational numbers: every piece is found, with
/// its signs.
#[test]
fn the_adversarial_path_has_all_its_pieces() {
    #[derive(serde::Deserialize)]
    struct Piece {
        lambda: f64,
        b: Vec<f64>,
    }
    #[derive(serde::Deserialize)]
    struct Exact {
        x: Vec<Vec<f64>>,
        y: Vec<f64>,
        points: Vec<Piece>,
    }
    let exact: Exact = serde_json::from_str(include_str!("fixtures/adversarial.json")).unwrap();
    let (n, p) = (exact.y.len(), exact.x.len());
    let x = Mat::from_fn(n, p, |i, j| exact.x[j][i]);
    // Half the sum of squares there, half the mean here.
    let lambdas = exact.points.iter().map(|piece| piece.lambda / n as f64).collect();
    let path = Path::new("gaussian").unwrap().without_intercept().lambda_values(lambdas).unwrap();
    // A gradient is rounded by 1e-16 and the least λ is 1e-6: the dual point, and with it the gap, knows 1e-10 of λ‖b‖₁.
    let fit = path.gap(1e-9).unwrap().fit(&Observations::new(x.as_ref(), &exact.y)).unwrap();
    assert_eq!(fit.points.len(), 121);
    let mut patterns = std::collections::BTreeSet::new();
    for (point, piece) in fit.points.iter().zip(&exact.points) {
        assert_eq!(point.status, Status::Certified);
        for (j, b) in piece.b.iter().enumerate() {
            let norm = exact.x[j].iter().map(|x| x * x).sum::<f64>().sqrt();
            let ours = point.coefficients.get(j);
            assert!((ours - b).abs() * norm < 1e-9, "λ {}: {ours} {b}", piece.lambda);
            assert!(
                (ours > 0.0) == (*b > 0.0) && (ours < 0.0) == (*b < 0.0),
                "λ {}: {ours} {b}",
                piece.lambda
            );
        }
        let signs: Vec<i8> = (0..p)
            .map(|j| point.coefficients.get(j))
            .map(|b| if b == 0.0 { 0 } else { b.signum() as i8 })
            .collect();
        patterns.insert(signs);
    }
    assert_eq!(patterns.len(), 121);
}
