//! The report for people.

use std::fmt::Write;

use anstyle::Style;
use thalweg::core::Status;
use thalweg::models::{Estimate, GlmFit};

use super::fitted::Fitted;
use super::{Outcome, Scores, table};
use crate::console::{BAD, FAINT, GOOD, TITLE, WARN};
use crate::number::{general, trimmed};
use crate::scores;
use crate::text::{count, wrap};

/// The report in at most `width` columns.
pub fn text(outcome: &Outcome, width: usize) -> String {
    let fit = &outcome.fit;
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = title(&mut out, outcome, width);
    let (lines, hidden, dropped) = table::lines(fit, width);
    out.push('\n');
    for (i, line) in lines.iter().enumerate() {
        let style = if i == 0 { FAINT } else { Style::new() };
        let _ = writeln!(out, "{style}{line}{style:#}");
    }
    if dropped {
        let _ = writeln!(out, "{FAINT}(95 % intervals need a wider terminal; --json has them){FAINT:#}");
    }
    if hidden > 0 {
        let more = count(hidden as u64, "smaller coefficient");
        let _ = writeln!(out, "{FAINT}({more} not shown; --json has them){FAINT:#}");
    }
    out.push('\n');
    let _ = match fit {
        Fitted::Glm(fit) => goodness(&mut out, fit),
        Fitted::Estimate(fit) => objective(&mut out, fit),
    };
    if let Some(held) = &outcome.scores {
        let _ = comparison(&mut out, held);
    }
    let _ = outcome_block(&mut out, fit, width);
    if !outcome.warnings.is_empty() {
        out.push('\n');
    }
    for warning in &outcome.warnings {
        let _ = writeln!(out, "{}", paragraph("warning:", WARN, warning, width));
    }
    out
}

fn title(out: &mut String, outcome: &Outcome, width: usize) -> std::fmt::Result {
    let model = match &outcome.fit {
        Fitted::Glm(fit) => {
            let kind = match (fit.family, fit.link.as_str()) {
                ("gaussian", "identity") => "linear regression, ",
                ("binomial", "logit") => "logistic regression, ",
                ("binomial", "probit") => "probit regression, ",
                ("poisson", "log") => "Poisson regression, ",
                _ => "",
            };
            format!("{kind}family {}, link {}", fit.family, fit.link)
        }
        Fitted::Estimate(fit) => match &fit.likelihood {
            Some((family, link)) => format!("penalised likelihood, family {family}, link {link}"),
            None => format!("M-estimator, loss {}", fit.loss),
        },
    };
    let fit = outcome.fit.common();
    let mut capital = model.chars();
    let first: String = capital.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    writeln!(out, "{TITLE}{first}{}{TITLE:#}", capital.as_str())?;
    let levels = match &outcome.levels {
        Some((zero, one)) => format!(" ({one} = 1, {zero} = 0)"),
        None => String::new(),
    };
    let facts = format!(
        "{}{levels} on {}, n = {}, p = {}, data: {}",
        outcome.target,
        count(outcome.predictors as u64, "column"),
        fit.n,
        outcome.fit.coefficients().len(),
        outcome.source
    );
    writeln!(out, "{}", wrap(&facts, width, 2))?;
    if fit.penalty != "none" {
        let scale = match &outcome.fit {
            Fitted::Estimate(fit) if fit.standardized => " on standardised columns",
            _ => "",
        };
        writeln!(out, "penalty {}, lambda = {:?}{scale}", fit.penalty, fit.lambda)?;
    }
    Ok(())
}

fn goodness(out: &mut String, fit: &GlmFit) -> std::fmt::Result {
    let number = |x: f64| trimmed(x, 7);
    let pairs = [
        [("log-likelihood", number(fit.log_likelihood)), ("dispersion", trimmed(fit.dispersion, 5))],
        [
            ("deviance", format!("{} on {} df", number(fit.deviance), trimmed(fit.df_residual, 7))),
            ("null", format!("{} on {} df", number(fit.null_deviance), trimmed(fit.df_null, 7))),
        ],
        [("AIC", number(fit.aic)), ("BIC", number(fit.bic))],
    ];
    let left = pairs.iter().map(|[(_, value), _]| value.len()).max().unwrap_or(0);
    for [(a, x), (b, y)] in pairs {
        writeln!(out, "{FAINT}{a:<14}{FAINT:#}  {x:<left$}   {FAINT}{b:<10}{FAINT:#}  {y}")?;
    }
    Ok(())
}

