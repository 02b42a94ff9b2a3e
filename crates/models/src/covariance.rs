//! [`Covariance`]: which covariance of the estimates an inference rests on.

use faer::{Mat, MatRef};
use thalweg_core::{Error, Par, Result, check_shape};

use crate::inference::Inference;
use crate::reference::row_squares;

/// The covariance matrix of the estimates. Of the robust ones the bread is that of the model, (Σ wᵢxᵢxᵢᵀ)⁻¹ at the fit's information, and the
/// meat is a sum of products of scores sᵢ = −w ℓ′ xᵢ.
#[derive(Copy, Clone, Debug, PartialEq, Default)]
pub enum Covariance<'g> {
    /// φ times the inverse information: right where the model is.
    #[default]
    Model,
    /// White's Σ sᵢsᵢᵀ (Econometrica 48, 1980): allows for a wrong variance function, at large n.
    Hc0,
    /// HC0 · n/(n − p).
    Hc1,
    /// Each sᵢsᵢᵀ over 1 − hᵢ, hᵢ the leverage (MacKinnon and White, J. Econometrics 29, 1985).
    Hc2,
    /// Each sᵢsᵢᵀ over (1 − hᵢ)², nearly the jackknife: the choice at small n.
    Hc3,
    /// Sums of scores over the rows of a cluster in place of single rows, times G/(G − 1) · (n − 1)/(n − p) (Liang and Zeger, Biometrika 73,
    /// 1986): allows for any dependence inside clusters. One number a row; equal numbers are one cluster. Inference uses Student's t with G − 1
    /// degrees of freedom.
    Cluster(&'g [u32]),
}

impl Inference<'_> {
    /// The covariance matrix of the coefficients that are not aliased, in their order.
    ///
    /// # Errors
    /// A fit without inference (under a penalty, separated, singular); clusters of another length than the data, or fewer than two.
    pub fn covariance(&self, kind: Covariance<'_>) -> Result<Mat<f64>> {
        let v = self.root()?;
        let bread = outer(v);
        let n = self.observations;
        let p = bread.nrows() as f64;
        let (meat, factor) = match kind {
            Covariance::Model => return Ok(scaled(bread, self.dispersion)),
            Covariance::Hc0 => (self.meat(|_| 1.0)?, 1.0),
            Covariance::Hc1 => (self.meat(|_| 1.0)?, n / (n - p)),
            Covariance::Hc2 => (self.meat(|h| 1.0 / (1.0 - h))?, 1.0),
            Covariance::Hc3 => (self.meat(|h| (1.0 - h).powi(-2))?, 1.0),
            Covariance::Cluster(of) => {
                let (meat, groups) = self.clustered(of)?;
                (meat, groups / (groups - 1.0) * (n - 1.0) / (n - p))
            }
        };
        // The unit of the scores is that of the unscaled information, so φ cancels.
        Ok(scaled(product(&product(&bread, &meat), &bread), factor))
    }

    /// The standard errors of the coefficients that are not aliased.
    ///
    /// # Errors
    /// As [`Inference::covariance`].
    pub fn standard_errors(&self, kind: Covariance<'_>) -> Result<Vec<f64>> {
        if kind == Covariance::Model {
            // Without forming the matrix, whose diagonal is a sum of squares anyway.
            return Ok(row_squares(self.root()?).into_iter().map(|s| (self.dispersion * s).sqrt()).collect());
        }
        let covariance = self.covariance(kind)?;
        Ok((0..covariance.nrows()).map(|k| covariance[(k, k)].sqrt()).collect())
    }

    /// Σ g(hᵢ) sᵢsᵢᵀ; a row of frequency w is w rows.
    fn meat(&self, g: impl Fn(f64) -> f64) -> Result<Mat<f64>> {
        let leverage = self.leverage()?;
        let weight: Vec<f64> = (0..self.scores.len())
            .map(|i| {
                let w = self.frequency(i);
                // A row of frequency 0 is no row.
                if w == 0.0 { 0.0 } else { self.scores[i] * self.scores[i] / w * g(leverage[i] / w) }
            })
            .collect();
        Ok(self.gram(&weight))
    }

    /// Σ over clusters of (Σ sᵢ)(Σ sᵢ)ᵀ, and the number of clusters.
    fn clustered(&self, of: &[u32]) -> Result<(Mat<f64>, f64)> {
        check_shape("length of the clusters", self.scores.len(), of.len())?;
        let mut names: Vec<u32> = of.to_vec();
        names.sort_unstable();
        names.dedup();
        if names.len() < 2 {
            return Err(Error::invalid_parameter(
                "number of clusters",
                names.len(),
                "there must be at least two clusters to see how they vary",
            ));
        }
        let q = self.kept.len();
        let mut meat: Mat<f64> = Mat::zeros(q, q);
        let sums = self.cluster_sums(of, &names);
        for sum in sums.chunks_exact(q.max(1)) {
            for j in 0..q {
                for i in 0..q {
                    meat[(i, j)] += sum[i] * sum[j];
                }
            }
        }
        Ok((meat, names.len() as f64))
    }

    /// Σ sᵢ over the rows of each cluster, one cluster after the other. Column by column: a design has no cheap access to single rows.
    fn cluster_sums(&self, of: &[u32], names: &[u32]) -> Vec<f64> {
        let q = self.kept.len();
        let mut sums = vec![0.0; q * names.len()];
        let mut column = vec![0.0; of.len()];
        let mut unit = vec![0.0; self.design.parameters()];
        let place: Vec<usize> = of.iter().map(|name| names.partition_point(|known| known < name)).collect();
        for (k, at) in self.kept.iter().enumerate() {
            unit.fill(0.0);
            unit[*at] = 1.0;
            self.design.apply(&unit, &mut column, Par::Rayon);
            for ((x, s), place) in column.iter().zip(&self.scores).zip(&place) {
                sums[place * q + k] += x * s;
            }
        }
        sums
    }
}

/// VVᵀ of an upper triangular V.
pub(crate) fn outer(v: MatRef<'_, f64>) -> Mat<f64> {
    let q = v.nrows();
    Mat::from_fn(q, q, |i, j| (i.max(j)..q).map(|k| v[(i, k)] * v[(j, k)]).sum())
}

pub(crate) fn product(a: &Mat<f64>, b: &Mat<f64>) -> Mat<f64> {
    Mat::from_fn(a.nrows(), b.ncols(), |i, j| (0..a.ncols()).map(|k| a[(i, k)] * b[(k, j)]).sum())
}

fn scaled(mut a: Mat<f64>, factor: f64) -> Mat<f64> {
    for j in 0..a.ncols() {
        a.col_mut(j).iter_mut().for_each(|a| *a *= factor);
    }
    a
}
