//! `gmm`: the log-posterior density of a mixture of k Gaussians in d dimensions at n points, and its gradient.
//!
//! With Q the lower triangle of exp(q) on the diagonal and l below it, column after column, a component's main term at x is
//! α + Σq − ½ |Q (x − μ)|². The objective is Σᵢ lse(main terms of xᵢ) − n lse(α) − ½ n d ln 2π plus the Wishart log-density of each QᵀQ: m Σq − ½ γ² ‖Q‖² + c.
//!
//! The value takes the points sixteen at a time. The gradient has three kinds of blocks, joined by the chain rule: the weights of the main terms
//! at a point, from dual numbers through lse; the sum of a component's main terms with those weights, a program of its parameters
//! over the columns of the points, whose reverse sweep is summed before it goes through Q; and the prior, a program of q and l.
//!
//! Source: Šrajer, Kukelova and Fitzgibbon (2018), section 4.1.

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Kernel, Program, Scalar, Traced, k};
use thalweg_core::math::ln_gamma;
use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{Error, Par, Result, check_shape, simd};

use super::Evaluation;
use super::lse::{log_sum_exp, log_sum_exp_gradient};
use crate::lane::Lane;
use crate::workload::{Settings, Workload, flat, read, rows};

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
            prior: vec![0.0; problem.parameters()],
            problem,
            settings,
            terms,
            kernels: None,
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

