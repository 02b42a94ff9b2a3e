//! Transforms of gradients and steps: 200 steps beside optax's own, to 1e-10, and the laws of every rule.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::par::with_threads;
use thalweg_core::streams::{Streams, normal};
use thalweg_core::{
    Blocks, Context, Diagonal, Elementwise, Fused, Halt, Layout, Needs, Par, Penalty, Real, Scheduled, Step,
    Tensor, Update, load, save,
};
use thalweg_core::{Schedule, vector};
use thalweg_optimizers::{
    Accumulate, Adam, AdaptiveClip, Centralize, ClipGlobalNorm, ClipNorm, ClipRms, ClipValue, Constant,
    Cosine, Exponential, Freeze, GradientNoise, Linear, Momentum, ParameterEma, Prox, ReduceOnPlateau, Sgd,
    SkipNonFinite, WeightDecay,
};
use thalweg_testkit::fixtures::Shrink;
use thalweg_testkit::updates::{self, Subject};

const N: usize = 16;

fn layout() -> Layout {
    let mut layout = Layout::default();
    layout.push("bias", &[2]);
    layout.push("weights", &[3, 2]);
    layout.push("kernel", &[1, 2, 2, 2]);
    layout
}

/// The fixture's function: ½ Σ c (p − a)² and a linear term that changes from step to step.
fn gradient(p: &[f64], t: usize, scale: f64) -> Vec<f64> {
    let noise = |j: usize| (((t * 7 + j * 13) % 11) as f64 - 5.0) / 16.0;
    (0..N).map(|j| scale * (curvature(j) * (p[j] - target(j)) + noise(j))).collect()
}

fn loss<T: Real>(p: &[T]) -> f64 {
    p.iter().enumerate().map(|(j, p)| 0.5 * curvature(j) * (p.to_f64() - target(j)).powi(2)).sum()
}

fn curvature(j: usize) -> f64 {
    0.25 * (j % 5 + 1) as f64
}

fn target(j: usize) -> f64 {
    ((j % 7) as f64 - 3.0) / 2.0
}

fn start() -> Vec<f64> {
    (0..N).map(|j| ((j * 5 % 9) as f64 - 4.0) / 4.0).collect()
}

/// The fixture's rows of this name: step and values.
fn rows(name: &str) -> Vec<(usize, Vec<f64>)> {
    let fixture = include_str!("fixtures/transforms.csv");
    let row = |line: &str| {
        let (step, values) = line.split_once(',').unwrap();
        (step.parse().unwrap(), values.split(',').map(|v| v.parse().unwrap()).collect())
    };
    let rows: Vec<_> =
        fixture.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(',')).map(row).collect();
    assert_eq!(rows.len(), 15, "{name}");
    rows
}

fn compare(name: &str, step: usize, expected: &[(usize, Vec<f64>)], found: &[f64]) {
    let Some((_, expected)) = expected.iter().find(|row| row.0 == step) else { return };
    for (j, (found, expected)) in found.iter().zip(expected).enumerate() {
        let close = (found - expected).abs() <= 1e-10 * expected.abs().max(1e-3);
        assert!(close, "{name}, step {step}, entry {j}: {found:e}, the peer {expected:e}");
    }
}

/// 200 steps, what `spoil` does to the gradient first and `watch` after each.
fn walk<U: Update<f64>>(
    rule: &U,
    scale: f64,
    spoil: impl Fn(&mut [f64], usize),
    mut watch: impl FnMut(usize, &[f64], &mut U::State),
) {
    let layout = layout();
    let (mut p, mut state) = (start(), rule.init(&layout).unwrap());
    for t in 0..200 {
        let mut g = gradient(&p, t, scale);
        spoil(&mut g, t);
        let context = Context { loss: Some(loss(&p)), ..Context::new(t as u64, &layout) };
        rule.advance(&mut p, &mut g, &mut state, &context).unwrap();
        watch(t + 1, &p, &mut state);
    }
}

fn follows<U: Update<f64>>(name: &str, rule: &U, scale: f64) {
    let expected = rows(name);
    walk(rule, scale, |_, _| (), |step, p, _| compare(name, step, &expected, p));
}

