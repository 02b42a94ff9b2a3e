//! [`SparseJacobian`]: the Jacobian of a program of many outputs, few derivatives at a time.

use faer::sparse::SparseColMat;
use thalweg_core::{Real, Result, Scalar};

use super::coloring::{NONE, distance2};
use super::compressed::Compressed;
use super::detect::jacobian_pattern;
use super::lanes::{check_columns, check_point};
use super::method::{Compression, Method};
use super::pattern::Pattern;
use super::recovery::Recovery;
use crate::algebra::Scalars;
use crate::program::{Program, Traced};

/// The Jacobian of a program, planned once and evaluated at many points: one derivative a colour of its columns (forward) or of its rows
/// (reverse).
///
/// ```
/// use thalweg_autodiff::{Program, sparse::SparseJacobian};
/// // Differences of neighbours: two columns share a row only if they are neighbours.
/// let program = Program::trace_vector(5, 0, |p, _| p.windows(2).map(|x| x[1] * x[1] - x[0]).collect())?;
/// let mut jacobian = SparseJacobian::<f64>::new(&program)?;
/// assert_eq!(jacobian.compression().coloring().count(), 2);
/// let matrix = jacobian.evaluate(&[1.0, 2.0, 3.0, 4.0, 5.0])?;
/// assert_eq!((matrix.get(1, 1), matrix.get(1, 2)), (Some(&-1.0), Some(&6.0)));
/// assert_eq!(jacobian.values(), [3.0, 7.0, 13.0, 21.0]);
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub struct SparseJacobian<T> {
    parameters: usize,
    outputs: usize,
    pattern: Pattern,
    compression: Compression,
    compressed: Compressed<T>,
    recovery: Recovery,
    matrix: SparseColMat<usize, T>,
}

impl<T: Real> SparseJacobian<T> {
    /// Plans by columns or rows, whichever needs fewer colours over all orders.
    ///
    /// # Errors
    /// A program over rows of data.
    pub fn new(program: &Program) -> Result<Self> {
        check_columns(program, "the sparse Jacobian")?;
        let pattern = jacobian_pattern(program);
        let by_row = pattern.transpose();
        // A full row makes all its columns differ: what a direction needs at least may rule it out.
        let (columns_need, rows_need) = (by_row.widest_column(), pattern.widest_column());
        let columns =
            || Compression::best(Method::Columns, columns_need, |order| Ok(distance2(&pattern, order)));
        let rows = || Compression::best(Method::Rows, rows_need, |order| Ok(distance2(&by_row, order)));
        let compression = if columns_need <= rows_need {
            let columns = columns()?;
            if columns.coloring().count() <= rows_need { columns } else { columns.or_fewer(rows()?) }
        } else {
            let rows = rows()?;
            if rows.coloring().count() < columns_need { rows } else { columns()?.or_fewer(rows) }
        };
        Self::planned(program, pattern, compression)
    }

    /// Plans by [`Method::Columns`] or [`Method::Rows`], in the order of fewest colours.
    ///
    /// # Errors
    /// As [`SparseJacobian::new`]; a method for symmetric matrices.
    pub fn with_method(program: &Program, method: Method) -> Result<Self> {
        check_columns(program, "the sparse Jacobian")?;
        let pattern = jacobian_pattern(program);
        let compression = match method {
            Method::Columns => Compression::best(method, 0, |order| Ok(distance2(&pattern, order)))?,
            Method::Rows => {
                let by_row = pattern.transpose();
                Compression::best(method, 0, |order| Ok(distance2(&by_row, order)))?
            }
            Method::Star | Method::Acyclic => return Err(method.needs_symmetry()),
        };
        Self::planned(program, pattern, compression)
    }

    fn planned(program: &Program, pattern: Pattern, compression: Compression) -> Result<Self> {
        let (n, m) = (program.parameters(), program.outputs().len());
        let colors = compression.coloring().colors();
        let count = compression.coloring().count();
        let (compressed, recovery) = if compression.method() == Method::Columns {
            let cell = |color: u32, i: usize| color as usize * m + i;
            let recovery = Recovery::of_columns(&pattern, colors, cell);
            (Compressed::new(program.clone(), colors.to_vec(), count), recovery)
        } else {
            // ∇ₓ Σ wᵢ fᵢ is linear in w: its derivative in direction w is wᵀJ. Its outputs are the sum, n entries ∂/∂x, and ∂/∂w = f.
            let outputs = 1 + n + m;
            let cell = |color: u32, j: usize| color as usize * outputs + 1 + j;
            let recovery = Recovery::of_rows(&pattern, colors, cell);
            let colors = [vec![NONE; n], colors.to_vec()].concat();
            (Compressed::new(weighted(program)?.gradient()?, colors, count), recovery)
        };
        let matrix = SparseColMat::new(pattern.symbolic(), vec![T::ZERO; pattern.entries()]);
        Ok(Self { parameters: n, outputs: m, pattern, compression, compressed, recovery, matrix })
    }

    /// The Jacobian at x: entry (i, j) is ∂fᵢ/∂xⱼ. Its places are those of the pattern, zeros among them included. Only the first call
    /// allocates.
    ///
    /// # Errors
    /// A point of the wrong length, or that is not finite.
    pub fn evaluate(&mut self, x: &[T]) -> Result<&SparseColMat<usize, T>> {
        check_point(self.parameters, x)?;
        self.compressed.evaluate(x);
        self.recovery.apply(self.compressed.products(), self.matrix.val_mut());
        Ok(&self.matrix)
    }

    /// The values f(x) of the last evaluation.
    #[must_use]
    pub fn values(&self) -> &[T] {
        let values = self.compressed.values();
        &values[values.len() - self.outputs..]
    }

    /// The pattern of the matrix.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// How the derivatives are compressed.
    #[must_use]
    pub fn compression(&self) -> &Compression {
        &self.compression
    }
}

/// Σ wᵢ fᵢ(x), of the parameters x and w.
fn weighted(program: &Program) -> Result<Program> {
    let (n, m) = (program.parameters(), program.outputs().len());
    Program::build(n + m, 0, |_, p, _| {
        let (x, w) = p.split_at(n);
        let values = program.evaluate(&Scalars::<Traced<'_>>::new(), x, &[])?;
        Ok(vec![w.iter().zip(values).fold(Traced::of(0.0), |sum, (&w, f)| sum + w * f)])
    })
}
