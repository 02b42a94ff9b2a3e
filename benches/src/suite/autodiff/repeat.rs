//! Tasks of nanoseconds: a turn repeats them until it takes milliseconds, on our side as on that of the Rust peers.

use serde_json::{Value, json};

use crate::{Metric, Result, Row, Sample, Session, Side, timed};

/// Seconds of a turn.
const TURN: f64 = 3e-3;

/// Runs the task more and more often; returns how often it fills a turn.
fn count(mut seconds_of: impl FnMut(usize) -> Option<f64>) -> Option<usize> {
    let mut count = 1;
    loop {
        let seconds = seconds_of(count)?;
        if seconds >= TURN {
            return Some(count);
        }
        // At most tenfold: the first runs are slower than the rest.
        count *= if seconds > 0.0 { (1.2 * TURN / seconds).clamp(2.0, 10.0) as usize } else { 10 };
    }
}

/// A Rust peer at its fastest.
pub(super) struct Rival {
    pub package: &'static str,
    pub peer: &'static str,
    pub variant: &'static str,
    /// What it found.
    pub values: Vec<f64>,
    pub count: usize,
    params: Value,
}

impl Rival {
    /// The fastest variant, if the peer is there.
    pub(super) fn fastest(
        session: &mut Session,
        package: &'static str,
        peer: &'static str,
        variants: &[&'static str],
        params: &Value,
    ) -> Option<Self> {
        let mut best: Option<(f64, Self)> = None;
        for &variant in variants {
            let mut params = params.clone();
            params["variant"] = json!(variant);
            let mut run = |repetitions: usize| {
                params["repetitions"] = json!(repetitions);
                session.try_peer(package, peer, &params)
            };
            let Some(count) = count(|count| Some(run(count)?.seconds)) else { continue };
            // Noise only adds time, and one of three turns may be free of it.
            let turns = [run(count), run(count), run(count)].into_iter().flatten();
            let Some(reply) = turns.min_by(|a, b| a.seconds.total_cmp(&b.seconds)) else { continue };
            let seconds = reply.seconds / count as f64;
            if best.as_ref().is_none_or(|(least, _)| seconds < *least) {
                best = Some((
                    seconds,
                    Self { package, peer, variant, values: reply.numbers("values"), count, params },
                ));
            }
        }
        best.map(|(_, rival)| rival)
    }

    pub(super) fn side<'a>(&self) -> Side<'a> {
        Side::crate_peer(self.peer, self.params.clone())
    }

    fn label(&self) -> String {
        if self.variant.is_empty() {
            self.package.to_owned()
        } else {
            format!("{} {}", self.package, self.variant)
        }
    }
}

/// One of our ways to a result.
pub(super) struct Way<'a> {
    metric: Metric,
    side: Side<'a>,
    count: usize,
}

impl<'a> Way<'a> {
    /// Repeats a task after an eighth as many runs that are not timed.
    pub(super) fn new(metric: Metric, mut task: impl FnMut() + 'a) -> Self {
        let mut run = move |count: usize| {
            (0..count / 8).for_each(|_| task());
            timed(|| (0..count).for_each(|_| task())).0
        };
        let count = count(|count| Some(run(count))).unwrap_or(1);
        Self { metric, side: Side::fallible(move || Ok(run(count))), count }
    }
}

/// Nanoseconds of each of our ways, in order, with a row for each rival, the fastest first.
pub(super) fn race(
    session: &mut Session,
    ways: Vec<Way<'_>>,
    rivals: &[Rival],
    right: impl Fn(&Rival) -> bool,
) -> Result<Vec<Vec<Row>>> {
    let (mut sides, mut heads) = (Vec::new(), Vec::new());
    for Way { metric, side, count } in ways {
        sides.push(side);
        heads.push((metric, count));
    }
    sides.extend(rivals.iter().map(Rival::side));
    let mut times = session.race(session.brief(), &mut sides)?;
    let theirs = times.split_off(heads.len());
    let theirs = theirs.iter().zip(rivals).map(|(t, rival)| t.scaled(1e9 / rival.count as f64));
    let mut theirs: Vec<(Sample, &Rival)> = theirs.zip(rivals).collect();
    theirs.sort_by(|a, b| a.0.median.total_cmp(&b.0.median));
    let rows = heads.iter().zip(times).map(|(&(metric, count), time)| {
        let row = Row::new(metric, time.scaled(1e9 / count as f64));
        if theirs.is_empty() {
            return vec![row];
        }
        let beside =
            |(time, rival): &(Sample, &Rival)| row.clone().peer(rival.label(), *time).valid(right(rival));
        theirs.iter().map(beside).collect()
    });
    Ok(rows.collect())
}
