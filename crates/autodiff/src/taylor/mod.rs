//! Taylor series: polynomials of any order around a point, and how far off they are at most.

mod interval;
mod model;
mod remainder;

pub use interval::{Interval, Intervals, Truth};
pub use model::{TaylorModel, TaylorModels, taylor_model};
pub use remainder::{enclose, lagrange_bound};
