//! Value, prox and violation of a penalty over p coefficients allocate nothing after the first call.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Penalty, Step};
use thalweg_regularization::{CATALOGUE, penalty_over};
use thalweg_testkit::alloc::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

#[test]
fn penalties_allocate_nothing() {
    const P: usize = 36;
    let start: Vec<f64> = (0..P).map(|j| 3.0 * (j as f64 * 0.7).sin() + ((j * j) % 5) as f64).collect();
    let (mut v, mut g) = (start.clone(), start.clone());
    let (mut short, mut seen) = (Vec::new(), 0);
    for entry in CATALOGUE {
        let penalty = penalty_over(entry.example, P).unwrap();
        let mut all = |penalty: &dyn Penalty<f64>, scale: f64| {
            v.iter_mut().zip(&start).for_each(|(v, start)| *v = scale * start);
            let mut sum = 0.0;
            for k in 0..penalty.blocks().count(P) {
                let range = penalty.blocks().range(k);
                penalty.prox(k, &mut v[range.clone()], Step::Scalar(0.5), 0.3);
                g[range.clone()].iter_mut().zip(&v[range.clone()]).for_each(|(g, v)| *g = 0.1 - v);
                sum += penalty.violation(k, &v[range.clone()], &g[range], 0.3);
            }
            sum + penalty.value(&v, 0.3)
        };
        assert!(all(&*penalty, 1.0).is_finite(), "{}", entry.name);
        // The harness's own threads allocate now and then; what a call allocates is there in every round.
        let rounds = [0; 5].map(|_| {
            let before = ALLOCATOR.allocations();
            for step in 1..6 {
                all(&*penalty, f64::from(step) * 0.4);
            }
            ALLOCATOR.allocations() - before
        });
        if !rounds.contains(&0) {
            short.push((entry.name, rounds));
        }
        seen += 1;
    }
    assert!(short.is_empty() && seen == CATALOGUE.len(), "{short:?}");
}
