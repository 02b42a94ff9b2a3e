//! `ht`: a hand model posed by 26 angles and offsets, and the residuals between points of its surface and n measured points.
//!
//! Each finger has four angles, which turn its bones; a vertex follows its bones by linear blending, and the whole hand is turned and moved by
//! the first six parameters. A measured point belongs to a triangle, at the barycentric coordinates (u₁, u₂, 1 − u₁ − u₂), which are parameters
//! of that point alone, or, in the simple problems, to a vertex. The Jacobian has a row for each residual, and a column for each of the point's
//! own two parameters, if any, and the 26.
//!
//! Dual numbers with eight directions at a time: the point's own parameters, the turn and the offset make up the first eight, the finger
//! angles the rest. The first sweep needs the vertices' values only; in the others bones and vertices move, too.

use serde::Deserialize;
use serde_json::Value;
use thalweg_autodiff::{Dual, Scalar, ScalarOrd};
use thalweg_core::{Error, Par, Result, check_shape, simd};

use super::Evaluation;
use crate::files;
use crate::workload::{Settings, Workload, read, rows};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "ht",
    functions: &["objective", "jacobian"],
    sizes: &[],
    open,
    example: |path| files::hand(path.as_ref()),
};

/// The angles of the fingers.
const ANGLES: usize = 20;
/// All parameters of the hand: turn, offset, angles.
const THETA: usize = 6 + ANGLES;
/// The directions of a sweep.
const DIRECTIONS: usize = 8;
/// The sweeps over the finger angles.
const SWEEPS: usize = ANGLES.div_ceil(DIRECTIONS);
/// Points that a thread takes at a time.
const PIECE: usize = 256;

#[derive(Deserialize)]
struct Input {
    theta: Vec<f64>,
    data: Data,
    #[serde(default)]
    us: Vec<[f64; 2]>,
}

#[derive(Deserialize)]
struct Data {
    model: Model,
    correspondences: Vec<usize>,
    points: Vec<[f64; 3]>,
}

#[derive(Deserialize)]
struct Model {
    parents: Vec<i64>,
    base_relatives: Vec<[[f64; 4]; 4]>,
    inverse_base_absolutes: Vec<[[f64; 4]; 4]>,
    base_positions: Vec<Vec<f64>>,
    weights: Vec<Vec<f64>>,
    triangles: Vec<[usize; 3]>,
    is_mirrored: bool,
}

/// The upper three rows of a transformation: the last is (0, 0, 0, 1).
type Affine<S> = [[S; 4]; 3];

struct Bone {
    parent: Option<usize>,
    relative: Affine<f64>,
    inverse: Affine<f64>,
    /// The indices of the angles by which it turns about its x and z axes.
    turns: [Option<usize>; 2],
}

struct Vertex {
    position: [f64; 3],
    /// Bones and their weights.
    follows: Vec<(usize, f64)>,
}

struct Hand {
    bones: Vec<Bone>,
    vertices: Vec<Vertex>,
    is_mirrored: bool,
    theta: [f64; THETA],
    /// The corners of each measured point; a vertex three times over in the simple problems.
    corners: Vec<[usize; 3]>,
    points: Vec<[f64; 3]>,
    us: Vec<[f64; 2]>,
}

struct Objective {
    hand: Hand,
    par: Par,
    residuals: Vec<f64>,
}

struct Jacobian {
    hand: Hand,
    par: Par,
    width: usize,
    entries: Vec<f64>,
}

fn open(function: &str, input: Value, settings: Settings) -> Result<Box<dyn Workload>> {
    let hand = Hand::new(read(input)?)?;
    let (par, n) = (settings.par(), 3 * hand.points.len());
    Ok(if function == "objective" {
        Box::new(Objective { hand, par, residuals: vec![0.0; n] })
    } else {
        let width = if hand.us.is_empty() { THETA } else { THETA + 2 };
        Box::new(Jacobian { hand, par, width, entries: vec![0.0; n * width] })
    })
}

impl Hand {
    fn new(input: Input) -> Result<Self> {
        let Input { theta, data: Data { model, correspondences, points }, us } = input;
        check_shape("length of theta", THETA, theta.len())?;
        check_shape("points and correspondences", correspondences.len(), points.len())?;
        let bones = bones(&model)?;
        let vertices = vertices(&model)?;
        let corners: Vec<[usize; 3]> = if us.is_empty() {
            correspondences.iter().map(|&vertex| [vertex; 3]).collect()
        } else {
            check_shape("us and correspondences", correspondences.len(), us.len())?;
            let triangle = |&t: &usize| model.triangles.get(t).copied().ok_or_else(|| missing("triangle", t));
            correspondences.iter().map(triangle).collect::<Result<_>>()?
        };
        match corners.iter().flatten().find(|&&vertex| vertex >= vertices.len()) {
            Some(&vertex) => Err(missing("vertex", vertex)),
            None => Ok(Self {
                bones,
                vertices,
                is_mirrored: model.is_mirrored,
                theta: core::array::from_fn(
                    #[inline(always)]
                    |i| theta[i],
                ),
                corners,
                points,
                us,
            }),
        }
    }

