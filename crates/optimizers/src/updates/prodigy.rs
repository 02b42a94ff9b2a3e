//! Prodigy: Adam that finds its own learning rate, from how far the parameters have come. Four numbers, one root and one division an entry, two sums.
//!
//! Source: Mishchenko and Defazio, *Prodigy: an expeditiously adaptive parameter-free learner*, ICML 2024, algorithm 4.

use thalweg_core::{
    Archive, Checkpoint, Context, Halt, Layout, Needs, Parameter, Real, Result, Update, check_shape, simd,
    vector, visit_real, visit_slice,
};

use super::adam::{BETA1, BETA2, EPSILON, correction};
use super::entry::{BATCH, EPOCHS, SEED, UpdateEntry, learning_rate, plain};
use super::{Adam, check_nonnegative, check_positive};

/// With the estimate d of the distance to the minimum, η = lr·d·√(1 − β₂ᵗ)/(1 − β₁ᵗ) and β₃ = √β₂:
/// m ← β₁m + (1 − β₁)dg, v ← β₂v + (1 − β₂)d²g², s ← β₃s + ηdg/d₀, r ← β₃r + ηd⟨g, p₀ − p⟩/d₀, d ← max(d, r/‖s‖₁), and
/// u ← −ηm/(√v + dε), the η of the old d and the ε of the new.
///
/// Complete: it needs no schedule behind it, and its lr is 1. As optax counts it.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), thalweg_optimizers::Prodigy::default());
/// let (mut p, mut state) = ([1.0], Update::<f64>::init(&rule, &layout)?);
/// rule.advance(&mut p, &mut [4.0], &mut state, &Context::new(0, &layout))?;
/// assert!((p[0] - (1.0 - 1e-6)).abs() < 1e-12); // As Adam's first step, of length d₀.
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Prodigy {
    /// Memories and ε; defaults 0.9, 0.999 and 1e-8.
    pub adam: Adam,
    /// lr ≥ 0, a factor of the rate that is found. Default 1.
    pub lr: f64,
    /// d₀ > 0, the first estimate, below the distance to the minimum. Default 1e-6.
    pub start: f64,
}

impl Default for Prodigy {
    fn default() -> Self {
        Self { adam: Adam::default(), lr: 1.0, start: START.default }
    }
}

impl Prodigy {
    /// With this factor and first estimate.
    ///
    /// # Errors
    /// lr negative; d₀ not positive.
    pub fn new(lr: f64, start: f64) -> Result<Self> {
        check_nonnegative("lr", lr)?;
        check_positive("start", start)?;
        Ok(Self { lr, start, ..Self::default() })
    }

    /// With these memories and ε.
    #[must_use]
    pub fn with_adam(self, adam: Adam) -> Self {
        Self { adam, ..self }
    }
}

pub(crate) const ENTRY: UpdateEntry = UpdateEntry {
    name: "prodigy",
    summary: "Adam that finds its own learning rate",
    parameters: PARAMETERS,
    example: "prodigy:start=0.0001",
    make: plain!(|v| Ok(Prodigy::new(v[0], v[7])?.with_adam(Adam::new(v[4], v[5], v[6])?))),
};

const PARAMETERS: &[Parameter] = &[LR, BATCH, EPOCHS, SEED, BETA1, BETA2, EPSILON, START];
const LR: Parameter =
    Parameter { summary: "factor of the learning rate that is found", ..learning_rate(1.0) };
const START: Parameter = Parameter {
    name: "start",
    default: 1e-6,
    rule: "> 0",
    summary: "first estimate of the distance to the minimum",
};

/// Entries a task takes at a time.
const PIECE: usize = 1 << 14;

/// The estimate and its sums; and in blocks of a piece of entries, two partial sums, then m, v, s and p₀ of each.
#[derive(Clone, Debug, PartialEq)]
pub struct ProdigyState<T> {
    d: T,
    r: T,
    entries: usize,
    piece: usize,
    blocks: Vec<T>,
}

impl<T: Real> Checkpoint for ProdigyState<T> {
    fn visit(&mut self, archive: &mut dyn Archive) -> Result<()> {
        visit_real(archive, "d", &mut self.d)?;
        visit_real(archive, "r", &mut self.r)?;
        visit_slice(archive, "moments", &mut self.blocks)
    }
}

