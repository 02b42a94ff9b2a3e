//! A catalogue crate registers each item by hand: one file, its `mod` line and its line in `CATALOGUE`.
//!
//! An item file is one that defines `ENTRY`; other files are helpers. This rule keeps file, module, catalogue line and
//! the item's public name in step, because the compiler is silent about a file that nobody names.

use super::Violation;
use super::source::{Rust, find, has, line_at};

const RULE: &str = "catalogue";

/// The crates with a catalogue.
const CRATES: &[&str] = &["losses", "likelihood", "regularization", "optimizers", "problems"];

const LONGEST: usize = 400;

pub(super) fn check(files: &[Rust<'_>]) -> Vec<Violation> {
    CRATES.iter().flat_map(|name| check_crate(&of_crate(files, name))).collect()
}

fn of_crate<'a>(files: &'a [Rust<'a>], name: &str) -> Vec<&'a Rust<'a>> {
    files.iter().filter(|file| file.library().is_some_and(|(library, _)| library == name)).collect()
}

fn check_crate(files: &[&Rust<'_>]) -> Vec<Violation> {
    let items: Vec<_> = files.iter().filter_map(|file| Item::of(file)).collect();
    let entries: Vec<_> = files.iter().flat_map(|file| references(file)).collect();
    let mut found: Vec<_> = items.iter().flat_map(|item| check_item(item, files, &entries)).collect();
    for entry in &entries {
        if !items.iter().any(|item| item.is_named_by(entry)) {
            let file = entry.module.replace("::", "/");
            let remedy = format!("`{}::ENTRY` has no item file `{file}.rs`: delete the line", entry.module);
            found.push(Violation::new(entry.path, entry.line, RULE, remedy));
        }
    }
    found
}

/// A file that defines `ENTRY`.
struct Item<'a> {
    file: &'a Rust<'a>,
    stem: &'a str,
    line: usize,
    /// The entry's name as users type it, where the file spells it out.
    name: Option<&'a str>,
}

impl<'a> Item<'a> {
    fn of(file: &'a Rust<'a>) -> Option<Self> {
        let at = find(&file.code, "const ENTRY").or_else(|| find(&file.code, "static ENTRY"))?;
        let stem = file.path().rsplit('/').next()?.strip_suffix(".rs")?;
        Some(Self { file, stem, line: line_at(&file.code, at), name: entry_name(file, at) })
    }

    /// The files that may hold `mod NAME;`: the crate's lib.rs, or the parent module's file in either of its places.
    fn parents(&self) -> Vec<String> {
        let path = self.file.path();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (before, _) = path.split_once("/src/").unwrap_or((path, ""));
        vec![format!("{before}/src/lib.rs"), format!("{folder}/mod.rs"), format!("{folder}.rs")]
    }

    /// `families::poisson` and `poisson` name families/poisson.rs; `links::poisson` does not.
    fn is_named_by(&self, reference: &Reference<'_>) -> bool {
        let below = self.file.library().map_or("", |(_, below)| below);
        let module = format!("::{}", below.trim_end_matches(".rs").replace('/', "::"));
        module.ends_with(&format!("::{}", reference.module))
    }
}

/// The literal after `name:` in the entry's definition, or its first literal.
fn entry_name<'a>(file: &'a Rust<'a>, at: usize) -> Option<&'a str> {
    let end = file.code[at..].find(';').map_or(file.code.len(), |n| at + n);
    let start = find(&file.code[at..end], "name:").map_or(at, |n| at + n);
    let open = start + file.code[start..end].find('"')? + 1;
    let close = open + file.code[open..end].find('"')?;
    Some(&file.source.text[open..close])
}

/// One `module::ENTRY` of a catalogue.
struct Reference<'a> {
    path: &'a str,
    line: usize,
    module: &'a str,
}

/// Every `module::ENTRY` that is an element of a list: followed by a comma or the closing bracket.
fn references<'a>(file: &'a Rust<'a>) -> Vec<Reference<'a>> {
    let uses = file
        .code
        .match_indices("::ENTRY")
        .map(|(at, found)| (at, file.code[at + found.len()..].trim_start()));
    uses.filter(|(_, rest)| rest.starts_with([',', ']']))
        .map(|(at, _)| {
            let module = file.code[..at].rsplit(|c: char| !is_path(c)).next().unwrap_or_default();
            let module = module.trim_start_matches("crate::");
            Reference { path: file.path(), line: line_at(&file.code, at), module }
        })
        .collect()
}

