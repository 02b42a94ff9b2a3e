//! New penalties from others: sums over blocks, other units, other centres, smooth envelopes, and the prox of a conjugate.

mod block_sum;
mod moreau_envelope;
mod prox_conjugate;
mod rescaled;
mod translated;

pub use block_sum::BlockSum;
pub use moreau_envelope::MoreauEnvelope;
pub use prox_conjugate::prox_conjugate;
pub use rescaled::Rescaled;
pub use translated::Translated;
