//! [`Plan`]: a program made ready to run: what is done once a call, what is done a row, what is done with the sums.
//!
//! Uniform work (on parameters and constants, or on totals) is scheduled in [`Group`]s of equal operations that do not depend on each other.
//! Row work becomes [`Instruction`]s over blocks of rows, in slots that are used again when their value is dead; sums of products run
//! as one instruction.

use std::collections::{BTreeMap, HashMap};

use thalweg_core::{Error, Result};

use super::Program;
use super::node::{Id, Node};
use crate::operation::{Binary, Comparison, Unary};

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

#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Before,
    Row,
    After,
}

impl Plan {
    pub(crate) fn new(program: &Program) -> Result<Self> {
        let nodes = program.nodes();
        let stages = stages(nodes)?;
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

fn stages(nodes: &[Node]) -> Result<Vec<Stage>> {
    let mut stages: Vec<Stage> = Vec::with_capacity(nodes.len());
    for &node in nodes {
        let latest = node.operands().map(|x| stages[x as usize]).max().unwrap_or(Stage::Before);
        let earliest_row = node.operands().any(|x| stages[x as usize] == Stage::Row);
        stages.push(match node {
            Node::Column(_) => Stage::Row,
            Node::Total(_) => Stage::After,
            _ if latest == Stage::After && earliest_row => {
                return Err(Error::Unsupported {
                    what: "compiling a program whose rows read a total".to_owned(),
                    why: "the rows would have to be read twice".to_owned(),
                    remedy: "make the total a parameter of a second program".to_owned(),
                });
            }
            _ => latest,
        });
    }
    Ok(stages)
}

/// A uniform node to be scheduled.
#[derive(Clone)]
struct Member {
    op: UniformOp,
    operands: Vec<Id>,
    /// For sums, which operands are subtracted.
    minus: Vec<bool>,
    id: Id,
}

struct Lowering<'p> {
    nodes: &'p [Node],
    outputs: &'p [Id],
    parameters: usize,
    stages: Vec<Stage>,
    uses: Vec<u32>,
    /// The place of a uniform node.
    place: HashMap<Id, u32>,
    places: usize,
    constants: Vec<f64>,
    lists: Vec<u32>,
    slot: HashMap<Id, u32>,
}

impl<'p> Lowering<'p> {
    fn new(program: &'p Program, stages: Vec<Stage>) -> Self {
        let mut uses = vec![0; program.nodes().len()];
        for node in program.nodes() {
            node.operands().for_each(|x| uses[x as usize] += 1);
        }
        program.outputs().iter().for_each(|&x| uses[x as usize] += 1);
        Self {
            nodes: program.nodes(),
            outputs: program.outputs(),
            parameters: program.parameters(),
            stages,
            uses,
            place: HashMap::new(),
            places: 0,
            constants: Vec::new(),
            lists: Vec::new(),
            slot: HashMap::new(),
        }
    }

    /// Constants first, then every parameter, read or not. Sums of products need a zero and a one.
    fn leaves(&mut self) {
        self.constants = vec![0.0, 1.0];
        for (id, node) in self.nodes.iter().enumerate() {
            if let Node::Constant(bits) = node {
                self.place.insert(id as Id, self.constants.len() as u32);
                self.constants.push(f64::from_bits(*bits));
            }
        }
        for (id, node) in self.nodes.iter().enumerate() {
            if let Node::Parameter(i) = node {
                self.place.insert(id as Id, self.constants.len() as u32 + i);
            }
        }
        self.places = self.constants.len() + self.parameters;
    }

    fn stage(&self, id: Id) -> Stage {
        self.stages[id as usize]
    }

    /// The terms of a chain of sums and differences whose inner nodes nobody else reads, in the order in which they are added; and the inner
    /// nodes.
    fn chain(&self, id: Id) -> (Vec<(bool, Id)>, Vec<Id>) {
        let absorbed = |x: Id| {
            self.uses[x as usize] == 1
                && self.stage(x) == self.stage(id)
                && matches!(self.nodes[x as usize], Node::Binary(Binary::Add | Binary::Sub, ..))
        };
        let (mut terms, mut inner) = (Vec::new(), Vec::new());
        let mut at = id;
        while let Node::Binary(op, x, y) = self.nodes[at as usize] {
            let (next, other, minus) = match op {
                Binary::Add if !absorbed(x) && absorbed(y) => (y, x, false),
                Binary::Add => (x, y, false),
                _ => (x, y, true),
            };
            terms.push((minus, other));
            if !absorbed(next) {
                terms.push((false, next));
                break;
            }
            inner.push(next);
            at = next;
        }
        terms.reverse();
        (terms, inner)
    }

