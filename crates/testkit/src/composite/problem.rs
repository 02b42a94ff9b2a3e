//! [`Problem`]: penalised linear models with plain losses and penalties, which the laws solve.

use thalweg_core::{
    Blocks, Cost, Design, Diagonal, Formula, Loss, Par, Penalised, Penalty, Pointwise, Properties, Real,
    Result, Scalar, Step, Target, interop,
};
use thalweg_problems::linear::{Kind, synthetic};

use crate::fixtures::LogLoss;

/// ½(η − y)², in its plainest form.
#[derive(Copy, Clone, Debug)]
pub struct Half;

impl Formula for Half {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        S::of(0.5) * (eta - y).square()
    }
}

impl<T: Real> Pointwise<T> for Half {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        (self.eval(y, eta), eta - y, T::ONE)
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        u * (T::of(0.5) * u + y)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            curvature_bound: Some(T::ONE),
            strong_convexity: T::ONE,
            conjugate_known: true,
            ..Properties::convex(Target::Real)
        }
    }
}

/// λ(α|b|₁ + ½(1 − α)|b|²), coefficient by coefficient.
#[derive(Copy, Clone, Debug)]
pub struct Net {
    /// The share of the L1 norm.
    pub alpha: f64,
}

impl<T: Real> Penalty<T> for Net {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        let (s, d) = self.shares(lambda);
        b.iter().map(|b| s * b.abs() + T::of(0.5) * d * *b * *b).sum()
    }

    fn prox(&self, _: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let (s, d) = self.shares(lambda);
        for (i, v) in v.iter_mut().enumerate() {
            let t = step.at(i);
            *v = (*v - v.max(-(s * t)).min(s * t)) / (T::ONE + d * t);
        }
    }

    fn violation(&self, _: usize, b: &[T], g: &[T], lambda: T) -> T {
        let (s, d) = self.shares(lambda);
        let one = |(b, g): (&T, &T)| match *b {
            b if b > T::ZERO => *g + d * b + s,
            b if b < T::ZERO => *g + d * b - s,
            _ => (g.abs() - s).max(T::ZERO),
        };
        b.iter().zip(g).map(one).map(|v: T| v * v).sum::<T>().sqrt()
    }

    fn quadratic_part(&self, lambda: T) -> Option<Diagonal<T>> {
        Some(Diagonal::Uniform(self.shares(lambda).1))
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        (self.alpha > 0.0).then(|| thalweg_core::vector::norm_inf(g0) / T::of(self.alpha))
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        let (s, d) = self.shares(lambda);
        let over = v.iter().map(|v| (v.abs() - s).max(T::ZERO));
        if d > T::ZERO {
            over.map(|o| T::of(0.5) * o * o / d).sum()
        } else if over.fold(T::ZERO, |a, b| a.max(b)) > T::ZERO {
            T::INFINITY
        } else {
            T::ZERO
        }
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        let (s, d) = self.shares(lambda);
        let largest = thalweg_core::vector::norm_inf(v);
        if d > T::ZERO || largest <= s { T::ONE } else { s / largest * (T::ONE - T::of(4.0) * T::EPSILON) }
    }
}

impl Net {
    fn shares<T: Real>(&self, lambda: T) -> (T, T) {
        (lambda * T::of(self.alpha), lambda * T::of(1.0 - self.alpha))
    }
}

/// A penalised linear model: data and what to minimise.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The name violations are reported under.
    pub name: &'static str,
    /// The number of rows.
    pub n: usize,
    /// The number of predictors.
    pub p: usize,
    /// X, column-major.
    pub x: Vec<f64>,
    /// The targets.
    pub y: Vec<f64>,
    /// Row weights.
    pub weights: Option<Vec<f64>>,
    /// A known part of the linear predictor.
    pub offset: Option<Vec<f64>>,
    /// Whether there is an intercept.
    pub intercept: bool,
    /// Logistic loss rather than squared.
    pub logistic: bool,
    /// α of the elastic net.
    pub alpha: f64,
    /// λ.
    pub lambda: f64,
}

