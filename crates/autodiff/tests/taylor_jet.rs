//! Taylor coefficients of every operation against references computed with 60 digits, and against nested dual numbers.

#![allow(clippy::unwrap_used)]

use thalweg_autodiff::taylor::Jet;
use thalweg_autodiff::{Binary, Dual, Scalar, Unary, k};
use thalweg_core::Real;

/// One line of `fixtures/taylor.csv`.
struct Reference {
    operation: String,
    x: f64,
    y: Option<f64>,
    curve: bool,
    coefficients: Vec<f64>,
    condition: Vec<f64>,
}

fn references() -> Vec<Reference> {
    let numbers = |text: &str| -> Vec<f64> { text.split(' ').map(|c| c.parse().unwrap()).collect() };
    include_str!("fixtures/taylor.csv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let fields: Vec<&str> = line.split(';').collect();
            Reference {
                operation: fields[0].to_owned(),
                x: fields[1].parse().unwrap(),
                y: fields[2].parse().ok(),
                curve: fields[3] == "1",
                coefficients: numbers(fields[4]),
                condition: numbers(fields[5]),
            }
        })
        .collect()
}

fn x<T: Real>(reference: &Reference) -> Jet<T, 17> {
    let mut x = Jet::variable(T::of(reference.x));
    if reference.curve {
        (x.coefficients[2], x.coefficients[3]) = (T::of(0.5), T::of(-0.25));
    }
    x
}

fn y<T: Real>(reference: &Reference) -> Jet<T, 17> {
    let mut y = Jet::constant(T::of(reference.y.unwrap()));
    if reference.curve {
        (y.coefficients[1], y.coefficients[2]) = (T::of(-0.5), T::of(1.0));
    }
    y
}

fn result<T: Real>(reference: &Reference) -> Jet<T, 17> {
    if let Some(op) = Unary::ALL.iter().find(|op| op.name() == reference.operation) {
        return op.apply(x(reference));
    }
    let op = Binary::ALL.iter().find(|op| op.name() == reference.operation).unwrap();
    op.apply(x(reference), y(reference))
}

/// The largest error, in units of ε·(|c_k| + condition_k): 1 is what rounding each argument's coefficients once may do.
fn errors<T: Real>(reference: &Reference) -> f64 {
    let jet = result::<T>(reference);
    let mut worst = 0.0_f64;
    for (k, (&c, &condition)) in reference.coefficients.iter().zip(&reference.condition).enumerate() {
        let found = jet.coefficients[k].to_f64();
        let error = (found - c).abs();
        if error > 0.0 || error.is_nan() {
            let unit = T::EPSILON.to_f64() * (c.abs() + condition) + T::MIN_POSITIVE.to_f64();
            worst = if error.is_nan() { f64::INFINITY } else { worst.max(error / unit) };
        }
    }
    worst
}

/// Every operation, f64 and f32, on variables and on curves: within 4 units of what rounding the arguments may do, except where the
/// documentation promises less: ψ⁽²⁾ and above (1e-14), and the inverse Mills ratio around 0 (2e-13, 1e-4 in single precision).
#[test]
fn operations_have_their_taylor_coefficients() {
    let mut lines = 0;
    for reference in references() {
        let limits = match reference.operation.as_str() {
            "inverse_mills" | "normal_ln_cdf" => (2e-13 / f64::EPSILON, 1e-4 / f64::from(f32::EPSILON)),
            "ln_gamma" | "polygamma[0]" | "polygamma[1]" | "polygamma[2]" => (1e-14 / f64::EPSILON, 4.0),
            _ => (4.0, 4.0),
        };
        let found = (errors::<f64>(&reference), errors::<f32>(&reference));
        let Reference { operation, x, y, curve, .. } = &reference;
        assert!(
            found.0 <= limits.0 && found.1 <= limits.1,
            "{operation} x={x} y={y:?} curve={curve}: {found:?}"
        );
        lines += 1;
    }
    let missing = |name: &String| !references().iter().any(|r| r.operation == *name);
    let names =
        Unary::ALL.iter().map(|op| op.name()).chain(Binary::ALL.iter().map(|op| op.name().to_owned()));
    assert_eq!(names.filter(missing).collect::<Vec<_>>(), Vec::<String>::new());
    assert!(lines > 290);
}

/// Distance in units in the last place of `exact`, which may carry more digits than an f64: `exact` + `rest`.
fn ulps(found: f64, exact: f64, rest: f64) -> f64 {
    let ulp = (f64::from_bits(exact.abs().to_bits() + 1) - exact.abs()).max(f64::MIN_POSITIVE);
    (((found - exact) - rest) / ulp).abs()
}

