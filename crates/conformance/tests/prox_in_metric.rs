//! A proximal step in the metric of the rule before it: the group lasso behind Adam takes the steps of an independent program and ends on exact
//! zeros at a stationary point of the penalised problem.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::streams::{Streams, normal};
use thalweg_core::{Blocks, Context, Elementwise, Fused, Halt, Layout, Penalty, Tensor, Update};
use thalweg_optimizers::{Adam, Constant, Cosine, Freeze, Momentum, Prox};
use thalweg_regularization::{GroupLasso, penalty_over};

/// 200 steps beside a prox whose root was found with 30 digits; `transforms.py` beside the fixture wrote it.
#[test]
fn groups_in_adams_metric_follow_the_definition() {
    const N: usize = 16;
    let fixture = include_str!("../../optimizers/tests/fixtures/transforms.csv");
    let expected: Vec<Vec<f64>> = fixture
        .lines()
        .filter_map(|line| line.strip_prefix("prox-groups,"))
        .map(|line| line.split(',').map(|v| v.parse().unwrap()).collect())
        .collect();
    assert_eq!(expected.len(), 15);
    let lasso = GroupLasso::new(Blocks::of_sizes(&[2; 8]).unwrap());
    let rule = (Fused((Adam::default(), Constant::new(0.05).unwrap())), Prox::new(&lasso, 0.4).unwrap());
    let layout = Layout::flat(N);
    let mut p: Vec<f64> = (0..N).map(|j| ((j * 5 % 9) as f64 - 4.0) / 4.0).collect();
    let (mut state, mut zeros) = (rule.init(&layout).unwrap(), 0);
    for t in 0..200 {
        let slope = |j: usize| {
            let (curvature, target) = (0.25 * (j % 5 + 1) as f64, ((j % 7) as f64 - 3.0) / 2.0);
            curvature * (p[j] - target) + (((t * 7 + j * 13) % 11) as f64 - 5.0) / 16.0
        };
        let mut g: Vec<f64> = (0..N).map(slope).collect();
        rule.advance(&mut p, &mut g, &mut state, &Context::new(t as u64, &layout)).unwrap();
        let Some(row) = expected.iter().find(|row| row[0] == (t + 1) as f64) else { continue };
        for (j, (found, expected)) in p.iter().zip(&row[1..]).enumerate() {
            let close = (found - expected).abs() <= 1e-10 * expected.abs().max(1e-3);
            assert!(close, "step {}, entry {j}: {found:e}, expected {expected:e}", t + 1);
            assert_eq!(*found == 0.0, *expected == 0.0, "step {}, entry {j}", t + 1);
        }
        zeros = p.iter().filter(|p| **p == 0.0).count();
    }
    assert_eq!(zeros, 4);
}

const INPUTS: usize = 8;
const HIDDEN: usize = 4;
const ROWS: usize = 80;

/// ½ mean (f − y)² of f(x) = Σ vₕ tanh(wₕᵀx) and its gradient; W is HIDDEN×INPUTS, column-major, so that an input's weights lie together.
struct Network {
    x: Vec<[f64; INPUTS]>,
    y: Vec<f64>,
}

impl Network {
    /// Two inputs of eight matter.
    fn new() -> Self {
        let mut rng = Streams::new(4).stream("network", 0);
        let x: Vec<[f64; INPUTS]> = (0..ROWS).map(|_| core::array::from_fn(|_| normal(&mut rng))).collect();
        let y = x.iter().map(|x| (x[1] + x[4]).tanh() - 0.5 * (2.0 * x[4]).tanh() + 0.05 * normal(&mut rng));
        let y = y.collect();
        Self { x, y }
    }

    fn value_gradient(&self, p: &[f64], g: &mut [f64]) -> f64 {
        let (w, v) = p.split_at(HIDDEN * INPUTS);
        g.fill(0.0);
        let mut value = 0.0;
        for (x, y) in self.x.iter().zip(&self.y) {
            let a: [f64; HIDDEN] =
                core::array::from_fn(|h| (0..INPUTS).map(|j| w[j * HIDDEN + h] * x[j]).sum::<f64>().tanh());
            let r = a.iter().zip(v).map(|(a, v)| a * v).sum::<f64>() - y;
            value += 0.5 * r * r / ROWS as f64;
            for h in 0..HIDDEN {
                g[HIDDEN * INPUTS + h] += r * a[h] / ROWS as f64;
                let back = r * v[h] * (1.0 - a[h] * a[h]) / ROWS as f64;
                (0..INPUTS).for_each(|j| g[j * HIDDEN + h] += back * x[j]);
            }
        }
        value
    }
}