fn constant(lr: f64) -> Constant {
    Constant::new(lr).unwrap()
}

fn momentum() -> Fused<(Momentum, Constant)> {
    Fused((Momentum::default(), constant(0.05)))
}

fn adam(lr: f64) -> Fused<(Adam, Constant)> {
    Fused((Adam::default(), constant(lr)))
}

fn is(name: &'static str) -> impl Fn(&Tensor) -> bool + Copy + Send + Sync {
    move |tensor| tensor.name == name
}

#[test]
fn clips_follow_optax() {
    follows("clip-value", &(Fused(ClipValue::new(0.5).unwrap()), momentum()), 4.0);
    let fused = Fused((ClipValue::new(0.5).unwrap(), Momentum::default(), constant(0.05)));
    follows("clip-value", &fused, 4.0);
    follows("clip-norm", &(ClipNorm::new(0.75).unwrap(), momentum()), 4.0);
    follows("clip-rms", &(ClipRms::new(0.25).unwrap(), momentum()), 4.0);
    let adaptive = AdaptiveClip::new(0.1).unwrap().with_epsilon(0.01).unwrap();
    follows("adaptive-clip", &(adaptive, momentum()), 4.0);
    follows("centralize", &(Centralize, momentum()), 1.0);
}

#[test]
fn noise_dies_away_as_optax_says() {
    let noise = GradientNoise::new(0.3, 0.55, 0).unwrap();
    let expected = rows("noise");
    // The fixture's numbers stand in for both generators.
    let known = |g: &mut [f64], t: usize| {
        let z = |j: usize| (((t * 5 + j * 3) % 13) as f64 - 6.0) / 4.0;
        g.iter_mut().enumerate().for_each(|(j, g)| *g += noise.deviation(t as u64) * z(j));
    };
    walk(&Fused((Sgd, constant(0.05))), 1.0, known, |step, p, _| compare("noise", step, &expected, p));
}

#[test]
fn averages_and_wrappers_follow_optax() {
    let (rule, view) = ((adam(0.05), ParameterEma::new(0.9).unwrap()), rows("ema-view"));
    follows("ema", &rule, 1.0);
    walk(
        &rule,
        1.0,
        |_, _| (),
        |step, p, state| {
            let mut found = p.to_vec();
            rule.evaluation_view(state, &mut found);
            compare("ema-view", step, &view, &found);
        },
    );
    follows("accumulate", &Accumulate::new(4, adam(0.05)).unwrap(), 1.0);
    let expected = rows("skip");
    let spoil = |g: &mut [f64], t: usize| match t % 7 {
        3 => g[4] = f64::NAN,
        4 => g[9] = f64::INFINITY,
        _ => {}
    };
    let skip = SkipNonFinite::new(3, adam(0.05));
    let mut skipped = 0;
    walk(&skip, 1.0, spoil, |step, p, state| {
        compare("skip", step, &expected, p);
        skipped = state.skipped();
    });
    assert_eq!(skipped, (0..200).filter(|t| matches!(t % 7, 3 | 4)).count() as u64);
}

#[test]
fn groups_follow_optax() {
    let decay = Elementwise::<f64>::on(WeightDecay::new(0.1).unwrap(), is("weights"));
    let rates = Elementwise::<f64>::on(constant(0.01), is("bias")).otherwise(constant(0.05));
    let frozen = Elementwise::<f64>::on(Freeze, is("kernel"));
    follows("groups", &Fused((Adam::default(), decay, rates, frozen)), 1.0);
    // Whole chains by group instead, as other updates than elementwise ones need it.
    let weights = Fused((Adam::default(), WeightDecay::new(0.1).unwrap(), constant(0.05)));
    let rest = Update::<f64>::on(weights, is("weights")).otherwise(Fused(Freeze));
    follows("groups", &Update::<f64>::on(adam(0.01), is("bias")).otherwise(rest), 1.0);
}

