//! Separation: a direction along which the likelihood never falls, so that the maximum-likelihood estimate is infinite.
//!
//! For a convex loss d is such a direction if no row's loss grows along it: with slopes ℓ′(±∞) = 0 a row may move one way (an outcome 1 to
//! larger η), others (a share strictly between 0 and 1, a positive count) not at all. With sᵢ = ±1 the way of row i:
//! **d separates if sᵢxᵢᵀd ≥ 0 for the rows that may move, xᵢᵀd = 0 for those that may not, and some row moves.** Otherwise the data *overlap*.
//!
//! # Verdict
//! `cone` answers the question exactly for a set of rows, with a proof either way. The rows that its direction moves are decided; the rest
//! are asked again, without them, until they overlap: what the decided rows would do against a later direction is made good by a multiple of
//! an earlier one, so the decided rows are the rows that *any* separating direction moves, and the undecided set U (with the rows that may
//! not move) is unique. The separation is complete if U is empty, else quasi-complete.
//!
//! # Which coefficients diverge
//! Those whose unit vector eₖ is no combination of the rows of U: k *is not estimable from the undecided rows*. Proof: let
//! L = {d: xᵢᵀd = 0 on U}, and d* the sum of the directions found, which lies in L and moves every decided row by a positive amount. With l in L also d* + εl
//! separates for small ε, so separating directions span L, and nothing outside L separates. If eₖ is a combination of rows of U, no
//! separating direction changes bₖ; the rows of U overlap, so that their likelihood has a maximum, which fixes their predictors and bₖ with
//! them. If not, some l in L has lₖ ≠ 0, and along d* ± εl, where the likelihood climbs to its supremum, bₖ goes to infinity: it has no
//! finite estimate.
//!
//! Cost: an orthogonal factorisation for each set of rows asked (nearly always two) and a few products X b. Source: Albert and
//! Anderson, Biometrika 71 (1984); Geyer, Electronic Journal of Statistics 3 (2009), for the sequence of sets.

mod basis;
mod cone;
mod reach;
mod shortest;

use faer::Mat;
use thalweg_core::{Block, Design, Loss, Par, Want, Weights, vector};

use crate::select::NEWTON_LIMIT;
use basis::{identity, kernel, orthonormal};
use cone::{Answer, Direction, SLACK, ask};
use reach::{Reach, common_size};

/// A proof that estimates diverge.
#[derive(Clone, Debug, PartialEq)]
pub struct Separation {
    /// The direction, one entry a parameter, scaled to max |xᵀd| = 1: adding multiples of it to the estimates never lowers the likelihood.
    pub direction: Vec<f64>,
    /// Which parameters have no finite estimate: those not estimable from the undecided rows. One entry a parameter.
    pub diverging: Vec<bool>,
    /// Rows whose outcome the direction predicts perfectly.
    pub rows: usize,
    /// True if every row is predicted perfectly (complete separation), false if some are left undecided (quasi-complete): proven to overlap, or
    /// too ill-conditioned for either proof.
    pub complete: bool,
}

/// Whether the maximum-likelihood estimate of a linear predictor is finite.
///
/// ```
/// use thalweg_core::{Design, Weights};
/// use thalweg_losses::Logistic;
/// use thalweg_models::SeparationVerdict;
/// let design = Design::from_mat(faer::mat![[1.0], [2.0], [3.0], [4.0]])?.with_intercept();
/// let verdict = |y: &[f64]| SeparationVerdict::of(&design, &Logistic, y, Weights::Unit);
/// assert_eq!(verdict(&[0.0, 1.0, 0.0, 1.0]), SeparationVerdict::Overlap);
/// let SeparationVerdict::Separated(proof) = verdict(&[0.0, 0.0, 1.0, 1.0]) else { panic!("1 and 2 are below 3 and 4") };
/// assert!(proof.complete && proof.diverging == [true, true]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum SeparationVerdict {
    /// Every direction that moves a row makes some row worse: proven by weights λ ≥ 1 of the rows with ‖Σλᵢsᵢxᵢ‖ < 1 in coordinates in which
    /// ‖Xb‖ = ‖b‖.
    Overlap,
    /// Some estimates are infinite: proven by a direction, checked row by row.
    Separated(Separation),
    /// The design is too ill-conditioned, or too wide to factorise, for either proof.
    Undecided,
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

