//! [`Source`]: the table to fit, from a file, standard input or the embedded data, and the column to predict.

use std::io::Read;
use std::path::Path;

use thalweg::data::{Roles, Table, dataset, parse_csv, read_csv};

use super::FitArgs;
use crate::failure::Failure;
use crate::text::list;

/// What `thalweg fit` shows a newcomer.
const DEMO: &str = "anes96";

/// What error texts call it.
const STDIN: &str = "standard input";

/// A table and its target.
pub struct Source {
    /// The data.
    pub table: Table,
    /// Where it came from, for titles.
    pub name: String,
    /// The column to predict.
    pub target: String,
    /// The family that suits embedded data with this target.
    pub family: Option<&'static str>,
    /// What to say about it.
    pub note: Option<String>,
}

/// Reads the data that the arguments name.
pub fn load(args: &FitArgs) -> Result<Source, Failure> {
    match &args.path {
        Some(path) => {
            let piped = path.as_os_str() == "-";
            let name = if piped { STDIN.to_owned() } else { path.display().to_string() };
            let table = if piped { stdin(args) } else { read_csv(path, &args.csv()).map_err(Failure::from) };
            let table = table.map_err(|failure| failure.within(&name))?;
            let target = target(args, &table, &name)?;
            Ok(Source { table, name, target, family: None, note: None })
        }
        None => embedded(args),
    }
}

impl Source {
    /// Which column plays which part.
    pub fn roles(&self, args: &FitArgs) -> Roles {
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
        }
    }
}

fn embedded(args: &FitArgs) -> Result<Source, Failure> {
    let set = dataset(args.data.as_deref().unwrap_or(DEMO))?;
    let name = format!("{} (embedded)", set.name);
    let table = parse_csv(set.bytes, Some(Path::new(&name)), &args.csv());
    let table = table.map_err(|error| Failure::from(error).within(&name))?;
    let target = args.target.clone().unwrap_or_else(|| set.target.to_owned());
    let suggested = thalweg::likelihood::CATALOGUE.iter().any(|entry| entry.name == set.family);
    let family = (suggested && target == set.target).then_some(set.family);
    let note = args
        .data
        .is_none()
        .then(|| format!("no file was given: fitting the embedded data `{}`: {}", set.name, set.summary));
    Ok(Source { table, name, target, family, note })
}

fn stdin(args: &FitArgs) -> Result<Table, Failure> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| Failure::Usage(format!("{STDIN} cannot be read: {error}; name a file instead")))?;
    Ok(parse_csv(&bytes, Some(Path::new(STDIN)), &args.csv())?)
}

/// The column that was named, or the one called `y` or `target`.
fn target(args: &FitArgs, table: &Table, file: &str) -> Result<String, Failure> {
    if let Some(name) = &args.target {
        return Ok(name.clone());
    }
    let usual = ["y", "target"].into_iter().find(|usual| table.names().any(|name| name == *usual));
    usual.map(str::to_owned).ok_or_else(|| {
        let names: Vec<&str> = table.names().collect();
        Failure::Usage(format!(
            "{file}: which column is to be predicted? none is called `y` or `target`; name it with --target, one of: {}",
            list(names.into_iter(), 20)
        ))
    })
}
