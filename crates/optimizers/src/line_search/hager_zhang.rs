//! The search of Hager and Zhang: a bracket of slopes of opposite sign, shrunk by two secant steps, ended by the Wolfe conditions or near round-off by
//! their approximate form, which sees slopes where values no longer differ.
//!
//! The paper lets F rise by 1e-6|F|; here it may rise by its own rounding only, so that a step never gives away what others have gained.
//!
//! Source: Hager and Zhang, *A new conjugate gradient method with guaranteed descent and an efficient line search*, SIAM J. Optim. 16 (2005), and
//! *Algorithm 851: CG_DESCENT*, ACM TOMS 32 (2006), whose names the steps have.

use thalweg_core::{Gradient, Halt, Real};

use super::{Line, LineSearch, Probe, wolfe};

/// γ: a round that leaves more of the bracket than this halves it as well.
const GAMMA: f64 = 0.66;
/// ρ: the growth of a step that has not reached the valley.
const RHO: f64 = 5.0;

/// φ(t) ≤ φ(0) + δ t φ′(0) and φ′(t) ≥ σ φ′(0), or near round-off (2δ − 1) φ′(0) ≥ φ′(t) ≥ σ φ′(0).
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct HagerZhang {
    /// δ in (0, ½). Default 0.1.
    pub decrease: f64,
    /// σ in [δ, 1). Default 0.9.
    pub curvature: f64,
    /// Evaluations before giving up. Default 50.
    pub limit: u32,
}

impl Default for HagerZhang {
    fn default() -> Self {
        Self { decrease: 0.1, curvature: 0.9, limit: 50 }
    }
}

impl LineSearch for HagerZhang {
    fn search<T: Real>(
        &self,
        objective: &mut (impl Gradient<T> + ?Sized),
        line: &mut Line<'_, T>,
        first: T,
    ) -> Result<Probe<T>, Halt> {
        let mut run = Run { rule: *self, objective, evaluations: 0, low: line.origin(), line };
        match run.until_end(first) {
            End::Found(probe) => Ok(probe),
            End::Halt(halt) => Err(halt),
            // Progress without the curvature condition; what learns from the step guards itself.
            End::Exhausted if run.low.t > T::ZERO && run.low.value < run.line.value => {
                let t = run.low.t;
                run.line.probe(run.objective, t)
            }
            End::Exhausted => Err(Halt::Stalled("no step along the direction lowers the objective")),
        }
    }
}

/// How a search ends, at whichever evaluation that is.
enum End<T> {
    Found(Probe<T>),
    Exhausted,
    Halt(Halt),
}

/// The ends [a, b] of a bracket: φ(a) within rounding of φ(0) or below and φ′(a) < 0, φ′(b) ≥ 0.
type Bracket<T> = [Probe<T>; 2];

struct Run<'r, 'l, T, O: ?Sized> {
    rule: HagerZhang,
    objective: &'r mut O,
    line: &'r mut Line<'l, T>,
    evaluations: u32,
    /// The lowest point so far.
    low: Probe<T>,
}

impl<T: Real, O: Gradient<T> + ?Sized> Run<'_, '_, T, O> {
    /// L0 to L3. The error of a step is the end of the search.
    fn until_end(&mut self, first: T) -> End<T> {
        let mut bracket = match self.bracket(first) {
            Ok(bracket) => bracket,
            Err(end) => return end,
        };
        loop {
            bracket = match self.round(bracket) {
                Ok(bracket) => bracket,
                Err(end) => return end,
            };
        }
    }

    /// L1 and L2: two secant steps, and a bisection where they leave too much.
    fn round(&mut self, [a, b]: Bracket<T>) -> Result<Bracket<T>, End<T>> {
        let width = b.t - a.t;
        let [a, b] = self.secant_twice([a, b])?;
        if b.t - a.t > T::of(GAMMA) * width { self.update([a, b], middle(a.t, b.t)) } else { Ok([a, b]) }
    }

