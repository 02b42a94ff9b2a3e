//! Every composite solver on every loss, penalty, storage of the design and use of weights and offset that it admits: each cell of the
//! matrix solves a small problem to its certificate, and a cell that is not admitted is refused before the first step by an error that
//! says what to do instead. Then the losses with kinks against linear programs, and the iteration caps of the small published tests.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{
    Blocks, Composite, Cost, Datafit, Design, Driver, Error, Formula, Halt, LinearComposite, Objective,
    Penalised, Penalty, Pointwise, Properties, Real, Scalar, Solution, Sparse, Status, Target, Weights,
    interop, stop, vector,
};
use thalweg_losses::{CATALOGUE as LOSSES, loss};
use thalweg_optimizers::{Admm, COMPOSITE, CoordinateDescent, Fista, composite};
use thalweg_problems::linear::admitted;
use thalweg_regularization::{CATALOGUE as PENALTIES, penalty, penalty_over};

const N: usize = 60;
const P: usize = 6;

/// How X is held.
#[derive(Copy, Clone, Debug, PartialEq)]
enum Storage {
    Dense,
    Csc,
    Standardised,
    StandardisedCsc,
}

const STORAGES: [Storage; 4] =
    [Storage::Dense, Storage::Csc, Storage::Standardised, Storage::StandardisedCsc];

/// Every storage with weights and offset or without them, dense columns with both.
const COMBINED: [(Storage, bool); 5] = [
    (Storage::Dense, false),
    (Storage::Dense, true),
    (Storage::Csc, true),
    (Storage::Standardised, true),
    (Storage::StandardisedCsc, false),
];

/// Half of X's entries are 0.
fn thinned(x: &[f64]) -> Vec<f64> {
    x.iter().enumerate().map(|(k, v)| if k * 5 % 7 < 4 { *v } else { 0.0 }).collect()
}

fn sparse(x: &[f64]) -> Sparse<f64> {
    let (mut starts, mut rows, mut values) = (vec![0_usize], Vec::new(), Vec::new());
    for column in x.chunks(N) {
        for (i, v) in column.iter().enumerate().filter(|(_, v)| **v != 0.0) {
            rows.push(i as u32);
            values.push(*v);
        }
        starts.push(rows.len());
    }
    Sparse::from_csc(N, x.len() / N, starts, rows, values).unwrap()
}

fn design<'a>(x: &'a [f64], csc: &'a Sparse<f64>, storage: Storage) -> Design<'a, f64> {
    let plain = match storage {
        Storage::Dense | Storage::Standardised => {
            Design::new(interop::column_major(x, N, P).unwrap()).unwrap()
        }
        Storage::Csc | Storage::StandardisedCsc => Design::from_sparse(csc).unwrap(),
    };
    let design = plain.with_intercept();
    match storage {
        Storage::Dense | Storage::Csc => design,
        _ => design.standardized(Weights::Unit).unwrap(),
    }
}

/// Whether a fit of this loss has one answer that every method finds: convex, its gradient at least locally Lipschitz, and defined for every
/// predictor.
fn is_smooth(p: &Properties<f64>) -> bool {
    let lipschitz = p.twice_differentiable || p.curvature_bound.is_some();
    p.convex && p.differentiable && lipschitz && p.predictor == (f64::NEG_INFINITY, f64::INFINITY)
}

/// Whether a solver takes a penalty: quasi-Newton methods and coordinate descent those of single coefficients, and the orthants of OWL-QN
/// have no bounds.
fn admits(solver: &str, penalty: &dyn Penalty<f64>) -> bool {
    let single = matches!(penalty.blocks(), Blocks::Coordinates);
    match solver {
        "coordinate-descent" | "lbfgsb" => single,
        "owl-qn" => single && !penalty.is_constraint(),
        _ => true,
    }
}

/// Whether the duality gap closes at the minimum: any vector can be scaled into the domain of P*. It is no ball around 0 without a penalty,
/// for a half-open box, and for total variation, which leaves constants alone: rounding leaves such domains.
fn closes(penalty: &dyn Penalty<f64>) -> bool {
    let v: Vec<f64> = (0..P).map(|j| if j % 2 == 0 { 1e3 } else { -2e3 - j as f64 }).collect();
    penalty.dual_scale(&v, 0.03) > 0.0
}

fn run(
    solver: &str,
    design: &Design<'_, f64>,
    datafit: &dyn Datafit<f64>,
    penalty: &dyn Penalty<f64>,
    lambda: f64,
) -> Result<Solution<f64>, Error> {
    let mut objective = Penalised::new(design, datafit, penalty, lambda)?;
    let mut driver = Driver::new().stop(stop::gradient_inf(1e-11)).iterations(20_000);
    composite(solver)?.run(&mut driver, &mut objective, &vec![0.0; design.parameters()])
}

