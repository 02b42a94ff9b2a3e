//! Frank–Wolfe: the rate of its theorem, its gap, solutions by hand, linear convergence on polytopes, resumption, and what it refuses.

use thalweg_core::{Cost, Design, Driver, Objective, Par, Penalised, Penalty, Status, interop, stop};
use thalweg_losses::loss;
use thalweg_optimizers::{Fista, FrankWolfe};
use thalweg_problems::linear::{Kind, synthetic};
use thalweg_regularization::{BoxConstraint, penalty_over};
use thalweg_testkit::minimizers::steps::states_resume;

const SETS: [&str; 6] = [
    "l1-ball:radius=0.5",
    "l1-ball:radius=20",
    "simplex:total=0.7",
    "l2-ball:radius=0.3",
    "l2-ball:radius=5",
    "box-constraint:lower=-0.1,upper=0.2",
];

/// The largest distance between two points of a set of p coefficients.
fn diameter(text: &str, p: usize) -> f64 {
    let size: f64 = text.rsplit('=').next().unwrap().parse().unwrap();
    match text.split(':').next().unwrap() {
        "l1-ball" | "l2-ball" => 2.0 * size,
        "simplex" => size * 2.0_f64.sqrt(),
        _ => 0.3 * (p as f64).sqrt(),
    }
}

/// f(x_k) − f* ≤ 2C/(k + 2) with C ≤ L·diameter² (Jaggi 2013, theorem 1), L ≤ the trace of the Hessian, for every set, by plain and pairwise
/// steps; the least gap so far obeys 27C/(4(k + 2)) (theorem 2), and every gap covers the distance to the minimum.
#[test]
fn the_theorem_of_its_rate_holds() {
    let (n, p) = (80, 7);
    for kind in [Kind::Squared, Kind::Logistic] {
        let data = synthetic(n, p, 3, kind);
        let design = data.design().unwrap().with_intercept();
        let loss = loss::<f64>(if kind == Kind::Squared { "squared" } else { "logistic" }).unwrap();
        let weights: Vec<f64> = (0..n).map(|i| 1.0 + (i % 3) as f64).collect();
        let datafit = Cost::new(&*loss, &data.y).unwrap().with_weights(&weights).unwrap();
        let bound = loss.properties().curvature_bound.unwrap();
        let total: f64 = weights.iter().sum();
        let square = |k: usize| weights[k % n] / total * data.x[k].powi(2);
        let trace: f64 = bound * (0..n * p).map(square).sum::<f64>();
        for (text, pairwise) in SETS.into_iter().flat_map(|s| [(s, false), (s, true)]) {
            let set = penalty_over(text, p).unwrap();
            let mut problem = Penalised::new(&design, &datafit, &*set, 0.0).unwrap();
            let x0 = vec![0.0; p + 1];
            let mut driver = Driver::new().stop(stop::gradient_inf(1e-13)).iterations(50_000);
            let best = driver.minimize(&Fista::default(), &mut problem, &x0).unwrap().value;
            let curvature = trace * diameter(text, p).powi(2);
            let method = FrankWolfe { pairwise, ..FrankWolfe::default() };
            let mut least = f64::INFINITY;
            for k in [1, 2, 4, 8, 16, 64, 256] {
                let found = Driver::new().iterations(k).minimize(&method, &mut problem, &x0).unwrap();
                let what = format!("{text}, {kind:?}, pairwise {pairwise}, {k} steps");
                let excess = found.value - best;
                let rate = curvature / (k as f64 + 2.0);
                // Steps that only empty a vertex do not count in the theorem of the pairwise variant.
                assert!(pairwise || excess <= 2.0 * rate, "{what}: {excess:e} above {:e}", 2.0 * rate);
                let gap = problem.verify(&found.x).unwrap().certificate.bound().unwrap();
                assert!(gap >= excess - 1e-15, "{what}: the gap {gap:e} is below {excess:e}");
                least = least.min(gap);
                if !pairwise && k >= 64 {
                    assert!(least <= 6.75 * rate + 1e-12, "{what}: {least:e} above {:e}", 6.75 * rate);
                }
                assert_eq!(set.value(&found.x[1..], 0.0), 0.0, "{what}: {:?}", found.x);
            }
        }
    }
}

/// On polytopes along the axes pairwise steps end at a certificate, with exact zeros, where FISTA ends.
#[test]
fn pairwise_steps_reach_certificates() {
    let (n, p) = (120, 40);
    for kind in [Kind::Squared, Kind::Logistic] {
        let data = synthetic(n, p, 5, kind);
        let design = data.design().unwrap().with_intercept();
        let loss = loss::<f64>(if kind == Kind::Squared { "squared" } else { "logistic" }).unwrap();
        let datafit = Cost::new(&*loss, &data.y).unwrap();
        for text in ["l1-ball:radius=0.5", "l1-ball:radius=2", "simplex:total=0.7"] {
            let set = penalty_over(text, p).unwrap();
            let mut problem = Penalised::new(&design, &datafit, &*set, 0.0).unwrap();
            let mut run = |fista: bool| {
                let mut driver = Driver::new().stop(stop::gradient_inf(1e-13)).gap(1e-12).iterations(20_000);
                let x0 = vec![0.0; p + 1];
                if fista {
                    driver.minimize(&Fista::default(), &mut problem, &x0).unwrap()
                } else {
                    driver.minimize(&FrankWolfe::default(), &mut problem, &x0).unwrap()
                }
            };
            let (wanted, found) = (run(true), run(false));
            let what = format!("{text}, {kind:?}, {} steps", found.iterations);
            assert_eq!(found.status, Status::Certified, "{what}: {:?}", found.certificate);
            assert!((found.value - wanted.value).abs() <= 1e-12, "{what}");
            let away = found.x.iter().zip(&wanted.x).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
            assert!(away <= 1e-6, "{what}: {away:e}");
            assert!(found.x.iter().zip(&wanted.x).all(|(a, b)| *b != 0.0 || *a == 0.0), "{what}");
        }
    }
}

