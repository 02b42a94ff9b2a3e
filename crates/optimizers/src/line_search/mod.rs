//! Line searches: how far to go along a descent direction.
//!
//! A search sees the objective as φ(t) = F(x + t d). Values that are +∞ or NaN are rejected like values that are too large.

mod backtracking;
mod strong_wolfe;

pub use backtracking::Backtracking;
pub use strong_wolfe::StrongWolfe;

use thalweg_core::{Gradient, Halt, Real, vector};

/// The point, direction and buffers of a search.
pub struct Line<'a, T> {
    /// x, the start.
    pub x: &'a [T],
    /// d, a descent direction.
    pub direction: &'a [T],
    /// F(x).
    pub value: T,
    /// ∇F(x)ᵀd < 0.
    pub slope: T,
    /// Receives x + t d.
    pub trial: &'a mut [T],
    /// Receives ∇F(x + t d).
    pub gradient: &'a mut [T],
}

/// φ and φ′ at one step length.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Probe<T> {
    /// t.
    pub t: T,
    /// φ(t).
    pub value: T,
    /// φ′(t).
    pub slope: T,
}

impl<T: Real> Line<'_, T> {
    /// φ(0).
    #[must_use]
    pub fn origin(&self) -> Probe<T> {
        Probe { t: T::ZERO, value: self.value, slope: self.slope }
    }

    /// Moves the trial point to x + t d and evaluates there.
    ///
    /// # Errors
    /// Whatever the oracle returns.
    pub fn probe(&mut self, objective: &mut (impl Gradient<T> + ?Sized), t: T) -> Result<Probe<T>, Halt> {
        vector::step(self.x, t, self.direction, self.trial);
        let value = objective.value_gradient(self.trial, self.gradient)?;
        Ok(Probe { t, value, slope: vector::dot(self.gradient, self.direction) })
    }

    /// The rise of F that its own rounding can feign.
    #[must_use]
    pub fn noise(&self) -> T {
        T::of(16.0) * T::EPSILON * self.value.abs()
    }
}
