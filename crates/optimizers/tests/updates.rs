//! The laws of every stepwise rule, alone and in chains.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use core::num::NonZeroU64;

use thalweg_core::{Blocks, Diagonal, Elementwise, Fused, Penalty, Real, Step, Tensor};
use thalweg_optimizers::{
    Adabelief, Adadelta, Adafactor, Adagrad, Adam, Adamax, Adan, Amsgrad, Asgd, CentredRmsprop,
    ClipGlobalNorm, Constant, Cosine, Lion, Lookahead, Momentum, Muon, Nadam, Polyak, Prodigy, Prox, Radam,
    Rmsprop, Rprop, Sam, ScheduleFree, Sgd, Shampoo, SignSgd, Signum, Soap, TrustRatio, UPDATES, WeightDecay,
    Yogi, adamw, lamb, lars,
};

/// λ‖b‖₁, or λ Σ ‖b_g‖₂ over pairs, in the Euclidean norm of each group.
struct Sparse(Blocks);

static L1: Sparse = Sparse(Blocks::Coordinates);

impl<T: Real> Penalty<T> for Sparse {
    fn blocks(&self) -> &Blocks {
        &self.0
    }
    fn value(&self, b: &[T], lambda: T) -> T {
        lambda * b.iter().map(|b| b.abs()).sum::<T>()
    }
    fn prox(&self, _: usize, v: &mut [T], step: Step<'_, T>, lambda: T) {
        // A group's steps are equal here, those of a run of coordinates need not be.
        let width = if matches!(self.0, Blocks::Coordinates) { 1 } else { v.len() };
        for (i, v) in v.chunks_mut(width).enumerate() {
            let norm = thalweg_core::vector::norm2(v);
            let shrink =
                if norm > T::ZERO { (T::ONE - lambda * step.at(i) / norm).max(T::ZERO) } else { T::ZERO };
            v.iter_mut().for_each(|v| *v *= shrink);
        }
    }
    fn violation(&self, _: usize, _: &[T], _: &[T], _: T) -> T {
        T::ZERO
    }
    fn quadratic_part(&self, _: T) -> Option<Diagonal<T>> {
        None
    }
    fn lambda_max(&self, _: &[T]) -> Option<T> {
        None
    }
    fn conjugate(&self, _: &[T], _: T) -> T {
        T::ZERO
    }
    fn dual_scale(&self, _: &[T], _: T) -> T {
        T::ONE
    }
}

fn constant(lr: f64) -> Constant {
    Constant::new(lr).unwrap()
}

fn decay() -> WeightDecay {
    WeightDecay::new(0.01).unwrap()
}

fn every(steps: u64) -> Shampoo {
    Shampoo::new(1e-4, NonZeroU64::new(steps).unwrap()).unwrap()
}

fn free() -> ScheduleFree {
    ScheduleFree::new(0.1).unwrap().with_warmup(3)
}

