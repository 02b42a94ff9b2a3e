//! [`Averaged`]: the running mean of weights over the steps of a search, under any [`Weighting`].

use core::fmt::Debug;

use thalweg_core::{Archive, Checkpoint, Error, Par, Real, Result, check_shape, simd, visit_slice};

/// Entries a task takes at a time.
const CHUNK: usize = 1 << 14;

/// Which steps count, and how much: a̅ ← a̅ + s(w − a̅) with a share s.
pub trait Weighting: Debug + Send + Sync {
    /// The share s in [0, 1] of the weights after the 0-based `step`, when `taken` steps are in the mean already; 0 leaves the step out. The
    /// first one taken must have the share 1, for there is nothing to average it with.
    fn share(&self, step: u64, taken: u64) -> f64;

    /// The parameters, for a checkpoint to refuse another weighting: names unlike those of any other.
    fn settings(&self) -> [(&'static str, f64); 2];
}

/// A running mean in progress. Its memory, one copy of the weights, is taken by [`Averaged::new`]; an update reads w and a̅ and writes a̅.
///
/// A change s(w − a̅) below half a unit in the last place of a̅ is lost: in `f32` a share below 1e-4 averages about three digits of w − a̅.
///
/// Evaluate with the mean and train with the weights. Statistics of batch normalisation belong to weights: compute them again for the mean.
///
/// ```
/// use thalweg_core::Par;
/// use thalweg_regularization::training::{Averaged, Swa};
/// let mut mean = Averaged::new(Box::new(Swa::new(1, 2)?), 1)?;
/// for w in [9.0, 1.0, 9.0, 4.0, 9.0, 7.0] {
///     mean.update(&[w], Par::Seq)?;
/// }
/// assert_eq!(mean.weights(), Some(&[4.0][..])); // of steps 1, 3 and 5: (1 + 4 + 7)/3
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Averaged<T> {
    weighting: Box<dyn Weighting>,
    mean: Vec<T>,
    /// Steps seen.
    steps: u64,
    /// Steps in the mean.
    taken: u64,
}

impl<T: Real> Averaged<T> {
    /// The mean of nothing yet, over `parameters` weights.
    ///
    /// # Errors
    /// No weights.
    pub fn new(weighting: Box<dyn Weighting>, parameters: usize) -> Result<Self> {
        if parameters == 0 {
            let remedy = "give at least one weight".to_owned();
            return Err(Error::Empty { what: "the weights to average".to_owned(), remedy });
        }
        Ok(Self { weighting, mean: vec![T::ZERO; parameters], steps: 0, taken: 0 })
    }

    /// Takes in the weights after a step.
    ///
    /// # Errors
    /// Another number of weights; a weighting whose share is outside [0, 1] or whose first share is not 1.
    pub fn update(&mut self, weights: &[T], par: Par) -> Result<()> {
        check_shape("weights to average", self.mean.len(), weights.len())?;
        let share = self.weighting.share(self.steps, self.taken);
        if !(0.0..=1.0).contains(&share) || (self.taken == 0 && share != 0.0 && share != 1.0) {
            let rule =
                "it must be 1 for the first step taken and between 0 and 1 for others; correct the weighting";
            return Err(Error::invalid_parameter("share", share, rule));
        }
        self.steps += 1;
        if share == 0.0 {
            return Ok(());
        }
        self.taken += 1;
        let part = T::of(share);
        par.for_each_chunk(&mut self.mean, CHUNK, |piece, mean| {
            let weights = &weights[piece * CHUNK..][..mean.len()];
            if share == 1.0 {
                mean.copy_from_slice(weights);
            } else {
                advance(part, weights, mean);
            }
        });
        Ok(())
    }

    /// The mean; `None` before a step was taken.
    #[must_use]
    pub fn weights(&self) -> Option<&[T]> {
        (self.taken > 0).then_some(&self.mean)
    }

    /// The steps seen and those in the mean.
    #[must_use]
    pub fn steps(&self) -> (u64, u64) {
        (self.steps, self.taken)
    }

    /// Exchanges the mean with the weights, to evaluate; a second call brings both back. Does nothing before a step was taken.
    ///
    /// # Errors
    /// Another number of weights.
    pub fn swap(&mut self, weights: &mut [T]) -> Result<()> {
        check_shape("weights to exchange with their mean", self.mean.len(), weights.len())?;
        if self.taken > 0 {
            self.mean.swap_with_slice(weights);
        }
        Ok(())
    }
}

/// a̅ ← a̅ + s(w − a̅).
fn advance<T: Real>(share: T, weights: &[T], mean: &mut [T]) {
    simd::dispatch(
        #[inline(always)]
        || {
            for (mean, w) in mean.iter_mut().zip(weights) {
                *mean = (*w - *mean).mul_add(share, *mean);
            }
        },
    );
}

impl<T: Real> Checkpoint for Averaged<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        for (name, ours) in self.weighting.settings() {
            same(archive, name, ours)?;
        }
        archive.count("steps", &mut self.steps)?;
        archive.count("taken", &mut self.taken)?;
        visit_slice(archive, "mean", &mut self.mean)
    }
}

/// Visits a setting, and refuses a stored one that differs.
pub(super) fn same(archive: &mut dyn Archive, name: &str, ours: f64) -> Result<()> {
    let mut stored = ours;
    archive.number(name, &mut stored)?;
    if stored.to_bits() == ours.to_bits() {
        return Ok(());
    }
    let rule = format!("the checkpoint was written with {stored}; resume with the settings that wrote it");
    Err(Error::invalid_parameter(name, ours, &rule))
}
