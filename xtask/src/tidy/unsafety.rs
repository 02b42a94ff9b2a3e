//! `unsafe` lives in a few named files, each of which argues for every use.

use super::Violation;
use super::source::{Line, Rust, has};

const RULE: &str = "unsafe";

/// The files that may hold `unsafe`, tests included.
const ALLOWED: &[&str] =
    &["benches/src/streaming.rs", "crates/autodiff/src/program/prefetch.rs", "crates/testkit/src/alloc.rs"];

pub(super) fn check(files: &[Rust<'_>]) -> Vec<Violation> {
    check_against(files, ALLOWED)
}

fn check_against(files: &[Rust<'_>], allowed: &[&str]) -> Vec<Violation> {
    let mut found: Vec<_> =
        files.iter().flat_map(|file| check_file(file, allowed.contains(&file.path()))).collect();
    for path in allowed {
        let used = files.iter().any(|file| file.path() == *path && has(&file.code, RULE));
        if !used {
            let remedy = format!("`{path}` holds no unsafe code: take it off the list ALLOWED");
            found.push(Violation::new("xtask/src/tidy/unsafety.rs", 1, RULE, remedy));
        }
    }
    found
}

fn check_file(file: &Rust<'_>, allowed: bool) -> Vec<Violation> {
    let lines: Vec<_> = file.lines().collect();
    let uses: Vec<_> = (0..lines.len()).filter(|&i| has(lines[i].code, RULE)).collect();
    let Some(&first) = uses.first() else { return Vec::new() };
    let at = |index: usize, remedy: &str| Violation::new(file.path(), lines[index].number, RULE, remedy);
    if !allowed {
        let remedy = "write it safely, or argue for the file in ALLOWED of xtask/src/tidy/unsafety.rs";
        return uses.iter().map(|&index| at(index, remedy)).collect();
    }
    let mut found = Vec::new();
    if !has(&file.code, "allow(unsafe_code") && !has(&file.code, "expect(unsafe_code") {
        found.push(at(first, "the file must say #![allow(unsafe_code)], or its items #[allow(unsafe_code)]"));
    }
    let silent = uses.iter().filter(|&&index| !is_justified(&lines, index));
    found.extend(silent.map(|&index| at(index, "say in a `// SAFETY:` comment above why this is sound")));
    found
}

/// A `SAFETY:` comment (or a `# Safety` section) on the line, in the comments and attributes right above it, or above
/// the statement that the line continues.
fn is_justified(lines: &[Line<'_>], index: usize) -> bool {
    let argues = |line: &Line<'_>| line.text.contains("SAFETY:") || line.text.contains("# Safety");
    if argues(&lines[index]) {
        return true;
    }
    let above = lines[..index].iter().rev();
    above.take_while(|line| is_attached(line)).any(argues)
}

/// Comments, attributes, and lines in the middle of a statement.
fn is_attached(line: &Line<'_>) -> bool {
    let (text, code) = (line.text.trim(), line.code.trim_end());
    let comment = text.starts_with("//") || text.starts_with("#[");
    comment || (!code.is_empty() && !code.ends_with([';', '{', '}', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::Source;

    const PATH: &str = "crates/core/src/simd.rs";

    fn remedies(text: &str, allowed: &[&str]) -> Vec<String> {
        let source = Source::new(PATH, text);
        check_against(&[Rust::new(&source)], allowed).into_iter().map(|v| v.remedy).collect()
    }

    #[test]
    fn unlisted_files_hold_none() {
        assert_eq!(remedies("fn f() { unsafe { g() } }", &[]).len(), 1);
        assert!(remedies("// unsafe\nfn f() { g(\"unsafe\") }", &[]).is_empty());
    }

    #[test]
    fn listed_files_allow_it_and_argue() {
        let good = "#![allow(unsafe_code)]\nfn f() {\n    // SAFETY: i < n.\n    let x =\n        unsafe { g(i) };\n}";
        assert!(remedies(good, &[PATH]).is_empty());
        let method = "#![allow(unsafe_code)]\n/// # Safety\n/// i < n.\n#[inline]\nunsafe fn f() {}";
        assert!(remedies(method, &[PATH]).is_empty());
        let bare = remedies("// SAFETY: i < n.\nlet y = 1;\nlet x = unsafe { g(i) };", &[PATH]);
        assert_eq!(bare.len(), 2, "{bare:?}");
    }

    #[test]
    fn the_list_names_no_innocent_file() {
        assert_eq!(remedies("fn f() {}", &[PATH]).len(), 1);
    }
}