thalweg_testkit::update_laws! {
    sgd: part Fused(Sgd), 0.1;
    momentum: part Fused(Momentum::default()), 0.02;
    momentum_dampened: part Fused(Momentum::new(0.8).unwrap().with_dampening(0.5).unwrap()), 0.05;
    nesterov: part Fused(Momentum::default().with_nesterov().unwrap()), 0.02;
    adam: part Fused(Adam::default()), 0.02;
    weight_decay: part Fused(WeightDecay::new(0.01).unwrap()), 0.1;
    clip_global_norm: part ClipGlobalNorm::new(3.0).unwrap(), 0.1;
    constant_rate: complete Fused(constant(0.1));
    cosine: complete Fused(Cosine::new(0.2, 200).unwrap().with_warmup(20).unwrap().with_floor(0.01).unwrap());
    adamw_fused: complete adamw(Adam::default(), WeightDecay::new(0.01).unwrap(), constant(0.02));
    clipped: complete (ClipGlobalNorm::new(1.0).unwrap(), Fused((Momentum::default(), constant(0.02))));
    adagrad: part Fused(Adagrad::default()), 0.1;
    rmsprop: part Fused(Rmsprop::default()), 0.02;
    rmsprop_momentum: part Fused((Rmsprop::default().corrected(), Momentum::default())), 0.002;
    centred_rmsprop: part Fused(CentredRmsprop::new(0.95, 1e-3).unwrap()), 0.01;
    adadelta: part Fused(Adadelta::default()), 1.0;
    rprop: complete Fused(Rprop::default());
    amsgrad: part Fused(Amsgrad::default()), 0.02;
    adamax: part Fused(Adamax::default()), 0.02;
    nadam: part Fused(Nadam::default()), 0.02;
    radam: part Fused(Radam::default()), 0.02;
    adabelief: part Fused(Adabelief::default()), 0.01;
    yogi: part Fused(Yogi::default()), 0.02;
    lion: part Fused(Lion::default()), 0.01;
    sign_sgd: part Fused(SignSgd), 0.01;
    signum: part Fused(Signum::default()), 0.01;
    asgd: complete Fused(Asgd::new(0.1).unwrap().with_decay(1e-3, 0.75).unwrap().with_start(2));
    adan: part Fused(Adan::default()), 0.02;
    trust_ratio: part TrustRatio::default(), 0.02;
    lamb_chain: complete lamb(Adam::default(), decay(), constant(0.02));
    lars_chain: complete lars(decay(), TrustRatio::new(0.002).unwrap(), Momentum::default(), constant(1.0));
    adafactor: complete Adafactor::new(0.05).unwrap();
    muon: part Muon::default(), 0.02;
    muon_and_adam: complete Muon::default().with_adam(Adam::default(), constant(0.02));
    shampoo: part Shampoo::default(), 0.1;
    shampoo_always: part every(1), 0.1;
    soap: part Soap::default(), 0.02;
    soap_and_adam: complete Soap::new(Adam::default(), NonZeroU64::MIN).with_adam(constant(0.02));
    schedule_free: complete Fused((Sgd, free()));
    schedule_free_adamw: complete Fused((Rmsprop::default().corrected(), decay(), free()));
    prodigy: complete Prodigy::default();
    polyak: complete Polyak::new(1.0).unwrap();
    sam: complete Sam::new(Fused((Momentum::default(), constant(0.02))), 0.05).unwrap();
    sam_schedule_free: complete Sam::new(Fused((Sgd, free())), 0.05).unwrap();
    lookahead: complete Fused((Adam::default(), constant(0.02), Lookahead::default()));
    masked_view: complete Fused((
        Elementwise::<f64>::on(free(), |t: &Tensor| t.name != "intercept"),
        Elementwise::<f64>::on(constant(0.1), |t: &Tensor| t.name == "intercept"),
    ));
    masked: part Fused((Adam::default(), Elementwise::<f64>::on(WeightDecay::new(0.1).unwrap(), |t: &Tensor| t.name != "intercept"))), 0.02;
}

/// A proximal step is no rule of its own: it needs the step before it. Its chains obey every law.
mod prox {
    use super::*;

    fn chain() -> (Fused<(Adam, Constant)>, Prox<'static, Sparse>) {
        (Fused((Adam::default(), constant(0.02))), Prox::new(&L1, 0.01).unwrap())
    }

    thalweg_testkit::update_laws! {
        behind_adam: complete chain();
        behind_sgd: complete (Fused((Sgd, constant(0.1))), Prox::new(&L1, 0.01).unwrap());
    }

    #[test]
    fn groups_receive_their_steps() {
        use thalweg_core::{Context, Layout, Update};
        let pairs = Sparse(Blocks::Groups(vec![0..2, 2..4]));
        let rule = (Fused((Sgd, constant(0.5))), Prox::new(&pairs, 1.0).unwrap());
        let layout = Layout::flat(4);
        let mut state = Update::<f64>::init(&rule, &layout).unwrap();
        let mut p = [3.0, 4.0, 0.3, 0.4];
        rule.advance(&mut p, &mut [0.0; 4], &mut state, &Context::new(0, &layout)).unwrap();
        assert!((p[0] - 2.7).abs() < 1e-15 && (p[1] - 3.6).abs() < 1e-15, "shrunk by a tenth: {p:?}");
        assert_eq!(p[2..], [0.0, 0.0]);
        let beyond = Sparse(Blocks::Groups(vec![0..2, 2..5]));
        assert!(Update::<f64>::init(&Prox::new(&beyond, 1.0).unwrap(), &layout).is_err());
    }
}

/// The fixed point of prox in the metric is a stationary point whatever the metric; without it the chain would shrink too much.
#[test]
fn the_metric_reaches_the_prox() {
    use thalweg_core::{Context, Layout, Update};
    let rule = (Fused((Adam::new(0.0, 0.0, 1e-3).unwrap(), constant(0.5))), Prox::new(&L1, 2.0).unwrap());
    let layout = Layout::flat(1);
    let mut state = Update::<f64>::init(&rule, &layout).unwrap();
    let mut p = [1.0];
    // √v̂ = 4, so t = 0.5/4.001 and the step is −0.5·4/4.001 before the prox takes 2t.
    rule.advance(&mut p, &mut [4.0], &mut state, &Context::new(0, &layout)).unwrap();
    assert!((p[0] - (1.0 - 3.0 / 4.001)).abs() < 1e-15, "{p:?}");
}

