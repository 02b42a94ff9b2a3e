//! Certificates: the proven bound is never below the true suboptimality.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod smooth_support;

use smooth_support::{Data, Kind, Ridge, coefficients, minimise};
use thalweg_core::{Certificate, Cost, Design, Objective, Pointwise, Smooth, vector};

/// F(x) − F(x*) at ∇F(x*) = 0 as the mean of ∫₀¹ (1−t) ℓ″(η* + tΔ) Δ² dt plus ½Σd(x − x*)²: a sum of positive terms, where the difference
/// of the values would cancel. Simpson's rule on 40 intervals.
fn suboptimality(kind: Kind, data: &Data, smooth: &Smooth<'_, f64>, x: &[f64], best: &[f64]) -> f64 {
    let n = data.y.len();
    let (mut eta, mut eta_best) = (vec![0.0; n], vec![0.0; n]);
    smooth.predict(x, &mut eta);
    smooth.predict(best, &mut eta_best);
    let total: f64 = data.w.iter().sum();
    let row = |i: usize| {
        let delta = eta[i] - eta_best[i];
        let f = |t: f64| (1.0 - t) * kind.derivatives(data.y[i], eta_best[i] + t * delta).2 * delta * delta;
        let weight = |j: u32| if j == 0 || j == 40 { 1.0 } else { f64::from(2 + 2 * (j % 2)) };
        data.w[i] / total * (0..=40).map(|j| weight(j) * f(f64::from(j) / 40.0)).sum::<f64>() / 120.0
    };
    let penalty: f64 =
        x.iter().zip(best).zip(smooth.quadratic()).map(|((x, b), d)| 0.5 * d * (x - b).powi(2)).sum();
    (0..n).map(row).sum::<f64>() + penalty
}

