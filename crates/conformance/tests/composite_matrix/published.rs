//! Published iteration caps, solutions by hand, wrong slopes and fixed points.

use thalweg_core::{
    Composite, Cost, Design, Driver, Formula, Halt, Objective, Penalised, Pointwise, Properties, Real,
    Scalar, Status, Target, interop, stop, vector,
};
use thalweg_losses::loss;
use thalweg_optimizers::{COMPOSITE, CoordinateDescent, Fista, composite};
use thalweg_problems::linear::admitted;
use thalweg_regularization::{penalty, penalty_over};

use crate::common::admits;
use crate::{N, P, run};

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
    for entry in COMPOSITE.iter().filter(|entry| admits(entry.name, &*l1)) {
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
    for entry in COMPOSITE.iter().filter(|entry| admits(entry.name, &*net)) {
        let mut driver = Driver::new().iterations(3);
        let found = composite(entry.name).unwrap().run(&mut driver, &mut objective, &best.x).unwrap();
        let moved = vector::norm_inf(&found.x.iter().zip(&best.x).map(|(a, b)| a - b).collect::<Vec<_>>());
        assert!(moved <= 1e-9 && found.status == Status::Certified, "{}: {moved:e}", entry.name);
    }
}
