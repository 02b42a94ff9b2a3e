//! Every operation, to second order, in f32 and f64, by duals, tape and program, against 100-digit derivatives
//! (`fixtures/operations.py`) and, where a function has none, against the conventions of `thalweg_core::rules`.

#![allow(clippy::unwrap_used)]

use faer::Mat;
use thalweg_autodiff::{
    Binary, Dual, Function, Program, Scalar, ScalarOrd, Scalars, Tape, Unary, forward, tape,
};
use thalweg_core::Real;

/// An operation as a function of one or two arguments.
#[derive(Copy, Clone, Debug, PartialEq)]
enum Operation {
    Unary(Unary),
    Recip,
    Square,
    Binary(Binary),
    Min,
    Max,
    /// x where 0 < y, else x².
    Select,
    /// x · y + x.
    MulAdd,
}
use Operation as Op;

impl Operation {
    fn all() -> Vec<(String, Self)> {
        let unary = Unary::ALL.iter().map(|&op| (op.name(), Op::Unary(op)));
        let binary = Binary::ALL.iter().map(|&op| (op.name().to_owned(), Op::Binary(op)));
        let others = [
            ("recip", Op::Recip),
            ("square", Op::Square),
            ("min", Op::Min),
            ("max", Op::Max),
            ("select", Op::Select),
            ("mul_add", Op::MulAdd),
        ];
        unary.chain(binary).chain(others.map(|(name, op)| (name.to_owned(), op))).collect()
    }

    fn arguments(self) -> usize {
        if matches!(self, Op::Unary(_) | Op::Recip | Op::Square) { 1 } else { 2 }
    }
}

impl Function for Operation {
    fn inputs(&self) -> Option<usize> {
        Some(self.arguments())
    }
    fn eval<S: Scalar>(&self, x: &[S]) -> S {
        match *self {
            Op::Unary(op) => op.apply(x[0]),
            Op::Recip => x[0].recip(),
            Op::Square => x[0].square(),
            Op::Binary(op) => op.apply(x[0], x[1]),
            Op::Min => x[0].min(x[1]),
            Op::Max => x[0].max(x[1]),
            Op::Select => S::select(S::of(0.0).lt(x[1]), x[0], x[0] * x[0]),
            Op::MulAdd => x[0].mul_add(x[1], x[0]),
        }
    }
}

/// Value, gradient and lower triangle of the Hessian.
type Derivatives = Vec<f64>;

fn listed<T: Real>(value: T, g: &[T], h: &Mat<T>) -> Derivatives {
    let mut all = vec![value.to_f64()];
    all.extend(g.iter().map(|g| g.to_f64()));
    for i in 0..g.len() {
        all.extend((0..=i).map(|j| h[(i, j)].to_f64()));
    }
    all
}

fn by_forward<T: Real + ScalarOrd>(op: Operation, x: &[T]) -> Derivatives {
    let mut g = vec![T::NAN; x.len()];
    let mut h = Mat::zeros(x.len(), x.len());
    let value = forward::hessian(&op, x, &mut g, h.as_mut()).unwrap();
    let mut again = g.clone();
    assert_eq!(forward::gradient(&op, x, &mut again).unwrap(), value);
    assert_eq!(again, g, "{op:?} at {x:?}: gradient and Hessian disagree");
    listed(value, &g, &h)
}

fn by_tape<T: Real + ScalarOrd>(op: Operation, x: &[T]) -> Derivatives {
    let mut g = vec![T::NAN; x.len()];
    let mut h = Mat::zeros(x.len(), x.len());
    let value = Tape::<Dual<T, 2>>::new().hessian(x, |x| op.eval(x), &mut g, h.as_mut()).unwrap();
    let mut again = g.clone();
    assert_eq!(Tape::new().gradient(x, |x| op.eval(x), &mut again).unwrap(), value);
    assert_eq!(again, g, "{op:?} at {x:?}: gradient and Hessian disagree");
    listed(value, &g, &h)
}

fn by_program<T: Real>(op: Operation, x: &[T]) -> Derivatives {
    let program = Program::trace(x.len(), 0, |x, _| op.eval(x)).unwrap().hessian().unwrap();
    program.evaluate(&Scalars::<T>::new(), x, &[]).unwrap().into_iter().map(Real::to_f64).collect()
}

/// The rows of the fixture: name, arguments, and derivatives in the order of [`Derivatives`].
fn reference() -> Vec<(String, Vec<f64>, Derivatives)> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let numbers = |range: std::ops::Range<usize>| -> Vec<f64> {
            fields[range].iter().filter(|f| !f.is_empty()).map(|f| f.parse().unwrap()).collect()
        };
        (fields[0].to_owned(), numbers(1..3), numbers(3..9))
    };
    include_str!("fixtures/operations.csv").lines().skip(1).map(row).collect()
}

