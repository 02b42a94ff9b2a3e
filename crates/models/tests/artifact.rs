//! Saved models: the same bits back, the same predictions, and the exact text of every refusal.
#![allow(clippy::unwrap_used)]

use faer::mat;
use serde_json::{Value, json};
use thalweg_core::{Design, Error, Status, Weights};
use thalweg_data::{EncodeOptions, ModelFormula, Roles, Schema, SchemaOptions, TakeRows, encode, load};
use thalweg_models::{Artifact, Estimator, Glm, GlmFit, Model, Observations, Prediction, Term};

/// A fit with dummies, and its schema.
fn iris() -> (GlmFit, Schema, Vec<f64>) {
    let table = load("iris").unwrap();
    let data = encode(&table, &Roles::target("sepal_length"), &EncodeOptions::default()).unwrap();
    let observations = Observations::new(data.x.as_ref(), &data.y).names(&data.names);
    (Glm::new("gaussian").unwrap().fit(&observations).unwrap(), data.schema().clone(), data.y)
}

fn artifact() -> Artifact {
    let (fit, schema, _) = iris();
    Artifact::of_glm(&fit, true).with_schema(schema)
}

/// A model of two columns on raw arrays.
fn raw(loss: &str, b: [Option<f64>; 3]) -> Artifact {
    let names = ["(intercept)", "x0", "x1"];
    let term = |(name, estimate): (&str, Option<f64>)| Term { name: name.to_owned(), class: None, estimate };
    Artifact {
        version: "0.1.0".to_owned(),
        model: Model::Loss { loss: loss.to_owned() },
        penalty: "none".to_owned(),
        lambda: 0.0,
        status: Status::Certified,
        n: 3,
        intercept: true,
        dispersion: None,
        target_levels: None,
        index_base: None,
        coefficients: names.into_iter().zip(b).map(term).collect(),
        schema: None,
    }
}

#[test]
fn every_bit_comes_back() {
    let saved = artifact();
    let text = saved.to_json().unwrap();
    let read = Artifact::from_json(text.as_bytes()).unwrap();
    assert_eq!(read, saved);
    assert_eq!(read.to_json().unwrap(), text);
    for bits in [1, 2, 3, 0x000f_ffff_ffff_ffff, 0x3ff0_0000_0000_0001, 0x7fef_ffff_ffff_ffff, 1 << 63] {
        let b = f64::from_bits(bits);
        let model = raw("squared", [Some(b), Some(0.1 + 0.2), None]);
        let back = Artifact::from_json(model.to_json().unwrap().as_bytes()).unwrap();
        assert_eq!(back.coefficients[0].estimate.map(f64::to_bits), Some(bits));
        assert_eq!(back, model);
    }
    // Compact, reordered and with fields of a later version 1.x.
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value["later"] = json!({"a": [1]});
    assert_eq!(Artifact::from_json(value.to_string().as_bytes()).unwrap(), saved);
}

#[test]
fn a_new_table_is_predicted_as_the_fit_would() {
    let model = artifact();
    let table = load("iris").unwrap();
    let schema = model.schema.as_ref().unwrap();
    let new = schema.encode_columns(&table, &SchemaOptions::default()).unwrap();
    let predicted = model.predict_new(&new, Prediction::Response).unwrap();
    // Least squares leaves residuals that sum to 0 in every species.
    let y = new.y.as_ref().unwrap();
    for species in 0..3 {
        let rows = species * 50..(species + 1) * 50;
        let sum: f64 = rows.map(|i| y[i] - predicted[i]).sum();
        assert!(sum.abs() < 1e-11, "{sum}");
    }
    let dense = schema.encode(&table, &SchemaOptions::default()).unwrap();
    let design = Design::new(dense.x.as_ref()).unwrap();
    let from_design = model.predict(&design, None, Prediction::Response).unwrap();
    assert!(predicted.iter().zip(&from_design).all(|(a, b)| (a - b).abs() < 1e-13));
}

