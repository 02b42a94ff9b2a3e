//! Ordinal regression, cumulative logit: minus the log-likelihood of class y of K ordered ones, −ln(σ(θ_{y+1} − s) − σ(θ_y − s)), with a latent
//! score s and thresholds θ₁ < … < θ_{K−1} (θ₀ = −∞, θ_K = ∞).
//!
//! The K predictors are free numbers, so that any optimizer fits them without constraints: η₀ = s, η₁ = θ₁, and ηⱼ = ln(θⱼ − θ_{j−1}) for
//! j = 2 … K−1. Thresholds that all rows share are predictors with an intercept only. The same parametrisation as statsmodels' `OrderedModel`
//! with `distr="logit"`; R's `polr` reports θ itself.
//!
//! Source: McCullagh, *Regression models for ordinal data*, J. R. Statist. Soc. B 42 (1980).

use thalweg_core::{Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want, math};

use super::{MakeRowwise, Outputs, RowwiseEntry, categorical};

/// With a = θ_y − s, b = θ_{y+1} − s and d = b − a = e^η_{y+1}: σ(b) − σ(a) = σ(b) σ(−a) (1 − e^−d), so that
/// ℓ = ln(1 + e^−b) + ln(1 + e^a) − ln(1 − e^−d) is a sum of terms that are never negative (without the first for y = K−1, the second for y = 0,
/// the third for either). For two classes the logistic loss at θ₁ − s. The expected Hessian is Σ_y P(y) ∂ℓ_y ∂ℓ_yᵀ.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::CumulativeLink::new(3)?;
/// // θ = (−1, 1): the middle class of a score of 0 has probability σ(1) − σ(−1).
/// let value = loss.row(&[1.0], &[0.0, -1.0, 2.0_f64.ln()], Want::Value, &mut [], &mut []);
/// assert!((value + 0.46211715726000975_f64.ln()).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct CumulativeLink {
    classes: u32,
}

impl CumulativeLink {
    /// With K ordered classes, and as many predictors.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        categorical::classes(classes).map(|classes| Self { classes })
    }
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "cumulative-link",
    summary: "ordered classes by a score and thresholds: ordinal logistic regression",
    parameters: &[],
    example: "cumulative-link",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Structured },
};

fn make<T: Real>(classes: usize, _: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    Ok(Box::new(CumulativeLink::new(classes)?))
}

impl RowFormula for CumulativeLink {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let (one, last) = (S::of(1.0), eta.len() - 1);
        let mut lower = eta[1] - eta[0];
        let mut total = (-lower).softplus();
        for class in 1..=last {
            let value = match eta.get(class + 1).filter(|_| class < last) {
                None => lower.softplus(),
                Some(step) => {
                    let d = step.exp();
                    // ln(1 − e^−d) near d = 0 as ln d + ln((1 − e^−d)/d).
                    let near = *step + (-(-d).exp_m1() / d).ln();
                    let gap = S::select(d.lt(one), near, (one - (-d).exp()).ln());
                    let below = lower;
                    lower = lower + d;
                    below.softplus() + (-lower).softplus() - gap
                }
            };
            let is = (y[0] - S::of(class as f64)).abs().lt(S::of(0.5));
            total = S::select(is, value, total);
        }
        total
    }
}

/// One class of a row: the value, first and second derivatives in a and in b, and those of −ln(1 − e^−d) in ln d.
struct Class<T> {
    value: T,
    slope: [T; 2],
    bend: [T; 2],
    gap: [T; 2],
}

/// e·x, and 0 where x is, even at an infinite e.
#[inline(always)]
fn times<T: Real>(e: T, x: T) -> T {
    T::select(x.abs().le(T::ZERO), T::ZERO, e * x)
}

