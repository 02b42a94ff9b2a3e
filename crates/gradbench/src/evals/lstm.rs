//! `lstm`: the mean loss of a recurrent network that predicts the next of c characters, b bits each, and its gradient.
//!
//! The weights of a layer are diagonal: with σ the logistic function, the gates of unit i are f = σ(x w_f + b_f), g = σ(h w_g + b_g),
//! o = σ(x w_o + b_o), r = tanh(h w_r + b_r), and its state becomes c ← c f + g r, h ← o tanh c, which is the next layer's x. The first layer reads the
//! character times the input weights; the prediction is the last h times the output weights plus bias, its loss −Σ y (ŷ − ln(2 + Σ exp ŷ)),
//! and the mean is over all characters and bits.
//!
//! The value runs sixteen units at a time. For the gradient one time step is traced as a program: the loss plus the adjoints of the new state
//! times the new state, of which one reverse sweep gives what the step adds to the gradient and the adjoints of the old state. The states are
//! kept, and the compiled sweep goes through the steps from last to first.

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Kernel, Program, Scalar, Traced};
use thalweg_core::streams::{Streams, below, normal};
use thalweg_core::{Error, Result, check_shape, simd};

use super::Evaluation;
use crate::lane::Lane;
use crate::workload::{Settings, Workload, flat, read};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "lstm",
    functions: &["objective", "jacobian"],
    sizes: &["2_1024", "2_4096", "2_8192", "4_1024", "4_4096", "4_8192", "6_1024", "6_4096", "6_8192"],
    open,
    example,
};

/// Units in a vector.
const WIDTH: usize = 16;
/// The bits of a character in the suite's text.
const BITS: usize = 14;

#[derive(Deserialize)]
struct Input {
    main_params: Vec<Vec<f64>>,
    extra_params: Vec<Vec<f64>>,
    state: Vec<Vec<f64>>,
    sequence: Vec<Vec<f64>>,
}

#[derive(Clone)]
struct Network {
    layers: usize,
    bits: usize,
    /// For each layer the weights, then the biases of the gates f, g, o, r; then input weights, output weights, output biases: groups of one
    /// number for each unit.
    parameters: Vec<f64>,
    /// For each layer h, then c.
    state: Vec<f64>,
    sequence: Vec<f64>,
}

fn open(function: &str, input: Value, settings: Settings) -> Result<Box<dyn Workload>> {
    let network = Network::new(&read(input)?)?;
    Ok(if function == "objective" {
        Box::new(Objective { network, value: 0.0 })
    } else {
        let gradient = vec![0.0; network.parameters.len()];
        Box::new(Jacobian { network, settings, kernel: None, states: Vec::new(), gradient })
    })
}

impl Network {
    fn new(input: &Input) -> Result<Self> {
        let layers = input.main_params.len() / 2;
        let (main, width) = flat("main_params", &input.main_params)?;
        let bits = width / 4;
        if layers == 0 || bits == 0 || input.sequence.len() < 2 {
            return Err(Error::invalid_parameter(
                "layers, bits, characters",
                format!("{layers}, {bits}, {}", input.sequence.len()),
                "there are at least one layer, one bit and two characters",
            ));
        }
        check_shape("rows of main_params", 2 * layers, input.main_params.len())?;
        check_shape("columns of main_params", 4 * bits, width)?;
        let matrix = |what: &str, given: &[Vec<f64>], height: usize| {
            check_shape(&format!("rows of {what}"), height, given.len())?;
            let (entries, width) = flat(what, given)?;
            check_shape(&format!("columns of {what}"), bits, width)?;
            Ok(entries)
        };
        let extra = matrix("extra_params", &input.extra_params, 3)?;
        Ok(Self {
            layers,
            bits,
            parameters: [main, extra].concat(),
            state: matrix("state", &input.state, 2 * layers)?,
            sequence: matrix("sequence", &input.sequence, input.sequence.len())?,
        })
    }

    /// The number of steps: every character but the last predicts the next.
    fn steps(&self) -> usize {
        self.sequence.len() / self.bits - 1
    }

