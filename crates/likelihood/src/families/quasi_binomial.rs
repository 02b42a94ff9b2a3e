//! Quasi-binomial: the binomial family with an estimated dispersion.

use super::{Binomial, Quasi};
use crate::family::FamilyEntry;

pub(crate) const ENTRY: FamilyEntry = FamilyEntry {
    name: "quasi-binomial",
    summary: "shares or 0/1 outcomes that scatter more or less than binomial ones",
    parameters: &[],
    example: "quasi-binomial",
    make: |_| Ok(Box::new(Quasi::of(ENTRY.name, Box::new(Binomial)))),
};
