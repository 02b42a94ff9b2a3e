//! Errors of every function against 60-digit references, in ulps.
//!
//! The references come from `fixtures/math/generate.py`; the bounds below are
//! the ones documented at the functions.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use thalweg_core::math::{self, Float};

/// Largest error seen, and where.
struct Worst {
    ulps: f64,
    at: Vec<f64>,
    points: usize,
}

/// Numbers of `width` bytes, `arity + 1` per record, then the fraction.
fn read(name: &str, width: usize, arity: usize) -> Vec<(Vec<f64>, f64, f64)> {
    let file = format!("tests/fixtures/math/{name}.f{}.bin", width * 8);
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).expect(&file);
    let number = |b: &[u8]| match width {
        4 => f64::from(f32::from_le_bytes(b.try_into().expect("four bytes"))),
        _ => f64::from_le_bytes(b.try_into().expect("eight bytes")),
    };
    bytes
        .chunks_exact((arity + 1) * width + 2)
        .map(|record| {
            let numbers: Vec<f64> = record.chunks_exact(width).take(arity + 1).map(number).collect();
            let fraction = i16::from_le_bytes([record[record.len() - 2], record[record.len() - 1]]);
            (numbers[..arity].to_vec(), numbers[arity], f64::from(fraction) / 65536.0)
        })
        .collect()
}

/// Spacing of the numbers of type `T` around `x`.
fn ulp<T: Float>(x: f64) -> f64 {
    let lowest = T::MIN_POSITIVE.to_f64();
    let a = x.abs().max(lowest);
    let power = f64::from_bits(a.to_bits() & (0x7ff << 52));
    power * T::EPSILON.to_f64()
}

fn measure<T: Float>(name: &str, arity: usize, f: impl Fn(&[T]) -> T) -> Worst {
    let records = read(name, size_of::<T>(), arity);
    let mut worst = Worst { ulps: 0.0, at: vec![], points: records.len() };
    for (x, hi, fraction) in records {
        let arguments: Vec<T> = x.iter().map(|&v| T::from_f64(v)).collect();
        let got = f(&arguments).to_f64();
        let error = if hi.is_infinite() || got.is_infinite() {
            // Overflow may be late or early by a rounding, nothing more.
            let clipped = |v: f64| v.clamp(-T::MAX.to_f64(), T::MAX.to_f64());
            if got == hi {
                0.0
            } else {
                ((clipped(got) - clipped(hi)) / ulp::<T>(T::MAX.to_f64())).abs() + 1.0
            }
        } else {
            ((got - hi) / ulp::<T>(hi) - fraction).abs()
        };
        if error.is_nan() || error > worst.ulps {
            worst.ulps = if error.is_nan() { f64::INFINITY } else { error };
            worst.at = x;
        }
    }
    worst
}

/// Measures one function in both precisions; returns complaints.
macro_rules! check {
    ($failures:ident, $(($name:literal, $arity:literal, $bound64:literal, $bound32:literal, |$a:ident| $value:expr)),+ $(,)?) => {$(
        for (kind, bound, worst) in [
            ("f64", $bound64, measure::<f64>($name, $arity, |$a| $value)),
            ("f32", $bound32, measure::<f32>($name, $arity, |$a| $value)),
        ] {
            println!("{:16} {kind} {:6} points  {:8.4} ulp (bound {bound}) at {:?}", $name, worst.points, worst.ulps, worst.at);
            if worst.ulps > bound || worst.points < 1500 {
                $failures.push(format!("{} {kind}: {} ulp at {:?}, bound {bound}", $name, worst.ulps, worst.at));
            }
        }
    )+};
}

