//! The slice drivers give the bits of the scalar functions.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::math::{self, Float};
use thalweg_core::simd;

/// A deterministic stream of bit patterns (SplitMix64).
fn bits(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

const EDGES: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f64::MIN_POSITIVE,
    5e-324,
    f64::MAX,
    -f64::MAX,
    800.0,
    -800.0,
    1e9,
];

/// Arguments of every kind; 1003 of them, so that the last block is partial.
fn arguments<T: Float>() -> Vec<T> {
    let unit = |b: u64| (b >> 11) as f64 / (1_u64 << 53) as f64;
    EDGES
        .into_iter()
        .chain(bits(1).take(300).map(f64::from_bits))
        .chain(bits(2).take(300).map(|b| 20.0 * unit(b) - 10.0))
        .chain(bits(3).take(287).map(unit))
        .chain(bits(4).take(100).map(|b| 1e6 * unit(b)))
        .map(T::from_f64)
        .collect()
}

/// Equal bits, any NaN equal to any other.
fn same<T: Float>(a: T, b: T) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

macro_rules! identical {
    ($ty:ident: $($name:ident)+) => {$(
        let x = arguments::<$ty>();
        // All blocks, then only positive or moderate ones to take the fast paths.
        for x in [x.clone(), x.iter().copied().filter(|v| *v > 0.0 && *v < 1e5).collect()] {
            let mut out = vec![0.0; x.len()];
            simd::$name(&x, &mut out);
            for (&x, &got) in x.iter().zip(&out) {
                let scalar = math::$name(x);
                assert!(same(got, scalar), "{} {x:e}: {got:e} in a slice, {scalar:e} alone", stringify!($name));
            }
        }
    )+};
}

macro_rules! identical_pairs {
    ($ty:ident: $($name:ident)+) => {$(
        let x = arguments::<$ty>();
        let y: Vec<$ty> = x.iter().rev().copied().collect();
        let mut out = vec![0.0; x.len()];
        simd::$name(&x, &y, &mut out);
        for ((&x, &y), &got) in x.iter().zip(&y).zip(&out) {
            let scalar = math::$name(x, y);
            assert!(same(got, scalar), "{} {x:e} {y:e}: {got:e} in a slice, {scalar:e} alone", stringify!($name));
        }
    )+};
}

macro_rules! test_for {
    ($test:ident, $ty:ident) => {
        #[test]
        fn $test() {
            identical!($ty: exp exp_m1 ln ln_1p sigmoid softplus tanh log1mexp log1pmx sinh cosh sin cos tan);
            identical!($ty: asin acos atan erf erfc erfcx normal_pdf normal_cdf normal_ln_cdf normal_quantile);
            identical!($ty: ln_gamma digamma trigamma);
            identical_pairs!($ty: powf atan2 logaddexp);
        }
    };
}

test_for!(slices_and_scalars_agree_in_f64, f64);
test_for!(slices_and_scalars_agree_in_f32, f32);

#[test]
fn map_reaches_every_element() {
    for n in [0, 1, 31, 32, 33, 64, 100] {
        let x: Vec<f64> = (0..n).map(f64::from).collect();
        let mut out = vec![-1.0; x.len()];
        simd::map(&x, &mut out, |v| v + 1.0);
        assert!(out.iter().zip(&x).all(|(o, v)| *o == v + 1.0));
        simd::map2(&x, &x, &mut out, |a, b| a * b);
        assert!(out.iter().zip(&x).all(|(o, v)| *o == v * v));
    }
}

#[test]
#[should_panic(expected = "lengths differ")]
fn map_refuses_unequal_lengths() {
    simd::exp(&[1.0_f64; 3], &mut [0.0; 2]);
}

#[test]
fn logsumexp_agrees_inside_and_outside_dispatch() {
    let x: Vec<f64> = bits(5).take(1000).map(|b| (b >> 50) as f64 / 300.0).collect();
    for n in [1, 5, 32, 999, 1000] {
        let outside = math::logsumexp_lanes(&x[..n]);
        assert_eq!(math::logsumexp(&x[..n]).to_bits(), outside.to_bits());
    }
}
