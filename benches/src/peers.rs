//! [`Peers`]: the processes in which the peers run, and who is in which.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thalweg_core::par;

use crate::worker::Function;
use crate::{Reply, Result, Worker};

/// The Python peers and the Rust peers, as far as they are there.
#[derive(Default)]
pub struct Peers {
    python: Option<Worker>,
    crates: Option<Worker>,
    /// Packages of either, with their versions.
    versions: BTreeMap<String, String>,
    /// Those of the Rust peers: their peers' names start with one.
    names: Vec<String>,
}

impl Peers {
    /// Starts what is there. Whatever is missing costs one line on stderr and the rows their peers, never the run.
    #[must_use]
    pub fn start() -> Self {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        let python = home.join(".venv").join(folder).join("python");
        let script = home.join("peers").join("worker.py");
        let mut peers = Self::default();
        peers.python = peers.greet("Python", Worker::start(&python, &[&script], par::threads()));
        let known: Vec<String> = peers.versions.keys().cloned().collect();
        peers.crates = peers.greet("Rust", rust().and_then(|p| Worker::start(&p, &[], par::threads())));
        peers.names = peers.versions.keys().filter(|name| !known.contains(name)).cloned().collect();
        peers
    }

    /// The worker, if it answers, after its packages are noted.
    fn greet(&mut self, kind: &str, worker: Result<Worker>) -> Option<Worker> {
        let answer = worker.and_then(|mut worker| worker.versions().map(|versions| (worker, versions)));
        match answer {
            Err(error) => {
                eprintln!("peers: {error}; run `cargo xtask bench --peers`; rows show no {kind} peer");
                None
            }
            Ok((worker, versions)) => {
                let missing: Vec<&str> =
                    versions.iter().filter(|(_, v)| v.is_none()).map(|(name, _)| name.as_str()).collect();
                if !missing.is_empty() {
                    eprintln!("peers: not installed: {}; their rows show no peer", missing.join(", "));
                }
                self.versions.extend(versions.into_iter().filter_map(|(name, v)| Some((name, v?))));
                Some(worker)
            }
        }
    }

    /// The packages with their versions.
    #[must_use]
    pub fn versions(&self) -> &BTreeMap<String, String> {
        &self.versions
    }

    /// The Python worker, if it is there: the one that takes data.
    pub(crate) fn python(&mut self) -> Option<&mut Worker> {
        self.python.as_mut()
    }

    /// Runs a peer of either process once.
    pub(crate) fn run(
        &mut self,
        name: &str,
        params: &Value,
        function: Option<Function<'_>>,
    ) -> Result<Reply> {
        let rust = self.names.iter().any(|package| name.starts_with(package.as_str()));
        let worker = if rust { &mut self.crates } else { &mut self.python };
        worker.as_mut().ok_or("no such peers")?.run(name, params, function)
    }
}

/// The program of `peers/rust`, which cargo puts beside this one.
fn rust() -> Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name(format!("thalweg-peers{}", std::env::consts::EXE_SUFFIX)))
}
