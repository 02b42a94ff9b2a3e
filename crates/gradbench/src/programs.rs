//! [`by_rows`]: a program of parameters as one of columns, so that it runs over many points at once.

use thalweg_autodiff::{Program, Scalars};
use thalweg_core::Result;

/// The program whose columns are the parameters of `programs`, which have none: each row of data is a point, and its results are
/// those of all the programs. What they have in common is computed once.
///
/// # Errors
/// A program has columns, or other parameters than the first.
pub(crate) fn by_rows(programs: &[Program]) -> Result<Program> {
    let mut outcome = Ok(());
    let points = programs.first().map_or(0, Program::parameters);
    let by_rows = Program::trace_vector(0, points, |_, row| {
        let mut all = Vec::new();
        for program in programs {
            match program.evaluate(&Scalars::new(), row, &[]) {
                Ok(results) => all.extend(results),
                Err(error) => outcome = Err(error),
            }
        }
        all
    })?;
    outcome.map(|()| by_rows)
}

/// The columns of a table that holds them one after the other, each with room for `room` rows, of which `rows` are used.
pub(crate) fn columns(table: &[f64], room: usize, rows: usize) -> Vec<&[f64]> {
    table.chunks_exact(room).map(|column| &column[..rows]).collect()
}
