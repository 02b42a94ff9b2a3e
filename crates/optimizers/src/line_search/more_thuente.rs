//! The search of Moré and Thuente: an interval that always holds an acceptable step, shrunk by the best of cubic and quadratic interpolation.
//!
//! Few evaluations, because the trial step is chosen by where the interpolants are to be trusted, and an end of the interval moves at least a third of
//! the way every two evaluations. Until φ has fallen enough it works on ψ(t) = φ(t) − φ(0) − c₁tφ′(0), whose minimisers obey the decrease condition.
//!
//! Source: Moré and Thuente, *Line search algorithms with guaranteed sufficient decrease*, ACM TOMS 20 (1994).

use thalweg_core::{Gradient, Halt, Real};

use super::{Line, LineSearch, Probe, wolfe};

/// The factors by which a step without bracket grows at least and at most.
const GROWTH: [f64; 2] = [1.1, 4.0];
/// Of the interval two evaluations ago at most this is left, or it is halved.
const SHRINKAGE: f64 = 0.66;

/// φ(t) ≤ φ(0) + c₁ t φ′(0) and |φ′(t)| ≤ c₂ |φ′(0)|.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct MoreThuente {
    /// c₁ in (0, c₂). Default 1e-4.
    pub decrease: f64,
    /// c₂ in (c₁, 1). Default 0.9, as suits quasi-Newton directions.
    pub curvature: f64,
    /// The width of the interval, as a share of its upper end, at which the search ends. Default 1e-10.
    pub width: f64,
    /// Evaluations before giving up. Default 40.
    pub limit: u32,
}

impl Default for MoreThuente {
    fn default() -> Self {
        Self { decrease: 1e-4, curvature: 0.9, width: 1e-10, limit: 40 }
    }
}

impl LineSearch for MoreThuente {
    fn search<T: Real>(
        &self,
        objective: &mut (impl Gradient<T> + ?Sized),
        line: &mut Line<'_, T>,
        first: T,
    ) -> Result<Probe<T>, Halt> {
        let mut longest = line.longest();
        let mut t = first.min(longest);
        let mut interval = Interval::new(line.origin(), t);
        // ψ rather than φ, until a step has decreased enough with a slope that is not negative.
        let mut auxiliary = true;
        let [mut width, mut width_before] = [T::INFINITY; 2];
        for _ in 0..self.limit {
            let probe = line.probe(objective, t)?;
            if !probe.value.is_finite() {
                longest = t;
                t = T::of(0.5) * (interval.best.t + t);
                interval.upper = interval.upper.min(longest);
                continue;
            }
            if wolfe::holds(self.decrease, self.curvature, line, &probe) {
                return Ok(probe);
            }
            let high = wolfe::too_high(self.decrease, line, &probe);
            if t >= longest && !high && probe.slope < T::ZERO && !interval.bracketed {
                return Ok(probe);
            }
            auxiliary &= high || probe.slope < T::ZERO;
            let tilt = T::of(self.decrease) * line.slope;
            t = if auxiliary && high && probe.value <= interval.best.value {
                interval.tilt(-tilt);
                let t = interval.update(tilted(probe, -tilt));
                interval.tilt(tilt);
                t
            } else {
                interval.update(probe)
            };
            if interval.bracketed {
                let now = (interval.other.t - interval.best.t).abs();
                if now >= T::of(SHRINKAGE) * width_before {
                    t = interval.best.t + T::of(0.5) * (interval.other.t - interval.best.t);
                }
                (width_before, width) = (width, now);
                interval.lower = interval.best.t.min(interval.other.t);
                interval.upper = interval.best.t.max(interval.other.t);
                let narrow = interval.upper - interval.lower <= T::of(self.width) * interval.upper;
                if narrow || t <= interval.lower || t >= interval.upper {
                    break;
                }
            } else {
                let [least, most] = GROWTH.map(|factor| t + T::of(factor) * (t - interval.best.t));
                (interval.lower, interval.upper) = (least.min(longest), most.min(longest));
                if !t.is_finite() {
                    break;
                }
            }
            t = t.min(longest);
        }
        let Interval { best, bracketed, .. } = interval;
        if !bracketed && best.value < -T::EPSILON.recip() {
            return Err(Halt::Unbounded);
        }
        // Progress without the curvature condition; what learns from the step guards itself.
        if best.t > T::ZERO && best.value < line.value {
            return line.probe(objective, best.t);
        }
        Err(Halt::Stalled("no step along the direction lowers the objective"))
    }
}