#[test]
fn any_hyperparameter_can_be_scheduled() {
    let beta1 = Linear::new(0.95, 0.8, 100).unwrap();
    let decay = Exponential::new(0.2, 0.5, 50).unwrap();
    let rule = Fused((
        Scheduled::new(move |k| Adam { beta1: beta1.at(k), ..Adam::default() }),
        Scheduled::new(move |k| WeightDecay { lambda: decay.at(k) }),
        Cosine::new(0.1, 180).unwrap(),
    ));
    follows("hyperparameters", &rule, 1.0);
    let limit = Linear::new(1.0, 0.1, 150).unwrap();
    let clip = Scheduled::new(move |k| ClipRms { limit: limit.at(k) });
    follows("scheduled-clip", &(clip, momentum()), 4.0);
}

#[test]
fn plateaus_follow_optax() {
    let rule = ReduceOnPlateau { patience: 3, cooldown: 2, every: 2, ..ReduceOnPlateau::default() }
        .with_factor(0.5)
        .and_then(|rule| rule.with_margins(1e-3, 1e-3)?.with_least(0.05))
        .unwrap();
    follows("plateau", &(Fused((Sgd, constant(0.1))), rule), 1.0);
    let missing = rule.update(
        &mut [1.0],
        &[0.0],
        &mut Update::<f64>::init(&rule, &Layout::flat(1)).unwrap(),
        &Context::new(0, &Layout::flat(1)),
    );
    assert!(matches!(missing, Err(Halt::Input(error)) if error.to_string().contains("without a loss")));
    assert!(rule.with_factor(0.0).is_err() && rule.with_factor(1.0).is_err());
    assert!(rule.with_margins(1.0, 0.0).is_err() && rule.with_margins(0.0, -1.0).is_err());
    assert!(rule.with_least(f64::NAN).is_err());
}

#[test]
fn l1_in_adams_metric_lands_on_exact_zeros() {
    let expected = rows("prox-l1");
    let rule = (adam(0.05), Prox::new(&Shrink, 0.4).unwrap());
    walk(
        &rule,
        1.0,
        |_, _| (),
        |step, p, _| {
            compare("prox-l1", step, &expected, p);
            let Some((_, row)) = expected.iter().find(|row| row.0 == step) else { return };
            let zeros = |p: &[f64]| p.iter().map(|p| *p == 0.0).collect::<Vec<_>>();
            assert_eq!(zeros(p), zeros(row), "step {step}");
        },
    );
    assert_eq!(expected[14].1.iter().filter(|p| **p == 0.0).count(), 7);
}

/// Groups of four whose prox is known for equal steps only.
struct Rigid(Blocks);

impl Penalty<f64> for Rigid {
    fn blocks(&self) -> &Blocks {
        &self.0
    }
    fn value(&self, b: &[f64], lambda: f64) -> f64 {
        lambda * b.chunks(4).map(vector::norm2).sum::<f64>()
    }
    fn prox(&self, _: usize, v: &mut [f64], step: Step<'_, f64>, lambda: f64) {
        let norm = vector::norm2(v);
        vector::scale(if norm > 0.0 { (1.0 - lambda * step.at(0) / norm).max(0.0) } else { 0.0 }, v);
    }
    fn violation(&self, _: usize, _: &[f64], _: &[f64], _: f64) -> f64 {
        0.0
    }
    fn takes_diagonal_steps(&self) -> bool {
        false
    }
    fn quadratic_part(&self, _: f64) -> Option<Diagonal<f64>> {
        None
    }
    fn lambda_max(&self, _: &[f64]) -> Option<f64> {
        None
    }
    fn conjugate(&self, _: &[f64], _: f64) -> f64 {
        0.0
    }
    fn dual_scale(&self, _: &[f64], _: f64) -> f64 {
        1.0
    }
}

#[test]
fn a_prox_that_is_not_known_in_the_metric_is_refused() {
    fn step(steps: impl Update<f64>, prox: Prox<'_, Rigid>, layout: &Layout) -> Result<(), Halt> {
        let rule = (steps, prox);
        let (mut p, mut g) = ([1.0; 8], [0.5, 1.0, 2.0, 4.0, 0.5, 1.0, 2.0, 4.0]);
        let mut state = rule.init(layout)?;
        rule.advance(&mut p, &mut g, &mut state, &Context::new(0, layout))
    }
    let rigid = Rigid(Blocks::Groups(vec![0..4, 4..8]));
    let (layout, prox) = (Layout::flat(8), Prox::new(&rigid, 0.1).unwrap());
    assert_eq!(step(momentum(), prox, &layout), Ok(()));
    let refused = step(adam(0.05), prox, &layout);
    assert!(matches!(refused, Err(Halt::Input(error)) if error.to_string().contains("equal steps")));
}

