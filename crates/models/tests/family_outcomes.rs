//! What a user must be told when a family's fit has no ordinary end: limits of parameters, infinite estimates, lost degrees of freedom, targets
//! outside the support; and what custom starts, quasi-likelihoods and quantile residuals do.
#![allow(clippy::unwrap_used)]

use faer::Mat;
use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{Columns, Status};
use thalweg_models::{
    Covariance, Glm, GlmFit, Inference, Observations, Residual, State, likelihood_ratio_test,
};

fn fit(family: &str, link: &str, x: &Mat<f64>, y: &[f64]) -> GlmFit {
    let glm = Glm::new(family).unwrap().link(link).unwrap();
    glm.fit(&Observations::new(x.as_ref(), y)).unwrap()
}

/// One standard normal predictor.
fn predictor(n: usize) -> Mat<f64> {
    let mut rng = Streams::new(8).stream("predictor", 0);
    Mat::from_fn(n, 1, |_, _| normal(&mut rng))
}

/// A count of this mean by waiting times.
fn count(mean: f64, rng: &mut impl FnMut() -> f64) -> f64 {
    let (mut left, mut count) = (mean, -1.0);
    while left > 0.0 {
        left += rng().ln();
        count += 1.0;
    }
    count
}

#[test]
fn counts_that_scatter_no_more_than_poisson_counts_say_so() {
    let x = predictor(60);
    // Every count is its mean, rounded: less than Poisson scatter.
    let y: Vec<f64> = (0..60).map(|i| (1.0 + 0.5 * x[(i, 0)]).exp().round()).collect();
    let found = fit("negative-binomial", "log", &x, &y);
    let poisson = fit("poisson", "log", &x, &y);
    let nuisance = found.nuisance.as_ref().unwrap();
    assert!(nuisance.estimate == f64::INFINITY && found.family == "poisson", "{nuisance:?}");
    assert!(
        found.warnings.iter().any(|w| w.contains("theta has no finite estimate")),
        "{:?}",
        found.warnings
    );
    for (a, b) in found.coefficients.iter().zip(&poisson.coefficients) {
        assert!((a.estimate - b.estimate).abs() < 1e-10 * b.estimate.abs());
    }
    // θ was looked for, and counts.
    assert!((found.aic - poisson.aic - 2.0).abs() < 1e-9);
}

/// A thousand count vectors of every kind: each ends with an estimate or at the named limit.
#[test]
fn the_joint_fit_of_counts_never_fails() {
    let mut ends = [0; 3];
    for seed in 0..1000_u64 {
        let streams = Streams::new(seed);
        let mut rng = streams.stream("counts", 0);
        let n = 12 + (seed % 40) as usize;
        let x = Mat::from_fn(n, 1, |_, _| normal(&mut rng));
        let mean = [0.05, 0.7, 4.0, 300.0][(seed % 4) as usize];
        let spread = [0.0, 0.3, 1.5][(seed % 3) as usize];
        let y: Vec<f64> = (0..n)
            .map(|i| {
                let effect = 0.4 * x[(i, 0)] + spread * normal(&mut rng);
                count(mean * effect.exp(), &mut || uniform(&mut rng))
            })
            .collect();
        let found = fit("negative-binomial", "log", &x, &y);
        let nuisance = found.nuisance.as_ref().unwrap();
        if found.status == Status::Separated || !found.status.is_solved() {
            // All counts 0, or a line through all positive ones: the coefficients themselves are infinite.
            assert_eq!(found.status, Status::Separated, "seed {seed}: {:?}", found.warnings);
            ends[0] += 1;
        } else if nuisance.estimate.is_infinite() || nuisance.estimate == 0.0 {
            assert!(
                found.warnings.iter().any(|w| w.contains("theta has no")),
                "seed {seed}: {:?}",
                found.warnings
            );
            ends[1] += 1;
        } else {
            assert!(nuisance.estimate > 0.0 && nuisance.std_error > 0.0, "seed {seed}: {nuisance:?}");
            ends[2] += 1;
        }
    }
    assert!(ends.iter().all(|count| *count > 20), "{ends:?}");
}