/// A component's main term at a point: α + Σq − ½ |Q (x − μ)|².
fn main_term<S: Scalar>(alpha: S, mu: &[S], q: &[S], l: &[S], x: &[S]) -> S {
    let d = mu.len();
    let centred: Vec<S> = x.iter().zip(mu).map(|(&x, &mu)| x - mu).collect();
    let mut squares = S::of(0.0);
    let mut total = alpha;
    for i in 0..d {
        let below = (0..i).map(|j| l[place(d, i, j)] * centred[j]);
        let y = below.fold(q[i].exp() * centred[i], |sum, term| sum + term);
        squares = squares + y * y;
        total = total + q[i];
    }
    total - k(0.5) * squares
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

/// The main terms of all points and components: plain floating-point code.
struct Terms {
    /// One component after the other, its points filled up to whole vectors.
    terms: Vec<[f64; WIDTH]>,
    /// Vectors of points.
    vectors: usize,
}

impl Terms {
    fn new(problem: &Problem) -> Self {
        let vectors = problem.n.div_ceil(WIDTH);
        Self { terms: vec![[0.0; WIDTH]; vectors * problem.k], vectors }
    }

    fn fill(&mut self, problem: &Problem, par: Par) {
        let vectors = self.vectors;
        par.for_each_chunk(&mut self.terms, vectors, |component, terms| {
            let (alpha, mu, q, l) = problem.component(component);
            let root = root(q, l);
            let constant = alpha + q.iter().sum::<f64>();
            simd::dispatch(
                #[inline(always)]
                || distances(problem, mu, &root, constant, terms),
            );
        });
    }
}

/// Q, row after row, of a multiple of [`ROWS`] rows.
fn root(q: &[f64], l: &[f64]) -> Vec<f64> {
    let d = q.len();
    let mut root = vec![0.0; d * d.next_multiple_of(ROWS)];
    for i in 0..d {
        for j in 0..i {
            root[i * d + j] = l[place(d, i, j)];
        }
        root[i * d + i] = q[i].exp();
    }
    root
}

/// constant − ½ |Q (x − μ)|² for the points of each vector.
#[inline(always)]
fn distances(problem: &Problem, mu: &[f64], root: &[f64], constant: f64, terms: &mut [[f64; WIDTH]]) {
    let (d, n) = (problem.d, problem.n);
    let mut centred = vec![[0.0; WIDTH]; d];
    for (vector, out) in terms.iter_mut().enumerate() {
        let first = vector * WIDTH;
        let here = WIDTH.min(n - first);
        for j in 0..d {
            let column = &problem.x[j * n + first..][..here];
            for (centred, &x) in centred[j].iter_mut().zip(column) {
                *centred = x - mu[j];
            }
        }
        let mut squares = [0.0; WIDTH];
        for i in (0..d).step_by(ROWS) {
            let mut y = [[0.0; WIDTH]; ROWS];
            // Entries above the diagonal are 0.
            for (j, centred) in centred[..d.min(i + ROWS)].iter().enumerate() {
                for r in 0..ROWS {
                    let entry = root[(i + r) * d + j];
                    for lane in 0..WIDTH {
                        y[r][lane] = entry.mul_add(centred[lane], y[r][lane]);
                    }
                }
            }
            for y in &y {
                for lane in 0..WIDTH {
                    squares[lane] = y[lane].mul_add(y[lane], squares[lane]);
                }
            }
        }
        for lane in 0..WIDTH {
            out[lane] = constant - 0.5 * squares[lane];
        }
    }
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

impl Terms {
    /// Σᵢ lse of the main terms of point i.
    fn log_sum_exps(&self, n: usize) -> f64 {
        simd::dispatch(
            #[inline(always)]
            || {
                let mut own = vec![Lane([0.0; WIDTH]); self.terms.len() / self.vectors];
                let mut total = 0.0;
                for vector in 0..self.vectors {
                    for (component, own) in own.iter_mut().enumerate() {
                        *own = Lane(self.terms[component * self.vectors + vector]);
                    }
                    let values = log_sum_exp(&own);
                    for &value in &values.0[..WIDTH.min(n - vector * WIDTH)] {
                        total += value;
                    }
                }
                total
            },
        )
    }

    /// Puts in the place of each main term the derivative of its point's lse.
    fn differentiate(&mut self) {
        simd::dispatch(
            #[inline(always)]
            || {
                let mut own = vec![Lane([0.0; WIDTH]); self.terms.len() / self.vectors];
                let mut weights = own.clone();
                for vector in 0..self.vectors {
                    for (component, own) in own.iter_mut().enumerate() {
                        *own = Lane(self.terms[component * self.vectors + vector]);
                    }
                    log_sum_exp_gradient(&own, &mut weights);
                    for (component, weights) in weights.iter().enumerate() {
                        self.terms[component * self.vectors + vector] = weights.0;
                    }
                }
            },
        );
    }
}

/// The programs of one component: they depend on d alone.
struct Kernels {
    /// The weighted sum of main terms of the parameters α, μ, q, l, and the columns x and the weight.
    likelihood: Kernel<f64>,
    /// The prior of the parameters m, γ, q, l.
    prior: Kernel<f64>,
}

impl Kernels {
    fn compile(d: usize) -> Result<Self> {
        let below = d * (d - 1) / 2;
        let likelihood = Program::trace(1 + 2 * d + below, d + 1, |p, row| {
            let (mu, q, l) = (&p[1..=d], &p[1 + d..=2 * d], &p[1 + 2 * d..]);
            row[d] * main_term(p[0], mu, q, l, &row[..d])
        })?;
        let prior = Program::trace(2 + d + below, 0, |p: &[Traced<'_>], _| {
            prior(p[0], p[1], &p[2..2 + d], &p[2 + d..])
        })?;
        Ok(Self {
            likelihood: likelihood.gradient()?.total()?.compile()?,
            prior: prior.gradient()?.compile()?,
        })
    }
}

struct Jacobian {
    problem: Problem,
    settings: Settings,
    terms: Terms,
    kernels: Option<Kernels>,
    alpha: Vec<f64>,
    /// The derivatives by α, μ, q, l of each component.
    components: Vec<f64>,
    prior: Vec<f64>,
}

impl Workload for Jacobian {
    fn prepare(&mut self) -> Result<()> {
        if self.settings.replays() {
            self.kernels = Some(Kernels::compile(self.problem.d)?);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<()> {
        let (problem, par) = (&self.problem, self.settings.par());
        let Problem { d, n, .. } = *problem;
        let mut recorded = None;
        let kernels = match &mut self.kernels {
            Some(kernels) => kernels,
            None => recorded.insert(Kernels::compile(d)?),
        };
        self.terms.fill(problem, par);
        self.terms.differentiate();
        log_sum_exp_gradient(&problem.alpha, &mut self.alpha);
        let mut columns: Vec<&[f64]> = problem.x.chunks_exact(n).collect();
        columns.push(&[]);
        let width = problem.parameters() + 1;
        let mut results = vec![0.0; width + 1];
        let mut arguments = Vec::with_capacity(width);
        let vectors = self.terms.terms.chunks_exact(self.terms.vectors);
        for (component, (weights, out)) in vectors.zip(self.components.chunks_exact_mut(width)).enumerate() {
            let (alpha, mu, q, l) = problem.component(component);
            arguments.clear();
            arguments.push(alpha);
            arguments.extend(mu.iter().chain(q).chain(l));
            columns[d] = &weights.as_flattened()[..n];
            kernels.likelihood.total(par, &arguments, &columns, &mut results)?;
            out.copy_from_slice(&results[1..]);
            out[0] -= n as f64 * self.alpha[component];
            arguments.truncate(0);
            arguments.extend([problem.m, problem.gamma].iter().chain(q).chain(l));
            self.prior.resize(arguments.len() + 1, 0.0);
            kernels.prior.call(&arguments, &mut self.prior)?;
            for (out, prior) in out[1 + d..].iter_mut().zip(&self.prior[3..]) {
                *out += prior;
            }
        }
        Ok(())
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