/// The numbers of the first pass.
#[derive(Copy, Clone)]
struct Rates<T> {
    beta1: T,
    beta2: T,
    beta3: T,
    /// (1 − β₁)d, (1 − β₂)d² and ηd/d₀.
    gain1: T,
    gain2: T,
    gain3: T,
    first: bool,
}

/// One piece of the first pass: moments and the two partial sums, ⟨g, p₀ − p⟩ and ‖s‖₁.
fn learn<T: Real>(rates: &Rates<T>, block: &mut [T], piece: usize, g: &[T], p: &[T]) {
    let (sums, moments) = block.split_at_mut(2);
    let (m, rest) = moments.split_at_mut(piece);
    let (v, rest) = rest.split_at_mut(piece);
    let (s, start) = rest.split_at_mut(piece);
    if rates.first {
        start[..p.len()].copy_from_slice(p);
    }
    let dot = simd::dispatch(
        #[inline(always)]
        || {
            let mut lanes = [T::ZERO; vector::LANES];
            for i in 0..g.len() {
                m[i] = rates.beta1 * m[i] + rates.gain1 * g[i];
                v[i] = rates.beta2 * v[i] + rates.gain2 * g[i] * g[i];
                s[i] = rates.beta3 * s[i] + rates.gain3 * g[i];
                lanes[i % vector::LANES] += g[i] * (start[i] - p[i]);
            }
            lanes
        },
    );
    sums[0] = vector::sum(&dot);
    sums[1] = vector::norm1(&s[..g.len()]);
}

impl<T: Real> Update<T> for Prodigy {
    type State = ProdigyState<T>;
    const NEEDS: Needs = Needs { global_norm: true, ..Needs::NOTHING };

    fn init(&self, layout: &Layout) -> Result<ProdigyState<T>> {
        let entries = layout.len();
        let piece = entries.clamp(1, PIECE);
        let blocks = vec![T::ZERO; entries.div_ceil(piece) * (4 * piece + 2)];
        Ok(ProdigyState { d: T::of(self.start), r: T::ZERO, entries, piece, blocks })
    }

    fn update(
        &self,
        u: &mut [T],
        p: &[T],
        s: &mut ProdigyState<T>,
        context: &Context<'_, T>,
    ) -> Result<(), Halt> {
        context.check(u, p)?;
        check_shape("length of the moments and of the layout", s.entries, context.layout.len())?;
        let (t, piece, block) = ((context.step + 1) as f64, s.piece, 4 * s.piece + 2);
        let Adam { beta1, beta2, epsilon } = self.adam;
        let corrected = correction(beta2, t).sqrt() / correction(beta1, t);
        let (d, start) = (s.d, T::of(self.start));
        let eta = d * T::of(self.lr * corrected);
        let rates = Rates {
            beta1: T::of(beta1),
            beta2: T::of(beta2),
            beta3: T::of(beta2.sqrt()),
            gain1: T::of(1.0 - beta1) * d,
            gain2: T::of(1.0 - beta2) * d * d,
            gain3: eta * d / start,
            first: context.step == 0,
        };
        let g = &*u;
        context.par.for_each_chunk(&mut s.blocks, block, |i, block| {
            let range = i * piece..g.len().min((i + 1) * piece);
            learn(&rates, block, piece, &g[range.clone()], &p[range]);
        });
        let (mut dot, mut norm) = (T::ZERO, T::ZERO);
        for block in s.blocks.chunks_exact(block) {
            dot += block[0];
            norm += block[1];
        }
        s.r = rates.beta3 * s.r + d / start * eta * dot;
        if !(dot.is_finite() && norm.is_finite() && s.r.is_finite()) {
            return Err(Halt::NonFinite("the gradient"));
        }
        if norm > T::ZERO {
            s.d = d.max(s.r / norm);
        }
        let (blocks, floor) = (&s.blocks, s.d * T::of(epsilon));
        context.par.for_each_chunk(u, piece, |i, u| {
            let moments = &blocks[i * block + 2..(i + 1) * block];
            for ((u, m), v) in u.iter_mut().zip(moments).zip(&moments[piece..]) {
                *u = -eta * *m / (v.sqrt() + floor);
            }
        });
        Ok(())
    }
}
