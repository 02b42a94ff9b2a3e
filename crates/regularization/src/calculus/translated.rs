//! [`Translated`]: shrinks towards other values than 0.

use thalweg_core::{Blocks, Diagonal, Error, Penalty, Real, Result, Step, check_shape, vector};

use crate::scratch::Scratch;

/// P(b − c; λ): shrinks b towards c, such as the estimates of an earlier study. prox c + prox_P(v − c); violation that of P at b − c; conjugate
/// P*(v) + cᵀv. There is no λ_max: no λ makes b = 0 optimal.
///
/// Source: Parikh and Boyd, *Proximal algorithms*, Found. Trends Optim. 1 (2014), section 2.2.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// let towards = thalweg_regularization::Translated::new(thalweg_regularization::L1, vec![1.0, -2.0])?;
/// let mut v = [4.0, -2.5];
/// towards.prox(0, &mut v, Step::Scalar(1.0), 1.0);
/// assert_eq!(v, [3.0, -2.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Translated<T, P> {
    inner: P,
    centre: Vec<T>,
    shifted: Scratch<Vec<T>>,
}

impl<T: Real, P: Penalty<T>> Translated<T, P> {
    /// With the centre c, one value a coefficient.
    ///
    /// # Errors
    /// A value that is not finite; a centre of another length than P has coefficients.
    pub fn new(inner: P, centre: Vec<T>) -> Result<Self> {
        if let Some(row) = centre.iter().position(|c| !c.is_finite()) {
            let value = centre[row].to_f64();
            return Err(Error::NonFinite { what: "centre of the penalty".to_owned(), row, value });
        }
        inner.check(centre.len())?;
        let shifted = Scratch::new(Vec::with_capacity(centre.len()));
        Ok(Self { inner, centre, shifted })
    }

    /// f of b − c, for coefficients from `start` on.
    fn at<R>(&self, start: usize, b: &[T], f: impl FnOnce(&[T]) -> R) -> R {
        let mut shifted = self.shifted.take();
        shifted.clear();
        shifted.extend(b.iter().zip(&self.centre[start..]).map(|(b, c)| *b - *c));
        f(&shifted)
    }

    fn start(&self, block: usize) -> usize {
        self.inner.blocks().range(block).start
    }
}

impl<T: Real, P: Penalty<T>> Penalty<T> for Translated<T, P> {
    fn blocks(&self) -> &Blocks {
        self.inner.blocks()
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        self.at(0, b, |b| self.inner.value(b, lambda))
    }

    fn prox(&self, block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let centre = &self.centre[self.start(block)..];
        v.iter_mut().zip(centre).for_each(|(v, c)| *v -= *c);
        self.inner.prox(block, v, step, lambda);
        v.iter_mut().zip(centre).for_each(|(v, c)| *v += *c);
    }

    fn violation(&self, block: usize, b: &[T], g: &[T], lambda: T) -> T {
        self.at(self.start(block), b, |b| self.inner.violation(block, b, g, lambda))
    }

    fn in_support(&self, block: usize, b: &[T], lambda: T) -> bool {
        self.at(self.start(block), b, |b| self.inner.in_support(block, b, lambda))
    }

    fn quadratic_part(&self, _lambda: T) -> Option<Diagonal<T>> {
        None
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
        check_shape("entries of the penalty's centre", p, self.centre.len())
    }

    fn lambda_max(&self, _g0: &[T]) -> Option<T> {
        None
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        self.inner.conjugate(v, lambda) + vector::dot(&self.centre, v)
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        self.inner.dual_scale(v, lambda)
    }

    fn block_value(&self, block: usize, b: &[T], lambda: T) -> T {
        self.at(self.start(block), b, |b| self.inner.block_value(block, b, lambda))
    }

    fn block_lambda_max(&self, _block: usize, _g0: &[T]) -> Option<T> {
        None
    }

    fn block_conjugate(&self, block: usize, v: &[T], lambda: T) -> T {
        let centre = &self.centre[self.blocks().range(block)];
        self.inner.block_conjugate(block, v, lambda) + vector::dot(centre, v)
    }

    fn block_dual_scale(&self, block: usize, v: &[T], lambda: T) -> T {
        self.inner.block_dual_scale(block, v, lambda)
    }
}