/// A predictor this far out has every slope at its limit, and no exponential overflows.
const FAR: f64 = 700.0;

/// Share of the largest part of a vector below which a part of it is rounding.
const NEGLIGIBLE: f64 = 1e-7;

impl SeparationVerdict {
    /// Decides for rows of a design (n×p), their targets (length n) and weights, under a convex loss of Xb + offset, whatever the offset.
    ///
    /// # Panics
    /// If the lengths differ.
    #[must_use]
    pub fn of(design: &Design<'_, f64>, loss: &dyn Loss<f64>, y: &[f64], weights: Weights<'_, f64>) -> Self {
        decide(design, &sides(loss, y, weights))
    }
}

/// The separating direction, if there is one. The headings are where a fit was going, for designs too wide to be factorised.
pub(crate) fn separating_direction(
    design: &Design<'_, f64>,
    loss: &dyn Loss<f64>,
    y: &[f64],
    weights: Weights<'_, f64>,
    headings: &[Vec<f64>],
) -> Option<Separation> {
    if design.parameters() > NEWTON_LIMIT {
        let sides = sides(loss, y, weights);
        return headings.iter().find_map(|heading| along(design, &sides, heading));
    }
    match SeparationVerdict::of(design, loss, y, weights) {
        SeparationVerdict::Separated(separation) => Some(separation),
        SeparationVerdict::Overlap | SeparationVerdict::Undecided => None,
    }
}

/// Asks sets of rows until what is left overlaps.
fn decide(design: &Design<'_, f64>, sides: &[Side]) -> SeparationVerdict {
    let q = design.parameters();
    if q > NEWTON_LIMIT {
        return SeparationVerdict::Undecided;
    }
    // A positive factor of a row changes no answer.
    let factors = common_size(design);
    let rows = sides.iter().zip(&factors);
    let ways: Vec<f64> = rows
        .clone()
        .map(|(s, f)| match s {
            Side::Up => *f,
            Side::Down => -*f,
            Side::Neither | Side::Absent => 0.0,
        })
        .collect();
    let held: Vec<f64> = rows.map(|(s, f)| if *s == Side::Neither { *f } else { 0.0 }).collect();
    let free = match held.iter().any(|f| *f > 0.0) {
        true => kernel(root(design, &held).as_ref()),
        false => identity(q),
    };
    let mut open = ways.clone();
    let mut found: Option<Direction> = None;
    while open.iter().any(|s| *s != 0.0) {
        let basis = orthonormal(root(design, &open).as_ref(), &free);
        let next = match ask(design, &open, &basis) {
            Answer::Direction(next) => next,
            Answer::Overlap => break,
            Answer::Undecided if found.is_none() => return SeparationVerdict::Undecided,
            Answer::Undecided => break,
        };
        let mut reach = Reach::new(design, &next.size);
        let moved: Vec<usize> = (0..open.len())
            .filter(|i| {
                let eta = next.eta[*i];
                open[*i] * eta > 0.0 && reach.exceeded(design, *i, eta.abs(), SLACK)
            })
            .collect();
        if moved.is_empty() && found.is_none() {
            return SeparationVerdict::Undecided;
        }
        if moved.is_empty() {
            break;
        }
        found = Some(match found {
            None => next,
            Some(found) => found.then(&ways, &open, &next),
        });
        moved.iter().for_each(|i| open[*i] = 0.0);
    }
    match found {
        None => SeparationVerdict::Overlap,
        Some(found) => found
            .checked(design, &ways, &open, &held)
            .map_or(SeparationVerdict::Undecided, SeparationVerdict::Separated),
    }
}

