//! [`LaplaceJet`]: the Laplacian in one pass, by Taylor series whose second coefficients are summed before they are carried on.
//!
//! Second-order jets along n directions carry 1 + 2n coefficients. Only the sum of the n second ones is wanted, and every operation is linear in
//! them: 1 + n + 1 coefficients suffice. f(u) has Δf(u) = f'(u)·Δu + f''(u)·|∇u|², and Δ(uw) = u·Δw + w·Δu + 2∇u·∇w.
//!
//! Source: Li, Ye, Ren et al. (2024), *Forward Laplacian*, Nature Machine Intelligence 6; Dangel et al. (2025), *Collapsing Taylor mode*,
//! arXiv 2505.13644.

use core::array::from_fn;
use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Sub};

use thalweg_core::{Dual, Real, Result, Scalar};

use super::expand::check_exists;
use super::jet::Jet;
use super::polynomial::check_finite;
use crate::function::{Function, ScalarOrd, check_inputs};

/// A value, its gradient in N variables, and its Laplacian over them. Compares by its value.
///
/// ```
/// use thalweg_autodiff::taylor::LaplaceJet;
/// let (x, y) = (LaplaceJet::<f64, 2>::variable(1.0, 0), LaplaceJet::variable(2.0, 1));
/// assert_eq!((x * x * y + y * y).laplacian, 2.0 * 2.0 + 2.0);
/// ```
#[derive(Copy, Clone, Debug)]
pub struct LaplaceJet<S, const N: usize> {
    /// The value.
    pub value: S,
    /// The first derivatives.
    pub gradient: [S; N],
    /// The sum of the second derivatives ∂²/∂xᵢ².
    pub laplacian: S,
}

/// Σ aᵢ bᵢ in four interleaved sums: an order that does not depend on the width of vectors.
#[inline(always)]
fn dot<S: Scalar, const N: usize>(a: &[S; N], b: &[S; N]) -> S {
    let mut sums = [S::of(0.0); 4];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    for (a, b) in a.iter().zip(b) {
        for i in 0..4 {
            sums[i] = sums[i] + a[i] * b[i];
        }
    }
    for (i, (&a, &b)) in a_rest.iter().zip(b_rest).enumerate() {
        sums[i] = sums[i] + a * b;
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

impl<S: Scalar, const N: usize> LaplaceJet<S, N> {
    /// A constant.
    #[inline(always)]
    pub fn constant(value: S) -> Self {
        Self { value, gradient: [S::of(0.0); N], laplacian: S::of(0.0) }
    }

    /// The variable of direction `direction`. A direction ≥ `N` gives a constant.
    #[inline(always)]
    pub fn variable(value: S, direction: usize) -> Self {
        let gradient = from_fn(|i| S::of(if i == direction { 1.0 } else { 0.0 }));
        Self { value, gradient, laplacian: S::of(0.0) }
    }

    /// f(self) from the first three Taylor coefficients of f at this value.
    #[inline(always)]
    fn chain(self, f: Jet<S, 3>) -> Self {
        let [value, slope, half] = f.coefficients;
        let square = dot(&self.gradient, &self.gradient);
        Self {
            value,
            gradient: self.gradient.map(|g| slope * g),
            laplacian: slope * self.laplacian + (half + half) * square,
        }
    }

    /// f(self, other) from the first and second derivatives of f.
    #[inline(always)]
    fn chain2(self, other: Self, f: impl Fn(Second<S>, Second<S>) -> Second<S>) -> Self {
        let variable = |value: S, i: usize| {
            let unit = Dual::variable(value, i);
            Dual { value: unit, derivatives: unit.derivatives.map(Dual::constant) }
        };
        let f = f(variable(self.value, 0), variable(other.value, 1));
        let [fx, fy] = f.value.derivatives;
        let [[fxx, fxy], [_, fyy]] = f.derivatives.map(|d| d.derivatives);
        let (u, w) = (&self.gradient, &other.gradient);
        let second = fxx * dot(u, u) + (fxy + fxy) * dot(u, w) + fyy * dot(w, w);
        Self {
            value: f.value.value,
            gradient: from_fn(|i| fx * u[i] + fy * w[i]),
            laplacian: fx * self.laplacian + fy * other.laplacian + second,
        }
    }
}

/// A number with the first and second derivatives by two variables.
type Second<S> = Dual<Dual<S, 2>, 2>;

impl<S: PartialEq, const N: usize> PartialEq for LaplaceJet<S, N> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<S: PartialOrd, const N: usize> PartialOrd for LaplaceJet<S, N> {
    #[inline(always)]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}
impl<S: ScalarOrd, const N: usize> ScalarOrd for LaplaceJet<S, N> {
    #[inline(always)]
    fn primal(self) -> f64 {
        self.value.primal()
    }
}

impl<S: Scalar, const N: usize> Add for LaplaceJet<S, N> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            gradient: from_fn(|i| self.gradient[i] + other.gradient[i]),
            laplacian: self.laplacian + other.laplacian,
        }
    }
}
impl<S: Scalar, const N: usize> Sub for LaplaceJet<S, N> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self {
            value: self.value - other.value,
            gradient: from_fn(|i| self.gradient[i] - other.gradient[i]),
            laplacian: self.laplacian - other.laplacian,
        }
    }
}
impl<S: Scalar, const N: usize> Mul for LaplaceJet<S, N> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let cross = dot(&self.gradient, &other.gradient);
        Self {
            value: self.value * other.value,
            gradient: from_fn(|i| self.value * other.gradient[i] + other.value * self.gradient[i]),
            laplacian: self.value * other.laplacian + other.value * self.laplacian + (cross + cross),
        }
    }
}
impl<S: Scalar, const N: usize> Div for LaplaceJet<S, N> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        let gradient = from_fn(|i| (self.gradient[i] - value * other.gradient[i]) / other.value);
        let cross = dot(&gradient, &other.gradient);
        let laplacian = (self.laplacian - value * other.laplacian - (cross + cross)) / other.value;
        Self { value, gradient, laplacian }
    }
}
impl<S: Scalar, const N: usize> Neg for LaplaceJet<S, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { value: -self.value, gradient: self.gradient.map(|g| -g), laplacian: -self.laplacian }
    }
}

