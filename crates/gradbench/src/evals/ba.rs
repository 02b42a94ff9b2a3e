//! `ba`: bundle adjustment, with the sparse Jacobian of all residuals.
//!
//! An observation of the point X by a camera (rotation vector r, centre C, focal length f, principal point u, radial distortion κ) and the
//! weight w has the residuals w (f (1 + κ₁ρ² + κ₂ρ⁴) p + u − m) with (x, y, z) = R(r)(X − C), p = (x/z, y/z), ρ = |p|, and 1 − w². Each depends on
//! 15 numbers. The two are traced as programs of these; their reverse sweeps, compiled together, fill the blocks of the Jacobian over blocks
//! of observations.

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Dual, Kernel, Program, Scalar};
use thalweg_core::{Error, Par, Result, check_shape, simd};

use super::Evaluation;
use crate::files;
use crate::lane::Lane;
use crate::programs::{by_rows, columns};
use crate::workload::{Settings, Workload, read};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "ba",
    functions: &["objective", "jacobian"],
    sizes: &[],
    open,
    example: |path| files::bundle(path.as_ref()),
};

/// The numbers of a camera: rotation 3, centre 3, focal length, principal point 2, distortion 2.
const CAMERA: usize = 11;
/// The arguments of a residual: a camera, a point and a weight.
const ARGUMENTS: usize = CAMERA + 3 + 1;
/// Observations whose residuals are computed together.
const WIDTH: usize = 8;
/// Observations that a thread takes at a time: one block of the compiled sweep.
const PIECE: usize = 256;
/// Pieces that are gathered at a time for several threads.
const PIECES: usize = 16;

#[derive(Deserialize)]
struct Input {
    n: usize,
    m: usize,
    p: usize,
    cam: Vec<f64>,
    x: Vec<f64>,
    w: f64,
    feat: Vec<f64>,
}

/// The problem with all its cameras, points and observations.
struct Problem {
    cameras: Vec<[f64; CAMERA]>,
    points: Vec<[f64; 3]>,
    weights: Vec<f64>,
    features: Vec<[f64; 2]>,
    /// The camera and the point of each observation.
    observations: Vec<(u32, u32)>,
}

/// A matrix by compressed rows.
#[derive(Default)]
struct Sparse {
    rows: Vec<u32>,
    cols: Vec<u32>,
    vals: Vec<f64>,
}

struct Objective {
    problem: Problem,
    par: Par,
    errors: Vec<f64>,
    weight_errors: Vec<f64>,
}

struct Jacobian {
    problem: Problem,
    settings: Settings,
    matrix: Sparse,
    kernel: Option<Kernel<f64>>,
    /// The arguments and features of a piece, a column after the other.
    table: Vec<f64>,
}

fn open(function: &str, input: Value, settings: Settings) -> Result<Box<dyn Workload>> {
    let problem = Problem::new(&read(input)?)?;
    let p = problem.observations.len();
    Ok(if function == "objective" {
        let (errors, weight_errors) = (vec![0.0; 2 * p], vec![0.0; p]);
        Box::new(Objective { problem, par: settings.par(), errors, weight_errors })
    } else {
        let table = vec![0.0; (ARGUMENTS + 2) * gathered(settings)];
        Box::new(Jacobian { problem, settings, matrix: Sparse::default(), kernel: None, table })
    })
}

impl Problem {
    /// The numbers given once, for all; observation i is of camera i mod n and point i mod m.
    fn new(input: &Input) -> Result<Self> {
        let camera = array("cam", &input.cam)?;
        let point = array("x", &input.x)?;
        let feature = array("feat", &input.feat)?;
        let columns = CAMERA * input.n + 3 * input.m + input.p;
        if input.n == 0 || input.m == 0 || input.p == 0 || u32::try_from(columns.max(31 * input.p)).is_err() {
            return Err(Error::invalid_parameter(
                "n, m, p",
                format!("{}, {}, {}", input.n, input.m, input.p),
                "each is at least 1, and the Jacobian has less than 2³² entries",
            ));
        }
        let index = |i: usize, of: usize| (i % of) as u32;
        Ok(Self {
            cameras: vec![camera; input.n],
            points: vec![point; input.m],
            weights: vec![input.w; input.p],
            features: vec![feature; input.p],
            observations: (0..input.p).map(|i| (index(i, input.n), index(i, input.m))).collect(),
        })
    }

