//! Jensen–Shannon divergence ½ KL(q ‖ m) + ½ KL(p ‖ m) of target probabilities q and predicted ones p = softmax(η), with m = ½(p + q).
//!
//! Symmetric in p and q and at most ln 2, so that a wrong label costs a bounded amount; not convex in η. Minus no log-likelihood. In natural
//! logarithms; PyTorch, Keras and optax have none of its own.
//!
//! Source: Lin, *Divergence measures based on the Shannon entropy*, IEEE Trans. Inf. Theory 37 (1991).

use thalweg_core::{
    Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want, logsumexp, math,
};

use super::{MakeRowwise, Outputs, RowwiseEntry, categorical};

/// With aₖ = ½ ln(pₖ/mₖ), bₖ = qₖ/(2(pₖ + qₖ)) and means ā = Σ pa, b̄ = Σ pb: ∂ℓ/∂ηᵢ = pᵢ(aᵢ − ā),
/// ∂²ℓ/∂ηᵢ∂ηⱼ = δᵢⱼ pᵢ(aᵢ − ā + bᵢ) − pᵢpⱼ(aᵢ − ā + aⱼ − ā + bᵢ + bⱼ − b̄). The expected Hessian is replaced by its part that is always positive
/// semidefinite, JᵀBJ with J = diag(p) − ppᵀ and B = diag(b/p): the whole where p = q.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::JensenShannon::new(2)?;
/// let mut g = [0.0; 2];
/// let value = loss.row(&[1.0, 0.0], &[-800.0, 0.0], Want::Gradient, &mut g, &mut []);
/// assert!((value - 2.0_f64.ln()).abs() < 1e-15 && g[0].abs() < 1e-300);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct JensenShannon {
    classes: u32,
}

impl JensenShannon {
    /// With K classes.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        categorical::classes(classes).map(|classes| Self { classes })
    }
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "jensen-shannon",
    summary: "bounded divergence of softmax probabilities from target probabilities",
    parameters: &[],
    example: "jensen-shannon",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Targets },
};

fn make<T: Real>(classes: usize, _: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(JensenShannon::new(classes)?))
}

impl RowFormula for JensenShannon {
    fn eval<S: Scalar>(&self, q: &[S], eta: &[S]) -> S {
        let (log_sum, zero, half) = (logsumexp(eta), S::of(0.0), S::of(0.5));
        q.iter().zip(eta).fold(zero, |sum, (q, eta)| {
            let ln_p = *eta - log_sum;
            let p = ln_p.exp();
            let ln_m = (half * (p + *q)).ln();
            let own = S::select(zero.lt(*q), *q * (q.ln() - ln_m), zero);
            sum + half * (own + p * (ln_p - ln_m))
        })
    }
}

/// What a class with target q and probability p = e^ln_p adds to ℓ, and its a and b.
#[inline(always)]
fn class<T: Real>(q: T, ln_p: T) -> (T, T, T) {
    let (half, p) = (T::of(0.5), ln_p.exp());
    // With ln(1 + x) = x + (ln(1 + x) − x) in both logarithms the linear terms cancel exactly; what is left is never negative.
    let excess = |x: T| T::of(math::log1pmx(x.to_f64()));
    let own = if q > T::ZERO { q * excess(half * (p - q) / q) } else { -half * p };
    let other = if p > T::ZERO { p * excess(half * (q - p) / p) } else { -half * q };
    // ln(p/m) by the difference where p and q are close, by logarithms where p may be too small to divide by.
    let ratio = if q <= T::ZERO {
        T::of(core::f64::consts::LN_2)
    } else if p > half * q {
        -(half * (q - p) / p).ln_1p()
    } else {
        T::of(core::f64::consts::LN_2) + ln_p - (p + q).ln()
    };
    let b = if q > T::ZERO { half * q / (p + q) } else { T::ZERO };
    (-half * (own + other), half * ratio, b)
}

impl<T: Real> Rowwise<T> for JensenShannon {
    fn outputs(&self) -> usize {
        self.classes as usize
    }

