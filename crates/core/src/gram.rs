//! The Gram kernel: C += Xᵀ diag(w) X on the lower triangle, the inner loop of every Newton and IRLS step.
//!
//! **Tile.** C is computed in 5 × 5 tiles of dot products. They run down the rows in vectors of 64 bytes (8 doubles or
//! 16 floats): one step loads 5 vectors of X and 5 of Z = diag(w) X for 25 fused multiply-adds. Accumulators and
//! operands fill 31 of the 32 registers of AVX-512, and 10 loads hide behind 12.5 cycles of arithmetic. Small square
//! tiles waste little on the diagonal: at p = 100, 5250 entries for 5050; outer products of 8 rows take 5824 or more.
//!
//! **Blocks.** A block is 4 KB of every column. Five such chunks of Z (20 KB), made here from w, share the first-level
//! cache with five of X; up to 120 of X (480 KB) stay in the second level while all of Z passes over them. The
//! lanes of the accumulators are summed once per tile and block, by transposing adds: about 5 % of the time.
//!
//! **No packing.** Dot products read X column-major as it lies, with any alignment. A pass that copies the block while
//! it computes the predictor is 8 % slower at p = 100 and 19 % at p = 50, though 8 % faster at p = 1000.
//!
//! **Determinism.** A block adds to an entry of C the sums over its rows of each lane, then l + (l + half) for
//! halving halves. Tile shape, vector width and thread count do not enter.
//!
//! On a 2-core AVX-512 machine, p = 100, f64: 103 of 128 Gflop/s (peak) per core from the cache. From memory, where
//! reading costs a quarter of the time, 149 Gflop/s on both, 64 % of faer's 2048³ product; 62 % in f32.

use core::hint::black_box;

use crate::real::Real;
use crate::simd;

/// Columns of X and of Z per tile.
const SIDE: usize = 5;
/// Vectors per column chunk: 4 KB.
const STEPS: usize = 64;
/// Columns of X that the second-level cache holds for one block of rows: a multiple of `SIDE`.
const GROUP: usize = 120;

/// `tile[j][i]` holds the lanes of the dot product of column j of Z and column i of X.
type Tile<T, const L: usize> = [[[T; L]; SIDE]; SIDE];

/// Working memory of one call, on the stack. Aligned, so that no vector straddles two cache lines.
#[repr(align(64))]
struct Scratch<T, const L: usize> {
    z: [[[T; L]; STEPS]; SIDE],
    tile: Tile<T, L>,
    folds: [[T; L]; 8],
    sums: [[T; SIDE]; SIDE],
}

/// C += Xᵀ diag(w) X on the lower triangle (row ≥ column); the upper triangle of C is not touched.
///
/// `column(j)` is column j < p of X, as long as `w`. C is p × p, column-major. Any number of rows will do; 512, or a
/// multiple, is best. The bits of the result depend on the arguments alone.
///
/// # Panics
/// If a column or C is too short.
pub(crate) fn accumulate<'a, T: Real>(p: usize, column: impl Fn(usize) -> &'a [T], w: &[T], c: &mut [T]) {
    simd::dispatch(
        #[inline(always)]
        || match size_of::<T>() {
            4 => blocks::<T, 16>(p, &column, w, c),
            _ => blocks::<T, 8>(p, &column, w, c),
        },
    );
}

