//! [`evaluate`]: a function in an algebra of enclosures, constants enclosed too.
//!
//! A [`Program`](crate::Program) folds constants as plain numbers, so that 1/3 is a rounded quotient in it. Here the function runs on
//! handles to numbers of the algebra, and a constant expression is an interval. What is undefined travels along with its error and is
//! dropped by a `select` that does not choose it.

use core::cell::RefCell;
use core::fmt;
use core::ops::{Add, Div, Mul, Neg, Sub};

use thalweg_core::{Error, Result, Scalar};

use crate::algebra::Algebra;
use crate::function::Function;
use crate::operation::{Binary, Comparison, Unary};
use crate::taylor::{Interval, Truth, interval};

/// An algebra whose numbers enclose functions, constants known up to an interval among them.
pub(crate) trait Enclosing: Algebra<Mask = Truth> {
    /// A constant in `c`.
    fn enclosure(&self, c: Interval) -> Self::Number;
}

/// f(x), or the first thing undefined that the result depends on.
pub(crate) fn evaluate<A: Enclosing>(algebra: &A, f: &impl Function, x: &[A::Number]) -> Result<A::Number> {
    let arena = Arena { algebra, numbers: RefCell::new(Vec::new()) };
    let x: Vec<Handle<'_, A>> = x.iter().map(|x| arena.push(Ok(x.clone()))).collect();
    let y = f.eval(&x);
    arena.number(y)
}

/// The numbers made so far.
struct Arena<'a, A: Algebra> {
    algebra: &'a A,
    numbers: RefCell<Vec<Result<A::Number>>>,
}

/// A constant, or a number of the arena.
enum Handle<'a, A: Algebra> {
    Constant(Interval),
    Number(usize, &'a Arena<'a, A>),
}

/// The outcome of a comparison, with one of the numbers compared: the one to blame if the outcome is undefined.
type Mask<'a, A> = (Truth, Handle<'a, A>);

impl<'a, A: Enclosing> Arena<'a, A> {
    fn push(&'a self, number: Result<A::Number>) -> Handle<'a, A> {
        let mut numbers = self.numbers.borrow_mut();
        let id = numbers.len();
        numbers.push(number.map_err(|error| placed(error, id)));
        Handle::Number(id, self)
    }

    fn number(&self, x: Handle<'a, A>) -> Result<A::Number> {
        match x {
            Handle::Number(id, _) => self.numbers.borrow()[id].clone(),
            Handle::Constant(c) if c.is_defined() => Ok(self.algebra.enclosure(c)),
            Handle::Constant(_) => {
                let (function, argument) = ("a constant expression".to_owned(), "numbers".to_owned());
                Err(interval::domain(function, argument, "its operands give no finite number"))
            }
        }
    }

    /// op(x, y), knowing whether both are the same number.
    fn pair<T>(
        &self,
        x: Handle<'a, A>,
        y: Handle<'a, A>,
        op: impl FnOnce(&A::Number, &A::Number) -> Result<T>,
    ) -> Result<T> {
        let first = self.number(x)?;
        match (x, y) {
            (Handle::Number(i, _), Handle::Number(j, _)) if i == j => op(&first, &first),
            _ => op(&first, &self.number(y)?),
        }
    }
}

/// The error with the number of the operation, inputs counted, at which it arose.
fn placed(error: Error, id: usize) -> Error {
    match error {
        Error::Domain { function, argument, place, remedy } if place.is_empty() => {
            Error::Domain { function, argument, place: format!(" at operation {id}"), remedy }
        }
        other => other,
    }
}

impl<A: Algebra> Copy for Handle<'_, A> {}
impl<A: Algebra> Clone for Handle<'_, A> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<A: Algebra> fmt::Debug for Handle<'_, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(c) => write!(f, "{c}"),
            Self::Number(id, _) => write!(f, "%{id}"),
        }
    }
}

