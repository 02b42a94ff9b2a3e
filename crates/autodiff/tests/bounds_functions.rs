//! Every function on intervals of all sizes against 192-bit arithmetic, and a checker that sees what is wrong.
#![allow(clippy::unwrap_used)]

mod bounds_support;

use bounds_support::{Formula, Random, big};
use thalweg_autodiff::taylor::{Interval, TaylorModel, taylor_model};
use thalweg_autodiff::{Algebra, Binary, Comparison, Program, Unary};
use thalweg_core::{Error, Result, Scalar};

/// A number of any size and sign.
fn random_number(r: &mut Random) -> f64 {
    match r.below(6) {
        0 => 10.0_f64.powf(r.between(-300.0, 3.0)) * if r.below(2) == 0 { 1.0 } else { -1.0 },
        1 => r.between(-40.0, 40.0),
        2 => r.between(0.0, 1000.0),
        3 => r.between(-1e9, 1e9),
        _ => r.between(-4.0, 4.0),
    }
}

/// An interval of any width.
fn random_interval(r: &mut Random) -> Interval {
    let x = random_number(r);
    let y = match r.below(4) {
        0 => x,
        1 => x.next_up(),
        2 => x + x.abs() * 10.0_f64.powf(r.between(-16.0, 0.5)),
        _ => x + r.between(0.0, 3.0),
    };
    Interval::new(x, y).unwrap()
}

#[test]
fn every_function_of_one_interval_encloses_its_values() {
    let mut r = Random(1);
    let extra = [Unary::Polygamma(3), Unary::Polygamma(12), Unary::Powi(-5), Unary::Powi(40)];
    for op in Unary::ALL.iter().copied().chain(extra) {
        let (mut cases, mut widest) = (0, 0.0_f64);
        for _ in 0..3000 {
            let x = random_interval(&mut r);
            let y = op.apply(x);
            if !y.is_defined() {
                continue;
            }
            cases += 1;
            for at in [x.lo(), r.between(x.lo(), x.hi())] {
                let value = big::unary(op, &big::of(at));
                assert!(
                    big::inside(y.lo(), &value, y.hi()),
                    "{}({x}) = {y} at {at}: {}",
                    op.name(),
                    big::text(&value)
                );
            }
            let size = y.magnitude();
            if x.is_point() && size.is_finite() && size > 1e-290 {
                widest = widest.max(y.width() / (size * f64::EPSILON));
            }
        }
        println!("{:16} {cases} intervals, of points at most {widest:.1} epsilon wide", op.name());
        // Where exp(-x²/2) is in the definition, its error grows with x².
        let most = match op {
            Unary::InverseMills => 5000.0,
            Unary::Polygamma(2..) => 300.0,
            // Twice the bound and an ulp, and the rounding of the ends; the largest bound is 2 ulp.
            _ => 9.0,
        };
        assert!(cases > 500 && widest <= most, "{} {cases} {widest}", op.name());
    }
}

#[test]
fn every_function_of_two_intervals_encloses_its_values() {
    let mut r = Random(2);
    for &op in Binary::ALL {
        let mut cases = 0;
        for _ in 0..6000 {
            let (x, y) = (random_interval(&mut r), random_interval(&mut r));
            let z = op.apply(x, y);
            let apart = |x: Interval| x.magnitude() < 1e4;
            if !z.is_defined() || (op == Binary::Powf && !(apart(x) && apart(y))) {
                continue;
            }
            cases += 1;
            let (a, b) = (r.between(x.lo(), x.hi()), r.between(y.lo(), y.hi()));
            let value = big::binary(op, &big::of(a), &big::of(b));
            let (name, text) = (op.name(), big::text(&value));
            assert!(big::inside(z.lo(), &value, z.hi()), "{name}({x}, {y}) = {z} at {a}, {b}: {text}");
        }
        println!("{:16} {cases} pairs", op.name());
        assert!(cases > 1000, "{} {cases}", op.name());
    }
}

/// Numbers as intervals whose ends are rounded to nearest: what outward rounding is for.
struct RoundedToNearest;