/// 1/p for an integer p, with its remainder: 1/p = q + r.
fn over(n: f64, p: f64) -> (f64, f64) {
    let q = n / p;
    (q, -q.mul_add(p, -n) / p)
}

/// The series of the textbooks around 0, to order 30, within 4 ulp of the exact coefficients; 1/(1 − x) exactly.
#[test]
fn textbook_series() {
    type Number = Jet<f64, 31>;
    let x = Number::variable(0.0);
    let one = Number::of(1.0);
    let check = |name: &str, found: Number, exact: &dyn Fn(usize) -> (f64, f64), limit: f64| {
        for (m, &c) in found.coefficients.iter().enumerate() {
            let (value, rest) = exact(m);
            let distance = ulps(c, value, rest);
            assert!(distance <= limit, "{name}, order {m}: {c:e} is {distance} ulp from {value:e}");
        }
    };
    // 1/k! from the exact k! = a·b·2^s, a and b below 2^53: two divisions, each with its remainder.
    let inverse_factorial = |m: usize| -> (f64, f64) {
        let (mut odd, mut power) = (1_u128, 0);
        for i in 1..=m as u128 {
            odd *= i >> i.trailing_zeros();
            power += i.trailing_zeros() as i32;
        }
        // odd < 2^102: head + tail are exact in two doubles.
        let head = odd as f64;
        let tail =
            if head as u128 > odd { -((head as u128 - odd) as f64) } else { (odd - head as u128) as f64 };
        let q = 1.0 / head;
        let r = (-q.mul_add(head, -1.0) - q * tail) / head;
        let scale = 2.0_f64.powi(-power);
        (q * scale, r * scale)
    };
    let sign = |m: usize| if m % 4 < 2 { 1.0 } else { -1.0 };
    check("exp", x.exp(), &inverse_factorial, 4.0);
    let odd = |m: usize| if m % 2 == 1 { inverse_factorial(m) } else { (0.0, 0.0) };
    let even = |m: usize| if m.is_multiple_of(2) { inverse_factorial(m) } else { (0.0, 0.0) };
    check("sin", x.sin(), &|m| (sign(m) * odd(m).0, sign(m) * odd(m).1), 4.0);
    check("cos", x.cos(), &|m| (sign(m) * even(m).0, sign(m) * even(m).1), 4.0);
    let logarithm = |m: usize| match m {
        0 => (0.0, 0.0),
        _ => over(if m % 2 == 1 { 1.0 } else { -1.0 }, m as f64),
    };
    check("ln(1 + x)", (one + x).ln(), &logarithm, 4.0);
    check("ln_1p", x.ln_1p(), &logarithm, 4.0);
    let arctangent = |m: usize| if m % 2 == 1 { over(sign(m), m as f64) } else { (0.0, 0.0) };
    check("atan", x.atan(), &arctangent, 4.0);
    check("1/(1 - x)", one / (one - x), &|_| (1.0, 0.0), 0.0);
    check("1/(1 - x) by recip", (one - x).recip(), &|_| (1.0, 0.0), 0.0);
}

/// (1 + x)^a for the exponents of the textbooks and some others: binomial coefficients, from their exact fractions.
#[test]
fn binomial_series() {
    let lines = include_str!("fixtures/binomial.csv").lines().filter(|line| !line.starts_with('#'));
    let mut exponents = 0;
    for line in lines {
        let (exponent, coefficients) = line.split_once(';').unwrap();
        let a: f64 = exponent.parse().unwrap();
        let base = Jet::<f64, 31>::variable(1.0);
        let found = base.powf(Jet::of(a));
        for (m, text) in coefficients.split(' ').enumerate() {
            let exact: f64 = text.parse().unwrap();
            let distance = ulps(found.coefficients[m], exact, 0.0);
            assert!(distance <= 4.0, "(1 + x)^{a}, order {m}: {distance} ulp");
        }
        exponents += 1;
    }
    assert!(exponents >= 10);
    assert_eq!(Jet::<f64, 5>::variable(1.0).sqrt().coefficients, [1.0, 0.5, -0.125, 0.0625, -0.039_062_5]);
}

/// A function with every kind of operation.
fn everything<S: Scalar>(x: S) -> S {
    let wave = (x.sin() * (k(0.5) * x).exp() + x.cos().tanh()) / (k(1.0) + x.square());
    let tail = x.erf() + x.sigmoid().sqrt() - x.normal_cdf().ln() * x.atan2(k(2.0) - x);
    wave.powi(3) + tail.powf(S::of(1.5)) + (x - S::of(0.25)).abs().ln_1p() + x.max(k(0.1) * x)
}

