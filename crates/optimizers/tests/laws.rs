//! The laws of minimisers, over the whole catalogue.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Gradient, Hessian, HessianVector, Minimizer, Par};
use thalweg_optimizers::line_search::{Backtracking, HagerZhang, MoreThuente};
use thalweg_optimizers::{
    BarzilaiBorwein, Bfgs, CATALOGUE, ConjugateGradient, Descent, GradientDescent, HeavyBall, Lbfgs,
    LimitedMemory, Newton, NewtonCg, Sr1,
};
use thalweg_problems::Problem;
use thalweg_testkit::fixtures::Logistic;
use thalweg_testkit::minimizers::steps::states_resume;

thalweg_testkit::minimizer_laws!(each: CATALOGUE);

/// States resume to the bit, on every problem and on a linear model, in both precisions.
fn resumes<M>(minimizer: &M)
where
    M: Minimizer<f64, dyn Problem<f64>> + Minimizer<f32, dyn Problem<f32>>,
{
    for entry in thalweg_problems::CATALOGUE {
        let values = entry.values(&[]).unwrap();
        let (mut wide, mut narrow) = ((entry.make.f64)(&values).unwrap(), (entry.make.f32)(&values).unwrap());
        let (x0, y0) = (wide.start(), narrow.start());
        states_resume(minimizer, &mut *wide, &x0)
            .unwrap_or_else(|violation| panic!("{}: {violation}", entry.name));
        states_resume(minimizer, &mut *narrow, &y0)
            .unwrap_or_else(|violation| panic!("{}: {violation}", entry.name));
    }
}

#[test]
fn states_resume_on_problems() {
    resumes(&GradientDescent::default());
    resumes(&Lbfgs::default());
    // A memory this short wraps around within a few steps.
    resumes(&Lbfgs {
        direction: LimitedMemory { memory: 2, ..LimitedMemory::default() },
        ..Lbfgs::default()
    });
    resumes(&BarzilaiBorwein::default());
    resumes(&Descent::<HeavyBall, Backtracking>::default());
    resumes(&Descent::<ConjugateGradient, HagerZhang>::default());
    resumes(&Descent::<Bfgs, MoreThuente>::default());
    resumes(&Descent::<Sr1>::default());
    resumes(&Newton::default());
    resumes(&Newton { polish: Some(1e-3), ..Newton::default() });
}

#[test]
fn states_resume_on_a_linear_model() {
    let data = Logistic::<f64>::new(1500, 4, 2);
    let x0 = vec![0.0; data.dim()];
    data.with(Par::Rayon, |smooth| {
        states_resume(&GradientDescent::default(), smooth, &x0).unwrap();
        states_resume(&Lbfgs::default(), smooth, &x0).unwrap();
        states_resume(&Newton::default(), smooth, &x0).unwrap();
        states_resume(&NewtonCg::default(), smooth, &x0).unwrap();
    })
    .unwrap();
}

/// The bounds on the objective are what the documentation promises: gradients for the first two, Hessians for Newton, products for Newton-CG.
#[test]
fn needs_are_what_the_types_say() {
    fn first_order<M: for<'a> Minimizer<f64, dyn Gradient<f64> + 'a>>(_: &M) {}
    fn second_order<M: for<'a> Minimizer<f64, dyn Hessian<f64> + 'a>>(_: &M) {}
    first_order(&GradientDescent::default());
    first_order(&Lbfgs::default());
    second_order(&Newton::default());
    fn matrix_free<M: for<'a> Minimizer<f64, dyn HessianVector<f64> + 'a>>(_: &M) {}
    matrix_free(&NewtonCg::default());
}