#[test]
fn a_formula_is_saved_with_what_it_learned() {
    let table = load("iris").unwrap();
    let formula =
        ModelFormula::parse("sepal_length ~ scale(petal_length)*species + poly(sepal_width, 2) - 1");
    let data = formula.unwrap().encode(&table, &EncodeOptions::default()).unwrap();
    let observations = Observations::new(data.x.as_ref(), &data.y).names(&data.names);
    let fit = Glm::new("gaussian").unwrap().without_intercept().fit(&observations).unwrap();
    let saved = Artifact::of_glm(&fit, data.intercept).with_schema(data.schema().clone());
    let text = saved.to_json().unwrap();
    let read = Artifact::from_json(text.as_bytes()).unwrap();
    assert_eq!((&read, read.to_json().unwrap()), (&saved, text.clone()));

    // A few rows, which have other means and not all species, are predicted as all of them are.
    let design = Design::new(data.x.as_ref()).unwrap();
    let all = saved.predict(&design, None, Prediction::Response).unwrap();
    let rows = [3, 1, 60];
    let few = read.schema.as_ref().unwrap();
    let few = few.encode_columns(&table.take_rows(&rows).unwrap(), &SchemaOptions::default()).unwrap();
    let few = read.predict_new(&few, Prediction::Response).unwrap();
    assert_eq!(few, rows.map(|row| all[row as usize]));

    // A formula and an intercept that contradict each other, and a formula of other columns.
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value["intercept"] = json!(true);
    let error = Artifact::from_json(value.to_string().as_bytes()).unwrap_err().to_string();
    assert!(
        error.contains(
            "it has an intercept, but its formula `sepal_length ~ scale(petal_length) * spe` has none"
        ),
        "{error}"
    );
    let other = text.replace("* species +", "+ species +");
    let error = Artifact::from_json(other.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("the model is damaged"), "{error}");
}

#[test]
fn predictions_by_hand() {
    let x = mat![[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]];
    let plain = Design::new(x.as_ref()).unwrap();
    let eta = [0.5 + 1.0 + 4.0, 0.5 - 2.0, 0.5 + 3.0 + 1.0];
    let model = |loss| raw(loss, [Some(0.5), Some(1.0), Some(2.0)]);
    let designs = [
        plain.clone(),
        plain.clone().with_intercept(),
        plain.clone().standardized(Weights::Unit).unwrap(),
        plain.clone().with_intercept().standardized(Weights::Unit).unwrap(),
    ];
    for (k, design) in designs.iter().enumerate() {
        let predicted = model("squared").predict(design, None, Prediction::Link).unwrap();
        assert!(predicted.iter().zip(&eta).all(|(a, b)| (a - b).abs() < 1e-14), "{k}: {predicted:?}");
    }
    let at = |loss, kind| model(loss).predict(&plain, Some(&[0.5, 1.5, -0.5]), kind).unwrap();
    assert_eq!(at("huber:delta=1", Prediction::Response), [6.0, 0.0, 4.0]);
    assert_eq!(at("logistic", Prediction::Link), [6.0, 0.0, 4.0]);
    assert_eq!(at("logistic", Prediction::Response)[1], 0.5);
    assert_eq!(at("poisson", Prediction::Response)[1], 1.0);
    // An aliased coefficient takes no part.
    let aliased = raw("squared", [Some(0.5), Some(1.0), None]);
    assert_eq!(aliased.predict(&plain, None, Prediction::Link).unwrap(), [1.5, 0.5, 3.5]);
    let wrong = model("squared").predict(&plain, Some(&[1.0]), Prediction::Link).unwrap_err();
    assert_eq!(wrong.to_string(), "length of the offset: expected 3, found 1");
    let narrow = Design::new(x.as_ref().subcols(0, 1)).unwrap();
    let wrong = model("squared").predict(&narrow, None, Prediction::Link).unwrap_err();
    assert_eq!(wrong.to_string(), "predictors of the model and of the new rows: expected 2, found 1");
}

#[test]
fn an_estimator_is_saved_too() {
    let x = mat![[1.0, 2.0], [0.0, -1.0], [3.0, 0.5], [-1.0, 0.25]];
    let y = [1.0, 2.0, -1.0, 0.5];
    let fit = Estimator::new("huber:delta=1").unwrap().fit(&Observations::new(x.as_ref(), &y)).unwrap();
    let model = Artifact::of_estimate(&fit, None);
    assert_eq!(Artifact::from_json(model.to_json().unwrap().as_bytes()).unwrap(), model);
    let design = Design::new(x.as_ref()).unwrap();
    let eta = model.predict(&design, None, Prediction::Response).unwrap();
    let [b0, b1, b2] = [0, 1, 2].map(|k| fit.coefficients[k].estimate);
    assert!((eta[0] - (b0 + b1 + 2.0 * b2)).abs() < 1e-14);
}

