//! What is wrong with a formula is said at its place, in words that help.

#![allow(clippy::unwrap_used)]

use thalweg_data::{
    Column, CsvOptions, EncodeOptions, Encoded, Error, FormulaError, MissingPolicy, ModelFormula, Roles,
    SchemaOptions, Table, encode, parse_csv,
};

const PEOPLE: &str =
    "y,age,group,cases,trials,`odd`\n1,31,a,1,2,1\n0,40,b,2,2,2\n1,22,c,0,3,0\n0,NA,a,1,3,1\n1,25,b,3,4,1\n";

fn people() -> Table {
    parse_csv(PEOPLE.as_bytes(), None, &CsvOptions::default()).unwrap()
}

fn error(text: &str) -> FormulaError {
    match ModelFormula::parse(text) {
        Err(error) => error,
        Ok(formula) => formula.check(&people()).unwrap_err(),
    }
}

#[test]
fn errors_point_at_the_culprit() {
    // The formula with the culprit between « and » (» alone where something is missing), and a phrase of the error.
    let cases = [
        ("»", "the formula is empty"),
        ("y»", "write `~`"),
        ("«~» x", "nothing is left of `~`"),
        ("y ~»", "a predictor belongs here"),
        ("y ~ age «group»", "join terms by"),
        ("y ~ age +»", "a term belongs here, not the end"),
        ("y ~ age + «*» group", "a term belongs here, not `*`"),
        ("y ~ (age + group»", "close the parenthesis of column 5"),
        ("y ~ age«)»", "nothing opens this parenthesis"),
        ("y ~ log(age»", "close the parenthesis of column 8"),
        ("y ~ log(age«,» 10)", "`)` belongs here, not `,`"),
        ("y ~ «lg»(age)", "unknown function `lg`, did you mean `log`?"),
        ("y ~ log(«lg»(age))", "did you mean `log`?"),
        ("y ~ log(«poly»(age, 2))", "poly() is no number"),
        ("y ~ «2»", "only 0 and 1 stand by themselves"),
        ("y ~ age:«1»", "no part of a product"),
        ("y ~ age*«offset(trials)»", "can only be added"),
        ("y ~ age - «offset(trials)»", "can only be added"),
        ("y ~ age^«0.5»", "a whole number from 1 to 64"),
        ("y ~ age^2«^»3", "one `^` is enough"),
        ("y ~ age + «agee»", "unknown column `agee`, did you mean `age`?"),
        ("y ~ I(age + 2*«agee»^2)", "did you mean `age`?"),
        ("y ~ poly(«agee», 2)", "did you mean `age`?"),
        ("y ~ age + offset(log(«trails»))", "did you mean `trials`?"),
        ("«yy» ~ age", "unknown column `yy`, did you mean `y`?"),
        ("y ~ C(«grup»)", "did you mean `group`?"),
        ("y ~ C(group, ref = «\"d\"»)", "unknown level of column `group` `d`"),
        ("y ~ C(cases, Treatment(«7»))", "known: 0, 1, 2, 3"),
        ("y ~ C(group, «Sums»)", "write C(x), C(x, ref = \"b\")"),
        ("y ~ C(group, ref «\"b\"»)", "`=` belongs here"),
        ("y ~ C(«log»(age))", "C() takes a column"),
        ("y ~ poly(age»", "the degree"),
        ("y ~ poly(age, «0»)", "a degree from 1 to 100"),
        ("y ~ poly(age, 2, «row»)", "`raw` belongs here"),
        ("y ~ log(«group»)", "value `a` is not a number"),
        ("y ~ age + «`no such`»", "unknown column `no such`"),
        ("y ~ age + «`»no such", "nothing closes this `"),
        ("y ~ age + «``»", "the name is empty"),
        ("y ~ C(group, ref = «\"»b)", "nothing closes this \""),
        ("y ~ «\"age\"»", "in backquotes, not in quotes"),
        ("y ~ age «&» group", "`&` has no meaning"),
        ("y ~ «2»x", "follows a number"),
        ("y ~ I(«1e999»*age)", "the number is too large"),
        ("y ~ age «~» group", "a formula has one `~`"),
        ("y ~ age + «y»", "is what the formula predicts"),
        ("y ~ I(age*«y»)", "is what the formula predicts"),
        ("«log(2)» ~ age", "the left side has no column"),
        ("cbind(cases«)» ~ age", "write cbind(successes, failures)"),
        ("«cases / 4» ~ age", "write cbind(cases, 4 - cases) or I(cases / 4)"),
        ("«log(age)» == 2 ~ cases", "only a column is compared"),
        ("group == «b» ~ age", "write the level in quotes"),
        ("y ~ «cbind»(age, cases)", "stands left of `~`"),
        ("y ~ log(«.»)", "name one column here"),
        // Bytes before the culprit that are no characters.
        ("y ~ `ärger` + «agee»", "unknown column"),
        ("y ~ age\n +\t«agee»", "unknown column"),
    ];
    for (marked, phrase) in cases {
        let text = marked.replace(['«', '»'], "");
        let start = marked.find(['«', '»']).unwrap();
        let end = match marked.find('»') {
            Some(end) if marked.contains('«') => end - '«'.len_utf8(),
            _ => start,
        };
        let found = match marked.contains("ärger") {
            false => error(&text),
            true => {
                let column = |name: &str| Column::numeric(name, vec![1.0, 2.0]).unwrap();
                let table = Table::new(vec![column("ärger"), column("y"), column("age")]).unwrap();
                ModelFormula::parse(&text).unwrap().check(&table).unwrap_err()
            }
        };
        assert_eq!((found.span(), found.position()), (start..end, start), "{marked}: {found}");
        assert!(found.error().to_string().contains(phrase), "{marked}: {found}");
        // The carets stand below the culprit, character by character.
        let shown = found.to_string();
        let lines: Vec<&str> = shown.lines().collect();
        let [_, formula, carets] = lines[..] else { panic!("{marked}: {shown}") };
        let below: String =
            formula.chars().zip(carets.chars()).filter(|(_, c)| *c == '^').map(|(c, _)| c).collect();
        assert_eq!(below, text[start..end], "{marked}: {shown}");
        assert_eq!(carets.trim_start().len(), text[start..end].chars().count().max(1), "{shown}");
        assert_eq!(found.column(), carets.find('^').unwrap() - 1, "{shown}");
    }
}

