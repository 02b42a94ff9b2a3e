//! [`Plan`]: a program made ready to run: what is done once a call, what is done a row, what is done with the sums.
//!
//! Uniform work (on parameters and constants, or on totals) is scheduled in [`Group`]s of equal operations that do not depend on each other.
//! Row work becomes [`Instruction`]s over blocks of rows, in slots that are used again when their value is dead; sums of products run
//! as one instruction.

mod lowering;
mod rows;
mod uniform;

use thalweg_core::{Error, Result};

use super::Program;
use super::counts::Stage;
use super::node::Node;
use crate::operation::{Binary, Comparison, Unary};
use lowering::Lowering;

/// Where an operand of row work lies.
#[derive(Copy, Clone, Debug, PartialEq)]
pub(crate) enum Source {
    /// A block of values computed before.
    Slot(u32),
    /// A block of a data column.
    Column(u32),
    /// A number that is the same for all rows.
    Uniform(u32),
}

/// Work on a block of rows.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    Unary(Unary, Source),
    Binary(Binary, Source, Source),
    Select(Comparison, [Source; 4]),
    /// init + Σ ±a·b.
    Products {
        init: Source,
        terms: Vec<(bool, Source, Source)>,
    },
}

#[derive(Clone, Debug)]
pub(crate) enum Instruction {
    /// Row work, with the slot of its result.
    Row(Work, u32),
    /// Adds the rows to a total: Σ x, or Σ x·y.
    Total(u32, Source, Option<Source>),
}

/// Equal uniform operations, none of which reads another's result.
#[derive(Clone, Debug)]
pub struct Group {
    pub(crate) op: UniformOp,
    /// The place of the first result; the others follow.
    pub(crate) start: usize,
    pub(crate) len: usize,
    /// Where the first operands lie, the second operands, …
    pub(crate) operands: Vec<Access>,
    /// For sums, which operands are subtracted.
    pub(crate) minus: Vec<bool>,
    /// The terms of a sum that is alone in its group, by their places: subtracted or not, the first place, and how many follow each other.
    pub(crate) runs: Vec<(bool, u32, u32)>,
}

/// Where the operands of a group's members lie.
#[derive(Copy, Clone, Debug, PartialEq)]
pub(crate) enum Access {
    /// Behind each other from this place on: a loop that was unrolled by tracing is one again.
    Run(u32),
    /// All at this place.
    Same(u32),
    /// Anywhere: the places stand in `Plan::lists` from here on.
    List(u32),
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum UniformOp {
    Unary(Unary),
    Binary(Binary),
    Compare(Comparison),
    Select,
    /// x₀ ± x₁ ± x₂ …
    Sum,
}

/// A program made ready to run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) parameters: usize,
    pub(crate) columns: usize,
    /// The constants, at the first places.
    pub(crate) constants: Vec<f64>,
    /// The number of places.
    pub(crate) places: usize,
    /// The operands that lie in no order.
    pub(crate) lists: Vec<u32>,
    pub(crate) before: Vec<Group>,
    pub(crate) rows: Vec<Instruction>,
    pub(crate) slots: usize,
    /// The place of the first total, their number, and which of them count rows.
    pub(crate) totals: (usize, usize),
    pub(crate) row_count: Option<usize>,
    pub(crate) after: Vec<Group>,
    pub(crate) outputs: Vec<Source>,
}

impl Plan {
    pub(crate) fn new(program: &Program) -> Result<Self> {
        let stages = stages(program)?;
        let mut lowering = Lowering::new(program, stages);
        lowering.leaves();
        let before = lowering.schedule(Stage::Before);
        let (totals, row_count) = lowering.place_totals();
        let (rows, slots) = lowering.rows();
        let after = lowering.schedule(Stage::After);
        let outputs = program.outputs().iter().map(|&id| lowering.source(id)).collect();
        Ok(Self {
            parameters: program.parameters(),
            columns: program.columns(),
            constants: lowering.constants,
            places: lowering.places,
            lists: lowering.lists,
            before,
            rows,
            slots,
            totals,
            row_count,
            after,
            outputs,
        })
    }

    /// Whether the results are numbers of the whole data set.
    pub(crate) fn is_uniform(&self) -> bool {
        self.outputs.iter().all(|output| matches!(output, Source::Uniform(_)))
    }
}

/// The stages of a program whose rows read no total.
fn stages(program: &Program) -> Result<Vec<Stage>> {
    let stages = program.stages();
    let reads_total = |(id, node): (usize, &Node)| {
        stages[id] == Stage::Row && node.operands().any(|x| stages[x as usize] == Stage::After)
    };
    if program.nodes().iter().enumerate().any(reads_total) {
        return Err(Error::Unsupported {
            what: "compiling a program whose rows read a total".to_owned(),
            why: "the rows would have to be read twice".to_owned(),
            remedy: "make the total a parameter of a second program".to_owned(),
        });
    }
    Ok(stages)
}
