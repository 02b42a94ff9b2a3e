//! One question to the rows still undecided: does a direction move some of them, each its own way, or do they overlap?
//!
//! With rows aᵢ = sᵢxᵢ in coordinates v, b = Bv, that make Σ(aᵢᵀv)² = ‖v‖², the vector d = Σλᵢaᵢ of least length over λ ≥ 1 decides.
//! - For any λ ≥ 1 and a separating v of length 1, dᵀv = Σλᵢ aᵢᵀv ≥ Σ|aᵢᵀv| ≥ (Σ(aᵢᵀv)²)^½ = 1. So ‖d‖ < 1 for *one* λ proves overlap.
//! - At the least length aᵢᵀd ≥ 0, with 0 where λᵢ > 1, so dᵀd = Σaᵢᵀd: either d = 0, or d separates and ‖d‖ ≥ 1.
//!
//! Nothing lies between 0 and 1, whatever the margins of the data, so that rounding cannot blur the verdict: the error of d is bounded by
//! γ Σλᵢ |B|ᵀ|xᵢ| with γ = (q + 128 + n/4096)ε, and where ½ plus that is not below 1 the answer is "undecided".
//!
//! λ − 1 is sparse. A few of the rows that d moves the wrong way most are priced in at a time, and the small problem over them is solved by
//! [`ShortestPoint`]; each pass over the rows is one product X b. Source: Stiemke's lemma in the form of Lawson and Hanson's least-distance
//! programming (1974, chapter 23), by column generation.

use faer::Mat;
use thalweg_core::{Design, Par, vector};

use super::basis::combine;
use super::reach::Reach;
use super::shortest::ShortestPoint;

/// What the rows answer.
pub(super) enum Answer {
    /// Every direction that moves a row moves some row the wrong way.
    Overlap,
    /// A separating direction.
    Direction(Direction),
    /// Rounding leaves it open.
    Undecided,
}

/// A direction of parameters.
pub(super) struct Direction {
    pub(super) b: Vec<f64>,
    /// |b| before anything in it cancelled: what rounding is measured against.
    pub(super) size: Vec<f64>,
    /// xᵢᵀb, one a row.
    pub(super) eta: Vec<f64>,
}

/// Share of a row's size below which its part is 0 in a direction that is accepted.
pub(super) const SLACK: f64 = 1e-9;

/// The length that is safely below 1.
const SHORT: f64 = 0.5;

/// Passes over the rows; a few dozen are the most ever seen.
const PASSES: usize = 1_000;

/// Asks the rows with sᵢ ≠ 0, sᵢxᵢ their way (0: no such row) over the span of `basis`, whose vectors the rows map to orthonormal ones.
pub(super) fn ask(design: &Design<'_, f64>, s: &[f64], basis: &[Vec<f64>]) -> Answer {
    let (n, q) = (s.len(), design.parameters());
    if basis.is_empty() {
        return Answer::Overlap;
    }
    let mut sum = vec![0.0; q];
    design.apply_transpose(s, &mut sum, Par::Rayon);
    let mut nearest = ShortestPoint::new(coordinates(basis, &sum));
    let gamma = (q as f64 + 128.0 + n as f64 / 4096.0) * f64::EPSILON;
    let present = vector::norm1(s);
    let largest: Vec<f64> = (0..q).map(|k| present * design.max_abs(k)).collect();
    let error_of_sum = size(basis, &largest);
    let (mut rows, mut sizes) = (Vec::new(), Vec::new());
    let (mut b, mut eta) = (vec![0.0; q], vec![0.0; n]);
    let mut row_of_x = Mat::zeros(1, q);
    let size_of_b = size_of_combinations(basis);
    let mut reach = Reach::new(design, &size_of_b);
    let at_once = basis.len().max(32);
    let mut last = f64::INFINITY;
    for _ in 0..PASSES {
        nearest.descend(SHORT);
        let length = vector::norm2(&nearest.point);
        if length < SHORT {
            let error: f64 =
                nearest.multipliers.iter().zip(&sizes).map(|(mu, size): (_, &f64)| mu * size).sum();
            let proven = length + gamma * (error_of_sum + error) < 1.0;
            return if proven { Answer::Overlap } else { Answer::Undecided };
        }
        let direction: Vec<f64> = nearest.point.iter().map(|d| d / length).collect();
        combine(basis, &direction, &mut b);
        design.apply(&b, &mut eta, Par::Rayon);
        let stagnant = length > last * (1.0 - 1e-10);
        let cut = if stagnant { SLACK } else { gamma };
        let wrong = most_wrong(design, s, &eta, cut, &mut reach, at_once);
        if wrong.is_empty() {
            return Answer::Direction(Direction { b, size: size_of_b, eta });
        }
        let known = rows.len();
        for i in wrong {
            if rows.contains(&i) {
                continue;
            }
            design.copy_scaled_rows(i..i + 1, &[s[i]], row_of_x.as_mut());
            let row: Vec<f64> = (0..q).map(|k| row_of_x[(0, k)]).collect();
            sizes.push(size(basis, &row));
            nearest.push(coordinates(basis, &row));
            rows.push(i);
        }
        if stagnant && rows.len() == known {
            return Answer::Undecided;
        }
        last = length;
    }
    Answer::Undecided
}

/// Bᵀx.
fn coordinates(basis: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
    basis.iter().map(|b| vector::dot(b, x)).collect()
}

/// Σₖ|Bₖ|, the size of Bv for ‖v‖ = 1 before anything in v or in the sum cancels.
fn size_of_combinations(basis: &[Vec<f64>]) -> Vec<f64> {
    (0..basis.first().map_or(0, Vec::len)).map(|k| basis.iter().map(|b| b[k].abs()).sum()).collect()
}

/// ‖|B|ᵀ|x|‖.
fn size(basis: &[Vec<f64>], x: &[f64]) -> f64 {
    let of = |b: &Vec<f64>| b.iter().zip(x).map(|(b, x)| (b * x).abs()).sum::<f64>();
    vector::norm2(&basis.iter().map(of).collect::<Vec<f64>>())
}

/// The rows that move the wrong way by more than `cut` of their size, the worst `limit` of them; of equal movements (equal rows) the first.
fn most_wrong(
    design: &Design<'_, f64>,
    s: &[f64],
    eta: &[f64],
    cut: f64,
    reach: &mut Reach,
    limit: usize,
) -> Vec<usize> {
    // The bound on all rows finds the clear ones without a look at any; only if there are none is each measured by its own size.
    for exact in [false, true] {
        let mut worst: Vec<(f64, usize)> = Vec::with_capacity(limit + 1);
        for i in 0..s.len() {
            let loss = -s[i] * eta[i];
            let among = worst.len() < limit || loss > worst[limit - 1].0;
            if loss <= 0.0 || !among {
                continue;
            }
            let part = eta[i].abs();
            let beyond = if exact { reach.exceeded(design, i, part, cut) } else { part > cut * reach.bound };
            let at = worst.partition_point(|(other, _)| *other > loss);
            if beyond && worst.get(at).is_none_or(|(other, _)| *other != loss) {
                worst.insert(at, (loss, i));
                worst.truncate(limit);
            }
        }
        if !worst.is_empty() {
            return worst.into_iter().map(|(_, i)| i).collect();
        }
    }
    Vec::new()
}
