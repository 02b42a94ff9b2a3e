//! InfoNCE and NT-Xent: the contrastive losses of a batch of pairs of embeddings. Each embedding has to tell its partner from the others in
//! the batch, by a softmax of cosine similarities.
//!
//! Minus the log-likelihood of the partners in that softmax. `within = 0` is the symmetric InfoNCE of CLIP (the mean over rows is the loss of
//! open_clip's `ClipLoss` at a logit scale of 1/τ); `within = 1` is SimCLR's NT-Xent (the mean is optax's `ntxent` with each label twice).
//!
//! Source: van den Oord, Li and Vinyals, *Representation learning with contrastive predictive coding*, arXiv:1807.03748; Chen et al., *A simple
//! framework for contrastive learning of visual representations*, ICML 2020; Radford et al., *Learning transferable visual models*, ICML 2021.

mod passes;

use core::ops::Range;

use thalweg_core::{
    Block, Datafit, Dual, Error, Parameter, Properties, Real, Result, Target, Want, Weights, check_shape,
    check_weights,
};

use self::passes::Scratch;
use super::pool::Pool;
use super::{MakeSets, SetData, SetEntry};

/// With row i = (aᵢ, bᵢ), both of dimension d, and s(u, v) = cos(u, v)/τ:
/// Σwℓ = Σᵢ wᵢ·½[f(aᵢ, bᵢ) + f(bᵢ, aᵢ)], f(u, p) = ln(e^s(u,p) + Σ e^s(u,v)) − s(u, p), where v runs over the negatives of u: the other side's
/// embeddings of the other rows of its batch, and with `within` those of its own side as well.
///
/// Predictors are n×2d: aᵢ, then bᵢ. Targets are labels, one a row: rows of equal label are no negatives of one another, so give each row
/// its own where that is not known. Rows of weight 0 are absent, and no negatives. Lengths do not matter; a zero vector has no direction:
/// the value is +∞ there, and derivatives are unspecified. Not convex. O(m²d) for a batch of m rows, on the threads of the current pool
/// with the same bits on any number of them; in double precision whatever T is. The action of the exact Hessian is the gradient on dual
/// numbers; curvatures are 2d such actions a row, O(m³d²): for tests, not for fits.
///
/// ```
/// use thalweg_core::{Block, Datafit, Want};
/// let loss = thalweg_losses::InfoNce::new(1, &[0.0, 1.0])?.with_temperature(1.0)?;
/// let mut out = Block { value: 0.0, gradient: &mut [], curvature: &mut [] };
/// // Both partners at similarity 1, both negatives at −1: ln(1 + e^−2) for each of two rows.
/// loss.evaluate(0..2, &[1.0, 5.0, -2.0, -1.0], Want::Value, &mut out);
/// assert!((out.value - 2.0 * (-2.0_f64).exp().ln_1p()).abs() < 1e-15);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct InfoNce<T: Real> {
    dimension: usize,
    temperature: f64,
    within: bool,
    labels: Vec<T>,
    weights: Option<Vec<T>>,
    total_weight: T,
    groups: Option<Vec<u32>>,
    /// The rows of positive weight, batch by batch.
    rows: Vec<u32>,
    batches: Vec<Range<usize>>,
    plain: Pool<Scratch<f64>>,
    dual: Pool<Scratch<Dual<f64, 1>>>,
}

pub(crate) const ENTRY: SetEntry = SetEntry {
    name: "info-nce",
    summary: "each embedding of a pair against the others of its batch: InfoNCE (CLIP), NT-Xent (SimCLR)",
    parameters: &[DIMENSION, TEMPERATURE, WITHIN],
    example: "info-nce:dimension=4,temperature=0.5,within=1",
    make: MakeSets { f64: make, f32: make },
};

const DIMENSION: Parameter = Parameter {
    name: "dimension",
    default: 2.0,
    rule: "it must be a whole number from 1 to 1000000",
    summary: "d: the length of an embedding; a row has 2d predictors",
};
const TEMPERATURE: Parameter = Parameter {
    name: "temperature",
    default: 0.07,
    rule: "it must be positive and finite",
    summary: "what cosine similarities are divided by",
};
const WITHIN: Parameter = Parameter {
    name: "within",
    default: 0.0,
    rule: "it must be 0 (InfoNCE) or 1 (NT-Xent)",
    summary: "1 if embeddings of the same side are negatives too",
};

fn make<T: Real>(values: &[f64], data: SetData<'_, T>) -> Result<Box<dyn Datafit<T>>> {
    let within = match values[2] {
        0.0 => false,
        1.0 => true,
        other => return Err(Error::invalid_parameter(WITHIN.name, other, WITHIN.rule)),
    };
    if !(1.0..=1e6).contains(&values[0]) || values[0].fract() != 0.0 {
        return Err(Error::invalid_parameter(DIMENSION.name, values[0], DIMENSION.rule));
    }
    let loss = InfoNce::new(values[0] as usize, data.targets)?;
    let mut loss = loss.with_temperature(values[1])?.with_negatives_within(within);
    if let Some(weights) = data.weights {
        loss = loss.with_weights(weights)?;
    }
    if let Some(groups) = data.groups {
        loss = loss.with_batches(groups)?;
    }
    Ok(Box::new(loss))
}

