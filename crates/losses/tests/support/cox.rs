//! Survival data with R's answers, random ones, and the partial likelihood as its definition reads.

use thalweg_core::Scalar;
use thalweg_losses::{Cox, Ties};

/// What R found at some coefficients.
#[derive(Default)]
pub struct Record {
    pub ties: String,
    pub place: String,
    pub coefficients: Vec<f64>,
    pub value: f64,
    pub score: Vec<f64>,
    pub information: Vec<f64>,
}

#[derive(Default)]
pub struct Study {
    pub name: String,
    pub p: usize,
    pub times: Vec<f64>,
    pub events: Vec<f64>,
    pub weights: Vec<f64>,
    pub strata: Vec<u32>,
    /// Row-major.
    pub x: Vec<f64>,
    pub records: Vec<Record>,
}

impl Study {
    pub fn cox(&self, ties: Ties) -> Cox<f64> {
        let cox = Cox::new(&self.times, &self.events).unwrap().with_ties(ties);
        cox.with_weights(&self.weights).unwrap().with_strata(&self.strata).unwrap()
    }

    pub fn narrow(&self, ties: Ties) -> Cox<f32> {
        let narrow = |x: &[f64]| -> Vec<f32> { x.iter().map(|v| *v as f32).collect() };
        let cox = Cox::new(&narrow(&self.times), &narrow(&self.events)).unwrap().with_ties(ties);
        cox.with_weights(&narrow(&self.weights)).unwrap().with_strata(&self.strata).unwrap()
    }

    pub fn predictors(&self, b: &[f64]) -> Vec<f64> {
        self.x.chunks_exact(self.p).map(|x| x.iter().zip(b).map(|(x, b)| x * b).sum()).collect()
    }

    pub fn column(&self, j: usize) -> Vec<f64> {
        self.x.iter().skip(j).step_by(self.p).copied().collect()
    }

    /// Some rows in some order.
    pub fn rows(&self, rows: impl Iterator<Item = usize> + Clone) -> Self {
        let of = |column: &[f64]| rows.clone().map(|i| column[i]).collect();
        Self {
            name: self.name.clone(),
            p: self.p,
            times: of(&self.times),
            events: of(&self.events),
            weights: of(&self.weights),
            strata: rows.clone().map(|i| self.strata[i]).collect(),
            x: rows.clone().flat_map(|i| self.x[i * self.p..(i + 1) * self.p].to_vec()).collect(),
            records: Vec::new(),
        }
    }
}

/// The studies of `fixtures/cox.csv`.
pub fn studies() -> Vec<Study> {
    let mut studies: Vec<Study> = Vec::new();
    for line in include_str!("../fixtures/cox.csv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(',').collect();
        let numbers = |from: usize| fields[from..].iter().map(|f| f.parse().unwrap()).collect::<Vec<f64>>();
        if fields[0] == "data" {
            studies.push(Study {
                name: fields[1].to_owned(),
                p: fields[2].parse().unwrap(),
                ..Study::default()
            });
            continue;
        }
        let study = studies.last_mut().unwrap();
        match fields[0] {
            "row" => {
                let row = numbers(1);
                study.times.push(row[0]);
                study.events.push(row[1]);
                study.weights.push(row[2]);
                study.strata.push(row[3] as u32);
                study.x.extend(&row[4..]);
            }
            "at" => study.records.push(Record {
                ties: fields[2].to_owned(),
                place: fields[3].to_owned(),
                coefficients: numbers(4),
                ..Record::default()
            }),
            kind => {
                let record = study.records.last_mut().unwrap();
                assert_eq!((fields[1], fields[2], fields[3]), (&*study.name, &*record.ties, &*record.place));
                match kind {
                    "value" => record.value = numbers(4)[0],
                    "score" => record.score = numbers(4),
                    _ => record.information = numbers(4),
                }
            }
        }
    }
    studies
}

/// Two columns, few distinct times, weights with zeros among them and three strata.
pub fn random_study(seed: u64, n: usize) -> Study {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d;
    let mut uniform = || {
        // xorshift64*
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut study = Study { name: format!("random {seed}"), p: 2, ..Study::default() };
    for _ in 0..n {
        study.times.push((uniform() * 12.0).floor());
        study.events.push(f64::from(u8::from(uniform() < 0.6)));
        study.weights.push(if uniform() < 0.1 { 0.0 } else { 0.2 + 2.0 * uniform() });
        study.strata.push((uniform() * 3.0) as u32);
        study.x.extend([2.0 * uniform() - 1.0, uniform()]);
    }
    study
}

/// The formulas of [`Cox`] row by row over any number type, with a search for each risk set.
pub fn partial_likelihood<S: Scalar>(study: &Study, ties: Ties, eta: &[S]) -> S {
    let n = eta.len();
    let present = |i: usize| study.weights[i] > 0.0;
    let mut total = S::of(0.0);
    for i in (0..n).filter(|i| present(*i) && study.events[*i] == 1.0) {
        let same = |j: usize| study.strata[j] == study.strata[i] && present(j);
        let tied: Vec<usize> = (0..n)
            .filter(|j| same(*j) && study.times[*j] == study.times[i] && study.events[*j] == 1.0)
            .collect();
        let term = |j: usize| S::of(study.weights[j]) * eta[j].exp();
        let at_risk = (0..n).filter(|j| same(*j) && study.times[*j] >= study.times[i]);
        let all = at_risk.fold(S::of(0.0), |sum, j| sum + term(j));
        let d = tied.len() as f64;
        total = total - S::of(study.weights[i]) * eta[i];
        match ties {
            Ties::Breslow => total = total + S::of(study.weights[i]) * all.ln(),
            // Each tied event stands for one place in the order, at the mean of their weights.
            Ties::Efron => {
                let place = tied.iter().position(|j| *j == i).unwrap() as f64;
                let weight = tied.iter().map(|j| study.weights[*j]).sum::<f64>() / d;
                let gone = tied.iter().fold(S::of(0.0), |sum, j| sum + term(*j));
                total = total + S::of(weight) * (all - S::of(place / d) * gone).ln();
            }
        }
    }
    total
}

/// Panics unless the two differ by at most `tolerance`.
pub fn close(found: f64, expected: f64, tolerance: f64, place: &str) {
    let distance = (found - expected).abs();
    assert!(distance <= tolerance, "{place}: {found} not {expected}, apart by {distance:e} > {tolerance:e}");
}
