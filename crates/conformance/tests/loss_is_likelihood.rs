//! A loss of `thalweg-losses` is minus the log-density of its family with the canonical link, up to a term that does not depend on η; and
//! the generic family–link pair is the same loss.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Dual, Formula, Loss, Pointwise, RowFormula, Rowwise, Scalar, Want, k, second_derivative};
use thalweg_likelihood::densities::{
    self, AsymmetricHuber, AsymmetricLaplace, AsymmetricNormal, Bernoulli, Categorical, GeneralizedNormal,
    HuberDensity, HyperbolicSecant, Laplace, Normal, StudentT, UniformLaplace, UniformNormal,
};
use thalweg_likelihood::families::{Binomial, Gaussian, Poisson};
use thalweg_likelihood::{CATALOGUE, Family, family, pair};
use thalweg_losses::{self as losses, Full, NegativeLogDensity, loss};

/// Loss and family that are one, with targets.
const PAIRS: [(&str, &str, &[f64]); 3] = [
    ("squared", "gaussian", &[-2.0, 0.0, 3.5]),
    ("logistic", "binomial", &[0.0, 0.25, 1.0]),
    ("poisson", "poisson", &[0.0, 1.0, 7.0]),
];

fn predictors() -> impl Iterator<Item = f64> {
    (-60..=60).map(|i| 0.25 * f64::from(i) + 0.013)
}

fn close(a: f64, b: f64, size: f64) -> bool {
    (a - b).abs() <= 1e-12 * size.max(a.abs()).max(b.abs()).max(1e-3)
}

#[test]
fn values_differ_from_minus_the_log_density_by_a_constant() {
    for (loss_name, family_name, targets) in PAIRS {
        let (loss, family) = (loss::<f64>(loss_name).unwrap(), family(family_name).unwrap());
        let link = family.default_link();
        for &y in targets {
            let difference = |eta: f64| {
                let density = family.log_density(y, &link.mean(eta), 1.0, 1.0);
                (loss.at(y, eta)[0] + density, density.abs())
            };
            let (constant, _) = difference(0.013);
            for eta in predictors() {
                let (found, size) = difference(eta);
                assert!(
                    close(found, constant, size),
                    "{loss_name} at y = {y}, eta = {eta}: {found:e}, elsewhere {constant:e}"
                );
            }
        }
    }
}

#[test]
fn derivatives_are_those_of_minus_the_log_density() {
    for (loss_name, family_name, targets) in PAIRS {
        let (loss, family) = (loss::<f64>(loss_name).unwrap(), family(family_name).unwrap());
        let canonical = family.loss(family.default_link()).unwrap();
        for (y, eta) in targets.iter().flat_map(|y| predictors().map(move |eta| (*y, eta))) {
            let (a, b) = (loss.at(y, eta), canonical.at(y, eta));
            assert_eq!(a.map(f64::to_bits), b.map(f64::to_bits), "{loss_name} at y = {y}, eta = {eta}");
            let density = |eta: f64| family.log_density(y, &family.default_link().mean(eta), 1.0, 1.0);
            let h = 1e-3;
            let central = |h: f64| (density(eta - h) - density(eta + h)) / (2.0 * h);
            let slope = (4.0 * central(0.5 * h) - central(h)) / 3.0;
            let size = a[1].abs().max(density(eta).abs());
            assert!(
                (slope - a[1]).abs() <= 1e-9 * size.max(1.0),
                "{loss_name}: {slope} at y = {y}, eta = {eta}"
            );
        }
    }
}

/// The formula −ln f(y; g⁻¹(η)) by dual numbers gives the closed forms of the canonical loss: values up to a constant.
#[test]
fn generic_pairs_are_the_canonical_losses() {
    let generic = |name: &str| -> Box<dyn Loss<f64>> {
        let link = family(name).unwrap().default_link();
        match name {
            "gaussian" => pair(Gaussian, link).unwrap(),
            "binomial" => pair(Binomial, link).unwrap(),
            _ => pair(Poisson, link).unwrap(),
        }
    };
    for (loss_name, family_name, targets) in PAIRS {
        let (loss, generic) = (loss::<f64>(loss_name).unwrap(), generic(family_name));
        for &y in targets {
            let constant = generic.at(y, 0.013)[0] - loss.at(y, 0.013)[0];
            for eta in predictors() {
                let (a, b) = (generic.at(y, eta), loss.at(y, eta));
                let size = 1.0 + y.abs() * (1.0 + eta.abs());
                assert!(
                    close(a[0] - b[0], constant, a[0].abs() + size),
                    "{loss_name} at y = {y}, eta = {eta}"
                );
                for k in 1..4 {
                    assert!(
                        close(a[k], b[k], size),
                        "{loss_name}, order {k} at y = {y}, eta = {eta}: {a:?}, {b:?}"
                    );
                }
            }
        }
    }
}

