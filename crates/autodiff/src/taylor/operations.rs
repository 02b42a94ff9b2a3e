//! [`Value`]: a truncated series or a constant, with [`Unary`], [`Binary`] and selection: what the algebras of series share.

use thalweg_core::{Error, Result, Scalar};

use super::graded::Graded;
use super::recurrence::{self as series, Exponent};
use crate::operation::{Binary, Unary};

/// A truncated series, or a constant, which costs no more than its scalar.
#[derive(Clone, Debug)]
pub(crate) enum Value<G: Graded> {
    /// A constant, and its number if the program says it.
    Constant(G::Coefficient, Option<f64>),
    /// All coefficients.
    Full(G),
}

impl<G: Graded> Value<G> {
    /// The coefficients, without the zeros behind a constant.
    pub(crate) fn coefficients(&self) -> &[G::Coefficient] {
        match self {
            Self::Constant(c, _) => core::slice::from_ref(c),
            Self::Full(u) => u.coefficients(),
        }
    }
}

/// The highest order of derivative of ψ that is a finite number somewhere.
const MAX_POLYGAMMA: usize = 170;

/// op(x).
///
/// # Errors
/// ln Γ or polygamma to an order at which their coefficients, computed from derivatives, overflow.
pub(crate) fn unary<G: Graded>(op: Unary, x: &Value<G>) -> Result<Value<G>> {
    let u = match x {
        Value::Constant(c, _) => return Ok(Value::Constant(op.apply(*c), None)),
        Value::Full(u) => u,
    };
    let derivatives = match op {
        Unary::LnGamma => u.order(),
        Unary::Polygamma(n) => u.order().saturating_add(n as usize),
        _ => 0,
    };
    if derivatives > MAX_POLYGAMMA {
        return Err(Error::Unsupported {
            what: format!("a series of {} to order {}", op.name(), u.order()),
            why: format!(
                "it takes derivatives of the digamma function beyond order {MAX_POLYGAMMA}, which overflow"
            ),
            remedy: "lower the order".to_owned(),
        });
    }
    Ok(Value::Full(unary_series(op, u)))
}

/// op(x, y).
pub(crate) fn binary<G: Graded>(op: Binary, x: &Value<G>, y: &Value<G>) -> Value<G> {
    Value::Full(match (x, y) {
        (Value::Constant(x, _), Value::Constant(y, _)) => return Value::Constant(op.apply(*x, *y), None),
        (Value::Full(u), Value::Constant(c, known)) => match op {
            Binary::Mul => u.clone().scaled(*c),
            Binary::Div => u.clone().map(|x| x / *c),
            Binary::Powf => series::power(u, known.map_or(Exponent::Constant(*c), Exponent::Known)),
            _ => binary_series(op, u, &u.constant(*c)),
        },
        (Value::Constant(c, _), Value::Full(v)) => match op {
            Binary::Mul => v.clone().scaled(*c),
            _ => binary_series(op, &v.constant(*c), v),
        },
        (Value::Full(u), Value::Full(v)) => binary_series(op, u, v),
    })
}

/// `then` where the mask holds, else `otherwise`.
pub(crate) fn select<G: Graded>(
    mask: <G::Coefficient as Scalar>::Mask,
    then: &Value<G>,
    otherwise: &Value<G>,
) -> Value<G> {
    let choose = |x, y| G::Coefficient::select(mask, x, y);
    Value::Full(match (then, otherwise) {
        (Value::Constant(x, _), Value::Constant(y, _)) => return Value::Constant(choose(*x, *y), None),
        (Value::Full(u), Value::Constant(c, _)) => u.clone().zip(&u.constant(*c), choose),
        (Value::Constant(c, _), Value::Full(v)) => v.constant(*c).zip(v, choose),
        (Value::Full(u), Value::Full(v)) => u.clone().zip(v, choose),
    })
}

fn unary_series<G: Graded>(op: Unary, u: &G) -> G {
    match op {
        Unary::Abs => series::abs(u),
        Unary::Exp => series::exp(u),
        Unary::ExpM1 => series::exp_m1(u),
        Unary::Ln => series::ln(u),
        Unary::Ln1p => series::ln_1p(u),
        Unary::Sqrt => series::sqrt(u),
        Unary::Sin => series::sin(u),
        Unary::Cos => series::cos(u),
        Unary::Tan => series::tan(u),
        Unary::Asin => series::asin(u),
        Unary::Acos => series::acos(u),
        Unary::Atan => series::atan(u),
        Unary::Sinh => series::sinh(u),
        Unary::Cosh => series::cosh(u),
        Unary::Tanh => series::tanh(u),
        Unary::Erf => series::erf(u),
        Unary::Erfc => series::erfc(u),
        Unary::LnGamma => series::ln_gamma(u),
        Unary::Sigmoid => series::sigmoid(u),
        Unary::Softplus => series::softplus(u),
        Unary::NormalCdf => series::normal_cdf(u),
        Unary::NormalLnCdf => series::normal_ln_cdf(u),
        Unary::InverseMills => series::inverse_mills(u),
        Unary::Neg => u.clone().map(|c| -c),
        Unary::Powi(n) => series::powi(u, n),
        Unary::Polygamma(n) => series::polygamma(u, n),
    }
}

fn binary_series<G: Graded>(op: Binary, u: &G, v: &G) -> G {
    match op {
        Binary::Add => u.clone().plus(v),
        Binary::Sub => u.clone().minus(v),
        Binary::Mul => u.product(v),
        Binary::Div => series::quotient(u, v),
        Binary::Powf => series::power(u, Exponent::Series(v)),
        Binary::Atan2 => series::atan2(u, v),
    }
}
