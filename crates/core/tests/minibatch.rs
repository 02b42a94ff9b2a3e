//! Minibatch plans: golden orders of an independent implementation, every row once an epoch, resumable at every step.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::minibatch::shards;
use thalweg_core::{Batches, Order, Plan, load, save};

const ORDERS: [Order; 3] = [Order::Sequential, Order::Shuffled, Order::Replacement];

fn plan(batch: usize, order: Order, seed: u64) -> Plan {
    Plan { batch, order, seed }
}

/// The rows of the next epoch, batch by batch.
fn epoch(batches: &mut Batches) -> Vec<Vec<u32>> {
    let mut rows = Vec::new();
    loop {
        let batch = batches.advance();
        rows.push(batch.rows.to_vec());
        if batch.last {
            return rows;
        }
    }
}

#[test]
fn orders_are_those_of_an_independent_implementation() {
    let mut lines = 0;
    for line in include_str!("fixtures/streams/minibatch.csv").lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split(',').collect();
        let order = match parts[1] {
            "sequential" => Order::Sequential,
            "shuffled" => Order::Shuffled,
            _ => Order::Replacement,
        };
        let [n, batch, index] = [2, 3, 4].map(|k| parts[k].parse::<usize>().unwrap());
        let expected: Vec<u32> = parts[5..].iter().map(|v| v.parse().unwrap()).collect();
        let mut batches = plan(batch, order, parts[0].parse().unwrap()).over(n).unwrap();
        for _ in 0..index {
            epoch(&mut batches);
        }
        assert_eq!(epoch(&mut batches).concat(), expected, "{line}");
        lines += 1;
    }
    assert_eq!(lines, 81);
}

#[test]
fn every_row_comes_once_an_epoch() {
    for order in [Order::Sequential, Order::Shuffled] {
        for (n, batch) in [(1, 1), (1, 5), (7, 7), (7, 3), (100, 8), (64, 64)] {
            let mut batches = plan(batch, order, 3).over(n).unwrap();
            for index in 0..4 {
                let rows = epoch(&mut batches);
                assert_eq!(rows.len(), batches.steps_per_epoch());
                assert_eq!(batches.epochs(), index + 1);
                assert!(rows[..rows.len() - 1].iter().all(|b| b.len() == batch));
                let mut rows = rows.concat();
                rows.sort_unstable();
                assert!(rows.iter().copied().eq(0..n as u32), "{order:?} {n} {batch}");
            }
        }
    }
}

#[test]
fn only_the_last_batch_is_short_and_says_so() {
    let mut batches = plan(4, Order::Shuffled, 0).over(10).unwrap();
    for step in 0..9 {
        let peeked = batches.peek().rows.to_vec();
        let batch = batches.advance();
        assert_eq!(batch.rows, peeked);
        assert_eq!(
            (batch.rows.len(), batch.short, batch.last),
            if step % 3 == 2 { (2, true, true) } else { (4, false, false) }
        );
        assert_eq!(batch.epoch, step / 3);
    }
    let mut batches = plan(4, Order::Replacement, 0).over(10).unwrap();
    assert!((0..9).all(|_| batches.advance().rows.len() == 4));
    let whole = plan(100, Order::Sequential, 0).over(10).unwrap().advance().rows.len();
    assert_eq!(whole, 10);
}

#[test]
fn a_plan_resumes_at_every_step() {
    for order in ORDERS {
        let start = || plan(3, order, 11).over(10).unwrap();
        for steps in 0..14 {
            let (mut batches, mut copy) = (start(), start());
            (0..steps).for_each(|_| assert!(!batches.advance().rows.is_empty()));
            // The copy is elsewhere before it is loaded.
            (0..steps % 5).for_each(|_| assert!(!copy.advance().rows.is_empty()));
            let bytes = save(&mut batches).unwrap();
            assert!(bytes.len() <= 6 * 12, "counters only");
            load(&mut copy, &bytes).unwrap();
            for _ in 0..9 {
                assert_eq!(copy.advance(), batches.advance(), "{order:?} after {steps} steps");
            }
        }
    }
}

#[test]
fn another_plan_is_refused() {
    let bytes = save(&mut plan(3, Order::Shuffled, 1).over(10).unwrap()).unwrap();
    for (other, n) in [
        (plan(4, Order::Shuffled, 1), 10),
        (plan(3, Order::Sequential, 1), 10),
        (plan(3, Order::Shuffled, 2), 10),
        (plan(3, Order::Shuffled, 1), 11),
    ] {
        assert!(load(&mut other.over(n).unwrap(), &bytes).is_err(), "{other:?} {n}");
    }
    let mut beyond = bytes.clone();
    let end = beyond.len();
    beyond[end - 8] = 200;
    assert!(load(&mut plan(3, Order::Shuffled, 1).over(10).unwrap(), &beyond).is_err());
    assert!(plan(0, Order::Shuffled, 1).over(10).is_err() && Plan::default().over(0).is_err());
    assert!(Plan::default().over(1 << 33).is_err());
}

#[test]
fn shards_cover_a_batch_and_depend_on_shape_alone() {
    for (rows, parameters) in [(1, 1), (64, 10), (5000, 100), (100_000, 3), (7, 1_000_000)] {
        let chunks = shards(rows, parameters);
        let covered: Vec<usize> = (0..chunks.count).flat_map(|c| chunks.rows_of(c)).collect();
        assert!(covered.into_iter().eq(0..rows) && chunks.count <= 64);
    }
    assert_eq!(shards(64, 10).count, 1, "a small batch stays on one thread");
    assert!(shards(5000, 100).count > 8);
}
