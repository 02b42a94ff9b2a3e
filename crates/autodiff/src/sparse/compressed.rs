//! [`Compressed`]: the product of a Jacobian and a matrix of directions, a direction for each colour.

use thalweg_core::{Dual, Real};

use super::coloring::NEUTRAL;
use super::lanes::{Lanes, WIDTH};
use crate::program::Program;

/// B = J·S for the Jacobian J of a program's outputs, where column c of S is 1 at the parameters of colour c and 0 elsewhere. Replays without
/// allocation.
#[derive(Clone, Debug)]
pub(crate) struct Compressed<T> {
    program: Program,
    lanes: Lanes<T>,
    /// The colour of each parameter; parameters without one have no direction.
    colors: Vec<u32>,
    count: usize,
    values: Vec<T>,
    products: Vec<T>,
}

impl<T: Real> Compressed<T> {
    pub(crate) fn new(program: Program, colors: Vec<u32>, count: usize) -> Self {
        let outputs = program.outputs().len();
        Self {
            lanes: Lanes::new(&program),
            colors,
            count,
            values: vec![T::ZERO; outputs],
            products: vec![T::ZERO; outputs * count],
            program,
        }
    }

    /// Values and products at x; parameters beyond x are 0.
    pub(crate) fn evaluate(&mut self, x: &[T]) {
        let Self { program, lanes, colors, count, values, products } = self;
        // A function of no directions still has values.
        for first in (0..(*count).max(1)).step_by(WIDTH) {
            lanes.run(program, |i| {
                let value = x.get(i).copied().unwrap_or(T::ZERO);
                match colors[i] {
                    NEUTRAL => Dual::constant(value),
                    color => Dual::variable(value, (color as usize).wrapping_sub(first)),
                }
            });
            for (output, &id) in program.outputs().iter().enumerate() {
                let number = lanes.value(id);
                values[output] = number.value;
                for (lane, color) in (first..*count).take(WIDTH).enumerate() {
                    products[color * values.len() + output] = number.derivatives[lane];
                }
            }
        }
    }

    /// The values of the outputs, as last evaluated.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// The products, colour by colour; recovery by substitution writes to them.
    pub(crate) fn products(&mut self) -> &mut [T] {
        &mut self.products
    }
}
