//! Adafactor: the running square of a matrix from its rows' and columns' means alone, and steps as long as the tensor. a + b numbers for a matrix of a·b
//! entries, one root and one division an entry.
//!
//! Source: Shazeer and Stern, *Adafactor: adaptive learning rates with sublinear memory cost*, ICML 2018, algorithms 4 and 5.

use core::ops::Range;

use thalweg_core::{
    Archive, Checkpoint, Context, Halt, Layout, Needs, Par, Parameter, Real, Result, Update, check_shape,
    math, vector, visit_slice,
};

use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{check, check_nonnegative, check_positive, norms};

/// On each tensor with the share s = t^(−decay) at the t-th step: rᵢ ← (1 − s)rᵢ + s·meanⱼ g²ᵢⱼ, cⱼ alike, v̂ᵢⱼ = rᵢcⱼ/mean(r) (a vector keeps every v̂), and
/// u ← −α·d/max(1, rms d)·…, d = g/√v̂, with the relative step α = max(ε₂, rms p)·min(lr, 1/√t) and the greatest rms `limit`.
///
/// Complete: it needs no schedule behind it. As PyTorch counts it: the floor ε₁ bounds mean(r) and √v̂ from below, where the paper adds it to g²; optax
/// computes the share in single precision. A tensor of more than two dimensions counts as its first times all others. Its metric is the diagonal behind g.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let (layout, rule) = (Layout::flat(2), thalweg_optimizers::Adafactor::new(0.25)?);
/// let (mut p, mut state) = ([3.0, 4.0], Update::<f64>::init(&rule, &layout)?);
/// rule.advance(&mut p, &mut [7.0, -0.1], &mut state, &Context::new(0, &layout))?;
/// // At the first step d = sign(g); α is a quarter of √(25/2).
/// let alpha = 0.25 * 12.5_f64.sqrt();
/// assert!((p[0] - (3.0 - alpha)).abs() < 1e-14 && (p[1] - (4.0 + alpha)).abs() < 1e-14);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Adafactor {
    /// lr ≥ 0, the greatest step relative to the tensor's rms. Default 0.01.
    pub lr: f64,
    /// In (0, 1]: the share of the newest square falls as t^−decay. Default 0.8.
    pub decay: f64,
    /// ε₁ > 0, the floor of √v̂; `None` is the rounding unit of the precision. Default `None`.
    pub floor: Option<f64>,
    /// ε₂ > 0, the floor of the tensor's rms. Default 1e-3.
    pub scale: f64,
    /// The greatest rms of d, ≥ 1. Default 1.
    pub limit: f64,
}

impl Default for Adafactor {
    fn default() -> Self {
        Self { lr: 0.01, decay: DECAY.default, floor: None, scale: 1e-3, limit: 1.0 }
    }
}

impl Adafactor {
    /// With this greatest relative step.
    ///
    /// # Errors
    /// lr negative or not finite.
    pub fn new(lr: f64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        Ok(Self { lr, ..Self::default() })
    }

    /// With this decay of the newest share.
    ///
    /// # Errors
    /// Outside (0, 1].
    pub fn with_decay(self, decay: f64) -> Result<Self> {
        check("decay", decay, decay > 0.0 && decay <= 1.0, "it must lie in (0, 1]")?;
        Ok(Self { decay, ..self })
    }

    /// With these floors of √v̂ and of the tensor's rms.
    ///
    /// # Errors
    /// A floor that is not positive.
    pub fn with_floors(self, floor: f64, scale: f64) -> Result<Self> {
        check_positive("floor", floor)?;
        check_positive("scale", scale)?;
        Ok(Self { floor: Some(floor), scale, ..self })
    }

    /// With this greatest rms of d.
    ///
    /// # Errors
    /// Below 1 or not finite.
    pub fn with_limit(self, limit: f64) -> Result<Self> {
        check("limit", limit, limit.is_finite() && limit >= 1.0, "it must be a finite number >= 1")?;
        Ok(Self { limit, ..self })
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "adafactor",
    summary: "squares of a matrix from its rows and columns, steps as long as the tensor",
    parameters: PARAMETERS,
    example: "adafactor:lr=0.02",
    make: plain!(|v| {
        let rule = Adafactor::new(v[0])?.with_decay(v[4])?.with_limit(v[6])?;
        check_positive("scale", v[5])?;
        Ok(Adafactor { scale: v[5], ..rule })
    }),
};

const PARAMETERS: &[Parameter] = &[learning_rate(0.03), BATCH, EPOCHS, SEED, DECAY, SCALE, LIMIT];
const DECAY: Parameter = Parameter {
    name: "decay",
    default: 0.8,
    rule: "in (0, 1]",
    summary: "how fast the share of the newest square falls",
};
// The type's 1e-3 is for the weights of a network; parameters that start at 0 would hardly leave it.
const SCALE: Parameter =
    Parameter { name: "scale", default: 0.1, rule: "> 0", summary: "floor of a tensor's root mean square" };
const LIMIT: Parameter = Parameter {
    name: "limit",
    default: 1.0,
    rule: ">= 1",
    summary: "greatest root mean square before the step",
};

/// Rows a task takes at a time.
const ROWS: usize = 64;

/// The squares of one tensor: of a matrix its rows' and columns' means, of a vector all, in `rows`.
#[derive(Clone, Debug, PartialEq)]
struct Squares<T> {
    range: Range<usize>,
    rows: Vec<T>,
    columns: Vec<T>,
    /// α/max(1, rms d/limit) of the last step, and mean(r).
    factor: T,
    mean: T,
}

impl<T: Real> Squares<T> {
    /// √v̂ of entry i of the tensor.
    #[inline(always)]
    fn root(&self, floor: T, i: usize) -> T {
        let square = match self.rows.len() {
            rows if self.columns.is_empty() => self.rows[i % rows.max(1)],
            rows => self.rows[i % rows] * self.columns[i / rows] / self.mean,
        };
        square.max(floor * floor).sqrt()
    }