/// A few roundings, relative to the derivative, with what is known to be lost.
fn tolerance<T: Real>(op: Operation, x: &[f64], order: usize, expected: f64) -> f64 {
    let tail = if x[0] < -32.0 { 0.0 } else { x[0].min(0.0).abs() };
    let lost = match (op, order) {
        (Op::Unary(Unary::InverseMills), 1) | (Op::Unary(Unary::NormalLnCdf), 2) => tail.powi(2),
        (Op::Unary(Unary::InverseMills), 2) => tail.powi(3),
        _ => 0.0,
    };
    32.0 * T::EPSILON.to_f64() * (expected.abs() + lost) + T::MIN_POSITIVE.to_f64()
}

fn close<T: Real>(op: Operation, x: &[f64], found: &[f64], expected: &[f64], way: &str) {
    assert_eq!(found.len(), expected.len());
    for (i, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        // The value, the gradient, and then the Hessian.
        let order = if i == 0 { 0 } else { 1 + usize::from(i > x.len()) };
        let expected = T::of(expected).to_f64();
        let tolerance = tolerance::<T>(op, x, order, expected);
        assert!(
            found == expected || (found - expected).abs() <= tolerance,
            "{op:?} at {x:?} in {} by {way}: derivative {i} is {found:e}, not {expected:e}",
            T::NAME
        );
    }
}

fn agree_with_the_reference<T: Real + ScalarOrd>() {
    let operations = Operation::all();
    let reference = reference();
    for &(ref name, op) in &operations {
        let rows: Vec<_> = reference.iter().filter(|row| row.0 == *name).collect();
        assert!(rows.len() >= 6, "{name} has {} rows", rows.len());
        for (_, at, expected) in rows {
            let x: Vec<T> = at.iter().map(|&x| T::of(x)).collect();
            close::<T>(op, at, &by_forward(op, &x), expected, "duals");
            close::<T>(op, at, &by_tape(op, &x), expected, "tape");
            close::<T>(op, at, &by_program(op, &x), expected, "program");
        }
    }
    assert!(reference.iter().all(|row| operations.iter().any(|(name, _)| *name == row.0)));
}

#[test]
fn every_operation_in_f64() {
    agree_with_the_reference::<f64>();
}

#[test]
fn every_operation_in_f32() {
    agree_with_the_reference::<f32>();
}

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Operation, argument, value, slope, and the second derivative where it exists.
fn unary_edges() -> Vec<(Operation, f64, f64, f64, Option<f64>)> {
    use Unary::*;
    use core::f64::consts::{FRAC_PI_2, PI};
    let unary = |op: Unary, x: f64, value: f64, slope: f64, second: Option<f64>| {
        (Op::Unary(op), x, value, slope, second)
    };
    vec![
        // Conventions where there is no derivative, and one-sided limits where it is infinite.
        unary(Abs, 0.0, 0.0, 0.0, Some(0.0)),
        unary(Abs, -0.0, 0.0, 0.0, Some(0.0)),
        unary(Sqrt, 0.0, 0.0, INF, None),
        unary(Ln, 0.0, -INF, INF, None),
        unary(Ln1p, -1.0, -INF, INF, None),
        unary(Asin, 1.0, FRAC_PI_2, INF, None),
        unary(Asin, -1.0, -FRAC_PI_2, INF, None),
        unary(Acos, 1.0, 0.0, -INF, None),
        unary(Acos, -1.0, PI, -INF, None),
        (Op::Recip, 0.0, INF, -INF, None),
        (Op::Square, 0.0, 0.0, 0.0, Some(2.0)),
        // Integer powers at 0: 0⁰ = 1 and is flat there.
        unary(Powi(0), 0.0, 1.0, 0.0, Some(0.0)),
        unary(Powi(1), 0.0, 0.0, 1.0, Some(0.0)),
        unary(Powi(2), 0.0, 0.0, 0.0, Some(2.0)),
        unary(Powi(3), 0.0, 0.0, 0.0, Some(0.0)),
        unary(Powi(-1), 0.0, INF, -INF, None),
        unary(Powi(-2), 0.0, INF, -INF, None),
        unary(LnGamma, 0.0, INF, -INF, None),
        // Overflow and underflow: the limits, not 0 · ∞.
        unary(Exp, 800.0, INF, INF, None),
        unary(Exp, -800.0, 0.0, 0.0, Some(0.0)),
        unary(Exp, INF, INF, INF, None),
        unary(Exp, -INF, 0.0, 0.0, None),
        unary(ExpM1, -INF, -1.0, 0.0, None),
        unary(ExpM1, -800.0, -1.0, 0.0, Some(0.0)),
        unary(Ln, INF, INF, 0.0, None),
        unary(Ln1p, INF, INF, 0.0, None),
        unary(Sqrt, INF, INF, 0.0, None),
        unary(Atan, INF, FRAC_PI_2, 0.0, None),
        unary(Atan, -INF, -FRAC_PI_2, 0.0, None),
        unary(Sinh, INF, INF, INF, None),
        unary(Sinh, -INF, -INF, INF, None),
        unary(Cosh, INF, INF, INF, None),
        unary(Cosh, -INF, INF, -INF, None),
        unary(Tanh, INF, 1.0, 0.0, None),
        unary(Tanh, -INF, -1.0, 0.0, None),
        unary(Tanh, 800.0, 1.0, 0.0, Some(0.0)),
        unary(Erf, INF, 1.0, 0.0, None),
        unary(Erf, -800.0, -1.0, 0.0, Some(0.0)),
        unary(Erfc, INF, 0.0, 0.0, None),
        unary(Erfc, -INF, 2.0, 0.0, None),
        unary(Sigmoid, INF, 1.0, 0.0, None),
        unary(Sigmoid, -INF, 0.0, 0.0, None),
        unary(Sigmoid, 800.0, 1.0, 0.0, Some(0.0)),
        unary(Softplus, INF, INF, 1.0, None),
        unary(Softplus, -INF, 0.0, 0.0, None),
        unary(Softplus, 800.0, 800.0, 1.0, Some(0.0)),
        unary(Softplus, -800.0, 0.0, 0.0, Some(0.0)),
        unary(NormalCdf, INF, 1.0, 0.0, None),
        unary(NormalCdf, -INF, 0.0, 0.0, None),
        unary(NormalLnCdf, INF, 0.0, 0.0, None),
        unary(NormalLnCdf, -INF, -INF, INF, None),
        unary(InverseMills, INF, 0.0, 0.0, None),
        unary(InverseMills, -INF, INF, -1.0, None),
        unary(LnGamma, INF, INF, INF, None),
        unary(Neg, INF, -INF, -1.0, None),
        // Outside the domain the value is not a number.
        unary(Sqrt, -1.0, NAN, NAN, None),
        unary(Asin, 1.5, NAN, NAN, None),
        unary(Sin, INF, NAN, NAN, None),
    ]
}

