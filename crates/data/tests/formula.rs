//! Formulas against R: `fixtures/formula.R` wrote the design matrices, of the fit and of new rows; `fixtures/powers.py` wrote powers from exact
//! rational arithmetic.

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use thalweg_data::{Column, EncodeOptions, ModelFormula, Schema, SchemaOptions, Table, TargetUse};

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// The columns of `values`, in the order of `names`.
fn table(names: &Value, values: &Value) -> Table {
    let column = |name: &Value| {
        let name = name.as_str().unwrap();
        let values = &values[name];
        if values[0].is_string() {
            let texts = values.as_array().unwrap().iter().map(|v| v.as_str());
            Column::categorical(name, texts.collect::<Vec<_>>()).unwrap()
        } else {
            Column::numeric(name, numbers(values)).unwrap()
        }
    };
    Table::new(names.as_array().unwrap().iter().map(column).collect()).unwrap()
}

/// Within 1e-13 of the column's largest entry.
fn assert_close(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let size = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs())).max(f64::MIN_POSITIVE);
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= 1e-13 * size, "{what}, row {i}: {a} for {b}");
    }
}

fn assert_matrix(what: &str, x: &faer::Mat<f64>, names: &[String], expected: &Value) {
    let expected = expected.as_array().unwrap();
    assert_eq!((x.ncols(), names.len()), (expected.len(), expected.len()), "{what}: {names:?}");
    for (j, column) in expected.iter().enumerate() {
        let found: Vec<f64> = x.col(j).iter().copied().collect();
        assert_close(&format!("{what}, column {j} `{}`", names[j]), &found, &numbers(column));
    }
}

#[test]
fn designs_are_those_of_r() {
    let all = fixture(include_str!("fixtures/formula.json"));
    let (fit, new) = (table(&all["names"], &all["fit"]), table(&all["names"], &all["new"]));
    let cases = all["cases"].as_array().unwrap();
    assert!(cases.len() >= 50);
    for case in cases {
        let text = case["formula"].as_str().unwrap();
        let formula = ModelFormula::parse(text).unwrap();
        formula.check(&fit).unwrap();
        let data = formula.encode(&fit, &EncodeOptions::default()).unwrap();
        assert_matrix(text, &data.x, &data.names, &case["x"]);
        assert_eq!(data.intercept, case["intercept"].as_bool().unwrap(), "{text}");
        assert_close(text, &data.y, &numbers(&case["y"]));
        assert_close(text, data.offset.as_deref().unwrap_or_default(), &numbers(&case["offset"]));

        // What is stored is enough, and a second storing is the first.
        let stored = serde_json::to_string(data.schema()).unwrap();
        let schema: Schema = serde_json::from_str(&stored).unwrap();
        assert_eq!((&schema, serde_json::to_string(&schema).unwrap()), (data.schema(), stored), "{text}");
        assert_eq!(schema.design_names(), data.names, "{text}");
        let later = schema.encode(&new, &SchemaOptions::default()).unwrap();
        assert_matrix(&format!("new rows of {text}"), &later.x, &later.names, &case["new"]);
        assert_close(text, later.offset.as_deref().unwrap_or_default(), &numbers(&case["offset_new"]));

        // The rows of the fit come back bit by bit.
        let require = SchemaOptions { target: TargetUse::Require, ..SchemaOptions::default() };
        let again = schema.encode(&fit, &require).unwrap();
        assert_eq!((&again.x, &again.low, &again.offset), (&data.x, &data.low, &data.offset), "{text}");
        assert_eq!((again.y.as_ref(), &again.weights), (Some(&data.y), &data.weights), "{text}");
    }
}

#[test]
fn powers_are_exact_to_twice_the_precision() {
    let all = fixture(include_str!("fixtures/powers.json"));
    let x = numbers(&all["x"]);
    let table = Table::new(vec![
        Column::numeric("x", x.clone()).unwrap(),
        Column::numeric("y", vec![0.0; x.len()]).unwrap(),
    ])
    .unwrap();
    let data = ModelFormula::parse("y ~ poly(x, 12, raw) + I(x^7)").unwrap();
    let data = data.encode(&table, &EncodeOptions::default()).unwrap();
    let low = data.low.unwrap();
    let mut lost = 0;
    for j in 0..13 {
        let expected = &all["powers"][if j == 12 { 6 } else { j }];
        let (hi, lo) = (numbers(&expected["hi"]), numbers(&expected["lo"]));
        for i in 0..x.len() {
            // The difference of the leading parts is exact.
            let off = (data.x[(i, j)] - hi[i]) + (low[(i, j)] - lo[i]);
            assert!(off.abs() <= 1e-30 * hi[i].abs(), "x = {}, column {j}: off by {off:e}", x[i]);
            assert!(low[(i, j)].abs() <= 0.5000001 * f64::EPSILON * hi[i].abs());
            lost += usize::from(lo[i] != 0.0);
        }
    }
    assert!(lost > 300, "the low parts are tested: {lost}");
}

#[test]
fn low_parts_follow_interactions_and_vanish_where_all_is_exact() {
    let third = 1.0 / 3.0;
    let table = Table::new(vec![
        Column::numeric("y", vec![1.0, 2.0, 3.0]).unwrap(),
        Column::numeric("x", vec![0.1, 0.2, third]).unwrap(),
        Column::numeric("k", vec![1.0, 2.0, 3.0]).unwrap(),
        Column::categorical("g", [Some("a"), Some("b"), Some("b")]).unwrap(),
    ])
    .unwrap();
    let encode =
        |text: &str| ModelFormula::parse(text).unwrap().encode(&table, &EncodeOptions::default()).unwrap();
    assert_eq!(encode("y ~ poly(k, 3, raw) + I(k^2) + x + poly(x, 2)").low, None);
    let data = encode("y ~ I(x^2) + I(x^2):g + x:k");
    assert_eq!(data.names, ["I(x^2)", "I(x^2):g[b]", "x:k"]);
    let low = data.low.unwrap();
    // 0.2² in exact arithmetic, less its rounding: fma gives the difference.
    let error = 0.2_f64.mul_add(0.2, -(0.2 * 0.2));
    assert!(error != 0.0);
    assert_eq!([low[(1, 0)], low[(0, 1)], low[(1, 1)], low[(2, 2)]], [error, 0.0, error, 0.0]);
}

#[test]
fn orthogonal_polynomials_of_high_degree_keep_their_digits() {
    let all = fixture(include_str!("fixtures/orthogonal.json"));
    let column = |name: &str, values: &Value| Column::numeric(name, numbers(values)).unwrap();
    let table = |x: &Value| {
        Table::new(vec![
            column("x", x),
            Column::numeric("y", vec![0.0; x.as_array().unwrap().len()]).unwrap(),
        ])
    };
    let (fit, new) = (table(&all["x"]).unwrap(), table(&all["new"]).unwrap());
    let data =
        ModelFormula::parse("y ~ poly(x, 10)").unwrap().encode(&fit, &EncodeOptions::default()).unwrap();
    assert_eq!(data.names[9], "poly(x, 10)[10]");
    let later = data.schema().encode(&new, &SchemaOptions::default()).unwrap();
    for (x, expected, what) in [(&data.x, &all["columns"], "fit"), (&later.x, &all["new_columns"], "new")] {
        let mut worst = 0.0_f64;
        for j in 0..10 {
            let expected = numbers(&expected[j]);
            let size = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
            let off = (0..expected.len()).map(|i| (x[(i, j)] - expected[i]).abs() / size);
            worst = off.fold(worst, f64::max);
        }
        assert!(worst <= 1e-14, "{what}: {worst:e}");
    }
}
