//! `gmm`: the log-posterior density of a mixture of k Gaussians in d dimensions at n points, and its gradient.
//!
//! With Q the lower triangle of exp(q) on the diagonal and l below it, column after column, a component's main term at x is
//! α + Σq − ½ |Q (x − μ)|². The objective is Σᵢ lse(main terms of xᵢ) − n lse(α) − ½ n d ln 2π plus the Wishart log-density of each QᵀQ: m Σq − ½ γ² ‖Q‖² + c.
//!
//! The value takes the points sixteen at a time. The gradient has three kinds of blocks, joined by the chain rule. The weights w of the main
//! terms at each point come from dual numbers through lse. What remains of a component is Σᵢ wᵢ times its main term, a function of its parameters with
//! constant weights; with the moments W = Σ w, M = Σ w z, S = Σ w z zᵀ of z = x − μ₀ and δ = μ − μ₀ it is
//! W (α + Σq) − ½ (tr Q S Qᵀ − 2 QM · Qδ + W |Qδ|²), which is recorded, together with the prior, on a tape whose numbers are eight rows of Q: no
//! record depends on n. α, Σq and the exponentials of q are differentiated by dual numbers.
//!
//! Source: Šrajer, Kukelova and Fitzgibbon (2018), section 4.1.

mod moments;
mod terms;

use core::cmp::Ordering;

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Dual, Scalar, Tape, k};
use thalweg_core::math::ln_gamma;
use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{Error, Par, Result, check_shape, simd};

use super::Evaluation;
use super::lse::{log_sum_exp, log_sum_exp_gradient};
use crate::lane::Lane;
use crate::workload::{Settings, Workload, flat, read, rows};
use moments::Moments;
use terms::Terms;

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "gmm",
    functions: &["objective", "jacobian"],
    sizes: &[
        "2_5_1000",
        "2_10_1000",
        "2_25_1000",
        "2_50_1000",
        "2_100_1000",
        "10_5_1000",
        "10_10_1000",
        "10_25_1000",
        "10_50_1000",
        "10_100_1000",
        "20_5_1000",
        "20_10_1000",
        "20_25_1000",
        "20_50_1000",
        "20_100_1000",
        "32_5_1000",
        "32_10_1000",
        "32_25_1000",
        "32_50_1000",
        "32_100_1000",
        "64_5_1000",
        "64_10_1000",
        "64_25_1000",
        "64_50_1000",
        "64_100_1000",
    ],
    open,
    example,
};

/// Points in a vector.
const WIDTH: usize = 16;
/// Rows of Q in a number on the tape.
const STRIP: usize = 8;
/// Rows of Q that share the loads of a vector of points.
const ROWS: usize = 4;

#[derive(Deserialize)]
struct Input {
    d: usize,
    k: usize,
    n: usize,
    x: Vec<Vec<f64>>,
    m: u32,
    gamma: f64,
    alpha: Vec<f64>,
    mu: Vec<Vec<f64>>,
    q: Vec<Vec<f64>>,
    l: Vec<Vec<f64>>,
}

struct Problem {
    d: usize,
    k: usize,
    n: usize,
    m: f64,
    gamma: f64,
    alpha: Vec<f64>,
    mu: Vec<f64>,
    q: Vec<f64>,
    l: Vec<f64>,
    /// The coordinates of the points, one after the other: d columns of n.
    x: Vec<f64>,
}

fn open(function: &str, input: Value, settings: Settings) -> Result<Box<dyn Workload>> {
    let problem = Problem::new(&read(input)?)?;
    let terms = Terms::new(&problem);
    let par = settings.par();
    Ok(if function == "objective" {
        Box::new(Objective { problem, par, terms, value: 0.0 })
    } else {
        Box::new(Jacobian {
            alpha: vec![0.0; problem.k],
            components: vec![0.0; problem.k * (problem.parameters() + 1)],
            problem,
            par,
            terms,
        })
    })
}

