//! Softmax cross-entropy ln Σₖ e^ηₖ − η_y: minus the log-likelihood of class y with probabilities softmax(η).
//!
//! All K predictors are free, so a constant added to each changes nothing; a ridge penalty or the least step picks one of the equal
//! solutions, the one whose coefficients sum to 0 over the classes.
//!
//! Source: Bridle, *Probabilistic interpretation of feedforward classification network outputs*, in Neurocomputing (1990).

use thalweg_core::{Error, Properties, Real, Result, Rowwise, Target, Want, Weights};

use super::{MakeRowwise, RowwiseEntry};

/// For y in {0, …, K−1} with p = softmax(η): ∂ℓ/∂η = p − e_y, ∂²ℓ/∂η² = diag(p) − ppᵀ,
/// ℓ*(u) = Σ vₖ ln vₖ at v = u + e_y on the simplex.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let softmax = thalweg_losses::Softmax::new(3)?;
/// let mut g = [0.0; 3];
/// let value = softmax.row(0.0, &[1000.0, 1000.0, -1000.0], Want::Gradient, &mut g, &mut []);
/// assert_eq!((value, g), (2.0_f64.ln(), [-0.5, 0.5, 0.0]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Softmax {
    classes: u32,
}

impl Softmax {
    /// With K classes.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn new(classes: usize) -> Result<Self> {
        match u32::try_from(classes) {
            Ok(classes) if classes >= 2 => Ok(Self { classes }),
            _ => Err(Error::invalid_parameter("classes", classes, "softmax needs two classes or more")),
        }
    }
}

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "softmax",
    summary: "cross-entropy of a class index with one predictor a class: multinomial logistic regression",
    parameters: &[],
    example: "softmax",
    make: MakeRowwise { f64: make, f32: make },
};

fn make<T: Real>(classes: usize, _: &[f64]) -> Result<Box<dyn Rowwise<T>>> {
    Ok(Box::new(Softmax::new(classes)?))
}

impl<T: Real> Rowwise<T> for Softmax {
    fn outputs(&self) -> usize {
        self.classes as usize
    }

    #[inline]
    fn row(&self, y: T, eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let class = y.to_f64() as usize;
        let mut largest = eta[0];
        for e in eta {
            largest = if *e > largest { *e } else { largest };
        }
        let mut sum = T::ZERO;
        if want == Want::Value {
            for e in eta {
                sum += (*e - largest).exp();
            }
            return sum.ln() + (largest - eta[class]);
        }
        for (g, e) in gradient.iter_mut().zip(eta) {
            *g = (*e - largest).exp();
            sum += *g;
        }
        let inverse = sum.recip();
        gradient.iter_mut().for_each(|g| *g *= inverse);
        if want >= Want::Fisher {
            for (k, row) in hessian.chunks_exact_mut(eta.len()).enumerate() {
                for (h, p) in row.iter_mut().zip(gradient.iter()) {
                    *h = -(gradient[k] * *p);
                }
                // p(1 − p) as p times the other classes' share: no cancellation where p is close to 1.
                let others: T = (0..eta.len()).filter(|l| *l != k).map(|l| gradient[l]).sum();
                row[k] = gradient[k] * others;
            }
        }
        // p_y − 1, likewise.
        let others: T = (0..eta.len()).filter(|l| *l != class).map(|l| gradient[l]).sum();
        gradient[class] = -others;
        sum.ln() + (largest - eta[class])
    }

    fn properties(&self) -> Properties<T> {
        Properties {
            // The largest eigenvalue of diag(p) − ppᵀ, at p = (½, ½, 0, …).
            curvature_bound: Some(T::of(0.5)),
            lipschitz: Some(T::of(core::f64::consts::SQRT_2)),
            conjugate_known: true,
            ..Properties::convex(Target::Class(self.classes))
        }
    }

    fn shift_invariant(&self) -> bool {
        true
    }

    fn conjugate(&self, y: T, u: &[T]) -> T {
        let class = y.to_f64() as usize;
        let (mut entropy, mut sum) = (T::ZERO, T::ZERO);
        for (k, u) in u.iter().enumerate() {
            let v = if k == class { *u + T::ONE } else { *u };
            if v < T::ZERO || v.is_nan() {
                return T::INFINITY;
            }
            entropy += crate::pointwise::logistic::x_ln_x(v);
            sum += v;
        }
        // The simplex up to the rounding of K terms.
        let slack = T::of(8.0 * u.len() as f64) * T::EPSILON;
        if (sum - T::ONE).abs() <= slack { entropy } else { T::INFINITY }
    }

    /// The probabilities v = u + e_y are mixed with one distribution q for all rows, v ← (1 − ε)v + εq, with the least ε for which a q exists
    /// that gives every class its observed share.
    fn balance(&self, y: &[T], w: Weights<'_, T>, slopes: &mut [T]) -> bool {
        let classes = self.classes as usize;
        let (mut fitted, mut observed) = (vec![T::ZERO; classes], vec![T::ZERO; classes]);
        for (i, (y, u)) in y.iter().zip(slopes.chunks_exact(classes)).enumerate() {
            let (class, w) = (y.to_f64() as usize, w.get(i));
            observed[class] += w;
            fitted[class] += w;
            for (sum, u) in fitted.iter_mut().zip(u) {
                *sum += w * *u;
            }
        }
        let total: T = observed.iter().copied().sum();
        let mut epsilon = T::ZERO;
        for (fitted, observed) in fitted.iter().zip(&observed) {
            if *fitted <= T::ZERO && *observed > T::ZERO {
                return false;
            }
            let miss = if *fitted > T::ZERO { (*observed - *fitted).abs() / *fitted } else { T::ZERO };
            epsilon = if miss > epsilon { miss } else { epsilon };
        }
        if !(epsilon <= T::ONE && total > T::ZERO) {
            return false;
        }
        // Twice the least ε keeps q inside its simplex in spite of rounding.
        epsilon = (epsilon + epsilon).min(T::ONE);
        if epsilon == T::ZERO {
            return true;
        }
        let q: Vec<T> =
            fitted.iter().zip(&observed).map(|(p, o)| (*p + (*o - *p) / epsilon) / total).collect();
        for (y, u) in y.iter().zip(slopes.chunks_exact_mut(classes)) {
            let class = y.to_f64() as usize;
            for (k, (u, q)) in u.iter_mut().zip(&q).enumerate() {
                let e = if k == class { T::ONE } else { T::ZERO };
                *u += epsilon * (*q - (*u + e));
            }
        }
        true
    }
}
