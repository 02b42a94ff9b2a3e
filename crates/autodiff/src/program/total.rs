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
    /// The program holds totals already.
    pub fn weighted(&self) -> Result<Self> {
        self.no_totals("weighted program")?;
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
    /// The program holds totals already.
    pub fn total(&self) -> Result<Self> {
        self.no_totals("total")?;
        let uniform = self.uniform();
        Self::build(self.parameters(), self.columns(), |trace, p, row| {
            let values = self.values(&Scalars::new(), p, row)?;
            let numbers =
                values.iter().map(|v| v.number().copied().unwrap_or(Traced::of(f64::NAN))).collect();
            let known = vec![None; self.nodes().len()];
            let splits = splits(self.nodes(), &uniform);
            let mut sums = Sums { program: self, uniform, splits, trace, values: numbers, known };
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
    /// Whether splitting a sum at this node saves work in every row.
    splits: Vec<bool>,
    trace: &'t Trace,
    values: Vec<Traced<'t>>,
    known: Vec<Option<Traced<'t>>>,
}

impl<'t> Sums<'_, 't> {
    /// The sum of a node, from those of its operands: depth does not matter, because the way down is a list.
    fn of(&mut self, id: Id) -> Traced<'t> {
        let mut open = vec![id];
        while let Some(&at) = open.last() {
            let missing = self.parts(at).into_iter().find(|&x| self.known[x as usize].is_none());
            match missing {
                Some(x) if self.known[at as usize].is_none() => open.push(x),
                _ => {
                    if self.known[at as usize].is_none() {
                        self.known[at as usize] = Some(self.combine(at));
                    }
                    open.pop();
                }
            }
        }
        self.known[id as usize].unwrap_or(self.values[id as usize])
    }

    /// The operands whose sums make the sum of a node.
    fn parts(&self, id: Id) -> Vec<Id> {
        let uniform = |x: Id| self.uniform[x as usize];
        match self.program.nodes()[id as usize] {
            _ if uniform(id) => vec![],
            Node::Unary(Unary::Neg, x) => vec![x],
            Node::Binary(Binary::Mul, u, x) | Node::Binary(Binary::Mul, x, u) if uniform(u) => vec![x],
            Node::Binary(Binary::Div, x, u) if uniform(u) => vec![x],
            Node::Binary(Binary::Add | Binary::Sub, x, y) if self.splits[id as usize] => vec![x, y],
            _ => vec![],
        }
    }

    fn combine(&self, id: Id) -> Traced<'t> {
        let value = |x: Id| self.values[x as usize];
        let sum = |x: Id| self.known[x as usize].unwrap_or(value(x));
        if self.uniform[id as usize] {
            let rows = self.trace.number(Node::Total(self.trace.push(Node::constant(1.0))));
            return value(id) * rows;
        }
        match (self.program.nodes()[id as usize], &self.parts(id)[..]) {
            (Node::Unary(..), &[x]) => -sum(x),
            (Node::Binary(Binary::Mul, a, b), &[x]) => value(if a == x { b } else { a }) * sum(x),
            (Node::Binary(Binary::Div, _, u), &[x]) => sum(x) / value(u),
            (Node::Binary(Binary::Add, ..), &[x, y]) => sum(x) + sum(y),
            (Node::Binary(Binary::Sub, ..), &[x, y]) => sum(x) - sum(y),
            _ => self.trace.number(Node::Total(self.trace.id(value(id)))),
        }
    }
}

/// For every node whether it has a factor, or is a term, that is the same for all rows.
fn splits(nodes: &[Node], uniform: &[bool]) -> Vec<bool> {
    let mut splits: Vec<bool> = Vec::with_capacity(nodes.len());
    for (id, &node) in nodes.iter().enumerate() {
        let saves = |x: Id| splits[x as usize];
        let same = |x: Id| uniform[x as usize];
        splits.push(
            uniform[id]
                || match node {
                    Node::Unary(Unary::Neg, x) => saves(x),
                    Node::Binary(Binary::Mul, x, y) => same(x) || same(y),
                    Node::Binary(Binary::Div, _, y) => same(y),
                    Node::Binary(Binary::Add | Binary::Sub, x, y) => saves(x) || saves(y),
                    _ => false,
                },
        );
    }
    splits
}