fn encoded(text: &str, options: &EncodeOptions) -> Result<Encoded, Error> {
    ModelFormula::parse(text)?.encode(&people(), options)
}

fn refused(text: &str) -> String {
    encoded(text, &EncodeOptions::default()).unwrap_err().to_string()
}

#[test]
fn data_that_a_formula_cannot_take_names_the_line() {
    let cases = [
        ("y ~ log(cases)", "line 4: `log(cases)` is -inf at `cases` = 0; correct the value"),
        (
            "y ~ I(cases/(trials - cases))",
            "line 3: `I(cases / (trials - cases))` is inf at `cases` = 2, `trials` = 2",
        ),
        ("y ~ poly(age, 4)", "`poly(age, 4)` needs more than 4 different values of `age`"),
        ("y ~ age + exposure(cases)", "line 4: `log(cases)` is -inf"),
        ("log(y) ~ age", "line 3: `log(y)` is -inf at `y` = 0"),
        ("trials / cases ~ age", "line 2: `trials` is 2 of `cases` = 1; no success is without a trial"),
        ("cbind(cases - 1, 2) ~ age", "line 4: `cases - 1` is -1, a negative number of cases"),
        ("group == \"d\" ~ age", "unknown level of column `group` `d`; known: a, b, c"),
        ("group ~ age", "the text target has 3 levels"),
        ("y ~ scale(0*age)", "divides by a standard deviation of 0"),
    ];
    for (text, phrase) in cases {
        let message = refused(text);
        assert!(message.contains(phrase), "{text}: {message}");
        assert_eq!(message.lines().count(), 1);
    }
    let large = parse_csv(b"y,x\n1,NA\n1,2\n2,1e200\n3,3\n", None, &CsvOptions::default()).unwrap();
    let product = ModelFormula::parse("y ~ x:I(2*x)").unwrap().encode(&large, &EncodeOptions::default());
    let message = product.unwrap_err().to_string();
    assert!(message.starts_with("line 4: column `x:I(2 * x)` of the design is inf"), "{message}");
    let many = |n: u32| {
        let k: Vec<f64> = (0..n).map(f64::from).collect();
        let table =
            Table::new(vec![Column::numeric("k", k.clone()).unwrap(), Column::numeric("y", k).unwrap()]);
        ModelFormula::parse("y ~ C(k, Poly)").unwrap().encode(&table.unwrap(), &EncodeOptions::default())
    };
    assert!(many(95).unwrap().x.col(93).iter().all(|v| v.is_finite() && v.abs() < 1.0));
    assert!(many(96).unwrap_err().to_string().contains("has 96 levels, more than 95"));
    // A position survives where the error becomes one line.
    let message = Error::from(error("y ~ age +")).to_string();
    assert!(message.starts_with("formula `y ~ age +`, column 10: a term belongs here"), "{message}");
    let message = refused("y ~ age + agee");
    assert!(message.starts_with("unknown column `agee`, did you mean `age`?; known: y, age"), "{message}");
}

