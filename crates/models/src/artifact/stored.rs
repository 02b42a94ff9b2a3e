//! The stored form of an [`Artifact`]: JSON, checked when it is written and when it is read.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thalweg_core::{Error, Result, Status};
use thalweg_data::{Recipe, Schema};

use super::{Artifact, Model, Term};

/// The format that is written.
const FORMAT: &str = "thalweg.model/1";
/// What all its versions begin with.
const FAMILY: &str = "thalweg.model/";

/// What to do about a file that is no model.
const REMEDY: &str = "name a file that `thalweg fit --save` or Artifact::to_json has written";

/// The fields of the file.
#[derive(Serialize, Deserialize)]
struct Layout {
    format: String,
    version: String,
    family: Option<String>,
    link: Option<String>,
    loss: Option<String>,
    penalty: String,
    lambda: f64,
    status: String,
    n: usize,
    intercept: bool,
    dispersion: Option<f64>,
    target_levels: Option<Vec<String>>,
    index_base: Option<u8>,
    coefficients: Vec<Line>,
    schema: Option<Schema>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    name: String,
    #[serde(default)]
    class: Option<String>,
    estimate: Option<f64>,
}

impl Artifact {
    /// The model as JSON, format `thalweg.model/1`. The same model gives the same text, and [`Artifact::from_json`] the same bits back.
    ///
    /// # Errors
    /// [`Error::Data`] for contradictions: names this version does not know, coefficients that do not suit the schema, numbers that are
    /// not finite.
    pub fn to_json(&self) -> Result<String> {
        check(self)?;
        let (family, link, loss) = match self.model.clone() {
            Model::Glm { family, link } => (Some(family), Some(link), None),
            Model::Loss { loss } => (None, None, Some(loss)),
        };
        let line = |term: &Term| Line {
            name: term.name.clone(),
            class: term.class.clone(),
            estimate: term.estimate,
        };
        let layout = Layout {
            format: FORMAT.to_owned(),
            version: self.version.clone(),
            family,
            link,
            loss,
            penalty: self.penalty.clone(),
            lambda: self.lambda,
            status: self.status.name().to_owned(),
            n: self.n,
            intercept: self.intercept,
            dispersion: self.dispersion,
            target_levels: self.target_levels.clone(),
            index_base: self.index_base,
            coefficients: self.coefficients.iter().map(line).collect(),
            schema: self.schema.clone(),
        };
        let text = serde_json::to_string_pretty(&layout);
        text.map(|text| text + "\n").map_err(|error| damaged(None, &error.to_string()))
    }

    /// A model from its JSON.
    ///
    /// # Errors
    /// [`Error::Data`] for bytes that are no JSON (naming the line), JSON that is no model, a model of a newer format, a field that is
    /// missing or has a wrong value, and parts that contradict each other.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(fault("the model is empty", REMEDY));
        }
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(fault("this is no model: a model is a JSON object", REMEDY));
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|error| {
            let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
            damaged(line, &format!("it is no JSON ({})", reason(&error)))
        })?;
        check_format(&value)?;
        // From the bytes once more, so that the error knows the line.
        let layout: Layout = serde_json::from_slice(bytes).map_err(|error| {
            let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
            damaged(line, &reason(&error))
        })?;
        let model = match (layout.family, layout.link, layout.loss) {
            (Some(family), Some(link), None) => Model::Glm { family, link },
            (None, None, Some(loss)) => Model::Loss { loss },
            _ => return Err(damaged(None, "it needs either `family` and `link`, or `loss`")),
        };
        let term = |line: Line| Term { name: line.name, class: line.class, estimate: line.estimate };
        let artifact = Self {
            version: layout.version,
            model,
            penalty: layout.penalty,
            lambda: layout.lambda,
            status: status(&layout.status)?,
            n: layout.n,
            intercept: layout.intercept,
            dispersion: layout.dispersion,
            target_levels: layout.target_levels,
            index_base: layout.index_base,
            coefficients: layout.coefficients.into_iter().map(term).collect(),
            schema: layout.schema,
        };
        check(&artifact)?;
        Ok(artifact)
    }
}

impl Artifact {
    /// `Err` unless this version knows the family with its link, or the loss.
    fn check_model(&self) -> Result<()> {
        let classes = self.coefficients.chunk_by(|a, b| a.class == b.class).count();
        match &self.model {
            Model::Loss { loss } if self.coefficients.iter().any(|term| term.class.is_some()) => {
                thalweg_losses::rowwise::<f64>(loss, classes).map(drop)
            }
            model => model.loss().map(drop),
        }
    }
}

/// Refuses what is no model, or one of a newer format.
fn check_format(value: &Value) -> Result<()> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    match text("format") {
        Some(FORMAT) => Ok(()),
        Some(other) => match other.strip_prefix(FAMILY).and_then(|version| version.parse::<u32>().ok()) {
            Some(version) => Err(fault(
                &format!(
                    "the model has format {FAMILY}{version}, and Thalweg {} reads {FORMAT}",
                    env!("CARGO_PKG_VERSION")
                ),
                "use a newer version of Thalweg, or fit and save the model again",
            )),
            None => Err(fault(&format!("this is no model: its format is `{}`", short(other)), REMEDY)),
        },
        None if text("schema").is_some_and(|schema| schema.starts_with("thalweg.fit/")) => Err(fault(
            "this is the report of `thalweg fit --json`, not a model",
            "fit again with `--save model.json` and name that file",
        )),
        None => Err(fault("this is no model: there is no `format` in it", REMEDY)),
    }
}

