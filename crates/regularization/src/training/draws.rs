//! [`Draws`]: the random numbers of one step, a function of (seed, step, layer, purpose, item) and of nothing else.

use rand::Rng;
use rand::rngs::Xoshiro256PlusPlus;
use thalweg_core::Streams;

/// The random numbers of one step of training.
///
/// Every item (a row of the data, named by its index) has a generator of its own, so that the bits depend on neither the number of
/// threads nor the order of the items nor the batch they come in. A backward pass draws the same numbers again, so no mask is stored, and
/// a checkpoint needs no more than seed and step. An item that comes twice in a step (draws with replacement) meets the same numbers twice.
///
/// ```
/// use thalweg_core::streams::uniform;
/// use thalweg_regularization::training::Draws;
/// let draw = |step, item| uniform(&mut Draws::new(1, step).item("dropout", item));
/// assert_eq!(draw(7, 3), draw(7, 3));
/// assert_ne!(draw(7, 3), draw(8, 3));
/// assert_ne!(draw(7, 3), draw(7, 4));
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Draws {
    streams: Streams,
}

impl Draws {
    /// Of this seed and step.
    #[must_use]
    pub fn new(seed: u64, step: u64) -> Self {
        Self { streams: child(Streams::new(seed), "training-step", step) }
    }

    /// Those of one layer: two dropouts in a network must not share their masks.
    #[must_use]
    pub fn layer(self, layer: u64) -> Self {
        Self { streams: child(self.streams, "training-layer", layer) }
    }

    /// The generator of an item for a purpose, such as the name of the method that draws.
    #[must_use]
    pub fn item(self, purpose: &str, item: u64) -> Xoshiro256PlusPlus {
        self.streams.stream(purpose, item)
    }
}

/// A family of generators under a seed drawn from another family.
fn child(streams: Streams, purpose: &str, index: u64) -> Streams {
    Streams::new(streams.stream(purpose, index).next_u64())
}