impl<T: Real> InfoNce<T> {
    /// Of n pairs of embeddings of dimension d with a label each; temperature 0.07, negatives of the other side only, one batch.
    ///
    /// # Errors
    /// No rows; a dimension of 0 or beyond a million; a label that is not finite, with its row.
    pub fn new(dimension: usize, labels: &[T]) -> Result<Self> {
        if !(1..=1_000_000).contains(&dimension) {
            return Err(Error::invalid_parameter(DIMENSION.name, dimension, DIMENSION.rule));
        }
        if labels.is_empty() {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the labels of the pairs".to_owned(), remedy });
        }
        if let Some(row) = labels.iter().position(|y| !y.is_finite()) {
            let value = labels[row].to_f64();
            return Err(Error::NonFinite { what: "the label".to_owned(), row, value });
        }
        if u32::try_from(labels.len()).is_err() {
            let rule = "a set loss takes at most 4294967295 of them";
            return Err(Error::invalid_parameter("rows", labels.len(), rule));
        }
        let mut loss = Self {
            dimension,
            temperature: TEMPERATURE.default,
            within: false,
            labels: labels.to_vec(),
            weights: None,
            total_weight: T::of(labels.len() as f64),
            groups: None,
            rows: Vec::new(),
            batches: Vec::new(),
            plain: Pool::default(),
            dual: Pool::default(),
        };
        loss.arrange();
        Ok(loss)
    }

    /// With temperature τ.
    ///
    /// # Errors
    /// τ not positive or not finite.
    pub fn with_temperature(mut self, temperature: f64) -> Result<Self> {
        if !(temperature > 0.0 && temperature.is_finite()) {
            return Err(Error::invalid_parameter(TEMPERATURE.name, temperature, TEMPERATURE.rule));
        }
        self.temperature = temperature;
        Ok(self)
    }

    /// Chooses whether embeddings of the same side are negatives too: NT-Xent (default: no).
    #[must_use]
    pub fn with_negatives_within(mut self, within: bool) -> Self {
        self.within = within;
        self
    }

    /// With batches, by any labels: negatives come from the same batch.
    ///
    /// # Errors
    /// A wrong length.
    pub fn with_batches(mut self, batches: &[u32]) -> Result<Self> {
        check_shape("length of the batches", self.labels.len(), batches.len())?;
        self.groups = Some(batches.to_vec());
        self.arrange();
        Ok(self)
    }

    /// With one weight a row: finite, not negative, and not all 0.
    ///
    /// # Errors
    /// A wrong length; the first weight that breaks the rule.
    pub fn with_weights(mut self, weights: &[T]) -> Result<Self> {
        self.total_weight = check_weights(self.labels.len(), weights)?;
        self.weights = Some(weights.to_vec());
        self.arrange();
        Ok(self)
    }

    fn arrange(&mut self) {
        let weights = Datafit::weights(self);
        let batch = |row: u32| self.groups.as_ref().map_or(0, |groups| groups[row as usize]);
        let mut rows: Vec<u32> =
            (0..self.labels.len() as u32).filter(|row| weights.get(*row as usize) > T::ZERO).collect();
        rows.sort_by_key(|row| batch(*row));
        let mut start = 0;
        let range = |rows: &[u32]| {
            start += rows.len();
            start - rows.len()..start
        };
        self.batches = rows.chunk_by(|a, b| batch(*a) == batch(*b)).map(range).collect();
        self.rows = rows;
        (self.plain, self.dual) = (Pool::default(), Pool::default());
    }
}

impl<T: Real> Datafit<T> for InfoNce<T> {
    fn rows(&self) -> usize {
        self.labels.len()
    }

    fn total_weight(&self) -> T {
        self.total_weight
    }

    fn weight_of(&self, rows: Range<usize>) -> T {
        let n = rows.len();
        self.weights().slice(rows).total(n)
    }

    fn outputs(&self) -> usize {
        2 * self.dimension
    }

    fn separable(&self) -> bool {
        false
    }

    fn targets(&self) -> &[T] {
        &self.labels
    }

    fn weights(&self) -> Weights<'_, T> {
        self.weights.as_ref().map_or(Weights::Unit, |w| Weights::Each(w))
    }

    /// Of all rows; anything less has no value and gives NaN.
    fn evaluate(&self, rows: Range<usize>, eta: &[T], want: Want, out: &mut Block<'_, T>) {
        let width = self.outputs();
        if rows != (0..self.rows()) || eta.len() != width * self.rows() {
            out.value = T::NAN;
            return;
        }
        if self.outside(eta) {
            out.value = T::INFINITY;
            out.gradient.fill(T::ZERO);
            out.curvature.fill(T::ZERO);
            return;
        }
        let first = want >= Want::Gradient;
        self.plain.with(
            || self.scratch(),
            |scratch| {
                out.value = T::of(self.pass(|at| eta[at].to_f64(), first, scratch));
                if first {
                    self.spread(&scratch.slope, out.gradient, |slope| slope);
                }
            },
        );
        if want >= Want::Fisher {
            let mut column = vec![T::ZERO; eta.len()];
            for at in 0..eta.len() {
                self.action(eta, |k| if k == at { 1.0 } else { 0.0 }, &mut column);
                let (row, c) = (at / width, at % width);
                for (r, entry) in column[row * width..(row + 1) * width].iter().enumerate() {
                    out.curvature[(row * width + r) * width + c] = *entry;
                }
            }
        }
    }

    /// Some rows of a set loss have no value: NaN.
    fn evaluate_with(&self, _: &[T], _: Weights<'_, T>, _: &[T], _: Want, out: &mut Block<'_, T>) {
        out.value = T::NAN;
    }

    fn hessian_action(&self, eta: &[T], v: &[T], out: &mut [T]) -> bool {
        let n = self.rows() * self.outputs();
        if eta.len() != n || v.len() != n || out.len() != n || self.outside(eta) {
            return false;
        }
        self.action(eta, |at| v[at].to_f64(), out);
        true
    }

    fn properties(&self) -> Properties<T> {
        Properties::nonconvex(Target::Real)
    }
}
