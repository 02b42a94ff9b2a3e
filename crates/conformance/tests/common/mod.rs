//! What laws of optimizers share: which losses and penalties they take, and sparse storage.

// Each law uses a part of it.
#![allow(dead_code)]

use thalweg_core::{Blocks, Penalty, Properties, Sparse, Vertex};

/// Whether a fit of this loss has one answer that every method finds: convex, its gradient at least locally Lipschitz (powers below 2 have an
/// infinite curvature at 0), and defined for every predictor, so that a fit may start anywhere.
pub fn is_smooth(p: &Properties<f64>) -> bool {
    let lipschitz = p.twice_differentiable || p.curvature_bound.is_some();
    p.convex && p.differentiable && lipschitz && p.predictor == (f64::NEG_INFINITY, f64::INFINITY)
}

/// The entries of X (columns of n rows) that are not 0.
pub fn sparse(x: &[f64], n: usize) -> Sparse<f64> {
    let (mut starts, mut rows, mut values) = (vec![0_usize], Vec::new(), Vec::new());
    for column in x.chunks(n) {
        for (i, v) in column.iter().enumerate().filter(|(_, v)| **v != 0.0) {
            rows.push(i as u32);
            values.push(*v);
        }
        starts.push(rows.len());
    }
    Sparse::from_csc(n, x.len() / n, starts, rows, values).unwrap()
}

/// Whether a solver takes a penalty: quasi-Newton methods, coordinate descent and SsNAL those of single coefficients, the orthants of OWL-QN have
/// no bounds, and Frank–Wolfe needs a bounded set with an oracle.
pub fn admits(solver: &str, penalty: &dyn Penalty<f64>) -> bool {
    let single = matches!(penalty.blocks(), Blocks::Coordinates);
    match name(solver) {
        "coordinate-descent" | "lbfgsb" | "ssnal" => single,
        "owl-qn" => single && !penalty.is_constraint(),
        "frank-wolfe" => vertex(penalty) != Vertex::Unknown,
        _ => true,
    }
}

/// Whether a solver that takes a penalty does so slowly: Frank–Wolfe on a set whose vertices do not lie along the axes, and in its plain form
/// everywhere. Its rate has a test of its own.
pub fn is_slow(solver: &str, penalty: &dyn Penalty<f64>) -> bool {
    name(solver) == "frank-wolfe" && (vertex(penalty) == Vertex::Point || solver.contains("pairwise=0"))
}

fn name(solver: &str) -> &str {
    solver.split(':').next().unwrap_or(solver)
}

/// What the set of a constraint knows of linear functions.
fn vertex(penalty: &dyn Penalty<f64>) -> Vertex {
    penalty.linear_minimizer(0, &[1.0; 6], &mut [0.0; 6])
}
