//! The error functions and the normal distribution.

use core::f64::consts::FRAC_2_SQRT_PI;

use thalweg_core::Scalar;

use crate::taylor::graded::Graded;
use crate::taylor::recurrence::{exp, inverse_mills};

/// 1/√(2π).
const DENSITY_AT_0: f64 = 0.398_942_280_401_432_7;

/// Ef = c·exp(−s·u²)·Eu for f, given f₀.
#[inline]
fn gaussian_integral<G: Graded>(u: &G, c: f64, s: f64, leading: G::Coefficient) -> G {
    let bell = exp(&u.product(u).scaled(G::Coefficient::of(-s)));
    bell.product(&u.euler()).scaled(G::Coefficient::of(c)).integral(leading)
}

/// erf u.
#[inline]
pub(crate) fn erf<G: Graded>(u: &G) -> G {
    gaussian_integral(u, FRAC_2_SQRT_PI, 1.0, u.leading().erf())
}

/// 1 − erf u.
#[inline]
pub(crate) fn erfc<G: Graded>(u: &G) -> G {
    gaussian_integral(u, -FRAC_2_SQRT_PI, 1.0, u.leading().erfc())
}

/// Φ(u).
#[inline]
pub(crate) fn normal_cdf<G: Graded>(u: &G) -> G {
    gaussian_integral(u, DENSITY_AT_0, 0.5, u.leading().normal_cdf())
}

/// ln Φ(u): Ef = m(u)·Eu with m = φ/Φ.
#[inline]
pub(crate) fn normal_ln_cdf<G: Graded>(u: &G) -> G {
    inverse_mills(u).product(&u.euler()).integral(u.leading().normal_ln_cdf())
}
