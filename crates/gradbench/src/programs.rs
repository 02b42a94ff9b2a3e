//! [`by_rows`]: a program of parameters as one of columns, so that it runs over many points at once.

use thalweg_autodiff::{Program, Scalars};
use thalweg_core::Result;

/// The program whose columns are the parameters of `program`, which has no columns: each row of data is a point.
///
/// # Errors
/// The program has columns.
pub(crate) fn by_rows(program: &Program) -> Result<Program> {
    let mut outcome = Ok(());
    let by_rows = Program::trace_vector(0, program.parameters(), |_, row| {
        program.evaluate(&Scalars::new(), row, &[]).unwrap_or_else(|error| {
            outcome = Err(error);
            Vec::new()
        })
    })?;
    outcome.map(|()| by_rows)
}

/// The columns of a table that holds them one after the other, each with room for `room` rows, of which `rows` are used.
pub(crate) fn columns(table: &[f64], room: usize, rows: usize) -> Vec<&[f64]> {
    table.chunks_exact(room).map(|column| &column[..rows]).collect()
}
