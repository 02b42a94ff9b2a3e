//! Tests of hypotheses: Wald, score and likelihood-ratio, and the analysis of deviance of nested models.
//!
//! Source: Cox and Hinkley, *Theoretical Statistics*, chapter 9; McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., section 2.3.

use faer::{Mat, MatRef};
use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::checked_gamma_ur;
use thalweg_core::{Columns, Design, Error, Par, Result, ScaledCholesky, check_shape};

use crate::covariance::{Covariance, product};
use crate::fit::{GlmFit, State};
use crate::inference::Inference;
use crate::reference::Reference;

/// The outcome of a test.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Test {
    /// χ² with [`Test::df`] degrees of freedom, or, where [`Test::df_residual`] is given, F.
    pub statistic: f64,
    /// The number of restrictions.
    pub df: f64,
    /// The degrees of freedom of the estimated dispersion.
    pub df_residual: Option<f64>,
    /// The probability of a statistic at least this large if the hypothesis holds.
    pub p_value: f64,
}

impl Test {
    /// χ² of a statistic; with no degrees of freedom there is nothing to reject.
    pub(crate) fn chi_squared(statistic: f64, df: usize) -> Self {
        let half = 0.5 * not_below_zero(statistic);
        let p_value = match half {
            _ if df == 0 || half == 0.0 => 1.0,
            half if half.is_nan() => f64::NAN,
            half => checked_gamma_ur(0.5 * df as f64, half).unwrap_or(f64::NAN),
        };
        Self { statistic, df: df as f64, df_residual: None, p_value }
    }

    fn f(statistic: f64, df: f64, df_residual: f64) -> Self {
        // P(F > f) = I(d₂/(d₂ + d₁f); d₂/2, d₁/2), DLMF 8.17: no subtraction from 1.
        let x = df_residual / (df_residual + df * not_below_zero(statistic));
        let p_value = checked_beta_reg(0.5 * df_residual, 0.5 * df, x).unwrap_or(f64::NAN);
        Self { statistic, df, df_residual: Some(df_residual), p_value }
    }
}

/// Rounding may leave a change of deviance a hair below 0; NaN stays NaN, which `max` would make 0.
fn not_below_zero(statistic: f64) -> f64 {
    if statistic < 0.0 { 0.0 } else { statistic }
}

