//! What there is to see of an M-estimator: its predictions beside the targets.

use thalweg::core::{Design, Target};
use thalweg::models::Prediction;
use thalweg_report::{Page, QuantileQuantile, Reference, ResidualsFitted, Section};

use super::residuals::calibrated;

use crate::data::sample::Sample;
use crate::drawn::{Captioned, drawn};
use crate::failure::Failure;
use crate::fit::Outcome;
use crate::fit::fitted::Fitted;

/// The sections on residuals and on predictions.
pub fn sections(page: Page, outcome: &Outcome, data: &Sample) -> Result<Page, Failure> {
    let Fitted::Estimate(fit) = &outcome.fit else { return Ok(page) };
    let without = |why: &str| Section::new("Predictions").paragraph(why);
    if fit.outputs > 1 {
        return Ok(page.section(without(
            "There are no pictures of predictions: the loss has several predictors a row, and one picture shows one.",
        )));
    }
    let observations = data.observations();
    let design = Design::from_columns(observations.x)?;
    let fitted = outcome.artifact.predict(&design, observations.offset, Prediction::Response)?;
    let (target, mean) = match &fit.likelihood {
        Some((family, _)) => (thalweg::likelihood::family(family)?.target(), true),
        None => {
            let properties = thalweg::losses::loss::<f64>(&fit.loss)?.properties();
            (properties.target, properties.response.is_some())
        }
    };
    let binary = matches!(target, Target::UnitInterval | Target::Binary);
    let mut page = page;
    if binary {
        let section = Section::new("Residuals").paragraph(
            "There are no pictures of residuals: those of outcomes mean something only through their distribution, and a penalised or robust \
             estimate comes without one. The calibration below shows whether the probabilities hold.",
        );
        if mean {
            page = page.section(section);
        }
    } else {
        page = page.section(raw(data.y(), &fitted, target));
    }
    let shares = data.y().iter().all(|y| (0.0..=1.0).contains(y));
    Ok(page.section(if !mean && !matches!(fit.loss.as_str(), "squared") {
        without(if binary {
            "There is no calibration: this loss tells the classes apart without giving probabilities."
        } else {
            "There is no calibration: what this loss estimates is no mean, so means of the target need not agree with it."
        })
    } else if binary && !shares {
        without("There is no calibration: the classes are not coded as 0 and 1.")
    } else {
        calibrated(outcome, data, &fitted, binary)
    }))
}

/// Targets minus predictions.
fn raw(y: &[f64], fitted: &[f64], target: Target) -> Section {
    let residuals: Vec<f64> = y.iter().zip(fitted).map(|(y, mu)| y - mu).collect();
    let section = Section::new("Residuals").paragraph(
        "Residuals are targets minus predictions, in the units of the target: an M-estimator has no distribution that would give them a scale.",
    );
    let mut against = ResidualsFitted::new(fitted, &residuals);
    against.fitted_label = "Prediction";
    against.residual_label = "Target minus prediction";
    let caption = "The smoother is level where nothing is missing; a bend asks for another term. It lies near zero where the loss estimates a \
                   centre, such as a mean or a median.";
    let section = drawn(section, "the residuals", &Captioned { figure: &against, caption });
    if target != Target::Real {
        return section;
    }
    let mut normal = QuantileQuantile::new(&residuals);
    normal.reference = Reference::Quartiles;
    normal.label = "Target minus prediction";
    drawn(section, "the quantiles", &normal)
}
