//! [`Tape`]: reverse mode for any control flow, recorded anew each time.
//!
//! The function runs once on [`Var`]s, which write down every operation with its slopes; the reverse sweep then carries the derivative of the
//! result from the last operation to the arguments. A gradient costs a small multiple of the function, whatever the number of
//! arguments.
//!
//! | you want | use |
//! |---|---|
//! | the gradient of a function | [`Tape::gradient`] |
//! | products with a transposed Jacobian, or all of it | [`Tape::vjp`], [`Tape::jacobian`] |
//! | second derivatives | [`Tape::hessian_vector`], [`Tape::hessian`] |
//! | a rule of your own | [`statement`], [`custom`] |
//! | fewer records | [`block`], [`checkpoint`] |
//! | a long recurrence in little memory | [`scan`] on a [`Revolve`] schedule |
//!
//! A variable cannot leave the function that records it, nor enter another recording: both are errors at compile time. Tapes
//! nest: a `Tape<Dual<f64, 1>>` differentiates a gradient in one direction, a `Tape<Var<f64>>` inside a recording in all.
//!
//! Source: Griewank and Walther, *Evaluating Derivatives*, 2nd ed., chapters 3 and 4.

mod block;
mod call;
mod checkpoint;
mod custom;
mod records;
mod revolve;
mod scan;
mod second_order;
mod var;

use faer::MatMut;
use thalweg_core::{Error, Result, check_shape};

pub use block::block;
pub use checkpoint::checkpoint;
pub use custom::{custom, statement};
pub use revolve::Revolve;
pub use scan::scan;
pub use var::Var;

use crate::function::{ScalarOrd, check_finite};
use call::Scratch;
use records::{Record, Recording};

/// The memory of reverse mode, kept from one use to the next: nothing is allocated once it has seen its longest function.
///
/// ```
/// use thalweg_autodiff::{Scalar, Tape};
/// let mut tape = Tape::<f64>::new();
/// let mut g = [0.0; 2];
/// // A loop that depends on the data: xᵏ, with k the first power beyond 100.
/// let y = tape.gradient(
///     &[3.0, 2.0],
///     |x| {
///         let mut power = x[0];
///         while power.value() < 100.0 {
///             power = power * x[0];
///         }
///         power * x[1]
///     },
///     &mut g,
/// )?;
/// assert_eq!((y, g), (486.0, [810.0, 243.0]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// A variable stays in its recording:
///
/// ```compile_fail
/// use thalweg_autodiff::Tape;
/// let mut leaked = None;
/// let _ = Tape::<f64>::new().gradient(&[1.0], |x| { leaked = Some(x[0]); x[0] }, &mut [0.0]);
/// ```
pub struct Tape<S> {
    recording: Recording<S>,
    adjoints: Vec<S>,
    /// The value of each result and its id.
    results: Vec<(S, Option<u32>)>,
    inputs: Vec<Vacant<S>>,
    outputs: Vec<Vacant<S>>,
    scratch: Scratch<S>,
}

