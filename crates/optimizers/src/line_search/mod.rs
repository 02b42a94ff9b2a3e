//! Line searches: how far to go along a descent direction.
//!
//! A search sees the objective as φ(t) = F(x + t d). Values that are +∞ or NaN are rejected like values that are too large.

mod backtracking;
mod hager_zhang;
mod more_thuente;
mod strong_wolfe;
mod wolfe;

pub use backtracking::Backtracking;
pub use hager_zhang::HagerZhang;
pub use more_thuente::MoreThuente;
pub use strong_wolfe::StrongWolfe;

use thalweg_core::{Gradient, Halt, Real, vector};

/// How far to go along a descent direction. Any search serves any [`Direction`](crate::Direction).
pub trait LineSearch {
    /// A step that obeys the search's conditions, tried first at `first` > 0; the trial point and gradient are then those of the result. Where the line has
    /// bounds and F still falls at the longest step that keeps them, that step need only decrease F enough.
    ///
    /// # Errors
    /// [`Halt::Stalled`] if none is found; [`Halt::Unbounded`] if φ falls as far as steps can be lengthened; whatever the oracle returns.
    fn search<T: Real>(
        &self,
        objective: &mut (impl Gradient<T> + ?Sized),
        line: &mut Line<'_, T>,
        first: T,
    ) -> Result<Probe<T>, Halt>;
}

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
    /// The lower and upper bounds that trial points keep, if any: x obeys them, and a coordinate that ends within rounding of one is set to it.
    pub bounds: Option<[&'a [T]; 2]>,
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

    /// Moves the trial point to x + t d and evaluates there. Where φ is finite and its slope is not, nothing can be said about the point: φ counts as +∞.
    ///
    /// # Errors
    /// Whatever the oracle returns.
    pub fn probe(&mut self, objective: &mut (impl Gradient<T> + ?Sized), t: T) -> Result<Probe<T>, Halt> {
        vector::step(self.x, t, self.direction, self.trial);
        self.keep_bounds(t);
        let value = objective.value_gradient(self.trial, self.gradient)?;
        let slope = vector::dot(self.gradient, self.direction);
        let value = if value.is_finite() && !slope.is_finite() { T::INFINITY } else { value };
        Ok(Probe { t, value, slope })
    }

    /// The longest step that keeps the bounds.
    #[must_use]
    pub fn longest(&self) -> T {
        let Some([lower, upper]) = self.bounds else { return T::INFINITY };
        let mut t = T::INFINITY;
        for (k, d) in self.direction.iter().enumerate() {
            let room = if *d > T::ZERO { upper[k] - self.x[k] } else { lower[k] - self.x[k] };
            if *d != T::ZERO {
                t = t.min(room / *d);
            }
        }
        t
    }

    fn keep_bounds(&mut self, t: T) {
        let Some([lower, upper]) = self.bounds else { return };
        for (k, trial) in self.trial.iter_mut().enumerate() {
            let rounding = T::of(4.0) * T::EPSILON * (t * self.direction[k]).abs().max(self.x[k].abs());
            if self.direction[k] != T::ZERO && *trial - lower[k] <= rounding {
                *trial = lower[k];
            } else if self.direction[k] != T::ZERO && upper[k] - *trial <= rounding {
                *trial = upper[k];
            }
        }
    }

    /// The rise of F that its own rounding can feign.
    #[must_use]
    pub fn noise(&self) -> T {
        T::of(16.0) * T::EPSILON * self.value.abs()
    }
}
