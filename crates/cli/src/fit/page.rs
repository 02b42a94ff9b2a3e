//! `--report`: tables and pictures of a fit on one page that needs no network.

mod coefficients;
mod predictions;
mod residuals;

use thalweg::core::Status;
use thalweg::models::{Glm, GlmFit};
use thalweg_report::number::count;
use thalweg_report::{Page, Section, Table};

use super::fitted::Fitted;
use super::report::{effort, facts, heading, nuisance, penalty, verdict};
use super::{Outcome, Scores};
use crate::data::sample::Sample;
use crate::failure::Failure;
use crate::number::{general, trimmed};
use crate::scores;
use crate::text::capital;

/// The page of a fit to these rows; `seed` draws the residuals of discrete distributions.
pub fn html(outcome: &Outcome, glm: Option<&Glm>, data: &Sample, seed: u64) -> Result<String, Failure> {
    let mut page = Page::new(&heading(outcome)).subtitle(&facts(outcome));
    for warning in &outcome.warnings {
        page = page.warning(warning);
    }
    let status = outcome.fit.status();
    if !status.is_solved() && status != Status::Separated {
        page = page.warning(&format!("{status}: {}", status.advice()));
    }
    page = match &outcome.fit {
        Fitted::Glm(fit) => goodness(page, fit),
        Fitted::Estimate(fit) => page
            .fact("Rows", &count(fit.n))
            .fact("Objective", &trimmed(fit.objective, 7))
            .fact("Coefficients not 0", &count(fit.nonzero)),
    };
    if let Some(penalty) = penalty(outcome) {
        page = page.fact("Penalty", penalty.trim_start_matches("penalty "));
    }
    page = certified(page, outcome);
    page = page.section(coefficients::section(outcome, data)?);
    page = match (&outcome.fit, glm) {
        (Fitted::Glm(fit), Some(glm)) => residuals::sections(page, outcome, fit, glm, data, seed)?,
        _ => predictions::sections(page, outcome, data)?,
    };
    if let Some(scores) = &outcome.scores {
        page = page.section(held_out(scores)?);
    }
    let search = Section::new("Search")
        .paragraph(&format!("{status}: {}.", verdict(&outcome.fit)))
        .paragraph(&format!(
            "{}. {}.",
            capital(&effort(&outcome.fit)),
            capital(&outcome.fit.common().choice.because)
        ));
    let footer = format!("Written by thalweg {} from {}.", env!("CARGO_PKG_VERSION"), outcome.about.source);
    Ok(page.section(search).footer(&footer).html())
}

fn goodness(page: Page, fit: &GlmFit) -> Page {
    let number = |x: f64| trimmed(x, 7);
    let on = |x: f64, df: f64| format!("{} on {} df", number(x), number(df));
    let rows = match fit.observations == (fit.n as f64) {
        true => count(fit.n),
        false => format!("{} ({} observations)", count(fit.n), number(fit.observations)),
    };
    // An estimated parameter has a fact of its own.
    let family = if fit.nuisance.is_some() { fit.family } else { &fit.distribution };
    let mut page = page.fact("Rows", &rows).fact("Family", family).fact("Link", &fit.link);
    if let Some((name, value)) = nuisance(fit) {
        page = page.fact(name, &value);
    }
    page.fact("Log-likelihood", &number(fit.log_likelihood))
        .fact("Deviance", &on(fit.deviance, fit.df_residual))
        .fact("Null deviance", &on(fit.null_deviance, fit.df_null))
        .fact("Dispersion", &trimmed(fit.dispersion, 5))
        .fact("AIC", &number(fit.aic))
        .fact("BIC", &number(fit.bic))
}

fn certified(page: Page, outcome: &Outcome) -> Page {
    let fit = outcome.fit.common();
    let page = page.fact("Status", &fit.status.to_string());
    let page = match fit.certificate.bound() {
        Some(bound) => page.fact("Above the minimum by at most", &general(bound, 2)),
        None => page.fact("Above the minimum by at most", "not known"),
    };
    page.fact("Optimizer", fit.choice.optimizer)
}

/// What the model is worth on rows that it has not seen.
fn held_out(held: &Scores) -> Result<Section, Failure> {
    let mut table = Table::new(&format!("Rows set apart by seed {}", held.seed))
        .text_column("")
        .number_column("training rows")
        .number_column("test rows");
    table.row(["rows".to_owned(), count(held.train.n), count(held.test.n)])?;
    for (name, [train, test]) in scores::rows([&held.train, &held.test]) {
        table.row([name.to_owned(), general(train, 5), general(test, 5)])?;
    }
    Ok(Section::new("Rows set apart")
        .paragraph("The model and the pictures above are of the training rows alone.")
        .table(&table))
}
