//! [`ProgramObjective`]: a program over data as an objective that any optimizer fits.

use faer::MatMut;
use thalweg_core::{
    Certificate, Error, FiniteSum, Gradient, Halt, Hessian, HessianVector, Objective, Par, Result,
    Verification, check_rows, check_shape, check_weights, finite_or_infinity, vector,
};

use super::Program;
use super::element::{Element, Table};
use super::kernel::Kernel;

/// F(p) = Σ w f(p, row) / Σ w over the rows of a data set, for a [`Program`] f of one result; without columns, F = f.
///
/// Value and gradient are one pass over the rows, and so are value, gradient and Hessian; products with the Hessian are forward over
/// reverse. Nothing is allocated after the first call of each. F is +∞ where f is not a number.
///
/// ```
/// use thalweg_autodiff::{Program, k};
/// use thalweg_core::{Gradient, Scalar};
/// // Least squares for a straight line, the mean of ½r².
/// let loss = Program::trace(2, 2, |p, row| k(0.5) * (row[1] - p[0] - p[1] * row[0]).square())?;
/// let (x, y) = ([0.0, 1.0, 2.0], [1.0, 3.0, 5.0]);
/// let mut cost = loss.objective(&[&x, &y])?;
/// let mut gradient = [0.0; 2];
/// assert_eq!(cost.value_gradient(&[1.0, 2.0], &mut gradient)?, 0.0);
/// assert_eq!(gradient, [0.0, 0.0]);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Clone, Debug)]
pub struct ProgramObjective<'a, T> {
    program: Program,
    data: Data<'a, T>,
    par: Par,
    value: Kernel<T>,
    gradient: Kernel<T>,
    hessian: Option<Kernel<T>>,
    products: Option<Kernel<T>>,
    /// The results of the last pass.
    results: Vec<T>,
    /// The point of the last linearisation, and behind it the direction of a product.
    point: Vec<T>,
    /// The rows of a minibatch, column by column.
    batch: Vec<T>,
}

/// The rows of the data set, with their weights as the last column.
#[derive(Clone, Debug)]
struct Data<'a, T> {
    columns: Vec<&'a [T]>,
    rows: usize,
    total_weight: T,
    weighted: bool,
    /// The columns again, without the rows of weight 0: an absent row may hold anything.
    present: Option<Present<T>>,
}

#[derive(Clone, Debug)]
struct Present<T> {
    values: Vec<T>,
    rows: usize,
}

impl Program {
    /// The mean of the result over the rows of `columns`, each of length n; without columns, the result itself.
    ///
    /// # Errors
    /// A program with several results; columns of wrong number or length; the first value that is not finite.
    pub fn objective<'a, T: Element>(&self, columns: &[&'a [T]]) -> Result<ProgramObjective<'a, T>> {
        ProgramObjective::new(self, columns, None)
    }

    /// The weighted mean, with one weight a row: finite, not negative, and not all 0.
    ///
    /// # Errors
    /// As [`Program::objective`]; weights that break their rule.
    pub fn weighted_objective<'a, T: Element>(
        &self,
        columns: &[&'a [T]],
        weights: &'a [T],
    ) -> Result<ProgramObjective<'a, T>> {
        ProgramObjective::new(self, columns, Some(weights))
    }
}

