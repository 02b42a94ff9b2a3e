//! How predictions are written: a column for other programs to paste, or one JSON object.

use std::fmt::Write;

use serde::Serialize;
use thalweg::models::{Artifact, Metrics, Model};

use super::args::{Kind, PredictArgs};
use super::rows::Predicted;
use crate::failure::Failure;

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    model: String,
    data: &'a str,
    family: Option<&'a str>,
    link: Option<&'a str>,
    loss: Option<&'a str>,
    r#type: &'static str,
    /// The level whose probability a response is.
    level: Option<&'a str>,
    /// Rows of the data.
    n: usize,
    /// Rows without a prediction, which are null below.
    left_out: usize,
    predictions: &'a [f64],
    metrics: Option<Metrics>,
    warnings: &'a [String],
    version: &'static str,
}

/// A header and a line a row: the shortest digits that give the number back, or NA. (A blank line would be skipped by most readers of
/// CSV, and all below it would move up.)
pub fn column(predicted: &Predicted) -> String {
    let mut text = String::with_capacity(predicted.values.len() * 20 + 16);
    text.push_str("prediction\n");
    for value in &predicted.values {
        // Writing to a string cannot fail.
        let _ = if value.is_nan() { writeln!(text, "NA") } else { writeln!(text, "{value:?}") };
    }
    text
}

/// The object, on one line.
pub fn object(
    args: &PredictArgs,
    artifact: &Artifact,
    data: &str,
    predicted: &Predicted,
) -> Result<String, Failure> {
    let (family, link, loss) = match &artifact.model {
        Model::Glm { family, link } => (Some(family.as_str()), Some(link.as_str()), None),
        Model::Loss { loss } => (None, None, Some(loss.as_str())),
    };
    let levels = artifact.target_levels.as_deref().unwrap_or_default();
    let object = Object {
        schema: "thalweg.predict/1",
        model: args.model.display().to_string(),
        data,
        family,
        link,
        loss,
        r#type: if args.kind == Kind::Link { "link" } else { "response" },
        level: match levels {
            [_, one] => Some(one),
            _ => None,
        },
        n: predicted.values.len(),
        left_out: predicted.left_out,
        // serde_json writes NaN and infinities as null.
        predictions: &predicted.values,
        metrics: predicted.metrics,
        warnings: &predicted.warnings,
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok(serde_json::to_string(&object).map_err(std::io::Error::from)? + "\n")
}
