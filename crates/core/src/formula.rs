//! [`Formula`] and [`Pointwise`]: one observation, one linear predictor.

use crate::real::Real;
use crate::scalar::Scalar;
use crate::simd;

/// A function of a target `y` and a linear predictor `eta`, written once for every number type.
///
/// Losses, densities, links and activations implement it; autodiff, jets and tracing read the same lines that run in
/// production.
pub trait Formula: Copy + Send + Sync {
    /// The value for one observation.
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S;
}

/// A loss of one observation with closed-form derivatives in `eta`. All methods are `#[inline(always)]` and branch-free, so that
/// a block of rows becomes SIMD code.
///
/// ```
/// use thalweg_core::{Formula, Pointwise, Properties, Real, Scalar, Target};
///
/// /// ½(eta − y)²
/// #[derive(Copy, Clone)]
/// struct Half;
/// impl Formula for Half {
///     fn eval<S: Scalar>(&self, y: S, eta: S) -> S { S::of(0.5) * (eta - y).square() }
/// }
/// impl<T: Real> Pointwise<T> for Half {
///     fn derivatives(&self, y: T, eta: T) -> (T, T, T) { (self.eval(y, eta), eta - y, T::ONE) }
///     fn properties(&self) -> Properties<T> {
///         Properties { curvature_bound: Some(T::ONE), strong_convexity: T::ONE, ..Properties::convex(Target::Real) }
///     }
/// }
/// assert_eq!(Half.derivatives(1.0, 3.0), (2.0, 2.0, 1.0));
/// ```
pub trait Pointwise<T: Real>: Formula {
    /// Value ℓ, first derivative ℓ′ and exact second derivative ℓ″ in `eta`. Where ℓ is not smooth: an element of the subdifferential,
    /// and the second derivative of the smooth piece. The laws compare them with [`Formula::eval`] on nested dual numbers.
    fn derivatives(&self, y: T, eta: T) -> (T, T, T);

    /// E[ℓ″] under the model: the Fisher weight. Equal to ℓ″ for a canonical link.
    #[inline(always)]
    fn expected_curvature(&self, y: T, eta: T) -> T {
        self.derivatives(y, eta).2
    }

    /// The convex conjugate ℓ*(u) = sup_η (uη − ℓ(η)), +∞ outside its domain. Called only where
    /// [`Properties::conjugate_known`] says so.
    #[inline(always)]
    fn conjugate(&self, _y: T, _u: T) -> T {
        T::INFINITY
    }

    /// What is true of this loss; property-tested by the laws, never trusted.
    fn properties(&self) -> Properties<T>;
}

/// What is true of ℓ(y, ·) for every admissible target y.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Properties<T> {
    /// ℓ is convex in eta.
    pub convex: bool,
    /// ℓ′ is continuous.
    pub differentiable: bool,
    /// ℓ″ is continuous.
    pub twice_differentiable: bool,
    /// The smallest known L with |ℓ″| ≤ L: the gradient's Lipschitz constant.
    pub curvature_bound: Option<T>,
    /// The largest known μ with ℓ″ ≥ μ ≥ 0.
    pub strong_convexity: T,
    /// The smallest known bound on |ℓ′|.
    pub lipschitz: Option<T>,
    /// The smallest known M with |ℓ‴| ≤ M ℓ″ (quasi-self-concordance, Bach 2010): what turns a Newton decrement into a proven
    /// bound on the suboptimality.
    pub self_concordance: Option<T>,
    /// [`Pointwise::conjugate`] is implemented.
    pub conjugate_known: bool,
    /// The admissible targets.
    pub target: Target,
    /// The open interval of predictors where ℓ is defined. Outside it ℓ is NaN or +∞, a soft reject.
    pub predictor: (T, T),
    /// The prediction on the scale of the target, where it is not η itself: ℓ(y, ·) is least at the predictor whose response is y.
    pub response: Option<Response>,
}

/// From a predictor to the scale of the target.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// e^η.
    Exponential,
    /// 1/(1 + e^−η).
    Logistic,
    /// Φ(η).
    NormalCdf,
}

impl Response {
    /// The response of a predictor.
    #[must_use]
    pub fn of<S: Scalar>(self, eta: S) -> S {
        match self {
            Self::Exponential => eta.exp(),
            Self::Logistic => eta.sigmoid(),
            Self::NormalCdf => eta.normal_cdf(),
        }
    }
}

