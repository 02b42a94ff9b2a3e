//! M-estimators: every loss with every penalty and optimizer that can take it; weights, offsets, standardisation, several kinds of columns;
//! resumed to the bit, on any number of threads.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::borrow::Cow;

use thalweg_core::par::with_threads;
use thalweg_core::{Columns, Properties, Sparse, Status};
use thalweg_losses::{CATALOGUE as LOSSES, LossEntry};
use thalweg_models::{Estimate, Estimator, Glm, Observations, Path, Watch};
use thalweg_optimizers::{CATALOGUE as MINIMIZERS, COMPOSITE, UPDATES};
use thalweg_problems::linear::{Kind, Linear, admitted, synthetic};
use thalweg_regularization::CATALOGUE as PENALTIES;

/// Whether a fit of this loss has one answer that every method finds: convex, its gradient at least locally Lipschitz (powers below 2 have an
/// infinite curvature at 0), and defined for every predictor, so that a fit may start anywhere.
fn is_smooth(p: &Properties<f64>) -> bool {
    let lipschitz = p.twice_differentiable || p.curvature_bound.is_some();
    p.convex && p.differentiable && lipschitz && p.predictor == (f64::NEG_INFINITY, f64::INFINITY)
}

fn smooth_losses() -> impl Iterator<Item = &'static LossEntry> {
    LOSSES.iter().filter(|entry| is_smooth(&thalweg_losses::loss::<f64>(entry.name).unwrap().properties()))
}

fn data(loss: &str, n: usize, p: usize) -> Linear {
    let target = thalweg_losses::loss::<f64>(loss).unwrap().properties().target;
    admitted(target, n, p, 5)
}

fn observed(data: &Linear) -> Observations<'_> {
    Observations::new(faer::MatRef::from_column_major_slice(&data.x, data.n, data.p), &data.y)
}

fn estimates(fit: &Estimate) -> Vec<f64> {
    fit.coefficients.iter().map(|c| c.estimate).collect()
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) -> bool {
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance * (1.0 + b.abs()))
}

#[test]
fn any_loss_with_any_penalty_is_solved() {
    for loss in smooth_losses() {
        let data = data(loss.name, 300, 6);
        let convex = |text: &str| thalweg_regularization::penalty(text).unwrap().is_convex();
        for penalty in PENALTIES.iter().filter(|entry| convex(entry.example)) {
            let estimator = Estimator::new(loss.name).unwrap().penalty(penalty.example, 0.02).unwrap();
            let fit = estimator.fit(&observed(&data)).unwrap();
            assert!(
                fit.status.is_solved(),
                "{} with {}: {} by {}",
                loss.name,
                penalty.name,
                fit.status,
                fit.choice.optimizer
            );
            let fista =
                estimator.optimizer("fista").unwrap().iterations(50_000).fit(&observed(&data)).unwrap();
            assert!(
                fista.status.is_solved(),
                "{} with {} by fista: {}",
                loss.name,
                penalty.name,
                fista.status
            );
            assert!(
                (fit.objective - fista.objective).abs() <= 2e-8 * (1.0 + fit.objective.abs()),
                "{} with {}: {} and {}",
                loss.name,
                penalty.name,
                fit.objective,
                fista.objective
            );
        }
    }
}

