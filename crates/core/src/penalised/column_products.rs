//! [`ColumnProducts`]: the products of all columns with each other, which serve every squared loss on them.

use crate::cross::{self, Picked};
use crate::design::{BLOCK_ROWS, Design};
use crate::error::{Error, Result, check_shape};
use crate::loss::Weights;
use crate::par::Par;
use crate::real::Real;
use crate::vector;

use super::Penalised;

/// Columns and rows of a block.
const SIDE: usize = 32;

/// Σ w xᵢxⱼ of all pairs of stored predictors, Σ w xⱼ and Σ w, over some rows. Products of different rows add up, so that those of a training set
/// are the whole less a fold: what each fold would cost, np² flops, is spent once.
///
/// ```
/// use thalweg_core::{ColumnProducts, Design, Weights, interop};
/// let design = Design::new(interop::column_major(&[1.0, 2.0, 3.0, 1.0, 0.0, 1.0], 3, 2)?)?;
/// let mut products = ColumnProducts::new(&design, Weights::Unit)?;
/// assert_eq!((products.at(0, 0), products.at(1, 0), products.sum(0), products.mass()), (14.0, 4.0, 6.0, 3.0));
/// products.subtract(&ColumnProducts::of_rows(&design, &[2], Weights::Unit)?);
/// assert_eq!((products.at(0, 0), products.at(1, 0), products.sum(0), products.mass()), (5.0, 1.0, 3.0, 2.0));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ColumnProducts<T> {
    /// p×p, both triangles.
    gram: Vec<T>,
    sums: Vec<T>,
    mass: T,
    /// A bound of the rounding of each product, as a share of the product of the columns' norms.
    rounding: T,
}

impl<T: Real> ColumnProducts<T> {
    /// Over all rows.
    ///
    /// # Errors
    /// A predictor that is not dense; a wrong number of weights.
    pub fn new(design: &Design<'_, T>, weights: Weights<'_, T>) -> Result<Self> {
        let n = design.rows();
        let w = each(weights, 0..n, n)?;
        let columns = dense(design)?;
        let p = columns.len();
        let mut gram = vec![T::ZERO; p * p];
        cross::gram(p, |j| columns[j], Picked::All, &w, &mut gram, &mut Vec::new(), Par::Rayon);
        let mut sums = vec![T::ZERO; p];
        Par::Rayon.for_each_chunk(&mut sums, 1, |j, sum| sum[0] = vector::dot(columns[j], &w));
        Ok(Self::complete(gram, sums, &w))
    }

    /// Over these rows.
    ///
    /// # Errors
    /// A predictor that is not dense; a wrong number of weights, one a row of the whole design; a row beyond the last.
    pub fn of_rows(design: &Design<'_, T>, rows: &[usize], weights: Weights<'_, T>) -> Result<Self> {
        if let Some(bad) = rows.iter().find(|i| **i >= design.rows()) {
            let rule = format!("the design has {} rows, counted from 0", design.rows());
            return Err(Error::invalid_parameter("row", bad, &rule));
        }
        let w = each(weights, rows.iter().copied(), design.rows())?;
        let columns = dense(design)?;
        let p = columns.len();
        let mut gram = vec![T::ZERO; p * p];
        cross::gram(p, |j| columns[j], Picked::These(rows), &w, &mut gram, &mut Vec::new(), Par::Seq);
        let sum = |x: &&[T]| rows.iter().zip(&w).map(|(i, w)| x[*i] * *w).sum();
        let sums = columns.iter().map(sum).collect();
        Ok(Self::complete(gram, sums, &w))
    }

    fn complete(mut gram: Vec<T>, sums: Vec<T>, w: &[T]) -> Self {
        // By blocks, so that what is written across stays in the cache.
        let p = sums.len();
        for (columns, rows) in (0..p).step_by(SIDE).flat_map(|j| (j..p).step_by(SIDE).map(move |i| (j, i))) {
            for j in columns..p.min(columns + SIDE) {
                for i in rows.max(j + 1)..p.min(rows + SIDE) {
                    gram[i * p + j] = gram[j * p + i];
                }
            }
        }
        // Sums of a block of rows, sums of the blocks.
        let terms = BLOCK_ROWS.min(w.len()) + w.len().div_ceil(BLOCK_ROWS);
        Self { gram, sums, mass: vector::sum(w), rounding: T::of((terms + 4) as f64) * T::EPSILON }
    }

