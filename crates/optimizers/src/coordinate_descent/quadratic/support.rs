//! Newton's method on the support: with the signs held, the model plus penalty is a smooth quadratic there.
//!
//! Where coordinate descent has found the signs, the step to its minimiser ends the search; where it has not, coefficients that would change sign
//! are held at 0 if that lowers the objective, and otherwise the step ends where the first of them becomes 0.
//!
//! Source: Osborne, Presnell and Turlach, *A new approach to variable selection in least squares problems*, IMA J. Numer. Anal. 20 (2000); Lee, Battle,
//! Raina and Ng, *Efficient sparse coding algorithms*, NeurIPS (2006), for the search along a step that crosses 0.

use thalweg_core::{Design, Penalty, Real, vector};

use super::{Form, Quadratic};

/// Sweeps over the rows before conjugate gradients: each of their solves costs some twenty sweeps, which a loose tolerance does not need.
const SWEEPS: usize = 8;
/// Supports beyond this are left to the sweeps: a factorisation would take a second.
const LARGEST: usize = 4096;

/// The smooth quadratic on the support.
pub(super) struct Smooth<T> {
    /// The coordinates that are not 0.
    pub(super) support: Vec<usize>,
    /// D, the second derivative of the penalty.
    pub(super) ridge: Vec<T>,
    /// −(g + P′).
    pub(super) pull: Vec<T>,
}

impl<T: Real> Quadratic<T> {
    /// Whether so many sweeps since the last Newton step cost about as much as another: a sweep reads am numbers and a factorisation does a³/3
    /// flops, at a rate some sixty times as high.
    pub(super) fn newton_is_due(&self, since: usize) -> bool {
        let (a, m) = (self.coefficients().iter().filter(|b| **b != T::ZERO).count(), self.columns.len());
        if self.form == Form::Rows {
            return a > 0 && since >= SWEEPS;
        }
        a > 0 && a <= LARGEST && since >= 2 + a * a / (64 * m)
    }

    /// One Newton step on the coefficients that are not 0; `false` if the model plus penalty does not fall.
    pub(super) fn newton(
        &mut self,
        design: &Design<'_, T>,
        penalty: &dyn Penalty<T>,
        lambda: T,
        first: usize,
    ) -> bool {
        let smooth = self.smooth(design, penalty, lambda, first);
        let step = match self.form {
            Form::Gram => self.cholesky_step(&smooth),
            Form::Rows => self.cg_step(&smooth, design),
        };
        let usable = |step: &Vec<T>| vector::all_finite(step) && step.iter().any(|d| *d != T::ZERO);
        let Some(step) = step.filter(usable) else { return false };
        let before = self.value(penalty, lambda, first);
        let m = self.columns.len();
        let (b, g) = (self.b[..m].to_vec(), self.g[..m].to_vec());
        // To the end, with what would change sign held at 0; else as far as nothing does.
        for length in [T::ONE, self.to_first_zero(&smooth.support, &step)] {
            for (i, d) in smooth.support.iter().zip(&step) {
                let target = held(b[*i], length * *d);
                self.shift_by(design, *i, target - b[*i]);
                self.b[*i] = target;
            }
            if self.value(penalty, lambda, first) < before {
                return true;
            }
            self.b[..m].copy_from_slice(&b);
            match self.form {
                Form::Gram => self.g[..m].copy_from_slice(&g),
                Form::Rows => self.rebuild(design),
            }
        }
        false
    }

    /// The model plus penalty around where the descent stands.
    fn smooth(&self, design: &Design<'_, T>, penalty: &dyn Penalty<T>, lambda: T, first: usize) -> Smooth<T> {
        let open = |i: &usize| self.b[*i] != T::ZERO && self.diagonal[*i] > T::ZERO;
        let support: Vec<usize> = (0..self.columns.len()).filter(open).collect();
        let quadratic = penalty.quadratic_part(lambda);
        let block = |i: &usize| self.columns[*i] - first;
        let ridge = |i: &usize| quadratic.as_ref().map_or(T::ZERO, |quadratic| quadratic.at(block(i)));
        let pull = |i: &usize| -(self.gradient(design, *i) + slope(penalty, block(i), self.b[*i], lambda));
        let (ridge, pull) = (support.iter().map(ridge).collect(), support.iter().map(pull).collect());
        Smooth { support, ridge, pull }
    }

    /// The share of a step on the support, at most 1, at which the first coefficient becomes 0.
    fn to_first_zero(&self, support: &[usize], step: &[T]) -> T {
        let shares = support.iter().zip(step).map(|(i, d)| (self.b[*i], *d));
        let crossing = shares.filter(|(b, d)| (*b + *d) * *b <= T::ZERO).map(|(b, d)| -b / d);
        crossing.fold(T::ONE, |least, share| if share < least { share } else { least })
    }
}

/// b + d, or 0 if that has another sign than b.
fn held<T: Real>(b: T, d: T) -> T {
    let target = b + d;
    if target * b <= T::ZERO { T::ZERO } else { target }
}

/// P′ at a coefficient that moves freely: |P′| is the violation at gradient 0, and its sign shows at gradient |P′|, where the violation is 0 or 2|P′|.
fn slope<T: Real>(penalty: &dyn Penalty<T>, block: usize, b: T, lambda: T) -> T {
    let size = penalty.violation(block, &[b], &[T::ZERO], lambda);
    if penalty.violation(block, &[b], &[size], lambda) > size { size } else { -size }
}
