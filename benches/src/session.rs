//! [`Session`]: one run of the referee, its data and the way to the peers.

use std::sync::Arc;

use serde_json::Value;
use thalweg_problems::linear::{Kind, Linear, synthetic};

use crate::scratch::{Raw, Scratch};
use crate::worker::Function;
use crate::{Heat, Options, Peers, Reply, Result};

/// One run of the referee.
pub struct Session {
    /// Fewer repetitions and smaller data.
    pub quick: bool,
    /// Threads of both sides.
    pub threads: usize,
    /// Where files go.
    pub scratch: Scratch,
    /// The races of optimizers so far.
    pub heats: Vec<Heat>,
    peers: Peers,
    loaded: Vec<String>,
    linear: Vec<Arc<Linear>>,
    linear_keys: Vec<(usize, usize, Kind)>,
}

impl Session {
    /// A session with the peers that are there.
    ///
    /// # Errors
    /// The scratch folder cannot be made.
    pub fn new(options: &Options, peers: Peers) -> Result<Self> {
        Ok(Self {
            quick: options.quick,
            threads: thalweg_core::par::threads(),
            scratch: Scratch::new()?,
            heats: Vec::new(),
            peers,
            loaded: Vec::new(),
            linear: Vec::new(),
            linear_keys: Vec::new(),
        })
    }

    /// Whether a worker has a package.
    #[must_use]
    pub fn has(&self, package: &str) -> bool {
        self.peers.versions().contains_key(package)
    }

    /// Runs a peer once.
    ///
    /// # Errors
    /// There is no worker, or the peer fails.
    pub fn peer(&mut self, name: &str, params: &Value) -> Result<Reply> {
        self.peers.run(name, params, None)
    }

    /// Runs a peer that minimises our function.
    ///
    /// # Errors
    /// As [`Session::peer`].
    pub fn peer_minimise(&mut self, name: &str, params: &Value, function: Function<'_>) -> Result<Reply> {
        self.peers.run(name, params, Some(function))
    }

    /// Runs a peer once if its package is there; a failure is one line on stderr, and the row goes without it.
    pub fn try_peer(&mut self, package: &str, name: &str, params: &Value) -> Option<Reply> {
        if !self.has(package) {
            return None;
        }
        self.peer(name, params).map_err(|error| eprintln!("  {name}: {error}; the row goes without it")).ok()
    }

    /// Hands data to the Python worker, the same bytes, once a name. Without a worker it does nothing.
    ///
    /// # Errors
    /// The file cannot be written or read.
    pub fn load<T: Raw>(&mut self, name: &str, values: &[T], shape: &[usize]) -> Result<()> {
        let Some(worker) = self.peers.python() else { return Ok(()) };
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
    fn without_a_worker_there_is_no_peer() {
        let mut session = Session::new(&Options::default(), Peers::default()).unwrap();
        assert!(!session.has("numpy") && session.try_peer("numpy", "p", &Value::Null).is_none());
        session.load("x", &[1.0], &[1]).unwrap();
    }
}
