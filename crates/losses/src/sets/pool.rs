//! Memory of evaluations, kept between them.

use std::sync::{Mutex, PoisonError};

/// Scratch for as many evaluations as ever ran at the same time.
pub(super) struct Pool<S>(Mutex<Vec<S>>);

impl<S> Default for Pool<S> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

impl<S> Pool<S> {
    /// Runs `f` with memory that `make` makes where none is free. Whatever a thread that panicked left behind is overwritten.
    pub(super) fn with<R>(&self, make: impl FnOnce() -> S, f: impl FnOnce(&mut S) -> R) -> R {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scratch = free.unwrap_or_else(make);
        let result = f(&mut scratch);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        result
    }
}
