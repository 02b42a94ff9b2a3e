//! Cholesky factors of symmetric band matrices, of which some rows may be left out.

/// A symmetric positive definite matrix with w diagonals below the main one: entry (i, i − d) at i(w + 1) + d.
#[derive(Debug)]
pub(super) struct Banded {
    width: usize,
    entries: Vec<f64>,
    factor: Vec<f64>,
}

impl Banded {
    /// Of n rows.
    pub(super) fn new(n: usize, width: usize) -> Self {
        Self { width, entries: vec![0.0; n * (width + 1)], factor: vec![0.0; n * (width + 1)] }
    }

    /// Takes entry (i, i − d) = `entry(i, d)`.
    pub(super) fn load(&mut self, entry: impl Fn(usize, usize) -> f64) {
        let size = self.width + 1;
        for (i, row) in self.entries.chunks_exact_mut(size).enumerate() {
            for (d, x) in row.iter_mut().enumerate().take(i + 1) {
                *x = entry(i, d);
            }
        }
    }

    /// Factorises the matrix times `scale`, plus `add(i)` on the diagonal, without the rows and columns where that is `None`: these become those of
    /// the unit matrix. False if it is not positive definite within rounding.
    pub(super) fn factor(&mut self, scale: f64, add: impl Fn(usize) -> Option<f64>) -> bool {
        let (width, size) = (self.width, self.width + 1);
        for i in 0..self.entries.len() / size {
            let extra = add(i);
            let (above, row) = self.factor.split_at_mut(i * size);
            for d in (0..=width.min(i)).rev() {
                let j = i - d;
                let mut x = match extra {
                    None => f64::from(u8::from(d == 0)),
                    Some(extra) if d == 0 => scale * self.entries[i * size] + extra,
                    Some(_) if add(j).is_none() => 0.0,
                    Some(_) => scale * self.entries[i * size + d],
                };
                // Columns that both rows i and j reach.
                for q in d + 1..=width.min(i) {
                    if q - d <= width {
                        let other = if d == 0 { row[q] } else { above[j * size + q - d] };
                        x -= row[q] * other;
                    }
                }
                if d > 0 {
                    row[d] = x / above[j * size];
                } else if x > 0.0 {
                    row[0] = x.sqrt();
                } else {
                    return false;
                }
            }
        }
        true
    }

    /// x ← the solution of the factorised system for the right-hand side x.
    pub(super) fn solve(&self, x: &mut [f64]) {
        let (width, size) = (self.width, self.width + 1);
        for i in 0..x.len() {
            let row = &self.factor[i * size..(i + 1) * size];
            let sum: f64 = (1..=width.min(i)).map(|d| row[d] * x[i - d]).sum();
            x[i] = (x[i] - sum) / row[0];
        }
        for i in (0..x.len()).rev() {
            let row = &self.factor[i * size..(i + 1) * size];
            x[i] /= row[0];
            for d in 1..=width.min(i) {
                x[i - d] -= row[d] * x[i];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Banded;

    /// [[4, 2, 0], [2, 5, 2], [0, 2, 5]] = LLᵀ with L = [[2, 0, 0], [1, 2, 0], [0, 1, 2]].
    #[test]
    fn a_matrix_by_hand() {
        let mut band = Banded::new(3, 1);
        band.load(|i, d| [[4.0, 0.0], [5.0, 2.0], [5.0, 2.0]][i][d]);
        assert!(band.factor(1.0, |_| Some(0.0)));
        assert_eq!(band.factor, [2.0, 0.0, 2.0, 1.0, 2.0, 1.0]);
        // Times (1, −1, 2).
        let mut x = [2.0, 1.0, 8.0];
        band.solve(&mut x);
        assert_eq!(x, [1.0, -1.0, 2.0]);
        // Without the middle row: diag(4, 1, 5).
        assert!(band.factor(1.0, |i| (i != 1).then_some(0.0)));
        let mut x = [2.0, 1.0, 8.0];
        band.solve(&mut x);
        assert!((x[0] - 0.5).abs() < 1e-15 && x[1] == 1.0 && (x[2] - 1.6).abs() < 1e-15);
        assert!(!band.factor(-1.0, |_| Some(0.0)));
    }
}
