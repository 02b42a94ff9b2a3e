//! [`Worker`]: a process in which peers run, of Python packages or of Rust crates; JSON lines both ways.
//!
//! | request | reply |
//! |---|---|
//! | `{"cmd": "load", "name", "path", "shape", "dtype"}` | `{}` |
//! | `{"cmd": "run", "peer", "params"}` | `{"seconds", "result"}`, timed there around the solver's call alone |
//! | `{"cmd": "versions"}` | `{package: version or null}` |
//!
//! During a run the worker may ask `{"evaluate": x}` and gets `{"value", "gradient"}`: a peer minimises our function, to the bit.
//! `{"error": text}` answers whatever went wrong.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write, sink};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::Result;

/// What a peer measured and found.
#[derive(Clone, Debug, Deserialize)]
pub struct Reply {
    /// Seconds of the solver's call.
    pub seconds: f64,
    /// What it found, as the peer's file says.
    #[serde(default)]
    pub result: Value,
}

impl Reply {
    /// A list of numbers of the result; empty if there is none.
    #[must_use]
    pub fn numbers(&self, key: &str) -> Vec<f64> {
        let list = self.result[key].as_array();
        list.map(|values| values.iter().filter_map(Value::as_f64).collect()).unwrap_or_default()
    }
}

/// A function that a peer may evaluate: value and gradient at a point.
pub type Function<'f> = &'f mut dyn FnMut(&[f64]) -> Result<(f64, Vec<f64>)>;

/// The threads of every library that reads the environment.
const THREADS: &[&str] = &[
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "BLIS_NUM_THREADS",
    // XLA's thread pool.
    "NPROC",
];

/// The C allocator keeps what is freed, large arrays too: without this PyTorch takes fresh pages from the system for every result, which
/// costs it as much time as the arithmetic.
const KEEP_PAGES: &[(&str, &str)] = &[
    ("MALLOC_TRIM_THRESHOLD_", "8589934592"),
    ("MALLOC_MMAP_THRESHOLD_", "8589934592"),
    ("MALLOC_MMAP_MAX_", "0"),
];

/// The process, or whatever speaks like it.
pub struct Worker {
    requests: Box<dyn Write + Send>,
    replies: Box<dyn BufRead + Send>,
    child: Option<Child>,
}

impl Worker {
    /// Starts a program, giving its libraries `threads` threads.
    ///
    /// # Errors
    /// The process cannot be started.
    pub fn start(program: &Path, arguments: &[&Path], threads: usize) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).env("PYTHONWARNINGS", "ignore");
        for name in THREADS {
            command.env(name, threads.to_string());
        }
        command.envs(KEEP_PAGES.iter().copied());
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("the worker has no pipes".into());
        };
        Ok(Self { requests: Box::new(stdin), replies: Box::new(BufReader::new(stdout)), child: Some(child) })
    }

    /// Speaks over any pair of streams.
    #[must_use]
    pub fn over(requests: Box<dyn Write + Send>, replies: Box<dyn BufRead + Send>) -> Self {
        Self { requests, replies, child: None }
    }

    /// The versions of the packages that are installed.
    ///
    /// # Errors
    /// The worker is gone.
    pub fn versions(&mut self) -> Result<BTreeMap<String, Option<String>>> {
        self.send(&json!({"cmd": "versions"}))?;
        Ok(serde_json::from_value(self.receive()?)?)
    }

    /// Makes the raw little-endian column-major file known under a name.
    ///
    /// # Errors
    /// The worker is gone or cannot read the file.
    pub fn load(&mut self, name: &str, path: &Path, shape: &[usize], dtype: &str) -> Result<()> {
        self.send(&json!({"cmd": "load", "name": name, "path": path, "shape": shape, "dtype": dtype}))?;
        self.receive().map(|_| ())
    }

    /// Runs a peer once; `function` serves what it asks to evaluate.
    ///
    /// # Errors
    /// The peer failed, or asked for a function where there is none.
    pub fn run(&mut self, peer: &str, params: &Value, mut function: Option<Function<'_>>) -> Result<Reply> {
        self.send(&json!({"cmd": "run", "peer": peer, "params": params}))?;
        loop {
            let mut message = self.receive()?;
            if message.get("evaluate").is_none() {
                return Ok(serde_json::from_value(message)?);
            }
            let x: Vec<f64> = serde_json::from_value(message["evaluate"].take())?;
            let Some(function) = &mut function else {
                return Err(format!("{peer} asks for a function, but there is none").into());
            };
            let (value, gradient) = function(&x)?;
            self.send(&json!({"value": value, "gradient": gradient}))?;
        }
    }

    fn send(&mut self, message: &Value) -> Result<()> {
        serde_json::to_writer(&mut self.requests, message)?;
        self.requests.write_all(b"\n")?;
        Ok(self.requests.flush()?)
    }

    fn receive(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self.replies.read_line(&mut line)? == 0 {
            return Err("the worker is gone".into());
        }
        let message: Value = serde_json::from_str(&line)?;
        match message.get("error") {
            Some(error) => Err(error.as_str().unwrap_or("unknown error").to_owned().into()),
            None => Ok(message),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.requests = Box::new(sink());
        if let Some(child) = &mut self.child {
            // The worker leaves at the end of its input; its exit code says nothing more.
            let _ = child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Heard(Arc<Mutex<Vec<u8>>>);

    impl Write for Heard {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Heard {
        fn lines(&self) -> Vec<Value> {
            let bytes = self.0.lock().unwrap().clone();
            String::from_utf8(bytes).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
        }
    }

    fn fake(replies: &'static str) -> (Worker, Heard) {
        let heard = Heard::default();
        (Worker::over(Box::new(heard.clone()), Box::new(Cursor::new(replies))), heard)
    }

    #[test]
    fn a_run_returns_seconds_and_result() {
        let (mut worker, heard) = fake("{\"seconds\": 0.5, \"result\": {\"x\": [1.0, 2.5]}}\n");
        let reply = worker.run("p", &json!({"tol": 0.1}), None).unwrap();
        assert_eq!((reply.seconds, reply.numbers("x"), reply.numbers("none")), (0.5, vec![1.0, 2.5], vec![]));
        assert_eq!(heard.lines(), [json!({"cmd": "run", "peer": "p", "params": {"tol": 0.1}})]);
    }

    #[test]
    fn a_peer_may_evaluate_our_function() {
        let (mut worker, heard) = fake("{\"evaluate\": [3.0]}\n{\"seconds\": 1}\n");
        let mut square = |x: &[f64]| Ok((x[0] * x[0], vec![2.0 * x[0]]));
        worker.run("p", &json!({}), Some(&mut square)).unwrap();
        assert_eq!(heard.lines()[1], json!({"value": 9.0, "gradient": [6.0]}));
    }

    #[test]
    fn errors_and_silence_are_told_apart() {
        let (mut worker, _) = fake("{\"error\": \"no module glum\"}\n");
        let told = worker.load("x", Path::new("x"), &[1], "<f8").unwrap_err().to_string();
        assert_eq!(told, "no module glum");
        assert_eq!(worker.versions().unwrap_err().to_string(), "the worker is gone");
    }
}
