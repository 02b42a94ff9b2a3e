//! Elastic net penalty λ(α‖b‖₁ + ½(1 − α)‖b‖²): selects like the lasso, and keeps correlated columns together like ridge.
//!
//! Source: Zou and Hastie, *Regularization and variable selection via the elastic net*, J. R. Statist. Soc. B 67 (2005), in the
//! parametrisation of Friedman, Hastie and Tibshirani, J. Stat. Softw. 33 (2010).

use thalweg_core::{Blocks, Diagonal, Error, Parameter, Penalty, Real, Result, Step, k, vector};

use crate::l1::{distance, soft_threshold};
use crate::norm::shrink;
use crate::{L1, Make, PenaltyEntry, run};

/// With s = λα and d = λ(1 − α): P(b; λ) = s‖b‖₁ + ½d‖b‖²; prox soft(vᵢ, s tᵢ)/(1 + d tᵢ); violation (|g| − s)₊ at b = 0 and
/// |g + s sign b + d b| elsewhere; conjugate Σ(|vⱼ| − s)₊²/(2d), finite everywhere if d > 0. λ_max = ‖g₀‖∞/α.
///
/// ```
/// use thalweg_core::Penalty;
/// let net = thalweg_regularization::ElasticNet::new(0.5)?;
/// assert_eq!(net.value(&[1.0, -2.0], 0.5), 0.25 * 3.0 + 0.125 * 5.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct ElasticNet {
    alpha: f64,
}

impl ElasticNet {
    /// With α, the share of the L1 norm, from 0 (ridge) to 1 (lasso).
    ///
    /// # Errors
    /// α outside [0, 1].
    pub fn new(alpha: f64) -> Result<Self> {
        if (0.0..=1.0).contains(&alpha) {
            Ok(Self { alpha })
        } else {
            Err(Error::invalid_parameter("alpha", alpha, ALPHA.rule))
        }
    }

    /// (λα, λ(1 − α)).
    fn shares<T: Real>(&self, lambda: T) -> (T, T) {
        (lambda * T::of(self.alpha), lambda * T::of(1.0 - self.alpha))
    }
}

const ALPHA: Parameter = Parameter {
    name: "alpha",
    default: 0.5,
    rule: "it must be a number from 0 (ridge) to 1 (lasso)",
    summary: "share of the L1 norm in the penalty",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "elastic-net",
    summary: "lambda times a mix of L1 norm and half the squared norm: selects, and keeps correlated columns together",
    parameters: &[ALPHA],
    example: "elastic-net:alpha=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    Ok(Box::new(ElasticNet::new(values[0])?))
}

impl<T: Real> Penalty<T> for ElasticNet {
    fn blocks(&self) -> &Blocks {
        &Blocks::Coordinates
    }

    fn value(&self, b: &[T], lambda: T) -> T {
        let (s, d) = self.shares(lambda);
        s * vector::norm1(b) + k(0.5) * d * vector::norm2_squared(b)
    }

    fn prox(&self, _block: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        let (s, d) = self.shares(lambda);
        for (i, v) in v.iter_mut().enumerate() {
            let t = step.at(i);
            *v = soft_threshold(*v, s * t) / (T::ONE + d * t);
        }
    }

    fn violation(&self, _block: usize, b: &[T], g: &[T], lambda: T) -> T {
        let (s, d) = self.shares(lambda);
        let one = |b: T, g: T| {
            // A pure ridge has no kink at 0.
            let g = g + d * b;
            if s == T::ZERO { g.abs() } else { distance(b, g, s) }
        };
        run::violation(b, g, one)
    }

    fn quadratic_part(&self, lambda: T) -> Option<Diagonal<T>> {
        Some(Diagonal::Uniform(self.shares(lambda).1))
    }

    fn is_quadratic(&self) -> bool {
        self.alpha == 0.0
    }

    fn in_support(&self, _block: usize, b: &[T], lambda: T) -> bool {
        self.shares(lambda).0 == T::ZERO || b.iter().any(|b| *b != T::ZERO)
    }

    fn lambda_max(&self, g0: &[T]) -> Option<T> {
        (self.alpha > 0.0).then(|| vector::norm_inf(g0) / T::of(self.alpha))
    }

    fn conjugate(&self, v: &[T], lambda: T) -> T {
        let (s, d) = self.shares(lambda);
        if d == T::ZERO {
            return L1.conjugate(v, s);
        }
        let square: T = v.iter().map(|v| (v.abs() - s).max(T::ZERO).square()).sum();
        k(0.5) * square / d
    }

    fn dual_scale(&self, v: &[T], lambda: T) -> T {
        let (s, d) = self.shares(lambda);
        if d == T::ZERO { shrink(vector::norm_inf(v), s, 0) } else { T::ONE }
    }

    fn margin(&self, _block: usize, v: &[T], lambda: T) -> T {
        (self.shares(lambda).0 - vector::norm_inf(v)).max(T::ZERO)
    }
}
