//! [`Constraint`]: a set as a penalty.

use thalweg_core::{Blocks, Diagonal, Penalty, Real, Result, Step};

use crate::whole::{UNKNOWN, whole};

/// A closed convex set C of coefficients that are one block.
pub trait Set: Sized + Send + Sync + 'static {
    /// The same for p coefficients, where it was made without knowing p.
    ///
    /// # Errors
    /// A p for which there is no such set.
    fn of(&self, p: usize) -> Result<Self>;

    /// Whether b lies in C, within rounding.
    fn holds<T: Real>(&self, b: &[T]) -> bool;

    /// v ← the point of C next to v in the metric of the steps.
    fn project<T: Real>(&self, v: &mut [T], step: Step<'_, T>);

    /// The distance of −g to the normal cone of C at b, which lies in C.
    fn distance<T: Real>(&self, b: &[T], g: &[T]) -> T;

    /// Whether b can be moved both ways along itself or along one of the coefficients: [`Penalty::in_support`].
    fn moves<T: Real>(&self, b: &[T]) -> bool;

    /// The support function sup {vᵀb: b in C}.
    fn support<T: Real>(&self, v: &[T]) -> T;

    /// The largest s ≤ 1 with a finite support function at s·v. Where that is finite on a cone only, 1 or 0.
    fn dual_scale<T: Real>(&self, v: &[T]) -> T {
        if self.support(v) < T::INFINITY { T::ONE } else { T::ZERO }
    }

    /// See [`Penalty::takes_diagonal_steps`].
    fn takes_diagonal_steps(&self) -> bool {
        true
    }
}

/// P(b) = 0 in a closed convex set C (within rounding), +∞ outside, whatever λ. prox: the projection; violation: the distance of −g to the normal
/// cone, +∞ outside; conjugate: the support function. The intercept is free.
///
/// Source: Beck, *First-Order Methods in Optimization* (2017), sections 6.4 and 2.4.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint<C> {
    blocks: Blocks,
    pub(crate) set: C,
}

impl<C> Constraint<C> {
    /// Over p coefficients.
    ///
    /// # Errors
    /// p = 0.
    pub(crate) fn over(p: usize, set: C) -> Result<Self> {
        Ok(Self { blocks: whole(p)?, set })
    }

    /// Over coefficients whose number is not known yet.
    pub(crate) fn later(set: C) -> Self {
        Self { blocks: UNKNOWN, set }
    }
}

impl<T: Real, C: Set> Penalty<T> for Constraint<C> {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn value(&self, b: &[T], _lambda: T) -> T {
        if self.set.holds(b) { T::ZERO } else { T::INFINITY }
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, _lambda: T) {
        self.set.project(v, step);
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], _lambda: T) -> T {
        if self.set.holds(b) { self.set.distance(b, g) } else { T::INFINITY }
    }

    fn in_support(&self, _block: usize, b: &[T], _lambda: T) -> bool {
        self.set.moves(b)
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn is_constraint(&self) -> bool {
        true
    }

    fn takes_diagonal_steps(&self) -> bool {
        self.set.takes_diagonal_steps()
    }

    fn over(&self, p: usize) -> Result<Option<Box<dyn Penalty<T>>>> {
        if self.blocks != UNKNOWN {
            return Ok(None);
        }
        Ok(Some(Box::new(Self::over(p, self.set.of(p)?)?)))
    }

    fn lambda_max(&self, _g0: &[T]) -> Option<T> {
        None
    }

    fn conjugate(&self, v: &[T], _lambda: T) -> T {
        self.set.support(v)
    }

    fn dual_scale(&self, v: &[T], _lambda: T) -> T {
        self.set.dual_scale(v)
    }
}
