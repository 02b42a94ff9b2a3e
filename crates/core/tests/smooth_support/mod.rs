//! Losses, data and references for the tests of linear models: core has no losses of its own.
#![allow(dead_code)]

use faer::Mat;
use thalweg_core::streams::{Streams, normal, uniform};
use thalweg_core::{
    Blocks, Diagonal, Formula, Gradient, Hessian, Penalty, Pointwise, Properties, Real, Scalar,
    ScaledCholesky, Smooth, Step, Target, vector,
};

/// Which textbook loss.
#[derive(Copy, Clone, Debug, PartialEq)]
pub enum Kind {
    Squared,
    Logistic,
    Poisson,
    /// With δ = 1.
    Huber,
}

impl Formula for Kind {
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let (half, one) = (S::of(0.5), S::of(1.0));
        let r = eta - y;
        match self {
            Self::Squared => half * r * r,
            Self::Logistic => (one - y) * eta.softplus() + y * (-eta).softplus(),
            Self::Poisson => eta.exp() - y * eta,
            Self::Huber => S::select(r.abs().le(one), half * r * r, r.abs() - half),
        }
    }
}

fn x_ln_x<T: Real>(x: T) -> T {
    if x > T::ZERO { x * x.ln() } else { T::ZERO }
}

impl<T: Real> Pointwise<T> for Kind {
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let r = eta - y;
        let value = self.eval(y, eta);
        match self {
            Self::Squared => (value, r, T::ONE),
            Self::Logistic => {
                let (p, q) = (eta.sigmoid(), (-eta).sigmoid());
                (value, (T::ONE - y) * p - y * q, p * q)
            }
            Self::Poisson => (value, eta.exp() - y, eta.exp()),
            Self::Huber => {
                let inside = r.abs() <= T::ONE;
                (value, r.max(-T::ONE).min(T::ONE), if inside { T::ONE } else { T::ZERO })
            }
        }
    }

    fn conjugate(&self, y: T, u: T) -> T {
        let v = u + y;
        match self {
            Self::Squared => u * (T::of(0.5) * u + y),
            Self::Logistic if v < T::ZERO || v > T::ONE => T::INFINITY,
            Self::Logistic => x_ln_x(v) + x_ln_x(T::ONE - v),
            Self::Poisson if v < T::ZERO => T::INFINITY,
            Self::Poisson => x_ln_x(v) - v,
            Self::Huber if u.abs() > T::ONE => T::INFINITY,
            Self::Huber => u * (T::of(0.5) * u + y),
        }
    }

    fn properties(&self) -> Properties<T> {
        let (target, self_concordance) = match self {
            Self::Squared => (Target::Real, Some(T::ZERO)),
            Self::Logistic => (Target::UnitInterval, Some(T::ONE)),
            Self::Poisson => (Target::Nonnegative, Some(T::ONE)),
            Self::Huber => (Target::Real, None),
        };
        let smooth = *self != Self::Huber;
        Properties {
            twice_differentiable: smooth,
            self_concordance,
            conjugate_known: true,
            ..Properties::convex(target)
        }
    }
}

/// ½λ‖b‖².
pub struct Ridge;

impl<T: Real> Penalty<T> for Ridge {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }
    fn value(&self, b: &[T], lambda: T) -> T {
        T::of(0.5) * lambda * vector::norm2_squared(b)
    }
    fn prox(&self, _: usize, _: &mut [T], _: Step<'_, T>, _: T) {}
    fn violation(&self, _: usize, _: &[T], _: &[T], _: T) -> T {
        T::ZERO
    }
    fn quadratic_part(&self, lambda: T) -> Option<Diagonal<T>> {
        Some(Diagonal::Uniform(lambda))
    }
    fn is_quadratic(&self) -> bool {
        true
    }
    fn lambda_max(&self, _: &[T]) -> Option<T> {
        None
    }
    fn conjugate(&self, _: &[T], _: T) -> T {
        T::ZERO
    }
    fn dual_scale(&self, _: &[T], _: T) -> T {
        T::ONE
    }
}

/// Random rows of a linear model: X, y, weights (0 among them) and offset.
pub struct Data {
    pub x: Mat<f64>,
    pub y: Vec<f64>,
    pub w: Vec<f64>,
    pub offset: Vec<f64>,
}

impl Data {
    pub fn new(n: usize, p: usize, seed: u64, kind: Kind) -> Self {
        let mut rng = Streams::new(seed).stream("data", 0);
        let x = Mat::from_fn(n, p, |_, _| normal(&mut rng));
        let target = |rng: &mut _| match kind {
            Kind::Squared | Kind::Huber => 2.0 * normal(rng),
            Kind::Logistic => f64::from(uniform(rng) < 0.4),
            Kind::Poisson => (4.0 * uniform(rng)).floor(),
        };
        let y = (0..n).map(|_| target(&mut rng)).collect();
        let w = (0..n).map(|i| [1.0, 2.0, 0.0, 3.0, 1.0][i % 5]).collect();
        let offset = (0..n).map(|_| 0.3 * normal(&mut rng)).collect();
        Self { x, y, w, offset }
    }
}

/// n random coefficients.
pub fn coefficients(n: usize, seed: u64, scale: f64) -> Vec<f64> {
    let mut rng = Streams::new(seed).stream("coefficients", 0);
    (0..n).map(|_| scale * normal(&mut rng)).collect()
}

/// The minimiser of a convex objective by Newton's method with halving, to the last bit that it can.
pub fn minimise(smooth: &mut Smooth<'_, f64>) -> Vec<f64> {
    let q = smooth.design().parameters();
    let (mut x, mut g, mut h) = (vec![0.0; q], vec![0.0; q], Mat::zeros(q, q));
    for _ in 0..200 {
        let value = smooth.value_gradient_hessian(&x, &mut g, h.as_mut()).unwrap();
        for k in 0..q {
            h[(k, k)] += 1e-13;
        }
        let mut cholesky = ScaledCholesky::new(q);
        cholesky.factor(h.as_ref()).expect("the test problem has a definite Hessian");
        let mut d = g.clone();
        cholesky.solve(&mut d);
        let mut t = 1.0;
        let mut next = x.clone();
        let mut other = vec![0.0; q];
        while t > 1e-6 {
            vector::step(&x, -t, &d, &mut next);
            if smooth.value_gradient(&next, &mut other).unwrap() <= value + 1e-15 * value.abs() {
                break;
            }
            t *= 0.5;
        }
        if next == x || t <= 1e-6 {
            break;
        }
        x = next;
    }
    x
}