/// Operation, arguments, value, gradient, and the Hessian (xx, xy, yy) where it exists or is a convention.
type BinaryEdge = (Operation, [f64; 2], f64, [f64; 2], Option<[f64; 3]>);

fn binary_edges() -> Vec<BinaryEdge> {
    use Binary::*;
    use core::f64::consts::{FRAC_PI_2, LN_2, PI};
    let binary = |op: Binary, x: [f64; 2], value: f64, g: [f64; 2], h: Option<[f64; 3]>| {
        (Op::Binary(op), x, value, g, h)
    };
    vec![
        binary(Powf, [0.0, 0.0], 1.0, [0.0, 0.0], Some([0.0; 3])),
        binary(Powf, [0.0, 0.5], 0.0, [INF, 0.0], None),
        binary(Powf, [0.0, 1.0], 0.0, [1.0, 0.0], None),
        binary(Powf, [0.0, 2.0], 0.0, [0.0, 0.0], Some([2.0, 0.0, 0.0])),
        binary(Powf, [0.0, 3.0], 0.0, [0.0, 0.0], Some([0.0, 0.0, 0.0])),
        binary(Powf, [0.0, -1.0], INF, [-INF, 0.0], None),
        binary(Powf, [-2.0, 2.0], 4.0, [-4.0, 0.0], Some([2.0, 0.0, 0.0])),
        binary(Powf, [-2.0, 3.0], -8.0, [12.0, 0.0], Some([-12.0, 0.0, 0.0])),
        binary(Powf, [2.0, 0.0], 1.0, [0.0, LN_2], Some([0.0, 0.5, LN_2 * LN_2])),
        binary(Powf, [1.0, 0.0], 1.0, [0.0, 0.0], Some([0.0, 1.0, 0.0])),
        binary(Powf, [-2.0, 0.5], NAN, [NAN, 0.0], None),
        // On the axes: ∂ = (x, −y)/(x² + y²), second derivatives (−2xy, y² − x², 2xy)/(x² + y²)².
        binary(Atan2, [0.0, 2.0], 0.0, [0.5, 0.0], Some([0.0, -0.25, 0.0])),
        binary(Atan2, [0.0, -2.0], PI, [-0.5, 0.0], Some([0.0, -0.25, 0.0])),
        binary(Atan2, [-0.0, -2.0], -PI, [-0.5, 0.0], Some([0.0, -0.25, 0.0])),
        binary(Atan2, [2.0, 0.0], FRAC_PI_2, [0.0, -0.5], Some([0.0, 0.25, 0.0])),
        binary(Atan2, [-2.0, 0.0], -FRAC_PI_2, [0.0, 0.5], Some([0.0, 0.25, 0.0])),
        binary(Atan2, [0.0, 0.0], 0.0, [0.0, 0.0], Some([0.0; 3])),
        binary(Atan2, [1.0, INF], 0.0, [0.0, 0.0], None),
        binary(Atan2, [INF, 1.0], FRAC_PI_2, [0.0, 0.0], None),
        // Squares that would overflow, and vanish.
        binary(Atan2, [0.0, 1e200], 0.0, [1e-200, 0.0], None),
        binary(Atan2, [1e-200, 0.0], FRAC_PI_2, [0.0, -1e200], None),
        binary(Div, [1.0, 0.0], INF, [INF, -INF], None),
        binary(Div, [1.0, INF], 0.0, [0.0, 0.0], None),
        binary(Div, [0.0, 0.0], NAN, [INF, NAN], None),
        binary(Add, [INF, 1.0], INF, [1.0, 1.0], None),
        binary(Mul, [0.0, 0.0], 0.0, [0.0, 0.0], Some([0.0, 1.0, 0.0])),
        // Of equal numbers the first.
        (Op::Min, [1.0, 1.0], 1.0, [1.0, 0.0], Some([0.0; 3])),
        (Op::Max, [1.0, 1.0], 1.0, [1.0, 0.0], Some([0.0; 3])),
        (Op::Select, [3.0, 0.0], 9.0, [6.0, 0.0], Some([2.0, 0.0, 0.0])),
    ]
}

