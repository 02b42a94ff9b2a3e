//! The simplex method of Nelder and Mead: one or two values a step, n + 1 points; for a few parameters of a function whose values are all there is.
//!
//! Source: Nelder and Mead, *A simplex method for function minimization*, Computer J. 7 (1965); Lagarias, Reeds, Wright and Wright, SIAM J. Optim. 9 (1998), for
//! ties; Gao and Han, *Implementing the Nelder-Mead simplex algorithm with adaptive parameters*, Comput. Optim. Appl. 51 (2012).

use thalweg_core::{
    Archive, Checkpoint, Halt, Iterate, Minimizer, Objective, Real, Result, StepInfo, visit_slice,
};

use super::{DerivativeFreeEntry, MakeDerivativeFree, info, value};

/// Options of the simplex method.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct NelderMead {
    /// Reflection, expansion, contraction and shrinkage that depend on n, as large dimensions need; else 1, 2, ½, ½. Default true.
    pub adaptive: bool,
    /// The edges of the first simplex, as a share of each coordinate, or 2.5e-4 where that is 0. Default 0.05.
    pub edge: f64,
    /// The search ends when the simplex reaches no further than this from its best corner in any coordinate, and its values no more; `None` is √ε times
    /// max(1, max|x|) and max(1, |F|). Default `None`.
    pub tolerance: Option<f64>,
}

impl Default for NelderMead {
    fn default() -> Self {
        Self { adaptive: true, edge: 0.05, tolerance: None }
    }
}

pub(crate) const ENTRY: DerivativeFreeEntry = DerivativeFreeEntry {
    name: "nelder-mead",
    summary: "a simplex that moves, stretches and shrinks; needs values alone, fits up to some ten parameters",
    parameters: &[],
    example: "nelder-mead",
    make: MakeDerivativeFree {
        f64: |driver, objective, x0| driver.minimize(&NelderMead::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&NelderMead::default(), objective, x0),
    },
};

/// The corners, by increasing value.
#[derive(Clone, Debug)]
pub struct State<T> {
    n: usize,
    /// n + 1 points, one after the other.
    corners: Vec<T>,
    values: Vec<T>,
    /// Scratch.
    centre: Vec<T>,
    trial: Vec<T>,
    other: Vec<T>,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "corners", &mut self.corners)?;
        visit_slice(archive, "values", &mut self.values)
    }
}

impl<T: Real> State<T> {
    fn corner(&self, k: usize) -> &[T] {
        &self.corners[k * self.n..(k + 1) * self.n]
    }

    /// Moves the last corner to its place; among equals the newest comes last.
    fn settle(&mut self) {
        let n = self.n;
        for k in (1..=n).rev() {
            if self.values[k - 1] <= self.values[k] {
                break;
            }
            self.values.swap(k - 1, k);
            let (left, right) = self.corners.split_at_mut(k * n);
            left[(k - 1) * n..].swap_with_slice(&mut right[..n]);
        }
    }

    /// Sorts all corners, keeping the order of equals.
    fn sort(&mut self) {
        let n = self.n;
        for sorted in 1..=n {
            for k in (1..=sorted).rev() {
                if self.values[k - 1] <= self.values[k] {
                    break;
                }
                self.values.swap(k - 1, k);
                let (left, right) = self.corners.split_at_mut(k * n);
                left[(k - 1) * n..].swap_with_slice(&mut right[..n]);
            }
        }
    }

    /// (the reach of the simplex from its best corner, the spread of its values).
    fn size(&self) -> (T, T) {
        let best = self.corner(0);
        let reach =
            |k: usize| self.corner(k).iter().zip(best).fold(T::ZERO, |m, (x, b)| m.max((*x - *b).abs()));
        let spread = (1..=self.n).fold(T::ZERO, |m, k| m.max((self.values[k] - self.values[0]).abs()));
        ((1..=self.n).fold(T::ZERO, |m, k| m.max(reach(k))), spread)
    }

    /// out ← centre + t(centre − worst).
    fn along(&self, t: T, out: &mut [T]) {
        for ((out, c), w) in out.iter_mut().zip(&self.centre).zip(self.corner(self.n)) {
            *out = (T::ONE + t) * *c - t * *w;
        }
    }