    /// The arguments and features of `WIDTH` observations from `first` on; past the end, the last one again.
    #[inline(always)]
    fn gather(&self, first: usize) -> ([Lane<WIDTH>; ARGUMENTS], [Lane<WIDTH>; 2]) {
        let mut arguments = [Lane([0.0; WIDTH]); ARGUMENTS];
        let mut features = [Lane([0.0; WIDTH]); 2];
        for lane in 0..WIDTH {
            let i = (first + lane).min(self.observations.len() - 1);
            let (camera, point) = self.observations[i];
            let camera = &self.cameras[camera as usize];
            let point = &self.points[point as usize];
            let own = camera.iter().chain(point).chain(core::iter::once(&self.weights[i]));
            for (argument, &value) in arguments.iter_mut().zip(own) {
                argument.0[lane] = value;
            }
            for (feature, &value) in features.iter_mut().zip(&self.features[i]) {
                feature.0[lane] = value;
            }
        }
        (arguments, features)
    }
}

fn array<const N: usize>(what: &str, given: &[f64]) -> Result<[f64; N]> {
    check_shape(&format!("length of {what}"), N, given.len())?;
    Ok(core::array::from_fn(
        #[inline(always)]
        |i| given[i],
    ))
}

impl Workload for Objective {
    fn evaluate(&mut self) -> Result<()> {
        let problem = &self.problem;
        self.par.for_each_chunk(&mut self.errors, 2 * PIECE, |piece, errors| {
            simd::dispatch(
                #[inline(always)]
                || {
                    for (block, errors) in errors.chunks_mut(2 * WIDTH).enumerate() {
                        let (arguments, features) = problem.gather(piece * PIECE + block * WIDTH);
                        let residuals = reprojection(&arguments, features);
                        for (lane, error) in errors.chunks_exact_mut(2).enumerate() {
                            error.copy_from_slice(&residuals.map(|residual| residual.0[lane]));
                        }
                    }
                },
            );
        });
        for (error, &weight) in self.weight_errors.iter_mut().zip(&problem.weights) {
            *error = departure(weight);
        }
        Ok(())
    }

    fn output(&self) -> Value {
        json!({
            "reproj_error": { "elements": self.errors[..2], "repeated": self.weight_errors.len() },
            "w_err": { "element": self.weight_errors[0], "repeated": self.weight_errors.len() },
        })
    }
}

