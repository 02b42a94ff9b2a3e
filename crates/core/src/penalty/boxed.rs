//! A boxed penalty is a penalty, so that a combination takes one chosen at run time.

use super::{Blocks, Diagonal, Penalty, Step, Vertex};
use crate::error::Result;
use crate::real::Real;

impl<T: Real, P: Penalty<T> + ?Sized> Penalty<T> for Box<P> {
    fn blocks(&self) -> &Blocks {
        (**self).blocks()
    }
    fn value(&self, b: &[T], lambda: T) -> T {
        (**self).value(b, lambda)
    }
    fn prox(&self, block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        (**self).prox(block, v, step, lambda);
    }
    fn violation(&self, block: usize, b: &[T], g: &[T], lambda: T) -> T {
        (**self).violation(block, b, g, lambda)
    }
    fn in_support(&self, block: usize, b: &[T], lambda: T) -> bool {
        (**self).in_support(block, b, lambda)
    }
    fn quadratic_part(&self, lambda: T) -> Option<Diagonal<T>> {
        (**self).quadratic_part(lambda)
    }
    fn is_quadratic(&self) -> bool {
        (**self).is_quadratic()
    }
    fn is_constraint(&self) -> bool {
        (**self).is_constraint()
    }
    fn is_convex(&self) -> bool {
        (**self).is_convex()
    }
    fn takes_diagonal_steps(&self) -> bool {
        (**self).takes_diagonal_steps()
    }
    fn outputs(&self) -> usize {
        (**self).outputs()
    }
    fn check(&self, p: usize) -> Result<()> {
        (**self).check(p)
    }
    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        (**self).over(p)
    }
    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        (**self).lambda_max(g0)
    }
    fn conjugate(&self, v: &[T], lambda: T) -> T {
        (**self).conjugate(v, lambda)
    }
    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        (**self).dual_scale(v, lambda)
    }
    fn block_value(&self, block: usize, b: &[T], lambda: T) -> T {
        (**self).block_value(block, b, lambda)
    }
    fn block_lambda_max(&self, block: usize, g0: &[T]) -> Option<T> {
        (**self).block_lambda_max(block, g0)
    }
    fn block_conjugate(&self, block: usize, v: &[T], lambda: T) -> T {
        (**self).block_conjugate(block, v, lambda)
    }
    fn block_dual_scale(&self, block: usize, v: &[T], lambda: T) -> T {
        (**self).block_dual_scale(block, v, lambda)
    }
    fn margin(&self, block: usize, v: &[T], lambda: T) -> T {
        (**self).margin(block, v, lambda)
    }
    fn linear_minimizer(&self, block: usize, g: &[T], s: &mut [T]) -> Vertex {
        (**self).linear_minimizer(block, g, s)
    }
}
