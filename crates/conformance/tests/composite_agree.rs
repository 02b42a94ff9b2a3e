//! Every composite solver, on every smooth loss with every penalty of the catalogues, finds a point that another method and the proof agree
//! on; whatever the storage of the design; and the fits of scikit-learn.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use thalweg_core::{
    Blocks, Columns, Composite, Cost, Datafit, Design, Driver, Objective, Penalised, Penalty, Solution,
    Status, Step, Target, Weights, interop, stop, vector,
};
use thalweg_losses::{CATALOGUE as LOSSES, loss};
use thalweg_optimizers::{COMPOSITE, CoordinateDescent, composite};
use thalweg_problems::linear::{Kind, Linear, admitted, synthetic};
use thalweg_regularization::{CATALOGUE as PENALTIES, penalty, penalty_over};

use common::{admits, is_slow, is_smooth, sparse};

/// Data whose targets the loss admits.
fn data(target: Target, n: usize, p: usize) -> Linear {
    admitted(target, n, p, 11)
}

fn solve(
    solver: &str,
    design: &Design<'_, f64>,
    datafit: &dyn Datafit<f64>,
    penalty: &dyn Penalty<f64>,
    lambda: f64,
) -> Solution<f64> {
    let mut objective = Penalised::new(design, datafit, penalty, lambda).unwrap();
    let mut driver = Driver::new().stop(stop::gradient_inf(1e-11)).iterations(50_000);
    let x0 = vec![0.0; design.parameters()];
    composite(solver).unwrap().run(&mut driver, &mut objective, &x0).unwrap()
}

/// Whether a solver takes a penalty, and not slowly.
fn takes(solver: &str, penalty: &dyn Penalty<f64>) -> bool {
    admits(solver, penalty) && !is_slow(solver, penalty)
}

/// The convex penalties of the catalogue over p coefficients.
fn convex_penalties<'t>(
    texts: impl Iterator<Item = &'t str>,
    p: usize,
) -> Vec<(&'t str, Box<dyn Penalty<f64>>)> {
    let all = texts.map(|text| (text, penalty_over(text, p).unwrap()));
    all.filter(|(_, penalty)| penalty.is_convex()).collect()
}

/// A solver that the others are held against.
fn reference(penalty: &dyn Penalty<f64>) -> &'static str {
    let single = matches!(penalty.blocks(), Blocks::Coordinates);
    if single { "coordinate-descent:working-set=0" } else { "block-coordinate-descent" }
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    vector::norm_inf(&a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>())
}

#[test]
fn solvers_agree_on_every_loss_and_penalty() {
    let solvers: Vec<&str> = COMPOSITE.iter().flat_map(|e| [e.name, e.example]).collect();
    let mut solved = 0;
    for entry in LOSSES {
        let loss = loss::<f64>(entry.example).unwrap();
        if !is_smooth(&loss.properties()) {
            continue;
        }
        let data = data(loss.properties().target, 120, 6);
        let datafit = Cost::new(&*loss, &data.y).unwrap();
        let design = data.design().unwrap().with_intercept();
        let boxed = ["box-constraint:lower=-0.1,upper=0.1", "box-constraint"];
        for (text, penalty) in convex_penalties(PENALTIES.iter().map(|e| e.example).chain(boxed), 6) {
            let reference = solve(reference(&*penalty), &design, &datafit, &*penalty, 0.03);
            for solver in solvers.iter().filter(|solver| takes(solver, &*penalty)) {
                let found = solve(solver, &design, &datafit, &*penalty, 0.03);
                let what = format!("{solver}, {}, {text}", entry.name);
                assert!(found.status.is_solved(), "{what}: {} after {}", found.status, found.iterations);
                let gap = (found.value - reference.value).abs();
                assert!(gap <= 1e-9 * reference.value.abs().max(1.0), "{what}: {gap:e}");
                let away = distance(&found.x, &reference.x);
                assert!(away <= 1e-5 * vector::norm_inf(&reference.x).max(1.0), "{what}: {away:e} apart");
                solved += 1;
            }
        }
    }
    assert!(solved >= 600, "{solved}");
}

