//! Wald inference: standard errors, statistics, p-values and intervals.

use faer::Mat;
use statrs::distribution::{ContinuousCDF, StudentsT};
use statrs::function::beta::beta_reg;
use thalweg_core::{Information, Result, ScaledCholesky, Smooth, math};

/// The distribution of a Wald statistic.
#[derive(Copy, Clone, Debug, PartialEq)]
pub(crate) enum Reference {
    /// Standard normal: known dispersion.
    Normal,
    /// Student's t with these degrees of freedom: estimated dispersion.
    Student(f64),
}

impl Reference {
    /// P(|Z| ≥ |z|).
    pub(crate) fn two_sided(self, z: f64) -> f64 {
        match self {
            _ if z.is_nan() => f64::NAN,
            _ if z.is_infinite() => 0.0,
            Self::Normal => math::erfc(z.abs() * core::f64::consts::FRAC_1_SQRT_2),
            Self::Student(df) if df > 0.0 => {
                // P(|T| ≥ t) = I(df/(df + t²); df/2, ½): no subtraction from 1, so small p-values keep their digits.
                beta_reg(0.5 * df, 0.5, df / (df + z * z))
            }
            Self::Student(_) => f64::NAN,
        }
    }

    /// The 97.5 % quantile.
    pub(crate) fn half_width(self) -> f64 {
        match self {
            Self::Normal => math::normal_quantile(0.975),
            Self::Student(df) => StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |t| student_quantile(&t, df)),
        }
    }
}

/// The 97.5 % quantile of Student's t: the library's bisection polished by Newton steps on the tail probability.
fn student_quantile(t: &StudentsT, df: f64) -> f64 {
    use statrs::distribution::Continuous;
    let mut q = t.inverse_cdf(0.975);
    for _ in 0..4 {
        q += (0.5 * Reference::Student(df).two_sided(q) - 0.025) / t.pdf(q);
    }
    q
}

/// Reciprocal condition of the scaled information below which its Cholesky factor would cost the standard errors more than eight digits.
const MIN_RCOND: f64 = 1e-7;

/// √diag(φ (W H)⁻¹), W = Σw and H the information of the mean at x: the standard errors. From the Cholesky factor of H, or, where H is
/// ill-conditioned, from an orthogonal root whose condition is not squared. `None` if H is singular.
pub(crate) fn standard_errors(
    smooth: &Smooth<'_, f64>,
    x: &[f64],
    information: Information,
    dispersion: f64,
) -> Result<Option<Vec<f64>>> {
    let scale = dispersion / smooth.datafit().total_weight();
    let h = smooth.information_matrix(x, information)?;
    let mut cholesky = ScaledCholesky::new(x.len());
    let variances: Vec<f64> = if cholesky.factor(h.as_ref()).is_some_and(|rcond| rcond >= MIN_RCOND) {
        let inverse = cholesky.inverse();
        (0..x.len()).map(|k| inverse[(k, k)]).collect()
    } else {
        let mut r = Mat::zeros(x.len(), x.len());
        if !smooth.information_root(x, information, r.as_mut())? {
            return Ok(None);
        }
        inverse_row_norms(&r)
    };
    let errors: Vec<f64> = variances.into_iter().map(|v| (scale * v).sqrt()).collect();
    Ok(if errors.iter().all(|e| e.is_finite()) { Some(errors) } else { None })
}

/// ‖row k of R⁻¹‖² = [(RᵀR)⁻¹]ₖₖ for an upper triangular R.
fn inverse_row_norms(r: &Mat<f64>) -> Vec<f64> {
    let q = r.nrows();
    let mut norms = vec![0.0; q];
    let mut column = vec![0.0; q];
    for j in 0..q {
        // Column j of R⁻¹ by back substitution.
        column.fill(0.0);
        column[j] = 1.0 / r[(j, j)];
        for i in (0..j).rev() {
            let known: f64 = (i + 1..=j).map(|k| r[(i, k)] * column[k]).sum();
            column[i] = -known / r[(i, i)];
        }
        for i in 0..=j {
            norms[i] += column[i] * column[i];
        }
    }
    norms
}