impl<T: Real> Properties<T> {
    /// Convex and twice differentiable, with nothing more known. The start of a struct-update expression.
    #[must_use]
    pub fn convex(target: Target) -> Self {
        Self {
            convex: true,
            differentiable: true,
            twice_differentiable: true,
            curvature_bound: None,
            strong_convexity: T::ZERO,
            lipschitz: None,
            self_concordance: None,
            conjugate_known: false,
            target,
            predictor: (-T::INFINITY, T::INFINITY),
            response: None,
        }
    }

    /// Twice differentiable, not convex, with nothing more known.
    #[must_use]
    pub fn nonconvex(target: Target) -> Self {
        Self { convex: false, ..Self::convex(target) }
    }
}

/// The targets a loss or family admits.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// Any finite number.
    Real,
    /// y > 0.
    Positive,
    /// y ≥ 0.
    Nonnegative,
    /// y = 0, 1, 2, …
    Count,
    /// 0 ≤ y ≤ 1: a 0/1 outcome, or the share of successes of a grouped binomial.
    UnitInterval,
    /// y ≠ 0.
    Nonzero,
    /// One of two classes: 0 or 1 in all rows, or −1 or 1 in all rows. The class is positive where y > 0.
    Binary,
    /// y = 0, 1, … below the number of classes.
    Class(u32),
}

/// The first value that a rule refuses, found by whole blocks.
fn first<T: Real>(y: &[T], refused: impl Fn(f64) -> bool) -> Option<usize> {
    const BLOCK: usize = 1024;
    simd::dispatch(
        #[inline(always)]
        || {
            y.chunks(BLOCK).enumerate().find_map(|(block, y)| {
                let any = y.iter().fold(false, |any, v| any | refused(v.to_f64()));
                let at = any.then(|| y.iter().position(|v| refused(v.to_f64())))??;
                Some(block * BLOCK + at)
            })
        },
    )
}

impl Target {
    /// Whether `y` is admissible. Of [`Target::Binary`] both conventions are; [`Target::first_refused`] sees that they are not mixed.
    #[must_use]
    #[inline(always)]
    pub fn admits(self, y: f64) -> bool {
        y.is_finite()
            && match self {
                Self::Real => true,
                Self::Positive => y > 0.0,
                Self::Nonnegative => y >= 0.0,
                Self::Count => y >= 0.0 && y.fract() == 0.0,
                Self::UnitInterval => (0.0..=1.0).contains(&y),
                Self::Nonzero => y != 0.0,
                Self::Binary => y == 0.0 || y.abs() == 1.0,
                Self::Class(classes) => y >= 0.0 && y.fract() == 0.0 && y < f64::from(classes),
            }
    }

    /// The first target that is not admissible.
    #[must_use]
    pub fn first_refused<T: Real>(self, y: &[T]) -> Option<usize> {
        // One loop a rule, for a rule that is looked up row by row keeps the loop scalar.
        let refused = match self {
            Self::Real => first(
                y,
                #[inline(always)]
                |v| !Self::Real.admits(v),
            ),
            Self::Positive => first(
                y,
                #[inline(always)]
                |v| !Self::Positive.admits(v),
            ),
            Self::Nonnegative => first(
                y,
                #[inline(always)]
                |v| !Self::Nonnegative.admits(v),
            ),
            Self::Count => first(
                y,
                #[inline(always)]
                |v| !Self::Count.admits(v),
            ),
            Self::UnitInterval => first(
                y,
                #[inline(always)]
                |v| !Self::UnitInterval.admits(v),
            ),
            Self::Nonzero | Self::Binary | Self::Class(_) => first(
                y,
                #[inline(always)]
                |v| !self.admits(v),
            ),
        };
        if self != Self::Binary || refused.is_some() {
            return refused;
        }
        // 0 and −1 both name the negative class; data with both has three classes.
        let zero = y.iter().position(|v| *v == T::ZERO)?;
        let minus = y.iter().position(|v| *v < T::ZERO)?;
        Some(zero.max(minus))
    }

    /// The rule in words, for error texts.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Real => "it must be a finite number",
            Self::Positive => "it must be positive",
            Self::Nonnegative => "it must not be negative",
            Self::Count => "it must be a count 0, 1, 2, ...",
            Self::UnitInterval => "it must lie between 0 and 1",
            Self::Nonzero => "it must not be 0",
            Self::Binary => "it must be 0 or 1 in all rows, or -1 or 1 in all rows",
            Self::Class(_) => "it must be a class 0, 1, 2, ... below the number of classes",
        }
    }
}
