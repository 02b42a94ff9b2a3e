//! [`RowLoss`]: a loss of several predictors a row over blocks of rows, object-safe. Every [`Rowwise`] is one.

use crate::dual::{Dual, second_derivative};
use crate::error::{Error, Result};
use crate::formula::{Properties, Target};
use crate::loss::{Block, Want, Weights};
use crate::real::Real;
use crate::rowwise::Rowwise;
use crate::simd;

/// A loss of K predictors and a fixed number of targets a row, as [`Loss`](crate::Loss) is one of a single predictor. The methods that repeat
/// those of [`Rowwise`] are described there.
///
/// Sums, not means: the scale 1/Σw is applied once by the [`Datafit`](crate::Datafit), which also multiplies the weights of the rows by those
/// that the loss gives.
#[allow(missing_docs)]
pub trait RowLoss<T: Real>: Send + Sync {
    fn outputs(&self) -> usize;
    fn targets(&self) -> usize;
    fn properties(&self) -> Properties<T>;
    fn weight(&self, y: &[T]) -> T;
    fn shift_invariant(&self) -> bool;
    fn conjugate(&self, y: &[T], u: &[T]) -> T;
    fn balance(&self, y: &[T], w: Weights<'_, T>, slopes: &mut [T]) -> bool;
    fn action_scratch(&self) -> usize;
    fn hessian_action(&self, y: &[T], eta: &[T], want: Want, v: &[T], out: &mut [T], scratch: &mut [T]);

    /// Evaluates the block of m rows.
    ///
    /// # Panics
    /// If lengths differ.
    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>);

    /// ℓ of one row, without its weight, with the derivatives that are wanted.
    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T;

    /// ℓ of one row along η + t·v at t = 0, with its first and second derivative in t, by the formula on nested dual numbers: what the laws
    /// hold the closed forms against.
    fn formula_along(&self, y: &[T], eta: &[T], v: &[T]) -> [T; 3];

    /// `Err` at the first row of targets that the loss does not admit.
    ///
    /// # Errors
    /// [`Error::NonFinite`] or [`Error::OutsideDomain`] with the row; [`Error::Shape`] if the targets are no whole rows.
    fn check_targets(&self, name: &str, y: &[T]) -> Result<()>;
}

impl<T: Real, R: Rowwise<T>> RowLoss<T> for R {
    fn outputs(&self) -> usize {
        Rowwise::outputs(self)
    }

    fn targets(&self) -> usize {
        Rowwise::targets(self)
    }

    fn properties(&self) -> Properties<T> {
        Rowwise::properties(self)
    }

    fn weight(&self, y: &[T]) -> T {
        Rowwise::weight(self, y)
    }

    fn shift_invariant(&self) -> bool {
        Rowwise::shift_invariant(self)
    }

    fn conjugate(&self, y: &[T], u: &[T]) -> T {
        Rowwise::conjugate(self, y, u)
    }

    fn balance(&self, y: &[T], w: Weights<'_, T>, slopes: &mut [T]) -> bool {
        Rowwise::balance(self, y, w, slopes)
    }

    fn action_scratch(&self) -> usize {
        Rowwise::action_scratch(self)
    }

