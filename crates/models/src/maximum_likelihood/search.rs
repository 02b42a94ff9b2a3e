//! The search for a maximum: Newton's method where the Hessian guides it, L-BFGS where it does not.

use thalweg_core::{Certificate, Counts, Driver, Error, Halt, Hessian, Result, Solution, Status, stop};
use thalweg_optimizers::{Lbfgs, Newton};

use crate::run::after;

/// Minimises F from x0. Newton's method goes first; where it stalls, as on a ridge far from the minimum, L-BFGS carries on and Newton's method
/// takes the last steps.
pub(super) fn search<O: Hessian<f64>>(objective: &mut O, x0: &[f64], limit: u64) -> Result<Solution<f64>> {
    let value = match objective.value(x0) {
        Ok(value) => value,
        Err(Halt::Input(error)) => return Err(error),
        Err(_) => f64::NAN,
    };
    if !value.is_finite() {
        return Err(Error::Unsupported {
            what: format!("the start {x0:?}"),
            why: "the log-likelihood there is -inf or not a number".to_owned(),
            remedy: "start where every observation has a positive density".to_owned(),
        });
    }
    if x0.is_empty() {
        return Ok(Solution {
            x: Vec::new(),
            value,
            gradient_inf: 0.0,
            status: Status::Stationary,
            certificate: Certificate::None,
            iterations: 0,
            counts: Counts::default(),
            seconds: 0.0,
            trace: Vec::new(),
        });
    }
    let first = newton(objective, x0, limit)?;
    if first.status.is_solved() {
        return Ok(first);
    }
    let mut driver = Driver::new().iterations(10 * limit).without_certificate();
    let carried = driver.minimize(&Lbfgs::default(), objective, &first.x)?;
    let carried = after(&first, carried);
    let last = newton(objective, &carried.x, limit)?;
    Ok(after(&carried, last))
}

/// Newton's method until a step promises nothing, and one step more.
fn newton<O: Hessian<f64>>(objective: &mut O, x: &[f64], limit: u64) -> Result<Solution<f64>> {
    let method = Newton { polish: Some(1e-14), ..Newton::default() };
    let mut driver =
        Driver::new().stop(stop::predicted_decrease(1e-14)).iterations(limit).without_certificate();
    driver.minimize(&method, objective, x)
}
