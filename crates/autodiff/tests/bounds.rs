//! Enclosures against 192-bit arithmetic: a value outside one fails the test.
#![allow(clippy::unwrap_used)]

mod bounds_support;

use std::collections::BTreeMap;

use astro_float_num::BigFloat;
use bounds_support::{Formula, Random, big};
use rayon::prelude::*;
use thalweg_autodiff::taylor::{Interval, TaylorModel, TaylorModels, enclose, taylor_model};
use thalweg_autodiff::{Binary, Program, Unary};

/// The checker's special functions against mpmath: 45 digits.
#[test]
fn the_reference_agrees_with_mpmath() {
    let by_name: BTreeMap<String, Unary> =
        Unary::ALL.iter().copied().chain([Unary::Polygamma(7)]).map(|op| (op.name(), op)).collect();
    let mut lines = 0;
    for line in include_str!("fixtures/bounds/special.txt").lines() {
        let [name, x, value] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let computed = big::unary(by_name[name], &big::of(x.parse().unwrap()));
        let expected = big::parse(value);
        let error = big::to_f64(&big::sub(&computed, &expected)).abs();
        assert!(error <= 1e-45 * big::to_f64(&expected).abs(), "{line}: {}", big::text(&computed));
        lines += 1;
    }
    assert_eq!(lines, 140);
}

/// What a model claims: f(x) − Σ aₖ (x − x₀)ᵏ ∈ remainder.
struct Claim<'a> {
    coefficients: &'a [f64],
    x0: f64,
    remainder: Interval,
}

impl Claim<'_> {
    fn of(model: &TaylorModel) -> Claim<'_> {
        Claim { coefficients: model.coefficients(), x0: model.x0(), remainder: model.remainder() }
    }

    /// Whether the claim holds at x, where the function is `value`.
    fn holds(&self, x: &BigFloat, value: &BigFloat) -> bool {
        let p = big::polynomial(self.coefficients, &big::sub(x, &big::of(self.x0)));
        big::inside(self.remainder.lo(), &big::sub(value, &p), self.remainder.hi())
    }
}

const MODELS: usize = 5000;
const POINTS: usize = 200;

/// A random formula with its Taylor model on a random domain.
fn random_model(r: &mut Random, i: usize) -> (Formula, TaylorModel) {
    loop {
        let formula = match i % (Unary::ALL.len() + 8) {
            k if k < Unary::ALL.len() => {
                let depth = 1 + r.below(3);
                Formula::random_unary(Unary::ALL[k], r, depth)
            }
            _ => Formula::random(r, 4),
        };
        let centre = r.between(-3.0, 3.0);
        let half = 10.0_f64.powf(r.between(-4.0, 0.3));
        let domain = Interval::new(centre - half, centre + half).unwrap();
        let order = r.below(13);
        // A program folds constants as plain numbers, where the formula means exact ones.
        let model = if r.below(2) == 0 || formula.folds() {
            taylor_model(&formula, domain, order)
        } else {
            // Any point of expansion, and the way through a program.
            let x0 = r.between(domain.lo(), domain.hi());
            TaylorModels::new(domain, x0, order).and_then(|space| {
                use thalweg_autodiff::Function;
                let program = Program::trace(1, 0, |x, _| formula.eval(x))?;
                Ok(program.evaluate(&space, &[space.variable()], &[])?.remove(0))
            })
        };
        if let Ok(model) = model
            && model.coefficients().iter().all(|a| a.abs() < 1e100)
            // A program takes 0 · g for 0 wherever g is undefined.
            && !formula.big(&big::of(model.x0())).is_nan()
        {
            return (formula, model);
        }
    }
}

/// 10⁶ random points of compositions of every operation: never outside.
#[test]
fn taylor_models_enclose_a_million_random_points() {
    let checks: Vec<(Vec<String>, usize, Vec<String>)> = (0..MODELS)
        .into_par_iter()
        .map(|i| {
            let mut r = Random(i as u64);
            let (formula, model) = random_model(&mut r, i);
            let domain = model.domain();
            let claim = Claim::of(&model);
            let range = model.range();
            let mut failures = Vec::new();
            for j in 0..POINTS {
                let x = match j {
                    0 => domain.lo(),
                    1 => domain.hi(),
                    2 => model.x0(),
                    _ => r.between(domain.lo(), domain.hi()),
                };
                let at = big::of(x);
                let value = formula.big(&at);
                let mut check = |what: &str, holds: bool| {
                    if !holds {
                        let value = big::text(&value);
                        failures.push(format!("{what} at {x}: {value}, {model:?}, {formula:?}"));
                    }
                };
                check("model", claim.holds(&at, &value));
                check("range", big::inside(range.lo(), &value, range.hi()));
                let eval = model.eval(x).unwrap();
                check("eval", big::inside(eval.lo(), &value, eval.hi()));
                if j % 8 == 0
                    && let Ok(y) = enclose(&formula, &[Interval::point(x)])
                {
                    check("interval", big::inside(y.lo(), &value, y.hi()));
                }
            }
            let mut names = Vec::new();
            formula.operations(&mut names);
            names.sort();
            names.dedup();
            (names, POINTS, failures)
        })
        .collect();

    let points: usize = checks.iter().map(|(_, points, _)| points).sum();
    let failures: Vec<&String> = checks.iter().flat_map(|(_, _, failures)| failures).collect();
    let some: Vec<&&String> = failures.iter().step_by(1 + failures.len() / 5).collect();
    assert!(failures.is_empty(), "{} outside, such as {some:#?}", failures.len());
    assert!(points >= 1_000_000);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for name in checks.iter().flat_map(|(names, _, _)| names) {
        *seen.entry(name).or_default() += 1;
    }
    println!("{points} points, models with each operation: {seen:?}");
    for op in Unary::ALL.iter().map(|op| op.name()).chain(Binary::ALL.iter().map(|op| op.name().to_owned())) {
        assert!(seen.get(op.as_str()).is_some_and(|&n| n >= 30), "{op} is hardly tested");
    }
}
