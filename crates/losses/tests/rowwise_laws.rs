//! The laws of losses of several predictors a row, over the whole catalogue.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use thalweg_core::{RowLoss, catalogue};
use thalweg_losses::{ROWWISE, Softmax};
use thalweg_testkit::row_losses::Subject;

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
fn outputs(_name: &str) -> &'static [usize] {
    &[2, 3, 5, 20]
}

/// Every loss with its defaults and in its example, for several numbers of outputs, and what only a constructor can make.
fn subjects() -> Vec<Subject> {
    let texts = ROWWISE.iter().flat_map(|entry| [(entry.name, entry.name), (entry.name, entry.example)]);
    let mut all: Vec<Subject> =
        texts.flat_map(|(name, text)| outputs(name).iter().map(move |k| made(text, *k))).collect();
    let softmax = Softmax::new(3).unwrap().with_smoothing(0.2).unwrap();
    let weighted = softmax.clone().with_class_weights(&[0.5, 2.0, 1.0]).unwrap().with_ignored(-100);
    all.push(Subject::new("softmax, weighted classes", weighted).with_ignored(vec![-100.0]));
    all
}

thalweg_testkit::row_loss_laws!(subjects);