impl Inference<'_> {
    /// Wald's test of Lb = c: (Lb − c)ᵀ(LCLᵀ)⁻¹(Lb − c), L m×p over the coefficients that are not aliased. Over m it is F where the dispersion is
    /// estimated or the covariance is of clusters, else χ².
    ///
    /// # Errors
    /// Shapes that do not fit; restrictions that depend on each other; as [`Inference::covariance`].
    pub fn wald_test(
        &self,
        contrasts: MatRef<'_, f64>,
        values: &[f64],
        covariance: Covariance<'_>,
    ) -> Result<Test> {
        let p = self.kept.len();
        check_shape("columns of the contrasts", p, contrasts.ncols())?;
        check_shape("number of values", contrasts.nrows(), values.len())?;
        let m = contrasts.nrows();
        let estimates: Vec<f64> = self.kept.iter().map(|k| self.fit.coefficients[*k].estimate).collect();
        let difference: Vec<f64> = (0..m)
            .map(|i| (0..p).map(|k| contrasts[(i, k)] * estimates[k]).sum::<f64>() - values[i])
            .collect();
        let c = self.covariance(covariance)?;
        let l = contrasts.to_owned();
        let of_difference = product(&product(&l, &c), &l.transpose().to_owned());
        let statistic = quadratic_form(&of_difference, &difference)?;
        let df = m as f64;
        Ok(match self.reference(covariance) {
            Reference::Normal => Test::chi_squared(statistic, m),
            Reference::Student(df_residual) => Test::f(statistic / df, df, df_residual),
        })
    }

    /// Wald's test that the coefficients of these names are all 0.
    ///
    /// # Errors
    /// A name that is no estimated coefficient; as [`Inference::wald_test`].
    pub fn wald_test_of(&self, names: &[&str], covariance: Covariance<'_>) -> Result<Test> {
        let known: Vec<&str> = self.kept.iter().map(|k| self.fit.coefficients[*k].name.as_str()).collect();
        let mut contrasts = Mat::zeros(names.len(), known.len());
        for (i, name) in names.iter().enumerate() {
            let Some(k) = known.iter().position(|known| known == name) else {
                return Err(Error::unknown_name("coefficient", name, known.iter().copied()));
            };
            contrasts[(i, k)] = 1.0;
        }
        self.wald_test(contrasts.as_ref(), &vec![0.0; names.len()], covariance)
    }

    /// Rao's score test of adding columns, which are not fitted: uᵀ(Zᵀ(W − WX(XᵀWX)⁻¹XᵀW)Z)⁻¹u/φ with u = Zᵀs, χ² with as many degrees of freedom as
    /// columns (Rao, Proc. Camb. Phil. Soc. 44, 1948).
    ///
    /// # Errors
    /// Columns of another length; columns that depend on those of the model or each other.
    pub fn score_test(&self, added: &[Columns<'_, f64>]) -> Result<Test> {
        self.root()?;
        let z = Design::from_columns(added.iter().map(Columns::borrow))?;
        check_shape("rows of the added columns", self.eta.len(), z.rows())?;
        let m = z.parameters();
        let mut u = vec![0.0; m];
        z.apply_transpose(&self.scores, &mut u, Par::Rayon);
        let joint = Design::from_columns(self.data.x.iter().chain(added).map(Columns::borrow))?;
        let joint = if self.glm.intercept { joint.with_intercept() } else { joint };
        let q = joint.parameters();
        let mut gram = Mat::zeros(q, q);
        joint.weighted_gram(&self.curvature, gram.as_mut(), Par::Rayon);
        let first = q - m;
        let a = Mat::from_fn(self.kept.len(), self.kept.len(), |i, j| gram[(self.kept[i], self.kept[j])]);
        let mut cholesky = ScaledCholesky::new(a.nrows());
        if cholesky.factor(a.as_ref()).is_none() {
            return Err(singular("the model's information"));
        }
        let mut rest = Mat::from_fn(m, m, |i, j| gram[(first + i, first + j)]);
        for j in 0..m {
            let mut solved: Vec<f64> = self.kept.iter().map(|k| gram[(*k, first + j)]).collect();
            cholesky.solve(&mut solved);
            for i in 0..m {
                let known: f64 = self.kept.iter().zip(&solved).map(|(k, s)| gram[(*k, first + i)] * s).sum();
                rest[(i, j)] -= known;
            }
        }
        // What the model's columns leave of an added one.
        let left = |j: usize| rest[(j, j)] / gram[(first + j, first + j)];
        if (0..m).any(|j| left(j) <= 1e-12 || left(j).is_nan()) {
            return Err(singular("the information of the added columns"));
        }
        Ok(Test::chi_squared(quadratic_form(&rest, &u)? / self.dispersion, m))
    }
}

/// vᵀA⁻¹v of a symmetric positive definite A.
fn quadratic_form(a: &Mat<f64>, v: &[f64]) -> Result<f64> {
    let mut cholesky = ScaledCholesky::new(v.len());
    if cholesky.factor(a.as_ref()).is_none_or(|rcond| rcond < 1e-13) {
        return Err(singular("the covariance of what is tested"));
    }
    let mut solved = v.to_vec();
    cholesky.solve(&mut solved);
    Ok(v.iter().zip(&solved).map(|(v, s)| v * s).sum())
}

fn singular(what: &str) -> Error {
    Error::Unsupported {
        what: "this test".to_owned(),
        why: format!("{what} is singular: some of what is tested depends on the rest"),
        remedy: "leave out restrictions or columns that follow from the others".to_owned(),
    }
}

/// The likelihood-ratio test of a model against one that contains it: the fall of the deviance over the dispersion, χ², where φ is known; where it
/// is estimated, F = (ΔD/Δdf)/φ̂ of the larger model. With an estimated parameter of the distribution, twice the rise of the log-likelihood.
///
/// ```
/// use thalweg_models::{Glm, Observations, likelihood_ratio_test};
/// let x = faer::mat![[0.0], [0.0], [1.0], [1.0], [2.0], [2.0]];
/// let data = Observations::new(x.as_ref(), &[1.0, 2.0, 4.0, 3.0, 8.0, 9.0]);
/// let constant = faer::Mat::<f64>::zeros(6, 0);
/// let null = Observations::new(constant.as_ref(), data.y);
/// let glm = Glm::new("poisson")?;
/// let test = likelihood_ratio_test(&glm.fit(&null)?, &glm.fit(&data)?)?;
/// assert!(test.df == 1.0 && test.p_value < 0.01);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// Fits of different data, families or links; a penalty; a smaller model that is not contained in the larger, by the names of its columns.
pub fn likelihood_ratio_test(null: &GlmFit, full: &GlmFit) -> Result<Test> {
    check_nested(null, full)?;
    let df = null.df_residual - full.df_residual;
    if null.nuisance.is_some() || full.nuisance.is_some() {
        return Ok(Test::chi_squared(
            2.0 * (full.log_likelihood - null.log_likelihood),
            full.rank - null.rank,
        ));
    }
    let change = (null.deviance - full.deviance) / full.dispersion;
    Ok(match full.student {
        true => Test::f(change / df, df, full.df_residual),
        false => Test::chi_squared(change, full.rank - null.rank),
    })
}

