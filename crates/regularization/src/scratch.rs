//! Memory that a prox needs beside its argument, taken when the penalty is made for its number of coefficients.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// One block's working memory. A penalty of one block has one prox at a time; a second caller waits.
#[derive(Debug, Default)]
pub(crate) struct Scratch<M>(Mutex<M>);

impl<M> Scratch<M> {
    pub(crate) fn new(memory: M) -> Self {
        Self(Mutex::new(memory))
    }

    /// The memory, whose contents mean nothing; a panic elsewhere leaves nothing in it to distrust.
    pub(crate) fn take(&self) -> MutexGuard<'_, M> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
