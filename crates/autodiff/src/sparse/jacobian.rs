//! [`SparseJacobian`]: the Jacobian of a program of many outputs, few derivatives at a time.

use faer::sparse::SparseColMat;
use thalweg_core::{Real, Result, Scalar};

use super::coloring::{NEUTRAL, bicoloring, distance2};
use super::compressed::Compressed;
use super::detect::jacobian_pattern;
use super::lanes::{WIDTH, check_columns, check_point};
use super::method::{Compression, Method};
use super::pattern::Pattern;
use super::recovery::Recovery;
use crate::algebra::Scalars;
use crate::program::{Program, Traced};

/// The Jacobian of a program, planned once and evaluated at many points: one derivative a colour of its columns (forward), of its
/// rows (reverse), or of both.
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
#[derive(Clone, Debug)]
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
    /// Plans by columns or by rows, whichever needs fewer colours over all orders; where either needs more than a pass of 4 directions, by
    /// both together if that takes fewer still.
    ///
    /// # Errors
    /// A program over rows of data.
    pub fn new(program: &Program) -> Result<Self> {
        check_columns(program, "the sparse Jacobian")?;
        let pattern = jacobian_pattern(program);
        let sides = Sides::new(&pattern);
        let [columns_need, rows_need] = sides.need();
        let both = if columns_need.min(rows_need) > WIDTH { Some(sides.color(Method::Both)?) } else { None };
        // What a side needs at least may rule it out, which saves the time: a full line makes coloring it slow as well as useless.
        let most = both.as_ref().map_or(usize::MAX, |both| both.coloring().count() + 1);
        let mut order = [(columns_need, Method::Columns), (rows_need, Method::Rows)];
        order.sort_by_key(|&(need, _)| need);
        let mut side: Option<Compression> = None;
        for (need, method) in order {
            if need < side.as_ref().map_or(most, |side| side.coloring().count()) {
                let other = sides.color(method)?;
                side = Some(match side {
                    Some(side) => side.or_fewer(other),
                    None => other,
                });
            }
        }
        let compression = match (side, both) {
            (Some(side), Some(both)) => side.or_fewer(both),
            (Some(found), None) | (None, Some(found)) => found,
            (None, None) => sides.color(Method::Columns)?,
        };
        Self::planned(program, pattern, compression)
    }

    /// Plans by [`Method::Columns`], [`Method::Rows`] or [`Method::Both`], in the order of fewest colours.
    ///
    /// # Errors
    /// As [`SparseJacobian::new`]; a method for symmetric matrices.
    pub fn with_method(program: &Program, method: Method) -> Result<Self> {
        check_columns(program, "the sparse Jacobian")?;
        let pattern = jacobian_pattern(program);
        let compression = Sides::new(&pattern).color(method)?;
        Self::planned(program, pattern, compression)
    }

    fn planned(program: &Program, pattern: Pattern, compression: Compression) -> Result<Self> {
        let (n, m) = (program.parameters(), program.outputs().len());
        let (colors, count) = (compression.coloring().colors(), compression.coloring().count());
        // G(x, w) = ∇ Σ wᵢ fᵢ(x) gives the sum, n entries Jᵀw, and f. At w = 0 its derivative in direction w is Jᵀw, in direction x that of f.
        let outputs = 1 + n + m;
        let of_row = |color: u32, j: usize| color as usize * outputs + 1 + j;
        let of_column = |color: u32, i: usize| color as usize * outputs + 1 + n + i;
        let (program, colors, recovery) = match compression.method() {
            Method::Rows => {
                let recovery = Recovery::of_rows(&pattern, colors, of_row);
                (weighted(program)?.gradient()?, [vec![NEUTRAL; n], colors.to_vec()].concat(), recovery)
            }
            Method::Both => {
                let recovery = Recovery::of_both(&pattern, compression.coloring(), of_column, of_row);
                (weighted(program)?.gradient()?, colors.to_vec(), recovery)
            }
            _ => {
                let recovery = Recovery::of_columns(&pattern, colors, |color, i| color as usize * m + i);
                (program.clone(), colors.to_vec(), recovery)
            }
        };
        let compressed = Compressed::new(program, colors, count);
        let matrix = SparseColMat::new(pattern.symbolic(), vec![T::ZERO; pattern.entries()]);
        Ok(Self { parameters: n, outputs: m, pattern, compression, compressed, recovery, matrix })
    }

    /// The Jacobian at x: entry (i, j) is ∂fᵢ/∂xⱼ. Its places are those of the pattern, zeros among them included. Allocates
    /// nothing.
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

/// A pattern from both sides.
struct Sides<'a> {
    pattern: &'a Pattern,
    by_row: Pattern,
}

impl<'a> Sides<'a> {
    fn new(pattern: &'a Pattern) -> Self {
        Self { pattern, by_row: pattern.transpose() }
    }

    /// The least numbers of colours of any coloring of the columns, and of the rows.
    fn need(&self) -> [usize; 2] {
        [self.by_row.widest_column(), self.pattern.widest_column()]
    }

    fn color(&self, method: Method) -> Result<Compression> {
        let [columns_need, rows_need] = self.need();
        match method {
            Method::Columns => {
                Compression::best(method, columns_need, |order| Ok(distance2(self.pattern, order)))
            }
            Method::Rows => Compression::best(method, rows_need, |order| Ok(distance2(&self.by_row, order))),
            Method::Both => Compression::best(method, 1, |order| Ok(bicoloring(self.pattern, order))),
            Method::Star | Method::Acyclic => Err(method.needs_symmetry()),
        }
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
