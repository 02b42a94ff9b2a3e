//! `thalweg list [KIND]`: what there is to choose from, out of the libraries' catalogues.

mod penalties;

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;
use thalweg::core::Entry;

use crate::console::{Console, FAINT, TITLE};
use crate::failure::Failure;
use crate::products::Products;
use crate::save;
use crate::text::wrap;

/// The options of `thalweg list`.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// What to list; everything if not given
    pub kind: Option<Kind>,

    /// Print one JSON object: kind -> items
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Write a page that shows what each penalty does, for `thalweg list penalties`; a file of this name is replaced
    #[arg(long, value_name = "OUT.html", help_heading = "Output")]
    pub report: Option<PathBuf>,
}

/// The kinds of things.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// How wrong is one prediction
    #[value(alias = "loss")]
    Losses,
    /// How the target is distributed
    #[value(alias = "family")]
    Families,
    /// How the mean depends on the predictors
    #[value(alias = "link")]
    Links,
    /// What keeps coefficients small
    #[value(alias = "penalty")]
    Penalties,
    /// How to get to the minimum
    #[value(alias = "optimizer")]
    Optimizers,
    /// What keeps a network from memorising
    Training,
    /// What minimisers are tried on, by `thalweg minimize`
    #[value(alias = "problem")]
    Problems,
    /// Embedded data
    #[value(alias = "dataset", alias = "data")]
    Datasets,
}

/// One line of the list.
#[derive(Serialize)]
struct Item {
    name: &'static str,
    summary: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Vec<Setting>>,
    example: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    data: Option<DataFacts>,
}

#[derive(Serialize)]
struct Setting {
    name: &'static str,
    default: f64,
    rule: &'static str,
    summary: &'static str,
}

#[derive(Serialize)]
struct DataFacts {
    rows: usize,
    columns: usize,
    target: &'static str,
    /// The family that suits the target, where the catalogue has it.
    family: Option<&'static str>,
    source: &'static str,
    licence: &'static str,
}

/// Lists.
pub fn run(args: &ListArgs, console: &Console) -> Result<ExitCode, Failure> {
    let page = page(args)?;
    let kinds = args.kind.as_ref().map_or_else(|| Kind::value_variants(), std::slice::from_ref);
    let mut text = String::new();
    if args.json {
        // One by one, so that kinds and fields keep their order.
        let object =
            |kind: &Kind| Ok(format!("\"{}\":{}", title(*kind), serde_json::to_string(&items(*kind))?));
        let objects: serde_json::Result<Vec<String>> = kinds.iter().map(object).collect();
        text = format!("{{{}}}\n", objects.map_err(std::io::Error::from)?.join(","));
    } else {
        for (i, kind) in kinds.iter().enumerate() {
            let gap = if i > 0 { "\n" } else { "" };
            let _ = writeln!(text, "{gap}{TITLE}{}{TITLE:#}", title(*kind));
            text.push_str(&block(&items(*kind), console.width()));
        }
    }
    let page = args.report.as_deref().zip(page.as_deref());
    Products { notes: &[], text, model: None, page, warnings: &[], json: args.json }.deliver(console)?;
    Ok(ExitCode::SUCCESS)
}

/// The page that `--report` asks for.
fn page(args: &ListArgs) -> Result<Option<String>, Failure> {
    let Some(path) = &args.report else { return Ok(None) };
    if args.kind != Some(Kind::Penalties) {
        return Err(Failure::Usage(
            "--report has pictures of penalties only; write `thalweg list penalties --report FILE`"
                .to_owned(),
        ));
    }
    save::check(path)?;
    penalties::html().map(Some)
}

/// Name and summary of each item, and below them what else there is to know.
fn block(items: &[Item], width: usize) -> String {
    let column = items.iter().map(|item| item.name.len()).max().unwrap_or(0);
    let indent = column + 4;
    let mut text = String::new();
    for item in items {
        let line =
            wrap(item.summary, width.saturating_sub(indent), 0).replace('\n', &format!("\n{:indent$}", ""));
        let _ = writeln!(text, "  {:column$}  {line}", item.name);
        let mut fact = |fact: String| {
            let fact =
                wrap(&fact, width.saturating_sub(indent), 2).replace('\n', &format!("\n{:indent$}", ""));
            let _ = writeln!(text, "{:indent$}{FAINT}{fact}{FAINT:#}", "");
        };
        for setting in item.parameters.iter().flatten() {
            fact(format!(
                "{} (default {}): {}; {}",
                setting.name, setting.default, setting.summary, setting.rule
            ));
        }
        if item.parameters.as_ref().is_some_and(|p| !p.is_empty()) {
            fact(format!("example: {}", item.example));
        }
        if let Some(data) = &item.data {
            let family = data.family.map_or_else(String::new, |family| format!(" ({family})"));
            fact(format!(
                "{} x {}, target {}{family}; {}",
                data.rows, data.columns, data.target, data.licence
            ));
        }
    }
    text
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Losses => "losses",
        Kind::Families => "families",
        Kind::Links => "links",
        Kind::Penalties => "penalties",
        Kind::Optimizers => "optimizers",
        Kind::Training => "training",
        Kind::Problems => "problems",
        Kind::Datasets => "datasets",
    }
}

fn items(kind: Kind) -> Vec<Item> {
    match kind {
        Kind::Losses => {
            let one = thalweg::losses::CATALOGUE.iter().map(item);
            let several = thalweg::losses::ROWWISE.iter().map(item);
            one.chain(several).chain(thalweg::losses::SETS.iter().map(item)).collect()
        }
        Kind::Families => thalweg::likelihood::CATALOGUE.iter().map(item).collect(),
        Kind::Links => thalweg::likelihood::LINKS.iter().map(item).collect(),
        Kind::Penalties => thalweg::regularization::CATALOGUE.iter().map(item).collect(),
        Kind::Optimizers => {
            let smooth = thalweg::optimizers::CATALOGUE.iter().map(item);
            let composite = thalweg::optimizers::COMPOSITE.iter().map(item);
            let squares = thalweg::optimizers::LEAST_SQUARES.iter().map(item);
            let by_values = thalweg::optimizers::DERIVATIVE_FREE.iter().map(item);
            let stochastic = thalweg::optimizers::UPDATES.iter().map(item);
            smooth.chain(squares).chain(by_values).chain(composite).chain(stochastic).collect()
        }
        Kind::Training => thalweg::regularization::training::CATALOGUE.iter().map(item).collect(),
        Kind::Problems => thalweg::problems::CATALOGUE.iter().map(item).collect(),
        Kind::Datasets => thalweg::data::DATASETS.iter().map(dataset).collect(),
    }
}

fn item<M>(entry: &Entry<M>) -> Item {
    let parameters = entry.parameters.iter().map(|p| Setting {
        name: p.name,
        default: p.default,
        rule: p.rule,
        summary: p.summary,
    });
    Item {
        name: entry.name,
        summary: entry.summary,
        parameters: Some(parameters.collect()),
        example: entry.example.to_owned(),
        data: None,
    }
}

fn dataset(set: &thalweg::data::Dataset) -> Item {
    Item {
        name: set.name,
        summary: set.summary,
        parameters: None,
        example: format!("thalweg fit --data {}", set.name),
        data: Some(DataFacts {
            rows: set.rows,
            columns: set.columns,
            target: set.target,
            family: thalweg::likelihood::CATALOGUE.iter().map(|e| e.name).find(|name| *name == set.family),
            source: set.source,
            licence: set.licence,
        }),
    }
}
