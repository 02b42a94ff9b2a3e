//! `ode`: y₀′ = x₀ and yᵢ′ = xᵢ yᵢ₋₁ from y = 0 over two units of time by s steps of the classical Runge–Kutta method; the gradient is that of the last
//! component.
//!
//! A component needs its left neighbour only, so the components are cut into tiles that go through all steps in cache: a tile takes from the
//! one before it the neighbour's y, k₁, k₂ and k₃ at each step. The reverse sweep goes from the last tile to the first. It repeats a tile's steps,
//! keeping every y, and carries the adjoints back step by step; the partials of the two blocks, a stage k = x (y + c k′) and the update
//! y + h/6 (k₁ + 2k₂ + 2k₃ + k₄), come from dual numbers.

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Dual, Scalar};
use thalweg_core::streams::{Streams, uniform};
use thalweg_core::{Error, Result, simd};

use super::Evaluation;
use crate::lane::Lane;
use crate::workload::{Settings, Simple, Workload, read};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "ode",
    functions: &["primal", "gradient"],
    sizes: &[
        "1000_1",
        "1000_10",
        "10000_1",
        "1000_100",
        "10000_10",
        "100000_1",
        "10000_100",
        "100000_10",
        "100000_100",
    ],
    open,
    example,
};

const TIME: f64 = 2.0;
/// Components that are computed together.
const WIDTH: usize = 16;
/// Components of a tile.
const TILE: usize = 32 * WIDTH;

#[derive(Deserialize)]
struct Input {
    x: Vec<f64>,
    s: usize,
}

fn open(function: &str, input: Value, _: Settings) -> Result<Box<dyn Workload>> {
    let input: Input = read(input)?;
    if input.x.is_empty() || input.s == 0 {
        return Err(Error::invalid_parameter(
            "n, s",
            format!("{}, {}", input.x.len(), input.s),
            "there is at least one component and one step",
        ));
    }
    let mut memory = Memory::default();
    Ok(if function == "primal" {
        Simple::boxed(input, move |input, y: &mut Vec<f64>| {
            y.resize(input.x.len(), 0.0);
            solve(input, y, &mut memory);
            Ok(())
        })
    } else {
        Simple::boxed(input, move |input, g: &mut Vec<f64>| {
            g.resize(input.x.len(), 0.0);
            differentiate(input, g, &mut memory);
            Ok(())
        })
    })
}

/// A stage of the method: the slope of a component from its parameter, and its neighbour's value and earlier slope.
#[inline(always)]
fn stage<S: Scalar>(c: f64, [x, y, k]: [S; 3]) -> S {
    x * (y + S::of(c) * k)
}

/// The end of a step.
#[inline(always)]
fn update<S: Scalar>(h: f64, [y, k1, k2, k3, k4]: [S; 5]) -> S {
    y + S::of(h / 6.0) * (k1 + S::of(2.0) * (k2 + k3) + k4)
}

/// What a tile takes from its left neighbour at each step: y, k₁, k₂, k₃.
type Border = Vec<[f64; 4]>;

/// The components of a tile, with the left neighbour first.
type Strip = [f64; TILE + 1];

/// The memory of both sweeps.
#[derive(Default)]
struct Memory {
    /// The border to the left of each tile.
    borders: Vec<Border>,
    /// The values of the tile at hand before each step.
    history: Vec<Strip>,
    adjoint_border: Border,
}

/// One tile in one step.
struct Tile {
    x: [f64; TILE],
    y: Strip,
    k: [Strip; 4],
}

const fn strips() -> [Strip; 4] {
    [[0.0; TILE + 1]; 4]
}

/// A vector of a tile.
#[inline(always)]
fn load(of: &[f64], at: usize) -> Lane<WIDTH> {
    let mut lane = [0.0; WIDTH];
    lane.copy_from_slice(&of[at..at + WIDTH]);
    Lane(lane)
}

#[inline(always)]
fn add(to: &mut [f64], at: usize, what: Lane<WIDTH>) {
    for (to, what) in to[at..at + WIDTH].iter_mut().zip(what.0) {
        *to += what;
    }
}

impl Tile {
    /// The tile at time 0; components past the end have parameter 0 and stay there.
    fn new(x: &[f64]) -> Self {
        let mut tile = Self { x: [0.0; TILE], y: [0.0; TILE + 1], k: strips() };
        tile.x[..x.len()].copy_from_slice(x);
        tile
    }

    /// The slopes of a step.
    #[inline(always)]
    fn slopes(&mut self, h: f64, border: [f64; 4]) {
        self.y[0] = border[0];
        for s in 0..4 {
            // Entry i of a strip is the left neighbour of component i.
            let before = if s == 0 { [0.0; TILE + 1] } else { self.k[s - 1] };
            self.k[s][0] = if s < 3 { border[s + 1] } else { 0.0 };
            for at in (0..TILE).step_by(WIDTH) {
                let k = stage(coefficient(s, h), [load(&self.x, at), load(&self.y, at), load(&before, at)]);
                self.k[s][at + 1..at + 1 + WIDTH].copy_from_slice(&k.0);
            }
        }
    }

