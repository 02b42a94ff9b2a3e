//! Stability selection: selections of given halves are those of scikit-learn and of proximal gradient descent (`fixtures/stability.py`), to exact
//! counts; its bounds, its draws, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use faer::MatRef;
use serde_json::Value;
use thalweg_core::{interop, par};
use thalweg_models::{FalseSelections, Observations, Path, Stability, StabilitySelection};
use thalweg_problems::linear::{Kind, Linear, synthetic};

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn indices(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|v| v.as_u64().unwrap() as usize).collect()
}

fn matrix<'a>(x: &'a [f64], case: &Value) -> MatRef<'a, f64> {
    let size = |key: &str| case[key].as_u64().unwrap() as usize;
    interop::column_major(x, size("n"), size("p")).unwrap()
}

#[test]
fn given_halves_select_what_independent_solvers_select() {
    let all: Value = serde_json::from_str(include_str!("fixtures/stability.json")).unwrap();
    let cases = all["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 6);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let (x, y, lambdas) = (numbers(&case["x"]), numbers(&case["y"]), numbers(&case["lambdas"]));
        let weights = case["w"].as_array().map(|_| numbers(&case["w"]));
        let mut data = Observations::new(matrix(&x, case), &y);
        if let Some(weights) = &weights {
            data = data.weights(weights);
        }
        let halves: Vec<Vec<usize>> = case["halves"].as_array().unwrap().iter().map(indices).collect();
        for outcome in case["stable"].as_array().unwrap() {
            let path = Path::new(case["family"].as_str().unwrap()).unwrap();
            let path = match case["solver"].as_str().unwrap() {
                "groups" => path.penalty("group-lasso:size=2").unwrap(),
                _ => path.alpha(case["alpha"].as_f64().unwrap()).unwrap(),
            };
            let path = path.standardize(case["standardize"].as_bool().unwrap()).gap(1e-13).unwrap();
            let found = StabilitySelection::new(path.lambda_values(lambdas.clone()).unwrap())
                .subsamples(&halves)
                .threshold(outcome["threshold"].as_f64().unwrap())
                .unwrap()
                .false_selections(outcome["tolerated"].as_f64().unwrap())
                .unwrap()
                .fit(&data)
                .unwrap();
            assert_eq!((found.samples, &found.lambdas), (halves.len(), &lambdas), "{name}");
            for (k, counts) in case["counts"].as_array().unwrap().iter().enumerate() {
                for (j, count) in indices(counts).into_iter().enumerate() {
                    let share = found.probabilities(j)[k];
                    assert_eq!(share, count as f64 / halves.len() as f64, "{name}: column {j} at λ {k}");
                }
            }
            let mean = numbers(&case["mean_selected"]);
            for (q, expected) in found.mean_selected.iter().zip(&mean) {
                assert!((q - expected).abs() < 1e-12, "{name}: {q} for {expected}");
            }
            assert_eq!(found.region as u64, outcome["region"].as_u64().unwrap(), "{name}");
            let stable: Vec<usize> = found.stable().into_iter().map(|j| j as usize).collect();
            assert_eq!(stable, indices(&outcome["stable"]), "{name}");
            let expected = outcome["expected"].as_f64().unwrap();
            assert!((found.false_selections() - expected).abs() < 1e-12 * (1.0 + expected), "{name}");
        }
    }
}

fn lasso() -> Path {
    Path::new("gaussian").unwrap().standardize(true).lambdas(12, 0.05).unwrap()
}

fn run(selection: &StabilitySelection, data: &Linear) -> Stability {
    let x = interop::column_major(&data.x, data.n, data.p).unwrap();
    selection.fit(&Observations::new(x, &data.y)).unwrap()
}

/// All that was counted.
fn bits(found: &Stability) -> (Vec<u32>, Vec<Vec<u32>>, Vec<f64>) {
    (found.predictors.clone(), found.counts.clone(), found.mean_selected.clone())
}

#[test]
fn threads_change_no_count_and_seeds_do() {
    let data = synthetic(80, 30, 5, Kind::Squared);
    let of = |seed: u64| StabilitySelection::new(lasso()).pairs(8).unwrap().seed(seed);
    let runs = [1, 2, 5].map(|threads| bits(&par::with_threads(threads, || run(&of(3), &data)).unwrap()));
    assert!(runs[0] == runs[1] && runs[0] == runs[2]);
    assert_ne!(runs[0].1, run(&of(4), &data).counts);
}

