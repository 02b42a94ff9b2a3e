//! L-BFGS: a quasi-Newton method from the last m steps, 4mn flops an iteration beside the evaluation.
//!
//! Source: Nocedal, *Updating quasi-Newton matrices with limited storage*, Math. Comp. 35 (1980); Liu and Nocedal (1989) for the scaling.

use thalweg_core::{
    Archive, Checkpoint, Gradient, Halt, Iterate, Minimizer, Real, Result, StepInfo, vector, visit_slice,
    visit_usize,
};

use crate::entry::{Make, MinimizerEntry};
use crate::line_search::StrongWolfe;
use crate::point::Point;

/// Options of L-BFGS.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Lbfgs {
    /// m, the number of step pairs kept. Default 10.
    pub memory: usize,
    /// The step rule.
    pub search: StrongWolfe,
    /// A pair (s, y) is kept only if sᵀy exceeds this share of ‖s‖‖y‖, so that the model stays positive definite. Default 1e-10.
    pub curvature_share: f64,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self { memory: 10, search: StrongWolfe::default(), curvature_share: 1e-10 }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "lbfgs",
    summary: "limited-memory quasi-Newton with strong Wolfe search; needs gradients, fits many parameters",
    parameters: &[],
    example: "lbfgs",
    make: Make {
        f64: |driver, objective, x0| driver.minimize(&Lbfgs::default(), objective, x0),
        f32: |driver, objective, x0| driver.minimize(&Lbfgs::default(), objective, x0),
    },
};

/// Point and the ring of step pairs.
#[derive(Clone, Debug)]
pub struct State<T> {
    point: Point<T>,
    pairs: Pairs<T>,
}

/// A ring of the last m pairs, in two flat buffers.
#[derive(Clone, Debug)]
struct Pairs<T> {
    n: usize,
    /// s = x⁺ − x, pair by pair.
    s: Vec<T>,
    /// y = ∇F(x⁺) − ∇F(x).
    y: Vec<T>,
    /// 1/(sᵀy).
    rho: Vec<T>,
    /// The first loop's coefficients; scratch.
    alpha: Vec<T>,
    kept: usize,
    next: usize,
}

impl<T: Real> Pairs<T> {
    fn new(n: usize, memory: usize) -> Self {
        let flat = || vec![T::ZERO; n * memory];
        Self {
            n,
            s: flat(),
            y: flat(),
            rho: vec![T::ZERO; memory],
            alpha: vec![T::ZERO; memory],
            kept: 0,
            next: 0,
        }
    }

    fn row(&self, i: usize) -> core::ops::Range<usize> {
        i * self.n..(i + 1) * self.n
    }

    /// The slot of the pair `age` steps ago, 0 being the newest.
    fn slot(&self, age: usize) -> usize {
        (self.next + self.rho.len() - 1 - age) % self.rho.len()
    }

    /// Stores the step between two points, unless its curvature is too small to trust.
    fn push(&mut self, x: [&[T]; 2], g: [&[T]; 2], share: T) {
        if self.rho.is_empty() {
            return;
        }
        let row = self.row(self.next);
        for (i, k) in row.clone().enumerate() {
            self.s[k] = x[1][i] - x[0][i];
            self.y[k] = g[1][i] - g[0][i];
        }
        let (s, y) = (&self.s[row.clone()], &self.y[row]);
        let curvature = vector::dot(s, y);
        if curvature > share * vector::norm2(s) * vector::norm2(y) {
            self.rho[self.next] = curvature.recip();
            self.next = (self.next + 1) % self.rho.len();
            self.kept = (self.kept + 1).min(self.rho.len());
        } else if self.kept == self.rho.len() {
            // The rejected pair has overwritten the oldest one, which must not be used with its stale rho.
            self.kept -= 1;
        }
    }

