//! CMA-ES: a normal distribution of trial points that learns its shape from their ranks. λ values a generation; for rugged, noisy or ill-conditioned functions of up
//! to some hundred parameters.
//!
//! Only the order of values is used: any increasing transformation of F gives the same bits. So do threads and resumption: each generation has a stream of its own.
//!
//! Source: Hansen and Ostermeier, *Completely derandomized self-adaptation in evolution strategies*, Evol. Comput. 9 (2001); Hansen, *The CMA evolution strategy: a
//! tutorial*, arXiv 1604.00772, whose names and default parameters these are.

use thalweg_core::streams::{Streams, normal};
use thalweg_core::{
    Archive, Checkpoint, Eigen, Halt, Iterate, Minimizer, Objective, Real, Result, StepInfo, vector,
    visit_real, visit_slice,
};

use super::{DerivativeFreeEntry, MakeDerivativeFree, info, value};

/// Options of CMA-ES.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct CmaEs {
    /// σ, the first standard deviation of every coordinate: about a quarter of where the minimum may lie. Default 0.5.
    pub sigma: f64,
    /// λ, points a generation; `None` is 4 + ⌊3 ln n⌋. Default `None`.
    pub population: Option<usize>,
    /// Of all random numbers. Default 0.
    pub seed: u64,
    /// The search ends when σ times the largest standard deviation falls below this share of its first value, or the values of a generation no longer differ. Default
    /// 1e-12.
    pub tolerance: f64,
}

impl Default for CmaEs {
    fn default() -> Self {
        Self { sigma: 0.5, population: None, seed: 0, tolerance: 1e-12 }
    }
}

pub(crate) const ENTRY: DerivativeFreeEntry = DerivativeFreeEntry {
    name: "cma-es",
    summary: "a population whose covariance adapts; needs the order of values alone, up to some hundred parameters",
    parameters: &[],
    example: "cma-es",
    make: MakeDerivativeFree {
        f64: |driver, objective, x0| driver.minimize(&CmaEs::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&CmaEs::default(), objective, x0),
    },
};

/// The strategy's parameters, functions of n and λ (tutorial, table 1, with positive weights).
#[derive(Clone, Debug)]
struct Strategy<T> {
    weights: Vec<T>,
    mu_eff: T,
    cc: T,
    cs: T,
    c1: T,
    cmu: T,
    damping: T,
    /// E‖N(0, I)‖.
    chi: T,
    /// Generations between factorisations of C.
    lag: u64,
}

impl<T: Real> Strategy<T> {
    fn new(n: usize, lambda: usize) -> Self {
        let mu = lambda / 2;
        let raw: Vec<f64> = (1..=mu).map(|i| ((lambda as f64 + 1.0) / 2.0).ln() - (i as f64).ln()).collect();
        let (sum, squares) = (raw.iter().sum::<f64>(), raw.iter().map(|w| w * w).sum::<f64>());
        let (mu_eff, n) = (sum * sum / squares, n as f64);
        let cc = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n);
        let cs = (mu_eff + 2.0) / (n + mu_eff + 5.0);
        let c1 = 2.0 / ((n + 1.3).powi(2) + mu_eff);
        let cmu = (1.0 - c1).min(2.0 * (mu_eff - 2.0 + 1.0 / mu_eff) / ((n + 2.0).powi(2) + mu_eff));
        let damping = 1.0 + 2.0 * (((mu_eff - 1.0) / (n + 1.0)).sqrt() - 1.0).max(0.0) + cs;
        Self {
            weights: raw.iter().map(|w| T::of(w / sum)).collect(),
            mu_eff: T::of(mu_eff),
            cc: T::of(cc),
            cs: T::of(cs),
            c1: T::of(c1),
            cmu: T::of(cmu),
            damping: T::of(damping),
            chi: T::of(n.sqrt() * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n))),
            lag: (1.0 / ((c1 + cmu) * n * 10.0)).floor().max(1.0) as u64,
        }
    }
}

/// The distribution and its history.
pub struct State<T: Real> {
    strategy: Strategy<T>,
    mean: Vec<T>,
    sigma: T,
    /// C, p_c and p_σ.
    c: Vec<T>,
    pc: Vec<T>,
    ps: Vec<T>,
    /// B column by column, and D: C = BD²Bᵀ at the last factorisation.
    b: Vec<T>,
    d: Vec<T>,
    generation: u64,
    /// The best point of the last generation.
    best: Vec<T>,
    value: T,
    /// Scratch: y = BDz of every point, values, ranks, a point, the weighted mean step.
    eigen: Eigen<T>,
    y: Vec<T>,
    values: Vec<T>,
    ranks: Vec<usize>,
    point: Vec<T>,
    step: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        let vectors = [
            &mut self.mean,
            &mut self.c,
            &mut self.pc,
            &mut self.ps,
            &mut self.b,
            &mut self.d,
            &mut self.best,
        ];
        for v in vectors {
            visit_slice(archive, "distribution", v)?;
        }
        visit_real(archive, "sigma", &mut self.sigma)?;
        visit_real(archive, "value", &mut self.value)?;
        archive.count("generation", &mut self.generation)
    }
}

