//! The laws of composite solvers, over the whole catalogue and the options that change what a solver does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::single_range_in_vec_init)]

use thalweg_core::{Blocks, Diagonal, Driver, Minimizer, Par, Penalised, Penalty, Real, Step, catalogue};
use thalweg_optimizers::{
    Admm, BlockCoordinateDescent, COMPOSITE, CoordinateDescent, Fista, Lbfgsb, OwlQn, ProxNewton, Restart,
    Ssnal, composite,
};
use thalweg_testkit::composite::problem::problems;
use thalweg_testkit::composite::{Problem, Run};
use thalweg_testkit::minimizers::steps::states_resume;

/// Every solver of the catalogue with its defaults and in its example, and the paths that defaults do not take.
macro_rules! runs {
    ($float:ident) => {{
        // Frank–Wolfe takes bounded constraints only, which the problems of these laws have none of; its laws are in the conformance tests.
        let free = COMPOSITE.iter().filter(|entry| entry.name != "frank-wolfe");
        let texts = free.flat_map(|entry| [entry.name, entry.example]);
        let mut runs: Vec<(String, Box<Run<$float>>)> = Vec::new();
        for text in texts {
            let (name, given) = catalogue::parse(text).unwrap();
            let entry = catalogue::find("composite optimizer", COMPOSITE, name).unwrap();
            let values = entry.values(&given).unwrap();
            runs.push((
                text.to_owned(),
                Box::new(move |driver, objective, x0| (entry.make.$float)(&values, driver, objective, x0)),
            ));
        }
        let small = CoordinateDescent { smallest: 2, ..CoordinateDescent::default() };
        runs.push(("small working sets".to_owned(), Box::new(move |d, o, x0| d.minimize(&small, o, x0))));
        let loose = CoordinateDescent { smallest: 10, share: 0.3, newton: 1, ..CoordinateDescent::default() };
        runs.push(("one loose Newton step".to_owned(), Box::new(move |d, o, x0| d.minimize(&loose, o, x0))));
        for restart in [Restart::Value, Restart::Gradient] {
            let fista = Fista { restart, ..Fista::default() };
            runs.push((format!("{fista:?}"), Box::new(move |d, o, x0| d.minimize(&fista, o, x0))));
        }
        let steady = Fista { momentum: false, growth: 1.0, ..Fista::default() };
        runs.push(("steps that never grow".to_owned(), Box::new(move |d, o, x0| d.minimize(&steady, o, x0))));
        let diagonal = Fista { diagonal: true, ..Fista::default() };
        runs.push((
            "steps by the columns".to_owned(),
            Box::new(move |d, o, x0| d.minimize(&diagonal, o, x0)),
        ));
        // A memory this short wraps around within a few steps.
        let short = Lbfgsb { memory: 2, ..Lbfgsb::default() };
        runs.push((format!("{short:?}"), Box::new(move |d, o, x0| d.minimize(&short, o, x0))));
        let short = OwlQn { memory: 2, ..OwlQn::default() };
        runs.push((format!("{short:?}"), Box::new(move |d, o, x0| d.minimize(&short, o, x0))));
        let small = ProxNewton { smallest: 3, share: 0.3, newton: 1, ..ProxNewton::default() };
        runs.push((format!("{small:?}"), Box::new(move |d, o, x0| d.minimize(&small, o, x0))));
        let small = BlockCoordinateDescent { outer: small };
        runs.push((format!("{small:?}"), Box::new(move |d, o, x0| d.minimize(&small, o, x0))));
        let loose = Ssnal { share: 0.5, growth: 1.5, proximal: 3, newton: 2, ..Ssnal::default() };
        runs.push((format!("{loose:?}"), Box::new(move |d, o, x0| d.minimize(&loose, o, x0))));
        let plain = Admm { rho: 0.3, relaxation: 1.0, imbalance: f64::INFINITY };
        runs.push((format!("{plain:?}"), Box::new(move |d, o, x0| d.minimize(&plain, o, x0))));
        runs
    }};
}

thalweg_testkit::composite_laws!(runs: runs!(f64), runs!(f32));