#[test]
fn every_admissible_cell_is_solved_and_every_other_refused() {
    let (mut solved, mut certified, mut refused) = (0_usize, 0_usize, 0_usize);
    let mut short: Vec<String> = Vec::new();
    let penalties: Vec<&str> = PENALTIES.iter().map(|e| e.example).chain(["box-constraint"]).collect();
    for entry in LOSSES {
        let loss = loss::<f64>(entry.example).unwrap();
        let properties = loss.properties();
        if !is_smooth(&properties) {
            continue;
        }
        let data = admitted(properties.target, N, P, 11);
        let x = thinned(&data.x);
        let csc = sparse(&x);
        let weights: Vec<f64> = (0..N).map(|i| (i % 3) as f64 + 0.5).collect();
        let offset: Vec<f64> = (0..N).map(|i| 0.1 * ((i % 7) as f64 - 3.0)).collect();
        for weighted in [false, true] {
            let mut datafit = Cost::new(&*loss, &data.y).unwrap();
            if weighted {
                datafit = datafit.with_weights(&weights).unwrap().with_offset(&offset).unwrap();
            }
            for text in &penalties {
                let penalty = penalty_over(text, P).unwrap();
                if !penalty.is_convex() {
                    continue;
                }
                let mut least: [Option<f64>; 2] = [None, None];
                let held = STORAGES.iter().filter(|storage| COMBINED.contains(&(**storage, weighted)));
                for (storage, solver) in held.flat_map(|s| COMPOSITE.iter().map(|e| (*s, e.name))) {
                    let what = format!("{solver}, {}, {text}, {storage:?}, weighted {weighted}", entry.name);
                    let design = design(&x, &csc, storage);
                    let found = run(solver, &design, &datafit, &*penalty, 0.03);
                    if !admits(solver, &*penalty) {
                        let error = found.expect_err(&what).to_string();
                        assert!(error.contains("not possible") && error.contains("use "), "{what}: {error}");
                        refused += 1;
                        continue;
                    }
                    let found = found.unwrap();
                    let scale = found.value.abs().max(1.0);
                    // Storage is no part of the problem; standardisation is.
                    let kind =
                        usize::from(matches!(storage, Storage::Standardised | Storage::StandardisedCsc));
                    let reference = *least[kind].get_or_insert(found.value);
                    assert!(
                        (found.value - reference).abs() <= 1e-8 * scale,
                        "{what}: {} {reference}",
                        found.value
                    );
                    let provable = properties.conjugate_known && closes(&*penalty);
                    let claimed =
                        found.status.is_solved() && (!provable || found.status == Status::Certified);
                    if !claimed {
                        short.push(format!("{what}: {} {:e}", found.status, found.gradient_inf));
                        continue;
                    }
                    assert!(found.gradient_inf <= 1e-7, "{what}: violation {:e}", found.gradient_inf);
                    solved += 1;
                    certified += usize::from(found.status == Status::Certified);
                }
            }
        }
    }
    // Every value agrees; where rounding keeps a run from its tolerance it says so, and that is rare.
    assert!(short.len() * 1000 <= solved, "{} of {solved}: {short:#?}", short.len());
    assert!(solved >= 3000 && certified >= 1500 && refused >= 200, "{solved}, {certified}, {refused}");
}

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

/// What ADMM proves of a loss with kinks; its convergence on linear programs is too slow for much more.
const GAP: f64 = 1e-6;

