//! Metrics as people read them.

use thalweg::models::Metrics;

use crate::number::general;

/// The metrics that suit a model, by name, of one or several data sets.
pub fn rows<const K: usize>(parts: [&Metrics; K]) -> Vec<(&'static str, [f64; K])> {
    type Get = fn(&Metrics) -> f64;
    let all: [(&'static str, Get); 9] = [
        ("log-loss", |m| m.log_loss),
        ("accuracy", |m| m.accuracy),
        ("AUC", |m| m.auc),
        ("Brier score", |m| m.brier),
        ("RMSE", |m| m.rmse),
        ("MAE", |m| m.mae),
        ("R2", |m| m.r2),
        ("mean deviance", |m| m.mean_deviance),
        // Where nothing else says what was minimised.
        (
            "mean loss",
            |m| if m.mean_deviance.is_nan() && m.log_loss.is_nan() { m.mean_loss } else { f64::NAN },
        ),
    ];
    let rows = all.into_iter().map(|(name, get)| (name, parts.map(get)));
    rows.filter(|(_, values)| values.iter().any(|value| !value.is_nan())).collect()
}

/// One line: `accuracy 0.91, AUC 0.96`.
pub fn line(metrics: &Metrics) -> String {
    let each = rows([metrics]).into_iter().map(|(name, [value])| format!("{name} {}", general(value, 5)));
    each.collect::<Vec<_>>().join(", ")
}
