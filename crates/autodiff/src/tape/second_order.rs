//! Second derivatives on a tape of dual numbers: the reverse sweep of numbers that carry a direction gives the gradient and its derivative in
//! that direction.
//!
//! Cost of a Hessian–vector product: about 2 to 3 gradients. Source: Pearlmutter (1994), *Neural Computation* 6; Griewank and Walther,
//! *Evaluating Derivatives*, 2nd ed., section 5.1.

use faer::MatMut;
use thalweg_core::{Dual, Result, check_shape};

use super::{Tape, Var};
use crate::function::{ScalarOrd, check_finite};

impl<S: ScalarOrd> Tape<Dual<S, 1>> {
    /// Writes ∇f(x) to `g` and ∇²f(x) v to `hv`, and returns f(x).
    ///
    /// ```
    /// use thalweg_autodiff::{Dual, Scalar, Tape};
    /// let (mut g, mut hv) = ([0.0; 2], [0.0; 2]);
    /// let mut tape = Tape::<Dual<f64, 1>>::new();
    /// let y = tape.hessian_vector(&[2.0, 3.0], &[1.0, 0.0], |x| x[0].powi(3) * x[1], &mut g, &mut hv)?;
    /// assert_eq!((y, g, hv), (24.0, [36.0, 8.0], [36.0, 12.0]));
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `v`, `g` or `hv` is not as long as `x`, a number in `x` or `v` is NaN or infinite, or the tape is full.
    pub fn hessian_vector(
        &mut self,
        x: &[S],
        v: &[S],
        f: impl for<'t> FnOnce(&[Var<'t, Dual<S, 1>>]) -> Var<'t, Dual<S, 1>>,
        g: &mut [S],
        hv: &mut [S],
    ) -> Result<S> {
        check_shape("length of the direction", x.len(), v.len())?;
        check_shape("length of the gradient", x.len(), g.len())?;
        check_shape("length of the Hessian–vector product", x.len(), hv.len())?;
        check_finite(x)?;
        check_finite(v)?;
        self.record_one(x.iter().zip(v).map(|(&value, &v)| Dual { value, derivatives: [v] }), f)?;
        self.back(x.len())?;
        for (k, adjoint) in self.adjoints[..x.len()].iter().enumerate() {
            g[k] = adjoint.value;
            hv[k] = adjoint.derivatives[0];
        }
        Ok(self.result()?.value)
    }
}

impl<S: ScalarOrd, const N: usize> Tape<Dual<S, N>> {
    /// Writes ∇f(x) to `g` and ∇²f(x) to `h`, and returns f(x): ⌈n/N⌉ recordings of N columns each.
    ///
    /// ```
    /// use thalweg_autodiff::{Dual, Scalar, Tape};
    /// let mut g = [0.0; 2];
    /// let mut h = faer::Mat::zeros(2, 2);
    /// Tape::<Dual<f64, 4>>::new().hessian(&[2.0, 3.0], |x| x[0].powi(3) * x[1], &mut g, h.as_mut())?;
    /// assert_eq!(h, faer::mat![[36.0, 12.0], [12.0, 0.0]]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `g` is not as long as `x` or `h` not n×n, a number in `x` is NaN or infinite, or the tape is full.
    pub fn hessian(
        &mut self,
        x: &[S],
        mut f: impl for<'t> FnMut(&[Var<'t, Dual<S, N>>]) -> Var<'t, Dual<S, N>>,
        g: &mut [S],
        mut h: MatMut<'_, S>,
    ) -> Result<S> {
        let n = x.len();
        check_shape("length of the gradient", n, g.len())?;
        check_shape("rows of the Hessian", n, h.nrows())?;
        check_shape("columns of the Hessian", n, h.ncols())?;
        check_finite(x)?;
        let mut begin = 0;
        loop {
            let seeded = x.iter().enumerate().map(|(k, &value)| {
                if k < begin { Dual::constant(value) } else { Dual::variable(value, k - begin) }
            });
            self.record_one(seeded, &mut f)?;
            self.back(n)?;
            for (row, adjoint) in self.adjoints[..n].iter().enumerate() {
                g[row] = adjoint.value;
                for (column, &second) in (begin..n).zip(&adjoint.derivatives) {
                    *h.as_mut().get_mut(row, column) = second;
                }
            }
            begin += N.max(1);
            if begin >= n {
                return Ok(self.result()?.value);
            }
        }
    }

    fn back(&mut self, inputs: usize) -> Result<()> {
        self.start();
        self.seed(0, Dual::constant(S::of(1.0)));
        self.sweep(inputs)
    }
}