    /// Adds those of other rows of the same columns.
    ///
    /// # Panics
    /// If the columns are not as many.
    pub fn add(&mut self, other: &Self) {
        self.combine(T::ONE, other);
    }

    /// Takes those of some of the rows away.
    ///
    /// # Panics
    /// If the columns are not as many.
    pub fn subtract(&mut self, other: &Self) {
        self.combine(-T::ONE, other);
    }

    fn combine(&mut self, sign: T, other: &Self) {
        assert_eq!(self.sums.len(), other.sums.len(), "products of different columns");
        vector::axpy(sign, &other.gram, &mut self.gram);
        vector::axpy(sign, &other.sums, &mut self.sums);
        self.mass += sign * other.mass;
        self.rounding = self.rounding.max(other.rounding) + T::EPSILON;
    }

    /// Σ w xᵢxⱼ.
    ///
    /// # Panics
    /// If there is no predictor i or j.
    #[must_use]
    pub fn at(&self, i: usize, j: usize) -> T {
        self.column(j)[i]
    }

    /// Σ w xⱼ.
    ///
    /// # Panics
    /// If there is no predictor j.
    #[must_use]
    pub fn sum(&self, j: usize) -> T {
        self.sums[j]
    }

    /// Σ w.
    #[must_use]
    pub fn mass(&self) -> T {
        self.mass
    }

    /// Σ w xᵢxⱼ for all i.
    pub(super) fn column(&self, j: usize) -> &[T] {
        let p = self.sums.len();
        &self.gram[j * p..][..p]
    }

    pub(super) fn sums(&self) -> &[T] {
        &self.sums
    }

    pub(super) fn rounding(&self) -> T {
        self.rounding
    }
}

/// The predictors, if all of them are dense.
fn dense<'d, T: Real>(design: &'d Design<'_, T>) -> Result<Vec<&'d [T]>> {
    let of = |j: usize| {
        design.predictor(j).ok_or_else(|| Error::Unsupported {
            what: format!("products of predictor {j}"),
            why: "it is stored by its entries".to_owned(),
            remedy: "ask for products of dense predictors only".to_owned(),
        })
    };
    (0..design.predictors()).map(of).collect()
}

/// The weights of some of n rows.
fn each<T: Real>(weights: Weights<'_, T>, rows: impl Iterator<Item = usize>, n: usize) -> Result<Vec<T>> {
    if let Weights::Each(w) = weights {
        check_shape("length of the weights", n, w.len())?;
    }
    Ok(rows.map(|i| weights.get(i)).collect())
}

impl<'a, T: Real> Penalised<'a, T> {
    /// With the products of all stored predictors over the datafit's rows, with its weights: Gram matrices that they contain are no longer
    /// computed from X.
    ///
    /// # Errors
    /// Products of another number of columns.
    pub fn with_products(mut self, products: &'a ColumnProducts<T>) -> Result<Self> {
        check_shape("columns of the products", self.smooth.design().predictors(), products.sums.len())?;
        self.products = Some(products);
        Ok(self)
    }

    /// Writes XₖᵀHXₗ from the products, if h is in proportion to the weights that they were made with.
    pub(super) fn gram_by_products(&self, columns: &[usize], h: &[T], out: &mut [T]) -> bool {
        let (design, datafit, first, m) = (self.smooth.design(), self.datafit(), self.first(), columns.len());
        let Some(products) = self.products else { return false };
        let scale = vector::sum(h) / products.mass;
        let near = |(i, h): (usize, &T)| {
            let want = scale * datafit.weight_of(i..i + 1);
            (*h - want).abs() <= T::of(64.0) * T::EPSILON * want
        };
        if !h.iter().enumerate().all(near) {
            return false;
        }
        for (c, j) in columns.iter().enumerate() {
            let (column, sum, (b, r)) =
                (products.column(j - first), products.sums[j - first], design.affine(*j));
            for (out, i) in out[c * m..][..m].iter_mut().zip(columns) {
                // Σ h(xᵢ − mᵢ)(xⱼ − mⱼ)/(sᵢsⱼ).
                let (a, s) = design.affine(*i);
                let centred =
                    column[i - first] - a * sum - b * products.sums[i - first] + a * b * products.mass;
                *out = scale * centred / (s * r);
            }
        }
        true
    }
}