/// A smooth penalised problem has one answer whoever looks for it.
#[test]
fn every_optimizer_of_smooth_problems_agrees() {
    for loss in smooth_losses() {
        let data = data(loss.name, 400, 4);
        let with = |optimizer: &str| {
            let estimator = Estimator::new(loss.name).unwrap().penalty("ridge", 0.1).unwrap();
            estimator.optimizer(optimizer).unwrap().iterations(20_000).fit(&observed(&data)).unwrap()
        };
        let reference = estimates(&with("newton"));
        // Ridge bounds no set, which Frank–Wolfe asks for.
        let composite = COMPOSITE.iter().map(|e| e.name).filter(|name| *name != "frank-wolfe");
        let names = MINIMIZERS.iter().map(|e| e.name).chain(composite);
        for name in names {
            let fit = with(name);
            assert!(fit.status.is_solved(), "{} by {name}: {}", loss.name, fit.status);
            assert!(close(&estimates(&fit), &reference, 1e-4), "{} by {name}", loss.name);
        }
        // Stochastic recipes come as near as their schedules let them.
        // The optimizers' own tests run the whole catalogue; of these a rate is known that suits every loss.
        let tuned = [("sgd", 0.02), ("momentum", 0.02), ("adam", 0.05), ("adamw", 0.05)];
        for (recipe, rate) in tuned {
            assert!(UPDATES.iter().any(|entry| entry.name == recipe), "{recipe} is in the catalogue");
            let fit = with(&format!("{recipe}:batch=50,epochs=60,lr={rate}"));
            let reference = with("newton").objective;
            assert!(
                fit.objective - reference <= 0.01 * reference.abs(),
                "{} by {recipe}: {}",
                loss.name,
                fit.objective
            );
        }
    }
}

#[test]
fn a_likelihood_with_ridge_is_the_glm_with_ridge() {
    let data = synthetic(500, 5, 9, Kind::Poisson);
    let glm = Glm::new("poisson").unwrap().ridge(0.05).unwrap().fit(&observed(&data)).unwrap();
    let estimator = Estimator::likelihood("poisson", None).unwrap().penalty("ridge", 0.05).unwrap();
    let fit = estimator.fit(&observed(&data)).unwrap();
    let expected: Vec<f64> = glm.coefficients.iter().map(|c| c.estimate).collect();
    assert!(close(&estimates(&fit), &expected, 1e-8));
}

#[test]
fn weights_are_repeated_rows_and_offsets_shift() {
    let data = data("huber", 60, 3);
    let weights: Vec<f64> = (0..60).map(|i| f64::from(i % 3)).collect();
    let rows: Vec<usize> = (0..60).flat_map(|i| core::iter::repeat_n(i, i % 3)).collect();
    let x = faer::Mat::from_fn(rows.len(), 3, |i, j| data.x[j * 60 + rows[i]]);
    let y: Vec<f64> = rows.iter().map(|i| data.y[*i]).collect();
    for (penalty, optimizer) in [("ridge", "newton"), ("l1", "coordinate-descent"), ("l1", "fista")] {
        let estimator = || {
            let estimator = Estimator::new("huber:delta=0.8").unwrap().penalty(penalty, 0.05).unwrap();
            estimator.standardize().optimizer(optimizer).unwrap().gap(1e-12).iterations(20_000)
        };
        let weighted = estimator().fit(&observed(&data).weights(&weights)).unwrap();
        let repeated = estimator().fit(&Observations::new(x.as_ref(), &y)).unwrap();
        assert!(close(&estimates(&weighted), &estimates(&repeated), 1e-6), "{penalty} by {optimizer}");
        let offset = vec![2.5; 60];
        let shifted: Vec<f64> = data.y.iter().map(|y| y + 2.5).collect();
        let matrix = faer::MatRef::from_column_major_slice(&data.x, 60, 3);
        let moved = estimator().fit(&Observations::new(matrix, &shifted).offset(&offset)).unwrap();
        let plain = estimator().fit(&observed(&data)).unwrap();
        assert!(close(&estimates(&moved), &estimates(&plain), 1e-6), "{penalty} by {optimizer}");
    }
}

/// λ acts on columns of unit variance; coefficients come back on the scale of the columns, whatever their unit.
#[test]
fn standardised_penalties_do_not_see_units() {
    let data = data("squared", 200, 4);
    let scaled = Linear {
        x: data.x.iter().enumerate().map(|(k, v)| v * [1.0, 1e3, 1e-3, 7.0][k / 200] + 5.0).collect(),
        ..data.clone()
    };
    let fit = |data: &Linear| {
        let estimator = Estimator::new("squared").unwrap().penalty("elastic-net:alpha=0.7", 0.2).unwrap();
        estimator.standardize().gap(1e-13).fit(&observed(data)).unwrap()
    };
    let (plain, other) = (estimates(&fit(&data)), estimates(&fit(&scaled)));
    for (k, unit) in [1.0, 1e3, 1e-3, 7.0].iter().enumerate() {
        assert!(
            (other[k + 1] * unit - plain[k + 1]).abs() < 1e-6,
            "column {k}: {} and {}",
            other[k + 1] * unit,
            plain[k + 1]
        );
    }
}

