//! The model that the arguments and the target ask for.

use thalweg::core::Target;
use thalweg::data::Values;
use thalweg::models::Glm;

use super::FitArgs;
use super::source::Source;
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
    if let Some(name) = &args.family {
        let numeric = thalweg::likelihood::family(name)?.target() != Target::UnitInterval;
        return Ok(Chosen { name: name.clone(), because: None, numeric });
    }
    let target = &source.target;
    let (name, because) = match (source.table.column(target)?.values(), source.family) {
        (Values::Categorical { .. }, _) => ("binomial", format!("the target `{target}` is text")),
        (Values::Numeric(values), None) if is_binary(values) => {
            ("binomial", format!("the target `{target}` holds only 0 and 1"))
        }
        (Values::Numeric(_), Some(family)) => (family, format!("it suits the target `{target}`")),
        (Values::Numeric(_), None) => ("gaussian", format!("the target `{target}` is numeric")),
    };
    let because = Some(format!("family {name}: {because} (choose with --family)"));
    Ok(Chosen { name: name.to_owned(), because, numeric: name != "binomial" })
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
    Ok(if args.no_intercept { glm.without_intercept() } else { glm })
}

/// Both 0 and 1 occur, and nothing else but gaps.
fn is_binary(values: &[f64]) -> bool {
    let holds = |level: f64| values.contains(&level);
    holds(0.0) && holds(1.0) && values.iter().all(|v| v.is_nan() || *v == 0.0 || *v == 1.0)
}
