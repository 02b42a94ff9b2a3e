//! Schemas: new tables are encoded as the fit's was, row by row; the stored form; the exact text of every error.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use faer::Mat;
use proptest::prelude::*;
use thalweg_data::{
    Column, CsvOptions, DATASETS, EncodeOptions, Encoded, MissingPolicy, NewData, Predictor, Roles, Schema,
    SchemaOptions, Table, TakeRows, Target, TargetUse, UnknownLevel, Variable, encode, encode_columns, load,
    parse_csv,
};

const PEOPLE: &str = "\
age,colour,w,log_n,bought,income
31,red,1,0.5,yes,10
NA,blue,2,0.5,no,20
40,blue,0,0.25,no,30
22,green,1,,yes,40
35,blue,3,0.75,yes,50
51,green,3,0.75,no,60
";

fn table(text: &str) -> Table {
    parse_csv(text.as_bytes(), Some(Path::new("data.csv")), &CsvOptions::default()).unwrap()
}

fn roles() -> Roles {
    Roles {
        predictors: Some(["colour", "age", "income"].map(str::to_owned).to_vec()),
        weights: Some("w".to_owned()),
        offset: Some("log_n".to_owned()),
        ..Roles::target("bought")
    }
}

fn fitted() -> Encoded {
    encode(&table(PEOPLE), &roles(), &EncodeOptions::default()).unwrap()
}

fn apply(text: &str, options: &SchemaOptions) -> Result<NewData, String> {
    fitted().schema().encode(&table(text), options).map_err(|e| e.to_string())
}

fn new(text: &str) -> NewData {
    apply(text, &SchemaOptions::default()).unwrap()
}

fn error(text: &str) -> String {
    apply(text, &SchemaOptions::default()).unwrap_err()
}

const REQUIRE: SchemaOptions =
    SchemaOptions { unknown_level: UnknownLevel::Error, target: TargetUse::Require, missing: None };

/// Everything but the types must agree.
fn assert_same(fit: &Encoded, new: &NewData, what: &str) {
    assert_eq!(fit.x, new.x, "{what}");
    assert_eq!(Some(&fit.y), new.y.as_ref(), "{what}");
    assert_eq!(
        (&fit.names, &fit.columns, &fit.reference),
        (&new.names, &new.columns, &new.reference),
        "{what}"
    );
    assert_eq!((&fit.target, &fit.target_levels), (&new.target, &new.target_levels), "{what}");
    assert_eq!((&fit.weights, &fit.offset, &fit.rows), (&new.weights, &new.offset, &new.rows), "{what}");
    assert_eq!((&fit.missing, fit.dropped_missing), (&new.missing, new.dropped_missing), "{what}");
    assert_eq!((fit.schema(), fit.source()), (new.schema(), new.source()), "{what}");
}

#[test]
fn every_data_set_comes_back() {
    for set in DATASETS {
        let table = load(set.name).unwrap();
        let roles = Roles::target(set.target);
        let fit = encode(&table, &roles, &EncodeOptions::default()).unwrap();
        let stored = serde_json::to_string(fit.schema()).unwrap();
        let schema: Schema = serde_json::from_str(&stored).unwrap();
        for target in [TargetUse::IfPresent, TargetUse::Require] {
            let options = SchemaOptions { target, ..SchemaOptions::default() };
            assert_same(&fit, &schema.encode(&table, &options).unwrap(), set.name);
        }
        let columns = encode_columns(&table, &roles, &EncodeOptions::default()).unwrap();
        let new = schema.encode_columns(&table, &SchemaOptions::default()).unwrap();
        assert_eq!((&columns.x, columns.schema()), (&new.x, &schema), "{}", set.name);
    }
}

#[test]
fn with_all_roles_and_missing_values() {
    assert_same(&fitted(), &apply(PEOPLE, &REQUIRE).unwrap(), "people");
    assert_eq!(fitted().rows, [0, 2, 4, 5]);
}

#[test]
fn columns_and_dummies_say_the_same() {
    let (dense, columns) =
        (fitted(), encode_columns(&table(PEOPLE), &roles(), &EncodeOptions::default()).unwrap());
    assert_eq!((&dense.names, &dense.y, &dense.rows), (&columns.names, &columns.y, &columns.rows));
    let levels = ["blue", "green", "red"].map(str::to_owned).to_vec();
    assert_eq!(columns.x[0], Predictor::Categorical { codes: vec![2, 0, 0, 1], levels, reference: 0 });
    assert_eq!(columns.x[2], Predictor::Numeric(vec![10.0, 30.0, 50.0, 60.0]));
    let red: Vec<f64> = dense.x.col(1).iter().copied().collect();
    assert_eq!((dense.names[1].as_str(), red), ("colour[red]", vec![1.0, 0.0, 0.0, 0.0]));
}

