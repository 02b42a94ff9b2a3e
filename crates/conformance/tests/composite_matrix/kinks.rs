//! Losses with kinks: ADMM against linear programs, the prox of the rows, and who refuses them.

use thalweg_core::{Cost, Design, Driver, LinearComposite, Penalised, Status, interop, stop};
use thalweg_losses::{CATALOGUE as LOSSES, loss};
use thalweg_optimizers::{Admm, COMPOSITE, composite};
use thalweg_problems::linear::admitted;
use thalweg_regularization::penalty;

/// The data of kinks.csv.
struct Kinks {
    x: Vec<f64>,
    y: Vec<f64>,
    labels: Vec<f64>,
    offset: Vec<f64>,
    weights: Vec<f64>,
}

fn kinks() -> Kinks {
    let (n, p) = (120_usize, 8_usize);
    let x: Vec<f64> = (0..n * p)
        .map(|k| (k % n, k / n))
        .map(|(i, j)| {
            (((i + 1) * (i + 7) * (2 * j + 3) * 7919 + i * 104_729 * (j + 1)) % 1013) as f64 / 512.0 - 1.0
        })
        .collect();
    let eta = |i: usize| 2.0 * x[i] - 1.5 * x[3 * n + i] + x[7 * n + i] + 0.25;
    let noise = |i: usize| ((i * i * 5113 + i * 77) % 1021) as f64 / 512.0 - 1.0;
    Kinks {
        y: (0..n).map(|i| eta(i) + noise(i)).collect(),
        labels: (0..n).map(|i| if eta(i) + 2.0 * noise(i) > 0.0 { 1.0 } else { -1.0 }).collect(),
        offset: (0..n).map(|i| ((i % 5) as f64 - 2.0) / 8.0).collect(),
        weights: (0..n).map(|i| 1.0 + (i % 3) as f64).collect(),
        x,
    }
}

/// What ADMM proves of a loss with kinks, and within how many steps.
const GAP: f64 = 1e-10;
const STEPS: u64 = 4000;

/// ADMM on losses with kinks finds the vertices of linear programs, and proves it.
#[test]
fn kinked_losses_reach_the_vertices_of_linear_programs() {
    let data = kinks();
    let mut cases = 0;
    for line in include_str!("../fixtures/kinks.csv").lines().filter(|line| !line.starts_with('#')) {
        let (name, numbers) = line.split_once(';').unwrap();
        let values: Vec<f64> = numbers.split(';').map(|v| v.parse().unwrap()).collect();
        let [lambda, weighted, objective] = values[..3] else { panic!("{line}") };
        let loss = loss::<f64>(name).unwrap();
        let y = if name == "hinge" { &data.labels } else { &data.y };
        let mut datafit = Cost::new(&*loss, y).unwrap().with_offset(&data.offset).unwrap();
        if weighted == 1.0 {
            datafit = datafit.with_weights(&data.weights).unwrap();
        }
        let design = Design::new(interop::column_major(&data.x, 120, 8).unwrap()).unwrap().with_intercept();
        let l1 = penalty("l1").unwrap();
        let mut problem = Penalised::with_kinks(&design, &datafit, &*l1, lambda).unwrap();
        let mut driver = Driver::new().stop(stop::gradient_inf(1e-12)).iterations(STEPS).gap(GAP);
        let found = driver.minimize(&Admm::default(), &mut problem, &[0.0; 9]).unwrap();
        let excess = found.value - objective;
        assert!(
            excess.abs() <= GAP * objective,
            "{name}, {lambda}: {excess:e} off after {}",
            found.iterations
        );
        // Without a penalty the dual point must meet Xᵀu = 0 exactly, which rounding does not: the violation is all there is to say.
        let status = if lambda > 0.0 { Status::Certified } else { Status::Stationary };
        assert_eq!(
            found.status, status,
            "{name}, {lambda}: {:?} {:e}",
            found.certificate, found.gradient_inf
        );
        let bound = found.certificate.bound().unwrap_or(f64::INFINITY);
        assert!(bound >= excess - 1e-14, "{name}, {lambda}: {bound:e} < {excess:e}");
        cases += 1;
        if lambda == 0.0 {
            continue;
        }
        let away = found.x.iter().zip(&values[3..]).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
        assert!(away <= 1e-9, "{name}, {lambda}: {away:e} away after {}", found.iterations);
        let zeros = found.x.iter().zip(&values[3..]).all(|(a, b)| *b != 0.0 || *a == 0.0);
        assert!(zeros, "{name}, {lambda}: {:?}", found.x);
    }
    assert_eq!(cases, 10);
}