/// The gap covers the distance to the minimum at points near and far, for every loss with a conjugate and every penalty, with weights and
/// offset, with and without an intercept; and near the minimum of a strongly constrained problem it says something.
#[test]
fn gaps_cover_the_distance_to_the_minimum() {
    let mut proven = 0;
    for entry in LOSSES {
        let loss = loss::<f64>(entry.example).unwrap();
        let properties = loss.properties();
        if !properties.conjugate_known || !is_smooth(&properties) {
            continue;
        }
        let data = data(properties.target, 70, 6);
        let weights: Vec<f64> = (0..70).map(|i| (i % 3) as f64).collect();
        let offset: Vec<f64> = (0..70).map(|i| 0.1 * ((i % 7) as f64 - 3.0)).collect();
        let datafit = Cost::new(&*loss, &data.y).unwrap();
        let datafit = datafit.with_weights(&weights).unwrap().with_offset(&offset).unwrap();
        let penalties = convex_penalties(PENALTIES.iter().map(|e| e.example), 6);
        for (text, penalty, intercept) in
            penalties.iter().flat_map(|(text, penalty)| [(*text, penalty, false), (*text, penalty, true)])
        {
            let design = data.design().unwrap();
            let design = if intercept { design.with_intercept() } else { design };
            let best = solve(reference(&**penalty), &design, &datafit, &**penalty, 0.05);
            let mut objective = Penalised::new(&design, &datafit, &**penalty, 0.05).unwrap();
            for (k, scale) in [0.0, 1e-6, 1e-3, 0.1, 1.0].into_iter().enumerate() {
                let shift = |j: usize| scale * (((5 * j + 3 * k) % 7) as f64 / 3.0 - 1.0);
                let mut x: Vec<f64> = best.x.iter().enumerate().map(|(j, b)| b + shift(j)).collect();
                objective.prox(&mut x, Step::Scalar(1e-9));
                let excess = objective.value(&x).unwrap() - best.value;
                let Some(bound) = objective.verify(&x).unwrap().certificate.bound() else { continue };
                let what = format!("{}, {text}, intercept {intercept}, at {scale}", entry.name);
                assert!(
                    bound >= excess - 1e-14 * best.value.abs().max(1.0),
                    "{what}: {bound:e} < {excess:e}"
                );
                // Without a penalty, or one that leaves some direction alone, the dual point meets its constraint up to rounding at best.
                let v = [1e3, -2e3, 1e3, -3e3, 1e3, 5e2];
                let closes = penalty.dual_scale(&v, 0.05) > 0.0;
                assert!(scale > 0.0 || !closes || bound <= 1e-8, "{what}: {bound:e} at the minimum");
                proven += 1;
            }
        }
    }
    assert!(proven >= 1000, "{proven}");
}

/// Sparse storage, categorical columns and lazy standardisation are only other ways to hold the same matrix.
#[test]
fn storage_does_not_matter() {
    let (n, p) = (150, 12);
    let base = data(Target::UnitInterval, n, p);
    let codes: Vec<u32> = (0..n).map(|i| (i * i % 4) as u32).collect();
    // Three in four entries are 0.
    let x: Vec<f64> = base.x.iter().enumerate().map(|(k, x)| if k * 7 % 4 == 0 { *x } else { 0.0 }).collect();
    let indicators = (1..4).flat_map(|level| codes.iter().map(move |c| f64::from(u8::from(*c == level))));
    let dense: Vec<f64> = x.iter().copied().chain(indicators).collect();
    let sparse = sparse(&x, n);
    let plain = || Design::new(interop::column_major(&dense, n, p + 3).unwrap()).unwrap().with_intercept();
    let mixed = || {
        let sparse = Columns::Sparse(std::borrow::Cow::Borrowed(&sparse));
        let categorical = Columns::Categorical { codes: &codes, levels: 4, reference: Some(0) };
        Design::from_columns([sparse, categorical]).unwrap().with_intercept()
    };
    for loss_name in ["squared", "logistic"] {
        let loss = loss::<f64>(loss_name).unwrap();
        let datafit = Cost::new(&*loss, &base.y).unwrap();
        for text in ["l1", "elastic-net:alpha=0.7"] {
            let penalty = penalty(text).unwrap();
            for solver in ["coordinate-descent", "coordinate-descent:working-set=0", "fista"] {
                let wanted = solve(solver, &plain(), &datafit, &*penalty, 0.02);
                let found = solve(solver, &mixed(), &datafit, &*penalty, 0.02);
                assert!(wanted.status == Status::Certified && found.status == Status::Certified);
                let away = distance(&found.x, &wanted.x);
                assert!(away <= 1e-8, "{solver}, {loss_name}, {text}: sparse {away:e} apart");
                let standard = plain().standardized(Weights::Unit).unwrap();
                let lazily = mixed().standardized(Weights::Unit).unwrap();
                let wanted = solve(solver, &standard, &datafit, &*penalty, 0.02);
                let found = solve(solver, &lazily, &datafit, &*penalty, 0.02);
                assert!(wanted.status == Status::Certified && found.status == Status::Certified);
                let away = distance(&found.x, &wanted.x);
                assert!(away <= 1e-8, "{solver}, {loss_name}, {text}: standardised {away:e} apart");
                // And the standardised columns, formed.
                let formed = formed(&standard);
                let formed =
                    Design::new(interop::column_major(&formed, n, p + 3).unwrap()).unwrap().with_intercept();
                let away = distance(&wanted.x, &solve(solver, &formed, &datafit, &*penalty, 0.02).x);
                assert!(away <= 1e-8, "{solver}, {loss_name}, {text}: formed {away:e} apart");
            }
        }
    }
}

