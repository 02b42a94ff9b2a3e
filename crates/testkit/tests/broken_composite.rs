//! Deliberately wrong composite solvers break the law that forbids what they do, by name.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::atomic::{AtomicU64, Ordering};

use thalweg_core::{
    Archive, Certificate, Checkpoint, Composite, Design, Driver, Halt, Iterate, LinearComposite, Minimizer,
    Objective, Par, Penalised, Penalty, Properties, Real, Result, RowComposite, Step, StepInfo, Verification,
    Want, par, visit_real, visit_slice,
};
use thalweg_testkit::composite::{self, Problem, Subject};
use thalweg_testkit::{Verdict, minimizers};

fn breaks(law: &str, verdict: Verdict) {
    let violation = verdict.expect_err(law);
    assert_eq!(violation.law, law, "{violation}");
    assert!(violation.to_string().contains(law) && !violation.evidence.is_empty());
}

/// Proximal gradient descent with the step from the columns' norms, and one fault.
#[derive(Copy, Clone, PartialEq)]
enum Fault {
    /// None: slow, and right.
    Sound,
    /// The prox forgets the step.
    WrongProx,
    /// The penalty's kink is smoothed: coefficients come near 0, never onto it.
    NearlyZero,
    /// It moves away from where it started before it looks.
    Restless,
    /// It reports no violation.
    Boastful,
    /// The intercept is pulled to 0.
    PenalisesIntercept,
    /// It stops after as many steps as there are rows.
    CountsRows,
    /// It forgets the offset in its predictor.
    ForgetsOffset,
    /// Every run starts elsewhere.
    Random,
    /// The step depends on the pool.
    CountsThreads,
    /// Its position is not saved.
    Forgetful,
    /// It walks uphill.
    WrongSign,
    /// It works on the first two coefficients, and never looks at the others.
    DropsCheck,
    /// It calls it a day after three steps.
    StopsEarly,
}

struct State<T> {
    x: Vec<T>,
    g: Vec<T>,
    value: T,
    step: T,
    steps: usize,
    forgetful: bool,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        if !self.forgetful {
            visit_slice(archive, "x", &mut self.x)?;
        }
        visit_slice(archive, "g", &mut self.g)?;
        visit_real(archive, "value", &mut self.value)
    }
}

static RUNS: AtomicU64 = AtomicU64::new(0);

impl Fault {
    /// f and its gradient, as the fault sees them.
    fn smooth<T: Real, O: LinearComposite<T> + ?Sized>(
        self,
        o: &mut O,
        x: &[T],
        g: &mut [T],
    ) -> Result<T, Halt> {
        if self != Self::ForgetsOffset {
            return o.smooth(x, g);
        }
        let n = o.design().rows();
        let (mut eta, mut slopes) = (vec![T::ZERO; n], vec![T::ZERO; n]);
        o.design().apply(x, &mut eta, Par::Seq);
        let value = o.rows(&eta, Want::Gradient, &mut slopes, &mut [])?;
        o.apply_transpose(&slopes, g);
        Ok(value)
    }
}

impl<T: Real, O: LinearComposite<T> + ?Sized> Minimizer<T, O> for Fault {
    type State = State<T>;

    fn init(&self, o: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let (mut weights, mut norms) = (vec![T::ZERO; o.design().rows()], vec![T::ZERO; x0.len()]);
        o.weights(&mut weights);
        o.design().weighted_norms(&weights, &mut norms, Par::Seq);
        // The trace bounds the largest eigenvalue.
        let mut step = norms.iter().copied().sum::<T>().recip();
        if *self == Self::CountsThreads {
            step /= T::of(par::threads() as f64);
        }
        let mut x = x0.to_vec();
        match self {
            Self::Restless => x.iter_mut().for_each(|x| *x += T::of(0.5)),
            Self::Random => x[0] += T::of(1e-3 * RUNS.fetch_add(1, Ordering::Relaxed) as f64),
            _ => {}
        }
        let mut g = vec![T::ZERO; x0.len()];
        let value = self.smooth(o, &x, &mut g)? + o.penalty_value(&x);
        Ok(State { x, g, value, step, steps: 0, forgetful: *self == Self::Forgetful })
    }

