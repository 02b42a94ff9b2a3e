//! [`Squares`]: F(x) = Σ rᵢ(x)² of a residual formula that is written once. Jacobian, gradient and Hessian come from it by dual numbers, exact
//! to rounding, so that the same problem serves least squares ([`Residuals`]) and smooth minimisers ([`Problem`]).

use faer::MatMut;
use thalweg_core::{
    Dual, Error, Gradient, Halt, Hessian, HessianVector, Objective, Real, Residuals, Result, Scalar,
    check_shape,
};

use crate::{Minimum, Problem};

/// Directions that one pass of dual numbers carries.
const WIDTH: usize = 4;

/// The formula of a vector of m residuals in n variables.
pub trait ResidualFormula: Clone + Send {
    /// (m, n).
    fn shape(&self) -> (usize, usize);

    /// Writes r(x); `x` has length n and `r` length m.
    fn eval<S: Scalar>(&self, x: &[S], r: &mut [S]);

    /// The customary start.
    fn start(&self) -> Vec<f64>;

    /// The known minima of Σ rᵢ², the global one first.
    fn minima(&self) -> Vec<Minimum<f64>>;

    /// See [`Problem::is_flat`].
    fn is_flat(&self) -> bool {
        false
    }
}

/// Σ over copies c of the formula at x_{cn}, …, x_{cn+n−1}, and over its residuals of r². One copy unless [`Squares::copies`] says otherwise.
///
/// ```
/// use thalweg_core::{Objective, Residuals};
/// use thalweg_problems::{Rosenbrock, Squares};
/// let mut valley = Squares::<f64, _>::new(Rosenbrock);
/// let mut r = [0.0; 2];
/// valley.residuals(&[-1.0, 1.0], &mut r)?;
/// assert_eq!((r, valley.value(&[-1.0, 1.0])?), ([0.0, 2.0], 4.0));
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Clone, Debug)]
pub struct Squares<T: Real, F> {
    formula: F,
    copies: usize,
    /// Residuals of one copy, and one copy's variables and residuals with first and with second derivatives.
    r: Vec<T>,
    first: [Vec<Dual<T, WIDTH>>; 2],
    second: [Vec<Dual<Dual<T, WIDTH>, 1>>; 2],
    /// The Hessian of each copy at the last linearisation, n×n each.
    blocks: Vec<T>,
}

impl<T: Real, F: ResidualFormula> Squares<T, F> {
    /// Of one copy.
    #[must_use]
    pub fn new(formula: F) -> Self {
        let (m, n) = formula.shape();
        Self {
            formula,
            copies: 1,
            r: vec![T::ZERO; m],
            first: [vec![Dual::constant(T::ZERO); n], vec![Dual::constant(T::ZERO); m]],
            second: [n, m].map(|length| vec![Dual::constant(Dual::constant(T::ZERO)); length]),
            blocks: vec![T::ZERO; n * n],
        }
    }

    /// Over `dim` variables, in copies of the formula.
    ///
    /// # Errors
    /// `dim` not a positive multiple of the formula's n.
    pub fn copies(formula: F, dim: usize) -> Result<Self> {
        let (_, n) = formula.shape();
        if dim == 0 || !dim.is_multiple_of(n) {
            return Err(Error::invalid_parameter(
                "n",
                dim,
                &format!("it must be a positive multiple of {n}"),
            ));
        }
        let one = Self::new(formula);
        let copies = dim / n;
        Ok(Self { copies, blocks: vec![T::ZERO; n * dim], ..one })
    }

    fn check(&self, x: &[T]) -> Result<()> {
        check_shape("number of parameters", self.copies * self.formula.shape().1, x.len())
    }

    /// Shows rᵢ and ∂rᵢ/∂x_k of one copy to `each(i, k, rᵢ, ∂rᵢ/∂x_k)`, and leaves the residuals in `self.r`.
    fn slopes_of(&mut self, x: &[T], mut each: impl FnMut(usize, usize, T, T)) {
        let [x_dual, r_dual] = &mut self.first;
        let n = x.len();
        for k in (0..n).step_by(WIDTH) {
            for (j, (dual, x)) in x_dual.iter_mut().zip(x).enumerate() {
                // A variable before the first of this pass or beyond the last has no direction.
                *dual = Dual::variable(*x, j.wrapping_sub(k));
            }
            self.formula.eval(x_dual, r_dual);
            for (i, r) in r_dual.iter().enumerate() {
                (k..n.min(k + WIDTH)).for_each(|j| each(i, j, r.value, r.derivatives[j - k]));
            }
        }
        self.r.iter_mut().zip(&*r_dual).for_each(|(r, dual)| *r = dual.value);
    }

    /// Writes the Hessian 2JᵀJ + 2 Σ rᵢ∇²rᵢ of each copy to `self.blocks`.
    fn find_blocks(&mut self, x: &[T]) {
        let (_, n) = self.formula.shape();
        let mut blocks = core::mem::take(&mut self.blocks);
        x.chunks_exact(n).zip(blocks.chunks_exact_mut(n * n)).for_each(|(x, h)| self.hessian_of(x, h));
        self.blocks = blocks;
    }

    fn hessian_of(&mut self, x: &[T], h: &mut [T]) {
        let [x_dual, r_dual] = &mut self.second;
        let n = x.len();
        for a in 0..n {
            // One of each pair of mixed partials serves both triangles.
            for k in (0..=a).step_by(WIDTH) {
                for (j, (dual, x)) in x_dual.iter_mut().zip(x).enumerate() {
                    let seed = if j == a { T::ONE } else { T::ZERO };
                    let value = Dual::variable(*x, j.wrapping_sub(k));
                    *dual = Dual { value, derivatives: [Dual::constant(seed)] };
                }
                self.formula.eval(x_dual, r_dual);
                for b in k..=a.min(k + WIDTH - 1) {
                    let entry: T = r_dual
                        .iter()
                        .map(|Dual { value: r, derivatives: [slope] }| {
                            slope.value * r.derivatives[b - k] + r.value * slope.derivatives[b - k]
                        })
                        .sum();
                    h[a * n + b] = entry + entry;
                    h[b * n + a] = entry + entry;
                }
            }
        }
    }
}

