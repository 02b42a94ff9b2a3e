//! Losses of a fixed small number of predictors a row, evaluated 64 rows side by side with one array a column, so that a block becomes SIMD
//! code across rows.

use thalweg_core::{Block, Error, Real, Result, Want, Weights};

use super::categorical::{LANES, fold};

/// A loss of one target and K predictors; branch-free and `#[inline(always)]`.
pub(super) trait Strip<T: Real, const K: usize> {
    /// ℓ, its gradient and its Hessian, the expected one if `FISHER`. What is not used is not computed.
    fn derivatives<const FISHER: bool>(&self, y: T, eta: [T; K]) -> (T, [T; K], [[T; K]; K]);
}

/// `Err` unless a loss of K predictors is asked for K outputs.
pub(super) fn check_outputs(found: usize, expected: usize, what: &str) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Shape { what: format!("outputs of the loss, which are {what}"), expected, found })
}

/// One row.
#[inline(always)]
pub(super) fn row<T: Real, const K: usize>(
    loss: &impl Strip<T, K>,
    y: &[T],
    eta: &[T],
    want: Want,
    gradient: &mut [T],
    hessian: &mut [T],
) -> T {
    let eta = core::array::from_fn(|k| eta[k]);
    let (value, g, h) = match want {
        Want::Fisher => loss.derivatives::<true>(y[0], eta),
        _ => loss.derivatives::<false>(y[0], eta),
    };
    if want >= Want::Gradient {
        gradient.copy_from_slice(&g);
    }
    if want >= Want::Fisher {
        hessian.copy_from_slice(h.as_flattened());
    }
    value
}

/// A block of rows.
#[inline(always)]
pub(super) fn block<T: Real, const K: usize>(
    loss: &impl Strip<T, K>,
    y: &[T],
    eta: &[T],
    w: Weights<'_, T>,
    want: Want,
    out: &mut Block<'_, T>,
) {
    match want {
        Want::Value => strips::<T, K, 0, false>(loss, y, eta, w, out),
        Want::Gradient => strips::<T, K, 1, false>(loss, y, eta, w, out),
        Want::Fisher => strips::<T, K, 2, true>(loss, y, eta, w, out),
        Want::Curvature => strips::<T, K, 2, false>(loss, y, eta, w, out),
    }
}

const STRIP: usize = 64;

/// The first `ORDERS` derivatives of the rows and Σwℓ, summed along 16 fixed lanes.
#[inline(always)]
fn strips<T: Real, const K: usize, const ORDERS: usize, const FISHER: bool>(
    loss: &impl Strip<T, K>,
    y: &[T],
    eta: &[T],
    w: Weights<'_, T>,
    out: &mut Block<'_, T>,
) {
    let mut lanes = [T::ZERO; LANES];
    for start in (0..y.len()).step_by(STRIP) {
        let rows = STRIP.min(y.len() - start);
        // Always a whole strip of constant length, the last one padded with its first row.
        let mut targets = [y[start]; STRIP];
        targets[..rows].copy_from_slice(&y[start..start + rows]);
        let mut packed: [[T; K]; STRIP] = [core::array::from_fn(|k| eta[start * K + k]); STRIP];
        packed.as_flattened_mut()[..rows * K].copy_from_slice(&eta[start * K..(start + rows) * K]);
        let mut columns = [[T::ZERO; STRIP]; K];
        for i in 0..STRIP {
            for k in 0..K {
                columns[k][i] = packed[i][k];
            }
        }
        let mut values = [T::ZERO; STRIP];
        let mut gradients = [[T::ZERO; STRIP]; K];
        let mut hessians = [[[T::ZERO; STRIP]; K]; K];
        for i in 0..STRIP {
            let (value, g, h) =
                loss.derivatives::<FISHER>(targets[i], core::array::from_fn(|k| columns[k][i]));
            values[i] = value;
            for k in 0..K {
                if ORDERS > 0 {
                    gradients[k][i] = g[k];
                }
                if ORDERS > 1 {
                    for l in 0..K {
                        hessians[k][l][i] = h[k][l];
                    }
                }
            }
        }
        values[rows..].fill(T::ZERO);
        if !matches!(w, Weights::Unit) {
            let mut weights = [T::ZERO; STRIP];
            for (i, weight) in weights[..rows].iter_mut().enumerate() {
                *weight = w.get(start + i);
            }
            let derivatives = gradients.iter_mut().chain(hessians.as_flattened_mut());
            for column in core::iter::once(&mut values).chain(derivatives.take(K * (1 + (ORDERS / 2) * K))) {
                for i in 0..STRIP {
                    // A row of weight 0 is absent, even where its loss is infinite.
                    let absent = weights[i].le(T::ZERO);
                    column[i] = T::select(absent, T::ZERO, column[i] * weights[i]);
                }
            }
        }
        if ORDERS > 0 {
            for i in 0..STRIP {
                for k in 0..K {
                    packed[i][k] = gradients[k][i];
                }
            }
            out.gradient[start * K..(start + rows) * K].copy_from_slice(&packed.as_flattened()[..rows * K]);
        }
        if ORDERS > 1 {
            let blocks = out.curvature[start * K * K..(start + rows) * K * K].chunks_exact_mut(K * K);
            for (i, block) in blocks.enumerate() {
                for (entry, column) in block.iter_mut().zip(hessians.as_flattened()) {
                    *entry = column[i];
                }
            }
        }
        for lane in values.chunks_exact(LANES) {
            for l in 0..LANES {
                lanes[l] += lane[l];
            }
        }
    }
    out.value = fold(lanes);
}