/// Rows of weight 0 are in no half: the result is that of the other rows alone.
#[test]
fn rows_without_weight_are_not_there() {
    let data = synthetic(60, 10, 7, Kind::Squared);
    let w: Vec<f64> = (0..60).map(|i| if i < 40 { 1.0 + f64::from(i % 3) } else { 0.0 }).collect();
    let x = interop::column_major(&data.x, 60, 10).unwrap();
    let of = || StabilitySelection::new(lasso()).pairs(6).unwrap();
    let all = of().fit(&Observations::new(x, &data.y).weights(&w)).unwrap();
    let some = of().fit(&Observations::new(x.subrows(0, 40), &data.y[..40]).weights(&w[..40])).unwrap();
    assert_eq!(bits(&all), bits(&some));
}

/// Where shares have a single mode the bound is the optimum of a linear programme over their distributions, so that no smaller one holds.
#[test]
fn the_bound_for_a_single_mode_is_sharp() {
    let all: Value = serde_json::from_str(include_str!("fixtures/stability.json")).unwrap();
    let cases = all["unimodal"].as_array().unwrap();
    assert_eq!(cases.len(), 51);
    let p = 1000;
    for case in cases {
        let (pairs, steps) = (case["pairs"].as_u64().unwrap() as usize, case["steps"].as_f64().unwrap());
        let (theta, probability) = (case["theta"].as_f64().unwrap(), case["probability"].as_f64().unwrap());
        // Any π of the last step asks for as many halves.
        for threshold in [steps, steps - 0.5] {
            let threshold = threshold / (2 * pairs) as f64;
            let expected =
                FalseSelections::Unimodal.expected(theta * p as f64, threshold, p, pairs) / p as f64;
            assert!((expected / probability - 1.0).abs() < 1e-9, "{case}: {expected}");
        }
    }
}

#[test]
fn the_bounds_undo_each_other() {
    for bound in [FalseSelections::Any, FalseSelections::Unimodal] {
        for (threshold, p, pairs) in [(0.6, 200, 50), (0.75, 1000, 50), (0.9, 50, 20), (1.0, 10, 5)] {
            for expected in [0.05, 1.0, 4.0] {
                let q = bound.most_selected(expected, threshold, p, pairs);
                let found = bound.expected(q, threshold, p, pairs);
                assert!(found <= expected * (1.0 + 1e-12), "{bound:?} {threshold} {p}: {found}");
                let more = bound.expected(q * 1.000_001, threshold, p, pairs);
                assert!(q == p as f64 || more > expected, "{bound:?} {threshold} {p}: {q}");
            }
        }
    }
    // Shares of 0.55, 0.6 or 0.7 are no double: 110 of 200 halves are a share of 0.55.
    assert_eq!(
        FalseSelections::Unimodal.expected(5.0, 0.55, 500, 100),
        FalseSelections::Unimodal.expected(5.0, 0.5475, 500, 100)
    );
    // Too many selections, and a share of the first step above one half, have no bound.
    assert_eq!(FalseSelections::Unimodal.expected(80.0, 0.6, 100, 50), f64::INFINITY);
    assert_eq!(FalseSelections::Unimodal.expected(1.0, 0.51, 100, 50), f64::INFINITY);
    assert_eq!(FalseSelections::Any.expected(0.0, 0.6, 100, 50), 0.0);
}

/// Over data sets whose columns are exchangeable, so that the assumption of the bound holds, the mean number of false selections is below it, be the
/// effects hidden in noise or plain; plain ones are found.
#[test]
fn false_selections_stay_below_their_bound() {
    let (n, p, sets, truth) = (60, 40, 30, [3_u32, 29]);
    for (size, share) in [(2.0, 0.0), (0.4, 0.95)] {
        let (mut wrong, mut right) = (0, 0);
        for set in 0..sets {
            // Columns without correlation; two of them have an effect.
            let noise = synthetic(n, p + 1, 100 + set, Kind::Squared);
            let (x, error) = noise.x.split_at(n * p);
            let effect = |i: usize| truth.iter().map(|j| x[*j as usize * n + i]).sum::<f64>();
            let y: Vec<f64> = (0..n).map(|i| effect(i) + size * error[i]).collect();
            let data = Observations::new(interop::column_major(x, n, p).unwrap(), &y);
            let selection = StabilitySelection::new(lasso().gap(1e-6).unwrap()).pairs(15).unwrap();
            let found = selection.threshold(0.6).unwrap().seed(set).fit(&data).unwrap();
            assert!(found.region > 0 && found.false_selections() <= 1.0);
            let stable = found.stable();
            wrong += stable.iter().filter(|j| !truth.contains(j)).count();
            right += stable.iter().filter(|j| truth.contains(j)).count();
        }
        assert!(wrong <= sets as usize, "{wrong} false selections in {sets} data sets");
        assert!(right as f64 >= share * (2 * sets) as f64, "{right} of {} effects found", 2 * sets);
    }
}

