//! 200 steps beside the optimizers of PyTorch and optax, to 1e-10; the script that wrote the fixture lies beside it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use core::num::NonZeroU64;

use thalweg_core::{Context, Elementwise, Fused, Layout, Update};
use thalweg_optimizers::{
    Adabelief, Adadelta, Adafactor, Adagrad, Adam, Adamax, Adan, Amsgrad, Asgd, CentredRmsprop,
    ClipGlobalNorm, Constant, Cosine, Lion, Lookahead, Momentum, Muon, Nadam, Polyak, Prodigy, Radam,
    Rmsprop, Rprop, Sam, ScheduleFree, Sgd, Shampoo, SignSgd, Signum, Soap, TrustRatio, WeightDecay, Yogi,
    adamw, lamb, lars,
};

/// The fixture's tensors.
fn layout() -> Layout {
    let mut layout = Layout::default();
    layout.push("wide", &[2, 4]);
    layout.push("tall", &[3, 2]);
    layout.push("bias", &[4]);
    layout.push("scale", &[1]);
    layout
}

/// Curvature, target and start of entry j.
fn entry(j: usize) -> (f64, f64, f64) {
    let (target, start) = ((3 * j % 7) as f64 - 3.0, (5 * j % 9) as f64 - 4.0);
    (0.25 * (j % 5 + 1) as f64, target / 4.0, start / 4.0 + 3.0 / 32.0)
}

/// The fixture's function: ½ Σ c (p − a)² and a linear term that changes from step to step; its gradient into `g`.
fn value_gradient(p: &[f64], t: usize, scale: f64, g: &mut [f64]) -> f64 {
    let mut value = 0.0;
    for (j, (p, g)) in p.iter().zip(g).enumerate() {
        let (curvature, target, _) = entry(j);
        let noise = (((t * 7 + j * 13) % 11) as f64 - 5.0) / 16.0;
        *g = scale * (curvature * (p - target) + noise);
        value += 0.5 * curvature * (p - target).powi(2) + noise * p;
    }
    value
}

/// The fixture's rows of this name: step and parameters.
fn rows(name: &str) -> Vec<Vec<f64>> {
    let fixture = include_str!("fixtures/traces.csv");
    let rows = fixture.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(','));
    rows.map(|line| line.split(',').map(|v| v.parse().unwrap()).collect()).collect()
}

fn compare(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (j, (found, expected)) in found.iter().zip(expected).enumerate() {
        let close = (found - expected).abs() <= 1e-10 * expected.abs().max(1e-3);
        assert!(close, "{what}, entry {j}: {found:e}, fixture {expected:e}");
    }
}

/// Follows the fixture's parameters and, where it has them, those to evaluate.
fn follows_scaled<U: Update<f64>>(name: &str, rule: &U, scale: f64) {
    let (expected, views) = (rows(name), rows(&format!("{name}-view")));
    assert_eq!(expected.len(), 11, "{name}");
    assert!(views.is_empty() || views.len() == 11, "{name}");
    let layout = layout();
    let mut p: Vec<f64> = (0..layout.len()).map(|j| entry(j).2).collect();
    let (mut g, mut state) = (vec![0.0; p.len()], rule.init(&layout).unwrap());
    for t in 0..200 {
        let loss = Some(value_gradient(&p, t, scale, &mut g));
        let context = Context { loss, ..Context::new(t as u64, &layout) };
        rule.advance(&mut p, &mut g, &mut state, &context).unwrap();
        let at = |rows: &[Vec<f64>]| rows.iter().find(|row| row[0] == (t + 1) as f64).cloned();
        if let Some(row) = at(&expected) {
            compare(&format!("{name}, step {}", t + 1), &p, &row[1..]);
        }
        if let Some(row) = at(&views) {
            let mut view = p.clone();
            rule.evaluation_view(&mut state, &mut view);
            compare(&format!("{name}, view at step {}", t + 1), &view, &row[1..]);
        }
    }
}

fn follows<U: Update<f64>>(name: &str, rule: &U) {
    follows_scaled(name, rule, 1.0);
}

/// An elementwise rule under a constant learning rate.
fn follows_at<E: Elementwise<f64>>(name: &str, rule: E, lr: f64) {
    follows(name, &Fused((rule, constant(lr))));
}

fn constant(lr: f64) -> Constant {
    Constant::new(lr).unwrap()
}

fn decay(lambda: f64) -> WeightDecay {
    WeightDecay::new(lambda).unwrap()
}

fn count(n: u64) -> NonZeroU64 {
    NonZeroU64::new(n).unwrap()
}

#[test]
fn sgd_and_momentum() {
    follows_at("sgd", Sgd, 0.1);
    follows_at("momentum", Momentum::default(), 0.05);
    follows_at("momentum-dampened", Momentum::new(0.8).unwrap().with_dampening(0.3).unwrap(), 0.1);
    follows_at("nesterov", Momentum::default().with_nesterov().unwrap(), 0.05);
}

#[test]
fn adam_and_adamw() {
    follows_at("adam", Adam::default(), 0.05);
    follows_at("adam-betas", Adam::new(0.5, 0.9, 1e-3).unwrap(), 0.02);
    follows("adamw", &adamw(Adam::default(), decay(0.1), constant(0.05)));
}

