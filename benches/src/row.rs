//! [`Row`]: one line of results, and its JSON form.

use serde::Serialize;

use crate::Sample;

/// What a row measures.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// True if more is better.
    pub more_is_better: bool,
}

impl Metric {
    /// Less is better: a time or a count.
    #[must_use]
    pub const fn cost(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, more_is_better: false }
    }

    /// More is better: work a time.
    #[must_use]
    pub const fn rate(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, more_is_better: true }
    }
}

/// One row. Numbers that do not exist are NaN here and null in JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The family.
    pub family: String,
    /// The case.
    pub case: String,
    /// What is measured.
    pub metric: &'static str,
    /// In which unit.
    pub unit: &'static str,
    /// Thalweg: median.
    pub ours: f64,
    /// Least.
    pub ours_lo: f64,
    /// Greatest.
    pub ours_hi: f64,
    /// The peer's name.
    pub peer: Option<String>,
    /// The peer: median.
    pub theirs: f64,
    /// Least.
    pub theirs_lo: f64,
    /// Greatest.
    pub theirs_hi: f64,
    /// Above 1 Thalweg is ahead.
    pub ratio: f64,
    /// What the machine can do at most, in the same unit.
    pub limit: f64,
    /// How much of it Thalweg reaches.
    pub limit_share: f64,
    /// Both sides reached the accuracy that the case demands.
    pub valid: bool,
    #[serde(skip)]
    more_is_better: bool,
}

impl Row {
    /// A row of Thalweg alone.
    #[must_use]
    pub fn new(metric: Metric, ours: Sample) -> Self {
        let none = f64::NAN;
        Self {
            family: String::new(),
            case: String::new(),
            metric: metric.name,
            unit: metric.unit,
            ours: ours.median,
            ours_lo: ours.lo,
            ours_hi: ours.hi,
            peer: None,
            theirs: none,
            theirs_lo: none,
            theirs_hi: none,
            ratio: none,
            limit: none,
            limit_share: none,
            valid: true,
            more_is_better: metric.more_is_better,
        }
    }

    /// Beside a peer.
    #[must_use]
    pub fn peer(mut self, name: impl Into<String>, theirs: Sample) -> Self {
        self.peer = Some(name.into());
        (self.theirs, self.theirs_lo, self.theirs_hi) = (theirs.median, theirs.lo, theirs.hi);
        self.ratio = self.ahead(self.ours, theirs.median);
        self
    }

    /// Beside what the machine can do.
    #[must_use]
    pub fn limit(mut self, limit: f64) -> Self {
        self.limit = limit;
        self.limit_share = self.ahead(self.ours, limit);
        self
    }

    /// Counts only if this side reached the accuracy, too.
    #[must_use]
    pub fn valid(mut self, accurate: bool) -> Self {
        self.valid &= accurate;
        self
    }

    fn ahead(&self, ours: f64, other: f64) -> f64 {
        if self.more_is_better { ours / other } else { other / ours }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn above_one_is_ahead_whatever_the_metric() {
        let time = Row::new(Metric::cost("time", "s"), Sample::exactly(1.0)).peer("p", Sample::exactly(3.0));
        let rate = Row::new(Metric::rate("speed", "GB/s"), Sample::exactly(3.0)).limit(4.0);
        assert_eq!((time.ratio, rate.limit_share), (3.0, 0.75));
    }

    #[test]
    fn json_has_the_agreed_keys_and_null_for_what_does_not_exist() {
        let row = Row::new(Metric::cost("time", "s"), Sample::exactly(1.0)).valid(false).valid(true);
        let json = serde_json::to_value(&row).unwrap();
        let keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted = vec![
            "family",
            "case",
            "metric",
            "unit",
            "ours",
            "ours_lo",
            "ours_hi",
            "peer",
            "theirs",
            "theirs_lo",
            "theirs_hi",
            "ratio",
            "limit",
            "limit_share",
            "valid",
        ];
        wanted.sort_unstable();
        let mut found = keys.clone();
        found.sort_unstable();
        assert_eq!(found, wanted);
        assert!(json["peer"].is_null() && json["ratio"].is_null() && json["valid"] == false);
    }
}