#[inline(always)]
fn blocks<'a, T: Real, const L: usize>(p: usize, column: &impl Fn(usize) -> &'a [T], w: &[T], c: &mut [T]) {
    let zero = [T::ZERO; L];
    let mut scratch = Scratch {
        z: [[zero; STEPS]; SIDE],
        tile: [[zero; SIDE]; SIDE],
        folds: [zero; 8],
        sums: [[T::ZERO; SIDE]; SIDE],
    };
    let Scratch { z, tile, folds, sums } = &mut scratch;
    for (block, w) in w.chunks(STEPS * L).enumerate() {
        let (steps, tail) = (w.len() / L, w.len() % L);
        // A tile that overhangs C repeats the last column; what it computes there is dropped.
        let chunk = |i: usize| column(i.min(p - 1))[block * STEPS * L..][..w.len()].as_chunks::<L>();
        for group in (0..p).step_by(GROUP) {
            let end = p.min(group + GROUP);
            let mut held = [chunk(group); GROUP];
            for k in 1..(end - group).next_multiple_of(SIDE) {
                held[k] = chunk(group + k);
            }
            for j in (0..end).step_by(SIDE) {
                for (k, z) in z.iter_mut().enumerate() {
                    let (whole, rest) = chunk(j + k);
                    for ((z, &x), &w) in z.as_flattened_mut().iter_mut().zip(whole.as_flattened()).zip(w) {
                        *z = x * w;
                    }
                    if tail > 0 {
                        z[steps] = zero;
                    }
                    for l in 0..tail {
                        z[steps][l] = rest[l] * w[steps * L + l];
                    }
                }
                for i in (group.max(j)..end).step_by(SIDE) {
                    let x = &held[i - group..][..SIDE];
                    *tile =
                        multiply([[zero; SIDE]; SIDE], [x[0].0, x[1].0, x[2].0, x[3].0, x[4].0], z, 0, steps);
                    // Through memory: otherwise LLVM shapes the loop above after the sums below, and spills. The
                    // hint cannot change a result.
                    black_box(&mut *tile);
                    if tail > 0 {
                        let mut rest = [[zero]; SIDE];
                        for k in 0..SIDE {
                            rest[k][0][..tail].copy_from_slice(x[k].1);
                        }
                        let [x0, x1, x2, x3, x4] = &rest;
                        *tile = multiply(*tile, [x0, x1, x2, x3, x4], z, steps, 1);
                        black_box(&mut *tile);
                    }
                    sum_lanes(tile, folds, sums);
                    for (k, sums) in sums.iter().enumerate().take(p - j) {
                        let c = &mut c[(j + k) * p..][..p];
                        match c[i..].first_chunk_mut() {
                            // A whole column of five inside the triangle takes two vector additions.
                            Some(c) if j < i => *c = fma(&[T::ONE; SIDE], sums, *c),
                            _ => (i.max(j + k)..p.min(i + SIDE)).for_each(|row| c[row] += sums[row - i]),
                        }
                    }
                }
            }
        }
    }
}

/// Adds `steps` vectors of X times Z, from vector `first` of Z on, to a tile. Unrolled by hand: LLVM unrolls loops over
/// columns only when it finds them small, and a rolled loop keeps the tile in memory.
#[inline(always)]
fn multiply<T: Real, const L: usize>(
    [mut a0, mut a1, mut a2, mut a3, mut a4]: Tile<T, L>,
    [x0, x1, x2, x3, x4]: [&[[T; L]]; SIDE],
    [z0, z1, z2, z3, z4]: &[[[T; L]; STEPS]; SIDE],
    first: usize,
    steps: usize,
) -> Tile<T, L> {
    // One length for all, so that no bound is checked inside.
    let (x0, x1, x2, x3, x4) = (&x0[..steps], &x1[..steps], &x2[..steps], &x3[..steps], &x4[..steps]);
    let (z0, z1, z2) = (&z0[first..][..steps], &z1[first..][..steps], &z2[first..][..steps]);
    let (z3, z4) = (&z3[first..][..steps], &z4[first..][..steps]);
    for s in 0..steps {
        macro_rules! column {
            ($a:ident, $z:ident) => {
                $a[0] = fma(&x0[s], &$z[s], $a[0]);
                $a[1] = fma(&x1[s], &$z[s], $a[1]);
                $a[2] = fma(&x2[s], &$z[s], $a[2]);
                $a[3] = fma(&x3[s], &$z[s], $a[3]);
                $a[4] = fma(&x4[s], &$z[s], $a[4]);
            };
        }
        column!(a0, z0);
        column!(a1, z1);
        column!(a2, z2);
        column!(a3, z3);
        column!(a4, z4);
    }
    [a0, a1, a2, a3, a4]
}

