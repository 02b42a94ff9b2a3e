//! 200 steps beside PyTorch's own optimizers, to 1e-10; the script that wrote the fixture lies beside it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Context, Fused, Layout, Update};
use thalweg_optimizers::{Adam, ClipGlobalNorm, Constant, Cosine, Momentum, Sgd, WeightDecay, adamw};

const N: usize = 5;

/// The fixture's function: ½ Σ c (p − a)² and a linear term that changes from step to step.
fn gradient(p: &[f64], t: usize, scale: f64) -> Vec<f64> {
    (0..N)
        .map(|j| {
            let (curvature, target) = (0.25 * (j + 1) as f64, (j as f64 - 2.0) / 2.0);
            let noise = (((t * 7 + j * 13) % 11) as f64 - 5.0) / 16.0;
            scale * (curvature * (p[j] - target) + noise)
        })
        .collect()
}

fn follows<U: Update<f64>>(name: &str, rule: &U, scale: f64) {
    let fixture = include_str!("fixtures/traces.csv");
    let expected: Vec<Vec<f64>> = fixture
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(','))
        .map(|line| line.split(',').map(|v| v.parse().unwrap()).collect())
        .collect();
    assert_eq!(expected.len(), 15, "{name}");
    let layout = Layout::flat(N);
    let (mut p, mut state) = (vec![1.0, -1.0, 2.0, 0.5, -0.25], rule.init(&layout).unwrap());
    for t in 0..200 {
        let mut g = gradient(&p, t, scale);
        rule.advance(&mut p, &mut g, &mut state, &Context::new(t as u64, &layout)).unwrap();
        let Some(row) = expected.iter().find(|row| row[0] == (t + 1) as f64) else { continue };
        for (found, expected) in p.iter().zip(&row[1..]) {
            let close = (found - expected).abs() <= 1e-10 * expected.abs().max(1e-3);
            assert!(close, "{name}, step {}: {found:e}, torch {expected:e}", t + 1);
        }
    }
}

fn constant(lr: f64) -> Constant {
    Constant::new(lr).unwrap()
}

#[test]
fn sgd_and_momentum() {
    follows("sgd", &Fused((Sgd, constant(0.1))), 1.0);
    follows("momentum", &Fused((Momentum::default(), constant(0.05))), 1.0);
    let dampened = Momentum::new(0.8).unwrap().with_dampening(0.3).unwrap();
    follows("momentum-dampened", &Fused((dampened, constant(0.1))), 1.0);
    follows("nesterov", &Fused((Momentum::default().with_nesterov().unwrap(), constant(0.05))), 1.0);
}

#[test]
fn adam_and_adamw() {
    follows("adam", &Fused((Adam::default(), constant(0.05))), 1.0);
    follows("adam-betas", &Fused((Adam::new(0.5, 0.9, 1e-3).unwrap(), constant(0.02))), 1.0);
    follows("adamw", &adamw(Adam::default(), WeightDecay::new(0.1).unwrap(), constant(0.05)), 1.0);
}

#[test]
fn clipping_and_schedules() {
    follows("clip", &(ClipGlobalNorm::new(1.0).unwrap(), Fused((Sgd, constant(0.05)))), 8.0);
    follows("cosine", &Fused((Sgd, Cosine::new(0.2, 200).unwrap().with_floor(0.01).unwrap())), 1.0);
    let warm = Cosine::new(0.2, 200).unwrap().with_warmup(20).unwrap().with_floor(0.001).unwrap();
    follows("warm-cosine", &Fused((Sgd, warm)), 1.0);
}