#[test]
fn an_interrupt_keeps_whole_pairs() {
    let data = synthetic(60, 12, 7, Kind::Squared);
    let x = interop::column_major(&data.x, 60, 12).unwrap();
    let flag = Arc::new(AtomicBool::new(false));
    let selection = StabilitySelection::new(lasso().interrupt(Arc::clone(&flag))).pairs(6).unwrap();
    let (most, last) = (AtomicUsize::new(0), Mutex::new(None));
    let found = par::with_threads(1, || {
        selection.fit_observed(&Observations::new(x, &data.y), &|now| {
            assert!(now.fits <= now.of_fits && now.samples <= now.of_samples && now.of_samples == 12);
            assert!(most.fetch_max(now.fits, Ordering::Relaxed) <= now.fits);
            *last.lock().unwrap() = Some(now);
            // In the midst of the second half of the third pair.
            if now.samples == 5 && now.fits > 6 * now.of_fits / 13 + 3 {
                flag.store(true, Ordering::Relaxed);
            }
        })
    });
    let found = found.unwrap().unwrap();
    assert!(found.interrupted);
    assert_eq!((found.samples, last.into_inner().unwrap().unwrap().samples), (4, 5));
    // They are the pairs of the whole run.
    let two = StabilitySelection::new(lasso()).pairs(2).unwrap();
    assert_eq!(bits(&found), bits(&run(&two, &data)));
    // Raised from the start, nothing is selected and nothing fails.
    let none = selection.fit(&Observations::new(x, &data.y)).unwrap();
    assert_eq!((none.samples, none.region, none.stable().len(), none.false_selections()), (0, 0, 0, 0.0));
}

/// A half may hold one class alone, or a column that does not vary in it.
#[test]
fn poor_halves_are_no_failure() {
    let data = synthetic(24, 4, 9, Kind::Squared);
    let mut x = data.x.clone();
    x[..24].iter_mut().enumerate().for_each(|(i, x)| *x = f64::from(u8::from(i == 5)));
    let y: Vec<f64> = (0..24).map(|i| f64::from(u8::from(i < 2))).collect();
    let x = interop::column_major(&x, 24, 4).unwrap();
    for family in ["binomial", "poisson"] {
        let path = Path::new(family).unwrap().standardize(true).lambdas(10, 0.05).unwrap();
        let selection = StabilitySelection::new(path).pairs(10).unwrap();
        let found = selection.fit(&Observations::new(x, &y)).unwrap();
        assert_eq!(found.samples, 20);
        assert!(!found.lambdas.is_empty(), "{family}");
    }
}

#[test]
fn what_cannot_be_selected_is_refused() {
    let data = synthetic(10, 2, 5, Kind::Squared);
    let x = interop::column_major(&data.x, 10, 2).unwrap();
    let observations = Observations::new(x, &data.y);
    let of = || StabilitySelection::new(lasso());
    let says = |error: thalweg_core::Error, phrase: &str| {
        assert!(error.to_string().contains(phrase), "`{phrase}` is not in: {error}");
    };
    says(of().pairs(0).err().unwrap(), "pairs = 0");
    for threshold in [0.5, 1.01, f64::NAN] {
        says(of().threshold(threshold).err().unwrap(), "threshold");
    }
    for expected in [0.0, -1.0, f64::NAN] {
        says(of().false_selections(expected).err().unwrap(), "false selections");
    }
    let ridge = StabilitySelection::new(lasso().alpha(0.0).unwrap());
    says(ridge.fit(&observations).unwrap_err(), "such as the lasso");
    says(of().subsamples(&[]).fit(&observations).unwrap_err(), "at least one list");
    says(of().subsamples(&[vec![1, 10]]).fit(&observations).unwrap_err(), "row = 10");
    says(of().subsamples(&[vec![]]).fit(&observations).unwrap_err(), "subsample 0");
    let w = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    says(of().fit(&observations.clone().weights(&w)).unwrap_err(), "3 rows of positive weight");
    says(of().fit(&observations.clone().weights(&w[..4])).unwrap_err(), "weights");
    says(
        of().subsamples(&[vec![4]]).fit(&observations.weights(&w)).unwrap_err(),
        "no row of positive weight",
    );
}