    /// The uniform work of one stage: by level, equal operations together.
    fn schedule(&mut self, stage: Stage) -> Vec<Group> {
        // Inner nodes of a chain are done by its last node.
        let mut inside = vec![false; self.nodes.len()];
        let mut level: HashMap<Id, usize> = HashMap::new();
        let mut levels: BTreeMap<usize, Vec<Member>> = BTreeMap::new();
        let mine = |id: Id| self.stages[id as usize] == stage;
        let sum = |id: Id| matches!(self.nodes[id as usize], Node::Binary(Binary::Add | Binary::Sub, ..));
        for id in (0..self.nodes.len() as Id).rev().filter(|&id| mine(id) && sum(id)) {
            if !inside[id as usize] {
                self.chain(id).1.into_iter().for_each(|x| inside[x as usize] = true);
            }
        }
        for id in (0..self.nodes.len() as Id).filter(|&id| mine(id) && !inside[id as usize]) {
            let (op, operands, minus) = match self.nodes[id as usize] {
                Node::Constant(_) | Node::Parameter(_) | Node::Column(_) | Node::Total(_) => continue,
                Node::Unary(op, x) => (UniformOp::Unary(op), vec![x], vec![]),
                Node::Binary(Binary::Add | Binary::Sub, ..) if !self.chain(id).1.is_empty() => {
                    let (minus, terms) = self.chain(id).0.into_iter().unzip();
                    (UniformOp::Sum, terms, minus)
                }
                Node::Binary(op, x, y) => (UniformOp::Binary(op), vec![x, y], vec![]),
                Node::Compare(op, x, y) => (UniformOp::Compare(op), vec![x, y], vec![]),
                Node::Select(m, x, y) => (UniformOp::Select, vec![m, x, y], vec![]),
            };
            let at = operands.iter().filter_map(|x| level.get(x)).max().map_or(0, |l| l + 1);
            level.insert(id, at);
            levels.entry(at).or_default().push(Member { op, operands, minus, id });
        }
        let mut groups = Vec::new();
        for mut members in levels.into_values() {
            while let Some(first) = members.first().cloned() {
                let same = |m: &Member| {
                    m.op == first.op && m.operands.len() == first.operands.len() && m.minus == first.minus
                };
                let (now, later): (Vec<_>, Vec<_>) = members.into_iter().partition(same);
                self.groups_of(&now, &mut groups);
                members = later;
            }
        }
        groups
    }

    /// Gives the members of one level and operation their places, and cuts them into groups whose operands lie in order if they are long
    /// enough, else in none.
    fn groups_of(&mut self, members: &[Member], groups: &mut Vec<Group>) {
        let places: Vec<Vec<u32>> =
            members.iter().map(|m| m.operands.iter().map(|x| self.place[x]).collect()).collect();
        let mut cuts = vec![0];
        let mut at = 0;
        while at < members.len() {
            let run = ordered_run(&places[at..]);
            if run >= SHORT {
                cuts.extend([at, at + run]);
            }
            at += run;
        }
        cuts.push(members.len());
        cuts.dedup();
        for cut in cuts.windows(2) {
            let (members, places) = (&members[cut[0]..cut[1]], &places[cut[0]..cut[1]]);
            groups.push(self.group(members, places));
        }
    }

    fn group(&mut self, members: &[Member], places: &[Vec<u32>]) -> Group {
        let (op, minus, arity) = members
            .first()
            .map_or((UniformOp::Sum, vec![], 0), |m| (m.op, m.minus.clone(), m.operands.len()));
        let alone = op == UniformOp::Sum && members.len() == 1;
        let runs = if alone { runs(&minus, &places[0]) } else { vec![] };
        let operands = (0..if alone { 0 } else { arity })
            .map(|k| {
                let of: Vec<u32> = places.iter().map(|p| p[k]).collect();
                let first = of[0];
                if of.iter().all(|&at| at == first) {
                    Access::Same(first)
                } else if of.iter().zip(first..).all(|(&at, wanted)| at == wanted) {
                    Access::Run(first)
                } else {
                    self.lists.extend(&of);
                    Access::List((self.lists.len() - of.len()) as u32)
                }
            })
            .collect();
        let start = self.places;
        for member in members {
            self.place.insert(member.id, self.places as u32);
            self.places += 1;
        }
        Group { op, start, len: members.len(), operands, minus, runs }
    }

