//! Densities: they sum to 1, the score has mean zero, the information equality holds, deviances are differences of log-likelihoods, and
//! SciPy and mpmath agree.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Target, Weights};
use thalweg_likelihood::{CATALOGUE, Family, LINKS, LinkFunction, WeightKind, family, link};

/// Every family with a density, by its example.
fn families() -> Vec<Box<dyn Family>> {
    let all = CATALOGUE.iter().map(|entry| family(entry.example).unwrap());
    all.filter(|family| family.has_density()).collect()
}

/// Predictors inside the family's range.
fn predictors(family: &dyn Family, link: LinkFunction) -> Vec<f64> {
    let means: &[f64] = match family.target() {
        Target::UnitInterval => &[0.003, 0.2, 0.5, 0.9, 0.998],
        Target::Real if link == LinkFunction::Identity => &[-3.0, 0.0, 1.7],
        // Heavier tails than the grid is long.
        Target::Positive => &[0.02, 1.0, 1.7],
        _ => &[0.02, 1.0, 1.7, 13.0],
    };
    means.iter().map(|mu| link.link(*mu)).collect()
}

/// The positive half of the line in steps of a logarithm, on which densities of amounts are analytic and fall off exponentially.
fn amounts() -> impl Iterator<Item = (f64, f64)> {
    (-6000..=1500).map(|i| (f64::from(i) * 0.01).exp()).map(|y| (y, 0.01 * y))
}

/// The targets that a row of weight w can take with their measure: counts, shares of w trials, or a grid fine enough for the integral of an
/// analytic density (whose trapezoidal sums converge faster than any power of the step).
fn support(family: &dyn Family, mu: f64, w: f64) -> Vec<(f64, f64)> {
    match (family.name(), family.target()) {
        (_, Target::UnitInterval) => (0..=w as u32).map(|k| (f64::from(k) / w, 1.0)).collect(),
        (_, Target::Real) => (-4000..=4000).map(|i| (mu + f64::from(i) * 0.01, 0.01)).collect(),
        ("tweedie", _) => core::iter::once((0.0, 1.0)).chain(amounts()).collect(),
        (_, Target::Positive) => amounts().collect(),
        _ => (0..=600).map(|k| (f64::from(k), 1.0)).collect(),
    }
}

/// Targets inside the family's range, 0 among them where it is allowed.
fn targets(family: &dyn Family) -> &'static [f64] {
    match family.target() {
        Target::UnitInterval => &[0.0, 0.25, 0.5, 1.0],
        Target::Real => &[-3.0, 0.0, 2.0],
        Target::Positive => &[0.01, 1.0, 3.0, 50.0],
        _ => &[0.0, 1.0, 3.0, 50.0],
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
            Target::Real | Target::Positive => &[1.0, 2.5],
            _ => &[1.0],
        };
        for (link, w) in family.links().iter().flat_map(|link| weights.iter().map(move |w| (*link, *w))) {
            for eta in predictors(&*family, link) {
                let mean = link.mean(eta);
                let terms = support(&*family, mean.mu, w).into_iter();
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
                for (y, h) in support(&*family, mean.mu, 1.0) {
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
                let slope = link.slope(eta);
                let weight = slope * slope / family.variance(&mean);
                assert!((weight - fisher).abs() <= 1e-9 * fisher, "{what}: {weight} from V, weight {fisher}");
            }
        }
    }
}

/// d(y, μ) = 2φ(ln f(y; y) − ln f(y; μ)) ≥ 0, and 0 at μ = y.
#[test]
fn deviances_are_log_likelihood_ratios() {
    for family in families() {
        let targets = targets(&*family);
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
        let [y, eta, dispersion, w, log_density, deviance, below, at, above] = numbers[..] else {
            panic!("{line}")
        };
        let mean = link.mean(eta);
        let found = family.log_density(y, &mean, dispersion, w);
        assert!(close(found, log_density, 1e-13), "{line}: log-density {found:e}");
        let found = family.unit_deviance(y, &mean);
        assert!(close(found, deviance, 1e-13), "{line}: deviance {found:e}");
        // Each tail to its own size: those far out are small numbers. The incomplete beta function loses what lnΓ(θ) does.
        let theta = parts[0].split_once("theta=").map_or(0.0, |(_, theta)| theta.parse().unwrap());
        let allowed = 1e-9 + 1e-14 * theta;
        let tails = family.tails(y, &mean, dispersion, w);
        for (found, expected) in [(tails.below, below), (tails.at, at), (tails.above, above)] {
            assert!((found - expected).abs() <= allowed * expected + 1e-300, "{line}: {tails:?}");
        }
        rows += 1;
    }
    assert!(rows > 500);
}

