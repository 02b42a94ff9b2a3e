//! Thalweg's derivatives behind the protocol of GradBench, the public suite of benchmarks for automatic differentiation.
//!
//! A line of JSON in, a line of JSON out ([`Session::respond`]); the binary `thalweg-gradbench` connects the two to its standard streams. Each
//! evaluation is a file of `evals`: its formula, how it is differentiated, and what its clock measures. No derivative is written by
//! hand: functions and their blocks are run on dual numbers, on a tape or as programs, and values come from plain floating-point code.
//!
//! Two modes are measured apart. [`Mode::Record`] does everything that depends on the function anew in each call, recording included.
//! [`Mode::Replay`] does what depends on the shapes of the input alone (recording, compiling, the pattern of a sparse matrix) once,
//! in the step that is timed as `prepare`.
//!
//! Sources: the evaluations' public descriptions at github.com/gradbench/gradbench; Šrajer, Kukelova and Fitzgibbon (2018), *A benchmark
//! of selected algorithmic differentiation tools on some problems in computer vision and machine learning*; Pearlmutter and Siskind (2008),
//! *Using programming language theory to make automatic differentiation sound and efficient*.

mod descent;
mod evals;
mod files;
mod lane;
mod programs;
mod protocol;
mod self_run;
mod workload;

pub use protocol::Session;
pub use self_run::self_run;
pub use workload::{Mode, Settings};
