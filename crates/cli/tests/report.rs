//! `thalweg fit --report`: one page that needs no network, with what exists and a sentence for what does not.

// Helpers outside of tests unwrap too.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;

use support::{file, thalweg};

/// Runs a fit with `--report` and gives the exit code and the page.
fn report(name: &str, args: &[&str]) -> (i32, String) {
    let path = file(name, "");
    let ran = thalweg(&[&["fit", "--report", &path], args].concat());
    assert!(ran.stderr.contains(&format!("the report is written: {path}\n")), "{}", ran.stderr);
    let page = fs::read_to_string(path).unwrap();
    let xml = page.replacen("<!DOCTYPE html>", "", 1);
    roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{args:?}: {error}"));
    assert!(!["<script", "src=", "href=", "url("].iter().any(|link| page.contains(link)), "{args:?}");
    // Every figure says how to read it.
    assert_eq!(page.matches("<figure>").count(), page.matches("<figcaption>").count());
    (ran.code, page)
}

fn holds(page: &str, phrases: &[&str]) {
    for phrase in phrases {
        assert!(page.contains(phrase), "`{phrase}` is not on the page");
    }
}

fn lacks(page: &str, phrases: &[&str]) {
    for phrase in phrases {
        assert!(!page.contains(phrase), "`{phrase}` is on the page");
    }
}

const FIGURES: &[&str] = &[
    "Residuals against fitted values",
    "Normal quantiles",
    "Scale against location",
    "Residuals against leverage",
    "Calibration",
];

#[test]
fn a_logistic_fit_has_every_figure() {
    let (code, page) = report("logistic.html", &[]);
    assert_eq!(code, 0);
    holds(&page, FIGURES);
    holds(
        &page,
        &[
            "<h1>Logistic regression, family binomial, link logit</h1>",
            "<dt>Log-likelihood</dt><dd>-212.4285</dd>",
            "<dt>Deviance</dt><dd>424.8571 on 934 df</dd>",
            "<dt>Status</dt><dd>Certified</dd>",
            "<th scope=\"row\">pid</th><td class=\"number\">1.0264\u{2007}\u{2007}</td>",
            "For one standard deviation of the column",
            "Linear predictor (log-odds)",
            "(seed 0)",
            "line ",
        ],
    );
    assert_eq!(page.matches("<figure>").count(), 7);
    // The intercept is in the table, and in no forest.
    assert_eq!(page.matches("(intercept)").count(), 1);
    // The same data and options give the same bytes.
    assert_eq!(report("logistic2.html", &[]).1, page);
    assert_ne!(report("logistic3.html", &["--seed", "1"]).1, page);
}

#[test]
fn families_have_their_scales() {
    let (_, poisson) = report("poisson.html", &["--data", "randhie"]);
    holds(&poisson, FIGURES);
    holds(&poisson, &["Linear predictor (log of the mean)", "Predicted mean of mdvis"]);
    // Some 20 000 rows.
    assert!(poisson.len() < 1_500_000, "{}", poisson.len());
    let (_, linear) = report("linear.html", &["--data", "stackloss"]);
    holds(&linear, FIGURES);
    holds(&linear, &["<dt>Link</dt><dd>identity</dd>", "Fitted mean"]);
    let (_, quasi) = report("quasi.html", &["--data", "randhie", "--family", "quasi-poisson"]);
    holds(&quasi, FIGURES);
    holds(&quasi, &["Standardised deviance residual", "A quasi-likelihood has no distribution"]);
    lacks(&quasi, &["Quantile residual"]);
    let (_, negative) = report("nb.html", &["--data", "randhie", "--family", "negative-binomial"]);
    holds(&negative, &["<dt>theta</dt>", "(std. error ", "<dt>Family</dt><dd>negative-binomial</dd>"]);
}

#[test]
fn options_of_the_inference_show() {
    let (_, page) = report("hc3.html", &["--covariance", "hc3", "--level", "0.9"]);
    holds(&page, &["heteroscedasticity-consistent, HC3", "lower 90 %", "with 90 % interval"]);
    let (_, page) = report("split.html", &["--test-fraction", "0.25", "--seed", "3"]);
    holds(&page, &["Rows set apart by seed 3", "training rows alone", "AUC", "(seed 3)"]);
}

