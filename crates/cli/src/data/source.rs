//! [`Source`]: the data to fit, from a file, standard input or the embedded data, and the column to predict.

use std::path::Path;

use thalweg::data::{ModelFormula, Roles, Svmlight, SvmlightOptions, Table, dataset, parse_csv};

use super::args::{DataArgs, refused};
use super::columns::Aside;
use super::sample::TARGET;
use crate::failure::Failure;
use crate::input::{Format, Input};
use crate::text::list;

/// What a command that fits shows a newcomer.
const DEMO: &str = "anes96";

/// What the column of a `--target-file` is called unless --target names it.
const Y: &str = "y";

/// Data and target.
pub struct Source {
    /// The data.
    pub data: Data,
    /// Where it came from, for titles.
    pub name: String,
    /// The column to predict, or the left side of the formula.
    pub target: String,
    /// The formula, which suits the table.
    pub formula: Option<ModelFormula>,
    /// The family that suits embedded data with this target.
    pub family: Option<&'static str>,
    /// What to say about it.
    pub note: Option<String>,
}

/// What a file holds.
pub enum Data {
    /// Named columns.
    Table(Table),
    /// Sparse rows.
    Sparse(Box<Svmlight>),
}

/// Reads the data that the arguments name.
pub fn load(args: &DataArgs, aside: Option<Aside<'_>>) -> Result<Source, Failure> {
    let Some(path) = &args.path else { return embedded(args) };
    let input = Input::open(path, args.format)?;
    let name = input.name();
    if args.target_file.is_some() && input.format != Format::Npy {
        return Err(Failure::Usage(format!(
            "--target-file goes with an array in a .npy file, and {name} is none; name its column with --target"
        )));
    }
    let table = match input.format {
        Format::Svmlight => {
            args.check_svmlight(&name, aside)?;
            let data = Data::Sparse(Box::new(input.svmlight(&SvmlightOptions::default())?));
            return Ok(Source {
                data,
                name,
                target: TARGET.to_owned(),
                formula: None,
                family: None,
                note: None,
            });
        }
        Format::Csv => input.csv(&args.csv())?,
        Format::Npy => {
            let own = args.target.as_deref().unwrap_or(Y);
            input.npy(args.target_file.as_deref().map(|file| (own, file)))?
        }
    };
    let formula = formula(args, &table)?;
    let target = match &formula {
        Some(formula) => formula.target(),
        None => target(args, &table, &name)?,
    };
    Ok(Source { data: Data::Table(table), name, target, formula, family: None, note: None })
}

impl Source {
    /// Which column plays which part.
    pub fn roles(&self, args: &DataArgs) -> Roles {
        if let Some(formula) = &self.formula {
            return Roles { weights: args.weights.clone(), ..Roles::formula(formula.clone()) };
        }
        Roles {
            target: self.target.clone(),
            // `--predictors ''` fits the intercept alone.
            predictors: args
                .predictors
                .clone()
                .map(|names| names.into_iter().filter(|n| !n.is_empty()).collect()),
            exclude: args.exclude.clone(),
            weights: args.weights.clone(),
            offset: args.offset.clone(),
            formula: None,
        }
    }
}

fn embedded(args: &DataArgs) -> Result<Source, Failure> {
    let set = dataset(args.embedded.as_deref().unwrap_or(DEMO))?;
    let name = format!("{} (embedded)", set.name);
    let table = parse_csv(set.bytes, Some(Path::new(&name)), &args.csv());
    let table = table.map_err(|error| Failure::from(error).within(&name))?;
    let formula = formula(args, &table)?;
    let named = formula.as_ref().map(ModelFormula::target).or_else(|| args.target.clone());
    let target = named.unwrap_or_else(|| set.target.to_owned());
    let suggested = thalweg::likelihood::CATALOGUE.iter().any(|entry| entry.name == set.family);
    let family = (suggested && target == set.target).then_some(set.family);
    let note = args
        .embedded
        .is_none()
        .then(|| format!("no file was given: fitting the embedded data `{}`: {}", set.name, set.summary));
    Ok(Source { data: Data::Table(table), name, target, formula, family, note })
}

/// The formula, if there is one, held against the table.
fn formula(args: &DataArgs, table: &Table) -> Result<Option<ModelFormula>, Failure> {
    let formula = args.formula()?;
    if let Some(formula) = &formula {
        formula.check(table).map_err(|error| refused(&error))?;
    }
    Ok(formula)
}

/// The column that was named, or the one called `y` or `target`.
fn target(args: &DataArgs, table: &Table, file: &str) -> Result<String, Failure> {
    if let Some(name) = &args.target {
        return Ok(name.clone());
    }
    let usual = [Y, "target"].into_iter().find(|usual| table.names().any(|name| name == *usual));
    usual.map(str::to_owned).ok_or_else(|| {
        let names: Vec<&str> = table.names().collect();
        Failure::Usage(format!(
            "{file}: which column is to be predicted? none is called `y` or `target`; name it with --target, one of: {}",
            list(names.into_iter(), 20)
        ))
    })
}