#[test]
fn incomplete_rows_are_dropped_and_counted_or_refused() {
    let data = encoded("y ~ log(age) + C(cases) - 1", &EncodeOptions::default()).unwrap();
    assert_eq!((data.rows.as_slice(), data.dropped_missing), (&[0, 1, 2, 4][..], 1));
    assert_eq!(
        (data.missing.clone(), data.left_out().collect::<Vec<_>>()),
        (vec![("age".to_owned(), 1)], vec![3])
    );
    assert_eq!(data.locate(3), Some(6));
    assert_eq!(data.names, ["log(age)", "C(cases)[0]", "C(cases)[1]", "C(cases)[2]", "C(cases)[3]"]);
    // The column that misses a value is not in this model, nor is one that was taken out again.
    for text in ["y ~ group", "y ~ . - age", "y ~ group*age - age - group:age"] {
        assert_eq!(encoded(text, &EncodeOptions::default()).unwrap().dropped_missing, 0, "{text}");
    }
    let strict = EncodeOptions { missing: MissingPolicy::Error, ..EncodeOptions::default() };
    let message = encoded("y ~ age", &strict).unwrap_err().to_string();
    assert!(message.starts_with("line 5: column `age`: the value is missing"), "{message}");
}

#[test]
fn shares_levels_and_offsets() {
    let plain = EncodeOptions::default();
    let data = encoded("cases / trials ~ group + offset(2*age) + exposure(trials)", &plain).unwrap();
    assert_eq!((data.target.as_str(), &data.target_levels), ("cases / trials", &None));
    assert_eq!(data.y, [0.5, 1.0, 0.0, 0.75]);
    assert_eq!(data.weights, Some(vec![2.0, 2.0, 3.0, 4.0]));
    assert_eq!(data.offset.unwrap()[2], 44.0 + 3.0_f64.ln());
    let none = Table::new(vec![
        Column::numeric("s", vec![0.0, 1.0]).unwrap(),
        Column::numeric("f", vec![0.0, 2.0]).unwrap(),
        Column::numeric("x", vec![0.0, 2.0]).unwrap(),
    ]);
    let none = ModelFormula::parse("cbind(s, f) ~ x").unwrap().encode(&none.unwrap(), &plain).unwrap();
    assert_eq!((none.y, none.weights), (vec![0.0, 1.0 / 3.0], Some(vec![0.0, 3.0])));

    let data = encoded("group == 'b' ~ age", &plain).unwrap();
    assert_eq!((data.y.as_slice(), data.target.as_str()), (&[0.0, 1.0, 0.0, 1.0][..], "group == \"b\""));
    assert_eq!(encoded("y == 0 ~ age", &plain).unwrap().y, [0.0, 1.0, 0.0, 0.0]);

    let reference = vec![("group".to_owned(), "b".to_owned())];
    let options = EncodeOptions { reference, ..EncodeOptions::default() };
    let data = encoded("y ~ group", &options).unwrap();
    assert_eq!(
        (data.names, data.reference),
        (vec!["group[a]".to_owned(), "group[c]".to_owned()], options.reference.clone())
    );
    let message = encoded("y ~ C(group, Sum)", &options).unwrap_err().to_string();
    assert!(message.contains("no categorical term of it that takes one"), "{message}");
}

