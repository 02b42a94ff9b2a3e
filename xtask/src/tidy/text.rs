//! Rules about text: white space, unfinished work, places that exist on one machine only, and what a library may do.

use super::Violation;
use super::source::{Line, Rust, Source, has};

/// Words that mark unfinished work, in comments too.
const UNFINISHED_WORDS: &[&str] = &["TODO", "FIXME"];
/// Code that marks unfinished work.
const UNFINISHED_CODE: &[(&str, &str)] = &[
    ("todo!", "finish it, or return an error that says what is missing"),
    ("unimplemented!", "finish it, or return an error that says what is missing"),
    ("dbg!", "take the debugging out"),
    ("#[ignore", "fix the test or delete it: what never runs proves nothing"),
];

/// Folders of one machine.
const ABSOLUTE: &[&str] = &["/work/", "/root/", "/tmp/", "/home/", "/Users/"];
/// Package registries and the settings that name one: that belongs to each user's own configuration.
const REGISTRIES: &[&str] = &[
    "index.crates.io",
    "static.crates.io",
    "sparse+http",
    "replace-with",
    "pypi.org/simple",
    "files.pythonhosted.org",
    "index-url",
    "registry.npmjs.org",
    "proxy.golang.org",
    "cloud.r-project.org",
    "conda.anaconda.org",
];
const CANONICAL_REGISTRY: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// What only a binary may do.
const BINARY_ONLY: &[(&str, &str)] = &[
    ("println!", "return the text or write to `impl Write`: only binaries print"),
    ("eprintln!", "return the text or write to `impl Write`: only binaries print"),
    ("print!", "return the text or write to `impl Write`: only binaries print"),
    ("eprint!", "return the text or write to `impl Write`: only binaries print"),
    ("env::var", "take the value as an argument: no library reads an environment variable"),
    ("env::var_os", "take the value as an argument: no library reads an environment variable"),
    ("env::vars", "take the value as an argument: no library reads an environment variable"),
    ("env::set_var", "no library sets global state"),
    ("env::remove_var", "no library sets global state"),
];

/// The rules for every text file.
pub(super) fn check(source: &Source) -> Vec<Violation> {
    if source.extension() == "lock" {
        return lock(source);
    }
    let mut found = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let mut add =
            |rule, remedy: String| found.push(Violation::new(&source.path, index + 1, rule, remedy));
        if line.ends_with([' ', '\t']) {
            add("trailing-space", "delete the white space at the end of the line".to_owned());
        }
        if source.is_tidy() {
            continue;
        }
        if let Some(word) = UNFINISHED_WORDS.iter().find(|word| has(line, word)) {
            add("unfinished", format!("`{word}`: do it now or open an issue"));
        }
        if let Some(folder) = ABSOLUTE.iter().find(|folder| has_absolute(line, folder)) {
            add("absolute-path", format!("`{folder}` exists on one machine only: use a relative path"));
        }
        if let Some(host) = REGISTRIES.iter().find(|host| line.contains(*host)) {
            add("registry", format!("`{host}`: which registry to use is each user's own configuration"));
        }
    }
    if !source.text.is_empty() && !source.text.ends_with('\n') {
        let last = source.text.lines().count();
        found.push(Violation::new(&source.path, last, "final-newline", "end the file with a newline"));
    }
    found
}

/// A folder at the start of a path: `a/tmp/b`, `$DIR/tmp/` and `https://host/tmp/` are other things.
fn has_absolute(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || "\"'`(<[{=:,;|>".contains(c))
    })
}

/// Every locked package comes from the canonical registry, whatever mirror fetched it.
fn lock(source: &Source) -> Vec<Violation> {
    let lines = source.text.lines().enumerate();
    let foreign = lines.filter(|(_, line)| line.starts_with("source = ") && *line != CANONICAL_REGISTRY);
    let remedy = "depend on a release from crates.io, and lock it without registry overrides";
    foreign.map(|(index, _)| Violation::new(&source.path, index + 1, "registry", remedy)).collect()
}

/// The rules for Rust files.
pub(super) fn check_rust(file: &Rust<'_>) -> Vec<Violation> {
    let mut found: Vec<_> = file.lines().flat_map(|line| check_line(file, &line)).collect();
    let documented = file.source.text.starts_with("//!") || file.source.text.starts_with("#![doc");
    if file.path().contains("src/") && !file.is_test_file() && !documented {
        let remedy = "start the file with `//!`: what it is, in one sentence";
        found.push(Violation::new(file.path(), 1, "module-doc", remedy));
    }
    found
}

