//! The options of `thalweg stability`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use thalweg::models::{FalseSelections, Path, StabilitySelection};

use crate::failure::Failure;
use crate::path::WalkArgs;
use crate::penalty::Described;
use crate::text::count;
use crate::{save, values};

/// The options of `thalweg stability`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  thalweg stability                              the lasso on embedded demo data, fifty pairs of halves
  thalweg stability data.csv -y cost --standardize --false-selections 0.5
  thalweg stability data.csv -y sick --threshold 0.9 --pairs 100 --seed 7 --report stability.html

The path is followed on random halves of the rows. Stable is a predictor that at least the share --threshold of the halves select at one of the lambda
that are judged: those from the largest on, as long as no more than --false-selections false ones are to be expected among the stable. The halves are a
function of the seed; the results do not depend on the number of threads.

Exit code: 0 every lambda Certified or Stationary, 1 any other status (results still written), 2 wrong usage or data, 130 interrupted: the
shares are then those of the pairs of halves that were done.")]
pub struct StabilityArgs {
    /// Model and sequence.
    #[command(flatten)]
    pub walk: WalkArgs,

    /// How many times the rows are split in two halves
    #[arg(long, value_name = "B", default_value = "50", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Selection")]
    pub pairs: u64,

    /// The share of the halves that must agree, above 0.5
    #[arg(long, value_name = "PI", default_value = "0.75", value_parser = values::number, allow_negative_numbers = true, help_heading = "Selection")]
    pub threshold: f64,

    /// How many false selections to expect at most; `inf` judges every lambda
    #[arg(long, value_name = "V", default_value = "1", value_parser = values::number, allow_negative_numbers = true, help_heading = "Selection")]
    pub false_selections: f64,

    /// What the bound on them assumes
    #[arg(long, value_name = "NAME", default_value = "any", help_heading = "Selection")]
    pub bound: Bound,

    /// What decides which row is in which half
    #[arg(long, value_name = "N", default_value = "0", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Selection")]
    pub seed: u64,

    /// Lines of the table at most
    #[arg(long, value_name = "N", default_value = "24", value_parser = values::whole, allow_negative_numbers = true, help_heading = "Output")]
    pub rows: u64,

    /// Print one JSON object (schema thalweg.stability/1)
    #[arg(long, help_heading = "Output")]
    pub json: bool,

    /// Write a page of pictures and tables that needs no network; a file of this name is replaced
    #[arg(long, value_name = "OUT.html", help_heading = "Output")]
    pub report: Option<PathBuf>,
}

/// A bound.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Nothing about the shares
    Any,
    /// That the shares have a single mode: about half as large
    Unimodal,
}

impl Bound {
    /// As JSON spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Unimodal => "unimodal",
        }
    }
}

impl StabilityArgs {
    /// Refuses what can be refused before any data is read.
    pub fn check(&self) -> Result<(), Failure> {
        self.walk.check()?;
        let penalty = self.walk.penalty()?;
        if Described::new(&penalty)?.plain()?.is_some_and(|penalty| penalty.is_quadratic()) {
            return Err(Failure::Usage(format!(
                "--penalty {penalty} shrinks coefficients and makes none of them 0, so that it selects nothing; choose one such as lasso or mcp"
            )));
        }
        self.rule(StabilitySelection::new(Path::new("gaussian")?))?;
        self.report.iter().try_for_each(|path| save::check(path))
    }

    /// With pairs, threshold, bound and seed.
    pub fn rule(&self, selection: StabilitySelection) -> Result<StabilitySelection, Failure> {
        let bound = match self.bound {
            Bound::Any => FalseSelections::Any,
            Bound::Unimodal => FalseSelections::Unimodal,
        };
        let pairs = usize::try_from(self.pairs).unwrap_or(usize::MAX);
        let selection = selection.pairs(pairs)?.threshold(self.threshold)?;
        Ok(selection.false_selections(self.false_selections)?.bound(bound).seed(self.seed))
    }

    /// How the rows are halved, in words.
    pub fn halved(&self) -> String {
        format!("{} of complementary halves, seed {}", count(self.pairs, "pair"), self.seed)
    }
}