    /// Places for the totals; a total of the constant 1 counts the rows.
    fn place_totals(&mut self) -> ((usize, usize), Option<usize>) {
        let start = self.places;
        let mut count = None;
        for (id, node) in self.nodes.iter().enumerate() {
            if let Node::Total(x) = *node {
                if self.stage(x) != Stage::Row {
                    count = Some(self.places);
                }
                self.place.insert(id as Id, self.places as u32);
                self.places += 1;
            }
        }
        ((start, self.places - start), count)
    }

    fn source(&self, id: Id) -> Source {
        match (self.nodes[id as usize], self.stage(id)) {
            (Node::Column(j), _) => Source::Column(j),
            (_, Stage::Row) => Source::Slot(self.slot[&id]),
            _ => Source::Uniform(self.place[&id]),
        }
    }

    /// The row work, with slots given out and taken back.
    fn rows(&mut self) -> (Vec<Instruction>, usize) {
        let work = self.row_work();
        // The last reader of every value; results are read at the end.
        let mut last: HashMap<Id, usize> = HashMap::new();
        for (at, (_, operands)) in work.iter().enumerate() {
            for &x in operands {
                last.insert(x, at);
            }
        }
        for &x in self.outputs {
            last.insert(x, usize::MAX);
        }
        let (mut free, mut slots) = (Vec::new(), 0);
        let mut instructions = Vec::new();
        for (at, (id, operands)) in work.iter().enumerate() {
            let node = self.nodes[*id as usize];
            // A result never lies on an operand, so that blocks do not alias.
            let total = matches!(node, Node::Total(_));
            let dest = if total {
                0
            } else {
                free.pop().unwrap_or_else(|| {
                    slots += 1;
                    slots - 1
                })
            };
            instructions.push(self.instruction(*id, dest));
            if !total {
                self.slot.insert(*id, dest);
            }
            let mut ended: Vec<Id> = operands.iter().copied().filter(|x| last.get(x) == Some(&at)).collect();
            ended.sort_unstable();
            ended.dedup();
            free.extend(ended.iter().filter_map(|x| self.slot.get(x).copied()));
        }
        (instructions, slots as usize)
    }

    /// The row nodes that become instructions, each with the row values that it reads.
    fn row_work(&self) -> Vec<(Id, Vec<Id>)> {
        let is_row = |id: Id| self.stage(id) == Stage::Row;
        let mut needed = vec![false; self.nodes.len()];
        self.outputs.iter().for_each(|&x| needed[x as usize] = true);
        let mut work = Vec::new();
        for id in (0..self.nodes.len() as Id).rev() {
            let node = self.nodes[id as usize];
            let here = match node {
                Node::Total(x) => is_row(x),
                Node::Column(_) | Node::Compare(..) => false,
                _ => is_row(id) && needed[id as usize],
            };
            if here {
                let operands: Vec<Id> = self.reads(id).into_iter().filter(|&x| is_row(x)).collect();
                operands.iter().for_each(|&x| needed[x as usize] = true);
                work.push((id, operands));
            }
        }
        work.reverse();
        work
    }

    /// What the instruction of a row node or total reads.
    fn reads(&self, id: Id) -> Vec<Id> {
        match self.nodes[id as usize] {
            Node::Total(x) => self.product(x).map_or_else(|| vec![x], |(a, b)| vec![a, b]),
            Node::Binary(Binary::Add | Binary::Sub, ..) => self
                .terms(id)
                .into_iter()
                .flat_map(|term| match term {
                    Term::Single(_, x) => vec![x],
                    Term::Product(_, x, y) => vec![x, y],
                })
                .collect(),
            Node::Select(m, x, y) => self.nodes[m as usize].operands().chain([x, y]).collect(),
            node => node.operands().collect(),
        }
    }

    /// The factors of a product that nobody else reads.
    fn product(&self, id: Id) -> Option<(Id, Id)> {
        match self.nodes[id as usize] {
            Node::Binary(Binary::Mul, x, y)
                if self.uses[id as usize] == 1 && self.stage(id) == Stage::Row =>
            {
                Some((x, y))
            }
            _ => None,
        }
    }

