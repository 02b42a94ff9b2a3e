//! [`Expanded`]: a squared loss around a point, which with the products of all columns is known everywhere without reading X again.

use crate::certificate::{Certificate, Verification};
use crate::composite::{Composite, RowComposite};
use crate::cross;
use crate::error::{Result, check_shape};
use crate::minimizer::Halt;
use crate::penalty::{Penalty, check_lambda, largest_violation};
use crate::real::Real;
use crate::vector;

use super::{ColumnProducts, Penalised, Verified};

/// f(x₀ + δ) = f₀ + g₀ᵀδ + ½δᵀHδ of a loss ½c(η − y)², with f₀ and g₀ computed from the rows and H from [`ColumnProducts`].
pub struct Expanded<'e, 'a, T: Real> {
    objective: &'e Penalised<'a, T>,
    products: &'e ColumnProducts<T>,
    x0: Vec<T>,
    f0: T,
    g0: Vec<T>,
    /// H is this times the products.
    scale: T,
}

impl<'a, T: Real> Penalised<'a, T> {
    /// Around x₀; `None` if the loss is not ½c(η − y)², in which case nothing follows from products.
    ///
    /// # Errors
    /// Products of another number of columns, a point of the wrong length.
    pub fn expanded<'e>(
        &'e mut self,
        products: &'e ColumnProducts<T>,
        x0: &[T],
    ) -> Result<Option<Expanded<'e, 'a, T>>, Halt> {
        check_shape("number of parameters", self.smooth.design().parameters(), x0.len())?;
        check_shape("columns of the products", self.smooth.design().predictors(), products.sums().len())?;
        let properties = self.properties();
        let c = properties.strong_convexity;
        let quadratic = properties.curvature_bound == Some(c) && c > T::ZERO && properties.conjugate_known;
        // The conjugate at 0 is minus the least loss.
        let least = self.datafit().conjugate(&vec![T::ZERO; self.smooth.design().rows()]);
        if !quadratic || least != Some(T::ZERO) {
            return Ok(None);
        }
        let mut g0 = vec![T::ZERO; x0.len()];
        let f0 = self.smooth(x0, &mut g0)?;
        let scale = c / self.total_weight();
        Ok(f0.is_finite().then(|| Expanded { objective: self, products, x0: x0.to_vec(), f0, g0, scale }))
    }
}

impl<T: Real> Expanded<'_, '_, T> {
    /// As [`Penalised::verify_many`], without reading X: 2p²K flops for K points. What the rounding of the products can hide is added to each gap
    /// (for n rows, p columns and ε, some (512 + n/512 + p)ε times the sizes of the terms: 1e-12 of them, rarely more).
    ///
    /// # Errors
    /// A λ that is negative or not finite; a point of the wrong length.
    pub fn verify_many(&self, points: &[(T, &[T])]) -> Result<Vec<Verified<T>>> {
        let (design, first, many) = (self.objective.smooth.design(), self.objective.first(), points.len());
        let p = design.predictors();
        let (mut steps, mut b) = (Vec::with_capacity(many), Vec::with_capacity(many * p));
        for (lambda, x) in points {
            check_lambda(*lambda)?;
            check_shape("number of parameters", design.parameters(), x.len())?;
            let mut step: Vec<T> = x.iter().zip(&self.x0).map(|(x, x0)| *x - *x0).collect();
            // In the parameters of the stored columns.
            design.to_original(&mut step);
            b.extend_from_slice(&step[first..]);
            steps.push(step);
        }
        let mut products = vec![T::ZERO; p * many];
        cross::transposed(|j| self.products.column(j), (&b, many), &mut products, self.objective.par());
        let of = |k: usize| {
            let (lambda, x) = points[k];
            self.judge(lambda, x, &steps[k], products.iter().skip(k).step_by(many))
        };
        Ok((0..many).map(of).collect())
    }

