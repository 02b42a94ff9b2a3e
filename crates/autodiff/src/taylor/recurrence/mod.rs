//! Every method of [`Scalar`](thalweg_core::Scalar) on truncated series, each written once for one variable and for several.
//!
//! The constant coefficient always comes from the scalar's own function; the others solve the function's differential equation degree by
//! degree. Cost: one to four products a function; ln Γ, polygamma and the inverse
//! Mills ratio, whose coefficients come from elsewhere, as many products as the order.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., section 13.2.

mod exponential;
mod gamma;
mod logistic;
mod mills;
mod normal;
mod power;
mod trigonometric;

pub(crate) use exponential::{cosh, exp, exp_m1, ln, ln_1p, sinh};
pub(crate) use gamma::{ln_gamma, polygamma};
pub(crate) use logistic::{sigmoid, softplus, tanh};
pub(crate) use mills::inverse_mills;
pub(crate) use normal::{erf, erfc, normal_cdf, normal_ln_cdf};
pub(crate) use power::{Exponent, power, powi, quotient, recip, sqrt};
pub(crate) use trigonometric::{acos, asin, atan, atan2, cos, sin, tan};

use super::graded::Graded;
use thalweg_core::Scalar;

/// |u|: −u, u, or the constant 0 by the sign of u₀. NaN stays NaN.
#[inline]
pub(crate) fn abs<G: Graded>(u: &G) -> G {
    let (zero, u0) = (G::Coefficient::of(0.0), u.leading());
    let (below, above) = (u0.lt(zero), zero.lt(u0));
    let size = |c: G::Coefficient| G::Coefficient::select(below, -c, G::Coefficient::select(above, c, zero));
    u.clone().map(size).with_leading(u0.abs())
}

/// The number m.
#[inline(always)]
fn degree<S: Scalar>(m: usize) -> S {
    S::of(m as f64)
}
