//! What the residuals of a generalized linear model say about it.

use thalweg::core::{Status, Target};
use thalweg::models::{Glm, GlmFit, Inference, Residual};
use thalweg_report::{
    Calibration, LeveragePlot, Outcome as Observed, Page, QuantileQuantile, Reference, ResidualsFitted,
    ScaleLocation, Section,
};

use crate::data::sample::Sample;
use crate::drawn::drawn;
use crate::failure::Failure;
use crate::fit::Outcome;

/// The residuals that are drawn.
struct Chosen {
    values: Vec<f64>,
    label: &'static str,
    /// Whether they have variance 1 if the model is right.
    standard: bool,
    words: String,
}

/// The sections on residuals and on predictions.
pub fn sections(
    page: Page,
    outcome: &Outcome,
    fit: &GlmFit,
    glm: &Glm,
    data: &Sample,
    seed: u64,
) -> Result<Page, Failure> {
    if fit.status == Status::Separated {
        let section = Section::new("Residuals").paragraph(
            "There are no pictures of residuals and predictions: as the coefficients run to infinity, the fitted probabilities run to \
             the outcomes themselves, and residuals from where the search stopped would look perfect whatever the model is worth.",
        );
        return Ok(page.section(section));
    }
    let observations = data.observations();
    let inference = glm.inference(&observations, fit)?;
    let chosen = chosen(&inference, fit, seed)?;
    let (x, x_label) = place(&inference, fit);
    let mut section = Section::new("Residuals").paragraph(&chosen.words);
    let mut against = ResidualsFitted::new(&x, &chosen.values);
    against.fitted_label = &x_label;
    against.residual_label = chosen.label;
    section = drawn(section, "the residuals", &against);
    let mut normal = QuantileQuantile::new(&chosen.values);
    normal.label = chosen.label;
    normal.reference = if chosen.standard { Reference::Standard } else { Reference::Quartiles };
    section = drawn(section, "the quantiles", &normal);
    let spread = format!("√|{}|", chosen.label.to_lowercase());
    let mut scale = ScaleLocation::new(&x, &chosen.values);
    scale.fitted_label = &x_label;
    scale.spread_label = &spread;
    section = drawn(section, "the spread", &scale);
    section = leverage(section, &inference, fit, data);
    let section = (page.section(section), calibration(outcome, fit, &inference, data)?);
    Ok(section.0.section(section.1))
}

/// Quantile residuals where there is a distribution, else deviance residuals, standardised where there are leverages.
fn chosen(inference: &Inference<'_>, fit: &GlmFit, seed: u64) -> Result<Chosen, Failure> {
    if let Ok(values) = inference.residuals(Residual::Quantile(seed)) {
        let continuous = matches!(target(fit)?, Target::Real | Target::Positive);
        let drawn = format!(
            " Where the target takes single values with a probability of their own, they are drawn at random between the steps of the \
             distribution (seed {seed}), so that no bands show that are not in the model."
        );
        let words = format!(
            "Quantile residuals are standard normal if the model is right, whatever the family.{}",
            if continuous { "" } else { &drawn }
        );
        return Ok(Chosen { values, label: "Quantile residual", standard: true, words });
    }
    if let Ok(values) = inference.standardized(Residual::Deviance) {
        let words = "A quasi-likelihood has no distribution, so these are deviance residuals over their standard deviation: of variance 1 if the \
                     model is right, but normal only nearly so."
            .to_owned();
        return Ok(Chosen { values, label: "Standardised deviance residual", standard: true, words });
    }
    let words =
        "A quasi-likelihood has no distribution, so these are deviance residuals, on their own scale."
            .to_owned();
    Ok(Chosen {
        values: inference.residuals(Residual::Deviance)?,
        label: "Deviance residual",
        standard: false,
        words,
    })
}

/// What the residuals are drawn over: the linear predictor, which spreads the rows where the link squeezes their means.
fn place(inference: &Inference<'_>, fit: &GlmFit) -> (Vec<f64>, String) {
    let label = match fit.link.as_str() {
        "identity" => "Fitted mean".to_owned(),
        "log" => "Linear predictor (log of the mean)".to_owned(),
        "logit" => "Linear predictor (log-odds)".to_owned(),
        link => format!("Linear predictor ({link} link)"),
    };
    (inference.linear_predictors().to_vec(), label)
}

/// The targets that the family takes.
fn target(fit: &GlmFit) -> Result<Target, Failure> {
    Ok(thalweg::likelihood::family(&fit.distribution)?.target())
}

fn leverage(section: Section, inference: &Inference<'_>, fit: &GlmFit, data: &Sample) -> Section {
    let (Ok(leverage), Ok(standardized)) = (inference.leverage(), inference.standardized(Residual::Pearson))
    else {
        return section.paragraph(
            "There is no picture of leverages: they rest on the covariance of the estimates, which this fit does not have.",
        );
    };
    let mut plot = LeveragePlot::new(&leverage, &standardized, fit.rank);
    plot.residual_label = "Standardised Pearson residual";
    // Only the rows that are named need a name.
    let mut names = vec![String::new(); leverage.len()];
    for (row, _) in plot.most_influential().unwrap_or_default() {
        if let Some(name) = names.get_mut(row) {
            *name =
                data.locate(row).map_or_else(|| format!("row {}", row + 1), |line| format!("line {line}"));
        }
    }
    plot.names = &names;
    drawn(section, "leverages", &plot)
}

fn calibration(
    outcome: &Outcome,
    fit: &GlmFit,
    inference: &Inference<'_>,
    data: &Sample,
) -> Result<Section, Failure> {
    let binary = target(fit)? == Target::UnitInterval;
    let fitted = inference.fitted();
    Ok(calibrated(outcome, data, &fitted, binary))
}

/// Observed against predicted means.
pub fn calibrated(outcome: &Outcome, data: &Sample, fitted: &[f64], binary: bool) -> Section {
    let kind = if binary { Observed::Binary } else { Observed::Mean };
    let mut figure = Calibration::new(data.y(), fitted, kind);
    figure.weights = data.weights().unwrap_or_default();
    // A mean of two or three rows says nothing.
    figure.bins = (data.y().len() / 7).clamp(2, 10);
    let labels = match (&outcome.about.levels, binary) {
        (Some((_, one)), true) => {
            (format!("Predicted probability of {one}"), format!("Observed share of {one}"))
        }
        (None, true) => ("Predicted probability".to_owned(), "Observed share".to_owned()),
        (_, false) => (
            format!("Predicted mean of {}", outcome.about.target),
            format!("Observed mean of {}", outcome.about.target),
        ),
    };
    (figure.predicted_label, figure.observed_label) = (&labels.0, &labels.1);
    let section = Section::new("Predictions").paragraph(
        "The rows in groups of equal size by their prediction: what was observed in each group against what the model predicts for it, on the \
         rows of the fit.",
    );
    drawn(section, "the calibration", &figure)
}