#[test]
fn the_power_of_claims_is_found_where_it_was_made() {
    // Compound Poisson sums of gamma amounts of shape 1: α = 1, so p = (2 + α)/(1 + α) = 1.5.
    let n = 4000;
    let x = predictor(n);
    let mut rng = Streams::new(3).stream("claims", 0);
    let y: Vec<f64> = (0..n)
        .map(|i| {
            // λ = μ^½/(½φ) and scale ½φμ^½ at φ = 1.
            let root = (0.5 * (0.3 + 0.5 * x[(i, 0)])).exp();
            let claims = count(2.0 * root, &mut || uniform(&mut rng));
            (0..claims as u32).map(|_| -0.5 * root * uniform(&mut rng).ln()).sum()
        })
        .collect();
    let found = fit("tweedie", "log", &x, &y);
    let power = found.nuisance.as_ref().unwrap();
    assert!((power.estimate - 1.5).abs() < 4.0 * power.std_error && power.std_error < 0.05, "{power:?}");
    // The profile is highest there.
    for shift in [-0.01, 0.01] {
        let other = fit(&format!("tweedie:power={}", power.estimate + shift), "log", &x, &y);
        assert!(other.log_likelihood < found.log_likelihood);
    }
    assert!((found.dispersion - 1.0).abs() < 0.1, "{}", found.dispersion);
}

#[test]
fn infinite_estimates_are_named_under_every_link() {
    let x = Mat::from_fn(8, 1, |i, _| i as f64);
    let y = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    for link in ["logit", "probit", "cloglog", "loglog", "cauchit"] {
        for family in ["binomial", "quasi-binomial"] {
            let found = fit(family, link, &x, &y);
            assert_eq!(found.status, Status::Separated, "{family} {link}");
            assert!(found.coefficients.iter().all(|c| c.state == State::Diverging));
            assert!(found.warnings[0].contains("infinite"), "{:?}", found.warnings);
        }
    }
    // A group without events: its coefficient alone is infinite.
    let x = Mat::from_fn(12, 2, |i, j| if j == 0 { f64::from(u8::from(i >= 8)) } else { (i % 4) as f64 });
    let y: Vec<f64> = (0..12).map(|i| if i >= 8 { 0.0 } else { [2.0, 1.0, 3.0, 4.0][i % 4] }).collect();
    let found = fit("poisson", "log", &x, &y);
    let states: Vec<State> = found.coefficients.iter().map(|c| c.state).collect();
    assert_eq!(found.status, Status::Separated);
    assert_eq!(states, [State::Estimated, State::Diverging, State::Estimated]);
}

#[test]
fn too_few_observations_leave_the_dispersion_open() {
    let x = Mat::from_fn(2, 1, |i, _| i as f64);
    let found = fit("gamma", "log", &x, &[1.0, 3.0]);
    assert!(found.dispersion.is_nan() && found.coefficients[1].std_error.is_nan());
    assert!((found.coefficients[1].estimate - 3.0_f64.ln()).abs() < 1e-9);
    assert!(found.warnings.iter().any(|w| w.contains("degrees of freedom")), "{:?}", found.warnings);
}

#[test]
fn targets_outside_the_support_are_one_typed_error() {
    let x = predictor(3);
    for (family, y, rule) in [
        ("gamma", [1.0, 0.0, 2.0], "positive"),
        ("inverse-gaussian", [1.0, -2.0, 2.0], "positive"),
        ("negative-binomial", [1.0, -1.0, 2.0], "negative"),
        ("tweedie:power=1.5", [1.0, -1.0, 2.0], "negative"),
        ("tweedie:power=2.5", [1.0, 0.0, 2.0], "positive"),
        ("quasi-binomial", [1.0, 0.0, 2.0], "between 0 and 1"),
    ] {
        let error = Glm::new(family).unwrap().fit(&Observations::new(x.as_ref(), &y)).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(rule) && (text.contains("row 1") || text.contains("row 2")),
            "{family}: {text}"
        );
    }
    for text in ["negative-binomial:theta=-1", "tweedie:power=0.5", "quasi:power=0.5", "tweedie:pover=1.5"] {
        assert!(Glm::new(text).is_err(), "{text}");
    }
    assert!(Glm::new("gamma").unwrap().link("power:exponent=0").is_err());
    assert!(Glm::new("gamma").unwrap().link("logit").is_err());
}

