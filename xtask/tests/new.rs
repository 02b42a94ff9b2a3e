//! `cargo xtask new` as a user runs it: every kind in one copy of the workspace, which is then compiled and held to its laws.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The crates that take new items, and what their tests need.
const CRATES: &[&str] =
    &["core", "losses", "likelihood", "regularization", "optimizers", "problems", "testkit"];
/// Each kind with the name to make and the crate that takes it.
const KINDS: &[(&str, &str, &str)] = &[
    ("loss", "probe_loss", "losses"),
    ("family", "probe_family", "likelihood"),
    ("link", "probe_link", "likelihood"),
    ("penalty", "probe_penalty", "regularization"),
    ("minimizer", "probe_minimizer", "optimizers"),
    ("composite-solver", "probe_solver", "optimizers"),
    ("update", "probe_update", "optimizers"),
    ("problem", "probe_problem", "problems"),
];
/// The files of laws; other tests of these crates have nothing to do with new items.
const LAWS: &[&str] = &["laws", "densities", "problems", "allocation", "composite", "updates"];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The crates above in a workspace of their own, below cargo's target directory.
fn workspace(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    for folder in CRATES {
        copy(&repository().join("crates").join(folder), &root.join("crates").join(folder));
    }
    fs::copy(repository().join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
    // Another version, so that the copy shares the target directory and what others wrote stays in it.
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let lines = manifest.lines().filter(|line| !line.starts_with("default-members"));
    let lines = lines.map(|line| match line {
        line if line.starts_with("members") => "members = [\"crates/*\", \"probe-crate\"]".to_owned(),
        line => line.replace("\"0.1.0\"", "\"0.1.0-copy\""),
    });
    fs::write(root.join("Cargo.toml"), lines.collect::<Vec<_>>().join("\n") + "\n").unwrap();
    root
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().unwrap().is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

fn new(root: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("new").args(args).current_dir(root).env("CARGO_MANIFEST_DIR", root.join("xtask"));
    command.output().unwrap()
}

fn made(root: &Path, args: &[&str]) {
    let output = new(root, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn read(root: &Path, file: &str) -> String {
    fs::read_to_string(root.join(file)).unwrap()
}

fn in_order(text: &str, words: &[&str]) -> bool {
    let places: Vec<_> = words.iter().map(|word| text.find(word)).collect();
    places.iter().all(Option::is_some) && places.is_sorted()
}

/// One copy, one build: what every kind writes compiles together, and the laws of its crate hold for it.
#[test]
fn every_kind_obeys_the_laws_as_it_stands() {
    let root = workspace("new_every_kind");
    for (kind, name, _) in KINDS {
        made(&root, &[kind, name]);
    }
    made(&root, &["optimizer-crate", "probe-crate"]);
    // A crate outside is its own workspace. Inside the copy's it is built along with the rest.
    let manifest = read(&root, "probe-crate/Cargo.toml");
    let (manifest, _) = manifest.split_once("# Nobody's member").unwrap();
    fs::write(root.join("probe-crate/Cargo.toml"), manifest).unwrap();
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["test", "--offline", "--no-fail-fast"]);
    let mut packages = vec![("probe-crate".to_owned(), root.join("probe-crate"))];
    for folder in ["losses", "likelihood", "regularization", "optimizers", "problems"] {
        packages.push((format!("thalweg-{folder}"), root.join("crates").join(folder)));
    }
    let mut files = 0;
    for (package, folder) in &packages {
        cargo.args(["-p", package]);
        let file = |laws: &&&str| folder.join("tests").join(format!("{laws}.rs")).exists();
        files += LAWS.iter().filter(file).count();
    }
    for laws in LAWS {
        cargo.args(["--test", laws]);
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    // At this level the build takes half as long, and the laws no longer.
    cargo.current_dir(&root).env("CARGO_TARGET_DIR", target).env("CARGO_PROFILE_TEST_OPT_LEVEL", "1");
    let output = cargo.output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !stderr.contains("warning:"), "{stdout}\n{stderr}");
    assert_eq!(stdout.matches("test result: ok. ").count(), files, "{stdout}");
}

#[test]
fn items_are_registered_in_alphabetical_order() {
    let root = workspace("new_in_order");
    for name in ["my_loss", "zeta", "aardvark"] {
        made(&root, &["loss", name]);
    }
    let text = read(&root, "crates/losses/src/pointwise/mod.rs");
    for like in [
        ["mod aardvark;", "mod huber;", "mod my_loss;", "mod zeta;"],
        ["use aardvark::Aardvark;", "use huber::Huber;", "use my_loss::MyLoss;", "use zeta::Zeta;"],
        ["aardvark::ENTRY,", "huber::ENTRY,", "my_loss::ENTRY,", "zeta::ENTRY"],
    ] {
        assert!(in_order(&text, &like), "{text}");
    }
    let script = read(&root, "crates/losses/tests/fixtures/goldens.py");
    assert!(
        in_order(&script, &["def my_loss(y, eta):", "ETAS = [", "(\"squared\"", "(\"my-loss\", my_loss,"]),
        "{script}"
    );
    assert!(
        read(&root, "crates/losses/tests/fixtures/goldens.csv").contains("\nmy-loss,0.0,0.0,0.0,0.0,1.0\n")
    );
    let file = read(&root, "crates/losses/src/pointwise/my_loss.rs");
    assert!(file.contains("pub struct MyLoss") && file.contains("\"my-loss\""));
    made(&root, &["link", "gompertz"]);
    let link = read(&root, "crates/likelihood/src/link.rs");
    assert!(
        in_order(&link, &["Gompertz, Identity,", "Gompertz,\n    /// η = μ.", "visitor.visit(Gompertz)"]),
        "{link}"
    );
    let binomial = read(&root, "crates/likelihood/src/families/binomial.rs");
    assert!(
        in_order(&binomial, &["LinkFunction::Logit", "LinkFunction::Gompertz"]),
        "the canonical link stays first"
    );
}

#[test]
fn a_second_time_changes_nothing_and_says_so() {
    let root = workspace("new_twice");
    for (kind, name, folder) in KINDS {
        made(&root, &[kind, name]);
        let lib = format!("crates/{folder}/src/lib.rs");
        let before = read(&root, &lib);
        let output = new(&root, &[kind, name]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(&format!("`{name}` exists")), "{said}");
        assert_eq!(read(&root, &lib), before);
    }
}

#[test]
fn wrong_calls_write_nothing() {
    let root = workspace("new_wrong");
    let before = read(&root, "crates/losses/src/lib.rs");
    for args in [
        &["loss", "MyLoss"][..],
        &["loss", "type"],
        &["loss"],
        &["loss", "a", "b"],
        &["loss", "huber"],
        &["link", "log"],
        &["los", "a"],
        &["optimizer-crate"],
        &["optimizer-crate", "crates/mine"],
        &["optimizer-crate", "crates"],
        &[],
    ] {
        let output = new(&root, args);
        assert!(!output.status.success(), "{args:?}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(text.lines().count(), 1, "{args:?}: {text}");
    }
    assert_eq!(read(&root, "crates/losses/src/lib.rs"), before);
    assert!(!root.join("crates/mine").exists() && !root.join("crates/losses/src/a.rs").exists());
}