/// The metrics of both parts side by side.
fn comparison(out: &mut String, held: &Scores) -> std::fmt::Result {
    let rows = scores::rows([&held.train, &held.test]);
    let cell = |value: f64| general(value, 5);
    let counts = [held.train.n, held.test.n].map(|n| n.to_string());
    let widest = |k: usize| {
        let cells = rows.iter().map(|(_, values)| cell(values[k]).len());
        cells.chain([counts[k].len(), "train".len()]).max().unwrap_or(0)
    };
    let (a, b) = (widest(0), widest(1));
    writeln!(
        out,
        "\n{FAINT}{:<14}  {:>a$}   {:>b$}{FAINT:#}",
        format!("split, seed {}", held.seed),
        "train",
        "test"
    )?;
    writeln!(out, "{FAINT}{:<14}{FAINT:#}  {:>a$}   {:>b$}", "rows", counts[0], counts[1])?;
    for (name, [train, test]) in &rows {
        writeln!(out, "{FAINT}{name:<14}{FAINT:#}  {:>a$}   {:>b$}", cell(*train), cell(*test))?;
    }
    Ok(())
}

fn objective(out: &mut String, fit: &Estimate) -> std::fmt::Result {
    let columns = fit.coefficients.len() - fit.outputs * usize::from(fit.intercept);
    writeln!(out, "{FAINT}objective{FAINT:#}  {} (mean loss plus penalty)", trimmed(fit.objective, 7))?;
    writeln!(out, "{FAINT}nonzero{FAINT:#}    {} of {}", fit.nonzero, count(columns as u64, "coefficient"))
}

fn outcome_block(out: &mut String, fit: &Fitted, width: usize) -> std::fmt::Result {
    let fit = fit.common();
    let (status, style) = match fit.status {
        Status::Certified => (fit.status, GOOD),
        Status::Stationary => (fit.status, GOOD),
        status => (status, BAD),
    };
    let proof = fit.certificate.bound().map(|bound| {
        format!("objective within {} of its minimum ({} bound)", general(bound, 2), fit.certificate.kind())
    });
    let gradient = format!("largest gradient entry {}", general(fit.gradient_inf, 2));
    let verdict = match (status, proof) {
        (Status::Certified, Some(proof)) => proof,
        // The warning below says the rest.
        (Status::Separated, _) => "no finite maximum-likelihood estimates exist".to_owned(),
        (Status::Stationary, Some(proof)) => {
            format!("the gradient vanishes to tolerance; {proof}, which --gap does not accept; {gradient}")
        }
        (_, Some(proof)) => format!("{}; {proof}; {gradient}", status.advice()),
        (_, None) => format!("{}; {gradient}", status.advice()),
    };
    writeln!(out, "\n{}", paragraph(&format!("{status}:"), style, &verdict, width))?;
    let (iterations, evaluations) =
        (count(fit.iterations, "iteration"), count(fit.counts.total(), "evaluation"));
    let effort =
        format!("{}: {iterations}, {evaluations}, {} s", fit.choice.optimizer, general(fit.seconds, 2));
    writeln!(out, "{FAINT}{effort}{FAINT:#}")?;
    writeln!(out, "{FAINT}  {}{FAINT:#}", wrap(&fit.choice.because, width.saturating_sub(2), 2))
}

/// A styled lead and its text, wrapped as one paragraph.
fn paragraph(lead: &str, style: Style, text: &str, width: usize) -> String {
    let whole = wrap(&format!("{lead} {text}"), width, 2);
    match whole.strip_prefix(lead) {
        Some(rest) => format!("{style}{lead}{style:#}{rest}"),
        None => whole,
    }
}
