//! [`InverseHessian`]: the dense matrix of the quasi-Newton methods that keep one, as a packed lower triangle.

use thalweg_core::{Archive, Checkpoint, Error, Halt, Real, Result, vector, visit_slice, visit_usize};

use crate::descent::{Moved, cautious, downhill};

/// Parameters beyond which the triangle would take more than 4 GB in double precision.
const MOST: usize = 32_768;

/// H ≈ (∇²F)⁻¹, and the last step's s = x₁ − x₀, y = g₁ − g₀ and Hy.
#[derive(Clone, Debug)]
pub struct InverseHessian<T> {
    /// Column j from its diagonal downwards, one column after the other; n(n + 1)/2 numbers.
    packed: Vec<T>,
    pub(crate) s: Vec<T>,
    pub(crate) y: Vec<T>,
    pub(crate) hy: Vec<T>,
    /// Updates since the last start; 0 while H means the identity.
    updates: usize,
}

impl<T: Real> Checkpoint for InverseHessian<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_slice(archive, "inverse Hessian", &mut self.packed)?;
        visit_usize(archive, "updates", &mut self.updates)
    }
}

impl<T: Real> InverseHessian<T> {
    pub(crate) fn new(n: usize, method: &str) -> Result<Self, Halt> {
        if n > MOST {
            return Err(Halt::Input(Error::Unsupported {
                what: format!("{method} with {n} parameters"),
                why: format!("it keeps a dense matrix, which is kept for at most {MOST}"),
                remedy: "use lbfgs".to_owned(),
            }));
        }
        let zeros = |n: usize| vec![T::ZERO; n];
        Ok(Self { packed: zeros(n * (n + 1) / 2), s: zeros(n), y: zeros(n), hy: zeros(n), updates: 0 })
    }

    /// d ← −Hg; returns the first step to try.
    pub(crate) fn direction(&self, g: &[T], d: &mut [T]) -> T {
        if self.updates == 0 {
            downhill(g, d);
            return cautious(d);
        }
        product(&self.packed, g, d);
        d.iter_mut().for_each(|d| *d = -*d);
        T::ONE
    }

    /// H means the identity.
    pub(crate) fn is_fresh(&self) -> bool {
        self.updates == 0
    }

    pub(crate) fn forget(&mut self) -> bool {
        core::mem::replace(&mut self.updates, 0) > 0
    }

    /// Takes a step in: s, y and Hy; returns sᵀy, or `None` where its curvature is too small a share of ‖s‖‖y‖ to be told from rounding. `scale` says,
    /// of sᵀy and yᵀy, what multiple of the identity H starts from.
    pub(crate) fn learn(&mut self, step: &Moved<'_, T>, share: f64, scale: impl Fn(T, T) -> T) -> Option<T> {
        difference(step.x, &mut self.s);
        difference(step.gradient, &mut self.y);
        let (curvature, square) = (vector::dot(&self.s, &self.y), vector::norm2_squared(&self.y));
        let large = T::of(share) * vector::norm2(&self.s) * square.sqrt();
        if !(curvature > large && curvature.is_finite() && square.is_finite()) {
            return None;
        }
        if self.updates == 0 {
            let scale = scale(curvature, square);
            self.packed.fill(T::ZERO);
            let mut at = 0;
            for width in (1..=self.s.len()).rev() {
                self.packed[at] = scale;
                at += width;
            }
        }
        self.updates += 1;
        product(&self.packed, &self.y, &mut self.hy);
        Some(curvature)
    }

    /// H ← H + a uvᵀ + a vuᵀ; the vectors are functions of the numbers at hand, entry by entry.
    pub(crate) fn add_symmetric(
        &mut self,
        a: T,
        u: impl Fn(&Self, usize) -> T,
        v: impl Fn(&Self, usize) -> T,
    ) {
        let (n, mut at) = (self.s.len(), 0);
        for j in 0..n {
            let (uj, vj) = (a * u(self, j), a * v(self, j));
            for i in j..n {
                let change = u(self, i) * vj + v(self, i) * uj;
                self.packed[at + i - j] += change;
            }
            at += n - j;
        }
    }

    /// H ← cH, and Hy with it.
    pub(crate) fn scale(&mut self, c: T) {
        vector::scale(c, &mut self.packed);
        vector::scale(c, &mut self.hy);
    }
}

fn difference<T: Real>([before, after]: [&[T]; 2], out: &mut [T]) {
    for (out, (before, after)) in out.iter_mut().zip(before.iter().zip(after)) {
        *out = *after - *before;
    }
}

/// out ← Hv, by columns of the triangle.
fn product<T: Real>(packed: &[T], v: &[T], out: &mut [T]) {
    out.fill(T::ZERO);
    let mut rest = packed;
    for j in 0..v.len() {
        let (column, below) = rest.split_at(v.len() - j);
        rest = below;
        vector::axpy(v[j], column, &mut out[j..]);
        out[j] += vector::dot(&column[1..], &v[j + 1..]);
    }
}
