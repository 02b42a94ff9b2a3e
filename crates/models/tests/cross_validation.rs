//! Cross-validation against fits of each fold by hand, its determinism, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::Mat;
use thalweg_core::{interop, par};
use thalweg_models::{CrossValidated, CrossValidation, Observations, Path};
use thalweg_problems::linear::{Kind, Linear, synthetic};

fn path(family: &str) -> Path {
    Path::new(family).unwrap().standardize(true).lambdas(12, 0.05).unwrap().gap(1e-12).unwrap()
}

fn run(cross: &CrossValidation, data: &Linear) -> CrossValidated {
    let x = interop::column_major(&data.x, data.n, data.p).unwrap();
    cross.fit(&Observations::new(x, &data.y)).unwrap()
}

/// The rows of a fold really are left out: each fold's loss is that of a path of copied rows, by the definition of the deviance.
#[test]
fn folds_are_paths_of_the_other_rows() {
    for (kind, family, p) in
        [(Kind::Squared, "gaussian", 8), (Kind::Squared, "gaussian", 90), (Kind::Logistic, "binomial", 8)]
    {
        let (n, folds) = (60, 4);
        let data = synthetic(n, p, 11, kind);
        let assigned: Vec<usize> = (0..n).map(|i| (i * 7) % folds).collect();
        let found = run(&CrossValidation::new(path(family)).assigned(&assigned), &data);
        let lambdas = found.path.lambdas();
        let mut sum = vec![0.0; lambdas.len()];
        for fold in 0..folds {
            let (inside, kept): (Vec<usize>, Vec<usize>) = (0..n).partition(|i| assigned[*i] == fold);
            let x = Mat::from_fn(kept.len(), p, |i, j| data.x[j * n + kept[i]]);
            let y: Vec<f64> = kept.iter().map(|i| data.y[*i]).collect();
            let fit = path(family)
                .lambda_values(lambdas.clone())
                .unwrap()
                .fit(&Observations::new(x.as_ref(), &y))
                .unwrap();
            for (k, point) in fit.points.iter().enumerate() {
                let one = |i: &usize| {
                    let eta: f64 = point.intercept()
                        + point.coefficients.iter().map(|(j, b)| b * data.x[j * n + i]).sum::<f64>();
                    let y = data.y[*i];
                    if family == "gaussian" {
                        (y - eta).powi(2)
                    } else {
                        2.0 * ((1.0 + eta.exp()).ln() - y * eta)
                    }
                };
                let loss = inside.iter().map(one).sum::<f64>() / inside.len() as f64;
                let ours = found.fold_losses[fold][k];
                assert!((ours - loss).abs() < 1e-6 * loss, "{family} {p} fold {fold} λ {k}: {ours} {loss}");
                sum[k] += loss * inside.len() as f64 / n as f64;
            }
        }
        for (mean, wanted) in found.mean_loss.iter().zip(&sum) {
            assert!((mean - wanted).abs() < 1e-6 * wanted);
        }
        let least = found.mean_loss.iter().copied().fold(f64::INFINITY, f64::min);
        assert_eq!(found.mean_loss[found.index_min], least);
        let bound = least + found.std_error[found.index_min];
        assert!(found.mean_loss[found.index_1se] <= bound);
        assert!(found.index_1se == 0 || found.mean_loss[found.index_1se - 1] > bound);
    }
}

#[test]
fn threads_change_no_bit() {
    let data = synthetic(120, 30, 5, Kind::Squared);
    let cross = || CrossValidation::new(path("gaussian")).folds(5).unwrap().repeats(2).unwrap().seed(3);
    let runs = [1, 2, 5].map(|threads| par::with_threads(threads, || run(&cross(), &data)).unwrap());
    for other in &runs[1..] {
        assert_eq!(runs[0].fold_losses, other.fold_losses);
        assert_eq!(runs[0].assignments, other.assignments);
    }
    assert_eq!(runs[0].fold_losses.len(), 10);
    assert_ne!(runs[0].assignments[0], runs[0].assignments[1]);
}

#[test]
fn what_cannot_be_validated_is_refused() {
    let data = synthetic(10, 2, 5, Kind::Squared);
    let x = interop::column_major(&data.x, 10, 2).unwrap();
    let observations = Observations::new(x, &data.y);
    let cross = || CrossValidation::new(path("gaussian"));
    assert!(cross().folds(1).is_err() && cross().repeats(0).is_err());
    assert!(cross().folds(11).unwrap().fit(&observations).is_err());
    assert!(cross().groups(&[1, 2]).fit(&observations).is_err());
    assert!(cross().assigned(&[0; 10]).fit(&observations).is_err());
    // A fold whose rows weigh nothing cannot be judged.
    let w = [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    let folds = [0, 0, 1, 1, 1, 1, 1, 2, 2, 2];
    assert!(cross().assigned(&folds).fit(&observations.weights(&w)).is_err());
}
