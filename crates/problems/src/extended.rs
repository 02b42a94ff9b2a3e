//! [`Extended`]: a sum of copies of one small formula, each over its own `N` neighbouring variables. The formula is written once, in the
//! paper's form; gradient and block-diagonal Hessian come from it by dual numbers, exact to rounding.

use core::array::from_fn;

use faer::MatMut;
use thalweg_core::{
    Dual, Error, Gradient, Halt, Hessian, HessianVector, Objective, Parameter, Real, Result, Scalar,
    check_shape,
};

use crate::{Minimum, Problem};

/// The formula of one copy, over `N` variables.
pub trait Term<const N: usize>: Copy + Send {
    /// The value at one copy's variables.
    fn eval<S: Scalar>(&self, x: [S; N]) -> S;

    /// The customary start.
    fn start(&self) -> [f64; N];

    /// The known minima with their values, the global one first.
    fn minima(&self) -> Vec<([f64; N], f64)>;
}

/// Σ over copies c of f(x_{cN}, …, x_{cN+N−1}).
#[derive(Clone, Debug)]
pub struct Extended<T, F, const N: usize> {
    term: F,
    dim: usize,
    /// The Hessian of each copy at the last linearisation.
    blocks: Vec<[[T; N]; N]>,
}

impl<T: Real, F: Term<N>, const N: usize> Extended<T, F, N> {
    /// Over `dim` variables.
    ///
    /// # Errors
    /// `dim` not a positive multiple of `N`.
    pub fn new(term: F, dim: usize) -> Result<Self> {
        if dim == 0 || !dim.is_multiple_of(N) {
            return Err(Error::invalid_parameter(
                "n",
                dim,
                &format!("it must be a positive multiple of {N}"),
            ));
        }
        Ok(Self { term, dim, blocks: Vec::new() })
    }

    fn tile(&self, one: [f64; N]) -> Vec<T> {
        one.iter().cycle().take(self.dim).map(|v| T::of(*v)).collect()
    }

    /// Value, gradient and Hessian of one copy.
    fn second_order(&self, x: &[T]) -> Dual<Dual<T, N>, N> {
        self.term.eval(from_fn(|i| {
            let slopes = from_fn(|j| Dual::constant(if i == j { T::ONE } else { T::ZERO }));
            Dual { value: Dual::variable(x[i], i), derivatives: slopes }
        }))
    }
}

/// What an undefined value means to a minimiser: outside the domain.
fn soft<T: Real>(value: T) -> T {
    if value.is_nan() { T::INFINITY } else { value }
}

impl<T: Real, F: Term<N>, const N: usize> Objective<T> for Extended<T, F, N> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        check_shape("number of parameters", self.dim, x.len())?;
        Ok(soft(x.chunks_exact(N).map(|x| self.term.eval(from_fn(|i| x[i]))).sum()))
    }
}

impl<T: Real, F: Term<N>, const N: usize> Gradient<T> for Extended<T, F, N> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        check_shape("number of parameters", self.dim, x.len())?;
        let mut sum = T::ZERO;
        for (x, g) in x.chunks_exact(N).zip(g.chunks_exact_mut(N)) {
            let y = self.term.eval(from_fn(|i| Dual::<T, N>::variable(x[i], i)));
            sum += y.value;
            g.copy_from_slice(&y.derivatives);
        }
        Ok(soft(sum))
    }
}

impl<T: Real, F: Term<N>, const N: usize> Hessian<T> for Extended<T, F, N> {
    fn value_gradient_hessian(&mut self, x: &[T], g: &mut [T], mut h: MatMut<'_, T>) -> Result<T, Halt> {
        check_shape("number of parameters", self.dim, x.len())?;
        h.fill(T::ZERO);
        let mut sum = T::ZERO;
        for (c, (x, g)) in x.chunks_exact(N).zip(g.chunks_exact_mut(N)).enumerate() {
            let y = self.second_order(x);
            sum += y.value.value;
            g.copy_from_slice(&y.value.derivatives);
            for i in 0..N {
                for j in 0..N {
                    // Mixed partials agree to rounding only: one of each pair serves both triangles.
                    h[(c * N + i, c * N + j)] = y.derivatives[i.max(j)].derivatives[i.min(j)];
                }
            }
        }
        Ok(soft(sum))
    }
}

impl<T: Real, F: Term<N>, const N: usize> HessianVector<T> for Extended<T, F, N> {
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt> {
        check_shape("number of parameters", self.dim, x.len())?;
        let mut blocks = core::mem::take(&mut self.blocks);
        blocks.clear();
        blocks.extend(x.chunks_exact(N).map(|x| self.second_order(x).derivatives.map(|d| d.derivatives)));
        self.blocks = blocks;
        Ok(())
    }

    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt> {
        check_shape("number of parameters", self.dim, v.len())?;
        for (h, (v, out)) in self.blocks.iter().zip(v.chunks_exact(N).zip(out.chunks_exact_mut(N))) {
            for i in 0..N {
                out[i] = (0..N).map(|j| h[i.max(j)][i.min(j)] * v[j]).sum();
            }
        }
        Ok(())
    }
}

impl<T: Real, F: Term<N>, const N: usize> Problem<T> for Extended<T, F, N> {
    fn start(&self) -> Vec<T> {
        self.tile(self.term.start())
    }

    fn minima(&self) -> Vec<Minimum<T>> {
        let copies = (self.dim / N) as f64;
        let all = self.term.minima().into_iter();
        all.map(|(x, value)| Minimum { x: Some(self.tile(x)), value: T::of(copies * value) }).collect()
    }
}

/// The parameter that sets the number of variables.
pub(crate) const fn dimension(default: f64, rule: &'static str) -> Parameter {
    Parameter { name: "n", default, rule, summary: "number of variables" }
}