#[test]
fn the_stored_form() {
    let options = EncodeOptions {
        reference: vec![("colour".to_owned(), "red".to_owned())],
        missing: MissingPolicy::Drop,
        ..EncodeOptions::default()
    };
    let data = encode(&table(PEOPLE), &roles(), &options).unwrap();
    let stored = serde_json::json!({
        "predictors": [
            {"kind": "categorical", "name": "colour", "levels": ["blue", "green", "red"], "reference": "red"},
            {"kind": "numeric", "name": "age"},
            {"kind": "numeric", "name": "income"},
        ],
        "target": {"kind": "categorical", "name": "bought", "levels": ["no", "yes"]},
        "weights": "w",
        "offset": "log_n",
        "missing": "drop",
    });
    assert_eq!(serde_json::to_value(data.schema()).unwrap(), stored);
    let mut later = stored.clone();
    later["new_in_a_later_version"] = 1.into();
    assert_eq!(&serde_json::from_value::<Schema>(later).unwrap(), data.schema());
    let least = serde_json::json!({"predictors": [], "target": {"kind": "numeric", "name": "y"}});
    let least: Schema = serde_json::from_value(least).unwrap();
    assert_eq!((least.weights(), least.offset(), least.missing()), (None, None, MissingPolicy::Drop));
    assert_eq!(data.schema().design_names(), data.names);
    assert_eq!(data.schema().categorical().collect::<Vec<_>>(), ["colour", "bought"]);
}