#[test]
fn kinds_of_columns_do_not_matter() {
    let n = 400;
    let codes: Vec<u32> = (0..n).map(|i| (i * 7 % 5) as u32).collect();
    let numbers: Vec<f64> = (0..n).map(|i| ((i * i) as f64).sin()).collect();
    let y: Vec<f64> = (0..n)
        .map(|i| f64::from(u8::from((i as f64 * 0.7).cos() + 0.3 * f64::from(codes[i]) > 0.6)))
        .collect();
    let dense = faer::Mat::from_fn(n, 5, |i, j| match j {
        0 => numbers[i],
        level => f64::from(u8::from(codes[i] as usize == level)),
    });
    let sparse = {
        let (mut starts, mut indices, mut values) = (vec![0], Vec::new(), Vec::new());
        for i in 0..n {
            for j in 0..5 {
                if dense[(i, j)] != 0.0 {
                    indices.push(j as u32);
                    values.push(dense[(i, j)]);
                }
            }
            starts.push(values.len());
        }
        Sparse::from_csr(n, 5, starts, indices, values).unwrap()
    };
    let number = faer::MatRef::from_column_major_slice(&numbers, n, 1);
    let designs = [
        vec![Columns::Dense(dense.as_ref())],
        vec![Columns::Sparse(Cow::Borrowed(&sparse))],
        vec![Columns::Dense(number), Columns::Categorical { codes: &codes, levels: 5, reference: Some(0) }],
    ];
    for (penalty, standardize) in [("ridge", false), ("l1", true), ("none", false)] {
        let fits: Vec<Vec<f64>> = designs
            .iter()
            .map(|columns| {
                let estimator =
                    Estimator::new("logistic").unwrap().penalty(penalty, 0.01).unwrap().gap(1e-12);
                let estimator = if standardize { estimator.standardize() } else { estimator };
                let fit = estimator.fit(&Observations::from_columns(columns.clone(), &y)).unwrap();
                assert!(fit.status.is_solved(), "{penalty}: {}", fit.status);
                estimates(&fit)
            })
            .collect();
        assert!(close(&fits[1], &fits[0], 1e-6) && close(&fits[2], &fits[0], 1e-6), "{penalty}: {fits:?}");
    }
}

#[test]
fn softmax_takes_its_classes_from_the_target() {
    let data = synthetic(300, 3, 3, Kind::Squared);
    let y: Vec<f64> = data
        .y
        .iter()
        .map(|y| {
            if *y < -0.5 {
                0.0
            } else if *y < 0.5 {
                1.0
            } else {
                2.0
            }
        })
        .collect();
    let x = faer::MatRef::from_column_major_slice(&data.x, data.n, data.p);
    let fit = Estimator::new("softmax")
        .unwrap()
        .penalty("ridge", 0.01)
        .unwrap()
        .fit(&Observations::new(x, &y))
        .unwrap();
    assert_eq!((fit.status, fit.outputs, fit.coefficients.len()), (Status::Certified, 3, 12));
    assert_eq!((fit.coefficients[5].class, fit.coefficients[5].name.as_str()), (Some(1), "x0"));
}

const METHODS: [(&str, &str); 8] = [
    ("gradient-descent", "ridge"),
    ("lbfgs", "ridge"),
    ("newton", "ridge"),
    ("newton-cg", "ridge"),
    ("coordinate-descent", "l1"),
    ("coordinate-descent:working-set=0", "l1"),
    ("fista", "l1"),
    ("adamw:epochs=6,batch=64,lr=0.05", "ridge"),
];