#[test]
fn wrong_options_are_refused() {
    assert!(Adam::new(1.0, 0.9, 1e-8).is_err() && Adam::new(0.9, f64::NAN, 1e-8).is_err());
    assert!(Adam::new(0.9, 0.9, 0.0).is_err() && Momentum::new(-0.1).is_err());
    assert!(Momentum::default().with_nesterov().unwrap().with_dampening(0.1).is_err());
    assert!(WeightDecay::new(-1.0).is_err() && ClipGlobalNorm::new(0.0).is_err());
    assert!(Constant::new(f64::INFINITY).is_err() && Cosine::new(0.1, 0).is_err());
    assert!(Cosine::new(0.1, 10).unwrap().with_warmup(10).is_err());
    assert!(Cosine::new(0.1, 10).unwrap().with_floor(0.2).is_err());
    assert!(Prox::new(&L1, -1.0).is_err());
    assert!(Adagrad::new(0.0).is_err() && Adagrad::default().with_start(-1.0).is_err());
    assert!(Rmsprop::new(1.0, 1e-8).is_err() && CentredRmsprop::new(0.9, -1.0).is_err());
    assert!(Adadelta::new(-0.1, 1e-6).is_err() && Adadelta::new(0.9, 0.0).is_err());
    assert!(Rprop::new(0.0).is_err() && Rprop::default().with_factors(1.0, 1.2).is_err());
    assert!(
        Rprop::default().with_factors(0.5, 0.9).is_err() && Rprop::default().with_limits(2.0, 1.0).is_err()
    );
    assert!(Amsgrad::new(0.9, 1.0, 1e-8).is_err() && Radam::new(0.9, 0.999, 0.0).is_err());
    assert!(Adamax::new(1.0, 0.9, 1e-8).is_err() && Adabelief::new(0.9, 0.9, 0.0).is_err());
    assert!(Nadam::new(Adam::default(), -1.0).is_err() && Yogi::new(0.9, 0.9, 0.0).is_err());
    assert!(Yogi::default().with_start(-1.0, 0.0).is_err() && Lion::new(0.9, 1.0).is_err());
    assert!(Signum::new(1.0).is_err() && Adan::new([0.9, 0.9, 1.0], 1e-8).is_err());
    assert!(Asgd::new(-1.0).is_err() && Asgd::default().with_decay(0.1, 1.0).is_err());
    assert!(TrustRatio::new(0.0).is_err() && Muon::new(0.95, 0.0).is_err());
    assert!(Adafactor::new(-1.0).is_err() && Adafactor::default().with_decay(0.0).is_err());
    assert!(
        Adafactor::default().with_floors(0.0, 1.0).is_err() && Adafactor::default().with_limit(0.5).is_err()
    );
    assert!(Shampoo::new(0.0, NonZeroU64::MIN).is_err() && Prodigy::new(1.0, 0.0).is_err());
    assert!(ScheduleFree::new(-1.0).is_err() && ScheduleFree::new(1.0).unwrap().with_beta(0.0).is_err());
    assert!(Polyak::new(-1.0).is_err() && Polyak::new(1.0).unwrap().with_least(f64::NAN).is_err());
    assert!(Sam::new(Fused(Sgd), -0.1).is_err() && Lookahead::new(0.0, NonZeroU64::MIN).is_err());
    for entry in UPDATES {
        let defaults = entry.values(&[]).unwrap();
        assert!((entry.make.f64)(&defaults).is_ok() && (entry.make.f32)(&defaults).is_ok(), "{}", entry.name);
        for (parameter, bad) in
            [("lr", "-1"), ("batch", "0"), ("batch", "1.5"), ("epochs", "0"), ("seed", "-1")]
        {
            let values = entry.values(&[(parameter, bad)]).unwrap();
            let refused = (entry.make.f64)(&values).err().map(|e| e.to_string());
            assert!(refused.is_some_and(|text| text.contains(parameter)), "{} {parameter}={bad}", entry.name);
        }
        let (name, given) = thalweg_core::catalogue::parse(entry.example).unwrap();
        assert!(name == entry.name && (entry.make.f64)(&entry.values(&given).unwrap()).is_ok());
    }
}

/// A step of Polyak's without a loss is wrong input that says what is missing.
#[test]
fn a_missing_loss_is_named() {
    use thalweg_core::{Context, Halt, Layout, Update};
    let (layout, rule) = (Layout::flat(1), Polyak::new(1.0).unwrap());
    let mut state = Update::<f64>::init(&rule, &layout).unwrap();
    let outcome = rule.update(&mut [1.0], &[1.0], &mut state, &Context::new(0, &layout));
    assert!(matches!(outcome, Err(Halt::Input(error)) if error.to_string().contains("loss")));
}

/// Entries of the catalogue are in it once.
#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = UPDATES.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), UPDATES.len());
}
