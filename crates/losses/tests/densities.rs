//! Losses that say which distribution they are the negative log-likelihood of: e^−ℓ−C is a density of y, and that one.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::f64::consts::{PI, TAU};

use thalweg_core::{Formula, Pointwise};
use thalweg_losses::{
    Absolute, Cauchy, EpsilonInsensitive, Expectile, Full, Huber, LogCosh, Logistic, LogisticDistance, Lp,
    NegativeLogDensity, Poisson, Quantile, SmoothL1, SmoothedQuantile, Squared, SquaredEpsilonInsensitive,
};
use thalweg_testkit::losses::{self, Subject};

/// Σ f(x(t)) x′(t) over a trapezoidal grid: the double exponential rule of Takahasi and Mori (1974), for x and x′ that make the terms vanish as
/// e^−e^|t| at both ends. Exact to about 1e-15 for a function that is analytic between the ends.
fn double_exponential(f: impl Fn(f64) -> f64, map: impl Fn(f64) -> (f64, f64)) -> f64 {
    let h = 1.0 / 128.0;
    let term = |i: i32| {
        let (x, weight) = map(h * f64::from(i));
        if weight > 0.0 { f(x) * weight } else { 0.0 }
    };
    h * (-576..=576).map(term).sum::<f64>()
}

/// ∫f from `a` over a side, upwards for 1 and downwards for −1.
fn half_line(f: impl Fn(f64) -> f64, a: f64, side: f64) -> f64 {
    double_exponential(f, |t| {
        let x = (0.5 * PI * t.sinh()).exp();
        (a + side * x, 0.5 * PI * t.cosh() * x)
    })
}

/// ∫f from `a` to `b`.
fn interval(f: impl Fn(f64) -> f64, a: f64, b: f64) -> f64 {
    double_exponential(f, |t| {
        let s = 0.5 * PI * t.sinh();
        (0.5 * (a + b) + 0.5 * (b - a) * s.tanh(), 0.5 * (b - a) * 0.5 * PI * t.cosh() / s.cosh().powi(2))
    })
}

/// ∫f over the line, of which `breaks` (ascending) separate the analytic pieces.
fn line(f: impl Fn(f64) -> f64 + Copy, breaks: &[f64]) -> f64 {
    let inner: f64 = breaks.windows(2).map(|ends| interval(f, ends[0], ends[1])).sum();
    half_line(f, breaks[0], -1.0) + inner + half_line(f, breaks[breaks.len() - 1], 1.0)
}

const ETA: f64 = 0.375;

/// The density integrates to 1, and the closed form carries the same constant. `breaks` are targets relative to η.
fn is_density<P: NegativeLogDensity + Pointwise<f64>>(name: &str, loss: P, breaks: &[f64]) {
    let breaks: Vec<f64> = breaks.iter().map(|b| ETA + b).collect();
    let mass = line(|y| (-Full(loss).eval(y, ETA)).exp(), &breaks);
    assert!((mass - 1.0).abs() < 2e-13, "{name}: the density of {} integrates to {mass:e}", P::DISTRIBUTION);
    for y in [-2.5, 0.0, ETA, 7.0] {
        let (closed, formula) = (Full(loss).derivatives(y, ETA).0, Full(loss).eval(y, ETA));
        let gap = (closed - formula).abs();
        assert!(gap <= 1e-14 * (1.0 + closed.abs()), "{name} at y = {y}: {closed:e} and {formula:e}");
    }
}

#[test]
fn a_loss_with_its_constant_keeps_the_laws() {
    for subject in [
        Subject::new("squared with its constant", Full(Squared)),
        Subject::new("poisson with its constant", Full(Poisson)),
    ] {
        if let Err(violation) = losses::all(&subject) {
            panic!("{violation}");
        }
    }
}