    /// A step; the border to the right before it is returned.
    #[inline(always)]
    fn step(&mut self, h: f64, border: [f64; 4]) -> [f64; 4] {
        self.slopes(h, border);
        let right = [self.y[TILE], self.k[0][TILE], self.k[1][TILE], self.k[2][TILE]];
        for at in (1..=TILE).step_by(WIDTH) {
            let k = core::array::from_fn(
                #[inline(always)]
                |j| load(if j == 0 { &self.y } else { &self.k[j - 1] }, at),
            );
            self.y[at..at + WIDTH].copy_from_slice(&update(h, k).0);
        }
        right
    }
}

/// c of stage s.
#[inline(always)]
fn coefficient(s: usize, h: f64) -> f64 {
    [0.0, 0.5 * h, 0.5 * h, h][s]
}

/// To the left of the first component stands 1 with slope 0, so that y₀′ = x₀.
fn first_border(s: usize) -> Border {
    vec![[1.0, 0.0, 0.0, 0.0]; s]
}

fn solve(input: &Input, y: &mut [f64], memory: &mut Memory) {
    let h = TIME / input.s as f64;
    memory.borders.resize_with(input.x.len().div_ceil(TILE) + 1, Border::new);
    memory.borders[0] = first_border(input.s);
    for (index, (x, y)) in input.x.chunks(TILE).zip(y.chunks_mut(TILE)).enumerate() {
        let mut tile = Tile::new(x);
        let (before, after) = memory.borders.split_at_mut(index + 1);
        simd::dispatch(
            #[inline(always)]
            || {
                after[0].clear();
                for &border in &before[index] {
                    after[0].push(tile.step(h, border));
                }
            },
        );
        y.copy_from_slice(&tile.y[1..=y.len()]);
    }
}

fn differentiate(input: &Input, g: &mut [f64], memory: &mut Memory) {
    // The results serve as memory of the forward sweep.
    solve(input, g, memory);
    let h = TIME / input.s as f64;
    let last = input.x.len() - 1;
    memory.adjoint_border.clear();
    memory.adjoint_border.resize(input.s, [0.0; 4]);
    memory.history.resize(input.s, [0.0; TILE + 1]);
    for (index, (x, g)) in input.x.chunks(TILE).zip(g.chunks_mut(TILE)).enumerate().rev() {
        let mut tile = Tile::new(x);
        let mut adjoint = Tile::new(&[]);
        if last / TILE == index {
            adjoint.y[last % TILE + 1] = 1.0;
        }
        simd::dispatch(
            #[inline(always)]
            || {
                for (&border, history) in memory.borders[index].iter().zip(&mut memory.history) {
                    *history = tile.y;
                    tile.step(h, border);
                }
                let borders = memory.borders[index].iter().zip(&mut memory.adjoint_border);
                for ((&border, right), history) in borders.zip(&memory.history).rev() {
                    tile.y = *history;
                    tile.slopes(h, border);
                    *right = adjoint.pull(&tile, h, *right);
                }
            },
        );
        g.copy_from_slice(&adjoint.x[..g.len()]);
    }
}

impl Tile {
    /// Carries this, the adjoints of a tile after a step, to those before it; x̄ gathers. Takes the adjoints of the border to the right
    /// and returns those to the left.
    #[inline(always)]
    fn pull(&mut self, tile: &Self, h: f64, right: [f64; 4]) -> [f64; 4] {
        let weights = update(
            h,
            core::array::from_fn(
                #[inline(always)]
                |j| Dual::<f64, 5>::variable(0.0, j),
            ),
        )
        .derivatives;
        for at in (1..=TILE).step_by(WIDTH) {
            let y = load(&self.y, at);
            for (k, &weight) in self.k.iter_mut().zip(&weights[1..]) {
                k[at..at + WIDTH].copy_from_slice(&(y * Lane::of(weight)).0);
            }
            self.y[at..at + WIDTH].copy_from_slice(&(y * Lane::of(weights[0])).0);
        }
        self.y[0] = 0.0;
        self.y[TILE] += right[0];
        for s in 0..3 {
            self.k[s][0] = 0.0;
            self.k[s][TILE] += right[s + 1];
        }
        for s in (0..4).rev() {
            let (before, own) = self.k.split_at_mut(s);
            let c = coefficient(s, h);
            for at in (0..TILE).step_by(WIDTH) {
                let [x, y, outer] = [load(&tile.x, at), load(&tile.y, at), load(&own[0], at + 1)];
                let k = if s == 0 { Lane::of(0.0) } else { load(&tile.k[s - 1], at) };
                let mut slopes = [[0.0; WIDTH]; 3];
                for lane in 0..WIDTH {
                    let stage = stage(
                        c,
                        [
                            Dual::<f64, 3>::variable(x.0[lane], 0),
                            Dual::variable(y.0[lane], 1),
                            Dual::variable(k.0[lane], 2),
                        ],
                    );
                    for j in 0..3 {
                        slopes[j][lane] = stage.derivatives[j] * outer.0[lane];
                    }
                }
                add(&mut self.x, at, Lane(slopes[0]));
                add(&mut self.y, at, Lane(slopes[1]));
                if let Some(before) = before.last_mut() {
                    add(before, at, Lane(slopes[2]));
                }
            }
        }
        [self.y[0], self.k[0][0], self.k[1][0], self.k[2][0]]
    }
}

fn example(size: &str) -> Result<Value> {
    let [n, s] = crate::self_run::numbers(size)?;
    let mut rng = Streams::new(31337).stream("ode", 0);
    Ok(json!({ "x": (0..n).map(|_| uniform(&mut rng)).collect::<Vec<f64>>(), "s": s }))
}
