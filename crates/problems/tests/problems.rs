//! Every problem of the catalogue: derivatives against finite differences, minima, precision, names.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::Mat;
use thalweg_core::catalogue;
use thalweg_core::streams::{Streams, normal};
use thalweg_problems::{CATALOGUE, Problem, problem};

fn each(check: impl Fn(&str, &mut dyn Problem<f64>)) {
    for entry in CATALOGUE {
        let values = entry.values(&[]).unwrap();
        check(entry.name, &mut *(entry.make.f64)(&values).unwrap());
    }
    for text in ["rosenbrock:n=6", "powell-singular:n=8", "quadratic:n=1", "trigonometric:n=1"] {
        check(text, &mut *problem::<f64>(text).unwrap());
    }
}

/// The start and points around it.
fn points(problem: &dyn Problem<f64>) -> Vec<Vec<f64>> {
    let mut rng = Streams::new(3).stream("points", 0);
    let start = problem.start();
    (0..6).map(|i| start.iter().map(|v| v + 0.1 * f64::from(i) * normal(&mut rng)).collect()).collect()
}

#[test]
fn derivatives_match_finite_differences() {
    each(|name, problem| {
        let n = problem.dim();
        for x in points(problem) {
            let (mut g, mut h) = (vec![0.0; n], Mat::zeros(n, n));
            let value = problem.value_gradient_hessian(&x, &mut g, h.as_mut()).unwrap();
            assert!((value - problem.value(&x).unwrap()).abs() <= 1e-14 * value.abs().max(1.0), "{name}");
            for j in 0..n {
                let step = 1e-5;
                let mut moved = |t: f64| {
                    let (mut x, mut g) = (x.clone(), vec![0.0; n]);
                    x[j] += t;
                    let value = problem.value_gradient(&x, &mut g).unwrap();
                    (value, g)
                };
                let [(up, g_up), (down, g_down)] = [step, -step].map(&mut moved);
                let [(far_up, g_far_up), (far_down, g_far_down)] = [2.0 * step, -2.0 * step].map(&mut moved);
                // Of fourth order: some problems have poles near these points.
                let quotient = |near: f64, far: f64| (8.0 * near - far) / (12.0 * step);
                let slope = quotient(up - down, far_up - far_down);
                let scale = value.abs().max(g[j].abs()).max(1.0);
                assert!(
                    (slope - g[j]).abs() <= 1e-6 * scale,
                    "{name}: g[{j}] = {}, not {slope} at {x:?}",
                    g[j]
                );
                for i in 0..n {
                    let curvature = quotient(g_up[i] - g_down[i], g_far_up[i] - g_far_down[i]);
                    let scale = h[(i, j)].abs().max(g[i].abs()).max(1.0);
                    assert!((curvature - h[(i, j)]).abs() <= 1e-5 * scale, "{name}: h[{i},{j}] at {x:?}");
                    assert_eq!(h[(i, j)], h[(j, i)], "{name}: the Hessian is symmetric");
                }
            }
        }
    });
}

#[test]
fn products_are_those_of_the_hessian() {
    each(|name, problem| {
        let n = problem.dim();
        for x in points(problem) {
            let (mut g, mut h, mut hv) = (vec![0.0; n], Mat::zeros(n, n), vec![0.0; n]);
            problem.value_gradient_hessian(&x, &mut g, h.as_mut()).unwrap();
            problem.linearize(&x).unwrap();
            let v: Vec<f64> = (0..n).map(|i| 1.0 - 0.3 * i as f64).collect();
            problem.hessian_vector(&v, &mut hv).unwrap();
            for i in 0..n {
                let expected: f64 = (0..n).map(|j| h[(i, j)] * v[j]).sum();
                assert!((hv[i] - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{name}");
            }
        }
    });
}

#[test]
fn minima_are_stationary_and_lower_than_the_neighbourhood() {
    each(|name, problem| {
        for minimum in problem.minima() {
            let mut g = vec![0.0; problem.dim()];
            let Some(x) = &minimum.x else { continue };
            let value = problem.value_gradient(x, &mut g).unwrap();
            assert!((value - minimum.value).abs() <= 1e-14 * (1.0 + value.abs()), "{name}: {value}");
            assert!(g.iter().all(|g| g.abs() <= 1e-12), "{name}: {g:?}");
            let mut rng = Streams::new(5).stream("around", 0);
            for _ in 0..50 {
                let near: Vec<f64> = x.iter().map(|v| v + 0.01 * normal(&mut rng)).collect();
                assert!(problem.value(&near).unwrap() >= value, "{name}");
            }
        }
    });
}

#[test]
fn single_precision_agrees() {
    for entry in CATALOGUE {
        let values = entry.values(&[]).unwrap();
        let (mut wide, mut narrow) = ((entry.make.f64)(&values).unwrap(), (entry.make.f32)(&values).unwrap());
        let (a, b) = (wide.value(&wide.start()).unwrap(), narrow.value(&narrow.start()).unwrap());
        assert!((a - f64::from(b)).abs() <= 1e-5 * a.abs().max(1.0), "{}: {a} and {b}", entry.name);
    }
}

#[test]
fn wrong_dimensions_and_names_are_refused() {
    for text in ["rosenbrock:n=3", "rosenbrock:n=0", "powell-singular:n=6", "quadratic:condition=0.5"] {
        assert!(problem::<f64>(text).is_err(), "{text}");
    }
    let error = problem::<f64>("rosenbrok").err().unwrap();
    assert!(error.to_string().contains("did you mean `rosenbrock`?"));
    for entry in CATALOGUE {
        let (name, given) = catalogue::parse(entry.example).unwrap();
        assert_eq!(name, entry.name);
        (entry.make.f64)(&entry.values(&given).unwrap()).unwrap();
    }
    assert!(problem::<f64>("beale").unwrap().value(&[1.0]).is_err(), "a point of the wrong length");
}
