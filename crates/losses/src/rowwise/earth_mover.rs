//! Earth mover's distance of ordered classes on a grid of step 1: Σₖ |Pₖ − Qₖ|ᵖ of the cumulative distributions of p = softmax(η) and of target
//! probabilities q. p = 1 is the Wasserstein-1 distance, p = 2 (the default) the ranked probability score, or Cramér distance.
//!
//! Classes that are far from the right one cost more than near ones. Hou, Yu and Samaras take p = 2; Epstein's score divides by K − 1.
//! p = 1 equals SciPy's `wasserstein_distance` of weighted grids and half of `energy_distance`² is p = 2; PyTorch, Keras and optax have none.
//! Minus no log-likelihood.
//!
//! Source: Epstein, *A scoring system for probability forecasts of ranked categories*, J. Appl. Meteorol. 8 (1969); Hou, Yu and Samaras, *Squared
//! earth mover's distance-based loss for training deep neural networks*, arXiv:1611.05916 (2016).

use thalweg_core::{
    Error, Parameter, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want, logsumexp,
};

use super::{MakeRowwise, Outputs, RowwiseEntry, categorical};

/// With S = Σq (1 up to rounding), dₖ = S Pₖ − Qₖ for k < K, cₖ = 2dₖ (p = 2) or sign dₖ (p = 1), aⱼ = Σ_{k≥j} cₖ and ā = Σ pa: ℓ = Σ |dₖ|ᵖ,
/// ∂ℓ/∂ηⱼ = S pⱼ(aⱼ − ā), and with uₖ the vector of pⱼ(1{j ≤ k} − Pₖ) the Hessian is, for p = 2, 2S² Σ uₖuₖᵀ + S(diag(t) − t pᵀ − p tᵀ),
/// t = p(a − ā); for p = 1 without the first term. The expected Hessian is replaced by that first term, which is semidefinite.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::EarthMover::new(3)?;
/// let mut g = [0.0; 3];
/// // P − Q = (1/3, −1/3).
/// let value: f64 = loss.row(&[0.0, 1.0, 0.0], &[7.0; 3], Want::Gradient, &mut g, &mut []);
/// assert!((value - 2.0 / 9.0).abs() < 1e-15);
/// assert!((g[0] - 2.0 / 27.0).abs() < 1e-15 && (g[1] + 4.0 / 27.0).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct EarthMover {
    classes: u32,
    squared: bool,
}

impl EarthMover {
    /// With K ordered classes and p = 2.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        Ok(Self { classes: categorical::classes(classes)?, squared: true })
    }

    /// With another p.
    ///
    /// # Errors
    /// A p that is not 1 or 2.
    pub fn with_power(mut self, p: f64) -> Result<Self> {
        if !(p == 1.0 || p == 2.0) {
            return Err(Error::invalid_parameter("p", p, POWER.rule));
        }
        self.squared = p == 2.0;
        Ok(self)
    }

    /// |d|ᵖ and its slope.
    #[inline(always)]
    fn power<T: Real>(self, d: T) -> (T, T) {
        match self.squared {
            true => (d * d, d + d),
            false => (d.abs(), T::select(d.lt(T::ZERO), -T::ONE, T::select(T::ZERO.lt(d), T::ONE, T::ZERO))),
        }
    }
}

const POWER: Parameter = Parameter {
    name: "p",
    default: 2.0,
    rule: "it must be 1 or 2",
    summary: "power of the differences of the cumulative distributions",
};

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "earth-mover",
    summary: "distance of cumulative probabilities of ordered classes: the ranked probability score",
    parameters: &[POWER],
    example: "earth-mover:p=1",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Targets },
};

fn make<T: Real>(classes: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(EarthMover::new(classes)?.with_power(values[0])?))
}

impl RowFormula for EarthMover {
    fn eval<S: Scalar>(&self, q: &[S], eta: &[S]) -> S {
        let (log_sum, zero) = (logsumexp(eta), S::of(0.0));
        let total = q.iter().fold(zero, |sum, q| sum + *q);
        let (mut d, mut value) = (zero, zero);
        for (q, eta) in q.iter().zip(eta).take(eta.len() - 1) {
            d = d + total * (*eta - log_sum).exp() - *q;
            value = value + if self.squared { d.square() } else { d.abs() };
        }
        value
    }
}

/// The class of the largest η, that η, and Σ e^(η − largest).
fn top<T: Real>(eta: &[T]) -> (usize, T, T) {
    let top = (1..eta.len()).fold(0, |top, k| if eta[k] > eta[top] { k } else { top });
    (top, eta[top], eta.iter().map(|e| (*e - eta[top]).exp()).sum())
}

impl<T: Real> Rowwise<T> for EarthMover {
    fn outputs(&self) -> usize {
        self.classes as usize
    }

    fn targets(&self) -> usize {
        self.classes as usize
    }

