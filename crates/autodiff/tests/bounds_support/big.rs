//! Functions in 192-bit arithmetic: the elementary ones by `astro-float-num`, the special ones by series on top of it.

use std::cell::RefCell;
use std::sync::OnceLock;

use astro_float_num::{BigFloat, Consts, Radix, RoundingMode};
use thalweg_autodiff::{Binary, Unary};

/// Bits of a result.
pub const BITS: usize = 192;
const RM: RoundingMode = RoundingMode::None;
/// Bernoulli numbers B₂, …, B₄₈ are at hand, and the asymptotic series start here.
const TERMS: usize = 24;
const FAR: f64 = 40.0;

thread_local! {
    static CONSTANTS: RefCell<Consts> = RefCell::new(Consts::new().unwrap());
}

fn with<T>(f: impl FnOnce(&mut Consts) -> T) -> T {
    CONSTANTS.with(|c| f(&mut c.borrow_mut()))
}

pub fn of(x: f64) -> BigFloat {
    // The conversion of subnormal numbers is wrong in version 0.3.7.
    if x.abs() >= f64::MIN_POSITIVE || x == 0.0 {
        return BigFloat::from_f64(x, BITS);
    }
    let scale = 2.0_f64.powi(60);
    BigFloat::from_f64(x * scale, BITS).div(&BigFloat::from_f64(scale, BITS), BITS, RM)
}
pub fn add(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.add(b, BITS, RM)
}
pub fn sub(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.sub(b, BITS, RM)
}
pub fn mul(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.mul(b, BITS, RM)
}
pub fn div(a: &BigFloat, b: &BigFloat) -> BigFloat {
    a.div(b, BITS, RM)
}
pub fn less(a: &BigFloat, b: &BigFloat) -> bool {
    a.cmp(b).is_some_and(|order| order < 0)
}
pub fn parse(text: &str) -> BigFloat {
    with(|cc| BigFloat::parse(text, Radix::Dec, BITS, RM, cc))
}
pub fn text(x: &BigFloat) -> String {
    with(|cc| x.format(Radix::Dec, RM, cc)).unwrap_or_else(|error| format!("{error:?}"))
}
/// An `f64` next to x.
pub fn to_f64(x: &BigFloat) -> f64 {
    let Some((words, _, sign, exponent, _)) = x.as_raw_parts() else { return f64::NAN };
    let fraction = words.iter().fold(0.0, |low, &word| (low + word as f64) / 18_446_744_073_709_551_616.0);
    let half = exponent / 2;
    let value = fraction * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half);
    if sign.is_negative() { -value } else { value }
}

/// Σ cₖ tᵏ.
pub fn polynomial(c: &[f64], t: &BigFloat) -> BigFloat {
    c.iter().rev().fold(of(0.0), |sum, &c| add(&mul(&sum, t), &of(c)))
}

/// lo ≤ x ≤ hi; false for NaN.
pub fn inside(lo: f64, x: &BigFloat, hi: f64) -> bool {
    let above = lo == f64::NEG_INFINITY || of(lo).cmp(x).is_some_and(|order| order <= 0);
    let below = hi == f64::INFINITY || of(hi).cmp(x).is_some_and(|order| order >= 0);
    !x.is_nan() && above && below
}

/// B₂, B₄, … from Σₖ C(n+1, k) Bₖ = 0.
fn bernoulli() -> &'static [BigFloat] {
    static NUMBERS: OnceLock<Vec<BigFloat>> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        const P: usize = 512;
        let big = |x: usize| BigFloat::from_u64(x as u64, P);
        let mut b = vec![big(1)];
        for n in 1..=2 * TERMS {
            let mut binomial = big(1);
            let mut sum = big(0);
            for (k, b) in b.iter().enumerate() {
                sum = sum.add(&binomial.mul(b, P, RM), P, RM);
                binomial = binomial.mul(&big(n + 1 - k), P, RM).div(&big(k + 1), P, RM);
            }
            b.push(sum.div(&big(n + 1), P, RM).neg());
        }
        b.into_iter().skip(2).step_by(2).collect()
    })
}

fn pi(p: usize) -> BigFloat {
    with(|cc| cc.pi(p, RM))
}

/// Bits that cancel when a number of this size is added to 1.
fn lost(x: &BigFloat) -> usize {
    x.exponent().map_or(0, |e| usize::try_from(-i64::from(e)).unwrap_or(0)).min(4000)
}

fn exp(x: &BigFloat) -> BigFloat {
    with(|cc| x.exp(BITS, RM, cc))
}
fn ln(x: &BigFloat) -> BigFloat {
    with(|cc| x.ln(BITS, RM, cc))
}
fn exp_m1(x: &BigFloat) -> BigFloat {
    let p = BITS + lost(x) + 64;
    if x.is_zero() {
        return x.clone();
    }
    with(|cc| x.exp(p, RM, cc)).sub(&of(1.0), p, RM)
}
fn ln_1p(x: &BigFloat) -> BigFloat {
    let p = BITS + lost(x) + 64;
    with(|cc| of(1.0).add(x, p, RM).ln(p, RM, cc))
}