/// Supplies a loss to a rule that wants one.
#[derive(Copy, Clone)]
struct Lossy<U>(U);

impl<T: Real, U: Update<T>> Update<T> for Lossy<U> {
    type State = U::State;
    const NEEDS: Needs = Needs { global_norm: true, ..U::NEEDS };

    fn init(&self, layout: &Layout) -> thalweg_core::Result<Self::State> {
        self.0.init(layout)
    }
    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        state: &mut Self::State,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        self.0.update(u, p, state, &Context { loss: Some(T::of(loss(p))), ..*context })
    }
    fn metric(
        &self,
        state: &Self::State,
        context: &Context<'_, T>,
        range: core::ops::Range<usize>,
        out: &mut [T],
    ) {
        self.0.metric(state, context, range, out);
    }
}

fn plateau() -> ReduceOnPlateau {
    ReduceOnPlateau { factor: 0.9, patience: 2, ..ReduceOnPlateau::default() }
}

thalweg_testkit::update_laws! {
    clip_value: part Fused(ClipValue::new(0.5).unwrap()), 0.1;
    clip_norm: part ClipNorm::new(3.0).unwrap(), 0.1;
    clip_rms: part ClipRms::new(0.5).unwrap(), 0.1;
    adaptive_clip: part AdaptiveClip::new(0.5).unwrap(), 0.1;
    centralize: part Centralize, 0.1;
    parameter_ema: complete (Fused(constant(0.1)), ParameterEma::new(0.9).unwrap());
    accumulate: complete Accumulate::new(3, momentum()).unwrap();
    accumulate_adam: part Accumulate::new(2, Fused(Adam::default())).unwrap(), 0.05;
    skip_non_finite: complete SkipNonFinite::new(2, adam(0.02));
    reduce_on_plateau: complete Lossy((Fused(constant(0.1)), plateau()));
    scheduled_fused: complete Fused((Scheduled::new(|k| Adam { beta1: 0.5 + 0.4 / (k as f64 + 1.0), ..Adam::default() }), constant(0.02)));
    scheduled_update: part Scheduled::new(|k| ClipGlobalNorm { limit: 1.0 + k as f64 }), 0.1;
    scheduled_ema: complete Scheduled::new(|k| (Fused(constant(0.1)), ParameterEma { decay: 0.9 * k as f64 / (k as f64 + 1.0) }));
    groups_fused: complete Fused((Momentum::default(), Elementwise::<f64>::on(constant(0.01), is("intercept")).otherwise(constant(0.02))));
    groups_of_updates: complete Update::<f64>::on(adam(0.02), is("intercept")).otherwise(momentum());
}

/// Whatever the rules say of zero gradients and descent, a frozen or noisy one has other ones.
#[test]
fn frozen_and_noisy_rules_obey_what_applies() {
    let noise = GradientNoise::new(1e-4, 0.55, 3).unwrap();
    let (frozen, noisy) = (Fused(Freeze), Subject::part("noise", &noise, 0.1));
    let frozen = Subject::complete("freeze", &frozen);
    macro_rules! obey {
        ($subject:ident: $($law:ident)+) => {$(
            if let Err(violation) = updates::$law(&$subject) {
                panic!("{violation}");
            }
        )+};
    }
    obey! { frozen: states_resume advancing_is_updating threads_do_not_matter zero_gradients_stay sizes_are_checked
    nonfinite_gradients_are_survived single_precision_agrees chains_associate masks_spare_the_rest metrics_are_diagonal }
    obey! { noisy: states_resume advancing_is_updating threads_do_not_matter sizes_are_checked nonfinite_gradients_are_survived
    quadratics_are_descended single_precision_agrees chains_associate masks_spare_the_rest metrics_are_diagonal }
}

