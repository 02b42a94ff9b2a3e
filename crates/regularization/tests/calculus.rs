//! The laws of penalties over combinations, and combinations against what they stand for.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Blocks, Penalty, Step};
use thalweg_regularization::{
    BlockSum, GroupLasso, L1, MoreauEnvelope, Rescaled, Ridge, Slope, Translated, Weighted, penalty,
    prox_conjugate,
};
use thalweg_testkit::penalties::Subject;

fn uneven() -> GroupLasso {
    GroupLasso::new(Blocks::of_sizes(&[1, 3, 2]).unwrap())
}

fn net() -> Box<dyn Penalty<f64>> {
    penalty("elastic-net:alpha=0.4").unwrap()
}

fn five() -> Vec<f64> {
    vec![0.5, 2.0, 1.0, 7.0, 0.1]
}

fn sum(parts: Vec<(Box<dyn Penalty<f64>>, usize)>) -> Box<dyn Penalty<f64>> {
    Box::new(BlockSum::new(parts).unwrap())
}

fn subjects() -> Vec<Subject> {
    let six = || vec![1.0, -0.3, 0.0, 2.0, -5.0, 0.4];
    vec![
        Subject::new("rescaled net", Box::new(Rescaled::new(net(), five()).unwrap())),
        Subject::new("rescaled groups", Box::new(Rescaled::new(uneven(), vec![0.5, 3.0, 1.0]).unwrap())),
        Subject::new(
            "rescaled slope",
            Box::new(Rescaled::new(Slope::new(vec![2.0, 1.0, 0.5]).unwrap(), vec![3.0]).unwrap()),
        ),
        Subject::new("rescaled mcp", Box::new(Rescaled::new(penalty("mcp").unwrap(), five()).unwrap())),
        Subject::new("coordinates in parts", sum(vec![(Box::new(L1), 2), (net(), 1), (Box::new(Ridge), 2)])),
        Subject::new(
            "groups and coordinates",
            sum(vec![(Box::new(L1), 2), (Box::new(uneven()), 6), (net(), 1)]),
        ),
        Subject::new(
            "parts told their size",
            sum(vec![(penalty("slope").unwrap(), 3), (penalty("l2").unwrap(), 2)]),
        ),
        Subject::new("translated l1", Box::new(Translated::new(L1, five()).unwrap())).around(7.0),
        Subject::new("translated groups", Box::new(Translated::new(uneven(), six()).unwrap())).around(5.0),
        Subject::new("envelope of l1", Box::new(MoreauEnvelope::new(L1, 0.3).unwrap())),
        Subject::new("envelope of groups", Box::new(MoreauEnvelope::new(uneven(), 2.0).unwrap())),
        Subject::new(
            "weighted envelope",
            Box::new(
                Weighted::new(MoreauEnvelope::new(net(), 1.0).unwrap(), vec![1.0, 0.0, 2.0, 0.5, 1.0])
                    .unwrap(),
            ),
        ),
    ]
}

thalweg_testkit::penalty_laws!(subjects);

/// The envelope of the absolute value is Huber's function of λ: its derivative by differences too.
#[test]
fn envelopes_have_their_gradient() {
    for inner in [net(), penalty("group-lasso:size=5").unwrap().over(5).unwrap().unwrap()] {
        let envelope = MoreauEnvelope::new(inner, 0.7).unwrap();
        let b = [0.3, -2.0, 0.0, 5.0, -0.1];
        let mut slopes = [0.0; 5];
        envelope.gradient(&b, 0.9, &mut slopes);
        for j in 0..5 {
            let at = |h: f64| {
                let mut moved = b;
                moved[j] += h;
                envelope.value(&moved, 0.9)
            };
            let h = 1e-5;
            let difference = (at(h) - at(-h)) / (2.0 * h);
            assert!((difference - slopes[j]).abs() < 1e-9, "{j}: {difference} {}", slopes[j]);
        }
    }
}

/// For norms, factors of coefficients are weights of λ.
#[test]
fn factors_of_norms_are_weights() {
    let factors = vec![0.5, 3.0, 1.0];
    let rescaled = Rescaled::new(uneven(), factors.clone()).unwrap();
    let weighted = Weighted::new(uneven(), factors).unwrap();
    let v = [0.7, 2.0, -1.0, 0.2, 3.0, 0.1];
    let (mut a, mut b) = (v, v);
    for (k, range) in [0..1, 1..4, 4..6].into_iter().enumerate() {
        rescaled.prox(k, &mut a[range.clone()], Step::Scalar(0.4), 0.5);
        weighted.prox(k, &mut b[range], Step::Scalar(0.4), 0.5);
    }
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-15), "{a:?} {b:?}");
    assert!((rescaled.value(&v, 0.5) - weighted.value(&v, 0.5)).abs() < 1e-14);
}

/// The conjugates of norms are indicators of dual balls, and their prox the projection onto these.
#[test]
fn conjugates_project_onto_dual_balls() {
    let v = [3.0, -4.0, 0.5];
    let mut scratch = [0.0; 3];
    for t in [0.1, 1.0, 5.0] {
        let mut z = v;
        prox_conjugate(&GroupLasso::whole(3).unwrap(), 0, &mut z, t, 2.0, &mut scratch).unwrap();
        let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        assert!(z.iter().zip(&v).all(|(z, v)| (z - v * 2.0 / norm).abs() < 1e-14), "{t}: {z:?}");
        let mut z = v;
        let l_infinity = penalty("l-infinity").unwrap().over(3).unwrap().unwrap();
        prox_conjugate(&*l_infinity, 0, &mut z, t, 2.0, &mut scratch).unwrap();
        // The L1 ball of radius 2: τ = 2.5 leaves (0.5, −1.5, 0).
        assert!(z.iter().zip(&[0.5, -1.5, 0.0]).all(|(a, b)| (a - b).abs() < 1e-14), "{t}: {z:?}");
    }
    assert!(prox_conjugate(&L1, 0, &mut [1.0], 1.0, 1.0, &mut scratch).is_err());
}

#[test]
fn wrong_combinations_are_refused() {
    assert!(Rescaled::new(L1, vec![1.0, 0.0]).is_err() && Rescaled::new(L1, vec![f64::NAN]).is_err());
    assert!(Rescaled::new(L1, vec![1.0_f64; 2]).unwrap().check(3).is_err());
    assert!(Translated::new(L1, vec![f64::INFINITY]).is_err());
    assert!(Translated::new(uneven(), vec![0.0; 5]).is_err());
    assert!(MoreauEnvelope::new(L1, 0.0).is_err() && MoreauEnvelope::new(L1, f64::NAN).is_err());
    assert!(BlockSum::<f64>::new(vec![(Box::new(uneven()), 5)]).is_err());
    assert!(BlockSum::<f64>::new(vec![(Box::new(L1), 5)]).unwrap().check(4).is_err());
}
