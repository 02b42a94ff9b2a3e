//! A scan on a revolve schedule against the recording of all its steps: the same bits, and no more evaluations than the theory says.

#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::rc::Rc;

use faer::Mat;
use thalweg_autodiff::tape::{self, Revolve};
use thalweg_autodiff::{Scalar, Tape, Var, k};

/// Two numbers and three parameters, a branch, and a dependence on the number of the step.
fn step<'t>(i: usize, x: &[Var<'t, f64>], theta: &[Var<'t, f64>], next: &mut [Var<'t, f64>]) {
    let force = if x[0] < x[1] { theta[0].sin() * x[1] } else { theta[1] * x[0] * x[0] };
    next[0] = x[0] + k(0.01) * (x[1] - theta[2] * x[0] + force);
    next[1] = (x[1] - k(0.02 / (1.0 + i as f64)) * x[0] * theta[0]).tanh() + x[1] * x[0];
}

fn all_steps<'t>(n: usize, x: &[Var<'t, f64>]) -> Vec<Var<'t, f64>> {
    let (mut state, mut next) = (x[..2].to_vec(), x[..2].to_vec());
    for i in 0..n {
        step(i, &state, &x[2..], &mut next);
        std::mem::swap(&mut state, &mut next);
    }
    state
}

const X: [f64; 5] = [0.3, 0.2, 0.7, 0.4, 1.1];

fn bits(x: &[f64]) -> Vec<u64> {
    x.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn every_budget_gives_the_bits_of_the_full_recording() {
    for n in [0, 1, 2, 3, 7, 40] {
        let mut expected = [0.0; 5];
        let y = Tape::new()
            .gradient(
                &X,
                |x| {
                    let state = all_steps(n, x);
                    state[0] * state[1] + x[4]
                },
                &mut expected,
            )
            .unwrap();
        for snapshots in 1..=n + 1 {
            let schedule = Revolve::within::<f64>(n, 2, 16 * snapshots).unwrap();
            let mut g = [0.0; 5];
            let value = Tape::new()
                .gradient(
                    &X,
                    |x| {
                        let state = tape::scan(schedule, step, &x[..2], &x[2..]);
                        state[0] * state[1] + x[4]
                    },
                    &mut g,
                )
                .unwrap();
            assert_eq!(value.to_bits(), y.to_bits());
            assert_eq!(bits(&g), bits(&expected), "{n} steps, {snapshots} snapshots");
        }
    }
}

#[test]
fn the_start_may_be_a_parameter_or_a_constant() {
    let schedule = Revolve::within::<f64>(9, 2, 48).unwrap();
    let (mut expected, mut g) = ([0.0; 2], [0.0; 2]);
    Tape::new()
        .gradient(
            &[0.3, 0.7],
            |x| all_steps(9, &[x[0], Var::of(0.2), x[0], x[1], x[0]]).into_iter().fold(x[1], |s, x| s + x),
            &mut expected,
        )
        .unwrap();
    Tape::new()
        .gradient(
            &[0.3, 0.7],
            |x| {
                let state = tape::scan(schedule, step, &[x[0], Var::of(0.2)], &[x[0], x[1], x[0]]);
                state.into_iter().fold(x[1], |s, x| s + x)
            },
            &mut g,
        )
        .unwrap();
    assert_eq!(bits(&g), bits(&expected));
}

#[test]
fn a_jacobian_sweeps_several_times() {
    let (mut y, mut expected) = ([0.0; 2], Mat::zeros(2, 5));
    Tape::new().jacobian(&X, |x, y| y.copy_from_slice(&all_steps(30, x)), &mut y, expected.as_mut()).unwrap();
    let schedule = Revolve::within::<f64>(30, 2, 64).unwrap();
    let mut j = Mat::zeros(2, 5);
    Tape::new()
        .jacobian(
            &X,
            |x, y| y.copy_from_slice(&tape::scan(schedule, step, &x[..2], &x[2..])),
            &mut y,
            j.as_mut(),
        )
        .unwrap();
    assert_eq!(j, expected);
}

#[test]
fn evaluations_stay_at_the_binomial_optimum() {
    for (n, snapshots) in [(100, 3), (100, 10), (1000, 5), (1000, 10), (1000, 50), (50, 50)] {
        let schedule = Revolve::within::<f64>(n, 1, 8 * snapshots).unwrap();
        let count = Rc::new(Cell::new(0));
        let counted = Rc::clone(&count);
        let mut tape = Tape::<f64>::new();
        let mut g = [0.0];
        let y = tape
            .gradient(
                &[0.5],
                |x| {
                    tape::scan(
                        schedule,
                        move |_, x, _, next| {
                            counted.set(counted.get() + 1);
                            next[0] = x[0].sin();
                        },
                        x,
                        &[],
                    )[0]
                },
                &mut g,
            )
            .unwrap();
        assert_eq!(y, (0..n).fold(0.5, |x: f64, _| Scalar::sin(x)));
        // One recording a step, and the last step of the evaluation, which a reversal alone would not take.
        let evaluated = count.get() - n - 1;
        let optimum = schedule.evaluations();
        assert!(evaluated >= optimum, "{n}, {snapshots}: {evaluated} < {optimum}");
        assert!(evaluated * 100 <= optimum * 105, "{n}, {snapshots}: {evaluated} > {optimum} + 5 %");
        // Neither the steps nor their results are on the tape.
        assert_eq!(tape.len(), 2);
    }
}