#[test]
fn frozen_parameters_keep_their_bits() {
    let (layout, rule) = (Layout::flat(4), Fused((Adam::default(), constant(0.1), Freeze)));
    let before = [0.0, -0.0, f64::MIN_POSITIVE, -3.0];
    let (mut p, mut state) = (before, Update::<f64>::init(&rule, &layout).unwrap());
    rule.advance(&mut p, &mut [1.0, f64::NAN, f64::INFINITY, -1.0], &mut state, &Context::new(0, &layout))
        .unwrap();
    assert_eq!(p.map(f64::to_bits), before.map(f64::to_bits));
    // The same of steps that a wrapper withholds.
    let (skip, wait) = (SkipNonFinite::new(9, rule), Accumulate::new(9, rule).unwrap());
    let mut state = Update::<f64>::init(&skip, &layout).unwrap();
    skip.advance(&mut p, &mut [f64::NAN; 4], &mut state, &Context::new(0, &layout)).unwrap();
    let mut state = Update::<f64>::init(&wait, &layout).unwrap();
    wait.advance(&mut p, &mut [1.0; 4], &mut state, &Context::new(0, &layout)).unwrap();
    assert_eq!(p.map(f64::to_bits), before.map(f64::to_bits));
}

#[test]
fn noise_has_its_moments_and_its_streams() {
    let n = 40_000;
    let (layout, noise) = (Layout::flat(n), GradientNoise::new(4.0, 1.0, 11).unwrap());
    let draw = |noise: &GradientNoise, step: u64| {
        let mut u = vec![0.0; n];
        noise.update(&mut u, &vec![0.0; n], &mut (), &Context::new(step, &layout)).unwrap();
        u
    };
    for (step, sigma) in [(0, 2.0), (3, 1.0)] {
        let z: Vec<f64> = draw(&noise, step).iter().map(|u| u / sigma).collect();
        let moment = |k: i32| z.iter().map(|z: &f64| z.powi(k)).sum::<f64>() / n as f64;
        // Five standard errors of each moment: variances 1, 2, 15 and 96.
        for (k, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
            let error = (moment(k) - expected).abs();
            assert!(error < 5.0 * (variance / n as f64).sqrt(), "step {step}, moment {k}: {error}");
        }
    }
    // Other steps, seeds and pieces draw other numbers.
    let (first, other) = (draw(&noise, 0), draw(&GradientNoise { seed: 12, ..noise }, 0));
    let same = |a: &[f64], b: &[f64]| a.iter().zip(b).filter(|(a, b)| a == b).count();
    assert_eq!(same(&first, &other) + same(&first[..4096], &first[4096..8192]), 0);
    let next: Vec<f64> = draw(&noise, 1).iter().map(|u| u * 2.0_f64.sqrt()).collect();
    let correlation = vector::dot(&first, &next) / (4.0 * n as f64);
    assert!(correlation.abs() < 5.0 / (n as f64).sqrt(), "{correlation}");
    assert!(GradientNoise::new(0.0, 0.5, 0).is_err() && GradientNoise::new(0.1, -0.5, 0).is_err());
}

/// Units of matrices over several chunks, whatever the threads.
#[test]
fn units_of_matrices_are_the_same_on_any_pool() {
    let mut layout = Layout::default();
    layout.push("bias", &[50]);
    layout.push("long", &[20_000, 3]);
    layout.push("wide", &[7, 6000]);
    let mut rng = Streams::new(2).stream("units", 0);
    let g: Vec<f64> = (0..layout.len()).map(|_| normal(&mut rng)).collect();
    let p: Vec<f64> = (0..layout.len()).map(|_| normal(&mut rng)).collect();
    let rule = (
        Centralize,
        AdaptiveClip::new(0.3).unwrap(),
        ClipNorm::new(20.0).unwrap(),
        ClipRms::new(0.05).unwrap(),
    );
    let run = |par| {
        let (mut u, mut state) = (g.clone(), Update::<f64>::init(&rule, &layout).unwrap());
        rule.update(&mut u, &p, &mut state, &Context::new(0, &layout).with_par(par)).unwrap();
        u
    };
    let reference = run(Par::Seq);
    for threads in [1, 2, 7] {
        assert_eq!(with_threads(threads, || run(Par::Rayon)).unwrap(), reference);
    }
    // A unit by hand: the fourth column of the wide matrix.
    let mut state = Update::<f64>::init(&Centralize, &layout).unwrap();
    let mut u = g.clone();
    Centralize.update(&mut u, &p, &mut state, &Context::new(0, &layout)).unwrap();
    let column = 50 + 60_000 + 21..50 + 60_000 + 28;
    let mean = g[column.clone()].iter().sum::<f64>() / 7.0;
    for (u, g) in u[column.clone()].iter().zip(&g[column]) {
        assert!((u - (g - mean)).abs() < 1e-15);
    }
    assert_eq!(u[..50], g[..50]);
}

