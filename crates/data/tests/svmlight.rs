//! svmlight against files that scikit-learn wrote and read (`fixtures/make.py`), the exact text of every error, and
//! hostile bytes.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use proptest::prelude::*;
use thalweg_core::{Sparse, par};
use thalweg_data::{
    IndexBase, Svmlight, SvmlightOptions, TakeRows, parse_svmlight, read_npy, read_svmlight, write_svmlight,
};

fn parse(text: &str) -> Result<Svmlight, String> {
    parse_with(text, &SvmlightOptions::default())
}

fn parse_with(text: &str, options: &SvmlightOptions) -> Result<Svmlight, String> {
    parse_svmlight(text.as_bytes(), Some(Path::new("x.svm")), options).map_err(|e| e.to_string())
}

fn error(text: &str) -> String {
    parse(text).unwrap_err()
}

fn rows(x: &Sparse<f64>) -> Vec<(Vec<u32>, Vec<f64>)> {
    (0..x.rows()).map(|i| x.row(i)).map(|(i, v)| (i.to_vec(), v.to_vec())).collect()
}

#[test]
fn as_scikit_learn_reads_it() {
    for (name, zero_based, base) in [
        ("zero_based", true, IndexBase::Auto),
        ("one_based", false, IndexBase::Auto),
        ("one_based", false, IndexBase::One),
    ] {
        let options = SvmlightOptions { base, features: Some(12), ..SvmlightOptions::default() };
        let data = read_svmlight(format!("tests/fixtures/{name}.svm"), &options).unwrap();
        let x = read_npy(format!("tests/fixtures/{name}_x.npy")).unwrap().into_matrix();
        let y = read_npy(format!("tests/fixtures/{name}_y.npy")).unwrap().into_vector().unwrap();
        assert_eq!((data.zero_based, &data.y), (zero_based, &y), "{name}");
        assert_eq!((data.x.rows(), data.x.columns()), (40, 12));
        for i in 0..40 {
            let mut dense = [0.0; 12];
            let (indices, values) = data.x.row(i);
            indices.iter().zip(values).for_each(|(j, value)| dense[*j as usize] = *value);
            assert!((0..12).all(|j| dense[j].to_bits() == x[(i, j)].to_bits()), "{name}, row {i}");
        }
    }
}

#[test]
fn queries_are_noted() {
    let data = read_svmlight("tests/fixtures/queries.svm", &SvmlightOptions::default()).unwrap();
    let plain = read_svmlight("tests/fixtures/one_based.svm", &SvmlightOptions::default()).unwrap();
    assert_eq!(rows(&data.x), rows(&plain.x));
    assert_eq!(
        data.notes,
        [
            "tests/fixtures/queries.svm: line 1: `qid:` is ignored here and below; rows are taken as independent"
        ]
    );
    assert!(plain.notes.is_empty());
}

#[test]
fn odd_but_right_lines() {
    let text = "\u{feff}# a comment\n\n+1 1:.5\t3:2e-1 # why\r\n  \t\n-1.5e0 qid:x 2:+7\n0#1:2\n1 1:0 2:-0 \r\n3 4:1";
    let data = parse(text).unwrap();
    assert_eq!(data.y, [1.0, -1.5, 0.0, 1.0, 3.0]);
    let expected = [
        (vec![0, 2], vec![0.5, 0.2]),
        (vec![1], vec![7.0]),
        (vec![], vec![]),
        (vec![0, 1], vec![0.0, -0.0]),
        (vec![3], vec![1.0]),
    ];
    assert_eq!(rows(&data.x), expected);
    let lines: Vec<_> = (0..6).map(|row| data.locate(row)).collect();
    assert_eq!(lines, [Some(3), Some(5), Some(6), Some(7), Some(8), None]);
    assert_eq!(data.source(), Some(Path::new("x.svm")));
    assert_eq!((parse("1\n2\n").unwrap().x.columns(), parse("1\n2\n").unwrap().x.rows()), (0, 2));
}

