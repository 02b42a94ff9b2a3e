//! Shampoo: a matrix is preconditioned from both sides by roots of its gradients' second moments. a² + b² numbers for a matrix a×b; an
//! eigendecomposition of each side every few steps.
//!
//! Source: Gupta, Koren and Singer, *Shampoo: preconditioned stochastic tensor optimization*, ICML 2018, algorithm 1.

use core::num::NonZeroU64;
use core::ops::Range;

use faer::MatRef;
use thalweg_core::{
    Archive, Checkpoint, Context, Eigen, Fused, Halt, Layout, Needs, Parameter, Real, Result, Tensor, Update,
    product, visit_slice,
};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain, whole};
use super::muon::is_matrix;
use super::soap::EVERY;
use super::{Constant, check_positive};

/// On each matrix G: a×b, L ← L + GGᵀ, R ← R + GᵀG, u ← L^(−¼) G R^(−¼), L and R starting at εI. The roots are those of the last step that was a multiple of
/// `every`.
///
/// Tensors that are no matrices, or have a side above `largest`, take the diagonal of the same: v ← v + g², u ← g/√(ε + v).
///
/// ```
/// use core::num::NonZeroU64;
/// use thalweg_core::{Context, Layout, Update};
/// let mut layout = Layout::default();
/// layout.push("weights", &[2, 2]);
/// let rule = thalweg_optimizers::Shampoo::new(1e-12, NonZeroU64::MIN)?;
/// let (mut u, mut state) = ([0.0, 4.0, -9.0, 0.0], Update::<f64>::init(&rule, &layout)?);
/// rule.update(&mut u, &[0.0; 4], &mut state, &Context::new(0, &layout))?;
/// // After one step L and R are the squares of G's polar factors, so that u is the orthogonal factor.
/// for (found, expected) in u.into_iter().zip([0.0, 1.0, -1.0, 0.0]) {
///     assert!((found - expected).abs() < 1e-12);
/// }
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Shampoo {
    /// ε > 0, what L and R start from. Default 1e-4.
    pub epsilon: f64,
    /// Steps between two eigendecompositions. Default 10.
    pub every: NonZeroU64,
    /// The longest side of a matrix that is preconditioned. Default 1024.
    pub largest: usize,
}

impl Default for Shampoo {
    fn default() -> Self {
        Self {
            epsilon: EPSILON.default,
            every: NonZeroU64::new(10).unwrap_or(NonZeroU64::MIN),
            largest: 1024,
        }
    }
}

impl Shampoo {
    /// With this ε and new roots every so many steps.
    ///
    /// # Errors
    /// ε not positive.
    pub fn new(epsilon: f64, every: NonZeroU64) -> Result<Self> {
        check_positive("epsilon", epsilon)?;
        Ok(Self { epsilon, every, ..Self::default() })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "shampoo",
    summary: "matrices preconditioned from both sides, other tensors as by AdaGrad",
    parameters: PARAMETERS,
    example: "shampoo:lr=0.1,every=20",
    make: plain!(|v| {
        let every = NonZeroU64::new(whole(&EVERY, v[5], 1.0)?).unwrap_or(NonZeroU64::MIN);
        Ok((Shampoo::new(v[4], every)?, Fused(Constant::new(v[0])?)))
    }),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.1), BATCH, EPOCHS, SEED, EPSILON, EVERY];
const EPSILON: Parameter = Parameter {
    name: "epsilon",
    default: 1e-4,
    rule: "> 0",
    summary: "multiple of the identity that second moments start from",
};

/// One side of a matrix: the second moment without εI, and its root.
struct Side<T: Real> {
    moment: Vec<T>,
    root: Vec<T>,
    /// GGᵀ, then the scaled eigenvectors; scratch.
    work: Vec<T>,
    eigen: Eigen<T>,
}

impl<T: Real> Side<T> {
    fn new(n: usize) -> Self {
        let room = || vec![T::ZERO; n * n];
        Self { moment: room(), root: room(), work: room(), eigen: Eigen::new(n) }
    }

