//! Gradient noise that dies away. One normal draw an entry.
//!
//! Source: Neelakantan et al., *Adding gradient noise improves learning for very deep networks*, arXiv 1511.06807, equation 1; optax's
//! `add_noise`.

use thalweg_core::{Context, Halt, Layout, Real, Result, Streams, Update, math, streams};

use super::{check_nonnegative, check_positive};

/// Entries that share a generator; a function of nothing, so that threads change no bit.
const PIECE: usize = 1 << 12;

/// u ← u + σ(t)z, z standard normal, σ²(t) = η/(1 + t)^γ at the 0-based step t.
///
/// The draws depend on the seed, the step and the place of the entry alone: not on threads, nor on what else is drawn, so that a resumed run
/// needs no state to go on to the same bits.
///
/// ```
/// use thalweg_core::{Context, Layout, Update};
/// let (layout, rule) = (Layout::flat(1), thalweg_optimizers::GradientNoise::new(4.0, 1.0, 7)?);
/// assert_eq!([0, 3, 15].map(|t| rule.deviation(t)), [2.0, 1.0, 0.5]);
/// let noise = |step| {
///     let mut u = [0.0];
///     rule.update(&mut u, &[0.0], &mut (), &Context::new(step, &layout)).map(|()| u[0])
/// };
/// assert!(noise(0)? == noise(0)? && noise(0)? != noise(1)?);
/// # Ok::<(), thalweg_core::Halt>(())
/// ```
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct GradientNoise {
    /// η > 0, the variance of the first step; the paper tries 0.01, 0.3 and 1.
    pub eta: f64,
    /// γ ≥ 0, how fast it falls; 0.55 in the paper, 0 is for ever the same.
    pub gamma: f64,
    /// Names the noise.
    pub seed: u64,
}

impl GradientNoise {
    /// With this variance, decay and seed.
    ///
    /// # Errors
    /// η not positive or γ negative, or either not finite.
    pub fn new(eta: f64, gamma: f64, seed: u64) -> Result<Self> {
        check_positive("eta", eta)?;
        check_nonnegative("gamma", gamma)?;
        Ok(Self { eta, gamma, seed })
    }

    /// σ(t), the standard deviation at the 0-based step t.
    #[must_use]
    pub fn deviation(&self, step: u64) -> f64 {
        (self.eta / math::powf(1.0 + step as f64, self.gamma)).sqrt()
    }
}

impl<T: Real> Update<T> for GradientNoise {
    type State = ();

    fn init(&self, _: &Layout) -> Result<()> {
        Ok(())
    }

    fn update(&self, u: &mut [T], p: &[T], (): &mut (), context: &Context<'_, T>) -> Result<(), Halt> {
        context.check(u, p)?;
        let sigma = self.deviation(context.step);
        // A family of streams for the step, of which each piece takes one.
        let family =
            streams::below(&mut Streams::new(self.seed).stream("gradient noise", context.step), u64::MAX);
        context.par.for_each_chunk(u, PIECE, |piece, u| {
            let mut rng = Streams::new(family).stream("piece", piece as u64);
            for u in u {
                *u += T::of(sigma * streams::normal(&mut rng));
            }
        });
        Ok(())
    }
}