/// A vector that is not finite halts what takes norms; it does not come out scaled.
#[test]
fn clips_halt_on_what_no_factor_mends() {
    fn outcome<U: Update<f64>>(rule: &U, layout: &Layout, bad: f64) -> Result<(), Halt> {
        let mut state = rule.init(layout).unwrap();
        rule.update(&mut [1.0, bad, 1.0], &[1.0; 3], &mut state, &Context::new(0, layout))
    }
    let layout = Layout::flat(3);
    for bad in [f64::NAN, f64::INFINITY] {
        let outcomes = [
            outcome(&ClipNorm::new(1.0).unwrap(), &layout, bad),
            outcome(&ClipRms::new(1.0).unwrap(), &layout, bad),
            outcome(&AdaptiveClip::new(1.0).unwrap(), &layout, bad),
            outcome(&SkipNonFinite::new(0, ClipValue::new(1.0).map(Fused).unwrap()), &layout, bad),
        ];
        assert!(outcomes.iter().all(|o| matches!(o, Err(Halt::NonFinite(_)))), "{bad}: {outcomes:?}");
    }
    assert!(ClipValue::new(0.0).is_err() && ClipNorm::new(f64::NAN).is_err() && ClipRms::new(-1.0).is_err());
    assert!(AdaptiveClip::new(0.0).is_err() && AdaptiveClip::new(0.1).unwrap().with_epsilon(0.0).is_err());
    assert!(ParameterEma::new(1.0).is_err() && Accumulate::new(0, Fused(Sgd)).is_err());
}

/// Stopped after any number of minibatches, also amid an accumulation and a row of bad gradients, a run goes on to the same bits, and its
/// view with it.
#[test]
fn wrapped_runs_resume_anywhere() {
    let inner = (adam(0.05), plateau(), ParameterEma::new(0.8).unwrap());
    let rule = SkipNonFinite::new(2, Accumulate::new(3, inner).unwrap());
    let layout = layout();
    let step = |p: &mut Vec<f64>, state: &mut _, t: usize| {
        let mut g = gradient(p, t, 1.0);
        if t % 5 > 2 {
            g[3] = f64::NAN;
        }
        let context = Context { loss: Some(loss(p)), ..Context::new(t as u64, &layout) };
        rule.advance(p, &mut g, state, &context).unwrap();
    };
    let view = |p: &[f64], state: &mut _| {
        let mut view = p.to_vec();
        Update::<f64>::evaluation_view(&rule, state, &mut view);
        view
    };
    for stop in 0..20 {
        let (mut p, mut state) = (start(), Update::<f64>::init(&rule, &layout).unwrap());
        (0..stop).for_each(|t| step(&mut p, &mut state, t));
        let (bytes, mut copy) = (save(&mut state).unwrap(), p.clone());
        let mut restored = Update::<f64>::init(&rule, &layout).unwrap();
        load(&mut restored, &bytes).unwrap();
        for t in stop..stop + 30 {
            step(&mut p, &mut state, t);
            step(&mut copy, &mut restored, t);
            assert_eq!(copy, p, "stopped after {stop}, step {t}");
            assert_eq!(view(&copy, &mut restored), view(&p, &mut state));
        }
    }
}