impl<T: Real> State<T> {
    /// Draws a generation and evaluates it.
    fn sample(&mut self, objective: &mut (impl Objective<T> + ?Sized), seed: u64) -> Result<(), Halt> {
        let n = self.mean.len();
        let mut rng = Streams::new(seed).stream("cma-es", self.generation);
        for (k, y) in self.y.chunks_exact_mut(n).enumerate() {
            y.fill(T::ZERO);
            for (column, d) in self.b.chunks_exact(n).zip(&self.d) {
                vector::axpy(*d * T::of(normal(&mut rng)), column, y);
            }
            vector::step(&self.mean, self.sigma, y, &mut self.point);
            self.values[k] = value(objective, &self.point)?;
        }
        // Equals keep their order.
        self.ranks.iter_mut().enumerate().for_each(|(k, rank)| *rank = k);
        let values = &self.values;
        self.ranks.sort_unstable_by(|a, b| {
            values[*a].partial_cmp(&values[*b]).unwrap_or(core::cmp::Ordering::Equal).then(a.cmp(b))
        });
        Ok(())
    }

    /// Moves the mean, the paths, C and σ.
    fn learn(&mut self) {
        let n = self.mean.len();
        let Strategy { weights, mu_eff, cc, cs, c1, cmu, damping, chi, .. } = &self.strategy;
        self.step.fill(T::ZERO);
        for (w, k) in weights.iter().zip(&self.ranks) {
            vector::axpy(*w, &self.y[k * n..(k + 1) * n], &mut self.step);
        }
        vector::axpy(self.sigma, &self.step, &mut self.mean);
        // p_σ gets C^(−½) = BD⁻¹Bᵀ of the step.
        vector::scale(T::ONE - *cs, &mut self.ps);
        let gain = (*cs * (T::of(2.0) - *cs) * *mu_eff).sqrt();
        for (column, d) in self.b.chunks_exact(n).zip(&self.d) {
            vector::axpy(gain * vector::dot(column, &self.step) / *d, column, &mut self.ps);
        }
        let length = vector::norm2(&self.ps);
        let age = T::of(2.0 * (self.generation + 1) as f64);
        let fresh = (T::ONE - (T::ONE - *cs).powf(age)).sqrt();
        let stalls = length / fresh >= (T::of(1.4) + T::of(2.0 / (n as f64 + 1.0))) * *chi;
        vector::scale(T::ONE - *cc, &mut self.pc);
        let lost = if stalls {
            *cc * (T::of(2.0) - *cc)
        } else {
            vector::axpy((*cc * (T::of(2.0) - *cc) * *mu_eff).sqrt(), &self.step, &mut self.pc);
            T::ZERO
        };
        vector::scale(T::ONE + *c1 * lost - *c1 - *cmu, &mut self.c);
        for (j, column) in self.c.chunks_exact_mut(n).enumerate() {
            vector::axpy(*c1 * self.pc[j], &self.pc, column);
            for (w, k) in weights.iter().zip(&self.ranks) {
                let y = &self.y[k * n..(k + 1) * n];
                vector::axpy(*cmu * *w * y[j], y, column);
            }
        }
        self.sigma *= ((*cs / *damping) * (length / *chi - T::ONE)).min(T::ONE).exp();
    }

    /// B and D of C as it is.
    fn factorise(&mut self) -> Result<(), Halt> {
        let n = self.mean.len();
        let flat = self.eigen.factor(&self.c).map_err(Halt::Input)?;
        if !flat || !(0..n).all(|i| self.eigen.value(i) > T::ZERO) {
            return Err(Halt::Stalled("the covariance of the population is singular"));
        }
        for i in 0..n {
            self.d[i] = self.eigen.value(i).sqrt();
            self.b[i * n..(i + 1) * n].copy_from_slice(self.eigen.vector(i));
        }
        Ok(())
    }
}

impl<T: Real, O: Objective<T> + ?Sized> Minimizer<T, O> for CmaEs {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let n = x0.len();
        let lambda = self.population.unwrap_or(4 + (3.0 * (n.max(1) as f64).ln()) as usize).max(4);
        let zeros = |n: usize| vec![T::ZERO; n];
        let value = value(objective, x0)?;
        if !value.is_finite() || n == 0 {
            return Err(Halt::NonFinite("the objective at the start"));
        }
        let mut s = State {
            strategy: Strategy::new(n, lambda),
            mean: x0.to_vec(),
            sigma: T::of(self.sigma),
            c: zeros(n * n),
            pc: zeros(n),
            ps: zeros(n),
            b: zeros(n * n),
            d: vec![T::ONE; n],
            generation: 0,
            best: x0.to_vec(),
            value,
            eigen: Eigen::new(n),
            y: zeros(n * lambda),
            values: zeros(lambda),
            ranks: (0..lambda).collect(),
            point: zeros(n),
            step: zeros(n),
        };
        for i in 0..n {
            (s.c[i * n + i], s.b[i * n + i]) = (T::ONE, T::ONE);
        }
        Ok(s)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        let (n, before) = (s.mean.len(), s.value);
        let reach = s.sigma * s.d.iter().fold(T::ZERO, |m, d| m.max(*d));
        if reach <= T::of(self.tolerance * self.sigma) || !reach.is_finite() {
            return Err(Halt::Stalled("the population has shrunk to the tolerance"));
        }
        s.sample(objective, self.seed)?;
        let [first, last] = [s.ranks[0], s.ranks[s.ranks.len() - 1]];
        if s.values[first] == s.values[last] {
            return Err(Halt::Stalled("all values of a generation are equal"));
        }
        vector::step(&s.mean, s.sigma, &s.y[first * n..(first + 1) * n], &mut s.best);
        s.value = s.values[first];
        s.learn();
        s.generation += 1;
        if s.generation.is_multiple_of(s.strategy.lag) {
            s.factorise()?;
        }
        Ok(info(before, s.value, reach))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: &s.best, value: s.value, gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}
