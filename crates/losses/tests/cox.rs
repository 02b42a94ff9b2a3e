//! Cox's partial likelihood against R's survival package, and against its definition written out over dual numbers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/cox.rs"]
mod support;

use support::{Study, close, partial_likelihood, random_study, studies};
use thalweg_core::{Block, Datafit, Dual, Error, Real, Want};
use thalweg_losses::{Cox, SETS, SetData, Ties, set};

const TIES: [(&str, Ties); 2] = [("breslow", Ties::Breslow), ("efron", Ties::Efron)];

fn evaluate<T: Real>(cox: &Cox<T>, eta: &[T]) -> (T, Vec<T>, Vec<T>) {
    let n = eta.len();
    let (mut g, mut h) = (vec![T::ZERO; n], vec![T::ZERO; n]);
    let mut out = Block { value: T::ZERO, gradient: &mut g, curvature: &mut h };
    cox.evaluate(0..n, eta, Want::Curvature, &mut out);
    let value = out.value;
    (value, g, h)
}

fn action<T: Real>(cox: &Cox<T>, eta: &[T], v: &[T]) -> Vec<T> {
    let mut out = vec![T::ZERO; v.len()];
    assert!(cox.hessian_action(eta, v, &mut out));
    out
}

/// Value, score and information at given coefficients and at the optimum; R itself has 13 to 14 digits of them.
#[test]
fn agrees_with_survival() {
    for study in studies() {
        for record in &study.records {
            let ties = TIES.iter().find(|(name, _)| *name == record.ties).unwrap().1;
            let cox = study.cox(ties);
            let eta = study.predictors(&record.coefficients);
            let (value, g, _) = evaluate(&cox, &eta);
            let place = format!("{}, {}, {}", study.name, record.ties, record.place);
            close(-value, record.value, 1e-13 * value.abs(), &place);
            for (j, expected) in record.score.iter().enumerate() {
                let column = study.column(j);
                let terms: f64 = column.iter().zip(&g).map(|(x, g)| (x * g).abs()).sum();
                let score: f64 = column.iter().zip(&g).map(|(x, g)| -x * g).sum();
                close(score, *expected, 2e-13 * terms, &place);
                let product = action(&cox, &eta, &column);
                for k in 0..study.p {
                    let (size, other) = (column.iter().fold(0.0_f64, |m, x| m.max(x.abs())), study.column(k));
                    let largest = other.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
                    let entry: f64 = other.iter().zip(&product).map(|(x, h)| x * h).sum();
                    // Rounded as a sum of terms of this size.
                    let expected = record.information[j * study.p + k];
                    close(entry, expected, 1e-13 * size * largest * cox.total_weight(), &place);
                }
            }
        }
    }
}

/// Every level of want, the gradient, the Hessian's diagonal and its products, from the definition over all pairs of rows.
#[test]
fn agrees_with_the_definition() {
    for seed in 0..6 {
        let study = random_study(seed, 40);
        for (_, ties) in TIES {
            let cox = study.cox(ties);
            let eta = study.predictors(&[1.5, -0.7]);
            let v: Vec<f64> = (0..eta.len()).map(|i| (i as f64 * 1.3).sin()).collect();
            let (value, g, h) = evaluate(&cox, &eta);
            let products = action(&cox, &eta, &v);
            for i in 0..eta.len() {
                let along = |direction: &dyn Fn(usize) -> f64| {
                    let point = |k: usize| Dual::<Dual<f64, 1>, 1> {
                        value: Dual { value: eta[k], derivatives: [direction(k)] },
                        derivatives: [Dual::constant(if k == i { 1.0 } else { 0.0 })],
                    };
                    let eta: Vec<_> = (0..eta.len()).map(point).collect();
                    partial_likelihood(&study, ties, &eta)
                };
                let unit = along(&|k| if k == i { 1.0 } else { 0.0 });
                close(value, unit.value.value, 1e-13 * value.abs(), "value");
                close(g[i], unit.derivatives[0].value, 1e-13 * (1.0 + g[i].abs()), "gradient");
                close(h[i], unit.derivatives[0].derivatives[0], 1e-13 * (1.0 + h[i].abs()), "diagonal");
                let expected = along(&|k| v[k]).derivatives[0].derivatives[0];
                close(products[i], expected, 1e-13 * (1.0 + products[i].abs()), "product");
            }
            for want in [Want::Value, Want::Gradient, Want::Fisher] {
                let (mut gradient, mut curvature) = (vec![0.0; eta.len()], vec![0.0; eta.len()]);
                let mut out = Block { value: 0.0, gradient: &mut gradient, curvature: &mut curvature };
                cox.evaluate(0..eta.len(), &eta, want, &mut out);
                assert_eq!(out.value, value);
                assert!(want < Want::Gradient || gradient == g);
                assert!(want < Want::Fisher || curvature == h);
            }
        }
    }
}