impl Problem {
    fn new(input: &Input) -> Result<Self> {
        let &Input { d, k, n, m, gamma, .. } = input;
        if d == 0 || k == 0 || n == 0 {
            return Err(Error::invalid_parameter("d, k, n", format!("{d}, {k}, {n}"), "each is at least 1"));
        }
        let matrix = |what: &str, given: &[Vec<f64>], height: usize, width: usize| {
            check_shape(&format!("rows of {what}"), height, given.len())?;
            let (entries, found) = flat(what, given)?;
            check_shape(&format!("columns of {what}"), width, found)?;
            Ok(entries)
        };
        check_shape("length of alpha", k, input.alpha.len())?;
        let points = matrix("x", &input.x, n, d)?;
        let mut x = vec![0.0; n * d];
        for (i, point) in points.chunks_exact(d).enumerate() {
            for (j, &coordinate) in point.iter().enumerate() {
                x[j * n + i] = coordinate;
            }
        }
        Ok(Self {
            d,
            k,
            n,
            m: f64::from(m),
            gamma,
            alpha: input.alpha.clone(),
            mu: matrix("mu", &input.mu, k, d)?,
            q: matrix("q", &input.q, k, d)?,
            l: matrix("l", &input.l, k, d * (d - 1) / 2)?,
            x,
        })
    }

    /// The parameters of a component besides α: μ, q, l.
    fn parameters(&self) -> usize {
        2 * self.d + self.below()
    }

    /// The entries below a diagonal.
    fn below(&self) -> usize {
        self.d * (self.d - 1) / 2
    }

    fn component(&self, k: usize) -> (f64, &[f64], &[f64], &[f64]) {
        let (d, below) = (self.d, self.below());
        (
            self.alpha[k],
            &self.mu[k * d..(k + 1) * d],
            &self.q[k * d..(k + 1) * d],
            &self.l[k * below..(k + 1) * below],
        )
    }
}

/// The place in l of the entry in row i and column j < i of Q.
#[inline(always)]
fn place(d: usize, i: usize, j: usize) -> usize {
    // Column j holds d − 1 − j entries.
    j * (2 * d - j - 1) / 2 + i - j - 1
}

/// A component's part of the prior, without its constant: m Σq − ½ γ² ‖Q‖².
fn prior<S: Scalar>(m: S, gamma: S, q: &[S], l: &[S]) -> S {
    let zero = S::of(0.0);
    let sum = q.iter().fold(zero, |sum, &q| sum + q);
    let squares = q.iter().fold(zero, |sum, &q| sum + q.exp().square());
    let squares = l.iter().fold(squares, |sum, &l| sum + l * l);
    m * sum - k(0.5) * gamma * gamma * squares
}

/// The constant of a component's Wishart density with n = d + m + 1 degrees of freedom: n d (ln γ − ½ ln 2) − ln Γ_d(n/2).
fn prior_constant(problem: &Problem) -> f64 {
    let d = problem.d as f64;
    let degrees = d + problem.m + 1.0;
    let multigamma: f64 = d * (d - 1.0) / 4.0 * core::f64::consts::PI.ln()
        + (0..problem.d).map(|j| ln_gamma(0.5 * (degrees - j as f64))).sum::<f64>();
    degrees * d * (problem.gamma.ln() - 0.5 * core::f64::consts::LN_2) - multigamma
}

struct Objective {
    problem: Problem,
    par: Par,
    terms: Terms,
    value: f64,
}

impl Workload for Objective {
    fn evaluate(&mut self) -> Result<()> {
        let problem = &self.problem;
        let (n, d) = (problem.n as f64, problem.d as f64);
        self.terms.fill(problem, self.par);
        let likelihood = self.terms.log_sum_exps(problem.n);
        let priors = (0..problem.k).map(|component| {
            let (_, _, q, l) = problem.component(component);
            prior(problem.m, problem.gamma, q, l)
        });
        self.value = likelihood - n * log_sum_exp(&problem.alpha) - 0.5 * n * d * core::f64::consts::TAU.ln()
            + priors.sum::<f64>()
            + problem.k as f64 * prior_constant(problem);
        Ok(())
    }