    /// Adds `left`·`right`, and takes the root anew if it is due.
    fn learn(
        &mut self,
        left: MatRef<'_, T>,
        right: MatRef<'_, T>,
        epsilon: T,
        due: bool,
    ) -> Result<(), Halt> {
        product(&mut self.work, left, right);
        for (moment, square) in self.moment.iter_mut().zip(&self.work) {
            *moment += *square;
        }
        if !due {
            return Ok(());
        }
        if !self.eigen.factor(&self.moment)? {
            return Err(Halt::NonFinite("the second moment of the gradient"));
        }
        let n = self.eigen.size();
        for (i, column) in self.work.chunks_exact_mut(n.max(1)).enumerate() {
            // The root of the root, so that a product with itself is symmetric to the bit.
            let value = self.eigen.value(i).max(T::ZERO) + epsilon;
            let scale = value.sqrt().sqrt().sqrt().recip();
            for (out, q) in column.iter_mut().zip(self.eigen.vector(i)) {
                *out = scale * *q;
            }
        }
        let scaled = MatRef::from_column_major_slice(&self.work, n, n);
        product(&mut self.root, scaled, scaled.transpose());
        Ok(())
    }
}

/// What one tensor keeps.
// Nearly all tensors of a network are matrices, or small.
#[allow(clippy::large_enum_variant)]
enum Moments<T: Real> {
    Matrix { left: Side<T>, right: Side<T>, half: Vec<T>, out: Vec<T>, outcome: Result<(), Halt> },
    Diagonal(Vec<T>),
}

impl<T: Real> Moments<T> {
    fn new(tensor: &Tensor, largest: usize) -> Self {
        let n = tensor.range.len();
        if !is_matrix(tensor) || tensor.shape.iter().any(|side| *side > largest) {
            return Self::Diagonal(vec![T::ZERO; n]);
        }
        let (left, right) = (Side::new(tensor.shape[0]), Side::new(tensor.shape[1]));
        Self::Matrix { left, right, half: vec![T::ZERO; n], out: vec![T::ZERO; n], outcome: Ok(()) }
    }
}

/// What all tensors of a layout keep.
pub struct ShampooState<T: Real>(Vec<(Range<usize>, Moments<T>)>);

impl<T: Real> Checkpoint for ShampooState<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        for (_, moments) in &mut self.0 {
            match moments {
                Moments::Diagonal(v) => visit_slice(archive, "v", v)?,
                Moments::Matrix { left, right, .. } => {
                    for side in [left, right] {
                        visit_slice(archive, "moment", &mut side.moment)?;
                        visit_slice(archive, "root", &mut side.root)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl<T: Real> Update<T> for Shampoo {
    type State = ShampooState<T>;
    const NEEDS: Needs = Needs { global_norm: true, ..Needs::NOTHING };

    fn init(&self, layout: &Layout) -> Result<ShampooState<T>> {
        let moments = |tensor: &Tensor| (tensor.range.clone(), Moments::new(tensor, self.largest));
        Ok(ShampooState(layout.tensors().iter().map(moments).collect()))
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        ShampooState(tensors): &mut ShampooState<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        let (epsilon, due) = (T::of(self.epsilon), context.step.is_multiple_of(self.every.get()));
        let gradient = &*u;
        context.par.for_each_chunk(tensors, 1, |_, tensors| {
            for (range, moments) in tensors {
                let Moments::Matrix { left, right, half, out, outcome } = moments else { continue };
                let (a, b) = (left.eigen.size(), right.eigen.size());
                let g = MatRef::from_column_major_slice(&gradient[range.clone()], a, b);
                let learned = left.learn(g, g.transpose(), epsilon, due);
                *outcome = learned.and_then(|()| right.learn(g.transpose(), g, epsilon, due));
                product(half, MatRef::from_column_major_slice(&left.root, a, a), g);
                let half = MatRef::from_column_major_slice(half, a, b);
                product(out, half, MatRef::from_column_major_slice(&right.root, b, b));
            }
        });
        for (range, moments) in tensors {
            let u = &mut u[range.clone()];
            match moments {
                Moments::Matrix { out, outcome, .. } => {
                    core::mem::replace(outcome, Ok(()))?;
                    u.copy_from_slice(out);
                }
                Moments::Diagonal(v) => {
                    for (u, v) in u.iter_mut().zip(v) {
                        *v += *u * *u;
                        *u /= (epsilon + *v).sqrt();
                    }
                }
            }
        }
        Ok(())
    }
}