#[test]
fn stored_forms_that_contradict_themselves() {
    let y = || Target::Numeric { name: "y".to_owned() };
    let numeric = |name: &str| Variable::Numeric { name: name.to_owned() };
    let categorical = |levels: &[&str], reference: &str| Variable::Categorical {
        name: "c".to_owned(),
        levels: levels.iter().map(|&l| l.to_owned()).collect(),
        reference: reference.to_owned(),
    };
    for (predictors, expected) in [
        (vec![numeric("y")], "column `y` in two roles is not possible: a column has one role; give it one"),
        (vec![numeric("w")], "column `w` in two roles is not possible: a column has one role; give it one"),
        (
            vec![categorical(&["a"], "a")],
            "column `c` with 1 level(s) is not possible: it says nothing; leave the column out",
        ),
        (
            vec![categorical(&["b", "a"], "a")],
            "level `b` of column `c` before `a` is not possible: levels are different and sorted by bytes; sort them",
        ),
        (
            vec![categorical(&["a", "a"], "a")],
            "level `a` of column `c` before `a` is not possible: levels are different and sorted by bytes; sort them",
        ),
        (
            vec![categorical(&["a", "b"], "d")],
            "the reference `d` of column `c` is not possible: it is none of the levels; name one of them",
        ),
        (
            vec![categorical(&["a", "b"], "a"), numeric("c[b]")],
            "a design with two columns named `c[b]` is not possible: one is a column of the table, one the dummy of a level; rename the column",
        ),
    ] {
        let found = Schema::new(predictors, y(), Some("w".to_owned()), None, MissingPolicy::Drop);
        assert_eq!(found.unwrap_err().to_string(), expected);
    }
    let stored =
        r#"{"predictors": [{"kind": "numeric", "name": "y"}], "target": {"kind": "numeric", "name": "y"}}"#;
    let text = serde_json::from_str::<Schema>(stored).unwrap_err().to_string();
    assert!(text.starts_with("column `y` in two roles is not possible"), "{text}");
    assert!(serde_json::from_str::<Schema>(r#"{"predictors": []}"#).is_err());
}

#[test]
fn rows_stay_in_place() {
    let data = new(
        "income,extra,colour,age,log_n\n1,x,blue,20,0\n2,x,,30,0\n3,x,red,NA,0\n4,x,green,50,1\n5,x,red,60,\n",
    );
    assert_eq!(data.rows, [0, 3]);
    assert_eq!(data.x, Mat::from_fn(2, 4, |i, j| [[0.0, 0.0, 20.0, 1.0], [1.0, 0.0, 50.0, 4.0]][i][j]));
    assert_eq!((&data.y, &data.weights, &data.offset), (&None, &None, &Some(vec![0.0, 1.0])));
    assert_eq!((data.locate(1), data.dropped_missing), (Some(5), 3));
    assert_eq!(data.missing, [("colour", 1), ("age", 1), ("log_n", 1)].map(|(c, n)| (c.to_owned(), n)));
    assert_eq!(data.left_out().collect::<Vec<_>>(), [1, 2, 4]);
    let aligned = data.align(&[0.25, 0.75]).unwrap();
    assert_eq!((aligned[0], aligned[3]), (0.25, 0.75));
    assert!([1, 2, 4].iter().all(|row: &usize| aligned[*row].is_nan()));
    assert_eq!(data.align(&[1.0]).unwrap_err().to_string(), "values of the used rows: expected 2, found 1");
}

#[test]
fn no_complete_row_is_no_error_for_a_prediction() {
    let data = new("income,colour,age,log_n\n,,,\n1,,,\n");
    assert_eq!((data.x.nrows(), data.x.ncols(), data.dropped_missing), (0, 4, 2));
    assert!(data.align(&[]).unwrap().iter().all(|value| value.is_nan()));
    assert_eq!(
        apply("income,colour,age,log_n,bought,w\n1,,1,1,yes,1\n", &REQUIRE).unwrap_err(),
        "data.csv: no row is complete: `colour` alone misses 1 of 1 value; exclude the columns with the most missing values",
    );
}

#[test]
fn targets_and_weights_of_new_data() {
    let text = "bought,w,income,colour,age,log_n\nyes,1,1,blue,20,0\n,2,2,red,30,0\nno,,3,red,40,0\n";
    let data = new(text);
    let y = data.y.clone().unwrap();
    assert_eq!((data.rows.len(), y[0], y[2]), (3, 1.0, 0.0));
    assert!(y[1].is_nan() && data.weights.clone().unwrap()[2].is_nan());
    let ignore = SchemaOptions { target: TargetUse::Ignore, ..SchemaOptions::default() };
    let data = apply(&text.replace("yes", "perhaps"), &ignore).unwrap();
    assert_eq!((data.rows.len(), data.y, data.weights), (3, None, None));
    let data = apply(text, &REQUIRE).unwrap();
    assert_eq!((data.rows, data.y), (vec![0], Some(vec![1.0])));
    assert_eq!(new("bought,income,colour,age,log_n\nNA,1,blue,20,0\n").y, None);
    assert_eq!(
        error(&text.replace("yes", "perhaps")),
        "data.csv: line 2: column `bought`: unknown level `perhaps`; the fit knows `no`, `yes`; correct it, or have unknown levels taken as missing",
    );
    assert_eq!(
        error(&text.replace("2,2,red", "-2,2,red")),
        "data.csv: line 3: column `w`: the weight -2 is negative; give weights of zero or more",
    );
}

#[test]
fn missing_values_under_the_other_policy() {
    let text = "income,colour,age,log_n\n1,blue,20,0\n1,,20,0\n";
    let strict = SchemaOptions { missing: Some(MissingPolicy::Error), ..SchemaOptions::default() };
    assert_eq!(
        apply(text, &strict).unwrap_err(),
        "data.csv: line 3: column `colour`: the value is missing; fill it in, exclude the column, or have incomplete rows dropped",
    );
    let options = EncodeOptions { missing: MissingPolicy::Error, ..EncodeOptions::default() };
    let complete = PEOPLE.replace("NA", "1").replace(",,", ",1,");
    let fit = encode(&table(&complete), &roles(), &options).unwrap();
    assert_eq!(fit.schema().missing(), MissingPolicy::Error);
    assert!(fit.schema().encode(&table(text), &SchemaOptions::default()).is_err());
}

#[test]
fn columns_that_lack() {
    assert_eq!(
        error("income,color,age,log_n\n1,blue,20,0\n"),
        "data.csv: the table lacks column `colour`, and the fit used it; rename column `color` if `colour` is meant",
    );
    assert_eq!(
        error("income,x\n1,blue\n"),
        "data.csv: the table lacks columns `colour`, `age`, `log_n`, and the fit used them; add what is missing; the table has `income`, `x`",
    );
    assert_eq!(
        apply("income,colour,age,log_n\n1,blue,20,0\n", &REQUIRE).unwrap_err(),
        "data.csv: the table lacks columns `bought`, `w`, and the fit used them; add what is missing; the table has `income`, `colour`, `age`, `log_n`",
    );
}

#[test]
fn text_where_the_fit_had_numbers() {
    assert_eq!(
        error("income,colour,age,log_n\n1,blue,20,0\n1,blue,old,0\n"),
        "data.csv: line 3: column `age`: value `old` is not a number; correct it, write NA if it is missing, or give the column numbers, as in the fit",
    );
    let columns = vec![Column::categorical("age", [Some("a")]).unwrap()];
    let schema = Schema::new(
        vec![Variable::Numeric { name: "age".to_owned() }],
        Target::Numeric { name: "y".to_owned() },
        None,
        None,
        MissingPolicy::Drop,
    );
    assert_eq!(
        schema
            .unwrap()
            .encode(&Table::new(columns).unwrap(), &SchemaOptions::default())
            .unwrap_err()
            .to_string(),
        "column `age`: the column is categorical; give the column numbers, as in the fit",
    );
}

#[test]
fn levels_that_the_fit_has_not_seen() {
    let text = "income,colour,age,log_n\n1,blue,20,0\n1,blu,20,0\n1,grey,30,0\n1,blu,40,0\n1,red,50,0\n";
    assert_eq!(
        error(text),
        "data.csv: line 3: column `colour`: unknown level `blu`, did you mean `blue`?; the fit knows `blue`, `green`, `red`; correct it, or have unknown levels taken as missing",
    );
    let lenient = SchemaOptions { unknown_level: UnknownLevel::Missing, ..SchemaOptions::default() };
    let data = apply(text, &lenient).unwrap();
    assert_eq!((data.rows.as_slice(), data.dropped_missing), ([0, 4].as_slice(), 3));
    assert_eq!(data.missing, [("colour".to_owned(), 3)]);
    assert_eq!(
        data.notes,
        [
            "data.csv: line 3: column `colour`: unknown level `blu`, did you mean `blue`?; the fit knows `blue`, `green`, `red`; 3 rows with unknown levels taken as missing"
        ]
    );
    let memory = Table::new(vec![
        Column::categorical("colour", [Some("red"), Some("pink")]).unwrap(),
        Column::numeric("age", vec![1.0, 2.0]).unwrap(),
        Column::numeric("income", vec![1.0, 2.0]).unwrap(),
        Column::numeric("log_n", vec![1.0, 2.0]).unwrap(),
    ]);
    let text = fitted().schema().encode(&memory.unwrap(), &SchemaOptions::default()).unwrap_err().to_string();
    assert!(
        text.starts_with(
            "column `colour`: unknown level `pink`; the fit knows `blue`, `green`, `red` (row 1);"
        ),
        "{text}"
    );
}

#[test]
fn levels_that_look_like_numbers() {
    let options = CsvOptions { categorical: vec!["zip".to_owned()], ..CsvOptions::default() };
    let fitted = parse_csv(b"zip,y\n01,1\n2,2\n-0,3\nx,4\n2.50,5\n", None, &options).unwrap();
    let fit = encode(&fitted, &Roles::target("y"), &EncodeOptions::default()).unwrap();
    let schema = fit.schema();
    let read = |text: &str| schema.encode(&table(text), &SchemaOptions::default());
    // This file has no text in the column, so its reader saw numbers.
    let data = read("zip\n1\n2\nNA\n2.5\n0\n").unwrap();
    assert_eq!(data.names, ["zip[01]", "zip[2]", "zip[2.50]", "zip[x]"]);
    assert_eq!(data.rows, [0, 1, 3, 4]);
    let expected = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0; 4]];
    assert_eq!(data.x, Mat::from_fn(4, 4, |i, j| expected[i][j]));
    assert_eq!(
        read("zip\n2\n7\n").unwrap_err().to_string(),
        "data.csv: line 3: column `zip`: unknown level `7`; the fit knows `-0`, `01`, `2`, `2.50`, `x`; correct it, or have unknown levels taken as missing",
    );
    let twice = parse_csv(b"zip,y\n1,1\n01,2\n2,1\n", None, &options).unwrap();
    let twice = encode(&twice, &Roles::target("y"), &EncodeOptions::default()).unwrap();
    assert_eq!(
        twice.schema().encode(&table("zip\n2\n1\n"), &SchemaOptions::default()).unwrap_err().to_string(),
        "data.csv: line 3: column `zip`: the number 1 reads as each of the levels `01`, `1`; read the column as categorical",
    );
}

