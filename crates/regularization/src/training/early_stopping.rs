//! Early stopping: training ends when the validation loss stops falling, and the best weights come back.
//!
//! Patience: no value below best − δ in the last k observations (Keras `EarlyStopping`). Generalization loss: GL = 100(E/E_opt − 1) above a
//! limit, in percent (Prechelt's GL_α), where E_opt, the lowest value so far, is positive.
//!
//! Source: Prechelt, *Early stopping — but when?*, in Neural Networks: Tricks of the Trade, LNCS 1524 (1998), section 2.2.

use thalweg_core::{Archive, Checkpoint, Error, Parameter, Real, Result, check_shape, visit_slice};

use super::averaged::same;
use super::entry::{Make, TrainingEntry, whole};

/// When to stop. The value observed is to be small; give a score to be large with its sign changed.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct EarlyStoppingOptions {
    /// Observations in a row without improvement that end the training, at least 1. Default 10.
    pub patience: u64,
    /// δ ≥ 0: a value improves if it is below the best one minus δ, in the unit of the value. Default 0.
    pub improvement: f64,
    /// Prechelt's α > 0 in percent: a value above E_opt by more ends the training at once. Default ∞, never.
    pub generalization_loss: f64,
}

impl Default for EarlyStoppingOptions {
    fn default() -> Self {
        Self { patience: 10, improvement: 0.0, generalization_loss: f64::INFINITY }
    }
}

const PATIENCE: Parameter = Parameter {
    name: "patience",
    default: 10.0,
    rule: "it must be a whole number of at least 1",
    summary: "observations in a row without improvement that end the training",
};

const IMPROVEMENT: Parameter = Parameter {
    name: "improvement",
    default: 0.0,
    rule: "it must be a finite number of at least 0",
    summary: "least fall of the value that counts as improvement, in its unit",
};

const GENERALIZATION_LOSS: Parameter = Parameter {
    name: "generalization-loss",
    default: f64::INFINITY,
    rule: "it must be a number greater than 0",
    summary: "rise above the lowest value that ends the training at once, in percent",
};

pub(super) const ENTRY: TrainingEntry = TrainingEntry {
    name: "early-stopping",
    summary: "ends the training when the validation loss stops falling, and brings the best weights back",
    parameters: &[PATIENCE, IMPROVEMENT, GENERALIZATION_LOSS],
    example: "early-stopping:patience=5,improvement=0.001",
    make: Make::EarlyStopping(make),
};

fn make(values: &[f64]) -> Result<EarlyStoppingOptions> {
    let options = EarlyStoppingOptions {
        patience: whole(&PATIENCE, values[0])?,
        improvement: values[1],
        generalization_loss: values[2],
    };
    options.check().map(|()| options)
}

impl EarlyStoppingOptions {
    fn check(&self) -> Result<()> {
        let rules = [
            (&PATIENCE, self.patience as f64, self.patience > 0),
            (&IMPROVEMENT, self.improvement, self.improvement >= 0.0 && self.improvement.is_finite()),
            (&GENERALIZATION_LOSS, self.generalization_loss, self.generalization_loss > 0.0),
        ];
        match rules.into_iter().find(|(_, _, obeyed)| !obeyed) {
            None => Ok(()),
            Some((parameter, value, _)) => {
                Err(Error::invalid_parameter(parameter.name, value, parameter.rule))
            }
        }
    }
}

/// What an observation means.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The best value so far: the weights were kept.
    Improved,
    /// No improvement in this many observations, fewer than the patience.
    Waiting(u64),
    /// No improvement in as many observations as the patience: stop.
    OutOfPatience,
    /// The value rose too far above the lowest one: stop.
    Overfitted,
}

impl Verdict {
    /// True if the training is over.
    #[must_use]
    pub const fn stops(self) -> bool {
        matches!(self, Self::OutOfPatience | Self::Overfitted)
    }
}

/// The best observation.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Best {
    /// Its value.
    pub value: f64,
    /// Its 0-based number.
    pub observation: u64,
}

