//! No method allocates in a step after the first, sequentially or on a pool. The test has its process to itself: the allocator counts all.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use core::num::NonZeroU64;

use thalweg_core::par::with_threads;
use thalweg_core::{
    Cost, Design, Elementwise, Formula, Fused, Minimizer, Par, Penalised, Plan, Pointwise, Properties, Real,
    Sampled, Scalar, Scheduled, Smooth, SumOfSquares, Target, Tensor, Update, interop,
};
use thalweg_optimizers::line_search::{Backtracking, HagerZhang, MoreThuente};
use thalweg_optimizers::{
    Accumulate, Adafactor, Adam, AdaptiveClip, Admm, BarzilaiBorwein, Bfgs, BlockCoordinateDescent,
    Centralize, CentredRmsprop, ClipGlobalNorm, ClipNorm, ClipRms, ClipValue, CmaEs, ConjugateGradient,
    Constant, CoordinateDescent, Cosine, Descent, Dfp, Dogleg, Fista, FrankWolfe, GaussNewton,
    GradientDescent, GradientNoise, HeavyBall, Lbfgs, Lbfgsb, LevenbergMarquardt, Lookahead, Momentum,
    MoreSorensen, Muon, NelderMead, Newton, NewtonCg, OwlQn, ParameterEma, Polyak, PreconditionedLbfgs,
    Prodigy, Prox, ProxNewton, ReduceOnPlateau, Rprop, Sam, ScheduleFree, Sgd, Shampoo, SkipNonFinite, Soap,
    Sr1, Ssnal, Steihaug, Stochastic, TrustRatio, TrustRegion, WeightDecay, adamw, lamb, lars,
};
use thalweg_problems::{BrownDennis, Squares};
use thalweg_testkit::alloc::CountingAllocator;
use thalweg_testkit::composite::Problem;
use thalweg_testkit::fixtures::{LogLoss, Logistic, Shrink, Within};
use thalweg_testkit::minimizers::steps::steps_allocate_nothing;
use thalweg_testkit::updates;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

/// Lets every thread of the pool take part once, so that its own first-use memory is behind it.
fn wake(par: Par) {
    for _ in 0..50 {
        par.for_each(64, |i| {
            std::hint::black_box((0..2000 + i).sum::<usize>());
        });
    }
}

fn check<M: for<'a> Minimizer<f64, Smooth<'a, f64>>>(minimizer: &M, par: Par, steps: usize) {
    let data = Logistic::<f64>::new(6000, 5, 1);
    let x0 = vec![0.0; data.dim()];
    wake(par);
    data.with(par, |smooth| {
        if let Err(violation) = steps_allocate_nothing(minimizer, smooth, &x0, &ALLOCATOR, steps) {
            panic!("{par:?}: {violation}");
        }
    })
    .unwrap();
}

/// A least-squares method.
fn check_residuals<M>(method: &M)
where
    M: for<'r> Minimizer<f64, SumOfSquares<'r, f64, Squares<f64, BrownDennis>>>,
{
    let mut residuals = Squares::new(BrownDennis);
    let mut squares = SumOfSquares::new(&mut residuals);
    if let Err(violation) =
        steps_allocate_nothing(method, &mut squares, &[25.0, 5.0, -5.0, -1.0], &ALLOCATOR, 6)
    {
        panic!("{violation}");
    }
}

/// A rule alone, and as a stochastic minimiser on batches of several shards.
fn check_rule<U: Update<f64> + Copy>(name: &str, rule: &U, par: Par) {
    if let Err(violation) =
        updates::steps_allocate_nothing(&updates::Subject::complete(name, rule), par, &ALLOCATOR)
    {
        panic!("{par:?}: {violation}");
    }
    check_stochastic(name, rule, par);
}

/// A rule as a stochastic minimiser, which supplies the loss.
fn check_stochastic<U: Update<f64> + Copy>(name: &str, rule: &U, par: Par) {
    let (n, p) = (9000, 20);
    let x: Vec<f64> = (0..n * p).map(|k| ((k * 37 + k / n) % 101) as f64 / 50.0 - 1.0).collect();
    let y: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i % 3 == 0))).collect();
    let design = Design::new(interop::column_major(&x, n, p).unwrap()).unwrap().with_intercept();
    let datafit = Cost::new(&LogLoss, &y).unwrap();
    let mut sampled = Sampled::new(&design, &datafit).unwrap().with_par(par);
    let method = Stochastic { par, ..Stochastic::new(*rule, Plan { batch: 4000, ..Plan::default() }) };
    if let Err(violation) = steps_allocate_nothing(&method, &mut sampled, &vec![0.0; p + 1], &ALLOCATOR, 6) {
        panic!("{par:?} {name}: {violation}");
    }
}

