//! The benchmarks, one family a file.

mod composite;
mod data;
mod glm;
mod linalg;
mod losses;
mod math;
mod optimizers;

use crate::Benchmark;

/// Every benchmark, in the order in which they run.
#[must_use]
pub fn all() -> Vec<Benchmark> {
    let mut all = math::benchmarks();
    all.extend(linalg::benchmarks());
    all.extend(losses::benchmarks());
    all.extend(glm::benchmarks());
    all.extend(composite::benchmarks());
    all.extend(optimizers::benchmarks());
    all.extend(data::benchmarks());
    all
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_unique_and_quick_covers_every_family() {
        let all = super::all();
        let mut names: Vec<String> = all.iter().map(crate::Benchmark::name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        for family in all.iter().map(|b| b.family) {
            assert!(all.iter().any(|b| b.family == family && b.quick), "{family} has no quick benchmark");
        }
    }
}
