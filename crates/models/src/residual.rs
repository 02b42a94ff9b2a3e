//! [`Residual`], leverage and Cook's distance: how far each observation lies from its mean, and how much it moves the fit.

use thalweg_core::streams::uniform;
use thalweg_core::{Error, Par, Result, Streams, math};

use crate::inference::Inference;

/// The kinds of residual of a generalized linear model. McCullagh and Nelder, *Generalized Linear Models*, 2nd ed., sections 2.4 and 12.5.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum Residual {
    /// y − μ, in the units of the target.
    Response,
    /// √w (y − μ)/√V(μ).
    Pearson,
    /// The signed square root of the deviance contribution, sign(y − μ) √(w d(y, μ)).
    #[default]
    Deviance,
    /// (y − μ)/(dμ/dη), in the units of the linear predictor.
    Working,
    /// Φ⁻¹(u) with u = P(Y < y) + r P(Y = y) and r uniform on (0, 1), drawn from this seed: standard normal if the model is right, also for counts
    /// and 0/1 outcomes (Dunn and Smyth, J. Comput. Graph. Statist. 5, 1996). NaN where there is no density.
    Quantile(u64),
}

impl Inference<'_> {
    /// The residuals of all rows.
    ///
    /// # Errors
    /// Quantile residuals of a quasi-likelihood, which has no distribution.
    pub fn residuals(&self, kind: Residual) -> Result<Vec<f64>> {
        let (family, y) = (self.family(), self.data.y);
        let weights = self.data.row_weights();
        let row = |i: usize| {
            let mean = self.mean(i);
            let (raw, w) = (y[i] - mean.mu, weights.get(i));
            match kind {
                Residual::Response => raw,
                Residual::Pearson if raw == 0.0 => 0.0,
                Residual::Pearson => raw * (w / family.variance(&mean)).sqrt(),
                Residual::Deviance => (w * family.unit_deviance(y[i], &mean)).sqrt().copysign(raw),
                Residual::Working => raw / self.link().slope(self.eta[i]),
                Residual::Quantile(seed) => self.quantile_residual(i, seed),
            }
        };
        if matches!(kind, Residual::Quantile(_)) && !family.has_density() {
            return Err(Error::Unsupported {
                what: format!("quantile residuals of the {} family", family.name()),
                why: "a quasi-likelihood has no distribution".to_owned(),
                remedy: "use deviance or Pearson residuals".to_owned(),
            });
        }
        Ok((0..y.len()).map(row).collect())
    }

    /// From the tail that is the smaller one, so that residuals far out keep their digits.
    fn quantile_residual(&self, i: usize, seed: u64) -> f64 {
        let w = self.data.row_weights().get(i);
        let tails = self.family().tails(self.data.y[i], &self.mean(i), self.dispersion, w);
        let r: f64 = if tails.at > 0.0 {
            uniform(&mut Streams::new(seed).stream("quantile residuals", i as u64))
        } else {
            0.5
        };
        let (below, above) = (tails.below + r * tails.at, tails.above + (1.0 - r) * tails.at);
        if below < above { math::normal_quantile(below) } else { -math::normal_quantile(above) }
    }

    /// Pearson or deviance residuals over √(φ(1 − h)): of unit variance if the model is right.
    ///
    /// # Errors
    /// As [`Inference::residuals`] and [`Inference::leverage`].
    pub fn standardized(&self, kind: Residual) -> Result<Vec<f64>> {
        let mut residuals = self.residuals(kind)?;
        for (r, h) in residuals.iter_mut().zip(self.leverage()?) {
            *r /= (self.dispersion * (1.0 - h)).sqrt();
        }
        Ok(residuals)
    }

    /// hᵢ, the diagonal of W^½X(XᵀWX)⁻¹XᵀW^½: between 0 and 1, and the number of coefficients in all. One pass of np² flops.
    ///
    /// # Errors
    /// A fit without inference.
    pub fn leverage(&self) -> Result<Vec<f64>> {
        let v = self.spread(self.root()?);
        let mut h = vec![0.0; self.eta.len()];
        self.design.row_norms(&v, &mut h, Par::Rayon);
        for (h, w) in h.iter_mut().zip(&self.curvature) {
            *h *= w;
        }
        Ok(h)
    }

    /// Cook's distance rᵢ² hᵢ/(p φ (1 − hᵢ)²) with r the Pearson residual: how far the estimates move, in units of their covariance, if the row
    /// is left out (Cook, Technometrics 19, 1977; one Newton step for other families than the Gaussian).
    ///
    /// # Errors
    /// As [`Inference::leverage`].
    pub fn cooks_distance(&self) -> Result<Vec<f64>> {
        let p = self.kept.len() as f64;
        let residuals = self.residuals(Residual::Pearson)?;
        let leverage = self.leverage()?;
        let distance = |(r, h): (f64, f64)| r * r * h / (p * self.dispersion * (1.0 - h).powi(2));
        Ok(residuals.into_iter().zip(leverage).map(distance).collect())
    }
}
