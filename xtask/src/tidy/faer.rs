//! faer's conveniences use its global parallelism and allocate; results then depend on the thread count.
//!
//! Libraries call faer through its low-level functions, with `Par::Seq` and scratch passed in. A line that must differ
//! says why: `// tidy: allow(faer) reason`.

use super::Violation;
use super::source::{Line, Rust, has};

const LOW_LEVEL: &str = "call faer's low-level function with Par::Seq and scratch";
const OURS: &str = "matrix-vector products and dot products are ours (thalweg-core)";
const PAR: &str = "take thalweg-core's own `Par`; only crates/core names faer's";

/// Banned everywhere in a library.
const BANNED: &[(&str, &str)] = &[
    (".qr()", LOW_LEVEL),
    (".col_piv_qr()", LOW_LEVEL),
    (".llt(", LOW_LEVEL),
    (".ldlt(", LOW_LEVEL),
    (".lblt(", LOW_LEVEL),
    (".svd()", LOW_LEVEL),
    (".thin_svd()", LOW_LEVEL),
    (".singular_values()", LOW_LEVEL),
    (".partial_piv_lu()", LOW_LEVEL),
    (".full_piv_lu()", LOW_LEVEL),
    (".self_adjoint_eigen(", LOW_LEVEL),
    (".self_adjoint_eigenvalues(", LOW_LEVEL),
    (".eigen()", LOW_LEVEL),
    (".eigenvalues()", LOW_LEVEL),
    (".generalized_eigen(", LOW_LEVEL),
    (".sp_cholesky(", LOW_LEVEL),
    (".sp_qr()", LOW_LEVEL),
    (".sp_lu()", LOW_LEVEL),
    ("linalg::solvers", LOW_LEVEL),
    ("faer::prelude", "import the names that the file uses: the prelude brings the solvers in"),
    ("set_global_parallelism", "no library sets global state: pass the parallelism in"),
    ("get_global_parallelism", "pass the parallelism in"),
    ("matmul::matvec", OURS),
    ("matmul::dot", OURS),
];

/// Banned outside crates/core.
const CORE_ONLY: &[(&str, &str)] = &[("faer::Par", PAR), ("Par::rayon", PAR)];

const OPT_OUT: &str = "// tidy: allow(faer)";

pub(super) fn check(file: &Rust<'_>) -> Vec<Violation> {
    let Some((library, _)) = file.library() else { return Vec::new() };
    if file.is_test_file() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut import = String::new();
    for line in file.lines().filter(|line| !line.in_test) {
        let broken = grouped_import(&mut import, line.code, library).or_else(|| ban(line.code, library));
        if let Some((what, remedy)) = broken {
            found.extend(unless_allowed(file.path(), &line, what, remedy));
        }
    }
    found
}

type Ban = (&'static str, &'static str);

fn ban(code: &str, library: &str) -> Option<Ban> {
    let mut bans = BANNED.iter().chain(CORE_ONLY.iter().filter(|_| library != "core"));
    bans.find(|(pattern, _)| has(code, pattern)).copied()
}

/// Names hidden in `use faer::{..}`, which may run over several lines; `import` carries the statement so far.
fn grouped_import(import: &mut String, code: &str, library: &str) -> Option<Ban> {
    if import.is_empty() && !has(code, "use faer::{") {
        return None;
    }
    import.push_str(code);
    if code.contains(';') {
        import.clear();
    }
    let names = [("prelude", "import the names that the file uses"), ("Par", PAR)];
    names.into_iter().find(|(name, _)| has(code, name) && (*name != "Par" || library != "core"))
}

fn unless_allowed(path: &str, line: &Line<'_>, what: &str, remedy: &str) -> Option<Violation> {
    match line.text.split_once(OPT_OUT) {
        None => Some(Violation::new(path, line.number, "faer", format!("`{what}`: {remedy}"))),
        Some((_, reason)) if reason.trim().is_empty() => Some(Violation::new(
            path,
            line.number,
            "faer",
            format!("`{OPT_OUT}` must be followed by its reason"),
        )),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::Source;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Rust::new(&Source::new(path, text))).iter().map(|v| v.line).collect()
    }

    fn fails(text: &str) -> bool {
        !lines("crates/models/src/a.rs", text).is_empty()
    }

    #[test]
    fn conveniences_are_banned() {
        for (pattern, _) in BANNED.iter().chain(CORE_ONLY) {
            assert!(fails(&format!("let f = a{pattern};")) || fails(&format!("use {pattern};")), "{pattern}");
        }
        assert!(fails("use faer::{Mat, Par};"));
        assert!(fails("use faer::{\n    Mat,\n    prelude::*,\n};"));
    }

    #[test]
    fn low_level_calls_and_our_own_names_pass() {
        assert!(!fails("faer::linalg::cholesky::llt::factor::cholesky_in_place(a, r, par, stack, p);"));
        assert!(!fails("let q = tsqr.qr(rows); crate::par::Par::Seq; vector::matvec(a, x);"));
        assert!(!fails("use faer::{Mat, MatRef};\nuse thalweg_core::Par;"));
        assert!(!fails("// a.qr() would allocate\n/// a.svd()\nlet s = \".llt(\";"));
    }

    #[test]
    fn core_may_name_the_parallelism_of_faer_and_nothing_else() {
        assert_eq!(
            lines("crates/core/src/a.rs", "use faer::Par;\nuse faer::{Mat, Par};\nlet q = a.qr();"),
            [3]
        );
    }

    #[test]
    fn tests_are_free() {
        assert!(!fails("#[cfg(test)]\nmod tests {\n    fn f() { a.qr(); }\n}"));
        assert!(lines("crates/models/tests/a.rs", "a.qr();").is_empty());
        assert!(lines("benches/src/a.rs", "a.qr();").is_empty());
    }

    #[test]
    fn a_line_opts_out_with_a_reason() {
        assert!(!fails("let q = a.qr(); // tidy: allow(faer) cold path, 3 x 3"));
        assert!(fails("let q = a.qr(); // tidy: allow(faer)"));
        assert!(fails("let q = a.qr(); // tidy: allow(other) reason"));
    }
}
