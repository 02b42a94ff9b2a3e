//! Every wrong input: exit code 2, nothing on stdout, one line on stderr that names the place, the value and the remedy.

mod support;

use support::{command, file, ran, refused, thalweg};

/// Refuses to fit a file with this content.
fn refused_file(name: &str, content: impl AsRef<[u8]>, args: &[&str], phrases: &[&str]) {
    let path = file(name, content);
    refused(&[&["fit", "-q", &path], args].concat(), &[&[name], phrases].concat());
}

#[test]
fn files_that_cannot_be_read() {
    refused(&["fit", "no-such.csv"], &["no-such.csv", "does not exist", "check the path"]);
    refused(&["fit", env!("CARGO_TARGET_TMPDIR")], &["directory", "name a CSV file"]);
    refused_file("empty.csv", "", &[], &["is empty", "header line"]);
    refused_file("header.csv", "a,y\n", &[], &["line 1", "no data rows", "add at least one row"]);
    refused_file("bytes.csv", b"a,y\n1,\xff\xfe\n", &[], &["line 2", "no text (0xff)", "UTF-8"]);
    refused_file("nul.csv", b"\x7fELF\x00\x01", &[], &["line 1", "no text (0x00)"]);
    refused_file("ragged.csv", "a,y\n1,2\n3\n", &[], &["line 3", "1 field", "2 columns"]);
    refused_file("duplicate.csv", "a,a,y\n1,2,3\n", &[], &["line 1", "both named `a`", "own name"]);
    refused_file("quote.csv", "a,y\n\"1,2\n3,4\n", &[], &["line 2", "quote"]);
}

#[test]
fn a_penalty_without_parameters_says_so() {
    let args = ["fit", "--penalty", "l1:gamma=2", "--lambda", "1"];
    refused(&args, &["unknown parameter of l1 `gamma`", "there is none to be given"]);
    // The lasso's other name.
    assert_eq!(thalweg(&["fit", "-q", "--penalty", "lasso", "--lambda", "0.1"]).code, 0);
}

#[test]
fn values_that_are_no_numbers() {
    let text = "a,y\n1,red\n2,blue\n3,green\n";
    refused_file(
        "text.csv",
        text,
        &["--family", "gaussian"],
        &["line 2", "column `y`", "`red` is not a number"],
    );
    refused_file("levels.csv", text, &[], &["column `y`", "3 levels (blue, green, red)", "two levels"]);
    refused_file(
        "stray.csv",
        "a,y\n1,2\n2,12x\n3,4\n",
        &[],
        &["line 3", "column `y`", "`12x` is not a number"],
    );
    refused_file(
        "inf.csv",
        "a,y\n1,2\ninf,3\n",
        &[],
        &["line 3", "column `a`", "`inf` is not a finite number", "NA"],
    );
    refused_file(
        "nan.csv",
        "a,y\n1,2\nNaN,3\n",
        &["--missing", "error"],
        &["line 3", "column `a`", "missing", "fill it in"],
    );
    refused_file("gone.csv", "a,y\nNA,1\n2,NA\n", &[], &["no row is complete", "exclude"]);
}

#[test]
fn targets_outside_the_family() {
    let counts = "a,visits\n1,2\n2,3\n3,-2\n4,1\n";
    let place =
        ["line 4", "column `visits`", "value -2", "poisson family", "must not be negative", "--family"];
    refused_file("counts.csv", counts, &["-y", "visits", "--family", "poisson"], &place);
    let binomial = ["--family", "binomial"];
    refused_file(
        "three.csv",
        "a,y\n1,0\n2,1\n3,2\n",
        &binomial,
        &["line 4", "value 2", "between 0 and 1", "code the outcome as 0 and 1"],
    );
    refused_file("minus.csv", "a,y\n1,-1\n2,1\n", &binomial, &["line 2", "value -1", "code the outcome"]);
    // The line is that of the file, not of the rows that are left.
    refused_file(
        "shifted.csv",
        "a,y\n\n1,NA\n2,1\n3,-5\n",
        &["--family", "poisson"],
        &["line 5", "value -5"],
    );
}

#[test]
fn weights_and_offset() {
    refused_file(
        "weights.csv",
        "a,w,y\n1,1,2\n2,-1,3\n",
        &["--weights", "w"],
        &["line 3", "column `w`", "-1 is negative"],
    );
    refused_file(
        "zero.csv",
        "a,w,y\n1,0,2\n2,0,3\n",
        &["--weights", "w"],
        &["column `w`", "weights are all 0", "positive"],
    );
    refused_file(
        "word.csv",
        "a,w,y\n1,1,2\n2,b,3\n",
        &["--offset", "w"],
        &["line 3", "column `w`", "`b` is not a number"],
    );
}