fn is_path(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

fn check_item(item: &Item<'_>, files: &[&Rust<'_>], entries: &[Reference<'_>]) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut add = |line, remedy| found.push(Violation::new(item.file.path(), line, RULE, remedy));
    let declared = |parent: &String| {
        files.iter().any(|f| f.path() == parent && has(&f.code, &format!("mod {};", item.stem)))
    };
    if !item.parents().iter().any(declared) {
        add(1, format!("nobody compiles this file: write `mod {};` in the crate's lib.rs", item.stem));
    }
    match entries.iter().filter(|entry| item.is_named_by(entry)).count() {
        1 => {}
        0 => add(item.line, format!("write `{}::ENTRY,` into CATALOGUE in the crate's lib.rs", item.stem)),
        _ => add(item.line, format!("`{}::ENTRY` stands more than once in CATALOGUE", item.stem)),
    }
    let expected = item.stem.replace('_', "-");
    if item.name.is_some_and(|name| name != expected) {
        add(item.line, format!("the entry's name must be \"{expected}\", as the file's"));
    }
    let lines = item.file.source.text.lines().count();
    if lines > LONGEST {
        add(LONGEST + 1, format!("{lines} lines: an item file has at most {LONGEST}; move helpers out"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::Source;

    const LIB: &str = "mod helper;\nmod huber;\nmod log_cosh;\npub static CATALOGUE: &[Entry] = &[\n    huber::ENTRY,\n    \
                       log_cosh::ENTRY,\n];\n";
    const HUBER: &str = "pub const ENTRY: Entry = Entry { name: \"huber\", summary: \"a\" };\n";
    const LOG_COSH: &str = "pub const ENTRY: Entry = Entry::new(\"log-cosh\");\n";

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let path = |name: &str| format!("crates/losses/src/{name}.rs");
        let sources: Vec<_> = files.iter().map(|(name, text)| Source::new(&path(name), text)).collect();
        let rust: Vec<_> = sources.iter().map(Rust::new).collect();
        check(&rust).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn files_modules_lines_and_names_agree() {
        let good = [("lib", LIB), ("huber", HUBER), ("log_cosh", LOG_COSH), ("helper", "fn f() {}\n")];
        assert!(found(&good).is_empty());
    }

    #[test]
    fn a_file_that_nobody_names_is_found() {
        let files = [("lib", LIB), ("huber", HUBER), ("log_cosh", LOG_COSH), ("hinge", LOG_COSH)];
        let found = found(&files);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("write `mod hinge;`"));
        assert!(found[1].contains("write `hinge::ENTRY,` into CATALOGUE"));
        assert!(found[2].contains("the entry's name must be \"hinge\""));
    }

    #[test]
    fn a_line_without_a_file_and_a_double_line_are_found() {
        let found = found(&[("lib", &LIB.replace("log_cosh::", "huber::")), ("huber", HUBER)]);
        assert_eq!(
            found,
            ["crates/losses/src/huber.rs:1: catalogue: `huber::ENTRY` stands more than once in CATALOGUE"]
        );
        let stale = super::tests::found(&[("lib", LIB), ("huber", HUBER)]);
        assert_eq!(
            stale,
            [
                "crates/losses/src/lib.rs:6: catalogue: `log_cosh::ENTRY` has no item file `log_cosh.rs`: delete the line"
            ]
        );
    }

    #[test]
    fn names_are_the_stem_with_hyphens() {
        let found = found(&[("lib", LIB), ("huber", HUBER), ("log_cosh", &LOG_COSH.replace('-', "_"))]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("must be \"log-cosh\""));
    }

    #[test]
    fn families_are_declared_by_their_folder() {
        let lib = "pub mod families {\n    mod huber;\n}\nstatic C: &[E] = &[families::huber::ENTRY];";
        assert!(found(&[("lib", lib), ("families/huber", HUBER)]).is_empty());
        let link = ("links/huber", HUBER);
        assert_eq!(
            found(&[("lib", lib), ("families/huber", HUBER), link]).len(),
            1,
            "a link of the same name"
        );
        let used = "mod huber; static C: &[E] = &[huber::ENTRY]; fn f() { g(huber::ENTRY.name); }";
        assert!(found(&[("lib", used), ("huber", HUBER)]).is_empty(), "a use is no registration");
        let folder = ("families/mod", "mod huber;\n");
        assert!(found(&[("lib", "&[families::huber::ENTRY]"), folder, ("families/huber", HUBER)]).is_empty());
        assert!(
            found(&[("lib", "&[huber::ENTRY]"), ("families", "mod huber;"), ("families/huber", HUBER)])
                .is_empty()
        );
    }

    #[test]
    fn item_files_are_short() {
        let long = format!("{HUBER}{}", "\n".repeat(400));
        let lib = "mod huber; static C: &[E] = &[huber::ENTRY];";
        assert!(found(&[("lib", lib), ("huber", &long)])[0].contains("401 lines"));
        assert!(found(&[("lib", lib), ("huber", HUBER), ("helper", &"\n".repeat(500))]).is_empty());
    }
}
