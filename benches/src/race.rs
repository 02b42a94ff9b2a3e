//! The clock: sides that run in turns, each warmed up, until the medians can be trusted.

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{Result, Sample, Session};

/// How long to measure.
#[derive(Copy, Clone, Debug)]
pub struct Effort {
    /// Rounds at least.
    pub rounds: usize,
    /// Seconds of measured time a side, more or less.
    pub seconds: f64,
}

/// OpenBLAS threads spin for 2²⁸ cycles, some 100 ms, after their last call; after this pause they sleep and take nothing from the next side.
const PAUSE: Duration = Duration::from_millis(200);
/// A side that takes less runs once more before its turn is timed: after the pause the cores and caches are cold.
const COLD: f64 = 0.3;
/// Rounds at most, and with a foreign side.
const ROUNDS: usize = 200;
const FOREIGN_ROUNDS: usize = 25;
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
        Self { foreign: true, ..Self::crate_peer(name, params) }
    }

    /// The time that a Rust peer reports. It warms itself up and leaves no thread that spins.
    #[must_use]
    pub fn crate_peer(name: &'static str, params: Value) -> Self {
        let run = move |session: &mut Session| Ok(session.peer(name, &params)?.seconds);
        Self { run: Box::new(run), foreign: false }
    }
}

impl Session {
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
        if foreign {
            std::thread::sleep(PAUSE);
        }
        let slowest = first.iter().copied().fold(0.0, f64::max);
        let least = if slowest > SLOW { effort.rounds.min(3) } else { effort.rounds };
        let mut times = vec![Vec::new(); sides.len()];
        for round in 1..=if foreign { FOREIGN_ROUNDS } else { ROUNDS } {
            for ((side, times), first) in sides.iter_mut().zip(&mut times).zip(&first) {
                if foreign && *first < COLD {
                    (side.run)(self)?;
                }
                times.push((side.run)(self)?);
                if side.foreign {
                    std::thread::sleep(PAUSE);
                }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, Peers};

    #[test]
    fn sides_alternate_and_each_is_warmed_up() {
        let mut session = Session::new(&Options::default(), Peers::default()).unwrap();
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
}