    /// One point, its step in the parameters of the stored columns, and the products of the columns with that.
    fn judge<'v>(&self, lambda: T, x: &[T], step: &[T], products: impl Iterator<Item = &'v T>) -> Verified<T>
    where
        T: 'v,
    {
        let Self { objective, products: all, f0, g0, scale, .. } = self;
        let (design, first, penalty) = (objective.smooth.design(), objective.first(), objective.penalty);
        let shift = if first == 1 { step[0] } else { T::ZERO };
        let mut change = vec![T::ZERO; x.len()];
        for ((change, v), sum) in change[first..].iter_mut().zip(products).zip(all.sums()) {
            *change = *scale * (*v + *sum * shift);
        }
        if first == 1 {
            change[0] = *scale * (vector::dot(all.sums(), &step[1..]) + all.mass() * shift);
        }
        let curved = vector::dot(&change, step);
        // The root mean square of what the predictors have in them, and so the size of every term above.
        let norm = |j: usize| (*scale * all.at(j, j)).max(T::ZERO).sqrt();
        let reach: T = step[first..].iter().enumerate().map(|(j, d)| norm(j) * d.abs()).sum();
        let reach = reach + (*scale * all.mass()).sqrt() * shift.abs() + (T::of(2.0) * *f0).sqrt();
        let widest = (0..x.len() - first).fold(T::ZERO, |m, j| m.max(norm(j) / design.affine(first + j).1));
        design.pull_back(&mut change);
        let gradient: Vec<T> = change.iter().zip(g0).map(|(c, g)| *c + *g).collect();
        let moved = x.iter().zip(&self.x0).zip(g0).map(|((x, x0), g)| *g * (*x - *x0)).sum::<T>();
        let smooth = (*f0 + moved + T::of(0.5) * curved).max(T::ZERO);
        let value = smooth + penalty.value(&x[first..], lambda);
        let gap = self.gap(lambda, smooth, x, &gradient);
        let rounding = all.rounding() + T::of((x.len() + 8) as f64) * T::EPSILON;
        let hidden = T::of(8.0) * rounding * reach * (reach + widest * vector::norm1(x));
        let convex = objective.penalty.is_convex() && size_of::<T>() == size_of::<f64>();
        let certificate = if convex && gap.is_finite() && hidden.is_finite() {
            Certificate::DualityGap { bound: (gap + hidden).to_f64() }
        } else {
            Certificate::None
        };
        let free = gradient[..first].iter().fold(T::ZERO, |m, g| m.max(g.abs()));
        let violation = largest_violation(penalty, &x[first..], &gradient[first..], lambda).max(free);
        Verified {
            smooth,
            value,
            verification: Verification { certificate, gradient_inf: Some(violation.to_f64()) },
        }
    }

    /// F(x) minus the dual objective at slopes that satisfy the intercept's condition: those at its best value for the other parameters of x, which
    /// lowers f by g₀²/2H₀₀.
    fn gap(&self, lambda: T, smooth: T, x: &[T], gradient: &[T]) -> T {
        let Self { objective, products: all, scale, .. } = self;
        let (penalty, mass) = (objective.penalty, *scale * all.mass());
        if objective.first() == 0 || gradient[0] == T::ZERO {
            return squared_gap(penalty, lambda, smooth, (x, gradient), objective.first());
        }
        let step = -gradient[0] / mass;
        let mut change: Vec<T> = all.sums().iter().map(|sum| *scale * *sum * step).collect();
        change.insert(0, mass * step);
        objective.smooth.design().pull_back(&mut change);
        let mut balanced: Vec<T> = gradient.iter().zip(&change).map(|(g, c)| *g + *c).collect();
        balanced[0] = T::ZERO;
        let mut x = x.to_vec();
        x[0] += step;
        let gain = T::of(-0.5) * gradient[0] * step;
        gain + squared_gap(penalty, lambda, (smooth - gain).max(T::ZERO), (&x, &balanced), 1)
    }
}

/// F(x) minus the dual objective at the slopes of x for a loss ½c(η − y)²: [`scaled_gap`] where the loss's share follows from the mean loss f and its
/// gradient g as (1 − s)²f + s gᵀx.
///
/// ```
/// # use thalweg_core::{scaled_gap, squared_gap};
/// # use thalweg_core::{Blocks, Diagonal, Penalty, Step};
/// # struct L1;
/// # impl Penalty<f64> for L1 {
/// #     fn blocks(&self) -> &Blocks { &Blocks::Coordinates }
/// #     fn value(&self, b: &[f64], lambda: f64) -> f64 { lambda * b.iter().map(|b| b.abs()).sum::<f64>() }
/// #     fn prox(&self, _: usize, _: &mut [f64], _: Step<'_, f64>, _: f64) {}
/// #     fn violation(&self, _: usize, _: &[f64], _: &[f64], _: f64) -> f64 { 0.0 }
/// #     fn quadratic_part(&self, _: f64) -> Option<Diagonal<f64>> { None }
/// #     fn lambda_max(&self, _: &[f64]) -> Option<f64> { None }
/// #     fn conjugate(&self, _: &[f64], _: f64) -> f64 { 0.0 }
/// #     fn dual_scale(&self, v: &[f64], lambda: f64) -> f64 { (lambda / v[0].abs()).min(1.0) }
/// # }
/// // ½(b − 3)² + |b| is 2½ at its minimum, 2; at 1 it is 3, and the dual point, u = −1 instead of −2, proves 2½ too.
/// assert_eq!(squared_gap(&L1, 1.0, 2.0, (&[1.0], &[-2.0]), 0), 0.5);
/// // The same by the conjugate of the loss, ½u² + 3u.
/// let conjugate = |u: f64| 0.5 * u * u + 3.0 * u;
/// assert_eq!(scaled_gap(&L1, 1.0, (&[1.0], &[-2.0]), 0, |s| 2.0 + conjugate(s * -2.0)), 0.5);
/// ```
pub fn squared_gap<T: Real>(
    penalty: &dyn Penalty<T>,
    lambda: T,
    loss: T,
    (x, gradient): (&[T], &[T]),
    first: usize,
) -> T {
    let of = |s: T| (T::ONE - s) * (T::ONE - s) * loss + s * vector::dot(gradient, x);
    scaled_gap(penalty, lambda, (x, gradient), first, of)
}

/// F(x) minus the dual objective at the slopes u of x, scaled by the s that brings −s∇f(x) into the domain of P* but not balanced: `loss(s)`, the mean
/// of the loss and of its conjugate at s·u, plus P(b) + P*(−s∇f). Not finite where that proves nothing.
///
/// What a gap may hide where the slopes do not satisfy an unpenalised intercept's condition is added: their sum times twice an intercept. `first`
/// is 1 if there is one, the first of the parameters x. [`squared_gap`] has an example.
pub fn scaled_gap<T: Real>(
    penalty: &dyn Penalty<T>,
    lambda: T,
    (x, gradient): (&[T], &[T]),
    first: usize,
    loss: impl FnOnce(T) -> T,
) -> T {
    let mut v: Vec<T> = gradient[first..].iter().map(|g| -*g).collect();
    let s = penalty.dual_scale(&v, lambda);
    vector::scale(s, &mut v);
    let penalties = penalty.value(&x[first..], lambda) + penalty.conjugate(&v, lambda);
    let gap = loss(s) + penalties;
    let hidden = if first == 1 { T::of(2.0) * gradient[0].abs() * (T::ONE + x[0].abs()) } else { T::ZERO };
    // A gap that rounding made negative is 0; one that is no number proves nothing.
    if gap.is_nan() { T::INFINITY } else { gap.max(T::ZERO) + hidden }
}
