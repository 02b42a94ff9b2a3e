//! Row work: sums of products as one instruction, slots given out and taken back.

use super::lowering::{Lowering, NOWHERE, ONE, ZERO};
use super::{Instruction, Source, Work};
use crate::operation::{Binary, Unary};
use crate::program::counts::Stage;
use crate::program::node::{Id, Node};

impl Lowering<'_> {
    /// The row work, with slots given out and taken back.
    pub(super) fn rows(&mut self) -> (Vec<Instruction>, usize) {
        let work = self.row_work();
        // The last reader of every value; results are read at the end.
        let mut last = vec![0; self.nodes.len()];
        for (at, (_, operands)) in work.iter().enumerate() {
            for &x in operands {
                last[x as usize] = at;
            }
        }
        for &x in self.outputs {
            last[x as usize] = usize::MAX;
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
                self.slot[*id as usize] = dest;
            }
            let mut ended: Vec<Id> = operands.iter().copied().filter(|&x| last[x as usize] == at).collect();
            ended.sort_unstable();
            ended.dedup();
            free.extend(ended.iter().map(|&x| self.slot[x as usize]).filter(|&slot| slot != NOWHERE));
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
                let total = self.place[id as usize];
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