/// Sums over rows are the sums of their rows; frequency weights repeat rows, variance weights divide the variance; weight 0 is no row.
#[test]
fn totals_are_sums_over_rows() {
    for family in families() {
        let link = family.default_link();
        let y = if family.target() == Target::Positive { [1.0, 0.3, 1.0, 1.0] } else { [1.0, 0.0, 1.0, 1.0] };
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
            Target::Positive => &[0.01, 1.0, 1e6],
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
    for entry in LINKS {
        let link = link(entry.example).unwrap();
        for mu in [1e-12, 1e-3, 0.2, 0.5, 0.77, 1.0 - 1e-9] {
            let mean = link.mean(link.link(mu));
            // 1 − 10⁻⁹ itself is known to 10⁻¹⁶ only, of which the complement keeps seven digits.
            assert!((mean.mu / mu - 1.0).abs() < 1e-12, "{} at {mu}: {}", link.name(), mean.mu);
            assert!((mean.complement - (1.0 - mu)).abs() < 1e-12 && (mean.ln_mu - mu.ln()).abs() < 1e-12);
            assert!((mean.ln_complement - (-mu).ln_1p()).abs() < 1e-6 * mean.ln_complement.abs().max(1e-6));
            assert!((mean.inverse * mu - 1.0).abs() < 1e-12);
            if mu > 0.9 {
                continue;
            }
            let h = 1e-5 * mu.min(1.0 - mu);
            let slope = 2.0 * h / (link.link(mu + h) - link.link(mu - h));
            let found = link.slope(link.link(mu));
            assert!(
                (found - slope).abs() < 1e-4 * slope.abs(),
                "{} at {mu}: {found}, not {slope}",
                link.name()
            );
        }
        assert_eq!(thalweg_likelihood::link(&link.describe()).unwrap(), link);
    }
}

#[test]
fn families_describe_themselves() {
    for entry in CATALOGUE {
        for text in [entry.name, entry.example] {
            let one = family(text).unwrap();
            let again = family(&one.describe()).unwrap();
            assert_eq!((one.name(), one.describe()), (again.name(), again.describe()));
            let found = one.unit_deviance(2.0, &one.default_link().mean(0.7));
            let expected = again.unit_deviance(2.0, &one.default_link().mean(0.7));
            assert_eq!(found.to_bits(), expected.to_bits(), "{text}");
        }
    }
}

/// The derivatives in t = ln of the nuisance parameter are those of the log-density.
#[test]
fn nuisance_derivatives_are_those_of_the_density() {
    let free = family("negative-binomial").unwrap();
    assert!(free.nuisance().is_some() && free.limit().is_some());
    for theta in [0.03, 0.9, 7.0, 900.0, 3e4] {
        for (y, mu) in [(0.0, 0.4), (3.0, 1.7), (70.0, 90.0), (2.5, 2.0), (300.0, 10.0)] {
            let at = |t: f64, mu: f64| {
                let family = free.with_nuisance(t.exp()).unwrap();
                family.log_density(y, &LinkFunction::Identity.mean(mu), 1.0, 1.0)
            };
            let derivatives = |t: f64| {
                let family = free.with_nuisance(f64::exp(t)).unwrap();
                family.nuisance_derivatives(y, &LinkFunction::Identity.mean(mu)).unwrap()
            };
            let (t, h) = (f64::ln(theta), 1e-3);
            let [first, second, mixed] = derivatives(t);
            let slope = (at(t + h, mu) - at(t - h, mu)) / (2.0 * h);
            let size = at(t, mu).abs().max(1.0);
            assert!(
                (first - slope).abs() < 1e-5 * first.abs() + 1e-11 * size,
                "{theta} {y} {mu}: {first:e}, not {slope:e}"
            );
            let bend = (derivatives(t + h)[0] - derivatives(t - h)[0]) / (2.0 * h);
            assert!(
                (second - bend).abs() < 1e-5 * (second.abs() + first.abs()) + 1e-12,
                "{theta} {y} {mu}: {second:e}, not {bend:e}"
            );
            let k = 1e-4 * mu;
            let first_at = |mu: f64| {
                free.with_nuisance(theta)
                    .unwrap()
                    .nuisance_derivatives(y, &LinkFunction::Identity.mean(mu))
                    .unwrap()[0]
            };
            let cross = (first_at(mu + k) - first_at(mu - k)) / (2.0 * k);
            assert!(
                (mixed - cross).abs() < 1e-5 * mixed.abs() + 1e-9,
                "{theta} {y} {mu}: {mixed:e}, not {cross:e}"
            );
        }
    }
}