impl<'a, T: Element> ProgramObjective<'a, T> {
    fn new(program: &Program, columns: &[&'a [T]], weights: Option<&'a [T]>) -> Result<Self> {
        let data = Data::new(program, columns, weights)?;
        let program = if weights.is_some() { program.weighted()? } else { program.clone() };
        let gradient = program.gradient()?;
        let dim = program.parameters();
        Ok(Self {
            value: over(&program)?.compile()?,
            gradient: over(&gradient)?.compile()?,
            hessian: None,
            products: None,
            results: vec![T::ZERO; dim + 1],
            point: vec![T::ZERO; 2 * dim],
            batch: Vec::new(),
            par: Par::default(),
            program,
            data,
        })
    }

    /// With threads or without; the results have the same bits.
    #[must_use]
    pub fn with_par(mut self, par: Par) -> Self {
        self.par = par;
        self
    }

    /// The value and the gradient, if asked for, scaled to the mean.
    fn pass(&mut self, x: &[T], g: Option<&mut [T]>) -> Result<T, Halt> {
        check_shape("number of parameters", self.program.parameters(), x.len())?;
        let scale = self.data.scale();
        match g {
            None => {
                let value = &mut self.results[..1];
                self.value.total_of(self.par, x, self.data.table(), value)?;
                Ok(finite_or_infinity(value[0] * scale))
            }
            Some(g) => {
                check_shape("length of the gradient", x.len(), g.len())?;
                let results = &mut self.results[..x.len() + 1];
                self.gradient.total_of(self.par, x, self.data.table(), results)?;
                Ok(scaled(results, scale, g))
            }
        }
    }
}

impl<'a, T: Element> Data<'a, T> {
    fn new(program: &Program, columns: &[&'a [T]], weights: Option<&'a [T]>) -> Result<Self> {
        check_shape("number of columns of the program", program.columns(), columns.len())?;
        let rows = columns.first().map_or(0, |column| column.len());
        if rows == 0 && program.columns() > 0 {
            let remedy = "give at least one row".to_owned();
            return Err(Error::Empty { what: "the data".to_owned(), remedy });
        }
        let total_weight = weights.map_or(Ok(T::of(rows as f64)), |w| check_weights(rows, w))?;
        let absent = |row: usize| weights.is_some_and(|w| w[row] == T::ZERO);
        for (j, column) in columns.iter().enumerate() {
            check_shape("length of every column", rows, column.len())?;
            if let Some(row) = (0..rows).find(|&row| !column[row].is_finite() && !absent(row)) {
                return Err(Error::NonFinite {
                    what: format!("column {j}"),
                    row,
                    value: column[row].to_f64(),
                });
            }
        }
        let columns: Vec<&'a [T]> = columns.iter().copied().chain(weights).collect();
        let present = (0..rows).any(absent).then(|| {
            let kept: Vec<usize> = (0..rows).filter(|&row| !absent(row)).collect();
            let values = columns.iter().flat_map(|column| kept.iter().map(|&row| column[row])).collect();
            Present { values, rows: kept.len() }
        });
        Ok(Self { columns, rows, total_weight, weighted: weights.is_some(), present })
    }

    fn table(&self) -> Table<'_, T> {
        match &self.present {
            Some(Present { values, rows }) => Table::Flat { values, rows: *rows },
            None => Table::Columns(&self.columns),
        }
    }

    /// What makes a sum a mean.
    fn scale(&self) -> T {
        if self.columns.is_empty() { T::ONE } else { T::ONE / self.total_weight }
    }
}

/// The program summed over rows, if it has rows.
fn over(program: &Program) -> Result<Program> {
    if program.columns() == 0 { Ok(program.clone()) } else { program.total() }
}

/// F = results[0] and g = the results behind it, times `scale`.
fn scaled<T: Element>(results: &[T], scale: T, g: &mut [T]) -> T {
    for (g, &sum) in g.iter_mut().zip(&results[1..]) {
        *g = sum * scale;
    }
    finite_or_infinity(results[0] * scale)
}

impl<T: Element> Objective<T> for ProgramObjective<'_, T> {
    fn dim(&self) -> usize {
        self.program.parameters()
    }

    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        self.pass(x, None)
    }

    fn verify(&mut self, x: &[T]) -> Result<Verification, Halt> {
        let (_, most) = self.assess(x)?;
        Ok(Verification { certificate: Certificate::None, gradient_inf: Some(most.to_f64()) })
    }
}

impl<T: Element> Gradient<T> for ProgramObjective<'_, T> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.pass(x, Some(g))
    }
}

