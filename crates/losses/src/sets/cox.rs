//! Cox's partial likelihood: minus its logarithm for survival times, some of them censored. The hazard of row j is λ₀(t) e^ηⱼ with the
//! baseline λ₀ left open, so that only the order of the times counts.
//!
//! R's `coxph` takes the sum with the sign of a log-likelihood: its `loglik` is −Σw times the mean taken here. scikit-survival's and
//! lifelines' sums agree with R's. Entry times (left truncation) are not offered.
//!
//! Source: Cox, *Regression models and life-tables*, J. R. Statist. Soc. B 34 (1972); ties by Breslow, *Biometrics* 30 (1974), and by
//! Efron, *J. Am. Statist. Assoc.* 72 (1977).

use core::ops::Range;

use thalweg_core::{
    Block, Datafit, Error, Par, Parameter, Properties, Real, Result, Target, Want, Weights, check_shape,
    check_weights,
};

use super::pool::Pool;
use super::risk::{RiskSets, Scratch};
use super::{MakeSets, SetData, SetEntry};

/// What events at the same time are taken for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Default)]
pub enum Ties {
    /// All of them happen with the whole risk set present.
    Breslow,
    /// They happen one after the other in unknown order: the k-th of d finds the tied rows' share 1 − (k − 1)/d still present. Closer to the
    /// exact average over all orders.
    #[default]
    Efron,
}

/// With weights w, events D_t at time t and the risk set R_t of all rows with time ≥ t (of the same stratum):
///
/// Breslow: Σwℓ = Σ_t [ −Σ_{D_t} w η + (Σ_{D_t} w) ln Σ_{R_t} w e^η ],
/// Efron: Σwℓ = Σ_t [ −Σ_{D_t} w η + (Σ_{D_t} w / d) Σ_{k<d} ln(Σ_{R_t} w e^η − (k/d) Σ_{D_t} w e^η) ] with d = |D_t|.
///
/// The scale of [`Datafit`] is the mean Σwℓ/Σw over all rows, censored ones included. Rows of weight 0 are absent. An integer weight is
/// that many equal rows with Breslow's ties; with Efron's it is not, because repeated rows are tied among themselves. The gradient is
/// w times (cumulative hazard − event): minus the martingale residuals. The diagonal of the Hessian is exact, as is
/// [`Datafit::hessian_action`]; expected and exact information are the same here. Convex; adding a constant to all predictors changes
/// nothing, so a design for it has no intercept.
///
/// One sort at construction; an evaluation is O(n), holds for any finite predictors without overflow, and sums in double precision
/// whatever T is. [`Properties::self_concordance`] is 2 with respect to max|v| along a direction v of the predictors: the third central
/// moment of v over a risk set is at most max|v − mean| ≤ 2 max|v| times its variance.
///
/// ```
/// use thalweg_core::{Block, Datafit, Want};
/// let cox = thalweg_losses::Cox::new(&[3.0, 1.0, 2.0], &[0.0, 1.0, 1.0])?;
/// let mut g = [0.0; 3];
/// let mut out = Block { value: 0.0, gradient: &mut g, curvature: &mut [] };
/// cox.evaluate(0..3, &[0.0; 3], Want::Gradient, &mut out);
/// // One of three falls at time 1, one of two at time 2.
/// assert!((out.value - 6.0_f64.ln()).abs() < 1e-15);
/// assert!((g[0] - 5.0 / 6.0).abs() < 1e-15 && (g[1] + 2.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct Cox<T: Real> {
    /// Time and event of each row.
    targets: Vec<T>,
    weights: Option<Vec<T>>,
    total_weight: T,
    offset: Option<Vec<T>>,
    /// The rows by falling time within their stratum, censored before tied events.
    order: Vec<u32>,
    strata: Option<Vec<u32>>,
    ties: Ties,
    sets: RiskSets,
    pool: Pool<Scratch>,
}

pub(crate) const ENTRY: SetEntry = SetEntry {
    name: "cox",
    summary: "minus the log partial likelihood of survival times: proportional hazards",
    parameters: &[EFRON],
    example: "cox:efron=0",
    make: MakeSets { f64: make, f32: make },
};

const EFRON: Parameter = Parameter {
    name: "efron",
    default: 1.0,
    rule: "it must be 0 (Breslow) or 1 (Efron)",
    summary: "how tied events are taken: 1 for Efron's way, 0 for Breslow's",
};

