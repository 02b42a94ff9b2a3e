//! [`Terms`]: the main terms of all points and components, and their weights in lse. n k d²/2 fused steps of plain floating-point code; the
//! weights come from dual numbers.

use thalweg_core::{Par, simd};

use super::super::lse::{log_sum_exp, log_sum_exp_gradient};
use super::{Problem, ROWS, WIDTH, place};
use crate::lane::Lane;

/// The main terms of all points and components: plain floating-point code.
pub(super) struct Terms {
    /// One component after the other, its points filled up to whole vectors.
    terms: Vec<[f64; WIDTH]>,
    /// Vectors of points.
    vectors: usize,
}

impl Terms {
    pub(super) fn new(problem: &Problem) -> Self {
        let vectors = problem.n.div_ceil(WIDTH);
        Self { terms: vec![[0.0; WIDTH]; vectors * problem.k], vectors }
    }

    pub(super) fn fill(&mut self, problem: &Problem, par: Par) {
        let vectors = self.vectors;
        par.for_each_chunk(&mut self.terms, vectors, |component, terms| {
            let (alpha, mu, q, l) = problem.component(component);
            let root = root(q, l);
            let constant = alpha + q.iter().sum::<f64>();
            simd::dispatch(
                #[inline(always)]
                || distances(problem, mu, &root, constant, terms),
            );
        });
    }
}

/// Q, row after row, of a multiple of [`ROWS`] rows.
fn root(q: &[f64], l: &[f64]) -> Vec<f64> {
    let d = q.len();
    let mut root = vec![0.0; d * d.next_multiple_of(ROWS)];
    for i in 0..d {
        for j in 0..i {
            root[i * d + j] = l[place(d, i, j)];
        }
        root[i * d + i] = q[i].exp();
    }
    root
}

/// constant − ½ |Q (x − μ)|² for the points of each vector.
#[inline(always)]
fn distances(problem: &Problem, mu: &[f64], root: &[f64], constant: f64, terms: &mut [[f64; WIDTH]]) {
    let (d, n) = (problem.d, problem.n);
    let mut centred = vec![[0.0; WIDTH]; d];
    for (vector, out) in terms.iter_mut().enumerate() {
        let first = vector * WIDTH;
        let here = WIDTH.min(n - first);
        for j in 0..d {
            let column = &problem.x[j * n + first..][..here];
            for (centred, &x) in centred[j].iter_mut().zip(column) {
                *centred = x - mu[j];
            }
        }
        let mut squares = [0.0; WIDTH];
        for i in (0..d).step_by(ROWS) {
            let mut y = [[0.0; WIDTH]; ROWS];
            // Entries above the diagonal are 0.
            for (j, centred) in centred[..d.min(i + ROWS)].iter().enumerate() {
                for r in 0..ROWS {
                    let entry = root[(i + r) * d + j];
                    for lane in 0..WIDTH {
                        y[r][lane] = entry.mul_add(centred[lane], y[r][lane]);
                    }
                }
            }
            for y in &y {
                for lane in 0..WIDTH {
                    squares[lane] = y[lane].mul_add(y[lane], squares[lane]);
                }
            }
        }
        for lane in 0..WIDTH {
            out[lane] = constant - 0.5 * squares[lane];
        }
    }
}

impl Terms {
    /// Σᵢ lse of the main terms of point i.
    pub(super) fn log_sum_exps(&self, n: usize) -> f64 {
        simd::dispatch(
            #[inline(always)]
            || {
                let mut own = vec![Lane([0.0; WIDTH]); self.terms.len() / self.vectors];
                let mut total = 0.0;
                for vector in 0..self.vectors {
                    for (component, own) in own.iter_mut().enumerate() {
                        *own = Lane(self.terms[component * self.vectors + vector]);
                    }
                    let values = log_sum_exp(&own);
                    for &value in &values.0[..WIDTH.min(n - vector * WIDTH)] {
                        total += value;
                    }
                }
                total
            },
        )
    }

    /// Those of one component.
    pub(super) fn of(&self, component: usize) -> &[[f64; WIDTH]] {
        &self.terms[component * self.vectors..][..self.vectors]
    }

    /// Puts in the place of each main term the derivative of its point's lse.
    pub(super) fn differentiate(&mut self) {
        simd::dispatch(
            #[inline(always)]
            || {
                let mut own = vec![Lane([0.0; WIDTH]); self.terms.len() / self.vectors];
                let mut weights = own.clone();
                for vector in 0..self.vectors {
                    for (component, own) in own.iter_mut().enumerate() {
                        *own = Lane(self.terms[component * self.vectors + vector]);
                    }
                    log_sum_exp_gradient(&own, &mut weights);
                    for (component, weights) in weights.iter().enumerate() {
                        self.terms[component * self.vectors + vector] = weights.0;
                    }
                }
            },
        );
    }
}