/// With XᵀX/n = I the solution is the point of the set nearest to Xᵀy/n: here (3, 1, 0), of which the L2 ball of radius 1 keeps the
/// direction, the L1 ball of radius 2 and the simplex of total 2 subtract 1, and the box clamps.
#[test]
fn orthonormal_designs_are_solved_as_by_hand() {
    let x = [1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0];
    let y = [4.0, 2.0, -2.0, -4.0];
    let squared = loss::<f64>("squared").unwrap();
    let datafit = Cost::new(&*squared, &y).unwrap();
    let root = 10.0_f64.sqrt();
    for (text, wanted) in [
        ("l2-ball:radius=1", [3.0 / root, 1.0 / root, 0.0]),
        ("l1-ball:radius=2", [2.0, 0.0, 0.0]),
        ("l1-ball:radius=3", [2.5, 0.5, 0.0]),
        ("simplex:total=3", [2.5, 0.5, 0.0]),
        ("box-constraint:lower=-2,upper=0.75", [0.75, 0.75, 0.0]),
    ] {
        let set = penalty_over(text, 3).unwrap();
        for intercept in [false, true] {
            let design = Design::new(interop::column_major(&x, 4, 3).unwrap()).unwrap();
            let design = if intercept { design.with_intercept() } else { design };
            let mut problem = Penalised::new(&design, &datafit, &*set, 0.0).unwrap();
            let mut driver = Driver::new().stop(stop::gradient_inf(1e-12)).iterations(3000);
            let x0 = vec![0.0; design.parameters()];
            let found = driver.minimize(&FrankWolfe::default(), &mut problem, &x0).unwrap();
            let b = &found.x[usize::from(intercept)..];
            let away = b.iter().zip(wanted).fold(0.0_f64, |m, (a, b)| m.max((a - b).abs()));
            // Towards the edge of a box plain steps shrink the distance as O(1/k) only.
            let tolerance = if text.starts_with("box") { 0.02 } else { 1e-8 };
            assert!(away <= tolerance, "{text}: {b:?} after {} steps", found.iterations);
        }
    }
}

/// States resume to the bit, whatever the vertices; a start outside the set is moved onto it, and one inside is kept.
#[test]
fn states_resume_and_starts_are_kept() {
    let data = synthetic(60, 5, 9, Kind::Logistic);
    let design = data.design().unwrap().with_intercept();
    let logistic = loss::<f64>("logistic").unwrap();
    let datafit = Cost::new(&*logistic, &data.y).unwrap();
    for text in SETS {
        let set = penalty_over(text, 5).unwrap();
        let mut problem = Penalised::new(&design, &datafit, &*set, 0.0).unwrap().with_par(Par::Seq);
        for pairwise in [false, true] {
            let method = FrankWolfe { pairwise, ..FrankWolfe::default() };
            states_resume(&method, &mut problem, &[0.0; 6]).unwrap();
        }
        let mut driver = Driver::new().stop(stop::gradient_inf(1e-12)).iterations(20_000);
        let best = driver.minimize(&Fista::default(), &mut problem, &[9.0; 6]).unwrap();
        let mut driver = Driver::new().stop(stop::gradient_inf(1e-9)).iterations(3);
        let again = driver.minimize(&FrankWolfe::default(), &mut problem, &best.x).unwrap();
        assert!((again.value - best.value).abs() <= 1e-12, "{text}: {} {}", again.value, best.value);
    }
}

#[test]
fn sets_without_bounds_or_oracles_are_refused() {
    let data = synthetic(30, 4, 2, Kind::Squared);
    let design = data.design().unwrap();
    let squared = loss::<f64>("squared").unwrap();
    let datafit = Cost::new(&*squared, &data.y).unwrap();
    let orthant = BoxConstraint::non_negative();
    let l1 = penalty_over("l1", 4).unwrap();
    for penalty in [&orthant as &dyn Penalty<f64>, &*l1] {
        let mut problem = Penalised::new(&design, &datafit, penalty, 0.1).unwrap();
        let error = Driver::new().minimize(&FrankWolfe::default(), &mut problem, &[0.0; 4]).unwrap_err();
        assert!(error.to_string().contains("use l1-ball"), "{error}");
    }
    let chosen = thalweg_optimizers::composite("frank-wolfe:pairwise=0.5").unwrap();
    let ball = penalty_over("l2-ball:radius=1", 4).unwrap();
    let mut problem = Penalised::new(&design, &datafit, &*ball, 0.0).unwrap();
    let error = chosen.run(&mut Driver::new(), &mut problem, &[0.0; 4]).unwrap_err();
    assert!(error.to_string().contains("pairwise = 0.5"), "{error}");
}
