//! The laws of losses, over every family with every link it takes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::Target;
use thalweg_likelihood::{CATALOGUE, LinkFunction};
use thalweg_testkit::losses::Subject;

/// The predictors whose means lie inside the family's range.
fn domain(target: Target, link: LinkFunction) -> (f64, f64) {
    let infinity = f64::INFINITY;
    match (target, link) {
        (Target::UnitInterval, LinkFunction::Identity) => (0.0, 1.0),
        (Target::UnitInterval, LinkFunction::Log) => (-infinity, 0.0),
        (Target::Nonnegative | Target::Positive | Target::Count, LinkFunction::Identity) => (0.0, infinity),
        _ => (-infinity, infinity),
    }
}

fn subjects() -> Vec<Subject> {
    let families = CATALOGUE.iter().map(|entry| (entry.make)(&entry.values(&[]).unwrap()).unwrap());
    families
        .flat_map(|family| {
            let one = |link: &LinkFunction| {
                let (low, high) = domain(family.target(), *link);
                let name = format!("{} with {}", family.name(), link.name());
                let narrow = family.loss_f32(*link).unwrap();
                let mut subject =
                    Subject::from_boxes(&name, family.loss(*link).unwrap(), Some(narrow)).on(low, high);
                // The slope −m(x + m) of the inverse Mills ratio cancels x² ε of itself in the tails.
                subject.narrow_tolerance = if *link == LinkFunction::Probit { 1e-3 } else { 1e-5 };
                subject
            };
            family.links().iter().map(one).collect::<Vec<_>>()
        })
        .collect()
}

thalweg_testkit::loss_laws!(subjects);

#[test]
fn links_that_leave_the_range_are_refused() {
    for entry in CATALOGUE {
        let family = (entry.make)(&entry.values(&[]).unwrap()).unwrap();
        for link in thalweg_likelihood::LINKS.iter().map(|entry| entry.make) {
            let admitted = family.links().contains(&link);
            assert_eq!(family.loss(link).is_ok(), admitted, "{} with {}", family.name(), link.name());
            assert_eq!(family.loss_f32(link).is_ok(), admitted);
        }
    }
}