/// Early stopping in progress. Its memory, one copy of the weights, is taken by [`EarlyStopping::new`].
///
/// ```
/// use thalweg_regularization::training::{EarlyStopping, EarlyStoppingOptions, Verdict};
/// let options = EarlyStoppingOptions { patience: 2, ..Default::default() };
/// let mut stopping = EarlyStopping::new(options, 1)?;
/// let mut weights = [0.0];
/// let verdicts = [3.0, 1.0, 2.0, 1.5].map(|loss| {
///     weights[0] += 1.0;
///     stopping.observe(loss, &weights)
/// });
/// assert_eq!(verdicts[3], Ok(Verdict::OutOfPatience));
/// stopping.restore(&mut weights)?;
/// assert_eq!(weights, [2.0]); // of the loss 1
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EarlyStopping<T> {
    options: EarlyStoppingOptions,
    observations: u64,
    /// Observations since the last improvement.
    waited: u64,
    /// +∞ before the first one.
    best: f64,
    observation: u64,
    /// E_opt: at most δ below the best value, which falls of less than δ do not replace.
    lowest: f64,
    weights: Vec<T>,
}

impl<T: Real> EarlyStopping<T> {
    /// Before the first observation, for `parameters` weights; 0 if the caller keeps the best ones.
    ///
    /// # Errors
    /// An option that breaks its rule.
    pub fn new(options: EarlyStoppingOptions, parameters: usize) -> Result<Self> {
        options.check()?;
        Ok(Self {
            options,
            observations: 0,
            waited: 0,
            best: f64::INFINITY,
            observation: 0,
            lowest: f64::INFINITY,
            weights: vec![T::ZERO; parameters],
        })
    }

    /// Takes in the value of the validation loss and the weights that have it. NaN and ±∞ are no improvement, and count.
    ///
    /// # Errors
    /// Another number of weights.
    pub fn observe(&mut self, value: f64, weights: &[T]) -> Result<Verdict> {
        check_shape("weights to keep", self.weights.len(), weights.len())?;
        let number = self.observations;
        self.observations += 1;
        if value.is_finite() {
            self.lowest = self.lowest.min(value);
        }
        if value.is_finite() && value < self.best - self.options.improvement {
            (self.best, self.observation, self.waited) = (value, number, 0);
            self.weights.copy_from_slice(weights);
            return Ok(Verdict::Improved);
        }
        self.waited += 1;
        let loss = 100.0 * (value / self.lowest - 1.0);
        if self.lowest > 0.0 && loss > self.options.generalization_loss {
            return Ok(Verdict::Overfitted);
        }
        let stop = self.waited >= self.options.patience;
        Ok(if stop { Verdict::OutOfPatience } else { Verdict::Waiting(self.waited) })
    }

    /// The best observation; `None` before a finite one.
    #[must_use]
    pub fn best(&self) -> Option<Best> {
        (self.best < f64::INFINITY).then_some(Best { value: self.best, observation: self.observation })
    }

    /// weights ← those of the best observation; as they are if there is none.
    ///
    /// # Errors
    /// Another number of weights.
    pub fn restore(&self, weights: &mut [T]) -> Result<Option<Best>> {
        check_shape("weights to restore", self.weights.len(), weights.len())?;
        let best = self.best();
        if best.is_some() {
            weights.copy_from_slice(&self.weights);
        }
        Ok(best)
    }
}

impl<T: Real> Checkpoint for EarlyStopping<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        same(archive, PATIENCE.name, self.options.patience as f64)?;
        same(archive, IMPROVEMENT.name, self.options.improvement)?;
        same(archive, GENERALIZATION_LOSS.name, self.options.generalization_loss)?;
        archive.count("observations", &mut self.observations)?;
        archive.count("waited", &mut self.waited)?;
        archive.number("best", &mut self.best)?;
        archive.count("observation", &mut self.observation)?;
        archive.number("lowest", &mut self.lowest)?;
        visit_slice(archive, "weights", &mut self.weights)
    }
}
