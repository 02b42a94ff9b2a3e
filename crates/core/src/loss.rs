//! [`Loss`]: a loss over blocks of rows, object-safe. Every [`Pointwise`] is one.

use crate::dual::second_derivative;
use crate::error::{Error, Result};
use crate::formula::{Pointwise, Properties};
use crate::real::Real;
use crate::simd;

/// Row weights of a block.
#[derive(Copy, Clone, Debug)]
pub enum Weights<'a, T> {
    /// Every row counts once.
    Unit,
    /// One weight a row.
    Each(&'a [T]),
}

impl<'a, T: Real> Weights<'a, T> {
    /// The weights of a range of rows.
    #[must_use]
    pub fn slice(self, rows: core::ops::Range<usize>) -> Self {
        match self {
            Self::Unit => Self::Unit,
            Self::Each(w) => Self::Each(&w[rows]),
        }
    }

    /// Σw over `n` rows, in row order.
    #[must_use]
    pub fn total(self, n: usize) -> T {
        match self {
            Self::Unit => T::of(n as f64),
            Self::Each(w) => crate::vector::sum(w),
        }
    }

    /// The weight of row `i`.
    #[inline(always)]
    #[must_use]
    pub fn get(self, i: usize) -> T {
        match self {
            Self::Unit => T::ONE,
            Self::Each(w) => w[i],
        }
    }
}

/// How much of a block is wanted. Each level includes the ones before it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Want {
    /// The sum of the losses.
    Value,
    /// And the derivative of each.
    Gradient,
    /// And the expected second derivative of each (the Fisher weight).
    Fisher,
    /// And, instead of the expected, the exact second derivative.
    Curvature,
}

/// The results over a block of m rows.
#[derive(Debug)]
pub struct Block<'a, T> {
    /// Σ w ℓ. NaN where η leaves the domain of the loss.
    pub value: T,
    /// w ℓ′ of each row: length m, or empty if not wanted.
    pub gradient: &'a mut [T],
    /// w ℓ″ (or its expectation) of each row: length m, or empty if not wanted.
    pub curvature: &'a mut [T],
}

/// A loss over blocks of rows: one virtual call a block, SIMD inside.
///
/// Sums, not means: the scale 1/Σw is applied once by the [`Datafit`](crate::Datafit).
pub trait Loss<T: Real>: Send + Sync {
    /// Evaluates the block. `y` and `eta` have length m; `w`, if given, too.
    ///
    /// # Panics
    /// If lengths differ. [`Cost`](crate::Cost) checks them.
    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>);

    /// Σ w ℓ*(y, u) over the block.
    fn conjugate(&self, y: &[T], u: &[T], w: Weights<'_, T>) -> T;

    /// What is true of this loss.
    fn properties(&self) -> Properties<T>;

    /// w ℓ of each row, written to `out` of length m: the losses without a reduction.
    ///
    /// # Panics
    /// If lengths differ.
    fn each(&self, y: &[T], eta: &[T], w: Weights<'_, T>, out: &mut [T]);

    /// (ℓ, ℓ′, ℓ″, E ℓ″) of one observation by the closed forms.
    fn at(&self, y: T, eta: T) -> [T; 4];

    /// (ℓ, ℓ′, ℓ″) of one observation by the formula on nested dual numbers: what the laws hold the closed forms against.
    fn formula_at(&self, y: T, eta: T) -> [T; 3];

    /// `Err` at the first target the loss does not admit.
    ///
    /// # Errors
    /// [`Error::NonFinite`] or [`Error::OutsideDomain`] with the row.
    fn check_targets(&self, name: &str, y: &[T]) -> Result<()> {
        check_targets(self.properties().target, name, y)
    }
}

/// `Err` at the first target that is not admitted.
pub(crate) fn check_targets<T: Real>(target: crate::formula::Target, name: &str, y: &[T]) -> Result<()> {
    match target.first_refused(y) {
        None => Ok(()),
        Some(row) if !y[row].is_finite() => {
            Err(Error::NonFinite { what: name.to_owned(), row, value: y[row].to_f64() })
        }
        Some(row) => Err(Error::OutsideDomain {
            what: name.to_owned(),
            row,
            value: y[row].to_f64(),
            rule: target.rule().to_owned(),
            remedy: "correct the row or choose another family or loss".to_owned(),
        }),
    }
}

/// NaN, the value outside a function's domain, as +∞: what an [`Objective`](crate::Objective) returns there.
///
/// ```
/// assert_eq!(thalweg_core::finite_or_infinity((-1.0_f64).ln()), f64::INFINITY);
/// ```
pub fn finite_or_infinity<T: Real>(value: T) -> T {
    if value.is_nan() { T::INFINITY } else { value }
}

/// Rows evaluated between two additions to the running sum; their values stay in registers or L1.
const STRIP: usize = 64;

impl<T: Real, P: Pointwise<T>> Loss<T> for P {
    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>) {
        let loss = *self;
        let Block { value, gradient, curvature } = out;
        *value = match want {
            // The closed form here too, so that a value alone has the bits of a value with its gradient; the rest is dead code.
            Want::Value => sweep(
                y,
                eta,
                w,
                [],
                #[inline(always)]
                move |y, eta| (loss.derivatives(y, eta).0, []),
            ),
            Want::Gradient => sweep(
                y,
                eta,
                w,
                [gradient],
                #[inline(always)]
                move |y, eta| {
                    let (v, g, _) = loss.derivatives(y, eta);
                    (v, [g])
                },
            ),
            Want::Fisher => sweep(
                y,
                eta,
                w,
                [gradient, curvature],
                #[inline(always)]
                move |y, eta| {
                    let (v, g, _) = loss.derivatives(y, eta);
                    (v, [g, loss.expected_curvature(y, eta)])
                },
            ),
            Want::Curvature => sweep(
                y,
                eta,
                w,
                [gradient, curvature],
                #[inline(always)]
                move |y, eta| {
                    let (v, g, h) = loss.derivatives(y, eta);
                    (v, [g, h])
                },
            ),
        };
    }

    fn conjugate(&self, y: &[T], u: &[T], w: Weights<'_, T>) -> T {
        let loss = *self;
        sweep(
            y,
            u,
            w,
            [],
            #[inline(always)]
            move |y, u| (Pointwise::conjugate(&loss, y, u), []),
        )
    }

    fn properties(&self) -> Properties<T> {
        Pointwise::properties(self)
    }

    fn each(&self, y: &[T], eta: &[T], w: Weights<'_, T>, out: &mut [T]) {
        let loss = *self;
        sweep(
            y,
            eta,
            w,
            [out],
            #[inline(always)]
            move |y, eta| (T::ZERO, [loss.derivatives(y, eta).0]),
        );
    }

    fn at(&self, y: T, eta: T) -> [T; 4] {
        let (value, first, second) = self.derivatives(y, eta);
        [value, first, second, self.expected_curvature(y, eta)]
    }

    fn formula_at(&self, y: T, eta: T) -> [T; 3] {
        let (value, first, second) =
            second_derivative(|x| self.eval(crate::Dual::constant(crate::Dual::constant(y)), x), eta);
        [value, first, second]
    }
}