/// Runs `check` on problems with and without intercept, weights and ridge.
fn each(kind: Kind, lambdas: &[f64], check: impl Fn(&Data, &mut Smooth<'_, f64>, f64, bool)) {
    for seed in 0..6 {
        let data = Data::new(40 + 70 * seed as usize, 3, seed, kind);
        for (lambda, intercept) in lambdas.iter().flat_map(|l| [(*l, false), (*l, true)]) {
            let design = Design::new(data.x.as_ref()).unwrap();
            let design = if intercept { design.with_intercept() } else { design };
            let datafit = Cost::new(&kind, &data.y).unwrap();
            let datafit = datafit.with_weights(&data.w).unwrap().with_offset(&data.offset).unwrap();
            let smooth = Smooth::new(&design, &datafit).unwrap().with_penalty(&Ridge, lambda).unwrap();
            check(&data, &mut { smooth }, lambda, intercept);
        }
    }
}

/// Points at distances from 1e-6 to 1 around the minimum.
fn around(best: &[f64]) -> impl Iterator<Item = Vec<f64>> {
    let scales = [1e-6, 1e-4, 1e-2, 0.1, 0.3, 1.0];
    scales.into_iter().enumerate().flat_map(move |(i, scale)| {
        (0..4).map(move |j| {
            let shift = coefficients(best.len(), 10 * i as u64 + j, scale);
            best.iter().zip(shift).map(|(b, s)| b + s).collect()
        })
    })
}

#[test]
fn bounds_cover_the_true_suboptimality() {
    for kind in [Kind::Squared, Kind::Logistic, Kind::Poisson] {
        let proven = std::cell::Cell::new(0);
        each(kind, &[0.0, 0.05, 2.0], |data, smooth, lambda, intercept| {
            let best = minimise(smooth);
            for x in around(&best) {
                let truth = suboptimality(kind, data, smooth, &x, &best);
                let verification = smooth.verify(&x).unwrap();
                let Some(bound) = verification.certificate.bound() else { continue };
                proven.set(proven.get() + 1);
                assert!(
                    bound >= truth * (1.0 - 1e-9) - 1e-25,
                    "{kind:?}, lambda {lambda}, intercept {intercept}: {:?} is below {truth:e}",
                    verification.certificate
                );
                // A proof that says nothing is no use: near the solution it is tight.
                let near =
                    vector::norm_inf(&x.iter().zip(&best).map(|(a, b)| a - b).collect::<Vec<_>>()) < 1e-5;
                assert!(
                    !near || bound <= 1.01 * truth + 1e-15,
                    "{kind:?}: {bound:e} where {truth:e} is true"
                );
            }
        });
        assert!(proven.get() > 300, "{kind:?}: only {} points are certified", proven.get());
    }
}

/// Columns M + z with M = 2^k and a free intercept are the columns z in other parameters, so the truth is known to full precision where the
/// Hessian is not: its condition is M², and from M = 2^24 on next to nothing is left of it.
#[test]
fn columns_far_from_zero_prove_nothing_false() {
    let proven = std::cell::Cell::new(0);
    for (kind, lambda) in [(Kind::Squared, 0.0), (Kind::Squared, 0.05), (Kind::Logistic, 0.05)] {
        for (seed, power) in (0..6).flat_map(|seed| [0, 10, 17, 20, 24, 27].map(move |power| (seed, power))) {
            let data = Data::new(30 + 10 * seed as usize, 2, seed, kind);
            let z = faer::Mat::from_fn(data.y.len(), 2, |i, j| (data.x[(i, j)] * 64.0).round() / 64.0);
            let far = f64::from(1 << power);
            let x = faer::Mat::from_fn(data.y.len(), 2, |i, j| far + z[(i, j)]);
            let (near, far_off) = (Design::new(z.as_ref()).unwrap(), Design::new(x.as_ref()).unwrap());
            let (near, far_off) = (near.with_intercept(), far_off.with_intercept());
            let datafit = Cost::new(&kind, &data.y).unwrap();
            let datafit = datafit.with_weights(&data.w).unwrap().with_offset(&data.offset).unwrap();
            let mut known = Smooth::new(&near, &datafit).unwrap().with_penalty(&Ridge, lambda).unwrap();
            let mut smooth = Smooth::new(&far_off, &datafit).unwrap().with_penalty(&Ridge, lambda).unwrap();
            let best = minimise(&mut known);
            for at in around(&best) {
                // Coefficients of 24 bits, so that M b and its sums are exact.
                let at: Vec<f64> =
                    at.iter().map(|b| (b * f64::from(1 << 24)).round() / f64::from(1 << 24)).collect();
                let there = [at[0] - (far * at[1] + far * at[2]), at[1], at[2]];
                let Some(bound) = smooth.verify(&there).unwrap().certificate.bound() else { continue };
                proven.set(proven.get() + 1);
                let truth = suboptimality(kind, &data, &known, &at, &best);
                assert!(
                    bound >= truth * (1.0 - 1e-9) - 1e-15,
                    "{kind:?}, lambda {lambda}, 2^{power}: {bound:e} is below {truth:e}"
                );
            }
        }
    }
    assert!(proven.get() > 300, "only {} points are certified", proven.get());
}

/// Half the squared distance of K predictors to the target, all at once.
#[derive(Clone)]
struct Several;
impl thalweg_core::RowFormula for Several {
    fn eval<S: thalweg_core::Scalar>(&self, y: &[S], eta: &[S]) -> S {
        S::of(0.5) * ((eta[0] - y[0]).square() + (eta[1] + y[0]).square())
    }
}
impl thalweg_core::Rowwise<f64> for Several {
    fn outputs(&self) -> usize {
        2
    }
    fn row(&self, y: &[f64], eta: &[f64], want: thalweg_core::Want, g: &mut [f64], h: &mut [f64]) -> f64 {
        let r = [eta[0] - y[0], eta[1] + y[0]];
        if want >= thalweg_core::Want::Gradient {
            g.copy_from_slice(&r);
        }
        if want >= thalweg_core::Want::Fisher {
            h.copy_from_slice(&[1.0, 0.0, 0.0, 1.0]);
        }
        0.5 * (r[0] * r[0] + r[1] * r[1])
    }
    fn properties(&self) -> thalweg_core::Properties<f64> {
        thalweg_core::Properties {
            self_concordance: Some(0.0),
            ..thalweg_core::Properties::convex(thalweg_core::Target::Real)
        }
    }
}

#[test]
fn several_outputs_are_certified_too() {
    let data = Data::new(50, 3, 1, Kind::Squared);
    let design = Design::new(data.x.as_ref()).unwrap().with_intercept();
    let datafit = Cost::rowwise(&Several, &data.y).unwrap();
    let mut smooth = Smooth::new(&design, &datafit).unwrap();
    let at_zero = smooth.verify(&[0.0; 8]).unwrap().certificate.bound().unwrap();
    // The outputs mirror each other, and each is a regression of its own; what is allowed for rounding does not add up exactly.
    let one = Cost::new(&Kind::Squared, &data.y).unwrap();
    let alone = Smooth::new(&design, &one).unwrap().verify(&[0.0; 4]).unwrap().certificate.bound().unwrap();
    assert!((at_zero - 2.0 * alone).abs() <= 1e-10 * at_zero, "{at_zero:e}, {alone:e}");
}

/// Huber's loss is not self-concordant: with a ridge on every column the dual point proves the bound.
#[test]
fn duality_gaps_cover_huber_with_ridge() {
    let proven = std::cell::Cell::new(0);
    each(Kind::Huber, &[0.1, 1.0], |_, smooth, lambda, intercept| {
        let best = minimise(smooth);
        let least = smooth.value(&best).unwrap();
        for x in around(&best) {
            let truth = smooth.value(&x).unwrap() - least;
            let certificate = smooth.verify(&x).unwrap().certificate;
            let Some(bound) = certificate.bound() else { continue };
            proven.set(proven.get() + 1);
            assert!(
                bound >= truth - 1e-14 * least.abs(),
                "lambda {lambda}, {intercept}: {certificate:?}, {truth:e}"
            );
            assert!(!intercept || matches!(certificate, Certificate::DualityGap { .. }), "{certificate:?}");
        }
        let at_best = smooth.verify(&best).unwrap().certificate.bound().unwrap();
        assert!(at_best <= 1e-12 * least.abs().max(1.0), "the gap closes at the minimum: {at_best:e}");
    });
    assert!(proven.get() > 200, "only {} points are certified", proven.get());
}

#[test]
fn nothing_is_proven_where_nothing_is_known() {
    each(Kind::Huber, &[0.0], |_, smooth, _, _| {
        let best = minimise_roughly(smooth);
        assert_eq!(smooth.verify(&best).unwrap().certificate, Certificate::None);
    });
    // In f32 rounding would void the proof.
    let data = Data::new(100, 2, 1, Kind::Logistic);
    let x = faer::Mat::<f32>::from_fn(100, 2, |i, j| data.x[(i, j)] as f32);
    let y: Vec<f32> = data.y.iter().map(|y| *y as f32).collect();
    let design = Design::new(x.as_ref()).unwrap();
    let datafit = Cost::new(&Kind::Logistic, &y).unwrap();
    let mut smooth = Smooth::new(&design, &datafit).unwrap();
    assert_eq!(smooth.verify(&[0.0, 0.0]).unwrap().certificate, Certificate::None);
}

/// Without a ridge Huber's Hessian may be singular, so any point serves.
fn minimise_roughly(smooth: &Smooth<'_, f64>) -> Vec<f64> {
    vec![0.1; smooth.design().parameters()]
}

/// The gradient of a verification is recomputed, and is that of the fused pass to rounding.
#[test]
fn gradients_are_recomputed() {
    use thalweg_core::Gradient;
    each(Kind::Poisson, &[0.3], |_, smooth, _, _| {
        let q = smooth.dim();
        let (x, mut g) = (vec![0.2; q], vec![0.0; q]);
        smooth.value_gradient(&x, &mut g).unwrap();
        let found = smooth.verify(&x).unwrap().gradient_inf.unwrap();
        assert!((found - vector::norm_inf(&g)).abs() <= 1e-13 * found);
    });
}

#[test]
fn the_self_concordant_bound_is_continuous_and_grows() {
    // Around the switch to the series, and against ½δ² as r vanishes.
    for (a, b) in [(0.000_999_999_9, 0.001_000_000_1), (1e-9, 0.0)] {
        let bound = |r: f64| Certificate::self_concordant(1.0, r).bound().unwrap();
        assert!((bound(a) / bound(b) - 1.0).abs() < 1e-8);
    }
    let mut last = 0.0;
    for i in 0..1000 {
        let bound = Certificate::self_concordant(1.0, f64::from(i) * 1e-3).bound().unwrap();
        assert!(bound >= last && (0.5..=1.0 + 1e-12).contains(&bound));
        last = bound;
    }
    for (delta, r) in
        [(1.0, 1.0), (f64::NAN, 1.0), (-1.0, 1.0), (1.0, f64::NAN), (f64::INFINITY, 0.0), (2.0, 0.6)]
    {
        assert_eq!(Certificate::self_concordant(delta, r), Certificate::None, "{delta}, {r}");
    }
}