impl Workload for Jacobian {
    fn prepare(&mut self) -> Result<()> {
        if self.settings.replays() {
            self.matrix.fill_pattern(&self.problem);
            self.kernel = Some(compile()?);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<()> {
        if !self.settings.replays() {
            self.matrix.fill_pattern(&self.problem);
        }
        let mut recorded = None;
        let kernel = match &mut self.kernel {
            Some(kernel) => kernel,
            None => recorded.insert(compile()?),
        };
        let problem = &self.problem;
        let p = problem.observations.len();
        let (blocks, departures) = self.matrix.vals.split_at_mut(2 * ARGUMENTS * p);
        let room = gathered(self.settings);
        for (piece, vals) in blocks.chunks_mut(2 * ARGUMENTS * room).enumerate() {
            let rows = vals.len() / (2 * ARGUMENTS);
            gather(problem, piece * room, rows, room, &mut self.table);
            kernel.map(self.settings.par(), &[], &columns(&self.table, room, rows), vals)?;
        }
        for (slope, &weight) in departures.iter_mut().zip(&problem.weights) {
            *slope = departure(Dual::<f64, 1>::variable(weight, 0)).derivatives[0];
        }
        Ok(())
    }

    fn output(&self) -> Value {
        let Sparse { rows, cols, vals } = &self.matrix;
        json!({ "rows": short(rows), "cols": short(cols), "vals": short(vals) })
    }
}

/// The first entries, which hold the first observation, and the last.
fn short<T: Copy>(entries: &[T]) -> Vec<T> {
    entries.iter().take(2 * ARGUMENTS).chain(entries.last()).copied().collect()
}

impl Sparse {
    /// The places of the entries: those of the camera, the point and the weight in both rows of each observation, then the weights.
    fn fill_pattern(&mut self, problem: &Problem) {
        let p = problem.observations.len();
        let points_from = (CAMERA * problem.cameras.len()) as u32;
        let weights_from = points_from + (3 * problem.points.len()) as u32;
        self.vals.resize((2 * ARGUMENTS + 1) * p, 0.0);
        self.rows.clear();
        self.rows.extend((0..=2 * p).map(|row| (ARGUMENTS * row) as u32));
        self.rows.extend((1..=p).map(|row| (2 * ARGUMENTS * p + row) as u32));
        self.cols.resize(self.vals.len(), 0);
        let (blocks, departures) = self.cols.split_at_mut(2 * ARGUMENTS * p);
        let pairs = blocks.chunks_exact_mut(2 * ARGUMENTS).zip(&problem.observations);
        for (i, (block, &(camera, point))) in pairs.enumerate() {
            let (first, second) = block.split_at_mut(ARGUMENTS);
            for (k, column) in first.iter_mut().enumerate() {
                *column = match k {
                    0..CAMERA => CAMERA as u32 * camera + k as u32,
                    14.. => weights_from + i as u32,
                    _ => points_from + 3 * point + (k - CAMERA) as u32,
                };
            }
            second.copy_from_slice(first);
        }
        for (i, column) in departures.iter_mut().enumerate() {
            *column = weights_from + i as u32;
        }
    }
}

/// The arguments and the feature of an observation as columns, its two rows of the Jacobian as results.
fn compile() -> Result<Kernel<f64>> {
    let residual = |which: usize| {
        Program::trace(ARGUMENTS + 2, 0, |v, _| {
            reprojection(&core::array::from_fn(|i| v[i]), [v[ARGUMENTS], v[ARGUMENTS + 1]])[which]
        })?
        .gradient()?
        .results(1..=ARGUMENTS)
    };
    by_rows(&[residual(0)?, residual(1)?])?.compile()
}

/// The observations that are gathered at a time.
fn gathered(settings: Settings) -> usize {
    if settings.multithreaded { PIECES * PIECE } else { PIECE }
}

/// Puts the arguments and features of the observations from `first` on into the columns of `table`, which have room for `room`.
fn gather(problem: &Problem, first: usize, rows: usize, room: usize, table: &mut [f64]) {
    for (i, &(camera, point)) in problem.observations[first..first + rows].iter().enumerate() {
        let camera = &problem.cameras[camera as usize];
        let point = &problem.points[point as usize];
        let weight = core::iter::once(&problem.weights[first + i]);
        let own = camera.iter().chain(point).chain(weight).chain(&problem.features[first + i]);
        for (column, &value) in table.chunks_exact_mut(room).zip(own) {
            column[i] = value;
        }
    }
}

/// The residuals of one observation; the arguments in the order of [`ARGUMENTS`].
#[inline(always)]
fn reprojection<S: Scalar>(v: &[S; ARGUMENTS], feature: [S; 2]) -> [S; 2] {
    let [x, y, z] = rotate([v[0], v[1], v[2]], [v[11] - v[3], v[12] - v[4], v[13] - v[5]]);
    let plane = [x / z, y / z];
    let squared = plane[0] * plane[0] + plane[1] * plane[1];
    let stretch = v[6] * (S::of(1.0) + v[9] * squared + v[10] * squared * squared);
    [v[14] * (stretch * plane[0] + v[7] - feature[0]), v[14] * (stretch * plane[1] + v[8] - feature[1])]
}

/// Rodrigues' rotation of `x` about the axis `r` by the angle |r|; to first order in r where it is 0.
#[inline(always)]
fn rotate<S: Scalar>(r: [S; 3], x: [S; 3]) -> [S; 3] {
    let zero = S::of(0.0);
    let squared = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
    let still = squared.le(zero);
    let angle = S::select(still, S::of(1.0), squared).sqrt();
    let (sine, cosine) = (angle.sin(), angle.cos());
    let axis = r.map(
        #[inline(always)]
        |r| r / angle,
    );
    let turned = cross(axis, x);
    let along = (axis[0] * x[0] + axis[1] * x[1] + axis[2] * x[2]) * (S::of(1.0) - cosine);
    let nudged = cross(r, x);
    core::array::from_fn(
        #[inline(always)]
        |i| {
            let full = x[i] * cosine + turned[i] * sine + axis[i] * along;
            S::select(still, x[i] + nudged[i], full)
        },
    )
}

#[inline(always)]
fn cross<S: Scalar>(a: [S; 3], b: [S; 3]) -> [S; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The residual 1 − w² that keeps a weight near 1.
fn departure<S: Scalar>(w: S) -> S {
    S::of(1.0) - w * w
}
