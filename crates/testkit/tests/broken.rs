//! Deliberately wrong items break the law that forbids what they do, by name.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{
    Archive, Blocks, Checkpoint, Diagonal, Formula, Gradient, Halt, Iterate, Minimizer, Penalty, Pointwise,
    Properties, Real, Result, Scalar, Step, StepInfo, Target, vector,
};
use thalweg_testkit::{Verdict, fixtures::LogLoss, losses, minimizers, penalties};

fn breaks(law: &str, verdict: Verdict) {
    let violation = verdict.expect_err(law);
    assert_eq!(violation.law, law, "{violation}");
    assert!(violation.to_string().contains(law) && !violation.evidence.is_empty());
}

/// ½r² with one fault of each kind.
#[derive(Copy, Clone, Default)]
struct Faulty {
    slope: f64,
    lie: Lie,
}

#[derive(Copy, Clone, Default, PartialEq)]
enum Lie {
    #[default]
    None,
    Curvature,
    Convexity,
    Conjugate,
    Smooth,
    Concordance,
}

impl Formula for Faulty {
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        match self.lie {
            Lie::Convexity => (eta - y).cos(),
            Lie::Smooth => (eta - y).abs(),
            // |ℓ‴| = |tanh(½r)| ℓ″.
            Lie::Concordance => (eta - y).softplus(),
            _ => S::of(0.5) * (eta - y).square(),
        }
    }
}

impl<T: Real> Pointwise<T> for Faulty {
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (value, first, second) = thalweg_core::second_derivative(
            |x| self.eval(thalweg_core::Dual::constant(thalweg_core::Dual::constant(y)), x),
            eta,
        );
        (value, first * T::of(1.0 + self.slope), second)
    }
    fn conjugate(&self, y: T, u: T) -> T {
        u * (T::of(0.4) * u + y)
    }
    fn properties(&self) -> Properties<T> {
        Properties {
            curvature_bound: (self.lie == Lie::Curvature).then(|| T::of(0.9)),
            conjugate_known: self.lie == Lie::Conjugate,
            self_concordance: (self.lie == Lie::Concordance).then(|| T::of(0.999)),
            ..Properties::convex(Target::Real)
        }
    }
}

fn faulty(slope: f64, lie: Lie) -> losses::Subject {
    losses::Subject::new("faulty", Faulty { slope, lie })
}

#[test]
fn wrong_losses_are_found() {
    breaks("derivatives-match-formula", losses::all(&faulty(1e-9, Lie::None)));
    breaks("derivatives-match-differences", losses::derivatives_match_differences(&faulty(1e-4, Lie::None)));
    breaks("curvature-is-honest", losses::all(&faulty(0.0, Lie::Curvature)));
    breaks("convexity-is-honest", losses::convexity_is_honest(&faulty(0.0, Lie::Convexity)));
    breaks("fenchel-young", losses::all(&faulty(0.0, Lie::Conjugate)));
    breaks("continuity-is-honest", losses::continuity_is_honest(&faulty(0.0, Lie::Smooth)));
    let lie = faulty(0.0, Lie::Concordance);
    breaks("self-concordance-is-honest", losses::self_concordance_is_honest(&lie));
    losses::all(&faulty(0.0, Lie::None)).unwrap();
}

#[test]
fn goldens_must_exist_and_match() {
    let subject = faulty(0.0, Lie::None);
    losses::goldens_match(&subject, "# y,eta,value\nfaulty,1,3,2,2,1\n").unwrap();
    breaks("goldens-match", losses::goldens_match(&subject, "faulty,1,3,2.001,2,1\n"));
    breaks("goldens-match", losses::goldens_match(&subject, "other,1,3,2,2,1\n"));
}

/// ln(1 + e^η) − yη as written: it overflows.
#[derive(Copy, Clone)]
struct Overflowing;

impl Formula for Overflowing {
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (S::of(1.0) + eta.exp()).ln() - y * eta
    }
}

impl<T: Real> Pointwise<T> for Overflowing {
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let e = eta.exp();
        let p = e / (T::ONE + e);
        (self.eval(y, eta), p - y, p * (T::ONE - p))
    }
    fn properties(&self) -> Properties<T> {
        Pointwise::<T>::properties(&LogLoss)
    }
}

#[test]
fn overflow_is_found() {
    breaks(
        "extremes-are-stable",
        losses::extremes_are_stable(&losses::Subject::new("overflowing", Overflowing)),
    );
    losses::all(&losses::Subject::new("log-loss", LogLoss)).unwrap();
}

/// λ‖b‖₁ whose prox forgets the step (`forgetful`), which takes every coefficient for free (`boundless`), or right.
#[derive(Default)]
struct L1 {
    forgetful: bool,
    boundless: bool,
}