#[test]
fn some_rows_of_encoded_data() {
    let data = fitted();
    let taken = data.take_rows(&[3, 0, 0]).unwrap();
    assert_eq!(
        (taken.rows.as_slice(), taken.y.as_slice()),
        ([5, 0, 0].as_slice(), [0.0, 1.0, 1.0].as_slice())
    );
    assert_eq!((taken.weights, taken.offset), (Some(vec![3.0, 1.0, 1.0]), Some(vec![0.75, 0.5, 0.5])));
    assert_eq!(taken.x, Mat::from_fn(3, 4, |i, j| data.x[([3, 0, 0][i], j)]));
    assert_eq!(data.take_rows(&[1]).unwrap().locate(0), Some(4));
    let columns = encode_columns(&table(PEOPLE), &roles(), &EncodeOptions::default()).unwrap();
    let taken = columns.take_rows(&[3, 2]).unwrap();
    let levels = ["blue", "green", "red"].map(str::to_owned).to_vec();
    assert_eq!(taken.x[0], Predictor::Categorical { codes: vec![1, 0], levels, reference: 0 });
    assert_eq!(
        data.take_rows(&[4]).unwrap_err().to_string(),
        "row = 4 is not allowed: the data has 4 rows, counted from 0",
    );
}

#[test]
fn some_rows_of_a_table() {
    let taken = table(PEOPLE).take_rows(&[4, 1]).unwrap();
    assert_eq!((taken.rows(), taken.line(0), taken.line(1)), (2, Some(6), Some(3)));
    assert_eq!(taken.column("age").unwrap().missing(), 1);
    let text = format!("{:?}", taken.column("colour").unwrap().values());
    assert_eq!(text, r#"Categorical { codes: [0, 0], levels: ["blue"] }"#);
    assert!(table(PEOPLE).take_rows(&[6]).is_err());
}

proptest! {
    #[test]
    fn any_subset_is_encoded_as_the_whole(rows in prop::collection::vec((prop::option::of(-9..9_i32), prop::option::of("[a-d]"), 0..2_i32), 2..40), pick in prop::collection::vec(any::<prop::sample::Index>(), 0..40)) {
        let n = rows.len();
        let table = Table::new(vec![
            Column::numeric("x", rows.iter().map(|r| r.0.map_or(f64::NAN, f64::from)).collect()).unwrap(),
            Column::categorical("c", rows.iter().map(|r| r.1.as_deref())).unwrap(),
            Column::numeric("y", rows.iter().map(|r| f64::from(r.2)).collect()).unwrap(),
        ]).unwrap();
        let Ok(fit) = encode(&table, &Roles::target("y"), &EncodeOptions::default()) else { return Ok(()) };
        let pick: Vec<u32> = pick.iter().map(|index| index.index(n) as u32).collect();
        let lenient = SchemaOptions { unknown_level: UnknownLevel::Missing, ..SchemaOptions::default() };
        let new = fit.schema().encode(&table.take_rows(&pick).unwrap(), &lenient).unwrap();
        // Row by row: what is complete in the fit is complete here, with the same numbers.
        let place = |row: u32| fit.rows.iter().position(|used| *used == row);
        let complete: Vec<u32> = (0..).zip(&pick).filter(|(_, row)| place(**row).is_some()).map(|(i, _)| i).collect();
        prop_assert_eq!(&new.rows, &complete);
        for (i, &row) in complete.iter().enumerate() {
            let from = place(pick[row as usize]).unwrap();
            prop_assert!((0..fit.names.len()).all(|j| new.x[(i, j)] == fit.x[(from, j)]));
        }
        let columns = fit.schema().encode_columns(&table.take_rows(&pick).unwrap(), &lenient).unwrap();
        prop_assert_eq!(columns.rows, new.rows);
    }

    #[test]
    fn stored_schemas_never_panic(text in "\\{\"predictors\": \\[(\\{\"kind\": \"(numeric|categorical)\", \"name\": \"[ab]\"(, \"levels\": \\[(\"[a-c]\",?)*\\], \"reference\": \"[a-c]\")?\\},?){0,3}\\], \"target\": \\{\"kind\": \"numeric\", \"name\": \"[a-c]\"\\}\\}") {
        if let Ok(schema) = serde_json::from_str::<Schema>(&text) {
            prop_assert_eq!(&serde_json::from_str::<Schema>(&serde_json::to_string(&schema).unwrap()).unwrap(), &schema);
        }
    }
}
