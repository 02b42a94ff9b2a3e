//! `Terms`: what the right side comes to, as R's `terms` has it.
//!
//! A term is a set of factors. `a * b` is `a + b + a:b`, `a / b` is `a + a:b`, `(a + b)^2` all interactions of up to two; the
//! terms are sorted by their number of factors, and the factors of a term by their first place in the formula.

use std::collections::{HashMap, HashSet};

use super::expression::{Expression, Name};
use super::formula_error::Fault;
use super::node::{Factor, Join, Kind, Node};

/// The most terms.
const MOST: usize = 100_000;

/// The factors of a term, by index, ascending.
pub(super) type Term = Vec<usize>;

/// The right side.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) factors: Vec<Factor>,
    /// How each factor is written, which tells them apart.
    pub(super) labels: Vec<String>,
    pub(super) terms: Vec<Term>,
    pub(super) intercept: bool,
    /// What is added to the linear predictor; its logarithm where there is a true.
    pub(super) offsets: Vec<(Expression, bool)>,
}

impl Terms {
    /// # Errors
    /// 0, 1 or an offset within a product, an offset that is taken out, and too many terms.
    pub(super) fn of(right: &Node) -> Result<Self, Fault> {
        let mut builder = Builder {
            index: HashMap::new(),
            all: Self {
                factors: Vec::new(),
                labels: Vec::new(),
                terms: Vec::new(),
                intercept: true,
                offsets: Vec::new(),
            },
        };
        let mut terms = builder.terms(right, true, true)?;
        terms.sort_by_key(Vec::len);
        builder.all.terms = terms;
        builder.all.keep_used();
        Ok(builder.all)
    }

    /// Leaves out the factors of terms that were taken out again.
    fn keep_used(&mut self) {
        let mut used = vec![false; self.factors.len()];
        self.terms.iter().flatten().for_each(|k| used[*k] = true);
        let mut new = vec![0; used.len()];
        let mut count = 0;
        for (new, used) in new.iter_mut().zip(&used) {
            *new = count;
            count += usize::from(*used);
        }
        let mut flags = used.iter();
        self.factors.retain(|_| flags.next() == Some(&true));
        let mut flags = used.iter();
        self.labels.retain(|_| flags.next() == Some(&true));
        self.terms.iter_mut().flatten().for_each(|k| *k = new[*k]);
    }

    /// The term as a formula writes it.
    pub(super) fn label(&self, term: &[usize]) -> String {
        let labels: Vec<&str> = term.iter().map(|k| self.labels[*k].as_str()).collect();
        labels.join(":")
    }
}

struct Builder {
    index: HashMap<String, usize>,
    all: Terms,
}

