//! The laws of minimisers over this crate's method: `cargo test` names the law that is broken, the inputs and the values.

use outside_direction::Method;
use thalweg_core::Par;
use thalweg_testkit::fixtures::Logistic;
use thalweg_testkit::minimizers::steps::states_resume;

thalweg_testkit::minimizer_laws!(Method::default());

#[test]
fn states_resume_on_problems() {
    for name in ["rosenbrock", "wood", "quadratic"] {
        let mut problem = thalweg_problems::problem::<f64>(name).unwrap();
        let x0 = problem.start();
        states_resume(&Method::default(), &mut *problem, &x0)
            .unwrap_or_else(|violation| panic!("{name}: {violation}"));
    }
}

#[test]
fn states_resume_on_a_linear_model_in_f32() {
    let data = Logistic::<f32>::new(1500, 4, 2);
    let x0 = vec![0.0; data.dim()];
    let verdict = data.with(Par::Rayon, |smooth| states_resume(&Method::default(), smooth, &x0)).unwrap();
    verdict.unwrap_or_else(|violation| panic!("{violation}"));
}
