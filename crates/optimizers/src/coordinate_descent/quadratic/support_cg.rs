//! Newton's step on the support without a Gram matrix, by conjugate gradients.
//!
//! Where columns have few entries, a sweep and a product with the Hessian of the support cost the same, but sweeps gain a digit in a number that
//! grows with the condition of the support, conjugate gradients in the root of that.
//!
//! Source: Hestenes and Stiefel, *Methods of conjugate gradients for solving linear systems*, J. Res. Natl. Bur. Stand. 49 (1952), scaled by the diagonal.

use thalweg_core::{Design, Par, Real, vector};

use super::Quadratic;
use super::support::Smooth;

/// Iterations at most.
const ITERATIONS: usize = 60;
/// The residual that ends them, as a share of the first.
const SHARE: f64 = 0.05;

impl<T: Real> Quadratic<T> {
    /// The solution δ of (H̃ + D)δ = −(g + P′) on the support, about.
    pub(super) fn cg_step(&self, smooth: &Smooth<T>, design: &Design<'_, T>) -> Option<Vec<T>> {
        let Smooth { support, ridge, pull } = smooth;
        let first = usize::from(self.intercept);
        let inverse: Vec<T> =
            support.iter().zip(ridge).map(|(i, d)| (self.diagonal[*i] + *d).recip()).collect();
        let mut r = pull.clone();
        let zeros = || vec![T::ZERO; support.len()];
        let (mut step, mut product) = (zeros(), zeros());
        let mut z: Vec<T> = r.iter().zip(&inverse).map(|(r, d)| *r * *d).collect();
        let mut direction = z.clone();
        let kept: Vec<usize> = support.iter().map(|i| self.columns[*i] - first).collect();
        let columns = design.select(&kept).ok()?;
        let parameters = || vec![T::ZERO; columns.parameters()];
        let mut scratch = Scratch { rows: vec![T::ZERO; self.h.len()], b: parameters(), g: parameters() };
        let mut rz = vector::dot(&r, &z);
        let enough = T::of(SHARE * SHARE) * rz;
        for _ in 0..ITERATIONS {
            self.product(&columns, support, &direction, &mut scratch, &mut product);
            for ((out, d), v) in product.iter_mut().zip(ridge).zip(&direction) {
                *out += *d * *v;
            }
            let curved = vector::dot(&direction, &product);
            if !(curved > T::ZERO && curved.is_finite() && rz > T::ZERO) {
                break;
            }
            let length = rz / curved;
            vector::axpy(length, &direction, &mut step);
            vector::axpy(-length, &product, &mut r);
            z.iter_mut().zip(&r).zip(&inverse).for_each(|((z, r), d)| *z = *r * *d);
            let next = vector::dot(&r, &z);
            if next <= enough {
                break;
            }
            let share = next / rz;
            rz = next;
            direction.iter_mut().zip(&z).for_each(|(p, z)| *p = *z + share * *p);
        }
        Some(step)
    }

    /// out ← H̃v on the support, of which `columns` is the design.
    fn product(
        &self,
        columns: &Design<'_, T>,
        support: &[usize],
        v: &[T],
        scratch: &mut Scratch<T>,
        out: &mut [T],
    ) {
        let Scratch { rows, b, g } = scratch;
        let first = b.len() - v.len();
        b[first..].copy_from_slice(v);
        columns.apply(b, rows, Par::Rayon);
        rows.iter_mut().zip(&self.h).for_each(|(t, h)| *t *= *h);
        columns.apply_transpose(rows, g, Par::Rayon);
        // The intercept's own product is what centring takes away.
        let pull = if first == 1 { self.centre() * g[0] } else { T::ZERO };
        for ((out, g), i) in out.iter_mut().zip(&g[first..]).zip(support) {
            *out = *g - pull * self.means[*i];
        }
    }
}

/// Memory of the products: one number a row, and the support's parameters twice.
struct Scratch<T> {
    rows: Vec<T>,
    b: Vec<T>,
    g: Vec<T>,
}
