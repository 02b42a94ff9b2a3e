//! [`Walk`]: the search along λ for penalties of single coefficients.
//!
//! A fit at λ starts from the one at the λ before it, λ′. The *working set* holds the support and the columns that the sequential strong rule
//! does not discard: those that would violate their optimality conditions at 2λ − λ′. On it the loss is replaced by its quadratic model, whose
//! minimiser under the penalty is found by coordinate descent and Newton steps on the support. Then one product with all columns tells which of the
//! others belong to the working set, and whether the duality gap has closed.
//!
//! What is computed once serves as long as it can. Products of columns enter a Gram matrix when a column does; of a loss with constant curvature
//! they stay for the whole path, and where all columns fit, X is not read again until the fits are certified. Other losses keep a Hessian
//! as long as a step with it leaves less than a fifth of the violation.
//!
//! Source: Tibshirani et al., *Strong rules for discarding predictors in lasso-type problems*, J. R. Statist. Soc. B 74 (2012); Friedman, Hastie
//! and Tibshirani, J. Stat. Softw. 33 (2010), for covariance updates; Lee, Sun and Saunders, SIAM J. Optim. 24 (2014), for inexact Hessians.

use thalweg_core::{
    ColumnProducts, Datafit, Design, Halt, LinearComposite, Par, Penalised, Penalty, Result, RowComposite,
    Want, scaled_gap, squared_gap, vector,
};
use thalweg_optimizers::{Effort, Quadratic};

mod safe;
mod working_set;

use super::search::Null;
use super::whole::Whole;
use safe::Safe;

/// The share of the target that the search's own gap may be, for its slopes are not balanced.
pub(super) const SAFETY: f64 = 0.5;
/// Sweeps of one descent at most.
pub(super) const SWEEPS: u32 = 10_000;
/// A Hessian is formed anew where a step leaves more than this share of the violation.
const STALE: f64 = 0.2;
/// A quadratic model is minimised to this share of the violation where it was made.
const FORCING: f64 = 0.2;
/// The share of the tolerance to which it is minimised at most: the rest is for what the model does not see.
const SHARE: f64 = 0.8;
/// Newton steps on one working set at most.
const NEWTON: u32 = 50;
/// Used columns with at most one in so many of all entries are summed one after the other rather than in a product with all of X.
const FEW: usize = 8;

/// Where the search stands.
pub(super) struct Walk<'w> {
    objective: Penalised<'w, f64>,
    datafit: &'w dyn Datafit<f64>,
    penalty: &'w dyn Penalty<f64>,
    first: usize,
    /// The parameters, on the scale of the design.
    pub(super) x: Vec<f64>,
    /// The predictors; left behind where the whole Gram matrix is at hand.
    pub(super) eta: Vec<f64>,
    /// w ℓ′/W and w ℓ″/W of every row at x.
    slopes: Vec<f64>,
    curvature: Vec<f64>,
    /// w/W.
    weights: Vec<f64>,
    /// ∇f at x.
    gradient: Vec<f64>,
    /// The mean loss at x.
    pub(super) loss: f64,
    model: Quadratic<f64>,
    member: Vec<bool>,
    safe: Safe,
    /// ℓ″ is the same everywhere.
    constant: bool,
    /// All columns are in one Gram matrix.
    whole: Option<Whole>,
    dense: bool,
    trial: [Vec<f64>; 4],
}

/// How a fit at one λ ended.
pub(crate) struct Settled {
    /// The search's own gap, or its violation, is within the target.
    pub(crate) reached: bool,
    /// Rounds over working sets.
    pub(crate) rounds: u64,
}

impl<'w> Walk<'w> {
    /// True if the products of all columns are to be formed once and serve every λ: half of np² flops against a pass of np a λ.
    pub(super) fn takes_products(
        design: &Design<'_, f64>,
        datafit: &dyn Datafit<f64>,
        penalty: &dyn Penalty<f64>,
    ) -> Result<bool> {
        let p = design.predictors();
        let limit = Penalised::new(design, datafit, penalty, 0.0)?.gram_limit();
        Ok(Quadratic::serves_everywhere(&datafit.properties())
            && 0 < p
            && p <= limit
            && p <= 2 * design.rows())
    }

