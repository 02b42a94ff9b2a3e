//! [`Certificate`]: what is *proven* about F(x) − F*, recomputed in f64 by code that shares nothing with the optimizer.

/// A bound on the suboptimality of a point, with the theorem that gives it.
#[derive(Copy, Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Certificate {
    /// Nothing is proven.
    None,
    /// F is μ-strongly convex everywhere: F(x) − F* ≤ ‖∇F‖²/(2μ) (Nesterov 2018, theorem 2.1.10).
    StrongConvexity {
        /// ‖∇F(x)‖²/(2μ).
        bound: f64,
        /// μ.
        mu: f64,
    },
    /// F is convex and its third derivative along any direction d is at most r‖d‖_H times the second, so that the Newton decrement
    /// δ = (gᵀH⁻¹g)^½ with rδ < 1 bounds F(x) − F* ≤ [rδ + (1−rδ) ln(1−rδ)]/r². A quadratic has r = 0 and the bound δ²/2 (Bach 2010,
    /// *Self-concordant analysis for logistic regression*, proposition 2).
    SelfConcordant {
        /// The bound.
        bound: f64,
        /// δ.
        decrement: f64,
        /// rδ, which must stay below 1.
        reach: f64,
    },
    /// Primal minus dual objective at a feasible dual point.
    DualityGap {
        /// The gap.
        bound: f64,
    },
}

/// What an independent evaluation at a point found.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Verification {
    /// What is proven about F(x) − F*.
    pub certificate: Certificate,
    /// max |∇F(x)|, or the largest violation of a composite objective's optimality conditions, recomputed; `None` if the objective only
    /// knows values.
    pub gradient_inf: Option<f64>,
}

impl Certificate {
    /// The self-concordant bound from δ and r; [`Certificate::None`] if rδ ≥ 1 or either is not finite.
    ///
    /// ```
    /// use thalweg_core::Certificate;
    /// assert_eq!(Certificate::self_concordant(1e-3, 0.0).bound(), Some(5e-7));
    /// assert_eq!(Certificate::self_concordant(1.0, 2.0), Certificate::None);
    /// ```
    #[must_use]
    pub fn self_concordant(decrement: f64, r: f64) -> Self {
        let reach = r * decrement;
        if !(decrement.is_finite() && decrement >= 0.0 && (0.0..1.0).contains(&reach)) {
            return Self::None;
        }
        // [t + (1−t) ln(1−t)]/t² = ½ + t/6 + t²/12 + …: below 1e-3 the series, whose next term t⁴/30 is under 1e-13.
        let shape = if reach < 1e-3 {
            0.5 + reach / 6.0 + reach * reach / 12.0 + reach * reach * reach / 20.0
        } else {
            (reach + (1.0 - reach) * (-reach).ln_1p()) / (reach * reach)
        };
        Self::SelfConcordant { bound: shape * decrement * decrement, decrement, reach }
    }

    /// The proven bound on F(x) − F*.
    #[must_use]
    pub const fn bound(&self) -> Option<f64> {
        match self {
            Self::None => None,
            Self::StrongConvexity { bound, .. }
            | Self::SelfConcordant { bound, .. }
            | Self::DualityGap { bound } => Some(*bound),
        }
    }

    /// The name in reports and JSON.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StrongConvexity { .. } => "strong-convexity",
            Self::SelfConcordant { .. } => "self-concordant",
            Self::DualityGap { .. } => "duality-gap",
        }
    }
}
