//! [`Program::total`] and [`Program::weighted`]: from one row to a data set.

use thalweg_core::{Result, Scalar};

use super::Program;
use super::node::{Id, Node};
use super::trace::{Trace, Traced};
use crate::algebra::Scalars;
use crate::operation::{Binary, Unary};

impl Program {
    /// Each result times a weight, which is a new last column.
    ///
    /// # Errors
    /// None for a program of [`Program::trace`].
    pub fn weighted(&self) -> Result<Self> {
        Self::build(self.parameters(), self.columns() + 1, |_, p, row| {
            let (weight, row) = (row[self.columns()], &row[..self.columns()]);
            let results = self.evaluate(&Scalars::new(), p, row)?;
            Ok(results.into_iter().map(|x| weight * x).collect())
        })
    }

    /// Each result summed over all rows of the data. What depends on parameters only is taken out of the sum, and so is done once a call.
    ///
    /// ```
    /// use thalweg_autodiff::{Program, k};
    /// let cost = Program::trace(1, 1, |p, row| k(0.5) * (row[0] - p[0]) * (row[0] - p[0]))?.total()?;
    /// let mut kernel = cost.compile::<f64>()?;
    /// let mut sum = [0.0];
    /// kernel.total(thalweg_core::Par::Seq, &[1.0], &[&[1.0, 3.0, 5.0]], &mut sum)?;
    /// assert_eq!(sum, [10.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// None for a program of [`Program::trace`].
    pub fn total(&self) -> Result<Self> {
        let uniform = self.uniform();
        Self::build(self.parameters(), self.columns(), |trace, p, row| {
            let values = self.values(&Scalars::new(), p, row)?;
            let numbers =
                values.iter().map(|v| v.number().copied().unwrap_or(Traced::of(f64::NAN))).collect();
            let mut sums = Sums {
                program: self,
                uniform,
                trace,
                values: numbers,
                known: vec![None; self.nodes().len()],
            };
            Ok(self.outputs().iter().map(|&id| sums.of(id)).collect())
        })
    }

    /// Which nodes are the same for all rows.
    pub(crate) fn uniform(&self) -> Vec<bool> {
        let mut uniform = vec![true; self.nodes().len()];
        for (id, &node) in self.nodes().iter().enumerate() {
            uniform[id] = match node {
                Node::Column(_) => false,
                Node::Total(_) => true,
                node => node.operands().all(|x| uniform[x as usize]),
            };
        }
        uniform
    }
}

/// Sums over rows, with factors that no row changes taken out.
struct Sums<'p, 't> {
    program: &'p Program,
    uniform: Vec<bool>,
    trace: &'t Trace,
    values: Vec<Traced<'t>>,
    known: Vec<Option<Traced<'t>>>,
}

impl<'t> Sums<'_, 't> {
    fn of(&mut self, id: Id) -> Traced<'t> {
        if let Some(sum) = self.known[id as usize] {
            return sum;
        }
        let sum = self.new_sum(id);
        self.known[id as usize] = Some(sum);
        sum
    }

    fn new_sum(&mut self, id: Id) -> Traced<'t> {
        let value = |x: Id| self.values[x as usize];
        if self.uniform[id as usize] {
            let rows = self.trace.number(Node::Total(self.trace.push(Node::constant(1.0))));
            return value(id) * rows;
        }
        match self.program.nodes()[id as usize] {
            Node::Unary(Unary::Neg, x) => -self.of(x),
            Node::Binary(Binary::Mul, u, x) if self.uniform[u as usize] => value(u) * self.of(x),
            Node::Binary(Binary::Mul, x, u) if self.uniform[u as usize] => value(u) * self.of(x),
            Node::Binary(Binary::Div, x, u) if self.uniform[u as usize] => {
                let u = value(u);
                self.of(x) / u
            }
            Node::Binary(Binary::Add, x, y) if self.has_factor(x) || self.has_factor(y) => {
                self.of(x) + self.of(y)
            }
            Node::Binary(Binary::Sub, x, y) if self.has_factor(x) || self.has_factor(y) => {
                self.of(x) - self.of(y)
            }
            _ => {
                let id = self.trace.id(value(id));
                self.trace.number(Node::Total(id))
            }
        }
    }

    /// Whether splitting a sum here saves work in every row.
    fn has_factor(&self, id: Id) -> bool {
        let uniform = |x: Id| self.uniform[x as usize];
        uniform(id)
            || match self.program.nodes()[id as usize] {
                Node::Unary(Unary::Neg, x) => self.has_factor(x),
                Node::Binary(Binary::Mul, x, y) => uniform(x) || uniform(y),
                Node::Binary(Binary::Div, _, y) => uniform(y),
                Node::Binary(Binary::Add | Binary::Sub, x, y) => self.has_factor(x) || self.has_factor(y),
                _ => false,
            }
    }
}
