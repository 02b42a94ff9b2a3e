//! [`self_run`]: the inputs of an evaluation made here, and how long its functions take on them.

use serde_json::{Value, json};
use thalweg_core::{Error, Result};

use crate::evals;
use crate::workload::{Runs, Settings, run};

/// The seconds that each function is run for.
const SECONDS: f64 = 0.5;

/// Measures an evaluation on inputs of the given sizes, or of the suite's own where none is given: one JSON object for each size and
/// function, with the mean and the least seconds of a run and the seconds of the preparation.
///
/// Sizes are written as the suite's workloads are called: `64_100_1000` (d, k, n) for gmm, `2_1024` (layers, characters) for lstm,
/// `100_10000_16` (k, n, d) for kmeans, `1000_10` (n, s) for ode, `16392_128` (n, m) for llsq, n for lse, ℓ for det. Those of ba and ht are
/// the paths of their data files.
///
/// # Errors
/// An unknown evaluation, a size that cannot be read, or an input that the functions refuse.
pub fn self_run(eval: &str, sizes: &[String], settings: Settings, line: &mut dyn FnMut(&str)) -> Result<()> {
    let evaluation = evals::find(eval)?;
    let own: Vec<String> = evaluation.sizes.iter().map(|&size| size.to_owned()).collect();
    let sizes = if sizes.is_empty() { &own } else { sizes };
    if sizes.is_empty() {
        return Err(Error::Empty {
            what: format!("the list of sizes of {eval}"),
            remedy: "give the paths of its data files".to_owned(),
        });
    }
    for size in sizes {
        let input = (evaluation.example)(size)?;
        for &function in evaluation.functions {
            let mut workload = (evaluation.open)(function, input.clone(), settings)?;
            let timings = run(workload.as_mut(), Runs::lasting(SECONDS))?;
            let seconds = timings.evaluate.iter().map(std::time::Duration::as_secs_f64);
            let mean = seconds.clone().sum::<f64>() / timings.evaluate.len() as f64;
            let report: Value = json!({
                "eval": eval,
                "size": size,
                "function": function,
                "mode": if settings.replays() { "replay" } else { "record" },
                "mean_seconds": mean,
                "least_seconds": seconds.fold(f64::INFINITY, f64::min),
                "prepare_seconds": timings.prepare.as_secs_f64(),
            });
            line(&report.to_string());
        }
    }
    Ok(())
}

/// The numbers of a size such as `64_100_1000`.
///
/// # Errors
/// There are not `N`, or one of them is no number.
pub(crate) fn numbers<const N: usize>(size: &str) -> Result<[usize; N]> {
    let parts: Vec<usize> = size.split('_').map_while(|part| part.parse().ok()).collect();
    parts.try_into().map_err(|_| {
        Error::invalid_parameter("size", size, &format!("it is written as {N} whole numbers joined by _"))
    })
}
