//! Elementary and special functions.
//!
//! Written once for `f32` and `f64` ([`Float`]), without branches or tables, so
//! that a loop over slices inside [`crate::simd::dispatch`] becomes vector code.
//! All arithmetic is IEEE basic operations and fused multiply-add, hence the
//! same bits on every machine and in every lane.

mod digamma;
mod erf;
mod exp;
mod float;
mod gamma;
mod hyperbolic;
mod inverse;
mod ln;
mod logistic;
mod logsum;
mod normal;
mod pair;
mod power;
mod special_tables;
mod tables;
mod trigonometric;

pub use digamma::{digamma, digamma_positive, trigamma, trigamma_positive};
pub use erf::{erf, erfc, erfcx};
pub use exp::{exp, exp_m1, sigmoid, tanh};
pub use float::Float;
pub use gamma::{ln_gamma, ln_gamma_positive};
pub use hyperbolic::{cosh, sinh};
pub use inverse::{acos, asin, atan, atan2};
pub use ln::{ln, ln_1p, log1mexp, log1pmx, softplus};
pub use logistic::logistic_parts;
pub use logsum::{logaddexp, logsumexp, logsumexp_lanes};
pub use normal::{normal_cdf, normal_ln_cdf, normal_pdf, normal_quantile};
pub(crate) use pair::Pair;
pub use power::{powf, powi};
pub use trigonometric::{cos, cos_moderate, is_moderate_angle, sin, sin_moderate, tan, tan_moderate};
