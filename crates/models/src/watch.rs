//! [`Watch`]: what goes on beside a fit: an observer, and checkpoints from which it can be resumed.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use thalweg_core::{Driver, Error, Observer, Result, Status};

/// Takes the bytes of a checkpoint.
type Save<'w> = dyn FnMut(&[u8]) -> Result<()> + 'w;

/// An observer and checkpoints of one fit.
///
/// A fit is one search, or several, one after the other (a warm start, a polish). A checkpoint holds the number of the search and the state of
/// its driver. A resumed fit repeats the searches before that one and goes on inside it, so it ends with the bits of a fit that was never
/// stopped.
///
/// ```
/// use thalweg_models::{Estimator, Observations, Watch};
/// let x = faer::mat![[1.0], [2.0], [4.0], [5.0]];
/// let data = Observations::new(x.as_ref(), &[1.0, 2.5, 3.5, 9.0]);
/// let estimator = Estimator::new("huber:delta=0.5")?.optimizer("lbfgs")?;
/// let mut saved = Vec::new();
/// let mut save = |bytes: &[u8]| { saved.push(bytes.to_vec()); Ok(()) };
/// let whole = estimator.fit_watched(&data, &mut Watch::new().checkpoint(1, &mut save))?;
/// let resumed = estimator.fit_watched(&data, &mut Watch::new().resume(&saved[2]))?;
/// assert_eq!(whole.coefficients, resumed.coefficients);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Default)]
pub struct Watch<'w> {
    observer: Option<&'w mut dyn Observer>,
    save: Option<(u64, &'w mut Save<'w>)>,
    resume: Option<Vec<u8>>,
    /// Searches begun.
    searches: u32,
}

impl<'w> Watch<'w> {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows every step to an observer.
    #[must_use]
    pub fn observe(mut self, observer: &'w mut dyn Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Hands the whole state to `save` after every so many steps (at least 1). An error of `save` ends the fit.
    #[must_use]
    pub fn checkpoint(mut self, every: u64, save: &'w mut dyn FnMut(&[u8]) -> Result<()>) -> Self {
        self.save = Some((every, save));
        self
    }

    /// Goes on from the bytes of a checkpoint of the same model on the same data.
    #[must_use]
    pub fn resume(mut self, bytes: &[u8]) -> Self {
        self.resume = Some(bytes.to_vec());
        self
    }

    /// A fit begins: its searches count from 1.
    pub(crate) fn begin(&mut self) -> Result<()> {
        self.searches = 0;
        match self.resume.as_deref().map(split).transpose()? {
            Some((0, _)) => Err(foreign("is of no search")),
            _ => Ok(()),
        }
    }

    /// A fit has ended: a checkpoint that was not reached is not its own, unless the fit was interrupted on the way.
    pub(crate) fn end(&self, status: Status) -> Result<()> {
        if self.resume.is_some() && status != Status::Interrupted {
            return Err(foreign("is of a later search than this fit makes"));
        }
        Ok(())
    }

    /// Runs one search under a driver that is watched, with the limits of the fit.
    pub(crate) fn limited<R>(
        &mut self,
        iterations: u64,
        gap: f64,
        interrupt: Option<&Arc<AtomicBool>>,
        run: impl FnOnce(Driver<'_>) -> Result<R>,
    ) -> Result<R> {
        self.search(|driver| {
            let driver = driver.iterations(iterations).gap(gap);
            run(match interrupt {
                Some(flag) => driver.interrupt(Arc::clone(flag)),
                None => driver,
            })
        })
    }

    fn search<R>(&mut self, run: impl FnOnce(Driver<'_>) -> Result<R>) -> Result<R> {
        self.searches += 1;
        let number = self.searches;
        let saved = self.resume.as_deref().map(split).transpose()?;
        let mut driver = Driver::new();
        let pending = saved.is_some_and(|(search, _)| search > number);
        if let Some((search, bytes)) = saved
            && search == number
        {
            driver = driver.resume(bytes);
        }
        if !pending {
            self.resume = None;
        }
        if let Some(observer) = &mut self.observer {
            driver = driver.observe(&mut **observer);
        }
        // What is repeated on the way to a checkpoint must not overwrite it.
        let Some((every, save)) = self.save.as_mut().filter(|_| !pending) else { return run(driver) };
        let mut tagged = |bytes: &[u8]| save(&[&number.to_le_bytes(), bytes].concat());
        run(driver.checkpoint(*every, &mut tagged))
    }
}

fn foreign(problem: &str) -> Error {
    Error::Data {
        file: None,
        line: None,
        column: None,
        problem: format!("the checkpoint {problem}"),
        remedy: "resume with the model and data that wrote it, or start anew".to_owned(),
    }
}

/// The number of the search and the driver's bytes.
fn split(bytes: &[u8]) -> Result<(u32, &[u8])> {
    bytes.split_first_chunk::<4>().map(|(number, rest)| (u32::from_le_bytes(*number), rest)).ok_or_else(
        || Error::Data {
            file: None,
            line: None,
            column: None,
            problem: "the checkpoint ends early".to_owned(),
            remedy: "resume from a complete checkpoint, or start anew".to_owned(),
        },
    )
}
