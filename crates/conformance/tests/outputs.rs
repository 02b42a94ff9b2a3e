//! Penalised losses with several predictors a row: the proximal Newton method against accelerated proximal gradients and its own certificates.

#![allow(clippy::unwrap_used)]

use faer::Mat;
use thalweg_core::{
    Blocks, Composite, Cost, Design, Driver, Objective, Penalised, PenalisedOutputs, Penalty, Sparse, Status,
    Weights, stop,
};
use thalweg_losses::Softmax;
use thalweg_optimizers::{Fista, OutputsNewton};
use thalweg_regularization::{ElasticNet, GroupLasso, Weighted};

const N: usize = 80;
const P: usize = 12;
const K: usize = 3;

/// Numbers without a pattern, some of them 0.
fn number(seed: usize) -> f64 {
    let x = (seed as f64 * 12.9898).sin() * 43758.5453;
    let x = x - x.floor();
    if x < 0.3 { 0.0 } else { 4.0 * (x - 0.65) }
}

fn x() -> Mat<f64> {
    Mat::from_fn(N, P, |i, j| number(i * P + j + 1) + if j == 3 { number(i * P + 3) } else { 0.0 })
}

fn y(x: &Mat<f64>) -> Vec<f64> {
    let score = |i: usize, k: usize| match k {
        0 => x[(i, 0)] - x[(i, 1)],
        1 => x[(i, 2)] + 0.3 * x[(i, 0)],
        _ => 0.5 * x[(i, 5)],
    };
    let noisy = |i: usize, k: usize| score(i, k) + number(7000 + 3 * i + k);
    (0..N)
        .map(|i| (0..K).fold(0, |best, k| if noisy(i, k) > noisy(i, best) { k } else { best }) as f64)
        .collect()
}

fn designs(x: &Mat<f64>, w: &[f64], sparse: &Sparse<f64>, run: &mut dyn FnMut(&str, &Design<'_, f64>)) {
    run("dense", &Design::new(x.as_ref()).unwrap().with_intercept());
    run("no intercept", &Design::new(x.as_ref()).unwrap());
    run("sparse", &Design::from_sparse(sparse).unwrap().with_intercept());
    let standardized = |d: Design<'_, f64>, run: &mut dyn FnMut(&str, &Design<'_, f64>), name: &str| {
        run(name, &d.with_intercept().standardized(Weights::Each(w)).unwrap());
    };
    standardized(Design::new(x.as_ref()).unwrap(), run, "standardised");
    standardized(Design::from_sparse(sparse).unwrap(), run, "sparse, standardised");
}

fn penalties() -> Vec<(&'static str, Box<dyn Penalty<f64>>)> {
    let factors: Vec<f64> = (0..P).map(|j| 0.5 + 0.1 * j as f64).collect();
    vec![
        ("lasso", Box::new(ElasticNet::new(1.0).unwrap())),
        ("elastic net", Box::new(ElasticNet::new(0.4).unwrap())),
        ("weighted lasso", Box::new(Weighted::new(ElasticNet::new(1.0).unwrap(), factors).unwrap())),
        ("group lasso of classes", Box::new(GroupLasso::multitask(P, K).unwrap())),
        ("group lasso of columns", Box::new(GroupLasso::new(Blocks::of_sizes(&[3; P / 3]).unwrap()))),
    ]
}

#[test]
fn newton_and_fista_agree_and_both_are_proven() {
    let x = x();
    let y = y(&x);
    let w: Vec<f64> = (0..N).map(|i| if i % 17 == 3 { 0.0 } else { 1.0 + (i % 3) as f64 }).collect();
    let offset: Vec<f64> = (0..N * K).map(|i| 0.3 * number(9000 + i)).collect();
    let sparse = sparse(&x);
    let loss = Softmax::new(K).unwrap();
    designs(&x, &w, &sparse, &mut |storage, design| {
        for given in [false, true] {
            let mut datafit = Cost::rowwise(&loss, &y).unwrap();
            if given {
                datafit = datafit.with_weights(&w).unwrap().with_offset(&offset).unwrap();
            }
            for (name, penalty) in penalties() {
                let what = format!("{storage}, {name}, weights and offset {given}");
                let mut objective = PenalisedOutputs::new(design, &datafit, &*penalty, 0.02).unwrap();
                let x0 = vec![0.0; objective.dim()];
                let tight = || Driver::new().stop(stop::gradient_inf(1e-12)).gap(1e-11);
                let newton = tight().minimize(&OutputsNewton::default(), &mut objective, &x0).unwrap();
                assert_eq!(newton.status, Status::Certified, "{what}: {:?}", newton.certificate);
                assert!(newton.iterations <= 12, "{what}: {} steps", newton.iterations);
                let mut fista = Driver::new().stop(stop::gradient_inf(1e-10)).gap(1e-9).iterations(50_000);
                let fista = fista.minimize(&Fista::default(), &mut objective, &x0).unwrap();
                let gap = fista.certificate.bound();
                assert!(gap.is_some_and(|gap| gap <= 1e-9), "{what}: {gap:?}");
                assert!((newton.value - fista.value).abs() <= 2e-9, "{what}");
                let nonzero = newton.x.iter().filter(|b| **b != 0.0).count();
                let sparse = name.contains("group") || nonzero < newton.x.len();
                assert!(nonzero > K && sparse, "{what}: {nonzero} are not 0");
            }
        }
    });
}

/// X with its zeros left out.
fn sparse(x: &Mat<f64>) -> Sparse<f64> {
    let (mut starts, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
    for j in 0..P {
        for i in (0..N).filter(|i| x[(*i, j)] != 0.0) {
            rows.push(i as u32);
            values.push(x[(i, j)]);
        }
        starts.push(rows.len());
    }
    Sparse::from_csc(N, P, starts, rows, values).unwrap()
}

/// A softmax of two classes under a penalty with a ridge part is the binomial logit of half the difference.
#[test]
fn two_classes_are_a_logit() {
    let x = x();
    let y: Vec<f64> = y(&x).iter().map(|y| f64::from(u8::from(*y > 0.0))).collect();
    let design = Design::new(x.as_ref()).unwrap().with_intercept();
    let softmax = Softmax::new(2).unwrap();
    let datafit = Cost::rowwise(&softmax, &y).unwrap();
    let lasso = ElasticNet::new(1.0).unwrap();
    let mut two = PenalisedOutputs::new(&design, &datafit, &lasso, 0.01).unwrap();
    let x0 = vec![0.0; two.dim()];
    let found = Driver::new().gap(1e-12).minimize(&OutputsNewton::default(), &mut two, &x0).unwrap();
    let loss = thalweg_losses::loss("logistic").unwrap();
    let one = Cost::new(&*loss, &y).unwrap();
    // |b| + |−b| with b half of the difference β: λ|β|.
    let mut logit = Penalised::new(&design, &one, &lasso, 0.01).unwrap();
    let solver = thalweg_optimizers::composite("coordinate-descent").unwrap();
    let mut driver = Driver::new().stop(stop::gradient_inf(1e-13)).gap(1e-12);
    let single = solver.run(&mut driver, &mut logit, &[0.0; P + 1]).unwrap();
    assert!((found.value - single.value).abs() < 1e-11);
    let b = |k: usize, j: usize| found.x[2 + k * P + j];
    for j in 0..P {
        assert!((b(1, j) - b(0, j) - single.x[1 + j]).abs() < 1e-5, "column {j}");
    }
    assert!(two.penalty_value(&found.x) > 0.0);
}