    /// d ← −H g by the two-loop recursion, H₀ = (sᵀy/yᵀy) I of the newest pair.
    fn direction(&mut self, g: &[T], d: &mut [T]) {
        for (d, g) in d.iter_mut().zip(g) {
            *d = -*g;
        }
        for age in 0..self.kept {
            let i = self.slot(age);
            let row = self.row(i);
            self.alpha[i] = self.rho[i] * vector::dot(&self.s[row.clone()], d);
            vector::axpy(-self.alpha[i], &self.y[row], d);
        }
        if self.kept > 0 {
            let i = self.slot(0);
            let y = &self.y[self.row(i)];
            vector::scale((self.rho[i] * vector::norm2_squared(y)).recip(), d);
        }
        for age in (0..self.kept).rev() {
            let i = self.slot(age);
            let row = self.row(i);
            let beta = self.rho[i] * vector::dot(&self.y[row.clone()], d);
            vector::axpy(self.alpha[i] - beta, &self.s[row], d);
        }
    }
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.point.visit(archive)?;
        visit_slice(archive, "s", &mut self.pairs.s)?;
        visit_slice(archive, "y", &mut self.pairs.y)?;
        visit_slice(archive, "rho", &mut self.pairs.rho)?;
        visit_usize(archive, "kept", &mut self.pairs.kept)?;
        visit_usize(archive, "next", &mut self.pairs.next)
    }
}

impl<T: Real, O: Gradient<T> + ?Sized> Minimizer<T, O> for Lbfgs {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        Ok(State { point: Point::start(objective, x0)?, pairs: Pairs::new(x0.len(), self.memory) })
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        let (slope, guess) = descend(s)?;
        let probe = self.search.search(objective, &mut s.point.line(slope), guess)?;
        let (x, g) = s.point.step();
        s.pairs.push(x, g, T::of(self.curvature_share));
        Ok(s.point.accept(probe))
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        s.point.iterate()
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}

/// Sets the direction; returns its slope and the first trial step. A direction that rounding has turned uphill is replaced by steepest
/// descent with an empty memory.
fn descend<T: Real>(s: &mut State<T>) -> Result<(T, T), Halt> {
    let State { point, pairs } = s;
    pairs.direction(&point.gradient, &mut point.direction);
    let mut slope = vector::dot(&point.gradient, &point.direction);
    if pairs.kept > 0 && (slope >= T::ZERO || slope.is_nan()) {
        pairs.kept = 0;
        pairs.direction(&point.gradient, &mut point.direction);
        slope = vector::dot(&point.gradient, &point.direction);
    }
    if slope >= T::ZERO || slope.is_nan() {
        return Err(Halt::Stalled("the gradient is exactly zero"));
    }
    // Without a model of the curvature the first step moves x by at most 1 in any coordinate.
    let guess = if pairs.kept == 0 { vector::norm_inf(&point.direction).max(T::ONE).recip() } else { T::ONE };
    Ok((slope, guess))
}

#[cfg(test)]
mod tests {
    use super::Pairs;

    /// A rejected pair leaves the model of the pairs that remain: with every pair but the newest gone, H is that of the newest alone.
    #[test]
    fn a_rejected_pair_drops_the_oldest() {
        let (zero, share) = ([0.0; 2], 1e-10);
        let mut ring = Pairs::new(2, 2);
        ring.push([&zero, &[1.0, 0.0]], [&zero, &[2.0, 0.0]], share);
        ring.push([&zero, &[0.0, 1.0]], [&zero, &[0.0, 4.0]], share);
        ring.push([&zero, &[3.0, 1.0]], [&zero, &[-5.0, 1.0]], share);
        let mut newest = Pairs::new(2, 2);
        newest.push([&zero, &[0.0, 1.0]], [&zero, &[0.0, 4.0]], share);
        let (mut found, mut expected) = ([0.0; 2], [0.0; 2]);
        ring.direction(&[1.0, 1.0], &mut found);
        newest.direction(&[1.0, 1.0], &mut expected);
        assert_eq!(found, expected);
    }
}
