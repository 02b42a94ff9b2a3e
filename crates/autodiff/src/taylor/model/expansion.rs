//! Taylor coefficients of each function at every point of an interval.
//!
//! [`expansion`] gives g⁽ᵏ⁾(X)/k! for k = 0, 1, …, n: closed forms where they are tight on wide intervals, else the recurrence of the
//! differential equation that g solves, in interval arithmetic. Cost: O(n), O(n²) for tan, tanh and the normal hazard.
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., table 13.2; NIST DLMF 5.15.

use thalweg_core::Scalar;

use crate::operation::Unary;
use crate::taylor::Interval;

fn int(k: usize) -> Interval {
    Interval::point(k as f64)
}

/// The coefficients 0, …, n of `op` at `x`, of which the first is its value. Undefined ones tell that `op` has no such derivative
/// somewhere on `x`.
pub(crate) fn expansion(op: Unary, x: Interval, n: usize) -> Vec<Interval> {
    let value = op.apply(x);
    match op {
        Unary::Neg => leading(value, int(1), n, |s, _| -s),
        // Decided by the caller where 0 is inside.
        Unary::Abs => leading(value, if x.hi() <= 0.0 { -int(1) } else { int(1) }, n, |s, _| s),
        Unary::Exp => cycle(&[value], n),
        Unary::ExpM1 => with_value(value, &cycle(&[x.exp()], n)),
        Unary::Sin => cycle(&[value, x.cos(), -value, -x.cos()], n),
        Unary::Cos => cycle(&[value, -x.sin(), -value, x.sin()], n),
        Unary::Sinh => cycle(&[value, x.cosh()], n),
        Unary::Cosh => cycle(&[value, x.sinh()], n),
        Unary::Ln => integral(value, &power(x, -int(1), n)),
        Unary::Ln1p => integral(value, &power(int(1) + x, -int(1), n)),
        Unary::Sqrt => with_value(value, &power(x, Interval::point(0.5), n)),
        Unary::Powi(e) => power(x, Interval::point(f64::from(e)), n),
        Unary::Tan => riccati(value, int(1), n),
        Unary::Tanh => riccati(value, -int(1), n),
        Unary::Sigmoid => with_value(value, &logistic(x, n)),
        Unary::Softplus => integral(value, &logistic(x, n)),
        Unary::Asin => integral(value, &arcsine_slope(x, n)),
        Unary::Acos => integral(value, &arcsine_slope(x, n).iter().map(|&c| -c).collect::<Vec<_>>()),
        Unary::Atan => integral(value, &arctangent_slope(x, n)),
        Unary::Erf => integral(value, &bell(x, int(1), int(2) / Interval::PI.sqrt(), n)),
        Unary::Erfc => integral(value, &bell(x, int(1), -int(2) / Interval::PI.sqrt(), n)),
        Unary::NormalCdf => {
            integral(value, &bell(x, Interval::point(0.5), int(1) / (int(2) * Interval::PI).sqrt(), n))
        }
        Unary::NormalLnCdf => integral(value, &hazard(x, n)),
        Unary::InverseMills => hazard(x, n),
        Unary::LnGamma => integral(value, &polygammas(0, x, n)),
        Unary::Polygamma(m) => polygammas(m, x, n),
    }
}

/// `value` in place of a first coefficient that is known less well.
fn with_value(value: Interval, c: &[Interval]) -> Vec<Interval> {
    core::iter::once(value).chain(c.iter().skip(1).copied()).collect()
}

/// `value`, then the coefficients of the antiderivative of Σ cₖ tᵏ.
fn integral(value: Interval, c: &[Interval]) -> Vec<Interval> {
    let others = c.iter().enumerate().map(|(k, &c)| c / int(k + 1));
    core::iter::once(value).chain(others.take(c.len().saturating_sub(1))).collect()
}

/// A straight line: the value, `next(slope, value)`, zeros.
fn leading(
    value: Interval,
    slope: Interval,
    n: usize,
    next: impl Fn(Interval, Interval) -> Interval,
) -> Vec<Interval> {
    let mut c = vec![Interval::ZERO; n + 1];
    c[0] = value;
    if let Some(first) = c.get_mut(1) {
        *first = next(slope, value);
    }
    c
}

/// Derivatives that repeat, over k!.
fn cycle(derivatives: &[Interval], n: usize) -> Vec<Interval> {
    let mut factorial = int(1);
    (0..=n)
        .map(|k| {
            if k > 1 {
                factorial = factorial * int(k);
            }
            derivatives[k % derivatives.len()] / factorial
        })
        .collect()
}

