//! [`ModelArgs`]: what is fitted, a family or a loss; and the family that suits the target where neither is named.

use clap::Args;
use thalweg::core::Target;
use thalweg::data::Values;
use thalweg::models::Estimator;

use crate::data::sample::are_signs;
use crate::data::{Data, DataArgs, Source};
use crate::failure::Failure;
use crate::names;

/// What is fitted.
#[derive(Args, Debug)]
pub struct ModelArgs {
    /// How the target is distributed [default: binomial for two outcomes, else gaussian]
    #[arg(long, value_name = "NAME", value_parser = names::families(), help_heading = "Model")]
    pub family: Option<String>,

    /// How the mean depends on the predictors [default: the family's canonical link]
    #[arg(long, value_name = "NAME", value_parser = names::links(), help_heading = "Model")]
    pub link: Option<String>,

    /// How wrong a prediction is, such as `huber:delta=1.5`: an M-estimator instead of a family
    #[arg(long, value_name = "NAME", value_parser = names::losses(), conflicts_with_all = ["family", "link"], help_heading = "Model")]
    pub loss: Option<String>,

    /// Let the penalty act on columns of unit variance instead of the columns as they are
    #[arg(long, help_heading = "Model")]
    pub standardize: bool,

    /// Leave the intercept out
    #[arg(long, help_heading = "Model")]
    pub no_intercept: bool,
}

impl ModelArgs {
    /// Refuses what can be refused before any data is read; paths take a predictor for every class.
    pub fn check(&self, classes: bool) -> Result<(), Failure> {
        match self.family.as_deref() {
            Some(MULTINOMIAL) if classes => return Ok(()),
            Some(MULTINOMIAL) => {
                return Err(Failure::Usage(
                    "--family multinomial is one of `thalweg path` and `thalweg cv`; here --loss softmax fits classes"
                        .to_owned(),
                ));
            }
            Some(name) => drop(thalweg::likelihood::family(name)?),
            None => {}
        }
        if let Some(loss) = &self.loss {
            Estimator::new(loss)?;
        }
        if let Some(name) = &self.link {
            let link = thalweg::likelihood::link(name)?;
            if let Some(family) = &self.family {
                thalweg::likelihood::family(family)?.loss(link)?;
            }
        }
        Ok(())
    }

    /// Whether the model has an intercept.
    pub fn intercept(&self, data: &DataArgs) -> Result<bool, Failure> {
        Ok(data.formula()?.map_or(!self.no_intercept, |formula| formula.has_intercept()))
    }
}

/// The family of paths with one predictor a class, which are numbered 0, 1, 2, …
pub const MULTINOMIAL: &str = "multinomial";

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
pub fn family(args: &ModelArgs, source: &Source) -> Result<Chosen, Failure> {
    if let Some(name) = &args.loss {
        let outcome = thalweg::losses::loss::<f64>(name);
        let classes = [Target::UnitInterval, Target::Binary];
        let numeric = !outcome.is_ok_and(|loss| classes.contains(&loss.properties().target));
        return Ok(Chosen { name: name.clone(), because: None, numeric });
    }
    if let Some(name) = &args.family {
        if name == MULTINOMIAL {
            return Ok(Chosen { name: name.clone(), because: None, numeric: true });
        }
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

/// Both 0 and 1 occur, and nothing else but gaps.
fn is_binary(values: &[f64]) -> bool {
    let holds = |level: f64| values.contains(&level);
    holds(0.0) && holds(1.0) && values.iter().all(|v| v.is_nan() || *v == 0.0 || *v == 1.0)
}
