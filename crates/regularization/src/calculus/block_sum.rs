//! [`BlockSum`]: a penalty for each part of the coefficients.

use thalweg_core::{Blocks, Diagonal, Penalty, Real, Result, Step, check_shape};

use crate::by_blocks;
use crate::norm::larger;

/// P(b; λ) = Σᵢ Pᵢ(bᵢ; λ) over consecutive parts bᵢ of the coefficients, with one λ: a group lasso on the levels of factors, a lasso on the rest.
///
/// ```
/// use thalweg_core::Penalty;
/// use thalweg_regularization::{BlockSum, GroupLasso, L1};
/// let sum = BlockSum::new(vec![(Box::new(L1), 1), (Box::new(GroupLasso::whole(2)?), 2)])?;
/// assert_eq!(sum.value(&[-1.0, 3.0, 4.0], 2.0), 12.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct BlockSum<T: Real> {
    parts: Vec<Part<T>>,
    blocks: Blocks,
    coefficients: usize,
}

struct Part<T: Real> {
    penalty: Box<dyn Penalty<T>>,
    /// Its first coefficient, its first block, and its coefficients.
    start: usize,
    first: usize,
    count: usize,
}

impl<T: Real> BlockSum<T> {
    /// Of penalties with the number of coefficients each acts on.
    ///
    /// # Errors
    /// A penalty that does not act on that many.
    pub fn new(penalties: Vec<(Box<dyn Penalty<T>>, usize)>) -> Result<Self> {
        let separate = penalties.iter().all(|(p, _)| *p.blocks() == Blocks::Coordinates);
        let (mut parts, mut groups, mut start, mut first) = (Vec::new(), Vec::new(), 0, 0);
        for (penalty, count) in penalties {
            let penalty = penalty.over(count)?.unwrap_or(penalty);
            penalty.check(count)?;
            let blocks = penalty.blocks().count(count);
            groups.extend((0..blocks).map(|k| {
                let range = penalty.blocks().range(k);
                start + range.start..start + range.end
            }));
            parts.push(Part { penalty, start, first, count });
            start += count;
            first += blocks;
        }
        let blocks = if separate { Blocks::Coordinates } else { Blocks::of_ranges(groups)? };
        Ok(Self { parts, blocks, coefficients: start })
    }

    /// The part that a block lies in.
    fn part(&self, block: usize) -> &Part<T> {
        let at = self.parts.partition_point(|part| part.first <= block);
        &self.parts[at.max(1) - 1]
    }

    /// f of every part with its slice of v.
    fn each<'a, R>(
        &'a self,
        v: &'a [T],
        f: impl Fn(&dyn Penalty<T>, &'a [T]) -> R + 'a,
    ) -> impl Iterator<Item = R> + 'a {
        self.parts.iter().map(move |part| f(&*part.penalty, &v[part.start..part.start + part.count]))
    }

    fn all(&self, f: impl Fn(&dyn Penalty<T>) -> bool) -> bool {
        self.parts.iter().all(|part| f(&*part.penalty))
    }
}

impl<T: Real> Penalty<T> for BlockSum<T> {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        self.each(b, |penalty, b| penalty.value(b, lambda)).sum()
    }

    fn prox(&self, block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        if self.blocks != Blocks::Coordinates {
            let part = self.part(block);
            return part.penalty.prox(block - part.first, v, step, lambda);
        }
        // A run of coefficients may reach over several parts.
        let mut done = 0;
        while done < v.len() {
            let part = self.part(block + done);
            let inner = block + done - part.first;
            let end = v.len().min(done + part.count - inner);
            part.penalty.prox(inner, &mut v[done..end], step.part(done..end), lambda);
            done = end;
        }
    }

    fn violation(&self, block: usize, b: &[T], g: &[T], lambda: T) -> T {
        by_blocks::violation(&self.blocks, block, b, g, |k, b, g| {
            let part = self.part(k);
            part.penalty.violation(k - part.first, b, g, lambda)
        })
    }

    fn in_support(&self, block: usize, b: &[T], lambda: T) -> bool {
        let part = self.part(block);
        part.penalty.in_support(block - part.first, b, lambda)
    }

    fn quadratic_part(&self, lambda: T) -> Option<Diagonal<T>> {
        let mut some = false;
        let mut each = Vec::with_capacity(self.coefficients);
        for part in &self.parts {
            let quadratic = part.penalty.quadratic_part(lambda);
            some |= quadratic.is_some();
            each.extend((0..part.count).map(|j| quadratic.as_ref().map_or(T::ZERO, |d| d.at(j))));
        }
        some.then_some(Diagonal::Each(each))
    }

    fn is_quadratic(&self) -> bool {
        self.all(|penalty| penalty.is_quadratic())
    }

    fn is_constraint(&self) -> bool {
        self.all(|penalty| penalty.is_constraint())
    }

    fn is_convex(&self) -> bool {
        self.all(|penalty| penalty.is_convex())
    }

    fn takes_diagonal_steps(&self) -> bool {
        self.all(|penalty| penalty.takes_diagonal_steps())
    }

    fn check(&self, p: usize) -> Result<()> {
        check_shape("coefficients in the penalty's parts", p, self.coefficients)
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        let mut each = self.each(g0, |penalty, g| penalty.lambda_max(g));
        each.try_fold(T::ZERO, |m, v| Some(larger(m, v?)))
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        self.each(v, |penalty, v| penalty.conjugate(v, lambda)).sum()
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        self.each(v, |penalty, v| penalty.dual_scale(v, lambda)).fold(T::ONE, |a, b| a.min(b))
    }

    fn block_value(&self, block: usize, b: &[T], lambda: T) -> T {
        let part = self.part(block);
        part.penalty.block_value(block - part.first, b, lambda)
    }

    fn block_lambda_max(&self, block: usize, g0: &[T]) -> Option<T> {
        let part = self.part(block);
        part.penalty.block_lambda_max(block - part.first, g0)
    }

    fn block_conjugate(&self, block: usize, v: &[T], lambda: T) -> T {
        let part = self.part(block);
        part.penalty.block_conjugate(block - part.first, v, lambda)
    }

    fn block_dual_scale(&self, block: usize, v: &[T], lambda: T) -> T {
        let part = self.part(block);
        part.penalty.block_dual_scale(block - part.first, v, lambda)
    }

    fn margin(&self, block: usize, v: &[T], lambda: T) -> T {
        let part = self.part(block);
        part.penalty.margin(block - part.first, v, lambda)
    }
}
