//! Methods that see values alone: counts beside SciPy's and pycma's on the same functions (the script that wrote the fixture lies beside it), invariances, honest
//! ends, and hostile input.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Budget, Driver, Halt, Minimizer, Objective, Solution, Status};
use thalweg_optimizers::{Brent, CmaEs, DERIVATIVE_FREE, GoldenSection, NelderMead};
use thalweg_testkit::minimizers::steps::states_resume;

/// A function of so many parameters.
struct Function<F>(usize, F);

impl<F: FnMut(&[f64]) -> f64> Objective<f64> for Function<F> {
    fn dim(&self) -> usize {
        self.0
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        Ok((self.1)(x))
    }
}

fn rosenbrock(x: &[f64]) -> f64 {
    x.windows(2).map(|w| 100.0 * (w[1] - w[0] * w[0]).powi(2) + (1.0 - w[0]).powi(2)).sum()
}

fn named(name: &str, x: &[f64]) -> f64 {
    match name {
        "rosenbrock" => rosenbrock(x),
        "beale" => {
            let of = |k: i32, y: f64| (y - x[0] * (1.0 - x[1].powi(k))).powi(2);
            of(1, 1.5) + of(2, 2.25) + of(3, 2.625)
        }
        "powell" => {
            (x[0] + 10.0 * x[1]).powi(2)
                + 5.0 * (x[2] - x[3]).powi(2)
                + (x[1] - 2.0 * x[2]).powi(4)
                + 10.0 * (x[0] - x[3]).powi(4)
        }
        "sphere" => x.iter().map(|x| x * x).sum(),
        "ellipsoid" => {
            let last = (x.len() - 1) as f64;
            x.iter().enumerate().map(|(i, x)| 10f64.powf(6.0 * i as f64 / last) * x * x).sum()
        }
        other => panic!("{other}"),
    }
}

fn start(name: &str, n: usize) -> Vec<f64> {
    match name {
        "powell" => vec![3.0, -1.0, 0.5, 1.0],
        "rosenbrock" => [-1.2, 1.0].repeat(n / 2),
        _ => vec![1.0; n],
    }
}

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    include_str!("fixtures/derivative_free.csv").lines().skip(1).map(|row| row.split(',').collect())
}

/// The same simplices as SciPy's: as many evaluations to a few, since a tie or a rounding can turn a step, and no more in total.
#[test]
fn nelder_mead_counts_as_scipy_does() {
    let (mut ours, mut theirs) = (0, 0);
    for row in rows().filter(|row| row[0].starts_with("nelder-mead")) {
        let (name, n, count): (_, usize, u64) = (row[1], row[2].parse().unwrap(), row[3].parse().unwrap());
        let method = NelderMead {
            adaptive: row[0].ends_with("adaptive"),
            tolerance: Some(1e-6),
            ..NelderMead::default()
        };
        let mut f = Function(n, |x: &[f64]| named(name, x));
        let found = Driver::new().iterations(100_000).minimize(&method, &mut f, &start(name, n)).unwrap();
        let used = found.counts.values;
        assert!(used.abs_diff(count) * 20 <= count, "{row:?}: {used}");
        assert!(found.value < 1e-6 && found.status == Status::Stalled, "{row:?}: {:?}", found.status);
        ours += used;
        theirs += count;
    }
    assert!(ours <= theirs + theirs / 100, "{ours} and {theirs}");
}

/// The median over seeds is within a fifth of pycma's.
#[test]
fn cma_es_needs_as_many_values_as_pycma() {
    for row in rows().filter(|row| row[0] == "cma-es") {
        let (name, count): (_, u64) = (row[1], row[3].parse().unwrap());
        let x0 = if name == "rosenbrock" { [0.0; 10] } else { [1.0; 10] };
        let mut counts = Vec::new();
        for seed in 1..=11 {
            let (mut used, mut reached) = (0, None);
            let mut f = Function(10, |x: &[f64]| {
                used += 1;
                let value = named(name, x);
                if value <= 1e-9 && reached.is_none() {
                    reached = Some(used);
                }
                value
            });
            let method = CmaEs { seed, ..CmaEs::default() };
            let found = Driver::new().iterations(3000).minimize(&method, &mut f, &x0).unwrap();
            assert!(found.status != Status::Certified && found.status != Status::Stationary);
            counts.extend(reached);
        }
        // Rosenbrock's function has a second minimum in ten dimensions.
        assert!(counts.len() >= 8, "{name}: {counts:?}");
        counts.sort_unstable();
        let median = counts[counts.len() / 2];
        assert!(median * 5 <= count * 6, "{name}: {median} and {count}");
    }
}

