//! What can be typed.

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::cv::CvArgs;
use crate::fit::FitArgs;
use crate::list::ListArgs;
use crate::minimize::MinimizeArgs;
use crate::path::PathArgs;
use crate::predict::PredictArgs;
use crate::stability::StabilityArgs;

/// Fit models to data, with a proof of how good the fit is.
#[derive(Parser, Debug)]
#[command(name = "thalweg", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    after_help = "Start with `thalweg fit`, which fits embedded demo data, then `thalweg fit data.csv --target NAME`."
)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,

    /// When to colour (NO_COLOR is honoured)
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: Color,

    /// Show results and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,

    /// Narrate the decisions and every step
    #[arg(short, long, global = true, help_heading = "Output")]
    pub verbose: bool,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Fit a generalized linear model to a data file
    Fit(Box<FitArgs>),
    /// Fit a penalised model at a whole sequence of penalty strengths
    Path(Box<PathArgs>),
    /// Choose the strength of a penalty by cross-validation
    Cv(Box<CvArgs>),
    /// Find the predictors that a penalised model selects whatever half of the rows it sees
    Stability(Box<StabilityArgs>),
    /// Predict new rows with a model that `fit --save` has written
    Predict(PredictArgs),
    /// Race minimisers on a test problem: paths, convergence and counts
    Minimize(MinimizeArgs),
    /// List losses, families, links, penalties, optimizers, methods of training and embedded data sets
    List(ListArgs),
    /// Print a completion script for a shell
    #[command(
        after_help = "For bash: thalweg completions bash > ~/.local/share/bash-completion/completions/thalweg"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// When to colour.
#[derive(ValueEnum, Copy, Clone, Debug, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}
