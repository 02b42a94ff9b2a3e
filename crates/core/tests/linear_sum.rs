//! The terms of a linear model, one at a time: they are those of the whole sum for every storage, in any precision, on any number of threads.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod smooth_support;

use smooth_support::{Data, Kind, Ridge, coefficients};
use thalweg_core::par::with_threads;
use thalweg_core::{
    Budget, Columns, Cost, Counted, Design, FiniteSum, Gradient, Halt, LinearSum, Plan, Row, Sampled, Smooth,
};

const N: usize = 300;
const LEVELS: usize = 4;

/// Which columns, and whether they are standardised.
#[derive(Copy, Clone, Debug, PartialEq)]
struct Shape {
    numbers: bool,
    codes: bool,
    intercept: bool,
    standardized: bool,
}

fn shapes() -> Vec<Shape> {
    let bit = |k: usize, b: usize| k >> b & 1 == 1;
    let all = (0..16).map(|k| Shape {
        numbers: bit(k, 0),
        codes: bit(k, 1),
        intercept: bit(k, 2),
        standardized: bit(k, 3),
    });
    all.filter(|shape| shape.numbers || shape.codes).collect()
}

/// Runs `f` on the design of this shape and a weighted cost with offset.
fn with<R>(shape: Shape, kind: Kind, f: impl FnOnce(&Design<'_, f64>, &Cost<'_, f64>) -> R) -> R {
    let data = Data::new(N, 3, 5, kind);
    let codes: Vec<u32> = (0..N).map(|i| (i * 7 % 11 % LEVELS) as u32).collect();
    let mut columns = Vec::new();
    if shape.numbers {
        columns.push(Columns::Dense(data.x.as_ref()));
    }
    if shape.codes {
        columns.push(Columns::Categorical { codes: &codes, levels: LEVELS, reference: None });
    }
    let mut design = Design::from_columns(columns).unwrap();
    if shape.intercept {
        design = design.with_intercept();
    }
    let mut weights = data.w.clone();
    weights[3] = 0.0;
    if shape.standardized {
        design = design.standardized(thalweg_core::Weights::Each(&weights)).unwrap();
    }
    let cost = Cost::new(&kind, &data.y).unwrap();
    let cost = cost.with_weights(&weights).unwrap().with_offset(&data.offset).unwrap();
    f(&design, &cost)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-11 * a.abs().max(b.abs()).max(1.0)
}

#[test]
fn terms_are_those_of_the_sum() {
    for (shape, kind) in shapes().into_iter().flat_map(|s| [(s, Kind::Squared), (s, Kind::Logistic)]) {
        with(shape, kind, |design, cost| {
            let q = design.parameters();
            let x = coefficients(q, 2, 0.3);
            let mut smooth = Smooth::new(design, cost).unwrap();
            let mut expected = vec![0.0; q];
            let value = smooth.value_gradient(&x, &mut expected).unwrap();
            let mut sampled = Sampled::new(design, cost).unwrap().with_penalty(&Ridge, 0.3).unwrap();
            let (mut u, mut g) = (vec![0.0; N], vec![0.0; q]);
            let assessed = sampled.assess_terms(&x, &mut u, &mut g).unwrap();
            assert_eq!(assessed, sampled.assess(&x).unwrap(), "{shape:?}");
            assert!(g.iter().zip(&expected).all(|(a, b)| close(*a, *b)), "{shape:?}");

            let terms = sampled.linear().unwrap();
            assert_eq!(terms.is_dense(), !shape.codes || (shape.standardized && shape.intercept));
            let (mut room, mut sum, mut total) = (terms.room(), vec![0.0; q], 0.0);
            for (i, u) in u.iter().enumerate() {
                let row = terms.row(i, &mut room);
                assert_eq!(matches!(row, Row::Dense(_)), terms.is_dense(), "{shape:?}");
                let start = if terms.first() == 1 { x[0] } else { 0.0 };
                let eta = terms.offset(i) + start + row.dot(&x[terms.first()..]);
                assert!(close(terms.slope(i, eta), *u), "{shape:?} row {i}");
                let mut dense = vec![0.0; terms.predictors()];
                match row {
                    Row::Dense(a) => dense.copy_from_slice(a),
                    Row::Entries(at, a) => at.iter().zip(a).for_each(|(j, v)| dense[*j as usize] += v),
                }
                assert!(close(row.norm_squared(), dense.iter().map(|v| v * v).sum()), "{shape:?}");
                let [loss, slope, _] = terms.at(i, eta);
                total += loss / N as f64;
                assert!(close(slope, *u) && (i != 3 || terms.weight(i) == 0.0));
                for (k, sum) in sum.iter_mut().enumerate() {
                    *sum += u / N as f64 * k.checked_sub(terms.first()).map_or(1.0, |j| dense[j]);
                }
            }
            assert!(close(total, value), "{shape:?}: {total} {value}");
            assert!(sum.iter().zip(&expected).all(|(a, b)| close(*a, *b)), "{shape:?}");

            // By minibatches: any rows, in any order, some of them twice.
            let rows: Vec<u32> = (0..N as u32).rev().chain([5, 5, 9]).collect();
            let (mut raw, mut slopes, mut whole) = (vec![0.0; q], vec![0.0; rows.len()], vec![0.0; q]);
            terms.slopes(&rows, &x, &mut raw, &mut slopes);
            assert!(rows.iter().zip(&slopes).all(|(i, s)| close(*s, u[*i as usize])), "{shape:?}");
            slopes[N..].fill(0.0);
            terms.combine(&rows, &slopes, &mut whole);
            assert!(whole.iter().zip(&expected).all(|(a, b)| close(*a / N as f64, *b)), "{shape:?}");
        });
    }
}