impl CumulativeLink {
    fn class<T: Real>(self, class: usize, eta: &[T]) -> Class<T> {
        let last = eta.len() - 1;
        let mut out = Class { value: T::ZERO, slope: [T::ZERO; 2], bend: [T::ZERO; 2], gap: [T::ZERO; 2] };
        let mut lower = eta[1] - eta[0];
        for step in eta.iter().take(class + 1).skip(2) {
            lower += step.exp();
        }
        if class > 0 {
            out.value += lower.softplus();
            out.slope[0] = lower.sigmoid();
            out.bend[0] = lower.sigmoid() * (-lower).sigmoid();
        }
        if class < last {
            let upper = if class > 0 { lower + eta[class + 1].exp() } else { lower };
            out.value += (-upper).softplus();
            out.slope[1] = -(-upper).sigmoid();
            out.bend[1] = upper.sigmoid() * (-upper).sigmoid();
        }
        if class > 0 && class < last {
            let step = eta[class + 1];
            let d = step.exp();
            let rest = -(-d).exp_m1();
            // ln(1 − e^−d) = ln d + ln((1 − e^−d)/d): e^η may be too small for a number, η is not.
            let near = if d > T::ZERO { step + (rest / d).ln() } else { step };
            out.value -= if step < T::ZERO { near } else { T::of(math::log1mexp(d.to_f64())) };
            // r = d/(e^d − 1).
            let r = if d > T::ZERO { times(d, (-d).exp()) / rest } else { T::ONE };
            out.gap = [-r, times(r + d - T::ONE, r)];
        }
        out
    }

    /// ∂ℓ of a class.
    fn gradient<T: Real>(class: usize, parts: &Class<T>, eta: &[T], gradient: &mut [T]) {
        let both = parts.slope[0] + parts.slope[1];
        gradient.fill(T::ZERO);
        gradient[0] = -both;
        gradient[1] = both;
        for j in 2..=class {
            gradient[j] = times(eta[j].exp(), both);
        }
        if class > 0 && class + 1 < eta.len() {
            gradient[class + 1] = times(eta[class + 1].exp(), parts.slope[1]) + parts.gap[0];
        }
    }
}

/// ∂a/∂ηⱼ where `reach` is the last threshold in it; ∂b/∂ηⱼ with the next one.
#[inline(always)]
fn reaches<T: Real>(j: usize, reach: usize, eta: &[T]) -> T {
    match j {
        0 => -T::ONE,
        1 => T::ONE,
        _ if j <= reach => eta[j].exp(),
        _ => T::ZERO,
    }
}

impl<T: Real> Rowwise<T> for CumulativeLink {
    fn outputs(&self) -> usize {
        self.classes as usize
    }

    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let (class, k) = (y[0].to_f64() as usize, eta.len());
        let parts = self.class(class, eta);
        if want == Want::Fisher {
            hessian.fill(T::ZERO);
            for other in 0..k {
                let parts = self.class(other, eta);
                let p = (-parts.value).exp();
                Self::gradient(other, &parts, eta, gradient);
                for (i, row) in hessian.chunks_exact_mut(k).enumerate() {
                    for (j, h) in row.iter_mut().enumerate() {
                        *h += times(gradient[i] * gradient[j], p);
                    }
                }
            }
        }
        if want >= Want::Gradient {
            Self::gradient(class, &parts, eta, gradient);
        }
        if want == Want::Curvature {
            for (i, row) in hessian.chunks_exact_mut(k).enumerate() {
                for (j, h) in row.iter_mut().enumerate() {
                    *h = T::ZERO;
                    for (side, bend) in parts.bend.into_iter().enumerate() {
                        let reach = class + side;
                        *h += times(reaches(i, reach, eta), times(reaches(j, reach, eta), bend));
                    }
                }
                // The gradient's entry of a log-increment is e^η times a slope: its derivative holds itself once more.
                if (2..=class + 1).contains(&i) {
                    row[i] += if i == class + 1 {
                        times(eta[i].exp(), parts.slope[1]) + parts.gap[1]
                    } else {
                        gradient[i]
                    };
                }
            }
        }
        parts.value
    }

    fn properties(&self) -> Properties<T> {
        Properties::nonconvex(Target::Class(self.classes))
    }

    fn shift_invariant(&self) -> bool {
        self.classes == 2
    }
}
