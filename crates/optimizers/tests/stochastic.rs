//! `Stochastic` under the driver: sparse solutions, resumption at every step, budgets, the catalogue of recipes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use core::num::NonZeroU64;

use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{
    Budget, Cost, Design, Driver, Elementwise, FiniteSum, Fused, Halt, Minimizer, Objective, Order, Plan,
    Sampled, Status, Tensor, Update, interop,
};
use thalweg_optimizers::{
    Adam, ClipGlobalNorm, Constant, Cosine, Momentum, Polyak, Prox, Sam, ScheduleFree, Sgd, Stochastic,
    UPDATES, WeightDecay, adamw,
};
use thalweg_testkit::fixtures::{LogLoss, Shrink};
use thalweg_testkit::minimizers::steps::states_resume;

/// A logistic regression of which three coefficients of twenty are not 0; the columns differ tenfold in scale, so that Adam's metric matters.
struct Sparse {
    x: Vec<f64>,
    y: Vec<f64>,
}

const N: usize = 800;
const P: usize = 20;
const LAMBDA: f64 = 0.03;

impl Sparse {
    fn new() -> Self {
        let mut rng = Streams::new(9).stream("sparse", 0);
        let scale = |j: usize| 0.5 + (j % 4) as f64 * 1.5;
        let mut x = vec![0.0; N * P];
        for j in 0..P {
            x[j * N..(j + 1) * N].fill_with(|| scale(j) * normal(&mut rng));
        }
        let eta = |i: usize| {
            0.5 + 1.5 * x[i] / scale(0) - 2.0 * x[7 * N + i] / scale(7) + x[13 * N + i] / scale(13)
        };
        let y = (0..N).map(|i| f64::from(uniform(&mut rng) < 1.0 / (1.0 + (-eta(i)).exp()))).collect();
        Self { x, y }
    }

