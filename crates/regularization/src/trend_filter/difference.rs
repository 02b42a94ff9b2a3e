//! [`Difference`]: differences of neighbours, and their transpose.

use thalweg_core::Real;

/// The highest degree of a piece.
pub(super) const HIGHEST: usize = 3;

/// D, the (k + 1)-th differences of neighbours: (Dz)ᵢ = Σ cⱼzᵢ₊ⱼ with the binomial coefficients in alternating signs.
#[derive(Copy, Clone, Debug)]
pub(super) struct Difference {
    c: [f64; HIGHEST + 2],
    size: usize,
}

impl Difference {
    /// k at most [`HIGHEST`].
    pub(super) fn new(k: usize) -> Self {
        let size = k.min(HIGHEST) + 2;
        let mut c = [0.0; HIGHEST + 2];
        c[0] = 1.0;
        for m in 1..size {
            for j in (1..=m).rev() {
                c[j] = c[j - 1] - c[j];
            }
            c[0] = -c[0];
        }
        Self { c, size }
    }

    fn c(&self) -> &[f64] {
        &self.c[..self.size]
    }

    /// (Dz)ᵢ.
    pub(super) fn at<T: Real>(&self, z: &[T], i: usize) -> T {
        self.c().iter().zip(&z[i..]).map(|(c, z)| T::of(*c) * *z).sum()
    }

    /// z ← z + a·TDᵀu with T = diag(t).
    pub(super) fn pull(&self, a: f64, u: &[f64], t: impl Fn(usize) -> f64, z: &mut [f64]) {
        let c = self.c();
        for (i, z) in z.iter_mut().enumerate() {
            let from = (i + 1).saturating_sub(c.len());
            let sum: f64 = (from..u.len().min(i + 1)).map(|j| c[i - j] * u[j]).sum();
            *z += a * t(i) * sum;
        }
    }

    /// Entry (i, i − d) of DTDᵀ.
    pub(super) fn gram(&self, t: &[f64], i: usize, d: usize) -> f64 {
        let c = self.c();
        (0..c.len() - d).map(|a| c[a] * t[i + a] * c[a + d]).sum()
    }

    /// Below this a difference of z is rounding.
    pub(super) fn rounding<T: Real>(&self, z: &[T]) -> T {
        let largest = z.iter().fold(T::ZERO, |m, z| m.max(z.abs()));
        T::of(8.0 * self.c().iter().map(|c| c.abs()).sum::<f64>()) * T::EPSILON * largest
    }
}

#[cfg(test)]
mod tests {
    use super::Difference;

    #[test]
    fn differences_are_binomial() {
        assert_eq!(Difference::new(1).c(), [1.0, -2.0, 1.0]);
        assert_eq!(Difference::new(2).c(), [-1.0, 3.0, -3.0, 1.0]);
        let cubes = [0.0, 1.0, 8.0, 27.0, 64.0];
        assert_eq!(Difference::new(2).at(&cubes, 1), 6.0);
        assert_eq!(Difference::new(3).at(&cubes, 0), 0.0);
    }
}
