//! [`Node`] and [`Id`]: one instruction of a program in static single assignment.

use crate::operation::{Binary, Comparison, Unary};

/// The index of a node: its operands have smaller ones.
pub type Id = u32;

/// An instruction. Constants are kept by their bits, so that nodes can be compared and hashed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Node {
    /// A constant, as the bits of an `f64`.
    Constant(u64),
    /// The parameter of this index.
    Parameter(u32),
    /// The entry of this column in the row at hand.
    Column(u32),
    /// A function of one number.
    Unary(Unary, Id),
    /// A function of two numbers.
    Binary(Binary, Id, Id),
    /// A comparison, read by [`Node::Select`] only.
    Compare(Comparison, Id, Id),
    /// The second operand where the first, a comparison, holds; else the third.
    Select(Id, Id, Id),
    /// The sum over all rows.
    Total(Id),
}

impl Node {
    /// A constant.
    #[must_use]
    pub fn constant(c: f64) -> Self {
        Self::Constant(c.to_bits())
    }

    /// The operands, in order.
    pub fn operands(self) -> impl Iterator<Item = Id> {
        let ids = match self {
            Self::Constant(_) | Self::Parameter(_) | Self::Column(_) => [None; 3],
            Self::Unary(_, x) | Self::Total(x) => [Some(x), None, None],
            Self::Binary(_, x, y) | Self::Compare(_, x, y) => [Some(x), Some(y), None],
            Self::Select(m, x, y) => [Some(m), Some(x), Some(y)],
        };
        ids.into_iter().flatten()
    }
}