/// (erf x, 1 − erf x): e^(−x²) Σ 2ⁿ x²ⁿ⁺¹/(2n+1)!! for |x| < 4, with the bits that cancel in the second added; beyond by Laplace's continued
/// fraction (DLMF 7.9.1), whose error falls as e^(−x √(8n)).
fn erf_pair(x: &BigFloat) -> (BigFloat, BigFloat) {
    const P: usize = BITS + 64;
    let root_pi = pi(P).sqrt(P, RM);
    let square = x.mul(x, 2 * P, RM);
    let decay = with(|cc| square.neg().exp(P, RM, cc));
    let size = to_f64(x).abs();
    if size >= 4.0 {
        let a = x.abs();
        let terms = (170.0 / (8.0_f64.sqrt() * size)).powi(2) as u32 + 10;
        let fraction =
            (1..=terms).rev().fold(a.clone(), |tail, k| add(&a, &div(&of(0.5 * f64::from(k)), &tail)));
        let upper = div(&div(&decay, &root_pi), &fraction);
        let inner = of(1.0).sub(&upper, BITS, RM);
        return if x.is_negative() { (inner.neg(), add(&of(1.0), &inner)) } else { (inner, upper) };
    }
    let (mut term, mut sum) = (x.clone(), x.clone());
    let twice = square.mul(&of(2.0), P, RM);
    for n in 1..=200_u32 {
        term = term.mul(&twice, P, RM).div(&of(f64::from(2 * n + 1)), P, RM);
        sum = sum.add(&term, P, RM);
        if term.exponent().zip(sum.exponent()).is_none_or(|(t, s)| t + (P as i32) < s) {
            break;
        }
    }
    let erf = sum.mul(&of(2.0), P, RM).mul(&decay, P, RM).div(&root_pi, P, RM);
    let erfc = of(1.0).sub(&erf, P, RM);
    (erf, erfc)
}

/// e^(x²) erfc x for x ≥ 4, about `size`.
fn scaled_erfc(x: &BigFloat, size: f64) -> BigFloat {
    let terms = (170.0 / (8.0_f64.sqrt() * size)).powi(2) as u32 + 10;
    let fraction = (1..=terms).rev().fold(x.clone(), |tail, k| add(x, &div(&of(0.5 * f64::from(k)), &tail)));
    div(&of(1.0), &mul(&pi(BITS).sqrt(BITS, RM), &fraction))
}

/// Φ(x) e^(x²/2) for x in the lower tail.
fn scaled_cdf(x: &BigFloat) -> Option<BigFloat> {
    let z = over_sqrt2(&x.neg());
    let size = to_f64(&z);
    (size >= 4.0).then(|| mul(&of(0.5), &scaled_erfc(&z, size)))
}

fn over_sqrt2(x: &BigFloat) -> BigFloat {
    div(x, &of(2.0).sqrt(BITS + 64, RM))
}
/// Φ(x), accurate in the lower tail.
fn normal_cdf(x: &BigFloat) -> BigFloat {
    mul(&of(0.5), &erf_pair(&over_sqrt2(&x.neg())).1)
}

/// x, x + 1, … up to where the asymptotic series hold.
fn shifted(x: &BigFloat) -> (Vec<BigFloat>, BigFloat) {
    let (mut passed, mut a) = (Vec::new(), x.clone());
    while less(&a, &of(FAR)) {
        passed.push(a.clone());
        a = add(&a, &of(1.0));
    }
    (passed, a)
}

/// Stirling's series (DLMF 5.11.1).
fn ln_gamma(x: &BigFloat) -> BigFloat {
    if [1.0, 2.0].iter().any(|&zero| of(zero).cmp(x) == Some(0)) {
        return of(0.0);
    }
    let (passed, a) = shifted(x);
    let product = passed.iter().fold(of(1.0), |p, t| mul(&p, t));
    let half_ln = mul(&of(0.5), &ln(&mul(&of(2.0), &pi(BITS))));
    let mut sum = add(&sub(&mul(&sub(&a, &of(0.5)), &ln(&a)), &a), &half_ln);
    let (mut power, square) = (a.clone(), mul(&a, &a));
    for (k, b) in (1..).zip(bernoulli()) {
        let k = f64::from(k);
        sum = add(&sum, &div(b, &mul(&of(2.0 * k * (2.0 * k - 1.0)), &power)));
        power = mul(&power, &square);
    }
    sub(&sum, &ln(&product))
}

