//! [`Program`]: a function of parameters and one data row, traced once into straight-line code.

mod arithmetic;
mod blocks;
mod counts;
mod derive;
mod element;
mod export;
mod functions;
mod groups;
mod kernel;
mod node;
mod objective;
mod plan;
mod prefetch;
mod total;
mod trace;

pub use counts::{Counts, Work};
pub use element::Element;
pub use export::Names;
pub use kernel::Kernel;
pub use node::{Id, Node};
pub use objective::ProgramObjective;
pub use trace::{Traced, TracedMask};

use thalweg_core::{Error, Formula, Result, check_shape};

use crate::algebra::Algebra;
use trace::Trace;

/// Straight-line code of a function of `parameters` and the `columns` of one data row, with one or several results.
///
/// ```
/// use thalweg_autodiff::{Program, Scalars};
/// use thalweg_core::{Scalar, k};
/// // The negative log-density of a straight line with Gaussian noise of log-scale p₂, up to a constant.
/// let line = Program::trace(3, 2, |p, row| {
///     let z = (row[1] - p[0] - p[1] * row[0]) * (-p[2]).exp();
///     k(0.5) * z.square() + p[2]
/// })?;
/// let value = line.evaluate(&Scalars::<f64>::new(), &[1.0, 2.0, 0.0], &[3.0, 8.0])?;
/// assert_eq!(value, [0.5]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    parameters: usize,
    columns: usize,
    nodes: Vec<Node>,
    outputs: Vec<Id>,
}

impl Program {
    /// Records `f(parameters, row)`.
    ///
    /// # Errors
    /// f compares or reads a traced value.
    pub fn trace(
        parameters: usize,
        columns: usize,
        f: impl for<'t> FnOnce(&[Traced<'t>], &[Traced<'t>]) -> Traced<'t>,
    ) -> Result<Self> {
        Self::trace_vector(parameters, columns, |p, row| vec![f(p, row)])
    }

    /// Records a function with several results.
    ///
    /// # Errors
    /// As [`Program::trace`].
    pub fn trace_vector(
        parameters: usize,
        columns: usize,
        f: impl for<'t> FnOnce(&[Traced<'t>], &[Traced<'t>]) -> Vec<Traced<'t>>,
    ) -> Result<Self> {
        Self::build(parameters, columns, |_, p, row| Ok(f(p, row)))
    }

