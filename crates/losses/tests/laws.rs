//! The laws of losses, over the whole catalogue.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use thalweg_core::catalogue;
use thalweg_losses::{CATALOGUE, loss};
use thalweg_testkit::losses::{self, Subject};

/// Losses at parameters where they change their nature, or that residuals pass on both sides.
const VARIANTS: [&str; 25] = [
    "barron:alpha=-inf",
    "barron:alpha=-1e40",
    "barron:alpha=-1e-3",
    "barron:alpha=1e-20",
    "barron:alpha=0",
    "barron:alpha=0.5,c=0.3",
    "barron:alpha=1.5",
    "barron:alpha=1.9999999999",
    "barron:alpha=2",
    "barron:alpha=2.0000000001",
    "barron:alpha=2.5,c=3",
    "barron:alpha=4,c=7",
    "barron:alpha=7,c=50",
    "epsilon-insensitive:epsilon=0",
    "expectile:tau=0.01",
    "huber:delta=0.4",
    "lp:p=1",
    "lp:p=1.45",
    "lp:p=2",
    "lp:p=2.5",
    "pseudo-huber:delta=30",
    "quantile:tau=0.01",
    "smoothed-quantile:tau=0.05,width=20",
    "squared-epsilon-insensitive:epsilon=0",
    "tukey:c=30",
];

/// Every loss with its defaults, in its example and in its variants.
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
    for name in names {
        let subject = Subject::from_boxes(name, loss(name).unwrap(), None);
        if let Err(violation) = losses::goldens_match(&subject, csv) {
            panic!("{violation}");
        }
    }
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
    let refused = [
        "barron:alpha=NaN",
        "barron:alpha=inf",
        "barron:c=0",
        "epsilon-insensitive:epsilon=-0.1",
        "expectile:tau=1",
        "huber:delta=-1",
        "huber:delta=0",
        "huber:delta=NaN",
        "huber:delta=inf",
        "huber:width=1",
        "hubert",
        "lp:p=0.9",
        "lp:p=NaN",
        "quantile:tau=0",
        "smoothed-quantile:width=inf",
        "tukey:c=1e-300",
    ];
    for bad in refused {
        assert!(loss::<f64>(bad).is_err(), "{bad}");
    }
}