    /// Takes the gradient g of the tensor in with this share.
    fn learn(&mut self, g: &[T], share: T, floor: T, par: Par) {
        let toward = |old: T, new: T| old + share * (new - old);
        if self.columns.is_empty() {
            par.for_each_chunk(&mut self.rows, 1 << 14, |chunk, rows| {
                for (v, g) in rows.iter_mut().zip(&g[chunk << 14..]) {
                    *v = toward(*v, *g * *g);
                }
            });
            return;
        }
        let (a, b) = (self.rows.len(), self.columns.len());
        par.for_each_chunk(&mut self.columns, 1, |j, c| {
            c[0] = toward(c[0], vector::norm2_squared(&g[j * a..(j + 1) * a]) / T::of(a as f64));
        });
        par.for_each_chunk(&mut self.rows, ROWS, |chunk, rows| {
            let mut sums = [T::ZERO; ROWS];
            for column in g.chunks_exact(a) {
                for (sum, g) in sums.iter_mut().zip(&column[chunk * ROWS..chunk * ROWS + rows.len()]) {
                    *sum += *g * *g;
                }
            }
            for (r, sum) in rows.iter_mut().zip(sums) {
                *r = toward(*r, sum / T::of(b as f64));
            }
        });
        self.mean = (vector::sum(&self.rows) / T::of(a as f64)).max(floor);
    }
}

/// The squares of all tensors, and room for norms.
#[derive(Clone, Debug, PartialEq)]
pub struct AdafactorState<T> {
    tensors: Vec<Squares<T>>,
    norms: Vec<T>,
}

impl<T: Real> Checkpoint for AdafactorState<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        for squares in &mut self.tensors {
            visit_slice(archive, "rows", &mut squares.rows)?;
            visit_slice(archive, "columns", &mut squares.columns)?;
        }
        Ok(())
    }
}

impl Adafactor {
    fn floor<T: Real>(&self) -> T {
        self.floor.map_or(T::EPSILON, T::of)
    }
}

impl<T: Real> Update<T> for Adafactor {
    type State = AdafactorState<T>;
    const NEEDS: Needs = Needs { global_norm: true, ..Needs::NOTHING };

    fn init(&self, layout: &Layout) -> Result<AdafactorState<T>> {
        let tensors = layout.tensors().iter().map(|tensor| {
            let n = tensor.range.len();
            let rows = if tensor.shape.len() < 2 || n == 0 { n } else { tensor.shape[0] };
            let columns = if rows == n { Vec::new() } else { vec![T::ZERO; n / rows] };
            let (range, rows) = (tensor.range.clone(), vec![T::ZERO; rows]);
            Squares { range, rows, columns, factor: T::ONE, mean: T::ONE }
        });
        Ok(AdafactorState { tensors: tensors.collect(), norms: norms::room(layout.len()) })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        AdafactorState { tensors, norms }: &mut AdafactorState<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        check_shape("tensors of the layout", tensors.len(), context.layout.tensors().len())?;
        let (t, floor, par) = ((context.step + 1) as f64, self.floor::<T>(), context.par);
        let share = T::of(math::powf(t, -self.decay));
        for squares in tensors.iter_mut().filter(|squares| !squares.range.is_empty()) {
            let (u, p) = (&mut u[squares.range.clone()], &p[squares.range.clone()]);
            let count = T::of(u.len() as f64).sqrt();
            squares.learn(u, share, floor, par);
            let known = &*squares;
            par.for_each_chunk(u, 1 << 14, |chunk, u| {
                for (i, u) in u.iter_mut().enumerate() {
                    *u /= known.root(floor, (chunk << 14) + i);
                }
            });
            let size = norms::norm(p, norms, par) / count;
            let alpha = size.max(T::of(self.scale)) * T::of(self.lr.min(t.sqrt().recip()));
            let excess = norms::norm(u, norms, par) / (count * T::of(self.limit));
            squares.factor = alpha / excess.max(T::ONE);
            norms::scale(-squares.factor, u, par);
        }
        Ok(())
    }

    fn metric(&self, s: &AdafactorState<T>, context: &Context<'_, T>, range: Range<usize>, out: &mut [T]) {
        for (i, tensor, piece) in context.layout.pieces(range.clone()) {
            let squares = &s.tensors[i];
            for j in piece {
                out[j - range.start] *= squares.factor / squares.root(self.floor(), j - tensor.range.start);
            }
        }
    }
}