    /// From the null model. The products of all columns are those that [`Walk::takes_products`] asks for.
    pub(super) fn new(
        design: &'w Design<'w, f64>,
        datafit: &'w dyn Datafit<f64>,
        penalty: &'w dyn Penalty<f64>,
        null: &Null,
        products: Option<&'w ColumnProducts<f64>>,
    ) -> Result<Self, Halt> {
        let mut objective = Penalised::new(design, datafit, penalty, 0.0).map_err(Halt::Input)?;
        if let Some(products) = products {
            objective = objective.with_products(products)?;
        }
        let (n, q, first) = (design.rows(), design.parameters(), usize::from(design.has_intercept()));
        let constant = Quadratic::serves_everywhere(&datafit.properties());
        let zeros = |n: usize| vec![0.0; n];
        let (mut eta, mut slopes, mut curvature, mut weights) = (zeros(n), zeros(n), zeros(n), zeros(n));
        objective.weights(&mut weights);
        objective.predict(&null.x, &mut eta);
        let loss = objective.rows(&eta, Want::Curvature, &mut slopes, &mut curvature)?;
        let dense = objective.gram_limit() > 0;
        let convex = datafit.properties().convex && penalty.is_convex();
        let bound = datafit.properties().curvature_bound.filter(|_| convex && products.is_none());
        let mut walk = Self {
            safe: Safe::new(bound, design, &slopes, &weights),
            objective,
            datafit,
            penalty,
            first,
            x: null.x.clone(),
            eta,
            slopes,
            curvature,
            weights,
            gradient: null.gradient.clone(),
            loss,
            model: Quadratic::new(n, q, first == 1),
            member: vec![false; q],
            constant,
            whole: None,
            dense,
            trial: [zeros(q), zeros(n), zeros(n), zeros(n)],
        };
        if !(loss.is_finite() && vector::all_finite(&walk.slopes)) {
            return Err(Halt::NonFinite("the loss of the null model"));
        }
        if constant {
            walk.weigh();
        }
        if products.is_some() {
            walk.model.replace(first..q);
            walk.model.linearise(&mut walk.objective, &walk.x, &walk.gradient)?;
            let model = core::mem::replace(&mut walk.model, Quadratic::new(0, first, first == 1));
            walk.whole = Some(Whole::new(model, &walk.x, &walk.gradient, loss));
        }
        Ok(walk)
    }

    /// How the search goes, in words.
    pub(super) fn because(&self) -> String {
        let rows = self.eta.len();
        let p = self.x.len() - self.first;
        if self.whole.is_some() {
            format!("the {p} columns' Gram matrix over {rows} rows is formed once and serves every lambda")
        } else if self.dense {
            "working sets by the strong rule, with Gram matrices of their columns that grow with them"
                .to_owned()
        } else {
            "working sets by the strong rule, on columns with few entries".to_owned()
        }
    }

    /// True if X is not read along the path, so that the predictors stay behind.
    pub(super) fn is_whole(&self) -> bool {
        self.whole.is_some()
    }

    /// Goes to another point.
    pub(super) fn jump(&mut self, x: &[f64]) -> Result<(), Halt> {
        self.x.copy_from_slice(x);
        if let Some(whole) = &mut self.whole {
            whole.jump(self.objective.design(), x);
            self.loss = whole.loss;
            return Ok(());
        }
        self.predict(false);
        core::mem::swap(&mut self.eta, &mut self.trial[1]);
        self.loss = self.objective.rows(&self.eta, Want::Curvature, &mut self.slopes, &mut self.curvature)?;
        self.safe.travel(&self.slopes, &self.weights);
        self.renew(&(0..self.x.len()).collect::<Vec<_>>());
        if !self.constant {
            self.model.forget();
        }
        Ok(())
    }