/// The columns of a design, one product with a unit vector each.
fn formed(design: &Design<'_, f64>) -> Vec<f64> {
    let (n, q) = (design.rows(), design.parameters());
    let mut x = Vec::new();
    for k in 1..q {
        let (mut column, mut shift) = (vec![0.0; n], 0.0);
        design.column_axpy(k, 1.0, &mut column, &mut shift);
        x.extend(column.iter().map(|v| v + shift));
    }
    x
}

/// Rows that are all beyond Huber's threshold at the start have no curvature there; the floor carries the first steps.
#[test]
fn flat_rows_are_no_obstacle() {
    let data = synthetic(80, 5, 3, Kind::Squared);
    let y: Vec<f64> = data.y.iter().map(|y| 1000.0 + y).collect();
    let huber = loss::<f64>("huber:delta=0.5").unwrap();
    let datafit = Cost::new(&*huber, &y).unwrap();
    let design = data.design().unwrap().with_intercept();
    let l1 = penalty("l1").unwrap();
    let found = solve("coordinate-descent", &design, &datafit, &*l1, 0.01);
    assert_eq!(found.status, Status::Certified, "{} after {}", found.value, found.iterations);
    assert!((found.x[0] - 1000.0).abs() < 2.0);
}

/// A start outside the constraint is moved onto it, and the solution never leaves it.
#[test]
fn constraints_hold_from_anywhere() {
    let data = synthetic(60, 4, 5, Kind::Squared);
    let squared = loss::<f64>("squared").unwrap();
    let datafit = Cost::new(&*squared, &data.y).unwrap();
    let design = data.design().unwrap();
    let constraint = penalty("box-constraint:lower=0.2,upper=0.4").unwrap();
    for solver in COMPOSITE.iter().map(|e| e.name).filter(|solver| takes(solver, &*constraint)) {
        let mut objective = Penalised::new(&design, &datafit, &*constraint, 0.0).unwrap();
        let solution = composite(solver)
            .unwrap()
            .run(&mut Driver::new(), &mut objective, &[9.0, -9.0, 0.3, 0.0])
            .unwrap();
        assert!(solution.x.iter().all(|b| (0.2..=0.4).contains(b)), "{solver}: {:?}", solution.x);
        assert_eq!(solution.status, Status::Certified, "{solver}");
    }
}

