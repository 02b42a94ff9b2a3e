//! Errors about a row of numbers become errors about a line and a column of the file.

use thalweg::Error;

use super::DataArgs;
use super::sample::Sample;
use crate::number::general;

/// The same error, placed in the file.
pub fn error(error: Error, data: &Sample, args: &DataArgs, model: &str, is_loss: bool) -> Error {
    let (what, row, problem, remedy) = match &error {
        Error::OutsideDomain { what, row, value, rule, .. } if what.contains("target") => {
            let kind = if is_loss { "loss" } else { "family" };
            let problem = format!("value {} does not suit the {model} {kind}: {rule}", general(*value, 17));
            let remedy = match model {
                "binomial" => "code the outcome as 0 and 1, or choose another --family".to_owned(),
                _ => format!("correct it, or choose another --{kind}"),
            };
            (what, *row, problem, remedy)
        }
        Error::OutsideDomain { what, row, value, rule, remedy } => {
            (what, *row, format!("value {} is not allowed: {rule}", general(*value, 17)), remedy.clone())
        }
        Error::NonFinite { what, row, value } => (
            what,
            *row,
            format!("value {value} is not a finite number"),
            "correct it, or write NA if it is missing".to_owned(),
        ),
        Error::InvalidParameter { name, value, .. } if name == "weights" => {
            return Error::Data {
                file: data.source().map(Into::into),
                line: None,
                column: args.weights.clone(),
                problem: format!("the weights are {value}"),
                remedy: "give at least one row a positive weight".to_owned(),
            };
        }
        _ => return error,
    };
    let Some(line) = data.locate(row) else { return error };
    let column = match what.as_str() {
        // The target of svmlight has no column.
        what if what.contains("target") && matches!(data, Sample::Sparse(_)) => None,
        what if what.contains("target") => Some(data.target().to_owned()),
        what if what.contains("weight") => args.weights.clone(),
        what if what.contains("offset") => args.offset.clone(),
        what => what.strip_prefix("predictor `").and_then(|name| name.strip_suffix('`')).map(str::to_owned),
    };
    Error::Data { file: data.source().map(Into::into), line: Some(line), column, problem, remedy }
}
