//! `lstm`: the mean loss of a recurrent network that predicts the next of c characters, b bits each, and its gradient.
//!
//! The weights of a layer are diagonal: with σ the logistic function, the gates of unit i are f = σ(x w_f + b_f), g = σ(h w_g + b_g),
//! o = σ(x w_o + b_o), r = tanh(h w_r + b_r), and its state becomes c ← c f + g r, h ← o tanh c, which is the next layer's x. The first layer reads the
//! character times the input weights; the prediction is the last h times the output weights plus bias, its loss −Σ y (ŷ − ln(2 + Σ exp ŷ)),
//! and the mean is over all characters and bits.
//!
//! All units do the same, so sixteen at a time are one number. The forward run keeps the state before each step and its predictions. From the last
//! step to the first, each is then recorded on tapes: one for the loss, and one that carries the adjoints of the predictions and of the state after
//! the step back to the parameters and the state before it. They are those of one step, whatever their number.

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Scalar, Tape, Var};
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

fn open(function: &str, input: Value, _: Settings) -> Result<Box<dyn Workload>> {
    let network = Network::new(&read(input)?)?;
    Ok(if function == "objective" {
        Box::new(Objective { network, value: 0.0 })
    } else {
        Box::new(Jacobian {
            network,
            tape: Tape::new(),
            head: Tape::new(),
            states: Vec::new(),
            predictions: Vec::new(),
            gradient: Vec::new(),
        })
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
    for unit in 0..units {
        advance_unit(layers, units, unit, parameters, state, x[unit], &mut y[unit]);
    }
}

/// The groups of parameters.
fn groups(layers: usize) -> usize {
    8 * layers + 3
}

#[inline(always)]
fn advance_unit<S: Scalar>(
    layers: usize,
    units: usize,
    unit: usize,
    parameters: &[S],
    state: &mut [S],
    x: S,
    y: &mut S,
) {
    // Parameter `g` of this unit.
    let own = |g: usize| parameters[g * units + unit];
    let mut signal = x * own(8 * layers);
    for layer in 0..layers {
        let at = 8 * layer;
        let weights = [own(at), own(at + 1), own(at + 2), own(at + 3)];
        let biases = [own(at + 4), own(at + 5), own(at + 6), own(at + 7)];
        let (h, c) = (2 * layer * units + unit, (2 * layer + 1) * units + unit);
        (state[h], state[c]) = cell(signal, state[h], state[c], weights, biases);
        signal = state[h];
    }
    *y = signal * own(8 * layers + 1) + own(8 * layers + 2);
}

struct Objective {
    network: Network,
    value: f64,
}

impl Workload for Objective {
    fn evaluate(&mut self) -> Result<()> {
        let network = &self.network;
        let mut total = 0.0;
        simd::dispatch(
            #[inline(always)]
            || {
                run(
                    network,
                    #[inline(always)]
                    |_, y, target| {
                        let mut numbers = 2.0;
                        let (mut targets, mut hits) = (0.0, 0.0);
                        for (y, target) in y.iter().zip(target.chunks(WIDTH)) {
                            let e = y.exp();
                            for (lane, &target) in target.iter().enumerate() {
                                numbers += e.0[lane];
                                targets += target;
                                hits += target * y.0[lane];
                            }
                        }
                        total += targets * Scalar::ln(numbers) - hits;
                    },
                );
            },
        );
        self.value = total / network.count();
        Ok(())
    }

    fn output(&self) -> Value {
        Value::from(self.value)
    }
}

/// Goes through all steps; `seen` is shown the state before each, its predictions, in vectors of units, and the character to predict.
#[inline(always)]
fn run(network: &Network, mut seen: impl FnMut(&[Lane<WIDTH>], &[Lane<WIDTH>], &[f64])) {
    let &Network { layers, bits, .. } = network;
    let units = bits.div_ceil(WIDTH);
    let parameters = vectors(&network.parameters, bits);
    let mut state = vectors(&network.state, bits);
    let mut before = state.clone();
    let (mut x, mut y) = (vec![Lane([0.0; WIDTH]); units], vec![Lane([0.0; WIDTH]); units]);
    for pair in network.sequence.windows(2 * bits).step_by(bits) {
        before.copy_from_slice(&state);
        fill(&mut x, &pair[..bits]);
        advance(layers, units, &parameters, &mut state, &x, &mut y);
        seen(&before, &y, &pair[bits..]);
    }
}

#[inline(always)]
fn fill(vectors: &mut [Lane<WIDTH>], numbers: &[f64]) {
    for (vector, numbers) in vectors.iter_mut().zip(numbers.chunks(WIDTH)) {
        vector.0[..numbers.len()].copy_from_slice(numbers);
    }
}

/// The loss of a step, Σ t (ln(2 + Σ exp y) − y), from as many of the predictions as there are targets.
#[inline(always)]
fn loss<S: Scalar>(y: &[S], target: &[f64]) -> S {
    let (mut sum, mut targets, mut hits) = (S::of(2.0), 0.0, S::of(0.0));
    for (&y, &target) in y.iter().zip(target) {
        sum = sum + y.exp();
        targets += target;
        hits = hits + S::of(target) * y;
    }
    S::of(targets) * sum.ln() - hits
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

struct Jacobian {
    network: Network,
    tape: Tape<Lane<WIDTH>>,
    head: Tape<f64>,
    /// The state before each step, and its predictions.
    states: Vec<Lane<WIDTH>>,
    predictions: Vec<Lane<WIDTH>>,
    gradient: Vec<f64>,
}

impl Workload for Jacobian {
    fn evaluate(&mut self) -> Result<()> {
        let network = &self.network;
        let &Network { layers, bits, .. } = network;
        let units = bits.div_ceil(WIDTH);
        let (states, predictions) = (&mut self.states, &mut self.predictions);
        states.clear();
        predictions.clear();
        simd::dispatch(
            #[inline(always)]
            || {
                run(
                    network,
                    #[inline(always)]
                    |state, y, _| {
                        states.extend_from_slice(state);
                        predictions.extend_from_slice(y);
                    },
                );
            },
        );
        let zero = Lane([0.0; WIDTH]);
        let (p, s) = (groups(layers) * units, 2 * layers * units);
        let mut arguments = vectors(&network.parameters, bits);
        arguments.resize(p + s, zero);
        let mut adjoints = vec![zero; p + s];
        let mut sums = vec![zero; p];
        // The state after a step, then its predictions.
        let (mut weights, mut results) = (vec![zero; s + units], vec![zero; s + units]);
        let mut x = vec![zero; units];
        let (mut predicted, mut slopes) = (Vec::with_capacity(bits), vec![0.0; bits]);
        let pairs = network.sequence.windows(2 * bits).step_by(bits);
        let steps = pairs.zip(states.chunks_exact(s)).zip(predictions.chunks_exact(units));
        for ((pair, state), y) in steps.rev() {
            let (character, target) = pair.split_at(bits);
            predicted.clear();
            predicted.extend(y.iter().flat_map(|lane| lane.0).take(bits));
            self.head.gradient(
                &predicted,
                |y| {
                    simd::dispatch(
                        #[inline(always)]
                        || loss(y, target),
                    )
                },
                &mut slopes,
            )?;
            fill(&mut x, character);
            arguments[p..].copy_from_slice(state);
            weights[..s].copy_from_slice(&adjoints[p..]);
            fill(&mut weights[s..], &slopes);
            self.tape.vjp(
                &arguments,
                |all, results| step(layers, units, all, &x, results),
                &weights,
                &mut results,
                &mut adjoints,
            )?;
            for (sum, adjoint) in sums.iter_mut().zip(&adjoints) {
                *sum = *sum + *adjoint;
            }
        }
        let count = network.count();
        self.gradient.clear();
        for group in sums.chunks_exact(units) {
            self.gradient.extend(group.iter().flat_map(|lane| lane.0).take(bits).map(|g| g / count));
        }
        Ok(())
    }

    fn output(&self) -> Value {
        Value::from(self.gradient.clone())
    }
}

/// A recorded step: parameters and the state before to the state after and the predictions.
fn step<'t>(
    layers: usize,
    units: usize,
    all: &[Var<'t, Lane<WIDTH>>],
    x: &[Lane<WIDTH>],
    results: &mut [Var<'t, Lane<WIDTH>>],
) {
    simd::dispatch(
        #[inline(always)]
        || {
            let (parameters, before) = all.split_at(groups(layers) * units);
            let (state, y) = results.split_at_mut(before.len());
            state.copy_from_slice(before);
            // One vector of units after the other, so that characters need no memory.
            for unit in 0..units {
                advance_unit(layers, units, unit, parameters, state, Var::constant(x[unit]), &mut y[unit]);
            }
        },
    );
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
