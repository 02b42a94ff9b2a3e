//! Reading CSV: types, missing values, quotes, line ends, delimiters, and the exact text of every error.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use thalweg_data::{CsvOptions, MISSING, Table, Values, parse_csv, read_csv};

/// Parses on every path: in tiny parallel pieces, in one piece, and through the crate `csv`; all must agree.
fn parse_with(text: impl AsRef<[u8]>, options: &CsvOptions) -> Result<Table, String> {
    let paths = [(1, true), (7, true), (1 << 20, true), (1, false)].map(|(chunk_bytes, parallel)| {
        let options = CsvOptions { chunk_bytes, parallel, ..options.clone() };
        parse_csv(text.as_ref(), Some(Path::new("data.csv")), &options).map_err(|e| e.to_string())
    });
    let [first, rest @ ..] = paths;
    for other in rest {
        assert_eq!(format!("{first:?}"), format!("{other:?}"));
    }
    first
}

fn parse(text: impl AsRef<[u8]>) -> Table {
    parse_with(text, &CsvOptions::default()).unwrap()
}

fn error(text: impl AsRef<[u8]>) -> String {
    parse_with(text, &CsvOptions::default()).unwrap_err()
}

fn numbers<'a>(table: &'a Table, name: &str) -> &'a [f64] {
    table.column(name).unwrap().numbers().unwrap()
}

fn texts(table: &Table, name: &str) -> Vec<Option<String>> {
    let Values::Categorical { codes, levels } = table.column(name).unwrap().values() else {
        panic!("{name} is numeric")
    };
    assert!(levels.is_sorted());
    codes.iter().map(|&code| (code != MISSING).then(|| levels[code as usize].clone())).collect()
}

#[test]
fn types_and_missing_values() {
    let table = parse("x,colour,y\n1,red,\nNA,blue,2.5e-3\n -3 ,null,.\n+4,red,N/A\n");
    assert_eq!((table.rows(), table.columns().len()), (4, 3));
    assert_eq!(table.names().collect::<Vec<_>>(), ["x", "colour", "y"]);
    let x = numbers(&table, "x");
    assert_eq!((x[0], x[2], x[3]), (1.0, -3.0, 4.0));
    assert!(x[1].is_nan());
    assert_eq!(table.column("y").unwrap().missing(), 3);
    assert_eq!(numbers(&table, "y")[1], 2.5e-3);
    let colour = texts(&table, "colour");
    assert_eq!(colour, [Some("red"), Some("blue"), None, Some("red")].map(|c| c.map(str::to_owned)));
    assert_eq!(table.column("colour").unwrap().missing(), 1);
    assert_eq!(table.source(), Some(Path::new("data.csv")));
}

#[test]
fn one_text_makes_a_column_categorical_and_is_remembered() {
    let table = parse("x\n1\n2\nabc\n4\ninf\n");
    let column = table.column("x").unwrap();
    assert_eq!(texts(&table, "x")[2].as_deref(), Some("abc"));
    let stray = column.stray().unwrap();
    assert_eq!((stray.value.as_str(), stray.line), ("abc", 4));
    assert_eq!(column.spoilt_by(), Some(stray));
    assert_eq!(parse("x\nb\na\n1\n").column("x").unwrap().spoilt_by(), None);
}

#[test]
fn declared_categorical() {
    let options = CsvOptions { categorical: vec!["zip".to_owned()], ..CsvOptions::default() };
    let table = parse_with("zip,y\n10,1\n9,2\n,3\n", &options).unwrap();
    assert_eq!(texts(&table, "zip"), [Some("10".to_owned()), Some("9".to_owned()), None]);
    assert_eq!(table.column("zip").unwrap().stray(), None);
    assert_eq!(
        parse_with("zap,y\n10,1\n", &options).unwrap_err(),
        "unknown column `zip`, did you mean `zap`?; known: zap, y",
    );
}

#[test]
fn missing_tokens_of_ones_own() {
    let options = CsvOptions { missing: vec!["-999".to_owned(), "?".to_owned()], ..CsvOptions::default() };
    let table = parse_with("x,y\n-999,?\n1,2\n-999.0,3\n", &options).unwrap();
    assert!(numbers(&table, "x")[0].is_nan());
    assert_eq!(numbers(&table, "x")[2], -999.0);
    assert_eq!(table.column("y").unwrap().missing(), 1);
    assert_eq!(
        parse_with("x\n1\nNaN\n", &options).unwrap_err(),
        "data.csv: line 3: column `x`: value `NaN` is not a finite number; correct it, or write NA if it is missing",
    );
}

