//! `det`: the determinant of an ℓ×ℓ matrix by expansion by minors, its ℓ! products and all, and its gradient.
//!
//! The expansion takes the first row's entries with alternating signs times the minors of the rows below. The value goes down this recursion in plain
//! floating-point code. For the gradient the minors of some order, whatever their columns, are one function of their entries, and what stands above,
//! a function of the rows above and of those minors' values, is differentiated on a tape.
//!
//! Recording, the minors are those of order five: a tape of all their products, for eight minors at a time. Replaying, they are those of order eight:
//! a program, compiled before the clock starts. Tracing finds that minors recur and keeps one of each, so that it has far fewer products than
//! the recursion.

use core::ops::Range;

use serde::Deserialize;
use serde_json::{Value, json};
use thalweg_autodiff::{Kernel, Program, Scalar, Tape};
use thalweg_core::streams::{Streams, uniform};
use thalweg_core::{Error, Par, Result, check_shape, simd};

use super::Evaluation;
use crate::lane::Lane;
use crate::programs::{by_rows, columns};
use crate::workload::{Settings, Simple, Workload, read};

pub(super) const EVALUATION: Evaluation = Evaluation {
    name: "det",
    functions: &["primal", "gradient"],
    sizes: &["5", "6", "7", "8", "9", "10", "11"],
    open,
    example,
};

/// The order of the minors that are one function: recorded, and compiled.
const RECORDED: usize = 5;
const COMPILED: usize = 8;
/// Minors that are recorded together.
const WIDTH: usize = 8;
/// The order above which the products would not end.
const LARGEST: usize = 14;

#[derive(Deserialize)]
struct Input {
    #[serde(rename = "A")]
    a: Vec<f64>,
    ell: usize,
}

fn open(function: &str, input: Value, settings: Settings) -> Result<Box<dyn Workload>> {
    let Input { a, ell } = read(input)?;
    if !(1..=LARGEST).contains(&ell) {
        return Err(Error::invalid_parameter(
            "ell",
            ell,
            &format!("it is from 1 to {LARGEST}: the work is ell!"),
        ));
    }
    check_shape("entries of the matrix", ell * ell, a.len())?;
    Ok(if function == "primal" {
        Simple::boxed((a, ell), |(a, ell), y: &mut f64| {
            *y = minor(a, *ell, &all_columns(), 0);
            Ok(())
        })
    } else {
        Box::new(Gradient::new(a, ell, settings))
    })
}

/// Columns of a minor, in order.
type Columns = [u8; LARGEST];

/// The columns without the one at `place`.
#[inline(always)]
fn without(columns: &Columns, place: usize) -> Columns {
    let mut rest = *columns;
    rest.copy_within(place + 1.., place);
    rest
}

fn all_columns() -> Columns {
    core::array::from_fn(|j| j as u8)
}

/// The minor of the rows from `row` on and as many of the columns.
fn minor(a: &[f64], ell: usize, columns: &Columns, row: usize) -> f64 {
    let order = ell - row;
    if order == RECORDED {
        let mut entries = [0.0; RECORDED * RECORDED];
        for (i, entries) in entries.chunks_exact_mut(RECORDED).enumerate() {
            let row = &a[(row + i) * ell..];
            for (entry, &column) in entries.iter_mut().zip(columns) {
                *entry = row[usize::from(column)];
            }
        }
        return determinant5(&entries);
    }
    let own = &a[row * ell..];
    if order == 1 {
        return own[usize::from(columns[0])];
    }
    let mut sum = 0.0;
    for j in 0..order {
        let term = own[usize::from(columns[j])] * minor(a, ell, &without(columns, j), row + 1);
        sum = if j % 2 == 0 { sum + term } else { sum - term };
    }
    sum
}

