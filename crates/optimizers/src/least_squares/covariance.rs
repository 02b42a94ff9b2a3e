//! Standard errors of a nonlinear least-squares fit.

use thalweg_core::{Error, Halt, PivotedQr, Real, Residuals, Result, check_shape, vector};

/// What the residuals at a fit say about its parameters, if they are independent with the same variance.
#[derive(Clone, Debug, PartialEq)]
pub struct Covariance<T> {
    /// σ²(JᵀJ)⁻¹, n×n.
    pub matrix: Vec<T>,
    /// The roots of its diagonal.
    pub standard_errors: Vec<T>,
    /// σ = ‖r‖/√(m − n), the residual standard deviation.
    pub sigma: T,
    /// m − n.
    pub degrees_of_freedom: usize,
}

/// At x, which should be a minimiser of ‖r(x)‖.
///
/// The columns of J are brought to unit norm first, so that the units of the parameters decide nothing.
///
/// # Errors
/// No more residuals than parameters; residuals or a Jacobian that are not finite; a Jacobian whose columns are dependent to rounding.
///
/// Source: Bates and Watts, *Nonlinear Regression Analysis and Its Applications* (1988), section 2.3.
pub fn covariance<T: Real>(
    residuals: &mut (impl Residuals<T> + ?Sized),
    x: &[T],
) -> Result<Covariance<T>, Halt> {
    let (m, n) = residuals.shape();
    check_shape("number of parameters", n, x.len())?;
    if m <= n {
        return Err(Halt::Input(Error::Unsupported {
            what: format!("standard errors of {n} parameters from {m} residuals"),
            why: "nothing is left to estimate their variance from".to_owned(),
            remedy: "fit fewer parameters or take more observations".to_owned(),
        }));
    }
    let (mut r, mut qr) = (vec![T::ZERO; m], PivotedQr::new(m, n));
    residuals.residuals_jacobian(x, &mut r, qr.matrix())?;
    let mut norms = vec![T::ZERO; n];
    for (norm, column) in norms.iter_mut().zip(qr.matrix().col_iter_mut()) {
        *norm = column.norm_l2();
        column.iter_mut().for_each(|j| *j /= *norm);
    }
    if !vector::all_finite(&r) || !vector::all_finite(&norms) {
        return Err(Halt::NonFinite("the residuals or their Jacobian"));
    }
    qr.decompose(&r);
    let last = qr.r(n.max(1) - 1, n.max(1) - 1).abs();
    if norms.contains(&T::ZERO) || last.is_nan() || last <= T::of(n as f64) * T::EPSILON {
        return Err(Halt::Input(Error::Unsupported {
            what: "standard errors at this point".to_owned(),
            why: "the Jacobian's columns are linearly dependent, so that the residuals do not determine all parameters"
                .to_owned(),
            remedy: "fix a parameter or write the model with fewer".to_owned(),
        }));
    }
    let sigma = vector::norm2(&r) / T::of((m - n) as f64).sqrt();
    // U = R⁻¹, column by column; then UUᵀ.
    let mut u = vec![T::ZERO; n * n];
    for k in 0..n {
        u[k * n + k] = qr.r(k, k).recip();
        for i in (0..k).rev() {
            let sum: T = (i + 1..=k).map(|j| qr.r(i, j) * u[k * n + j]).sum();
            u[k * n + i] = -sum / qr.r(i, i);
        }
    }
    let mut matrix = vec![T::ZERO; n * n];
    let order = qr.order();
    for (a, row) in order.iter().enumerate() {
        for (b, column) in order.iter().enumerate() {
            let sum: T = (a.max(b)..n).map(|k| u[k * n + a] * u[k * n + b]).sum();
            matrix[column * n + row] = (sigma / norms[*row]) * (sigma / norms[*column]) * sum;
        }
    }
    let standard_errors = (0..n).map(|k| matrix[k * n + k].sqrt()).collect();
    Ok(Covariance { matrix, standard_errors, sigma, degrees_of_freedom: m - n })
}