/// Columns of zeros and columns equal to the intercept stay at 0.
#[test]
fn empty_and_constant_columns_are_left_alone() {
    let n = 40;
    let data = synthetic(n, 3, 9, Kind::Squared);
    let mut x = data.x.clone();
    x[n..2 * n].fill(0.0);
    x[2 * n..].fill(1.0);
    let squared = loss::<f64>("squared").unwrap();
    let datafit = Cost::new(&*squared, &data.y).unwrap();
    let design = Design::new(interop::column_major(&x, n, 3).unwrap()).unwrap().with_intercept();
    let l1 = penalty("l1").unwrap();
    for solver in COMPOSITE.iter().map(|e| e.name).filter(|solver| takes(solver, &*l1)) {
        let solution = solve(solver, &design, &datafit, &*l1, 0.01);
        assert!(
            solution.status.is_solved() && solution.x[2] == 0.0 && solution.x[3].abs() < 1e-8,
            "{solver}: {:?}",
            solution.x
        );
    }
}

/// scikit-learn's Lasso, ElasticNet and LogisticRegression; the script is beside the numbers.
#[test]
fn scikit_learn_agrees() {
    let (n, p) = (120_usize, 30_usize);
    let x: Vec<f64> = (0..n * p)
        .map(|k| (k % n, k / n))
        .map(|(i, j)| ((i * 7919 + j * 104_729 + i * j * 31) % 1013) as f64 / 512.0 - 1.0)
        .collect();
    let at = |i: usize, j: usize| x[j * n + i];
    let eta = |i: usize| 2.0 * at(i, 0) - 1.5 * at(i, 3) + at(i, 7) - 0.5 * at(i, 11) + 0.25;
    let noise = |i: usize| ((i * 5113) % 1021) as f64 / 512.0 - 1.0;
    let numbers: Vec<f64> = (0..n).map(|i| eta(i) + noise(i)).collect();
    let outcomes: Vec<f64> = (0..n).map(|i| f64::from(u8::from(eta(i) + 2.0 * noise(i) > 0.0))).collect();
    let weights: Vec<f64> = (0..n).map(|i| 1.0 + (i % 3) as f64).collect();
    let mut cases = 0;
    for line in include_str!("fixtures/composite.csv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(',').collect();
        let values: Vec<f64> = fields[1..].iter().map(|v| v.parse().unwrap()).collect();
        let [lambda, alpha, weighted, intercept, objective] = values[..5] else { panic!("{line}") };
        let wanted = if intercept == 1.0 { &values[5..] } else { &values[6..] };
        let loss = loss::<f64>(fields[0]).unwrap();
        let y = if fields[0] == "squared" { &numbers } else { &outcomes };
        let mut datafit = Cost::new(&*loss, y).unwrap();
        if weighted == 1.0 {
            datafit = datafit.with_weights(&weights).unwrap();
        }
        let design = Design::new(interop::column_major(&x, n, p).unwrap()).unwrap();
        let design = if intercept == 1.0 { design.with_intercept() } else { design };
        let net = penalty(&format!("elastic-net:alpha={alpha}")).unwrap();
        let solvers = COMPOSITE.iter().flat_map(|e| [e.name, e.example]);
        for solver in solvers.filter(|solver| takes(solver, &*net)) {
            let found = solve(solver, &design, &datafit, &*net, lambda);
            assert_eq!(found.status, Status::Certified, "{solver}: {line}");
            let excess = (found.value - objective) / objective;
            assert!(excess.abs() <= 1e-9, "{solver}, {}: objective {excess:e} off", &line[..30]);
            let away = distance(&found.x, wanted);
            assert!(away <= 1e-7, "{solver}, {}: {away:e} apart", &line[..30]);
        }
        cases += 1;
    }
    assert_eq!(cases, 10);
}

/// Working sets that are refused more columns than there are, or fewer than one, still work.
#[test]
fn odd_options_work() {
    let data = synthetic(50, 20, 2, Kind::Squared);
    let squared = loss::<f64>("squared").unwrap();
    let datafit = Cost::new(&*squared, &data.y).unwrap();
    let design = data.design().unwrap().with_intercept();
    let l1 = penalty("l1").unwrap();
    for smallest in [0, 1, 1000] {
        let solver = CoordinateDescent { smallest, newton: 0, ..CoordinateDescent::default() };
        let mut objective = Penalised::new(&design, &datafit, &*l1, 0.05).unwrap();
        let solution = Driver::new().minimize(&solver, &mut objective, &[0.0; 21]).unwrap();
        assert_eq!(solution.status, Status::Certified, "{smallest}");
    }
}