fn check_rules(par: Par) {
    let (rate, decay) = (Constant::new(0.01).unwrap(), WeightDecay::new(0.01).unwrap());
    let spared = |tensor: &Tensor| tensor.name != "intercept";
    check_rule("sgd", &Fused((Sgd, rate)), par);
    check_rule("momentum", &Fused((Momentum::default(), Cosine::new(0.01, 100).unwrap())), par);
    check_rule("adamw", &adamw(Adam::default(), decay, rate), par);
    let fused = Fused((Adam::default(), Elementwise::<f64>::on(decay, spared), rate));
    let prox = Update::<f64>::on(Prox::new(&thalweg_testkit::fixtures::Shrink, 0.1).unwrap(), spared);
    check_rule("rprop", &Fused(Rprop::default()), par);
    let centred = (CentredRmsprop::default(), Momentum::default(), Lookahead::default());
    check_rule("centred-rmsprop", &Fused((centred, rate)), par);
    check_rule("lamb", &lamb(Adam::default(), decay, rate), par);
    check_rule("lars", &lars(decay, TrustRatio::default(), Momentum::default(), rate), par);
    check_rule("adafactor", &Adafactor::default(), par);
    check_rule("muon", &Muon::default().with_adam(Adam::default(), rate), par);
    check_rule("shampoo", &(Shampoo::new(1e-4, NonZeroU64::MIN).unwrap(), Fused(rate)), par);
    check_rule("soap", &Soap::new(Adam::default(), NonZeroU64::MIN).with_adam(rate), par);
    check_rule("schedule-free", &Fused((Sgd, ScheduleFree::new(0.01).unwrap())), par);
    check_rule("prodigy", &Prodigy::default(), par);
    check_rule("polyak", &Polyak::new(0.1).unwrap(), par);
    check_rule("sam", &Sam::new(Fused((Sgd, rate)), 0.05).unwrap(), par);
    check_rule("chain", &(ClipGlobalNorm::new(0.1).unwrap(), fused, prox), par);
}

/// Transforms, schedules by value and by name, and hyperparameters that change.
fn check_transforms(par: Par) {
    let (rate, adam) = (Constant::new(0.01).unwrap(), Adam::default());
    check_rule("clip-value", &Fused((ClipValue::new(0.1).unwrap(), rate)), par);
    let clips = (
        ClipNorm::new(0.1).unwrap(),
        ClipRms::new(0.1).unwrap(),
        AdaptiveClip::new(0.1).unwrap(),
        Centralize,
        Fused(rate),
    );
    check_rule("clips", &clips, par);
    check_rule("noise", &(GradientNoise::new(0.01, 0.55, 1).unwrap(), Fused(rate)), par);
    check_rule("ema", &(Fused((adam, rate)), ParameterEma::new(0.9).unwrap()), par);
    let accumulate = Accumulate::new(2, Fused((adam, rate))).unwrap();
    check_rule("wrapped", &SkipNonFinite::new(2, accumulate), par);
    let schedule = thalweg_optimizers::schedule("one-cycle:lr=0.01,steps=100").unwrap();
    let moving = Scheduled::new(|k| Adam { beta1: 0.9 / (k as f64 + 1.0), ..Adam::default() });
    check_rule("scheduled", &Fused((moving, &*schedule)), par);
    let spared = |tensor: &Tensor| tensor.name == "intercept";
    let groups = Elementwise::<f64>::on(rate, spared).otherwise((adam, rate));
    check_rule("groups", &Fused(groups), par);
    let plateau = ReduceOnPlateau { patience: 1, ..ReduceOnPlateau::default() };
    check_stochastic("plateau", &(Fused(rate), plateau), par);
}

/// The same for solvers of composite problems.
fn check_composite<M: for<'a> Minimizer<f64, Penalised<'a, f64>>>(minimizer: &M, par: Par, steps: usize) {
    wake(par);
    for logistic in [false, true] {
        let problem = Problem::synthetic("allocation", 2000, 120, logistic, 1.0, 0.01);
        let x0 = vec![0.0; problem.dim()];
        let run = |objective: &mut Penalised<'_, f64>| {
            if let Err(violation) = steps_allocate_nothing(minimizer, objective, &x0, &ALLOCATOR, steps) {
                panic!("{par:?}, logistic {logistic}: {violation}");
            }
        };
        problem.with(par, run).unwrap();
    }
}

