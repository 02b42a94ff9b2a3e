//! Nesterov's momentum as a recipe of its own; the rule is [`Momentum`] in Nesterov's form.
//!
//! Source: Nesterov, *A method of solving a convex programming problem with convergence rate O(1/k²)* (1983), in the form of Sutskever, Martens,
//! Dahl and Hinton, *On the importance of initialization and momentum in deep learning*, ICML 2013.

use thalweg_core::{Fused, Parameter};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Constant, Momentum};

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "nesterov",
    summary: "stochastic gradient descent with Nesterov's momentum, which looks a step ahead",
    parameters: PARAMETERS,
    example: "nesterov:lr=0.01,momentum=0.95",
    make: plain!(|v| Ok(Fused((Momentum::new(v[4])?.with_nesterov()?, Constant::new(v[0])?)))),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.01), BATCH, EPOCHS, SEED, MOMENTUM];
pub(super) const MOMENTUM: Parameter = Parameter {
    name: "momentum",
    default: 0.9,
    rule: "in [0, 1)",
    summary: "share of the buffer that is kept",
};
