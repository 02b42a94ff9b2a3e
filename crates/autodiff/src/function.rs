//! [`Function`] and [`VectorFunction`]: definitions that every number type can read; [`ScalarOrd`] for data-dependent control flow.

use thalweg_core::{Error, Result, Scalar, check_shape};

/// A function ℝⁿ → ℝ, written once for every number type: straight-line code, with [`Scalar::select`] for branches.
///
/// [`function!`](crate::function) writes the implementation:
///
/// ```
/// use thalweg_autodiff::{Function, function};
/// use thalweg_core::{Scalar, k};
/// function! {
///     /// Rosenbrock's valley in two variables.
///     pub fn rosenbrock(x: [S; 2]) -> S {
///         (k(1.0) - x[0]).square() + k(100.0) * (x[1] - x[0].square()).square()
///     }
/// }
/// assert_eq!(rosenbrock.eval(&[1.0, 1.0]), 0.0);
/// ```
pub trait Function {
    /// The number of arguments, or `None` if any number will do.
    fn inputs(&self) -> Option<usize> {
        None
    }

    /// f(x).
    fn eval<S: Scalar>(&self, x: &[S]) -> S;
}

/// A function ℝⁿ → ℝᵐ, written once for every number type. Every [`Function`] is one with m = 1.
///
/// ```
/// use thalweg_autodiff::{VectorFunction, function};
/// use thalweg_core::Scalar;
/// function! {
///     /// Polar to Cartesian coordinates.
///     pub fn cartesian(p: [S; 2]) -> [S; 2] { [p[0] * p[1].cos(), p[0] * p[1].sin()] }
/// }
/// let mut y = [0.0; 2];
/// cartesian.eval_into(&[2.0, 0.0], &mut y);
/// assert_eq!(y, [2.0, 0.0]);
/// ```
pub trait VectorFunction {
    /// The number of arguments, or `None` if any number will do.
    fn inputs(&self) -> Option<usize> {
        None
    }

    /// The number of results m for n arguments.
    fn outputs(&self, n: usize) -> usize;

    /// Writes f(x) to `y`, of length [`VectorFunction::outputs`].
    fn eval_into<S: Scalar>(&self, x: &[S], y: &mut [S]);
}

impl<F: Function> VectorFunction for F {
    fn inputs(&self) -> Option<usize> {
        Function::inputs(self)
    }
    fn outputs(&self, _n: usize) -> usize {
        1
    }
    #[inline(always)]
    fn eval_into<S: Scalar>(&self, x: &[S], y: &mut [S]) {
        if let [y] = y {
            *y = self.eval(x);
        }
    }
}

/// `Err` unless the function takes `n` arguments.
pub(crate) fn check_inputs(inputs: Option<usize>, n: usize) -> Result<()> {
    inputs.map_or(Ok(()), |wanted| check_shape("number of arguments of the function", wanted, n))
}

/// `Err` unless every number is finite.
pub(crate) fn check_finite<S: ScalarOrd>(x: &[S]) -> Result<()> {
    match x.iter().position(|x| !x.primal().is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NonFinite { what: "the point".to_owned(), row, value: x[row].primal() }),
    }
}

/// A [`Scalar`] with an order, for data-dependent control flow: `if`, `while`, pivoting. Numbers compare by their values, whatever
/// their derivatives.
///
/// Plain floats, duals of them, jets and the variables of a [`Tape`](crate::Tape) implement it. So do the numbers of a trace, because a
/// function may be generic over it and never compare; one that does compare ends the trace with an error that says where.
/// [`Scalar::select`] is the branch that can be traced.
pub trait ScalarOrd: Scalar + PartialOrd {
    /// The value, without derivatives.
    fn primal(self) -> f64;

    /// Whether the number is 0 with all its derivatives, so that a product with it is 0 whatever the factor; `false` where that is not known.
    #[inline(always)]
    fn is_zero(self) -> bool {
        false
    }
}

impl ScalarOrd for f32 {
    #[inline(always)]
    fn primal(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn is_zero(self) -> bool {
        self == 0.0
    }
}
impl ScalarOrd for f64 {
    #[inline(always)]
    fn primal(self) -> f64 {
        self
    }
    #[inline(always)]
    fn is_zero(self) -> bool {
        self == 0.0
    }
}
impl<S: ScalarOrd, const N: usize> ScalarOrd for thalweg_core::Dual<S, N> {
    #[inline(always)]
    fn primal(self) -> f64 {
        self.value.primal()
    }
    #[inline(always)]
    fn is_zero(self) -> bool {
        self.value.is_zero() && self.derivatives.iter().all(|d| d.is_zero())
    }
}

/// Defines a [`Function`] or [`VectorFunction`] by its formula.
///
/// The argument is `[S; n]` for n arguments, or `[S]` for any number; the result `S` for a [`Function`], `[S; m]` for a
/// [`VectorFunction`]. The macro writes a unit struct of the given name and one `eval` over `S: Scalar`.
///
/// ```
/// use thalweg_autodiff::{Function, function};
/// use thalweg_core::Scalar;
/// function! {
///     /// The sum of squares of any number of arguments.
///     pub fn sphere(x: [S]) -> S { x.iter().fold(S::of(0.0), |sum, x| sum + x.square()) }
/// }
/// assert_eq!(sphere.eval(&[3.0, 4.0]), 25.0);
/// ```
#[macro_export]
macro_rules! function {
    ($(#[$meta:meta])* $vis:vis fn $name:ident($x:ident: [$s:ident $(; $n:literal)?]) -> [$t:ident; $m:literal] $body:block) => {
        $crate::__function_struct!($(#[$meta])* $vis $name);
        impl $crate::VectorFunction for $name {
            $(fn inputs(&self) -> ::core::option::Option<usize> { ::core::option::Option::Some($n) })?
            fn outputs(&self, _n: usize) -> usize { $m }
            #[inline(always)]
            fn eval_into<$s: $crate::Scalar>(&self, $x: &[$s], y: &mut [$s]) {
                let values: [$t; $m] = $body;
                y.copy_from_slice(&values);
            }
        }
    };
    ($(#[$meta:meta])* $vis:vis fn $name:ident($x:ident: [$s:ident $(; $n:literal)?]) -> $t:ident $body:block) => {
        $crate::__function_struct!($(#[$meta])* $vis $name);
        impl $crate::Function for $name {
            $(fn inputs(&self) -> ::core::option::Option<usize> { ::core::option::Option::Some($n) })?
            #[inline(always)]
            fn eval<$s: $crate::Scalar>(&self, $x: &[$s]) -> $t $body
        }
    };
}

/// The unit struct of [`function!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __function_struct {
    ($(#[$meta:meta])* $vis:vis $name:ident) => {
        $(#[$meta])*
        #[allow(non_camel_case_types)]
        #[derive(Copy, Clone, Debug, Default)]
        $vis struct $name;
    };
}
