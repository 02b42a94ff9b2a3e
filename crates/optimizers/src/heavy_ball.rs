//! The heavy ball with a line search: the last direction is carried on, d ← −g + βd.
//!
//! Source: Polyak, *Some methods of speeding up the convergence of iteration methods*, USSR Comput. Math. Math. Phys. 4 (1964).

use thalweg_core::{Halt, Real};

use crate::descent::{Descent, Direction, Moved, cautious};
use crate::entry::{Make, MinimizerEntry};
use crate::line_search::Backtracking;

/// The direction −g + βd.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct HeavyBall {
    /// β in [0, 1). Default 0.9.
    pub momentum: f64,
}

impl Default for HeavyBall {
    fn default() -> Self {
        Self { momentum: 0.9 }
    }
}

pub(crate) const ENTRY: MinimizerEntry = MinimizerEntry {
    name: "heavy-ball",
    summary: "gradient descent with Polyak's momentum and Armijo backtracking; needs gradients, linear convergence",
    parameters: &[],
    example: "heavy-ball",
    make: Make {
        f64: |driver, objective, x0| {
            driver.minimize(&Descent::<HeavyBall, Backtracking>::default(), objective, x0)
        },
        f32: |driver, objective, x0| {
            driver.minimize(&Descent::<HeavyBall, Backtracking>::default(), objective, x0)
        },
    },
};

impl<T: Real> Direction<T> for HeavyBall {
    /// The last step's length, 0 before the first, and 1 while there is a direction to carry on.
    type State = [T; 2];

    fn name(&self) -> &'static str {
        ENTRY.name
    }

    fn init(&self, _: usize) -> Result<[T; 2], Halt> {
        Ok([T::ZERO; 2])
    }

    fn direction(&self, [t, carried]: &mut [T; 2], g: &[T], d: &mut [T]) -> T {
        let beta = T::of(self.momentum) * *carried;
        d.iter_mut().zip(g).for_each(|(d, g)| *d = if beta == T::ZERO { -*g } else { beta * *d - *g });
        if *t > T::ZERO { T::of(2.0) * *t } else { cautious(d) }
    }

    fn accepted(&self, state: &mut [T; 2], step: &Moved<'_, T>) {
        *state = [step.t, T::ONE];
    }

    fn forget(&self, [_, carried]: &mut [T; 2]) -> bool {
        core::mem::replace(carried, T::ZERO) != T::ZERO
    }
}