fn make<T: Real>(values: &[f64], data: SetData<'_, T>) -> Result<Box<dyn Datafit<T>>> {
    let ties = match values[0] {
        0.0 => Ties::Breslow,
        1.0 => Ties::Efron,
        other => return Err(Error::invalid_parameter("efron", other, EFRON.rule)),
    };
    check_shape("length of the targets (time, event)", data.targets.len() / 2 * 2, data.targets.len())?;
    let column = |k: usize| -> Vec<T> { data.targets.iter().skip(k).step_by(2).copied().collect() };
    let mut cox = Cox::new(&column(0), &column(1))?.with_ties(ties);
    if let Some(weights) = data.weights {
        cox = cox.with_weights(weights)?;
    }
    if let Some(strata) = data.groups {
        cox = cox.with_strata(strata)?;
    }
    Ok(Box::new(cox))
}

impl<T: Real> Cox<T> {
    /// Of n survival times and events: 1 where the time is that of the event, 0 where it is only known to be later. Efron's ties.
    ///
    /// # Errors
    /// No rows, or different lengths; a time that is negative or not finite, an event other than 0 or 1, with its row; no event at all.
    pub fn new(times: &[T], events: &[T]) -> Result<Self> {
        check_shape("length of the events", times.len(), events.len())?;
        if times.is_empty() {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the survival times".to_owned(), remedy });
        }
        if let Some(row) = times.iter().position(|t| !t.is_finite()) {
            return Err(Error::NonFinite { what: "the time".to_owned(), row, value: times[row].to_f64() });
        }
        let refuse = |what: &str, row: usize, value: T, rule: &str| Error::OutsideDomain {
            what: what.to_owned(),
            row,
            value: value.to_f64(),
            rule: rule.to_owned(),
            remedy: "correct the row or drop it".to_owned(),
        };
        if let Some(row) = times.iter().position(|t| *t < T::ZERO) {
            return Err(refuse("the time", row, times[row], "it must not be negative"));
        }
        if let Some(row) = events.iter().position(|d| *d != T::ZERO && *d != T::ONE) {
            return Err(refuse("the event", row, events[row], "it must be 0 (censored) or 1"));
        }
        let rows = u32::try_from(times.len()).map_err(|_| {
            Error::invalid_parameter("rows", times.len(), "a set loss takes at most 4294967295 of them")
        })?;
        let targets: Vec<T> = times.iter().zip(events).flat_map(|(t, d)| [*t, *d]).collect();
        let key = |row: u32| falling(times[row as usize].to_f64(), events[row as usize] == T::ONE);
        let mut keys: Vec<(u64, u32)> = (0..rows).map(|row| (key(row), row)).collect();
        sort(&mut keys);
        let order = keys.into_iter().map(|(_, row)| row).collect();
        let mut cox = Self {
            targets,
            weights: None,
            total_weight: T::of(times.len() as f64),
            offset: None,
            order,
            strata: None,
            ties: Ties::default(),
            sets: RiskSets::default(),
            pool: Pool::default(),
        };
        cox.arrange()?;
        Ok(cox)
    }

    /// Chooses how tied events are taken (default: Efron's way).
    #[must_use]
    pub fn with_ties(mut self, ties: Ties) -> Self {
        self.ties = ties;
        self
    }

    /// With one weight a row: finite and not negative.
    ///
    /// # Errors
    /// A wrong length; the first weight that breaks the rule; no event of positive weight.
    pub fn with_weights(mut self, weights: &[T]) -> Result<Self> {
        self.total_weight = check_weights(self.rows(), weights)?;
        self.weights = Some(weights.to_vec());
        self.arrange()?;
        Ok(self)
    }

    /// With strata, by any labels: each has its own baseline hazard, and risk sets do not reach beyond it.
    ///
    /// # Errors
    /// A wrong length.
    pub fn with_strata(mut self, strata: &[u32]) -> Result<Self> {
        check_shape("length of the strata", self.rows(), strata.len())?;
        self.order.sort_by_key(|row| strata[*row as usize]); // stable: times stay in order
        self.strata = Some(strata.to_vec());
        self.arrange()?;
        Ok(self)
    }