#[test]
fn neither_the_order_of_rows_nor_a_shift_matters() {
    let study = random_study(11, 300);
    let n = study.times.len();
    for (_, ties) in TIES {
        let eta = study.predictors(&[0.8, 0.3]);
        let (value, g, _) = evaluate(&study.cox(ties), &eta);
        // 7 and 300 have no common factor.
        let place = |i: usize| (i * 7 + 3) % n;
        let permuted = study.rows((0..n).map(place));
        let (again, other, _) =
            evaluate(&permuted.cox(ties), &(0..n).map(|i| eta[place(i)]).collect::<Vec<_>>());
        close(again, value, 1e-12 * value.abs(), "permuted value");
        for i in 0..n {
            close(other[i], g[place(i)], 1e-12 * (1.0 + g[place(i)].abs()), "permuted gradient");
        }
        let shifted: Vec<f64> = eta.iter().map(|e| e + 512.0).collect();
        let (moved, other, _) = evaluate(&study.cox(ties), &shifted);
        // What the shift rounds off the predictors.
        close(moved, value, 1e-12 * value.abs(), "shifted value");
        for i in 0..n {
            close(other[i], g[i], 1e-12 * (1.0 + g[i].abs()), "shifted gradient");
        }
        let total: f64 = g.iter().sum();
        let size: f64 = g.iter().map(|g| g.abs()).sum();
        close(total, 0.0, 1e-14 * size, "gradient along the shift");
        assert!(action(&study.cox(ties), &eta, &vec![1.0; n]).iter().all(|h| h.abs() < 1e-14));
    }
}

/// Breslow's ties only: repeated rows are tied with one another, and Efron's way takes them one by one.
#[test]
fn integer_weights_are_repeated_rows() {
    let mut study = random_study(5, 200);
    study.weights = (0..200).map(|i| f64::from(i % 4)).collect();
    let eta = study.predictors(&[0.5, -0.4]);
    let (value, g, h) = evaluate(&study.cox(Ties::Breslow), &eta);
    let source: Vec<usize> = (0..200).flat_map(|i| core::iter::repeat_n(i, i % 4)).collect();
    let mut repeated = study.rows(source.iter().copied());
    repeated.weights.fill(1.0);
    let long: Vec<f64> = source.iter().map(|i| eta[*i]).collect();
    let (again, gradient, _) = evaluate(&repeated.cox(Ties::Breslow), &long);
    close(again, value, 1e-12 * value.abs(), "value");
    for i in 0..200 {
        let sum: f64 = source.iter().zip(&gradient).filter(|(s, _)| **s == i).map(|(_, g)| g).sum();
        close(sum, g[i], 1e-12 * (1.0 + sum.abs()), "gradient");
        assert!(i % 4 != 0 || (g[i], h[i]) == (0.0, 0.0), "a row of weight 0 is absent");
    }
    let efron = evaluate(&study.cox(Ties::Efron), &eta).0 - evaluate(&repeated.cox(Ties::Efron), &long).0;
    assert!(efron.abs() > 1e-3, "{efron}");
}

/// Predictors that overflow e^η, in any order; rows of weight 0 may hold anything finite.
#[test]
fn extremes_are_finite() {
    let patterns: [&dyn Fn(usize) -> f64; 5] = [
        &|i| if i % 2 == 0 { 800.0 } else { -800.0 },
        &|i| if i < 100 { 800.0 } else { -800.0 },
        &|i| if i < 100 { -1e5 } else { 1e5 },
        &|i| 20.0 * i as f64,
        &|i| -1e300 * (i as f64).cos(),
    ];
    for seed in 0..3 {
        let study = random_study(seed, 200);
        for (_, ties) in TIES {
            for pattern in patterns {
                let eta: Vec<f64> = (0..200).map(pattern).collect();
                let cox = study.cox(ties);
                let (value, g, h) = evaluate(&cox, &eta);
                let products = action(&cox, &eta, &g);
                assert!(value.is_finite() && value >= 0.0, "{value}");
                assert!(g.iter().chain(&h).chain(&products).all(|v| v.is_finite()));
                assert!(h.iter().all(|h| *h >= 0.0));
            }
        }
    }
    // One event whose risk set holds a far larger row: the loss is the distance, to the last bit.
    let cox = Cox::new(&[1.0, 2.0], &[1.0, 0.0]).unwrap();
    let (value, g, _) = evaluate(&cox, &[-800.0, 800.0]);
    assert_eq!((value, g), (1600.0, vec![-1.0, 1.0]));
}

