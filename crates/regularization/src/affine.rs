//! Affine set {Ab = c}: linear equations between coefficients, such as a sum of 0 for log-contrasts of shares.
//!
//! Source: Beck, *First-Order Methods in Optimization* (2017), section 6.4; Lin, Shi, Feng and Li, *Variable selection in regression with
//! compositional covariates*, Biometrika 101 (2014), for the sum of 0.

use thalweg_core::{Error, Parameter, Penalty, Real, Result, Step, check_shape, vector};

use crate::constraint::{Constraint, Set};
use crate::scratch::Scratch;
use crate::whole::rounding;
use crate::{Make, PenaltyEntry};

/// P(b) = 0 where Ab = c (within rounding), +∞ elsewhere, whatever λ. With A = LQ, the rows of Q orthonormal, and d = L⁻¹c, made once: prox v − Qᵀ(Qv − d);
/// violation ‖g − QᵀQg‖; conjugate dᵀQv where v = QᵀQv (within rounding), +∞ elsewhere. The intercept is free. A step a coefficient is not taken.
///
/// ```
/// use thalweg_core::{Penalty, Step};
/// // b₁ + b₂ + b₃ = 3 and b₁ = b₂.
/// let affine = thalweg_regularization::Affine::new(&[1.0, 1.0, 1.0, 1.0, -1.0, 0.0], vec![3.0, 0.0])?;
/// let mut v = [1.0_f64, 5.0, 6.0];
/// affine.prox(0, &mut v, Step::Scalar(1.0), 0.0);
/// // Equal parts of (1, 5) are (3, 3); 9 too much, in thirds.
/// assert!(v.iter().zip([0.0, 0.0, 3.0]).all(|(z, exact)| (z - exact).abs() < 1e-14));
/// # Ok::<(), thalweg_core::Error>(())
/// ```
pub type Affine = Constraint<AffineSet>;

/// {Ab = c}.
#[derive(Debug)]
pub struct AffineSet {
    /// Q: k×p row-major, and d.
    rows: Vec<f64>,
    values: Vec<f64>,
    /// Whether a coefficient has no part in any equation.
    free: bool,
    memory: Scratch<Vec<f64>>,
}

impl Affine {
    /// With A: k×p, row-major, and c of length k ≥ 1.
    ///
    /// # Errors
    /// No equations, or no whole number of entries for each; an entry that is not finite; an equation that depends on those before it.
    pub fn new(a: &[f64], c: Vec<f64>) -> Result<Self> {
        if c.is_empty() {
            return Err(Error::invalid_parameter("equations", 0, "there must be one at least"));
        }
        let p = a.len() / c.len();
        check_shape("entries of A", c.len() * p, a.len())?;
        Self::of(p, AffineSet::new(a.to_vec(), c)?)
    }
}

impl AffineSet {
    /// Gram and Schmidt, every row twice: then Q is orthonormal to rounding.
    fn new(mut rows: Vec<f64>, mut values: Vec<f64>) -> Result<Self> {
        for (what, numbers) in [("entry of A", &rows), ("entry of c", &values)] {
            if let Some(row) = numbers.iter().position(|x| !x.is_finite()) {
                return Err(Error::NonFinite { what: what.to_owned(), row, value: numbers[row] });
            }
        }
        let p = rows.len() / values.len();
        for i in 0..values.len() {
            let (before, row) = rows.split_at_mut(i * p);
            let row = &mut row[..p];
            let size = vector::norm2(row);
            for _ in 0..2 {
                for (q, k) in before.chunks_exact(p.max(1)).zip(0..i) {
                    let dot = vector::dot(q, row);
                    vector::axpy(-dot, q, row);
                    values[i] -= dot * values[k];
                }
            }
            let norm = vector::norm2(row);
            if norm <= rounding::<f64>(p) * size {
                let rule = "every equation must tell something that those before it do not: drop it";
                return Err(Error::invalid_parameter("equation", i, rule));
            }
            vector::scale(norm.recip(), row);
            values[i] /= norm;
        }
        let free = (0..p).any(|j| rows.iter().skip(j).step_by(p).all(|q| *q == 0.0));
        let memory = Scratch::new(vec![0.0; values.len()]);
        Ok(Self { rows, values, free, memory })
    }

