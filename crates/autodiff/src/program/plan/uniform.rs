//! Uniform work: by level, equal operations together, and in runs where their operands lie in order.

use std::collections::BTreeMap;

use super::lowering::Lowering;
use super::{Access, Group, UniformOp};
use crate::operation::Binary;
use crate::program::counts::Stage;
use crate::program::node::{Id, Node};

/// A uniform node to be scheduled.
#[derive(Clone)]
struct Member {
    op: UniformOp,
    operands: Vec<Id>,
    /// For sums, which operands are subtracted.
    minus: Vec<bool>,
    id: Id,
}

impl Lowering<'_> {
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
    pub(super) fn schedule(&mut self, stage: Stage) -> Vec<Group> {
        // Inner nodes of a chain are done by its last node.
        let mut inside = vec![false; self.nodes.len()];
        let mut level: Vec<Option<usize>> = vec![None; self.nodes.len()];
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
            let at = operands.iter().filter_map(|&x| level[x as usize]).max().map_or(0, |l| l + 1);
            level[id as usize] = Some(at);
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
            members.iter().map(|m| m.operands.iter().map(|&x| self.place[x as usize]).collect()).collect();
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
            self.place[member.id as usize] = self.places as u32;
            self.places += 1;
        }
        Group { op, start, len: members.len(), operands, minus, runs }
    }
}

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
