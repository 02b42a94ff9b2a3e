//! [`Between`]: the least squares between the splits of ADMM, factored once.

use faer::Mat;
use thalweg_core::{Design, Error, Halt, LinearComposite, Par, Real, ScaledCholesky, vector};

/// The largest factor: 512 MB in f64.
const LIMIT: usize = 8192;

/// (XᵀX/n + σI)⁻¹, by the factor of XᵀX/n + σI or, with fewer rows, of XXᵀ/n + σI.
pub(super) struct Between<T: Real> {
    factor: ScaledCholesky<T>,
    by_rows: bool,
    image: Vec<T>,
    back: Vec<T>,
}

impl<T: Real> Between<T> {
    pub(super) fn new(design: &Design<'_, T>, sigma: T) -> Result<Self, Halt> {
        let (n, q) = (design.rows(), design.parameters());
        let (size, by_rows) = (n.min(q), n < q);
        if size > LIMIT {
            return Err(Halt::Input(Error::Unsupported {
                what: format!("admm on {n} rows and {q} parameters"),
                why: format!("its factor is {size} by {size}, and {LIMIT} is the limit"),
                remedy: "use fista or coordinate-descent".to_owned(),
            }));
        }
        let inverse = T::of(n as f64).recip();
        let mut h = Mat::zeros(size, size);
        if by_rows {
            let mut column = vec![T::ZERO; n];
            for k in 0..q {
                let mut shift = T::ZERO;
                column.fill(T::ZERO);
                design.column_axpy(k, T::ONE, &mut column, &mut shift);
                column.iter_mut().for_each(|x| *x += shift);
                for j in 0..n {
                    if column[j] != T::ZERO {
                        vector::axpy(
                            column[j] * inverse,
                            &column,
                            h.as_mut()
                                .col_mut(j)
                                .try_as_col_major_mut()
                                .map_or(&mut [][..], |c| c.as_slice_mut()),
                        );
                    }
                }
            }
        } else {
            design.weighted_gram(&vec![inverse; n], h.as_mut(), Par::Seq);
        }
        for j in 0..size {
            h[(j, j)] += sigma;
        }
        let mut factor = ScaledCholesky::new(size);
        if factor.factor(h.as_ref()).is_none() {
            return Err(Halt::NonFinite("the Gram matrix of the design"));
        }
        Ok(Self { factor, by_rows, image: vec![T::ZERO; n], back: vec![T::ZERO; q] })
    }

    /// b ← (XᵀX/n + σI)⁻¹ b; by rows it is (b − Xᵀ(XXᵀ/n + σI)⁻¹Xb/n)/σ.
    pub(super) fn solve<O: LinearComposite<T> + ?Sized>(
        &mut self,
        objective: &O,
        offset: &[T],
        sigma: T,
        b: &mut [T],
    ) {
        if !self.by_rows {
            return self.factor.solve(b);
        }
        let inverse = T::of(offset.len() as f64).recip();
        objective.predict(b, &mut self.image);
        for (image, offset) in self.image.iter_mut().zip(offset) {
            *image = (*image - *offset) * inverse;
        }
        self.factor.solve(&mut self.image);
        objective.apply_transpose(&self.image, &mut self.back);
        for (b, back) in b.iter_mut().zip(&self.back) {
            *b = (*b - *back) / sigma;
        }
    }
}
