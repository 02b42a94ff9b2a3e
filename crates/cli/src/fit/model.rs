//! The model that the arguments and the target ask for.

use thalweg::core::Target;
use thalweg::data::Values;
use thalweg::models::{Estimator, Glm};

use super::FitArgs;
use super::sample::are_signs;
use super::source::{Data, Source};
use crate::failure::Failure;

/// A family, and why if nobody asked for it.
pub struct Chosen {
    /// Its name.
    pub name: String,
    /// The reason, as a sentence.
    pub because: Option<String>,
    /// Whether it needs a numeric target.
    pub numeric: bool,
}

/// The family asked for, the one that the embedded data suggests, or the one that suits the target.
pub fn family(args: &FitArgs, source: &Source) -> Result<Chosen, Failure> {
    if let Some(name) = &args.loss {
        let outcome = thalweg::losses::loss::<f64>(name);
        let classes = [Target::UnitInterval, Target::Binary];
        let numeric = !outcome.is_ok_and(|loss| classes.contains(&loss.properties().target));
        return Ok(Chosen { name: name.clone(), because: None, numeric });
    }
    if let Some(name) = &args.family {
        let numeric = thalweg::likelihood::family(name)?.target() != Target::UnitInterval;
        return Ok(Chosen { name: name.clone(), because: None, numeric });
    }
    let target = &source.target;
    if let Some(formula) = source.formula.as_ref().filter(|formula| formula.target_column().is_none()) {
        let (name, kind) =
            if formula.is_outcome() { ("binomial", "an outcome") } else { ("gaussian", "numeric") };
        let because = Some(format!("family {name}: the target `{target}` is {kind} (choose with --family)"));
        return Ok(Chosen { name: name.to_owned(), because, numeric: true });
    }
    let column = source.formula.as_ref().and_then(|formula| formula.target_column()).unwrap_or(target);
    // Only a table's target has a name to quote.
    let (values, what) = match &source.data {
        Data::Table(table) => (table.column(column)?.values(), format!("the target `{target}`")),
        Data::Sparse(rows) if are_signs(&rows.y) => {
            let because =
                Some("family binomial: the target holds only -1 and 1 (choose with --family)".to_owned());
            return Ok(Chosen { name: "binomial".to_owned(), because, numeric: false });
        }
        Data::Sparse(rows) => (&Values::Numeric(rows.y.clone()), target.clone()),
    };
    let (name, because) = match (values, source.family) {
        (Values::Categorical { .. }, _) => ("binomial", format!("{what} is text")),
        (Values::Numeric(values), None) if is_binary(values) => {
            ("binomial", format!("{what} holds only 0 and 1"))
        }
        (Values::Numeric(_), Some(family)) => (family, format!("it suits {what}")),
        (Values::Numeric(_), None) => ("gaussian", format!("{what} is numeric")),
    };
    let because = Some(format!("family {name}: {because} (choose with --family)"));
    Ok(Chosen { name: name.to_owned(), because, numeric: name != "binomial" })
}

/// The M-estimator that the arguments ask for: a loss, or the likelihood of the family where the penalty, the scale or the optimizer is more
/// than a generalized linear model takes. `None` for a generalized linear model.
pub fn estimator(args: &FitArgs, family: &str) -> Result<Option<Estimator>, Failure> {
    let penalty = penalty(args);
    let mut estimator = match &args.loss {
        Some(loss) => Estimator::new(loss)?,
        None if beyond(args)? => Estimator::likelihood(family, args.link.as_deref())?,
        None => return Ok(None),
    };
    estimator = estimator.penalty(penalty, args.lambda.unwrap_or(0.0))?;
    estimator = estimator.gap(args.gap).iterations(args.iterations).seed(args.seed.unwrap_or(0));
    if let Some(optimizer) = &args.optimizer {
        estimator = estimator.optimizer(optimizer)?;
    }
    if args.standardize {
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
    let kinks = !thalweg::regularization::penalty(penalty(args))?.is_quadratic();
    let special = |name: &str| thalweg::optimizers::minimizer(name).is_err();
    Ok(kinks || args.standardize || args.optimizer.as_deref().is_some_and(special))
}

/// Why the fit that the arguments ask for will have no standard errors, whatever the data.
pub fn without_inference(args: &FitArgs) -> Result<Option<&'static str>, Failure> {
    Ok(if args.loss.is_some() {
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
    if let Some(link) = &args.link {
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

/// Both 0 and 1 occur, and nothing else but gaps.
fn is_binary(values: &[f64]) -> bool {
    let holds = |level: f64| values.contains(&level);
    holds(0.0) && holds(1.0) && values.iter().all(|v| v.is_nan() || *v == 0.0 || *v == 1.0)
}