#[test]
fn where_columns_begin_and_end() {
    let with = |base, features| SvmlightOptions { base, features, ..SvmlightOptions::default() };
    for (text, base, columns, first) in [
        ("1 1:5 2:6", IndexBase::Auto, 2, 0),
        ("1 1:5 2:6", IndexBase::Zero, 3, 1),
        ("1 1:5 2:6\n2 0:1", IndexBase::Auto, 3, 1),
    ] {
        let data = parse_with(text, &with(base, None)).unwrap();
        assert_eq!((data.x.columns(), data.x.row(0).0[0]), (columns, first));
    }
    assert_eq!(parse_with("1 1:5", &with(IndexBase::One, Some(9))).unwrap().x.columns(), 9);
    assert_eq!(
        parse_with("1 1:5\n# c\n1 0:5", &with(IndexBase::One, None)).unwrap_err(),
        "x.svm: line 3: index 0, but the first column is 1; read the file with indices from 0",
    );
    assert_eq!(
        parse_with("1 2:5\n# c\n1\n1 1:2 3:5", &with(IndexBase::Auto, Some(2))).unwrap_err(),
        "x.svm: line 4: index 3 (counted from 1) of data with 2 features; correct the index, or give the right number of features",
    );
    assert!(
        parse_with("1 2:5", &with(IndexBase::Zero, Some(2)))
            .unwrap_err()
            .contains("index 2 (counted from 0)")
    );
    assert_eq!(
        error("1 4000000000:1"),
        "x.svm: line 1: index 4000000000 (counted from 1) makes more than 67108864 features (`max_features`); correct the index, or give the right number of features",
    );
    assert_eq!(
        parse_with("1 1:1", &with(IndexBase::Auto, Some(usize::MAX))).unwrap_err(),
        "features = 18446744073709551615 is not allowed: a sparse matrix has fewer than 4294967295 columns",
    );
}

#[test]
fn wrong_lines() {
    let line = "write each line as `target index:value index:value ...`";
    for (text, expected) in [
        ("1 1:2\nspam 1:2", format!("line 2: the target `spam` is not a number; {line}")),
        ("1:2 2:3", format!("line 1: the target `1:2` is not a number; {line}")),
        ("nan 1:2", format!("line 1: the target `nan` is not a finite number; {line}")),
        ("1,2 1:2", "line 1: the target `1,2` is a list of labels; give one number a line, and fit each label on its own".to_owned()),
        ("1 5", format!("line 1: `5` is not of the form index:value; {line}")),
        ("1 1:2 x:5", format!("line 1: the index of `x:5` is not a whole number of 0 or more; {line}")),
        ("1 -1:2", format!("line 1: the index of `-1:2` is not a whole number of 0 or more; {line}")),
        ("1 :2", format!("line 1: the index of `:2` is not a whole number of 0 or more; {line}")),
        ("1 1.5:2", format!("line 1: the index of `1.5:2` is not a whole number of 0 or more; {line}")),
        ("1 1:2 qid:5", "line 1: `qid:5` does not stand directly behind the target; move or remove it".to_owned()),
        ("1 4294967295:1", "line 1: the index of `4294967295:1` is 4294967295 or more; number the columns without gaps".to_owned()),
        ("1 99999999999999999999999:1", "line 1: the index of `99999999999999999999999:1` is 4294967295 or more; number the columns without gaps".to_owned()),
        ("1 2:1 2:3", "line 1: index 2 stands twice; keep one of the values".to_owned()),
        ("\n\n1 2:1 1:3", "line 3: index 1 stands behind 2, but indices must ascend; sort the entries of each line by index".to_owned()),
        ("1 1:", "line 1: the value of `1:` is not a number; correct it, or leave the entry out if it is zero".to_owned()),
        ("1 1: 2", "line 1: the value of `1:` is not a number; correct it, or leave the entry out if it is zero".to_owned()),
        ("1 1:2:3", "line 1: the value of `1:2:3` is not a number; correct it, or leave the entry out if it is zero".to_owned()),
        ("1 1:1e999", "line 1: the value of `1:1e999` is not a finite number; correct it, or leave the entry out if it is zero".to_owned()),
        ("# nothing\n\n", "no line holds a row; add at least one line `target index:value ...`".to_owned()),
    ] {
        assert_eq!(error(text), format!("x.svm: {expected}"), "{text}");
    }
    assert_eq!(error(""), "x.svm is empty; it needs at least one line `target index:value ...`");
    let bytes = parse_svmlight(b"1 1:\xff\0", None, &SvmlightOptions::default()).unwrap_err().to_string();
    assert!(bytes.starts_with("line 1: the value of `1:\u{fffd}\\u{0}` is not a number"), "{bytes}");
    assert_eq!(
        read_svmlight("tests/nowhere.svm", &SvmlightOptions::default()).unwrap_err().to_string(),
        "tests/nowhere.svm: the file does not exist; check the path",
    );
}

#[test]
fn the_first_of_several_errors_is_told() {
    let text = "1 1:1\n".repeat(50) + "1 a\n" + &"1 b\n".repeat(50);
    for chunk_bytes in [0, 1, 7, 300, 1 << 20] {
        let options = SvmlightOptions { chunk_bytes, ..SvmlightOptions::default() };
        assert!(parse_with(&text, &options).unwrap_err().starts_with("x.svm: line 51: `a` is"));
    }
}