fn check_line(file: &Rust<'_>, line: &Line<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut add = |rule, remedy: String| found.push(Violation::new(file.path(), line.number, rule, remedy));
    if line.text.contains('\t') {
        add("tab", "indent with spaces; write \\t in a literal".to_owned());
    }
    if let Some((word, remedy)) = UNFINISHED_CODE.iter().find(|(word, _)| has(line.code, word)) {
        add("unfinished", format!("`{word}`: {remedy}"));
    }
    let banned = BINARY_ONLY.iter().find(|(word, _)| has(line.code, word));
    if let Some((word, remedy)) = banned.filter(|_| is_library(file) && !line.in_test) {
        add("library", format!("`{word}`: {remedy}"));
    }
    found
}

fn is_library(file: &Rust<'_>) -> bool {
    file.library().is_some_and(|(name, _)| name != "cli") && !file.is_test_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<&'static str> {
        check(&Source::new(path, text)).iter().map(|v| v.rule).collect()
    }

    fn rust_rules(path: &str, text: &str) -> Vec<&'static str> {
        check_rust(&Rust::new(&Source::new(path, text))).iter().map(|v| v.rule).collect()
    }

    #[test]
    fn white_space() {
        assert_eq!(rules("a.md", "a \nb\n"), ["trailing-space"]);
        assert_eq!(
            rules("a.md", "a\r\n"),
            [] as [&str; 0],
            "lines() drops the carriage return of a Windows checkout"
        );
        assert_eq!(rules("a.md", "a\nb"), ["final-newline"]);
        assert!(rules("a.md", "a\n\nb\n").is_empty() && rules("a.md", "").is_empty());
        assert_eq!(rust_rules("crates/core/tests/a.rs", "\tf();\n"), ["tab"]);
        assert!(rust_rules("crates/core/tests/a.rs", "    f(\"\\t\");\n").is_empty());
    }

    #[test]
    fn unfinished_work() {
        assert_eq!(rules("a.rs", "// TODO later\n"), ["unfinished"]);
        assert_eq!(rules("a.py", "# FIXME\n"), ["unfinished"]);
        assert!(rules("a.rs", "const AUTODOC: u8 = 1; // todo list\n").is_empty());
        for code in ["todo!()", "unimplemented!()", "dbg!(x)", "#[ignore = \"slow\"]"] {
            assert_eq!(rust_rules("crates/core/tests/a.rs", code), ["unfinished"], "{code}");
            assert!(rust_rules("crates/core/tests/a.rs", &format!("// {code}")).is_empty(), "{code}");
        }
    }

    #[test]
    fn places_of_one_machine() {
        for line in ["cd /work/main", "open(\"/tmp/a\")", "path=/root/.cargo", "see `/home/a/b`"] {
            assert_eq!(rules("a.sh", &format!("{line}\n")), ["absolute-path"], "{line}");
        }
        for line in ["cat target/tmp/a", "https://a.org/work/b", "\"$DIR\"/homework/x", "net/work/a"] {
            assert!(rules("a.sh", &format!("{line}\n")).is_empty(), "{line}");
        }
    }

    #[test]
    fn registries() {
        assert_eq!(rules("a.toml", "registry = \"sparse+https://mirror.example\"\n"), ["registry"]);
        assert_eq!(rules("requirements.txt", "--extra-index-url https://a.b\n"), ["registry"]);
        assert!(
            rules("README.md", "https://crates.io/crates/thalweg and https://docs.rs/thalweg\n").is_empty()
        );
        assert_eq!(rules("Cargo.lock", "source = \"git+https://a.b\"\n"), ["registry"]);
        assert!(rules("Cargo.lock", &format!("{CANONICAL_REGISTRY}\n")).is_empty());
    }

    #[test]
    fn every_source_file_starts_with_its_doc() {
        assert_eq!(rust_rules("crates/core/src/a.rs", "use b;\n"), ["module-doc"]);
        assert!(rust_rules("crates/core/src/a.rs", "//! A.\n").is_empty());
        assert!(
            rust_rules("crates/core/src/lib.rs", "#![doc = include_str!(\"../README.md\")]\n").is_empty()
        );
        assert!(rust_rules("crates/core/tests/a.rs", "use b;\n").is_empty());
    }

    #[test]
    fn libraries_are_silent_and_read_no_environment() {
        for code in ["println!(\"a\")", "eprintln!(\"a\")", "let v = std::env::var(\"A\");"] {
            let text = format!("//! A.\nfn f() {{ {code} }}\n");
            assert_eq!(rust_rules("crates/core/src/a.rs", &text), ["library"], "{code}");
            for path in
                ["crates/cli/src/a.rs", "benches/src/a.rs", "xtask/src/a.rs", "crates/core/tests/a.rs"]
            {
                assert!(rust_rules(path, &text).is_empty(), "{path}");
            }
            let documented =
                format!("//! A.\n/// {code}\n#[cfg(test)]\nmod tests {{ fn f() {{ {code} }} }}\n");
            assert!(rust_rules("crates/core/src/a.rs", &documented).is_empty());
        }
        assert!(rust_rules("crates/core/src/a.rs", "//! A.\nfn f() { writeln!(w) }\n").is_empty());
    }
}
