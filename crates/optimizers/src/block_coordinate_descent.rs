//! Block coordinate descent for penalties of groups: proximal Newton steps, each solved by cyclic proximal steps on the blocks of a working
//! set, with extrapolation. For group lasso, sparse group lasso, and as well for penalties of single coefficients.
//!
//! A step costs one gradient over all columns (np flops); on the working set K it then costs n|K|² flops for a Gram matrix and |K|² a sweep,
//! or n|K| a sweep where no Gram matrix is cheap. Blocks that are not 0 are always in K, and the blocks whose optimality conditions are
//! violated most.
//!
//! Source: Qin, Scheinberg and Goldfarb, *Efficient block-coordinate descent algorithms for the group lasso*, Math. Prog. Comp. 5 (2013);
//! Yang and Zou, *A fast unified algorithm for solving group-lasso penalized learning problems*, Stat. Comput. 25 (2015); Bertrand et al.,
//! NeurIPS (2022), for the working set; Lee, Sun and Saunders, SIAM J. Optim. 24 (2014), for the Newton steps.

use thalweg_core::{Halt, Iterate, LinearComposite, Minimizer, Real, StepInfo};

use crate::composite::{CompositeEntry, MakeComposite};
use crate::prox_newton::{self, Inner, ProxNewton};

/// Options of block coordinate descent.
#[derive(Copy, Clone, Debug, PartialEq, Default)]
pub struct BlockCoordinateDescent {
    /// Working sets, accuracy and effort of the proximal Newton steps, with their defaults.
    pub outer: ProxNewton,
}

pub(crate) const ENTRY: CompositeEntry = CompositeEntry {
    name: "block-coordinate-descent",
    summary: "proximal Newton by cyclic steps on a working set of blocks; for penalties of groups",
    parameters: &[],
    example: "block-coordinate-descent",
    make: MakeComposite {
        f64: |_, driver, objective, x0| driver.minimize(&BlockCoordinateDescent::default(), objective, x0),
        f32: |_, driver, objective, x0| driver.minimize(&BlockCoordinateDescent::default(), objective, x0),
    },
};

impl<T: Real, O: LinearComposite<T> + ?Sized> Minimizer<T, O> for BlockCoordinateDescent {
    type State = prox_newton::State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<Self::State, Halt> {
        prox_newton::start(objective, x0)
    }

    fn step(&self, objective: &mut O, s: &mut Self::State) -> Result<StepInfo<T>, Halt> {
        self.outer.advance(Inner::Blocks, objective, s)
    }

    fn iterate<'s>(&self, s: &'s Self::State) -> Iterate<'s, T> {
        s.iterate()
    }

    fn name(&self) -> &'static str {
        ENTRY.name
    }
}