/// A probe of φ(t) + tilt·t.
fn tilted<T: Real>(probe: Probe<T>, tilt: T) -> Probe<T> {
    Probe { t: probe.t, value: probe.value + tilt * probe.t, slope: probe.slope + tilt }
}

/// The interval of uncertainty.
struct Interval<T> {
    /// The end with the least value so far, whose slope points to the other.
    best: Probe<T>,
    other: Probe<T>,
    /// Both ends enclose a minimiser.
    bracketed: bool,
    /// What the next trial step keeps to.
    lower: T,
    upper: T,
}

impl<T: Real> Interval<T> {
    fn new(origin: Probe<T>, t: T) -> Self {
        let upper = t + T::of(GROWTH[1]) * t;
        Self { best: origin, other: origin, bracketed: false, lower: T::ZERO, upper }
    }

    fn tilt(&mut self, tilt: T) {
        (self.best, self.other) = (tilted(self.best, tilt), tilted(self.other, tilt));
    }

    /// Takes a trial step in and chooses the next one: the four cases of the paper, section 4.
    fn update(&mut self, p: Probe<T>) -> T {
        let (x, y) = (self.best, self.other);
        let turned = (p.slope > T::ZERO && x.slope < T::ZERO) || (p.slope < T::ZERO && x.slope > T::ZERO);
        let quadratic_by_slopes = p.t + p.slope / (p.slope - x.slope) * (x.t - p.t);
        let next = if p.value > x.value {
            // 1: a higher value; the minimum lies between, and nearer to the best end where the cubic says so.
            let cubic = cubic(&x, &p);
            let chord = (x.value - p.value) / (p.t - x.t) + x.slope;
            let quadratic = x.t + x.slope / chord * T::of(0.5) * (p.t - x.t);
            self.bracketed = true;
            if (cubic - x.t).abs() < (quadratic - x.t).abs() {
                cubic
            } else {
                cubic + T::of(0.5) * (quadratic - cubic)
            }
        } else if turned {
            // 2: a lower value and a slope of the other sign; the minimum lies between.
            let cubic = cubic(&p, &x);
            self.bracketed = true;
            farther(p.t, cubic, quadratic_by_slopes)
        } else if p.slope.abs() < x.slope.abs() {
            // 3: a lower value and a flatter slope; the cubic may have no minimum beyond.
            let beyond = if p.t > x.t { self.upper } else { self.lower };
            let cubic = cubic(&p, &x);
            let ahead = (cubic - p.t) * (p.t - x.t) > T::ZERO;
            let cubic = if ahead && cubic.is_finite() { cubic } else { beyond };
            if self.bracketed {
                let next = if (cubic - p.t).abs() < (quadratic_by_slopes - p.t).abs() {
                    cubic
                } else {
                    quadratic_by_slopes
                };
                let most = p.t + T::of(SHRINKAGE) * (y.t - p.t);
                if p.t > x.t { next.min(most) } else { next.max(most) }
            } else {
                farther(p.t, cubic, quadratic_by_slopes).min(self.upper).max(self.lower)
            }
        } else if self.bracketed {
            // 4: a lower value and a slope as steep; the other end knows more.
            cubic(&p, &y)
        } else if p.t > x.t {
            self.upper
        } else {
            self.lower
        };
        if p.value > x.value {
            self.other = p;
        } else {
            if turned {
                self.other = x;
            }
            self.best = p;
        }
        next
    }
}

fn farther<T: Real>(from: T, a: T, b: T) -> T {
    if (a - from).abs() > (b - from).abs() { a } else { b }
}

/// The minimiser of the cubic through the values and slopes at `a` and `b`, reckoned from `a`; NaN where the cubic has none.
fn cubic<T: Real>(a: &Probe<T>, b: &Probe<T>) -> T {
    let theta = T::of(3.0) * (a.value - b.value) / (b.t - a.t) + a.slope + b.slope;
    let size = theta.abs().max(a.slope.abs()).max(b.slope.abs());
    let square = (theta / size) * (theta / size) - (a.slope / size) * (b.slope / size);
    // Of the two zeros of the derivative the minimum, whichever end is the left one; where they are one, it is an inflection.
    let root = if square > T::ZERO { size * square.sqrt() } else { T::NAN };
    let gamma = if b.t < a.t { -root } else { root };
    let r = ((gamma - a.slope) + theta) / (((gamma - a.slope) + gamma) + b.slope);
    a.t + r * (b.t - a.t)
}
