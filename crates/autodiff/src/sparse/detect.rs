//! Sparsity detection: the patterns of Jacobian and Hessian from the text of a program, valid at every point.
//!
//! Jacobian: output i may depend on parameter j where a path of differentiable operations joins them. Hessian: parameters i and j interact
//! where a nonlinear operation mixes them,
//!
//! ```text
//! x · y             D(x) × D(y)
//! x / y             D(x) × D(y), D(y) × D(y)
//! xʸ, atan2(x, y)   all of D(x) ∪ D(y)
//! φ(x)              D(x) × D(x), unless φ is −x or |x|
//! x ± y, select     nothing
//! ```
//!
//! with D the parameters that an operand depends on, and only at nodes on which the output's derivative depends. The patterns hold every
//! entry that is not 0 at some point; they hold too many only where terms cancel identically. Columns of a row are constants.
//! Cost: the sizes of the sets that are read, and one visit a pair of different sets that meet.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., SIAM 2008, chapter 7; Walther, "Computing sparse Hessians with automatic
//! differentiation", ACM TOMS 34(1), 2008.

use thalweg_core::{Error, Result};

use super::dependencies::{Dependencies, SetId, reachable};
use super::pattern::Pattern;
use crate::operation::{Binary, Unary};
use crate::program::{Id, Node, Program};

/// The pattern of the Jacobian of a program: a row an output, a column a parameter.
///
/// ```
/// use thalweg_autodiff::{Program, sparse::{Pattern, jacobian_pattern}};
/// let program = Program::trace_vector(2, 0, |p, _| vec![p[0] * p[1], p[1]])?;
/// assert_eq!(jacobian_pattern(&program), Pattern::new(2, 2, vec![0, 1, 3], vec![0, 0, 1])?);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[must_use]
pub fn jacobian_pattern(program: &Program) -> Pattern {
    let dependencies = Dependencies::new(program, program.outputs());
    let rows = program.outputs().iter().map(|&output| {
        let set = dependencies.of(output).map_or(&[][..], |set| dependencies.set(set));
        set.iter().map(|&j| j as usize).collect()
    });
    Pattern::from_columns(program.parameters(), rows).transpose()
}

/// The pattern of the Hessian of a program of one output: symmetric, with both triangles.
///
/// ```
/// use thalweg_autodiff::{Program, Scalar, sparse::{Pattern, hessian_pattern}};
/// let program = Program::trace(3, 0, |p, _| p[0] * p[1] + p[2].exp())?;
/// assert_eq!(hessian_pattern(&program)?, Pattern::from_places(3, 3, &[(0, 1), (1, 0), (2, 2)])?);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Unsupported`] unless the program has one output.
pub fn hessian_pattern(program: &Program) -> Result<Pattern> {
    let &[output] = program.outputs() else {
        return Err(Error::Unsupported {
            what: format!("the Hessian of a program of {} outputs", program.outputs().len()),
            why: "only a function of one result has one".to_owned(),
            remedy: "trace the result, or the weighted sum of results, whose Hessian is wanted".to_owned(),
        });
    };
    let live = reachable(program, [output]);
    let mixed: Vec<(Id, Id)> = (program.nodes().iter().zip(&live))
        .filter(|&(_, &live)| live)
        .flat_map(|(&node, _)| interactions(node))
        .collect();
    let mut roots: Vec<Id> = mixed.iter().flat_map(|&(x, y)| [x, y]).collect();
    roots.sort_unstable();
    roots.dedup();
    let dependencies = Dependencies::new(program, &roots);
    let sets = |(x, y)| Some((dependencies.of(x)?, dependencies.of(y)?));
    let mut pairs: Vec<(SetId, SetId)> =
        mixed.into_iter().filter_map(sets).map(|(a, b)| (a.min(b), a.max(b))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    Ok(products(program.parameters(), &dependencies, &pairs))
}

/// The pairs of operands whose second derivative is not 0 everywhere.
fn interactions(node: Node) -> impl Iterator<Item = (Id, Id)> {
    let pairs = match node {
        Node::Unary(Unary::Neg | Unary::Abs | Unary::Powi(0 | 1), _) => [None; 3],
        Node::Unary(_, x) => [Some((x, x)), None, None],
        Node::Binary(Binary::Mul, x, y) => [Some((x, y)), None, None],
        Node::Binary(Binary::Div, x, y) => [Some((x, y)), Some((y, y)), None],
        Node::Binary(Binary::Powf | Binary::Atan2, x, y) => [Some((x, x)), Some((x, y)), Some((y, y))],
        _ => [None; 3],
    };
    pairs.into_iter().flatten()
}

/// ⋃ A × B ∪ B × A over the pairs of sets.
fn products(n: usize, dependencies: &Dependencies, pairs: &[(SetId, SetId)]) -> Pattern {
    let mut met: Vec<Vec<SetId>> = vec![Vec::new(); dependencies.sets()];
    for &(a, b) in pairs {
        met[a as usize].push(b);
        if a != b {
            met[b as usize].push(a);
        }
    }
    let mut of_parameter: Vec<Vec<SetId>> = vec![Vec::new(); n];
    for (a, _) in met.iter().enumerate().filter(|(_, met)| !met.is_empty()) {
        dependencies.set(a as SetId).iter().for_each(|&i| of_parameter[i as usize].push(a as SetId));
    }
    let (mut row_of, mut set_of) = (vec![usize::MAX; n], vec![usize::MAX; dependencies.sets()]);
    Pattern::from_columns(
        n,
        (0..n).map(|j| {
            let mut column = Vec::new();
            for &b in of_parameter[j].iter().flat_map(|&a| &met[a as usize]) {
                if core::mem::replace(&mut set_of[b as usize], j) == j {
                    continue;
                }
                for &i in dependencies.set(b) {
                    if core::mem::replace(&mut row_of[i as usize], j) != j {
                        column.push(i as usize);
                    }
                }
            }
            column
        }),
    )
}
