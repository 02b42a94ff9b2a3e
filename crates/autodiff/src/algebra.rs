//! [`Algebra`]: numbers of which a [`Program`](crate::Program) can be evaluated.
//!
//! A [`Scalar`] knows everything about itself and is `Copy`. Numbers whose size is known at run time only (a Taylor series of given order, a
//! polynomial in several variables, a Taylor model on a domain) need a context to make a constant and may fail; their arithmetic is an
//! `Algebra`, and a traced function runs on it as on any other number.

use core::marker::PhantomData;

use thalweg_core::{Result, Scalar};

use crate::operation::{Binary, Comparison, Unary};

/// Arithmetic on numbers of type [`Algebra::Number`].
///
/// # Errors
/// Each operation names what it cannot do: a logarithm of an interval that holds 0, say.
pub trait Algebra {
    /// The numbers.
    type Number: Clone;
    /// The result of a comparison.
    type Mask: Clone;

    /// The constant `c`.
    fn constant(&self, c: f64) -> Self::Number;
    /// op(x).
    ///
    /// # Errors
    /// x outside the domain of the operation.
    fn unary(&self, op: Unary, x: &Self::Number) -> Result<Self::Number>;
    /// op(x, y).
    ///
    /// # Errors
    /// (x, y) outside the domain of the operation.
    fn binary(&self, op: Binary, x: &Self::Number, y: &Self::Number) -> Result<Self::Number>;
    /// Whether x op y.
    ///
    /// # Errors
    /// The numbers cannot be compared.
    fn compare(&self, op: Comparison, x: &Self::Number, y: &Self::Number) -> Result<Self::Mask>;
    /// `then` where the mask holds, else `otherwise`.
    ///
    /// # Errors
    /// The algebra cannot choose.
    fn select(
        &self,
        mask: &Self::Mask,
        then: &Self::Number,
        otherwise: &Self::Number,
    ) -> Result<Self::Number>;
}

/// The algebra of a [`Scalar`] type: nothing fails.
#[derive(Copy, Clone, Debug, Default)]
pub struct Scalars<S>(PhantomData<S>);

impl<S> Scalars<S> {
    /// The algebra.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<S: Scalar> Algebra for Scalars<S> {
    type Number = S;
    type Mask = S::Mask;

    #[inline(always)]
    fn constant(&self, c: f64) -> S {
        S::of(c)
    }
    #[inline(always)]
    fn unary(&self, op: Unary, x: &S) -> Result<S> {
        Ok(op.apply(*x))
    }
    #[inline(always)]
    fn binary(&self, op: Binary, x: &S, y: &S) -> Result<S> {
        Ok(op.apply(*x, *y))
    }
    #[inline(always)]
    fn compare(&self, op: Comparison, x: &S, y: &S) -> Result<S::Mask> {
        Ok(op.apply(*x, *y))
    }
    #[inline(always)]
    fn select(&self, mask: &S::Mask, then: &S, otherwise: &S) -> Result<S> {
        Ok(S::select(*mask, *then, *otherwise))
    }
}
