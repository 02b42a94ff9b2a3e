//! Encoding: dummies, reference levels, targets, missing values, and the exact text of every error.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use thalweg_data::{
    Column, CsvOptions, EncodeOptions, Encoded, Error, MissingPolicy, Roles, Table, encode, parse_csv,
};

const PEOPLE: &str = "\
age,colour,zip,w,log_n,bought,income
31,red,a,1,0.5,yes,10
NA,blue,a,2,0.5,no,20
40,blue,b,0,0.25,no,30
22,green,a,1,,yes,40
35,blue,b,3,0.75,yes,50
";

fn table(text: &str) -> Table {
    parse_csv(text.as_bytes(), Some(Path::new("data.csv")), &CsvOptions::default()).unwrap()
}

fn encoded(text: &str, roles: &Roles, options: &EncodeOptions) -> Result<Encoded, String> {
    encode(&table(text), roles, options).map_err(|e| e.to_string())
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&n| n.to_owned()).collect()
}

fn column(data: &Encoded, name: &str) -> Vec<f64> {
    let j = data.names.iter().position(|n| n == name).unwrap();
    (0..data.x.nrows()).map(|i| data.x[(i, j)]).collect()
}

fn error(text: &str, roles: &Roles) -> String {
    encoded(text, roles, &EncodeOptions::default()).unwrap_err()
}

#[test]
fn everything_at_once() {
    let roles = Roles {
        weights: Some("w".to_owned()),
        offset: Some("log_n".to_owned()),
        exclude: names(&["zip"]),
        ..Roles::target("income")
    };
    let data = encoded(PEOPLE, &roles, &EncodeOptions::default()).unwrap();
    assert_eq!(data.rows, [0, 2, 4]);
    // Green occurs in a dropped row only: it gets no column.
    assert_eq!(data.names, ["age", "colour[red]", "bought[yes]"]);
    assert_eq!(data.columns, ["age", "colour", "bought"]);
    let reference = [("colour", "blue"), ("bought", "no")].map(|(c, l)| (c.to_owned(), l.to_owned()));
    assert_eq!(data.reference, reference);
    assert_eq!(column(&data, "age"), [31.0, 40.0, 35.0]);
    assert_eq!(column(&data, "colour[red]"), [1.0, 0.0, 0.0]);
    assert_eq!(column(&data, "bought[yes]"), [1.0, 0.0, 1.0]);
    assert_eq!((data.target.as_str(), data.y.as_slice()), ("income", [10.0, 30.0, 50.0].as_slice()));
    assert_eq!(data.weights, Some(vec![1.0, 0.0, 3.0]));
    assert_eq!(data.offset, Some(vec![0.5, 0.25, 0.75]));
    assert_eq!((data.target_levels.clone(), data.dropped_missing), (None, 2));
    assert_eq!(data.missing, [("age".to_owned(), 1), ("log_n".to_owned(), 1)]);
    assert!(data.notes.is_empty());
    let lines: Vec<_> = (0..4).map(|row| data.locate(row)).collect();
    assert_eq!(lines, [Some(2), Some(4), Some(6), None]);
    assert_eq!(data.source(), Some(Path::new("data.csv")));
}

#[test]
fn text_target_with_two_levels() {
    let roles = Roles { predictors: Some(names(&["income"])), ..Roles::target("bought") };
    let data = encoded(PEOPLE, &roles, &EncodeOptions::default()).unwrap();
    assert_eq!(data.y, [1.0, 0.0, 0.0, 1.0, 1.0]);
    assert_eq!(data.target_levels, Some(("no".to_owned(), "yes".to_owned())));
    assert_eq!((data.dropped_missing, data.missing.len()), (0, 0));
    let none = Roles { predictors: Some(Vec::new()), ..Roles::target("income") };
    assert_eq!(encoded(PEOPLE, &none, &EncodeOptions::default()).unwrap().x.ncols(), 0);
}