#[test]
fn columns() {
    let table = "age,visits\n1,2\n2,3\n";
    refused_file("which.csv", table, &[], &["--target", "age, visits"]);
    refused_file("typo.csv", table, &["-y", "visit"], &["unknown column `visit`", "did you mean `visits`?"]);
    refused_file("typo2.csv", table, &["-y", "visits", "--predictors", "aeg"], &["did you mean `age`?"]);
    refused_file("typo3.csv", table, &["-y", "visits", "--exclude", "aeg"], &["did you mean `age`?"]);
    refused_file("typo4.csv", table, &["-y", "visits", "--weights", "aeg"], &["did you mean `age`?"]);
    refused_file("typo5.csv", table, &["-y", "visits", "--categorical", "aeg"], &["did you mean `age`?"]);
    refused_file(
        "both.csv",
        table,
        &["-y", "visits", "--predictors", "age,visits"],
        &["`visits`", "already the target", "one role"],
    );
    refused_file(
        "level.csv",
        "c,y\nred,1\nblue,2\n",
        &["--reference", "c=rad"],
        &["unknown level", "did you mean `red`?"],
    );
    let many: Vec<String> = (0..500).map(|j| format!("c{j}")).collect();
    let wide = format!("{}\n{}\n", many.join(","), vec!["1"; 500].join(","));
    refused_file("wide.csv", wide, &["-y", "target"], &["c0, c1", "and 480 more"]);
}

#[test]
fn names_of_the_catalogues() {
    refused(&["fit", "--data", "iriss"], &["unknown data set `iriss`", "did you mean `iris`?"]);
    refused(&["fit", "--family", "gausian"], &["unknown family `gausian`", "did you mean `gaussian`?"]);
    refused(&["fit", "--link", "probbit"], &["unknown link `probbit`", "did you mean `probit`?"]);
    refused(&["fit", "--penalty", "rigde"], &["unknown penalty `rigde`", "did you mean `ridge`?"]);
    refused(&["fit", "--optimizer", "newtn"], &["unknown optimizer `newtn`", "did you mean `newton`?"]);
    let pair = ["gaussian with link probit", "not possible", "choose one of identity, log"];
    refused(&["fit", "--family", "gaussian", "--link", "probit"], &pair);
}

#[test]
fn values_of_options() {
    refused(&["fit", "--lambda", "-1"], &["lambda = -1", "finite number >= 0"]);
    refused(&["fit", "--lambda", "nan"], &["lambda = NaN"]);
    refused(&["fit", "--lambda", "much"], &["'much'", "give a number", "thalweg fit --help"]);
    refused(&["fit", "--penalty", "ridge"], &["--lambda"]);
    refused(&["fit", "--penalty", "l1"], &["--lambda"]);
    refused(&["fit", "--penalty", "none", "--lambda", "1"], &["contradicts"]);
    refused(&["fit", "--gap", "0"], &["gap = 0", "> 0"]);
    refused(&["fit", "--iterations", "-3"], &["'-3'", "whole number"]);
    refused(&["fit", "--threads", "99999"], &["0 to 1024"]);
    refused(&["fit", "--missing", "dorp"], &["'dorp'", "similar value exists: 'drop'"]);
    refused(&["fit", "--reference", "species"], &["COLUMN=LEVEL"]);
    refused(&["fit", "a.csv", "--delimiter", "ab"], &["one ASCII character"]);
}

#[test]
fn usage() {
    refused(&["fit", "--famly", "poisson"], &["'--famly'", "similar argument exists: '--family'"]);
    refused(&["fitt"], &["'fitt'", "similar subcommand exists: 'fit'"]);
    refused(&["fit", "a.csv", "--data", "iris"], &["'--data <NAME>'", "cannot be used with"]);
    refused(&["fit", "-q", "-v"], &["cannot be used with"]);
    refused(&["list", "famlies"], &["'famlies'", "'families'"]);
    refused(&["completions"], &["<SHELL>", "thalweg completions --help"]);
    let none = ran(&mut command());
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("Usage: thalweg"));
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"\xff\n.csv");
    let ran = ran(command().arg("fit").arg(odd));
    assert_eq!((ran.code, ran.stderr.lines().count()), (2, 1), "{}", ran.stderr);
}