#[test]
fn an_entirely_missing_column_is_numeric() {
    let table = parse("x,y\nNA,1\n,2\n");
    assert_eq!(table.column("x").unwrap().missing(), 2);
    assert!(numbers(&table, "x").iter().all(|x| x.is_nan()));
}

#[test]
fn quotes() {
    let table = parse(
        "\"x\",\"a \"\"name\"\"\"\n1,\"one, two\"\n\"2\",\"two\nlines\"\n3,\"say \"\"hi\"\"\"\n4,\"\"\n",
    );
    assert_eq!(numbers(&table, "x"), [1.0, 2.0, 3.0, 4.0]);
    let expected = [Some("one, two"), Some("two\nlines"), Some("say \"hi\""), None];
    assert_eq!(texts(&table, "a \"name\""), expected.map(|t| t.map(str::to_owned)));
    let lines: Vec<_> = (0..5).map(|row| table.line(row)).collect();
    assert_eq!(lines, [Some(2), Some(3), Some(5), Some(6), None]);
}

#[test]
fn line_ends_blank_lines_and_byte_order_mark() {
    let expected = numbers(&parse("x,y\n1,2\n3,4\n"), "y").to_vec();
    for text in [
        "x,y\r\n1,2\r\n3,4\r\n",
        "\u{feff}x,y\n1,2\n3,4",
        "x,y\r1,2\r3,4\r",
        "x,y\r\n1,2\r\n3,4",
        "x,\"y\"\n1,2\n3,4\n",
    ] {
        let table = parse(text);
        assert_eq!(numbers(&table, "y"), expected, "{text:?}");
        assert_eq!((table.line(0), table.line(1)), (Some(2), Some(3)), "{text:?}");
    }
    for text in [
        "\n\nx,y\n\n1,2\n\n\n3,4\n\n",
        "\r\n\r\nx,y\r\n\r\n1,2\r\n\r\n\r\n3,4\r\n",
        "\n\nx,y\n\n1,\"2\"\n\n\n3,4\n",
    ] {
        let table = parse(text);
        assert_eq!(numbers(&table, "y"), expected, "{text:?}");
        assert_eq!((table.line(0), table.line(1)), (Some(5), Some(8)), "{text:?}");
    }
}

#[test]
fn delimiters() {
    for text in ["x;y\n1;2\n", "x\ty\n1\t2\n", "x,y\n1,2\n", "\"x,1\";y\n1;2\n"] {
        assert_eq!(numbers(&parse(text), "y"), [2.0], "{text:?}");
    }
    let options = CsvOptions { delimiter: Some(b'|'), ..CsvOptions::default() };
    assert_eq!(numbers(&parse_with("x|y\n1|2\n", &options).unwrap(), "y"), [2.0]);
    for delimiter in [b'"', b'\n', b'5', b'.', b'-', 0x80, 0] {
        let options = CsvOptions { delimiter: Some(delimiter), ..CsvOptions::default() };
        let text = parse_with("x,y\n1,2\n", &options).unwrap_err();
        assert!(text.starts_with("delimiter = "), "{text}");
        assert!(text.contains("is not allowed: a delimiter is one ASCII byte"), "{text}");
    }
}

#[test]
fn numbers_that_are_not_finite() {
    for (value, line) in [("inf", 3), ("-Infinity", 3), ("1e999", 3), ("NAN", 3)] {
        assert_eq!(
            error(format!("a,x\n1,2\n1,{value}\n1,inf\n")),
            format!(
                "data.csv: line {line}: column `x`: value `{value}` is not a finite number; correct it, or write NA if it is missing"
            ),
        );
    }
}

#[test]
fn files_that_cannot_be_read() {
    let folder = std::env::temp_dir();
    let missing = folder.join("thalweg-data-no-such-file.csv");
    let error = |path: &Path| read_csv(path, &CsvOptions::default()).unwrap_err().to_string();
    assert_eq!(error(&missing), format!("{}: the file does not exist; check the path", missing.display()));
    let expected = format!("{}: this is a directory, not a file; name a CSV file in it", folder.display());
    assert_eq!(error(&folder), expected);
}

