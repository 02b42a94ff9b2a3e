//! The laws of penalties, over the whole catalogue.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Step, catalogue};
use thalweg_regularization::{CATALOGUE, penalty};
use thalweg_testkit::penalties::Subject;

/// Every penalty with its defaults and in its example, and at the ends of its parameters' ranges.
fn subjects() -> Vec<Subject> {
    let ends = [
        "elastic-net:alpha=0",
        "elastic-net:alpha=1",
        "box-constraint:lower=-inf,upper=0",
        "box-constraint:lower=0.5,upper=3",
    ];
    let texts = CATALOGUE.iter().flat_map(|entry| [entry.name, entry.example]).chain(ends);
    texts.map(|text| Subject::new(text, penalty(text).unwrap())).collect()
}

thalweg_testkit::penalty_laws!(subjects);

/// 50-digit references; the script is beside them.
#[test]
fn goldens_match() {
    let mut count = 0;
    for line in include_str!("fixtures/goldens.csv").lines().filter(|line| !line.starts_with('#')) {
        let (text, numbers) = line.split_once(';').unwrap();
        let numbers: Vec<f64> = numbers.split(';').map(|n| n.parse().unwrap()).collect();
        let [point, step, lambda, value, prox, conjugate] = numbers[..] else { panic!("{line}") };
        let penalty = penalty(text).unwrap();
        let mut z = [point];
        penalty.prox(0, &mut z, Step::Scalar(step), lambda);
        let (found, dual) = (penalty.value(&[point], lambda), penalty.conjugate(&[point], lambda));
        // The prox and the conjugate's excess over its threshold cancel terms of the size of the point.
        for (what, found, wanted, size) in [
            ("value", found, value, 0.0),
            ("prox", z[0], prox, point.abs()),
            ("conjugate", dual, conjugate, 0.0),
        ] {
            let close =
                found == wanted || (found - wanted).abs() <= 8.0 * f64::EPSILON * wanted.abs().max(size);
            assert!(close, "{line}: {what} {found:e}, not {wanted:e}");
        }
        assert!(prox != 0.0 || z[0] == 0.0, "{line}: {} is not exactly 0", z[0]);
        count += 1;
    }
    assert!(count > 300);
}

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
    for bad in [
        "elastic-net:alpha=1.1",
        "elastic-net:alpha=-0.1",
        "elastic-net:alpha=NaN",
        "box-constraint:lower=2,upper=1",
        "box-constraint:lower=NaN",
        "box-constraint:lower=inf",
        "box-constraint:upper=NaN",
        "box-constraint:lower=-inf,upper=-inf",
        "l1:alpha=1",
    ] {
        assert!(penalty(bad).is_err(), "{bad}");
    }
    assert!(penalty("rigde").err().unwrap().to_string().contains("did you mean `ridge`?"));
}
