//! [`Session`]: one run of the referee, its clock, its data and the way to the peers.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use thalweg_problems::linear::{Kind, Linear, synthetic};

use crate::scratch::{Raw, Scratch};
use crate::worker::Function;
use crate::{Options, Reply, Result, Sample, Worker};

/// How long to measure.
#[derive(Copy, Clone, Debug)]
pub struct Effort {
    /// Rounds at least.
    pub rounds: usize,
    /// Seconds of measured time a side, more or less.
    pub seconds: f64,
}

/// BLAS and OpenMP threads spin for some 25 ms after their last call; after this pause they sleep and take nothing from the next side.
const PAUSE: Duration = Duration::from_millis(60);
/// A side that takes less runs once more before its turn is timed: after the pause the cores and caches are cold.
const COLD: f64 = 0.3;
/// Rounds at most.
const ROUNDS: usize = 200;
/// Seconds a side beyond which three rounds must do.
const SLOW: f64 = 10.0;

/// Seconds that a call takes, and what it returns.
pub fn timed<R>(call: impl FnOnce() -> R) -> (f64, R) {
    let start = Instant::now();
    let result = black_box(call());
    (start.elapsed().as_secs_f64(), result)
}

/// Runs one side once and returns its seconds.
type Call<'a> = Box<dyn FnMut(&mut Session) -> Result<f64> + 'a>;

/// One side of a race: runs once and returns its seconds.
pub struct Side<'a> {
    run: Call<'a>,
    foreign: bool,
}

impl<'a> Side<'a> {
    /// The time of a call.
    pub fn of<R>(mut call: impl FnMut() -> R + 'a) -> Self {
        Self::fallible(move || Ok(timed(&mut call).0))
    }

    /// A call that measures itself.
    pub fn fallible(mut call: impl FnMut() -> Result<f64> + 'a) -> Self {
        Self { run: Box::new(move |_| call()), foreign: false }
    }

    /// The time that a Python peer reports.
    #[must_use]
    pub fn peer(name: &'static str, params: Value) -> Self {
        let run = move |session: &mut Session| Ok(session.peer(name, &params)?.seconds);
        Self { run: Box::new(run), foreign: true }
    }
}

/// One run of the referee.
pub struct Session {
    /// Fewer repetitions and smaller data.
    pub quick: bool,
    /// Threads of both sides.
    pub threads: usize,
    /// Where files go.
    pub scratch: Scratch,
    worker: Option<Worker>,
    versions: BTreeMap<String, String>,
    loaded: Vec<String>,
    linear: Vec<Arc<Linear>>,
    linear_keys: Vec<(usize, usize, Kind)>,
}

impl Session {
    /// A session with the worker, if there is one, and the versions of the packages it found.
    ///
    /// # Errors
    /// The scratch folder cannot be made.
    pub fn new(
        options: &Options,
        worker: Option<Worker>,
        versions: BTreeMap<String, String>,
    ) -> Result<Self> {
        Ok(Self {
            quick: options.quick,
            threads: thalweg_core::par::threads(),
            scratch: Scratch::new()?,
            worker,
            versions,
            loaded: Vec::new(),
            linear: Vec::new(),
            linear_keys: Vec::new(),
        })
    }

    /// Five rounds and two seconds a side; three rounds and a quarter of a second if quick.
    #[must_use]
    pub fn effort(&self) -> Effort {
        if self.quick { Effort { rounds: 3, seconds: 0.25 } } else { Effort { rounds: 5, seconds: 2.0 } }
    }

    /// For microbenchmarks, of which there are many.
    #[must_use]
    pub fn brief(&self) -> Effort {
        if self.quick { Effort { rounds: 9, seconds: 0.05 } } else { Effort { rounds: 21, seconds: 0.5 } }
    }