fn method(optimizer: &str, penalty: &str) -> Estimator {
    let estimator =
        Estimator::new("logistic").unwrap().penalty(penalty, 0.01).unwrap().optimizer(optimizer).unwrap();
    estimator.seed(3).iterations(60)
}

/// What must be the same to the bit.
fn fingerprint(fit: &Estimate) -> (Vec<u64>, u64, u64, u64, Status) {
    let x = fit.coefficients.iter().map(|c| c.estimate.to_bits()).collect();
    (x, fit.objective.to_bits(), fit.iterations, fit.counts.total(), fit.status)
}

/// Stopped after any step and resumed, every kind of optimizer ends with the bits of a run that was never stopped.
#[test]
fn fits_resume_at_any_step() {
    let data = synthetic(700, 5, 11, Kind::Logistic);
    for (optimizer, penalty) in METHODS {
        let estimator = method(optimizer, penalty);
        let mut saved: Vec<Vec<u8>> = Vec::new();
        let mut save = |bytes: &[u8]| {
            saved.push(bytes.to_vec());
            Ok(())
        };
        let whole =
            estimator.fit_watched(&observed(&data), &mut Watch::new().checkpoint(1, &mut save)).unwrap();
        assert_eq!(saved.len() as u64, whole.iterations, "{optimizer}");
        for (step, bytes) in saved.iter().enumerate() {
            let resumed = estimator.fit_watched(&observed(&data), &mut Watch::new().resume(bytes)).unwrap();
            assert_eq!(
                fingerprint(&resumed),
                fingerprint(&whole),
                "{optimizer}, resumed after step {}",
                step + 1
            );
        }
        // Another method's or a damaged checkpoint is refused.
        let other = method(if optimizer == "lbfgs" { "newton" } else { "lbfgs" }, "ridge");
        assert!(
            other.fit_watched(&observed(&data), &mut Watch::new().resume(&saved[0])).is_err(),
            "{optimizer}"
        );
        let cut = &saved[0][..saved[0].len() - 3];
        assert!(
            estimator.fit_watched(&observed(&data), &mut Watch::new().resume(cut)).is_err(),
            "{optimizer}"
        );
    }
}