fn check(artifact: &Artifact) -> Result<()> {
    artifact.check_model().map_err(|error| {
        let version = (artifact.version != env!("CARGO_PKG_VERSION"))
            .then(|| format!(" (the model was saved by version {})", artifact.version));
        damaged(None, &format!("{error}{}", version.unwrap_or_default()))
    })?;
    if !(artifact.lambda.is_finite() && artifact.lambda >= 0.0) {
        return Err(damaged(None, &format!("lambda is {}, not a finite number >= 0", artifact.lambda)));
    }
    if let Some(dispersion) = artifact.dispersion.filter(|d| !(d.is_finite() && *d >= 0.0)) {
        return Err(damaged(None, &format!("dispersion is {dispersion}, not a finite number >= 0")));
    }
    if let Some(base) = artifact.index_base.filter(|base| *base > 1) {
        return Err(damaged(None, &format!("index_base is {base}, not 0 or 1")));
    }
    let all = &artifact.coefficients;
    if let Some((term, b)) = all.iter().find_map(|t| Some((t, t.estimate.filter(|b| !b.is_finite())?))) {
        return Err(damaged(None, &format!("coefficient `{}` is {b}, not a finite number", term.name)));
    }
    check_names(artifact)?;
    check_target(artifact)
}

/// Each class has the intercept and the columns of the schema, in this order.
fn check_names(artifact: &Artifact) -> Result<()> {
    let all = &artifact.coefficients;
    let Some(first) = all.first() else {
        return Err(damaged(None, "it has no coefficients"));
    };
    let mut expected: Vec<&str> =
        all.iter().take_while(|term| term.class == first.class).map(|term| term.name.as_str()).collect();
    let names = artifact.schema.as_ref().map(Schema::design_names);
    if let Some(names) = &names {
        expected.clear();
        expected.extend(artifact.intercept.then_some("(intercept)"));
        expected.extend(names.iter().map(String::as_str));
    }
    let formula = artifact.schema.as_ref().and_then(Schema::recipe).map(Recipe::formula);
    if let Some(formula) = formula.filter(|formula| formula.has_intercept() != artifact.intercept) {
        let [model, rule] = if artifact.intercept { ["an", "none"] } else { ["no", "one"] };
        let problem =
            format!("it has {model} intercept, but its formula `{}` has {rule}", short(formula.text()));
        return Err(damaged(None, &problem));
    }
    if artifact.intercept && expected.first() != Some(&"(intercept)") {
        return Err(damaged(None, "it has an intercept, but `(intercept)` is not its first coefficient"));
    }
    for class in all.chunk_by(|a, b| a.class == b.class) {
        let mut pairs = class.iter().zip(&expected).enumerate();
        if let Some((k, (term, name))) = pairs.find(|(_, (term, name))| term.name != **name) {
            let (k, found) = (k + 1, short(&term.name));
            return Err(damaged(
                None,
                &format!("coefficient {k} is `{found}`, where `{}` belongs", short(name)),
            ));
        }
        if class.len() != expected.len() {
            let (found, wanted) = (class.len(), expected.len());
            return Err(damaged(None, &format!("it has {found} coefficients, where {wanted} belong")));
        }
    }
    Ok(())
}

fn check_target(artifact: &Artifact) -> Result<()> {
    let known = artifact.schema.as_ref().and_then(|schema| schema.target().levels());
    match (known, &artifact.target_levels) {
        (Some(known), Some(levels)) if known != levels => {
            Err(damaged(None, "target_levels and the schema contradict each other"))
        }
        _ => Ok(()),
    }
}

/// The status of this name.
fn status(name: &str) -> Result<Status> {
    use Status::{Budget, Certified, Interrupted, NonFinite, Separated, Stalled, Stationary, Unbounded};
    let all = [Certified, Stationary, Stalled, Budget, NonFinite, Separated, Unbounded, Interrupted];
    all.into_iter().find(|status| status.name() == name).ok_or_else(|| {
        damaged(None, &Error::unknown_name("status", name, all.iter().map(|s| s.name())).to_string())
    })
}

/// serde's words without the place, which the error has already.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason).to_owned()
}

fn damaged(line: Option<u64>, problem: &str) -> Error {
    Error::Data {
        file: None,
        line,
        column: None,
        problem: format!("the model is damaged: {problem}"),
        remedy: "copy the file again, or fit and save the model again".to_owned(),
    }
}

fn fault(problem: &str, remedy: &str) -> Error {
    Error::Data {
        file: None,
        line: None,
        column: None,
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// At most 40 characters, on one line.
fn short(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_default).collect()
}