impl<T: Element> HessianVector<T> for ProgramObjective<'_, T> {
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt> {
        let dim = self.dim();
        check_shape("number of parameters", dim, x.len())?;
        self.point[..dim].copy_from_slice(x);
        Ok(())
    }

    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt> {
        let dim = self.dim();
        check_shape("length of the direction", dim, v.len())?;
        check_shape("length of the product", dim, out.len())?;
        self.point[dim..].copy_from_slice(v);
        if self.products.is_none() {
            // Of [f, ∇f, f′v, ∇²f v], the last.
            let products = self.program.gradient()?.jvp()?.results(dim + 2..2 * dim + 2)?;
            self.products = Some(over(&products)?.compile()?);
        }
        if let Some(kernel) = &mut self.products {
            kernel.total_of(self.par, &self.point, self.data.table(), out)?;
        }
        let scale = self.data.scale();
        out.iter_mut().for_each(|out| *out *= scale);
        Ok(())
    }
}

impl<T: Element> Hessian<T> for ProgramObjective<'_, T> {
    fn value_gradient_hessian(&mut self, x: &[T], g: &mut [T], mut h: MatMut<'_, T>) -> Result<T, Halt> {
        let dim = self.dim();
        check_shape("number of parameters", dim, x.len())?;
        check_shape("length of the gradient", dim, g.len())?;
        check_shape("rows of the Hessian", dim, h.nrows())?;
        check_shape("columns of the Hessian", dim, h.ncols())?;
        if self.hessian.is_none() {
            self.hessian = Some(over(&self.program.hessian()?)?.compile()?);
            self.results.resize(1 + dim + dim * (dim + 1) / 2, T::ZERO);
        }
        if let Some(kernel) = &mut self.hessian {
            kernel.total_of(self.par, x, self.data.table(), &mut self.results)?;
        }
        let scale = self.data.scale();
        let mut entries = self.results[1 + dim..].iter();
        for i in 0..dim {
            for (j, &sum) in (0..=i).zip(&mut entries) {
                h[(i, j)] = sum * scale;
                h[(j, i)] = sum * scale;
            }
        }
        Ok(scaled(&self.results, scale, g))
    }

    fn products(&mut self) -> Option<&mut dyn HessianVector<T>> {
        Some(self)
    }
}

impl<T: Element> FiniteSum<T> for ProgramObjective<'_, T> {
    fn terms(&self) -> usize {
        self.data.rows
    }

    fn batch_gradient(&mut self, rows: &[u32], x: &[T], g: &mut [T]) -> Result<T, Halt> {
        check_shape("number of parameters", self.dim(), x.len())?;
        check_shape("length of the gradient", x.len(), g.len())?;
        let n = self.data.rows;
        check_rows(rows, n)?;
        let weights = if self.data.weighted { self.data.columns.last().copied() } else { None };
        let present = |row: &&u32| weights.is_none_or(|w| w[**row as usize] > T::ZERO);
        self.batch.clear();
        for column in &self.data.columns {
            self.batch.extend(rows.iter().filter(present).map(|&row| column[row as usize]));
        }
        let count = self.batch.len() / self.data.columns.len().max(1);
        let table = Table::Flat { values: &self.batch, rows: count };
        let results = &mut self.results[..x.len() + 1];
        self.gradient.total_of(self.par, x, table, results)?;
        let scale = T::of(n as f64 / rows.len() as f64) / self.data.total_weight;
        Ok(scaled(results, scale, g))
    }

    fn assess(&mut self, x: &[T]) -> Result<(T, T), Halt> {
        let mut g = core::mem::take(&mut self.batch);
        g.clear();
        g.resize(x.len(), T::ZERO);
        let value = self.pass(x, Some(&mut g));
        let most = vector::norm_inf(&g);
        self.batch = g;
        Ok((value?, most))
    }
}
