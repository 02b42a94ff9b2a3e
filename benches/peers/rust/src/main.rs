//! The Rust peers, measured in one process of their own: JSON lines in, JSON lines out (see `benches/src/worker.rs`).
//!
//! A peer repeats its task `repetitions` times after some that are not timed, and reports the seconds of all of them with the last result.

mod ad_trait_gradient;
mod clock;
mod echidna_gradient;
mod echidna_taylor;
mod num_dual_gradient;

use std::io::{BufRead, Write};
use std::panic::catch_unwind;

use serde_json::{Map, Value, json};

use clock::Measured;

/// A peer: what it is given, and how often it is to repeat its task.
type Peer = fn(&Value, usize) -> Option<Measured>;

/// The crate whose version is told, and the peer's name, which starts with it.
const PEERS: &[(&str, &str, Peer)] = &[
    ("num-dual", "num-dual-gradient", num_dual_gradient::run),
    ("ad_trait", "ad_trait-gradient", ad_trait_gradient::run),
    ("echidna", "echidna-gradient", echidna_gradient::run),
    ("echidna", "echidna-taylor-product", echidna_taylor::run),
];

fn main() {
    let mut channel = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let reply = answer(&line).unwrap_or_else(|error| json!({"error": error}));
        if writeln!(channel, "{reply}").and_then(|()| channel.flush()).is_err() {
            return;
        }
    }
}

fn answer(line: &str) -> Result<Value, String> {
    let request: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    match request["cmd"].as_str() {
        Some("versions") => Ok(versions()),
        Some("run") => {
            let name = request["peer"].as_str().unwrap_or_default();
            let (_, _, peer) = PEERS.iter().find(|peer| peer.1 == name).ok_or(format!("no peer `{name}`"))?;
            let params = &request["params"];
            let repetitions = params["repetitions"].as_u64().ok_or("no repetitions")? as usize;
            // Whatever a peer does is a row without it, not the end of the run.
            let measured = catch_unwind(|| peer(params, repetitions)).map_err(|_| "it panicked")?;
            let measured = measured.ok_or("it has no such variant at this size")?;
            Ok(json!({"seconds": measured.seconds, "result": {"values": measured.values}}))
        }
        _ => Err("unknown command".to_owned()),
    }
}

/// The versions that this program was built with, from its lock file.
fn versions() -> Value {
    let lock = include_str!("../Cargo.lock");
    let version = |name: &str| {
        let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        rest.split_once('"').map(|(version, _)| Value::from(version))
    };
    let known = PEERS.iter().map(|(name, ..)| ((*name).to_owned(), version(name).unwrap_or_default()));
    Value::Object(known.collect::<Map<String, Value>>())
}

/// The numbers of a list.
fn numbers(params: &Value, key: &str) -> Option<Vec<f64>> {
    params[key].as_array()?.iter().map(Value::as_f64).collect()
}
