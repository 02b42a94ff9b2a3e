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
    /// Every row has this weight: 1/n makes a mean of the sum.
    Same(T),
    /// One weight a row.
    Each(&'a [T]),
}

impl<'a, T: Real> Weights<'a, T> {
    /// The weights of a range of rows.
    #[must_use]
    pub fn slice(self, rows: core::ops::Range<usize>) -> Self {
        match self {
            Self::Unit | Self::Same(_) => self,
            Self::Each(w) => Self::Each(&w[rows]),
        }
    }

    /// Σw over `n` rows, in row order.
    #[must_use]
    pub fn total(self, n: usize) -> T {
        match self {
            Self::Unit => T::of(n as f64),
            Self::Same(w) => w * T::of(n as f64),
            Self::Each(w) => crate::vector::sum(w),
        }
    }

    /// The weight of row `i`.
    #[inline(always)]
    #[must_use]
    pub fn get(self, i: usize) -> T {
        match self {
            Self::Unit => T::ONE,
            Self::Same(w) => w,
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

    /// ℓ′ of one observation, and nothing else.
    fn slope(&self, y: T, eta: T) -> T {
        self.at(y, eta)[1]
    }

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

impl<T: Real, P: Pointwise<T>> Loss<T> for P {
    // Each loop below is compiled once for every loss, precision and instruction set: two serve all four wants.
    fn block(&self, y: &[T], eta: &[T], w: Weights<'_, T>, want: Want, out: &mut Block<'_, T>) {
        let loss = *self;
        let Block { value, gradient, curvature } = out;
        *value = if want < Want::Fisher {
            // The closed form for the value alone too, so that it has the bits of a value with its gradient.
            let gradient = if want == Want::Value { &mut [] } else { &mut **gradient };
            sweep(
                y,
                eta,
                w,
                [gradient],
                #[inline(always)]
                move |y, eta| {
                    let (v, g, _) = loss.derivatives(y, eta);
                    (v, [g])
                },
            )
        } else {
            let exact = want == Want::Curvature;
            sweep(
                y,
                eta,
                w,
                [gradient, curvature],
                #[inline(always)]
                move |y, eta| {
                    let (v, g, h) = loss.derivatives(y, eta);
                    (v, [g, if exact { h } else { loss.expected_curvature(y, eta) }])
                },
            )
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

    fn slope(&self, y: T, eta: T) -> T {
        let loss = *self;
        // The machine's own multiply-add: without it, one costs a call.
        simd::dispatch(
            #[inline(always)]
            move || loss.derivatives(y, eta).1,
        )
    }

    fn formula_at(&self, y: T, eta: T) -> [T; 3] {
        let (value, first, second) =
            second_derivative(|x| self.eval(crate::Dual::constant(crate::Dual::constant(y)), x), eta);
        [value, first, second]
    }
}

/// Σ w f₀ over the rows, with w f₁, … stored to `K` outputs, those that are not empty. The sum runs over 16 fixed lanes, so its bits depend on
/// neither the SIMD width nor the thread count.
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
            let mut lanes = [T::ZERO; LANES];
            let mut done = 0;
            // Whole strips of one weight take a loop of their own, which reads two streams and multiplies the sum once.
            if let Weights::Unit | Weights::Same(_) = w
                && w.get(0) != T::ZERO
            {
                let w = w.get(0);
                for (y, eta) in y.as_chunks::<STRIP>().0.iter().zip(eta.as_chunks::<STRIP>().0) {
                    let (values, derivatives) = strip(y, eta, &f, |_, x| x, |_, x| w * x);
                    add(&values, &mut lanes);
                    store(&derivatives, done, &mut out);
                    done += STRIP;
                }
                lanes.iter_mut().for_each(|lane| *lane *= w);
            }
            while done < y.len() {
                let rows = done..y.len().min(done + STRIP);
                let mut weights = [T::ZERO; STRIP];
                match w {
                    Weights::Each(w) => weights[..rows.len()].copy_from_slice(&w[rows.clone()]),
                    same => weights[..rows.len()].fill(same.get(0)),
                }
                // Filled up with its first row to a whole strip, of weight 0: a loop of unknown length would leave up to a vector of rows to
                // scalar code, which costs as much as many vectors.
                let (mut ys, mut etas) = ([y[done]; STRIP], [eta[done]; STRIP]);
                ys[..rows.len()].copy_from_slice(&y[rows.clone()]);
                etas[..rows.len()].copy_from_slice(&eta[rows.clone()]);
                let weigh = |l: usize, x: T| weighted(weights[l], x);
                let (values, derivatives) = strip(&ys, &etas, &f, weigh, weigh);
                add(&values, &mut lanes);
                store(&derivatives, done, &mut out);
                done += STRIP;
            }
            crate::vector::fold_lanes(lanes)
        },
    )
}

/// Rows whose arithmetic overlaps.
const STRIP: usize = 64;
/// Accumulators of the sum.
const LANES: usize = 16;

/// w·x. A row of weight 0 is absent, even where its loss is infinite.
#[inline(always)]
fn weighted<T: Real>(w: T, x: T) -> T {
    if w == T::ZERO { T::ZERO } else { w * x }
}

/// The losses of a strip of rows and their derivatives, each weighed by its row.
#[inline(always)]
fn strip<T: Real, const K: usize>(
    y: &[T; STRIP],
    eta: &[T; STRIP],
    f: &impl Fn(T, T) -> (T, [T; K]),
    weigh_value: impl Fn(usize, T) -> T,
    weigh: impl Fn(usize, T) -> T,
) -> ([T; STRIP], [[T; STRIP]; K]) {
    let (mut values, mut derivatives) = ([T::ZERO; STRIP], [[T::ZERO; STRIP]; K]);
    for l in 0..STRIP {
        let (value, slopes) = f(y[l], eta[l]);
        values[l] = weigh_value(l, value);
        for k in 0..K {
            derivatives[k][l] = weigh(l, slopes[k]);
        }
    }
    (values, derivatives)
}

#[inline(always)]
fn add<T: Real>(values: &[T; STRIP], lanes: &mut [T; LANES]) {
    for part in values.chunks_exact(LANES) {
        for l in 0..LANES {
            lanes[l] += part[l];
        }
    }
}

/// Stores a strip from row `start` on, less what lies beyond the end.
#[inline(always)]
fn store<T: Real, const K: usize>(strip: &[[T; STRIP]; K], start: usize, out: &mut [&mut [T]; K]) {
    for (strip, out) in strip.iter().zip(out) {
        if let Some(rest) = out.get_mut(start..) {
            match rest.first_chunk_mut::<STRIP>() {
                // Of constant length: a copy of unknown length would be a call.
                Some(whole) => *whole = *strip,
                None => rest.copy_from_slice(&strip[..rest.len()]),
            }
        }
    }
}
