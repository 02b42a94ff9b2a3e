//! Any table survives being written and read; the parallel path agrees with the crate `csv`; no input panics.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use thalweg_data::{CsvOptions, EncodeOptions, MISSING, Roles, Table, Values, encode, parse_csv};

/// What a column holds: numbers or texts, `None` = missing.
#[derive(Debug, Clone)]
enum Cells {
    Numbers(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
}

fn cells(rows: usize) -> impl Strategy<Value = Cells> {
    let number = prop_oneof![
        any::<f64>().prop_filter("finite", |x| x.is_finite()),
        (-1_000_000..1_000_000_i64).prop_map(|n| n as f64 / 1000.0),
        any::<u64>().prop_map(|n| n as f64 * 1e-19),
    ];
    // Texts without blanks around them that are neither numbers nor missing tokens.
    let text = "[a-e][ a-e,;\"\n\té]{0,4}[a-e]";
    prop_oneof![
        prop::collection::vec(prop::option::weighted(0.9, number), rows).prop_map(Cells::Numbers),
        prop::collection::vec(prop::option::weighted(0.9, text), rows).prop_map(Cells::Texts),
    ]
}

fn columns() -> impl Strategy<Value = Vec<Cells>> {
    (1..20_usize, 1..5_usize).prop_flat_map(|(rows, width)| prop::collection::vec(cells(rows), width))
}

fn write(columns: &[Cells], delimiter: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record((0..columns.len()).map(|j| format!("c{j}"))).unwrap();
    let rows = match &columns[0] {
        Cells::Numbers(values) => values.len(),
        Cells::Texts(values) => values.len(),
    };
    for i in 0..rows {
        let field = |cells: &Cells| match cells {
            Cells::Numbers(values) => values[i].map_or_else(|| "NA".to_owned(), |v| format!("{v:?}")),
            Cells::Texts(values) => values[i].clone().unwrap_or_default(),
        };
        writer.write_record(columns.iter().map(field)).unwrap();
    }
    writer.into_inner().unwrap()
}

fn check(table: &Table, columns: &[Cells]) {
    for (column, cells) in table.columns().iter().zip(columns) {
        match (column.values(), cells) {
            (Values::Numeric(found), Cells::Numbers(values)) => {
                for (found, value) in found.iter().zip(values) {
                    match value {
                        Some(value) => assert_eq!(found.to_bits(), value.to_bits()),
                        None => assert!(found.is_nan()),
                    }
                }
            }
            (Values::Categorical { codes, levels }, Cells::Texts(values)) => {
                let found: Vec<_> = codes
                    .iter()
                    .map(|&code| (code != MISSING).then(|| levels[code as usize].as_str()))
                    .collect();
                assert_eq!(found, values.iter().map(|v| v.as_deref()).collect::<Vec<_>>());
            }
            // A text column without any text.
            (Values::Numeric(found), Cells::Texts(values)) => {
                assert!(found.iter().all(|x| x.is_nan()) && values.iter().all(Option::is_none));
            }
            (Values::Categorical { .. }, Cells::Numbers(_)) => panic!("numbers read as text"),
        }
    }
}

/// The outcome as text, NaN payloads and all, for a comparison of two paths.
fn outcome(bytes: &[u8], chunk_bytes: usize, parallel: bool) -> String {
    let options = CsvOptions { chunk_bytes, parallel, ..CsvOptions::default() };
    format!("{:?}", parse_csv(bytes, None, &options))
}

proptest! {
    #[test]
    fn written_tables_come_back(columns in columns(), delimiter in prop::sample::select(vec![b',', b';', b'\t'])) {
        let bytes = write(&columns, delimiter);
        let options = CsvOptions { delimiter: Some(delimiter), chunk_bytes: 16, ..CsvOptions::default() };
        let table = parse_csv(&bytes, None, &options).unwrap();
        check(&table, &columns);
    }

    #[test]
    fn decimals_read_like_the_standard_library(texts in prop::collection::vec("-?[0-9]{0,21}\\.?[0-9]{1,21}([eE][+-]?[0-9]{1,2})?", 1..20)) {
        let csv = format!("x\n{}\n", texts.join("\n"));
        let table = parse_csv(csv.as_bytes(), None, &CsvOptions::default()).unwrap();
        for (found, text) in table.columns()[0].numbers().unwrap().iter().zip(&texts) {
            prop_assert_eq!(found.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{}", text);
        }
    }

    #[test]
    fn both_paths_agree_on_messy_text(body in "[abN1-3.e+\\-,;\"\n\r \té]{0,60}", chunk in 1..30_usize) {
        for text in [format!("x,y\n{body}"), body.clone(), format!("x\r\n{body}")] {
            prop_assert_eq!(outcome(text.as_bytes(), chunk, true), outcome(text.as_bytes(), 1, false));
        }
    }

    #[test]
    fn both_paths_agree_on_plain_rows(rows in prop::collection::vec("[ab1-3.]{0,2},[1-3e.\\-]{0,6}(\n|\r\n)\n?", 0..20), chunk in 1..30_usize) {
        let text = format!("x,y\n{}", rows.concat());
        prop_assert_eq!(outcome(text.as_bytes(), chunk, true), outcome(text.as_bytes(), 1, false));
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), chunk in 0..30_usize) {
        prop_assert_eq!(outcome(&bytes, chunk, true), outcome(&bytes, chunk, false));
    }

    #[test]
    fn any_table_encodes_or_says_why(columns in columns(), target in 0..5_usize) {
        let table = parse_csv(&write(&columns, b','), None, &CsvOptions { delimiter: Some(b','), ..CsvOptions::default() }).unwrap();
        match encode(&table, &Roles::target(format!("c{target}")), &EncodeOptions::default()) {
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
            Ok(data) => {
                prop_assert_eq!(data.x.nrows(), data.y.len());
                prop_assert_eq!(data.x.ncols(), data.names.len());
                prop_assert_eq!(data.rows.len() + data.dropped_missing, table.rows());
                prop_assert!((0..data.x.ncols()).all(|j| (0..data.x.nrows()).all(|i| data.x[(i, j)].is_finite())));
            }
        }
    }
}