    /// The numbers of a mean.
    fn count(&self) -> f64 {
        (self.steps() * self.bits) as f64
    }
}

/// The new (h, c) of a unit from its input, its (h, c), and its weights and biases of the gates f, g, o, r.
#[inline(always)]
fn cell<S: Scalar>(x: S, h: S, c: S, weights: [S; 4], biases: [S; 4]) -> (S, S) {
    let forget = (x * weights[0] + biases[0]).sigmoid();
    let ingate = (h * weights[1] + biases[1]).sigmoid();
    let outgate = (x * weights[2] + biases[2]).sigmoid();
    let change = (h * weights[3] + biases[3]).tanh();
    let c = c * forget + ingate * change;
    (outgate * c.tanh(), c)
}

/// A step of the whole network: `groups` numbers of units each in `parameters` and `state`, one prediction a unit. Numbers may be vectors of units.
#[inline(always)]
fn advance<S: Scalar>(layers: usize, units: usize, parameters: &[S], state: &mut [S], x: &[S], y: &mut [S]) {
    let group = |g: usize, unit: usize| parameters[g * units + unit];
    for unit in 0..units {
        let mut signal = x[unit] * group(8 * layers, unit);
        for layer in 0..layers {
            let own = [0, 1, 2, 3].map(|gate| group(8 * layer + gate, unit));
            let biases = [4, 5, 6, 7].map(|gate| group(8 * layer + gate, unit));
            let (h, c) = (2 * layer * units + unit, (2 * layer + 1) * units + unit);
            (state[h], state[c]) = cell(signal, state[h], state[c], own, biases);
            signal = state[h];
        }
        y[unit] = signal * group(8 * layers + 1, unit) + group(8 * layers + 2, unit);
    }
}

struct Objective {
    network: Network,
    value: f64,
}

impl Workload for Objective {
    fn evaluate(&mut self) -> Result<()> {
        let network = &self.network;
        let loss = simd::dispatch(
            #[inline(always)]
            || run(network, |_| ()),
        );
        self.value = loss / network.count();
        Ok(())
    }

    fn output(&self) -> Value {
        Value::from(self.value)
    }
}

/// The sum of the losses; `seen` is shown the state before each step, in vectors of units.
#[inline(always)]
fn run(network: &Network, mut seen: impl FnMut(&[Lane<WIDTH>])) -> f64 {
    let &Network { layers, bits, .. } = network;
    let units = bits.div_ceil(WIDTH);
    let parameters = vectors(&network.parameters, bits);
    let mut state = vectors(&network.state, bits);
    let (mut x, mut y) = (vec![Lane([0.0; WIDTH]); units], vec![Lane([0.0; WIDTH]); units]);
    let mut total = 0.0;
    for pair in network.sequence.windows(2 * bits).step_by(bits) {
        seen(&state);
        for (x, from) in x.iter_mut().zip(pair[..bits].chunks(WIDTH)) {
            x.0[..from.len()].copy_from_slice(from);
        }
        advance(layers, units, &parameters, &mut state, &x, &mut y);
        let (mut sum, mut targets, mut hits) = (2.0, 0.0, 0.0);
        for (y, target) in y.iter().zip(pair[bits..].chunks(WIDTH)) {
            let e = y.exp();
            for (lane, &target) in target.iter().enumerate() {
                sum += e.0[lane];
                targets += target;
                hits += target * y.0[lane];
            }
        }
        total += targets * Scalar::ln(sum) - hits;
    }
    total
}

/// Groups of `bits` numbers in vectors, each group filled up by zeros.
fn vectors(groups: &[f64], bits: usize) -> Vec<Lane<WIDTH>> {
    let vector = |part: &[f64]| {
        let mut lane = [0.0; WIDTH];
        lane[..part.len()].copy_from_slice(part);
        Lane(lane)
    };
    groups.chunks_exact(bits).flat_map(|group| group.chunks(WIDTH).map(vector)).collect()
}