/// The prox of the rows by hand for piecewise linear losses, and by its optimality condition for every other convex loss, at points near and
/// far on either side.
#[test]
fn rows_are_solved_as_by_hand() {
    let points = [-40.0, -3.0, -1.0, -0.9, -0.2, 0.0, 0.1, 0.7, 1.0, 1.1, 2.0, 30.0];
    let n = points.len();
    let x = vec![1.0; n];
    let design = Design::new(interop::column_major(&x, n, 1).unwrap()).unwrap();
    let none = penalty("none").unwrap();
    let between = |v: f64, low: f64, high: f64, at: f64| {
        if v < low {
            v + at - low
        } else if v > high {
            v + at - high
        } else {
            at
        }
    };
    let mut checked = 0;
    for entry in LOSSES {
        let loss = loss::<f64>(entry.example).unwrap();
        let properties = loss.properties();
        if !properties.convex || properties.predictor != (f64::NEG_INFINITY, f64::INFINITY) {
            continue;
        }
        let y: Vec<f64> = admitted(properties.target, n, 1, 3).y;
        let weights: Vec<f64> = (0..n).map(|i| (i % 3) as f64).collect();
        let datafit = Cost::new(&*loss, &y).unwrap().with_weights(&weights).unwrap();
        let total = weights.iter().sum::<f64>();
        let mut objective = Penalised::with_kinks(&design, &datafit, &*none, 0.0).unwrap();
        for step in [1e-3, 1.0, 50.0] {
            let mut out = vec![0.0; n];
            objective.prox_rows(&points, step * total, &mut out).unwrap();
            for i in 0..n {
                let (v, y, t, z) = (points[i], y[i], step * weights[i], out[i]);
                let what = format!("{} at y = {y}, v = {v}, t = {t}: {z}", entry.name);
                if t == 0.0 {
                    assert_eq!(z, v, "{what}");
                    continue;
                }
                let wanted = match entry.example {
                    "absolute" => Some(between(v, y - t, y + t, y)),
                    "quantile:tau=0.9" => Some(between(v, y - 0.9 * t, y + 0.1 * t, y)),
                    "hinge" => {
                        let side = if y > 0.0 { 1.0 } else { -1.0 };
                        let m = side * v;
                        Some(side * if m >= 1.0 { m } else { (m + t).min(1.0) })
                    }
                    _ => None,
                };
                if let Some(wanted) = wanted {
                    assert!(
                        (z - wanted).abs() <= 1e-14 * wanted.abs().max(v.abs()).max(1.0),
                        "{what}, not {wanted}"
                    );
                }
                // ℓ′ just left of z is at most (v − z)/t, and just right of it at least that; t may have moved z beyond all sense of scale.
                let nudge = 1e-9 * z.abs().max(1.0);
                let slope = |z: f64| loss.at(y, z)[1];
                let wanted = (v - z) / t;
                let slack = 1e-8 * (wanted.abs() + v.abs() / t + 1.0);
                let (left, right) = (slope(z - nudge), slope(z + nudge));
                assert!(left <= wanted + slack && right >= wanted - slack, "{what}: {left} {wanted} {right}");
                checked += 1;
            }
        }
    }
    assert!(checked >= 500, "{checked}");
}

/// Whatever needs a gradient refuses a loss with kinks, naming the method that takes it.
#[test]
fn kinks_are_refused_by_what_needs_gradients() {
    let data = kinks();
    let absolute = loss::<f64>("absolute").unwrap();
    let datafit = Cost::new(&*absolute, &data.y).unwrap();
    let design = Design::new(interop::column_major(&data.x, 120, 8).unwrap()).unwrap();
    let l1 = penalty("l1").unwrap();
    assert!(Penalised::new(&design, &datafit, &*l1, 0.1).is_err());
    for entry in COMPOSITE.iter().filter(|entry| entry.name != "admm" && entry.name != "frank-wolfe") {
        let mut objective = Penalised::with_kinks(&design, &datafit, &*l1, 0.1).unwrap();
        let run = composite(entry.name).unwrap().run(&mut Driver::new(), &mut objective, &[0.0; 8]);
        let error = run.expect_err(entry.name).to_string();
        assert!(error.contains("kinks") && error.contains("admm"), "{}: {error}", entry.name);
    }
    let cauchy = loss::<f64>("cauchy").unwrap();
    let datafit = Cost::new(&*cauchy, &data.y).unwrap();
    assert!(Penalised::with_kinks(&design, &datafit, &*l1, 0.1).is_err());
    let mut smooth = Penalised::new(&design, &datafit, &*l1, 0.1).unwrap();
    let refused = Driver::new().minimize(&Admm::default(), &mut smooth, &[0.0; 8]).unwrap_err();
    assert!(refused.to_string().contains("not convex"), "{refused}");
}
