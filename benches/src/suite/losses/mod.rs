//! `losses`: every loss of the catalogue, the losses that deep learning has too, and losses of sets.

mod catalogue;
mod cox;
mod single;

use crate::Benchmark;

pub(super) fn benchmarks() -> Vec<Benchmark> {
    let mut all = catalogue::benchmarks();
    all.extend(single::benchmarks());
    all.extend(cox::benchmarks());
    all
}
