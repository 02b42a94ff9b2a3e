//! The laws of losses, over the whole catalogue.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use thalweg_core::catalogue;
use thalweg_losses::{CATALOGUE, loss};
use thalweg_testkit::losses::{self, Subject};

/// Losses at parameters where they change their nature, or that residuals pass on both sides.
const VARIANTS: [&str; 39] = [
    "barron:alpha=-1e-3",
    "barron:alpha=-1e40",
    "barron:alpha=-inf",
    "barron:alpha=0",
    "barron:alpha=0.5,c=0.3",
    "barron:alpha=1.5",
    "barron:alpha=1.9999999999",
    "barron:alpha=1e-20",
    "barron:alpha=2",
    "barron:alpha=2.0000000001",
    "barron:alpha=2.5,c=3",
    "barron:alpha=4,c=7",
    "barron:alpha=7,c=50",
    "dwd:q=3",
    "epsilon-insensitive:epsilon=0",
    "expectile:tau=0.01",
    "focal:gamma=0",
    "focal:gamma=5,alpha=0.75",
    "huber:delta=0.4",
    "logistic:smoothing=0.1,positive_weight=2.5",
    "logistic:smoothing=1,positive_weight=0.25",
    "lp:p=1",
    "lp:p=1.45",
    "lp:p=2",
    "lp:p=2.5",
    "negative-binomial:theta=0.001",
    "negative-binomial:theta=1e10,full=1",
    "probit:smoothing=0.1,positive_weight=2.5",
    "pseudo-huber:delta=30",
    "quantile:tau=0.01",
    "smoothed-hinge:gamma=3",
    "smoothed-quantile:tau=0.05,width=20",
    "squared-epsilon-insensitive:epsilon=0",
    "tukey:c=30",
    "tweedie:power=-1",
    "tweedie:power=0",
    "tweedie:power=1",
    "tweedie:power=2",
    "tweedie:power=3",
];

/// Every loss with its defaults, in its example and in the variants.
fn subjects() -> Vec<Subject> {
    let texts = CATALOGUE.iter().flat_map(|entry| [entry.name, entry.example]).chain(VARIANTS);
    let subject = |text: &str| Subject::from_boxes(text, loss(text).unwrap(), Some(loss(text).unwrap()));
    texts.map(subject).collect()
}

thalweg_testkit::loss_laws!(subjects);

/// 700-digit references; the script is beside them.
#[test]
fn goldens_match() {
    let csv = include_str!("fixtures/goldens.csv");
    // A row's first field is a loss as typed, with commas between its parameters.
    let names =
        csv.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplitn(6, ',').nth(5));
    let names: BTreeSet<&str> = names.chain(CATALOGUE.iter().map(|entry| entry.name)).collect();
    let violation = |name: &str| {
        let subject = Subject::from_boxes(name, loss(name).unwrap(), None);
        losses::goldens_match(&subject, csv).err().map(|violation| violation.to_string())
    };
    let violations: Vec<String> = names.into_iter().filter_map(violation).collect();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn the_catalogue_makes_what_it_names() {
    for entry in CATALOGUE {
        let (name, given) = catalogue::parse(entry.example).unwrap();
        assert_eq!(name, entry.name);
        let values = entry.values(&given).unwrap();
        let (wide, narrow) = ((entry.make.f64)(&values).unwrap(), (entry.make.f32)(&values).unwrap());
        assert_eq!(wide.properties().target, narrow.properties().target);
    }
    for bad in [
        "barron:alpha=NaN",
        "barron:alpha=inf",
        "barron:c=0",
        "dwd:q=0",
        "epsilon-insensitive:epsilon=-0.1",
        "expectile:tau=1",
        "focal:alpha=1.5",
        "focal:gamma=-1",
        "huber:delta=-1",
        "huber:delta=0",
        "huber:delta=NaN",
        "huber:delta=inf",
        "huber:width=1",
        "hubert",
        "logistic:positive_weight=0",
        "logistic:smoothing=1.1",
        "lp:p=0.9",
        "lp:p=NaN",
        "negative-binomial:full=2",
        "negative-binomial:theta=0",
        "poisson:full=0.5",
        "probit:smoothing=-0.1",
        "quantile:tau=0",
        "smoothed-hinge:gamma=0",
        "smoothed-quantile:width=inf",
        "tukey:c=1e-300",
        "tweedie:power=0.5",
    ] {
        assert!(loss::<f64>(bad).is_err(), "{bad}");
    }
    // Values of double precision that single precision rounds to 0 or to infinity.
    for extreme in
        ["dwd:q=1e300", "focal:gamma=1e300", "negative-binomial:theta=1e300", "smoothed-hinge:gamma=1e-300"]
    {
        assert!(loss::<f64>(extreme).is_ok() && loss::<f32>(extreme).is_err(), "{extreme}");
    }
}