/// What an undefined value means to a minimiser: outside the domain.
fn soft<T: Real>(value: T) -> T {
    if value.is_nan() { T::INFINITY } else { value }
}

impl<T: Real, F: ResidualFormula> Residuals<T> for Squares<T, F> {
    fn shape(&self) -> (usize, usize) {
        let (m, n) = self.formula.shape();
        (self.copies * m, self.copies * n)
    }

    fn residuals(&mut self, x: &[T], r: &mut [T]) -> Result<(), Halt> {
        self.check(x)?;
        let (m, n) = self.formula.shape();
        check_shape("number of residuals", self.copies * m, r.len())?;
        x.chunks_exact(n).zip(r.chunks_exact_mut(m)).for_each(|(x, r)| self.formula.eval(x, r));
        Ok(())
    }

    fn residuals_jacobian(&mut self, x: &[T], r: &mut [T], mut jacobian: MatMut<'_, T>) -> Result<(), Halt> {
        self.check(x)?;
        let (m, n) = self.formula.shape();
        check_shape("number of residuals", self.copies * m, r.len())?;
        if self.copies > 1 {
            jacobian.fill(T::ZERO);
        }
        for (c, (x, r)) in x.chunks_exact(n).zip(r.chunks_exact_mut(m)).enumerate() {
            self.slopes_of(x, |i, k, _, slope| jacobian[(c * m + i, c * n + k)] = slope);
            r.copy_from_slice(&self.r);
        }
        Ok(())
    }
}

impl<T: Real, F: ResidualFormula> Objective<T> for Squares<T, F> {
    fn dim(&self) -> usize {
        self.copies * self.formula.shape().1
    }

    fn value(&mut self, x: &[T]) -> Result<T, Halt> {
        self.check(x)?;
        let (_, n) = self.formula.shape();
        let mut sum = T::ZERO;
        for x in x.chunks_exact(n) {
            self.formula.eval(x, &mut self.r);
            sum += self.r.iter().map(|r| r.square()).sum::<T>();
        }
        Ok(soft(sum))
    }
}

impl<T: Real, F: ResidualFormula> Gradient<T> for Squares<T, F> {
    fn value_gradient(&mut self, x: &[T], g: &mut [T]) -> Result<T, Halt> {
        self.check(x)?;
        let (_, n) = self.formula.shape();
        let mut sum = T::ZERO;
        for (x, g) in x.chunks_exact(n).zip(g.chunks_exact_mut(n)) {
            g.fill(T::ZERO);
            self.slopes_of(x, |_, k, r, slope| g[k] += r * slope);
            g.iter_mut().for_each(|g| *g += *g);
            sum += self.r.iter().map(|r| r.square()).sum::<T>();
        }
        Ok(soft(sum))
    }
}

impl<T: Real, F: ResidualFormula> Hessian<T> for Squares<T, F> {
    fn value_gradient_hessian(&mut self, x: &[T], g: &mut [T], mut h: MatMut<'_, T>) -> Result<T, Halt> {
        self.check(x)?;
        self.find_blocks(x);
        h.fill(T::ZERO);
        let (_, n) = self.formula.shape();
        for (c, block) in self.blocks.chunks_exact(n * n).enumerate() {
            for (a, row) in block.chunks_exact(n).enumerate() {
                row.iter().enumerate().for_each(|(b, entry)| h[(c * n + b, c * n + a)] = *entry);
            }
        }
        self.value_gradient(x, g)
    }
}

impl<T: Real, F: ResidualFormula> HessianVector<T> for Squares<T, F> {
    fn linearize(&mut self, x: &[T]) -> Result<(), Halt> {
        self.check(x)?;
        self.find_blocks(x);
        Ok(())
    }

    fn hessian_vector(&mut self, v: &[T], out: &mut [T]) -> Result<(), Halt> {
        self.check(v)?;
        let (_, n) = self.formula.shape();
        let copies = v.chunks_exact(n).zip(out.chunks_exact_mut(n));
        for (block, (v, out)) in self.blocks.chunks_exact(n * n).zip(copies) {
            for (row, out) in block.chunks_exact(n).zip(out) {
                *out = row.iter().zip(v).map(|(h, v)| *h * *v).sum();
            }
        }
        Ok(())
    }
}

impl<T: Real, F: ResidualFormula> Problem<T> for Squares<T, F> {
    fn start(&self) -> Vec<T> {
        tile(&self.formula.start(), self.copies)
    }

    fn minima(&self) -> Vec<Minimum<T>> {
        let copies = self.copies as f64;
        let all = self.formula.minima().into_iter();
        all.map(|known| Minimum {
            x: known.x.map(|x| tile(&x, self.copies)),
            value: T::of(copies * known.value),
        })
        .collect()
    }

    fn is_flat(&self) -> bool {
        self.formula.is_flat()
    }

    fn residual_form(&mut self) -> Option<&mut dyn Residuals<T>> {
        Some(self)
    }
}

/// One copy's variables, `copies` times over.
fn tile<T: Real>(one: &[f64], copies: usize) -> Vec<T> {
    one.iter().cycle().take(copies * one.len()).map(|v| T::of(*v)).collect()
}
