//! `.npy` against files that numpy wrote (`fixtures/make.py`), the exact text of every error, and hostile bytes.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use faer::Mat;
use proptest::prelude::*;
use thalweg_data::{Error, NpyArray, parse_npy, read_npy, write_npy};

fn fixture(name: &str) -> PathBuf {
    Path::new("tests/fixtures").join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

fn error(bytes: &[u8]) -> String {
    parse_npy(bytes, Some(Path::new("x.npy"))).unwrap_err().to_string()
}

/// An `.npy` with this header text and body.
fn npy(header: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(body);
    bytes
}

#[test]
fn every_type_and_order() {
    let grid = Mat::from_fn(3, 4, |i, j| (10 * i + j) as f64);
    for name in [
        "i1",
        "i2",
        "i4",
        "i8",
        "u1",
        "u2",
        "u4",
        "u8",
        "f4",
        "f8",
        "i2_big",
        "i4_big",
        "i8_big",
        "u2_big",
        "u4_big",
        "u8_big",
        "f4_big",
        "f8_big",
        "f8_fortran",
        "i2_big_fortran",
        "version_2",
        "version_3",
    ] {
        let found = read_npy(fixture(&format!("{name}.npy"))).unwrap();
        assert_eq!(found, NpyArray::Matrix(grid.clone()), "{name}");
    }
    let negative = Mat::from_fn(3, 4, |i, j| -((10 * i + j) as f64));
    assert_eq!(read_npy(fixture("negative.npy")).unwrap(), NpyArray::Matrix(negative));
    let odd = Mat::from_fn(3, 4, |_, j| (j % 2) as f64);
    assert_eq!(read_npy(fixture("bool.npy")).unwrap(), NpyArray::Matrix(odd));
    assert_eq!(read_npy(fixture("empty.npy")).unwrap(), NpyArray::Matrix(Mat::zeros(0, 3)));
}

#[test]
fn vectors_keep_their_bits() {
    let NpyArray::Vector(values) = read_npy(fixture("vector.npy")).unwrap() else { panic!("one dimension") };
    assert!(values[2].is_nan());
    let bits: Vec<u64> = [0, 1, 3, 4].map(|i: usize| values[i].to_bits()).to_vec();
    assert_eq!(bits, [0.1, -0.0, f64::INFINITY, 5e-324].map(f64::to_bits));
}

#[test]
fn vectors_and_matrices_of_one_column() {
    let vector = NpyArray::Vector(vec![1.0, 2.0]);
    let column = Mat::from_fn(2, 1, |i, _| i as f64 + 1.0);
    assert_eq!(vector.clone().into_matrix(), column);
    assert_eq!(vector.into_vector().unwrap(), [1.0, 2.0]);
    assert_eq!(NpyArray::Matrix(column.clone()).into_vector().unwrap(), [1.0, 2.0]);
    assert_eq!(NpyArray::Matrix(column.transpose().to_owned()).into_vector().unwrap(), [1.0, 2.0]);
    assert_eq!(
        NpyArray::Matrix(Mat::zeros(2, 3)).into_vector().unwrap_err().to_string(),
        "an array of shape (2, 3) as a vector is not possible: a vector has one column; save one column, array[:, 0]",
    );
}

#[test]
fn types_that_are_not_read() {
    for (name, what, why) in [
        ("object", "dtype `|O`", "its elements are Python objects"),
        ("structured", "structured dtype", "its elements are records"),
        ("complex", "dtype `<c16`", "its elements are complex numbers"),
        ("text", "dtype `<U2`", "its elements are texts"),
        ("half", "dtype `<f2`", "floats of 4 and 8 bytes are read"),
        ("date", "dtype `<M8[D]`", "its elements are dates or durations"),
    ] {
        let found = parse_npy(&bytes(&format!("{name}.npy")), Some(Path::new("x.npy"))).unwrap_err();
        assert!(matches!(found, Error::Unsupported { .. }), "{name}");
        assert_eq!(
            found.to_string(),
            format!(
                "x.npy: an array of {what} is not possible: {why}; convert it before saving, array.astype(float)"
            ),
        );
    }
    for descr in ["", "f8", "=f8", "|f8", "<f3", "<i16", "<x8", "<f08", "<é"] {
        let text =
            error(&npy(&format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (0,)}}"), b""));
        assert!(text.starts_with(&format!("x.npy: an array of dtype `{descr}` is not possible")), "{text}");
    }
}

#[test]
fn dimensions() {
    for (name, dimensions) in [("scalar", "0 dimensions"), ("cube", "3 dimensions")] {
        assert_eq!(
            error(&bytes(&format!("{name}.npy"))),
            format!(
                "x.npy: an array of {dimensions} is not possible: a vector has one dimension and a matrix two; reshape it before saving, array.reshape(len(array), -1)"
            ),
        );
    }
}

#[test]
fn integers_that_floats_cannot_hold() {
    assert_eq!(
        error(&bytes("inexact.npy")),
        "x.npy: the integer 9007199254740993 at [1, 1] has no equal among 64-bit floats; round it on purpose, array.astype(float)",
    );
    let body: Vec<u8> = [1_u64, u64::MAX].iter().flat_map(|v| v.to_be_bytes()).collect();
    let text = error(&npy("{'descr': '>u8', 'fortran_order': False, 'shape': (2,)}", &body));
    assert!(text.starts_with("x.npy: the integer 18446744073709551615 at [1] has"), "{text}");
    let large: Vec<u8> = [1_u64 << 60, 1 << 63].iter().flat_map(|v| v.to_le_bytes()).collect();
    let exact = parse_npy(&npy("{'descr': '<u8', 'fortran_order': False, 'shape': (2,)}", &large), None);
    assert_eq!(exact.unwrap(), NpyArray::Vector(vec![(1_u64 << 60) as f64, (1_u64 << 63) as f64]));
}

#[test]
fn files_that_are_something_else() {
    let magic = "x.npy: this is no .npy file: it does not begin with \\x93NUMPY";
    assert_eq!(error(b""), format!("{magic}; write it with numpy.save, or read it as what it is"));
    assert_eq!(
        error(&bytes("archive.npz")),
        format!("{magic}; it looks like an .npz archive: save each of its arrays with numpy.save"),
    );
    let inside = "x.npy: the file ends inside its header; copy the whole file again";
    let whole = bytes("f8.npy");
    for length in 6..128 {
        assert_eq!(error(&whole[..length]), inside, "{length}");
    }
    assert_eq!(
        error(b"\x93NUMPY\x04\x00"),
        "x.npy: format version 4.0, where 1.0, 2.0 and 3.0 are known; save the array again with numpy.save",
    );
    assert_eq!(
        error(&npy("{'descr': '<f8', 'order': 'C'}", b"")),
        "x.npy: an unknown key in the header, at byte 17 (`'order': 'C'}`); save the array again with numpy.save",
    );
    assert_eq!(
        read_npy("tests/fixtures").unwrap_err().to_string(),
        "tests/fixtures: this is a directory, not a file; name an .npy file in it",
    );
}

#[test]
fn too_few_and_too_many_bytes() {
    let whole = bytes("f8.npy");
    assert_eq!(
        error(&whole[..whole.len() - 1]),
        "x.npy: the header announces shape (3, 4) of 8 bytes an element, 96 in all, but 95 bytes follow; copy the whole file again",
    );
    assert_eq!(
        error(&[whole.as_slice(), &whole].concat()),
        "x.npy: the header announces shape (3, 4) of 8 bytes an element, 96 in all, but 320 bytes follow; save one array in each file",
    );
    for shape in [
        "(18446744073709551615, 2)",
        "(9223372036854775807, 0)",
        "(0, 18446744073709551615)",
        "(4294967296, 4294967296)",
    ] {
        let text = error(&npy(&format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}"), b""));
        assert!(
            text.starts_with(&format!("x.npy: the header announces shape {shape} of 8 bytes an element")),
            "{text}"
        );
    }
}

#[test]
fn large_matrices_are_turned_piece_by_piece() {
    let (n, p) = (2500, 19);
    let x = Mat::from_fn(n, p, |i, j| (i * p + j) as f64);
    let body: Vec<u8> = (0..n * p).flat_map(|k| (k as u32).to_be_bytes()).collect();
    let header = format!("{{'descr': '>u4', 'fortran_order': False, 'shape': ({n}, {p})}}");
    assert_eq!(parse_npy(&npy(&header, &body), None).unwrap(), NpyArray::Matrix(x.clone()));
    let mut written = Vec::new();
    write_npy(&mut written, x.as_ref()).unwrap();
    assert_eq!(parse_npy(&written, None).unwrap(), NpyArray::Matrix(x));
    assert_eq!((written.len() - n * p * 8) % 64, 0);
}

#[test]
fn a_writer_that_fails() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let text = write_npy(&mut Full, Mat::<f64>::zeros(1, 1).as_ref()).unwrap_err().to_string();
    assert_eq!(text, "cannot be written: no storage space; check the disk and the permissions");
}

proptest! {
    #[test]
    fn matrices_come_back(bits in prop::collection::vec(any::<u64>(), 0..60), p in 1..7_usize) {
        let n = bits.len() / p;
        let x = Mat::from_fn(n, p, |i, j| f64::from_bits(bits[j * n + i]));
        let mut written = Vec::new();
        write_npy(&mut written, x.as_ref()).unwrap();
        let NpyArray::Matrix(found) = parse_npy(&written, None).unwrap() else { panic!("two dimensions") };
        prop_assert_eq!((found.nrows(), found.ncols()), (n, p));
        prop_assert!((0..p).all(|j| (0..n).all(|i| found[(i, j)].to_bits() == x[(i, j)].to_bits())));
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse_npy(&bytes, None);
        let _ = parse_npy(&[b"\x93NUMPY\x01\x00".as_slice(), &bytes].concat(), None);
    }

    #[test]
    fn random_headers_never_panic(header in "\\{?['a-z_]{0,3}('descr'|'shape'|'fortran_order'|[0-9,(){}:<>a-zL' ]|<f8|True|False|: ){0,20}\\}?", body in prop::collection::vec(any::<u8>(), 0..20)) {
        let _ = parse_npy(&npy(&header, &body), None);
    }

    #[test]
    fn spoilt_files_never_panic(at in 0..224_usize, byte in any::<u8>(), cut in 0..224_usize) {
        let mut spoilt = bytes("f8.npy");
        spoilt[at] = byte;
        let _ = parse_npy(&spoilt, None);
        let _ = parse_npy(&spoilt[..cut], None);
    }
}