#[test]
fn a_separated_fit_has_no_flattering_pictures() {
    let separated = file("separated.csv", "x,z,y\n1,2,0\n2,1,0\n3,3,1\n4,1,1\n");
    let (code, page) = report("separated.html", &[&separated]);
    assert_eq!(code, 1);
    holds(
        &page,
        &[
            "<strong>Warning</strong> the outcomes are completely separated",
            "-&gt; +inf",
            "diverges to +∞",
            "Arrows mark estimates that grow without bound",
            "There are no pictures of residuals and predictions",
            "There are no standard errors",
        ],
    );
    lacks(&page, FIGURES);
}

#[test]
fn fits_without_standard_errors_have_the_rest() {
    let (_, ridge) = report("ridge.html", &["--lambda", "0.1"]);
    holds(
        &ridge,
        &[
            "Normal quantiles",
            "Calibration",
            "There is no picture of leverages",
            "<dt>Penalty</dt><dd>ridge, lambda = 0.1</dd>",
            "no standard errors are given: a penalised estimate is biased by design",
        ],
    );
    holds(&ridge, &["<figcaption>Points are estimates without intervals"]);
    lacks(&ridge, &["Residuals against leverage", "Filled points"]);
    let (_, lasso) = report(
        "lasso.html",
        &["--data", "diabetes", "--loss", "huber:delta=30", "--penalty", "l1", "--lambda", "0.5"],
    );
    holds(
        &lasso,
        &["Target minus prediction", "There is no calibration", "This estimate has no standard errors"],
    );
    let (_, binary) = report("binary.html", &["--penalty", "l1", "--lambda", "0.01"]);
    holds(&binary, &["Calibration", "There are no pictures of residuals"]);
    let (_, hinge) = report("hinge.html", &["--loss", "squared-hinge", "--lambda", "0.01"]);
    holds(&hinge, &["without giving probabilities"]);
    let classes = file("classes.csv", "c,x,z\n0,1,2\n1,2,1\n2,3,3\n2,2,5\n1,1,7\n0,5,5\n1,4,4\n2,2,1\n");
    let (_, classes) = report("classes.html", &[&classes, "-y", "c", "--loss", "softmax", "--lambda", "0.1"]);
    holds(&classes, &["several predictors a row"]);
}

#[test]
fn small_data_and_odd_names_are_drawn_or_explained() {
    let (_, page) = report("odd.html", &[&file("odd.csv", "<b>&x,y\n1,1\n2,3\n3,2\n4,5\n")]);
    holds(&page, &["&lt;b&gt;&amp;x"]);
    // As many coefficients as rows: nothing is left over.
    let (_, full) = report("full.html", &[&file("full.csv", "x,y\n1,1\n2,3\n")]);
    holds(&full, &["<h2>Residuals</h2>"]);
    let (_, alone) = report("alone.html", &[&file("alone.csv", "y\n1\n3\n2\n5\n"), "--predictors", ""]);
    holds(&alone, &["(intercept)"]);
    let (_, aliased) =
        report("aliased.html", &[&file("aliased.csv", "x,z,y\n1,2,1.1\n2,4,2.3\n3,6,2.9\n4,8,4.2\n")]);
    holds(&aliased, &["aliased"]);
    let rows: String =
        (0..30).map(|i| format!("{} 1:{} 3:{}\n", i % 2, (i * 7) % 11, (i * 5) % 13)).collect();
    let (_, sparse) = report("sparse.html", &[&file("rows.svm", rows)]);
    holds(&sparse, &["Calibration", "line "]);
}

#[test]
fn a_report_that_cannot_be_written_is_refused_before_the_fit() {
    let missing = format!("{}/no-such-folder/out.html", env!("CARGO_TARGET_TMPDIR"));
    let ran = thalweg(&["fit", "no-such.csv", "--report", &missing]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.lines().count()), (2, "", 1));
    assert!(ran.stderr.contains("no-such-folder` does not exist"), "{}", ran.stderr);
    let ran = thalweg(&["fit", "--report", env!("CARGO_TARGET_TMPDIR")]);
    assert!(ran.code == 2 && ran.stderr.contains("this is a directory"), "{}", ran.stderr);
}
