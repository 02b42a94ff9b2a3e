//! [`hessian`] and [`hessian_vector`] by dual numbers of dual numbers: the outer one carries a direction, the inner ones a chunk of the gradient.

use faer::MatMut;
use thalweg_core::{Dual, Result, check_shape};

use super::lanes::{LANES, in_chunks};
use crate::function::{Function, ScalarOrd, check_finite, check_inputs};

/// Writes ∇f(x) to `g` and ∇²f(x), both triangles, to `h`, and returns f(x).
///
/// ```
/// use thalweg_autodiff::{Scalar, forward, function};
/// function! { fn f(x: [S; 2]) -> S { x[0].powi(3) * x[1] } }
/// let mut g = [0.0; 2];
/// let mut h = faer::Mat::zeros(2, 2);
/// assert_eq!(forward::hessian(&f, &[2.0, 3.0], &mut g, h.as_mut())?, 24.0);
/// assert_eq!((g, h), ([36.0, 8.0], faer::mat![[36.0, 12.0], [12.0, 0.0]]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A length or size that does not fit the function, or a number in `x` that is NaN or infinite.
pub fn hessian<S: ScalarOrd>(f: &impl Function, x: &[S], g: &mut [S], mut h: MatMut<'_, S>) -> Result<S> {
    check_inputs(f.inputs(), x.len())?;
    check_shape("length of the gradient", x.len(), g.len())?;
    check_shape("rows of the Hessian", x.len(), h.nrows())?;
    check_shape("columns of the Hessian", x.len(), h.ncols())?;
    check_finite(x)?;
    if x.is_empty() {
        return Ok(f.eval(x));
    }
    let mut nested: Vec<Dual<Dual<S, LANES>, 1>> = Vec::with_capacity(x.len());
    Ok(in_chunks(x, |begin, duals| {
        nested.clear();
        nested.extend(duals.iter().map(|&x| Dual::constant(x)));
        let mut value = S::of(f64::NAN);
        // The rows above this chunk's last one; the others are their mirror images.
        for row in 0..(begin + LANES).min(x.len()) {
            nested[row].derivatives = [Dual::constant(S::of(1.0))];
            let y = f.eval(&nested);
            nested[row].derivatives = [Dual::constant(S::of(0.0))];
            let [along_row] = y.derivatives;
            for (column, &second) in (begin..x.len()).zip(&along_row.derivatives) {
                *h.as_mut().get_mut(row, column) = second;
                *h.as_mut().get_mut(column, row) = second;
            }
            g[row] = along_row.value;
            value = y.value.value;
        }
        value
    }))
}

/// Writes ∇f(x) to `g` and ∇²f(x) v to `hv`, and returns f(x).
///
/// ```
/// use thalweg_autodiff::{Scalar, forward, function};
/// function! { fn f(x: [S; 2]) -> S { x[0].powi(3) * x[1] } }
/// let (mut g, mut hv) = ([0.0; 2], [0.0; 2]);
/// assert_eq!(forward::hessian_vector(&f, &[2.0, 3.0], &[1.0, 0.0], &mut g, &mut hv)?, 24.0);
/// assert_eq!((g, hv), ([36.0, 8.0], [36.0, 12.0]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// A length that does not fit the function, or a number in `x` or `v` that is NaN or infinite.
pub fn hessian_vector<S: ScalarOrd>(
    f: &impl Function,
    x: &[S],
    v: &[S],
    g: &mut [S],
    hv: &mut [S],
) -> Result<S> {
    check_inputs(f.inputs(), x.len())?;
    check_shape("length of the direction", x.len(), v.len())?;
    check_shape("length of the gradient", x.len(), g.len())?;
    check_shape("length of the Hessian–vector product", x.len(), hv.len())?;
    check_finite(x)?;
    check_finite(v)?;
    if x.is_empty() {
        return Ok(f.eval(x));
    }
    let mut nested: Vec<Dual<Dual<S, LANES>, 1>> = Vec::with_capacity(x.len());
    Ok(in_chunks(x, |begin, duals| {
        nested.clear();
        nested
            .extend(duals.iter().zip(v).map(|(&value, &v)| Dual { value, derivatives: [Dual::constant(v)] }));
        let y = f.eval(&nested);
        let [along_v] = y.derivatives;
        let entries = (begin..x.len()).zip(y.value.derivatives.into_iter().zip(along_v.derivatives));
        for (i, (first, second)) in entries {
            (g[i], hv[i]) = (first, second);
        }
        y.value.value
    }))
}
