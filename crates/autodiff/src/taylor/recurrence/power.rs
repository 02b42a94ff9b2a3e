//! Quotients, roots and powers.

use thalweg_core::Scalar;

use crate::taylor::graded::Graded;

/// q = a/b: b₀ q_k = a_k − Σ_{j<k} q_j b_{k−j}.
#[inline]
pub(crate) fn quotient<G: Graded>(a: &G, b: &G) -> G {
    let (a, b, b0) = (a.coefficients(), b, b.leading());
    let [q] = b.solve([a[0] / b0], |_, _, j| b.coefficients()[j], |i, _, [sum]| [(a[i] - sum) / b0]);
    q
}

/// 1/u.
#[inline]
pub(crate) fn recip<G: Graded>(u: &G) -> G {
    quotient(&u.constant(G::Coefficient::of(1.0)), u)
}

/// f = √u: 2 f₀ f_k = u_k − Σ_{0<j<k} f_j f_{k−j}.
#[inline]
pub(crate) fn sqrt<G: Graded>(u: &G) -> G {
    let root = u.leading().sqrt();
    let (mut f, mut square) = (u.constant(root), u.zero());
    for k in 1..=u.order() {
        square.push_square(k - 1, &f);
        f.fill(k, |i| (u.coefficients()[i] - square.coefficients()[i]) / (root + root));
    }
    f
}

/// uⁿ: by repeated squaring for n ≥ 0, so that u₀ = 0 is no special place; by the recurrence of [`real_power`] for n < 0, whose terms all
/// have one sign for a variable.
#[inline]
pub(crate) fn powi<G: Graded>(u: &G, n: i32) -> G {
    let leading = u.leading().powi(n);
    if n < 0 {
        return real_power(u, &u.euler().scaled(G::Coefficient::of(f64::from(n))), leading);
    }
    match whole_power(u, n.unsigned_abs()) {
        Some(f) => f.with_leading(leading),
        None => u.constant(leading),
    }
}

/// uⁿ by repeated squaring, or nothing for n = 0.
fn whole_power<G: Graded>(u: &G, n: u32) -> Option<G> {
    let mut result: Option<G> = None;
    for bit in (0..u32::BITS - n.leading_zeros()).rev() {
        result = result.map(|f| f.product(&f));
        if n >> bit & 1 == 1 {
            result = Some(result.map_or_else(|| u.clone(), |f| f.product(u)));
        }
    }
    result
}

/// f = uᵉ, given g = Ee·(u ln u) + e·Eu and f₀: from u·Ef = f·g,
/// k u₀ f_k = Σ_{j<k} f_j (g_{k−j} − j u_{k−j}).
#[inline]
fn real_power<G: Graded>(u: &G, g: &G, leading: G::Coefficient) -> G {
    let (u0, g, w) = (u.leading(), g.coefficients(), u.coefficients());
    let [f] = u.solve(
        [leading],
        |_, k, j| g[j] - k * w[j],
        |_, m, [sum]| [sum / (G::Coefficient::of(m as f64) * u0)],
    );
    f
}

/// How an exponent enters [`power`].
pub(crate) enum Exponent<'a, G: Graded> {
    /// A constant known as a number.
    Known(f64),
    /// A constant of the series' coefficients.
    Constant(G::Coefficient),
    /// A series.
    Series(&'a G),
}

/// uᵉ. Where u₀ = 0 the coefficients below degree e₀ are 0, and all are right for a known whole constant e and for a constant e of 0, 1, …, 7;
/// what is left does not exist and comes out as NaN or infinite.
#[inline]
pub(crate) fn power<G: Graded>(u: &G, exponent: Exponent<'_, G>) -> G {
    let zero = G::Coefficient::of(0.0);
    let (e, g, spread) = match exponent {
        Exponent::Known(e) if e.fract() == 0.0 && e.abs() <= f64::from(i32::MAX) => {
            return powi(u, e as i32);
        }
        Exponent::Known(e) => {
            let e = G::Coefficient::of(e);
            return from_degree(real_power(u, &u.euler().scaled(e), u.leading().powf(e)), u.leading(), e);
        }
        Exponent::Constant(e) => (e, u.euler().scaled(e), zero),
        Exponent::Series(e) => {
            let entropy = u.product(&super::ln(u));
            let spread = e.coefficients()[1..].iter().fold(zero, |sum, c| sum + c.abs());
            (e.leading(), e.euler().product(&entropy).plus(&e.product(&u.euler())), spread)
        }
    };
    let leading = u.leading().powf(e);
    let f = from_degree(real_power(u, &g, leading), u.leading(), e);
    or_small_whole_power(f, u, e, spread).with_leading(leading)
}

/// `then` where a = b, else `otherwise`, NaN included.
fn if_equal<S: Scalar>(a: S, b: S, then: S, otherwise: S) -> S {
    S::select(a.le(b), S::select(b.le(a), then, otherwise), otherwise)
}

/// f without its coefficients below degree e where u₀ = 0: uᵉ = O(tᵉ) there.
fn from_degree<G: Graded>(mut f: G, u0: G::Coefficient, e: G::Coefficient) -> G {
    let zero = G::Coefficient::of(0.0);
    for k in 1..=f.order() {
        let below = G::Coefficient::of(k as f64).lt(e);
        for i in f.degree(k) {
            let c = f.coefficients()[i];
            f.coefficients_mut()[i] = if_equal(u0, zero, G::Coefficient::select(below, zero, c), c);
        }
    }
    f
}

/// uᵉ by products where e is 0, 1, …, 7 and constant (the sum of its other coefficients' sizes, `spread`, is 0); elsewhere f. There is no
/// branch on numbers, so that it works lane by lane and in a trace.
fn or_small_whole_power<G: Graded>(f: G, u: &G, e: G::Coefficient, spread: G::Coefficient) -> G {
    let (zero, half, one) = (G::Coefficient::of(0.0), G::Coefficient::of(0.5), G::Coefficient::of(1.0));
    // 1 where the binary digit of e is 1, and where e is one of the eight.
    let mut digits = [zero; 3];
    let mut whole = zero;
    for n in 0..8 {
        let is_n = if_equal(e, G::Coefficient::of(f64::from(n)), one, zero);
        whole = whole + is_n;
        for (bit, digit) in digits.iter_mut().enumerate() {
            if n >> bit & 1 == 1 {
                *digit = *digit + is_n;
            }
        }
    }
    let whole = if_equal(spread, zero, whole, zero);
    let choose = |digit: G::Coefficient, then: G, otherwise: &G| {
        then.zip(otherwise, |x, y| G::Coefficient::select(half.lt(digit), x, y))
    };
    let square = u.product(u);
    let mut product = choose(digits[0], u.clone(), &u.constant(one));
    product = choose(digits[1], product.product(&square), &product);
    product = choose(digits[2], product.product(&square.product(&square)), &product);
    choose(whole, product, &f)
}
