//! The laws of what has state or projects in `training`: averages, early stopping, checkpoints, max-norm.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{Checkpoint, Par, load, par, save};
use thalweg_regularization::training::{
    Averaged, EarlyStopping, EarlyStoppingOptions, Ema, MaxNorm, Polyak, Swa, Verdict, Weighting, weighting,
};

#[test]
fn averages_have_the_same_bits_on_any_threads() {
    for text in ["ema:decay=0.9", "swa:start=1,cycle=2", "polyak:eta=3"] {
        let run = |par| {
            let mut mean = Averaged::new(weighting(text).unwrap(), 50_001).unwrap();
            for step in 0..6 {
                let w: Vec<f32> = (0..50_001).map(|j| ((j + 7 * step) as f32).sin()).collect();
                mean.update(&w, par).unwrap();
            }
            mean.weights().unwrap().to_vec()
        };
        let wanted = run(Par::Seq);
        for threads in [1, 2, 7] {
            assert!(
                par::with_threads(threads, || run(Par::Rayon)).unwrap() == wanted,
                "{text} on {threads} threads"
            );
        }
    }
}

/// Saves at every step, loads into a new state, and both go on alike.
fn resumes<S: Checkpoint>(mut new: impl FnMut() -> S, mut step: impl FnMut(&mut S, u64) -> String) {
    let mut straight = new();
    for k in 0..12 {
        let bytes = save(&mut straight).unwrap();
        let mut copy = new();
        load(&mut copy, &bytes).unwrap();
        assert_eq!(step(&mut copy, k), step(&mut straight, k));
        assert_eq!(save(&mut copy).unwrap(), save(&mut straight).unwrap());
        assert!(load(&mut new(), &bytes[..bytes.len() - 1]).is_err());
    }
}

#[test]
fn checkpoints_resume_to_the_bit() {
    let value = |k: u64| (k as f64 * 1.7).sin() / (k + 1) as f64;
    for text in ["ema:decay=0.9", "ema:decay=0.9,corrected=0", "swa:start=2,cycle=3", "polyak:start=1,eta=2"]
    {
        resumes(
            || Averaged::<f64>::new(weighting(text).unwrap(), 2).unwrap(),
            |mean, k| {
                mean.update(&[value(k), -value(k)], Par::Seq).unwrap();
                format!("{:?}", mean.weights().map(|w| [w[0].to_bits(), w[1].to_bits()]))
            },
        );
    }
    // Falls of less than the improvement, and rises that only the lowest value tells to be too large.
    let options = EarlyStoppingOptions { patience: 4, improvement: 0.5, generalization_loss: 30.0 };
    let values = [4.0, 2.0, 1.6, 2.05, 2.5, 1.4, 1.9, 1.8, 2.2, 1.0, 1.2, 1.35];
    let mut seen = Vec::new();
    resumes(
        || EarlyStopping::<f32>::new(options, 1).unwrap(),
        |stopping, k| {
            let verdict = stopping.observe(values[k as usize], &[k as f32]).unwrap();
            seen.push(verdict);
            let mut weights = [f32::NAN];
            let best = stopping.restore(&mut weights).unwrap();
            format!("{verdict:?} {best:?} {weights:?}")
        },
    );
    use Verdict::{Improved, OutOfPatience, Overfitted, Waiting};
    for verdict in [Improved, Waiting(1), Overfitted, OutOfPatience] {
        assert!(seen.contains(&verdict), "{verdict:?} did not come up");
    }
}

#[test]
fn checkpoints_of_other_settings_are_refused() {
    let mut written = Averaged::<f64>::new(Box::new(Ema::new(0.9, true).unwrap()), 2).unwrap();
    let bytes = save(&mut written).unwrap();
    let others: [(Box<dyn Weighting>, usize); 5] = [
        (Box::new(Ema::new(0.99, true).unwrap()), 2),
        (Box::new(Ema::new(0.9, false).unwrap()), 2),
        (Box::new(Swa::new(0, 1).unwrap()), 2),
        (Box::new(Polyak::new(0, 0.0).unwrap()), 2),
        (Box::new(Ema::new(0.9, true).unwrap()), 3),
    ];
    for (weighting, parameters) in others {
        assert!(load(&mut Averaged::<f64>::new(weighting, parameters).unwrap(), &bytes).is_err());
    }
    let bytes = save(&mut EarlyStopping::<f64>::new(EarlyStoppingOptions::default(), 1).unwrap()).unwrap();
    let options = EarlyStoppingOptions { patience: 11, ..Default::default() };
    let error = load(&mut EarlyStopping::<f64>::new(options, 1).unwrap(), &bytes).unwrap_err();
    assert!(error.to_string().contains("patience = 11 is not allowed: the checkpoint was written with 10"));
}

