//! The benchmarks, one family a file.

mod autodiff;
mod composite;
mod data;
mod glm;
mod linalg;
mod losses;
mod math;
mod optimizers;
mod regularization;
mod updates;

use crate::{Benchmark, Contestant};

/// Every benchmark, in the order in which they run, with the contestants of `optimizers`.
#[must_use]
pub fn all(contestants: &[Contestant]) -> Vec<Benchmark> {
    let mut all = math::benchmarks();
    all.extend(linalg::benchmarks());
    all.extend(losses::benchmarks());
    all.extend(glm::benchmarks());
    all.extend(composite::benchmarks());
    all.extend(regularization::benchmarks());
    all.extend(optimizers::benchmarks(contestants));
    all.extend(updates::benchmarks());
    all.extend(autodiff::benchmarks());
    all.extend(data::benchmarks());
    all
}

#[cfg(test)]
mod tests {
    use crate::Contestant;

    #[test]
    fn names_are_unique_and_quick_covers_every_family() {
        let all = super::all(&Contestant::built_in());
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
