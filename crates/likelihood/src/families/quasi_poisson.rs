//! Quasi-poisson: the poisson family with an estimated dispersion.

use super::{Poisson, Quasi};
use crate::family::FamilyEntry;

pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "quasi-poisson",
    summary: "counts that scatter more or less than Poisson ones",
    parameters: &[],
    example: "quasi-poisson",
    make: |_| Ok(Box::new(Quasi::of(ENTRY.name, Box::new(Poisson)))),
};