/// Value and gradient by numbers that need no finite point.
fn at_the_edge(op: Operation, x: &[f64]) -> [(&'static str, Derivatives); 3] {
    // One direction at a time: another one's 0 would meet the infinite slope.
    let mut duals = vec![NAN];
    for i in 0..x.len() {
        let seeded: Vec<Dual<f64, 1>> = x
            .iter()
            .enumerate()
            .map(|(k, &x)| if k == i { Dual::variable(x, 0) } else { Dual::constant(x) })
            .collect();
        let y = op.eval(&seeded);
        duals[0] = y.value;
        duals.push(y.derivatives[0]);
    }
    let mut g = vec![0.0; x.len()];
    let point = x.to_vec();
    // Variables of infinite value, from finite ones.
    let value = Tape::new()
        .gradient(
            &vec![0.0; x.len()],
            |zeros| {
                let x: Vec<_> =
                    zeros.iter().zip(&point).map(|(&zero, &x)| tape::statement(x, [(zero, 1.0)])).collect();
                op.eval(&x)
            },
            &mut g,
        )
        .unwrap();
    let program = Program::trace(x.len(), 0, |x, _| op.eval(x)).unwrap().gradient().unwrap();
    let program = program.evaluate(&Scalars::<f64>::new(), x, &[]).unwrap();
    [("duals", duals), ("tape", [vec![value], g].concat()), ("program", program)]
}

fn same(found: f64, expected: f64) -> bool {
    found == expected
        || found.is_nan() && expected.is_nan()
        || (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs()
}

fn edge(op: Operation, x: &[f64], first: &[f64], second: Option<&[f64]>, failures: &mut Vec<String>) {
    let infinite = first[1..].iter().filter(|slope| slope.is_infinite()).count();
    for (way, found) in at_the_edge(op, x) {
        for (i, (&found, &expected)) in found.iter().zip(first).enumerate() {
            // Where the value is no number the slope means nothing. In forward mode the 0 of a direction meets the infinite slope of another.
            let excused = i > 0
                && (first[0].is_nan()
                    || way == "duals" && found.is_nan() && infinite > usize::from(expected.is_infinite()));
            if !excused && !same(found, expected) {
                failures.push(format!("{op:?} at {x:?} by {way}: derivative {i} is {found}, not {expected}"));
            }
        }
    }
    if let Some(second) = second {
        let ways = [("duals", by_forward(op, x)), ("tape", by_tape(op, x)), ("program", by_program(op, x))];
        for (way, found) in ways {
            for (&found, &expected) in found[1 + x.len()..].iter().zip(second) {
                if !same(found, expected) {
                    failures
                        .push(format!("{op:?} at {x:?} by {way}: second derivative {found}, not {expected}"));
                }
            }
        }
    }
}

#[test]
fn edges() {
    let mut failures = Vec::new();
    for (op, x, value, slope, second) in unary_edges() {
        edge(op, &[x], &[value, slope], second.as_ref().map(core::slice::from_ref), &mut failures);
    }
    for (op, x, value, [by_x, by_y], second) in binary_edges() {
        edge(op, &x, &[value, by_x, by_y], second.as_ref().map(|s| &s[..]), &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
