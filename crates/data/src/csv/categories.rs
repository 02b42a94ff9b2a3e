//! The levels that each piece of the file found, merged into one sorted list.

use rayon::prelude::*;

use crate::column::{Dictionary, recode, sorted_codes};

/// A categorical column.
pub(super) struct Categories {
    pub(super) codes: Vec<u32>,
    pub(super) levels: Vec<String>,
    pub(super) missing: usize,
}

/// Turns the codes of each piece, numbered by the piece's own dictionaries, into codes of the sorted levels of the
/// whole file. Returns the levels and the number of missing values of each of the `width` columns.
pub(super) fn merge(
    dictionaries: Vec<Vec<Dictionary>>,
    codes: Vec<Vec<&mut [u32]>>,
    width: usize,
) -> (Vec<Vec<String>>, Vec<usize>) {
    let levels: Vec<Vec<String>> = (0..width)
        .into_par_iter()
        .map(|k| {
            let mut all: Vec<&String> = dictionaries.iter().flat_map(|piece| &piece[k].levels).collect();
            all.sort_unstable();
            all.dedup();
            all.into_iter().cloned().collect()
        })
        .collect();
    let missing: Vec<Vec<usize>> = dictionaries
        .into_par_iter()
        .zip(codes)
        .map(|(piece, codes)| {
            let columns = piece.iter().zip(codes).zip(&levels);
            columns.map(|((d, codes), levels)| recode(codes, &sorted_codes(&d.levels, levels))).collect()
        })
        .collect();
    let missing = (0..width).map(|k| missing.iter().map(|piece| piece[k]).sum()).collect();
    (levels, missing)
}