    /// The vertices of the posed hand, before it is turned and moved.
    #[inline(always)]
    fn pose<S: Scalar>(&self, angles: &[S; ANGLES]) -> Vec<[S; 3]> {
        let mut absolutes: Vec<Affine<S>> = Vec::with_capacity(self.bones.len());
        for bone in &self.bones {
            let mut own = lifted_affine(&bone.relative);
            if bone.turns != [None, None] {
                let mut by = [S::of(0.0); 2];
                for (by, place) in by.iter_mut().zip(bone.turns) {
                    if let Some(place) = place {
                        *by = angles[place];
                    }
                }
                own = turn(&own, by);
            }
            if let Some(parent) = bone.parent {
                own = product(&absolutes[parent], &own);
            }
            absolutes.push(own);
        }
        let mut transforms: Vec<Affine<S>> = Vec::with_capacity(self.bones.len());
        for (absolute, bone) in absolutes.iter().zip(&self.bones) {
            transforms.push(product(absolute, &lifted_affine(&bone.inverse)));
        }
        let sign = S::of(if self.is_mirrored { -1.0 } else { 1.0 });
        let mut vertices = Vec::with_capacity(self.vertices.len());
        for vertex in &self.vertices {
            let [x, y, z] = lifted(vertex.position);
            let mut sum = [S::of(0.0); 3];
            for &(bone, weight) in &vertex.follows {
                for (sum, row) in sum.iter_mut().zip(&transforms[bone]) {
                    *sum = *sum + S::of(weight) * (row[0] * x + row[1] * y + row[2] * z + row[3]);
                }
            }
            vertices.push([sign * sum[0], sum[1], sum[2]]);
        }
        vertices
    }

    fn angles(&self) -> [f64; ANGLES] {
        core::array::from_fn(
            #[inline(always)]
            |i| self.theta[6 + i],
        )
    }
}

impl Workload for Objective {
    fn evaluate(&mut self) -> Result<()> {
        let hand = &self.hand;
        let vertices = hand.pose(&hand.angles());
        let theta = &hand.theta;
        let turn = rotation([theta[0], theta[1], theta[2]]);
        self.par.for_each_chunk(&mut self.residuals, 3 * PIECE, |piece, residuals| {
            for (i, out) in residuals.chunks_exact_mut(3).enumerate() {
                let i = piece * PIECE + i;
                let corners = hand.corners[i].map(|vertex| vertices[vertex]);
                let on_surface = match hand.us.get(i) {
                    Some(&u) => barycentric(&corners, u),
                    None => corners[0],
                };
                let offset = [theta[3], theta[4], theta[5]];
                out.copy_from_slice(&residual(hand.points[i], &turn, on_surface, offset));
            }
        });
        Ok(())
    }

    fn output(&self) -> Value {
        Value::from(self.residuals.clone())
    }
}

/// A number and its derivatives in the directions of a sweep.
type Moving = Dual<f64, DIRECTIONS>;

impl Workload for Jacobian {
    fn evaluate(&mut self) -> Result<()> {
        let (hand, width) = (&self.hand, self.width);
        let angles = hand.angles();
        let still = hand.pose(&angles);
        let moving: [Vec<[Moving; 3]>; SWEEPS] = core::array::from_fn(|sweep| {
            let mut variables = angles.map(Dual::constant);
            for (i, variable) in variables.iter_mut().skip(sweep * DIRECTIONS).take(DIRECTIONS).enumerate() {
                *variable = Dual::variable(variable.value, i);
            }
            simd::dispatch(
                #[inline(always)]
                || hand.pose(&variables),
            )
        });
        self.par.for_each_chunk(&mut self.entries, 3 * width * PIECE, |piece, entries| {
            simd::dispatch(
                #[inline(always)]
                || {
                    let first = piece * PIECE;
                    hand.differentiate_placement(&still, first, width, entries);
                    for (sweep, vertices) in moving.iter().enumerate() {
                        hand.differentiate_pose(vertices, sweep, first, width, entries);
                    }
                },
            );
        });
        Ok(())
    }

