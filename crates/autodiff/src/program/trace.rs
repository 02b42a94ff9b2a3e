//! [`Traced`]: the number that writes down what is done to it.
//!
//! Every operation becomes a [`Node`], simplified on the way: constants are folded, neutral elements disappear, and a node that exists already
//! is used again. The transformations of a program run its operations on `Traced` numbers once more, so they are simplified by the same
//! rules.

use core::cell::{Cell, RefCell};
use core::cmp::Ordering;
use core::fmt;
use core::ops::{Add, Div, Mul, Neg, Sub};

use rustc_hash::FxHashMap;
use thalweg_core::{Error, Result, Scalar};

use super::node::{Id, Node};
use crate::function::ScalarOrd;
use crate::operation::{Binary, Comparison, Unary};

/// The nodes of a program in the making.
#[derive(Default)]
pub(crate) struct Trace {
    nodes: RefCell<Vec<Node>>,
    known: RefCell<FxHashMap<Node, Id>>,
    /// The number of nodes when the function first looked at a traced value.
    branched: Cell<Option<usize>>,
}

impl Trace {
    /// The id of a node, new or known.
    pub(crate) fn push(&self, node: Node) -> Id {
        let mut nodes = self.nodes.borrow_mut();
        *self.known.borrow_mut().entry(node).or_insert_with(|| {
            nodes.push(node);
            (nodes.len() - 1) as Id
        })
    }

    pub(crate) fn number(&self, node: Node) -> Traced<'_> {
        Traced(Value::Node(self.push(node), self))
    }

    /// The node of a number, constants included.
    pub(crate) fn id(&self, x: Traced<'_>) -> Id {
        match x.0 {
            Value::Constant(c) => self.push(Node::constant(c)),
            Value::Node(id, _) => id,
        }
    }

    pub(crate) fn node(&self, id: Id) -> Node {
        self.nodes.borrow()[id as usize]
    }

    /// The nodes, unless the function branched.
    pub(crate) fn finish(self) -> Result<Vec<Node>> {
        match self.branched.get() {
            None => Ok(self.nodes.into_inner()),
            Some(nodes) => Err(Error::Unsupported {
                what: "tracing this function".to_owned(),
                why: format!(
                    "after {nodes} operations it compares or reads a traced value, which a program, recorded once for all values, does not know"
                ),
                remedy: "write the branch with Scalar::select, or differentiate by Tape, which records anew each time"
                    .to_owned(),
            }),
        }
    }

    fn branch(&self) {
        if self.branched.get().is_none() {
            self.branched.set(Some(self.nodes.borrow().len()));
        }
    }
}

/// How deep selections and their sums are looked into: enough for guards within guards, and no more than a few nodes' work.
const DEPTH: usize = 8;

/// A number in a trace: a constant, or a node.
#[derive(Copy, Clone)]
pub struct Traced<'t>(Value<'t>);

#[derive(Copy, Clone)]
enum Value<'t> {
    Constant(f64),
    Node(Id, &'t Trace),
}

/// A condition in a trace.
#[derive(Copy, Clone)]
pub struct TracedMask<'t>(MaskValue<'t>);

#[derive(Copy, Clone)]
enum MaskValue<'t> {
    Known(bool),
    Node(Id, &'t Trace),
}

impl<'t> Traced<'t> {
    /// The number, if it is a constant.
    pub(crate) fn as_constant(self) -> Option<f64> {
        match self.0 {
            Value::Constant(c) => Some(c),
            Value::Node(..) => None,
        }
    }

    fn is(self, c: f64) -> bool {
        self.as_constant() == Some(c)
    }

    /// The nodes of two numbers, of which one at least is no constant.
    fn pair(self, other: Self) -> Option<(&'t Trace, Id, Id)> {
        let trace = match (self.0, other.0) {
            (Value::Node(_, trace), _) | (_, Value::Node(_, trace)) => trace,
            _ => return None,
        };
        Some((trace, trace.id(self), trace.id(other)))
    }

    fn unary(self, op: Unary) -> Self {
        match self.0 {
            Value::Constant(c) => Self::of(op.apply(c)),
            Value::Node(id, trace) => trace.number(Node::Unary(op, id)),
        }
    }