#[test]
fn reads_a_file() {
    let path = std::env::temp_dir().join(format!("thalweg-data-{}.csv", std::process::id()));
    // More than one block of the parallel read.
    let text = format!("x,y\n{}", "1.25,7\n".repeat(800_000));
    std::fs::write(&path, &text).unwrap();
    let table = read_csv(&path, &CsvOptions::default());
    std::fs::remove_file(&path).unwrap();
    let table = table.unwrap();
    assert_eq!(table.rows(), 800_000);
    assert!(numbers(&table, "x").iter().all(|&x| x == 1.25));
    assert_eq!(table.line(799_999), Some(800_001));
}

#[test]
fn empty_and_header_only() {
    for text in ["", "\n\n", "\u{feff}", "\r\n"] {
        assert_eq!(error(text), "data.csv is empty; it needs a header line and at least one row of data");
    }
    let nameless = parse_csv(b"", None, &CsvOptions::default()).unwrap_err().to_string();
    assert_eq!(nameless, "the table is empty; it needs a header line and at least one row of data");
    for text in ["x,y", "x,y\n", "x,y\r\n\r\n\n"] {
        assert_eq!(
            error(text),
            "data.csv: line 1: the header has no data rows below it; add at least one row"
        );
    }
}

#[test]
fn header_names() {
    assert_eq!(
        error("x,y,x\n1,2,3\n"),
        "data.csv: line 1: columns 1 and 3 of the header are both named `x`; give every column its own name",
    );
    assert_eq!(
        error("\n,y\n1,2\n"),
        "data.csv: line 2: column 1 of the header has no name; name every column (pandas: to_csv(..., index=False))",
    );
}

#[test]
fn ragged_rows() {
    assert_eq!(
        error("x,y\n1,2\n\n3\n4\n"),
        "data.csv: line 4: the row has 1 field, but the header names 2 columns; add the missing fields (an empty field means missing)",
    );
    assert_eq!(
        error("x\n1\n2,5,6\n"),
        "data.csv: line 3: the row has 3 fields, but the header names 1 column; remove the surplus, or quote the text that holds a comma",
    );
    assert_eq!(
        error("x;y\n1;2\n\"3\";4;\n"),
        "data.csv: line 3: the row has 3 fields, but the header names 2 columns; remove the surplus, or quote the text that holds a semicolon",
    );
}

#[test]
fn bytes_that_are_no_text() {
    let remedy = "save the table as UTF-8 text separated by commas";
    assert_eq!(
        error(b"x\xff,y\n1,2\n"),
        format!("data.csv: line 1: bytes that are no text (0xff); {remedy}")
    );
    assert_eq!(
        error(b"x,y\n1,2\n3,\0\n"),
        format!("data.csv: line 3: bytes that are no text (0x00); {remedy}")
    );
    assert_eq!(
        error(b"x,y\n1,\xe9t\xe9\n3,\0\n"),
        format!("data.csv: line 2: bytes that are no text (0xe9); {remedy}")
    );
    assert_eq!(
        error(b"x,y\n1,2,3\n3,\0\n"),
        format!("data.csv: line 3: bytes that are no text (0x00); {remedy}")
    );
}

#[test]
fn quotes_that_are_never_closed() {
    let remedy =
        "a quote that opens here is never closed; close it, and double the quotes inside quoted text";
    assert_eq!(error("x,y\n1,2\n3,\"4\n5,6\n"), format!("data.csv: line 3: {remedy}"));
    assert_eq!(error("x,y\n1,2\n\"3,4\n5,6\n"), format!("data.csv: line 3: {remedy}"));
    assert_eq!(error("x,\"y\n1,2\n"), format!("data.csv: line 1: {remedy}"));
    // Closed at the very end, and a quote that is part of a text.
    assert_eq!(parse("x,y\n1,\"2\"").rows(), 1);
    assert_eq!(texts(&parse("x,y\n1,5\" pipe"), "y"), [Some("5\" pipe".to_owned())]);
}

#[test]
fn long_and_odd_values_stay_on_one_line() {
    let text = error(format!("a,\"b\nc\"\n1,{}\n", "9".repeat(400)));
    assert_eq!(
        text,
        format!(
            "data.csv: line 3: column `b\\nc`: value `{}…` is not a finite number; correct it, or write NA if it is missing",
            "9".repeat(40)
        ),
    );
}