#[test]
fn classes_are_kept_but_not_predicted_yet() {
    let mut model = raw("softmax", [Some(1.0), Some(2.0), Some(3.0)]);
    let second = model.coefficients.clone();
    model.coefficients.iter_mut().for_each(|term| term.class = Some("a".to_owned()));
    model.coefficients.extend(second.into_iter().map(|term| Term { class: Some("b".to_owned()), ..term }));
    let back = Artifact::from_json(model.to_json().unwrap().as_bytes()).unwrap();
    assert_eq!(back, model);
    let x = mat![[1.0, 2.0]];
    let refused = back.predict(&Design::new(x.as_ref()).unwrap(), None, Prediction::Link).unwrap_err();
    assert!(matches!(refused, Error::Unsupported { .. }) && refused.to_string().contains("newer version"));
}

#[test]
fn files_that_are_no_models() {
    let refused = |bytes: &[u8]| Artifact::from_json(bytes).unwrap_err().to_string();
    let remedy = "name a file that `thalweg fit --save` or Artifact::to_json has written";
    let damaged = "copy the file again, or fit and save the model again";
    assert_eq!(refused(b""), format!("the model is empty; {remedy}"));
    for bytes in [&b"[1]"[..], b"a,b\n1,2\n", b"\xff\xfe"] {
        assert_eq!(refused(bytes), format!("this is no model: a model is a JSON object; {remedy}"));
    }
    assert_eq!(refused(b"{\"a\": 1}"), format!("this is no model: there is no `format` in it; {remedy}"));
    assert_eq!(
        refused(b"{\"format\": \"other/9\"}"),
        format!("this is no model: its format is `other/9`; {remedy}")
    );
    assert_eq!(
        refused(b"{\"format\": \"thalweg.model/2\"}"),
        format!(
            "the model has format thalweg.model/2, and Thalweg {} reads thalweg.model/1; use a newer version of Thalweg, or fit \
             and save the model again",
            env!("CARGO_PKG_VERSION")
        )
    );
    assert!(refused(b"{\"schema\": \"thalweg.fit/1\"}").contains("fit again with `--save model.json`"));
    assert_eq!(
        refused(b"{\n\"format\": \"thalweg.model/1\",\n"),
        format!("line 3: the model is damaged: it is no JSON (EOF while parsing a value); {damaged}")
    );
    assert_eq!(
        refused(b"{\"format\": \"thalweg.model/1\"}"),
        format!("line 1: the model is damaged: missing field `version`; {damaged}")
    );
}

#[test]
fn contradictions_are_refused() {
    let text = artifact().to_json().unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(&text).unwrap();
        change(&mut value);
        Artifact::from_json(value.to_string().as_bytes()).unwrap_err().to_string()
    };
    type Case<'a> = (&'a dyn Fn(&mut Value), &'a str);
    let cases: &[Case<'_>] = &[
        (&|v| v["family"] = json!("gausian"), "did you mean `gaussian`?"),
        (&|v| v["link"] = json!("probit"), "gaussian with link probit is not possible"),
        (&|v| v["loss"] = json!("squared"), "either `family` and `link`, or `loss`"),
        (&|v| v["status"] = json!("Certifed"), "did you mean `Certified`?"),
        (&|v| v["lambda"] = json!(-1), "lambda is -1"),
        (&|v| v["dispersion"] = json!(-1), "dispersion is -1"),
        (&|v| v["index_base"] = json!(2), "index_base is 2"),
        (&|v| v["n"] = json!("many"), "invalid type: string \"many\""),
        (&|v| v["coefficients"] = json!([]), "no coefficients"),
        (&|v| v["intercept"] = json!(false), "coefficient 1 is `(intercept)`, where `sepal_width` belongs"),
        (&|v| v["coefficients"].as_array_mut().unwrap().truncate(3), "it has 3 coefficients, where 6 belong"),
        (&|v| v["coefficients"][1]["name"] = json!("z"), "coefficient 2 is `z`, where `sepal_width` belongs"),
        (&|v| v["schema"]["predictors"][3]["reference"] = json!("z"), "the reference `z`"),
        (
            &|v| {
                v["version"] = json!("9.9.9");
                v["family"] = json!("skellam");
            },
            "saved by version 9.9.9",
        ),
    ];
    for (change, phrase) in cases {
        let message = changed(*change);
        assert!(message.contains(phrase), "`{phrase}` is not in: {message}");
        assert!(message.contains("damaged") && !message.contains('\n'), "{message}");
    }
    let infinite = raw("squared", [Some(f64::INFINITY), None, None]).to_json().unwrap_err().to_string();
    assert!(infinite.contains("coefficient `(intercept)` is inf"), "{infinite}");
}
