//! `cargo xtask new loss` as a user runs it, in a folder that holds nothing but a lib.rs.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The real file: the test notices when its shape moves away from what `new` understands.
const REAL_LIB: &str = include_str!("../../crates/losses/src/lib.rs");
const REAL_GOLDENS: &str = include_str!("../../crates/losses/tests/fixtures/goldens.py");

const LIB: &str = "\
//! Losses.

mod huber;
mod squared;

pub use huber::Huber;
pub use squared::Squared;

pub static CATALOGUE: &[LossEntry] = &[huber::ENTRY, squared::ENTRY];
";

/// A workspace of its own for each test, below cargo's target directory.
fn workspace(name: &str, lib: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join("crates/losses/src")).unwrap();
    fs::write(root.join("crates/losses/src/lib.rs"), lib).unwrap();
    let goldens = root.join("crates/losses/tests/fixtures");
    fs::create_dir_all(&goldens).unwrap();
    fs::write(goldens.join("goldens.py"), REAL_GOLDENS).unwrap();
    fs::write(goldens.join("goldens.csv"), "# name,y,eta,value,first,second by goldens.py\n").unwrap();
    root
}

fn new_loss(root: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["new", "loss"]).args(args).env("CARGO_MANIFEST_DIR", root.join("xtask"));
    command.output().unwrap()
}

fn lib(root: &Path) -> String {
    fs::read_to_string(root.join("crates/losses/src/lib.rs")).unwrap()
}

fn in_order(text: &str, words: &[&str]) -> bool {
    let places: Vec<_> = words.iter().map(|word| text.find(word)).collect();
    places.iter().all(Option::is_some) && places.is_sorted()
}

#[test]
fn a_new_loss_is_written_and_registered_in_alphabetical_order() {
    let root = workspace("new_in_order", LIB);
    for name in ["my_loss", "tukey", "absolute"] {
        let output = new_loss(&root, &[name]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = lib(&root);
    assert!(
        in_order(&text, &["mod absolute;", "mod huber;", "mod my_loss;", "mod squared;", "mod tukey;"]),
        "{text}"
    );
    let uses = [
        "use absolute::Absolute;",
        "use huber::Huber;",
        "use my_loss::MyLoss;",
        "use squared::",
        "use tukey::Tukey;",
    ];
    assert!(in_order(&text, &uses), "{text}");
    let entries = ["absolute::ENTRY,", "huber::ENTRY,", "my_loss::ENTRY,", "squared::ENTRY,", "tukey::ENTRY"];
    assert!(in_order(&text, &entries), "{text}");
    let goldens = root.join("crates/losses/tests/fixtures");
    let script = fs::read_to_string(goldens.join("goldens.py")).unwrap();
    assert!(
        in_order(&script, &["def my_loss(y, eta):", "ETAS = [", "(\"squared\"", "(\"my-loss\", my_loss,"]),
        "{script}"
    );
    assert!(
        fs::read_to_string(goldens.join("goldens.csv")).unwrap().contains("\nmy-loss,0.0,0.0,0.0,0.0,1.0\n")
    );
    let file = fs::read_to_string(root.join("crates/losses/src/my_loss.rs")).unwrap();
    assert!(file.contains("pub struct MyLoss") && file.contains("\"my-loss\""));
}

#[test]
fn the_real_catalogue_takes_a_new_loss() {
    let root = workspace("new_in_real", REAL_LIB);
    assert!(new_loss(&root, &["probe_of_xtask"]).status.success());
    let text = lib(&root);
    let added: Vec<_> = text.lines().filter(|line| line.contains("probe_of_xtask")).map(str::trim).collect();
    assert_eq!(added[..2], ["mod probe_of_xtask;", "pub use probe_of_xtask::ProbeOfXtask;"], "{text}");
    assert!(in_order(&text, &["huber::ENTRY", "probe_of_xtask::ENTRY", "squared::ENTRY"]), "{text}");
}

#[test]
fn a_second_time_changes_nothing_and_says_so() {
    let root = workspace("new_twice", LIB);
    assert!(new_loss(&root, &["my_loss"]).status.success());
    let before = lib(&root);
    let output = new_loss(&root, &["my_loss"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("`my_loss` exists"));
    assert_eq!(lib(&root), before);
}

#[test]
fn wrong_calls_write_nothing() {
    let root = workspace("new_wrong", LIB);
    for args in [&["MyLoss"][..], &["type"], &[], &["a", "b"]] {
        let output = new_loss(&root, args);
        assert!(!output.status.success(), "{args:?}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(text.lines().count(), 1, "{args:?}: {text}");
    }
    assert_eq!(lib(&root), LIB);
    assert_eq!(fs::read_dir(root.join("crates/losses/src")).unwrap().count(), 1);
}
