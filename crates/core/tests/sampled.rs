//! `Sampled`: batches are unbiased and agree with `Smooth` over all rows; threads change no bit; wrong input is named.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod smooth_support;

use smooth_support::{Data, Kind, Ridge, coefficients};
use thalweg_core::par::with_threads;
use thalweg_core::{
    Cost, Design, Error, FiniteSum, Gradient, Halt, Objective, Order, Par, Plan, Real, Sampled, Smooth,
    interop,
};

const KINDS: [Kind; 4] = [Kind::Squared, Kind::Logistic, Kind::Poisson, Kind::Huber];

/// Runs `f` on both forms of the same objective, weighted, with offset, intercept and ridge.
fn both(n: usize, p: usize, kind: Kind, f: impl FnOnce(&mut Sampled<'_, f64>, &mut Smooth<'_, f64>)) {
    let data = Data::new(n, p, 5, kind);
    let design = Design::new(data.x.as_ref()).unwrap().with_intercept();
    let datafit = Cost::new(&kind, &data.y).unwrap();
    let datafit = datafit.with_weights(&data.w).unwrap().with_offset(&data.offset).unwrap();
    let mut sampled = Sampled::new(&design, &datafit).unwrap().with_penalty(&Ridge, 0.3).unwrap();
    let mut smooth = Smooth::new(&design, &datafit).unwrap().with_penalty(&Ridge, 0.3).unwrap();
    f(&mut sampled, &mut smooth);
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0)
}

#[test]
fn all_rows_give_the_whole_objective() {
    for kind in KINDS {
        for (n, p) in [(3, 1), (50, 17), (1200, 33)] {
            both(n, p, kind, |sampled, smooth| {
                let x = coefficients(p + 1, 2, 0.3);
                let (mut g, mut expected) = (vec![0.0; p + 1], vec![0.0; p + 1]);
                let value = smooth.value_gradient(&x, &mut expected).unwrap();
                let rows: Vec<u32> = (0..n as u32).rev().collect();
                let found = sampled.batch_gradient(&rows, &x, &mut g).unwrap();
                assert!(close(found, value), "{kind:?} {n} {p}: {found} {value}");
                assert!(g.iter().zip(&expected).all(|(a, b)| close(*a, *b)), "{kind:?} {n} {p}");
                let (assessed, _) = sampled.assess(&x).unwrap();
                assert!(close(assessed, value) && sampled.value(&x).unwrap() == assessed);
                assert_eq!(sampled.layout().tensors()[1].range, 1..p + 1);
            });
        }
    }
}

#[test]
fn batches_of_an_epoch_average_to_the_whole() {
    for kind in KINDS {
        both(60, 4, kind, |sampled, smooth| {
            let x = coefficients(5, 3, 0.3);
            let (mut g, mut mean, mut expected) = ([0.0; 5], [0.0; 5], [0.0; 5]);
            let value = smooth.value_gradient(&x, &mut expected).unwrap();
            let mut batches = Plan { batch: 12, order: Order::Shuffled, seed: 4 }.over(60).unwrap();
            let mut mean_value = 0.0;
            for _ in 0..5 {
                mean_value += sampled.batch_gradient(batches.advance().rows, &x, &mut g).unwrap() / 5.0;
                mean.iter_mut().zip(&g).for_each(|(m, g)| *m += g / 5.0);
            }
            assert!(close(mean_value, value), "{kind:?}");
            assert!(mean.iter().zip(&expected).all(|(a, b)| close(*a, *b)), "{kind:?}");
            // A row drawn twice counts twice.
            let (mut one, mut two) = ([0.0; 5], [0.0; 5]);
            let single = sampled.batch_gradient(&[3], &x, &mut one).unwrap();
            let double = sampled.batch_gradient(&[3, 3], &x, &mut two).unwrap();
            assert!(close(single, double) && one.iter().zip(&two).all(|(a, b)| close(*a, *b)));
        });
    }
}

#[test]
fn threads_change_no_bit() {
    let data = Data::new(9000, 20, 6, Kind::Logistic);
    let run = |par: Par| {
        let design = Design::new(data.x.as_ref()).unwrap().with_intercept();
        let datafit = Cost::new(&Kind::Logistic, &data.y).unwrap().with_weights(&data.w).unwrap();
        let mut sampled = Sampled::new(&design, &datafit).unwrap().with_par(par);
        let x = coefficients(21, 2, 0.3);
        let rows: Vec<u32> = (0..8000).map(|i| i * 7 % 9000).collect();
        let mut g = vec![0.0; 21];
        let value = sampled.batch_gradient(&rows, &x, &mut g).unwrap();
        let (all, slope) = sampled.assess(&x).unwrap();
        g.extend([value, all, slope]);
        g.into_iter().map(f64::to_bits).collect::<Vec<_>>()
    };
    let reference = run(Par::Seq);
    for threads in [1, 2, 7] {
        assert_eq!(with_threads(threads, || run(Par::Rayon)).unwrap(), reference, "{threads} threads");
    }
}

#[test]
fn a_separate_gradient_is_the_violation() {
    fn check<T: Real>(tolerance: f64) {
        let x: Vec<T> = [0.0, 1.0, 2.0, 3.0, 4.0].map(T::of).to_vec();
        let y: Vec<T> = [1.0, 3.0, 2.0, 5.0, 4.0].map(T::of).to_vec();
        let w: Vec<T> = [1.0, 1.0, 2.0, 1.0, 1.0].map(T::of).to_vec();
        let design = Design::new(interop::column_major(&x, 5, 1).unwrap()).unwrap().with_intercept();
        let datafit = Cost::new(&Kind::Squared, &y).unwrap().with_weights(&w).unwrap();
        let mut sampled = Sampled::new(&design, &datafit).unwrap();
        // docs/CONVENTIONS.md: cost 5/12 and gradient (1/6, 2/3) at (1, 1).
        let (value, slope) = sampled.assess(&[T::ONE, T::ONE]).unwrap();
        assert!(
            (value.to_f64() - 5.0 / 12.0).abs() < tolerance && (slope.to_f64() - 2.0 / 3.0).abs() < tolerance
        );
        let verified = sampled.verify(&[T::ONE, T::ONE]).unwrap().gradient_inf.unwrap();
        assert!((verified - 2.0 / 3.0).abs() < tolerance);
    }
    check::<f64>(1e-14);
    check::<f32>(1e-6);
}

#[test]
fn wrong_input_is_named() {
    both(6, 2, Kind::Squared, |sampled, _| {
        let mut g = [0.0; 3];
        let input = |outcome: Result<f64, Halt>| matches!(outcome, Err(Halt::Input(_)));
        assert!(input(sampled.batch_gradient(&[], &[0.0; 3], &mut g)));
        assert!(input(sampled.batch_gradient(&[6], &[0.0; 3], &mut g)));
        assert!(input(sampled.batch_gradient(&[0], &[0.0; 2], &mut g)));
        assert!(input(sampled.batch_gradient(&[0], &[0.0; 3], &mut [0.0; 2])));
        assert!(input(sampled.value(&[0.0; 4])));
    });
    let data = Data::new(4, 1, 0, Kind::Squared);
    let design = Design::new(data.x.as_ref()).unwrap();
    let datafit = Cost::new(&Kind::Squared, &data.y).unwrap();
    assert!(Sampled::new(&design, &datafit).unwrap().with_penalty(&Ridge, -1.0).is_err());
    let short = Cost::new(&Kind::Squared, &data.y[..3]).unwrap();
    assert!(matches!(Sampled::new(&design, &short).err(), Some(Error::Shape { .. })));
}