    /// With a known part of the linear predictors: what objectives add to X b.
    ///
    /// # Errors
    /// A wrong length; the first value that is not finite.
    pub fn with_offset(mut self, offset: &[T]) -> Result<Self> {
        check_shape("length of the offset", self.rows(), offset.len())?;
        if let Some(row) = offset.iter().position(|v| !v.is_finite()) {
            return Err(Error::NonFinite { what: "the offset".to_owned(), row, value: offset[row].to_f64() });
        }
        self.offset = Some(offset.to_vec());
        Ok(self)
    }

    /// The risk sets of the rows of positive weight.
    fn arrange(&mut self) -> Result<()> {
        let weight = |row: u32| self.weights().get(row as usize).to_f64();
        let stratum = |row: u32| self.strata.as_ref().map_or(0, |strata| strata[row as usize]);
        let target = |row: u32| {
            let at = 2 * row as usize;
            (self.targets[at].to_f64(), self.targets[at + 1] == T::ONE)
        };
        self.sets = RiskSets::new(&self.order, weight, stratum, target);
        self.pool = Pool::default();
        if self.sets.is_empty() {
            return Err(Error::Empty {
                what: "the set of events: every time is censored".to_owned(),
                remedy: "give at least one event of positive weight".to_owned(),
            });
        }
        Ok(())
    }
}

/// A key that rises as the time, which is not negative, falls; of equal times the censored come first.
fn falling(time: f64, event: bool) -> u64 {
    // Bits of such numbers rise with them, and the sign bit is free. −0 becomes 0.
    !((time + 0.0).to_bits() << 1 | u64::from(!event))
}

/// Sorts keys that are all different, in halves at the same time.
fn sort(keys: &mut [(u64, u32)]) {
    const SMALL: usize = 1 << 15;
    if keys.len() <= SMALL {
        return keys.sort_unstable();
    }
    let (left, right) = keys.split_at_mut(keys.len() / 2);
    Par::default().join(|| sort(left), || sort(right));
    // Two sorted runs, which this merges in one pass.
    keys.sort();
}

impl<T: Real> Datafit<T> for Cox<T> {
    fn rows(&self) -> usize {
        self.targets.len() / 2
    }

    fn total_weight(&self) -> T {
        self.total_weight
    }

    fn weight_of(&self, rows: Range<usize>) -> T {
        let n = rows.len();
        self.weights().slice(rows).total(n)
    }

    fn offset(&self) -> Option<&[T]> {
        self.offset.as_deref()
    }

    fn separable(&self) -> bool {
        false
    }

    fn targets(&self) -> &[T] {
        &self.targets
    }

    fn target_width(&self) -> usize {
        2
    }

    fn weights(&self) -> Weights<'_, T> {
        self.weights.as_ref().map_or(Weights::Unit, |w| Weights::Each(w))
    }

    /// Of all rows; anything less has no value and gives NaN.
    fn evaluate(&self, rows: Range<usize>, eta: &[T], want: Want, out: &mut Block<'_, T>) {
        if rows != (0..self.rows()) || eta.len() != self.rows() {
            out.value = T::NAN;
            return;
        }
        self.pool.with(
            || Scratch::new(&self.sets),
            |scratch| {
                out.value = T::of(self.sets.forward(eta, self.ties, scratch));
                match want {
                    Want::Value => {}
                    Want::Gradient => self.sets.backward(scratch, out.gradient, &mut []),
                    Want::Fisher | Want::Curvature => {
                        self.sets.backward(scratch, out.gradient, out.curvature)
                    }
                }
            },
        );
    }

    /// Some rows of a set loss have no value: NaN.
    fn evaluate_with(&self, _: &[T], _: Weights<'_, T>, _: &[T], _: Want, out: &mut Block<'_, T>) {
        out.value = T::NAN;
    }

    fn hessian_action(&self, eta: &[T], v: &[T], out: &mut [T]) -> bool {
        let n = self.rows();
        if eta.len() != n || v.len() != n || out.len() != n {
            return false;
        }
        self.pool.with(
            || Scratch::new(&self.sets),
            |scratch| {
                self.sets.forward(eta, self.ties, scratch);
                self.sets.action(v, scratch, out);
            },
        );
        true
    }

    fn properties(&self) -> Properties<T> {
        Properties { self_concordance: Some(T::of(2.0)), ..Properties::convex(Target::Nonnegative) }
    }
}