    /// A tree of sums as ± terms, from left to right.
    fn terms(&self, id: Id) -> Vec<Term> {
        let mut terms = Vec::new();
        let mut open = vec![(id, false)];
        while let Some((at, minus)) = open.pop() {
            let inner = at == id || (self.uses[at as usize] == 1 && self.stage(at) == Stage::Row);
            match self.nodes[at as usize] {
                Node::Binary(op @ (Binary::Add | Binary::Sub), x, y) if inner => {
                    open.push((y, minus != (op == Binary::Sub)));
                    open.push((x, minus));
                }
                Node::Unary(Unary::Neg, x) if inner => open.push((x, !minus)),
                _ => terms.push(match self.product(at) {
                    Some((x, y)) => Term::Product(minus, x, y),
                    None => Term::Single(minus, at),
                }),
            }
        }
        terms
    }

    fn instruction(&self, id: Id, dest: u32) -> Instruction {
        let source = |x: Id| self.source(x);
        let work = match self.nodes[id as usize] {
            Node::Total(x) => {
                let total = self.place[&id];
                return match self.product(x) {
                    // A factor that is the same for all rows was taken out before.
                    Some((a, b)) => Instruction::Total(total, source(a), Some(source(b))),
                    None => Instruction::Total(total, source(x), None),
                };
            }
            Node::Unary(op, x) => Work::Unary(op, source(x)),
            Node::Binary(Binary::Add | Binary::Sub, ..) => self.sum_of_products(&self.terms(id)),
            Node::Binary(op, x, y) => Work::Binary(op, source(x), source(y)),
            Node::Select(m, x, y) => match self.nodes[m as usize] {
                Node::Compare(op, a, b) => Work::Select(op, [source(a), source(b), source(x), source(y)]),
                // No trace writes another condition.
                _ => Work::Binary(Binary::Sub, source(x), source(x)),
            },
            Node::Constant(_) | Node::Parameter(_) | Node::Column(_) | Node::Compare(..) => {
                Work::Binary(Binary::Add, source(id), Source::Uniform(ZERO))
            }
        };
        Instruction::Row(work, dest)
    }

    fn sum_of_products(&self, terms: &[Term]) -> Work {
        if let [Term::Single(false, x), Term::Single(minus, y)] = *terms {
            let op = if minus { Binary::Sub } else { Binary::Add };
            return Work::Binary(op, self.source(x), self.source(y));
        }
        // It starts from a plain term if there is one.
        let start = terms.iter().position(|term| matches!(term, Term::Single(false, _)));
        let init = match start.map(|at| &terms[at]) {
            Some(Term::Single(_, x)) => self.source(*x),
            _ => Source::Uniform(ZERO),
        };
        let rest =
            terms.iter().enumerate().filter(|(at, _)| Some(*at) != start).map(|(_, term)| match *term {
                Term::Single(minus, x) => (minus, self.source(x), Source::Uniform(ONE)),
                Term::Product(minus, x, y) => (minus, self.source(x), self.source(y)),
            });
        Work::Products { init, terms: rest.collect() }
    }
}

/// A term of a sum, with whether it is subtracted.
enum Term {
    Single(bool, Id),
    Product(bool, Id, Id),
}

/// The places of the constants 0 and 1.
const ZERO: u32 = 0;
const ONE: u32 = 1;

/// Groups with operands in order are cut out of others from this length on.
const SHORT: usize = 8;

/// How many members from the first on have operands that all stay or all move on by one.
fn ordered_run(places: &[Vec<u32>]) -> usize {
    let [first, second, ..] = places else { return places.len() };
    let steps: Vec<u32> = first.iter().zip(second).map(|(a, b)| b.wrapping_sub(*a)).collect();
    if steps.iter().any(|&step| step > 1) {
        return 1;
    }
    let follows =
        |pair: &[Vec<u32>]| (0..steps.len()).all(|k| pair[1][k].wrapping_sub(pair[0][k]) == steps[k]);
    1 + places.windows(2).take_while(|pair| follows(pair)).count()
}

/// The terms of one sum, those next to each other together.
fn runs(minus: &[bool], places: &[u32]) -> Vec<(bool, u32, u32)> {
    let mut terms: Vec<(bool, u32)> = minus.iter().copied().zip(places.iter().copied()).collect();
    terms.sort_unstable();
    let mut runs: Vec<(bool, u32, u32)> = Vec::new();
    for (minus, place) in terms {
        match runs.last_mut() {
            Some((sign, first, len)) if *sign == minus && *first + *len == place => *len += 1,
            _ => runs.push((minus, place, 1)),
        }
    }
    runs
}
