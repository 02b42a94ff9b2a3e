//! Penalties over groups that are wrong in one place: each law notices its own.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Blocks, Diagonal, Penalty, Step, Vertex, vector};
use thalweg_testkit::Verdict;
use thalweg_testkit::fixtures::Within;
use thalweg_testkit::penalties::{self, Subject};

/// What is wrong.
#[derive(Copy, Clone, PartialEq)]
enum Fault {
    None,
    /// The whole value counts each group twice.
    Value,
    /// λ_max of a block is that of another norm.
    Strength,
    /// Groups are said to rest further out than they do.
    Margin,
    /// The subdifferential at 0 is taken too large, and so are normal steps to it.
    Cone,
    /// A step a coefficient is taken for its first.
    Steps,
    /// Linear functions are said to be least at 0.
    Oracle,
}

/// λ Σ‖b_g‖.
struct Groups {
    blocks: Blocks,
    fault: Fault,
}

impl Groups {
    fn subject(fault: Fault) -> Subject {
        let blocks = Blocks::of_sizes(&[2, 3]).unwrap();
        Subject::new("groups", Box::new(Self { blocks, fault }))
    }

    fn total(&self, b: &[f64]) -> f64 {
        self.blocks.map(b, |_, b| vector::norm2(b)).sum()
    }

    fn largest(&self, v: &[f64]) -> f64 {
        self.blocks.map(v, |_, v| vector::norm2(v)).fold(0.0, f64::max)
    }
}

impl Penalty<f64> for Groups {
    fn blocks(&self) -> &Blocks {
        &self.blocks
    }
    fn value(&self, b: &[f64], lambda: f64) -> f64 {
        lambda * self.total(b) * if self.fault == Fault::Value { 2.0 } else { 1.0 }
    }
    fn prox(&self, _: usize, v: &mut [f64], step: Step<'_, f64>, lambda: f64) {
        let (norm, t) = (vector::norm2(v), lambda * step.at(0));
        vector::scale(if norm > t { 1.0 - t / norm } else { 0.0 }, v);
    }
    fn takes_diagonal_steps(&self) -> bool {
        self.fault == Fault::Steps
    }
    fn violation(&self, _: usize, b: &[f64], g: &[f64], lambda: f64) -> f64 {
        let norm = vector::norm2(b);
        if norm == 0.0 {
            return (vector::norm2(g) - lambda).max(0.0);
        }
        let g: Vec<f64> = b.iter().zip(g).map(|(b, g)| g + lambda * b / norm).collect();
        // Without the part along b a whole line of gradients passes for stationary.
        let along = if self.fault == Fault::Cone { vector::dot(&g, b) / norm } else { 0.0 };
        g.iter().zip(b).map(|(g, b)| (g - along * b / norm).powi(2)).sum::<f64>().sqrt()
    }
    fn in_support(&self, _: usize, b: &[f64], lambda: f64) -> bool {
        lambda == 0.0 || b.iter().any(|b| *b != 0.0)
    }
    fn quadratic_part(&self, _: f64) -> Option<Diagonal<f64>> {
        None
    }
    fn lambda_max(&self, g0: &[f64]) -> Option<f64> {
        Some(self.largest(g0))
    }
    fn conjugate(&self, v: &[f64], lambda: f64) -> f64 {
        if self.largest(v) <= lambda { 0.0 } else { f64::INFINITY }
    }
    fn dual_scale(&self, v: &[f64], lambda: f64) -> f64 {
        let largest = self.largest(v);
        if largest <= lambda { 1.0 } else { lambda / largest * (1.0 - 1e-15) }
    }
    fn block_value(&self, _: usize, b: &[f64], lambda: f64) -> f64 {
        lambda * vector::norm2(b)
    }
    fn block_lambda_max(&self, _: usize, g0: &[f64]) -> Option<f64> {
        Some(if self.fault == Fault::Strength { vector::norm1(g0) } else { vector::norm2(g0) })
    }
    fn block_conjugate(&self, _: usize, v: &[f64], lambda: f64) -> f64 {
        if vector::norm2(v) <= lambda { 0.0 } else { f64::INFINITY }
    }
    fn block_dual_scale(&self, _: usize, v: &[f64], lambda: f64) -> f64 {
        let norm = vector::norm2(v);
        if norm <= lambda { 1.0 } else { lambda / norm * (1.0 - 1e-15) }
    }
    fn margin(&self, _: usize, v: &[f64], lambda: f64) -> f64 {
        let norm = if self.fault == Fault::Margin { vector::norm_inf(v) } else { vector::norm2(v) };
        (lambda - norm).max(0.0)
    }
    fn linear_minimizer(&self, _: usize, _: &[f64], s: &mut [f64]) -> Vertex {
        s.fill(0.0);
        if self.fault == Fault::Oracle { Vertex::Point } else { Vertex::Unknown }
    }
}

/// A box whose oracle finds where linear functions are largest.
struct Swapped(Within);

impl Penalty<f64> for Swapped {
    fn blocks(&self) -> &Blocks {
        Penalty::<f64>::blocks(&self.0)
    }
    fn value(&self, b: &[f64], lambda: f64) -> f64 {
        self.0.value(b, lambda)
    }
    fn prox(&self, block: usize, v: &mut [f64], step: Step<'_, f64>, lambda: f64) {
        self.0.prox(block, v, step, lambda);
    }
    fn violation(&self, block: usize, b: &[f64], g: &[f64], lambda: f64) -> f64 {
        self.0.violation(block, b, g, lambda)
    }
    fn quadratic_part(&self, _: f64) -> Option<Diagonal<f64>> {
        None
    }
    fn is_constraint(&self) -> bool {
        true
    }
    fn lambda_max(&self, _: &[f64]) -> Option<f64> {
        None
    }
    fn conjugate(&self, v: &[f64], lambda: f64) -> f64 {
        self.0.conjugate(v, lambda)
    }
    fn dual_scale(&self, v: &[f64], lambda: f64) -> f64 {
        self.0.dual_scale(v, lambda)
    }
    fn linear_minimizer(&self, block: usize, g: &[f64], s: &mut [f64]) -> Vertex {
        let found = self.0.linear_minimizer(block, g, s);
        s.iter_mut().for_each(|s| *s = -*s);
        found
    }
}

fn breaks(law: &str, verdict: Verdict) {
    let violation = verdict.expect_err(law);
    assert_eq!(violation.law, law, "{violation}");
}

#[test]
fn a_right_penalty_over_groups_keeps_every_law() {
    penalties::all(&Groups::subject(Fault::None)).unwrap();
}

#[test]
fn wrong_ones_are_caught() {
    breaks("blocks-add-up", penalties::blocks_add_up(&Groups::subject(Fault::Value)));
    breaks("blocks-add-up", penalties::blocks_add_up(&Groups::subject(Fault::Strength)));
    breaks("margins-are-safe", penalties::all(&Groups::subject(Fault::Margin)));
    breaks(
        "violation-is-the-prox-step",
        penalties::violation_is_the_prox_step(&Groups::subject(Fault::Cone)),
    );
    breaks("prox-is-optimal", penalties::all(&Groups::subject(Fault::Steps)));
    breaks("linear-minimizers-support-the-set", penalties::all(&Groups::subject(Fault::Oracle)));
    let swapped = Subject::new("swapped", Box::new(Swapped(Within { radius: 2.0 })));
    breaks("linear-minimizers-support-the-set", penalties::linear_minimizers_support_the_set(&swapped));
    let right = Subject::new("within", Box::new(Within { radius: 2.0 }));
    penalties::all(&right).unwrap();
}