    fn output(&self) -> Value {
        Value::from(self.value)
    }
}

struct Jacobian {
    problem: Problem,
    par: Par,
    terms: Terms,
    alpha: Vec<f64>,
    /// The derivatives by α, μ, q, l of each component.
    components: Vec<f64>,
}

impl Workload for Jacobian {
    fn evaluate(&mut self) -> Result<()> {
        let problem = &self.problem;
        let width = problem.parameters() + 1;
        self.terms.fill(problem, self.par);
        self.terms.differentiate();
        log_sum_exp_gradient(&problem.alpha, &mut self.alpha);
        let (terms, alpha) = (&self.terms, &self.alpha);
        let failure = std::sync::Mutex::new(None);
        // A component's piece is as many components as keep their memory: one tape for all of them on one thread.
        let piece = if self.par == Par::Seq { problem.k } else { 1 };
        self.par.for_each_chunk(&mut self.components, width * piece, |first, out| {
            let mut worker = Worker::new(problem);
            for (i, out) in out.chunks_exact_mut(width).enumerate() {
                let component = first * piece + i;
                let weights = terms.of(component);
                let outcome = worker.differentiate(problem, component, weights, alpha[component], out);
                if let (Err(error), Ok(mut failure)) = (outcome, failure.lock()) {
                    failure.get_or_insert(error);
                }
            }
        });
        match failure.into_inner() {
            Ok(Some(error)) => Err(error),
            _ => Ok(()),
        }
    }

    fn output(&self) -> Value {
        let d = self.problem.d;
        let part = |from: usize, to: usize| -> Value {
            let components = self.components.chunks_exact(self.problem.parameters() + 1);
            components.map(|component| Value::from(component[from..to].to_vec())).collect()
        };
        let alpha: Vec<f64> =
            self.components.iter().copied().step_by(self.problem.parameters() + 1).collect();
        json!({
            "alpha": alpha,
            "mu": part(1, 1 + d),
            "q": part(1 + d, 1 + 2 * d),
            "l": part(1 + 2 * d, self.problem.parameters() + 1),
        })
    }
}

/// The memory of a thread.
struct Worker {
    moments: Moments,
    tape: Tape<Lane<STRIP>>,
    arguments: Vec<Lane<STRIP>>,
    adjoints: Vec<Lane<STRIP>>,
    /// The derivatives by the entries of Q, row after row.
    root: Vec<f64>,
}

impl Worker {
    fn new(problem: &Problem) -> Self {
        Self {
            moments: Moments::new(problem),
            tape: Tape::new(),
            arguments: Vec::new(),
            adjoints: Vec::new(),
            root: vec![0.0; problem.d * problem.d.next_multiple_of(STRIP)],
        }
    }

