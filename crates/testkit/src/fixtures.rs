//! What the laws of optimizers run on: a logistic regression on synthetic data, a penalty with a simple prox, and a
//! constraint.

use thalweg_core::{
    Blocks, Cost, Design, Diagonal, Formula, Par, Penalty, Pointwise, Properties, Real, Result, Scalar,
    Smooth, Step, Target, Vertex, interop,
};
use thalweg_problems::linear::{Kind, Linear, synthetic};

/// ln(1 + e^η) − yη, in its plainest form.
#[derive(Copy, Clone, Debug)]
pub struct LogLoss;

impl Formula for LogLoss {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        eta.softplus() - y * eta
    }
}

impl<T: Real> Pointwise<T> for LogLoss {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let p = eta.sigmoid();
        (eta.softplus() - y * eta, p - y, p * (-eta).sigmoid())
    }

    #[inline(always)]
    fn conjugate(&self, y: T, u: T) -> T {
        let v = u + y;
        let entropy = |v: T| T::select(v.le(T::ZERO), T::ZERO, v * v.ln());
        T::select(T::ZERO.le(v) & v.le(T::ONE), entropy(v) + entropy(T::ONE - v), T::INFINITY)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            curvature_bound: Some(T::of(0.25)),
            conjugate_known: true,
            ..Properties::convex(Target::UnitInterval)
        }
    }
}

/// Data of a logistic regression, with weights.
#[derive(Clone, Debug)]
pub struct Logistic<T> {
    n: usize,
    p: usize,
    x: Vec<T>,
    y: Vec<T>,
    weights: Vec<T>,
}

impl<T: Real> Logistic<T> {
    /// n rows and p predictors.
    #[must_use]
    pub fn new(n: usize, p: usize, seed: u64) -> Self {
        let Linear { x, y, .. } = synthetic(n, p, seed, Kind::Logistic);
        let convert = |v: Vec<f64>| v.into_iter().map(T::of).collect();
        let weights = (0..n).map(|i| T::of(0.5 + (i % 3) as f64)).collect();
        Self { n, p, x: convert(x), y: convert(y), weights }
    }

    /// The number of parameters of [`Logistic::with`]'s objective.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.p + 1
    }

    /// Runs `f` on the smooth objective, with intercept.
    ///
    /// # Errors
    /// Data that the model refuses: none that [`Logistic::new`] makes from n > 0.
    pub fn with<R>(&self, par: Par, f: impl FnOnce(&mut Smooth<'_, T>) -> R) -> Result<R> {
        let design = Design::new(interop::column_major(&self.x, self.n, self.p)?)?.with_intercept();
        let datafit = Cost::new(&LogLoss, &self.y)?.with_weights(&self.weights)?;
        let mut smooth = Smooth::new(&design, &datafit)?.with_par(par);
        Ok(f(&mut smooth))
    }
}

/// λ‖b‖₁, in its plainest form.
#[derive(Copy, Clone, Debug)]
pub struct Shrink;

impl<T: Real> Penalty<T> for Shrink {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }
    fn value(&self, b: &[T], lambda: T) -> T {
        lambda * b.iter().map(|b| b.abs()).sum::<T>()
    }
    fn prox(&self, _: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        for (i, v) in v.iter_mut().enumerate() {
            let size = (v.abs() - step.at(i) * lambda).max(T::ZERO);
            *v = if *v < T::ZERO { -size } else { size };
        }
    }
    fn violation(&self, _: usize, b: &[T], g: &[T], lambda: T) -> T {
        let distance = |b: T, g: T| match b {
            b if b > T::ZERO => (g + lambda).abs(),
            b if b < T::ZERO => (g - lambda).abs(),
            _ => (g.abs() - lambda).max(T::ZERO),
        };
        b.iter().zip(g).map(|(b, g)| distance(*b, *g).square()).sum::<T>().sqrt()
    }
    fn quadratic_part(&self, _: T) -> Option<Diagonal<T>> {
        None
    }
    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        Some(thalweg_core::vector::norm_inf(g0))
    }
    fn conjugate(&self, v: &[T], lambda: T) -> T {
        if thalweg_core::vector::norm_inf(v) <= lambda { T::ZERO } else { T::INFINITY }
    }
    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        let largest = thalweg_core::vector::norm_inf(v);
        if largest <= lambda { T::ONE } else { lambda / largest * (T::ONE - T::EPSILON) }
    }
}

/// 0 where every |bⱼ| ≤ r, +∞ elsewhere, in its plainest form.
#[derive(Copy, Clone, Debug)]
pub struct Within {
    /// r.
    pub radius: f64,
}

impl<T: Real> Penalty<T> for Within {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }
    fn value(&self, b: &[T], _: T) -> T {
        if thalweg_core::vector::norm_inf(b) <= T::of(self.radius) { T::ZERO } else { T::INFINITY }
    }
    fn prox(&self, _: usize, v: &mut [T], _: Step<'_, T>, _: T) {
        let radius = T::of(self.radius);
        v.iter_mut().for_each(|v| *v = v.max(-radius).min(radius));
    }
    fn violation(&self, _: usize, b: &[T], g: &[T], _: T) -> T {
        let radius = T::of(self.radius);
        let one = |(b, g): (&T, &T)| match *b {
            b if b.abs() > radius => T::INFINITY,
            b if b == radius => g.max(T::ZERO),
            b if b == -radius => (-*g).max(T::ZERO),
            _ => g.abs(),
        };
        b.iter().zip(g).map(|pair| one(pair).square()).sum::<T>().sqrt()
    }
    fn quadratic_part(&self, _: T) -> Option<Diagonal<T>> {
        None
    }
    fn is_constraint(&self) -> bool {
        true
    }
    fn in_support(&self, _: usize, b: &[T], _: T) -> bool {
        b.iter().any(|b| b.abs() < T::of(self.radius))
    }
    fn lambda_max(&self, _: &[T]) -> Option<T> {
        None
    }
    fn conjugate(&self, v: &[T], _: T) -> T {
        T::of(self.radius) * thalweg_core::vector::norm1(v)
    }
    fn dual_scale(&self, _: &[T], _: T) -> T {
        T::ONE
    }
    fn linear_minimizer(&self, _: usize, g: &[T], s: &mut [T]) -> Vertex {
        for (s, g) in s.iter_mut().zip(g) {
            *s = T::of(if *g > T::ZERO { -self.radius } else { self.radius });
        }
        Vertex::Point
    }
}