/// Where η is the natural parameter, exact and expected curvature are the same; where it is not, they differ.
#[test]
fn canonical_links_make_observed_and_expected_information_equal() {
    let mut canonical = 0;
    for entry in CATALOGUE {
        let family: Box<dyn Family> = thalweg_likelihood::family(entry.example).unwrap();
        for link in family.links() {
            let (low, high) = link.domain(family.target());
            let loss = family.loss(*link).unwrap();
            let agree = predictors().filter(|eta| low < *eta && *eta < high).all(|eta| {
                let [_, _, observed, expected] = loss.at(1.0, eta);
                close(observed, expected, 0.0)
            });
            assert_eq!(agree, family.is_canonical(*link), "{} with {}", entry.name, link.name());
            canonical += usize::from(agree);
        }
    }
    assert!(canonical >= 8, "{canonical}");
}

/// A density at a target or predictor that is expressed otherwise, by the maps named.
#[derive(Copy, Clone)]
struct Mapped<D>(D, Map);

#[derive(Copy, Clone)]
enum Map {
    /// A label ±1 for an outcome 0 or 1.
    Label,
    /// A mean for its logarithm.
    Mean,
    /// The log-odds ln Φ(η) − ln Φ(−η) of a probability Φ(η).
    Probit,
}

impl<D: Formula> Formula for Mapped<D> {
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        match self.1 {
            Map::Label => self.0.eval(k(0.5) * (k(1.0) + y), eta),
            Map::Mean => self.0.eval(y, eta.ln()),
            Map::Probit => self.0.eval(y, eta.normal_ln_cdf() - (-eta).normal_ln_cdf()),
        }
    }
}

