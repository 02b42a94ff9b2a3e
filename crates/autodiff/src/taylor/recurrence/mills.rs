//! The inverse Mills ratio m = φ/Φ, to every order and in both tails.
//!
//! m obeys m' = −m(x + m), but below x ≈ 0 the recurrence of that equation is unstable: another solution grows like e^(x²/2) while the
//! coefficients of m fall, and at x = −8 no digit of the 16th is left. There the coefficients come from
//! g(x) = Φ(x)/φ(x) = ∫₀^∞ e^(xs − s²/2) ds, whose own, g_k = ∫ sᵏ/k! e^(xs − s²/2) ds, are all positive:
//!
//! - for x > −4 by Gauss's rule of 32 nodes for the weight e^(−s²/2), all terms positive, relative error below 1e-14 to order 100;
//! - for x ≤ −4 by (k + 1) g_{k+1} = x·g_k + g_{k−1}, of which g is the minimal solution, downwards: a continued fraction of positive terms.
//!
//! Then x + m = g'/g gives the coefficients of m from the second on, and m₁ = −m·(x + m), without a cancelling difference. Around 0,
//! where neither way is perfect, the coefficients to order 16 are good to 2e-13; in the tails to some ε.
//!
//! To order 2, the Hessians of probit models, m' = −m(x + m) itself is used, which costs one product; in the lower tail m₁ then is good to
//! x²·ε and m₂ to x⁶·ε, relatively. Higher orders cost as many products as the order.
//!
//! Source: Gautschi (1961), *Recursive computation of the repeated integrals of the error function*; Gautschi (2004), *Orthogonal
//! Polynomials*, section 2.1.

use thalweg_core::Scalar;

use crate::taylor::graded::Graded;
use crate::taylor::recurrence::degree;
use crate::taylor::recurrence::gamma::compose;

/// Below it the coefficients come from the continued fraction.
const LOWER_TAIL: f64 = -4.0;
/// From it on they come from the differential equation.
const UPPER: f64 = -0.125;

/// Nodes and weights of Gauss's rule for e^(−s²/2) on s > 0; `half_range_hermite.py` computes them.
const GAUSS: [(f64, f64); 32] = [
    (0.010128781896912147, 0.025972431101089037),
    (0.05319424244367038, 0.059985222947424574),
    (0.12997871759518695, 0.0925255755855183),
    (0.2393691656090844, 0.12168023193887471),
    (0.3798543436482733, 0.14463354393578778),
    (0.5496455979334752, 0.15803265747135647),
    (0.7467901653542002, 0.15901159060138292),
    (0.9692758581539489, 0.14659315210010407),
    (1.2151197927567845, 0.12277657817622414),
    (1.4824375520891862, 0.09246888730922384),
    (1.7694927318704563, 0.061937180648328365),
    (2.0747292170304297, 0.03647724564200707),
    (2.3967897407266667, 0.018671713174269924),
    (2.734524585497435, 0.008210642440967997),
    (3.0869940526534756, 0.003065342546002568),
    (3.4534678594306283, 0.0009599454341255168),
    (3.8334241424043385, 0.00024901490865472995),
    (4.226550390562291, 5.279972103866912e-05),
    (4.632748495051341, 9.019914910011276e-06),
    (5.052146267879434, 1.2218174905261208e-06),
    (5.485118365418631, 1.2888426437837339e-07),
    (5.93232076586201, 1.0368268508261238e-08),
    (6.394745207225159, 6.205495877164426e-10),
    (6.8738041367849725, 2.681447130674893e-11),
    (7.371464544977495, 8.05814564577952e-13),
    (7.890464600740636, 1.6050948279880587e-14),
    (8.434680157505573, 1.9876930795612066e-16),
    (9.009785727262104, 1.3994029230829748e-18),
    (9.624559242192175, 4.9039442025006345e-21),
    (10.293819327568544, 6.889367999769572e-24),
    (11.04655434209949, 2.5812175755969876e-27),
    (11.959025340918634, 9.281477150840713e-32),
];

