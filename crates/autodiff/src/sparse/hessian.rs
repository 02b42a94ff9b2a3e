//! [`SparseHessian`]: the Hessian of a program of one output, few Hessian-vector products at a time.

use faer::sparse::SparseColMat;
use thalweg_core::{Real, Result};

use super::coloring::{self, Graph, distance2};
use super::compressed::Compressed;
use super::detect::hessian_pattern;
use super::lanes::{WIDTH, check_columns, check_point};
use super::method::{Compression, Method};
use super::pattern::Pattern;
use super::recovery::Recovery;
use crate::program::Program;

/// The Hessian of a program, planned once and evaluated at many points: one Hessian-vector product a colour, several at once. The gradient
/// comes along.
///
/// ```
/// use thalweg_autodiff::{Program, Scalar, k, sparse::SparseHessian};
/// // A chain, whose Hessian is tridiagonal: three products do for any number of variables.
/// let program = Program::trace(6, 0, |p, _| {
///     p.windows(2).fold(Scalar::of(0.0), |sum, x| sum + (x[1] - x[0].square()).square())
/// })?;
/// let mut hessian = SparseHessian::<f64>::new(&program)?;
/// assert_eq!(hessian.compression().to_string(), "star coloring, natural order: 3 colours");
/// let matrix = hessian.evaluate(&[1.0; 6])?;
/// assert_eq!((matrix.get(0, 0), matrix.get(1, 0), matrix.get(1, 1)), (Some(&8.0), Some(&-4.0), Some(&10.0)));
/// assert_eq!((hessian.value(), hessian.gradient()), (0.0, &[0.0; 6][..]));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
///
/// Source: Gebremedhin, Tarafdar, Pothen and Walther, "Efficient computation of sparse Hessians using coloring and automatic
/// differentiation", INFORMS J. Computing 21(2), 2009.
#[derive(Clone, Debug)]
pub struct SparseHessian<T> {
    pattern: Pattern,
    compression: Compression,
    compressed: Compressed<T>,
    recovery: Recovery,
    matrix: SparseColMat<usize, T>,
}

impl<T: Real> SparseHessian<T> {
    /// Plans by the star or distance-2 coloring of fewest colours, whose entries are read off to full relative accuracy. Directions come in
    /// passes of 4: an acyclic coloring, whose entries by substitution inherit the rounding of the largest entry of their tree, is
    /// taken where it saves a pass.
    ///
    /// # Errors
    /// A program of several outputs, or over rows of data.
    pub fn new(program: &Program) -> Result<Self> {
        check_columns(program, "the sparse Hessian")?;
        let pattern = hessian_pattern(program)?;
        let graph = Graph::new(&pattern)?;
        // The two vertices of an edge differ.
        let least = if graph.edges() > 0 { 2 } else { 1 };
        let mut best = Compression::best(Method::Star, least, |order| Ok(coloring::star_of(&graph, order)))?;
        // Every distance-2 coloring is a star coloring; greedily found, it is now and then the better one.
        let widest = pattern.widest_column();
        if widest < best.coloring().count() {
            best = best.or_fewer(Compression::best(Method::Columns, widest, |order| {
                Ok(distance2(&pattern, order))
            })?);
        }
        let passes = |compression: &Compression| compression.coloring().count().div_ceil(WIDTH);
        if passes(&best) > 1 {
            let trees =
                Compression::best(Method::Acyclic, least, |order| Ok(coloring::acyclic_of(&graph, order)))?;
            best = if passes(&trees) < passes(&best) { trees } else { best };
        }
        Self::planned(program, pattern, &graph, best)
    }

    /// Plans by one method, in the order of fewest colours. From a symmetric matrix [`Method::Rows`] and [`Method::Both`] gain nothing: they
    /// are [`Method::Columns`].
    ///
    /// # Errors
    /// As [`SparseHessian::new`].
    pub fn with_method(program: &Program, method: Method) -> Result<Self> {
        check_columns(program, "the sparse Hessian")?;
        let pattern = hessian_pattern(program)?;
        let graph = Graph::new(&pattern)?;
        let compression = match method {
            Method::Columns | Method::Rows | Method::Both => {
                Compression::best(Method::Columns, 0, |order| Ok(distance2(&pattern, order)))
            }
            Method::Star => Compression::best(method, 0, |order| Ok(coloring::star_of(&graph, order))),
            Method::Acyclic => Compression::best(method, 0, |order| Ok(coloring::acyclic_of(&graph, order))),
        }?;
        Self::planned(program, pattern, &graph, compression)
    }

    fn planned(program: &Program, pattern: Pattern, graph: &Graph, compression: Compression) -> Result<Self> {
        let (colors, count) = (compression.coloring().colors(), compression.coloring().count());
        // The gradient's outputs are the value and n entries.
        let outputs = 1 + program.parameters();
        let cell = |color: u32, i: usize| color as usize * outputs + 1 + i;
        let recovery = match compression.method() {
            Method::Acyclic => Recovery::of_trees(&pattern, graph, colors, outputs * count, cell),
            _ => Recovery::of_stars(&pattern, colors, cell),
        };
        let compressed = Compressed::new(program.gradient()?, colors.to_vec(), count);
        let matrix = SparseColMat::new(pattern.symbolic(), vec![T::ZERO; pattern.entries()]);
        Ok(Self { pattern, compression, compressed, recovery, matrix })
    }

    /// The Hessian at x, both triangles. Its places are those of the pattern, zeros among them included. Allocates nothing.
    ///
    /// # Errors
    /// A point of the wrong length, or that is not finite.
    pub fn evaluate(&mut self, x: &[T]) -> Result<&SparseColMat<usize, T>> {
        check_point(self.pattern.columns(), x)?;
        self.compressed.evaluate(x);
        self.recovery.apply(self.compressed.products(), self.matrix.val_mut());
        Ok(&self.matrix)
    }

    /// The value f(x) of the last evaluation.
    #[must_use]
    pub fn value(&self) -> T {
        self.compressed.values().first().copied().unwrap_or(T::NAN)
    }

    /// The gradient of the last evaluation.
    #[must_use]
    pub fn gradient(&self) -> &[T] {
        self.compressed.values().get(1..).unwrap_or_default()
    }

    /// The pattern of the matrix.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// How the products are compressed.
    #[must_use]
    pub fn compression(&self) -> &Compression {
        &self.compression
    }
}
