//! Densities: they sum to 1, the score has mean zero, the information equality holds, deviances are differences of log-likelihoods, and
//! SciPy and mpmath agree.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Target, Weights};
use thalweg_likelihood::{CATALOGUE, Family, LINKS, LinkFunction, WeightKind, family, link};

fn families() -> Vec<Box<dyn Family>> {
    CATALOGUE.iter().map(|entry| (entry.make)(&entry.values(&[]).unwrap()).unwrap()).collect()
}

/// Predictors inside the family's range.
fn predictors(family: &dyn Family, link: LinkFunction) -> Vec<f64> {
    let means: &[f64] = match family.target() {
        Target::UnitInterval => &[0.003, 0.2, 0.5, 0.9, 0.998],
        Target::Real if link == LinkFunction::Identity => &[-3.0, 0.0, 1.7],
        _ => &[0.02, 1.0, 1.7, 13.0],
    };
    means.iter().map(|mu| link.link(*mu)).collect()
}

/// The targets that a row of weight w can take with their measure: counts, shares of w trials, or a grid fine enough for the integral of an
/// analytic density (whose trapezoidal sums converge faster than any power of the step).
fn support(target: Target, mu: f64, w: f64) -> Vec<(f64, f64)> {
    match target {
        Target::UnitInterval => (0..=w as u32).map(|k| (f64::from(k) / w, 1.0)).collect(),
        Target::Real => (-4000..=4000).map(|i| (mu + f64::from(i) * 0.01, 0.01)).collect(),
        _ => (0..=200).map(|k| (f64::from(k), 1.0)).collect(),
    }
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

#[test]
fn densities_sum_to_one() {
    for family in families() {
        let weights: &[f64] = match family.target() {
            Target::UnitInterval => &[1.0, 2.0, 9.0],
            Target::Real => &[1.0, 2.5],
            _ => &[1.0],
        };
        for (link, w) in family.links().iter().flat_map(|link| weights.iter().map(move |w| (*link, *w))) {
            for eta in predictors(&*family, link) {
                let mean = link.mean(eta);
                let terms = support(family.target(), mean.mu, w).into_iter();
                let total: f64 = terms.map(|(y, h)| h * family.log_density(y, &mean, 1.0, w).exp()).sum();
                assert!(close(total, 1.0, 1e-12), "{} with {} at {eta}: {total}", family.name(), link.name());
            }
        }
    }
}

/// E ℓ′ = 0 and E ℓ′² = E ℓ″ = the Fisher weight, for unit weight and dispersion.
#[test]
fn score_and_information() {
    for family in families() {
        for link in family.links() {
            let loss = family.loss(*link).unwrap();
            for eta in predictors(&*family, *link) {
                let mean = link.mean(eta);
                let (mut score, mut square, mut curvature) = (0.0, 0.0, 0.0);
                let mut fisher = 0.0;
                for (y, h) in support(family.target(), mean.mu, 1.0) {
                    let p = h * family.log_density(y, &mean, 1.0, 1.0).exp();
                    let [_, first, second, expected] = loss.at(y, eta);
                    score += p * first;
                    square += p * first * first;
                    curvature += p * second;
                    fisher = expected;
                }
                let what = format!("{} with {} at {eta}", family.name(), link.name());
                assert!(score.abs() <= 1e-11 * (1.0 + square.sqrt()), "{what}: mean score {score:e}");
                assert!(
                    (square - fisher).abs() <= 1e-11 * fisher,
                    "{what}: E score² {square}, weight {fisher}"
                );
                assert!(
                    (curvature - fisher).abs() <= 1e-11 * fisher,
                    "{what}: E l'' {curvature}, weight {fisher}"
                );
                // The weight is also (dμ/dη)²/V(μ).
                let slope = (link.mean(eta + 1e-6).mu - link.mean(eta - 1e-6).mu) / 2e-6;
                let weight = slope * slope / family.variance(&mean);
                assert!((weight - fisher).abs() <= 1e-6 * fisher, "{what}: {weight} from V, weight {fisher}");
            }
        }
    }
}

/// d(y, μ) = 2φ(ln f(y; y) − ln f(y; μ)) ≥ 0, and 0 at μ = y.
#[test]
fn deviances_are_log_likelihood_ratios() {
    for family in families() {
        let targets: &[f64] = match family.target() {
            Target::UnitInterval => &[0.0, 0.25, 0.5, 1.0],
            Target::Real => &[-3.0, 0.0, 2.0],
            _ => &[0.0, 1.0, 3.0, 50.0],
        };
        for link in family.links() {
            for (eta, y) in
                predictors(&*family, *link).into_iter().flat_map(|e| targets.iter().map(move |y| (e, *y)))
            {
                let (mean, saturated) = (link.mean(eta), LinkFunction::Identity.mean(y));
                let density = |mean| family.log_density(y, mean, 1.0, 1.0);
                let ratio = 2.0 * (density(&saturated) - density(&mean));
                let deviance = family.unit_deviance(y, &mean);
                let what = format!("{} with {} at y = {y}, mu = {}", family.name(), link.name(), mean.mu);
                assert!(deviance >= 0.0 && close(deviance, ratio, 1e-12), "{what}: {deviance}, not {ratio}");
                assert!(family.unit_deviance(y, &saturated).abs() <= 1e-15 * (1.0 + y.abs()), "{what}");
                // Close to y the difference of densities loses every digit; the deviance must not: d ≈ (y − μ)²/V(y).
                if y > 0.0 && (y < 1.0 || family.target() != Target::UnitInterval) {
                    let near = LinkFunction::Identity.mean(y * (1.0 + 1e-7));
                    let square = (y * 1e-7).powi(2) / family.variance(&saturated);
                    let found = family.unit_deviance(y, &near);
                    assert!((found / square - 1.0).abs() < 1e-6, "{what}: {found:e} near y, not {square:e}");
                }
            }
        }
    }
}

#[test]
fn references_agree() {
    let mut rows = 0;
    for line in include_str!("fixtures/goldens.csv").lines().filter(|line| !line.starts_with('#')) {
        let parts: Vec<&str> = line.split(',').collect();
        let (family, link) = (family(parts[0]).unwrap(), link(parts[1]).unwrap());
        let numbers: Vec<f64> = parts[2..].iter().map(|v| v.parse().unwrap()).collect();
        let [y, eta, dispersion, w, log_density, deviance] = numbers[..] else { panic!("{line}") };
        let mean = link.mean(eta);
        let found = family.log_density(y, &mean, dispersion, w);
        assert!(close(found, log_density, 1e-13), "{line}: log-density {found:e}");
        let found = family.unit_deviance(y, &mean);
        assert!(close(found, deviance, 1e-13), "{line}: deviance {found:e}");
        rows += 1;
    }
    assert!(rows > 100);
}

/// Sums over rows are the sums of their rows; frequency weights repeat rows, variance weights divide the variance; weight 0 is no row.
#[test]
fn totals_are_sums_over_rows() {
    for family in families() {
        let link = family.canonical_link();
        let y = [1.0, 0.0, 1.0, 1.0];
        let eta: Vec<f64> = (0..4).map(|i| link.link(0.2 + 0.2 * f64::from(i))).collect();
        let w = [2.0, 1.0, 0.0, 3.0];
        let weights = Weights::Each(&w);
        let each = |f: &dyn Fn(usize) -> f64| (0..4).filter(|i| w[*i] > 0.0).map(f).sum::<f64>();
        let density = |i: usize, w: f64| family.log_density(y[i], &link.mean(eta[i]), 0.7, w);
        let found = |kind| family.log_likelihood(link, &y, &eta, weights, kind, 0.7);
        assert!(close(found(WeightKind::Variance), each(&|i| density(i, w[i])), 1e-14), "{}", family.name());
        assert!(close(found(WeightKind::Frequency), each(&|i| w[i] * density(i, 1.0)), 1e-14));
        let totals = family.totals(link, &y, &eta, weights);
        assert!(close(
            totals.deviance,
            each(&|i| w[i] * family.unit_deviance(y[i], &link.mean(eta[i]))),
            1e-14
        ));
        let pearson = |i: usize| {
            let mean = link.mean(eta[i]);
            w[i] * (y[i] - mean.mu).powi(2) / family.variance(&mean)
        };
        assert!(close(totals.pearson, each(&pearson), 1e-14));
    }
}

#[test]
fn starts_lie_inside_the_range() {
    for family in families() {
        let targets: &[f64] = match family.target() {
            Target::UnitInterval => &[0.0, 0.5, 1.0],
            Target::Real => &[0.5, 3.0],
            _ => &[0.0, 1.0, 1e6],
        };
        for (link, y) in family.links().iter().flat_map(|link| targets.iter().map(move |y| (*link, *y))) {
            for w in [0.5, 1.0, 1000.0] {
                let start = family.start(y, w, 0.5);
                let eta = link.link(start);
                let what = format!("{} with {}: start {start} at y = {y}", family.name(), link.name());
                assert!(eta.is_finite() && family.loss(link).unwrap().at(y, eta)[0].is_finite(), "{what}");
            }
        }
    }
}

#[test]
fn links_invert_themselves() {
    for link in LINKS.iter().map(|entry| entry.make) {
        for mu in [1e-12, 1e-3, 0.2, 0.5, 0.77, 1.0 - 1e-9] {
            let mean = link.mean(link.link(mu));
            // 1 − 10⁻⁹ itself is known to 10⁻¹⁶ only, of which the complement keeps seven digits.
            assert!((mean.mu / mu - 1.0).abs() < 1e-12, "{} at {mu}: {}", link.name(), mean.mu);
            assert!((mean.complement - (1.0 - mu)).abs() < 1e-12 && (mean.ln_mu - mu.ln()).abs() < 1e-12);
            assert!((mean.ln_complement - (-mu).ln_1p()).abs() < 1e-6 * mean.ln_complement.abs().max(1e-6));
        }
        assert_eq!(thalweg_likelihood::link(link.name()).unwrap(), link);
    }
}