/// m(u).
#[inline]
pub(crate) fn inverse_mills<G: Graded>(u: &G) -> G {
    if u.order() <= 2 {
        return by_equation(u);
    }
    let m = coefficients(u.leading(), u.order());
    compose(u, |k| m[k])
}

/// Em = h·Eu with h = −m(u + m).
fn by_equation<G: Graded>(u: &G) -> G {
    let (u0, m0) = (u.leading(), u.leading().inverse_mills());
    let (w, slope, mut square) = (u.euler(), u0 + m0 + m0, u.zero());
    let mut so_far = u.constant(m0);
    let [m, _h] = u.solve(
        [m0, -m0 * (u0 + m0)],
        |r, _, j| if r == 0 { u.coefficients()[j] } else { w.coefficients()[j] },
        |i, k, [by_u, sum]| {
            if i == u.degree(k).start {
                square.push_square(k - 1, &so_far);
            }
            let c = sum / degree(k);
            so_far.coefficients_mut()[i] = c;
            [c, -(slope * c + by_u + square.coefficients()[i])]
        },
    );
    m
}

/// The Taylor coefficients m⁽ᵏ⁾(x)/k! for k = 0, …, order.
fn coefficients<S: Scalar>(x: S, order: usize) -> Vec<S> {
    let mut line = vec![S::of(0.0); order + 1];
    (line[0], line[1]) = (x, S::of(1.0));
    let upper = by_equation(&line);

    let (tail, bulk) = (ratios_by_fraction(x, order), ratios_by_quadrature(x, order));
    let in_tail = x.lt(S::of(LOWER_TAIL));
    let g: Vec<S> = tail.iter().zip(&bulk).map(|(&t, &b)| S::select(in_tail, t, b)).collect();
    // x + m = g'/g.
    let mut r: Vec<S> = Vec::with_capacity(order + 1);
    for k in 0..=order {
        let known = (0..k).fold(S::of(0.0), |sum, j| sum + r[j] * g[k - j]);
        r.push(S::of((k + 1) as f64) * g[k + 1] - known);
    }
    let m0 = upper[0];
    let lower = |k: usize| match k {
        0 => m0,
        1 => -(m0 * r[0]),
        _ => r[k],
    };
    let is_upper = S::of(UPPER).le(x);
    (0..=order).map(|k| S::select(is_upper, upper[k], lower(k))).collect()
}

/// g_k/g₀ for k = 0, …, order + 1 by quadrature.
fn ratios_by_quadrature<S: Scalar>(x: S, order: usize) -> Vec<S> {
    let mut terms = GAUSS.map(|(s, w)| S::of(w) * (S::of(s) * x).exp());
    let mut g = Vec::with_capacity(order + 2);
    for k in 0..=order + 1 {
        g.push(terms.iter().fold(S::of(0.0), |sum, &term| sum + term));
        for (term, (s, _)) in terms.iter_mut().zip(GAUSS) {
            *term = *term * S::of(s / (k + 1) as f64);
        }
    }
    let g0 = g[0];
    g.iter().map(|&g| g / g0).collect()
}

/// g_k/g₀ for k = 0, …, order + 1 by ρ_{k−1} = 1/((k + 1)ρ_k − x), ρ_k = g_{k+1}/g_k.
///
/// An error at index K is less by e^(−2|x|(√K − √k)) at index k: begun at √K = √k + 4.5, below 2⁻⁵³ for x ≤ −4.
fn ratios_by_fraction<S: Scalar>(x: S, order: usize) -> Vec<S> {
    let last = order + 1;
    let start = last + (9.0 * (last as f64).sqrt()) as usize + 21;
    let index = |k: usize| S::of(k as f64);
    let mut ratio = S::of(2.0) / ((x * x + S::of(4.0) * index(start + 1)).sqrt() - x);
    let mut ratios = vec![ratio; last];
    for k in (1..=start).rev() {
        ratio = (index(k + 1) * ratio - x).recip();
        if let Some(slot) = ratios.get_mut(k - 1) {
            *slot = ratio;
        }
    }
    let mut g = vec![S::of(1.0)];
    for (k, &ratio) in ratios.iter().enumerate() {
        g.push(g[k] * ratio);
    }
    g
}