    /// Writes the derivatives by α, μ, q, l of a component whose main terms have these weights; `share` is the derivative of lse α by its α.
    fn differentiate(
        &mut self,
        problem: &Problem,
        component: usize,
        weights: &[[f64; WIDTH]],
        share: f64,
        out: &mut [f64],
    ) -> Result<()> {
        let (d, n) = (problem.d, problem.n as f64);
        let (_, mu, q, l) = problem.component(component);
        self.moments.fill(problem, mu, weights);
        let (by_alpha, rest) = out.split_at_mut(1);
        let (by_mu, rest) = rest.split_at_mut(d);
        by_mu.fill(0.0);
        for first in (0..d).step_by(STRIP) {
            // Rows of Q have no entries beyond the diagonal.
            let columns = d.min(first + STRIP);
            self.arguments.clear();
            for j in 0..columns {
                let mut column = [0.0; STRIP];
                for (row, entry) in (first..d).zip(&mut column) {
                    *entry = match row.cmp(&j) {
                        Ordering::Less => 0.0,
                        Ordering::Equal => q[j].exp(),
                        Ordering::Greater => l[place(d, row, j)],
                    };
                }
                self.arguments.push(Lane(column));
            }
            self.arguments.resize(2 * columns, Lane([0.0; STRIP]));
            self.adjoints.resize(2 * columns, Lane([0.0; STRIP]));
            let moments = &self.moments;
            let squared_gamma = problem.gamma * problem.gamma;
            self.tape.gradient(
                &self.arguments,
                |all| {
                    simd::dispatch(
                        #[inline(always)]
                        || spread(all, moments, squared_gamma),
                    )
                },
                &mut self.adjoints,
            )?;
            let (root, deltas) = self.adjoints.split_at(columns);
            for (by_mu, delta) in by_mu.iter_mut().zip(deltas) {
                *by_mu += delta.total();
            }
            for (j, column) in root.iter().enumerate() {
                for (row, &entry) in (first..d).zip(&column.0) {
                    self.root[row * d + j] = entry;
                }
            }
        }
        let total = self.moments.total;
        by_alpha[0] = linear(Dual::<f64, 1>::variable(0.0, 0), total, n * share);
        let (by_q, by_l) = rest.split_at_mut(d);
        for (j, (by_q, &q)) in by_q.iter_mut().zip(q).enumerate() {
            *by_q = diagonal(Dual::<f64, 1>::variable(q, 0), total + problem.m, self.root[j * d + j]);
            for row in j + 1..d {
                by_l[place(d, row, j)] = self.root[row * d + j];
            }
        }
        Ok(())
    }
}

/// −½ (tr Q S Qᵀ − 2 QM · Qδ + W |Qδ|²) − ½ γ² ‖Q‖² from the columns of some rows of Q and δ: one number for each row.
#[inline(always)]
fn spread<S: Scalar>(all: &[S], moments: &Moments, squared_gamma: f64) -> S {
    let (columns, delta) = all.split_at(all.len() / 2);
    let d = moments.first.len();
    let zero = S::of(0.0);
    let (mut sum, mut mean, mut shift) = (zero, zero, zero);
    for (i, &column) in columns.iter().enumerate() {
        let own = &moments.second[i * d..];
        // The upper triangle of S is the lower one's mirror image.
        let mut product = S::of(own[i] + squared_gamma) * column;
        for (&other, &moment) in columns[..i].iter().zip(own) {
            product = product + S::of(2.0 * moment) * other;
        }
        sum = sum + column * product;
        mean = mean + S::of(moments.first[i]) * column;
        shift = shift + delta[i] * column;
    }
    S::of(-0.5) * (sum - S::of(2.0) * mean * shift + S::of(moments.total) * shift * shift)
}

/// The derivative by α of W α − n lse α, the latter through its slope.
fn linear(alpha: Dual<f64, 1>, total: f64, share: f64) -> f64 {
    (Dual::constant(total - share) * alpha).derivatives[0]
}

/// The derivative by q of (W + m) q + Q̄ exp q: the diagonal of Q and the logarithm of its determinant.
fn diagonal(q: Dual<f64, 1>, total: f64, adjoint: f64) -> f64 {
    (Dual::constant(total) * q + Dual::constant(adjoint) * q.exp()).derivatives[0]
}

fn example(size: &str) -> Result<Value> {
    let [d, k, n] = crate::self_run::numbers(size)?;
    let mut rng = Streams::new(31337).stream("gmm", 0);
    let mut normals = |height: usize, width: usize| {
        rows(&(0..height * width).map(|_| normal(&mut rng)).collect::<Vec<_>>(), width)
    };
    let (x, q, l, alpha) =
        (normals(n, d), normals(k, d), normals(k, d * d.saturating_sub(1) / 2), normals(1, k));
    let mu: Vec<Vec<f64>> = (0..k).map(|_| (0..d).map(|_| uniform(&mut rng)).collect()).collect();
    let l = if d < 2 { Value::from(vec![Vec::<f64>::new(); k]) } else { l };
    Ok(
        json!({ "d": d, "k": k, "n": n, "x": x, "m": 0, "gamma": 1.0, "mu": mu, "q": q, "l": l, "alpha": alpha[0] }),
    )
}
