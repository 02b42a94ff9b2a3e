//! The deterministic reduction: its tree depends on the number of chunks alone, and chunks tile the rows.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::Par;
use thalweg_core::par::with_threads;
use thalweg_core::reduce::{Chunks, reduce};

/// The tree as text: leaves are chunk numbers, a merge is a pair of parentheses.
fn tree(par: Par, count: usize) -> String {
    let mut partials = vec![String::new(); count];
    reduce(par, &mut partials, &|chunk, text| *text = chunk.to_string(), &|a, b| *a = format!("({a} {b})"));
    partials.into_iter().next().unwrap_or_default()
}

#[test]
fn the_tree_is_fixed() {
    assert_eq!(tree(Par::Seq, 0), "");
    assert_eq!(tree(Par::Seq, 1), "0");
    assert_eq!(tree(Par::Seq, 5), "((0 1) (2 (3 4)))");
    for count in [1, 2, 3, 7, 16, 33, 64] {
        let reference = tree(Par::Seq, count);
        for threads in [1, 2, 7] {
            assert_eq!(with_threads(threads, || tree(Par::Rayon, count)).unwrap(), reference);
        }
    }
}

#[test]
fn every_chunk_is_merged_once_and_in_order() {
    for count in 1..70 {
        let text = tree(Par::Rayon, count);
        let leaves: Vec<usize> =
            text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
        assert_eq!(leaves, (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn floating_sums_have_the_same_bits() {
    let sum = |par: Par| {
        let mut partials = [0.0_f64; 37];
        reduce(
            par,
            &mut partials,
            &|c, s| *s = (0..1000).map(|i| 1.0 / (1 + c * 1000 + i) as f64).sum(),
            &|a, b| *a += *b,
        );
        partials[0].to_bits()
    };
    let reference = sum(Par::Seq);
    for threads in [1, 2, 7] {
        assert_eq!(with_threads(threads, || sum(Par::Rayon)).unwrap(), reference);
    }
}

#[test]
fn chunks_tile_the_rows_with_whole_blocks() {
    for rows in [0, 1, 7, 8, 9, 63, 64, 65, 1000, 4097] {
        for (block, limit) in [(8, 1), (8, 4), (8, 64), (1, 3), (512, 64)] {
            let chunks = Chunks::new(rows, block, limit);
            assert!(chunks.count >= 1 && chunks.count <= limit && chunks.size.is_multiple_of(block));
            let mut next = 0;
            for c in 0..chunks.count {
                let range = chunks.rows_of(c);
                assert_eq!(range.start, next, "{rows} rows, chunk {c}");
                assert!(rows == 0 || !range.is_empty());
                next = range.end;
            }
            assert_eq!(next, rows);
        }
    }
}

#[test]
fn loops_visit_every_index_once() {
    use std::sync::atomic::{AtomicU32, Ordering};
    for par in [Par::Seq, Par::Rayon] {
        let seen: Vec<AtomicU32> = (0..100).map(|_| AtomicU32::new(0)).collect();
        par.for_each(100, |i| {
            seen[i].fetch_add(1, Ordering::Relaxed);
        });
        assert!(seen.iter().all(|s| s.load(Ordering::Relaxed) == 1));
        let mut out = vec![0; 103];
        par.for_each_chunk(&mut out, 10, |chunk, piece| piece.fill(chunk + 1));
        assert!(out.iter().enumerate().all(|(i, v)| *v == i / 10 + 1));
        par.for_each(0, |_| unreachable!());
        par.for_each_chunk(&mut [0_u8; 0], 3, |_, _| unreachable!());
    }
}