    /// Warms every side up once, then runs A B C A B C … and returns the seconds of each.
    ///
    /// # Errors
    /// A side fails.
    pub fn race(&mut self, effort: Effort, sides: &mut [Side<'_>]) -> Result<Vec<Sample>> {
        let foreign = sides.iter().any(|side| side.foreign);
        let first = sides.iter_mut().map(|side| (side.run)(self)).collect::<Result<Vec<f64>>>()?;
        let slowest = first.iter().copied().fold(0.0, f64::max);
        let least = if slowest > SLOW { effort.rounds.min(3) } else { effort.rounds };
        let mut times = vec![Vec::new(); sides.len()];
        for round in 1..=ROUNDS {
            for ((side, times), first) in sides.iter_mut().zip(&mut times).zip(&first) {
                if foreign {
                    std::thread::sleep(PAUSE);
                    if *first < COLD {
                        (side.run)(self)?;
                    }
                }
                times.push((side.run)(self)?);
            }
            let totals = || times.iter().map(|t| t.iter().sum::<f64>());
            let enough = totals().fold(f64::INFINITY, f64::min) >= effort.seconds
                || totals().sum::<f64>() >= 3.0 * effort.seconds * times.len() as f64;
            if round >= least && enough {
                break;
            }
        }
        Ok(times.into_iter().map(Sample::of).collect())
    }

    /// Whether the worker has a package.
    #[must_use]
    pub fn has(&self, package: &str) -> bool {
        self.worker.is_some() && self.versions.contains_key(package)
    }

    /// Runs a peer once.
    ///
    /// # Errors
    /// There is no worker, or the peer fails.
    pub fn peer(&mut self, name: &str, params: &Value) -> Result<Reply> {
        self.worker.as_mut().ok_or("no Python peers")?.run(name, params, None)
    }

    /// Runs a peer that minimises our function.
    ///
    /// # Errors
    /// As [`Session::peer`].
    pub fn peer_minimise(&mut self, name: &str, params: &Value, function: Function<'_>) -> Result<Reply> {
        self.worker.as_mut().ok_or("no Python peers")?.run(name, params, Some(function))
    }

    /// Runs a peer once if its package is there; a failure is one line on stderr, and the row goes without it.
    pub fn try_peer(&mut self, package: &str, name: &str, params: &Value) -> Option<Reply> {
        if !self.has(package) {
            return None;
        }
        self.peer(name, params).map_err(|error| eprintln!("  {name}: {error}; the row goes without it")).ok()
    }

    /// Hands data to the worker, the same bytes, once a name. Without a worker it does nothing.
    ///
    /// # Errors
    /// The file cannot be written or read.
    pub fn load<T: Raw>(&mut self, name: &str, values: &[T], shape: &[usize]) -> Result<()> {
        let Some(worker) = &mut self.worker else { return Ok(()) };
        if self.loaded.iter().any(|known| known == name) {
            return Ok(());
        }
        let path = self.scratch.write_raw(name, values)?;
        worker.load(name, &path, shape, T::DTYPE)?;
        std::fs::remove_file(path)?;
        self.loaded.push(name.to_owned());
        Ok(())
    }

    /// Seeded data of a linear model; the last two are kept.
    pub fn linear(&mut self, n: usize, p: usize, kind: Kind) -> Arc<Linear> {
        if let Some(at) = self.linear_keys.iter().position(|key| *key == (n, p, kind)) {
            return Arc::clone(&self.linear[at]);
        }
        if self.linear.len() == 2 {
            self.linear.remove(0);
            self.linear_keys.remove(0);
        }
        let data = Arc::new(synthetic(n, p, 1, kind));
        self.linear.push(Arc::clone(&data));
        self.linear_keys.push((n, p, kind));
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_alternate_and_each_is_warmed_up() {
        let mut session = Session::new(&Options::default(), None, BTreeMap::new()).unwrap();
        let order = std::cell::RefCell::new(String::new());
        let side = |name: char| {
            let order = &order;
            Side::fallible(move || {
                order.borrow_mut().push(name);
                Ok(1.0)
            })
        };
        let effort = Effort { rounds: 3, seconds: 0.1 };
        let samples = session.race(effort, &mut [side('a'), side('b')]).unwrap();
        assert_eq!((samples[0], samples[1]), (Sample::exactly(1.0), Sample::exactly(1.0)));
        assert_eq!(*order.borrow(), "abababab");
    }

    #[test]
    fn without_a_worker_there_is_no_peer() {
        let mut session = Session::new(&Options::default(), None, BTreeMap::new()).unwrap();
        assert!(!session.has("numpy") && session.try_peer("numpy", "p", &Value::Null).is_none());
        session.load("x", &[1.0], &[1]).unwrap();
    }
}