    /// φ at t; ends the search where the step is acceptable.
    fn probe(&mut self, t: T) -> Result<Probe<T>, End<T>> {
        if self.evaluations >= self.rule.limit {
            return Err(End::Exhausted);
        }
        self.evaluations += 1;
        let probe = self.line.probe(self.objective, t).map_err(End::Halt)?;
        let steep = probe.slope < T::of(self.rule.curvature) * self.line.slope;
        let decreases = !wolfe::too_high(self.rule.decrease, self.line, &probe)
            || wolfe::decreases_by_slope(self.rule.decrease, self.line, &probe);
        if probe.value.is_finite() && !steep && decreases {
            return Err(End::Found(probe));
        }
        if probe.value < self.low.value {
            self.low = probe;
        }
        Ok(probe)
    }

    /// φ has risen by more than rounding.
    fn is_high(&self, probe: &Probe<T>) -> bool {
        probe.value.is_nan() || probe.value > self.line.value + self.line.noise()
    }

    /// B0 to B3: moves on until φ rises.
    fn bracket(&mut self, first: T) -> Result<Bracket<T>, End<T>> {
        let longest = self.line.longest();
        let (mut a, mut t) = (self.line.origin(), first.min(longest));
        loop {
            let c = self.probe(t).map_err(|end| match end {
                End::Exhausted if self.low.value < -T::EPSILON.recip() => End::Halt(Halt::Unbounded),
                end => end,
            })?;
            if self.is_high(&c) {
                return self.bisect(self.line.origin(), c);
            }
            if c.slope >= T::ZERO {
                return Ok([a, c]);
            }
            if t >= longest {
                return Err(End::Found(c));
            }
            a = c;
            t = (t * T::of(RHO)).min(longest);
        }
    }

    /// U3: a bracket between `a` and a point that is too high though φ falls there.
    fn bisect(&mut self, mut a: Probe<T>, mut b: Probe<T>) -> Result<Bracket<T>, End<T>> {
        loop {
            let d = self.inside(a.t, b.t, middle(a.t, b.t))?;
            if d.value.is_finite() && d.slope >= T::ZERO {
                return Ok([a, d]);
            }
            if self.is_high(&d) {
                b = d;
            } else {
                a = d;
            }
        }
    }

    /// φ at a step strictly between two others; the end where the numbers have none.
    fn inside(&mut self, a: T, b: T, t: T) -> Result<Probe<T>, End<T>> {
        if a < t && t < b { self.probe(t) } else { Err(End::Exhausted) }
    }

    /// U0 to U3: the bracket with c as one of its ends, if that lies inside.
    fn update(&mut self, [a, b]: Bracket<T>, t: T) -> Result<Bracket<T>, End<T>> {
        if !(a.t < t && t < b.t) {
            return if middle(a.t, b.t) > a.t && middle(a.t, b.t) < b.t {
                Ok([a, b])
            } else {
                Err(End::Exhausted)
            };
        }
        let c = self.probe(t)?;
        if c.value.is_finite() && c.slope >= T::ZERO {
            Ok([a, c])
        } else if self.is_high(&c) {
            self.bisect(a, c)
        } else {
            Ok([c, b])
        }
    }

    /// S1 to S4: a secant step, and a second one from the end that it moved.
    fn secant_twice(&mut self, [a, b]: Bracket<T>) -> Result<Bracket<T>, End<T>> {
        let c = secant(&a, &b);
        let [left, right] = self.update([a, b], c)?;
        let again = if c == right.t {
            secant(&b, &right)
        } else if c == left.t {
            secant(&a, &left)
        } else {
            return Ok([left, right]);
        };
        self.update([left, right], again)
    }
}

fn middle<T: Real>(a: T, b: T) -> T {
    a + T::of(0.5) * (b - a)
}

/// The zero of the line through two slopes.
fn secant<T: Real>(a: &Probe<T>, b: &Probe<T>) -> T {
    (a.t * b.slope - b.t * a.slope) / (b.slope - a.slope)
}