#[test]
fn reference_levels() {
    let roles = Roles { predictors: Some(names(&["colour"])), ..Roles::target("income") };
    let with = |column: &str, level: &str| {
        let reference = vec![(column.to_owned(), level.to_owned())];
        encoded(PEOPLE, &roles, &EncodeOptions { reference, ..EncodeOptions::default() })
    };
    let data = with("colour", "red").unwrap();
    assert_eq!(data.names, ["colour[blue]", "colour[green]"]);
    assert_eq!(column(&data, "colour[green]"), [0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(
        with("colour", "rod").unwrap_err(),
        "unknown level of column `colour` `rod`, did you mean `red`?; known: blue, green, red",
    );
    assert!(
        with("color", "red")
            .unwrap_err()
            .starts_with("unknown column `color`, did you mean `colour`?; known: age")
    );
    assert_eq!(
        with("age", "31").unwrap_err(),
        "the reference level `31` of column `age` is not possible: the column is numeric; drop the option, or read the column as a categorical predictor",
    );
    assert_eq!(
        with("zip", "a").unwrap_err(),
        "the reference level `a` of column `zip` is not possible: the column is no predictor; drop the option, or read the column as a categorical predictor",
    );
}

#[test]
fn a_constant_number_is_kept() {
    let data = encoded("x,y\n1,2\n1,3\n", &Roles::target("y"), &EncodeOptions::default()).unwrap();
    assert_eq!(column(&data, "x"), [1.0, 1.0]);
}

#[test]
fn unknown_and_contradictory_roles() {
    let known = "known: age, colour, zip, w, log_n, bought, income";
    assert_eq!(
        error(PEOPLE, &Roles::target("incom")),
        format!("unknown column `incom`, did you mean `income`?; {known}"),
    );
    let typo = Roles { exclude: names(&["ages"]), ..Roles::target("income") };
    assert_eq!(error(PEOPLE, &typo), format!("unknown column `ages`, did you mean `age`?; {known}"));
    let income = Roles::target("income");
    for (roles, text) in [
        (
            Roles { predictors: Some(names(&["age", "income"])), ..income.clone() },
            "column `income` as a predictor is not possible: it is already the target; give it one role",
        ),
        (
            Roles { predictors: Some(names(&["age", "age"])), ..income.clone() },
            "column `age` as a predictor is not possible: it is already a predictor; give it one role",
        ),
        (
            Roles { weights: Some("income".to_owned()), ..income.clone() },
            "column `income` as the weights is not possible: it is already the target; give it one role",
        ),
        (
            Roles { weights: Some("w".to_owned()), offset: Some("w".to_owned()), ..income.clone() },
            "column `w` as the offset is not possible: it is already the weights; give it one role",
        ),
        (
            Roles { exclude: names(&["income"]), ..income.clone() },
            "column `income` as an excluded column is not possible: it is already the target; give it one role",
        ),
    ] {
        assert_eq!(error(PEOPLE, &roles), text);
    }
}

#[test]
fn text_where_numbers_must_be() {
    let text = "y,x,w\n1,1,1\n2,2,1\n3,3,1\n4,4,1\n5,5,a\nabc,6,1\n\"1,5\",7,1\n";
    let numeric = EncodeOptions { numeric_target: true, ..EncodeOptions::default() };
    let expected = "data.csv: line 7: column `y`: value `abc` is not a number; correct it, write NA if it is missing, or choose a numeric column as target";
    let roles = Roles { exclude: names(&["w"]), ..Roles::target("y") };
    assert_eq!(encoded(text, &roles, &numeric).unwrap_err(), expected);
    // Without being told so: five of seven levels are numbers.
    assert_eq!(error(text, &roles), expected);
    assert_eq!(
        error("y,x\n\"1,5\",1\n\"2,5\",2\n", &Roles { weights: Some("y".to_owned()), ..Roles::target("x") }),
        "data.csv: line 2: column `y`: value `1,5` is not a number; write decimals with a point, or choose a numeric column as weights",
    );
    assert_eq!(
        error(
            text,
            &Roles { weights: Some("w".to_owned()), predictors: Some(Vec::new()), ..Roles::target("x") }
        ),
        "data.csv: line 6: column `w`: value `a` is not a number; correct it, write NA if it is missing, or choose a numeric column as weights",
    );
    let options = CsvOptions { categorical: names(&["y"]), ..CsvOptions::default() };
    let declared = parse_csv(b"y,x\n0,1\n1,2\n", None, &options).unwrap();
    assert_eq!(
        encode(&declared, &Roles::target("y"), &numeric).unwrap_err().to_string(),
        "column `y`: the column is categorical; choose a numeric column as target",
    );
    assert_eq!(encode(&declared, &Roles::target("y"), &EncodeOptions::default()).unwrap().y, [0.0, 1.0]);
}

#[test]
fn targets_without_exactly_two_levels() {
    assert_eq!(
        error(PEOPLE, &Roles { predictors: Some(names(&["zip"])), ..Roles::target("colour") }),
        "data.csv: column `colour`: the text target has 3 levels (blue, green, red); choose a numeric target or a text target with two levels",
    );
    assert_eq!(
        error("x,y\n1,a\n2,a\nNA,b\n", &Roles::target("y")),
        "data.csv: column `y`: the text target has 1 level (a); choose a numeric target or a text target with two levels",
    );
    assert_eq!(
        error("y\na\nb\nc\nd\ne\nf\n", &Roles::target("y")),
        "data.csv: column `y`: the text target has 6 levels (a, b, c, d, e, ...); choose a numeric target or a text target with two levels",
    );
}

#[test]
fn predictors_with_one_or_too_many_levels() {
    assert_eq!(
        error("x,y\na,1\na,2\n", &Roles::target("y")),
        "data.csv: column `x`: every used row has the level `a`, so the column says nothing; exclude the column",
    );
    let few = EncodeOptions { max_levels: 3, ..EncodeOptions::default() };
    assert_eq!(
        encoded("x,y\na,1\nb,2\nc,3\nd,4\n", &Roles::target("y"), &few).unwrap_err(),
        "data.csv: column `x`: the column has 4 levels, more than the 3 a predictor may have; exclude it, or raise `max_levels`",
    );
    assert_eq!(
        encoded("x,y\n1,1\n2,2\nc,3\n4,4\n", &Roles::target("y"), &few).unwrap_err(),
        "data.csv: line 4: column `x`: value `c` is not a number, which makes 4 levels, more than the 3 a predictor may have; correct it, write NA if it is missing, or exclude the column",
    );
    let data = encoded("x,y\n1,1\n2,2\nc,3\n4,4\n", &Roles::target("y"), &EncodeOptions::default()).unwrap();
    assert_eq!(
        data.notes,
        [
            "data.csv: line 4: column `x`: value `c` made the column categorical; correct it, or write NA if it is missing, to have a numeric column"
        ],
    );
}

#[test]
fn missing_values() {
    let strict = EncodeOptions { missing: MissingPolicy::Error, ..EncodeOptions::default() };
    assert_eq!(
        encoded(PEOPLE, &Roles::target("income"), &strict).unwrap_err(),
        "data.csv: line 3: column `age`: the value is missing; fill it in, exclude the column, or have incomplete rows dropped",
    );
    assert_eq!(
        error("x,z,y\nNA,1,1\nNA,NA,2\n", &Roles::target("y")),
        "data.csv: no row is complete: `x` alone misses 2 of 2 values; exclude the columns with the most missing values",
    );
    let empty = Table::new(vec![Column::numeric("y", Vec::new()).unwrap()]).unwrap();
    assert_eq!(
        encode(&empty, &Roles::target("y"), &EncodeOptions::default()).unwrap_err().to_string(),
        "the table has no rows; exclude the columns with the most missing values",
    );
}

#[test]
fn negative_weights() {
    assert_eq!(
        error("y,w\n1,1\n2,-0.5\n", &Roles { weights: Some("w".to_owned()), ..Roles::target("y") }),
        "data.csv: line 3: column `w`: the weight -0.5 is negative; give weights of zero or more",
    );
}

#[test]
fn names_that_collide() {
    assert_eq!(
        error("c[b],c,y\n1,a,1\n2,b,2\n", &Roles::target("y")),
        "a design with two columns named `c[b]` is not possible: one is a column of the table, one the dummy of a level; rename the column",
    );
}

#[test]
fn domain_errors_find_their_line() {
    let data = encoded("y,x\n1,NA\n2,1\n-3,2\n", &Roles::target("y"), &EncodeOptions::default()).unwrap();
    let error = data.locate_error(Error::OutsideDomain {
        what: "`y`".to_owned(),
        row: 1,
        value: -3.0,
        rule: "a count is never negative".to_owned(),
        remedy: "choose another family".to_owned(),
    });
    assert_eq!(
        error.to_string(),
        "data.csv: line 4: `y` is -3, but a count is never negative; choose another family"
    );
    let error = data.locate_error(Error::NonFinite { what: "x".to_owned(), row: 0, value: f64::INFINITY });
    assert_eq!(error.to_string(), "data.csv: line 3: x is inf; remove the row or give a finite number");
    let other = Error::invalid_parameter("alpha", 2, "between 0 and 1");
    assert_eq!(data.locate_error(other.clone()), other);
}

#[test]
fn tables_made_in_memory() {
    let x = Column::numeric("x", vec![1.0, f64::NAN, 3.0]).unwrap();
    let g = Column::categorical("g", [Some("b"), Some("a"), Some("a")]).unwrap();
    let table = Table::new(vec![x.clone(), g]).unwrap();
    let data = encode(&table, &Roles::target("x"), &EncodeOptions::default()).unwrap();
    assert_eq!(column(&data, "g[b]"), [1.0, 0.0]);
    assert_eq!((data.locate(0), data.source()), (None, None));
    let error = Error::NonFinite { what: "x".to_owned(), row: 0, value: f64::NAN };
    assert_eq!(
        data.locate_error(error).to_string(),
        "x is NaN at row 0; remove the row or give a finite number"
    );
    let text = |columns| Table::new(columns).unwrap_err().to_string();
    assert_eq!(text(Vec::new()), "the table is empty; give it at least one column");
    assert_eq!(
        text(vec![x.clone(), x.clone()]),
        "two columns named `x` is not possible: columns are chosen by name; rename one",
    );
    let short = Column::numeric("z", vec![1.0]).unwrap();
    assert_eq!(text(vec![x, short]), "rows of column `z`: expected 3, found 1");
    assert_eq!(
        Column::numeric("x", vec![1.0, f64::INFINITY]).unwrap_err().to_string(),
        "column `x` is inf at row 1; remove the row or give a finite number",
    );
}

#[test]
fn the_threads_do_not_show() {
    let mut text = "x,g,z,y\n".to_owned();
    for i in 0..150_000_u32 {
        let gap = if i % 97 == 0 { "NA".to_owned() } else { (i % 1013).to_string() };
        text.push_str(&format!("{}.{:03},l{},{gap},{}\n", i % 17, i % 1000, i % 7, i % 5));
    }
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| encoded(&text, &Roles::target("y"), &EncodeOptions::default()).unwrap())
    };
    let (one, four) = (run(1), run(4));
    assert_eq!((one.names.len(), one.rows.len()), (8, 150_000 - one.dropped_missing));
    assert_eq!(one.x, four.x);
    assert_eq!((one.y, one.rows, one.missing), (four.y, four.rows, four.missing));
}