#[test]
fn starts_are_taken_and_checked() {
    let x = predictor(40);
    let y: Vec<f64> = (0..40).map(|i| (0.3 + 0.2 * x[(i, 0)]).exp()).collect();
    let data = Observations::new(x.as_ref(), &y);
    let glm = || Glm::new("gamma").unwrap();
    let reference = glm().fit(&data).unwrap();
    // A start at which every mean is infinite or negative is left for one of our own.
    for start in [[0.7, 0.0], [-1.0, 0.0]] {
        let found = glm().start(&start).fit(&data).unwrap();
        assert!(found.status.is_solved());
        assert!((found.coefficients[1].estimate - reference.coefficients[1].estimate).abs() < 1e-9);
    }
    assert!(glm().start(&[1.0]).fit(&data).is_err());
}

/// Quantile residuals of the true model are standard normal, also of counts and outcomes; the same seed gives the same bits.
#[test]
fn quantile_residuals_are_normal() {
    let n = 4000;
    let x = predictor(n);
    let mut rng = Streams::new(11).stream("targets", 0);
    let eta: Vec<f64> = (0..n).map(|i| 0.4 + 0.6 * x[(i, 0)]).collect();
    let outcomes: Vec<f64> =
        eta.iter().map(|eta| f64::from(u8::from(uniform(&mut rng) < 1.0 / (1.0 + (-eta).exp())))).collect();
    let counts: Vec<f64> = eta.iter().map(|eta| count(eta.exp(), &mut || uniform(&mut rng))).collect();
    let amounts: Vec<f64> = eta.iter().map(|eta| -eta.exp() * uniform(&mut rng).ln()).collect();
    for (family, link, y) in
        [("binomial", "logit", &outcomes), ("poisson", "log", &counts), ("gamma", "log", &amounts)]
    {
        let glm = Glm::new(family).unwrap().link(link).unwrap();
        let data = Observations::new(x.as_ref(), y);
        let fit = glm.fit(&data).unwrap();
        let inference: Inference<'_> = glm.inference(&data, &fit).unwrap();
        let mut r = inference.residuals(Residual::Quantile(5)).unwrap();
        assert_eq!(r, inference.residuals(Residual::Quantile(5)).unwrap());
        r.sort_by(f64::total_cmp);
        // Kolmogorov's distance; 1.63/√n is exceeded once in a hundred.
        let distance = r.iter().enumerate().map(|(i, r)| {
            let p = thalweg_core::math::normal_cdf(*r);
            (p - i as f64 / n as f64).abs().max((p - (i + 1) as f64 / n as f64).abs())
        });
        let distance = distance.fold(0.0, f64::max);
        assert!(distance < 1.63 / (n as f64).sqrt(), "{family}: {distance}");
    }
}

#[test]
fn inference_says_what_it_cannot_do() {
    let x = predictor(30);
    let y: Vec<f64> = (0..30).map(|i| f64::from(u8::from(i % 3 == 0))).collect();
    let data = Observations::new(x.as_ref(), &y);
    let glm = Glm::new("binomial").unwrap();
    let fit = glm.fit(&data).unwrap();
    let inference = glm.inference(&data, &fit).unwrap();
    let same = vec![1_u32; 30];
    let wide = Mat::zeros(2, 2);
    let two = || Columns::Dense(wide.as_ref());
    for (what, error) in [
        ("two clusters", inference.covariance(Covariance::Cluster(&same)).unwrap_err()),
        ("level", inference.profile_interval(1, 1.5).unwrap_err()),
        ("place", inference.profile_interval(7, 0.95).unwrap_err()),
        ("coefficient", inference.wald_test_of(&["nobody"], Covariance::Model).unwrap_err()),
        ("depends", inference.score_test(&[Columns::Dense(x.as_ref())]).unwrap_err()),
        ("predictors", inference.predict(vec![two()], None, Covariance::Model, 0.95).unwrap_err()),
    ] {
        assert!(error.to_string().contains(what), "{what}: {error}");
    }
    let ridge = Glm::new("binomial").unwrap().ridge(0.1).unwrap();
    let penalised = ridge.fit(&data).unwrap();
    let error = ridge.inference(&data, &penalised).unwrap().leverage().unwrap_err();
    assert!(error.to_string().contains("penalised"), "{error}");
    assert!(likelihood_ratio_test(&penalised, &fit).is_err());
    let quasi = Glm::new("quasi-binomial").unwrap();
    let quasi_fit = quasi.fit(&data).unwrap();
    assert!(quasi_fit.log_likelihood.is_nan() && quasi_fit.aic.is_nan());
    let residuals = quasi.inference(&data, &quasi_fit).unwrap().residuals(Residual::Quantile(1));
    assert!(residuals.unwrap_err().to_string().contains("quasi"));
}
