//! Losses with kinks: a [`Penalised`] that is taken by the prox of its rows, and proved by the subgradients which that shows.

use super::Penalised;
use crate::composite::Composite;
use crate::datafit::Datafit;
use crate::design::Design;
use crate::error::{Error, Result, check_shape};
use crate::minimizer::Halt;
use crate::penalty::Penalty;
use crate::real::Real;
use crate::row_prox::row_prox;
use crate::vector;

/// What refuses a loss with kinks.
pub(super) fn kinks(remedy: &str) -> Error {
    Error::Unsupported {
        what: "a composite objective of this loss".to_owned(),
        why: "the loss has kinks of its own, so that it has no gradient".to_owned(),
        remedy: remedy.to_owned(),
    }
}

impl<'a, T: Real> Penalised<'a, T> {
    /// As [`Penalised::new`], for convex losses that may have kinks: absolute, quantile, hinge, ε-insensitive. Such an objective has no
    /// gradient: it serves methods that take the loss by [`LinearComposite::prox_rows`](crate::LinearComposite::prox_rows), and refuses the others
    /// at their start. Its certificate is the duality gap at the subgradients which the last prox has shown, which proves what it says
    /// wherever they come from; its violation is the larger of that of the penalty's optimality condition and the mean of
    /// ℓ(η) + ℓ*(u) − uη, which is 0 exactly where every u is a subgradient.
    ///
    /// # Errors
    /// As [`Penalised::new`], kinks excepted; a loss that is not convex or not defined for every predictor.
    pub fn with_kinks(
        design: &'a Design<'a, T>,
        datafit: &'a dyn Datafit<T>,
        penalty: &'a dyn Penalty<T>,
        lambda: T,
    ) -> Result<Self> {
        let properties = datafit.properties();
        if !properties.convex || properties.predictor != (-T::INFINITY, T::INFINITY) {
            return Err(Error::Unsupported {
                what: "splitting this loss".to_owned(),
                why: "it is not convex over all predictors".to_owned(),
                remedy: "use a convex loss, or fista".to_owned(),
            });
        }
        Self::any(design, datafit, penalty, lambda)
    }

    /// An error if the loss has kinks.
    pub(super) fn without_kinks(&self) -> Result<()> {
        if self.datafit().properties().differentiable { Ok(()) } else { Err(kinks("use admm")) }
    }

    /// The prox of the rows; of a loss with kinks, its subgradients are kept for the proof.
    pub(super) fn prox_of_rows(&mut self, v: &[T], t: T, out: &mut [T]) -> Result<(), Halt> {
        let (datafit, n) = (self.datafit(), self.smooth.design().rows());
        check_shape("length of the rows' points", n, v.len())?;
        check_shape("length of the rows' results", n, out.len())?;
        let total = datafit.total_weight();
        row_prox(datafit, v, t / total, out, self.par());
        if !datafit.properties().differentiable {
            if self.shown.is_empty() {
                self.shown = vec![T::ZERO; n];
            }
            // 0 is in the domain of every conjugate; a hair towards it keeps rounding inside.
            let inside = T::ONE - T::of(8.0) * T::EPSILON;
            for (i, u) in self.shown.iter_mut().enumerate() {
                let rate = datafit.weight_of(i..i + 1) * (t / total);
                *u = if rate > T::ZERO { inside * (v[i] - out[i]) / rate } else { T::ZERO };
            }
        }
        Ok(())
    }

    /// The violation at x by the subgradients shown last, whose weighted values replace `slopes`; f is `smooth`. `None` before the first, or
    /// where no conjugate is known.
    pub(super) fn shown_violation(&self, x: &[T], smooth: T, slopes: &mut [T]) -> Option<f64> {
        if self.shown.len() != slopes.len() {
            return None;
        }
        let (design, datafit) = (self.smooth.design(), self.datafit());
        let inverse = datafit.total_weight().recip();
        for (i, slope) in slopes.iter_mut().enumerate() {
            *slope = datafit.weight_of(i..i + 1) * self.shown[i];
        }
        let (mut g, mut eta) = (vec![T::ZERO; x.len()], vec![T::ZERO; slopes.len()]);
        design.apply_transpose(slopes, &mut g, self.par());
        vector::scale(inverse, &mut g);
        design.apply(x, &mut eta, self.par());
        let conjugate = datafit.conjugate(&self.shown)?;
        let left = smooth + inverse * (conjugate - vector::dot(slopes, &eta));
        Some(self.stationarity(x, &g).max(left.abs()).to_f64())
    }
}
