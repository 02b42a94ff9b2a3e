//! [`Rescaled`]: a penalty in other units of the coefficients.

use thalweg_core::{Blocks, Diagonal, Error, Penalty, Real, Result, Step, check_shape, vector};

use crate::by_blocks;
use crate::scratch::Scratch;

/// Σₖ Pₖ(dₖbₖ; λ) with a factor dₖ > 0 for every block k: P of coefficients in other units, such as those of standardised columns. prox
/// prox_P(dv; d²t)/d; violation d times that of P at db and g/d; conjugate P*(v/d).
///
/// For norms this is [`Weighted`](crate::Weighted); for MCP, SCAD and log-sum, whose bends are at fixed sizes, it is not.
///
/// Source: Parikh and Boyd, *Proximal algorithms*, Found. Trends Optim. 1 (2014), section 2.2.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let ridge = thalweg_regularization::Rescaled::new(thalweg_regularization::Ridge, vec![2.0, 1.0])?;
/// let mut v = [5.0, 2.0];
/// ridge.prox(0, &mut v, Step::Scalar(1.0), 1.0);
/// assert_eq!(v, [1.0, 1.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Rescaled<T, P> {
    inner: P,
    factors: Vec<T>,
    scaled: Scratch<[Vec<T>; 2]>,
}

impl<T: Real, P: Penalty<T>> Rescaled<T, P> {
    /// With the factor of every block.
    ///
    /// # Errors
    /// A factor that is not positive and finite. Their number is checked against the coefficients by [`Penalty::check`].
    pub fn new(inner: P, factors: Vec<T>) -> Result<Self> {
        if let Some(at) = factors.iter().position(|d| !(*d > T::ZERO && d.is_finite())) {
            let rule = "it must be a finite number > 0";
            return Err(Error::invalid_parameter(&format!("penalty factor {at}"), factors[at], rule));
        }
        Ok(Self { inner, factors, scaled: Scratch::default() })
    }

    /// f of a·x and c·y; y may be empty.
    fn with<R>(&self, (a, x): (T, &[T]), (c, y): (T, &[T]), f: impl FnOnce(&[T], &[T]) -> R) -> R {
        let mut scaled = self.scaled.take();
        let [first, second] = &mut *scaled;
        first.clear();
        first.extend(x.iter().map(|x| a * *x));
        second.clear();
        second.extend(y.iter().map(|y| c * *y));
        f(first, second)
    }
}

impl<T: Real, P: Penalty<T>> Penalty<T> for Rescaled<T, P> {
    fn blocks(&self) -> &Blocks {
        self.inner.blocks()
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        by_blocks::value(self, b, lambda)
    }

    fn prox(&self, block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let whole = *self.blocks() != Blocks::Coordinates;
        let size = if whole { v.len() } else { 1 };
        for (k, v) in v.chunks_mut(size.max(1)).enumerate() {
            let (range, d) = (k * size..k * size + v.len(), self.factors[block + k]);
            vector::scale(d, v);
            match step.part(range) {
                Step::Scalar(t) => self.inner.prox(block + k, v, Step::Scalar(t * d.square()), lambda),
                Step::Diagonal(t) => self.with((d.square(), t), (d, &[]), |t, _| {
                    self.inner.prox(block + k, v, Step::Diagonal(t), lambda);
                }),
            }
            v.iter_mut().for_each(|v| *v /= d);
        }
    }

    fn violation(&self, block: usize, b: &[T], g: &[T], lambda: T) -> T {
        by_blocks::violation(self.blocks(), block, b, g, |k, b, g| {
            let d = self.factors[k];
            d * self.with((d, b), (d.recip(), g), |b, g| self.inner.violation(k, b, g, lambda))
        })
    }

    fn in_support(&self, block: usize, b: &[T], lambda: T) -> bool {
        let d = self.factors[block];
        self.with((d, b), (d, &[]), |b, _| self.inner.in_support(block, b, lambda))
    }

    fn quadratic_part(&self, lambda: T) -> Option<Diagonal<T>> {
        let part = self.inner.quadratic_part(lambda)?;
        let of = |k: usize| self.blocks().range(k).map(move |j| (j, self.factors[k].square()));
        let each = (0..self.factors.len()).flat_map(of).map(|(j, square)| part.at(j) * square);
        Some(Diagonal::Each(each.collect()))
    }

    fn is_quadratic(&self) -> bool {
        self.inner.is_quadratic()
    }

    fn is_constraint(&self) -> bool {
        self.inner.is_constraint()
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
        self.inner.check(p)?;
        check_shape("factors of the penalty", self.blocks().count(p), self.factors.len())
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        by_blocks::lambda_max(self, g0)
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        by_blocks::conjugate(self, v, lambda)
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        by_blocks::dual_scale(self, v, lambda)
    }

    fn block_value(&self, block: usize, b: &[T], lambda: T) -> T {
        let d = self.factors[block];
        self.with((d, b), (d, &[]), |b, _| self.inner.block_value(block, b, lambda))
    }

    fn block_lambda_max(&self, block: usize, g0: &[T]) -> Option<T> {
        let d = self.factors[block].recip();
        self.with((d, g0), (d, &[]), |g, _| self.inner.block_lambda_max(block, g))
    }

    fn block_conjugate(&self, block: usize, v: &[T], lambda: T) -> T {
        let d = self.factors[block].recip();
        self.with((d, v), (d, &[]), |v, _| self.inner.block_conjugate(block, v, lambda))
    }

    fn block_dual_scale(&self, block: usize, v: &[T], lambda: T) -> T {
        let d = self.factors[block].recip();
        self.with((d, v), (d, &[]), |v, _| self.inner.block_dual_scale(block, v, lambda))
    }

    fn margin(&self, block: usize, v: &[T], lambda: T) -> T {
        let d = self.factors[block];
        d * self.with((d.recip(), v), (d, &[]), |v, _| self.inner.margin(block, v, lambda))
    }
}
