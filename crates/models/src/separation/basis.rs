//! A linear map split into its range and its kernel.
//!
//! Gram–Schmidt with pivoting and reorthogonalisation that keeps account of its combinations: the vector with most of its image left becomes one
//! more orthonormal image, and once what is left of all is rounding, the combinations that led there span the kernel. Taken in order
//! instead, a vector whose image is nearly spent would tilt the basis by ε over what is left of it, and count as a dimension too many later.
//! Cost: 6q³ at most.

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
    split(&columns(root), vectors).0.into_iter().map(|candidate| candidate.b).collect()
}

/// Vectors that span {b: R b = 0}, with zeros that are exact: a parameter that no vector changes is estimable from the rows of the root.
pub(super) fn kernel(root: MatRef<'_, f64>) -> Vec<Vec<f64>> {
    let columns = columns(root);
    let (_, mut kernel) = split(&columns, &identity(columns.len()));
    for Candidate { own, b, .. } in &mut kernel {
        let parts: Vec<f64> = b.iter().zip(&columns).map(|(b, c)| b.abs() * vector::norm2(c)).collect();
        let least = NEGLIGIBLE * vector::norm_inf(&parts);
        for (j, (b, part)) in b.iter_mut().zip(parts).enumerate() {
            if part <= least && j != *own {
                *b = 0.0;
            }
        }
    }
    kernel.into_iter().map(|candidate| candidate.b).collect()
}

fn columns(root: MatRef<'_, f64>) -> Vec<Vec<f64>> {
    (0..root.ncols()).map(|j| (0..root.nrows()).map(|i| root[(i, j)]).collect()).collect()
}

/// A combination of the vectors given.
struct Candidate {
    /// The index of the vector that it started as.
    own: usize,
    b: Vec<f64>,
    image: Vec<f64>,
    /// Σ|bⱼ|‖column j‖ at the start.
    reach: f64,
}

impl Candidate {
    /// What is left of the image, relative to the sizes that went into it.
    fn rest(&self) -> f64 {
        if self.reach > 0.0 { vector::norm2(&self.image) / self.reach } else { 0.0 }
    }

    /// Takes out its part along an orthonormal image.
    fn clear(&mut self, b: &[f64], image: &[f64]) {
        let along = vector::dot(image, &self.image);
        vector::axpy(-along, image, &mut self.image);
        vector::axpy(-along, b, &mut self.b);
    }
}

/// Combinations with orthonormal images, and combinations with none.
fn split(columns: &[Vec<f64>], vectors: &[Vec<f64>]) -> (Vec<Candidate>, Vec<Candidate>) {
    let norms: Vec<f64> = columns.iter().map(|column| vector::norm2(column)).collect();
    let start = |(own, b): (usize, &Vec<f64>)| {
        let mut image = vec![0.0; columns.len()];
        combine(columns, b, &mut image);
        let reach = b.iter().zip(&norms).map(|(b, norm)| b.abs() * norm).sum();
        Candidate { own, b: b.clone(), image, reach }
    };
    let mut left: Vec<Candidate> = vectors.iter().enumerate().map(start).collect();
    let mut range: Vec<Candidate> = Vec::new();
    loop {
        let rests = left.iter().map(Candidate::rest).enumerate();
        let most = rests.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, rest)| *rest > TOLERANCE);
        let Some((at, _)) = most else { return (range, left) };
        let mut next = left.swap_remove(at);
        for other in &range {
            next.clear(&other.b, &other.image);
        }
        let length = vector::norm2(&next.image).recip();
        vector::scale(length, &mut next.image);
        vector::scale(length, &mut next.b);
        left.iter_mut().for_each(|candidate| candidate.clear(&next.b, &next.image));
        range.push(next);
    }
}

/// Σ vₖ bₖ.
pub(super) fn combine(basis: &[Vec<f64>], v: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (b, v) in basis.iter().zip(v) {
        vector::axpy(*v, b, out);
    }
}