#[inline(always)]
fn fma<T: Real, const L: usize>(x: &[T; L], z: &[T; L], mut a: [T; L]) -> [T; L] {
    for l in 0..L {
        a[l] = x[l].mul_add(z[l], a[l]);
    }
    a
}

/// The sums of the lanes of every vector of a tile: l + (l + half) for halving halves.
#[inline(always)]
fn sum_lanes<T: Real, const L: usize>(
    tile: &Tile<T, L>,
    folds: &mut [[T; L]; 8],
    sums: &mut [[T; SIDE]; SIDE],
) {
    let (vectors, totals) = (tile.as_flattened(), sums.as_flattened_mut());
    for k in 0..totals.len().div_ceil(L) {
        // The last group reaches back, to be whole.
        let at = (k * L).min(SIDE * SIDE - L);
        if let (Some(v), Some(t)) = (vectors[at..].first_chunk(), totals[at..].first_chunk_mut()) {
            *t = sum_each(v, folds);
        }
    }
    black_box(sums);
}

/// The sums of the lanes of L vectors, by transposing adds: each stage folds vectors k and k + half into one, which
/// holds twice as many partial sums of half the length. Two shuffles and an add each, instead of L sums of 3 or 4.
/// Every fold passes through memory, for LLVM would merge them into gathers.
#[inline(always)]
fn sum_each<T: Real, const L: usize>(v: &[[T; L]; L], folds: &mut [[T; L]; 8]) -> [T; L] {
    for k in 0..L / 2 {
        folds[k] = fold(&v[k], &v[k + L / 2], L / 2);
        black_box(&mut *folds);
    }
    if L == 16 {
        for k in 0..4 {
            folds[k] = fold(&folds[k], &folds[k + 4], 4);
            black_box(&mut *folds);
        }
    }
    for k in 0..2 {
        folds[k] = fold(&folds[k], &folds[k + 2], 2);
        black_box(&mut *folds);
    }
    fold(&folds[0], &folds[1], 1)
}

/// Adds the halves of every segment of 2 · `half` lanes; the results alternate between `u` and `v`.
#[inline(always)]
fn fold<T: Real, const L: usize>(u: &[T; L], v: &[T; L], half: usize) -> [T; L] {
    let mut out = [T::ZERO; L];
    for l in 0..L {
        let (segment, from) = (l / half, l / half / 2 * 2 * half + l % half);
        let source = if segment % 2 == 0 { u } else { v };
        out[l] = source[from] + source[from + half];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Real>(p: usize, rows: usize, tolerance: f64) {
        let value = |k: usize| T::of((k * 7919 % 1013) as f64 / 512.0 - 1.0);
        let x: Vec<T> = (0..p * rows).map(value).collect();
        let w: Vec<T> = (0..rows).map(|k| value(3 * k + 5)).collect();
        let mut c = vec![T::ONE; p * p];
        accumulate(p, |j| &x[j * rows..][..rows], &w, &mut c);
        for (column, row) in (0..p * p).map(|k| (k / p, k % p)) {
            let (mut sum, mut size) = (1.0, 1.0);
            for r in 0..if row < column { 0 } else { rows } {
                let term = x[row * rows + r].to_f64() * w[r].to_f64() * x[column * rows + r].to_f64();
                (sum, size) = (sum + term, size + term.abs());
            }
            let error = (c[column * p + row].to_f64() - sum).abs();
            assert!(error <= tolerance * size, "p {p}, rows {rows}, entry ({row}, {column}): {error:e}");
        }
    }

    #[test]
    fn agrees_with_the_definition() {
        for p in [1, 2, 3, 5, 7, 17, 100, 101, 121, 245] {
            for rows in [0, 1, 7, 8, 17, 255, 256, 512, 1025] {
                check::<f64>(p, rows, 1e-13);
                check::<f32>(p, rows, 1e-5);
            }
        }
    }
}
