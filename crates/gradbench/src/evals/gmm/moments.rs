//! [`Moments`]: the weighted sums of 1, z and z zᵀ over the points, z = x − μ, that a component's likelihood depends on. Plain floating-point
//! code, n d²/2 fused steps, in tiles of S that stay in registers.

use thalweg_core::simd;

use super::{Problem, WIDTH};
use crate::lane::Lane;

/// The weighted moments of a component about its mean.
pub(super) struct Moments {
    pub(super) total: f64,
    pub(super) first: Vec<f64>,
    /// S, of which the lower triangle is filled.
    pub(super) second: Vec<f64>,
    /// z, coordinate after coordinate, in vectors of points; and w z.
    centred: Vec<[f64; WIDTH]>,
    weighted: Vec<[f64; WIDTH]>,
}

/// Coordinates of a tile of S.
const TILE: usize = 4;

impl Moments {
    pub(super) fn new(problem: &Problem) -> Self {
        let d = problem.d.next_multiple_of(TILE);
        let vectors = problem.n.div_ceil(WIDTH);
        Self {
            total: 0.0,
            first: vec![0.0; d],
            second: vec![0.0; d * d],
            centred: vec![[0.0; WIDTH]; d * vectors],
            weighted: vec![[0.0; WIDTH]; d * vectors],
        }
    }

    pub(super) fn fill(&mut self, problem: &Problem, mu: &[f64], weights: &[[f64; WIDTH]]) {
        simd::dispatch(
            #[inline(always)]
            || {
                self.centre(problem, mu, weights);
                let (d, vectors) = (self.first.len(), weights.len());
                for i in (0..d).step_by(TILE) {
                    for j in (0..=i).step_by(TILE) {
                        let tile = tile(&self.weighted[i * vectors..], &self.centred[j * vectors..], vectors);
                        for (r, row) in tile.iter().enumerate() {
                            for (c, lane) in row.iter().enumerate() {
                                self.second[(i + r) * d + j + c] = lane.total();
                            }
                        }
                    }
                }
            },
        );
    }

    /// z and w z, and the sums of w and w z; points past the last have weight 0.
    #[inline(always)]
    fn centre(&mut self, problem: &Problem, mu: &[f64], weights: &[[f64; WIDTH]]) {
        let (n, vectors) = (problem.n, weights.len());
        let here = |vector: usize| WIDTH.min(n - vector * WIDTH);
        self.total = 0.0;
        for (vector, weights) in weights.iter().enumerate() {
            for &weight in &weights[..here(vector)] {
                self.total += weight;
            }
        }
        for j in 0..problem.d {
            let mut sum = Lane([0.0; WIDTH]);
            for (vector, weights) in weights.iter().enumerate() {
                let column = &problem.x[j * n + vector * WIDTH..][..here(vector)];
                let mut z = [0.0; WIDTH];
                for (z, &x) in z.iter_mut().zip(column) {
                    *z = x - mu[j];
                }
                let weighted = Lane(*weights) * Lane(z);
                self.centred[j * vectors + vector] = z;
                self.weighted[j * vectors + vector] = weighted.0;
                sum = sum + weighted;
            }
            self.first[j] = sum.total();
        }
    }
}

/// Σ over points of the products of [`TILE`] coordinates with as many others.
#[inline(always)]
fn tile(a: &[[f64; WIDTH]], b: &[[f64; WIDTH]], vectors: usize) -> [[Lane<WIDTH>; TILE]; TILE] {
    let mut sums = [[[0.0; WIDTH]; TILE]; TILE];
    for vector in 0..vectors {
        for r in 0..TILE {
            let a = &a[r * vectors + vector];
            for c in 0..TILE {
                let b = &b[c * vectors + vector];
                for lane in 0..WIDTH {
                    sums[r][c][lane] = a[lane].mul_add(b[lane], sums[r][c][lane]);
                }
            }
        }
    }
    sums.map(|row| row.map(Lane))
}
