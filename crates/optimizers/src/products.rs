//! Hessian-vector products of any objective that has a Hessian: its own if it offers them, else of the dense matrix.

use faer::{Mat, MatMut};
use thalweg_core::{
    Counted, Driver, Gradient, Halt, Hessian, HessianVector, Minimizer, Objective, Real, Result, Solution,
    Verification, vector,
};

/// Runs a matrix-free method on an objective from a catalogue.
pub(crate) fn minimize<'o, T, M>(
    driver: &mut Driver<'_>,
    minimizer: &M,
    objective: &'o mut (dyn Hessian<T> + 'o),
    x0: &[T],
) -> Result<Solution<T>>
where
    T: Real,
    M: for<'c, 'p> Minimizer<T, Counted<'c, dyn HessianVector<T> + 'p>>,
{
    if objective.products().is_some()
        && let Some(products) = objective.products()
    {
        return driver.minimize(minimizer, products, x0);
    }
    let n = objective.dim();
    let mut dense = Dense { objective, hessian: Mat::zeros(n, n), gradient: vec![T::ZERO; n] };
    let products: &mut dyn HessianVector<T> = &mut dense;
    driver.minimize(minimizer, products, x0)
}

/// An objective whose Hessian is formed at each linearisation.
struct Dense<'o, T: Real> {
    objective: &'o mut (dyn Hessian<T> + 'o),
    hessian: Mat<T>,
    gradient: Vec<T>,
}

impl<T: Real> Objective<T> for Dense<'_, T> {
    fn dim(&self) -> usize {
        self.objective.dim()
    }
    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        self.objective.value(x)
    }
    fn verify(&mut self, x: &[T]) -> Result<Verification, Halt> {
        self.objective.verify(x)
    }
}

impl<T: Real> Gradient<T> for Dense<'_, T> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.objective.value_gradient(x, g)
    }
}

impl<T: Real> HessianVector<T> for Dense<'_, T> {
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt> {
        let hessian: MatMut<'_, T> = self.hessian.as_mut();
        self.objective.value_gradient_hessian(x, &mut self.gradient, hessian).map(drop)
    }

    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt> {
        out.fill(T::ZERO);
        for (j, v) in v.iter().enumerate() {
            let column = self.hessian.as_ref().col(j).try_as_col_major().map_or(&[][..], |c| c.as_slice());
            vector::axpy(*v, column, out);
        }
        Ok(())
    }

    fn hessian_diagonal(&mut self, out: &mut [T]) -> Result<bool, Halt> {
        for (j, d) in out.iter_mut().enumerate() {
            *d = self.hessian[(j, j)];
        }
        Ok(true)
    }
}
