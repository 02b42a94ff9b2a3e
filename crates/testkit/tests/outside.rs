//! An outside crate's tests: one line a macro.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_testkit::fixtures::LogLoss;
use thalweg_testkit::losses::Subject;

fn subjects() -> Vec<Subject> {
    vec![Subject::new("log-loss", LogLoss)]
}

thalweg_testkit::loss_laws!(subjects);