impl<'a, A: Enclosing> Handle<'a, A> {
    fn unary(self, op: Unary) -> Self {
        match self {
            Self::Constant(c) => Self::Constant(op.apply(c)),
            Self::Number(_, arena) => {
                arena.push(arena.number(self).and_then(|x| arena.algebra.unary(op, &x)))
            }
        }
    }

    fn binary(self, op: Binary, other: Self) -> Self {
        match (self, other) {
            (Self::Constant(x), Self::Constant(y)) => Self::Constant(op.apply(x, y)),
            (Self::Number(_, arena), _) | (_, Self::Number(_, arena)) => {
                arena.push(arena.pair(self, other, |x, y| arena.algebra.binary(op, x, y)))
            }
        }
    }

    fn compare(self, op: Comparison, other: Self) -> Mask<'a, A> {
        match (self, other) {
            (Self::Constant(x), Self::Constant(y)) => {
                (op.apply(x, y), if x.is_defined() { other } else { self })
            }
            (Self::Number(_, arena), _) | (_, Self::Number(_, arena)) => {
                match arena.pair(self, other, |x, y| arena.algebra.compare(op, x, y)) {
                    Ok(truth) => (truth, if matches!(self, Self::Number(..)) { self } else { other }),
                    Err(error) => (Truth::Undefined, arena.push(Err(error))),
                }
            }
        }
    }
}

impl<A: Enclosing> Add for Handle<'_, A> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.binary(Binary::Add, other)
    }
}
impl<A: Enclosing> Sub for Handle<'_, A> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.binary(Binary::Sub, other)
    }
}
impl<A: Enclosing> Mul for Handle<'_, A> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.binary(Binary::Mul, other)
    }
}
impl<A: Enclosing> Div for Handle<'_, A> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.binary(Binary::Div, other)
    }
}
impl<A: Enclosing> Neg for Handle<'_, A> {
    type Output = Self;
    fn neg(self) -> Self {
        self.unary(Unary::Neg)
    }
}

/// The methods of [`Scalar`] that are a [`Unary`] each.
macro_rules! unary {
    ($($method:ident $op:ident)+) => {
        $(fn $method(self) -> Self { self.unary(Unary::$op) })+
    };
}

impl<'a, A: Enclosing> Scalar for Handle<'a, A> {
    type Mask = Mask<'a, A>;

    fn of(c: f64) -> Self {
        Self::Constant(Interval::point(c))
    }
    fn lt(self, other: Self) -> Mask<'a, A> {
        self.compare(Comparison::Lt, other)
    }
    fn le(self, other: Self) -> Mask<'a, A> {
        self.compare(Comparison::Le, other)
    }
    fn select((truth, culprit): Mask<'a, A>, then: Self, otherwise: Self) -> Self {
        match (truth, then, otherwise) {
            (Truth::True, ..) => then,
            (Truth::False, ..) => otherwise,
            (Truth::Undefined, ..) => culprit,
            (Truth::Unknown, ..) => match (culprit, then, otherwise) {
                (Self::Constant(_), Self::Constant(x), Self::Constant(y)) => Self::Constant(x.hull(y)),
                (Self::Number(_, arena), ..)
                | (_, Self::Number(_, arena), _)
                | (_, _, Self::Number(_, arena)) => {
                    arena.push(arena.pair(then, otherwise, |x, y| arena.algebra.select(&truth, x, y)))
                }
            },
        }
    }
    unary! {
        abs Abs exp Exp exp_m1 ExpM1 ln Ln ln_1p Ln1p sqrt Sqrt sin Sin cos Cos tan Tan asin Asin acos Acos atan Atan sinh Sinh cosh Cosh
        tanh Tanh erf Erf erfc Erfc ln_gamma LnGamma sigmoid Sigmoid softplus Softplus normal_cdf NormalCdf normal_ln_cdf NormalLnCdf
        inverse_mills InverseMills
    }
    fn powi(self, n: i32) -> Self {
        self.unary(Unary::Powi(n))
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
    fn recip(self) -> Self {
        self.unary(Unary::Powi(-1))
    }
}
