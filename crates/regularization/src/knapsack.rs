//! Piecewise linear equations that projections onto simplex and L1 ball come down to, solved exactly by Newton steps without sorting.
//!
//! Source: Cominetti, Mascarenhas and Silva, *A Newton's method for the continuous quadratic knapsack problem*, Math. Program. Comput. 6
//! (2014); with unit coefficients it is the method of Michelot (1986) that Condat, *Fast projection onto the simplex and the ℓ₁ ball*, Math.
//! Program. 158 (2016), compares.

use thalweg_core::Real;

/// The root τ of Σ cᵢ(uᵢ − τaᵢ)₊ = target > 0, or `from` if that is larger, where `term(i)` is (uᵢ, aᵢ, cᵢ) with aᵢ, cᵢ > 0.
///
/// The sum is convex, piecewise linear and falls with τ, so that a step from the left lands on or before the root; each one drops a term at
/// least, and the first that drops none has solved the equation.
pub(crate) fn knapsack<T: Real>(n: usize, term: impl Fn(usize) -> (T, T, T), target: T, from: T) -> T {
    let mut tau = from;
    let mut before = n + 1;
    loop {
        let (mut height, mut slope, mut count) = (T::ZERO, T::ZERO, 0);
        for (u, a, c) in (0..n).map(&term) {
            if u > tau * a {
                height += c * u;
                slope += c * a;
                count += 1;
            }
        }
        // The terms that are left decide alone: no rounding of earlier steps stays.
        if count == 0 || count >= before {
            return tau;
        }
        let root = (height - target) / slope;
        tau = if root > tau { root } else { tau };
        before = count;
    }
}

/// The distance of w to the cone {τ·1 + N: τ ≥ from, Nᵢ = 0 where `free`, Nᵢ ≤ 0 elsewhere}, where `term(i)` is (wᵢ, free) and one entry at least
/// is free: the normal cone of a simplex or an L1 ball in the coordinates of its face.
pub(crate) fn cone_distance<T: Real>(n: usize, term: impl Fn(usize) -> (T, bool), from: T) -> T {
    let mut tau = from;
    let mut before = n + 1;
    loop {
        let (mut sum, mut count) = (T::ZERO, 0);
        for (w, free) in (0..n).map(&term) {
            if free || w > tau {
                sum += w;
                count += 1;
            }
        }
        let root = sum / T::of(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
        let done = count >= before;
        tau = if root > tau { root } else { tau };
        if done {
            break;
        }
        before = count;
    }
    let square = |(w, free): (T, bool)| if free || w > tau { (w - tau).square() } else { T::ZERO };
    (0..n).map(|i| square(term(i))).sum::<T>().sqrt()
}