    fn output(&self) -> Value {
        rows(&self.entries, self.width)
    }
}

impl Hand {
    /// The columns of the point's own parameters, the turn and the offset, for the points from `first` on, as many as there is room for.
    #[inline(always)]
    fn differentiate_placement(
        &self,
        vertices: &[[f64; 3]],
        first: usize,
        width: usize,
        entries: &mut [f64],
    ) {
        let theta = &self.theta;
        let turn = rotation([
            Moving::variable(theta[0], 2),
            Moving::variable(theta[1], 3),
            Moving::variable(theta[2], 4),
        ]);
        let offset =
            [Moving::variable(theta[3], 5), Moving::variable(theta[4], 6), Moving::variable(theta[5], 7)];
        // Without own parameters the first two columns are not there.
        let skipped = THETA + 2 - width;
        for (i, out) in entries.chunks_exact_mut(3 * width).enumerate() {
            let i = first + i;
            let [a, b, c] = self.corners[i];
            let corners = [lifted(vertices[a]), lifted(vertices[b]), lifted(vertices[c])];
            let on_surface = match self.us.get(i) {
                Some(&[u, v]) => barycentric(&corners, [Dual::variable(u, 0), Dual::variable(v, 1)]),
                None => corners[0],
            };
            let residuals = residual(lifted(self.points[i]), &turn, on_surface, offset);
            for (row, residual) in out.chunks_exact_mut(width).zip(&residuals) {
                row[..DIRECTIONS - skipped].copy_from_slice(&residual.derivatives[skipped..]);
            }
        }
    }

    /// The columns of the finger angles of a sweep.
    #[inline(always)]
    fn differentiate_pose(
        &self,
        vertices: &[[Moving; 3]],
        sweep: usize,
        first: usize,
        width: usize,
        entries: &mut [f64],
    ) {
        let [a, b, c, x, y, z, ..] = self.theta;
        let turn = rotation([a, b, c]).map(|row| row.map(Dual::constant));
        let offset = [x, y, z].map(Dual::constant);
        let from = width - ANGLES + sweep * DIRECTIONS;
        let count = DIRECTIONS.min(ANGLES - sweep * DIRECTIONS);
        for (i, out) in entries.chunks_exact_mut(3 * width).enumerate() {
            let i = first + i;
            let [a, b, c] = self.corners[i];
            let corners = [vertices[a], vertices[b], vertices[c]];
            let on_surface = match self.us.get(i) {
                Some(&[u, v]) => barycentric(&corners, [Dual::of(u), Dual::of(v)]),
                None => corners[0],
            };
            let residuals = residual(lifted(self.points[i]), &turn, on_surface, offset);
            for (row, residual) in out.chunks_exact_mut(width).zip(&residuals) {
                row[from..from + count].copy_from_slice(&residual.derivatives[..count]);
            }
        }
    }
}

/// The point of a triangle at its barycentric coordinates.
#[inline(always)]
fn barycentric<S: Scalar>(corners: &[[S; 3]; 3], [u, v]: [S; 2]) -> [S; 3] {
    let rest = S::of(1.0) - u - v;
    let [a, b, c] = *corners;
    let weights = [u, v, rest];
    [dot(weights, [a[0], b[0], c[0]]), dot(weights, [a[1], b[1], c[1]]), dot(weights, [a[2], b[2], c[2]])]
}

/// measured − (turn · x + offset).
#[inline(always)]
fn residual<S: Scalar>(measured: [S; 3], turn: &[[S; 3]; 3], x: [S; 3], offset: [S; 3]) -> [S; 3] {
    [
        measured[0] - (dot(turn[0], x) + offset[0]),
        measured[1] - (dot(turn[1], x) + offset[1]),
        measured[2] - (dot(turn[2], x) + offset[2]),
    ]
}

