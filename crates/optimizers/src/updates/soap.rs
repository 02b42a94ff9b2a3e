//! SOAP: Adam in the eigenbasis of Shampoo's second moments. a² + b² + 2ab numbers for a matrix a×b; an eigendecomposition of each side every few steps.
//!
//! Source: Vyas, Morwani, Zhao, Kwun, Shapira, Brandfonbrener, Janson and Kakade, *SOAP: improving and stabilizing Shampoo using Adam*, ICLR 2025,
//! algorithm 3.

use core::num::NonZeroU64;
use core::ops::Range;

use faer::MatRef;
use thalweg_core::{
    Archive, Checkpoint, Context, Eigen, Elementwise, Fused, Halt, Layout, Needs, Parameter, Real, Result,
    Tensor, Update, product, visit_slice,
};

use super::adam::{BETA1, BETA2, Constants, EPSILON};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain, whole};
use super::muon::{OnOthers, is_matrix};
use super::{Adam, Constant};

/// On each matrix G: a×b, L ← β₂L + (1 − β₂)GGᵀ and R ← β₂R + (1 − β₂)GᵀG with eigenvectors P and Q, the newest of a step that was a multiple of `every`;
/// M ← β₁M + (1 − β₁)G, V ← β₂V + (1 − β₂)(PᵀGQ)², and u ← P(PᵀM̂Q/(√V̂ + ε))Qᵀ. Other tensors pass.
///
/// Where a side is above `largest`, the matrix keeps its own basis: Adam. The paper takes the first gradient for the basis alone and steps from the second on,
/// and approximates the eigenvectors by a step of QR; here every step moves and the eigenvectors, in the order of their eigenvalues, are exact.
///
/// ```
/// use core::num::NonZeroU64;
/// use thalweg_core::{Context, Layout, Update};
/// use thalweg_optimizers::{Adam, Soap};
/// let mut layout = Layout::default();
/// layout.push("weights", &[2, 2]);
/// let rule = Soap::new(Adam::default(), NonZeroU64::MIN);
/// let (mut u, mut state) = ([0.0, 4.0, -9.0, 0.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0; 4], &mut state, &Context::new(0, &layout))?;
/// // In its own basis the gradient is diagonal, and the first step of Adam makes signs of it: the orthogonal factor.
/// for (found, expected) in u.into_iter().zip([0.0, 1.0, -1.0, 0.0]) {
///     assert!((found - expected).abs() < 1e-7);
/// }
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Soap {
    /// Memories and ε; defaults 0.9, 0.999 and 1e-8. The paper's are 0.95, 0.95 and 1e-8.
    pub adam: Adam,
    /// Steps between two eigendecompositions. Default 10.
    pub every: NonZeroU64,
    /// The longest side of a matrix whose basis is changed. Default 1024.
    pub largest: usize,
}

impl Default for Soap {
    fn default() -> Self {
        Self::new(Adam::default(), NonZeroU64::new(10).unwrap_or(NonZeroU64::MIN))
    }
}

impl Soap {
    /// With these memories and a new basis every so many steps.
    #[must_use]
    pub fn new(adam: Adam, every: NonZeroU64) -> Self {
        Self { adam, every, largest: 1024 }
    }

    /// SOAP on matrices and Adam with the same memories on all other tensors, under one schedule.
    pub fn with_adam<S>(self, schedule: S) -> (Self, OnOthers<S>) {
        let others: fn(&Tensor) -> bool = |tensor| !is_matrix(tensor);
        (self, Fused((Elementwise::<f64>::on(self.adam, others), schedule)))
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "soap",
    summary: "Adam in the eigenbasis of a matrix's second moments, plain Adam on other tensors",
    parameters: PARAMETERS,
    example: "soap:lr=0.003,every=20",
    make: plain!(|v| {
        let every = NonZeroU64::new(whole(&EVERY, v[7], 1.0)?).unwrap_or(NonZeroU64::MIN);
        Ok(Soap::new(Adam::new(v[4], v[5], v[6])?, every).with_adam(Constant::new(v[0])?))
    }),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA1, BETA2, EPSILON, EVERY];
pub(super) const EVERY: Parameter = Parameter {
    name: "every",
    default: 10.0,
    rule: "a whole number >= 1",
    summary: "steps between two eigendecompositions",
};

/// One side of a matrix: its second moment and the eigenvectors in use.
struct Side<T: Real> {
    moment: Vec<T>,
    basis: Vec<T>,
    /// GGᵀ; scratch.
    work: Vec<T>,
    eigen: Eigen<T>,
}

impl<T: Real> Side<T> {
    fn new(n: usize) -> Self {
        let room = || vec![T::ZERO; n * n];
        Self { moment: room(), basis: room(), work: room(), eigen: Eigen::new(n) }
    }

    fn basis(&self) -> MatRef<'_, T> {
        let n = self.eigen.size();
        MatRef::from_column_major_slice(&self.basis, n, n)
    }

