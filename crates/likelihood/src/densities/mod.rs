//! Log-densities ln f(y | η) of one observation, one distribution a file: what losses are the negatives of.
//!
//! Each is a [`Formula`](thalweg_core::Formula), of any number type, with its normalising constant: e^(its value) has mass 1 over y. They are written
//! from the distributions' textbook densities, not from the losses, so that each can be held against the other.
//!
//! ```
//! use thalweg_core::Formula;
//! use thalweg_likelihood::densities::Laplace;
//! assert!((Laplace::new(2.0)?.eval(5.0_f64, 1.0) + 2.0 + 4.0_f64.ln()).abs() < 1e-15);
//! # Ok::<(), thalweg_core::Error>(())
//! ```

use thalweg_core::{Error, Result};

mod asymmetric_huber;
mod asymmetric_laplace;
mod asymmetric_normal;
mod bernoulli;
mod categorical;
mod gamma;
mod generalized_normal;
mod huber_density;
mod hyperbolic_secant;
mod laplace;
mod logistic;
mod negative_binomial;
mod normal;
mod poisson;
mod student_t;
mod uniform_laplace;
mod uniform_normal;

pub use asymmetric_huber::AsymmetricHuber;
pub use asymmetric_laplace::AsymmetricLaplace;
pub use asymmetric_normal::AsymmetricNormal;
pub use bernoulli::Bernoulli;
pub use categorical::Categorical;
pub use gamma::Gamma;
pub use generalized_normal::GeneralizedNormal;
pub use huber_density::HuberDensity;
pub use hyperbolic_secant::HyperbolicSecant;
pub use laplace::Laplace;
pub use logistic::Logistic;
pub use negative_binomial::NegativeBinomial;
pub use normal::Normal;
pub use poisson::Poisson;
pub use student_t::StudentT;
pub use uniform_laplace::UniformLaplace;
pub use uniform_normal::UniformNormal;

/// ½ ln 2π.
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;

/// `value` if it is positive and finite.
fn positive(name: &str, value: f64) -> Result<f64> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(Error::invalid_parameter(name, value, "it must be a finite number > 0"))
    }
}

/// `value` if it is a level.
fn level(name: &str, value: f64) -> Result<f64> {
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err(Error::invalid_parameter(name, value, "it must lie between 0 and 1, both excluded"))
    }
}
