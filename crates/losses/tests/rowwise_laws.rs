//! The laws of losses of several predictors a row, over the whole catalogue.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{RowLoss, catalogue};
use thalweg_losses::{CrossEntropy, ROWWISE, Softmax};
use thalweg_testkit::row_losses::{self, Subject};

/// The loss of this description for K outputs in both precisions.
fn made(text: &str, outputs: usize) -> Subject {
    let (name, given) = catalogue::parse(text).unwrap();
    let entry = catalogue::find("loss", ROWWISE, name).unwrap();
    let values = entry.values(&given).unwrap();
    let wide: Box<dyn RowLoss<f64>> = (entry.make.f64)(outputs, &values).unwrap();
    let narrow: Box<dyn RowLoss<f32>> = (entry.make.f32)(outputs, &values).unwrap();
    Subject::from_boxes(&format!("{text}/{outputs}"), wide, Some(narrow))
}

/// The numbers of outputs with which a loss is tested.
fn outputs(name: &str) -> &'static [usize] {
    match name {
        "gaussian-crps" | "gaussian-nll" | "gaussian-variance" | "margin-ranking" => &[2],
        "dice" | "tversky" => &[1, 2, 5, 20],
        "contrastive" => &[2, 4, 10],
        "cosine-embedding" => &[4, 10],
        "triplet" => &[3, 6, 15],
        _ => &[2, 3, 5, 20],
    }
}

/// Rows of K probabilities, edges of the simplex among them, and rows that are none.
fn probabilities(k: usize) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let even = vec![1.0 / k as f64; k];
    let one = |at: usize| (0..k).map(|j| if j == at { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
    let slanted: Vec<f64> = (1..=k).map(|j| 2.0 * j as f64 / (k * (k + 1)) as f64).collect();
    let mut tiny = one(k - 1);
    (tiny[0], tiny[k - 1]) = (1e-9, 1.0 - 1e-9);
    let mut negative = even.clone();
    (negative[0], negative[1]) = (-0.1, negative[1] + negative[0] + 0.1);
    let refused = vec![vec![0.9 / k as f64; k], vec![1.0; k], negative];
    (vec![one(0), even, one(k - 1), slanted, tiny], refused)
}

/// The loss with rows of targets and predictors that it takes.
fn subject(name: &str, text: &str, k: usize) -> Subject {
    let subject = made(text, k);
    match name {
        "cross-entropy" | "earth-mover" | "jensen-shannon" => {
            let (good, bad) = probabilities(k);
            subject.with_targets(good, bad)
        }
        "kl-divergence" => {
            let (good, bad) = probabilities(k);
            let logs =
                |rows: Vec<Vec<f64>>| rows.iter().map(|q| q.iter().map(|q| q.ln()).collect()).collect();
            let finite =
                |rows: Vec<Vec<f64>>| rows.into_iter().filter(|q| q.iter().all(|q| *q > 0.0)).collect();
            match text {
                "kl-divergence:log_target=1" => subject.with_targets(logs(finite(good)), logs(finite(bad))),
                _ => subject.with_targets(good, bad),
            }
        }
        "gaussian-variance" => subject.placed_by(|eta| eta[1] = eta[1].abs() + 0.5),
        // Off the points where two vectors meet: a distance is not smooth there.
        "triplet" => subject.placed_by(|eta| {
            let d = eta.len() / 3;
            eta[d..2 * d].iter_mut().for_each(|p| *p += 3.0);
            eta[2 * d..].iter_mut().for_each(|n| *n -= 2.0);
        }),
        _ => subject,
    }
}

/// Every loss with its defaults and in its example, for several numbers of outputs, and what only a constructor can make.
fn subjects() -> Vec<Subject> {
    let texts = ROWWISE.iter().flat_map(|entry| [(entry.name, entry.name), (entry.name, entry.example)]);
    let of = |(name, text)| outputs(name).iter().map(move |k| subject(name, text, *k));
    let mut all: Vec<Subject> = texts.flat_map(of).collect();
    // In one dimension all norms are the same.
    all.extend(["triplet:p=3", "triplet:p=1,margin=2"].map(|text| subject("triplet", text, 6)));
    let softmax = Softmax::new(3).unwrap().with_smoothing(0.2).unwrap();
    let weighted = softmax.clone().with_class_weights(&[0.5, 2.0, 1.0]).unwrap().with_ignored(-100);
    all.push(Subject::new("softmax, weighted classes", weighted).with_ignored(vec![-100.0]));
    let weighted = CrossEntropy::new(3).unwrap().with_class_weights(&[0.5, 2.0, 0.0]).unwrap();
    let (good, bad) = probabilities(3);
    all.push(Subject::new("cross-entropy, weighted classes", weighted).with_targets(good, bad));
    all
}

thalweg_testkit::row_loss_laws!(subjects);

/// References of 60 digits; the script is beside them. Every loss has some.
#[test]
fn goldens_match() {
    let csv = include_str!("fixtures/rowwise_goldens.csv");
    let outputs = |name: &str| {
        let row = csv.lines().find(|line| line.split(';').next() == Some(name)).expect(name);
        row.split(';').nth(2).unwrap().split_whitespace().count()
    };
    for entry in ROWWISE {
        let mut subject = made(entry.name, outputs(entry.name));
        subject.name = entry.name.to_owned();
        if let Err(violation) = row_losses::goldens_match(&subject, csv) {
            panic!("{violation}");
        }
    }
}

/// A number of outputs or a parameter that does not fit is a typed error.
#[test]
fn the_catalogue_refuses_what_does_not_fit() {
    for (bad, outputs) in [
        ("softmax", 1),
        ("cross-entropy:smoothing=1", 3),
        ("gaussian-nll", 3),
        ("gaussian-nll:full=2", 2),
        ("gaussian-variance", 1),
        ("margin-ranking", 3),
        ("margin-ranking:margin=inf", 2),
        ("crammer-singer", 1),
        ("weston-watkins", 0),
        ("multilabel-soft-margin", 0),
        ("kl-divergence:log_target=-1", 3),
        ("jensen-shannon", 1),
        ("cumulative-link", 1),
        ("soft-max", 3),
        ("contrastive", 3),
        ("dice", 0),
        ("dice:smooth=0", 3),
        ("earth-mover", 1),
        ("earth-mover:p=1.5", 3),
        ("ensemble-crps", 0),
        ("ensemble-crps", 4097),
        ("ensemble-crps:fair=1", 1),
        ("entmax15", 1),
        ("gaussian-crps", 3),
        ("tversky", 0),
        ("tversky:alpha=0,beta=0", 3),
        ("tversky:beta=-1", 3),
        ("tversky:smooth=inf", 3),
        ("contrastive:margin=0", 4),
        ("cosine-embedding", 2),
        ("cosine-embedding", 5),
        ("cosine-embedding:margin=NaN", 4),
        ("triplet", 4),
        ("triplet", 0),
        ("triplet:p=0.5", 3),
        ("triplet:margin=-1", 3),
        ("triplet:swap=2", 3),
    ] {
        assert!(thalweg_losses::rowwise::<f64>(bad, outputs).is_err(), "{bad} of {outputs}");
    }
}