#[test]
fn means_come_and_go() {
    let mut mean = Averaged::new(Box::new(Swa::new(1, 1).unwrap()), 1).unwrap();
    let mut weights = [2.0];
    mean.update(&weights, Par::Seq).unwrap();
    mean.swap(&mut weights).unwrap();
    assert_eq!((weights, mean.weights(), mean.steps()), ([2.0], None, (1, 0)));
    mean.update(&[4.0], Par::Seq).unwrap();
    mean.update(&[8.0], Par::Seq).unwrap();
    mean.swap(&mut weights).unwrap();
    assert_eq!((weights, mean.weights()), ([6.0], Some(&[2.0][..])));
    mean.swap(&mut weights).unwrap();
    assert_eq!((weights, mean.weights()), ([2.0], Some(&[6.0][..])));
}

#[test]
fn generalization_loss_stops_at_once() {
    let options = EarlyStoppingOptions { patience: 100, improvement: 0.0, generalization_loss: 20.0 };
    let mut stopping = EarlyStopping::new(options, 1).unwrap();
    // Prechelt: GL = 100(E/E_opt − 1), with E_opt = 2: 2.3 is 15 %, 2.5 is 25 %.
    let verdicts = [4.0, 2.0, 2.3, 2.5].map(|value| stopping.observe(value, &[value]).unwrap());
    assert_eq!(verdicts, [Verdict::Improved, Verdict::Improved, Verdict::Waiting(1), Verdict::Overfitted]);
    assert!(verdicts[3].stops() && !verdicts[2].stops());
}

#[test]
fn nothing_finite_leaves_the_weights_alone() {
    let options = EarlyStoppingOptions { patience: 3, ..Default::default() };
    let mut stopping = EarlyStopping::new(options, 1).unwrap();
    let values = [f64::NAN, f64::NEG_INFINITY, f64::INFINITY];
    let verdicts = values.map(|value| stopping.observe(value, &[1.0]).unwrap());
    assert_eq!(verdicts[2], Verdict::OutOfPatience);
    let mut weights = [5.0];
    assert_eq!((stopping.restore(&mut weights).unwrap(), weights), (None, [5.0]));
}

/// The nearest point of the ball, by the inequality that characterises it: ⟨w − Pw, z − Pw⟩ ≤ 0 for every z of the ball.
#[test]
fn max_norm_is_a_projection() {
    let norm = |w: &[f64]| w.iter().map(|w| w * w).sum::<f64>().sqrt();
    for scale in [1e-3, 1.0, 1e200] {
        let w: Vec<f64> = (0..5).map(|j| scale * (j as f64 * 1.9).sin()).collect();
        let mut p = w.clone();
        MaxNorm::new(0.75).unwrap().project(&mut p, 5).unwrap();
        assert!(norm(&p) <= 0.75 * (1.0 + 4.0 * f64::EPSILON));
        for k in 0..50 {
            let z: Vec<f64> = (0..5).map(|j| ((j * 7 + k) as f64).sin()).collect();
            let size = norm(&z).max(0.75);
            let product: f64 =
                w.iter().zip(&p).zip(&z).map(|((w, p), z)| (w - p) / scale * (0.75 * z / size - p)).sum();
            assert!(product <= 1e-14, "{product}");
        }
    }
    let mut odd = [f64::NAN, 5.0, f64::INFINITY, 1.0];
    MaxNorm::new(1.0).unwrap().project(&mut odd, 2).unwrap();
    assert!(odd[0].is_nan() && odd[1..] == [5.0, f64::INFINITY, 1.0]);
}