/// States resume to the bit, on every problem, in both precisions.
fn resumes<M>(solver: &M)
where
    M: for<'a> Minimizer<f64, Penalised<'a, f64>> + for<'a> Minimizer<f32, Penalised<'a, f32>>,
{
    for problem in problems() {
        let (x0, narrow) = (vec![0.0; problem.dim()], vec![0.0; problem.dim()]);
        let wide = |o: &mut Penalised<'_, f64>| states_resume(solver, o, &x0).unwrap();
        problem.with(Par::Rayon, wide).unwrap();
        problem
            .with(Par::Rayon, |o: &mut Penalised<'_, f32>| states_resume(solver, o, &narrow).unwrap())
            .unwrap();
    }
}

#[test]
fn states_resume_to_the_bit() {
    resumes(&CoordinateDescent::default());
    resumes(&CoordinateDescent { working_set: false, share: 0.5, ..CoordinateDescent::default() });
    resumes(&CoordinateDescent { smallest: 3, share: 0.5, newton: 1, ..CoordinateDescent::default() });
    resumes(&Fista::default());
    resumes(&Admm::default());
    resumes(&Ssnal::default());
    resumes(&Ssnal { share: 0.5, proximal: 2, ..Ssnal::default() });
    resumes(&Fista { diagonal: true, ..Fista::default() });
    resumes(&Fista { momentum: false, ..Fista::default() });
    resumes(&Lbfgsb { memory: 3, ..Lbfgsb::default() });
    resumes(&OwlQn { memory: 3, ..OwlQn::default() });
    resumes(&ProxNewton { smallest: 3, share: 0.5, newton: 1, ..ProxNewton::default() });
    let outer = ProxNewton { smallest: 3, share: 0.5, newton: 1, ..ProxNewton::default() };
    resumes(&BlockCoordinateDescent { outer });
}

/// Columns M + z with a free intercept are the columns z in other parameters. M = 2^k leaves the truth exact, and rounds predictor and dual
/// point by M times as much; the gap must cover it.
#[test]
fn gaps_cover_the_rounding_of_columns_far_from_zero() {
    let mut proven = 0;
    for (logistic, alpha) in [(false, 1.0), (false, 0.5), (true, 1.0), (true, 0.5)] {
        let mut near = Problem::synthetic("near", 60, 3, logistic, alpha, 0.05);
        near.x.iter_mut().for_each(|x| *x = (*x * 64.0).round() / 64.0);
        let x0 = vec![0.0; 4];
        let mut driver = Driver::new().stop(thalweg_core::stop::gradient_inf(1e-14));
        let run =
            |o: &mut Penalised<'_, f64>| driver.minimize(&CoordinateDescent::default(), o, &x0).unwrap();
        let best = near.with(Par::Seq, run).unwrap().x;
        for power in [10, 17, 20, 24, 27] {
            let far = f64::from(1 << power);
            let problem = Problem { x: near.x.iter().map(|x| far + x).collect(), ..near.clone() };
            for trial in 0..60 {
                let wobble = |k: usize| ((trial * 37 + k * 11) % 17) as f64 / 8.0 - 1.0;
                let size = 10.0_f64.powi(-(trial as i32 % 6) - 4);
                // Coefficients of 24 bits, so that M b and its sums are exact.
                let round = |b: f64| (b * f64::from(1 << 24)).round() / f64::from(1 << 24);
                let point = |k: usize| if best[k] == 0.0 { 0.0 } else { round(best[k] + size * wobble(k)) };
                let b = [1, 2, 3].map(point);
                let shift = far * b[0] + far * b[1] + far * b[2];
                let b0 = round(best[0] + size * wobble(0)) - shift;
                let truth = near.value(&[b0 + shift, b[0], b[1], b[2]]) - near.value(&best);
                let verify = |o: &mut Penalised<'_, f64>| {
                    thalweg_core::Objective::verify(o, &[b0, b[0], b[1], b[2]]).unwrap()
                };
                let certificate = problem.with(Par::Seq, verify).unwrap().certificate;
                let Some(bound) = certificate.bound() else { continue };
                proven += 1;
                assert!(bound >= truth - 1e-15, "2^{power}, alpha {alpha}: {bound:e} is below {truth:e}");
            }
        }
    }
    assert!(proven > 600, "only {proven} points are certified");
}

/// λ Σ‖b_g‖₂ over groups: enough of a group penalty to be refused, or solved.
struct Group(Blocks);