/// The reverse sweep of a step. Parameters: those of the network, the old state, the adjoints of the new state, the character and the next.
/// Results: the derivatives by the network's parameters and the old state.
fn compile(layers: usize, bits: usize) -> Result<Kernel<f64>> {
    let (p, s) = ((8 * layers + 3) * bits, 2 * layers * bits);
    let step = Program::trace(p + 2 * s + 2 * bits, 0, |all, _| {
        let (parameters, rest) = all.split_at(p);
        let (state, rest) = rest.split_at(s);
        let (adjoints, rest) = rest.split_at(s);
        let (x, target) = rest.split_at(bits);
        let mut state = state.to_vec();
        let mut y = vec![Scalar::of(0.0); bits];
        advance(layers, bits, parameters, &mut state, x, &mut y);
        let sum: Traced<'_> = y.iter().fold(Scalar::of(2.0), |sum, y| sum + y.exp());
        let level = sum.ln();
        let loss = y.iter().zip(target).fold(Scalar::of(0.0), |sum, (&y, &t)| sum + t * (level - y));
        state.iter().zip(adjoints).fold(loss, |sum, (&state, &adjoint)| sum + adjoint * state)
    })?;
    step.gradient()?.results(1..=p + s)?.compile()
}

struct Jacobian {
    network: Network,
    settings: Settings,
    kernel: Option<Kernel<f64>>,
    /// The state before each step.
    states: Vec<f64>,
    gradient: Vec<f64>,
}

impl Workload for Jacobian {
    fn prepare(&mut self) -> Result<()> {
        if self.settings.replays() {
            self.kernel = Some(compile(self.network.layers, self.network.bits)?);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<()> {
        let network = &self.network;
        let &Network { layers, bits, .. } = network;
        let mut recorded = None;
        let kernel = match &mut self.kernel {
            Some(kernel) => kernel,
            None => recorded.insert(compile(layers, bits)?),
        };
        let states = &mut self.states;
        states.clear();
        let units = bits.div_ceil(WIDTH);
        simd::dispatch(
            #[inline(always)]
            || {
                run(network, |state| {
                    for group in state.chunks_exact(units) {
                        let numbers = group.iter().flat_map(|lane| lane.0).take(bits);
                        states.extend(numbers);
                    }
                })
            },
        );
        let (p, s) = (network.parameters.len(), network.state.len());
        let mut arguments = network.parameters.clone();
        arguments.resize(p + 2 * s + 2 * bits, 0.0);
        let mut results = vec![0.0; p + s];
        self.gradient.fill(0.0);
        let pairs = network.sequence.windows(2 * bits).step_by(bits);
        for (pair, state) in pairs.zip(states.chunks_exact(s)).rev() {
            arguments[p..p + s].copy_from_slice(state);
            arguments[p + s..p + 2 * s].copy_from_slice(&results[p..]);
            arguments[p + 2 * s..].copy_from_slice(pair);
            kernel.call(&arguments, &mut results)?;
            for (sum, term) in self.gradient.iter_mut().zip(&results) {
                *sum += term;
            }
        }
        let count = network.count();
        for g in &mut self.gradient {
            *g /= count;
        }
        Ok(())
    }

    fn output(&self) -> Value {
        Value::from(self.gradient.clone())
    }
}

fn example(size: &str) -> Result<Value> {
    let [layers, characters] = crate::self_run::numbers(size)?;
    let mut rng = Streams::new(31337).stream("lstm", 0);
    let mut normals = |height: usize, width: usize| -> Vec<Vec<f64>> {
        (0..height).map(|_| (0..width).map(|_| normal(&mut rng)).collect()).collect()
    };
    let (main, extra, state) = (normals(2 * layers, 4 * BITS), normals(3, BITS), normals(2 * layers, BITS));
    let mut bit = || below(&mut rng, 2) as f64;
    let sequence: Vec<Vec<f64>> = (0..characters).map(|_| (0..BITS).map(|_| bit()).collect()).collect();
    Ok(json!({ "main_params": main, "extra_params": extra, "state": state, "sequence": sequence }))
}
