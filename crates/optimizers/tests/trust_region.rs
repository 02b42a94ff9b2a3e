//! Trust regions: the hard case by hand, saddles, and runs that resume.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use faer::MatMut;
use thalweg_core::{Gradient, Halt, Hessian, HessianVector, Minimizer, Objective};
use thalweg_optimizers::{Dogleg, MoreSorensen, Promise, Steihaug, Subproblem, TrustRegion};
use thalweg_testkit::minimizers::steps::states_resume;

/// gᵀx + ½xᵀHx with H column-major.
struct Form {
    g: Vec<f64>,
    h: Vec<f64>,
}

impl Form {
    fn product(&self, v: &[f64]) -> Vec<f64> {
        let n = v.len();
        (0..n).map(|i| (0..n).map(|j| self.h[j * n + i] * v[j]).sum()).collect()
    }
    fn at(&self, x: &[f64]) -> f64 {
        let hx = self.product(x);
        x.iter().zip(self.g.iter().zip(&hx)).map(|(x, (g, h))| x * (g + 0.5 * h)).sum()
    }
}

impl Objective<f64> for Form {
    fn dim(&self) -> usize {
        self.g.len()
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        Ok(self.at(x))
    }
}

impl Gradient<f64> for Form {
    fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        for (out, (h, g)) in g.iter_mut().zip(self.product(x).iter().zip(&self.g)) {
            *out = h + g;
        }
        Ok(self.at(x))
    }
}

impl Hessian<f64> for Form {
    fn value_gradient_hessian(
        &mut self,
        x: &[f64],
        g: &mut [f64],
        mut h: MatMut<'_, f64>,
    ) -> Result<f64, Halt> {
        let n = x.len();
        for j in 0..n {
            for i in 0..n {
                h[(i, j)] = self.h[j * n + i];
            }
        }
        self.value_gradient(x, g)
    }
}

impl HessianVector<f64> for Form {
    fn linearize(&mut self, _: &[f64]) -> Result<(), Halt> {
        Ok(())
    }
    fn hessian_vector(&mut self, v: &[f64], out: &mut [f64]) -> Result<(), Halt> {
        out.copy_from_slice(&self.product(v));
        Ok(())
    }
}

/// The step from 0.
fn solve<S: Subproblem<f64, Form>>(solver: &S, form: &mut Form, radius: f64) -> (Vec<f64>, Promise<f64>) {
    let n = form.dim();
    let (mut g, mut s, mut model) = (vec![0.0; n], vec![0.0; n], solver.model(n));
    solver.evaluate(form, &vec![0.0; n], &mut g, &mut model).unwrap();
    solver.accept(&mut model);
    solver.prepare(form, &vec![0.0; n], &mut model).unwrap();
    let promise = solver.solve(form, &g, radius, &mut model, &mut s).unwrap();
    (s, promise)
}

/// H = diag(−1, 1), g = (0, 1), Δ = 1: λ = 1, s₂ = −½ and s₁ = ±√¾, by hand.
#[test]
fn the_hard_case_is_solved() {
    let mut form = Form { g: vec![0.0, 1.0], h: vec![-1.0, 0.0, 0.0, 1.0] };
    let exact = MoreSorensen { length: 1e-12, loss: 1e-12, factorisations: 200 };
    let (s, promise) = solve(&exact, &mut form, 1.0);
    assert!((s[0].abs() - 0.75_f64.sqrt()).abs() < 1e-6 && (s[1] + 0.5).abs() < 1e-6, "{s:?}");
    assert!((promise.decrease - 0.75).abs() < 1e-11 && promise.at_edge, "{promise:?}");
}

/// x² − y² + ½y⁴: a saddle at 0, minima −½ at (0, ±1).
struct Saddle {
    at: [f64; 2],
}

impl Objective<f64> for Saddle {
    fn dim(&self) -> usize {
        2
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        Ok(x[0] * x[0] - x[1] * x[1] + 0.5 * x[1].powi(4))
    }
}

impl Gradient<f64> for Saddle {
    fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        (g[0], g[1]) = (2.0 * x[0], 2.0 * x[1].powi(3) - 2.0 * x[1]);
        self.value(x)
    }
}

impl Hessian<f64> for Saddle {
    fn value_gradient_hessian(
        &mut self,
        x: &[f64],
        g: &mut [f64],
        mut h: MatMut<'_, f64>,
    ) -> Result<f64, Halt> {
        h.fill(0.0);
        (h[(0, 0)], h[(1, 1)]) = (2.0, 6.0 * x[1] * x[1] - 2.0);
        self.value_gradient(x, g)
    }
}

impl HessianVector<f64> for Saddle {
    fn linearize(&mut self, x: &[f64]) -> Result<(), Halt> {
        self.at = [x[0], x[1]];
        Ok(())
    }
    fn hessian_vector(&mut self, v: &[f64], out: &mut [f64]) -> Result<(), Halt> {
        (out[0], out[1]) = (2.0 * v[0], (6.0 * self.at[1] * self.at[1] - 2.0) * v[1]);
        Ok(())
    }
}

fn leaves<M: Minimizer<f64, Saddle>>(method: &M, x0: [f64; 2]) {
    let mut saddle = Saddle { at: [0.0; 2] };
    let mut state = method.init(&mut saddle, &x0).unwrap();
    for _ in 0..40 {
        if method.step(&mut saddle, &mut state).is_err() {
            break;
        }
    }
    let found = method.iterate(&state);
    assert!((found.value + 0.5).abs() < 1e-12, "{} from {x0:?}: {found:?}", method.name());
}

/// With the whole Hessian from the saddle itself and from the line that leads into it; by products from next to either.
#[test]
fn saddles_are_left() {
    for x0 in [[0.0, 0.0], [1.0, 0.0], [1e-9, 1e-9], [1.0, 1e-12]] {
        leaves(&TrustRegion::<MoreSorensen>::default(), x0);
        leaves(&TrustRegion::<Dogleg>::default(), x0);
    }
    for x0 in [[1e-9, 1e-9], [1.0, 1e-12], [0.0, 1e-15]] {
        leaves(&TrustRegion::<Steihaug>::default(), x0);
    }
}

#[test]
fn runs_on_a_saddle_resume() {
    let mut saddle = Saddle { at: [0.0; 2] };
    for x0 in [[1.0, 1e-3], [0.5, 0.5], [3.0, -4.0]] {
        states_resume_by(&mut saddle, &x0);
    }
}

fn states_resume_by(saddle: &mut Saddle, x0: &[f64]) {
    states_resume(&TrustRegion::<MoreSorensen>::default(), saddle, x0).unwrap();
    states_resume(&TrustRegion::<Dogleg>::default(), saddle, x0).unwrap();
    states_resume(&TrustRegion::<Steihaug>::default(), saddle, x0).unwrap();
}
