//! [`Constraint`]: a set as a penalty.

use thalweg_core::{Blocks, Diagonal, Penalty, Real, Result, Step, Vertex};

use crate::whole::{UNKNOWN, whole};

/// A closed convex set C of coefficients that are one block.
pub trait Set: Sized + Send + Sync + 'static {
    /// The same for p coefficients, where it was made by name, without knowing p.
    ///
    /// # Errors
    /// A p for which there is no such set.
    fn over(&self, p: usize) -> Result<Self>;

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

    /// See [`Penalty::linear_minimizer`].
    fn linear_minimizer<T: Real>(&self, _g: &[T], _s: &mut [T]) -> Vertex {
        Vertex::Unknown
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
///
/// A set of one's own:
///
/// ```
/// use thalweg_core::{Penalty, Real, Result, Step, vector};
/// use thalweg_regularization::{Constraint, Set};
/// /// All coefficients equal to one number.
/// struct Point(f64);
/// impl Set for Point {
///     fn over(&self, _p: usize) -> Result<Self> { Ok(Self(self.0)) }
///     fn holds<T: Real>(&self, b: &[T]) -> bool { b.iter().all(|b| *b == T::of(self.0)) }
///     fn project<T: Real>(&self, v: &mut [T], _step: Step<'_, T>) { v.fill(T::of(self.0)); }
///     // Every direction is normal to a point.
///     fn distance<T: Real>(&self, _b: &[T], _g: &[T]) -> T { T::ZERO }
///     fn moves<T: Real>(&self, _b: &[T]) -> bool { false }
///     fn support<T: Real>(&self, v: &[T]) -> T { T::of(self.0) * vector::sum(v) }
/// }
/// let point = Constraint::of(2, Point(0.5))?;
/// let mut v = [3.0, -1.0];
/// point.prox(0, &mut v, Step::Scalar(1.0), 0.0);
/// assert_eq!(v, [0.5, 0.5]);
/// assert_eq!(point.conjugate(&[2.0, 4.0], 0.0), 3.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint<C> {
    blocks: Blocks,
    set: C,
}

impl<C> Constraint<C> {
    /// The set C of p coefficients.
    ///
    /// # Errors
    /// p = 0.
    pub fn of(p: usize, set: C) -> Result<Self> {
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
        Ok(Some(Box::new(Self::of(p, self.set.over(p)?)?)))
    }

    fn lambda_max(&self, _g0: &[T]) -> Option<T> {
        None
    }

    fn conjugate(&self, v: &[T], _lambda: T) -> T {
        self.set.support(v)
    }

    fn linear_minimizer(&self, _block: usize, g: &[T], s: &mut [T]) -> Vertex {
        self.set.linear_minimizer(g, s)
    }

    fn dual_scale(&self, v: &[T], _lambda: T) -> T {
        self.set.dual_scale(v)
    }
}