/// xᵉ: C(e, k) xᵉ⁻ᵏ. Beyond a natural exponent the coefficients are 0, whatever x.
pub(crate) fn power(x: Interval, e: Interval, n: usize) -> Vec<Interval> {
    let mut binomial = int(1);
    (0..=n)
        .map(|k| {
            if k > 0 {
                binomial = binomial * (e - int(k - 1)) / int(k);
            }
            if binomial == Interval::ZERO { binomial } else { binomial * x.powf(e - int(k)) }
        })
        .collect()
}

/// t′ = 1 + sign t²: tan for sign 1, tanh for −1.
fn riccati(value: Interval, sign: Interval, n: usize) -> Vec<Interval> {
    let mut t = vec![value];
    for k in 0..n {
        let square = convolved(&t, &t, k);
        let constant = if k == 0 { int(1) } else { Interval::ZERO };
        t.push((constant + sign * square) / int(k + 1));
    }
    t
}

/// Coefficient k of the product of two series; of a square, by its symmetry.
fn convolved(a: &[Interval], b: &[Interval], k: usize) -> Interval {
    if core::ptr::eq(a, b) {
        let twice = (0..k.div_ceil(2)).fold(Interval::ZERO, |sum, i| sum + a[i] * a[k - i]);
        let middle = if k.is_multiple_of(2) { a[k / 2].square() } else { Interval::ZERO };
        int(2) * twice + middle
    } else {
        (0..=k).fold(Interval::ZERO, |sum, i| sum + a[i] * b[k - i])
    }
}

/// 1/(1 + e⁻ˣ) = (1 + tanh(x/2))/2.
fn logistic(x: Interval, n: usize) -> Vec<Interval> {
    let half = Interval::point(0.5);
    let mut scale = half;
    let mut c = riccati((half * x).tanh(), -int(1), n);
    for c in &mut c {
        *c = *c * scale;
        scale = scale * half;
    }
    c[0] = x.sigmoid();
    c
}

/// w = (1 − x²)^(−1/2), from (1 − x²) w′ = x w.
fn arcsine_slope(x: Interval, n: usize) -> Vec<Interval> {
    let rest = (int(1) - x) * (int(1) + x);
    let mut w = vec![int(1) / rest.sqrt()];
    for k in 0..n {
        let before = if k > 0 { int(k) * w[k - 1] } else { Interval::ZERO };
        w.push((int(2 * k + 1) * x * w[k] + before) / (int(k + 1) * rest));
    }
    w
}

/// w = 1/(1 + x²), from (1 + x²) wₖ = −2x wₖ₋₁ − wₖ₋₂, within the bound (1 + x²)^(−(k+1)/2) of its closed form.
fn arctangent_slope(x: Interval, n: usize) -> Vec<Interval> {
    let norm = int(1) + x.square();
    let root = norm.sqrt();
    let mut w = vec![int(1) / norm];
    for k in 1..=n {
        let before = if k > 1 { w[k - 2] } else { Interval::ZERO };
        let recurrence = -(int(2) * x * w[k - 1] + before) / norm;
        // The k-th coefficient is sin((k + 1) θ) sinᵏ⁺¹ θ up to its sign, with sin θ = (1 + x²)^(−1/2).
        let size = (int(1) / root).powi(i32::try_from(k + 1).unwrap_or(i32::MAX)).hi();
        w.push(recurrence.refined(Interval::point(size).hull(Interval::point(-size))));
    }
    w
}

/// w = scale · exp(−rate x²), from w′ = −2 rate x w.
fn bell(x: Interval, rate: Interval, scale: Interval, n: usize) -> Vec<Interval> {
    let mut w = vec![scale * (-(rate * x.square())).exp()];
    for k in 0..n {
        let before = if k > 0 { w[k - 1] } else { Interval::ZERO };
        w.push(-(int(2) * rate) * (x * w[k] + before) / int(k + 1));
    }
    w
}

/// m = φ(x)/Φ(x), from m′ = −m (x + m).
fn hazard(x: Interval, n: usize) -> Vec<Interval> {
    let mut m = vec![x.inverse_mills()];
    let mut sum = vec![x + m[0]];
    for k in 0..n {
        m.push(-convolved(&m, &sum, k) / int(k + 1));
        sum.push(m[k + 1] + if k == 0 { int(1) } else { Interval::ZERO });
    }
    m
}

/// ψ⁽ᵐ⁺ᵏ⁾(x)/k!.
fn polygammas(m: u32, x: Interval, n: usize) -> Vec<Interval> {
    let mut factorial = int(1);
    (0..=n)
        .map(|k| {
            if k > 1 {
                factorial = factorial * int(k);
            }
            x.polygamma(m.saturating_add(u32::try_from(k).unwrap_or(u32::MAX))) / factorial
        })
        .collect()
}