/// The size and alignment of a [`Var`], without its lifetime: variables of one recording live in memory kept from the last one.
struct Vacant<S>((S, Option<(&'static (), u32)>));

/// An empty vector of another type in the same memory, if its items have the same size.
fn vacate<A, B>(mut items: Vec<A>) -> Vec<B> {
    items.clear();
    items.into_iter().filter_map(|_| None).collect()
}

impl<S: ScalarOrd> Default for Tape<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: ScalarOrd> Tape<S> {
    /// An empty tape.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            recording: Recording::new(),
            adjoints: Vec::new(),
            results: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            scratch: None,
        }
    }

    /// The tape, refusing functions of more than so many records. The default is 2³² − 1.
    #[must_use]
    pub fn with_limit(mut self, records: usize) -> Self {
        self.recording.set_limit(records);
        self
    }

    /// The tape, with memory for so many records: even the first function of that length is recorded at full speed.
    #[must_use]
    pub fn with_capacity(mut self, records: usize) -> Self {
        self.recording.reserve(records);
        self
    }

    /// The number of records of the last recording: one for each argument, and one for each operation on a variable.
    #[must_use]
    pub fn len(&self) -> usize {
        self.recording.len()
    }

    /// Whether nothing was recorded yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The size of a record: 24 bytes for `f64`.
    #[must_use]
    pub const fn record_bytes() -> usize {
        size_of::<Record<S>>()
    }

    /// Writes ∇f(x) to `g` and returns f(x).
    ///
    /// # Errors
    /// `g` is not as long as `x`, a number in `x` is NaN or infinite, or the tape is full.
    pub fn gradient(
        &mut self,
        x: &[S],
        f: impl for<'t> FnOnce(&[Var<'t, S>]) -> Var<'t, S>,
        g: &mut [S],
    ) -> Result<S> {
        check_shape("length of the gradient", x.len(), g.len())?;
        check_finite(x)?;
        self.record_one(x.iter().copied(), f)?;
        self.sweep_from(&[S::of(1.0)], g)?;
        self.result()
    }

    /// Writes y = f(x) to `y` and the product wᵀ ∂f/∂x to `g`.
    ///
    /// The function writes its results to its second argument, which comes filled with zeros.
    ///
    /// ```
    /// use thalweg_autodiff::{Scalar, Tape};
    /// let (mut y, mut g) = ([0.0; 2], [0.0; 2]);
    /// let polar = [2.0, 0.0];
    /// Tape::<f64>::new().vjp(
    ///     &polar,
    ///     |p, y| y.copy_from_slice(&[p[0] * p[1].cos(), p[0] * p[1].sin()]),
    ///     &[1.0, 10.0],
    ///     &mut y,
    ///     &mut g,
    /// )?;
    /// assert_eq!((y, g), ([2.0, 0.0], [1.0, 20.0]));
    /// # Ok::<(), thalweg_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// `y` is not as long as `w` or `g` as `x`, a number in `x` is NaN or infinite, or the tape is full.
    pub fn vjp(
        &mut self,
        x: &[S],
        f: impl for<'t> FnOnce(&[Var<'t, S>], &mut [Var<'t, S>]),
        w: &[S],
        y: &mut [S],
        g: &mut [S],
    ) -> Result<()> {
        check_shape("length of the results and of their weights", w.len(), y.len())?;
        check_shape("length of the product with the Jacobian", x.len(), g.len())?;
        check_finite(x)?;
        self.record(x.iter().copied(), y.len(), f)?;
        self.copy_results(y);
        self.sweep_from(w, g)
    }

    /// Writes y = f(x) to `y` and the m×n Jacobian ∂yᵢ/∂xⱼ to `j`: one recording, m sweeps.
    ///
    /// # Errors
    /// `j` is not m×n, a number in `x` is NaN or infinite, or the tape is full.
    pub fn jacobian(
        &mut self,
        x: &[S],
        f: impl for<'t> FnOnce(&[Var<'t, S>], &mut [Var<'t, S>]),
        y: &mut [S],
        mut j: MatMut<'_, S>,
    ) -> Result<()> {
        check_shape("rows of the Jacobian", y.len(), j.nrows())?;
        check_shape("columns of the Jacobian", x.len(), j.ncols())?;
        check_finite(x)?;
        self.record(x.iter().copied(), y.len(), f)?;
        self.copy_results(y);
        for row in 0..y.len() {
            self.start();
            self.seed(row, S::of(1.0));
            self.sweep(x.len())?;
            for (column, &adjoint) in self.adjoints[..x.len()].iter().enumerate() {
                *j.as_mut().get_mut(row, column) = adjoint;
            }
        }
        Ok(())
    }

    /// Runs a function of one result on new variables.
    fn record_one(
        &mut self,
        x: impl Iterator<Item = S>,
        f: impl for<'t> FnOnce(&[Var<'t, S>]) -> Var<'t, S>,
    ) -> Result<()> {
        self.record(x, 1, |x, y| {
            if let [y] = y {
                *y = f(x);
            }
        })
    }

    /// Runs `f` on new variables of the values `x`; the results stay in the tape.
    fn record(
        &mut self,
        x: impl Iterator<Item = S>,
        m: usize,
        f: impl for<'t> FnOnce(&[Var<'t, S>], &mut [Var<'t, S>]),
    ) -> Result<()> {
        self.recording.clear();
        self.results.clear();
        let recording = &self.recording;
        let mut inputs: Vec<Var<'_, S>> = vacate(core::mem::take(&mut self.inputs));
        inputs.extend(x.map(|value| Var::leaf(recording, value)));
        let mut outputs: Vec<Var<'_, S>> = vacate(core::mem::take(&mut self.outputs));
        outputs.resize(m, Var::constant(S::of(0.0)));
        f(&inputs, &mut outputs);
        self.results.extend(outputs.iter().map(|y| (y.value(), y.place().map(|(_, id)| id))));
        self.inputs = vacate(inputs);
        self.outputs = vacate(outputs);
        self.recording.outcome()
    }

    /// The value of the only result.
    fn result(&self) -> Result<S> {
        self.results.first().map(|&(value, _)| value).ok_or_else(|| Error::Empty {
            what: "the result of the recording".to_owned(),
            remedy: "let the function return a number".to_owned(),
        })
    }

    fn copy_results(&self, y: &mut [S]) {
        for (y, &(value, _)) in y.iter_mut().zip(&self.results) {
            *y = value;
        }
    }

    /// Sets all adjoints to 0.
    fn start(&mut self) {
        self.adjoints.clear();
        self.adjoints.resize(self.recording.len(), S::of(0.0));
    }

    /// Adds to the adjoint of a result; a constant has none.
    fn seed(&mut self, result: usize, adjoint: S) {
        if let Some(&(_, Some(id))) = self.results.get(result) {
            let place = &mut self.adjoints[id as usize];
            *place = *place + adjoint;
        }
    }

    fn sweep(&mut self, inputs: usize) -> Result<()> {
        self.recording.sweep(&mut self.adjoints, inputs, &mut self.scratch)
    }

    /// Carries the adjoints of the results to the arguments.
    fn sweep_from(&mut self, results: &[S], g: &mut [S]) -> Result<()> {
        self.start();
        for (i, &adjoint) in results.iter().enumerate() {
            self.seed(i, adjoint);
        }
        self.sweep(g.len())?;
        g.copy_from_slice(&self.adjoints[..g.len()]);
        Ok(())
    }
}
