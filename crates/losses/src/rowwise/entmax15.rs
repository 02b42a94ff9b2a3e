//! 1.5-entmax loss, the Fenchel–Young loss of a map between softmax and sparsemax: probabilities that are exactly 0 far below the largest, and a
//! loss that is exactly 0 where class y leads by 2, with a Hessian that is continuous.
//!
//! ℓ = max_p (pᵀη + (4/3) Σ(pₖ − pₖ^1.5)) − η_y over distributions p. Equal to `Entmax15Loss` of the authors' package; PyTorch, Keras and optax
//! have none. Minus no log-likelihood.
//!
//! Source: Peters, Niculae and Martins, *Sparse sequence-to-sequence models*, ACL (2019).

use thalweg_core::{Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want};

use super::{MakeRowwise, Outputs, RowwiseEntry, categorical};

/// For y in {0, …, K−1}, with z = η/2 − τ, s = max(z, 0), p = s², Σp = 1: ℓ = Σ pₖ(ηₖ − η_y) + (4/3) Σ(pₖ − sₖ³), ∂ℓ/∂η = p − e_y,
/// ∂²ℓ/∂η² = diag(s) − ssᵀ/Σs, ℓ*(u) = (4/3) Σ(vₖ^1.5 − vₖ) where v = u + e_y is a distribution.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::Entmax15::new(3)?;
/// let mut g = [0.0; 3];
/// // s = (0.8, 0.6, 0): τ = −0.8.
/// let value: f64 = loss.row(&[0.0], &[0.0, -0.4, -2.0], Want::Gradient, &mut g, &mut []);
/// assert!((value - (0.04 * 2.8 + 0.216) / 1.5).abs() < 1e-15);
/// assert!((g[0] + 0.36).abs() < 1e-15 && (g[1] - 0.36).abs() < 1e-15 && g[2] == 0.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Entmax15 {
    classes: u32,
}

impl Entmax15 {
    /// With K classes.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        categorical::classes(classes).map(|classes| Self { classes })
    }
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "entmax15",
    summary: "multinomial loss between softmax and sparsemax, with probabilities that may be exactly 0",
    parameters: &[],
    example: "entmax15",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Classes },
};

fn make<T: Real>(classes: usize, _: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(Entmax15::new(classes)?))
}

impl RowFormula for Entmax15 {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let (zero, one, half) = (S::of(0.0), S::of(1.0), S::of(0.5));
        let top = eta.iter().fold(eta[0], |top, eta| top.max(*eta));
        let z = |eta: S| half * (eta - top);
        let (mut tau, mut most) = (zero, zero);
        // The largest support {k : zₖ ≥ zⱼ} whose own threshold is not above zⱼ.
        for edge in eta {
            let inside = |eta: S, then: S| S::select(edge.le(eta), then, zero);
            let sum = |f: &dyn Fn(S) -> S| eta.iter().fold(zero, |sum, eta| sum + inside(*eta, f(*eta)));
            let count = sum(&|_| one);
            let mean = sum(&z) / count;
            let spread = sum(&|eta| (z(eta) - mean).square());
            let threshold = mean - ((one - spread).max(zero) / count).sqrt();
            let holds = S::select(threshold.le(z(*edge)), count, zero);
            tau = S::select(most.lt(holds), threshold, tau);
            most = most.max(holds);
        }
        let is = |k: usize| (y[0] - S::of(k as f64)).abs().lt(half);
        let own = (0..eta.len()).fold(zero, |own, k| own + S::select(is(k), eta[k] - top, zero));
        eta.iter().fold(zero, |sum, eta| {
            let s = (z(*eta) - tau).max(zero);
            sum + s.square() * (*eta - top - own) + S::of(4.0 / 3.0) * (s.square() - s.square() * s)
        })
    }
}

/// τ above half the largest η, and that half, with s = max((η/2 − half) − τ, 0) and Σs² = 1.
///
/// Newton's method on the convex Σs² − 1 comes from the left, where a class that has left the support stays out; the support is that of the
/// root as soon as its own threshold, the smaller root of Σ_S (z − τ)² = 1, is not above any of it. No row has memory to sort in.
fn threshold<T: Real>(eta: &[T]) -> (T, T) {
    let half = T::of(0.5);
    let largest = half * eta.iter().fold(eta[0], |m, eta| if *eta > m { *eta } else { m });
    let mut tau = -T::ONE;
    loop {
        let inside = |tau: T| eta.iter().map(move |eta| half * *eta - largest).filter(move |z| *z > tau);
        let (mut sum, mut square, mut count, mut least) = (T::ZERO, T::ZERO, T::ZERO, T::ZERO);
        for z in inside(tau) {
            (sum, count, least) = (sum + z, count + T::ONE, if z < least { z } else { least });
            square += (z - tau) * (z - tau);
        }
        let mean = sum / count;
        let spread: T = inside(tau).map(|z| (z - mean) * (z - mean)).sum();
        let exact = mean - ((T::ONE - spread) / count).sqrt();
        let next = tau + half * (square - T::ONE) / (sum - count * tau);
        // A step that rounding swallows is the root to the last bit.
        if exact <= least || next <= tau || next.is_nan() {
            return (if exact <= least { exact } else { tau }, largest);
        }
        tau = next;
    }
}

