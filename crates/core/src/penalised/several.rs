//! Certificates of several points at once: X is read once for the predictors of all and once for their dual points.

use crate::certificate::{Certificate, Verification};
use crate::cross::{self, Picked};
use crate::design::BLOCK_ROWS;
use crate::error::{Result, check_shape};
use crate::gap::{DualPoint, Primal};
use crate::loss::{Block, Want};
use crate::penalty::{check_lambda, largest_violation};
use crate::real::Real;
use crate::reduce::Chunks;
use crate::vector;

use super::{COLUMNS, Penalised};

/// A point recomputed from its parameters alone.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Verified<T> {
    /// The mean loss.
    pub smooth: T,
    /// Mean loss plus penalty.
    pub value: T,
    /// The duality gap, and the largest violation of the optimality conditions.
    pub verification: Verification,
}

impl<T: Real> Penalised<'_, T> {
    /// What [`Objective::verify`](crate::Objective::verify) proves, for several points (λ, x). Each point's violation is that at its dual point,
    /// whose slopes are balanced to satisfy the intercept's condition. X is read twice for every sixteen points.
    ///
    /// # Errors
    /// A λ that is negative or not finite; a point of the wrong length.
    pub fn verify_many(&self, points: &[(T, &[T])]) -> Result<Vec<Verified<T>>> {
        for (lambda, x) in points {
            check_lambda(*lambda)?;
            check_shape("number of parameters", self.smooth.design().parameters(), x.len())?;
        }
        Ok(points.chunks(16).flat_map(|points| self.verify_batch(points)).collect())
    }

    fn verify_batch(&self, points: &[(T, &[T])]) -> Vec<Verified<T>> {
        let (design, datafit, par) = (self.smooth.design(), self.datafit(), self.par());
        let (losses, slopes) = self.evaluate_at(points);
        let inverse = datafit.total_weight().recip();
        let values: Vec<T> = points
            .iter()
            .zip(&losses)
            .map(|((lambda, x), loss)| *loss * inverse + self.penalty.value(&x[self.first()..], *lambda))
            .collect();
        let narrow = size_of::<T>() < size_of::<f64>();
        let provable = |k: usize| !narrow && datafit.properties().convex && values[k].is_finite();
        let of = |k: usize, weighted_slopes| Primal {
            design,
            datafit,
            par,
            value: values[k],
            x: points[k].1,
            weighted_slopes,
        };
        let mut duals: Vec<Option<DualPoint<T>>> = (0..points.len()).map(|_| None).collect();
        par.for_each_chunk(&mut duals, 1, |k, dual| dual[0] = of(k, &slopes[k][..]).dual_point());
        // The plain slopes where there is no dual point.
        let sources: Vec<&[T]> =
            duals.iter().zip(&slopes).map(|(d, s)| d.as_ref().map_or(&s[..], |d| &d.weighted[..])).collect();
        let products = self.apply_transpose_to(&sources);
        drop(sources);
        let mut verified = Vec::with_capacity(points.len());
        for (k, (dual, (lambda, x))) in duals.into_iter().zip(points).enumerate() {
            let v: Vec<T> = products.iter().skip(k).step_by(points.len()).copied().collect();
            let g: Vec<T> = v.iter().map(|v| *v * inverse).collect();
            let first = self.first();
            let free = g[..first].iter().fold(T::ZERO, |m, g| m.max(g.abs()));
            let violation = largest_violation(self.penalty, &x[first..], &g[first..], *lambda).max(free);
            let certificate = match dual {
                Some(dual) if provable(k) => of(k, &slopes[k][..]).gap_at(dual, v, |v| {
                    let v = &mut v[first..];
                    let scale = self.penalty.dual_scale(v, *lambda);
                    vector::scale(scale, v);
                    (scale, self.penalty.conjugate(v, *lambda))
                }),
                _ => Certificate::None,
            };
            let verification = Verification { certificate, gradient_inf: Some(violation.to_f64()) };
            verified.push(Verified { smooth: losses[k] * inverse, value: values[k], verification });
        }
        verified
    }

    /// Σ wℓ and the w ℓ′ of every row, for each point.
    fn evaluate_at(&self, points: &[(T, &[T])]) -> (Vec<T>, Vec<Vec<T>>) {
        let (design, datafit, many) = (self.smooth.design(), self.datafit(), points.len());
        let (n, first) = (design.rows(), self.first());
        let mut fixed: Vec<(Vec<T>, T)> = vec![(Vec::new(), T::ZERO); many];
        // Columns of few entries go by themselves; dense ones by blocks of rows, so that a block is read once for all points.
        self.par().for_each_chunk(&mut fixed, 1, |k, fixed| {
            let (eta, shift) = &mut fixed[0];
            *eta = datafit.offset().map_or_else(|| vec![T::ZERO; n], <[T]>::to_vec);
            for (parameter, b) in points[k].1.iter().enumerate().filter(|(_, b)| **b != T::ZERO) {
                let dense = parameter.checked_sub(first).and_then(|j| design.predictor(j)).is_some();
                if dense {
                    *shift -= *b * design.affine(parameter).0 / design.affine(parameter).1;
                } else {
                    design.column_axpy(parameter, *b, eta, shift);
                }
            }
        });
        let used: Vec<usize> = (first..design.parameters())
            .filter(|k| design.predictor(k - first).is_some() && points.iter().any(|(_, x)| x[*k] != T::ZERO))
            .collect();
        let of =
            |(_, x): &(T, &[T])| -> Vec<T> { used.iter().map(|k| x[*k] / design.affine(*k).1).collect() };
        let b: Vec<T> = points.iter().flat_map(of).collect();
        let column = |k: usize| design.predictor(used[k] - first).unwrap_or(&[]);
        let chunks = Chunks::new(n, BLOCK_ROWS, usize::MAX);
        // [predictors of a block's points, their slopes]; the losses are summed afterwards, in order.
        let mut blocks: Vec<(Vec<T>, Vec<T>, Vec<T>)> = vec![Default::default(); chunks.count];
        self.par().for_each_chunk(&mut blocks, 1, |chunk, block| {
            let rows = chunks.rows_of(chunk);
            let (m, (eta, slopes, sums)) = (rows.len(), &mut block[0]);
            *eta = Vec::with_capacity(m * many);
            for (fixed, shift) in &fixed {
                eta.extend(fixed[rows.clone()].iter().map(|eta| *eta + *shift));
            }
            cross::add_combined(column, (&b, many), (Picked::All, rows.start), eta);
            *slopes = vec![T::ZERO; m * many];
            for (eta, slopes) in eta.chunks_exact(m).zip(slopes.chunks_exact_mut(m)) {
                let mut out = Block { value: T::ZERO, gradient: slopes, curvature: &mut [] };
                datafit.evaluate(rows.clone(), eta, Want::Gradient, &mut out);
                sums.push(out.value);
            }
        });
        let loss = |k: usize| crate::gap::compensated_sum(blocks.iter().map(|(_, _, sums)| sums[k]));
        let losses = (0..many).map(|k| crate::loss::finite_or_infinity(loss(k))).collect();
        let slopes = |k: usize| {
            let of = |(_, slopes, sums): &(Vec<T>, Vec<T>, Vec<T>)| {
                let m = slopes.len() / sums.len();
                slopes[k * m..(k + 1) * m].to_vec()
            };
            blocks.iter().flat_map(of).collect()
        };
        (losses, (0..many).map(slopes).collect())
    }

    /// Xᵀu for several u: entry [k·K + i] is parameter k's product with the i-th of K.
    fn apply_transpose_to(&self, u: &[&[T]]) -> Vec<T> {
        let (design, many, first) = (self.smooth.design(), u.len(), self.first());
        let totals: Vec<T> = u.iter().map(|u| vector::sum(u)).collect();
        let stored = |k: usize| k.checked_sub(first).and_then(|j| design.predictor(j));
        let dense: Vec<usize> = (first..design.parameters()).filter(|k| stored(*k).is_some()).collect();
        let mut products = vec![T::ZERO; dense.len() * many];
        let column = |j: usize| stored(dense[j]).unwrap_or(&[]);
        cross::transposed(column, (&u.concat(), many), &mut products, self.par());
        for (k, products) in dense.iter().zip(products.chunks_exact_mut(many)) {
            let (m, s) = design.affine(*k);
            products.iter_mut().zip(&totals).for_each(|(v, total)| *v = (*v - m * *total) / s);
        }
        if dense.len() == design.parameters() {
            return products;
        }
        let mut out = vec![T::ZERO; design.parameters() * many];
        self.par().for_each_chunk(&mut out, COLUMNS * many, |chunk, out| {
            for (k, out) in out.chunks_exact_mut(many).enumerate() {
                let k = chunk * COLUMNS + k;
                if let Ok(at) = dense.binary_search(&k) {
                    out.copy_from_slice(&products[at * many..][..many]);
                } else {
                    let each = out.iter_mut().zip(u).zip(&totals);
                    each.for_each(|((out, u), total)| *out = design.column_dot(k, u, *total));
                }
            }
        });
        out
    }
}