/// The root of the rows, each multiplied by its factor of any sign.
fn root(design: &Design<'_, f64>, factors: &[f64]) -> Mat<f64> {
    let squares: Vec<f64> = factors.iter().map(|f| f * f).collect();
    design.triangular_root(Weights::Each(&squares), Par::Rayon)
}

impl Direction {
    /// With as much of the next as leaves every decided row moving: half of what would stop one.
    fn then(mut self, ways: &[f64], open: &[f64], next: &Self) -> Self {
        let stopped = (0..ways.len()).filter(|i| open[*i] == 0.0 && ways[*i] * next.eta[*i] < 0.0);
        let share = stopped.map(|i| 0.5 * (self.eta[i] / next.eta[i]).abs()).fold(1.0, f64::min);
        for (sum, next) in [(&mut self.b, &next.b), (&mut self.size, &next.size), (&mut self.eta, &next.eta)]
        {
            vector::axpy(share, next, sum);
        }
        self
    }

    /// The separation, if the sum moves no undecided row and every decided one its way. `open` marks the undecided rows that may move.
    fn checked(
        self,
        design: &Design<'_, f64>,
        ways: &[f64],
        open: &[f64],
        held: &[f64],
    ) -> Option<Separation> {
        let mut eta = vec![0.0; self.eta.len()];
        design.apply(&self.b, &mut eta, Par::Rayon);
        let mut reach = Reach::new(design, &self.size);
        let undecided: Vec<f64> = open.iter().zip(held).map(|(s, held)| s.abs() + held).collect();
        let (mut rows, mut largest) = (0, 0.0_f64);
        for i in 0..eta.len() {
            if undecided[i] > 0.0 {
                if reach.exceeded(design, i, eta[i].abs(), SLACK) {
                    return None;
                }
            } else if ways[i] != 0.0 {
                if ways[i] * eta[i] <= 0.0 {
                    return None;
                }
                rows += 1;
                largest = largest.max(eta[i].abs());
            }
        }
        let complete = undecided.iter().all(|f| *f == 0.0);
        let diverging = match complete {
            true => vec![true; self.b.len()],
            false => {
                let kernel = kernel(root(design, &undecided).as_ref());
                (0..self.b.len()).map(|k| kernel.iter().any(|b| b[k] != 0.0)).collect()
            }
        };
        let direction = self.b.iter().map(|b| b / largest).collect();
        Some(Separation { direction, diverging, rows, complete })
    }
}

/// The heading as a separation if it moves no row the wrong way and some row the right one; the parameters it changes diverge.
fn along(design: &Design<'_, f64>, sides: &[Side], heading: &[f64]) -> Option<Separation> {
    let mut eta = vec![0.0; sides.len()];
    design.apply(heading, &mut eta, Par::Rayon);
    let sized = eta.iter().zip(sides).filter(|(_, side)| **side != Side::Absent);
    let largest = sized.map(|(eta, _)| eta.abs()).fold(0.0, f64::max);
    // A heading that moves no row is rounding, not separation.
    if largest <= SLACK * Reach::new(design, heading).bound {
        return None;
    }
    let slack = NEGLIGIBLE * largest;
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
    let parts: Vec<f64> = heading.iter().enumerate().map(|(k, d)| d.abs() * design.max_abs(k)).collect();
    let least = NEGLIGIBLE * vector::norm_inf(&parts);
    let diverging = parts.iter().map(|part| *part > least).collect();
    let direction: Vec<f64> = heading.iter().map(|d| d / largest).collect();
    (rows > 0).then_some(Separation { direction, diverging, rows, complete: rows == present })
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
    // Flat, or still falling where the tails are heavy, as the cauchit link's. Beyond a link's domain the slope is NaN: nothing diverges that way.
    const FLAT: f64 = 1e-12;
    (0..y.len())
        .map(|i| match (up[i] < FLAT, down[i] > -FLAT) {
            _ if weights.get(i) == 0.0 => Side::Absent,
            (true, false) => Side::Up,
            (false, true) => Side::Down,
            _ => Side::Neither,
        })
        .collect()
}