#[test]
fn glm_fits_resume_at_any_step() {
    let data = synthetic(400, 4, 12, Kind::Poisson);
    for link in ["log", "identity"] {
        let y: Vec<f64> =
            if link == "log" { data.y.clone() } else { data.y.iter().map(|y| y + 30.0).collect() };
        let x = faer::MatRef::from_column_major_slice(&data.x, data.n, data.p);
        let glm = Glm::new(if link == "log" { "poisson" } else { "gaussian" }).unwrap().link(link).unwrap();
        let observed = Observations::new(x, &y);
        let mut saved: Vec<Vec<u8>> = Vec::new();
        let mut save = |bytes: &[u8]| {
            saved.push(bytes.to_vec());
            Ok(())
        };
        let whole = glm.fit_watched(&observed, &mut Watch::new().checkpoint(1, &mut save)).unwrap();
        assert!(!saved.is_empty());
        for bytes in &saved {
            let resumed = glm.fit_watched(&observed, &mut Watch::new().resume(bytes)).unwrap();
            let bits = |fit: &thalweg_models::GlmFit| -> Vec<u64> {
                fit.coefficients.iter().flat_map(|c| [c.estimate.to_bits(), c.std_error.to_bits()]).collect()
            };
            assert_eq!(bits(&resumed), bits(&whole), "{link}");
        }
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let data = synthetic(5003, 8, 13, Kind::Logistic);
    for (optimizer, penalty) in METHODS {
        let run = |threads| {
            with_threads(threads, || fingerprint(&method(optimizer, penalty).fit(&observed(&data)).unwrap()))
                .unwrap()
        };
        let one = run(1);
        assert!(one == run(2) && one == run(7), "{optimizer}");
    }
}

#[test]
fn what_does_not_fit_together_is_named() {
    let data = data("squared", 50, 3);
    let message = |estimator: Estimator| estimator.fit(&observed(&data)).unwrap_err().to_string();
    let l1 = || Estimator::new("squared").unwrap().penalty("l1", 0.1).unwrap();
    let kinks = message(l1().optimizer("newton").unwrap());
    assert!(kinks.contains("newton") && kinks.contains("coordinate-descent"), "{kinks}");
    let sampled = message(l1().optimizer("adam").unwrap());
    assert!(sampled.contains("adam") && sampled.contains("fista"), "{sampled}");
    let unknown = Estimator::new("hubber").err().unwrap().to_string();
    assert!(unknown.contains("huber"), "{unknown}");
    let unknown = Estimator::new("huber").unwrap().optimizer("coordinate-decent").err().unwrap().to_string();
    assert!(unknown.contains("coordinate-descent"), "{unknown}");
    assert!(Estimator::new("squared").unwrap().penalty("l1", -1.0).is_err());
    let classes = message(Estimator::new("softmax").unwrap());
    assert!(classes.contains("number the classes"), "{classes}");
    let softmax = Estimator::new("softmax").unwrap().penalty("l1", 0.1).unwrap();
    let softmax = softmax.optimizer("coordinate-descent").unwrap();
    let y: Vec<f64> = (0..50).map(|i| f64::from(i % 3)).collect();
    let x = faer::MatRef::from_column_major_slice(&data.x, data.n, data.p);
    let outputs = softmax.fit(&Observations::new(x, &y)).unwrap_err().to_string();
    assert!(outputs.contains("several predictors"), "{outputs}");
}

/// One λ of a path of classes by another way in, and by accelerated gradients.
#[test]
fn a_penalised_softmax_is_a_point_of_its_path() {
    let data = data("squared", 60, 4);
    let y: Vec<f64> = (0..60).map(|i| if data.y[i] > 0.5 { 2.0 } else { f64::from(i as u32 % 2) }).collect();
    let x = faer::MatRef::from_column_major_slice(&data.x, data.n, data.p);
    let observations = Observations::new(x, &y);
    let path = Path::loss("softmax").unwrap().lambda_values(vec![0.02]).unwrap().gap(1e-13).unwrap();
    let point = &path.fit(&observations).unwrap().points[0];
    for optimizer in [None, Some("fista")] {
        let mut softmax = Estimator::new("softmax").unwrap().penalty("l1", 0.02).unwrap();
        if let Some(name) = optimizer {
            softmax = softmax.optimizer(name).unwrap();
        }
        let fit = softmax.fit(&observations).unwrap();
        assert!(fit.status.is_solved() && fit.choice.optimizer == optimizer.unwrap_or("outputs-newton"));
        for k in 0..3 {
            for j in 0..4 {
                let (own, wanted) =
                    (fit.coefficients[5 * k + 1 + j].estimate, point.coefficients.get(4 * k + j));
                assert!((own - wanted).abs() < 1e-5, "{optimizer:?} {k} {j}: {own} for {wanted}");
            }
        }
    }
}

/// A checkpoint of a search that this fit never makes would otherwise be passed over in silence; and a watch may serve two fits.
#[test]
fn checkpoints_of_other_searches_are_refused() {
    let data = data("logistic", 120, 4);
    let estimator = method("lbfgs", "ridge");
    let mut saved: Vec<Vec<u8>> = Vec::new();
    let mut save = |bytes: &[u8]| {
        saved.push(bytes.to_vec());
        Ok(())
    };
    let mut watch = Watch::new().checkpoint(1, &mut save);
    let first = estimator.fit_watched(&observed(&data), &mut watch).unwrap();
    estimator.fit_watched(&observed(&data), &mut watch).unwrap();
    let last = saved.last().unwrap().clone();
    let resumed = estimator.fit_watched(&observed(&data), &mut Watch::new().resume(&last)).unwrap();
    assert_eq!(fingerprint(&resumed), fingerprint(&first));
    for search in [0_u8, 9] {
        let mut bytes = last.clone();
        bytes[0] = search;
        let error = estimator.fit_watched(&observed(&data), &mut Watch::new().resume(&bytes)).err().unwrap();
        assert!(error.to_string().contains("search"), "{error}");
    }
}