#[test]
fn single_precision_follows_double() {
    let study = random_study(3, 500);
    let eta = study.predictors(&[2.0, 1.0]);
    for (_, ties) in TIES {
        let narrow: Vec<f32> = eta.iter().map(|e| *e as f32).collect();
        let widened: Vec<f64> = narrow.iter().map(|e| f64::from(*e)).collect();
        let (value, g, h) = evaluate(&study.cox(ties), &widened);
        let (low, gradient, curvature) = evaluate(&study.narrow(ties), &narrow);
        close(f64::from(low), value, 1e-6 * value.abs(), "value");
        for i in 0..g.len() {
            close(f64::from(gradient[i]), g[i], 1e-6 * (1.0 + g[i].abs()), "gradient");
            close(f64::from(curvature[i]), h[i], 1e-6 * (1.0 + h[i].abs()), "curvature");
        }
    }
}

#[test]
fn wrong_input_is_named() {
    let error = |times: &[f64], events: &[f64]| Cox::new(times, events).err().unwrap();
    assert!(matches!(error(&[], &[]), Error::Empty { .. }));
    assert!(matches!(error(&[1.0], &[1.0, 0.0]), Error::Shape { expected: 1, found: 2, .. }));
    assert!(matches!(error(&[1.0, f64::NAN], &[1.0, 0.0]), Error::NonFinite { row: 1, .. }));
    assert!(matches!(error(&[1.0, -2.0], &[1.0, 0.0]), Error::OutsideDomain { row: 1, .. }));
    assert!(matches!(error(&[1.0, 2.0], &[1.0, 2.0]), Error::OutsideDomain { row: 1, .. }));
    assert!(matches!(error(&[1.0, 2.0], &[f64::NAN, 1.0]), Error::OutsideDomain { row: 0, .. }));
    assert!(matches!(error(&[1.0, 2.0], &[0.0, 0.0]), Error::Empty { .. }));
    let cox = || Cox::new(&[1.0, 2.0], &[1.0, 0.0]).unwrap();
    assert!(matches!(cox().with_weights(&[1.0]).err().unwrap(), Error::Shape { .. }));
    assert!(matches!(cox().with_weights(&[1.0, -1.0]).err().unwrap(), Error::OutsideDomain { row: 1, .. }));
    assert!(matches!(cox().with_weights(&[0.0, 1.0]).err().unwrap(), Error::Empty { .. }));
    assert!(matches!(cox().with_strata(&[0]).err().unwrap(), Error::Shape { .. }));
    assert!(matches!(cox().with_offset(&[0.0, f64::NAN]).err().unwrap(), Error::NonFinite { row: 1, .. }));
    // A part of the rows has no value.
    let mut out = Block { value: 0.0, gradient: &mut [], curvature: &mut [] };
    cox().evaluate(0..1, &[0.0], Want::Value, &mut out);
    assert!(out.value.is_nan());
    assert!(!cox().hessian_action(&[0.0], &[0.0, 0.0], &mut [0.0; 2]));
}

#[test]
fn the_catalogue_makes_what_it_names() {
    let targets = [1.0, 1.0, 2.0, 0.0, 1.0, 1.0];
    let data = SetData { targets: &targets, groups: None, weights: None };
    for entry in SETS {
        assert!(entry.example.starts_with(entry.name));
        assert!(!set::<f64>(entry.example, data).unwrap().separable());
    }
    let value = |text: &str| {
        let mut out = Block { value: 0.0, gradient: &mut [], curvature: &mut [] };
        set::<f64>(text, data).unwrap().evaluate(0..3, &[0.0; 3], Want::Value, &mut out);
        out.value
    };
    close(value("cox"), 6.0_f64.ln(), 1e-15, "efron");
    close(value("cox:efron=0"), 9.0_f64.ln(), 1e-15, "breslow");
    assert!(set::<f64>("cox:efron=2", data).is_err() && set::<f64>("coks", data).is_err());
    assert!(set::<f64>("cox", SetData { targets: &targets[..5], ..data }).is_err());
}

/// The rows of another study are those of this one: what the permutations above rely on.
#[test]
fn studies_hold_what_the_file_says() {
    let names: Vec<String> = studies().into_iter().map(|s: Study| s.name).collect();
    assert_eq!(names, ["lung", "ovarian", "ties", "weighted", "strata"]);
    assert!(studies().iter().all(|study| study.records.len() == 4));
}
