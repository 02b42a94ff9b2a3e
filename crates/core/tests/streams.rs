//! Random streams: golden values of an independent implementation, independence of names, uniform shuffles.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::Streams;
use thalweg_core::streams::{below, normal, shuffle, uniform};

/// kind, seed, purpose, index and values of a fixture's line.
fn fields(line: &str) -> (&str, u64, &str, u64, Vec<&str>) {
    let parts: Vec<&str> = line.split(',').collect();
    (parts[0], parts[1].parse().unwrap(), parts[2], parts[3].parse().unwrap(), parts[4..].to_vec())
}

#[test]
fn values_are_those_of_an_independent_implementation() {
    let mut rows = 0;
    for line in include_str!("fixtures/streams/streams.csv").lines().filter(|line| !line.starts_with('#')) {
        let (kind, seed, purpose, index, values) = fields(line);
        let mut rng = Streams::new(seed).stream(purpose, index);
        match kind {
            "word" => {
                for value in &values {
                    // The upper 53 bits are what every function of this module reads.
                    let expected = (value.parse::<u64>().unwrap() >> 11) as f64 / (1_u64 << 53) as f64;
                    assert_eq!(uniform(&mut rng), expected, "{line}");
                }
            }
            "uniform" => {
                values
                    .iter()
                    .for_each(|v| assert_eq!(uniform(&mut rng), v.parse::<f64>().unwrap(), "{line}"));
            }
            "normal" => {
                for value in &values {
                    let (found, expected) = (normal(&mut rng), value.parse::<f64>().unwrap());
                    assert!(
                        (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(),
                        "{line}: {found:e}"
                    );
                }
            }
            "below" => {
                let limits = [1, 2, 7, 1000, (1 << 63) + 1, (1 << 63) + 1];
                for (value, n) in values.iter().zip(limits) {
                    assert_eq!(below(&mut rng, n), value.parse::<u64>().unwrap(), "{line}");
                }
            }
            _ => {
                let mut items: Vec<usize> = (0..values.len()).collect();
                shuffle(&mut items, &mut rng);
                let expected: Vec<usize> = values.iter().map(|v| v.parse().unwrap()).collect();
                assert_eq!(items, expected, "{line}");
            }
        }
        rows += 1;
    }
    assert_eq!(rows, 4 * 3 * 3 * 5);
}

/// χ² of all 120 orders of five items: 119 degrees of freedom, so below 119 + 5·√238 unless the shuffle is biased.
#[test]
fn shuffles_are_uniform() {
    let mut counts = std::collections::BTreeMap::<Vec<u8>, u32>::new();
    let draws = 120 * 500_u32;
    for index in 0..draws {
        let mut items: Vec<u8> = (0..5).collect();
        shuffle(&mut items, &mut Streams::new(11).stream("shuffle", u64::from(index)));
        *counts.entry(items).or_default() += 1;
    }
    assert_eq!(counts.len(), 120);
    let chi2: f64 = counts.values().map(|c| (f64::from(*c) - 500.0).powi(2) / 500.0).sum();
    assert!((119.0 - 5.0 * 238.0_f64.sqrt()..119.0 + 5.0 * 238.0_f64.sqrt()).contains(&chi2), "{chi2}");
}

/// Streams that differ in seed, purpose or index alone share no number and are not correlated.
#[test]
fn names_make_streams_independent() {
    let draw = |seed: u64, purpose: &str, index: u64| -> Vec<f64> {
        let mut rng = Streams::new(seed).stream(purpose, index);
        (0..4000).map(|_| normal(&mut rng)).collect()
    };
    let reference = draw(1, "a", 0);
    for other in [draw(2, "a", 0), draw(1, "b", 0), draw(1, "a", 1), draw(0, "a", 1), draw(1, "", 0)] {
        assert!(reference.iter().zip(&other).all(|(a, b)| a != b));
        let correlation = reference.iter().zip(&other).map(|(a, b)| a * b).sum::<f64>() / 4000.0;
        assert!(correlation.abs() < 5.0 / 4000.0_f64.sqrt(), "{correlation}");
    }
    assert_eq!(draw(1, "a", 0), reference);
}

#[test]
fn small_ranges_are_uniform() {
    let mut rng = Streams::new(5).stream("below", 0);
    for n in [1_u64, 2, 3, 10] {
        let mut counts = vec![0_u32; n as usize];
        (0..30_000).for_each(|_| counts[below(&mut rng, n) as usize] += 1);
        let expected = 30_000.0 / n as f64;
        let chi2: f64 = counts.iter().map(|c| (f64::from(*c) - expected).powi(2) / expected).sum();
        assert!(chi2 <= n as f64 + 5.0 * (2.0 * n as f64).sqrt(), "{n}: {chi2}");
    }
    let mut empty: [u8; 0] = [];
    shuffle(&mut empty, &mut rng);
}