    fn row(&self, q: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let (top, largest, sum) = top(eta);
        let p = |j: usize| (eta[j] - largest).exp() / sum;
        let (total, last) = (q.iter().copied().sum::<T>(), eta.len() - 1);
        if want >= Want::Fisher {
            match self.squared {
                true => spread(total, &p, top, gradient, hessian),
                false => hessian.fill(T::ZERO),
            }
        }
        let (mut value, mut below, mut given) = (T::ZERO, T::ZERO, T::ZERO);
        // From either end to the largest p, so that both parts of a difference are small where it is.
        for j in 0..top {
            (below, given) = (below + p(j), given + q[j]);
            let (part, slope) = self.power(total * below - given);
            value += part;
            if want >= Want::Gradient {
                gradient[j] = slope;
            }
        }
        let (mut above, mut given) = (T::ZERO, T::ZERO);
        for j in (top + 1..=last).rev() {
            (above, given) = (above + p(j), given + q[j]);
            let (part, slope) = self.power(given - total * above);
            value += part;
            if want >= Want::Gradient {
                gradient[j] = -slope;
            }
        }
        if want == Want::Value {
            return value;
        }
        // a less that of the largest p, so that nothing cancels as that p tends to 1.
        gradient[top] = T::ZERO;
        for j in (0..top).rev() {
            gradient[j] += gradient[j + 1];
        }
        for j in top + 1..=last {
            let before = gradient[j - 1];
            gradient[j] += before;
        }
        let mean: T = gradient.iter().enumerate().map(|(j, a)| p(j) * *a).sum();
        for (j, g) in gradient.iter_mut().enumerate() {
            *g = total * (p(j) * (*g - mean));
        }
        if want == Want::Curvature {
            for (i, row) in hessian.chunks_exact_mut(eta.len()).enumerate() {
                for (j, h) in row.iter_mut().enumerate() {
                    *h -= gradient[i] * p(j) + p(i) * gradient[j];
                }
                row[i] += gradient[i];
            }
        }
        value
    }

    fn properties(&self) -> Properties<T> {
        // ‖uₖ‖ ≤ √2 Pₖ(1 − Pₖ) and |dₖ| ≤ max(Pₖ, 1 − Pₖ): reached with all mass on the first class and the last, q on one of them; for
        // p = 2 at Pₖ = 2/3, for p = 1 at 1/2.
        let (root, s) = (core::f64::consts::SQRT_2, 1.0 + categorical::SUM_TOLERANCE);
        let each = if self.squared { s * s * 8.0 * root / 27.0 } else { s * root / 4.0 };
        Properties {
            differentiable: self.squared,
            twice_differentiable: self.squared,
            lipschitz: Some(T::of(each * f64::from(self.classes - 1))),
            ..Properties::nonconvex(Target::UnitInterval)
        }
    }

    fn refuses(&self, y: &[T]) -> Option<&'static str> {
        categorical::refuses_probabilities(y)
    }

    fn shift_invariant(&self) -> bool {
        true
    }
}

/// 2S² Σ uₖuₖᵀ: its entry i ≤ j is 2S²pᵢpⱼ(Aᵢ − Bᵢⱼ + Cⱼ) with A = Σ_{k<i} P², B = Σ_{i≤k<j} P(1 − P), C = Σ_{k≥j} (1 − P)². `tails` is
/// scratch of length K.
fn spread<T: Real>(total: T, p: &impl Fn(usize) -> T, top: usize, tails: &mut [T], hessian: &mut [T]) {
    let (k, last) = (tails.len(), tails.len() - 1);
    // P below the largest p and 1 − P above it, each summed from its end.
    let (mut below, mut above) = (T::ZERO, T::ZERO);
    for j in 0..top {
        below += p(j);
        tails[j] = below;
    }
    for j in (top..last).rev() {
        above += p(j + 1);
        tails[j] = above;
    }
    let sides = |tails: &[T], j: usize| match j < top {
        true => (tails[j], T::ONE - tails[j]),
        false => (T::ONE - tails[j], tails[j]),
    };
    // C is held in the last row, of which only the last entry is in the triangle that is filled.
    hessian[last * k + last] = T::ZERO;
    for j in (0..last).rev() {
        let high = sides(tails, j).1;
        hessian[last * k + j] = hessian[last * k + j + 1] + high * high;
    }
    let mut head = T::ZERO;
    for i in 0..k {
        let mut between = T::ZERO;
        for j in i..k {
            hessian[i * k + j] = head + hessian[last * k + j] - between;
            if j < last {
                let (low, high) = sides(tails, j);
                between += low * high;
            }
        }
        if i < last {
            let low = sides(tails, i).0;
            head += low * low;
        }
    }
    for (j, p_j) in tails.iter_mut().enumerate() {
        *p_j = p(j);
    }
    for i in 0..k {
        for j in i..k {
            let entry = (total + total) * total * (tails[i] * tails[j]) * hessian[i * k + j];
            (hessian[i * k + j], hessian[j * k + i]) = (entry, entry);
        }
    }
}
