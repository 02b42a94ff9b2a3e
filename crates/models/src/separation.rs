//! Separation: a direction along which the likelihood never falls, so that the maximum-likelihood estimate is infinite.
//!
//! For a convex loss d is such a direction if no row's loss grows along it: with slopes ℓ′(±∞) = 0 a row may move one way (an outcome 1 to
//! larger η), others (a share strictly between 0 and 1, a positive count) not at all. The rows span a cone; a point of the range of X inside
//! it is sought by alternating projections, from where the fit was heading, and every answer is checked row by row before it is given.
//!
//! Source: Albert and Anderson, Biometrika 71 (1984); the projections are those of Correia, Guimarães and Zylkin (2019), *Verifying the
//! existence of maximum likelihood estimates for generalized linear models*.

use faer::Mat;
use thalweg_core::{Block, Design, Loss, Par, ScaledCholesky, Want, Weights, vector};

/// A proof that estimates diverge.
#[derive(Clone, Debug, PartialEq)]
pub struct Separation {
    /// The direction, one entry a parameter, scaled to max |xᵀd| = 1: adding multiples of it to the estimates never lowers the likelihood.
    pub direction: Vec<f64>,
    /// Rows whose outcome the direction predicts perfectly.
    pub rows: usize,
    /// True if every row is predicted perfectly (complete separation), false if some are left undecided (quasi-complete).
    pub complete: bool,
}

/// Which way a row's predictor may go without raising its loss.
#[derive(Copy, Clone, PartialEq)]
enum Side {
    Up,
    Down,
    Neither,
    /// Weight 0: the row does not count.
    Absent,
}

/// |xᵀd| below this share of the largest counts as 0.
const TOLERANCE: f64 = 1e-7;

/// A predictor this far out has every slope at its limit, and no exponential overflows.
const FAR: f64 = 700.0;

/// The weight of rows that must not move, relative to those that may: large enough to hold them, small enough to keep the normal equations
/// well conditioned.
const HOLD: f64 = 1e3;

/// Searches a separating direction: the headings themselves, then the cone from the last heading and from its centre.
pub(crate) fn separating_direction(
    design: &Design<'_, f64>,
    loss: &dyn Loss<f64>,
    y: &[f64],
    weights: Weights<'_, f64>,
    headings: &[Vec<f64>],
) -> Option<Separation> {
    let sides = sides(loss, y, weights);
    if !sides.iter().any(|s| matches!(s, Side::Up | Side::Down)) {
        return None;
    }
    let mut eta = vec![0.0; y.len()];
    for heading in headings {
        design.apply(heading, &mut eta, Par::Rayon);
        if let Some(found) = verify(design, &sides, heading, &eta) {
            return Some(found);
        }
    }
    let hold: Vec<f64> = sides
        .iter()
        .map(|side| match side {
            Side::Up | Side::Down => 1.0,
            Side::Neither => HOLD,
            Side::Absent => 0.0,
        })
        .collect();
    let q = design.parameters();
    let mut gram = Mat::zeros(q, q);
    design.weighted_gram(&hold, gram.as_mut(), Par::Rayon);
    let mut cholesky = ScaledCholesky::new(q);
    cholesky.factor(gram.as_ref())?;
    let centre: Vec<f64> =
        sides.iter().map(|s| f64::from(i8::from(*s == Side::Up) - i8::from(*s == Side::Down))).collect();
    [eta, centre].into_iter().find_map(|start| project(design, &sides, &hold, &cholesky, start))
}

/// Alternates between the cone and the range of X until the point lies in both, or vanishes.
fn project(
    design: &Design<'_, f64>,
    sides: &[Side],
    hold: &[f64],
    cholesky: &ScaledCholesky<f64>,
    mut eta: Vec<f64>,
) -> Option<Separation> {
    // Without a common point but 0 the projections shrink geometrically; with one they do not.
    const ROUNDS: usize = 500;
    const VANISHED: f64 = 1e-6;
    let mut d = vec![0.0; design.parameters()];
    let mut length = 1.0;
    for round in 0..ROUNDS {
        for (eta, side) in eta.iter_mut().zip(sides) {
            *eta = match side {
                Side::Up => eta.max(0.0),
                Side::Down => eta.min(0.0),
                Side::Neither | Side::Absent => 0.0,
            };
        }
        let largest = vector::norm_inf(&eta);
        length *= if round == 0 { 1.0 } else { largest };
        if largest == 0.0 || length < VANISHED {
            return None;
        }
        for (eta, hold) in eta.iter_mut().zip(hold) {
            *eta *= hold / largest;
        }
        design.apply_transpose(&eta, &mut d, Par::Rayon);
        cholesky.solve(&mut d);
        design.apply(&d, &mut eta, Par::Rayon);
        // Each check reads the rows once; the first few rounds nearly always decide.
        if (round < 8 || round % 16 == 0)
            && let Some(found) = verify(design, sides, &d, &eta)
        {
            return Some(found);
        }
    }
    None
}

/// The direction as a [`Separation`] if no row moves the wrong way and some row moves the right one.
fn verify(design: &Design<'_, f64>, sides: &[Side], d: &[f64], eta: &[f64]) -> Option<Separation> {
    let largest =
        eta.iter().zip(sides).filter(|(_, s)| **s != Side::Absent).map(|(e, _)| e.abs()).fold(0.0, f64::max);
    // A direction that moves no row is rounding, not separation.
    let reach: f64 = (0..d.len()).map(|k| d[k].abs() * design.max_abs(k)).sum();
    if largest <= 1e-9 * reach || largest == 0.0 {
        return None;
    }
    let slack = TOLERANCE * largest;
    let (mut rows, mut present) = (0, 0);
    for (eta, side) in eta.iter().zip(sides) {
        let gain = match side {
            Side::Up => *eta,
            Side::Down => -*eta,
            Side::Neither if eta.abs() > slack => return None,
            Side::Neither => 0.0,
            Side::Absent => continue,
        };
        if gain < -slack {
            return None;
        }
        present += 1;
        rows += usize::from(gain > slack);
    }
    let direction: Vec<f64> = d.iter().map(|d| d / largest).collect();
    (rows > 0).then_some(Separation { direction, rows, complete: rows == present })
}

impl Separation {
    /// Whether parameter k diverges: its part of the direction moves some row.
    pub(crate) fn diverges(&self, design: &Design<'_, f64>, k: usize) -> bool {
        (self.direction[k] * design.max_abs(k)).abs() > 1e-6
    }
}

/// The side to which each row's loss does not grow.
fn sides(loss: &dyn Loss<f64>, y: &[f64], weights: Weights<'_, f64>) -> Vec<Side> {
    let slopes_at = |eta: f64| {
        let etas = vec![eta; y.len()];
        let mut gradient = vec![0.0; y.len()];
        let mut out = Block { value: 0.0, gradient: &mut gradient, curvature: &mut [] };
        loss.block(y, &etas, Weights::Unit, Want::Gradient, &mut out);
        gradient
    };
    let (up, down) = (slopes_at(FAR), slopes_at(-FAR));
    // Beyond a link's domain the slope is NaN: nothing diverges that way.
    let flat = |slope: f64| slope.abs() < 1e-12;
    (0..y.len())
        .map(|i| match (flat(up[i]), flat(down[i])) {
            _ if weights.get(i) == 0.0 => Side::Absent,
            (true, false) => Side::Up,
            (false, true) => Side::Down,
            _ => Side::Neither,
        })
        .collect()
}