/// Σ w f₀ over the rows, with w f₁, … stored to `K` outputs. The sum runs over 16 fixed lanes, so its bits depend on neither the
/// SIMD width nor the thread count.
#[inline(always)]
fn sweep<T: Real, const K: usize>(
    y: &[T],
    eta: &[T],
    w: Weights<'_, T>,
    mut out: [&mut [T]; K],
    f: impl Fn(T, T) -> (T, [T; K]),
) -> T {
    simd::dispatch(
        #[inline(always)]
        || {
            assert_eq!(y.len(), eta.len(), "one predictor a target");
            let mut lanes = [T::ZERO; 16];
            let (whole, rest) = y.as_chunks::<STRIP>();
            let (whole_eta, rest_eta) = eta.as_chunks::<STRIP>();
            for (i, (y, eta)) in whole.iter().zip(whole_eta).enumerate() {
                let (mut values, mut derivatives) = strip(y, eta, &f);
                let rows = i * STRIP..(i + 1) * STRIP;
                if let Weights::Each(w) = w {
                    weigh(&w[rows.clone()], &mut values, &mut derivatives);
                }
                for k in 0..K {
                    // Of constant length: a copy of unknown length would be a call.
                    let out: &mut [T] = &mut out[k][rows.clone()];
                    if let Some(out) = out.first_chunk_mut::<STRIP>() {
                        *out = derivatives[k];
                    }
                }
                add(&values, &mut lanes);
            }
            if !rest.is_empty() {
                // Padded with its first row to a whole strip: a loop of unknown length would leave up to a vector of rows to scalar code,
                // which costs as much as all the vectors before.
                let (mut ys, mut etas) = ([rest[0]; STRIP], [rest_eta[0]; STRIP]);
                ys[..rest.len()].copy_from_slice(rest);
                etas[..rest.len()].copy_from_slice(rest_eta);
                let (mut values, mut derivatives) = strip(&ys, &etas, &f);
                let rows = y.len() - rest.len()..y.len();
                if let Weights::Each(w) = w {
                    weigh(&w[rows.clone()], &mut values, &mut derivatives);
                }
                for k in 0..K {
                    out[k][rows.clone()].copy_from_slice(&derivatives[k][..rest.len()]);
                }
                values[rest.len()..].fill(T::ZERO);
                add(&values, &mut lanes);
            }
            crate::vector::fold_lanes(lanes)
        },
    )
}

/// The losses of a strip of rows and their derivatives.
#[inline(always)]
fn strip<T: Real, const K: usize>(
    y: &[T; STRIP],
    eta: &[T; STRIP],
    f: &impl Fn(T, T) -> (T, [T; K]),
) -> ([T; STRIP], [[T; STRIP]; K]) {
    let (mut values, mut derivatives) = ([T::ZERO; STRIP], [[T::ZERO; STRIP]; K]);
    for i in 0..STRIP {
        let (v, d) = f(y[i], eta[i]);
        values[i] = v;
        for k in 0..K {
            derivatives[k][i] = d[k];
        }
    }
    (values, derivatives)
}

/// Multiplies a strip by its weights. A row of weight 0 is absent, even where its loss is infinite.
#[inline(always)]
fn weigh<T: Real, const K: usize>(w: &[T], values: &mut [T; STRIP], derivatives: &mut [[T; STRIP]; K]) {
    for (i, w) in w.iter().enumerate() {
        values[i] = if *w == T::ZERO { T::ZERO } else { values[i] * *w };
        for d in derivatives.iter_mut() {
            d[i] = if *w == T::ZERO { T::ZERO } else { d[i] * *w };
        }
    }
}

#[inline(always)]
fn add<T: Real>(values: &[T; STRIP], lanes: &mut [T; 16]) {
    for lane in values.chunks_exact(16) {
        for l in 0..16 {
            lanes[l] += lane[l];
        }
    }
}