    fn with<R>(&self, f: impl FnOnce(&mut Sampled<'_, f64>) -> R) -> R {
        let design = Design::new(interop::column_major(&self.x, N, P).unwrap()).unwrap().with_intercept();
        let datafit = Cost::new(&LogLoss, &self.y).unwrap();
        let mut sampled = Sampled::new(&design, &datafit).unwrap().with_penalty(&Shrink, LAMBDA).unwrap();
        f(&mut sampled)
    }

    /// The minimiser by proximal gradient descent, whose only ingredients are the formulas, to a violation of 1e-12.
    fn reference(&self) -> (Vec<f64>, f64) {
        let mut x = vec![0.0; P + 1];
        // The largest eigenvalue of XᵀX/4n is below its trace.
        let trace: f64 = 1.0 + self.x.iter().map(|v| v * v).sum::<f64>() / N as f64;
        let t = 4.0 / trace;
        for _ in 0..200_000 {
            let mut g = [0.0; P + 1];
            for i in 0..N {
                let eta = x[0] + (0..P).map(|j| self.x[j * N + i] * x[j + 1]).sum::<f64>();
                let r = (1.0 / (1.0 + (-eta).exp()) - self.y[i]) / N as f64;
                g[0] += r;
                (0..P).for_each(|j| g[j + 1] += r * self.x[j * N + i]);
            }
            let old = x.clone();
            for j in 0..=P {
                let v = x[j] - t * g[j];
                let threshold = if j == 0 { 0.0 } else { t * LAMBDA };
                x[j] = v.signum() * (v.abs() - threshold).max(0.0);
            }
            if old.iter().zip(&x).all(|(a, b)| (a - b).abs() <= 1e-13) {
                break;
            }
        }
        let value = self.with(|sampled| sampled.value(&x).unwrap());
        (x, value)
    }
}

#[test]
fn adam_with_a_proximal_step_finds_the_sparse_solution() {
    let data = Sparse::new();
    let (expected, least) = data.reference();
    let support = |x: &[f64]| x.iter().map(|v| *v != 0.0).collect::<Vec<_>>();
    let zeros = expected.iter().filter(|v| **v == 0.0).count();
    assert!((5..P - 2).contains(&zeros), "the test wants a solution between empty and full: {expected:?}");
    data.with(|sampled| {
        let plan = Plan { batch: 80, order: Order::Shuffled, seed: 1 };
        let steps = 400 * 10;
        let schedule = Cosine::new(0.02, steps).unwrap().with_floor(1e-6).unwrap();
        let spared = |tensor: &Tensor| tensor.name != "intercept";
        let prox = Update::<f64>::on(Prox::new(&Shrink, LAMBDA).unwrap(), spared);
        let method = Stochastic::new((Fused((Adam::default(), schedule)), prox), plan);
        let solution = Driver::new().iterations(400).minimize(&method, sampled, &[0.0; P + 1]).unwrap();
        // The noise of a batch exceeds what keeps some coefficients at 0, so that they come and go; those that stay are right.
        let excess = solution.value - least;
        assert!((-1e-14..1e-5).contains(&excess), "the objective is {excess:e} above its minimum");
        assert!(solution.x.iter().filter(|v| **v == 0.0).count() >= 5, "{:?}", solution.x);
        for (found, expected) in solution.x.iter().zip(&expected) {
            assert!((found - expected).abs() < 5e-3, "{:?}\n{expected:?}", solution.x);
        }
        assert_eq!(solution.counts.batches, steps);
        // From there with all rows in every batch: there is no noise, and the chain's fixed point is the solution itself.
        let schedule = Cosine::new(0.02, 3000).unwrap();
        let prox = Update::<f64>::on(Prox::new(&Shrink, LAMBDA).unwrap(), spared);
        let plan = Plan { batch: N, ..plan };
        let method = Stochastic::new((Fused((Adam::default(), schedule)), prox), plan);
        let solution = Driver::new().iterations(3000).minimize(&method, sampled, &solution.x).unwrap();
        assert_eq!(solution.status, Status::Stationary, "violation {:e}", solution.gradient_inf);
        assert_eq!(support(&solution.x), support(&expected));
        assert!(solution.value - least < 1e-12);
    });
}

#[test]
fn states_resume_at_every_step() {
    let data = Sparse::new();
    let x0 = [0.1; P + 1];
    data.with(|sampled| {
        for order in [Order::Sequential, Order::Shuffled, Order::Replacement] {
            for every in [None, NonZeroU64::new(1), NonZeroU64::new(7)] {
                let plan = Plan { batch: 64, order, seed: 5 };
                let frame = Stochastic { every, ..Stochastic::new((), plan) };
                let Stochastic { epochs, par, .. } = frame;
                macro_rules! resumes {
                    ($rule:expr) => {
                        states_resume(&Stochastic { update: $rule, plan, every, epochs, par }, sampled, &x0)
                            .unwrap()
                    };
                }
                let rate = Constant::new(0.01).unwrap();
                resumes!(Fused((Sgd, rate)));
                resumes!(Fused((Momentum::default(), Cosine::new(0.01, 40).unwrap())));
                let decay = WeightDecay::new(0.01).unwrap();
                resumes!(adamw(Adam::default(), decay, rate));
                resumes!(Fused((Sgd, ScheduleFree::new(0.01).unwrap())));
                resumes!(Sam::new(Fused((Momentum::default(), rate)), 0.05).unwrap());
                resumes!(Polyak::new(0.1).unwrap());
                let spared = |tensor: &Tensor| tensor.name != "intercept";
                resumes!((
                    ClipGlobalNorm::new(0.1).unwrap(),
                    Fused((Adam::default(), Elementwise::<f64>::on(decay, spared), rate)),
                    Update::<f64>::on(Prox::new(&Shrink, LAMBDA).unwrap(), spared)
                ));
            }
        }
    });
}

#[test]
fn budgets_end_between_steps_and_lose_nothing() {
    let data = Sparse::new();
    let plan = Plan { batch: 100, ..Plan::default() };
    let method = Stochastic::new(Fused((Sgd, Constant::new(0.01).unwrap())), plan);
    data.with(|sampled| {
        for limit in 1..25 {
            let budget = Budget { iterations: None, evaluations: Some(limit), time: None };
            let solution = Driver::new().budget(budget).minimize(&method, sampled, &[0.0; P + 1]).unwrap();
            assert_eq!((solution.counts.total(), solution.status), (limit, Status::Budget));
        }
        let short = Stochastic { epochs: NonZeroU64::new(3), ..method };
        let solution = Driver::new().minimize(&short, sampled, &[0.0; P + 1]).unwrap();
        assert_eq!((solution.iterations, solution.counts.batches, solution.status), (3, 24, Status::Budget));
        // However seldom it is assessed, a run ends with its last epoch, assessed there.
        for (every, assessed) in [(5, 5), (10, 3), (1000, 1)] {
            let seldom = Stochastic { every: NonZeroU64::new(every), ..short };
            let solution = Driver::new().minimize(&seldom, sampled, &[0.0; P + 1]).unwrap();
            assert_eq!((solution.iterations, solution.counts.batches), (assessed, 24), "every {every}");
        }
        // An evaluation refused in the middle of an epoch: the run goes on to the bits of one that was not.
        let run = |refuse: Option<u64>, sampled: &mut Sampled<'_, f64>| {
            let mut flaky = Flaky { inner: sampled, calls: 0, refuse };
            let mut state = method.init(&mut flaky, &[0.0; P + 1]).unwrap();
            let mut made = 0;
            while made < 3 {
                made += u32::from(method.step(&mut flaky, &mut state).is_ok());
            }
            Minimizer::<f64, Flaky<'_, '_>>::iterate(&method, &state).x.to_vec()
        };
        let reference = run(None, sampled);
        for call in 1..25 {
            assert_eq!(run(Some(call), sampled), reference, "refused at call {call}");
        }
    });
}

