//! Muon: momentum made orthogonal, so that a matrix moves equally far in all of its singular directions. One number an entry and about
//! 15·max(a, b)·min(a, b)² multiplications a matrix.
//!
//! Source: Jordan, Jin, Boza, You, Cesista, Newhouse and Bernstein, *Muon: an optimizer for hidden layers in neural networks* (2024).

use core::ops::Range;

use faer::MatRef;
use thalweg_core::{
    Archive, Checkpoint, Context, Elementwise, Fused, Halt, Layout, Needs, On, Parameter, Real, Result,
    Tensor, Update, product, vector, visit_slice,
};

use super::adam::{BETA1, BETA2, EPSILON, correction};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Adam, Constant, check_positive, check_share};

/// The quintic x ← ax + bx³ + cx⁵ that drives singular values towards 1, and how often.
const QUINTIC: [f64; 3] = [3.4445, -4.7750, 2.0315];
const ROUNDS: usize = 5;

/// On each matrix G: a×b, M ← βM + (1 − β)G, X = βM/(1 − β^(t+1)) + (1 − β)G/(1 − βᵗ) at the t-th step, X ← X/(‖X‖_F + ε), five times
/// X ← 3.4445X − 4.775XXᵀX + 2.0315(XXᵀ)²X, and u ← √max(1, b/a)·X, whose singular values lie around 1. Other tensors pass.
///
/// As optax counts it, in the precision of the parameters: PyTorch iterates in 16 bits and corrects no bias. (The Adam of
/// optax's `muon` on other tensors has Nesterov's momentum; [`Muon::with_adam`] takes plain Adam.) It has no diagonal metric.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let mut layout = Layout::default();
/// layout.push("weights", &[2, 2]);
/// let rule = thalweg_optimizers::Muon::default();
/// let (mut u, mut state) = ([8.0, 0.0, 0.0, 1e-3], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0; 4], &mut state, &Context::new(0, &layout))?;
/// // A diagonal stays one, and each singular value goes its own way: 8 of ‖G‖ = 8 to 0.696, and 1e-3 as far as five rounds take it.
/// let quintic = |x: f64| 3.4445 * x - 4.7750 * x.powi(3) + 2.0315 * x.powi(5);
/// let five = |x: f64| (0..5).fold(x, |x, _| quintic(x));
/// let norm = 8.0_f64.hypot(1e-3);
/// assert!((u[0] - five(8.0 / norm)).abs() < 1e-6 && (u[3] - five(1e-3 / norm)).abs() < 1e-6 && u[1] == 0.0);
/// assert!((u[0] - 0.696).abs() < 1e-3);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Muon {
    /// β in [0, 1), the memory of the momentum. Default 0.95.
    pub beta: f64,
    /// ε > 0, added to the norm. Default 1e-8.
    pub epsilon: f64,
}

impl Default for Muon {
    fn default() -> Self {
        Self { beta: BETA.default, epsilon: 1e-8 }
    }
}

impl Muon {
    /// With this memory and ε.
    ///
    /// # Errors
    /// β outside [0, 1); ε not positive.
    pub fn new(beta: f64, epsilon: f64) -> Result<Self> {
        check_share("beta", beta)?;
        check_positive("epsilon", epsilon)?;
        Ok(Self { beta, epsilon })
    }

    /// Muon on matrices and Adam on all other tensors, under one schedule.
    pub fn with_adam<S>(self, adam: Adam, schedule: S) -> (Self, OnOthers<S>) {
        let others: fn(&Tensor) -> bool = |tensor| !is_matrix(tensor);
        (self, Fused((Elementwise::<f64>::on(adam, others), schedule)))
    }
}

/// Adam on all tensors but matrices, then a schedule.
pub(super) type OnOthers<S> = Fused<(On<Adam, fn(&Tensor) -> bool>, S)>;

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "muon",
    summary: "orthogonal momentum on matrices, Adam on everything else",
    parameters: PARAMETERS,
    example: "muon:lr=0.02,momentum=0.9",
    make: plain!(|v| {
        let adam = Adam::new(v[5], v[6], v[7])?;
        Ok(Muon::new(v[4], 1e-8)?.with_adam(adam, Constant::new(v[0])?))
    }),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.01), BATCH, EPOCHS, SEED, BETA, BETA1, BETA2, EPSILON];