/// Losses with their constants that were held against a density.
#[derive(Default)]
struct Table(Vec<&'static str>);

impl Table {
    /// −ln f(y | η), its slope and its curvature by dual numbers are value, slope and curvature of the loss with its constant.
    fn same<P, D>(
        &mut self,
        loss: P,
        distribution: &'static str,
        density: D,
        targets: &[f64],
        predictors: &[f64],
    ) where
        P: NegativeLogDensity + Pointwise<f64>,
        D: Formula,
    {
        assert_eq!(P::DISTRIBUTION, distribution);
        for (y, eta) in targets.iter().flat_map(|y| predictors.iter().map(move |eta| (*y, *eta))) {
            let (value, slope, curvature) = Full(loss).derivatives(y, eta);
            let formula = Full(loss).eval(y, eta);
            let constant = Dual::constant(Dual::constant(y));
            let (minus, minus_slope, minus_curvature) =
                second_derivative(|eta| density.eval(constant, eta), eta);
            let size = 1.0 + y.abs() * (1.0 + eta.abs());
            for (what, found, expected) in [
                ("formula", formula, -minus),
                ("value", value, -minus),
                ("slope", slope, -minus_slope),
                ("curvature", curvature, -minus_curvature),
            ] {
                let gap = (found - expected).abs();
                assert!(
                    gap <= 1e-12 * size.max(expected.abs()),
                    "{distribution}, {what} at y = {y}, eta = {eta}: {found:e}, of the density {expected:e}"
                );
            }
        }
        self.0.push(std::any::type_name::<P>().rsplit("::").next().unwrap());
    }
}

/// Every loss that says which distribution it is the negative log-likelihood of is that of the density of the same name, constant included.
#[test]
fn losses_with_their_constants_are_minus_log_densities() {
    let mut table = Table::default();
    // None of the residuals is 0 or, below, a threshold: there a slope is any of an interval.
    let (reals, etas) = ([-7.3, -1.13, 0.0, 0.4, 25.0], [-30.07, -2.03, -0.17, 0.61, 3.9, 18.2]);
    let (counts, rates) = ([0.0, 1.0, 2.0, 9.0, 150.0], [-6.1, -1.3, 0.0, 0.8, 4.4]);

    let name = "Gaussian with mean eta and variance 1";
    table.same(losses::Squared, name, Normal::new(1.0).unwrap(), &reals, &etas);
    let name = "Laplace with location eta and scale 1";
    table.same(losses::Absolute, name, Laplace::new(1.0).unwrap(), &reals, &etas);
    let name = "hyperbolic secant with location eta and density 1/(pi cosh(y - eta))";
    table.same(losses::LogCosh, name, HyperbolicSecant, &reals, &etas);
    let name = "logistic with location eta and scale 1";
    table.same(losses::LogisticDistance, name, densities::Logistic::new(1.0).unwrap(), &reals, &etas);
    for tau in [0.05, 0.5, 0.8] {
        let name = "asymmetric Laplace with tau-quantile eta and scale 1";
        let density = AsymmetricLaplace::new(tau, 1.0).unwrap();
        table.same(losses::Quantile::new(tau).unwrap(), name, density, &reals, &etas);
        let name = "two-piece Gaussian with tau-expectile eta and precisions 1 - tau below and tau above";
        let density = AsymmetricNormal::new(tau).unwrap();
        table.same(losses::Expectile::new(tau).unwrap(), name, density, &reals, &etas);
        let name = "Gaussian with mean eta and variance width near eta, exponential tails of rates 1 - tau below and tau above";
        for width in [0.3, 8.0] {
            let density = AsymmetricHuber::new(tau, width).unwrap();
            table.same(losses::SmoothedQuantile::new(tau, width).unwrap(), name, density, &reals, &etas);
        }
    }
    for scale in [0.2, 1.345, 5.0] {
        let name = "Huber's least favourable: Gaussian with mean eta and variance 1 inside delta, exponential tails of rate delta beyond";
        let density = HuberDensity::new(scale, 1.0).unwrap();
        table.same(losses::Huber::new(scale).unwrap(), name, density, &reals, &etas);
        let name = "Gaussian with mean eta and variance beta inside beta, exponential tails of rate 1 beyond";
        let density = HuberDensity::new(scale.sqrt(), scale.sqrt()).unwrap();
        table.same(losses::SmoothL1::new(scale).unwrap(), name, density, &reals, &etas);
        let name = "uniform within epsilon of eta, Laplace tails of scale 1 beyond";
        let density = UniformLaplace::new(scale).unwrap();
        table.same(losses::EpsilonInsensitive::new(scale).unwrap(), name, density, &reals, &etas);
        let name = "uniform within epsilon of eta, Gaussian tails of variance 1 beyond";
        let density = UniformNormal::new(scale).unwrap();
        table.same(losses::SquaredEpsilonInsensitive::new(scale).unwrap(), name, density, &reals, &etas);
    }
    for c in [1.3, 2.0_f64.sqrt(), 2.3849, 7.9, 1e4] {
        let name = "Student t with location eta, c^2 - 1 degrees of freedom and scale c/sqrt(c^2 - 1)";
        let nu = c * c - 1.0;
        let density = StudentT::new(nu, c / nu.sqrt()).unwrap();
        table.same(losses::Cauchy::new(c).unwrap(), name, density, &reals, &etas);
    }
    for p in [1.0, 1.5, 2.0, 3.0, 10.0] {
        let name = "generalised normal with location eta, scale 1 and shape p";
        let density = GeneralizedNormal::new(p).unwrap();
        table.same(losses::Lp::new(p).unwrap(), name, density, &reals, &etas);
    }
    let name = "Bernoulli with log-odds eta";
    table.same(losses::Logistic, name, Bernoulli, &[0.0, 1.0], &etas);
    let name = "Bernoulli label with log-odds eta";
    table.same(losses::LogisticMargin, name, Mapped(Bernoulli, Map::Label), &[-1.0, 1.0], &etas);
    let name = "Bernoulli outcome with probability normal_cdf(eta)";
    let probits = [-5.3, -2.03, -0.17, 0.61, 3.9];
    table.same(losses::Probit, name, Mapped(Bernoulli, Map::Probit), &[0.0, 1.0], &probits);
    let name = "Poisson with log-rate eta";
    table.same(losses::Poisson, name, densities::Poisson, &counts, &rates);
    let name = "Poisson with mean eta";
    let means = [0.3, 1.0, 2.5, 80.0];
    table.same(losses::PoissonMean, name, Mapped(densities::Poisson, Map::Mean), &counts, &means);
    let name = "exponential with mean exp(eta), the gamma distribution of shape 1";
    table.same(losses::Gamma, name, densities::Gamma::new(1.0).unwrap(), &[1e-9, 0.3, 1.0, 70.0], &rates);
    for theta in [0.05, 2.5, 15.9, 16.1, 40.0] {
        let name = "negative binomial with mean exp(eta) and size theta";
        let density = densities::NegativeBinomial::new(theta).unwrap();
        table.same(losses::NegativeBinomial::new(theta).unwrap(), name, density, &counts, &rates);
    }
    // Every implementor of `NegativeLogDensity`; one more there must be added here.
    table.0.sort_unstable();
    table.0.dedup();
    assert_eq!(table.0.len(), 20, "{:?}", table.0);
}

/// Softmax cross-entropy is minus the log-probability of a categorical distribution, without a constant.
#[test]
fn softmax_is_categorical() {
    let softmax = losses::Softmax::new(3).unwrap();
    for eta in [[0.0, 0.0, 0.0], [1.0, -2.0, 0.5], [30.0, -40.0, 29.0], [800.0, 799.0, -800.0]] {
        for y in [0.0, 1.0, 2.0] {
            let mut gradient = [0.0; 3];
            let value = softmax.row(&[y], &eta, Want::Gradient, &mut gradient, &mut []);
            let variables: [Dual<f64, 3>; 3] = std::array::from_fn(|i| Dual::variable(eta[i], i));
            let density = Categorical.eval(&[Dual::constant(y)], &variables);
            let size = 1e-12 * value.abs().max(1.0);
            assert!((value + density.value).abs() <= size, "{value:e} at y = {y}, eta = {eta:?}");
            for (g, d) in gradient.iter().zip(density.derivatives) {
                assert!((g + d).abs() <= 1e-12, "slope {g:e} at y = {y}, eta = {eta:?}: {d:e}");
            }
        }
    }
}