impl Algebra for RoundedToNearest {
    type Number = (f64, f64);
    type Mask = bool;
    fn constant(&self, c: f64) -> (f64, f64) {
        (c, c)
    }
    fn unary(&self, _: Unary, x: &(f64, f64)) -> Result<(f64, f64)> {
        Ok((-x.1, -x.0))
    }
    fn binary(&self, op: Binary, x: &(f64, f64), y: &(f64, f64)) -> Result<(f64, f64)> {
        let ends = [op.apply(x.0, y.0), op.apply(x.0, y.1), op.apply(x.1, y.0), op.apply(x.1, y.1)];
        Ok((
            ends.into_iter().fold(f64::INFINITY, f64::min),
            ends.into_iter().fold(f64::NEG_INFINITY, f64::max),
        ))
    }
    fn compare(&self, op: Comparison, x: &(f64, f64), y: &(f64, f64)) -> Result<bool> {
        Ok(op.apply(x.0, y.0))
    }
    fn select(&self, mask: &bool, x: &(f64, f64), y: &(f64, f64)) -> Result<(f64, f64)> {
        Ok(if *mask { *x } else { *y })
    }
}

/// The checker finds intervals that were not rounded outward.
#[test]
fn intervals_rounded_to_nearest_are_caught() {
    let ratio = |x: &[Interval]| (x[0] * x[0] + Interval::point(0.1)) / (x[0] + Interval::point(3.0));
    let program = Program::trace(1, 0, |x, _| {
        let of = |c| Scalar::of(c);
        (x[0] * x[0] + of(0.1)) / (x[0] + of(3.0))
    })
    .unwrap();
    let mut r = Random(3);
    let mut caught = 0;
    for _ in 0..1000 {
        let x = r.between(-1.0, 1.0);
        let b = big::of(x);
        let value = big::div(&big::add(&big::mul(&b, &b), &big::of(0.1)), &big::add(&b, &big::of(3.0)));
        let (lo, hi) = program.evaluate(&RoundedToNearest, &[(x, x)], &[]).unwrap()[0];
        caught += usize::from(!big::inside(lo, &value, hi));
        let y = ratio(&[Interval::point(x)]);
        assert!(big::inside(y.lo(), &value, y.hi()));
    }
    println!("{caught} of 1000 caught");
    assert!(caught > 900);
}

/// Whether the checker finds f outside of the model with this remainder somewhere.
fn is_caught(formula: &Formula, model: &TaylorModel, remainder: Interval) -> bool {
    let domain = model.domain();
    (0..=64).any(|i| {
        let x = domain.lo() + (domain.hi() - domain.lo()) * f64::from(i) / 64.0;
        let at = big::of(x.clamp(domain.lo(), domain.hi()));
        let p = big::polynomial(model.coefficients(), &big::sub(&at, &big::of(model.x0())));
        !big::inside(remainder.lo(), &big::sub(&formula.big(&at), &p), remainder.hi())
    })
}

/// The checker finds models without remainder, and with a remainder of half or a tenth the size: the remainders are no larger than they must.
#[test]
fn models_with_too_small_a_remainder_are_caught() {
    let scaled = |r: Interval, s: f64| Interval::new(r.lo() * s, r.hi() * s).unwrap();
    let (mut all, mut none, mut half, mut tenth) = (0, 0, 0, 0);
    for &op in Unary::ALL {
        for order in [1, 2, 5] {
            // Sums of several terms, to have roundings in every model.
            let x = Formula::binary(
                Binary::Add,
                Formula::Constant(0.4),
                Formula::unary(Unary::Exp, Formula::Variable),
            );
            let formula = if matches!(op, Unary::Asin | Unary::Acos) {
                Formula::unary(op, Formula::binary(Binary::Mul, Formula::Constant(0.3), x))
            } else {
                Formula::unary(op, x)
            };
            let model = taylor_model(&formula, Interval::new(-0.3, -0.05).unwrap(), order).unwrap();
            assert!(!is_caught(&formula, &model, model.remainder()), "{formula:?}");
            if op == Unary::Powi(0) {
                continue;
            }
            all += 1;
            none += usize::from(is_caught(&formula, &model, Interval::ZERO));
            half += usize::from(is_caught(&formula, &model, scaled(model.remainder(), 0.5)));
            tenth += usize::from(is_caught(&formula, &model, scaled(model.remainder(), 0.1)));
        }
    }
    println!("of {all}: no remainder {none} caught, half {half}, a tenth {tenth}");
    assert!(none == all && half * 2 > all && tenth * 10 > all * 9);
}

