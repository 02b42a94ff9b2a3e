//! Which parameters a node's derivative can depend on: index sets, propagated through the program.
//!
//! Every node has a set, but few are needed and most sums are read once: a set is stored only for nodes that are asked for or read more than
//! once, and the others are walked through. A sum of n terms thereby costs n and not n²/2. Equal sets are stored once.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., SIAM 2008, §7.1 (index domains).

use std::collections::HashMap;
use std::rc::Rc;

use crate::operation::Unary;
use crate::program::{Id, Node, Program};

/// The id of a set of parameters.
pub(crate) type SetId = u32;

/// Sets of parameters of some nodes of a program.
pub(crate) struct Dependencies {
    sets: Vec<Rc<[u32]>>,
    of_node: Vec<Option<SetId>>,
}

/// The operands through which a derivative flows: conditions have none.
pub(crate) fn differentiable_operands(node: Node) -> impl Iterator<Item = Id> {
    let skipped = match node {
        Node::Compare(..) => 2,
        Node::Select(..) => 1,
        Node::Unary(Unary::Powi(0), _) => 1,
        _ => 0,
    };
    node.operands().skip(skipped)
}

/// The nodes that some of `roots` depend on, themselves included.
pub(crate) fn reachable(program: &Program, roots: impl IntoIterator<Item = Id>) -> Vec<bool> {
    let mut live = vec![false; program.nodes().len()];
    roots.into_iter().for_each(|root| live[root as usize] = true);
    for (id, &node) in program.nodes().iter().enumerate().rev() {
        if live[id] {
            differentiable_operands(node).for_each(|x| live[x as usize] = true);
        }
    }
    live
}

impl Dependencies {
    /// The sets of `roots`.
    pub(crate) fn new(program: &Program, roots: &[Id]) -> Self {
        let nodes = program.nodes();
        let live = reachable(program, roots.iter().copied());
        let mut readers = vec![0_u32; nodes.len()];
        for (_, &node) in nodes.iter().enumerate().filter(|&(id, _)| live[id]) {
            differentiable_operands(node)
                .for_each(|x| readers[x as usize] = readers[x as usize].saturating_add(1));
        }
        let mut stored: Vec<bool> = (0..nodes.len()).map(|id| live[id] && readers[id] > 1).collect();
        roots.iter().for_each(|&root| stored[root as usize] = true);

        let mut known: HashMap<Rc<[u32]>, SetId> = HashMap::new();
        let mut this = Self { sets: Vec::new(), of_node: vec![None; nodes.len()] };
        let mut seen_by = vec![usize::MAX; program.parameters()];
        let (mut stack, mut set) = (Vec::new(), Vec::new());
        for id in (0..nodes.len()).filter(|&id| stored[id]) {
            stack.push(id);
            while let Some(at) = stack.pop() {
                let mut insert = |i: u32| {
                    if core::mem::replace(&mut seen_by[i as usize], id) != id {
                        set.push(i);
                    }
                };
                match (nodes[at], this.of_node[at]) {
                    (_, Some(stored)) => this.sets[stored as usize].iter().for_each(|&i| insert(i)),
                    (Node::Parameter(i), None) => insert(i),
                    (node, None) => stack.extend(differentiable_operands(node).map(|x| x as usize)),
                }
            }
            set.sort_unstable();
            let set_id = known.get(&set[..]).copied().unwrap_or_else(|| {
                let shared: Rc<[u32]> = Rc::from(&set[..]);
                this.sets.push(Rc::clone(&shared));
                let new = (this.sets.len() - 1) as SetId;
                known.insert(shared, new);
                new
            });
            this.of_node[id] = Some(set_id);
            set.clear();
        }
        this
    }

    /// The set of a root.
    pub(crate) fn of(&self, root: Id) -> Option<SetId> {
        self.of_node.get(root as usize).copied().flatten()
    }

    /// The parameters of a set, ascending.
    pub(crate) fn set(&self, id: SetId) -> &[u32] {
        &self.sets[id as usize]
    }

    /// The number of different sets.
    pub(crate) fn sets(&self) -> usize {
        self.sets.len()
    }
}