/// Refuses one minibatch.
struct Flaky<'a, 'b> {
    inner: &'a mut Sampled<'b, f64>,
    calls: u64,
    refuse: Option<u64>,
}

impl Objective<f64> for Flaky<'_, '_> {
    fn dim(&self) -> usize {
        self.inner.dim()
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        self.inner.value(x)
    }
}

impl FiniteSum<f64> for Flaky<'_, '_> {
    fn terms(&self) -> usize {
        self.inner.terms()
    }
    fn batch_gradient(&mut self, rows: &[u32], x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        self.calls += 1;
        if self.refuse == Some(self.calls) {
            return Err(Halt::Budget);
        }
        self.inner.batch_gradient(rows, x, g)
    }
    fn assess(&mut self, x: &[f64]) -> Result<(f64, f64), Halt> {
        self.inner.assess(x)
    }
}

#[test]
fn every_recipe_of_the_catalogue_descends() {
    let data = Sparse::new();
    let design = Design::new(interop::column_major(&data.x, N, P).unwrap()).unwrap().with_intercept();
    let datafit = Cost::new(&LogLoss, &data.y).unwrap();
    let narrow_x: Vec<f32> = data.x.iter().map(|v| *v as f32).collect();
    let narrow_y: Vec<f32> = data.y.iter().map(|v| *v as f32).collect();
    let narrow = Design::new(interop::column_major(&narrow_x, N, P).unwrap()).unwrap().with_intercept();
    let narrow_fit = Cost::new(&LogLoss, &narrow_y).unwrap();
    let mut behind = Vec::new();
    for entry in UPDATES {
        let values = entry.values(&[("epochs", "30")]).unwrap();
        let mut sampled = Sampled::new(&design, &datafit).unwrap();
        let run = (entry.make.f64)(&values).unwrap();
        let solution = run(&mut Driver::new(), &mut sampled, &[0.0; P + 1]).unwrap();
        assert_eq!(solution.iterations, 30);
        let start = core::f64::consts::LN_2;
        if solution.value >= 0.75 * start {
            behind.push(format!("{}: {} of {start}", entry.name, solution.value));
        }
        let mut sampled = Sampled::new(&narrow, &narrow_fit).unwrap();
        let run = (entry.make.f32)(&values).unwrap();
        let other = run(&mut Driver::new(), &mut sampled, &[0.0; P + 1]).unwrap();
        if (f64::from(other.value) - solution.value).abs() >= 1e-3 {
            behind.push(format!("{}: {} and in f32 {}", entry.name, solution.value, other.value));
        }
    }
    assert!(behind.is_empty(), "{behind:#?}");
}

