//! The model that the arguments and the target ask for.

use thalweg::models::{Estimator, Glm};

use super::FitArgs;
use crate::data::sample::Sample;
use crate::failure::Failure;
use crate::penalty::Described;

/// The M-estimator that the arguments ask for: a loss, or the likelihood of the family where the penalty, the scale or the optimizer is more
/// than a generalized linear model takes. `None` for a generalized linear model.
pub fn estimator(args: &FitArgs, family: &str, data: &Sample) -> Result<Option<Estimator>, Failure> {
    let (penalty, lambda) = (penalty(args), args.lambda.unwrap_or(0.0));
    let mut estimator = match &args.model.loss {
        Some(loss) => Estimator::new(loss)?,
        None if beyond(args)? => Estimator::likelihood(family, args.model.link.as_deref())?,
        None => return Ok(None),
    };
    estimator = match Described::new(penalty)?.grouped(data)? {
        Some(grouped) => estimator.custom_penalty(penalty, grouped, lambda)?,
        None => estimator.penalty(penalty, lambda)?,
    };
    estimator = estimator.gap(args.gap).iterations(args.iterations).seed(args.seed.unwrap_or(0));
    if let Some(optimizer) = &args.optimizer {
        estimator = estimator.optimizer(optimizer)?;
    }
    if args.model.standardize {
        estimator = estimator.standardize();
    }
    Ok(Some(if args.intercept()? { estimator } else { estimator.without_intercept() }))
}

/// The penalty's name: ridge where only its strength is given.
fn penalty(args: &FitArgs) -> &str {
    args.penalty.as_deref().unwrap_or(if args.lambda.is_some() { "ridge" } else { "none" })
}

/// Whether the penalty, the scale or the optimizer is more than a generalized linear model takes.
fn beyond(args: &FitArgs) -> Result<bool, Failure> {
    let kinks = Described::new(penalty(args))?.plain()?.is_none_or(|penalty| !penalty.is_quadratic());
    let special = |name: &str| thalweg::optimizers::minimizer(name).is_err();
    Ok(kinks || args.model.standardize || args.optimizer.as_deref().is_some_and(special))
}

/// Why the fit that the arguments ask for will have no standard errors, whatever the data.
pub fn without_inference(args: &FitArgs) -> Result<Option<&'static str>, Failure> {
    Ok(if args.model.loss.is_some() {
        Some("a loss is no likelihood")
    } else if args.lambda.is_some_and(|lambda| lambda > 0.0) {
        Some("a penalised estimate is biased by design")
    } else if beyond(args)? {
        Some("the penalty, the scaling or the optimizer is not that of a maximum-likelihood fit")
    } else {
        None
    })
}

/// The model without its data.
pub fn glm(args: &FitArgs, family: &str) -> Result<Glm, Failure> {
    let mut glm = Glm::new(family)?.gap(args.gap).iterations(args.iterations).weights_are(args.weight_kind());
    if let Some(link) = &args.model.link {
        glm = glm.link(link)?;
    }
    if let Some(lambda) = args.lambda {
        glm = glm.ridge(lambda)?;
    }
    if let Some(optimizer) = &args.optimizer {
        glm = glm.optimizer(optimizer)?;
    }
    Ok(if args.intercept()? { glm } else { glm.without_intercept() })
}