    /// Records with the trace at hand: how transformations write new programs.
    pub(crate) fn build(
        parameters: usize,
        columns: usize,
        f: impl for<'t> FnOnce(&'t Trace, &[Traced<'t>], &[Traced<'t>]) -> Result<Vec<Traced<'t>>>,
    ) -> Result<Self> {
        let trace = Trace::default();
        let outputs = {
            let p: Vec<Traced<'_>> =
                (0..parameters).map(|i| trace.number(Node::Parameter(i as u32))).collect();
            let row: Vec<Traced<'_>> = (0..columns).map(|j| trace.number(Node::Column(j as u32))).collect();
            let results = f(&trace, &p, &row)?;
            results.into_iter().map(|x| trace.id(x)).collect()
        };
        Ok(Self { parameters, columns, nodes: trace.finish()?, outputs }.without_dead_code())
    }

    /// A [`Formula`] ℓ(y, eta) as a program of the one parameter eta and the one column y.
    ///
    /// ```
    /// use thalweg_autodiff::Program;
    /// # use thalweg_core::{Formula, Scalar, k};
    /// # #[derive(Copy, Clone)] struct Half;
    /// # impl Formula for Half { fn eval<S: Scalar>(&self, y: S, eta: S) -> S { k(0.5) * (eta - y).square() } }
    /// assert_eq!(Program::of_formula(Half)?.parameters(), 1);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Program::trace`].
    pub fn of_formula(formula: impl Formula) -> Result<Self> {
        Self::trace(1, 1, |eta, y| formula.eval(y[0], eta[0]))
    }

    /// The number of parameters.
    #[must_use]
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// The number of columns of a data row.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The instructions: operands stand before the nodes that read them.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The nodes of the results.
    #[must_use]
    pub fn outputs(&self) -> &[Id] {
        &self.outputs
    }

    /// The program of some of the results, in the order given.
    ///
    /// ```
    /// use thalweg_autodiff::Program;
    /// let both = Program::trace_vector(1, 0, |p, _| vec![p[0] * p[0], -p[0]])?;
    /// assert_eq!(both.results(1..2)?.nodes().len(), 2);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// A result that does not exist.
    pub fn results(&self, which: impl IntoIterator<Item = usize>) -> Result<Self> {
        let known = self.outputs.len();
        let outputs = which.into_iter().map(|k| {
            let rule =
                || Error::invalid_parameter("result", k, &format!("the program has {known}, counted from 0"));
            self.outputs.get(k).copied().ok_or_else(rule)
        });
        Ok(Self { outputs: outputs.collect::<Result<_>>()?, ..self.clone() }.without_dead_code())
    }

    /// The results for one row, in any arithmetic.
    ///
    /// # Errors
    /// [`Error::Shape`](thalweg_core::Error::Shape) for wrong lengths; whatever the algebra refuses.
    pub fn evaluate<A: Algebra>(
        &self,
        algebra: &A,
        parameters: &[A::Number],
        row: &[A::Number],
    ) -> Result<Vec<A::Number>> {
        let values = self.values(algebra, parameters, row)?;
        Ok(self.outputs.iter().filter_map(|&id| values[id as usize].number().cloned()).collect())
    }

    /// The value of every node for one row.
    pub(crate) fn values<A: Algebra>(
        &self,
        algebra: &A,
        parameters: &[A::Number],
        row: &[A::Number],
    ) -> Result<Vec<Slot<A>>> {
        check_shape("number of parameters of the program", self.parameters, parameters.len())?;
        check_shape("number of columns of the program", self.columns, row.len())?;
        let mut values: Vec<Slot<A>> = Vec::with_capacity(self.nodes.len());
        for (id, &node) in self.nodes.iter().enumerate() {
            let number = |id: Id| values[id as usize].get();
            // An algebra knows what is wrong; where, is known here.
            let placed = |result: Result<A::Number>| {
                result.map_err(|error| at_instruction(error, id)).map(Slot::Number)
            };
            values.push(match node {
                Node::Constant(bits) => Slot::Number(algebra.constant(f64::from_bits(bits))),
                Node::Parameter(i) => Slot::Number(parameters[i as usize].clone()),
                Node::Column(j) => Slot::Number(row[j as usize].clone()),
                Node::Unary(op, x) => placed(algebra.unary(op, number(x)?))?,
                Node::Binary(op, x, y) => placed(algebra.binary(op, number(x)?, number(y)?))?,
                Node::Compare(op, x, y) => Slot::Mask(algebra.compare(op, number(x)?, number(y)?)?),
                Node::Select(mask, x, y) => {
                    placed(algebra.select(values[mask as usize].mask()?, number(x)?, number(y)?))?
                }
                // One row is all rows.
                Node::Total(x) => Slot::Number(number(x)?.clone()),
            });
        }
        Ok(values)
    }

    /// The program without nodes that no result reads. Parameters and columns keep their places.
    fn without_dead_code(mut self) -> Self {
        let mut live = vec![false; self.nodes.len()];
        for &output in &self.outputs {
            live[output as usize] = true;
        }
        for id in (0..self.nodes.len()).rev() {
            if live[id] {
                self.nodes[id].operands().for_each(|x| live[x as usize] = true);
            }
        }
        let mut renamed = vec![0; self.nodes.len()];
        let mut nodes = Vec::new();
        for (id, &node) in self.nodes.iter().enumerate().filter(|&(id, _)| live[id]) {
            let to = |x: Id| renamed[x as usize];
            let node = match node {
                Node::Unary(op, x) => Node::Unary(op, to(x)),
                Node::Binary(op, x, y) => Node::Binary(op, to(x), to(y)),
                Node::Compare(op, x, y) => Node::Compare(op, to(x), to(y)),
                Node::Select(m, x, y) => Node::Select(to(m), to(x), to(y)),
                Node::Total(x) => Node::Total(to(x)),
                leaf => leaf,
            };
            renamed[id] = nodes.len() as Id;
            nodes.push(node);
        }
        for output in &mut self.outputs {
            *output = renamed[*output as usize];
        }
        self.nodes = nodes;
        self
    }
}

/// What a node holds: a number or a condition.
#[derive(Clone)]
pub(crate) enum Slot<A: Algebra> {
    Number(A::Number),
    Mask(A::Mask),
}

impl<A: Algebra> Slot<A> {
    pub(crate) fn number(&self) -> Option<&A::Number> {
        match self {
            Self::Number(x) => Some(x),
            Self::Mask(_) => None,
        }
    }
    fn get(&self) -> Result<&A::Number> {
        self.number().ok_or_else(malformed)
    }
    pub(crate) fn mask(&self) -> Result<&A::Mask> {
        match self {
            Self::Mask(m) => Ok(m),
            Self::Number(_) => Err(malformed()),
        }
    }
}

/// The error with the instruction at which it arose.
fn at_instruction(error: Error, id: usize) -> Error {
    match error {
        Error::Domain { function, argument, place, remedy } if place.is_empty() => {
            Error::Domain { function, argument, place: format!(" at instruction %{id}"), remedy }
        }
        other => other,
    }
}

/// A condition stands where a number should: no trace writes such a program.
fn malformed() -> Error {
    Error::invalid_parameter("program", "a condition", "arithmetic takes numbers; trace the function anew")
}