// The smallest orders are written out: all columns are known to the compiler.
#[inline(always)]
fn determinant2<S: Scalar>([[a, b], [c, d]]: [[S; 2]; 2]) -> S {
    a * d - b * c
}
#[inline(always)]
fn determinant3<S: Scalar>([r, s, t]: [[S; 3]; 3]) -> S {
    r[0] * determinant2([[s[1], s[2]], [t[1], t[2]]]) - r[1] * determinant2([[s[0], s[2]], [t[0], t[2]]])
        + r[2] * determinant2([[s[0], s[1]], [t[0], t[1]]])
}
#[inline(always)]
fn determinant4<S: Scalar>([r, s, t, u]: [[S; 4]; 4]) -> S {
    r[0] * determinant3([three(s, 1, 2, 3), three(t, 1, 2, 3), three(u, 1, 2, 3)])
        - r[1] * determinant3([three(s, 0, 2, 3), three(t, 0, 2, 3), three(u, 0, 2, 3)])
        + r[2] * determinant3([three(s, 0, 1, 3), three(t, 0, 1, 3), three(u, 0, 1, 3)])
        - r[3] * determinant3([three(s, 0, 1, 2), three(t, 0, 1, 2), three(u, 0, 1, 2)])
}
#[inline(always)]
fn three<S: Scalar>(row: [S; 4], i: usize, j: usize, k: usize) -> [S; 3] {
    [row[i], row[j], row[k]]
}
/// Entries row after row.
#[inline(always)]
fn determinant5<S: Scalar>(a: &[S; 25]) -> S {
    a[0] * determinant4([four(a, 5, 0), four(a, 10, 0), four(a, 15, 0), four(a, 20, 0)])
        - a[1] * determinant4([four(a, 5, 1), four(a, 10, 1), four(a, 15, 1), four(a, 20, 1)])
        + a[2] * determinant4([four(a, 5, 2), four(a, 10, 2), four(a, 15, 2), four(a, 20, 2)])
        - a[3] * determinant4([four(a, 5, 3), four(a, 10, 3), four(a, 15, 3), four(a, 20, 3)])
        + a[4] * determinant4([four(a, 5, 4), four(a, 10, 4), four(a, 15, 4), four(a, 20, 4)])
}
/// The row that begins at `at`, without one column.
#[inline(always)]
fn four<S: Scalar>(a: &[S; 25], at: usize, without: usize) -> [S; 4] {
    let column = [0, 1, 2, 3, 4];
    let next = |j: usize| a[at + column[j + usize::from(j >= without)]];
    [next(0), next(1), next(2), next(3)]
}

/// The determinant of a matrix of order n on any numbers: the function that is recorded. `columns` has those of the rows from `row` on.
fn expansion<S: Scalar>(a: &[S], n: usize, columns: &Columns, row: usize) -> S {
    if let (0, Ok(entries)) = (row, <&[S; 25]>::try_from(a)) {
        return determinant5(entries);
    }
    let place = |j: usize| a[row * n + usize::from(columns[j])];
    if n - row == 1 {
        return place(0);
    }
    let mut sum = S::of(0.0);
    for j in 0..n - row {
        let term = place(j) * expansion(a, n, &without(columns, j), row + 1);
        sum = if j % 2 == 0 { sum + term } else { sum - term };
    }
    sum
}

struct Gradient {
    a: Vec<f64>,
    ell: usize,
    order: usize,
    settings: Settings,
    /// The function of a leaf minor's entries.
    recorded: Tape<Lane<WIDTH>>,
    compiled: Option<Kernel<f64>>,
    above: Tape<f64>,
    /// The columns of every leaf minor, in the order in which the expansion meets them.
    leaves: Vec<Columns>,
    /// The matrix, then the values of the leaf minors: what is above the leaves is a function of these.
    arguments: Vec<f64>,
    adjoints: Vec<f64>,
    /// The entries of the minors at hand, then the values and gradients.
    entries: Vec<f64>,
    results: Vec<f64>,
    gradient: Vec<f64>,
}

/// Compiled minors at a time: one block of rows.
const BATCH: usize = 256;

impl Gradient {
    fn new(a: Vec<f64>, ell: usize, settings: Settings) -> Self {
        Self {
            gradient: vec![0.0; ell * ell],
            order: ell.min(if settings.replays() { COMPILED } else { RECORDED }),
            a,
            ell,
            settings,
            recorded: Tape::new(),
            compiled: None,
            above: Tape::new(),
            leaves: Vec::new(),
            arguments: Vec::new(),
            adjoints: Vec::new(),
            entries: Vec::new(),
            results: Vec::new(),
        }
    }
}

/// The value and the gradient of a minor of order n as a program of its entries.
fn compile(n: usize) -> Result<Kernel<f64>> {
    let one = Program::trace(n * n, 0, |a, _| expansion(a, n, &all_columns(), 0))?.gradient()?;
    by_rows(&[one])?.compile()
}