impl Problem {
    /// Squared loss with an L1 penalty on data of row-major rows, nothing else.
    #[must_use]
    pub fn lasso(name: &'static str, rows: &[&[f64]], y: &[f64], lambda: f64) -> Self {
        let (n, p) = (rows.len(), rows.first().map_or(0, |row| row.len()));
        let x = (0..n * p).map(|k| rows[k % n][k / n]).collect();
        Self {
            name,
            n,
            p,
            x,
            y: y.to_vec(),
            weights: None,
            offset: None,
            intercept: false,
            logistic: false,
            alpha: 1.0,
            lambda,
        }
    }

    /// Seeded data with weights, offset and intercept.
    #[must_use]
    pub fn synthetic(
        name: &'static str,
        n: usize,
        p: usize,
        logistic: bool,
        alpha: f64,
        lambda: f64,
    ) -> Self {
        let data = synthetic(n, p, 7, if logistic { Kind::Logistic } else { Kind::Squared });
        Self {
            name,
            n,
            p,
            x: data.x,
            y: data.y,
            weights: Some((0..n).map(|i| 0.5 + (i % 3) as f64).collect()),
            offset: Some((0..n).map(|i| 0.3 * ((i % 5) as f64 - 2.0)).collect()),
            intercept: true,
            logistic,
            alpha,
            lambda,
        }
    }

