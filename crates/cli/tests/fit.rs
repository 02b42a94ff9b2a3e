//! What `thalweg fit` prints for people.

mod support;

use support::{command, file, ran, thalweg};

const SEPARATED: &str = "x,y\n1,0\n2,0\n3,1\n4,1\n";
const ALIASED: &str = "x,z,y\n1,2,1.1\n2,4,2.3\n3,6,2.9\n4,8,4.2\n5,10,5.1\n";

#[test]
fn without_arguments_the_demo_is_fitted() {
    let ran = thalweg(&["fit"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for phrase in [
        "Logistic regression, family binomial, link logit\n",
        "vote on 9 columns, n = 944, p = 10, data: anes96 (embedded)\n",
        "(intercept)  -2.22        1.05      -2.11  0.0345    -4.27       -0.16\n",
        "pid           1.0264      0.0803    12.79   <1e-16    0.8690      1.1837\n",
        "log-likelihood  -212.4285            dispersion  1\n",
        "deviance        424.8571 on 934 df   null        1282.092 on 943 df\n",
        "\nCertified: objective within ",
        " of its minimum (self-concordant bound)\n",
        "newton: 6 iterations, 7 evaluations, ",
    ] {
        assert!(ran.stdout.contains(phrase), "`{phrase}` is not in:\n{}", ran.stdout);
    }
    assert!(ran.stderr.contains("no file was given: fitting the embedded data `anes96`"));
    assert!(ran.stderr.contains("family binomial: it suits the target `vote`"));
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 100 && line == line.trim_end()));
}

#[test]
fn quiet_and_verbose() {
    assert_eq!(thalweg(&["fit", "-q"]).stderr, "");
    let verbose = thalweg(&["fit", "-v", "--data", "iris"]).stderr;
    assert!(verbose.contains("column `species` is categorical with reference level `setosa`"), "{verbose}");
    assert!(verbose.contains("step   1: objective"));
}

#[test]
fn categorical_columns_and_their_reference() {
    let ran = thalweg(&["fit", "-q", "--data", "iris", "--reference", "species=versicolor"]);
    assert!(ran.stdout.contains("\nspecies[setosa] ") && !ran.stdout.contains("species[versicolor]"));
    let coded = file("coded.csv", "c,y\n1,1.0\n2,2.5\n3,2.0\n1,1.5\n2,2.0\n3,2.5\n");
    let ran = thalweg(&["fit", "-q", &coded, "--categorical", "c"]);
    assert!(ran.stdout.contains("\nc[2] ") && ran.stdout.contains("\nc[3] "), "{}", ran.stdout);
}

#[test]
fn separation_is_reported_and_exits_with_1() {
    let ran = thalweg(&["fit", &file("separated.csv", SEPARATED)]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("(intercept)   -> -inf\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("x             -> +inf\n"));
    assert!(ran.stdout.contains("\nSeparated: no finite maximum-likelihood estimates exist\n"));
    assert!(ran.stdout.contains("warning: the outcomes are completely separated (4 rows"));
    let ridge = thalweg(&["fit", "-q", &file("separated2.csv", SEPARATED), "--lambda", "0.1"]);
    assert_eq!(ridge.code, 0);
    assert!(ridge.stdout.contains("penalty ridge, lambda = 0.1\n") && ridge.stdout.contains("Certified"));
}

#[test]
fn aliases_are_left_out_with_a_warning() {
    let ran = thalweg(&["fit", &file("aliased.csv", ALIASED)]);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("\nz             aliased\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("warning: aliased, left out: z;"));
    // More columns than rows.
    let wide = "a,b,c,d,y\n1,2,3,5,1\n2,3,1,4,2\n3,1,2,2,2.5\n";
    let ran = thalweg(&["fit", &file("wide.csv", wide)]);
    assert_eq!((ran.code, ran.stdout.matches(" aliased\n").count()), (0, 2), "{}", ran.stdout);
}

#[test]
fn missing_rows_are_dropped_with_a_count() {
    let ran = thalweg(&["fit", &file("gaps.csv", "x,y\n1,NA\n2,3\n3,4.4\n4,5\n,6\n")]);
    assert!(
        ran.stdout.contains("warning: 2 rows of 5 dropped for missing values (x: 1, y: 1)\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn shares_without_trials_are_pointed_out() {
    let ran = thalweg(&["fit", "--family", "binomial", &file("shares.csv", "x,y\n1,0.2\n2,0.4\n3,0.8\n")]);
    assert!(
        ran.stdout.contains("warning: the target holds shares but no weights were given"),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_exhausted_budget_exits_with_1() {
    let ran = thalweg(&["fit", "-q", "--iterations", "1"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("\nBudget: the limit on iterations") && ran.stdout.contains("pid"));
}

#[test]
fn standard_input_is_read() {
    let ran = ran(command().args(["fit", "-", "-q"]).write_stdin(ALIASED));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("data: standard input"));
}

#[test]
fn colour_is_used_only_where_it_is_wanted() {
    let escape = '\u{1b}';
    assert!(!thalweg(&["fit"]).stdout.contains(escape), "a pipe gets none");
    assert!(thalweg(&["fit", "--color", "always"]).stdout.contains(escape));
    assert!(!thalweg(&["fit", "--color", "never"]).stdout.contains(escape));
    let forced = ran(command().arg("fit").env("CLICOLOR_FORCE", "1"));
    assert!(forced.stdout.contains(escape));
    let plain = ran(command().arg("fit").env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"));
    assert!(!plain.stdout.contains(escape) && !plain.stderr.contains(escape));
}

#[test]
fn a_long_name_is_cut_in_the_middle() {
    let name = format!("a{}z", "x".repeat(200));
    let ran = thalweg(&["fit", "-q", &file("long.csv", ALIASED.replace('z', &name))]);
    assert!(ran.stdout.lines().take(8).all(|line| line.chars().count() <= 100), "{}", ran.stdout);
    assert!(ran.stdout.contains("x…x") && ran.stdout.contains("xz  "));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    let binary = assert_cmd::cargo::cargo_bin!("thalweg");
    let script = format!(
        "{{ sleep 0.2; '{0}' list; '{0}' fit -q; '{0}' --help; echo $? >&2; }} | true",
        binary.display()
    );
    let ran = ran(assert_cmd::Command::new("sh").args(["-c", &script]));
    assert_eq!(ran.stderr, "0\n");
}

#[cfg(unix)]
#[test]
fn ctrl_c_reports_the_best_point_so_far() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    // Badly scaled columns keep steepest descent busy for hours.
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("thalweg"))
        .args(["fit", "--optimizer", "gradient-descent", "--iterations", "1000000000", "--json", "-v"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let narration = BufReader::new(child.stderr.take().unwrap());
    let searching = narration.lines().any(|line| line.unwrap().starts_with("step   9:"));
    assert!(searching);
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let object: serde_json::Value = serde_json::from_reader(child.stdout.take().unwrap()).unwrap();
    assert_eq!(object["status"], "Interrupted");
    assert!(object["coefficients"][1]["estimate"].is_f64());
}