#[test]
fn threads_change_no_bit() {
    let shape = Shape { numbers: true, codes: true, intercept: true, standardized: true };
    let bits = || {
        with(shape, Kind::Logistic, |design, cost| {
            let mut sampled = Sampled::new(design, cost).unwrap();
            let q = design.parameters();
            let (x, rows) = (coefficients(q, 2, 0.3), (0..N as u32).collect::<Vec<_>>());
            let (mut u, mut g) = (vec![0.0; N], vec![0.0; q]);
            sampled.assess_terms(&x, &mut u, &mut g).unwrap();
            let terms = sampled.linear().unwrap();
            let (mut raw, mut slopes, mut whole) = (vec![0.0; q], vec![0.0; N], vec![0.0; q]);
            terms.slopes(&rows, &x, &mut raw, &mut slopes);
            terms.combine(&rows, &slopes, &mut whole);
            [u, g, slopes, whole].concat().into_iter().map(f64::to_bits).collect::<Vec<_>>()
        })
    };
    let one = with_threads(1, bits).unwrap();
    for threads in [2, 8] {
        assert_eq!(with_threads(threads, bits).unwrap(), one, "{threads} threads");
    }
}

#[test]
fn leave_is_counted_and_ends_with_the_budget() {
    let shape = Shape { numbers: true, codes: false, intercept: true, standardized: false };
    with(shape, Kind::Squared, |design, cost| {
        let mut sampled = Sampled::new(design, cost).unwrap();
        let budget = Budget { iterations: None, evaluations: Some(10), time: None };
        let mut counted = Counted::new(&mut sampled, budget, None);
        let (mut u, mut g) = (vec![0.0; N], vec![0.0; design.parameters()]);
        counted.assess_terms(&[0.0; 4], &mut u, &mut g).unwrap();
        assert_eq!(counted.grant(7), Ok(7));
        assert_eq!(counted.grant(7), Ok(2));
        assert_eq!(counted.grant(1), Err(Halt::Budget));
        assert_eq!((counted.counts().batches, counted.counts().total()), (9, 10));
        assert!(sampled.assess_terms(&[0.0; 4], &mut u[1..], &mut g).is_err());
        assert!(sampled.assess_terms(&[0.0; 4], &mut u, &mut g[1..]).is_err());
    });
}

#[test]
fn steps_left_count_down_to_the_end_of_the_epoch() {
    let mut batches = Plan { batch: 3, ..Plan::default() }.over(8).unwrap();
    for expected in [3, 2, 1, 3, 2, 1] {
        assert_eq!(batches.steps_left(), expected);
        batches.advance();
    }
}
