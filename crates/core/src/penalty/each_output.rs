//! [`EachOutput`]: one penalty on the coefficients of every output.

use core::ops::Range;

use super::{Blocks, Diagonal, Penalty, Step};
use crate::error::Result;
use crate::real::Real;

/// P(b₁) + … + P(b_K) over K·p coefficients, those of an output side by side.
pub(crate) struct EachOutput<'a, T: Real> {
    one: &'a dyn Penalty<T>,
    p: usize,
    outputs: usize,
    blocks: Blocks,
}

impl<'a, T: Real> EachOutput<'a, T> {
    /// # Errors
    /// A penalty that is none over p coefficients.
    pub(crate) fn new(one: &'a dyn Penalty<T>, p: usize, outputs: usize) -> Result<Self> {
        one.check(p)?;
        let blocks = match one.blocks() {
            Blocks::Coordinates => Blocks::Coordinates,
            Blocks::Groups(groups) => {
                let shifted = |k: usize| groups.iter().map(move |g| k * p + g.start..k * p + g.end);
                Blocks::Groups((0..outputs).flat_map(shifted).collect())
            }
        };
        Ok(Self { one, p, outputs, blocks })
    }

    /// The block of the penalty itself.
    fn own(&self, block: usize) -> usize {
        block % self.one.blocks().count(self.p).max(1)
    }

    /// The penalty's own block and the part of a run of `length` coefficients that lies in one output, for each of them.
    fn runs(&self, block: usize, length: usize) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
        let single = matches!(self.blocks, Blocks::Coordinates);
        let mut start = 0;
        core::iter::from_fn(move || {
            if start >= length {
                return None;
            }
            let own = self.own(if single { block + start } else { block });
            let end = if single { length.min(start + self.p - own) } else { length };
            let run = start..end;
            start = end;
            Some((own, run))
        })
    }

    fn each<'b>(&self, values: &'b [T]) -> core::slice::ChunksExact<'b, T> {
        values.chunks_exact(self.p.max(1))
    }
}

impl<T: Real> Penalty<T> for EachOutput<'_, T> {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }
    fn value(&self, b: &[T], lambda: T) -> T {
        self.each(b).map(|b| self.one.value(b, lambda)).sum()
    }
    fn prox(&self, block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        for (own, run) in self.runs(block, v.len()) {
            self.one.prox(own, &mut v[run.clone()], step.part(run), lambda);
        }
    }
    fn violation(&self, block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let of =
            |(own, run): (usize, Range<usize>)| self.one.violation(own, &b[run.clone()], &g[run], lambda);
        let mut runs = self.runs(block, b.len()).map(of);
        let first = runs.next().unwrap_or(T::ZERO);
        runs.fold(first, |norm, v| (norm * norm + v * v).sqrt())
    }
    fn in_support(&self, block: usize, b: &[T], lambda: T) -> bool {
        self.one.in_support(self.own(block), b, lambda)
    }
    fn quadratic_part(&self, lambda: T) -> Option<Diagonal<T>> {
        Some(match self.one.quadratic_part(lambda)? {
            Diagonal::Uniform(d) => Diagonal::Uniform(d),
            Diagonal::Each(d) => Diagonal::Each(d.repeat(self.outputs)),
        })
    }
    fn is_quadratic(&self) -> bool {
        self.one.is_quadratic()
    }
    fn is_constraint(&self) -> bool {
        self.one.is_constraint()
    }
    fn is_convex(&self) -> bool {
        self.one.is_convex()
    }
    fn takes_diagonal_steps(&self) -> bool {
        self.one.takes_diagonal_steps()
    }
    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        self.each(g0).map(|g| self.one.lambda_max(g)).try_fold(T::ZERO, |m, l| Some(m.max(l?)))
    }
    fn conjugate(&self, v: &[T], lambda: T) -> T {
        self.each(v).map(|v| self.one.conjugate(v, lambda)).sum()
    }
    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        self.each(v).map(|v| self.one.dual_scale(v, lambda)).fold(T::ONE, |least, s| least.min(s))
    }
    fn block_value(&self, block: usize, b: &[T], lambda: T) -> T {
        self.one.block_value(self.own(block), b, lambda)
    }
    fn block_lambda_max(&self, block: usize, g0: &[T]) -> Option<T> {
        self.one.block_lambda_max(self.own(block), g0)
    }
    fn block_conjugate(&self, block: usize, v: &[T], lambda: T) -> T {
        self.one.block_conjugate(self.own(block), v, lambda)
    }
    fn block_dual_scale(&self, block: usize, v: &[T], lambda: T) -> T {
        self.one.block_dual_scale(self.own(block), v, lambda)
    }
    fn margin(&self, block: usize, v: &[T], lambda: T) -> T {
        self.one.margin(self.own(block), v, lambda)
    }
}
