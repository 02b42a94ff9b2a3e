//! The set losses as their definitions read, over any number type.

use thalweg_core::Scalar;
use thalweg_testkit::set_losses::Data;

fn total<S: Scalar>(terms: impl Iterator<Item = S>) -> S {
    terms.fold(S::of(0.0), |sum, term| sum + term)
}

/// The rows of positive weight in the group of row i.
fn peers(data: &Data, n: usize, i: usize) -> Vec<usize> {
    (0..n).filter(|j| data.group(*j) == data.group(i) && data.weight(*j) > 0.0).collect()
}

pub fn cox<S: Scalar>(data: &Data, efron: bool, eta: &[S]) -> S {
    let n = eta.len();
    let (time, event) = (|i: usize| data.targets[2 * i], |i: usize| data.targets[2 * i + 1] == 1.0);
    let risk = |j: usize| S::of(data.weight(j)) * eta[j].exp();
    total((0..n).filter(|i| event(*i) && data.weight(*i) > 0.0).map(|i| {
        let stratum = peers(data, n, i);
        let tied: Vec<usize> = stratum.iter().copied().filter(|j| event(*j) && time(*j) == time(i)).collect();
        let all = total(stratum.iter().filter(|j| time(**j) >= time(i)).map(|j| risk(*j)));
        // Each tied event stands for one place in the order, at the mean of their weights.
        let place = tied.iter().position(|j| *j == i).unwrap() as f64;
        let mean = tied.iter().map(|j| data.weight(*j)).sum::<f64>() / tied.len() as f64;
        let own = S::of(data.weight(i)) * eta[i];
        if efron {
            let here = all - S::of(place / tied.len() as f64) * total(tied.iter().map(|j| risk(*j)));
            S::of(mean) * here.ln() - own
        } else {
            S::of(data.weight(i)) * all.ln() - own
        }
    }))
}

/// The mean weight of the query of row i.
fn mean_weight(data: &Data, query: &[usize]) -> f64 {
    query.iter().map(|j| data.weight(*j)).sum::<f64>() / query.len() as f64
}

/// Σ over pairs of wᵢwⱼ/w̄ · factor · ln(1 + e^−σ(ηᵢ − ηⱼ)).
fn pairs<S: Scalar>(data: &Data, sigma: f64, eta: &[S], factor: impl Fn(&[usize], usize, usize) -> f64) -> S {
    let n = eta.len();
    let each = (0..n).filter(|i| data.weight(*i) > 0.0).map(|i| {
        let query = peers(data, n, i);
        total(query.iter().filter(|j| data.targets[i] > data.targets[**j]).map(|j| {
            let weight = data.weight(i) * data.weight(*j) / mean_weight(data, &query);
            let distance = S::of(sigma) * (eta[i] - eta[*j]);
            S::of(weight * factor(&query, i, *j)) * (S::of(1.0) + (-distance).exp()).ln()
        }))
    });
    total(each)
}

pub fn pairwise_logistic<S: Scalar>(data: &Data, sigma: f64, eta: &[S]) -> S {
    pairs(data, sigma, eta, |_, _, _| 1.0)
}

pub fn lambda_rank<S: Scalar<Mask = bool>>(data: &Data, sigma: f64, eta: &[S]) -> S {
    let gain = |i: usize| data.targets[i].exp2() - 1.0;
    let discount = |rank: usize| 1.0 / (2.0 + rank as f64).log2();
    pairs(data, sigma, eta, |query, i, j| {
        let rank = |i: usize| query.iter().filter(|j| eta[i].lt(eta[**j])).count();
        let mut gains: Vec<f64> = query.iter().map(|j| gain(*j)).collect();
        gains.sort_by(|a, b| b.total_cmp(a));
        let best: f64 = gains.iter().enumerate().map(|(rank, gain)| gain * discount(rank)).sum();
        (gain(i) - gain(j)).abs() * (discount(rank(i)) - discount(rank(j))).abs() / best
    })
}

pub fn list_net<S: Scalar>(data: &Data, eta: &[S]) -> S {
    let n = eta.len();
    total((0..n).filter(|i| data.weight(*i) > 0.0).map(|i| {
        let query = peers(data, n, i);
        let all: f64 = query.iter().map(|j| data.weight(*j) * data.targets[*j].exp()).sum();
        let share = data.weight(i) * data.targets[i].exp() / all;
        let log = total(query.iter().map(|j| S::of(data.weight(*j)) * eta[*j].exp())).ln();
        let mean = mean_weight(data, &query);
        // The weights of the definition are relative to their mean.
        S::of(mean * share) * (log - S::of(mean.ln()) - eta[i])
    }))
}

pub fn info_nce<S: Scalar>(data: &Data, d: usize, temperature: f64, within: bool, eta: &[S]) -> S {
    let n = eta.len() / (2 * d);
    let vector = |u: usize| &eta[u * d..(u + 1) * d];
    let dot = |u: usize, v: usize| total(vector(u).iter().zip(vector(v)).map(|(x, y)| *x * *y));
    let similarity = |u: usize, v: usize| dot(u, v) / (dot(u, u) * dot(v, v)).sqrt() / S::of(temperature);
    total((0..2 * n).filter(|u| data.weight(u / 2) > 0.0).map(|u| {
        let own = similarity(u, u ^ 1);
        let others = peers(data, n, u / 2)
            .into_iter()
            .flat_map(|j| [2 * j, 2 * j + 1])
            .filter(|v| (within || (u ^ v) & 1 == 1) && data.targets[u / 2] != data.targets[v / 2]);
        let sum = total(others.map(|v| (similarity(u, v) - own).exp()));
        S::of(0.5 * data.weight(u / 2)) * sum.ln_1p()
    }))
}
