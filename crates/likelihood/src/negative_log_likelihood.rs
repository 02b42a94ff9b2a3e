//! [`NegativeLogLikelihood`]: any family with any link, as one formula.

use thalweg_core::{Dual, Formula, Loss, Pointwise, Properties, Real, Response, Scalar, second_derivative};

use crate::density::Density;
use crate::link::{Link, LinkFunction, LinkVisitor};

/// ℓ(y, η) = −ln f(y; g⁻¹(η)) without terms free of η. The derivatives come from the same lines by nested dual numbers, which the compiler
/// turns into straight-line SIMD code; the Fisher weight from the mean's own derivative.
///
/// ```
/// use thalweg_core::Pointwise;
/// use thalweg_likelihood::{LinkFunction, NegativeLogLikelihood, families::Gaussian, links::Log};
/// let loss = NegativeLogLikelihood::new(Gaussian, Log, LinkFunction::Log);
/// // ½(y − e^η)² at y = 3, η = 0: slope −(3 − 1)·1.
/// assert_eq!(loss.derivatives(3.0, 0.0).1, -2.0);
/// ```
#[derive(Copy, Clone, Debug)]
pub struct NegativeLogLikelihood<F, L> {
    family: F,
    link: L,
    convex: bool,
    response: Option<Response>,
    predictor: (f64, f64),
}

impl<F: Density, L: Link> NegativeLogLikelihood<F, L> {
    /// Of this family with this link; `function` names the link's type at run time.
    pub fn new(family: F, link: L, function: LinkFunction) -> Self {
        // The scale on which the prediction is a mean.
        let response = match function {
            LinkFunction::Log => Some(Response::Exponential),
            LinkFunction::Logit => Some(Response::Logistic),
            LinkFunction::Probit => Some(Response::NormalCdf),
            _ => None,
        };
        let predictor = function.domain(family.target());
        Self { family, link, convex: family.is_convex_in(function), response, predictor }
    }
}

impl<F: Density, L: Link> Formula for NegativeLogLikelihood<F, L> {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        self.family.kernel(y, self.link.inverse(eta))
    }
}

impl<T: Real, F: Density, L: Link> Pointwise<T> for NegativeLogLikelihood<F, L> {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        second_derivative(|eta| self.eval(Dual::constant(Dual::constant(y)), eta), eta)
    }

    #[inline(always)]
    fn expected_curvature(&self, _y: T, eta: T) -> T {
        self.family.fisher(self.link.inverse(Dual::variable(eta, 0)))
    }

    fn properties(&self) -> Properties<T> {
        let predictor = (T::of(self.predictor.0), T::of(self.predictor.1));
        let target = self.family.target();
        Properties { convex: self.convex, response: self.response, predictor, ..Properties::convex(target) }
    }
}

/// The loss of a family with a link chosen at run time; `None` for a link the family does not take.
pub fn pair<T: Real, F: Density>(family: F, link: LinkFunction) -> Option<Box<dyn Loss<T>>> {
    struct Pair<F, T>(F, LinkFunction, core::marker::PhantomData<T>);
    impl<T: Real, F: Density> LinkVisitor for Pair<F, T> {
        type Output = Box<dyn Loss<T>>;
        fn visit<L: Link>(self, link: L) -> Self::Output {
            Box::new(NegativeLogLikelihood::new(self.0, link, self.1))
        }
    }
    link.visit_for::<F, _>(Pair(family, link, core::marker::PhantomData))
}