#[test]
fn roles_beside_a_formula() {
    let formula = |text| Roles::formula(ModelFormula::parse(text).unwrap());
    let table = people();
    let plain = EncodeOptions::default();
    let named = |name: &str| Some(name.to_owned());
    let roles = Roles { weights: named("trials"), offset: named("cases"), ..formula("y ~ . + offset(age)") };
    let data = encode(&table, &roles, &plain).unwrap();
    assert_eq!(data.names, ["group[b]", "group[c]", "`\\`odd\\``"]);
    assert_eq!(data.weights.as_deref(), Some(&[2.0, 2.0, 3.0, 4.0][..]));
    assert_eq!(data.offset.as_deref(), Some(&[32.0, 42.0, 22.0, 28.0][..]));
    let again = data.schema().encode(&table, &SchemaOptions::default()).unwrap();
    assert_eq!((again.weights, again.offset), (data.weights, data.offset));
    for (roles, phrase) in [
        (Roles { target: "y".to_owned(), ..formula("y ~ age") }, "name it left of `~`"),
        (Roles { predictors: Some(vec![]), ..formula("y ~ age") }, "name them right of `~`"),
        (Roles { exclude: vec!["age".to_owned()], ..formula("y ~ .") }, "take them out"),
        (Roles { weights: named("y"), ..formula("cases / trials ~ age") }, "the left side gives the trials"),
    ] {
        let message = encode(&table, &roles, &plain).unwrap_err().to_string();
        assert!(message.contains(phrase), "{message}");
    }
}

#[test]
fn new_rows_that_do_not_fit_are_refused() {
    let data =
        encoded("log(trials) ~ group + C(cases)*scale(age) + poly(trials, 2)", &EncodeOptions::default());
    let schema = data.unwrap().schema().clone();
    let csv = |text: &str| parse_csv(text.as_bytes(), None, &CsvOptions::default()).unwrap();
    let new = |text: &str| schema.encode(&csv(text), &SchemaOptions::default());
    let message = new("group,cases,age,trials\na,1,30,2\nd,1,30,2\n").unwrap_err().to_string();
    assert!(
        message.starts_with("line 3: column `group`: unknown level `d`; the fit knows `a`, `b`, `c`"),
        "{message}"
    );
    let message = new("group,cases,age,trials\na,7,30,2\n").unwrap_err().to_string();
    assert!(message.starts_with("line 2: column `cases`: unknown level `7`"), "{message}");
    let message = new("group,cases\na,1\n").unwrap_err().to_string();
    assert!(
        message.contains("lacks columns `trials`, `age`")
            || message.contains("lacks columns `age`, `trials`"),
        "{message}"
    );
    let message = new("group,cases,age,trials\na,1,old,2\n").unwrap_err().to_string();
    assert!(message.starts_with("line 2: column `age`: value `old` is not a number"), "{message}");
    // No target is needed, and a gap costs its row alone.
    let later = encoded("y ~ group + age", &EncodeOptions::default()).unwrap().schema().clone();
    let later = later.encode(&csv("age,group\n,a\n30,c\n"), &SchemaOptions::default()).unwrap();
    assert_eq!(
        (later.y, later.rows, later.x.row(0).iter().copied().collect::<Vec<_>>()),
        (None, vec![1], vec![0.0, 1.0, 30.0])
    );
}

#[test]
fn damaged_recipes_are_refused() {
    let data = encoded("y ~ group + scale(age) + poly(trials, 2)", &EncodeOptions::default()).unwrap();
    let good = serde_json::to_value(data.schema()).unwrap();
    let read = |value: serde_json::Value| serde_json::from_value::<thalweg_data::Schema>(value);
    assert_eq!(&read(good.clone()).unwrap(), data.schema());
    let damage: [(&str, serde_json::Value, &str); 6] = [
        ("/formula/formula", "y ~ group + ".into(), "a term belongs here"),
        ("/formula/formula", "y ~ .".into(), "no column replaced"),
        ("/formula/levels/group/levels", vec!["a", "a"].into(), "too few, equal"),
        ("/formula/moments/scale(age)/sd", 0.0.into(), "`scale(age)` has no mean"),
        ("/formula/polynomials/poly(trials, 2)/alpha", vec![1.0].into(), "has no coefficients"),
        (
            "/predictors",
            serde_json::json!([{"kind": "numeric", "name": "x"}]),
            "the formula has the predictors",
        ),
    ];
    for (place, value, phrase) in damage {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value;
        let message = read(bad).unwrap_err().to_string();
        assert!(message.contains(phrase), "{place}: {message}");
    }
}