/// ADMM on losses with kinks finds the vertices of linear programs, and proves it.
#[test]
fn kinked_losses_reach_the_vertices_of_linear_programs() {
    let data = kinks();
    let mut cases = 0;
    for line in include_str!("fixtures/kinks.csv").lines().filter(|line| !line.starts_with('#')) {
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
        let mut driver = Driver::new().stop(stop::gradient_inf(1e-9)).iterations(100_000).gap(GAP);
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
        assert!(away <= 1e-4, "{name}, {lambda}: {away:e} away after {}", found.iterations);
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
    for entry in COMPOSITE.iter().filter(|entry| entry.name != "admm") {
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

/// The small problems of ProximalAlgorithms.jl (test/problems), whose sums over 4 rows are 4 times the means here, within that package's caps
/// on iterations at its tolerance 1e-4: fixed steps of proximal gradient 150 and 1100, adaptive 300 and 1100, FISTA 100 and 500, adaptive 200
/// and 500.
#[test]
fn published_iteration_caps_are_kept() {
    let x = [
        1.0, 2.0, -1.0, -1.0, -2.0, -1.0, 0.0, -1.0, 3.0, 0.0, 4.0, -1.0, -4.0, -1.0, -3.0, 1.0, 5.0, 3.0,
        2.0, 3.0,
    ];
    let design = Design::new(interop::column_major(&x, 4, 5).unwrap()).unwrap();
    let l1 = penalty("l1").unwrap();
    let target = [1.0, 2.0, 3.0, 4.0];
    let away = [-1.0, -2.0, -3.0, -4.0];
    let (squared, logistic) = (loss::<f64>("squared").unwrap(), loss::<f64>("logistic").unwrap());
    let lasso = Cost::new(&*squared, &target).unwrap();
    let sparse = Cost::new(&*logistic, &[1.0; 4]).unwrap().with_offset(&away).unwrap();
    let fixed = Fista { growth: 1.0, ..Fista::default() };
    for (what, datafit, lambda, caps) in [
        ("lasso", &lasso, 2.9 / 4.0, [150, 300, 100, 200]),
        ("logistic", &sparse, 0.1 / 4.0, [1100, 1100, 500, 500]),
    ] {
        for (k, momentum) in [false, true].into_iter().enumerate() {
            for (solver, cap) in [(fixed, caps[2 * k]), (Fista::default(), caps[2 * k + 1])] {
                let solver = Fista { momentum, ..solver };
                let mut objective = Penalised::new(&design, datafit, &*l1, lambda).unwrap();
                let mut driver = Driver::new().stop(stop::gradient_inf(1e-4 / 4.0));
                let found = driver.minimize(&solver, &mut objective, &[0.0; 5]).unwrap();
                assert!(found.iterations <= cap, "{what}, {solver:?}: {} steps", found.iterations);
                assert!(found.gradient_inf <= 1e-4 / 4.0, "{what}, {solver:?}: {:e}", found.gradient_inf);
            }
        }
    }
}

/// With XᵀX/n = I the group lasso is Xᵀy/n with every group shrunk by λ√|g| of its norm: here Xᵀy/n = (3, 4 | ½, 0), λ√2 = 1, so that
/// b = (1 − 1/5)(3, 4 | 0, 0), and with the intercept beside it nothing changes as the columns are centred.
#[test]
fn orthonormal_groups_are_shrunk_as_by_hand() {
    let hadamard = |i: usize, j: usize| if (i & j).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    let x: Vec<f64> = (0..32).map(|k| hadamard(k % 8, k / 8 + 1)).collect();
    let y: Vec<f64> = (0..8)
        .map(|i| {
            7.0 + 3.0 * hadamard(i, 1) + 4.0 * hadamard(i, 2) + 0.5 * hadamard(i, 3) + 2.0 * hadamard(i, 7)
        })
        .collect();
    let squared = loss::<f64>("squared").unwrap();
    let datafit = Cost::new(&*squared, &y).unwrap();
    let design = Design::new(interop::column_major(&x, 8, 4).unwrap()).unwrap().with_intercept();
    let group = penalty_over("group-lasso:size=2", 4).unwrap();
    for entry in COMPOSITE.iter().filter(|entry| admits(entry.name, &*group)) {
        let found = run(entry.name, &design, &datafit, &*group, 0.5_f64.sqrt()).unwrap();
        let wanted = [7.0, 2.4, 3.2, 0.0, 0.0];
        let away = found.x.iter().zip(wanted).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
        assert!(away <= 1e-9 && found.x[3..] == [0.0, 0.0], "{}: {:?}", entry.name, found.x);
        assert_eq!(found.status, Status::Certified, "{}", entry.name);
    }
}

/// A loss whose slope is wrong by its sign: every solver must notice that nothing it does lowers the objective.
#[derive(Copy, Clone)]
struct Uphill;

impl Formula for Uphill {
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        S::of(0.5) * (eta - y).square()
    }
}

impl<T: Real> Pointwise<T> for Uphill {
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        (self.eval(y, eta), y - eta, T::ONE)
    }
    fn properties(&self) -> Properties<T> {
        Properties::convex(Target::Real)
    }
}

#[test]
fn a_wrong_slope_ends_no_run_as_solved() {
    let data = admitted(Target::Real, N, P, 3);
    let datafit = Cost::new(&Uphill, &data.y).unwrap();
    let design = data.design().unwrap();
    let l1 = penalty("l1").unwrap();
    for entry in COMPOSITE {
        let found = run(entry.name, &design, &datafit, &*l1, 0.03);
        let Ok(found) = found else { continue };
        assert!(!found.status.is_solved(), "{}: {}", entry.name, found.status);
    }
}

/// At the solution of one solver every other stays.
#[test]
fn solutions_are_fixed_points_of_every_solver() {
    let data = admitted(Target::Real, N, P, 5);
    let squared = loss::<f64>("squared").unwrap();
    let datafit = Cost::new(&*squared, &data.y).unwrap();
    let design = data.design().unwrap().with_intercept();
    let net = penalty("elastic-net:alpha=0.7").unwrap();
    let mut objective = Penalised::new(&design, &datafit, &*net, 0.05).unwrap();
    let mut driver = Driver::new().stop(stop::gradient_inf(1e-15)).iterations(5000);
    let best = driver.minimize(&CoordinateDescent::default(), &mut objective, &[0.0; P + 1]).unwrap();
    let mut g = [0.0; P + 1];
    let smooth: Result<f64, Halt> = objective.smooth(&best.x, &mut g);
    assert!(smooth.is_ok() && objective.stationarity(&best.x, &g) <= 1e-13);
    assert!(objective.value(&best.x).unwrap() <= best.value + 1e-15);
    for entry in COMPOSITE {
        let mut driver = Driver::new().iterations(3);
        let found = composite(entry.name).unwrap().run(&mut driver, &mut objective, &best.x).unwrap();
        let moved = vector::norm_inf(&found.x.iter().zip(&best.x).map(|(a, b)| a - b).collect::<Vec<_>>());
        assert!(moved <= 1e-9 && found.status == Status::Certified, "{}: {moved:e}", entry.name);
    }
}