/// The methods of [`Scalar`] that are a function of one number.
macro_rules! chains {
    ($($method:ident)+) => {
        $(#[inline(always)]
        fn $method(self) -> Self { self.chain(Jet::variable(self.value).$method()) })+
    };
}

impl<S: Scalar, const N: usize> Scalar for LaplaceJet<S, N> {
    type Mask = S::Mask;

    #[inline(always)]
    fn of(c: f64) -> Self {
        Self::constant(S::of(c))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> S::Mask {
        self.value.lt(other.value)
    }
    #[inline(always)]
    fn le(self, other: Self) -> S::Mask {
        self.value.le(other.value)
    }
    #[inline(always)]
    fn select(mask: S::Mask, then: Self, otherwise: Self) -> Self {
        Self {
            value: S::select(mask, then.value, otherwise.value),
            gradient: from_fn(|i| S::select(mask, then.gradient[i], otherwise.gradient[i])),
            laplacian: S::select(mask, then.laplacian, otherwise.laplacian),
        }
    }
    chains! {
        exp exp_m1 ln ln_1p sqrt sin cos tan asin acos atan sinh cosh tanh erf erfc ln_gamma sigmoid softplus normal_cdf normal_ln_cdf
        inverse_mills abs recip square
    }
    #[inline(always)]
    fn powi(self, n: i32) -> Self {
        self.chain(Jet::variable(self.value).powi(n))
    }
    #[inline(always)]
    fn polygamma(self, n: u32) -> Self {
        self.chain(Jet::variable(self.value).polygamma(n))
    }
    #[inline(always)]
    fn powf(self, exponent: Self) -> Self {
        self.chain2(exponent, Scalar::powf)
    }
    #[inline(always)]
    fn atan2(self, x: Self) -> Self {
        self.chain2(x, Scalar::atan2)
    }
}

/// Variables a pass of [`laplacian`].
const CHUNK: usize = 32;

/// The value f(x) and the Laplacian Δf(x) = Σ ∂²f/∂xᵢ², 32 variables a pass.
///
/// ```
/// use thalweg_autodiff::{Scalar, function, taylor::laplacian};
/// function! { fn sphere(x: [S]) -> S { x.iter().fold(S::of(0.0), |sum, x| sum + x.square()) } }
/// assert_eq!(laplacian(&sphere, &[1.0; 50])?, (50.0, 100.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A wrong number of arguments, a point that is not finite, or a Laplacian that does not exist there.
pub fn laplacian<T: Real>(f: &impl Function, x: &[T]) -> Result<(T, T)> {
    check_inputs(f.inputs(), x.len())?;
    check_finite("point", x)?;
    let (value, laplacian) = match x.len() {
        0..=4 => by_chunks::<T, 4>(f, x),
        5..=8 => by_chunks::<T, 8>(f, x),
        9..=16 => by_chunks::<T, 16>(f, x),
        _ => by_chunks::<T, CHUNK>(f, x),
    };
    check_exists(x, &[value, laplacian], |i| 2 * i)?;
    Ok((value, laplacian))
}

fn by_chunks<T: Real, const N: usize>(f: &impl Function, x: &[T]) -> (T, T) {
    let mut variables: Vec<LaplaceJet<T, N>> = x.iter().map(|&x| LaplaceJet::constant(x)).collect();
    let (mut value, mut laplacian) = (T::ZERO, T::ZERO);
    for start in (0..x.len().max(1)).step_by(N) {
        let end = (start + N).min(x.len());
        for i in start..end {
            variables[i] = LaplaceJet::variable(x[i], i - start);
        }
        let y = f.eval(&variables);
        (value, laplacian) = (y.value, laplacian + y.laplacian);
        for i in start..end {
            variables[i] = LaplaceJet::constant(x[i]);
        }
    }
    (value, laplacian)
}