    fn step(&self, o: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        s.steps += 1;
        if *self == Self::CountsRows && s.steps > o.design().rows() {
            return Err(Halt::Stalled("enough"));
        }
        if *self == Self::StopsEarly && s.steps > 3 {
            return Err(Halt::Stalled("close enough"));
        }
        let (old, before) = (s.value, s.x.clone());
        for (x, g) in s.x.iter_mut().zip(&s.g) {
            *x -= if *self == Self::WrongSign { -s.step * *g } else { s.step * *g };
        }
        let length = if *self == Self::WrongProx { s.step * T::of(0.5) } else { s.step };
        o.prox(&mut s.x, Step::Scalar(length));
        match self {
            Self::NearlyZero => s.x.iter_mut().for_each(|x| *x += T::of(1e-12)),
            Self::DropsCheck => s.x[2..].copy_from_slice(&before[2..]),
            Self::PenalisesIntercept if o.design().has_intercept() => s.x[0] *= T::of(0.999),
            _ => {}
        }
        s.value = self.smooth(o, &s.x, &mut s.g)? + o.penalty_value(&s.x);
        let step_inf = s.x.iter().zip(&before).map(|(a, b)| (*a - *b).abs()).fold(T::ZERO, |a, b| a.max(b));
        let violation = match self {
            Self::Boastful => T::ZERO,
            // Of the coefficients that it does not look at, the penalty's own slope is all it sees.
            Self::DropsCheck => {
                let mut seen = s.g.clone();
                seen[2..].fill(T::ZERO);
                o.stationarity(&s.x, &seen)
            }
            _ => o.stationarity(&s.x, &s.g),
        };
        Ok(StepInfo {
            value: s.value,
            decrease: old - s.value,
            gradient_inf: violation,
            step_inf,
            predicted_decrease: None,
        })
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.x, value: s.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        "faulty"
    }
}

fn check(fault: Fault, law: fn(&Subject<'_, f64>) -> Verdict) -> Verdict {
    law(&Subject {
        name: "faulty",
        run: &move |driver, objective, x0| driver.minimize(&fault, objective, x0),
    })
}

#[test]
fn wrong_solvers_are_found() {
    breaks("known-answers", check(Fault::WrongProx, composite::known_answers));
    breaks("zeros-are-exact", check(Fault::NearlyZero, composite::zeros_are_exact));
    breaks("starts-at-the-minimum-stop", check(Fault::Restless, composite::starts_at_the_minimum_stop));
    breaks("solutions-are-what-they-say", check(Fault::Boastful, composite::solutions_are_what_they_say));
    breaks(
        "intercepts-are-not-penalised",
        check(Fault::PenalisesIntercept, composite::intercepts_are_not_penalised),
    );
    breaks("weights-are-repeated-rows", check(Fault::CountsRows, composite::weights_are_repeated_rows));
    breaks(
        "offsets-are-part-of-the-predictor",
        check(Fault::ForgetsOffset, composite::offsets_are_part_of_the_predictor),
    );
    breaks("known-answers", check(Fault::WrongSign, composite::known_answers));
    breaks("known-answers", check(Fault::DropsCheck, composite::known_answers));
    breaks("solutions-are-what-they-say", check(Fault::DropsCheck, composite::solutions_are_what_they_say));
    breaks("known-answers", check(Fault::StopsEarly, composite::known_answers));
    breaks("certificates-are-honest", check(Fault::StopsEarly, composite::certificates_are_honest));
    breaks("solutions-are-what-they-say", check(Fault::StopsEarly, composite::solutions_are_what_they_say));
    breaks("runs-repeat", check(Fault::Random, composite::runs_repeat));
    breaks("threads-do-not-matter", check(Fault::CountsThreads, composite::threads_do_not_matter));
    let narrow = |driver: &mut Driver<'_>, objective: &mut dyn LinearComposite<f32>, x0: &[f32]| {
        driver.minimize(&Fault::WrongProx, objective, x0)
    };
    breaks(
        "single-precision-works",
        composite::single_precision_works(&Subject { name: "faulty", run: &narrow }),
    );
}

