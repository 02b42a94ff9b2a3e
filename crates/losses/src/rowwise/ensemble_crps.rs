//! Continuous ranked probability score of an ensemble: K predicted members against one target, (1/K) Σ |xₖ − y| − c Σ_{i<j} |xᵢ − xⱼ|, with
//! c = 1/K², the score of the ensemble's own distribution, or c = 1/(K(K − 1)), the fair score of the distribution it is drawn from.
//!
//! Equal to `crps_ensemble` of `properscoring` and, in its two estimators "ecdf" and "fair", of `scoringrules`; the fair one to WeatherBench's.
//! PyTorch, Keras and optax have none. Minus no log-likelihood. In O(K log K), by a sort.
//!
//! Source: Gneiting and Raftery, J. Am. Statist. Assoc. 102 (2007); fair: Ferro, *Fair scores for ensemble forecasts*, Q. J. R. Meteorol. Soc. 140
//! (2014).

use thalweg_core::{
    Error, Parameter, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want,
};

use super::gaussian_nll::switch;
use super::{MakeRowwise, Outputs, RowwiseEntry};

/// With members sorted and F(x) the share of members below x: ℓ = ∫ (F − 1{x ≥ y})² dx, a sum over the gaps between members of their width times
/// (n/K)², where n members lie on the side of the gap that is not the target's; fair: n(n − 1)/(K(K − 1)).
/// ∂ℓ/∂xₖ = sign(xₖ − y)/K − c (number of members below xₖ − number above). The Hessian is 0.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::EnsembleCrps::new(2)?;
/// let mut g = [0.0; 2];
/// // (1 + 3)/2 − 2/4.
/// assert_eq!(loss.row(&[0.0], &[3.0, 1.0], Want::Gradient, &mut g, &mut []), 1.5);
/// assert_eq!(g, [0.25, 0.75]);
/// assert_eq!(loss.fair()?.row(&[0.0], &[3.0, 1.0], Want::Value, &mut [], &mut []), 1.0);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct EnsembleCrps {
    members: u16,
    fair: bool,
}

/// The order of a row's members is held on the stack: 8 KiB, of which small ensembles take less.
const MOST: usize = 4096;

impl EnsembleCrps {
    /// Of K members.
    ///
    /// # Errors
    /// No members or more than 4096.
    pub fn new(members: usize) -> Result<Self> {
        match u16::try_from(members) {
            Ok(count) if (1..=MOST).contains(&members) => Ok(Self { members: count, fair: false }),
            _ => Err(Error::invalid_parameter("members", members, "it must be between 1 and 4096")),
        }
    }

    /// The fair score.
    ///
    /// # Errors
    /// A single member, which says nothing of a spread.
    pub fn fair(mut self) -> Result<Self> {
        if self.members < 2 {
            return Err(Error::invalid_parameter(
                "members",
                self.members,
                "a fair score takes two members or more",
            ));
        }
        self.fair = true;
        Ok(self)
    }

    /// The loss per length of a gap with n members on the side that is not the target's.
    #[inline(always)]
    fn gap<T: Real>(self, n: usize) -> T {
        let (n, k) = (n as f64, f64::from(self.members));
        T::of(if self.fair { n * (n - 1.0) / (k * (k - 1.0)) } else { n * n / (k * k) })
    }

    fn sorted<T: Real>(self, y: T, eta: &[T], gradient: Option<&mut [T]>, order: &mut [u16]) -> T {
        for (i, o) in order.iter_mut().enumerate() {
            *o = i as u16;
        }
        order
            .sort_unstable_by(|a, b| eta[usize::from(*a)].to_f64().total_cmp(&eta[usize::from(*b)].to_f64()));
        let (k, x) = (order.len(), |i: usize| eta[usize::from(order[i])]);
        let mut value = T::ZERO;
        if y < x(0) {
            value += self.gap::<T>(k) * (x(0) - y);
        }
        for i in 1..k {
            let (left, right) = (x(i - 1), x(i));
            let middle = y.max(left).min(right);
            value += self.gap::<T>(i) * (middle - left) + self.gap::<T>(k - i) * (right - middle);
        }
        if x(k - 1) < y {
            value += self.gap::<T>(k) * (y - x(k - 1));
        }
        let Some(gradient) = gradient else { return value };
        let count = k as f64;
        let pairs = if self.fair { count * (count - 1.0) } else { count * count };
        let mut start = 0;
        // Members that are equal share the mean of their slopes.
        while start < k {
            let end = (start + 1..k).find(|i| x(*i) != x(start)).unwrap_or(k);
            let side = if x(start) < y { -1.0 } else { f64::from(u8::from(x(start) > y)) };
            let slope = (side * pairs / count - (start as f64 - (k - end) as f64)) / pairs;
            for o in &order[start..end] {
                gradient[usize::from(*o)] = T::of(slope);
            }
            start = end;
        }
        value
    }
}

const FAIR: Parameter = Parameter {
    name: "fair",
    default: 0.0,
    rule: "it must be 0 or 1",
    summary: "1 scores the distribution that the members are drawn from",
};

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "ensemble-crps",
    summary: "continuous ranked probability score of the members of an ensemble",
    parameters: &[FAIR],
    example: "ensemble-crps:fair=1",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Structured },
};

fn make<T: Real>(members: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    let loss = EnsembleCrps::new(members)?;
    Ok(Box::new(if switch("fair", values[0])? { loss.fair()? } else { loss }))
}

impl RowFormula for EnsembleCrps {
    fn eval<S: Scalar>(&self, y: &[S], eta: &[S]) -> S {
        let (zero, count) = (S::of(0.0), f64::from(self.members));
        let pairs = count * if self.fair { count - 1.0 } else { count };
        let away = eta.iter().fold(zero, |sum, x| sum + (*x - y[0]).abs());
        let apart = eta
            .iter()
            .enumerate()
            .fold(zero, |sum, (i, x)| eta[..i].iter().fold(sum, |sum, other| sum + (*x - *other).abs()));
        S::of(count.recip()) * away - S::of(pairs.recip()) * apart
    }
}

impl<T: Real> Rowwise<T> for EnsembleCrps {
    fn outputs(&self) -> usize {
        usize::from(self.members)
    }

    fn row(&self, y: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        hessian.fill(T::ZERO);
        let gradient = (want >= Want::Gradient).then_some(gradient);
        match eta.len() {
            k @ ..=16 => self.sorted(y[0], eta, gradient, &mut [0; 16][..k]),
            k @ ..=128 => self.sorted(y[0], eta, gradient, &mut [0; 128][..k]),
            k => self.sorted(y[0], eta, gradient, &mut [0; MOST][..k]),
        }
    }

    fn properties(&self) -> Properties<T> {
        // All members on one side of the target: slopes (1 − c)/K with c = (2i − K − 1)/(K or K − 1) evenly spread about 0.
        let k = f64::from(self.members);
        let steps = if self.fair { k - 1.0 } else { k };
        let lipschitz = ((k + k * (k * k - 1.0) / (3.0 * steps * steps)).sqrt()) / k;
        let lone = self.members == 1;
        Properties {
            convex: lone,
            differentiable: false,
            twice_differentiable: false,
            lipschitz: Some(T::of(lipschitz)),
            ..Properties::convex(Target::Real)
        }
    }

    fn action_scratch(&self) -> usize {
        0
    }

    fn hessian_action(&self, _: &[T], _: &[T], _: Want, _: &[T], out: &mut [T], _: &mut [T]) {
        out.fill(T::ZERO);
    }
}
