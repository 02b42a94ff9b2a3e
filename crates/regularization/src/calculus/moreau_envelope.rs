//! [`MoreauEnvelope`]: a smooth penalty in place of one with kinks.

use thalweg_core::{Blocks, Diagonal, Error, Penalty, Real, Result, Step, k, vector};

use crate::by_blocks;
use crate::scratch::Scratch;

/// M(b; λ) = min_z P(z; λ) + ‖z − b‖²/(2μ): below P by little, equal to it in its minima, and with the gradient (b − prox_P(b; μ))/μ, which moves at most
/// 1/μ times as fast as b, where P is convex. The envelope of the L1 norm is Huber's function. prox v + t/(t + μ)·(prox_P(v; t + μ) − v); conjugate
/// P*(v) + ½μ‖v‖². There is no λ_max: M is smooth at 0.
///
/// Source: Moreau, *Proximité et dualité dans un espace hilbertien*, Bull. Soc. Math. France 93 (1965); Parikh and Boyd, *Proximal
/// algorithms*, Found. Trends Optim. 1 (2014), section 3.1.
///
/// ```
/// use thalweg_core::Penalty;
/// let huber = thalweg_regularization::MoreauEnvelope::new(thalweg_regularization::L1, 0.5)?;
/// // At 3: |2.5| + 0.5²/(2·0.5), slope 1. At 0.25: 0.25²/(2·0.5), slope 0.25/0.5.
/// assert_eq!(huber.value(&[3.0, 0.25], 1.0), 2.75 + 0.0625);
/// let mut slopes = [0.0; 2];
/// huber.gradient(&[3.0, 0.25], 1.0, &mut slopes);
/// assert_eq!(slopes, [1.0, 0.5]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct MoreauEnvelope<T, P> {
    inner: P,
    mu: T,
    /// A point and the steps of its prox.
    memory: Scratch<(Vec<T>, Vec<T>)>,
}

impl<T: Real, P: Penalty<T>> MoreauEnvelope<T, P> {
    /// With μ, in squared units of the coefficients over those of P: the smaller, the closer to P.
    ///
    /// # Errors
    /// μ not positive and finite.
    pub fn new(inner: P, mu: T) -> Result<Self> {
        if mu > T::ZERO && mu.is_finite() {
            Ok(Self { inner, mu, memory: Scratch::default() })
        } else {
            Err(Error::invalid_parameter("mu", mu, "it must be a finite number > 0"))
        }
    }

    /// out ← ∇M(b; λ). Where P is not convex and its prox jumps, one of the gradients.
    ///
    /// # Panics
    /// If `out` is shorter than the groups.
    pub fn gradient(&self, b: &[T], lambda: T, out: &mut [T]) {
        out.copy_from_slice(b);
        for block in 0..self.inner.blocks().count(b.len()) {
            let range = self.inner.blocks().range(block);
            self.inner.prox(block, &mut out[range], Step::Scalar(self.mu), lambda);
        }
        out.iter_mut().zip(b).for_each(|(z, b)| *z = (*b - *z) / self.mu);
    }

    /// f of prox_P(b; μ), for a block or a run.
    fn near<R>(&self, block: usize, b: &[T], lambda: T, f: impl FnOnce(&[T]) -> R) -> R {
        let mut memory = self.memory.take();
        let z = &mut memory.0;
        z.clear();
        z.extend_from_slice(b);
        self.inner.prox(block, z, Step::Scalar(self.mu), lambda);
        f(z)
    }
}

impl<T: Real, P: Penalty<T>> Penalty<T> for MoreauEnvelope<T, P> {
    fn blocks(&self) -> &Blocks {
        self.inner.blocks()
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        by_blocks::value(self, b, lambda)
    }

    fn prox(&self, block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let mut memory = self.memory.take();
        let (z, steps) = &mut *memory;
        z.clear();
        z.extend_from_slice(v);
        match step {
            Step::Scalar(t) => self.inner.prox(block, z, Step::Scalar(t + self.mu), lambda),
            Step::Diagonal(t) => {
                steps.clear();
                steps.extend(t.iter().map(|t| *t + self.mu));
                self.inner.prox(block, z, Step::Diagonal(steps), lambda);
            }
        }
        for (i, (v, z)) in v.iter_mut().zip(z.iter()).enumerate() {
            let t = step.at(i);
            *v += t / (t + self.mu) * (*z - *v);
        }
    }

    fn violation(&self, block: usize, b: &[T], g: &[T], lambda: T) -> T {
        self.near(block, b, lambda, |z| {
            let one = |i: usize| (g[i] + (b[i] - z[i]) / self.mu).square();
            (0..b.len()).map(one).sum::<T>().sqrt()
        })
    }

    fn in_support(&self, _block: usize, _b: &[T], _lambda: T) -> bool {
        true
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
    }

    fn is_convex(&self) -> bool {
        self.inner.is_convex()
    }

    fn takes_diagonal_steps(&self) -> bool {
        self.inner.takes_diagonal_steps()
    }

    fn outputs(&self) -> usize {
        self.inner.outputs()
    }

    fn check(&self, p: usize) -> Result<()> {
        self.inner.check(p)
    }

    fn lambda_max(&self, _g0: &[T]) -> Option<T> {
        None
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        self.inner.conjugate(v, lambda) + k(0.5) * self.mu * vector::norm2_squared(v)
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        self.inner.dual_scale(v, lambda)
    }

    fn block_value(&self, block: usize, b: &[T], lambda: T) -> T {
        self.near(block, b, lambda, |z| {
            let square: T = b.iter().zip(z).map(|(b, z)| (*b - *z).square()).sum();
            self.inner.block_value(block, z, lambda) + k(0.5) * square / self.mu
        })
    }

    fn block_lambda_max(&self, _block: usize, _g0: &[T]) -> Option<T> {
        None
    }

    fn block_conjugate(&self, block: usize, v: &[T], lambda: T) -> T {
        self.inner.block_conjugate(block, v, lambda) + k(0.5) * self.mu * vector::norm2_squared(v)
    }

    fn block_dual_scale(&self, block: usize, v: &[T], lambda: T) -> T {
        self.inner.block_dual_scale(block, v, lambda)
    }
}
