//! Triplet margin loss max(0, D(a, p) − D(a, n) + margin): an anchor is to be nearer to a positive than to a negative by a margin.
//!
//! D(x, z) = ‖x − z + ε‖_p with ε = 1e-6 added to each difference, as in PyTorch's `triplet_margin_loss`, to which it is equal with its default
//! `eps`, with and without `swap`. Minus no log-likelihood.
//!
//! Source: Weinberger and Saul, JMLR 10 (2009); Balntas et al., *Learning local feature descriptors with triplets*, BMVC (2016), for `swap`.

use thalweg_core::{
    Error, Parameter, Properties, Real, Result, RowFormula, RowLoss, Rowwise, Scalar, Target, Want,
};

use super::gaussian_nll::switch;
use super::pairs::{self, POSITIVE_RULE};
use super::{MakeRowwise, Outputs, RowwiseEntry};

/// For K = 3d predictors, the vectors a, p and n side by side, and no targets. Where ℓ > 0, ∂ℓ/∂p = −w(a − p) and ∂ℓ/∂n = w(a − n), with
/// w(z) = sign(z)|z|^{p−1}/D^{p−1}, and ∂ℓ/∂a minus their sum; ∂w/∂z = (p − 1)(diag(|z/D|^{p−2}) − wwᵀ)/D. With `swap` the negative is compared
/// with the nearer of a and p. The expected Hessian is replaced by that of D(a, p), the convex part.
///
/// ```
/// use thalweg_core::{Rowwise, Want};
/// let loss = thalweg_losses::Triplet::new(3, 1.0)?;
/// let mut g = [0.0; 3];
/// let value: f64 = loss.row(&[], &[0.0, 2.0, -2.5], Want::Gradient, &mut g, &mut []);
/// assert!((value - 0.5).abs() < 1e-5);
/// assert_eq!(g, [-2.0, 1.0, 1.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Triplet {
    length: u32,
    margin: f64,
    p: f64,
    swap: bool,
}

impl Triplet {
    /// Of three vectors that make up K predictors, with Euclidean distances.
    ///
    /// # Errors
    /// A K that is no multiple of 3; a margin that is not positive and finite.
    pub fn new(outputs: usize, margin: f64) -> Result<Self> {
        let (length, margin) = (pairs::length(outputs, 3)?, pairs::positive_margin(margin)?);
        Ok(Self { length, margin, p: 2.0, swap: false })
    }

    /// With another norm, p ≥ 1.
    ///
    /// # Errors
    /// A p below 1 or not finite.
    pub fn with_norm(mut self, p: f64) -> Result<Self> {
        if !(p >= 1.0 && p.is_finite()) {
            return Err(Error::invalid_parameter("p", p, NORM.rule));
        }
        self.p = p;
        Ok(self)
    }

    /// With the nearer of anchor and positive as what the negative is compared with.
    #[must_use]
    pub fn with_swap(mut self) -> Self {
        self.swap = true;
        self
    }
}

const EPS: f64 = 1e-6;
const MARGIN: Parameter = Parameter {
    name: "margin",
    default: 1.0,
    rule: POSITIVE_RULE,
    summary: "by how much the positive is to be nearer",
};
const NORM: Parameter =
    Parameter { name: "p", default: 2.0, rule: "it must be finite and at least 1", summary: "which norm" };
const SWAP: Parameter = Parameter {
    name: "swap",
    default: 0.0,
    rule: "it must be 0 or 1",
    summary: "1 compares the negative with the nearer of anchor and positive",
};

pub(crate) const ENTRY: RowwiseEntry = RowwiseEntry {
    name: "triplet",
    summary: "anchor, positive and negative side by side, by their distances",
    parameters: &[MARGIN, NORM, SWAP],
    example: "triplet:margin=0.5,swap=1",
    make: MakeRowwise { f64: make, f32: make, outputs: Outputs::Structured },
};

fn make<T: Real>(outputs: usize, values: &[f64]) -> Result<Box<dyn RowLoss<T>>> {
    let loss = Triplet::new(outputs, values[0])?.with_norm(values[1])?;
    Ok(Box::new(if switch("swap", values[2])? { loss.with_swap() } else { loss }))
}