/// Ranks alone count: an increasing transformation leaves every point as it is.
#[test]
fn cma_es_sees_ranks_only() {
    let run = |transform: fn(f64) -> f64| -> Vec<f64> {
        let mut f = Function(5, |x: &[f64]| transform(rosenbrock(x)));
        Driver::new().iterations(40).minimize(&CmaEs::default(), &mut f, &[0.5; 5]).unwrap().x
    };
    assert_eq!(run(|f| f), run(|f| (1.0 + f).ln()));
}

/// A function of one parameter.
type Line = fn(&[f64]) -> f64;

fn along(
    method: &impl for<'o> Minimizer<f64, thalweg_core::Counted<'o, Function<Line>>>,
    f: Line,
    x0: f64,
) -> Solution<f64> {
    Driver::new().minimize(method, &mut Function(1, f), &[x0]).unwrap()
}

/// Where values alone can locate a minimum, to √ε of its place; Brent's method with far fewer values.
#[test]
fn lines_are_searched_to_the_root_of_rounding() {
    let cases: [(Line, f64, f64); 4] = [
        (|x| (x[0] - 3.0).powi(2), -10.0, 3.0),
        (|x| x[0].exp() - 2.0 * x[0], 0.0, core::f64::consts::LN_2),
        (|x| (x[0] - 1.0).abs(), 50.0, 1.0),
        (|x| if x[0] > 0.0 { x[0] - x[0].ln() } else { f64::NAN }, 0.01, 1.0),
    ];
    for (f, x0, minimum) in cases {
        let (golden, brent) = (along(&GoldenSection, f, x0), along(&Brent::default(), f, x0));
        for found in [&golden, &brent] {
            assert!(
                (found.x[0] - minimum).abs() < 1e-7 * minimum.abs().max(1.0),
                "{:?} for {minimum}",
                found.x
            );
            assert_eq!(found.status, Status::Stalled);
        }
        assert!(
            brent.counts.values <= golden.counts.values,
            "{} and {}",
            brent.counts.values,
            golden.counts.values
        );
    }
    let parabola = along(&Brent::default(), cases[0].0, -10.0);
    assert!(parabola.counts.values <= 15, "{}", parabola.counts.values);
}

#[test]
fn ends_are_honest_and_budgets_hold() {
    for method in DERIVATIVE_FREE {
        let n = if ["brent", "golden-section"].contains(&method.name) { 1 } else { 3 };
        let x0 = vec![2.0; n];
        for limit in [1, 2, 5, 17] {
            let budget = Budget { evaluations: Some(limit), ..Budget::default() };
            let mut f = Function(n, |x: &[f64]| named("sphere", x));
            let found = (method.make.f64)(&mut Driver::new().budget(budget), &mut f, &x0).unwrap();
            let used = found.counts.total();
            // A line can be searched with fewer.
            assert!(
                used == limit && found.status == Status::Budget || used < limit && n == 1,
                "{}",
                method.name
            );
        }
        // A hole next to the minimum, a plane that falls forever, and a start without a value.
        let mut hole = Function(n, |x: &[f64]| if x[0] < 0.5 { f64::NAN } else { named("sphere", x) });
        let found = (method.make.f64)(&mut Driver::new(), &mut hole, &x0).unwrap();
        assert!(found.value.is_finite() && found.value <= 4.0 * n as f64, "{}: {}", method.name, found.value);
        let mut plane = Function(n, |x: &[f64]| x.iter().sum());
        let found = (method.make.f64)(&mut Driver::new(), &mut plane, &x0).unwrap();
        assert!(!found.status.is_solved(), "{}: {:?}", method.name, found.status);
        let mut nothing = Function(n, |_: &[f64]| f64::NAN);
        let found = (method.make.f64)(&mut Driver::new(), &mut nothing, &x0).unwrap();
        assert_eq!(found.status, Status::NonFinite, "{}", method.name);
    }
    let mut plane = Function(2, |x: &[f64]| x[0]);
    let error = Driver::new().minimize(&Brent::default(), &mut plane, &[0.0; 2]).unwrap_err();
    assert!(error.to_string().contains("nelder-mead"), "{error}");
}

#[test]
fn states_resume_to_the_bit() {
    let mut valley = Function(4, rosenbrock as fn(&[f64]) -> f64);
    let x0 = [-1.2, 1.0, -1.2, 1.0];
    states_resume(&NelderMead::default(), &mut valley, &x0).unwrap_or_else(|v| panic!("{v}"));
    states_resume(&CmaEs::default(), &mut valley, &x0).unwrap_or_else(|v| panic!("{v}"));
    let mut line = Function(1, (|x: &[f64]| x[0].exp() - 2.0 * x[0]) as fn(&[f64]) -> f64);
    states_resume(&GoldenSection, &mut line, &[0.0]).unwrap_or_else(|v| panic!("{v}"));
    states_resume(&Brent::default(), &mut line, &[0.0]).unwrap_or_else(|v| panic!("{v}"));
}
