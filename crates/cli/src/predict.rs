//! `thalweg predict`: a saved model, new rows, one prediction each.

mod args;
mod output;
mod rows;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use thalweg::Error;
use thalweg::core::par;
use thalweg::models::Artifact;

use crate::console::Console;
use crate::failure::Failure;
use crate::input::Input;
use crate::save;
use crate::scores;

pub use args::PredictArgs;

/// Reads, predicts and writes.
pub fn run(args: &PredictArgs, console: &Console) -> Result<ExitCode, Failure> {
    if let Some(path) = &args.output {
        save::check(path)?;
    }
    let model = read(&args.model)?;
    let input = Input::open(&args.path, args.format)?;
    let predicted = par::with_threads(args.threads, || rows::predict(args, &model, &input))??;
    let text = if args.json {
        output::object(args, &model, &input.name(), &predicted)?
    } else {
        output::column(&predicted)
    };
    match &args.output {
        Some(path) => save::write(path, text.as_bytes())?,
        None => console.results(&text)?,
    }
    predicted.warnings.iter().for_each(|warning| console.warn(warning));
    if let (Some(metrics), false) = (&predicted.metrics, args.json && args.output.is_none()) {
        let rows = crate::text::count(metrics.n as u64, "row");
        console.note(&format!("{rows} with a target: {}", scores::line(metrics)));
    }
    Ok(ExitCode::SUCCESS)
}

/// The model of this file.
fn read(path: &Path) -> Result<Artifact, Failure> {
    let fault = |problem: String, remedy: &str| {
        let (file, remedy) = (Some(path.to_owned()), remedy.to_owned());
        Failure::from(Error::Data { file, line: None, column: None, problem, remedy })
    };
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => fault("the file does not exist".to_owned(), "check the path"),
        _ if path.is_dir() => fault(
            "this is a directory, not a file".to_owned(),
            "name a file that `thalweg fit --save` has written",
        ),
        _ => fault(format!("cannot be read: {error}"), "check the path and its permissions"),
    })?;
    Artifact::from_json(&bytes).map_err(|error| Failure::from(error).within(&path.display().to_string()))
}
