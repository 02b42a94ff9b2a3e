//! [`Vertex`]: where a linear function is least on the set that a constraint keeps the coefficients in.

/// What [`Penalty::linear_minimizer`](crate::Penalty::linear_minimizer) has found.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Vertex {
    /// Nothing: P is not the indicator of a bounded set, or that set has no oracle.
    Unknown,
    /// A point of the set; a vertex if the set is a polytope.
    Point,
    /// A vertex of a polytope whose vertices are all multiples of unit vectors: this entry is the only one that is not 0.
    Axis(usize),
}
