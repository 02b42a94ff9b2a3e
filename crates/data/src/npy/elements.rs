//! From the bytes of elements to a column-major matrix of f64.

use faer::Mat;
use rayon::prelude::*;

use super::header::{Dtype, Kind};

/// Rows per parallel piece: a piece of eight columns stays in the L1 cache while rows are turned into columns.
const PIECE: usize = 1 << 10;

/// Columns turned at once: a cache line of f64.
const STRIPE: usize = 8;

/// The first integer of `body` that no f64 equals: its index and value.
pub(super) fn inexact(body: &[u8], dtype: Dtype) -> Option<(usize, i128)> {
    let (elements, _) = body.as_chunks::<8>();
    let signed = |b: &[u8; 8]| if dtype.big_endian { i64::from_be_bytes(*b) } else { i64::from_le_bytes(*b) };
    let unsigned =
        |b: &[u8; 8]| if dtype.big_endian { u64::from_be_bytes(*b) } else { u64::from_le_bytes(*b) };
    let bad = |b: &[u8; 8]| match dtype.kind {
        Kind::I64 => too_long(signed(b).unsigned_abs()),
        Kind::U64 => too_long(unsigned(b)),
        _ => false,
    };
    if !matches!(dtype.kind, Kind::I64 | Kind::U64) {
        return None;
    }
    let pieces = elements.par_chunks(PIECE).enumerate();
    let at = pieces.filter_map(|(k, piece)| Some(k * PIECE + piece.iter().position(bad)?));
    let at = at.find_first(|_| true)?;
    let value = |b| if dtype.kind == Kind::I64 { i128::from(signed(b)) } else { i128::from(unsigned(b)) };
    elements.get(at).map(|b| (at, value(b)))
}

/// Whether an integer has more than the 53 significant bits of a f64.
#[inline]
fn too_long(size: u64) -> bool {
    size > 1 << 53 && size >> size.trailing_zeros() >= 1 << 53
}

/// The n × p matrix of `body`, which holds exactly n·p elements.
pub(super) fn matrix(body: &[u8], dtype: Dtype, n: usize, p: usize, fortran: bool) -> Mat<f64> {
    macro_rules! read {
        ($type:ty) => {{
            const SIZE: usize = size_of::<$type>();
            let (elements, _) = body.as_chunks::<SIZE>();
            if dtype.big_endian {
                fill(elements, n, p, fortran, |bytes| <$type>::from_be_bytes(bytes) as f64)
            } else {
                fill(elements, n, p, fortran, |bytes| <$type>::from_le_bytes(bytes) as f64)
            }
        }};
    }
    match dtype.kind {
        Kind::Bool => {
            let (elements, _) = body.as_chunks::<1>();
            fill(elements, n, p, fortran, |[byte]| f64::from(u8::from(byte != 0)))
        }
        Kind::I8 => read!(i8),
        Kind::I16 => read!(i16),
        Kind::I32 => read!(i32),
        Kind::I64 => read!(i64),
        Kind::U8 => read!(u8),
        Kind::U16 => read!(u16),
        Kind::U32 => read!(u32),
        Kind::U64 => read!(u64),
        Kind::F32 => read!(f32),
        Kind::F64 => read!(f64),
    }
}

fn fill<const SIZE: usize>(
    elements: &[[u8; SIZE]],
    n: usize,
    p: usize,
    fortran: bool,
    number: impl Fn([u8; SIZE]) -> f64 + Sync,
) -> Mat<f64> {
    let mut x = Mat::zeros(n, p);
    if n == 0 || p == 0 {
        return x;
    }
    if fortran || p == 1 {
        x.as_mut().par_col_iter_mut().zip(elements.par_chunks(n)).for_each(|(column, elements)| {
            let Some(column) = column.try_as_col_major_mut() else { return };
            let pieces = column.as_slice_mut().par_chunks_mut(PIECE * STRIPE);
            pieces.zip(elements.par_chunks(PIECE * STRIPE)).for_each(|(to, from)| {
                to.iter_mut().zip(from).for_each(|(to, from)| *to = number(*from));
            });
        });
        return x;
    }
    let pieces = x.as_mut().par_row_chunks_mut(PIECE).zip(elements.par_chunks(PIECE * p));
    pieces.for_each(|(mut x, rows)| {
        for start in (0..p).step_by(STRIPE) {
            for j in start..p.min(start + STRIPE) {
                let Some(column) = x.as_mut().col_mut(j).try_as_col_major_mut() else { return };
                let from = rows.iter().skip(j).step_by(p);
                column.as_slice_mut().iter_mut().zip(from).for_each(|(to, from)| *to = number(*from));
            }
        }
    });
    x
}