    fn binary(self, op: Binary, other: Self) -> Self {
        match self.pair(other) {
            // Sums and products commute bit for bit: one order serves both.
            Some((trace, x, y)) if matches!(op, Binary::Add | Binary::Mul) && y < x => {
                trace.number(Node::Binary(op, y, x))
            }
            Some((trace, x, y)) => trace.number(Node::Binary(op, x, y)),
            None => Self::of(
                op.apply(self.as_constant().unwrap_or(f64::NAN), other.as_constant().unwrap_or(f64::NAN)),
            ),
        }
    }

    fn compare(self, op: Comparison, other: Self) -> TracedMask<'t> {
        TracedMask(match (self.0, other.0) {
            (Value::Constant(x), Value::Constant(y)) => MaskValue::Known(op.apply(x, y)),
            (Value::Node(_, trace), _) | (_, Value::Node(_, trace)) => {
                MaskValue::Node(trace.push(Node::Compare(op, trace.id(self), trace.id(other))), trace)
            }
        })
    }

    /// The product of an adjoint and a slope. Where a selection made one of them 0 it stays 0, however infinite the other: the branch that is
    /// not taken contributes nothing.
    pub(crate) fn times(self, slope: Self) -> Self {
        self.times_within(slope, DEPTH)
    }

    fn times_within(self, slope: Self, depth: usize) -> Self {
        if self.is(1.0) || slope.is(1.0) {
            return self * slope;
        }
        if let Some(minus) = self.negated() {
            return -minus.times_within(slope, depth);
        }
        let selected = |x: Self, y: Self| x.selected_times(y, depth);
        selected(slope, self).or_else(|| selected(self, slope)).unwrap_or_else(|| self * slope)
    }

    /// The product, if this is a selection between 0 and something, or a sum of such; so deep only.
    fn selected_times(self, other: Self, depth: usize) -> Option<Self> {
        let depth = depth.checked_sub(1)?;
        let Value::Node(id, trace) = self.0 else { return None };
        let operand = |id: Id| match trace.node(id) {
            Node::Constant(bits) => Self::of(f64::from_bits(bits)),
            _ => Self(Value::Node(id, trace)),
        };
        let part = |id: Id| operand(id).selected_times(other, depth);
        match trace.node(id) {
            Node::Select(mask, x, y) => {
                let mask = TracedMask(MaskValue::Node(mask, trace));
                let (x, y) = (operand(x), operand(y));
                if x.is(0.0) {
                    Some(Self::select(mask, x, y.times_within(other, depth)))
                } else if y.is(0.0) {
                    Some(Self::select(mask, x.times_within(other, depth), y))
                } else {
                    None
                }
            }
            Node::Binary(Binary::Add, x, y) => Some(part(x)? + part(y)?),
            Node::Binary(Binary::Sub, x, y) => Some(part(x)? - part(y)?),
            Node::Unary(Unary::Neg, x) => Some(-part(x)?),
            _ => None,
        }
    }

    /// The operand, if this is its negative.
    fn negated(self) -> Option<Self> {
        match self.0 {
            Value::Node(id, trace) => match trace.node(id) {
                Node::Unary(Unary::Neg, x) => Some(Self(Value::Node(x, trace))),
                _ => None,
            },
            Value::Constant(_) => None,
        }
    }
}

impl fmt::Debug for Traced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Constant(c) => write!(f, "{c}"),
            Value::Node(id, _) => write!(f, "%{id}"),
        }
    }
}

/// Comparing traced values as plain numbers ends the trace with an error; the answer given here is never used.
impl PartialEq for Traced<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}
impl PartialOrd for Traced<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self.0, other.0) {
            (Value::Constant(x), Value::Constant(y)) => x.partial_cmp(&y),
            (Value::Node(_, trace), _) | (_, Value::Node(_, trace)) => {
                trace.branch();
                None
            }
        }
    }
}
impl ScalarOrd for Traced<'_> {
    fn primal(self) -> f64 {
        match self.0 {
            Value::Constant(c) => c,
            Value::Node(_, trace) => {
                trace.branch();
                f64::NAN
            }
        }
    }
}