#[test]
fn errors_stay_within_the_documented_bounds() {
    let mut failures = Vec::new();
    check!(
        failures,
        ("exp", 1, 0.7, 0.7, |a| math::exp(a[0])),
        ("exp_m1", 1, 1.35, 1.1, |a| math::exp_m1(a[0])),
        ("ln", 1, 0.8, 0.8, |a| math::ln(a[0])),
        ("ln_1p", 1, 0.9, 0.9, |a| math::ln_1p(a[0])),
        ("sigmoid", 1, 1.45, 1.45, |a| math::sigmoid(a[0])),
        ("softplus", 1, 1.05, 1.05, |a| math::softplus(a[0])),
        // Where x < 0 the softplus is the logarithm alone.
        ("softplus", 1, 4.0, 4.0, |a| a[0].max_of(a[0] - a[0]) + math::logistic_parts(a[0]).0),
        ("sigmoid", 1, 4.0, 4.0, |a| {
            let (_, large, small) = math::logistic_parts(a[0]);
            if a[0] < a[0] - a[0] { small } else { large }
        }),
        ("tanh", 1, 1.0, 0.8, |a| math::tanh(a[0])),
        ("log1mexp", 1, 1.7, 1.5, |a| math::log1mexp(a[0])),
        ("log1pmx", 1, 1.8, 1.8, |a| math::log1pmx(a[0])),
        ("sinh", 1, 0.8, 0.8, |a| math::sinh(a[0])),
        ("cosh", 1, 0.7, 0.7, |a| math::cosh(a[0])),
        ("erf", 1, 1.2, 0.51, |a| math::erf(a[0])),
        ("erfc", 1, 1.5, 0.51, |a| math::erfc(a[0])),
        ("erfcx", 1, 1.5, 0.51, |a| math::erfcx(a[0])),
        ("normal_pdf", 1, 0.7, 0.51, |a| math::normal_pdf(a[0])),
        ("normal_cdf", 1, 1.4, 0.51, |a| math::normal_cdf(a[0])),
        ("normal_ln_cdf", 1, 1.8, 0.51, |a| math::normal_ln_cdf(a[0])),
        ("normal_quantile", 1, 2.0, 0.51, |a| math::normal_quantile(a[0])),
        ("ln_gamma", 1, 2.0, 0.51, |a| math::ln_gamma(a[0])),
        ("digamma", 1, 1.6, 0.51, |a| math::digamma(a[0])),
        ("trigamma", 1, 1.8, 0.51, |a| math::trigamma(a[0])),
        ("sin", 1, 0.85, 0.85, |a| math::sin(a[0])),
        ("cos", 1, 0.85, 0.85, |a| math::cos(a[0])),
        ("tan", 1, 1.0, 1.0, |a| math::tan(a[0])),
        ("asin", 1, 0.7, 0.7, |a| math::asin(a[0])),
        ("acos", 1, 0.7, 0.7, |a| math::acos(a[0])),
        ("atan", 1, 0.7, 0.7, |a| math::atan(a[0])),
        ("atan2", 2, 0.7, 1.0, |a| math::atan2(a[0], a[1])),
        ("powf", 2, 0.7, 0.51, |a| math::powf(a[0], a[1])),
        ("powi", 2, 0.7, 0.51, |a| math::powi(a[0], a[1].to_f64() as i32)),
        ("logaddexp", 2, 1.1, 1.1, |a| math::logaddexp(a[0], a[1])),
    );
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// `f(x) = expected` in both precisions, with the sign of zero; NaN equals NaN.
macro_rules! edges {
    ($($name:ident: $($x:expr => $expected:expr),+;)+) => {$($(
        let (x, expected): (f64, f64) = ($x, $expected);
        for (kind, got) in [
            ("f64", math::$name(x)),
            ("f32", f64::from(math::$name(x as f32))),
        ] {
            let expected = if kind == "f32" { f64::from(expected as f32) } else { expected };
            let same = got.to_bits() == expected.to_bits() || (got.is_nan() && expected.is_nan());
            assert!(same, "{} {kind} of {x:e}: {got:e}, expected {expected:e}", stringify!($name));
        }
    )+)+};
}

#[test]
fn edges_are_exact() {
    use std::f64::consts::{FRAC_PI_2, PI};
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    edges! {
        exp: 0.0 => 1.0, -0.0 => 1.0, INF => INF, -INF => 0.0, 710.0 => INF, -746.0 => 0.0, NAN => NAN, 1e300 => INF, -1e300 => 0.0;
        exp_m1: 0.0 => 0.0, -0.0 => -0.0, INF => INF, -INF => -1.0, 710.0 => INF, -800.0 => -1.0, NAN => NAN;
        ln: 0.0 => -INF, -0.0 => -INF, 1.0 => 0.0, INF => INF, -1.0 => NAN, -INF => NAN, NAN => NAN;
        ln_1p: 0.0 => 0.0, -0.0 => -0.0, -1.0 => -INF, INF => INF, -2.0 => NAN, -INF => NAN, NAN => NAN;
        sigmoid: 0.0 => 0.5, INF => 1.0, -INF => 0.0, 800.0 => 1.0, -800.0 => 0.0, NAN => NAN;
        softplus: INF => INF, -INF => 0.0, 800.0 => 800.0, -800.0 => 0.0, NAN => NAN;
        tanh: 0.0 => 0.0, -0.0 => -0.0, INF => 1.0, -INF => -1.0, 800.0 => 1.0, NAN => NAN;
        log1mexp: 0.0 => -INF, INF => 0.0, -1.0 => NAN, 800.0 => 0.0, NAN => NAN;
        log1pmx: -1.0 => -INF, INF => -INF, -2.0 => NAN, NAN => NAN;
        sinh: 0.0 => 0.0, -0.0 => -0.0, INF => INF, -INF => -INF, 712.0 => INF, -712.0 => -INF, NAN => NAN;
        cosh: 0.0 => 1.0, -0.0 => 1.0, INF => INF, -INF => INF, 712.0 => INF, NAN => NAN;
        sin: 0.0 => 0.0, -0.0 => -0.0, INF => NAN, -INF => NAN, NAN => NAN;
        cos: 0.0 => 1.0, -0.0 => 1.0, INF => NAN, -INF => NAN, NAN => NAN;
        tan: 0.0 => 0.0, -0.0 => -0.0, INF => NAN, -INF => NAN, NAN => NAN;
        asin: 0.0 => 0.0, -0.0 => -0.0, 1.0 => FRAC_PI_2, -1.0 => -FRAC_PI_2, 1.5 => NAN, -1.5 => NAN, INF => NAN, NAN => NAN;
        acos: 1.0 => 0.0, -1.0 => PI, 0.0 => FRAC_PI_2, 1.5 => NAN, -1.5 => NAN, INF => NAN, NAN => NAN;
        atan: 0.0 => 0.0, -0.0 => -0.0, INF => FRAC_PI_2, -INF => -FRAC_PI_2, 1e300 => FRAC_PI_2, NAN => NAN;
        erf: 0.0 => 0.0, -0.0 => -0.0, INF => 1.0, -INF => -1.0, NAN => NAN;
        erfc: 0.0 => 1.0, INF => 0.0, -INF => 2.0, 28.0 => 0.0, NAN => NAN;
        erfcx: 0.0 => 1.0, INF => 0.0, -INF => INF, -27.0 => INF, NAN => NAN;
        normal_pdf: INF => 0.0, -INF => 0.0, 40.0 => 0.0, NAN => NAN;
        normal_cdf: 0.0 => 0.5, INF => 1.0, -INF => 0.0, -40.0 => 0.0, 40.0 => 1.0, NAN => NAN;
        normal_ln_cdf: INF => 0.0, -INF => -INF, -1e200 => -INF, NAN => NAN;
        normal_quantile: 0.0 => -INF, 0.5 => 0.0, 1.0 => INF, -0.1 => NAN, 1.1 => NAN, INF => NAN, NAN => NAN;
        ln_gamma: 0.0 => INF, 1.0 => 0.0, 2.0 => 0.0, INF => INF, -1.0 => INF, -INF => INF, NAN => NAN;
        digamma: 0.0 => -INF, -0.0 => INF, INF => INF, -1.0 => NAN, -INF => NAN, NAN => NAN;
        trigamma: 0.0 => INF, -0.0 => INF, INF => 0.0, -1.0 => INF, -INF => NAN, NAN => NAN;
    }
}

#[test]
fn subnormal_results_and_arguments() {
    assert_eq!(math::exp(-745.0_f64), 5e-324);
    assert_eq!(math::exp(-740.0_f64), (-740.0_f64).exp());
    assert_eq!(math::ln(5e-324_f64), -744.4400719213812);
    assert_eq!(math::sigmoid(-745.0_f64), 5e-324);
    assert_eq!(math::softplus(-745.0_f64), 5e-324);
    assert_eq!(math::exp(-103.0_f32), 1e-45);
    for x in [5e-324_f64, 1e-310] {
        for f in
            [math::sin, math::tan, math::sinh, math::tanh, math::exp_m1, math::ln_1p, math::asin, math::atan]
        {
            assert_eq!(f(x), x);
            assert_eq!(f(-x), -x);
        }
        assert_eq!(math::ln_gamma(x), -math::ln(x));
    }
}

#[test]
fn powers_follow_ieee() {
    const INF: f64 = f64::INFINITY;
    const NAN: f64 = f64::NAN;
    let values =
        [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, INF, -INF, NAN, 1e300, -1e300, 1e-300, 2.5];
    for x in values {
        for y in values {
            let (got, expected) = (math::powf(x, y), x.powf(y));
            let close = (got - expected).abs() <= 2e-16 * expected.abs();
            assert!(
                got.to_bits() == expected.to_bits() || (got.is_nan() && expected.is_nan()) || close,
                "{x:e}^{y:e}: {got:e}, expected {expected:e}"
            );
            let (got, expected) = (math::atan2(x, y), x.atan2(y));
            let close = (got - expected).abs() <= 3e-16 * expected.abs();
            assert!(
                got.to_bits() == expected.to_bits() || (got.is_nan() && expected.is_nan()) || close,
                "atan2({x:e}, {y:e}): {got:e}, expected {expected:e}"
            );
        }
        assert_eq!(math::powi(x, 0), 1.0);
    }
    assert_eq!(math::powi(-2.0_f64, i32::MIN), 0.0);
}

#[test]
fn sums_of_exponentials() {
    const INF: f64 = f64::INFINITY;
    assert_eq!(math::logsumexp::<f64>(&[]), -INF);
    assert_eq!(math::logsumexp(&[-INF; 40]), -INF);
    assert_eq!(math::logsumexp(&[1.0, INF, -INF]), INF);
    assert!(math::logsumexp(&[1.0, INF, f64::NAN]).is_nan());
    assert!((math::logsumexp(&[3.0_f64; 1000]) - (3.0 + 1000.0_f64.ln())).abs() < 1e-14);
    assert_eq!(math::logaddexp(-INF, -INF), -INF);
    assert_eq!(math::logaddexp(INF, INF), INF);
    assert_eq!(math::logaddexp(-INF, 3.0), 3.0);
    assert_eq!(math::logaddexp(INF, -INF), INF);
    assert!(math::logaddexp(f64::NAN, INF).is_nan() && math::logaddexp(-INF, f64::NAN).is_nan());
}

#[test]
fn reflection_reaches_negative_arguments() {
    // mpmath, 20 digits.
    for (x, ln_gamma, digamma, trigamma) in NEGATIVE {
        let close =
            |got: f64, expected: f64, scale: f64| (got - expected).abs() <= 1e-15 * expected.abs().max(scale);
        assert!(close(math::ln_gamma(x), ln_gamma, 1.0), "ln_gamma {x}: {}", math::ln_gamma(x));
        assert!(close(math::digamma(x), digamma, 4.0), "digamma {x}: {}", math::digamma(x));
        assert!(close(math::trigamma(x), trigamma, 0.0), "trigamma {x}: {}", math::trigamma(x));
    }
}

/// `x`, `ln |gamma|`, digamma and trigamma there.
const NEGATIVE: [(f64, f64, f64, f64); 6] = [
    (-0.25, 1.589575312551186, 2.9141391202135276, 18.541879647671607),
    (-0.5, 1.2655121234846454, 0.03648997397857652, 8.934802200544679),
    (-1.75, 1.0160888092144358, -2.322691628614361, 19.301637544529786),
    (-2.4375, 0.03145561712747945, 1.7071966722322434, 9.922845802181511),
    (-10.125, -13.29384514038954, 9.948053825866076, 67.2998260174871),
    (-100.5, -364.90096830942736, 4.6151246013380645, 9.859703491870086),
];
