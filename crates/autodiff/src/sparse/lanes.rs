//! [`Lanes`]: a program's derivatives in several directions at once, in memory that is kept.

use thalweg_core::{Dual, Error, Real, Result, Scalar, check_shape};

use crate::program::{Node, Program};

/// Directions a pass.
pub(crate) const WIDTH: usize = 4;

/// Evaluates a program of no columns on dual numbers of [`WIDTH`] directions: one pass computes the values once and the derivatives in up to
/// `WIDTH` directions.
#[derive(Clone, Debug)]
pub(crate) struct Lanes<T> {
    values: Vec<Dual<T, WIDTH>>,
    /// The conditions stand at their nodes' places, like the numbers.
    conditions: Vec<bool>,
}

impl<T: Real> Lanes<T> {
    /// Takes the memory that `program` needs.
    pub(crate) fn new(program: &Program) -> Self {
        let nodes = program.nodes();
        let conditional = nodes.iter().any(|node| matches!(node, Node::Compare(..)));
        Self {
            values: vec![Dual::constant(T::ZERO); nodes.len()],
            conditions: vec![false; if conditional { nodes.len() } else { 0 }],
        }
    }

    /// Runs `program` at the parameters.
    pub(crate) fn run(&mut self, program: &Program, parameter: impl Fn(usize) -> Dual<T, WIDTH>) {
        let Self { values, conditions } = self;
        for (id, &node) in program.nodes().iter().enumerate() {
            let at = |x: u32| values[x as usize];
            values[id] = match node {
                Node::Constant(bits) => Dual::constant(T::of(f64::from_bits(bits))),
                Node::Parameter(i) => parameter(i as usize),
                Node::Unary(op, x) => op.apply(at(x)),
                Node::Binary(op, x, y) => op.apply(at(x), at(y)),
                Node::Compare(op, x, y) => {
                    conditions[id] = op.apply(at(x), at(y));
                    continue;
                }
                Node::Select(mask, x, y) => Scalar::select(conditions[mask as usize], at(x), at(y)),
                // One row is all rows; `check` has refused columns.
                Node::Total(x) => at(x),
                Node::Column(_) => Dual::constant(T::NAN),
            };
        }
    }

    /// The number at a node, of the last run.
    pub(crate) fn value(&self, id: u32) -> Dual<T, WIDTH> {
        self.values[id as usize]
    }
}

/// `Err` for programs over rows: `what` is of one function of the parameters.
pub(crate) fn check_columns(program: &Program, what: &str) -> Result<()> {
    if program.columns() == 0 {
        return Ok(());
    }
    Err(Error::Unsupported {
        what: format!("{what} of a program of {} columns", program.columns()),
        why: "it is that of one function of the parameters, and each row of data makes another".to_owned(),
        remedy: "trace the function with its data as constants".to_owned(),
    })
}

/// `Err` unless x is a finite point of `n` numbers.
pub(crate) fn check_point<T: Real>(n: usize, x: &[T]) -> Result<()> {
    check_shape("number of parameters of the program", n, x.len())?;
    x.iter().position(|x| !x.is_finite()).map_or(Ok(()), |row| {
        Err(Error::NonFinite { what: "the point".to_owned(), row, value: x[row].to_f64() })
    })
}