// Written out here and below, not as closures over arrays: those need not be inlined, and would be left outside the vector instructions.
#[inline(always)]
fn dot<S: Scalar>(a: [S; 3], b: [S; 3]) -> S {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[inline(always)]
fn lifted<S: Scalar>([x, y, z]: [f64; 3]) -> [S; 3] {
    [S::of(x), S::of(y), S::of(z)]
}

#[inline(always)]
fn lifted_affine<S: Scalar>(m: &Affine<f64>) -> Affine<S> {
    let mut lifted = [[S::of(0.0); 4]; 3];
    for (row, out) in m.iter().zip(&mut lifted) {
        for (&entry, out) in row.iter().zip(out) {
            *out = S::of(entry);
        }
    }
    lifted
}

/// The matrix of the rotation about the axis `r` by the angle |r|; the unit matrix where the angle is below 10⁻⁴.
fn rotation<S: ScalarOrd>(r: [S; 3]) -> [[S; 3]; 3] {
    let (zero, one) = (S::of(0.0), S::of(1.0));
    let squared = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
    if squared.primal() < 1e-8 {
        return [[one, zero, zero], [zero, one, zero], [zero, zero, one]];
    }
    let angle = squared.sqrt();
    let [x, y, z] = r.map(
        #[inline(always)]
        |r| r / angle,
    );
    let (s, c) = (angle.sin(), angle.cos());
    let v = one - c;
    [
        [x * x * v + c, x * y * v - z * s, x * z * v + y * s],
        [x * y * v + z * s, y * y * v + c, y * z * v - x * s],
        [x * z * v - y * s, y * z * v + x * s, z * z * v + c],
    ]
}

/// M · Rz(tz) · Rx(tx) for the angles (tx, tz).
#[inline(always)]
fn turn<S: Scalar>(m: &Affine<S>, [tx, tz]: [S; 2]) -> Affine<S> {
    let (sx, cx, sz, cz) = (tx.sin(), tx.cos(), tz.sin(), tz.cos());
    let about = [[cz, -sz * cx, sz * sx], [sz, cz * cx, -cz * sx], [S::of(0.0), sx, cx]];
    let mut turned = *m;
    for (row, out) in m.iter().zip(&mut turned) {
        for j in 0..3 {
            out[j] = row[0] * about[0][j] + row[1] * about[1][j] + row[2] * about[2][j];
        }
    }
    turned
}

#[inline(always)]
fn product<S: Scalar>(a: &Affine<S>, b: &Affine<S>) -> Affine<S> {
    let mut out = *a;
    for (row, out) in a.iter().zip(&mut out) {
        for j in 0..4 {
            out[j] = row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j];
        }
        out[3] = out[3] + row[3];
    }
    out
}

/// The skeleton. After the wrist, every four bones are a finger: the second turns by two angles, the third and fourth by one.
fn bones(model: &Model) -> Result<Vec<Bone>> {
    let n = model.parents.len();
    check_shape("relative transformations and parents", n, model.base_relatives.len())?;
    check_shape("inverse transformations and parents", n, model.inverse_base_absolutes.len())?;
    let turns = |bone: usize| match (bone.saturating_sub(1) / 4, bone.saturating_sub(1) % 4) {
        (finger @ 0..5, joint @ 1..4) => {
            let first = 4 * finger;
            if joint == 1 { [Some(first), Some(first + 1)] } else { [Some(first + joint), None] }
        }
        _ => [None, None],
    };
    (0..n)
        .map(|bone| {
            let parent = match usize::try_from(model.parents[bone]) {
                Err(_) => None,
                Ok(parent) if parent < bone => Some(parent),
                Ok(parent) => return Err(missing("parent before its bone", parent)),
            };
            let relative = affine("base_relatives", &model.base_relatives[bone])?;
            let inverse = affine("inverse_base_absolutes", &model.inverse_base_absolutes[bone])?;
            Ok(Bone { parent, relative, inverse, turns: turns(bone) })
        })
        .collect()
}

fn affine(what: &str, m: &[[f64; 4]; 4]) -> Result<Affine<f64>> {
    if m[3] == [0.0, 0.0, 0.0, 1.0] {
        Ok([m[0], m[1], m[2]])
    } else {
        Err(Error::invalid_parameter(
            what,
            format!("{:?}", m[3]),
            "the last row of a transformation is 0, 0, 0, 1; give it row by row",
        ))
    }
}

fn vertices(model: &Model) -> Result<Vec<Vertex>> {
    check_shape("weights and positions of vertices", model.base_positions.len(), model.weights.len())?;
    let pairs = model.base_positions.iter().zip(&model.weights);
    pairs
        .map(|(position, weights)| {
            check_shape("weights of a vertex", model.parents.len(), weights.len())?;
            // A fourth coordinate is 1.
            let &[x, y, z, ..] = position.as_slice() else {
                return Err(Error::Shape {
                    what: "coordinates of a vertex".to_owned(),
                    expected: 3,
                    found: position.len(),
                });
            };
            let follows = weights.iter().copied().enumerate().filter(|&(_, weight)| weight != 0.0).collect();
            Ok(Vertex { position: [x, y, z], follows })
        })
        .collect()
}

fn missing(what: &str, index: usize) -> Error {
    Error::invalid_parameter(what, index, "the model has none of this index; indices start at 0")
}