    fn replace_worst(&mut self, value: T) {
        let n = self.n;
        self.values[n] = value;
        self.corners[n * n..].copy_from_slice(&self.trial);
        self.settle();
    }
}

impl<T: Real, O: Objective<T> + ?Sized> Minimizer<T, O> for NelderMead {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let n = x0.len();
        let mut s = State {
            n,
            corners: x0.repeat(n + 1),
            values: vec![T::INFINITY; n + 1],
            centre: vec![T::ZERO; n],
            trial: vec![T::ZERO; n],
            other: vec![T::ZERO; n],
        };
        for k in 0..n {
            let x = &mut s.corners[(k + 1) * n + k];
            *x = if *x == T::ZERO { T::of(2.5e-4) } else { *x * T::of(1.0 + self.edge) };
        }
        for k in 0..=n {
            s.values[k] = value(objective, &s.corners[k * n..(k + 1) * n])?;
        }
        if !s.values[0].is_finite() {
            return Err(Halt::NonFinite("the objective at the start"));
        }
        s.sort();
        Ok(s)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        let (n, (reach, spread), before) = (s.n, s.size(), s.values[0]);
        let size = s.corner(0).iter().fold(T::ONE, |m, x| m.max(x.abs()));
        let root = T::EPSILON.sqrt();
        let [x, f] = match self.tolerance {
            Some(tolerance) => [T::of(tolerance); 2],
            None => [root * size, root * before.abs().max(T::ONE)],
        };
        if n == 0 || reach <= x && spread <= f {
            return Err(Halt::Stalled("the simplex has shrunk to the tolerance"));
        }
        let dim = n as f64;
        let [expand, contract, shrink] = if self.adaptive {
            [1.0 + 2.0 / dim, 0.75 - 0.5 / dim, 1.0 - 1.0 / dim]
        } else {
            [2.0, 0.5, 0.5]
        }
        .map(T::of);
        // In one dimension the adaptive factors would be 3, ¼ and 0.
        let shrink = shrink.max(T::of(0.5).min(contract));
        s.centre.fill(T::ZERO);
        for k in 0..n {
            for (c, x) in s.centre.iter_mut().zip(&s.corners[k * n..(k + 1) * n]) {
                *c += *x;
            }
        }
        s.centre.iter_mut().for_each(|c| *c /= T::of(dim));
        let (mut trial, mut other) = (core::mem::take(&mut s.trial), core::mem::take(&mut s.other));
        s.along(T::ONE, &mut trial);
        let reflected = value(objective, &trial);
        // Along the line, beyond the reflection or between it and the worst corner.
        let second = reflected.as_ref().ok().and_then(|reflected| {
            if *reflected < s.values[0] {
                Some(expand)
            } else if *reflected < s.values[n - 1] {
                None
            } else if *reflected < s.values[n] {
                Some(contract)
            } else {
                Some(-contract)
            }
        });
        let tried = second.map(|t| {
            s.along(t, &mut other);
            value(objective, &other)
        });
        (s.trial, s.other) = (trial, other);
        let reflected = reflected?;
        let (taken, of_second) = match (second, tried.transpose()?) {
            (Some(t), Some(tried)) if t == expand && reflected < s.values[0] => {
                if tried < reflected {
                    (Some(tried), true)
                } else {
                    (Some(reflected), false)
                }
            }
            (Some(t), Some(tried)) if t > T::ZERO => ((tried <= reflected).then_some(tried), true),
            (Some(_), Some(tried)) => ((tried < s.values[n]).then_some(tried), true),
            _ => (Some(reflected), false),
        };
        if let Some(value) = taken {
            if of_second {
                core::mem::swap(&mut s.trial, &mut s.other);
            }
            s.replace_worst(value);
        } else {
            for k in 1..=n {
                let (best, rest) = s.corners.split_at_mut(n);
                let corner = &mut rest[(k - 1) * n..k * n];
                corner.iter_mut().zip(&*best).for_each(|(x, b)| *x = *b + shrink * (*x - *b));
                s.values[k] = value(objective, corner)?;
            }
            s.sort();
        }
        Ok(info(before, s.values[0], reach))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        Iterate { x: s.corner(0), value: s.values[0], gradient: None }
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}
