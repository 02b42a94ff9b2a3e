//! [`Session`]: one JSON object a line, in and out.
//!
//! | kind | answer |
//! |---|---|
//! | `start` | the tool's name |
//! | `define` | whether the module is known |
//! | `evaluate` | the result, and the nanoseconds of `prepare` and of each `evaluate` |
//! | anything else | its id |

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_core::{Error, Result};

use crate::evals;
use crate::workload::{Runs, Settings, Timings, read, run};

/// A conversation under fixed settings.
///
/// ```
/// use thalweg_gradbench::Session;
/// let session = Session::default();
/// let answer = session.respond(r#"{"id": 1, "kind": "evaluate", "module": "hello", "function": "double", "input": 3}"#);
/// assert!(answer.contains(r#""output":6.0"#) && answer.contains(r#""success":true"#));
/// assert_eq!(session.respond(r#"{"id": 2, "kind": "define", "module": "nothing"}"#), r#"{"id":2,"success":false}"#);
/// ```
#[derive(Copy, Clone, Debug, Default)]
pub struct Session {
    settings: Settings,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    module: String,
    #[serde(default)]
    function: String,
    #[serde(default)]
    input: Value,
}

impl Session {
    /// A conversation under these settings.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// The answer to a line. A line that is no message is answered by an error, too.
    #[must_use]
    pub fn respond(&self, line: &str) -> String {
        let answer = match serde_json::from_str::<Message>(line) {
            Err(error) => {
                json!({ "id": id_of(line), "success": false, "error": format!("no message: {error}") })
            }
            Ok(message) => self.answer(message),
        };
        answer.to_string()
    }

    fn answer(&self, message: Message) -> Value {
        let Message { id, kind, module, function, input } = message;
        match kind.as_str() {
            "start" => json!({ "id": id, "tool": "thalweg" }),
            "define" => json!({ "id": id, "success": evals::find(&module).is_ok() }),
            "evaluate" => match self.evaluate(&module, &function, input) {
                Ok((output, timings)) => {
                    json!({ "id": id, "success": true, "output": output, "timings": entries(&timings) })
                }
                Err(error) => json!({ "id": id, "success": false, "error": error.to_string() }),
            },
            _ => json!({ "id": id }),
        }
    }

    fn evaluate(&self, module: &str, function: &str, input: Value) -> Result<(Value, Timings)> {
        let evaluation = evals::find(module)?;
        if !evaluation.functions.contains(&function) {
            return Err(Error::unknown_name("function", function, evaluation.functions.iter().copied()));
        }
        let runs = if input.is_object() { runs_of(&input)? } else { Runs::default() };
        let mut workload = (evaluation.open)(function, input, self.settings)?;
        let timings = run(workload.as_mut(), runs)?;
        Ok((workload.output(), timings))
    }
}

/// The fields of an input that say how often to run.
fn runs_of(input: &Value) -> Result<Runs> {
    let fields = ["min_runs", "min_seconds"];
    let given = fields.iter().filter_map(|&field| Some((field.to_owned(), input.get(field)?.clone())));
    read(Value::Object(given.collect()))
}

/// The id of a line that is not a message, if it is an object with one.
fn id_of(line: &str) -> Value {
    serde_json::from_str::<Value>(line).ok().and_then(|line| line.get("id").cloned()).unwrap_or_default()
}

fn entries(timings: &Timings) -> Value {
    let entry = |name: &str, took: std::time::Duration| json!({ "name": name, "nanoseconds": u64::try_from(took.as_nanos()).unwrap_or(u64::MAX) });
    core::iter::once(entry("prepare", timings.prepare))
        .chain(timings.evaluate.iter().map(|&took| entry("evaluate", took)))
        .collect()
}