    /// The fit at λ, started from the one at `last`, with a gap of at most `target`.
    pub(super) fn solve(
        &mut self,
        lambda: f64,
        last: f64,
        target: f64,
        relative: f64,
        limit: u64,
    ) -> Result<Settled, Halt> {
        self.objective.set_lambda(lambda).map_err(Halt::Input)?;
        if let Some(whole) = &mut self.whole {
            let settled =
                whole.solve(self.objective.design(), self.penalty, lambda, (target, relative), limit);
            self.x.copy_from_slice(&whole.x);
            self.loss = whole.loss;
            return Ok(settled);
        }
        self.discard(lambda);
        self.screen(lambda, last)?;
        let provable = self.gap(lambda).is_finite();
        let mut tolerance = tolerance(&self.x[self.first..], lambda, target, relative, provable);
        for round in 1..=limit.max(1) {
            self.descend(lambda, tolerance)?;
            let outside = self.survey(lambda, tolerance)?;
            let gap = self.gap(lambda);
            if gap <= SAFETY * target || (!gap.is_finite() && outside == 0) {
                return Ok(Settled { reached: true, rounds: round });
            }
            if outside == 0 {
                tolerance *= 0.1;
                // Nothing that small can be told from rounding.
                if tolerance < f64::EPSILON * f64::EPSILON * lambda || tolerance == 0.0 {
                    return Ok(Settled { reached: false, rounds: round });
                }
            }
        }
        Ok(Settled { reached: false, rounds: limit })
    }

    /// What parameter k violates at λ.
    fn violation(&self, k: usize, lambda: f64) -> f64 {
        self.penalty.violation(k - self.first, &self.x[k..=k], &self.gradient[k..=k], lambda)
    }

    /// The curvature of the rows, held above a floor, becomes the model's; so does that of a later point once it is formed anew.
    fn weigh(&mut self) {
        self.model.weigh(&self.datafit.properties(), &self.curvature, &self.weights);
    }

    /// The minimum on the working set.
    fn descend(&mut self, lambda: f64, tolerance: f64) -> Result<(), Halt> {
        let effort = Effort { tolerance, sweeps: SWEEPS, newton: true };
        if self.constant {
            self.model.linearise(&mut self.objective, &self.x, &self.gradient)?;
            self.model.descend(self.objective.design(), self.penalty, lambda, effort);
            self.target();
            core::mem::swap(&mut self.x, &mut self.trial[0]);
            self.predict(false);
            core::mem::swap(&mut self.eta, &mut self.trial[1]);
            self.loss = self.objective.rows(&self.eta, Want::Gradient, &mut self.slopes, &mut [])?;
            return Ok(());
        }
        let mut before = self.worst(lambda);
        for _ in 0..NEWTON {
            if !self.model.is_formed() {
                self.weigh();
            }
            let exact = !self.model.is_formed();
            self.model.linearise(&mut self.objective, &self.x, &self.gradient)?;
            // A model of another point than the minimiser need not be minimised further than it is right.
            let inner = Effort { tolerance: (SHARE * tolerance).max(FORCING * before), ..effort };
            self.model.descend(self.objective.design(), self.penalty, lambda, inner);
            let slope = self.target();
            let moved = self.search(slope)?;
            let violation = self.refresh(lambda);
            if violation <= tolerance || !moved && exact {
                break;
            }
            if !self.dense || !moved || violation > STALE * before {
                self.model.forget();
            }
            before = violation;
        }
        Ok(())
    }

    /// Writes the model's minimiser to the trial point; its step's product with the gradient.
    fn target(&mut self) -> f64 {
        let (x, mut slope) = (&mut self.trial[0], 0.0);
        x.copy_from_slice(&self.x);
        for (k, b) in self.model.columns().iter().zip(self.model.coefficients()) {
            slope += self.gradient[*k] * (*b - self.x[*k]);
            x[*k] = *b;
        }
        if self.first == 1 {
            let step = self.model.intercept_step(self.gradient[0]);
            slope += self.gradient[0] * step;
            x[0] += step;
        }
        slope
    }

    /// The predictors of x, or of the trial point, to the trial's: the sum of the columns that x uses, where they are few.
    fn predict(&mut self, of_trial: bool) {
        let [trial, eta, ..] = &mut self.trial;
        let x = if of_trial { &*trial } else { &self.x };
        let design = self.objective.design();
        let used: Vec<usize> = (self.first..x.len()).filter(|k| x[*k] != 0.0).collect();
        if !self.dense {
            let entries: usize = used.iter().map(|k| design.column_entries(*k)).sum();
            if entries > design.entries() / FEW {
                return self.objective.predict(x, eta);
            }
            let mut shift = x[..self.first].iter().sum();
            eta.fill(0.0);
            used.iter().for_each(|k| design.column_axpy(*k, x[*k], eta, &mut shift));
            eta.iter_mut().for_each(|eta| *eta += shift);
        } else {
            let columns: Vec<usize> = used.iter().map(|k| k - self.first).collect();
            let Ok(few) = design.select(&columns) else { return self.objective.predict(x, eta) };
            let b: Vec<f64> = x[..self.first].iter().copied().chain(used.iter().map(|k| x[*k])).collect();
            few.apply(&b, eta, Par::Rayon);
        }
        if let Some(offset) = self.datafit.offset() {
            eta.iter_mut().zip(offset).for_each(|(eta, o)| *eta += o);
        }
    }