/// A network whose inputs are chosen by the group lasso of their weights: those that do not matter end on zeros, all of them, and the weights
/// are a stationary point by a verdict that knows nothing of Adam.
#[test]
fn a_network_drops_inputs_that_do_not_matter() {
    let network = Network::new();
    let mut layout = Layout::default();
    layout.push("input", &[HIDDEN, INPUTS]);
    layout.push("output", &[HIDDEN]);
    let lasso = GroupLasso::new(Blocks::of_sizes(&[HIDDEN; INPUTS]).unwrap());
    let lambda = 0.02;
    let is = |name: &'static str| move |tensor: &Tensor| tensor.name == name;
    // The outputs are fixed: else they would grow without end while the penalised weights shrink.
    let steps = Fused((
        Adam::default(),
        Cosine::new(0.02, 6000).unwrap(),
        Elementwise::<f64>::on(Freeze, is("output")),
    ));
    let rule = (steps, Update::<f64>::on(Prox::new(&lasso, lambda).unwrap(), is("input")));
    let mut rng = Streams::new(5).stream("start", 0);
    let mut p: Vec<f64> = (0..HIDDEN * INPUTS).map(|_| 0.3 * normal(&mut rng)).collect();
    p.extend([1.0, 1.0, -0.5, -0.5]);
    let (mut state, mut g) = (rule.init(&layout).unwrap(), vec![0.0; p.len()]);
    let first = network.value_gradient(&p, &mut g);
    for t in 0..6000 {
        network.value_gradient(&p, &mut g);
        rule.advance(&mut p, &mut g, &mut state, &Context::new(t, &layout)).unwrap();
    }
    let last = network.value_gradient(&p, &mut g);
    assert_eq!(p[HIDDEN * INPUTS..], [1.0, 1.0, -0.5, -0.5]);
    let used: Vec<bool> = p[..HIDDEN * INPUTS].chunks(HIDDEN).map(|w| w.iter().any(|w| *w != 0.0)).collect();
    let expected: Vec<bool> = (0..INPUTS).map(|j| j == 1 || j == 4).collect();
    assert_eq!(used, expected, "{p:?}");
    assert!(last < 0.1 * first, "{first} has become {last}");
    for (j, (w, g)) in p[..HIDDEN * INPUTS].chunks(HIDDEN).zip(g.chunks(HIDDEN)).enumerate() {
        let violation = lasso.violation(j, w, g, lambda);
        assert!(violation < 1e-6, "input {j}: {violation:e}");
    }
}

/// Every penalty of the catalogue ends a chain behind momentum, block by block as its own prox does; behind Adam too, or it says that it cannot.
#[test]
fn every_penalty_ends_a_chain() {
    let layout = Layout::flat(12);
    let mut refused = Vec::new();
    for entry in thalweg_regularization::CATALOGUE {
        let Ok(penalty) = penalty_over(entry.example, 12) else {
            refused.push(entry.name);
            continue;
        };
        let penalty: &dyn Penalty<f64> = &*penalty;
        let prox = Prox::new(penalty, 0.05).unwrap();
        let start: Vec<f64> = (0..12).map(|j| (j % 5) as f64 - 1.5).collect();
        let g: Vec<f64> = (0..12).map(|j| 0.5 - (j % 3) as f64).collect();
        let (mut p, mut u) = (start.clone(), g.clone());
        let rule = (Fused((Momentum::default(), Constant::new(0.1).unwrap())), prox);
        let mut state = Update::<f64>::init(&rule, &layout).unwrap();
        rule.advance(&mut p, &mut u, &mut state, &Context::new(0, &layout)).unwrap();
        let mut expected: Vec<f64> = start.iter().zip(&g).map(|(p, g)| p - 0.1 * g).collect();
        let ranges: Vec<_> = match penalty.blocks() {
            Blocks::Coordinates => (0..12).map(|j| j..j + 1).collect(),
            Blocks::Groups(groups) => groups.clone(),
        };
        for (k, range) in ranges.into_iter().enumerate() {
            penalty.prox(k, &mut expected[range], thalweg_core::Step::Scalar(0.1), 0.05);
        }
        for (j, (found, expected)) in p.iter().zip(&expected).enumerate() {
            assert!((found - expected).abs() <= 1e-12, "{}, entry {j}: {found:e}, {expected:e}", entry.name);
        }
        let rule = (Fused((Adam::default(), Constant::new(0.1).unwrap())), prox);
        let (mut p, mut u) = (start.clone(), g.clone());
        // Gradients of three sizes, so that the metric differs within groups.
        let mut state = Update::<f64>::init(&rule, &layout).unwrap();
        let outcome = rule.advance(&mut p, &mut u, &mut state, &Context::new(0, &layout));
        match outcome {
            Ok(()) => assert!(p.iter().all(|p| p.is_finite()), "{}: {p:?}", entry.name),
            Err(Halt::Input(error)) => {
                assert!(!penalty.takes_diagonal_steps(), "{}: {error}", entry.name);
                assert!(error.to_string().contains("equal steps"));
            }
            Err(other) => panic!("{}: {other}", entry.name),
        }
    }
    assert!(refused.is_empty(), "{refused:?} do not fit 12 coefficients");
}
