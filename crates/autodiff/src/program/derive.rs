//! Program → program: [`Program::gradient`], [`Program::jvp`], [`Program::hessian`], [`Program::taylor`].
//!
//! No derivative rule stands here. An operation's partial derivatives are what [`Dual`] numbers of traced values give, so every rule is
//! written once, in core; the value they carry along is a node that exists already.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed. (2008), chapters 3 and 10; Gower and Mello, *A new framework for the computation of
//! Hessians*, Optim. Methods Softw. 27 (2012).

use std::collections::BTreeMap;

use thalweg_core::{Dual, Error, Result, Scalar};

use super::node::{Id, Node};
use super::trace::Traced;
use super::{Program, Slot};
use crate::algebra::Scalars;
use crate::taylor::Series;

/// The value of every node as a traced number.
type Values<'t> = Vec<Slot<Scalars<Traced<'t>>>>;
/// The derivative of the result with respect to every node; none where it is 0.
type Adjoints<'t> = Vec<Option<Traced<'t>>>;
/// Second derivatives between two nodes, the larger id first.
type Pairs<'t> = BTreeMap<(Id, Id), Traced<'t>>;
/// First and second partial derivatives in two directions.
type Second<'t> = Dual<Dual<Traced<'t>, 2>, 2>;

impl Program {
    /// The program of [f, ∂f/∂p₀, ∂f/∂p₁, …] for a program of one result f, by one reverse sweep: the operations are a small multiple of f's,
    /// whatever the number of parameters.
    ///
    /// ```
    /// use thalweg_autodiff::{Program, Scalars};
    /// use thalweg_core::Scalar;
    /// let f = Program::trace(2, 0, |p, _| p[0] * p[1].exp())?;
    /// assert_eq!(f.gradient()?.evaluate(&Scalars::<f64>::new(), &[3.0, 0.0], &[])?, [3.0, 1.0, 3.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// The program has not exactly one result, or holds totals.
    pub fn gradient(&self) -> Result<Self> {
        let f = self.single("gradient")?;
        Self::build(self.parameters(), self.columns(), |_, p, row| {
            let values = self.replay(p, row)?;
            let adjoints = self.adjoints(&values, f)?;
            let mut results = vec![number(&values, f)?];
            results.extend(self.of_parameters(&adjoints));
            Ok(results)
        })
    }

    /// The program of [f, ∂²f/∂pᵢ∂pⱼ for j ≤ i row by row of the lower triangle, after the gradient]: f, then n first derivatives, then
    /// n(n + 1)/2 second ones.
    ///
    /// One second-order reverse sweep (Gower and Mello): second derivatives arise at nonlinear nodes and are pushed to their operands, so a
    /// function of few nonlinear terms of linear predictors costs little more than their outer products.
    ///
    /// ```
    /// use thalweg_autodiff::{Program, Scalars};
    /// use thalweg_core::Scalar;
    /// let f = Program::trace(2, 0, |p, _| p[0] * p[1].exp())?;
    /// let all = f.hessian()?.evaluate(&Scalars::<f64>::new(), &[3.0, 0.0], &[])?;
    /// assert_eq!(all, [3.0, 1.0, 3.0, 0.0, 1.0, 3.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// The program has not exactly one result, or holds totals.
    pub fn hessian(&self) -> Result<Self> {
        let f = self.single("hessian")?;
        Self::build(self.parameters(), self.columns(), |_, p, row| {
            let values = self.replay(p, row)?;
            let (adjoints, pairs) = self.push_edges(&values, f)?;
            let mut results = vec![number(&values, f)?];
            results.extend(self.of_parameters(&adjoints));
            let leaves = self.parameter_nodes();
            for i in 0..self.parameters() {
                for j in 0..=i {
                    let entry = match (leaves[i], leaves[j]) {
                        (Some(a), Some(b)) => pairs.get(&ordered(a, b)).copied(),
                        _ => None,
                    };
                    results.push(entry.unwrap_or(Traced::of(0.0)));
                }
            }
            Ok(results)
        })
    }

    /// The program of [values, Jacobian · v] with parameters [p, v]: forward mode in one direction v.
    ///
    /// ```
    /// use thalweg_autodiff::{Program, Scalars};
    /// use thalweg_core::Scalar;
    /// let f = Program::trace(1, 0, |p, _| p[0].sin())?;
    /// assert_eq!(f.jvp()?.evaluate(&Scalars::<f64>::new(), &[0.0, 2.0], &[])?, [0.0, 2.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// The program holds totals.
    pub fn jvp(&self) -> Result<Self> {
        self.no_totals("jvp")?;
        let n = self.parameters();
        Self::build(2 * n, self.columns(), |_, p, row| {
            let x: Vec<Dual<Traced<'_>, 1>> =
                (0..n).map(|i| Dual { value: p[i], derivatives: [p[n + i]] }).collect();
            let row: Vec<_> = row.iter().map(|&x| Dual::constant(x)).collect();
            let results = self.evaluate(&Scalars::new(), &x, &row)?;
            let values = results.iter().map(|y| y.value);
            Ok(values.chain(results.iter().map(|y| y.derivatives[0])).collect())
        })
    }

