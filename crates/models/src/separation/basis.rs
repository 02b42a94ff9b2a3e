//! A linear map split into its range and its kernel, by limited pivoting.
//!
//! The vectors are taken in order; what is left of an image after those before it either becomes one more orthonormal image, or is rounding,
//! and then the combination of vectors that led there lies in the kernel. This is Gram–Schmidt with reorthogonalisation that keeps account of
//! its combinations: with unit vectors it finds the aliases of R's `lm` and the relations between the columns. Cost: 4q³ at most.

use faer::MatRef;
use thalweg_core::vector;

/// Norm of what is left of an image, relative to the sizes that went into it, below which it is rounding (as for aliased columns).
const TOLERANCE: f64 = 1e-11;

/// Share of a vector of the kernel below which an entry of it is rounding.
const NEGLIGIBLE: f64 = 1e-10;

/// The unit vectors of length q.
pub(super) fn identity(q: usize) -> Vec<Vec<f64>> {
    (0..q).map(|k| (0..q).map(|j| f64::from(u8::from(j == k))).collect()).collect()
}

/// Combinations of the vectors whose images under an upper triangular root R, q×q, are orthonormal, so that ‖X Σvₖbₖ‖ = ‖v‖: as many as
/// there are dimensions that the rows see.
pub(super) fn orthonormal(root: MatRef<'_, f64>, vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    split(&columns(root), vectors).0
}

/// Vectors that span {b: R b = 0}, with zeros that are exact: a parameter that no vector changes is estimable from the rows of the root.
pub(super) fn kernel(root: MatRef<'_, f64>) -> Vec<Vec<f64>> {
    let columns = columns(root);
    let (_, mut kernel) = split(&columns, &identity(columns.len()));
    for (own, b) in &mut kernel {
        let parts: Vec<f64> = b.iter().zip(&columns).map(|(b, c)| b.abs() * vector::norm2(c)).collect();
        let least = NEGLIGIBLE * vector::norm_inf(&parts);
        for (j, (b, part)) in b.iter_mut().zip(parts).enumerate() {
            if part <= least && j != *own {
                *b = 0.0;
            }
        }
    }
    kernel.into_iter().map(|(_, b)| b).collect()
}

fn columns(root: MatRef<'_, f64>) -> Vec<Vec<f64>> {
    (0..root.ncols()).map(|j| (0..root.nrows()).map(|i| root[(i, j)]).collect()).collect()
}

/// A vector and the index of the one that it was made of.
type Made = (usize, Vec<f64>);

/// Combinations with orthonormal images, and combinations with none.
fn split(columns: &[Vec<f64>], vectors: &[Vec<f64>]) -> (Vec<Vec<f64>>, Vec<Made>) {
    let norms: Vec<f64> = columns.iter().map(|column| vector::norm2(column)).collect();
    let mut images: Vec<Vec<f64>> = Vec::new();
    let (mut range, mut kernel): (Vec<Vec<f64>>, _) = (Vec::new(), Vec::new());
    for (own, b) in vectors.iter().enumerate() {
        let (mut b, mut image, mut reach) = (b.clone(), vec![0.0; columns.len()], 0.0);
        for (j, column) in columns.iter().enumerate() {
            vector::axpy(b[j], column, &mut image);
            reach += b[j].abs() * norms[j];
        }
        for _ in 0..2 {
            for (other, of) in images.iter().zip(&range) {
                let along = vector::dot(other, &image);
                vector::axpy(-along, other, &mut image);
                vector::axpy(-along, of, &mut b);
            }
        }
        let rest = vector::norm2(&image);
        if rest <= TOLERANCE * reach {
            kernel.push((own, b));
            continue;
        }
        vector::scale(rest.recip(), &mut image);
        vector::scale(rest.recip(), &mut b);
        images.push(image);
        range.push(b);
    }
    (range, kernel)
}

/// Σ vₖ bₖ.
pub(super) fn combine(basis: &[Vec<f64>], v: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (b, v) in basis.iter().zip(v) {
        vector::axpy(*v, b, out);
    }
}