impl Group {
    /// The largest norm of a group.
    fn largest<T: Real>(&self, v: &[T]) -> T {
        let Blocks::Groups(groups) = &self.0 else { return T::ZERO };
        groups.iter().map(|g| thalweg_core::vector::norm2(&v[g.clone()])).fold(T::ZERO, |a, b| a.max(b))
    }
}

impl<T: Real> Penalty<T> for Group {
    fn blocks(&self) -> &Blocks {
        &self.0
    }
    fn value(&self, b: &[T], lambda: T) -> T {
        let Blocks::Groups(groups) = &self.0 else { return T::ZERO };
        lambda * groups.iter().map(|g| thalweg_core::vector::norm2(&b[g.clone()])).sum::<T>()
    }
    fn prox(&self, _: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let norm = thalweg_core::vector::norm2(v);
        let t = lambda * step.at(0);
        let factor = if norm > t { T::ONE - t / norm } else { T::ZERO };
        thalweg_core::vector::scale(factor, v);
    }
    fn violation(&self, _: usize, b: &[T], g: &[T], lambda: T) -> T {
        let norm = thalweg_core::vector::norm2(b);
        if norm == T::ZERO {
            return (thalweg_core::vector::norm2(g) - lambda).max(T::ZERO);
        }
        b.iter().zip(g).map(|(b, g)| (*g + lambda * *b / norm).square()).sum::<T>().sqrt()
    }
    fn quadratic_part(&self, _: T) -> Option<Diagonal<T>> {
        None
    }
    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        Some(self.largest(g0))
    }
    fn conjugate(&self, v: &[T], lambda: T) -> T {
        if self.largest(v) <= lambda { T::ZERO } else { T::INFINITY }
    }
    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        (lambda / self.largest(v) * (T::ONE - T::of(8.0) * T::EPSILON)).min(T::ONE)
    }
}

#[test]
fn groups_are_refused_by_coordinate_descent_and_solved_by_fista() {
    use thalweg_core::{Cost, Design, Status, interop};
    let data = Problem::synthetic("groups", 60, 4, false, 1.0, 0.1);
    let design =
        Design::new(interop::column_major(&data.x, data.n, data.p).unwrap()).unwrap().with_intercept();
    let datafit = Cost::new(&thalweg_testkit::composite::problem::Half, &data.y).unwrap();
    let group = Group(Blocks::Groups(vec![0..2, 2..4]));
    let mut objective = Penalised::new(&design, &datafit, &group, 0.1).unwrap();
    let x0 = [0.0; 5];
    let refused = Driver::new().minimize(&CoordinateDescent::default(), &mut objective, &x0).unwrap_err();
    assert!(refused.to_string().contains("use fista"), "{refused}");
    let solution = Driver::new().minimize(&Fista::default(), &mut objective, &x0).unwrap();
    assert_eq!(solution.status, Status::Certified);
    let uneven = Group(Blocks::Groups(vec![0..2, 3..4]));
    assert!(Penalised::new(&design, &datafit, &uneven, 0.1).is_err());
    let short = Group(Blocks::Groups(vec![0..1, 1..2]));
    assert!(Penalised::new(&design, &datafit, &short, 0.1).is_err());
}

#[test]
fn wrong_names_parameters_and_strengths_are_refused() {
    assert_eq!(composite("coordinate-descent").unwrap().name(), "coordinate-descent");
    assert!(
        composite("coordinate-decent")
            .unwrap_err()
            .to_string()
            .contains("did you mean `coordinate-descent`?")
    );
    assert!(composite("fista:step=1").is_err());
    let problem = Problem::lasso("one", &[&[1.0]], &[1.0], 0.1);
    let half = composite("coordinate-descent:working-set=0.5").unwrap();
    let run = |o: &mut Penalised<'_, f64>| half.run(&mut Driver::new(), o, &[0.0]).unwrap_err().to_string();
    assert!(problem.with(Par::Seq, run).unwrap().contains("working-set = 0.5"));
    for lambda in [-1.0, f64::NAN, f64::INFINITY] {
        let bad = Problem { lambda, ..problem.clone() };
        assert!(bad.with(Par::Seq, |_: &mut Penalised<'_, f64>| ()).is_err(), "{lambda}");
    }
}