#[test]
fn clipping_and_schedules() {
    follows_scaled("clip", &(ClipGlobalNorm::new(1.0).unwrap(), Fused((Sgd, constant(0.05)))), 8.0);
    follows("cosine", &Fused((Sgd, Cosine::new(0.2, 200).unwrap().with_floor(0.01).unwrap())));
    let warm = Cosine::new(0.2, 200).unwrap().with_warmup(20).unwrap().with_floor(0.001).unwrap();
    follows("warm-cosine", &Fused((Sgd, warm)));
}

#[test]
fn squares_of_gradients() {
    follows_at("adagrad", Adagrad::default(), 0.1);
    follows_at("adagrad-start", Adagrad::new(1e-3).unwrap().with_start(0.1).unwrap(), 0.2);
    follows_at("rmsprop", Rmsprop::default(), 0.01);
    let (rms, momentum) = (Rmsprop::new(0.9, 1e-8).unwrap(), Momentum::new(0.8).unwrap());
    follows_at("rmsprop-momentum", (rms, momentum), 0.01);
    follows_at("centred-rmsprop", CentredRmsprop::new(0.95, 1e-8).unwrap(), 0.01);
    let centred = CentredRmsprop::new(0.99, 1e-3).unwrap();
    follows_at("centred-rmsprop-momentum", (centred, Momentum::default()), 0.005);
    follows_at("adadelta", Adadelta::default(), 1.0);
}

#[test]
fn relatives_of_adam() {
    follows_at("amsgrad", Amsgrad::new(0.8, 0.9, 1e-8).unwrap(), 0.05);
    follows_at("adamax", Adamax::default(), 0.02);
    follows_at("nadam", Nadam::default(), 0.02);
    follows_at("nadam-warming", Nadam::new(Adam::new(0.95, 0.99, 1e-8).unwrap(), 0.05).unwrap(), 0.02);
    follows_at("radam", Radam::default(), 0.05);
    follows_at("adabelief", Adabelief::default(), 0.02);
    // optax starts the mean where it starts the square.
    follows_at("yogi", Yogi::default().with_start(1e-6, 1e-6).unwrap(), 0.0213);
    follows_at("adan", Adan::default(), 0.05);
    follows_at("adan-decay", (Adan::new([0.9, 0.8, 0.95], 1e-4).unwrap(), decay(0.1)), 0.02);
}

#[test]
fn signs() {
    follows("rprop", &Fused(Rprop::new(0.0137).unwrap()));
    follows_at("sign-sgd", SignSgd, 0.0137);
    follows_at("signum", Signum::default(), 0.0137);
    follows_at("lion", (Lion::default(), decay(0.1)), 0.0137);
}

#[test]
fn norms_of_tensors() {
    let adam = Adam::new(0.9, 0.999, 1e-6).unwrap();
    follows("lamb", &lamb(adam, decay(0.1), constant(0.02)));
    follows("lars", &lars(decay(0.1), TrustRatio::new(0.02).unwrap(), Momentum::default(), constant(1.0)));
    follows("adafactor", &Adafactor::new(0.05).unwrap());
    let bounded = Adafactor::new(0.3).unwrap().with_decay(0.5).unwrap().with_limit(1.5).unwrap();
    follows("adafactor-limit", &bounded.with_floors(1e-3, 1e-2).unwrap());
}

#[test]
fn matrices() {
    follows("muon", &muon(0.02));
    follows("shampoo", &(Shampoo::new(1e-4, count(1)).unwrap(), Fused(constant(0.1))));
    let adam = Adam::new(0.9, 0.95, 1e-2).unwrap();
    follows("soap", &Soap::new(adam, count(1)).with_adam(constant(0.02)));
    follows("shampoo-every", &(Shampoo::new(1e-2, count(7)).unwrap(), Fused(constant(0.05))));
}

/// Under one schedule with Adam on everything else.
fn muon(lr: f64) -> impl Update<f64> {
    Muon::default().with_adam(Adam::default(), constant(lr))
}

#[test]
fn rates_of_their_own() {
    follows("prodigy", &Prodigy::default());
    let adam = Adam::new(0.8, 0.99, 1e-8).unwrap();
    follows("prodigy-start", &Prodigy::new(0.5, 1e-2).unwrap().with_adam(adam));
    follows("polyak", &Polyak::new(0.2).unwrap());
}

#[test]
fn averages_and_second_gradients() {
    let asgd = Asgd::new(0.1).unwrap().with_decay(0.05, 0.75).unwrap().with_start(60);
    follows("asgd", &Fused(asgd));
    let free = |lr| ScheduleFree::new(lr).unwrap();
    follows("schedule-free-sgd", &Fused((Sgd, free(0.3))));
    follows("schedule-free-warm", &Fused((Sgd, free(0.3).with_warmup(40))));
    let square = Rmsprop::new(0.999, 1e-8).unwrap().corrected();
    follows("schedule-free-adamw", &Fused((square, decay(0.1), free(0.05).with_beta(0.8).unwrap())));
    follows("sam", &Sam::new(Fused((Momentum::default(), constant(0.05))), 0.1).unwrap());
    follows("lookahead", &Fused((Momentum::default(), constant(0.05), Lookahead::default())));
    let far = Lookahead::new(0.8, count(7)).unwrap();
    follows("lookahead-adam", &Fused((Adam::default(), constant(0.05), far)));
}