    /// The program of the Taylor coefficients c₀, …, c_order of every result along p + v·t, with parameters [p, v]: first all of the first result, then
    /// all of the second, … O(order²) operations for each of this program's.
    ///
    /// ```
    /// use thalweg_autodiff::Program;
    /// use thalweg_core::Scalar;
    /// let exp = Program::trace(1, 0, |p, _| p[0].exp())?;
    /// let mut coefficients = [0.0; 4];
    /// exp.taylor(3)?.compile()?.call(&[0.0, 1.0], &mut coefficients)?;
    /// assert_eq!(coefficients, [1.0, 1.0, 0.5, 1.0 / 6.0]);
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// The program holds totals; an order above [`MAX_ORDER`](crate::taylor::MAX_ORDER).
    pub fn taylor(&self, order: usize) -> Result<Self> {
        self.no_totals("taylor")?;
        let n = self.parameters();
        Self::build(2 * n, self.columns(), |_, p, row| {
            let algebra = Series::algebra(order)?;
            let x: Vec<_> = (0..n).map(|i| algebra.line(p[i], p[n + i])).collect();
            let row: Vec<_> = row.iter().map(|&x| algebra.fixed(x)).collect();
            let results = self.evaluate(&algebra, &x, &row)?;
            Ok(results.iter().flat_map(|y| (0..=order).map(|k| y.coefficient(k))).collect())
        })
    }

    /// The one result.
    fn single(&self, what: &str) -> Result<Id> {
        self.no_totals(what)?;
        match self.outputs() {
            &[f] => Ok(f),
            outputs => Err(Error::Unsupported {
                what: format!("the {what} of a program of {} results", outputs.len()),
                why: "it is defined for one".to_owned(),
                remedy: "trace the one result, or use jvp".to_owned(),
            }),
        }
    }

    /// `Err` if the program sums over rows: replayed for one row, its sums would be lost.
    pub(super) fn no_totals(&self, what: &str) -> Result<()> {
        if self.nodes().iter().any(|node| matches!(node, Node::Total(_))) {
            return Err(Error::Unsupported {
                what: format!("the {what} of a program that sums over rows"),
                why: "programs are transformed row by row, before the sum".to_owned(),
                remedy: format!("take the {what} of the program of one row, and Program::total last"),
            });
        }
        Ok(())
    }