#[test]
fn a_sound_solver_keeps_the_laws_it_is_quick_enough_for() {
    check(Fault::Sound, composite::zeros_are_exact).unwrap();
    check(Fault::Sound, composite::intercepts_are_not_penalised).unwrap();
    check(Fault::Sound, composite::runs_repeat).unwrap();
    check(Fault::Sound, composite::budgets_are_kept).unwrap();
}

#[test]
fn an_ignored_budget_is_found() {
    let subject = Subject {
        name: "spendthrift",
        run: &|_: &mut Driver<'_>, objective, x0: &[f64]| {
            Driver::new().iterations(5).minimize(&Fault::Sound, objective, x0)
        },
    };
    breaks("budgets-are-kept", composite::budgets_are_kept(&subject));
}

#[test]
fn forgotten_state_is_found() {
    let problem = Problem::synthetic("saved", 40, 3, false, 1.0, 0.1);
    let resume = |fault: Fault| {
        let run = |o: &mut Penalised<'_, f64>| minimizers::steps::states_resume(&fault, o, &[0.0; 4]);
        problem.with(Par::Seq, run).unwrap()
    };
    resume(Fault::Sound).unwrap();
    breaks("states-resume", resume(Fault::Forgetful));
}

/// An objective whose proof is a lie: it claims to be at the minimum.
struct Liar<'a>(&'a mut dyn LinearComposite<f64>);

impl Objective<f64> for Liar<'_> {
    fn dim(&self) -> usize {
        self.0.dim()
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        self.0.value(x)
    }
    fn verify(&mut self, x: &[f64]) -> Result<Verification, Halt> {
        let truth = self.0.verify(x)?;
        Ok(Verification { certificate: Certificate::DualityGap { bound: 0.0 }, ..truth })
    }
}

impl Composite<f64> for Liar<'_> {
    fn smooth(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        self.0.smooth(x, g)
    }
    fn penalty_value(&self, x: &[f64]) -> f64 {
        self.0.penalty_value(x)
    }
    fn prox(&self, v: &mut [f64], step: Step<'_, f64>) {
        self.0.prox(v, step);
    }
    fn stationarity(&self, x: &[f64], g: &[f64]) -> f64 {
        self.0.stationarity(x, g)
    }
}

impl RowComposite<f64> for Liar<'_> {
    fn design(&self) -> &Design<'_, f64> {
        self.0.design()
    }
    fn penalty(&self) -> &dyn Penalty<f64> {
        self.0.penalty()
    }
    fn lambda(&self) -> f64 {
        self.0.lambda()
    }
    fn total_weight(&self) -> f64 {
        self.0.total_weight()
    }
    fn weights(&self, out: &mut [f64]) {
        self.0.weights(out);
    }
    fn properties(&self) -> Properties<f64> {
        self.0.properties()
    }
    fn predict(&self, x: &[f64], eta: &mut [f64]) {
        self.0.predict(x, eta);
    }
    fn rows(
        &mut self,
        eta: &[f64],
        want: Want,
        slopes: &mut [f64],
        curvature: &mut [f64],
    ) -> Result<f64, Halt> {
        self.0.rows(eta, want, slopes, curvature)
    }
    fn apply_transpose(&self, u: &[f64], g: &mut [f64]) {
        self.0.apply_transpose(u, g);
    }
    fn predictor_bound(&self, x: &[f64]) -> f64 {
        self.0.predictor_bound(x)
    }
}

impl LinearComposite<f64> for Liar<'_> {
    fn gram_limit(&self) -> usize {
        self.0.gram_limit()
    }
    fn gram(&mut self, columns: &[usize], h: &[f64], out: &mut [f64]) -> Result<(), Halt> {
        self.0.gram(columns, h, out)
    }
}

#[test]
fn false_certificates_are_found() {
    let subject = Subject {
        name: "liar",
        run: &|driver: &mut Driver<'_>, objective, x0: &[f64]| {
            let mut liar = Liar(objective);
            driver.minimize(&Fault::Sound, &mut liar, x0)
        },
    };
    breaks("certificates-are-honest", composite::certificates_are_honest(&subject));
}