impl Builder {
    /// The terms of a node. `adds` is false behind an odd number of minus signs, which turns 0 and 1 around; only a node that
    /// stands by itself may be 0, 1 or an offset.
    fn terms(&mut self, node: &Node, adds: bool, alone: bool) -> Result<Vec<Term>, Fault> {
        match &node.kind {
            Kind::Factor(factor) => Ok(vec![vec![self.factor(factor)]]),
            // Replaced by the columns before, where there are any.
            Kind::Others => Ok(vec![vec![self.factor(&others(node))]]),
            Kind::Intercept(there) if alone => {
                self.all.intercept = *there == adds;
                Ok(Vec::new())
            }
            Kind::Offset(of, log) if alone && adds => {
                self.all.offsets.push((of.clone(), *log));
                Ok(Vec::new())
            }
            Kind::Intercept(_) => Err(Fault::syntax(
                node.at.clone(),
                "0 and 1 say whether there is an intercept, and are no part of a product",
                "let it stand by itself",
            )),
            Kind::Offset(..) => Err(Fault::syntax(
                node.at.clone(),
                "an offset has coefficient 1 and can only be added",
                "let it stand by itself behind a `+`",
            )),
            Kind::Sum(parts) => {
                let (mut sum, mut seen) = (Vec::new(), HashSet::new());
                for (minus, part) in parts {
                    let terms = self.terms(part, adds != *minus, alone)?;
                    if *minus {
                        let out: HashSet<Term> = terms.into_iter().collect();
                        sum.retain(|term| !out.contains(term));
                        seen.retain(|term| !out.contains(term));
                    } else {
                        extend(&mut sum, &mut seen, terms, node)?;
                    }
                }
                Ok(sum)
            }
            Kind::Join(join, a, b) => {
                let (a, b) = (self.terms(a, adds, false)?, self.terms(b, adds, false)?);
                let (mut found, mut seen) = (Vec::new(), HashSet::new());
                if *join != Join::Interact {
                    extend(&mut found, &mut seen, a.clone(), node)?;
                }
                if *join == Join::Cross {
                    extend(&mut found, &mut seen, b.clone(), node)?;
                }
                let a = if *join == Join::Nest { vec![a.concat()] } else { a };
                for left in &a {
                    extend(&mut found, &mut seen, b.iter().map(|right| union(left, right)), node)?;
                }
                Ok(found)
            }
            Kind::Power(of, k) => {
                let base = self.terms(of, adds, false)?;
                let (mut found, mut seen) = (Vec::new(), HashSet::new());
                extend(&mut found, &mut seen, base.clone(), node)?;
                let mut fresh = 0;
                // Each round joins the terms of the round before with the base.
                for _ in 1..*k {
                    let (from, to) = (fresh, found.len());
                    if from == to {
                        break;
                    }
                    for i in from..to {
                        let left: Term = found[i].clone();
                        extend(&mut found, &mut seen, base.iter().map(|right| union(&left, right)), node)?;
                    }
                    fresh = to;
                }
                Ok(found)
            }
        }
    }

    fn factor(&mut self, factor: &Factor) -> usize {
        let label = factor.to_string();
        *self.index.entry(label).or_insert_with_key(|label| {
            self.all.factors.push(factor.clone());
            self.all.labels.push(label.clone());
            self.all.factors.len() - 1
        })
    }
}

/// A stand-in for the columns that a formula without a table does not know.
fn others(node: &Node) -> Factor {
    Factor::Column(Name { text: ".".to_owned(), at: node.at.clone() })
}

/// Appends what is new.
fn extend(
    sum: &mut Vec<Term>,
    seen: &mut HashSet<Term>,
    terms: impl IntoIterator<Item = Term>,
    node: &Node,
) -> Result<(), Fault> {
    for term in terms {
        if seen.insert(term.clone()) {
            sum.push(term);
        }
        if sum.len() > MOST {
            let problem = format!("this makes more than {MOST} terms");
            return Err(Fault::syntax(node.at.clone(), problem, "name the interactions that matter"));
        }
    }
    Ok(())
}

/// The factors of either, in order.
fn union(a: &[usize], b: &[usize]) -> Term {
    let mut all: Term = a.iter().chain(b).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// For each term, for each of its factors, whether a categorical one gets a column for every level instead of contrasts: R's
/// rule. Contrasts are enough where the term without the factor is part of an earlier term, or empty; without an
/// intercept the first categorical factor of all gets every level.
pub(super) fn full_levels(terms: &[Term], intercept: bool, categorical: &[bool]) -> Vec<Vec<bool>> {
    let mut holders: Vec<Vec<usize>> = vec![Vec::new(); categorical.len()];
    let mut full: Vec<Vec<bool>> = Vec::with_capacity(terms.len());
    for (t, term) in terms.iter().enumerate() {
        let decide = |k: &usize| {
            if !categorical[*k] {
                return false;
            }
            let rest: Term = term.iter().copied().filter(|other| other != k).collect();
            let Some(first) = rest.first() else { return false };
            let holds = |earlier: &usize| rest.iter().all(|k| terms[*earlier].binary_search(k).is_ok());
            !holders[*first].iter().any(holds)
        };
        full.push(term.iter().map(decide).collect());
        term.iter().for_each(|k| holders[*k].push(t));
    }
    if !intercept {
        let first = terms.iter().zip(&mut full).find_map(|(term, full)| {
            term.iter().zip(full).find_map(|(k, full)| categorical[*k].then_some(full))
        });
        if let Some(full) = first {
            *full = true;
        }
    }
    full
}