    /// The number of parameters.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.p + usize::from(self.intercept)
    }

    /// Runs `f` on the objective in either precision.
    ///
    /// # Errors
    /// Data that the model refuses.
    pub fn with<T: Real, R>(&self, par: Par, f: impl FnOnce(&mut Penalised<'_, T>) -> R) -> Result<R> {
        let convert = |v: &[f64]| v.iter().map(|v| T::of(*v)).collect::<Vec<T>>();
        let (x, y) = (convert(&self.x), convert(&self.y));
        let (weights, offset) = (self.weights.as_deref().map(convert), self.offset.as_deref().map(convert));
        let design = Design::new(interop::column_major(&x, self.n, self.p)?)?;
        let design = if self.intercept { design.with_intercept() } else { design };
        let loss: &dyn Loss<T> = if self.logistic { &LogLoss } else { &Half };
        let mut datafit = Cost::new(loss, &y)?;
        if let Some(weights) = &weights {
            datafit = datafit.with_weights(weights)?;
        }
        if let Some(offset) = &offset {
            datafit = datafit.with_offset(offset)?;
        }
        let net = Net { alpha: self.alpha };
        let mut objective = Penalised::new(&design, &datafit, &net, T::of(self.lambda))?.with_par(par);
        Ok(f(&mut objective))
    }

    fn weight(&self, i: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[i])
    }

    /// The linear predictor of row i.
    fn eta(&self, b: &[f64], i: usize) -> f64 {
        let (intercept, b) = b.split_at(usize::from(self.intercept));
        let start = self.offset.as_ref().map_or(0.0, |o| o[i]) + intercept.first().unwrap_or(&0.0);
        b.iter().enumerate().fold(start, |eta, (j, b)| eta + b * self.x[j * self.n + i])
    }

    /// (value, slope) of row i's loss.
    fn row(&self, b: &[f64], i: usize) -> (f64, f64) {
        let (eta, y) = (self.eta(b, i), self.y[i]);
        if self.logistic {
            (Scalar::softplus(eta) - y * eta, Scalar::sigmoid(eta) - y)
        } else {
            (0.5 * (eta - y).powi(2), eta - y)
        }
    }

    /// F by the definition, row by row.
    #[must_use]
    pub fn value(&self, b: &[f64]) -> f64 {
        let total: f64 = (0..self.n).map(|i| self.weight(i)).sum();
        let mean = (0..self.n).map(|i| self.weight(i) * self.row(b, i).0).sum::<f64>() / total;
        let coefficients = &b[usize::from(self.intercept)..];
        mean + Penalty::<f64>::value(&Net { alpha: self.alpha }, coefficients, self.lambda)
    }

    /// ∇f by the definition, row by row.
    #[must_use]
    pub fn gradient(&self, b: &[f64]) -> Vec<f64> {
        let total: f64 = (0..self.n).map(|i| self.weight(i)).sum();
        let mut g = vec![0.0; b.len()];
        for i in 0..self.n {
            let slope = self.weight(i) * self.row(b, i).1 / total;
            let first = usize::from(self.intercept);
            if first == 1 {
                g[0] += slope;
            }
            for j in 0..self.p {
                g[first + j] += slope * self.x[j * self.n + i];
            }
        }
        g
    }

    /// The largest violation of the optimality conditions by the definition.
    #[must_use]
    pub fn violation(&self, b: &[f64]) -> f64 {
        let (g, first) = (self.gradient(b), usize::from(self.intercept));
        let net = Net { alpha: self.alpha };
        let one = |k: usize| match k.checked_sub(first) {
            None => g[k].abs(),
            Some(j) => net.violation(j, &b[k..=k], &g[k..=k], self.lambda),
        };
        (0..b.len()).map(one).fold(0.0, f64::max)
    }

    /// A point whose value is within rounding of the minimum, by proximal coordinate steps with the loss's curvature bound: slow and plain.
    #[must_use]
    pub fn reference(&self) -> Vec<f64> {
        let total: f64 = (0..self.n).map(|i| self.weight(i)).sum();
        let (first, bound) = (usize::from(self.intercept), if self.logistic { 0.25 } else { 1.0 });
        let column = |k: usize, i: usize| k.checked_sub(first).map_or(1.0, |j| self.x[j * self.n + i]);
        let mut b = vec![0.0; self.dim()];
        let mut eta: Vec<f64> = (0..self.n).map(|i| self.eta(&b, i)).collect();
        let curvature: Vec<f64> = (0..b.len())
            .map(|k| bound * (0..self.n).map(|i| self.weight(i) * column(k, i).powi(2)).sum::<f64>() / total)
            .collect();
        for _ in 0..20_000 {
            let mut moved = 0.0_f64;
            for k in 0..b.len() {
                let slope = |i: usize| {
                    if self.logistic { Scalar::sigmoid(eta[i]) - self.y[i] } else { eta[i] - self.y[i] }
                };
                let g = (0..self.n).map(|i| self.weight(i) * slope(i) * column(k, i)).sum::<f64>() / total;
                let step = if curvature[k] > 0.0 { 1.0 / curvature[k] } else { continue };
                let mut new = [b[k] - g * step];
                if k >= first {
                    Net { alpha: self.alpha }.prox(0, &mut new, Step::Scalar(step), self.lambda);
                }
                let change = new[0] - b[k];
                if change != 0.0 {
                    (0..self.n).for_each(|i| eta[i] += change * column(k, i));
                    moved = moved.max(change.abs());
                    b[k] = new[0];
                }
            }
            if moved <= 1e-15 {
                break;
            }
        }
        b
    }
}

/// The problems of the laws: both losses, penalties from lasso to ridge, fewer and more columns than rows, with and without intercept.
#[must_use]
pub fn problems() -> Vec<Problem> {
    let plain = |problem: Problem| Problem { weights: None, offset: None, intercept: false, ..problem };
    vec![
        Problem::synthetic("lasso", 60, 8, false, 1.0, 0.1),
        Problem::synthetic("elastic net", 60, 8, false, 0.4, 0.3),
        Problem::synthetic("sparse logistic", 80, 6, true, 1.0, 0.03),
        Problem::synthetic("logistic elastic net", 80, 6, true, 0.5, 0.05),
        plain(Problem::synthetic("wide lasso", 30, 150, false, 1.0, 0.12)),
        Problem::synthetic("wide logistic", 40, 130, true, 1.0, 0.04),
        plain(Problem::synthetic("ridge", 50, 5, false, 0.0, 0.2)),
    ]
}