/// One line of an analysis of deviance.
#[derive(Clone, Debug, PartialEq)]
pub struct DevianceRow {
    /// Residual degrees of freedom of the model.
    pub df_residual: f64,
    /// Its deviance.
    pub deviance: f64,
    /// The test against the model before it; `None` for the first.
    pub test: Option<Test>,
}

/// The analysis of deviance of models each of which contains the one before. As in R's `anova`, F tests take the dispersion of the largest model.
///
/// # Errors
/// As [`likelihood_ratio_test`] for every pair of neighbours.
pub fn analysis_of_deviance(fits: &[&GlmFit]) -> Result<Vec<DevianceRow>> {
    let Some(largest) = fits.last() else { return Ok(Vec::new()) };
    let mut rows: Vec<DevianceRow> = Vec::with_capacity(fits.len());
    for (at, fit) in fits.iter().enumerate() {
        let test = match at.checked_sub(1).map(|before| fits[before]) {
            None => None,
            Some(null) => {
                let mut test = likelihood_ratio_test(null, fit)?;
                if test.df_residual.is_some() {
                    let change = (null.deviance - fit.deviance) / largest.dispersion;
                    test = Test::f(change / test.df, test.df, largest.df_residual);
                }
                Some(test)
            }
        };
        rows.push(DevianceRow { df_residual: fit.df_residual, deviance: fit.deviance, test });
    }
    Ok(rows)
}

fn check_nested(null: &GlmFit, full: &GlmFit) -> Result<()> {
    let refuse = |why: String| {
        let remedy = "compare fits of the same rows, family and link, the smaller model first".to_owned();
        Err(Error::Unsupported {
            what: "a test of these two fits against each other".to_owned(),
            why,
            remedy,
        })
    };
    if null.n != full.n || null.observations != full.observations {
        return refuse(format!("they have {} and {} rows", null.n, full.n));
    }
    if null.family != full.family || null.link != full.link {
        return refuse(format!("they are {} {} and {} {}", null.family, null.link, full.family, full.link));
    }
    if null.lambda > 0.0 || full.lambda > 0.0 {
        return refuse("the deviance of a penalised fit is no minimum".to_owned());
    }
    if null.df_residual <= full.df_residual {
        return refuse(format!("the first has {} coefficients, the second {}", null.rank, full.rank));
    }
    let has = |name: &str| full.coefficients.iter().any(|c| c.name == name);
    let missing = null.coefficients.iter().find(|c| c.state != State::Aliased && !has(&c.name));
    match missing {
        Some(c) => refuse(format!("the larger model lacks `{}`", c.name)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::Test;

    /// mpmath 1.3, 40 digits: gammainc(df/2, statistic/2, inf, regularized=True).
    #[test]
    fn tails_keep_their_digits() {
        let known = [
            (3.841_458_820_694_124, 1, 0.05000000000000006),
            (0.5, 7, 0.999446481390425),
            (20.0, 30, 0.9165415270653372),
            (576.847_926_921_891_5, 30, 1.8223165782872095e-102),
            (141.962_795_174_523_88, 9, 4.0566646041981965e-26),
            (1400.0, 2, 9.85967654375977e-305),
        ];
        for (statistic, df, p) in known {
            let ours = Test::chi_squared(statistic, df).p_value;
            assert!((ours / p - 1.0).abs() < 1e-11, "{statistic} {df}: {ours:e} {p:e}");
        }
        assert_eq!(Test::chi_squared(-1e-13, 4).p_value, 1.0);
        assert_eq!(Test::chi_squared(3.0, 0).p_value, 1.0);
        assert!(Test::chi_squared(f64::NAN, 2).p_value.is_nan());
        assert!(Test::f(f64::NAN, 2.0, 5.0).p_value.is_nan());
    }
}