    /// Halves the way to the trial point until F falls by a share of what the model predicts; `false` if it does not.
    fn search(&mut self, slope: f64) -> Result<bool, Halt> {
        let first = self.first;
        let value = self.loss + self.penalty.value(&self.x[first..], self.objective.lambda());
        let lambda = self.objective.lambda();
        let gain = slope + self.penalty.value(&self.trial[0][first..], lambda) + self.loss - value;
        let slack = 16.0 * f64::EPSILON * value.abs();
        let mut t = 1.0;
        for _ in 0..40 {
            self.predict(true);
            let [x, eta, slopes, curvature] = &mut self.trial;
            let loss = self.objective.rows(eta, Want::Curvature, slopes, curvature)?;
            let trial = loss + self.penalty.value(&x[first..], lambda);
            if trial <= value + 1e-3 * t * gain.min(0.0) + slack && vector::all_finite(slopes) {
                let moved = *x != self.x;
                core::mem::swap(&mut self.x, x);
                core::mem::swap(&mut self.eta, eta);
                core::mem::swap(&mut self.slopes, slopes);
                core::mem::swap(&mut self.curvature, curvature);
                self.loss = loss;
                return Ok(moved);
            }
            t *= 0.5;
            x.iter_mut().zip(&self.x).for_each(|(x, old)| *x = 0.5 * (*x + *old));
        }
        Ok(false)
    }

    /// The gradient by the working set after a step on it; its largest violation.
    fn refresh(&mut self, lambda: f64) -> f64 {
        self.safe.travel(&self.slopes, &self.weights);
        let parameters: Vec<usize> = (0..self.first).chain(self.model.columns().iter().copied()).collect();
        self.renew(&parameters);
        self.worst(lambda)
    }

    /// The largest violation on the working set.
    fn worst(&self, lambda: f64) -> f64 {
        let free = if self.first == 1 { self.gradient[0].abs() } else { 0.0 };
        self.model.columns().iter().map(|k| self.violation(*k, lambda)).fold(free, f64::max)
    }

    /// F(x) minus the dual objective at the slopes of x, scaled but not balanced; not finite where a conjugate is unknown.
    fn gap(&self, lambda: f64) -> f64 {
        self.gap_at(lambda, &self.gradient)
    }

    /// The same for another gradient by the columns whose coefficients are 0.
    fn gap_at(&self, lambda: f64, gradient: &[f64]) -> f64 {
        if self.constant {
            return squared_gap(self.penalty, lambda, self.loss, (&self.x, gradient), self.first);
        }
        scaled_gap(self.penalty, lambda, (&self.x, gradient), self.first, |s| {
            let unweighted = |(u, w): (&f64, &f64)| if *w > 0.0 { s * u / w } else { 0.0 };
            let slopes: Vec<f64> = self.slopes.iter().zip(&self.weights).map(unweighted).collect();
            let rows = self.datafit.conjugate(&slopes).unwrap_or(f64::INFINITY);
            self.loss + rows / self.datafit.total_weight()
        })
    }
}

/// The violation that a gap of `target` asks for: with the slopes scaled by the share of a violation v too much, the gap is about v‖b‖₁. Where no
/// gap is known, as little as a relative accuracy of the objective asks for.
pub(super) fn tolerance(b: &[f64], lambda: f64, target: f64, relative: f64, provable: bool) -> f64 {
    let size = vector::norm1(b);
    let violation = match provable {
        true if size > 0.0 => 0.25 * target / size,
        true => 1e-3 * lambda,
        false => (1e-2 * relative.sqrt() * lambda).min(0.25 * f64::EPSILON.sqrt()),
    };
    violation.min(1e-2 * lambda).max(f64::MIN_POSITIVE)
}