#[test]
fn densities_of_a_real_target_integrate_to_one() {
    is_density("squared", Squared, &[0.0]);
    is_density("absolute", Absolute, &[0.0]);
    is_density("log-cosh", LogCosh, &[-1.0, 1.0]);
    is_density("logistic-distance", LogisticDistance, &[-1.0, 1.0]);
    for tau in [0.05, 0.5, 0.8] {
        is_density("quantile", Quantile::new(tau).unwrap(), &[0.0]);
        is_density("expectile", Expectile::new(tau).unwrap(), &[0.0]);
        for width in [0.3, 8.0] {
            // η − y is −τw and (1 − τ)w where the bottom ends.
            let ends = [-(1.0 - tau) * width, tau * width];
            is_density("smoothed-quantile", SmoothedQuantile::new(tau, width).unwrap(), &ends);
        }
    }
    for scale in [0.2, 1.345, 5.0] {
        is_density("huber", Huber::new(scale).unwrap(), &[-scale, scale]);
        is_density("smooth-l1", SmoothL1::new(scale).unwrap(), &[-scale, scale]);
        is_density("epsilon-insensitive", EpsilonInsensitive::new(scale).unwrap(), &[-scale, scale]);
        is_density(
            "squared-epsilon-insensitive",
            SquaredEpsilonInsensitive::new(scale).unwrap(),
            &[-scale, scale],
        );
    }
    for c in [1.3, 1.5, 2.3849, 7.7, 7.9, 40.0, 1e4] {
        is_density("cauchy", Cauchy::new(c).unwrap(), &[0.0]);
    }
    for p in [1.0, 1.5, 2.0, 3.0, 10.0] {
        is_density("lp", Lp::new(p).unwrap(), &[0.0]);
    }
}

#[test]
fn densities_of_a_discrete_target_sum_to_one() {
    for eta in [-20.0, 0.0, 1.5, 500.0_f64.ln()] {
        let mass: f64 = (0..2000).map(|y| (-Full(Poisson).eval(f64::from(y), eta)).exp()).sum();
        assert!((mass - 1.0).abs() < 2e-12, "Poisson at {eta}: {mass:e}");
        let mass: f64 = [0.0, 1.0].into_iter().map(|y| (-Full(Logistic).eval(y, eta)).exp()).sum();
        assert!((mass - 1.0).abs() < 1e-15, "Bernoulli at {eta}: {mass:e}");
    }
}

/// The densities with a usual name equal that name's own formula.
#[test]
fn densities_are_the_ones_they_name() {
    let agrees = |name: &str, found: f64, density: f64| {
        let gap = (found + density.ln()).abs();
        assert!(gap < 1e-14 * (1.0 + found.abs()), "{name}: {found:e}, but -ln f = {:e}", -density.ln());
    };
    for r in [-7.0_f64, -0.3, 0.0, 1e-3, 2.5] {
        let y = ETA - r;
        agrees("Gaussian", Full(Squared).eval(y, ETA), (-0.5 * r * r).exp() / TAU.sqrt());
        agrees("Laplace", Full(Absolute).eval(y, ETA), 0.5 * (-r.abs()).exp());
        agrees("hyperbolic secant", Full(LogCosh).eval(y, ETA), 1.0 / (PI * r.cosh()));
        let e = (-r).exp();
        agrees("logistic", Full(LogisticDistance).eval(y, ETA), e / ((1.0 + e) * (1.0 + e)));
        // Student's t with one degree of freedom and scale √2.
        let cauchy = Full(Cauchy::new(2.0_f64.sqrt()).unwrap());
        agrees("Cauchy", cauchy.eval(y, ETA), 1.0 / (PI * 2.0_f64.sqrt() * (1.0 + 0.5 * r * r)));
        // With three degrees of freedom, 2/(π√3 (1 + t²/3)²), at scale 2/√3.
        let student = Full(Cauchy::new(2.0).unwrap());
        agrees("Student", student.eval(y, ETA), 1.0 / (PI * (1.0 + 0.25 * r * r).powi(2)));
        // |r|² is a Gaussian of variance ½.
        agrees("half variance", Full(Lp::new(2.0).unwrap()).eval(y, ETA), (-r * r).exp() / PI.sqrt());
    }
    assert_eq!(Cauchy::new(1.0).unwrap().constant(0.0), f64::INFINITY);
}

/// η is the τ-quantile and the τ-expectile: which side τ weighs.
#[test]
fn levels_are_on_the_right_side() {
    for tau in [0.05, 0.5, 0.8] {
        let quantile = Full(Quantile::new(tau).unwrap());
        let below = half_line(|y| (-quantile.eval(y, ETA)).exp(), ETA, -1.0);
        assert!((below - tau).abs() < 1e-13, "{below} of the mass lies below the {tau}-quantile");
        let expectile = Full(Expectile::new(tau).unwrap());
        let pull = |side: f64| half_line(|y| (y - ETA).abs() * (-expectile.eval(y, ETA)).exp(), ETA, side);
        let gap = tau * pull(1.0) - (1.0 - tau) * pull(-1.0);
        assert!(gap.abs() < 1e-13, "the pulls on the {tau}-expectile differ by {gap:e}");
    }
}
