//! Every minimiser of the catalogue on every test problem: what the best of them reaches is a minimum that the literature knows, and none gets
//! below. Most minima of Moré, Garbow and Hillstrom are known to six digits, which pins formulas, data and starting points.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::Driver;
use thalweg_optimizers::CATALOGUE;

#[test]
fn the_best_of_all_minimisers_reaches_a_known_minimum() {
    let mut wrong = Vec::new();
    for entry in thalweg_problems::CATALOGUE {
        let problem = thalweg_problems::problem::<f64>(entry.name).unwrap();
        let known: Vec<f64> = problem.minima().iter().map(|minimum| minimum.value).collect();
        let lowest = known.iter().copied().fold(f64::INFINITY, f64::min);
        let near = |value: f64, known: f64| (value - known).abs() <= 2e-6 * known.abs() + 1e-10;
        let mut best = f64::INFINITY;
        for method in CATALOGUE {
            let mut problem = thalweg_problems::problem::<f64>(entry.name).unwrap();
            let x0 = problem.start();
            let found = (method.make.f64)(&mut Driver::new().iterations(2000), &mut *problem, &x0).unwrap();
            if found.value < lowest && !near(found.value, lowest) {
                wrong.push(format!(
                    "{} on {}: {:e} is below {lowest:e}",
                    method.name, entry.name, found.value
                ));
            }
            best = best.min(found.value);
        }
        if !known.iter().any(|known| near(best, *known)) {
            wrong.push(format!("{}: {best:e} is none of {known:?}", entry.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
