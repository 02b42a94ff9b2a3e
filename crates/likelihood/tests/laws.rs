//! The laws of losses, over every family with every link it takes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_likelihood::{CATALOGUE, Family, LINKS, LinkFunction, family};
use thalweg_testkit::losses::Subject;

/// Every family by its example, and other parameters where the formulas change with them.
fn families() -> Vec<Box<dyn Family>> {
    let more = [
        "negative-binomial:theta=0.05",
        "negative-binomial:theta=1e7",
        "tweedie:power=1.05",
        "tweedie:power=3.5",
    ];
    CATALOGUE.iter().map(|entry| entry.example).chain(more).map(|text| family(text).unwrap()).collect()
}

fn subjects() -> Vec<Subject> {
    let of = |family: Box<dyn Family>| {
        let one = |link: &LinkFunction| {
            let name = format!("{} with {}", family.describe(), link.describe());
            let narrow = family.loss_f32(*link).unwrap();
            let (low, high) = link.domain(family.target());
            let mut subject =
                Subject::from_boxes(&name, family.loss(*link).unwrap(), Some(narrow)).on(low, high);
            // The slope −m(x + m) of the inverse Mills ratio cancels x² ε of itself in the tails.
            subject.narrow_tolerance = if *link == LinkFunction::Probit { 1e-3 } else { 1e-5 };
            subject
        };
        family.links().iter().map(one).collect::<Vec<_>>()
    };
    families().into_iter().flat_map(of).collect()
}

thalweg_testkit::loss_laws!(subjects);

#[test]
fn links_that_leave_the_range_are_refused() {
    for family in families() {
        for entry in LINKS {
            let link = thalweg_likelihood::link(entry.example).unwrap();
            let admitted = family.admits(link);
            assert_eq!(family.loss(link).is_ok(), admitted, "{} with {}", family.name(), link.name());
            assert_eq!(family.loss_f32(link).is_ok(), admitted);
        }
    }
}
