//! Focal loss: the logistic loss of a row times the γ-th power of the probability given to the wrong class, so that easy rows weigh little. Not
//! convex for γ > 0; γ = 0 is the [`Logistic`] loss. Not the negative log-likelihood of any distribution for γ > 0.
//!
//! torchvision's `sigmoid_focal_loss`, optax's `sigmoid_focal_loss` and Keras's `BinaryFocalCrossentropy` are this loss, for shares between 0 and 1
//! too; torchvision balances with α = 0.25 unless told otherwise.
//!
//! Source: Lin, Goyal, Girshick, He and Dollár, *Focal loss for dense object detection*, ICCV (2017).

use core::f64::consts::E;

use thalweg_core::{Error, Formula, Loss, Parameter, Pointwise, Properties, Real, Result, Scalar, Target, k};

use super::logistic::from_parts;
use crate::entry::check_precision;
use crate::{Logistic, LossEntry, Make};

/// For y in [0, 1], with p = σ(η), the wrong class's probability w = y(1 − p) + (1 − y)p, the logistic loss c, its first two derivatives c′, c″
/// and r = (ln w)′ = (1 − 2y)p(1 − p)/w:
/// ℓ = bwᵞc, ℓ′ = bwᵞ(γrc + c′), ℓ″ = bwᵞ(γ(γr² + r′)c + 2γrc′ + c″), where r′ = r(1 − 2p − r) and the balance b is αy + (1 − α)(1 − y), or 1.
///
/// wᵞ is taken from ln w, so that it neither underflows early nor is divided by: all three are finite for every γ.
///
/// ```
/// use thalweg_core::Pointwise;
/// let loss = thalweg_losses::Focal::new(2.0, None)?;
/// assert_eq!(loss.derivatives(1.0_f64, 0.0).0, 0.25 * 2.0_f64.ln());
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Focal {
    gamma: f64,
    /// The weights of the classes 0 and 1.
    balance: [f64; 2],
}

impl Focal {
    /// With focusing power γ, and the weight α of the positive class against 1 − α of the negative one; `None` weighs both by 1.
    ///
    /// # Errors
    /// γ negative or not finite; α outside [0, 1].
    pub fn new(gamma: f64, alpha: Option<f64>) -> Result<Self> {
        if !(gamma >= 0.0 && gamma.is_finite()) {
            return Err(Error::invalid_parameter("gamma", gamma, GAMMA.rule));
        }
        match alpha {
            None => Ok(Self { gamma, balance: [1.0, 1.0] }),
            Some(alpha) if (0.0..=1.0).contains(&alpha) => Ok(Self { gamma, balance: [1.0 - alpha, alpha] }),
            Some(alpha) => Err(Error::invalid_parameter("alpha", alpha, ALPHA.rule)),
        }
    }
}

const GAMMA: Parameter = Parameter {
    name: "gamma",
    default: 2.0,
    rule: "it must be a finite number >= 0",
    summary: "power by which rows on the right side lose weight",
};

const ALPHA: Parameter = Parameter {
    name: "alpha",
    default: -1.0,
    rule: "it must lie between 0 and 1, or be -1 for classes of equal weight 1",
    summary: "weight of the positive class, 1 - alpha being that of the negative one",
};

pub(crate) const ENTRY: LossEntry = LossEntry {
    name: "focal",
    summary: "log-loss that forgets rows on the right side: detection among many negatives",
    parameters: &[GAMMA, ALPHA],
    example: "focal:gamma=0.5,alpha=0.25",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Loss<T>>> {
    check_precision::<T>(&GAMMA, values[0])?;
    let alpha = if values[1] == ALPHA.default { None } else { Some(values[1]) };
    Ok(Box::new(Focal::new(values[0], alpha)?))
}

impl Formula for Focal {
    #[inline(always)]
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        let failure = S::of(1.0) - y;
        let wrong = y * (-eta).sigmoid() + failure * eta.sigmoid();
        let [negative, positive] = self.balance.map(S::of);
        (positive * y + negative * failure) * wrong.powf(S::of(self.gamma)) * Logistic.eval(y, eta)
    }
}

impl<T: Real> Pointwise<T> for Focal {
    #[inline(always)]
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let (gamma, failure) = (T::of(self.gamma), T::ONE - y);
        // e^−|η| in two halves: multiplied by c between them, it does not underflow early.
        let half = (k(-0.5) * eta.abs()).exp();
        let t = half * half;
        let (log, large) = (t.ln_1p(), (T::ONE + t).recip());
        let (c, c1, c2) = from_parts(y, eta, (log, large, t * large));
        let negative = eta.lt(T::ZERO);
        // The share of the class that η favours, and of the other: w = (favoured·t + other)/(1 + t).
        let (favoured, other) = (T::select(negative, failure, y), T::select(negative, y, failure));
        let mix = favoured * t + other;
        // Where nothing is on the other side t cancels, and may have underflowed.
        let pure = other.le(T::ZERO);
        let ln_mix = T::select(pure, -eta.abs(), mix.ln());
        let power = (gamma * (ln_mix - log)).exp();
        let direction = (failure - y) * large;
        let times_r = |x: T| direction * T::select(pure, x, half * x / mix * half);
        let r = times_r(T::ONE);
        let tilt = T::select(negative, T::ONE - t, t - T::ONE) * large;
        let [down, up] = self.balance.map(T::of);
        let scale = (up * y + down * failure) * power;
        let pull = gamma * times_r(c);
        let second = pull * (gamma * r + (tilt - r)) + k(2.0) * (gamma * r) * c1 + c2;
        (scale * c, scale * (pull + c1), scale * second)
    }

    fn properties(&self) -> Properties<T> {
        // |r| ≤ 1, |r|c ≤ 2/e since x ln(1/x) ≤ 1/e for either class, |r′| ≤ 2|r|, |c′| ≤ 1 and c″ ≤ ¼; the powers of γ then sum to these.
        let largest = self.balance[0].max(self.balance[1]);
        let slope = largest * (1.0 + 2.0 * self.gamma / E);
        let curvature = largest * (0.25 + 2.0 * self.gamma + (4.0 + 2.0 * self.gamma) * self.gamma / E);
        Properties {
            convex: self.gamma == 0.0,
            curvature_bound: Some(T::of(curvature)),
            lipschitz: Some(T::of(slope)),
            ..Properties::nonconvex(Target::UnitInterval)
        }
    }
}
