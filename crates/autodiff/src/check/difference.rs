//! Finite differences: central, extrapolated to step 0, with an estimate of their error.
//!
//! Differences at steps h, h/1.4, h/1.4² … are extrapolated by Neville's scheme in h²; of all entries of all tables, one for each first step, the one with
//! the least estimated error is taken. Source: Ridders (1982), *Advances in Engineering Software* 4.

/// Steps in a table, each smaller by `SHRINK`.
const ROWS: usize = 8;
const SHRINK: f64 = 1.4;
/// First steps, relative to the size of the point.
const FIRST: [f64; 5] = [0.1, 0.01, 1e-3, 1e-4, 1e-5];

/// Roundings in a value of f, as the extrapolation amplifies them.
const NOISE: f64 = 4.0;

/// A derivative and how far off it may be.
#[derive(Copy, Clone, Debug)]
pub(super) struct Estimate {
    pub(super) derivative: f64,
    pub(super) error: f64,
}

/// The derivatives of the `m` numbers that `f(s, y)` writes, at s = 0; none where f has a kink or is not finite nearby. The steps are
/// relative to `size`; what s is added to has a size of at most `reach`.
pub(super) fn differences(
    size: f64,
    reach: f64,
    m: usize,
    mut f: impl FnMut(f64, &mut [f64]),
) -> Vec<Option<Estimate>> {
    let mut best: Vec<Option<Estimate>> = vec![None; m];
    let (mut above, mut below) = (vec![0.0; m], vec![0.0; m]);
    let mut tables = vec![[0.0; ROWS]; m];
    for first in FIRST {
        let mut h = first * size;
        for row in 0..ROWS {
            f(h, &mut above);
            f(-h, &mut below);
            for i in 0..m {
                let table = &mut tables[i];
                let magnitude = above[i].abs().max(below[i].abs());
                let mut corner = table[0];
                table[0] = (above[i] - below[i]) / (2.0 * h);
                let mut factor = 1.0;
                for k in 1..=row {
                    factor *= SHRINK * SHRINK;
                    let extrapolated = (table[k - 1] * factor - corner) / (factor - 1.0);
                    // What the rounding of f and of its argument does to the difference.
                    let noise = NOISE * f64::EPSILON * (magnitude + reach * extrapolated.abs()) / h;
                    let error =
                        (extrapolated - table[k - 1]).abs().max((extrapolated - corner).abs()) + noise;
                    corner = core::mem::replace(&mut table[k], extrapolated);
                    if error.is_finite() && best[i].is_none_or(|best| error < best.error) {
                        best[i] = Some(Estimate { derivative: extrapolated, error });
                    }
                }
            }
            h /= SHRINK;
        }
    }
    let kinks = kinks(size, m, f);
    best.into_iter().zip(kinks).map(|(best, kink)| best.filter(|_| !kink)).collect()
}

/// Where the slopes to the left and to the right do not approach each other as the step shrinks a hundredfold.
fn kinks(size: f64, m: usize, mut f: impl FnMut(f64, &mut [f64])) -> Vec<bool> {
    let mut at = vec![0.0; m];
    f(0.0, &mut at);
    let (mut above, mut below) = (vec![0.0; m], vec![0.0; m]);
    let mut jump = |h: f64| -> Vec<(f64, f64)> {
        f(h, &mut above);
        f(-h, &mut below);
        let slopes = (0..m).map(|i| ((above[i] - at[i]) / h, (at[i] - below[i]) / h));
        slopes.map(|(right, left)| (right - left, right.abs().max(left.abs()))).collect()
    };
    let (coarse, fine) = (jump(1e-4 * size), jump(1e-6 * size));
    let kink = |((coarse, _), (fine, slope)): ((f64, f64), (f64, f64))| {
        fine.abs() > 1e-3 * slope && fine.abs() > 0.5 * coarse.abs()
    };
    coarse.into_iter().zip(fine).map(kink).collect()
}