/// Frank–Wolfe on a box.
fn check_constrained(par: Par) {
    wake(par);
    let problem = Problem::synthetic("constrained", 2000, 20, true, 1.0, 0.0);
    let design = Design::new(interop::column_major(&problem.x, 2000, 20).unwrap()).unwrap().with_intercept();
    let datafit = Cost::new(&LogLoss, &problem.y).unwrap();
    let mut objective =
        Penalised::new(&design, &datafit, &Within { radius: 0.1 }, 0.0).unwrap().with_par(par);
    let method = FrankWolfe::default();
    if let Err(violation) = steps_allocate_nothing(&method, &mut objective, &[0.0; 21], &ALLOCATOR, 12) {
        panic!("{par:?}: {violation}");
    }
}

/// |η − y|.
#[derive(Copy, Clone, Debug)]
struct Distance;

impl Formula for Distance {
    fn eval<S: Scalar>(&self, y: S, eta: S) -> S {
        (eta - y).abs()
    }
}

impl<T: Real> Pointwise<T> for Distance {
    fn derivatives(&self, y: T, eta: T) -> (T, T, T) {
        let slope = if eta > y { T::ONE } else { -T::ONE };
        ((eta - y).abs(), slope, T::ZERO)
    }
    fn properties(&self) -> Properties<T> {
        Properties { differentiable: false, twice_differentiable: false, ..Properties::convex(Target::Real) }
    }
}

/// ADMM on a loss with kinks, with its Newton steps.
fn check_kinked(par: Par) {
    wake(par);
    let problem = Problem::synthetic("kinked", 1500, 10, false, 1.0, 0.0);
    let design = Design::new(interop::column_major(&problem.x, 1500, 10).unwrap()).unwrap().with_intercept();
    let datafit = Cost::new(&Distance, &problem.y).unwrap();
    let mut objective = Penalised::with_kinks(&design, &datafit, &Shrink, 0.05).unwrap().with_par(par);
    if let Err(violation) =
        steps_allocate_nothing(&Admm::default(), &mut objective, &[0.0; 11], &ALLOCATOR, 25)
    {
        panic!("{par:?}: {violation}");
    }
}

/// One test, so that no other thread of the harness allocates meanwhile.
#[test]
fn steps_allocate_nothing_after_the_first() {
    let every = |par: Par| {
        check(&GradientDescent::default(), par, 12);
        check(&Lbfgs::default(), par, 12);
        check(&NelderMead::default(), par, 8);
        check(&CmaEs::default(), par, 8);
        check_residuals(&LevenbergMarquardt::default());
        check_residuals(&GaussNewton::default());
        check(&BarzilaiBorwein::default(), par, 12);
        check(&Descent::<HeavyBall, Backtracking>::default(), par, 12);
        check(&Descent::<ConjugateGradient, HagerZhang>::default(), par, 12);
        check(&Descent::<Bfgs, MoreThuente>::default(), par, 8);
        check(&Descent::<Dfp>::default(), par, 8);
        check(&Descent::<Sr1>::default(), par, 8);
        check(&Newton::default(), par, 4);
        check(&NewtonCg::default(), par, 4);
        check(&TrustRegion::<Dogleg>::default(), par, 4);
        check(&TrustRegion::<Steihaug>::default(), par, 4);
        check(&TrustRegion::<MoreSorensen>::default(), par, 4);
        check(&PreconditionedLbfgs { polish: None, ..PreconditionedLbfgs::new(6000, 6).unwrap() }, par, 4);
        check_composite(&Fista::default(), par, 8);
        let loose = CoordinateDescent { smallest: 5, share: 0.5, newton: 2, ..CoordinateDescent::default() };
        check_composite(&loose, par, 4);
        check_composite(&CoordinateDescent { working_set: false, ..loose }, par, 3);
        check_composite(&Fista { momentum: false, ..Fista::default() }, par, 8);
        check_composite(&Admm::default(), par, 25);
        check_composite(&Ssnal { share: 0.5, ..Ssnal::default() }, par, 4);
        check_constrained(par);
        check_kinked(par);
        check_composite(&Lbfgsb { memory: 3, ..Lbfgsb::default() }, par, 8);
        check_composite(&OwlQn { memory: 3, ..OwlQn::default() }, par, 8);
        let outer = ProxNewton { smallest: 5, share: 0.5, newton: 2, ..ProxNewton::default() };
        check_composite(&outer, par, 4);
        check_composite(&BlockCoordinateDescent { outer }, par, 4);
        check_rules(par);
        check_transforms(par);
    };
    every(Par::Seq);
    for threads in [1, 2] {
        with_threads(threads, || every(Par::Rayon)).unwrap();
    }
}