    /// r ← Qv − a·d.
    fn residual<T: Real>(&self, v: &[T], a: f64, r: &mut [f64]) {
        for ((q, d), r) in self.rows.chunks_exact(v.len()).zip(&self.values).zip(r) {
            *r = q.iter().zip(v).map(|(q, v)| q * v.to_f64()).sum::<f64>() - a * d;
        }
    }

    /// (Qᵀr)ⱼ.
    fn back(&self, r: &[f64], j: usize) -> f64 {
        let p = self.rows.len() / self.values.len();
        r.iter().zip(self.rows.iter().skip(j).step_by(p)).map(|(r, q)| r * q).sum()
    }

    /// ‖v − QᵀQv‖, and r = Qv.
    fn away<T: Real>(&self, v: &[T], r: &mut [f64]) -> f64 {
        self.residual(v, 0.0, r);
        v.iter().enumerate().map(|(j, v)| (v.to_f64() - self.back(r, j)).powi(2)).sum::<f64>().sqrt()
    }
}

const TOTAL: Parameter = Parameter {
    name: "total",
    default: 0.0,
    rule: "it must be a finite number",
    summary: "sum of the coefficients",
};

pub(crate) const ENTRY: PenaltyEntry = PenaltyEntry {
    name: "affine",
    summary: "keeps the sum of the coefficients fixed, at 0 for log-contrasts; lambda has no effect",
    parameters: &[TOTAL],
    example: "affine:total=0.5",
    make: Make { f64: make, f32: make },
};

fn make<T: Real>(values: &[f64]) -> Result<Box<dyn Penalty<T>>> {
    let total = values[0];
    if !total.is_finite() {
        return Err(Error::invalid_parameter(TOTAL.name, total, TOTAL.rule));
    }
    Ok(Box::new(Affine::later(AffineSet {
        rows: Vec::new(),
        values: vec![total],
        free: false,
        memory: Scratch::default(),
    })))
}

impl Set for AffineSet {
    /// The sum of all p coefficients.
    fn over(&self, p: usize) -> Result<Self> {
        Self::new(vec![1.0; p], self.values.clone())
    }

    fn holds<T: Real>(&self, b: &[T]) -> bool {
        let mut r = self.memory.take();
        self.residual(b, 1.0, &mut r);
        let (size, slack) = (vector::norm2(b).to_f64(), rounding::<T>(b.len()).to_f64());
        r.iter().zip(&self.values).all(|(r, d)| r.abs() <= slack * (size + d.abs()))
    }

    fn project<T: Real>(&self, v: &mut [T], _step: Step<'_, T>) {
        let mut r = self.memory.take();
        // The second time takes off what the first has rounded, by the digits of v where those of the projection may be fewer.
        for _ in 0..2 {
            self.residual(v, 1.0, &mut r);
            for (j, v) in v.iter_mut().enumerate() {
                *v = T::of(v.to_f64() - self.back(&r, j));
            }
        }
    }

    fn distance<T: Real>(&self, _b: &[T], g: &[T]) -> T {
        T::of(self.away(g, &mut self.memory.take()))
    }

    fn moves<T: Real>(&self, b: &[T]) -> bool {
        self.free || (self.values.iter().all(|d| *d == 0.0) && b.iter().any(|b| *b != T::ZERO))
    }

    fn support<T: Real>(&self, v: &[T]) -> T {
        let mut r = self.memory.take();
        let inside = self.away(v, &mut r) <= rounding::<T>(v.len()).to_f64() * vector::norm2(v).to_f64();
        if inside { T::of(r.iter().zip(&self.values).map(|(r, d)| r * d).sum()) } else { T::INFINITY }
    }

    fn takes_diagonal_steps(&self) -> bool {
        false
    }
}
