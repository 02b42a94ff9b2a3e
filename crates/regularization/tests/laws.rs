//! The laws of penalties, over the whole catalogue.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Step, catalogue};
use thalweg_regularization::{CATALOGUE, penalty};
use thalweg_testkit::penalties::Subject;

fn subjects() -> Vec<Subject> {
    CATALOGUE.iter().map(|entry| Subject::new(entry.name, penalty(entry.example).unwrap())).collect()
}

thalweg_testkit::penalty_laws!(subjects);

#[test]
fn single_precision_agrees() {
    for entry in CATALOGUE {
        let (_, given) = catalogue::parse(entry.example).unwrap();
        let values = entry.values(&given).unwrap();
        let (wide, narrow) = ((entry.make.f64)(&values).unwrap(), (entry.make.f32)(&values).unwrap());
        for v in [-3.0_f32, 0.0, 0.2, 40.0] {
            let (mut z, mut z32) = ([f64::from(v)], [v]);
            wide.prox(0, &mut z, Step::Scalar(0.5), 0.75);
            narrow.prox(0, &mut z32, Step::Scalar(0.5), 0.75);
            assert!((z[0] - f64::from(z32[0])).abs() <= 1e-5 * (1.0 + z[0].abs()), "{} at {v}", entry.name);
        }
    }
}

#[test]
fn unknown_names_are_refused() {
    assert!(penalty("rigde").err().unwrap().to_string().contains("did you mean `ridge`?"));
}
