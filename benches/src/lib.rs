//! The referee: Thalweg and its peers on the same bytes, in the same run, held to the same accuracy.
//!
//! | you want to … | start at |
//! |---|---|
//! | add a row | a file of [`suite`]: push one [`Benchmark`] |
//! | add a Python peer | a function in `benches/peers/`, then [`Session::peer`] |
//! | add a Rust peer | a function in `benches/peers/rust/`, then [`Session::peer`] |
//! | race an optimizer of another crate | [`Contestant`], [`command`]; `cargo xtask bench --with PATH` writes the program |
//! | know how time is measured | [`Session::race`] |
//! | read the results | [`Row`] |

mod benchmark;
mod command;
mod contestant;
mod host;
mod limits;
mod options;
mod peers;
mod race;
mod ranking;
mod row;
mod runner;
mod scratch;
mod session;
mod statistics;
mod streaming;
pub mod suite;
mod table;
mod worker;

pub use benchmark::Benchmark;
pub use command::command;
pub use contestant::Contestant;
pub use options::{Options, USAGE};
pub use peers::Peers;
pub use race::{Effort, Side, timed};
pub use ranking::{Heat, Place, Ranking};
pub use row::{Metric, Row};
pub use runner::{run, run_with};
pub use session::Session;
pub use statistics::Sample;
pub use worker::{Reply, Worker};

/// What goes wrong in a benchmark is told to a person and to nobody else.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;