/// ψ⁽ⁿ⁾ by its recurrence and the derivatives of Stirling's series (DLMF 5.15.8).
fn polygamma(n: u32, x: &BigFloat) -> BigFloat {
    let (passed, a) = shifted(x);
    let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
    let factorial = (1..=n).fold(of(1.0), |p, k| mul(&p, &of(f64::from(k))));
    let order = f64::from(n);
    let inverse_power = |t: &BigFloat, n: u32| t.powi(n as usize, BITS, RM).reciprocal(BITS, RM);
    let near = passed.iter().fold(of(0.0), |s, t| add(&s, &inverse_power(t, n + 1)));
    let mut sum = mul(&factorial, &near);
    // (n−1)!/aⁿ, or −ln a for n = 0, then n!/(2aⁿ⁺¹), then B₂ₖ (2k+n−1)!/((2k)! a²ᵏ⁺ⁿ).
    let lead = if n == 0 { ln(&a).neg() } else { mul(&div(&factorial, &of(order)), &inverse_power(&a, n)) };
    sum = add(&sum, &lead);
    sum = add(&sum, &mul(&mul(&of(0.5), &factorial), &inverse_power(&a, n + 1)));
    // (2k+n−1)!/(2k)! for k = 1.
    let mut ratio = div(&mul(&factorial, &of(order + 1.0)), &of(2.0));
    let mut power = inverse_power(&a, n + 2);
    let square = mul(&a, &a);
    for (k, b) in (1..).zip(bernoulli()) {
        sum = add(&sum, &mul(&mul(b, &ratio), &power));
        let m = 2.0 * f64::from(k);
        ratio = div(&mul(&ratio, &of((m + order) * (m + order + 1.0))), &of((m + 1.0) * (m + 2.0)));
        power = div(&power, &square);
    }
    mul(&of(sign), &sum)
}

/// op(x).
pub fn unary(op: Unary, x: &BigFloat) -> BigFloat {
    let one = of(1.0);
    match op {
        Unary::Neg => x.neg(),
        Unary::Abs => x.abs(),
        Unary::Exp => exp(x),
        Unary::ExpM1 => exp_m1(x),
        Unary::Ln => ln(x),
        Unary::Ln1p => ln_1p(x),
        Unary::Sqrt => x.sqrt(BITS, RM),
        Unary::Sin => with(|cc| x.sin(BITS, RM, cc)),
        Unary::Cos => with(|cc| x.cos(BITS, RM, cc)),
        Unary::Tan => with(|cc| x.tan(BITS, RM, cc)),
        Unary::Asin => with(|cc| x.asin(BITS, RM, cc)),
        Unary::Acos => with(|cc| x.acos(BITS, RM, cc)),
        Unary::Atan => with(|cc| x.atan(BITS, RM, cc)),
        Unary::Sinh => with(|cc| x.sinh(BITS, RM, cc)),
        Unary::Cosh => with(|cc| x.cosh(BITS, RM, cc)),
        Unary::Tanh => with(|cc| x.tanh(BITS, RM, cc)),
        Unary::Erf => erf_pair(x).0,
        Unary::Erfc => erf_pair(x).1,
        Unary::LnGamma => ln_gamma(x),
        Unary::Polygamma(n) => polygamma(n, x),
        Unary::Sigmoid => div(&one, &add(&one, &exp(&x.neg()))),
        Unary::Softplus => {
            let rest = ln_1p(&exp(&x.abs().neg()));
            if x.is_negative() { rest } else { add(x, &rest) }
        }
        Unary::NormalCdf => normal_cdf(x),
        Unary::NormalLnCdf if x.is_positive() => ln_1p(&normal_cdf(&x.neg()).neg()),
        Unary::NormalLnCdf => match scaled_cdf(x) {
            Some(scaled) => sub(&ln(&scaled), &mul(&of(0.5), &mul(x, x))),
            None => ln(&normal_cdf(x)),
        },
        Unary::InverseMills => {
            if let Some(scaled) = scaled_cdf(x) {
                return div(&one, &mul(&scaled, &mul(&of(2.0), &pi(BITS)).sqrt(BITS, RM)));
            }
            let density = div(&exp(&mul(&of(-0.5), &mul(x, x))), &mul(&of(2.0), &pi(BITS)).sqrt(BITS, RM));
            div(&density, &normal_cdf(x))
        }
        Unary::Powi(n) => {
            let power = x.powi(n.unsigned_abs() as usize, BITS, RM);
            if n < 0 { power.reciprocal(BITS, RM) } else { power }
        }
        other => panic!("no reference for {}", other.name()),
    }
}

/// op(x, y).
pub fn binary(op: Binary, x: &BigFloat, y: &BigFloat) -> BigFloat {
    match op {
        Binary::Add => add(x, y),
        Binary::Sub => sub(x, y),
        Binary::Mul => mul(x, y),
        Binary::Div => div(x, y),
        Binary::Powf if y.is_int() => unary(Unary::Powi(to_f64(y) as i32), x),
        Binary::Powf => exp(&mul(y, &ln(x))),
        Binary::Atan2 => {
            let (y, x) = (x, y);
            let atan = |t: &BigFloat| with(|cc| t.atan(BITS, RM, cc));
            let half = mul(&of(0.5), &pi(BITS));
            if less(&x.abs(), &y.abs()) {
                let quarter = if y.is_negative() { half.neg() } else { half };
                sub(&quarter, &atan(&div(x, y)))
            } else if x.is_negative() {
                let turn = if y.is_negative() { pi(BITS).neg() } else { pi(BITS) };
                add(&turn, &atan(&div(y, x)))
            } else {
                atan(&div(y, x))
            }
        }
    }
}