// A structural zero stays zero whatever it multiplies: the derivative of a constant has no infinities.
impl Add for Traced<'_> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        match (self, other) {
            (x, zero) | (zero, x) if zero.is(0.0) => x,
            (x, y) => match (x.negated(), y.negated()) {
                (_, Some(minus_y)) => x - minus_y,
                (Some(minus_x), None) => y - minus_x,
                _ => x.binary(Binary::Add, y),
            },
        }
    }
}
impl Sub for Traced<'_> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        match (self, other) {
            (x, zero) if zero.is(0.0) => x,
            (zero, x) if zero.is(0.0) => -x,
            (x, y) => match y.negated() {
                Some(minus_y) => x.binary(Binary::Add, minus_y),
                None => x.binary(Binary::Sub, y),
            },
        }
    }
}
impl Mul for Traced<'_> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        match (self, other) {
            (zero, _) | (_, zero) if zero.is(0.0) => Self::of(0.0),
            (x, one) | (one, x) if one.is(1.0) => x,
            (x, minus) | (minus, x) if minus.is(-1.0) => -x,
            (x, y) => match (x.negated(), y.negated()) {
                (Some(minus_x), Some(minus_y)) => minus_x * minus_y,
                (Some(minus_x), None) => -(minus_x * y),
                (None, Some(minus_y)) => -(x * minus_y),
                (None, None) => x.binary(Binary::Mul, y),
            },
        }
    }
}
impl Div for Traced<'_> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        match (self, other) {
            (zero, y) if zero.is(0.0) && y.as_constant().is_none() => zero,
            (x, one) if one.is(1.0) => x,
            (x, y) => match x.negated() {
                Some(minus_x) => -(minus_x / y),
                None => x.binary(Binary::Div, y),
            },
        }
    }
}
impl Neg for Traced<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        self.negated().unwrap_or_else(|| self.unary(Unary::Neg))
    }
}

/// The methods of [`Scalar`] that are a [`Unary`] each.
macro_rules! unary {
    ($($method:ident $op:ident)+) => {
        $(fn $method(self) -> Self { self.unary(Unary::$op) })+
    };
}

impl<'t> Scalar for Traced<'t> {
    type Mask = TracedMask<'t>;

    fn of(c: f64) -> Self {
        Self(Value::Constant(c))
    }
    fn lt(self, other: Self) -> TracedMask<'t> {
        self.compare(Comparison::Lt, other)
    }
    fn le(self, other: Self) -> TracedMask<'t> {
        self.compare(Comparison::Le, other)
    }
    fn select(mask: TracedMask<'t>, then: Self, otherwise: Self) -> Self {
        match mask.0 {
            MaskValue::Known(true) => then,
            MaskValue::Known(false) => otherwise,
            MaskValue::Node(mask, trace) => {
                let (x, y) = (trace.id(then), trace.id(otherwise));
                if x == y { then } else { trace.number(Node::Select(mask, x, y)) }
            }
        }
    }
    unary! {
        exp Exp exp_m1 ExpM1 ln Ln ln_1p Ln1p sqrt Sqrt sin Sin cos Cos tan Tan asin Asin acos Acos atan Atan sinh Sinh cosh Cosh tanh Tanh
        erf Erf erfc Erfc ln_gamma LnGamma sigmoid Sigmoid softplus Softplus normal_cdf NormalCdf normal_ln_cdf NormalLnCdf
        inverse_mills InverseMills
    }
    fn abs(self) -> Self {
        self.negated().unwrap_or(self).unary(Unary::Abs)
    }
    fn powi(self, n: i32) -> Self {
        match n {
            0 => Self::of(1.0),
            1 => self,
            2 => self * self,
            _ => self.unary(Unary::Powi(n)),
        }
    }
    fn powf(self, exponent: Self) -> Self {
        self.binary(Binary::Powf, exponent)
    }
    fn atan2(self, x: Self) -> Self {
        self.binary(Binary::Atan2, x)
    }
    fn polygamma(self, n: u32) -> Self {
        self.unary(Unary::Polygamma(n))
    }
}