    fn targets(&self) -> usize {
        self.classes as usize
    }

    fn row(&self, q: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let top = (1..eta.len()).fold(0, |top, k| if eta[k] > eta[top] { k } else { top });
        let log_sum = eta.iter().map(|eta_k| (*eta_k - eta[top]).exp()).sum::<T>().ln();
        let ln_p = |k: usize| (eta[k] - eta[top]) - log_sum;
        // Means are taken from the value at the largest p, so that nothing cancels as that p tends to 1.
        let origin = class(q[top], ln_p(top)).1;
        let (mut value, mut mean) = (T::ZERO, T::ZERO);
        for (k, q) in q.iter().enumerate() {
            let (part, a, _) = class(*q, ln_p(k));
            value += part;
            mean += ln_p(k).exp() * (a - origin);
            if want >= Want::Gradient {
                gradient[k] = a - origin;
            }
        }
        for (k, g) in gradient.iter_mut().enumerate() {
            *g = ln_p(k).exp() * (*g - mean);
        }
        if want >= Want::Fisher {
            let (p, b) = hessian.split_at_mut(eta.len());
            for (k, (p, b)) in p.iter_mut().zip(b).enumerate() {
                (*p, *b) = (ln_p(k).exp(), class(q[k], ln_p(k)).2);
            }
            fill(top, gradient, hessian, want);
        }
        value
    }

    fn properties(&self) -> Properties<T> {
        Properties::nonconvex(Target::UnitInterval)
    }

    fn refuses(&self, y: &[T]) -> Option<&'static str> {
        categorical::refuses_probabilities(y)
    }

    fn shift_invariant(&self) -> bool {
        true
    }
}

/// The Hessian over its first two rows, which hold p and b. From the last row to the first, so that they are overwritten last.
fn fill<T: Real>(top: usize, g: &[T], hessian: &mut [T], want: Want) {
    let k = g.len();
    let rest = |h: &[T], f: fn(T, T) -> T| {
        let others = (0..k).filter(|i| *i != top);
        others.fold(T::ZERO, |sum, i| sum + f(h[i], h[k + i]))
    };
    // 1 − p and Σ pb over all classes but the top one: the small parts where its p is near 1.
    let (below, shared) = (rest(hessian, |p, _| p), rest(hessian, |p, b| p * b));
    let mean = hessian[top] * hessian[k + top] + shared;
    let entry = |p: (T, T), b: (T, T), (i, j): (usize, usize)| {
        let absent = |i: usize, p: T| if i == top { below } else { T::ONE - p };
        let without = |i: usize, p: T, b: T| if i == top { shared } else { mean - p * b };
        let (own, cross) = if i == j {
            let o = absent(i, p.0);
            (p.0 * (b.0 * o * o + p.0 * without(i, p.0, b.0)), g[i] * (T::ONE - p.0 - p.0))
        } else {
            let others = if j == top { shared - p.0 * b.0 } else { without(i, p.0, b.0) - p.1 * b.1 };
            let sum = b.0 * absent(i, p.0) + b.1 * absent(j, p.1) - others;
            (-(p.0 * p.1 * sum), -(g[i] * p.1 + p.0 * g[j]))
        };
        if want == Want::Curvature { own + cross } else { own }
    };
    let (first, second) = ((hessian[0], hessian[1]), (hessian[k], hessian[k + 1]));
    for i in (2..k).rev() {
        for j in 0..=i {
            hessian[i * k + j] = entry((hessian[i], hessian[j]), (hessian[k + i], hessian[k + j]), (i, j));
        }
    }
    hessian[0] = entry((first.0, first.0), (second.0, second.0), (0, 0));
    hessian[k] = entry((first.1, first.0), (second.1, second.0), (1, 0));
    hessian[k + 1] = entry((first.1, first.1), (second.1, second.1), (1, 1));
    for (i, j) in (0..k).flat_map(|i| (0..i).map(move |j| (i, j))) {
        hessian[j * k + i] = hessian[i * k + j];
    }
}
