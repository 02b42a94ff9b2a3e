//! The one clock of the peers.

use std::hint::black_box;
use std::time::Instant;

/// The seconds of all repetitions, and what the last one found.
pub struct Measured {
    pub seconds: f64,
    pub values: Vec<f64>,
}

/// Times `repetitions` of a task after an eighth as many that warm the caches up; `values` reads its result afterwards.
#[inline(always)]
pub fn measure<R>(
    repetitions: usize,
    mut task: impl FnMut() -> R,
    values: impl FnOnce(R) -> Vec<f64>,
) -> Option<Measured> {
    for _ in 0..repetitions / 8 {
        black_box(task());
    }
    let start = Instant::now();
    for _ in 1..repetitions {
        black_box(task());
    }
    let last = black_box(task());
    Some(Measured { seconds: start.elapsed().as_secs_f64(), values: values(last) })
}
