//! How tight Taylor models are: order of convergence, range, antiderivative.
#![allow(clippy::unwrap_used)]

mod bounds_support;

use bounds_support::big;
use thalweg_autodiff::taylor::{Interval, taylor_model};
use thalweg_autodiff::{Function, Unary, function};
use thalweg_core::{Scalar, k};

function! { fn exp_sin(x: [S; 1]) -> S { x[0].sin().exp() } }
function! { fn ln_square(x: [S; 1]) -> S { (k(1.0) + x[0].square()).ln() } }
function! { fn ratio(x: [S; 1]) -> S { x[0].cos() / (k(2.0) + x[0]) } }
function! { fn root(x: [S; 1]) -> S { (k(1.0) + x[0].exp()).sqrt().atan() } }
function! { fn special(x: [S; 1]) -> S { x[0].erf() * (k(2.0) + x[0]).ln_gamma() + x[0].normal_ln_cdf() } }
function! { fn power(x: [S; 1]) -> S { (k(2.0) + x[0]).powf(x[0]).tanh() } }

/// log₂ of the ratio of the remainders' widths at h and h/2 is d + 1.
#[test]
fn widths_shrink_with_the_order() {
    fn slopes(name: &str, f: &impl Function) {
        for order in [0, 1, 2, 3, 5, 8] {
            let width = |h: f64| {
                let domain = Interval::new(0.7 - h, 0.7 + h).unwrap();
                taylor_model(f, domain, order).unwrap().remainder().width()
            };
            // Far above the rounding errors of about 1e-15.
            let h = [0.01, 0.01, 0.01, 0.01, 0.05, 0.05, 0.16, 0.16, 0.16][order];
            let slope = (width(h) / width(0.5 * h)).log2();
            println!("{name:10} order {order}: width {:.2e} at h = {h}, slope {slope:.2}", width(h));
            assert!(slope >= order as f64 + 0.9, "{name} {order} {slope}");
        }
    }
    slopes("exp_sin", &exp_sin);
    slopes("ln_square", &ln_square);
    slopes("ratio", &ratio);
    slopes("root", &root);
    slopes("special", &special);
    slopes("power", &power);
}

/// Σ cₖ zᵏ.
fn horner<S: Scalar>(c: &[f64], z: S) -> S {
    c.iter().rev().fold(S::of(0.0), |sum, &c| sum * z + S::of(c))
}

function! {
    /// Chebyshev's T₈, with values in [−1, 1] on [−1, 1].
    fn chebyshev(x: [S; 1]) -> S { horner(&[1.0, -32.0, 160.0, -256.0, 128.0], x[0].square()) }
}
function! {
    /// Legendre's P₈, with values in [−0.42, 1].
    fn legendre(x: [S; 1]) -> S {
        horner(&[35.0, -1260.0, 6930.0, -12012.0, 6435.0], x[0].square()) / S::of(128.0)
    }
}
function! {
    /// Wilkinson's product over 1, …, 8.
    fn wilkinson(x: [S; 1]) -> S {
        (1..=8).fold(S::of(1.0), |product, zero| product * (x[0] - S::of(f64::from(zero))))
    }
}
function! {
    /// The exponential without its first four terms.
    fn difference(x: [S; 1]) -> S { x[0].exp() - horner(&[1.0, 1.0, 0.5, 0.125], x[0]) }
}

/// The range of a model of order 8 against interval Horner of the same polynomial and against the exact range by sampling.
#[test]
fn ranges_are_tighter_than_horner() {
    fn compare(name: &str, f: &impl Function, lo: f64, hi: f64, least: f64) {
        let domain = Interval::new(lo, hi).unwrap();
        let model = taylor_model(f, domain, 8).unwrap();
        let t = domain - Interval::point(model.x0());
        let a = model.coefficients();
        let horner =
            a.iter().rev().fold(Interval::ZERO, |sum, &a| sum * t + Interval::point(a)) + model.remainder();
        let range = model.range();
        let samples = (0..=20_000).map(|i| f.eval(&[lo + (hi - lo) * f64::from(i) / 20_000.0]));
        let (least_value, most) = samples.fold((f64::MAX, f64::MIN), |(lo, hi), y| (y.min(lo), y.max(hi)));
        let (gain, excess) = (horner.width() / range.width(), range.width() / (most - least_value));
        println!("{name:12} {range}, exact times {excess:.6}; Horner's is {gain:.1} times as wide");
        assert!(gain >= least, "{name}: {range} against {horner}");
        assert!(
            range.lo() <= least_value && most <= range.hi() && excess < 1.01,
            "{name}: {range}, {excess}"
        );
    }
    compare("chebyshev", &chebyshev, -1.0, 1.0, 10.0);
    compare("legendre", &legendre, -1.0, 1.0, 10.0);
    compare("wilkinson", &wilkinson, 1.0, 8.0, 10.0);
    compare("difference", &difference, -0.5, 0.5, 1.0);
    compare("exp_sin", &exp_sin, 0.6, 0.8, 1.0);
    compare("special", &special, 0.3, 0.5, 1.0);
}

function! { fn derivative(x: [S; 1]) -> S { k(2.0) * x[0] * x[0].square().cos() } }

/// ∫ 2x cos x² = sin x².
#[test]
fn antiderivatives_enclose() {
    let domain = Interval::new(0.2, 0.7).unwrap();
    let model = taylor_model(&derivative, domain, 7).unwrap().integrate().unwrap();
    assert_eq!(model.order(), 8);
    let sine = |x: f64| {
        let x = big::of(x);
        big::unary(Unary::Sin, &big::mul(&x, &x))
    };
    for i in 0..=100 {
        let x = (0.2 + 0.005 * f64::from(i)).clamp(domain.lo(), domain.hi());
        let y = model.eval(x).unwrap();
        let value = big::sub(&sine(x), &sine(model.x0()));
        assert!(big::inside(y.lo(), &value, y.hi()), "{x} {y}");
        assert!(y.width() < 1e-5);
    }
}
