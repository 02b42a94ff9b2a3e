//! Directions × line searches: a quasi-Newton method, or any other rule that says where to go, is one [`Direction`]; [`Descent`] adds the search, the
//! point, the checkpoint, and the way out when the direction fails.

use thalweg_core::{
    Archive, Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo, vector, visit_slice,
};

use crate::line_search::{LineSearch, StrongWolfe};
use crate::point::Point;

/// A step that a search has accepted.
#[derive(Copy, Clone, Debug)]
pub struct Moved<'s, T> {
    /// The points before and after it.
    pub x: [&'s [T]; 2],
    /// ∇F there.
    pub gradient: [&'s [T]; 2],
    /// The direction.
    pub direction: &'s [T],
    /// Its length: x₁ = x₀ + t d.
    pub t: T,
}

/// Where to go from a point. A new method is one such rule of some 25 lines:
///
/// ```
/// use thalweg_core::{Driver, Halt, Real, vector};
/// use thalweg_optimizers::{Descent, Direction, Moved, line_search::HagerZhang};
///
/// /// Steepest descent whose first trial step is the last accepted one.
/// struct Steepest;
/// impl<T: Real> Direction<T> for Steepest {
///     type State = [T; 1];
///     fn name(&self) -> &'static str { "steepest" }
///     fn init(&self, _: usize) -> Result<[T; 1], Halt> { Ok([T::ONE]) }
///     fn direction(&self, [t]: &mut [T; 1], g: &[T], d: &mut [T]) -> T {
///         d.iter_mut().zip(g).for_each(|(d, g)| *d = -*g);
///         *t
///     }
///     fn accepted(&self, [t]: &mut [T; 1], step: &Moved<'_, T>) { *t = step.t; }
///     fn forget(&self, _: &mut [T; 1]) -> bool { false }
/// }
///
/// # struct Bowl;
/// # impl thalweg_core::Objective<f64> for Bowl {
/// #     fn dim(&self) -> usize { 2 }
/// #     fn value(&mut self, x: &[f64]) -> Result<f64, Halt> { Ok(0.5 * (x[0] * x[0] + 9.0 * x[1] * x[1])) }
/// # }
/// # impl thalweg_core::Gradient<f64> for Bowl {
/// #     fn value_gradient(&mut self, x: &[f64], g: &mut [f64]) -> Result<f64, Halt> {
/// #         (g[0], g[1]) = (x[0], 9.0 * x[1]);
/// #         thalweg_core::Objective::value(self, x)
/// #     }
/// # }
/// let method = Descent { direction: Steepest, search: HagerZhang::default() };
/// let solution = Driver::new().minimize(&method, &mut Bowl, &[3.0, 1.0])?;
/// assert!(solution.status.is_solved());
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub trait Direction<T: Real> {
    /// What it remembers; all memory is taken by [`Direction::init`].
    type State: Checkpoint;

    /// What a report calls the method.
    fn name(&self) -> &'static str;

    /// Nothing remembered yet, for n parameters.
    ///
    /// # Errors
    /// [`Halt::Input`] if the memory for so many is out of reach.
    fn init(&self, n: usize) -> Result<Self::State, Halt>;

    /// Writes the direction at a point with gradient `g` over the last one in `d`; returns the first step to try. Without memory the direction is −g.
    fn direction(&self, state: &mut Self::State, g: &[T], d: &mut [T]) -> T;

    /// Learns from a step.
    fn accepted(&self, state: &mut Self::State, step: &Moved<'_, T>);

    /// Drops what is remembered of the function's shape; `false` if there was nothing, so that nothing would change.
    fn forget(&self, state: &mut Self::State) -> bool;
}

/// A line-search method: x ← x + t d, with d by a [`Direction`] and t by a [`LineSearch`].
///
/// A direction that is not downhill is replaced by that without memory, −g; so is one along which the search finds nothing while the gradient is still
/// large. The line beyond which no further attempt is made, max|g| ≤ √ε·max(1, |F|), is that at which a driver calls a point stationary.
#[derive(Copy, Clone, Debug, Default, PartialEq)]
pub struct Descent<D, S = StrongWolfe> {
    /// Where to go.
    pub direction: D,
    /// How far.
    pub search: S,
}

/// Point, last direction, and what the rule remembers.
#[derive(Clone, Debug)]
pub struct State<T, M> {
    point: Point<T>,
    memory: M,
}

impl<T: Real, M: Checkpoint> Checkpoint for State<T, M> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.point.visit(archive)?;
        visit_slice(archive, "direction", &mut self.point.direction)?;
        self.memory.visit(archive)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized, D: Direction<T>, S: LineSearch> Minimizer<T, O> for Descent<D, S> {
    type State = State<T, D::State>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<Self::State, Halt> {
        let memory = self.direction.init(x0.len())?;
        Ok(State { point: Point::start(objective, x0)?, memory })
    }

    fn step(&self, objective: &mut O, s: &mut Self::State) -> Result<StepInfo<T>, Halt> {
        let (slope, first) = self.aim(s)?;
        let mut found = self.search.search(objective, &mut s.point.line(slope), first);
        if matches!(found, Err(Halt::Stalled(_)))
            && s.point.is_far_from_stationary()
            && self.direction.forget(&mut s.memory)
        {
            let (slope, first) = self.aim(s)?;
            found = self.search.search(objective, &mut s.point.line(slope), first);
        }
        let probe = found?;
        self.direction.accepted(&mut s.memory, &s.point.moved(probe.t));
        Ok(s.point.accept(probe))
    }

    fn iterate<'s>(&self, s: &'s Self::State) -> Iterate<'s, T> {
        s.point.iterate()
    }

    fn name(&self) -> &'static str {
        self.direction.name()
    }
}

impl<D, S> Descent<D, S> {
    /// Sets a direction that goes downhill; returns its slope and the first step to try.
    fn aim<T: Real>(&self, s: &mut State<T, D::State>) -> Result<(T, T), Halt>
    where
        D: Direction<T>,
    {
        let State { point, memory } = s;
        for _ in 0..2 {
            let first = self.direction.direction(memory, &point.gradient, &mut point.direction);
            let slope = vector::dot(&point.gradient, &point.direction);
            if slope < T::ZERO && slope.is_finite() && first > T::ZERO {
                return Ok((slope, first));
            }
            if !self.direction.forget(memory) {
                break;
            }
        }
        Err(Halt::Stalled("no direction goes downhill"))
    }
}

/// The first step to try where nothing is known of the scale: it moves x by at most 1 in any coordinate.
pub fn cautious<T: Real>(direction: &[T]) -> T {
    vector::norm_inf(direction).max(T::ONE).recip()
}

/// d ← −g.
pub(crate) fn downhill<T: Real>(g: &[T], d: &mut [T]) {
    d.iter_mut().zip(g).for_each(|(d, g)| *d = -*g);
}