    /// Averages `left`·`right` in, and takes the basis anew if it is due.
    fn learn(
        &mut self,
        left: MatRef<'_, T>,
        right: MatRef<'_, T>,
        c: &Constants<T>,
        due: bool,
    ) -> Result<(), Halt> {
        product(&mut self.work, left, right);
        for (moment, square) in self.moment.iter_mut().zip(&self.work) {
            *moment = c.beta2 * *moment + c.gain2 * *square;
        }
        if !due {
            return Ok(());
        }
        if !self.eigen.factor(&self.moment)? {
            return Err(Halt::NonFinite("the second moment of the gradient"));
        }
        for (i, column) in self.basis.chunks_exact_mut(self.eigen.size().max(1)).enumerate() {
            column.copy_from_slice(self.eigen.vector(i));
        }
        Ok(())
    }
}

/// What one matrix keeps.
struct Matrix<T: Real> {
    range: Range<usize>,
    rows: usize,
    columns: usize,
    sides: Option<[Side<T>; 2]>,
    m: Vec<T>,
    v: Vec<T>,
    /// Gradient and mean in the basis, then the step; scratch.
    gradient: Vec<T>,
    out: Vec<T>,
    half: Vec<T>,
    outcome: Result<(), Halt>,
}

impl<T: Real> Matrix<T> {
    fn new(tensor: &Tensor, largest: usize) -> Self {
        let (n, rows, columns) = (tensor.range.len(), tensor.shape[0], tensor.shape[1]);
        let sides = (rows.max(columns) <= largest).then(|| [Side::new(rows), Side::new(columns)]);
        let [m, v, gradient, out, half] = [(); 5].map(|()| vec![T::ZERO; n]);
        Self { range: tensor.range.clone(), rows, columns, sides, m, v, gradient, out, half, outcome: Ok(()) }
    }

    /// out ← the step.
    fn step(&mut self, g: &[T], c: &Constants<T>, due: bool) -> Result<(), Halt> {
        let Self { rows, columns, sides, m, v, gradient, out, half, .. } = self;
        let (a, b) = (*rows, *columns);
        for (m, g) in m.iter_mut().zip(g) {
            *m = c.beta1 * *m + c.gain1 * *g;
        }
        gradient.copy_from_slice(g);
        out.copy_from_slice(m);
        if let Some([left, right]) = sides {
            left.learn(view(g, a, b), view(g, a, b).transpose(), c, due)?;
            right.learn(view(g, a, b).transpose(), view(g, a, b), c, due)?;
            for (to, from) in [(&mut *gradient, g), (&mut *out, &**m)] {
                product(half, left.basis().transpose(), view(from, a, b));
                product(to, view(half, a, b), right.basis());
            }
        }
        for ((out, v), g) in out.iter_mut().zip(v).zip(&*gradient) {
            *v = c.beta2 * *v + c.gain2 * *g * *g;
            *out = c.mean * *out / (c.root * v.sqrt() + c.epsilon);
        }
        if let Some([left, right]) = sides {
            product(half, left.basis(), view(out, a, b));
            product(out, view(half, a, b), right.basis().transpose());
        }
        Ok(())
    }
}

/// A matrix a×b, column by column.
fn view<T: Real>(x: &[T], a: usize, b: usize) -> MatRef<'_, T> {
    MatRef::from_column_major_slice(x, a, b)
}

/// What all matrices of a layout keep.
pub struct SoapState<T: Real>(Vec<Matrix<T>>);

impl<T: Real> Checkpoint for SoapState<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        for matrix in &mut self.0 {
            visit_slice(archive, "m", &mut matrix.m)?;
            visit_slice(archive, "v", &mut matrix.v)?;
            for side in matrix.sides.iter_mut().flatten() {
                visit_slice(archive, "moment", &mut side.moment)?;
                visit_slice(archive, "basis", &mut side.basis)?;
            }
        }
        Ok(())
    }
}

impl<T: Real> Update<T> for Soap {
    type State = SoapState<T>;
    const NEEDS: Needs = Needs { global_norm: true, ..Needs::NOTHING };

    fn init(&self, layout: &Layout) -> Result<SoapState<T>> {
        let matrices = layout.tensors().iter().filter(|tensor| is_matrix(tensor));
        Ok(SoapState(matrices.map(|tensor| Matrix::new(tensor, self.largest)).collect()))
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        SoapState(matrices): &mut SoapState<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        let Adam { beta1, beta2, epsilon } = self.adam;
        let (constants, g) = (Constants::new(beta1, beta2, epsilon, context.step), &*u);
        let due = context.step.is_multiple_of(self.every.get());
        context.par.for_each_chunk(matrices, 1, |_, matrices| {
            for matrix in matrices {
                matrix.outcome = matrix.step(&g[matrix.range.clone()], &constants, due);
            }
        });
        for matrix in matrices {
            core::mem::replace(&mut matrix.outcome, Ok(()))?;
            u[matrix.range.clone()].copy_from_slice(&matrix.out);
        }
        Ok(())
    }
}
