//! The report for people.

use std::fmt::Write;

use anstyle::Style;
use thalweg::core::Status;
use thalweg::models::{Estimate, GlmFit};

use super::fitted::Fitted;
use super::{Outcome, Scores, table};
use crate::console::{BAD, FAINT, GOOD, TITLE, WARN, paragraph};
use crate::number::{general, trimmed};
use crate::scores;
use crate::text::{capital, count, wrap};

/// The report in at most `width` columns.
pub fn text(outcome: &Outcome, width: usize) -> String {
    let fit = &outcome.fit;
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = title(&mut out, outcome, width);
    let (lines, hidden, dropped) = table::lines(fit, &outcome.basis.percent(), width);
    out.push('\n');
    for (i, line) in lines.iter().enumerate() {
        let style = if i == 0 { FAINT } else { Style::new() };
        let _ = writeln!(out, "{style}{line}{style:#}");
    }
    if dropped {
        let level = outcome.basis.percent();
        let _ = writeln!(out, "{FAINT}({level} intervals need a wider terminal; --json has them){FAINT:#}");
    }
    if let Some(remark) = outcome.remark() {
        let _ = writeln!(out, "{FAINT}{}{FAINT:#}", wrap(&remark, width, 2));
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

/// What kind of model it is, such as `Logistic regression, family binomial, link logit`.
pub fn heading(outcome: &Outcome) -> String {
    let model = match &outcome.fit {
        Fitted::Glm(fit) => {
            let kind = match (fit.family, fit.link.as_str()) {
                ("gaussian", "identity") => "linear regression, ",
                ("binomial", "logit") => "logistic regression, ",
                ("binomial", "probit") => "probit regression, ",
                ("poisson", "log") => "Poisson regression, ",
                ("negative-binomial", "log") => "negative binomial regression, ",
                ("gamma", _) => "gamma regression, ",
                ("inverse-gaussian", _) => "inverse Gaussian regression, ",
                ("tweedie", _) => "Tweedie regression, ",
                _ => "",
            };
            // An estimated parameter has a line of its own.
            let family = if fit.nuisance.is_some() { fit.family } else { &fit.distribution };
            format!("{kind}family {family}, link {}", fit.link)
        }
        Fitted::Estimate(fit) => match &fit.likelihood {
            Some((family, link)) => format!("penalised likelihood, family {family}, link {link}"),
            None => format!("M-estimator, loss {}", fit.loss),
        },
    };
    capital(&model)
}

/// What was fitted to what.
pub fn facts(outcome: &Outcome) -> String {
    outcome.about.line(outcome.fit.common().n, outcome.fit.coefficients().len())
}

/// The penalty, if there is one.
pub fn penalty(outcome: &Outcome) -> Option<String> {
    let fit = outcome.fit.common();
    let scale = match &outcome.fit {
        Fitted::Estimate(fit) if fit.standardized => " on standardised columns",
        _ => "",
    };
    (fit.penalty != "none").then(|| format!("penalty {}, lambda = {:?}{scale}", fit.penalty, fit.lambda))
}

fn title(out: &mut String, outcome: &Outcome, width: usize) -> std::fmt::Result {
    writeln!(out, "{TITLE}{}{TITLE:#}", heading(outcome))?;
    writeln!(out, "{}", wrap(&facts(outcome), width, 2))?;
    if let Some(penalty) = penalty(outcome) {
        writeln!(out, "{penalty}")?;
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
    if let Some((name, value)) = nuisance(fit) {
        writeln!(out, "{FAINT}{name:<14}{FAINT:#}  {value}")?;
    }
    Ok(())
}

/// The parameter of the distribution that was estimated: its name, and its value with the standard error.
pub fn nuisance(fit: &GlmFit) -> Option<(&'static str, String)> {
    let nuisance = fit.nuisance.as_ref()?;
    let number = |x: f64| trimmed(x, 5);
    let value = match (nuisance.estimate, nuisance.std_error) {
        (estimate, _) if estimate.is_nan() => "not estimated".to_owned(),
        (f64::INFINITY, _) => "-> +inf".to_owned(),
        (estimate, error) if error.is_finite() => {
            format!("{} (std. error {})", number(estimate), number(error))
        }
        (estimate, _) => number(estimate),
    };
    Some((nuisance.name, value))
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

/// What the status means for this fit.
pub fn verdict(fit: &Fitted) -> String {
    let fit = fit.common();
    let proof = fit.certificate.bound().map(|bound| {
        format!("objective within {} of its minimum ({} bound)", general(bound, 2), fit.certificate.kind())
    });
    let gradient = format!("largest gradient entry {}", general(fit.gradient_inf, 2));
    match (fit.status, proof) {
        (Status::Certified, Some(proof)) => proof,
        // The warning below says the rest.
        (Status::Separated, _) => "no finite maximum-likelihood estimates exist".to_owned(),
        (Status::Stationary, Some(proof)) => {
            format!("the gradient vanishes to tolerance; {proof}, which --gap does not accept; {gradient}")
        }
        (status, Some(proof)) => format!("{}; {proof}; {gradient}", status.advice()),
        (status, None) => format!("{}; {gradient}", status.advice()),
    }
}

/// The optimizer and the effort it took.
pub fn effort(fit: &Fitted) -> String {
    let fit = fit.common();
    let (iterations, evaluations) =
        (count(fit.iterations, "iteration"), count(fit.counts.total(), "evaluation"));
    format!("{}: {iterations}, {evaluations}", fit.choice.optimizer)
}

fn outcome_block(out: &mut String, fit: &Fitted, width: usize) -> std::fmt::Result {
    let (verdict, effort) = (verdict(fit), effort(fit));
    let fit = fit.common();
    let (status, style) = match fit.status {
        Status::Certified => (fit.status, GOOD),
        Status::Stationary => (fit.status, GOOD),
        status => (status, BAD),
    };
    writeln!(out, "\n{}", paragraph(&format!("{status}:"), style, &verdict, width))?;
    let effort = format!("{effort}, {} s", general(fit.seconds, 2));
    writeln!(out, "{FAINT}{effort}{FAINT:#}")?;
    writeln!(out, "{FAINT}  {}{FAINT:#}", wrap(&fit.choice.because, width.saturating_sub(2), 2))
}
