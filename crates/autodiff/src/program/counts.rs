//! [`Counts`]: what a program costs, by instruction and by stage, read off its text without running it.

use core::fmt;
use std::collections::BTreeMap;

use super::{Id, Node, Program};
use crate::operation::{Binary, Unary};

/// When an instruction runs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Once a call, before the rows: it depends on parameters and constants only.
    Before,
    /// Once a row.
    Row,
    /// Once a call, after the rows: it depends on a sum over them.
    After,
}

/// The instructions of one stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The number of instructions of each name.
    pub instructions: BTreeMap<String, usize>,
    /// Additions, subtractions, multiplications, divisions, square roots and changes of sign. An integer power counts the multiplications
    /// of repeated squaring, and a division where its exponent is negative.
    pub flops: usize,
    /// Elementary and special functions, square roots and absolute values excepted.
    pub transcendentals: usize,
    /// Comparisons, selections and absolute values.
    pub selections: usize,
}

impl Work {
    /// The number of instructions.
    #[must_use]
    pub fn total(&self) -> usize {
        self.instructions.values().sum()
    }

    fn add(&mut self, node: Node) {
        let (name, flops, transcendentals, selections) = match node {
            Node::Constant(_) | Node::Parameter(_) | Node::Column(_) => return,
            Node::Unary(op, _) => match op {
                Unary::Neg | Unary::Sqrt => (op.name(), 1, 0, 0),
                Unary::Abs => (op.name(), 0, 0, 1),
                Unary::Powi(n) => (op.name(), power(n), 0, 0),
                _ => (op.name(), 0, 1, 0),
            },
            Node::Binary(op @ (Binary::Powf | Binary::Atan2), ..) => (op.name().to_owned(), 0, 1, 0),
            Node::Binary(op, ..) => (op.name().to_owned(), 1, 0, 0),
            Node::Compare(op, ..) => (op.name().to_owned(), 0, 0, 1),
            Node::Select(..) => ("select".to_owned(), 0, 0, 1),
            Node::Total(_) => ("total".to_owned(), 1, 0, 0),
        };
        *self.instructions.entry(name).or_default() += 1;
        self.flops += flops;
        self.transcendentals += transcendentals;
        self.selections += selections;
    }
}

/// The multiplications and divisions of xⁿ by repeated squaring.
fn power(n: i32) -> usize {
    let m = n.unsigned_abs();
    let squarings = m.checked_ilog2().unwrap_or(0) + m.count_ones().saturating_sub(1);
    squarings as usize + usize::from(n < 0)
}

/// What a program costs. `Display` prints it as a few lines.
///
/// ```
/// use thalweg_autodiff::Program;
/// use thalweg_core::Scalar;
/// let program = Program::trace(2, 1, |p, row| p[0].exp() * row[0] + p[1])?;
/// let counts = program.counts();
/// assert_eq!((counts.before.transcendentals, counts.row.flops), (1, 2));
/// assert_eq!(counts.bytes_a_row(size_of::<f64>()), 8);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The parameters that an instruction or a result reads.
    pub parameters: usize,
    /// The columns that an instruction or a result reads.
    pub columns: usize,
    /// The constants.
    pub constants: usize,
    /// The results.
    pub outputs: usize,
    /// What depends on the parameters only: hoisted out of the loop over rows.
    pub before: Work,
    /// What every row costs; the additions of its [`Node::Total`]s are among it.
    pub row: Work,
    /// What is computed from sums over rows.
    pub after: Work,
}

impl Counts {
    /// The bytes of data that a row brings, for numbers of `size` bytes.
    #[must_use]
    pub fn bytes_a_row(&self, size: usize) -> usize {
        self.columns * size
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parameters, columns, constants, outputs, .. } = self;
        writeln!(
            f,
            "reads {parameters} parameters, {columns} columns ({} bytes a row in f64), {constants} constants; results: {outputs}",
            self.bytes_a_row(8)
        )?;
        for (stage, work) in [
            ("once, before the rows", &self.before),
            ("every row", &self.row),
            ("once, after the rows", &self.after),
        ] {
            let Work { instructions, flops, transcendentals, selections } = work;
            write!(
                f,
                "{stage}: {} instructions, {flops} flops, {transcendentals} transcendentals, {selections} selections",
                work.total()
            )?;
            for (k, (name, count)) in instructions.iter().enumerate() {
                write!(f, "{}{count} {name}", if k == 0 { " = " } else { " + " })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Program {
    /// The stage of every node. An instruction on a column runs once a row, whatever else it reads.
    pub(super) fn stages(&self) -> Vec<Stage> {
        let mut stages: Vec<Stage> = Vec::with_capacity(self.nodes.len());
        for &node in &self.nodes {
            stages.push(match node {
                Node::Column(_) => Stage::Row,
                Node::Total(_) => Stage::After,
                _ => {
                    let of = |id: Id| stages[id as usize];
                    let mut latest = Stage::Before;
                    for stage in node.operands().map(of) {
                        latest = if stage == Stage::Row || latest == Stage::Row {
                            Stage::Row
                        } else {
                            latest.max(stage)
                        };
                    }
                    latest
                }
            });
        }
        stages
    }

    /// The operations, by stage: what is hoisted, what every row costs, what follows the sums over rows.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { outputs: self.outputs.len(), ..Counts::default() };
        let stages = self.stages();
        for (&node, stage) in self.nodes.iter().zip(&stages) {
            match (node, stage) {
                (Node::Constant(_), _) => counts.constants += 1,
                (Node::Parameter(_), _) => counts.parameters += 1,
                (Node::Column(_), _) => counts.columns += 1,
                (Node::Total(_), _) | (_, Stage::Row) => counts.row.add(node),
                (_, Stage::Before) => counts.before.add(node),
                (_, Stage::After) => counts.after.add(node),
            }
        }
        counts
    }
}