#[test]
fn the_threads_do_not_show() {
    let text: String =
        (0..3000).map(|i| format!("{} {}:{} {}:1\n", i % 2, i % 7 + 1, i as f64 / 7.0, i + 9)).collect();
    let read = |threads| {
        let options = SvmlightOptions { chunk_bytes: 1000, ..SvmlightOptions::default() };
        let data = par::with_threads(threads, || parse_with(&text, &options)).unwrap().unwrap();
        (rows(&data.x), data.y)
    };
    assert_eq!(read(1), read(4));
}

#[test]
fn some_rows() {
    let data = parse("# c\n1 1:2\n2 2:3\n3\n").unwrap();
    let taken = data.take_rows(&[2, 0, 0]).unwrap();
    assert_eq!((taken.y.clone(), taken.x.columns()), (vec![3.0, 1.0, 1.0], 2));
    assert_eq!(rows(&taken.x), [(vec![], vec![]), (vec![0], vec![2.0]), (vec![0], vec![2.0])]);
    assert_eq!([0, 1, 2].map(|row| taken.locate(row)), [Some(4), Some(2), Some(2)]);
    assert_eq!(
        data.take_rows(&[3]).unwrap_err().to_string(),
        "row = 3 is not allowed: the data has 3 rows, counted from 0"
    );
}

#[test]
fn unwritable_data() {
    let x = Sparse::from_csr(2, 1, vec![0, 0, 1], vec![0], vec![1.0]).unwrap();
    let mut out = Vec::new();
    let text = write_svmlight(&mut out, &x, &[1.0], IndexBase::One).unwrap_err().to_string();
    assert_eq!(text, "targets: expected 2, found 1");
    let text = write_svmlight(&mut out, &x, &[1.0, f64::NAN], IndexBase::One).unwrap_err().to_string();
    assert_eq!(text, "the target is NaN at row 1; remove the row or give a finite number");
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |x| x.is_finite()),
        (-1_000_000..1_000_000_i64).prop_map(|n| n as f64 / 1000.0),
        Just(-0.0),
    ]
}

/// What parsing gave, for a comparison.
fn outcome(bytes: &[u8], chunk_bytes: usize) -> String {
    let options = SvmlightOptions { chunk_bytes, ..SvmlightOptions::default() };
    format!("{:?}", parse_svmlight(bytes, None, &options))
}

proptest! {
    #[test]
    fn matrices_come_back(
        entries in prop::collection::vec((prop::collection::btree_map(0..2000_u32, number(), 0..8), number()), 1..20),
        zero in any::<bool>(),
        chunk_bytes in 0..60_usize,
    ) {
        let (mut starts, mut indices, mut values, mut y) = (vec![0], Vec::new(), Vec::new(), Vec::new());
        for (row, target) in &entries {
            indices.extend(row.keys());
            values.extend(row.values());
            starts.push(values.len());
            y.push(*target);
        }
        let x = Sparse::from_csr(y.len(), 2000, starts, indices, values).unwrap();
        let base = if zero { IndexBase::Zero } else { IndexBase::One };
        let mut text = Vec::new();
        write_svmlight(&mut text, &x, &y, base).unwrap();
        let options = SvmlightOptions { base, features: Some(2000), chunk_bytes, ..SvmlightOptions::default() };
        let data = parse_svmlight(&text, None, &options).unwrap();
        prop_assert!(data.y.iter().zip(&y).all(|(a, b)| a.to_bits() == b.to_bits()));
        for i in 0..y.len() {
            prop_assert_eq!(data.x.row(i).0, x.row(i).0);
            prop_assert!(data.x.row(i).1.iter().zip(x.row(i).1).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }

    #[test]
    fn pieces_do_not_show(text in "([-+0-9.e]{1,4}( qid:1)?( [0-9]{1,3}:[-0-9.e]{1,3}){0,3}(#[a-z:]{0,4})?\r?\n\n?){0,8}", chunk_bytes in 0..30_usize) {
        prop_assert_eq!(outcome(text.as_bytes(), chunk_bytes), outcome(text.as_bytes(), 1 << 20));
    }

    #[test]
    fn messy_text_never_panics(text in "[0-9:.# \t\r\nqide,+-]{0,80}", chunk_bytes in 0..30_usize) {
        prop_assert_eq!(outcome(text.as_bytes(), chunk_bytes), outcome(text.as_bytes(), 1 << 20));
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), chunk_bytes in 0..30_usize) {
        prop_assert_eq!(outcome(&bytes, chunk_bytes), outcome(&bytes, 1 << 20));
    }
}