/// Derivatives to order 3 are those of dual numbers nested three times.
#[test]
fn agrees_with_nested_duals() {
    type D1 = Dual<f64, 1>;
    type D2 = Dual<D1, 1>;
    type D3 = Dual<D2, 1>;
    for x in [0.5, 1.25, 2.0] {
        let one = D1 { value: x, derivatives: [1.0] };
        let two = D2 { value: one, derivatives: [D1::of(1.0)] };
        let three = D3 { value: two, derivatives: [D2::of(1.0)] };
        let y = everything(three);
        let expected = [
            y.value.value.value,
            y.value.value.derivatives[0],
            y.value.derivatives[0].derivatives[0],
            y.derivatives[0].derivatives[0].derivatives[0],
        ];
        let jet = everything(Jet::<f64, 4>::variable(x));
        for (m, &e) in expected.iter().enumerate() {
            let found = jet.derivative(m);
            assert!((found - e).abs() <= 1e-12 * (1.0 + e.abs()), "order {m} at {x}: {found} vs {e}");
        }
    }
}

/// A jet of jets carries mixed derivatives: ∂²/∂x∂y of x²y³ and of eˣʸ.
#[test]
fn jets_nest() {
    type Inner = Jet<f64, 3>;
    let x = Jet::<Inner, 3>::variable(Inner::constant(2.0));
    let y = Jet::<Inner, 3>::constant(Inner::variable(0.5));
    let polynomial = x.square() * y.powi(3);
    assert_eq!(polynomial.coefficients[1].coefficients[1], 4.0 * 3.0 * 0.25);
    assert_eq!(polynomial.coefficients[2].coefficients[2], 3.0 * 0.5);
    let e = (x * y).exp().coefficients[1].coefficients[1];
    assert!((e - 2.0 * 1.0_f64.exp()).abs() < 1e-15 * 6.0);
}

/// Powers at 0: right where they exist, and only what does not exist is NaN or infinite.
#[test]
fn powers_at_zero() {
    let x = Jet::<f64, 12>::variable(0.0);
    for n in 0..=7_i32 {
        let monomial: [f64; 12] = core::array::from_fn(|m| if m == n as usize { 1.0 } else { 0.0 });
        assert_eq!(x.powi(n).coefficients, monomial);
        assert_eq!(x.powf(Jet::of(f64::from(n))).coefficients, monomial);
    }
    assert_eq!((x * x).powi(3).coefficients[6], 1.0);
    assert_eq!(Jet::<f64, 12>::constant(0.0).powi(0).coefficients, Jet::<f64, 12>::of(1.0).coefficients);
    let power = x.powf(Jet::of(2.5)).coefficients;
    assert_eq!(power[..3], [0.0; 3]);
    assert!(power[3..].iter().all(|c| !c.is_finite()));
    // A moving exponent is no whole constant: xˣ has no derivative at 0.
    assert!(!x.powf(x).coefficients[1].is_finite());
    assert_eq!(
        (x * x * x).abs().coefficients,
        Jet::<f64, 12>::of(0.0).coefficients,
        "slope 0 at 0, as Scalar says"
    );
    assert!(Jet::<f64, 2>::variable(f64::NAN).abs().value().is_nan());
}

/// Numbers compare by value, and what is infinite spoils nothing of lower order.
#[test]
fn order_and_infinities() {
    assert!(Jet::<f64, 3>::variable(1.0) == Jet::of(1.0));
    assert!(Jet::<f64, 3>::variable(1.0) < Jet::of(2.0));
    let root = Jet::<f64, 12>::variable(0.0).sqrt();
    let y = root * Jet::variable(2.0);
    assert_eq!((root.value(), y.value()), (0.0, 0.0));
    let spoiled =
        Jet::<f64, 12> { coefficients: core::array::from_fn(|m| if m == 9 { f64::INFINITY } else { 1.0 }) };
    let z = spoiled * Jet::variable(3.0).exp();
    assert!(z.coefficients[..9].iter().all(|c| c.is_finite()) && !z.coefficients[9].is_finite());
}

/// Order 100: no factorial overflows, and ln undoes exp. At 0, e^x keeps 1/k! to k = 100.
#[test]
fn order_100() {
    let x = Jet::<f64, 101>::variable(0.0);
    let mut coefficient = 1.0;
    for (m, &c) in x.exp().coefficients.iter().enumerate() {
        coefficient /= m.max(1) as f64;
        assert!((c / coefficient - 1.0).abs() < 1e-13, "order {m}");
    }
    let back = (x.exp() + Jet::of(1.0)).ln().exp() - Jet::of(1.0);
    for (m, (&c, &e)) in back.coefficients.iter().zip(&x.exp().coefficients).enumerate() {
        assert!((c - e).abs() <= 1e-15 * m.max(1) as f64, "order {m}: {c} vs {e}");
    }
}
