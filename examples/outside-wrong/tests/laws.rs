//! The same laws as for a sound optimizer. They fail, and say which law is broken, by what, and with which numbers.

use outside_wrong::{Boastful, Forgetful};
use thalweg_testkit::minimizers::steps::states_resume;

thalweg_testkit::minimizer_laws!(Boastful);

#[test]
fn states_resume_on_problems() {
    let mut problem = thalweg_problems::problem::<f64>("rosenbrock").unwrap();
    let x0 = problem.start();
    states_resume(&Forgetful, &mut *problem, &x0).unwrap_or_else(|violation| panic!("{violation}"));
}
