//! The laws of constraints that no name makes, and each set against what it stands for.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Penalty, Step};
use thalweg_regularization::{
    Affine, BlockSum, HalfSpace, Monotone, PositiveSemidefinite, Slope, Translated, penalty,
};
use thalweg_testkit::penalties::{self, Subject};

/// b₁ + 2b₂ + b₄ = 1, b₁ − b₂ + ½b₃ = −2, of five coefficients.
fn equations(c: [f64; 2]) -> Affine {
    Affine::new(&[1.0, 2.0, 0.0, 1.0, 0.0, 1.0, -1.0, 0.5, 0.0, 0.0], c.to_vec()).unwrap()
}

fn subjects() -> Vec<Subject> {
    let mut subjects = Vec::new();
    let mut add = |name: &str, penalty: Box<dyn Penalty<f64>>| subjects.push(Subject::new(name, penalty));
    add("half-space", Box::new(HalfSpace::new(vec![0.3, -2.0, 1.0, 5.0], -0.7).unwrap()));
    add("half-space through 0", Box::new(HalfSpace::new(vec![1.0, -1.0, 0.1], 0.0).unwrap()));
    add("half-space along an axis", Box::new(HalfSpace::new(vec![0.0, 2.0, -1.0], 3.0).unwrap()));
    add("equations", Box::new(equations([1.0, -2.0])));
    add("equations through 0", Box::new(equations([0.0, 0.0])));
    for rows in 1..=3 {
        add(&format!("semidefinite, {rows}"), Box::new(PositiveSemidefinite::new(rows).unwrap()));
    }
    add("one coefficient", Box::new(Monotone::increasing(1).unwrap()));
    add("rising, longer", Box::new(Monotone::increasing(11).unwrap()));
    add("falling, longer", Box::new(Monotone::decreasing(11).unwrap()));
    let parts: Vec<(Box<dyn Penalty<f64>>, usize)> = vec![
        (Box::new(Monotone::decreasing(3).unwrap()), 3),
        (Box::new(HalfSpace::new(vec![1.0, 2.0], 0.5).unwrap()), 2),
    ];
    add("sets in parts", Box::new(BlockSum::new(parts).unwrap()));
    add("pairs only", Box::new(Slope::oscar(5, 0.0, 1.0).unwrap()));
    subjects
}

thalweg_testkit::penalty_laws!(subjects);

/// Projections in 40 digits and in rational numbers; the script is beside them.
#[test]
fn oracles_agree() {
    let numbers = |text: &str| text.split(' ').map(|n| n.parse().unwrap()).collect::<Vec<f64>>();
    let mut seen = [0, 0];
    for line in include_str!("fixtures/sets.csv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(';').collect();
        let [set, v, wanted] = fields[..] else { panic!("{line}") };
        let (mut v, wanted) = (numbers(v), numbers(wanted));
        let size = v.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
        let set: Box<dyn Penalty<f64>> = if set == "psd" {
            seen[0] += 1;
            Box::new(PositiveSemidefinite::new(v.len().isqrt()).unwrap())
        } else {
            seen[1] += 1;
            Box::new(equations([1.0, -2.0]))
        };
        set.prox(0, &mut v, Step::Scalar(1.0), 0.0);
        assert!(v.iter().zip(&wanted).all(|(v, z)| (v - z).abs() <= 1e-14 * size), "{line}: {v:?}");
        assert_eq!(set.value(&v, 1.0), 0.0, "{line}");
    }
    assert_eq!(seen, [48, 12]);
}

/// The runs of equal coefficients are found in b − c, which rounds by the size of c.
#[test]
fn cones_may_stand_elsewhere() {
    let about = Translated::new(Monotone::increasing(4).unwrap(), vec![1.0, 2.0, 2.0, 4.0]).unwrap();
    let subject = Subject::new("rising about a centre", Box::new(about)).around(4.0);
    penalties::prox_is_optimal(&subject).unwrap();
    penalties::violation_is_the_prox_step(&subject).unwrap();
}

/// Bondell and Reich's own form.
#[test]
fn oscar_is_a_sum_over_pairs() {
    let b = [0.5_f64, -3.0, 0.0, 2.0, 3.0, -0.25];
    let (alpha, beta, lambda) = (0.7, 0.3, 1.5);
    let pairs = (0..6).flat_map(|j| (0..j).map(move |k| (j, k)));
    let larger: f64 = pairs.map(|(j, k)| b[j].abs().max(b[k].abs())).sum();
    let wanted = lambda * (alpha * b.iter().map(|b| b.abs()).sum::<f64>() + beta * larger);
    let found = Slope::oscar(6, alpha, beta).unwrap().value(&b, lambda);
    assert!((found - wanted).abs() < 1e-14 * wanted, "{found} {wanted}");
}

/// Where Q is made of dependent or hardly independent rows; projections meet the equations as they were given.
#[test]
fn equations_are_met_as_given() {
    let near = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0 + 1e-6];
    let affine = Affine::new(&near, vec![3.0, 3.0 + 2e-6]).unwrap();
    let mut v = [5.0_f64, -1.0, 7.0];
    affine.prox(0, &mut v, Step::Scalar(1.0), 0.0);
    // The difference says b₃ = 2, to the digits that 1e-6 leaves.
    for (z, wanted) in v.iter().zip([3.5, -2.5, 2.0]) {
        assert!((z - wanted).abs() < 1e-9, "{v:?}");
    }
    let error = Affine::new(&[1.0, 2.0, -2.0, -4.0], vec![1.0, -2.0]).unwrap_err().to_string();
    assert!(error.contains("equation = 1") && error.contains("drop it"), "{error}");
}

#[test]
fn wrong_sets_are_refused() {
    let text = |error: thalweg_core::Error| error.to_string();
    assert!(HalfSpace::new(vec![], 1.0).is_err());
    assert!(text(HalfSpace::new(vec![0.0, 0.0], 1.0).unwrap_err()).contains("not 0"));
    assert!(text(HalfSpace::new(vec![1.0, f64::NAN], 1.0).unwrap_err()).contains("normal of the half-space"));
    assert!(HalfSpace::new(vec![1.0], f64::INFINITY).is_err());
    assert!(Affine::new(&[1.0], vec![]).is_err() && Affine::new(&[], vec![1.0]).is_err());
    assert!(Affine::new(&[1.0, 2.0, 3.0], vec![1.0, 2.0]).is_err());
    assert!(Affine::new(&[0.0, 0.0], vec![1.0]).is_err());
    assert!(Affine::new(&[1.0, f64::INFINITY], vec![1.0]).is_err());
    assert!(Affine::new(&[1.0], vec![f64::NAN]).is_err());
    assert!(PositiveSemidefinite::new(0).is_err());
    assert!(Monotone::increasing(0).is_err() && Monotone::decreasing(0).is_err());
    assert!(Slope::oscar(3, -1.0, 1.0).is_err() && Slope::oscar(1, 0.0, 1.0).is_err());
    let half: Box<dyn Penalty<f64>> = Box::new(HalfSpace::new(vec![1.0, 2.0], 1.0).unwrap());
    assert!(half.check(3).is_err() && half.check(2).is_ok());
    assert!(penalty("half-space").unwrap().over(4).unwrap().unwrap().check(4).is_ok());
}
