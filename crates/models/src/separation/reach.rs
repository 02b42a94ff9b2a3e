//! [`Reach`]: the size Σ|xᵢⱼ||bⱼ| that the rounding of xᵢᵀb is measured against, row by row where it matters.

use faer::Mat;
use thalweg_core::{BLOCK_ROWS, Design};

/// The sizes of the rows' parts in one direction.
pub(super) struct Reach {
    /// |bⱼ|.
    b: Vec<f64>,
    /// A bound on the size of every row.
    pub(super) bound: f64,
    row: Mat<f64>,
}

impl Reach {
    /// Of the direction b.
    pub(super) fn new(design: &Design<'_, f64>, b: &[f64]) -> Self {
        let b: Vec<f64> = b.iter().map(|b| b.abs()).collect();
        let bound = b.iter().enumerate().map(|(k, b)| b * design.max_abs(k)).sum();
        Self { row: Mat::zeros(1, b.len()), b, bound }
    }

    /// Whether `part` ≥ 0 is more than a share of the size of row i.
    pub(super) fn exceeded(&mut self, design: &Design<'_, f64>, i: usize, part: f64, share: f64) -> bool {
        if part == 0.0 || part > share * self.bound {
            return part > 0.0;
        }
        design.copy_scaled_rows(i..i + 1, &[1.0], self.row.as_mut());
        let size: f64 = self.b.iter().enumerate().map(|(k, b)| b * self.row[(0, k)].abs()).sum();
        part > share * size
    }
}

/// Factors that bring rows to a common size, columns in units of their own. With an intercept all rows have it already.
pub(super) fn common_size(design: &Design<'_, f64>) -> Vec<f64> {
    // Rows and columns in turn; what three rounds leave uneven is harmless.
    const ROUNDS: usize = 3;
    let (n, q) = (design.rows(), design.parameters());
    let mut factors = vec![1.0; n];
    if design.has_intercept() {
        return factors;
    }
    let mut units: Vec<f64> = (0..q).map(|k| design.max_abs(k)).collect();
    let mut block = Mat::zeros(BLOCK_ROWS, q);
    for _ in 0..ROUNDS {
        let mut largest = vec![0.0_f64; q];
        for start in (0..n).step_by(BLOCK_ROWS) {
            let rows = start..n.min(start + BLOCK_ROWS);
            design.copy_scaled_rows(rows.clone(), &[1.0; BLOCK_ROWS][..rows.len()], block.as_mut());
            for (i, factor) in factors[rows].iter_mut().enumerate() {
                let size: f64 =
                    (0..q).filter(|k| units[*k] > 0.0).map(|k| block[(i, k)].abs() / units[k]).sum();
                *factor = if size > 0.0 { size.recip() } else { 1.0 };
                for (k, largest) in largest.iter_mut().enumerate() {
                    *largest = largest.max(*factor * block[(i, k)].abs());
                }
            }
        }
        units = largest;
    }
    factors
}