#[test]
fn a_run_out_of_its_depth_says_so() {
    let data = Sparse::new();
    data.with(|sampled| {
        let method = Stochastic::new(Fused((Sgd, Constant::new(1e308).unwrap())), Plan::default());
        let solution = Driver::new().minimize(&method, sampled, &[0.0; P + 1]).unwrap();
        assert_eq!(solution.status, Status::NonFinite);
        assert_eq!(solution.x, [0.0; P + 1]);
        let method = Stochastic::new(Fused(Sgd), Plan { batch: 0, ..Plan::default() });
        assert!(Driver::new().minimize(&method, sampled, &[0.0; P + 1]).is_err());
    });
}

/// Notes the rows of every minibatch.
struct Recorder<'a, 'b> {
    inner: &'a mut Sampled<'b, f64>,
    rows: Vec<Vec<u32>>,
}

impl Objective<f64> for Recorder<'_, '_> {
    fn dim(&self) -> usize {
        self.inner.dim()
    }
    fn value(&mut self, x: &[f64]) -> Result<f64, Halt> {
        self.inner.value(x)
    }
}

impl FiniteSum<f64> for Recorder<'_, '_> {
    fn terms(&self) -> usize {
        self.inner.terms()
    }
    fn batch_gradient(&mut self, rows: &[u32], x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
        self.rows.push(rows.to_vec());
        self.inner.batch_gradient(rows, x, g)
    }
    fn assess(&mut self, x: &[f64]) -> Result<(f64, f64), Halt> {
        self.inner.assess(x)
    }
}

/// The two gradients of a sharpness-aware step are of the same rows, an epoch sees every row in both, and without a radius the rule inside is all that is
/// left.
#[test]
fn second_gradients_are_of_the_same_rows() {
    let data = Sparse::new();
    data.with(|sampled| {
        let plan = Plan { batch: 100, order: Order::Shuffled, seed: 3 };
        let inner = Fused((Momentum::default(), Constant::new(0.01).unwrap()));
        let run = |radius: f64, sampled: &mut Sampled<'_, f64>| {
            let mut recorder = Recorder { inner: sampled, rows: Vec::new() };
            let method = Stochastic::new(Sam::new(inner, radius).unwrap(), plan);
            let solution =
                Driver::new().iterations(2).minimize(&method, &mut recorder, &[0.0; P + 1]).unwrap();
            (solution.x, recorder.rows)
        };
        let (sharp, rows) = run(0.05, sampled);
        assert_eq!(rows.len(), 2 * 2 * N / 100);
        let mut seen: Vec<u32> = rows[..2 * N / 100].chunks(2).flat_map(|pair| pair[0].clone()).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..N as u32).collect::<Vec<_>>());
        assert!(rows.chunks(2).all(|pair| pair[0] == pair[1]));
        let method = Stochastic::new(inner, plan);
        let plain = Driver::new().iterations(2).minimize(&method, sampled, &[0.0; P + 1]).unwrap();
        assert_ne!(sharp, plain.x);
        assert_eq!(run(0.0, sampled).0, plain.x);
    });
}