/// f(x) minus the exact Taylor polynomial lies within the Lagrange bound.
#[test]
fn lagrange_bounds_enclose_the_remainder() {
    use Formula::{Constant, Variable};
    use thalweg_autodiff::taylor::lagrange_bound;
    let u = Formula::unary;
    let b = Formula::binary;
    let square = |c: f64| b(Binary::Add, Constant(c), u(Unary::Powi(2), Variable));
    let formula = |name: &str| match name {
        "exp_sin" => u(Unary::Exp, u(Unary::Sin, Variable)),
        "ln_square" => u(Unary::Ln, square(1.0)),
        "x_tanh" => b(Binary::Mul, Variable, u(Unary::Tanh, Variable)),
        "erf_over_cos" => {
            b(Binary::Div, u(Unary::Erf, Variable), b(Binary::Add, Constant(2.0), u(Unary::Cos, Variable)))
        }
        "ln_gamma_square" => u(Unary::LnGamma, square(2.0)),
        "atan_sqrt" => u(Unary::Atan, u(Unary::Sqrt, b(Binary::Add, Constant(2.0), Variable))),
        "power" => b(Binary::Powf, b(Binary::Add, Constant(2.0), Variable), Variable),
        "angle" => b(Binary::Atan2, Variable, square(1.0)),
        other => panic!("{other}"),
    };
    let mut r = Random(4);
    let mut lines = 0;
    for line in include_str!("fixtures/bounds/taylor.txt").lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let (f, x0): (_, f64) = (formula(fields[0]), fields[1].parse().unwrap());
        let coefficients: Vec<_> = fields[2..].iter().map(|text| big::parse(text)).collect();
        for order in [0, 1, 3, 6, 9] {
            for half in [0.25, 0.01] {
                let domain = Interval::new(x0 - half, x0 + half).unwrap();
                let bound = lagrange_bound(&f, domain, x0, order).unwrap();
                let mut largest = 0.0_f64;
                for i in 0..40 {
                    let x = if i == 0 { domain.lo() } else { r.between(domain.lo(), domain.hi()) };
                    let at = big::of(x);
                    let t = big::sub(&at, &big::of(x0));
                    let taylor = coefficients[..=order].iter().rev();
                    let taylor = taylor.fold(big::of(0.0), |sum, c| big::add(&big::mul(&sum, &t), c));
                    let rest = big::sub(&f.big(&at), &taylor);
                    assert!(
                        // The references have 50 digits.
                        big::inside(bound.lo() - 1e-48, &rest, bound.hi() + 1e-48),
                        "{} {x0} {order} at {x}: {bound} {}",
                        fields[0],
                        big::text(&rest)
                    );
                    largest = largest.max(big::to_f64(&rest).abs());
                }
                // Not much more than needed: within a factor of 10 on narrow domains, unless the coefficient is near 0.
                let next = coefficients.get(order + 1).map_or(0.0, |c| big::to_f64(c).abs());
                if half == 0.01 && next > 0.1 {
                    assert!(
                        bound.magnitude() <= 10.0 * largest,
                        "{} {x0} {order}: {bound} for {largest}",
                        fields[0]
                    );
                }
                lines += 1;
            }
        }
    }
    assert_eq!(lines, 240);
}

/// What is not defined says so.
#[test]
fn errors_name_function_interval_and_place() {
    let domain = Interval::new(-1.0, 1.0).unwrap();
    let inner = Formula::unary(Unary::Sin, Formula::Variable);
    for op in [Unary::Ln, Unary::Sqrt, Unary::Powi(-1), Unary::LnGamma, Unary::Polygamma(1), Unary::Abs] {
        let error = taylor_model(&Formula::unary(op, inner.clone()), domain, 4).unwrap_err();
        let Error::Domain { function, argument, place, .. } = &error else { panic!("{error}") };
        assert_eq!((function, place.as_str()), (&op.name(), " at operation 2"));
        assert!(argument.starts_with("[-0.841470984807"), "{error}");
    }
    let sqrt_at_zero =
        taylor_model(&Formula::unary(Unary::Sqrt, Formula::Variable), Interval::new(0.0, 1.0).unwrap(), 3);
    assert!(sqrt_at_zero.unwrap_err().to_string().contains("derivatives are not bounded"));
    assert!(taylor_model(&inner, Interval::ENTIRE, 3).is_err());
    assert!(taylor_model(&inner, domain, 1000).is_err());
    assert!(Interval::new(1.0, 0.0).is_err() && Interval::new(f64::NAN, 0.0).is_err());
    assert!(taylor_model(&inner, domain, 3).unwrap().eval(1.5).is_err());
    // A branch that is not taken may be undefined.
    let guarded = Formula::Select(Box::new([
        Formula::Variable,
        Formula::Constant(-2.0),
        Formula::unary(Unary::Ln, Formula::Variable),
        Formula::unary(Unary::Exp, Formula::Variable),
    ]));
    assert!(taylor_model(&guarded, domain, 3).is_ok());
    assert!(taylor_model(&guarded, Interval::new(-3.0, 1.0).unwrap(), 3).is_err());
}
