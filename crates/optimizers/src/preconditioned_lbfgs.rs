//! [`PreconditionedLbfgs`]: L-BFGS whose first matrix is the inverse of a Hessian over some of the rows.
//!
//! Where n rows far outnumber q parameters, a pass for a Hessian costs q/4 passes for a gradient's arithmetic, and n/q rows already give a
//! Hessian that is right to √(q/rows). A few Newton steps on a subsample, of a subsample first, give the start and that Hessian; from there every
//! step is one gradient over all rows and shrinks the error about tenfold, ever faster as the pairs fill in what the subsample missed.
//!
//! Source: Nocedal (1980) for the recursion; Erdogdu and Montanari, *Convergence rates of sub-sampled Newton methods*, NIPS (2015).

use core::num::NonZeroUsize;

use faer::Mat;
use thalweg_core::{
    Archive, Checkpoint, Halt, Hessian, Iterate, Minimizer, Real, Result, Rows, ScaledCholesky, StepInfo,
    Subsample, vector, visit_slice,
};

use crate::line_search::{LineSearch, StrongWolfe};
use crate::newton::{self, Newton};
use crate::pairs::Pairs;
use crate::point::Point;
use crate::subsampled::{stride, until_noise};

/// Options of L-BFGS on a subsampled Hessian.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct PreconditionedLbfgs {
    /// The Hessian is taken over every k-th block of rows.
    pub every: NonZeroUsize,
    /// Step pairs kept. Default 10.
    pub memory: usize,
    /// The step rule.
    pub search: StrongWolfe,
    /// The last step is taken without evaluating there once what it will leave to gain, judged by how well the step before it did, is below
    /// this share of |F|. Default `None`: every point is evaluated.
    pub polish: Option<f64>,
}

/// The first and rougher subsample is this much smaller.
const ROUGHER: usize = 4;

/// Newton steps on a subsample at most, and the gain, as a share of |F|, below which more would fit its noise.
const STEPS: u32 = 12;
const GAIN: f64 = 1e-3;

impl PreconditionedLbfgs {
    /// With the default options; `None` if the rows are too few for a useful subsample.
    #[must_use]
    pub fn new(rows: usize, parameters: usize) -> Option<Self> {
        let every = stride(rows, parameters)?;
        Some(Self { every, memory: 10, search: StrongWolfe::default(), polish: None })
    }
}

/// Point, pairs and the subsampled Hessian.
pub struct State<T: Real> {
    point: Point<T>,
    pairs: Pairs<T>,
    /// Column-major, with its factor.
    hessian: Vec<T>,
    cholesky: ScaledCholesky<T>,
    /// −gᵀd/2: the decrease that the next step promises.
    predicted: T,
    /// The point was polished: value and gradient are those of the point before.
    stale: bool,
}

impl<T: Real> Checkpoint for State<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        let mut stale = u64::from(self.stale);
        archive.count("stale", &mut stale)?;
        self.stale = stale != 0;
        self.point.visit(archive)?;
        self.pairs.visit(archive)?;
        visit_slice(archive, "hessian", &mut self.hessian)?;
        // A factor is no part of the archive; after loading it is that of the Hessian again.
        factor(&self.hessian, &mut self.cholesky);
        self.aim();
        Ok(())
    }
}

impl<T: Real> State<T> {
    /// Sets the direction −Hg and what it promises.
    fn aim(&mut self) {
        let Self { point, pairs, cholesky, .. } = self;
        pairs.direction(&point.gradient, &mut point.direction, |_, d| cholesky.solve(d));
        self.predicted = T::of(-0.5) * vector::dot(&point.gradient, &point.direction);
    }
}

impl<T: Real, O: Hessian<T> + Subsample<T> + ?Sized> Minimizer<T, O> for PreconditionedLbfgs {
    type State = State<T>;

    fn init(&self, objective: &mut O, x0: &[T]) -> Result<State<T>, Halt> {
        let (x, hessian) = self.warm_up(objective, x0)?;
        let mut state = State {
            point: Point::start(objective, &x)?,
            pairs: Pairs::new(x0.len(), self.memory),
            cholesky: ScaledCholesky::new(x0.len()),
            hessian: (0..hessian.ncols()).flat_map(|j| hessian.col(j).iter().copied()).collect(),
            predicted: T::INFINITY,
            stale: false,
        };
        if !factor(&state.hessian, &mut state.cholesky) {
            return Err(Halt::Stalled("the Hessian over the subsample is singular"));
        }
        state.aim();
        Ok(state)
    }

    fn step(&self, objective: &mut O, s: &mut State<T>) -> Result<StepInfo<T>, Halt> {
        if s.stale {
            s.point.refresh(objective)?;
            s.stale = false;
            s.aim();
        }
        if s.predicted <= T::ZERO || s.predicted.is_nan() {
            return Err(Halt::Stalled("the gradient is zero to rounding"));
        }
        let promised = s.predicted;
        let slope = T::of(-2.0) * promised;
        let probe = self.search.search(objective, &mut s.point.line(slope), T::ONE)?;
        let (x, g) = s.point.step();
        s.pairs.push(x, g, T::of(1e-10));
        let mut info = s.point.accept(probe);
        s.aim();
        info.predicted_decrease = Some(s.predicted);
        let left = s.predicted * (s.predicted / promised).min(T::ONE);
        if self.polish.is_some_and(|share| left <= T::of(share) * info.value.abs()) {
            info.predicted_decrease = Some(left);
            info.step_inf = info.step_inf.max(vector::norm_inf(&s.point.direction));
            s.point.advance();
            s.stale = true;
        }
        Ok(info)
    }

    fn iterate<'s>(&self, s: &'s State<T>) -> Iterate<'s, T> {
        s.point.iterate()
    }

    fn name(&self) -> &'static str {
        "lbfgs on a subsampled hessian"
    }
}

impl PreconditionedLbfgs {
    /// Newton's method on a subsample of the subsample, then on the subsample itself: its solution and Hessian.
    fn warm_up<T: Real, O: Hessian<T> + Subsample<T> + ?Sized>(
        &self,
        objective: &mut O,
        x0: &[T],
    ) -> Result<(Vec<T>, Mat<T>), Halt> {
        let mut x = x0.to_vec();
        let mut outcome = Err(Halt::Stalled("the subsample is empty"));
        for every in [self.every.saturating_mul(const { NonZeroUsize::new(ROUGHER).unwrap() }), self.every] {
            objective.restrict(Rows::EveryBlock(every));
            outcome = until_noise(&Newton::default(), objective, &x, STEPS, |state, _| {
                state.promises_less_than(T::of(GAIN))
            })
            .map(newton::State::into_model);
            match &outcome {
                Ok((warm, _)) => x.clone_from(warm),
                Err(Halt::Budget | Halt::Interrupted | Halt::Input(_)) => break,
                // A small subsample may be singular or separated where a larger one is not.
                Err(_) => {}
            }
        }
        objective.restrict(Rows::All);
        outcome
    }
}

/// Factors H; `false` if it is singular to working precision.
fn factor<T: Real>(hessian: &[T], cholesky: &mut ScaledCholesky<T>) -> bool {
    let n = hessian.len().isqrt();
    let h = faer::MatRef::from_column_major_slice(hessian, n, n);
    cholesky.factor(h).is_some_and(|rcond| rcond >= T::of(1e-10).max(T::EPSILON))
}
