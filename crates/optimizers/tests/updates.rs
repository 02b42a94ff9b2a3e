//! The laws of every stepwise rule, alone and in chains.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Blocks, Diagonal, Elementwise, Fused, Penalty, Real, Step, Tensor};
use thalweg_optimizers::{
    Adam, ClipGlobalNorm, Constant, Cosine, Momentum, Prox, Sgd, UPDATES, WeightDecay, adamw,
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
