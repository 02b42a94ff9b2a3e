//! [`Resampling`]: how far a model that is fitted again and again to parts of the data has come.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How far a cross-validation or a stability selection has come.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Resampling {
    /// Values of λ that are done: those of the path of all rows, then those of every part of the rows.
    pub fits: usize,
    /// How many there are at most. It may fall, once the path of all rows has ended early.
    pub of_fits: usize,
    /// Parts of the rows that are done: folds, or subsamples.
    pub samples: usize,
    /// How many there are.
    pub of_samples: usize,
}

/// Counts what threads have done, and shows it.
pub(crate) struct Tally<'o> {
    fits: AtomicUsize,
    of_fits: AtomicUsize,
    samples: AtomicUsize,
    of_samples: usize,
    observe: &'o (dyn Fn(Resampling) + Sync),
}

impl<'o> Tally<'o> {
    /// For so many parts of the rows.
    pub(crate) fn new(of_samples: usize, observe: &'o (dyn Fn(Resampling) + Sync)) -> Self {
        let zero = || AtomicUsize::new(0);
        Self { fits: zero(), of_fits: zero(), samples: zero(), of_samples, observe }
    }

    /// Once it is known how many values of λ a path has.
    pub(crate) fn lambdas(&self, lambdas: usize) {
        let of = lambdas.saturating_mul(self.of_samples.saturating_add(1));
        self.of_fits.store(of, Ordering::Relaxed);
    }

    /// One λ is done.
    pub(crate) fn fit(&self) {
        self.fits.fetch_add(1, Ordering::Relaxed);
        self.show();
    }

    /// A part of the rows is done, without so many values of λ that its path did not reach.
    pub(crate) fn sample(&self, left: usize) {
        self.fits.fetch_add(left, Ordering::Relaxed);
        self.samples.fetch_add(1, Ordering::Relaxed);
        self.show();
    }

    fn show(&self) {
        let now = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (self.observe)(Resampling {
            fits: now(&self.fits),
            of_fits: now(&self.of_fits),
            samples: now(&self.samples),
            of_samples: self.of_samples,
        });
    }
}