    fn replay<'t>(&self, p: &[Traced<'t>], row: &[Traced<'t>]) -> Result<Values<'t>> {
        self.values(&Scalars::new(), p, row)
    }

    /// The node of each parameter, where it is read.
    fn parameter_nodes(&self) -> Vec<Option<Id>> {
        let mut found = vec![None; self.parameters()];
        for (id, node) in self.nodes().iter().enumerate() {
            if let Node::Parameter(i) = node {
                found[*i as usize] = Some(id as Id);
            }
        }
        found
    }

    fn of_parameters<'t>(&self, adjoints: &[Option<Traced<'t>>]) -> Vec<Traced<'t>> {
        let leaves = self.parameter_nodes();
        leaves
            .iter()
            .map(|leaf| leaf.and_then(|id| adjoints[id as usize]).unwrap_or(Traced::of(0.0)))
            .collect()
    }

    /// Which nodes depend on a parameter.
    fn active(&self) -> Vec<bool> {
        let mut active = vec![false; self.nodes().len()];
        for (id, &node) in self.nodes().iter().enumerate() {
            active[id] = matches!(node, Node::Parameter(_)) || node.operands().any(|x| active[x as usize]);
        }
        active
    }

    /// The operands of a node that carry derivatives: at most two, for a selection's condition has none.
    fn arguments(&self, id: usize, active: &[bool]) -> Vec<Id> {
        let node = self.nodes()[id];
        let skip = usize::from(matches!(node, Node::Select(..)));
        let mut arguments: Vec<Id> = node.operands().skip(skip).filter(|&x| active[x as usize]).collect();
        arguments.dedup();
        if matches!(node, Node::Compare(..)) {
            arguments.clear();
        }
        arguments
    }

    /// The node's operation on numbers of which its arguments are variables 0 and 1.
    fn on<'t, S: Scalar<Mask = <Traced<'t> as Scalar>::Mask>>(
        &self,
        id: usize,
        values: &Values<'t>,
        arguments: &[Id],
        constant: impl Fn(Traced<'t>) -> S,
        variable: impl Fn(Traced<'t>, usize) -> S,
    ) -> Result<S> {
        let operand = |x: Id| -> Result<S> {
            let value = number(values, x)?;
            Ok(arguments.iter().position(|&a| a == x).map_or_else(|| constant(value), |k| variable(value, k)))
        };
        match self.nodes()[id] {
            Node::Unary(op, x) => Ok(op.apply(operand(x)?)),
            Node::Binary(op, x, y) => Ok(op.apply(operand(x)?, operand(y)?)),
            Node::Select(mask, x, y) => {
                Ok(S::select(*values[mask as usize].mask()?, operand(x)?, operand(y)?))
            }
            _ => Ok(constant(number(values, id as Id)?)),
        }
    }

    /// ∂f/∂node for every node, by one reverse sweep.
    fn adjoints<'t>(&self, values: &Values<'t>, f: Id) -> Result<Adjoints<'t>> {
        let active = self.active();
        let mut adjoints = vec![None; self.nodes().len()];
        adjoints[f as usize] = Some(Traced::of(1.0));
        for id in (0..self.nodes().len()).rev() {
            let Some(adjoint) = adjoints[id].filter(|_| active[id]) else { continue };
            let arguments = self.arguments(id, &active);
            let y: Dual<Traced<'t>, 2> = self.on(id, values, &arguments, Dual::constant, Dual::variable)?;
            for (k, &x) in arguments.iter().enumerate() {
                add(&mut adjoints[x as usize], adjoint.times(y.derivatives[k]));
            }
        }
        Ok(adjoints)
    }

    /// Adjoints, and the second derivatives between the nodes that are left: the parameters.
    fn push_edges<'t>(&self, values: &Values<'t>, f: Id) -> Result<(Adjoints<'t>, Pairs<'t>)> {
        let active = self.active();
        let mut adjoints = vec![None; self.nodes().len()];
        adjoints[f as usize] = Some(Traced::of(1.0));
        let mut pairs = Pairs::new();
        for id in (0..self.nodes().len()).rev() {
            if !active[id] || matches!(self.nodes()[id], Node::Parameter(_)) {
                continue;
            }
            let node = id as Id;
            let arguments = self.arguments(id, &active);
            // Pairs are ordered by their larger node, which is this one: all nodes above are gone.
            let edges: Vec<(Id, Traced<'t>)> =
                pairs.range((node, 0)..=(node, node)).map(|(&(_, other), &w)| (other, w)).collect();
            for (other, _) in &edges {
                pairs.remove(&(node, *other));
            }
            if adjoints[id].is_none() && edges.is_empty() {
                continue;
            }
            let variable = |x: Traced<'t>, k: usize| -> Second<'t> {
                Dual { value: Dual::variable(x, k), derivatives: unit(k) }
            };
            let y: Second<'t> =
                self.on(id, values, &arguments, |x| Dual::constant(Dual::constant(x)), variable)?;
            let slope = |k: usize| y.value.derivatives[k];
            for (other, w) in edges {
                if other == node {
                    for (k, &x) in arguments.iter().enumerate() {
                        for (l, &z) in arguments.iter().enumerate().take(k + 1) {
                            push(&mut pairs, x, z, w.times(slope(k)).times(slope(l)));
                        }
                    }
                } else {
                    for (k, &x) in arguments.iter().enumerate() {
                        // w(other, node) reaches (other, x); on the diagonal it counts for both orders.
                        let orders = Traced::of(if x == other { 2.0 } else { 1.0 });
                        push(&mut pairs, x, other, w.times(slope(k)).times(orders));
                    }
                }
            }
            if let Some(adjoint) = adjoints[id] {
                for (k, &x) in arguments.iter().enumerate() {
                    for (l, &z) in arguments.iter().enumerate().take(k + 1) {
                        push(&mut pairs, x, z, adjoint.times(y.derivatives[k].derivatives[l]));
                    }
                    add(&mut adjoints[x as usize], adjoint.times(slope(k)));
                }
            }
        }
        Ok((adjoints, pairs))
    }
}

/// dx/dx_k for the outer duals.
fn unit<'t>(k: usize) -> [Dual<Traced<'t>, 2>; 2] {
    core::array::from_fn(|i| Dual::constant(Traced::of(if i == k { 1.0 } else { 0.0 })))
}

fn number<'t>(values: &Values<'t>, id: Id) -> Result<Traced<'t>> {
    values[id as usize].number().copied().ok_or_else(super::malformed)
}

fn ordered(a: Id, b: Id) -> (Id, Id) {
    (a.max(b), a.min(b))
}

fn add<'t>(sum: &mut Option<Traced<'t>>, x: Traced<'t>) {
    if x.as_constant() != Some(0.0) {
        *sum = Some(sum.map_or(x, |sum| sum + x));
    }
}

fn push<'t>(pairs: &mut Pairs<'t>, a: Id, b: Id, w: Traced<'t>) {
    if w.as_constant() != Some(0.0) {
        pairs.entry(ordered(a, b)).and_modify(|sum| *sum = *sum + w).or_insert(w);
    }
}