impl Workload for Gradient {
    fn prepare(&mut self) -> Result<()> {
        if self.settings.replays() {
            self.compiled = Some(compile(self.order)?);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<()> {
        let (ell, first) = (self.ell, self.ell - self.order);
        self.leaves.clear();
        list(&mut self.leaves, ell, first, &all_columns(), 0);
        self.arguments.clear();
        self.arguments.extend_from_slice(&self.a);
        let minors = self.leaves.len();
        if self.settings.replays() {
            // The compiled function gives values and gradients at once.
            self.differentiate_compiled()?;
            let width = self.order * self.order + 1;
            self.arguments.extend(self.results.iter().step_by(width));
        } else {
            let (a, leaves) = (&self.a, &self.leaves);
            self.arguments.extend(leaves.iter().map(|columns| minor(a, ell, columns, first)));
        }
        self.adjoints.resize(self.arguments.len(), 0.0);
        self.above.gradient(
            &self.arguments,
            |x| above(x, ell, first, &all_columns(), 0, &mut (ell * ell..)),
            &mut self.adjoints,
        )?;
        self.gradient.copy_from_slice(&self.adjoints[..ell * ell]);
        if self.settings.replays() {
            self.scatter(0..minors);
        } else {
            for first in (0..minors).step_by(WIDTH) {
                let leaves = first..minors.min(first + WIDTH);
                self.gather(leaves.clone(), WIDTH);
                self.differentiate_recorded()?;
                self.scatter(leaves);
            }
        }
        Ok(())
    }

    fn output(&self) -> Value {
        Value::from(self.gradient.clone())
    }
}

impl Gradient {
    /// The entries of some leaf minors: of one place after the other, for all the minors.
    fn gather(&mut self, leaves: Range<usize>, batch: usize) {
        let (ell, order) = (self.ell, self.order);
        self.entries.resize(order * order * batch, 0.0);
        for (place, columns) in self.leaves[leaves].iter().enumerate() {
            for i in 0..order {
                let row = &self.a[(ell - order + i) * ell..];
                for j in 0..order {
                    self.entries[(i * order + j) * batch + place] = row[usize::from(columns[j])];
                }
            }
        }
    }

    /// The values and gradients of all minors, one minor after the other.
    fn differentiate_compiled(&mut self) -> Result<()> {
        let (minors, width) = (self.leaves.len(), self.order * self.order + 1);
        self.results.resize(minors * width, 0.0);
        for first in (0..minors).step_by(BATCH) {
            let leaves = first..minors.min(first + BATCH);
            self.gather(leaves.clone(), BATCH);
            let columns = columns(&self.entries, BATCH, leaves.len());
            let results = &mut self.results[first * width..leaves.end * width];
            if let Some(kernel) = &mut self.compiled {
                kernel.map(Par::Seq, &[], &columns, results)?;
            }
        }
        Ok(())
    }

    /// The values and gradients of the minors whose entries are gathered.
    fn differentiate_recorded(&mut self) -> Result<()> {
        let (order, width) = (self.order, self.order * self.order + 1);
        let mut x = [Lane::<WIDTH>::of(0.0); RECORDED * RECORDED];
        let mut g = x;
        for (x, entries) in x.iter_mut().zip(self.entries.as_chunks().0) {
            *x = Lane(*entries);
        }
        let value = self.recorded.gradient(
            &x[..width - 1],
            |x| {
                simd::dispatch(
                    #[inline(always)]
                    || expansion(x, order, &all_columns(), 0),
                )
            },
            &mut g[..width - 1],
        )?;
        self.results.resize(WIDTH * width, 0.0);
        for (lane, results) in self.results.chunks_exact_mut(width).enumerate() {
            results[0] = value.0[lane];
            for (result, g) in results[1..].iter_mut().zip(&g) {
                *result = g.0[lane];
            }
        }
        Ok(())
    }

    /// Adds what the leaf minors pass on to the entries of the matrix.
    fn scatter(&mut self, leaves: Range<usize>) {
        let (ell, order) = (self.ell, self.order);
        let adjoints = &self.adjoints[ell * ell..][leaves.clone()];
        let results = self.results.chunks_exact(order * order + 1);
        for ((columns, &adjoint), results) in self.leaves[leaves].iter().zip(adjoints).zip(results) {
            for i in 0..order {
                let row = &mut self.gradient[(ell - order + i) * ell..];
                for j in 0..order {
                    row[usize::from(columns[j])] += adjoint * results[1 + i * order + j];
                }
            }
        }
    }
}

/// Lists the columns of the minors of the rows from `last` on.
fn list(leaves: &mut Vec<Columns>, ell: usize, last: usize, columns: &Columns, row: usize) {
    if row == last {
        leaves.push(*columns);
    } else {
        for j in 0..ell - row {
            list(leaves, ell, last, &without(columns, j), row + 1);
        }
    }
}

/// The expansion down to row `last`, where the minors are given numbers, taken one after the other.
fn above<S: Scalar>(
    x: &[S],
    ell: usize,
    last: usize,
    columns: &Columns,
    row: usize,
    next: &mut impl Iterator<Item = usize>,
) -> S {
    if row == last {
        return next.next().map_or(S::of(f64::NAN), |place| x[place]);
    }
    let mut sum = S::of(0.0);
    for j in 0..ell - row {
        let term =
            x[row * ell + usize::from(columns[j])] * above(x, ell, last, &without(columns, j), row + 1, next);
        sum = if j % 2 == 0 { sum + term } else { sum - term };
    }
    sum
}

fn example(size: &str) -> Result<Value> {
    let [ell] = crate::self_run::numbers(size)?;
    let mut rng = Streams::new(31337).stream("det", 0);
    Ok(json!({ "A": (0..ell * ell).map(|_| uniform(&mut rng)).collect::<Vec<f64>>(), "ell": ell }))
}