impl<T: Real> Rowwise<T> for Entmax15 {
    fn outputs(&self) -> usize {
        self.classes as usize
    }

    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let (own, (tau, largest)) = (y[0].to_f64() as usize, threshold(eta));
        let z = |k: usize| (T::of(0.5) * eta[k] - largest) - tau;
        let s = |k: usize| z(k).max(T::ZERO);
        let (mut others, mut cubes) = (T::ZERO, T::ZERO);
        for k in (0..eta.len()).filter(|k| *k != own) {
            others += s(k) * s(k);
            cubes += s(k) * s(k) * s(k);
        }
        if want >= Want::Gradient {
            for (k, g) in gradient.iter_mut().enumerate() {
                *g = if k == own { -others } else { s(k) * s(k) };
            }
        }
        if want >= Want::Fisher {
            let total: T = (0..eta.len()).map(s).sum();
            for (i, row) in hessian.chunks_exact_mut(eta.len()).enumerate() {
                let mut rest = T::ZERO;
                for (j, h) in row.iter_mut().enumerate() {
                    *h = -(s(i) * s(j) / total);
                    rest += if i == j { T::ZERO } else { s(j) };
                }
                row[i] = s(i) * (rest / total);
            }
        }
        // With ηₖ = 2(zₖ + τ + largest) the loss is 4/3 + ⅔ Σs³ − 2z_y = ⅔(1 − s_y)²(2 + s_y) + ⅔ Σ_{k≠y} s³ + 2 max(−z_y, 0): no term is negative.
        let short = others / (T::ONE + s(own));
        let lag = if z(own) < T::ZERO { -z(own) } else { T::ZERO };
        let short = if lag > T::ZERO { T::ONE } else { short };
        T::of(2.0 / 3.0) * (short * short * (T::of(2.0) + s(own)) + cubes) + (lag + lag)
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // Below the largest s, which is 1 at most; with many classes of small s that share Σp = 1 with it, as near as one likes.
            curvature_bound: Some(T::ONE),
            lipschitz: Some(T::of(core::f64::consts::SQRT_2)),
            conjugate_known: true,
            ..Properties::convex(Target::Class(self.classes))
        }
    }

    fn shift_invariant(&self) -> bool {
        true
    }

    fn conjugate(&self, y: &[T], u: &[T]) -> T {
        let own = y[0].to_f64() as usize;
        let (mut sum, mut spread) = (T::ZERO, T::ZERO);
        let slack = T::of(8.0 * u.len() as f64) * T::EPSILON;
        for (k, u) in u.iter().enumerate() {
            let v = if k == own { T::ONE + *u } else { *u };
            if v < -slack || v.is_nan() {
                return T::INFINITY;
            }
            let v = v.max(T::ZERO);
            (sum, spread) = (sum + v, spread + v * (T::ONE - v.sqrt()));
        }
        if (sum - T::ONE).abs() <= slack { -(T::of(4.0 / 3.0) * spread) } else { T::INFINITY }
    }

    fn action_scratch(&self) -> usize {
        0
    }

    fn hessian_action(&self, _: &[T], eta: &[T], _: Want, v: &[T], out: &mut [T], _: &mut [T]) {
        let (tau, largest) = threshold(eta);
        let s = |eta: T| ((T::of(0.5) * eta - largest) - tau).max(T::ZERO);
        // With v taken from its entry at the largest s nothing cancels as that s tends to 1.
        let top = (1..eta.len()).fold(0, |top, k| if eta[k] > eta[top] { k } else { top });
        let (mut total, mut mean) = (T::ZERO, T::ZERO);
        for (eta, w) in eta.iter().zip(v) {
            (total, mean) = (total + s(*eta), mean + s(*eta) * (*w - v[top]));
        }
        mean /= total;
        for ((out, eta), w) in out.iter_mut().zip(eta).zip(v) {
            *out = s(*eta) * ((*w - v[top]) - mean);
        }
    }
}