    fn hessian_action(&self, y: &[T], eta: &[T], want: Want, v: &[T], out: &mut [T], scratch: &mut [T]) {
        simd::dispatch(
            #[inline(always)]
            || Rowwise::hessian_action(self, y, eta, want, v, out, scratch),
        );
    }

    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>) {
        simd::dispatch(
            #[inline(always)]
            || Rowwise::block(self, y, eta, w, want, out),
        );
    }

    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        Rowwise::row(self, y, eta, want, gradient, hessian)
    }

    fn formula_along(&self, y: &[T], eta: &[T], v: &[T]) -> [T; 3] {
        let constant = |x: &T| Dual::constant(Dual::constant(*x));
        let y: Vec<Dual<Dual<T, 1>, 1>> = y.iter().map(constant).collect();
        let (value, first, second) = second_derivative(
            |t| {
                let eta: Vec<_> = eta.iter().zip(v).map(|(eta, v)| constant(eta) + constant(v) * t).collect();
                self.eval(&y, &eta)
            },
            T::ZERO,
        );
        [value, first, second]
    }

    fn check_targets(&self, name: &str, y: &[T]) -> Result<()> {
        let width = Rowwise::targets(self);
        if width == 0 || !y.len().is_multiple_of(width) {
            let expected = y.len().div_ceil(width.max(1)) * width;
            return crate::error::check_shape("length of the targets, whole rows of them", expected, y.len());
        }
        let refused = y.chunks_exact(width).enumerate().find_map(|(row, y)| Some((row, self.refuses(y)?)));
        let target = Rowwise::properties(self).target;
        let mixed = || (target == Target::Binary && width == 1).then(|| target.first_refused(y)).flatten();
        let Some((row, rule)) = refused.or_else(|| Some((mixed()?, target.rule()))) else { return Ok(()) };
        let numbers = &y[row * width..(row + 1) * width];
        if let Some(value) = numbers.iter().find(|v| !v.is_finite()) {
            return Err(Error::NonFinite { what: name.to_owned(), row, value: value.to_f64() });
        }
        let worst = numbers.iter().find(|v| !target.admits(v.to_f64())).or(numbers.first());
        Err(Error::OutsideDomain {
            what: name.to_owned(),
            row,
            value: worst.map_or(f64::NAN, |v| v.to_f64()),
            rule: rule.to_owned(),
            remedy: "correct the row or choose another loss".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::RowLoss;
    use crate::{Block, Properties, Real, RowFormula, Rowwise, Scalar, Target, Want, Weights, k};

    /// Σ of two squared residuals with a shared target: separable, so everything is known.
    #[derive(Clone)]
    struct Twice;
    impl RowFormula for Twice {
        fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
            k(0.5) * ((eta[0] - y[0]).square() + (eta[1] - y[0]).square())
        }
    }
    impl<T: Real> Rowwise<T> for Twice {
        fn outputs(&self) -> usize {
            2
        }
        fn row(&self, y: &[T], eta: &[T], want: Want, g: &mut [T], h: &mut [T]) -> T {
            if want >= Want::Gradient {
                g.copy_from_slice(&[eta[0] - y[0], eta[1] - y[0]]);
            }
            if want >= Want::Fisher {
                h.copy_from_slice(&[T::ONE, T::ZERO, T::ZERO, T::ONE]);
            }
            self.eval(y, eta)
        }
        fn properties(&self) -> Properties<T> {
            Properties::convex(Target::Real)
        }
    }

    #[test]
    fn a_block_weighs_rows_and_skips_absent_ones() {
        let loss: &dyn RowLoss<f64> = &Twice;
        let (mut gradient, mut curvature) = ([9.0; 6], [9.0; 12]);
        let mut out = Block { value: 0.0, gradient: &mut gradient, curvature: &mut curvature };
        let eta = [1.0, 2.0, f64::INFINITY, 0.0, 3.0, 5.0];
        loss.block(&[0.0, 0.0, 1.0], &eta, Weights::Each(&[2.0, 0.0, 1.0]), Want::Curvature, &mut out);
        assert_eq!(out.value, 2.0 * 2.5 + 10.0);
        assert_eq!(gradient, [2.0, 4.0, 0.0, 0.0, 2.0, 4.0]);
        assert_eq!(curvature, [2.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        let mut action = [0.0; 2];
        loss.hessian_action(&[0.0], &[1.0, 2.0], Want::Curvature, &[3.0, 4.0], &mut action, &mut [0.0; 6]);
        assert_eq!(action, [3.0, 4.0]);
        // ½(1 + 3t)² + ½(2 + 4t)².
        assert_eq!(loss.formula_along(&[0.0], &[1.0, 2.0], &[3.0, 4.0]), [2.5, 11.0, 25.0]);
    }

    #[test]
    fn refused_rows_are_named() {
        let loss: &dyn RowLoss<f64> = &Twice;
        assert!(loss.check_targets("y", &[0.0, 1.0]).is_ok());
        let told = loss.check_targets("y", &[0.0, f64::NAN]).unwrap_err().to_string();
        assert!(told.contains("row 2") || told.contains("row 1"), "{told}");
    }
}