impl Penalty<f64> for L1 {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }
    fn value(&self, b: &[f64], lambda: f64) -> f64 {
        lambda * b.iter().map(|b| b.abs()).sum::<f64>()
    }
    fn prox(&self, _: usize, v: &mut [f64], step: Step<'_, f64>, lambda: f64) {
        for (i, v) in v.iter_mut().enumerate() {
            let t = if self.forgetful { 1.0 } else { step.at(i) };
            *v = v.signum() * (v.abs() - t * lambda).max(0.0);
        }
    }
    fn violation(&self, _: usize, b: &[f64], g: &[f64], lambda: f64) -> f64 {
        let one = |(b, g): (&f64, &f64)| match b {
            0.0 => (g.abs() - lambda).max(0.0),
            b => g + lambda * b.signum(),
        };
        b.iter().zip(g).map(one).map(|v| v * v).sum::<f64>().sqrt()
    }
    fn in_support(&self, _: usize, b: &[f64], lambda: f64) -> bool {
        self.boundless || lambda == 0.0 || b.iter().any(|b| *b != 0.0)
    }
    fn quadratic_part(&self, _: f64) -> Option<Diagonal<f64>> {
        None
    }
    fn lambda_max(&self, g0: &[f64]) -> Option<f64> {
        Some(vector::norm_inf(g0))
    }
    fn conjugate(&self, v: &[f64], lambda: f64) -> f64 {
        if vector::norm_inf(v) <= lambda { 0.0 } else { f64::INFINITY }
    }
    fn dual_scale(&self, v: &[f64], lambda: f64) -> f64 {
        let largest = vector::norm_inf(v);
        if largest <= lambda { 1.0 } else { lambda / largest * (1.0 - 1e-15) }
    }
}

#[test]
fn wrong_penalties_are_found() {
    penalties::all(&penalties::Subject::new("l1", Box::new(L1::default()))).unwrap();
    let forgetful = penalties::Subject::new("forgetful", Box::new(L1 { forgetful: true, ..L1::default() }));
    breaks("prox-is-optimal", penalties::all(&forgetful));
    breaks("prox-minimises", penalties::prox_minimises(&forgetful));
    let boundless = penalties::Subject::new("boundless", Box::new(L1 { boundless: true, ..L1::default() }));
    breaks("support-is-honest", penalties::all(&boundless));
}

/// Gradient descent with a fixed step that reports a vanishing gradient (`boasts`) or forgets its position when saved (`forgets`).
#[derive(Copy, Clone)]
struct Wrong {
    boasts: bool,
    forgets: bool,
}

struct State {
    x: Vec<f64>,
    g: Vec<f64>,
    value: f64,
    forgets: bool,
}

impl Checkpoint for State {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        if !self.forgets {
            thalweg_core::visit_slice(archive, "x", &mut self.x)?;
        }
        thalweg_core::visit_slice(archive, "g", &mut self.g)?;
        archive.number("value", &mut self.value)
    }
}

impl<O: Gradient<f64> + ?Sized> Minimizer<f64, O> for Wrong {
    type State = State;
    fn init(&self, objective: &mut O, x0: &[f64]) -> Result<State, Halt> {
        let mut g = vec![0.0; x0.len()];
        let value = objective.value_gradient(x0, &mut g)?;
        if !value.is_finite() {
            return Err(Halt::NonFinite("the start"));
        }
        Ok(State { x: x0.to_vec(), g, value, forgets: self.forgets })
    }
    fn step(&self, objective: &mut O, s: &mut State) -> Result<StepInfo<f64>, Halt> {
        let old = s.value;
        for (x, g) in s.x.iter_mut().zip(&s.g) {
            *x -= 1e-4 * g;
        }
        s.value = objective.value_gradient(&s.x, &mut s.g)?;
        let slope = vector::norm_inf(&s.g);
        Ok(StepInfo {
            value: s.value,
            decrease: old - s.value,
            gradient_inf: if self.boasts { 0.0 } else { slope },
            step_inf: 1e-4 * slope,
            predicted_decrease: None,
        })
    }
    fn iterate<'s>(&self, s: &'s State) -> Iterate<'s, f64> {
        Iterate { x: &s.x, value: s.value, gradient: Some(&s.g) }
    }
    fn name(&self) -> &'static str {
        "wrong"
    }
}

#[test]
fn wrong_optimizers_are_found() {
    let boasts = Wrong { boasts: true, forgets: false };
    let subject = minimizers::Subject {
        name: "boastful",
        run: &move |driver, objective, x0: &[f64]| driver.minimize(&boasts, objective, x0),
    };
    breaks("solutions-are-what-they-say", minimizers::all(&subject));
    breaks("minima-are-reached", minimizers::minima_are_reached(&subject));
    breaks("unbounded-is-not-solved", minimizers::unbounded_is_not_solved(&subject));
}

#[test]
fn forgotten_state_is_found() {
    let mut problem = thalweg_problems::problem::<f64>("quadratic").unwrap();
    let x0 = problem.start();
    let sound = Wrong { boasts: false, forgets: false };
    minimizers::steps::states_resume(&sound, &mut *problem, &x0).unwrap();
    let forgets = Wrong { forgets: true, ..sound };
    breaks("states-resume", minimizers::steps::states_resume(&forgets, &mut *problem, &x0));
}