const BETA: Parameter = Parameter {
    name: "momentum",
    default: 0.95,
    rule: "in [0, 1)",
    summary: "memory of the momentum of matrices",
};

pub(super) fn is_matrix(tensor: &Tensor) -> bool {
    tensor.shape.len() == 2 && !tensor.range.is_empty()
}

/// Momentum and room of one matrix, column-major.
#[derive(Clone, Debug, PartialEq)]
struct Matrix<T> {
    range: Range<usize>,
    rows: usize,
    columns: usize,
    momentum: Vec<T>,
    x: Vec<T>,
    next: Vec<T>,
    /// XXᵀ or XᵀX, whichever is smaller, and its square.
    gram: Vec<T>,
    square: Vec<T>,
}

/// What all matrices of a layout keep.
#[derive(Clone, Debug, PartialEq)]
pub struct MuonState<T>(Vec<Matrix<T>>);

impl<T: Real> Checkpoint for MuonState<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        self.0.iter_mut().try_for_each(|matrix| visit_slice(archive, "momentum", &mut matrix.momentum))
    }
}

impl<T: Real> Matrix<T> {
    fn new(tensor: &Tensor) -> Self {
        let (rows, columns) = (tensor.shape[0], tensor.shape[1]);
        let (room, small) = (|n| vec![T::ZERO; n], rows.min(columns));
        let [momentum, x, next] = [(); 3].map(|()| room(rows * columns));
        let [gram, square] = [(); 2].map(|()| room(small * small));
        Self { range: tensor.range.clone(), rows, columns, momentum, x, next, gram, square }
    }

    /// x ← u, all of it.
    fn step(&mut self, g: &[T], rule: &Muon, t: f64) {
        let (beta, gain) = (T::of(rule.beta), T::of(1.0 - rule.beta));
        let old = T::of(rule.beta / correction(rule.beta, t + 1.0));
        let new = T::of((1.0 - rule.beta) / correction(rule.beta, t));
        for ((x, m), g) in self.x.iter_mut().zip(&mut self.momentum).zip(g) {
            *m = beta * *m + gain * *g;
            *x = old * *m + new * *g;
        }
        let norm = vector::norm2(&self.x) + T::of(rule.epsilon);
        vector::scale(norm.recip(), &mut self.x);
        for _ in 0..ROUNDS {
            self.quintic();
        }
        let width = (self.columns as f64 / self.rows as f64).max(1.0).sqrt();
        vector::scale(T::of(width), &mut self.x);
    }

    /// X ← aX + (bA + cA²)X with A = XXᵀ, or from the right with A = XᵀX.
    fn quintic(&mut self) {
        let Self { rows, columns, x, next, gram, square, .. } = self;
        let [a, b, c] = QUINTIC.map(T::of);
        let wide = rows <= columns;
        let small = *rows.min(columns);
        let view = MatRef::from_column_major_slice(x, *rows, *columns);
        let (left, right) = if wide { (view, view.transpose()) } else { (view.transpose(), view) };
        product(gram, left, right);
        let gram_view = MatRef::from_column_major_slice(gram, small, small);
        product(square, gram_view, gram_view);
        for (square, gram) in square.iter_mut().zip(&*gram) {
            *square = b * *gram + c * *square;
        }
        let polynomial = MatRef::from_column_major_slice(square, small, small);
        let (left, right) = if wide { (polynomial, view) } else { (view, polynomial) };
        product(next, left, right);
        vector::axpy(a, x, next);
        core::mem::swap(x, next);
    }
}

impl<T: Real> Update<T> for Muon {
    type State = MuonState<T>;
    const NEEDS: Needs = Needs { global_norm: true, ..Needs::NOTHING };

    fn init(&self, layout: &Layout) -> Result<MuonState<T>> {
        Ok(MuonState(layout.tensors().iter().filter(|t| is_matrix(t)).map(Matrix::new).collect()))
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        MuonState(matrices): &mut MuonState<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        let (t, g) = ((context.step + 1) as f64, &*u);
        context.par.for_each_chunk(matrices, 1, |_, matrices| {
            matrices.iter_mut().for_each(|matrix| matrix.step(&g[matrix.range.clone()], self, t));
        });
        for matrix in matrices {
            u[matrix.range.clone()].copy_from_slice(&matrix.x);
        }
        Ok(())
    }
}
