//! `kmeans`: the cost f(C) = Σᵢ minⱼ |pᵢ − cⱼ|² of k centroids, and the Newton direction f′/f″ of each coordinate.
//!
//! The distances go through plain floating-point code, sixteen centroids at a time: n k d fused steps. A point then contributes the squared
//! distance to its nearest centroid alone, a sum over coordinates, so the Hessian is diagonal, and its entries are the second derivatives of
//! each coordinate's term: nested dual numbers, n d of them.

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::Scalar;
use thalweg_core::streams::{Streams, uniform};
use thalweg_core::{Error, Par, Result, check_shape, second_derivative, simd};

use super::Evaluation;
use crate::workload::{Settings, Workload, flat, read, rows};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "kmeans",
    functions: &["cost", "dir"],
    sizes: &[
        "10_1000_8",
        "10_1000_16",
        "10_10000_8",
        "10_10000_16",
        "100_1000_8",
        "100_1000_16",
        "100_10000_8",
        "100_10000_16",
        "1000_1000_8",
        "1000_1000_16",
        "1000_10000_8",
        "1000_10000_16",
    ],
    open,
    example,
};

/// Centroids in one vector of distances.
const WIDTH: usize = 16;
/// Points that share the loads of a vector of centroids.
const POINTS: usize = 4;
/// Points that a thread takes at a time.
const PIECE: usize = 64 * POINTS;

#[derive(Deserialize)]
struct Input {
    points: Vec<Vec<f64>>,
    centroids: Vec<Vec<f64>>,
}

struct KMeans {
    points: Vec<f64>,
    centroids: Vec<f64>,
    d: usize,
    par: Par,
    wants_direction: bool,
    /// The centroids, `WIDTH` to a block and coordinate by coordinate within it.
    blocks: Vec<[f64; WIDTH]>,
    /// The nearest centroid of each point and the squared distance to it.
    nearest: Vec<(f64, usize)>,
    cost: f64,
    direction: Vec<f64>,
    curvature: Vec<f64>,
}

fn open(function: &str, input: Value, settings: Settings) -> Result<Box<dyn Workload>> {
    let input: Input = read(input)?;
    let (points, d) = flat("points", &input.points)?;
    let (centroids, width) = flat("centroids", &input.centroids)?;
    check_shape("coordinates of a centroid", d, width)?;
    if centroids.is_empty() {
        return Err(Error::Empty {
            what: "the list of points or centroids".to_owned(),
            remedy: "give at least one, with at least one coordinate".to_owned(),
        });
    }
    Ok(Box::new(KMeans {
        nearest: vec![(0.0, 0); points.len() / d],
        blocks: vec![[0.0; WIDTH]; input.centroids.len().div_ceil(WIDTH) * d],
        direction: vec![0.0; centroids.len()],
        curvature: vec![0.0; centroids.len()],
        points,
        centroids,
        d,
        par: settings.par(),
        wants_direction: function == "dir",
        cost: 0.0,
    }))
}

impl Workload for KMeans {
    fn evaluate(&mut self) -> Result<()> {
        self.fill_blocks();
        let (points, blocks, d) = (&self.points, &self.blocks, self.d);
        self.par.for_each_chunk(&mut self.nearest, PIECE, |piece, nearest| {
            simd::dispatch(
                #[inline(always)]
                || find_nearest(&points[piece * PIECE * d..], blocks, d, nearest),
            );
        });
        self.cost = self.nearest.iter().map(|&(distance, _)| distance).sum();
        if self.wants_direction {
            self.direct();
        }
        Ok(())
    }

    fn output(&self) -> Value {
        if self.wants_direction { rows(&self.direction, self.d) } else { Value::from(self.cost) }
    }
}

impl KMeans {
    /// Lays the centroids out for [`find_nearest`]; the last block is filled up by centroids that are nobody's nearest.
    fn fill_blocks(&mut self) {
        let d = self.d;
        self.blocks.fill([f64::INFINITY; WIDTH]);
        for (j, centroid) in self.centroids.chunks_exact(d).enumerate() {
            for (l, &c) in centroid.iter().enumerate() {
                self.blocks[j / WIDTH * d + l][j % WIDTH] = c;
            }
        }
    }

    /// f′/f″ from the term of each point and coordinate.
    fn direct(&mut self) {
        let d = self.d;
        self.direction.fill(0.0);
        self.curvature.fill(0.0);
        let (first, second) = (&mut self.direction, &mut self.curvature);
        for (point, &(_, j)) in self.points.chunks_exact(d).zip(&self.nearest) {
            let own = j * d..(j + 1) * d;
            let centroid = &self.centroids[own.clone()];
            for (((&p, &c), g), h) in
                point.iter().zip(centroid).zip(&mut first[own.clone()]).zip(&mut second[own])
            {
                let (_, slope, curvature) = second_derivative(|c| squared_gap(c, p), c);
                *g += slope;
                *h += curvature;
            }
        }
        for (g, h) in first.iter_mut().zip(second.iter()) {
            *g /= h;
        }
    }
}

/// The term (c − p)² of one coordinate.
#[inline(always)]
fn squared_gap<S: Scalar>(c: S, p: f64) -> S {
    let gap = c - S::of(p);
    gap * gap
}

/// The nearest of the centroids for as many points as `nearest` has entries; the first of several.
#[inline(always)]
fn find_nearest(points: &[f64], blocks: &[[f64; WIDTH]], d: usize, nearest: &mut [(f64, usize)]) {
    for (group, nearest) in nearest.chunks_mut(POINTS).enumerate() {
        let own = &points[group * POINTS * d..];
        // Too few points in the last group: the first one stands in.
        let starts: [usize; POINTS] = core::array::from_fn(|i| if i < nearest.len() { i * d } else { 0 });
        let mut best = [[f64::INFINITY; WIDTH]; POINTS];
        let mut place = [[0.0; WIDTH]; POINTS];
        for (block, columns) in blocks.chunks_exact(d).enumerate() {
            let mut distance = [[0.0; WIDTH]; POINTS];
            for (l, column) in columns.iter().enumerate() {
                for i in 0..POINTS {
                    let p = own[starts[i] + l];
                    for lane in 0..WIDTH {
                        let gap = column[lane] - p;
                        distance[i][lane] = gap.mul_add(gap, distance[i][lane]);
                    }
                }
            }
            for i in 0..POINTS {
                for lane in 0..WIDTH {
                    let closer = distance[i][lane] < best[i][lane];
                    best[i][lane] = if closer { distance[i][lane] } else { best[i][lane] };
                    place[i][lane] = if closer { block as f64 } else { place[i][lane] };
                }
            }
        }
        for (i, nearest) in nearest.iter_mut().enumerate() {
            let candidates = best[i].iter().zip(&place[i]).enumerate();
            *nearest = candidates.fold((f64::INFINITY, 0), |least, (lane, (&distance, &block))| {
                let candidate = (distance, block as usize * WIDTH + lane);
                if candidate < least { candidate } else { least }
            });
        }
    }
}

/// Uniform points of which the last are the centroids, so that none is nobody's nearest.
fn example(size: &str) -> Result<Value> {
    let [k, n, d] = crate::self_run::numbers(size)?;
    let mut rng = Streams::new(31337).stream("kmeans", 0);
    let points: Vec<Vec<f64>> = (0..n).map(|_| (0..d).map(|_| uniform(&mut rng)).collect()).collect();
    Ok(json!({ "centroids": points[n - k.min(n)..], "points": points }))
}
