//! The distribution of a statistic, and the root of the information that standard errors, leverages and tests are made of.

use faer::{Mat, MatRef};
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

    /// The quantile of (1 + level)/2: an interval of this level is the estimate ± as many standard errors.
    pub(crate) fn half_width(self, level: f64) -> f64 {
        let upper = 0.5 * (1.0 + level);
        match self {
            Self::Normal => math::normal_quantile(upper),
            Self::Student(df) => {
                StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |t| student_quantile(&t, df, upper))
            }
        }
    }
}

/// A quantile of Student's t: the library's bisection polished by Newton steps on the tail probability.
fn student_quantile(t: &StudentsT, df: f64, upper: f64) -> f64 {
    use statrs::distribution::Continuous;
    let mut q = t.inverse_cdf(upper);
    for _ in 0..4 {
        q += (0.5 * Reference::Student(df).two_sided(q) - (1.0 - upper)) / t.pdf(q);
    }
    q
}

/// Reciprocal condition of the scaled information below which its Cholesky factor would cost the standard errors more than eight digits.
const MIN_RCOND: f64 = 1e-7;

/// The upper triangular V = R⁻¹ with VVᵀ = (W H)⁻¹, W = Σw and H the information of the mean at x: dispersion times VVᵀ is the covariance of
/// the estimates. From the Cholesky factor of H, or, where H is ill-conditioned, from an orthogonal root whose condition is not squared.
/// `None` if H is singular.
pub(crate) fn inverse_root(
    smooth: &Smooth<'_, f64>,
    x: &[f64],
    information: Information,
) -> Result<Option<Mat<f64>>> {
    let h = smooth.information_matrix(x, information)?;
    let mut cholesky = ScaledCholesky::new(x.len());
    let mut root = if cholesky.factor(h.as_ref()).is_some_and(|rcond| rcond >= MIN_RCOND) {
        cholesky.root()
    } else {
        let mut r = Mat::zeros(x.len(), x.len());
        if !smooth.information_root(x, information, r.as_mut())? {
            return Ok(None);
        }
        r
    };
    let scale = smooth.datafit().total_weight().sqrt();
    for j in 0..root.ncols() {
        root.col_mut(j).iter_mut().for_each(|r| *r *= scale);
    }
    let v = inverse_of_upper(root.as_ref());
    Ok((0..v.ncols()).all(|j| v.col(j).iter().all(|v| v.is_finite())).then_some(v))
}

/// R⁻¹ of an upper triangular R, by back substitution.
fn inverse_of_upper(r: MatRef<'_, f64>) -> Mat<f64> {
    let q = r.ncols();
    let mut v = Mat::zeros(q, q);
    for j in 0..q {
        v[(j, j)] = 1.0 / r[(j, j)];
        for i in (0..j).rev() {
            let known: f64 = (i + 1..=j).map(|k| r[(i, k)] * v[(k, j)]).sum();
            v[(i, j)] = -known / r[(i, i)];
        }
    }
    v
}

/// diag(VVᵀ).
pub(crate) fn row_squares(v: MatRef<'_, f64>) -> Vec<f64> {
    (0..v.nrows()).map(|i| (i..v.ncols()).map(|j| v[(i, j)] * v[(i, j)]).sum()).collect()
}
