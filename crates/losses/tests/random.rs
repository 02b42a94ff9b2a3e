//! The laws of losses at random targets, predictors and parameters, shrunk to the simplest that breaks one.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use thalweg_core::Target;
use thalweg_losses::{CATALOGUE, MakeReal};
use thalweg_testkit::losses::{self, Subject};

/// An admissible target from a number between −1 and 1.
fn target(kind: Target, t: f64) -> f64 {
    match kind {
        Target::UnitInterval => 0.5 + 0.5 * t,
        Target::Binary => f64::from(t > 0.0),
        Target::Count => (20.0 * t.abs()).floor(),
        Target::Nonnegative => 20.0 * t.abs(),
        Target::Positive | Target::Nonzero => 1e-3 + 20.0 * t.abs(),
        _ => 20.0 * t,
    }
}

/// The entry's defaults, each multiplied by a power of two; its defaults where that breaks a rule.
fn subject(entry: usize, exponents: &[f64]) -> Subject {
    let entry = &CATALOGUE[entry % CATALOGUE.len()];
    let defaults: Vec<f64> = entry.parameters.iter().map(|p| p.default).collect();
    let varied: Vec<f64> = defaults.iter().zip(exponents).map(|(value, e)| value * e.exp2()).collect();
    let values = if f64::make(&entry.make, &varied).is_ok() { varied } else { defaults };
    let (wide, narrow) = (f64::make(&entry.make, &values).unwrap(), f32::make(&entry.make, &values).ok());
    Subject::from_boxes(&format!("{} {values:?}", entry.name), wide, narrow)
}

proptest! {
    // The same cases in every run; another seed or more cases find more.
    #![proptest_config(ProptestConfig {
        cases: 2000,
        rng_seed: RngSeed::Fixed(5),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn laws_hold_at_random(
        entry in 0..1000_usize,
        exponents in prop::array::uniform4(-3.0..3.0_f64),
        targets in prop::collection::vec(-1.0..1.0_f64, 3),
        predictors in prop::collection::vec(-1.0..1.0_f64, 5),
        spread in prop::sample::select(vec![0.01, 1.0, 30.0]),
    ) {
        let subject = subject(entry, &exponents);
        let properties = subject.wide.properties();
        let (low, _) = properties.predictor;
        let inside = |t: f64| if low.is_finite() { low + spread * t.abs() + 1e-6 } else { spread * t };
        let targets = targets.into_iter().map(|t| target(properties.target, t)).collect();
        let subject = subject.at(targets, predictors.into_iter().map(inside).collect());
        prop_assert!(losses::all(&subject).is_ok(), "{}", losses::all(&subject).unwrap_err());
    }
}