impl RowFormula for Triplet {
    fn eval<S: Scalar>(&self, _: &[S], eta: &[S]) -> S {
        let d = eta.len() / 3;
        let (a, p, n) = (&eta[..d], &eta[d..2 * d], &eta[2 * d..]);
        let distance = |x: &[S], z: &[S]| {
            let parts = x.iter().zip(z).map(|(x, z)| (*x - *z + S::of(EPS)).abs().powf(S::of(self.p)));
            parts.fold(S::of(0.0), |sum, part| sum + part).powf(S::of(self.p.recip()))
        };
        let far = if self.swap { distance(a, n).min(distance(p, n)) } else { distance(a, n) };
        (distance(a, p) - far + S::of(self.margin)).max(S::of(0.0))
    }
}

impl Triplet {
    /// Adds the derivatives of sign·D between the vectors that start at `x` and `z`.
    fn add<T: Real>(
        &self,
        eta: &[T],
        (x, z): (usize, usize),
        far: T,
        sign: T,
        g: &mut [T],
        h: Option<&mut [T]>,
    ) {
        let (d, k, p) = (self.length as usize, eta.len(), T::of(self.p));
        if far == T::ZERO {
            return;
        }
        let part = |i: usize| (eta[x + i] - eta[z + i] + T::of(EPS)) / far;
        let slope = |i: usize| match self.p {
            2.0 => part(i),
            _ if part(i) == T::ZERO => T::ZERO,
            _ => part(i).abs().powf(p - T::ONE) * T::select(part(i).lt(T::ZERO), -T::ONE, T::ONE),
        };
        for i in 0..d {
            let w = sign * slope(i);
            g[x + i] += w;
            g[z + i] -= w;
        }
        let Some(h) = h else { return };
        for (i, j) in (0..d).flat_map(|i| (0..d).map(move |j| (i, j))) {
            let power = match self.p {
                2.0 => T::ONE,
                _ if part(i) == T::ZERO => T::ZERO,
                _ => part(i).abs().powf(p - T::of(2.0)),
            };
            // 1 − |z/D|^p on the diagonal as the sum of the others, which cancels nothing where one part is nearly all of D.
            let others = || (0..d).filter(|l| *l != i).map(|l| slope(l) * part(l)).sum::<T>();
            let entry = if i == j { power * others() } else { -(slope(i) * slope(j)) };
            let bend = sign * (p - T::ONE) * entry / far;
            h[(x + i) * k + x + j] += bend;
            h[(z + i) * k + z + j] += bend;
            h[(x + i) * k + z + j] -= bend;
            h[(z + i) * k + x + j] -= bend;
        }
    }
}

impl<T: Real> Rowwise<T> for Triplet {
    fn outputs(&self) -> usize {
        3 * self.length as usize
    }

    fn targets(&self) -> usize {
        0
    }

    fn row(&self, _: &[T], eta: &[T], want: Want, gradient: &mut [T], hessian: &mut [T]) -> T {
        let d = self.length as usize;
        let (a, p, n) = (&eta[..d], &eta[d..2 * d], &eta[2 * d..]);
        let distance = |x: &[T], z: &[T]| pairs::distance(x, z, T::of(EPS), self.p);
        let (near, mut far, mut from) = (distance(a, p), distance(a, n), 0);
        if self.swap && distance(p, n) < far {
            (far, from) = (distance(p, n), d);
        }
        let short = near - far + T::of(self.margin);
        gradient.fill(T::ZERO);
        hessian.fill(T::ZERO);
        if want >= Want::Gradient && short > T::ZERO {
            let mut hessian = (want >= Want::Fisher).then_some(hessian);
            self.add(eta, (0, d), near, T::ONE, gradient, hessian.as_deref_mut());
            let hessian = hessian.filter(|_| want == Want::Curvature);
            self.add(eta, (from, 2 * d), far, -T::ONE, gradient, hessian);
        }
        short.max(T::ZERO)
    }

    fn properties(&self) -> Properties<T> {
        // The slopes w have ‖w‖ ≤ 1 in the dual norm; two of one vector and one of each other: √(4 + 1 + 1) times their Euclidean length.
        let spread = (self.p.recip() - 0.5).max(0.0);
        Properties {
            differentiable: false,
            twice_differentiable: false,
            lipschitz: Some(T::of((6.0_f64).sqrt() * f64::from(self.length).powf(spread))),
            ..Properties::nonconvex(Target::Real)
        }
    }

    fn shift_invariant(&self) -> bool {
        true
    }

    fn refuses(&self, _: &[T]) -> Option<&'static str> {
        None
    }
}
