//! A convex quadratic of given condition: the problem on which every rate of convergence is stated.
//!
//! Source: Nocedal and Wright, *Numerical Optimization*, 2nd ed., section 3.3.

use faer::{Mat, MatMut};
use thalweg_core::streams::{Streams, normal};
use thalweg_core::{
    Error, Gradient, Halt, Hessian, HessianVector, Objective, Parameter, Real, Result, check_shape, vector,
};

use crate::entry::whole;
use crate::extended::dimension;
use crate::{Make, Minimum, Problem, ProblemEntry};

/// ½(x − x*)ᵀH(x − x*) with eigenvalues of H spread geometrically from 1/κ to 1 and seeded eigenvectors and minimum x*; start 0, minimum 0 at
/// x*.
///
/// ```
/// use thalweg_problems::{Problem, Quadratic};
/// let bowl = Quadratic::<f64>::new(3, 100.0, 7)?;
/// assert_eq!(bowl.start(), [0.0; 3]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Quadratic<T: Real> {
    h: Mat<T>,
    minimum: Vec<T>,
    offset: Vec<T>,
}

const N: Parameter = dimension(10.0, "it must be a positive whole number");
const CONDITION: Parameter = Parameter {
    name: "condition",
    default: 1e4,
    rule: "it must be a finite number >= 1",
    summary: "largest over smallest eigenvalue",
};
const SEED: Parameter = Parameter {
    name: "seed",
    default: 1.0,
    rule: "it must be a positive whole number",
    summary: "seed of eigenvectors and minimum",
};

pub(crate) const ENTRY: ProblemEntry = ProblemEntry {
    name: "quadratic",
    summary: "convex quadratic of given condition with random axes",
    parameters: &[N, CONDITION, SEED],
    example: "quadratic:n=10,condition=1e4",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Problem<T>>> {
    let (n, seed) = (whole(&N, values[0])?, whole(&SEED, values[2])?);
    Ok(Box::new(Quadratic::new(n, values[1], seed as u64)?))
}

impl<T: Real> Quadratic<T> {
    /// With n variables, condition κ and seed.
    ///
    /// # Errors
    /// n = 0; κ below 1 or not finite.
    pub fn new(n: usize, condition: f64, seed: u64) -> Result<Self> {
        if n == 0 {
            return Err(Error::invalid_parameter(N.name, n, N.rule));
        }
        if !(condition >= 1.0 && condition.is_finite()) {
            return Err(Error::invalid_parameter(CONDITION.name, condition, CONDITION.rule));
        }
        let draw = |purpose: &str, index: u64| -> Vec<f64> {
            let mut rng = Streams::new(seed).stream(purpose, index);
            (0..n).map(|_| normal(&mut rng)).collect()
        };
        let spread = |j: usize| condition.powf(-(j as f64) / (n.max(2) - 1) as f64);
        let mut h = Mat::from_fn(n, n, |i, j| if i == j { spread(j) } else { 0.0 });
        // Three reflections turn the axes away from every coordinate; each keeps the eigenvalues.
        for index in 0..3 {
            reflect(&mut h, &draw("quadratic axes", index));
        }
        let minimum = draw("quadratic minimum", 0).into_iter().map(T::of).collect();
        // Rounding one triangle and copying it keeps H symmetric to the bit.
        let h = Mat::from_fn(n, n, |i, j| T::of(h[(i.max(j), i.min(j))]));
        Ok(Self { h, minimum, offset: vec![T::ZERO; n] })
    }

    fn product(&self, v: &[T], out: &mut [T]) {
        out.fill(T::ZERO);
        for (j, v) in v.iter().enumerate() {
            for (i, out) in out.iter_mut().enumerate() {
                *out = self.h[(i, j)].mul_add(*v, *out);
            }
        }
    }
}

/// H ← (I − 2uuᵀ/uᵀu) H (I − 2uuᵀ/uᵀu).
fn reflect(h: &mut Mat<f64>, u: &[f64]) {
    let (n, scale) = (u.len(), 2.0 / vector::norm2_squared(u));
    for j in 0..n {
        let along: f64 = (0..n).map(|i| u[i] * h[(i, j)]).sum();
        (0..n).for_each(|i| h[(i, j)] -= scale * along * u[i]);
    }
    for i in 0..n {
        let along: f64 = (0..n).map(|j| u[j] * h[(i, j)]).sum();
        (0..n).for_each(|j| h[(i, j)] -= scale * along * u[j]);
    }
}

impl<T: Real> Objective<T> for Quadratic<T> {
    fn dim(&self) -> usize {
        self.minimum.len()
    }

    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        let mut g = vec![T::ZERO; x.len()];
        self.value_gradient(x, &mut g)
    }
}

impl<T: Real> Gradient<T> for Quadratic<T> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        check_shape("number of parameters", self.minimum.len(), x.len())?;
        let mut offset = core::mem::take(&mut self.offset);
        vector::step(x, -T::ONE, &self.minimum, &mut offset);
        self.product(&offset, g);
        let value = T::of(0.5) * vector::dot(&offset, g);
        self.offset = offset;
        Ok(value)
    }
}

impl<T: Real> Hessian<T> for Quadratic<T> {
    fn value_gradient_hessian(&mut self, x: &[T], g: &mut [T], mut h: MatMut<'_, T>) -> Result<T, Halt> {
        h.copy_from(&self.h);
        self.value_gradient(x, g)
    }
}

impl<T: Real> HessianVector<T> for Quadratic<T> {
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt> {
        Ok(check_shape("number of parameters", self.minimum.len(), x.len())?)
    }

    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt> {
        check_shape("number of parameters", self.minimum.len(), v.len())?;
        self.product(v, out);
        Ok(())
    }
}

impl<T: Real> Problem<T> for Quadratic<T> {
    fn start(&self) -> Vec<T> {
        vec![T::ZERO; self.minimum.len()]
    }

    fn minima(&self) -> Vec<Minimum<T>> {
        vec![Minimum { x: Some(self.minimum.clone()), value: T::ZERO }]
    }
}
