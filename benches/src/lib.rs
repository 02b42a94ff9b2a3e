//! The referee: Thalweg and its peers on the same bytes, in the same run, held to the same accuracy.
//!
//! | you want to … | start at |
//! |---|---|
//! | add a row | a file of [`suite`]: push one [`Benchmark`] |
//! | add a Python peer | a function in `benches/peers/`, then [`Session::peer`] |
//! | know how time is measured | [`Session::race`] |
//! | read the results | [`Row`] |

mod benchmark;
mod host;
mod limits;
mod options;
mod race;
mod row;
mod runner;
mod scratch;
mod session;
mod statistics;
pub mod suite;
mod table;
mod worker;

pub use benchmark::Benchmark;
pub use options::{Options, USAGE};
pub use race::{Effort, Side, timed};
pub use row::{Metric, Row};
pub use runner::run;
pub use session::Session;
pub use statistics::Sample;
pub use worker::{Reply, Worker};

/// What goes wrong in a benchmark is told to a person and to nobody else.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;
