//! Taylor series: polynomials of any order around a point, and how far off they are at most.
//!
//! | you want | start at |
//! |---|---|
//! | the Taylor polynomial of a function of one variable | [`taylor`] |
//! | the same along a straight line in ℝⁿ | [`taylor_along`] |
//! | numbers that carry Taylor coefficients of a fixed order | [`Jet`] |
//! | Taylor coefficients of a program, the order known at run time | [`Series::algebra`] |
//! | every mixed partial derivative up to an order | [`taylor_n`], [`JetSpace`] |
//! | the Laplacian | [`laplacian`](laplacian()), [`LaplaceJet`] |
//! | polynomials to evaluate, compose, invert, integrate | [`Polynomial`] |

mod convolution;
mod expand;
mod graded;
mod jet;
mod laplacian;
mod operations;
mod polynomial;
mod recurrence;
mod series;
mod series_n;
mod space;

pub use expand::{taylor, taylor_along};
pub use jet::Jet;
pub use laplacian::{LaplaceJet, laplacian};
pub use polynomial::Polynomial;
pub use series::{MAX_ORDER, Series, SeriesAlgebra};
pub use series_n::{SeriesN, SeriesNAlgebra, taylor_n};
pub use space::JetSpace;
