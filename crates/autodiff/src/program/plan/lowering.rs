//! [`Lowering`]: where the values of a program lie while its plan is made.

use super::Source;
use crate::program::Program;
use crate::program::counts::Stage;
use crate::program::node::{Id, Node};

pub(super) struct Lowering<'p> {
    pub(super) nodes: &'p [Node],
    pub(super) outputs: &'p [Id],
    pub(super) parameters: usize,
    pub(super) stages: Vec<Stage>,
    pub(super) uses: Vec<u32>,
    /// The place of a uniform node.
    pub(super) place: Vec<u32>,
    pub(super) places: usize,
    pub(super) constants: Vec<f64>,
    pub(super) lists: Vec<u32>,
    pub(super) slot: Vec<u32>,
}

impl<'p> Lowering<'p> {
    pub(super) fn new(program: &'p Program, stages: Vec<Stage>) -> Self {
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
            place: vec![NOWHERE; program.nodes().len()],
            places: 0,
            constants: Vec::new(),
            lists: Vec::new(),
            slot: vec![NOWHERE; program.nodes().len()],
        }
    }

    /// Constants first, then every parameter, read or not. Sums of products need a zero and a one.
    pub(super) fn leaves(&mut self) {
        self.constants = vec![0.0, 1.0];
        for (id, node) in self.nodes.iter().enumerate() {
            if let Node::Constant(bits) = node {
                self.place[id] = self.constants.len() as u32;
                self.constants.push(f64::from_bits(*bits));
            }
        }
        for (id, node) in self.nodes.iter().enumerate() {
            if let Node::Parameter(i) = node {
                self.place[id] = self.constants.len() as u32 + i;
            }
        }
        self.places = self.constants.len() + self.parameters;
    }

    pub(super) fn stage(&self, id: Id) -> Stage {
        self.stages[id as usize]
    }

    /// Places for the totals; a total of the constant 1 counts the rows.
    pub(super) fn place_totals(&mut self) -> ((usize, usize), Option<usize>) {
        let start = self.places;
        let mut count = None;
        for (id, node) in self.nodes.iter().enumerate() {
            if let Node::Total(x) = *node {
                if self.stage(x) != Stage::Row {
                    count = Some(self.places);
                }
                self.place[id] = self.places as u32;
                self.places += 1;
            }
        }
        ((start, self.places - start), count)
    }

    pub(super) fn source(&self, id: Id) -> Source {
        match (self.nodes[id as usize], self.stage(id)) {
            (Node::Column(j), _) => Source::Column(j),
            (_, Stage::Row) => Source::Slot(self.slot[id as usize]),
            _ => Source::Uniform(self.place[id as usize]),
        }
    }
}

/// A node without a place or slot.
pub(super) const NOWHERE: u32 = u32::MAX;
/// The places of the constants 0 and 1.
pub(super) const ZERO: u32 = 0;
pub(super) const ONE: u32 = 1;
